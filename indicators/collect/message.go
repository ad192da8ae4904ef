package collect

import (
	"strings"
)

// Message is the finding in a language ("es", "en"; others as "en"): what is
// wrong and what to do. The place is left to the caller.
func (f Finding) Message(lang string) string {
	t, ok := texts[f.Code]
	if !ok {
		return f.Code
	}
	i := 1
	if lang == "es" || strings.HasPrefix(lang, "es-") {
		i = 0
	}
	text := strings.TrimSpace(f.fill(t[i], i == 0))
	if own := f.Args["message."+lang]; own != "" { // of the rule
		text = own + " " + text
	}
	return text
}

// fill replaces {name} by a field or argument and {name#} by a number written
// with the decimal sign of the language. A part in brackets is left out if it
// has a name that is empty.
func (f Finding) fill(text string, comma bool) string {
	var b strings.Builder
	for text != "" {
		i := strings.IndexAny(text, "[{")
		if i < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(text[:i])
		text = text[i:]
		if text[0] == '[' {
			end := strings.IndexByte(text, ']')
			if end < 0 {
				b.WriteString(text)
				break
			}
			if part, ok := f.part(text[1:end], comma); ok {
				b.WriteString(part)
			}
			text = text[end+1:]
			continue
		}
		end := strings.IndexByte(text, '}')
		if end < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(f.name(text[1:end], comma))
		text = text[end+1:]
	}
	return b.String()
}

func (f Finding) part(text string, comma bool) (string, bool) {
	for rest := text; ; {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			return f.fill(text, comma), true
		}
		rest = rest[i+1:]
		name, after, ok := strings.Cut(rest, "}")
		if !ok || f.name(name, comma) == "" {
			return "", false
		}
		rest = after
	}
}

