package opendata

// vocabulary is the words of this package in a language.
type vocabulary struct {
	indicators, variables, definitions string // titles
	aboutIndicators, aboutVariables    string // descriptions, %s: what is in it
	aboutDefinitions, shortVariables   string
	sources, total                     string
	csv, aboutCSV, json, aboutJSON     string // titles (%s: of the dataset) and descriptions of distributions
	keywords                           []string
	columns                            map[string][2]string // title and description by name

	// of pages
	self                                                  string // the language's name of itself
	skip, datasets, notMeasured, noFigure, contact, about string
	file, files, format, size, contents, code, label      string
	unit, period, updated, licence, machine, publisher    string
	bytes, mail, telephone, form, office                  string
}

var words = map[string]vocabulary{
	"es": {
		indicators:       "Indicadores: %s",
		variables:        "Variables de los indicadores",
		definitions:      "Definiciones de los indicadores",
		aboutIndicators:  "Contiene: %s. Una fila por indicador, ciudad y periodo, con su unidad, su estado y la versión de la definición; lo que falta es una fila sin valor que dice por qué.",
		aboutVariables:   "Cifras con las que se calculan los indicadores. Contiene: %s. Una fila por variable, ciudad y periodo, con su unidad, su estado y su procedencia; lo que falta es una fila sin valor que dice por qué.",
		aboutDefinitions: "Catálogo de indicadores y variables: qué mide cada uno, su fórmula, su unidad, desde cuándo rige su definición y qué no permite concluir.",
		shortVariables:   "Cifras con las que se calculan los indicadores.",
		sources:          "Fuentes: %s.",
		total:            "Identificador del miembro del desglose; vacío es el total.",
		csv:              "%s, CSV",
		aboutCSV:         "Tabla en CSV (RFC 4180, UTF-8, punto decimal). El significado de cada columna está en sus metadatos CSVW.",
		json:             "%s, JSON",
		aboutJSON:        "Catálogo de definiciones en JSON.",
		keywords:         []string{"ciudades", "gestión municipal", "indicadores", "servicios municipales"},
		columns: map[string][2]string{
			"indicator":          {"Indicador", "Identificador del indicador en el catálogo de definiciones."},
			"variable":           {"Variable", "Identificador de la variable en el catálogo de definiciones."},
			"city_code":          {"Código INE", "Código del municipio en el Instituto Nacional de Estadística."},
			"city_name":          {"Municipio", "Nombre del municipio."},
			"period":             {"Periodo", "Año, trimestre, mes u otro periodo, en ISO 8601."},
			"value":              {"Valor", "Valor con todas sus cifras; vacío si no lo hay o no puede publicarse."},
			"unit":               {"Unidad", "Unidad en UCUM."},
			"status":             {"Estado", "Si hay valor (observed) o por qué no (missing, not-applicable, suppressed, not-computable), y salvedades separadas por +."},
			"obs_status":         {"Estado SDMX", "Código de la lista CL_OBS_STATUS de SDMX."},
			"conf_status":        {"Confidencialidad SDMX", "Código de la lista CL_CONF_STATUS de SDMX: F, libre; N, no publicable."},
			"reason":             {"Motivo", "Motivos del estado: código|sujeto|texto, separados por punto y coma."},
			"definition_version": {"Versión de la definición", "Versión de la definición que rige en el periodo; al cambiar puede romperse la comparación."},
			"source":             {"Fuente", "Identificador de la fuente en el catálogo de definiciones."},
			"source_record":      {"Registro", "Fichero entregado, línea y columna de donde sale la cifra."},
		},
		self: "Español", skip: "Saltar al contenido", datasets: "Conjuntos de datos",
		notMeasured: "Áreas sin medir",
		noFigure:    "Estas áreas están en el catálogo de indicadores y ninguna ciudad tiene todavía cifras de ellas:",
		contact:     "Contacto", about: "Sobre esta publicación",
		file: "Fichero", files: "Ficheros de", format: "Formato", size: "Tamaño", contents: "Contenido de", code: "Código", label: "Nombre",
		unit: "Unidad (UCUM)", period: "Periodo", updated: "Actualizado", licence: "Licencia", machine: "Catálogo para máquinas",
		publisher: "Publica", bytes: "bytes", mail: "Correo", telephone: "Teléfono", form: "Formulario", office: "Oficina",
	},
	"en": {
		indicators:       "Indicators: %s",
		variables:        "Variables of the indicators",
		definitions:      "Definitions of the indicators",
		aboutIndicators:  "Contains: %s. One row per indicator, city and period, with its unit, its status and the version of the definition; what is missing is a row without a value that says why.",
		aboutVariables:   "Figures from which the indicators are computed. Contains: %s. One row per variable, city and period, with its unit, its status and its origin; what is missing is a row without a value that says why.",
		aboutDefinitions: "Catalogue of indicators and variables: what each measures, its formula, its unit, since when its definition has been in force, and what cannot be concluded from it.",
		shortVariables:   "Figures from which the indicators are computed.",
		sources:          "Sources: %s.",
		total:            "Identifier of the member of the breakdown; empty is the total.",
		csv:              "%s, CSV",
		aboutCSV:         "Table in CSV (RFC 4180, UTF-8, decimal point). What each column means is in its CSVW metadata.",
		json:             "%s, JSON",
		aboutJSON:        "Catalogue of definitions in JSON.",
		keywords:         []string{"cities", "indicators", "municipal management", "municipal services"},
		columns: map[string][2]string{
			"indicator":          {"Indicator", "Identifier of the indicator in the catalogue of definitions."},
			"variable":           {"Variable", "Identifier of the variable in the catalogue of definitions."},
			"city_code":          {"INE code", "Code of the municipality at Spain's National Statistics Institute."},
			"city_name":          {"Municipality", "Name of the municipality."},
			"period":             {"Period", "Year, quarter, month or other period, in ISO 8601."},
			"value":              {"Value", "Value with all its digits; empty where there is none or it may not be published."},
			"unit":               {"Unit", "Unit in UCUM."},
			"status":             {"Status", "Whether there is a value (observed) or why not (missing, not-applicable, suppressed, not-computable), and qualifications joined by +."},
			"obs_status":         {"SDMX status", "Code of the SDMX list CL_OBS_STATUS."},
			"conf_status":        {"SDMX confidentiality", "Code of the SDMX list CL_CONF_STATUS: F, free; N, not for publication."},
			"reason":             {"Reason", "Reasons of the status: code|subject|text, separated by semicolons."},
			"definition_version": {"Version of the definition", "Version of the definition in force in the period; a change may break comparability."},
			"source":             {"Source", "Identifier of the source in the catalogue of definitions."},
			"source_record":      {"Record", "Delivered file, line and column that the figure comes from."},
		},
		self: "English", skip: "Skip to content", datasets: "Datasets",
		notMeasured: "Areas not measured",
		noFigure:    "These areas are in the catalogue of indicators, and no city has figures of them yet:",
		contact:     "Contact", about: "About this publication",
		file: "File", files: "Files of", format: "Format", size: "Size", contents: "Contents of", code: "Code", label: "Name",
		unit: "Unit (UCUM)", period: "Period", updated: "Updated", licence: "Licence", machine: "Catalog for machines",
		publisher: "Published by", bytes: "bytes", mail: "Mail", telephone: "Telephone", form: "Form", office: "Office",
	},
}