func (f Finding) name(n string, comma bool) string {
	n, number := strings.CutSuffix(n, "#")
	s := ""
	switch n {
	case "value":
		s = f.Value
	case "subject":
		s = f.Subject
	case "entity":
		s = f.Entity
	case "at":
		s = f.Period.String()
	case "rule":
		s = f.Rule
	default:
		s = f.Args[n]
	}
	if number && comma && strings.Count(s, ".") == 1 {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// texts are the messages by code, in es and en. A test checks that every code
// has both and that they use the same names.
var texts = map[string][2]string{
	CodeEncoding: {
		"El fichero no está en UTF-8 (byte {byte}): se ha leído como Windows-1252. Compruebe los acentos o guárdelo como «CSV UTF-8».",
		"The file is not UTF-8 (byte {byte}): it was read as Windows-1252. Check the accents, or save it as “CSV UTF-8”."},
	CodeMixedEncoding: {
		"La fila tiene el byte {byte} (posición {offset}), que no es UTF-8, y otras filas sí lo son: no se ha tomado. Guarde todo el fichero en UTF-8.",
		"The row has the byte {byte} (at {offset}), which is not UTF-8 while other rows are: it was not taken. Save the whole file as UTF-8."},
	CodeInvalidBytes: {
		"La fila tiene el byte {byte} (posición {offset}), que no es ningún carácter: no se ha tomado. Vuelva a exportar el fichero en UTF-8.",
		"The row has the byte {byte} (at {offset}), which is no character: it was not taken. Export the file again as UTF-8."},
	CodeNUL: {
		"La fila tiene un byte nulo (posición {offset}): no se ha tomado. El fichero está dañado; vuelva a exportarlo.",
		"The row has a NUL byte (at {offset}): it was not taken. The file is damaged; export it again."},
	CodeQuote: {
		"Comillas que se abren y no se cierran, o que se cierran antes de tiempo: la fila no se ha tomado. Cierre las comillas; dentro de un campo entrecomillado, escríbalas dobles.",
		"Quotation marks that are opened and not closed, or closed too early: the row was not taken. Close them; inside a quoted field, write them twice."},
	CodeTruncated: {
		"La última fila está cortada[: tiene {got} campos de {want}]. No se ha tomado; vuelva a exportar el fichero, pueden faltar más filas.",
		"The last row is cut off[: it has {got} of {want} fields]. It was not taken; export the file again, more rows may lack."},
	CodeFieldCount: {
		"La fila[ tiene {got} campos y] no coincide con la cabecera[, que tiene {want}]: no se ha tomado. Revise los delimitadores; un texto con el delimitador va entre comillas.",
		"The row[ has {got} fields and] does not match the header[, which has {want}]: it was not taken. Check the delimiters; quote a text that holds one."},
	CodeLongField: {
		"Un campo es demasiado largo (más de 64 KiB): la fila no se ha tomado. Suele ser una comilla sin cerrar.",
		"A field is too long (more than 64 KiB): the row was not taken. A quotation mark is usually left open."},
	CodeNoRows: {
		"El fichero tiene cabecera y ninguna fila: no aporta datos. Compruebe la exportación.",
		"The file has a header and no rows: it brings no data. Check the export."},
	CodeDuplicateHeader: {
		"La columna «{value}» está repetida (también es la columna {other}): no se ha usado ninguna. Cambie el nombre de una.",
		"The column “{value}” is there twice (it is column {other} too): neither was used. Rename one."},
	CodeUnknownColumn: {
		"No se sabe qué contiene la columna «{value}»: no se ha leído.[ ¿Es {nearest}?] Dígalo en la tabla o póngala en la lista de columnas sin interés.",
		"Nothing says what the column “{value}” holds: it was not read.[ Is it {nearest}?] Say so in the table, or list it among those to ignore."},
	CodeMissingColumn: {
		"El fichero no tiene la columna «{value}», prevista para {subject}. Añádala o corrija su nombre.",
		"The file lacks the column “{value}”, expected for {subject}. Add it or correct its name."},
	CodeUnknownCity: {
		"«{value}» no es el código ni el nombre de un municipio de la red: la fila no se ha tomado.[ ¿Quiere decir {nearest}?] Escriba el código del INE de cinco cifras.",
		"“{value}” is neither the code nor the name of a municipality of the network: the row was not taken.[ Do you mean {nearest}?] Write the INE code of five digits."},
	CodeAmbiguousCity: {
		"«{value}» puede ser más de un municipio[ ({nearest})]: la fila no se ha tomado. Escriba el código del INE.",
		"“{value}” may be more than one municipality[ ({nearest})]: the row was not taken. Write the INE code."},
	CodeLostZero: {
		"El código «{value}» había perdido el cero inicial: se ha leído como {entity} ({count} filas con códigos así). Guarde los códigos como texto.",
		"The code “{value}” had lost its leading zero: it was read as {entity} ({count} rows with such codes). Keep codes as text."},
	CodeOtherCities: {
		"{count} filas de municipios ajenos a la red no se han tomado (la primera, «{value}»).",
		"{count} rows of municipalities outside the network were not taken (the first is “{value}”)."},
	CodePeriodUnreadable: {
		"«{value}» no es un periodo: la fila no se ha tomado. Escriba 2024, 2024-Q3, 2024-03 o 2024-12-31.",
		"“{value}” is not a period: the row was not taken. Write 2024, 2024-Q3, 2024-03 or 2024-12-31."},
	CodePeriodAmbiguous: {
		"«{value}» se puede leer de varias formas[ ({readings})]: la fila no se ha tomado. Escriba la fecha como 2024-12-31, o diga el orden en la tabla.",
		"“{value}” can be read in several ways[ ({readings})]: the row was not taken. Write the date as 2024-12-31, or say the order in the table."},
	CodePeriodSerial: {
		"«{value}» parece el número interno de una fecha de hoja de cálculo: la fila no se ha tomado. Dé formato de fecha a la columna antes de exportar.",
		"“{value}” looks like the internal number of a date in a spreadsheet: the row was not taken. Format the column as a date before exporting."},
	CodeWrongPeriod: {
		"El periodo {at} no sirve para {subject}, que se recoge con frecuencia {frequency}: el dato no se ha tomado.",
		"The period {at} does not fit {subject}, whose frequency is {frequency}: the figure was not taken."},
	CodeUnknownVariable: {
		"El catálogo no tiene la variable «{value}»: la fila no se ha tomado.[ ¿Es {nearest}?]",
		"The catalogue has no variable “{value}”: the row was not taken.[ Is it {nearest}?]"},
	CodeUnknownMember: {
		"«{value}» no encaja en el desglose {dimension}: el dato no se ha tomado.[ ¿Es {nearest}?]",
		"“{value}” does not fit the breakdown {dimension}: the figure was not taken.[ Is it {nearest}?]"},
	CodeNoBreakdown: {
		"{subject} no se desglosa por {dimension} en el catálogo: el dato no se ha tomado. Entregue el total o amplíe el catálogo.",
		"{subject} is not broken down by {dimension} in the catalogue: the figure was not taken. Deliver the total or extend the catalogue."},
	CodeUnknownUnit: {
		"No se entiende la unidad «{value}» de {subject}: el dato no se ha tomado. Escriba {unit} u otra unidad UCUM convertible.",
		"The unit “{value}” of {subject} is not understood: the figure was not taken. Write {unit} or another UCUM unit that converts to it."},
	CodeUnitMismatch: {
		"La unidad «{value}» no se puede convertir a {unit}, la de {subject}: el dato no se ha tomado. Entréguelo en {unit}.",
		"The unit “{value}” cannot be converted to {unit}, that of {subject}: the figure was not taken. Deliver it in {unit}."},
	CodeUnknownStatus: {
		"El estado «{value}» no es de la lista SDMX CL_OBS_STATUS ni del catálogo de estados: el dato no se ha tomado. Escriba A, P, E, L, M, Q…",
		"The status “{value}” is neither of the SDMX list CL_OBS_STATUS nor one of ours: the figure was not taken. Write A, P, E, L, M, Q…"},
	CodeStatusConflict: {
		"El estado «{value}» contradice la celda[ («{cell}»)]: el dato no se ha tomado. Corrija uno de los dos.",
		"The status “{value}” contradicts the cell[ (“{cell}”)]: the figure was not taken. Correct one of them."},
	CodeAmbiguousNumber: {
		"«{value}» puede ser miles o decimales y ninguna otra celda del fichero lo aclara: no se ha tomado. Escriba el número sin separador de miles, o diga el signo decimal en la tabla.",
		"“{value}” may be thousands or decimals and no other cell of the file decides: it was not taken. Write the number without thousands separator, or say the decimal sign in the table."},
	CodeMixedNumbers: {
		"El fichero mezcla coma y punto decimal («{value}» aquí, «{other}» en {place}): solo se han tomado los números inequívocos. Use un solo signo decimal.",
		"The file mixes decimal comma and decimal point (“{value}” here, “{other}” in {place}): only numbers with one reading were taken. Use one decimal sign."},
	CodeNumberConvention: {
		"«{value}» no se puede leer con el signo decimal «{decimal}» que dice la tabla: no se ha tomado. Corrija la celda o la tabla.",
		"“{value}” cannot be read with the decimal sign “{decimal}” that the table says: it was not taken. Correct the cell or the table."},
	CodeNumberGrouping: {
		"Los miles de «{value}» no van de tres en tres: no se ha tomado. Escriba el número sin separador de miles.",
		"The thousands of “{value}” are not in groups of three: it was not taken. Write the number without thousands separator."},
	CodeNumberSymbol: {
		"«{value}» lleva el signo {sign} y la columna se espera en {unit}: no se ha tomado. Escriba solo el número, en {unit}.",
		"“{value}” has the sign {sign} and the column is expected in {unit}: it was not taken. Write the number alone, in {unit}."},
	CodeSymbolRead: {
		"{count} celdas de {subject} llevan el signo de su unidad («{value}»): se han leído sin él. Mejor sin signo.",
		"{count} cells of {subject} have the sign of their unit (“{value}”): they were read without it. Better leave it out."},
	CodeNumberRounded: {
		"«{value}» está en notación científica con menos cifras de las que tiene el número: se ha tomado, pero puede haber perdido precisión. Exporte la columna como número.",
		"“{value}” is in scientific notation with fewer digits than the number has: it was taken, but may have lost precision. Export the column as a number."},
	CodeNumberScientific: {
		"«{value}» mezcla notación científica y separador de miles: no se ha tomado. Escriba el número con todas sus cifras.",
		"“{value}” mixes scientific notation and a thousands separator: it was not taken. Write the number with all its digits."},
	CodeNumberRange: {
		"«{value}» es demasiado grande: no se ha tomado. Compruebe las cifras.",
		"“{value}” is too large: it was not taken. Check the digits."},
	CodeTextInNumber: {
		"«{value}» no es un número: no se ha tomado.[ ¿Es «{nearest}», declarado en el catálogo?] Escriba el número, deje la celda vacía o declare el signo en la fuente.",
		"“{value}” is not a number: it was not taken.[ Is it “{nearest}”, declared in the catalogue?] Write the number, leave the cell empty, or declare the sign in the source."},
	CodeNotInteger: {
		"{subject} es un recuento y «{value}» no es un número entero: no se ha tomado.",
		"{subject} is a count and “{value}” is not a whole number: it was not taken."},
	CodeNegative: {
		"{subject} no puede ser negativo («{value}»): no se ha tomado.[ Si es un signo de la fuente, como «{nearest}», declárelo en el catálogo.] Corrija la cifra; si significa que falta el dato, deje la celda vacía.",
		"{subject} cannot be negative (“{value}”): it was not taken.[ If it is a sign of the source, such as “{nearest}”, declare it in the catalogue.] Correct the figure; if it means that there is none, leave the cell empty."},
	CodeDuplicate: {
		"El dato de {subject} está dos veces, con el mismo valor «{value}» (también en {place}): se ha tomado una. Borre una de las dos.",
		"The figure of {subject} is there twice with the same value “{value}” (also in {place}): it was taken once. Delete one."},
	CodeConflict: {
		"El dato de {subject} está dos veces con valores distintos: {value#} aquí y {other#} en {place}. No se ha tomado ninguno; deje el bueno.",
		"The figure of {subject} is there twice with different values: {value#} here and {other#} in {place}. Neither was taken; leave the right one."},
	CodeFilled: {
		"La celda de {subject} está vacía aquí y tiene {other#} en {place}: se ha tomado ese valor.",
		"The cell of {subject} is empty here and has {other#} in {place}: that value was taken."},
	CodeRange: {
		"{subject} vale {value#}, fuera de lo posible ({min#} a {max#}). Corrija la cifra o su unidad.",
		"{subject} is {value#}, outside what is possible ({min#} to {max#}). Correct the figure or its unit."},
	CodePlausible: {
		"{subject} vale {value#}, fuera de lo habitual ({min#} a {max#}). Compruebe la cifra; si es correcta, explíquela en un comentario.",
		"{subject} is {value#}, outside what is usual ({min#} to {max#}). Check the figure; if it is right, explain it in a comment."},
	CodeChange: {
		"{subject} cambia un {change#} % respecto a {period} ({before#}[, {place}]); el límite es {max#} %. Compruebe ambas cifras.",
		"{subject} changes by {change#} % against {period} ({before#}[, {place}]); the limit is {max#} %. Check both figures."},
	CodeIdentity: {
		"{subject} vale {value#} y {parts} suman {sum#}: diferencia de {difference#} (se admite {tolerance#}). Compruebe el total y las partes.",
		"{subject} is {value#} and {parts} add up to {sum#}: a difference of {difference#} ({tolerance#} is allowed). Check the total and the parts."},
	CodeRecoverable: {
		"El valor oculto de {hidden} se puede deducir por diferencia ({identity}). Antes de publicar, oculte otra cifra de la misma suma.",
		"The hidden value of {hidden} can be worked out by difference ({identity}). Before publishing, hide another figure of the same sum."},
	CodeAtMost: {
		"{subject} ({value#}) es mayor que {other} ({limit#}[, {place}]). Compruebe las dos cifras.",
		"{subject} ({value#}) is greater than {other} ({limit#}[, {place}]). Check both figures."},
	CodeOutlier: {
		"{subject}[ por {per}] se aparta mucho de las demás ciudades: z robusta {z#} (límite {max#}), mediana {median#} de {cities} ciudades. Compruebe la cifra y su unidad.",
		"{subject}[ per {per}] is far from the other cities: robust z {z#} (limit {max#}), median {median#} of {cities} cities. Check the figure and its unit."},
	CodeMergedOwn: {
		"Hay un valor de {subject} de {entity} anterior a la fusión y también de sus antecesores ({parts}): se ha tomado el de la ciudad. Compruebe que es la suma.",
		"There is a value of {subject} of {entity} from before the merger, and values of its predecessors ({parts}): that of the city was taken. Check that it is their sum."},
	CodeMergedIncomplete: {
		"No se puede sumar {subject} de {entity} en {at}: falta {lacking}. Entregue el dato que falta.",
		"{subject} of {entity} in {at} cannot be added up: {lacking} lacks. Deliver the figure that lacks."},
	CodeMergedStraddle: {
		"{at} contiene la fusión ({date}) de {entity}: {subject} no se puede componer con los datos de {parts}. Entregue el periodo completo de la ciudad.",
		"{at} contains the merger ({date}) of {entity}: {subject} cannot be made up from the figures of {parts}. Deliver the whole period for the city."},
	CodeMore: {
		"Hay {count} avisos más. Corrija los anteriores y vuelva a leer los datos.",
		"There are {count} more findings. Correct those above and read the data again."},
}
