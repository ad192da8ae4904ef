package round

import (
	"fmt"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/locale"
)

// args are what a sentence may name. Which ones a message uses is its table's business.
type args struct {
	indicator           *indicators.Indicator
	period, from, round period.Period
	city, city2         string
	value, value2       float64
	median, ratio, rank float64
	n, n2, of           int
	target              *indicators.Target
	method              string
}

// messages are the sentences of conclusions, by language. Placeholders:
//
//	{i} indicator   {p} period   {from} period before   {c} {c2} cities   {v} {v2} values with unit
//	{m} median with unit   {r} ratio   {k} rank   {n} {n2} {of} counts   {t} target   {by} network method   {y} period of the round
var messages = map[string]map[string]string{
	"es": {
		"extremes":          "{i} ({p}): el valor más alto, y mejor, es el de {c} ({v}); el más bajo, el de {c2} ({v2}). La mediana de {n} ciudades es {m}.",
		"extremes-lower":    "{i} ({p}): el valor más bajo, y mejor, es el de {c} ({v}); el más alto, el de {c2} ({v2}). La mediana de {n} ciudades es {m}.",
		"extremes-neutral":  "{i} ({p}): el valor más alto es el de {c} ({v}) y el más bajo el de {c2} ({v2}). La mediana de {n} ciudades es {m}.",
		"spread":            "{i} ({p}): la mitad central de {n} ciudades está entre {v} y {v2}; el tercer cuartil es {r} veces el primero.",
		"change":            "{i}: de {from} a {p}, mejoran {n} de {of} ciudades comparables y empeoran {n2}.",
		"change-neutral":    "{i}: de {from} a {p}, el valor sube en {n} de {of} ciudades comparables y baja en {n2}.",
		"trend-up":          "{i}: el valor conjunto de la red sube de {v} ({from}) a {v2} ({p}), un {r} ({by} de las {n} ciudades con dato en ambos periodos).",
		"trend-up-points":   "{i}: el valor conjunto de la red sube de {v} ({from}) a {v2} ({p}), {r} puntos porcentuales ({by} de las {n} ciudades con dato en ambos periodos).",
		"trend-down":        "{i}: el valor conjunto de la red baja de {v} ({from}) a {v2} ({p}), un {r} ({by} de las {n} ciudades con dato en ambos periodos).",
		"trend-down-points": "{i}: el valor conjunto de la red baja de {v} ({from}) a {v2} ({p}), {r} puntos porcentuales ({by} de las {n} ciudades con dato en ambos periodos).",
		"trend-equal":       "{i}: el valor conjunto de la red apenas cambia: {v2} en {from} y en {p} ({by} de las {n} ciudades con dato en ambos periodos).",
		"target":            "{i} ({p}): {n} de {of} ciudades cumplen el objetivo ({t}).",
		"strength":          "{c}: punto fuerte en {i} ({p}), con {v}; la mediana de sus ciudades semejantes es {m} (puesto {k} de {of} entre todas).",
		"concern":           "{c}: margen de mejora en {i} ({p}), con {v}; la mediana de sus ciudades semejantes es {m} (puesto {k} de {of} entre todas).",
		"coverage":          "{i} ({p}): solo hay dato en {n} de las {of} ciudades en que puede existir.",
		"unmeasured":        "Indicadores del catálogo que se han podido medir: {n} de {of}. Para los otros {n2} faltan datos hasta {y}; el informe dice cuáles.",
		"between":           "entre {v} y {v2}", "atleast": "al menos {v}", "atmost": "como mucho {v}",
		"ratio-of-sums": "razón de sumas", "weighted-mean": "media ponderada", "sum": "suma", "median": "mediana", "none": "sin valor conjunto",
	},
	"ca": {
		"extremes":          "{i} ({p}): el valor més alt, i millor, és el de {c} ({v}); el més baix, el de {c2} ({v2}). La mediana de {n} ciutats és {m}.",
		"extremes-lower":    "{i} ({p}): el valor més baix, i millor, és el de {c} ({v}); el més alt, el de {c2} ({v2}). La mediana de {n} ciutats és {m}.",
		"extremes-neutral":  "{i} ({p}): el valor més alt és el de {c} ({v}) i el més baix el de {c2} ({v2}). La mediana de {n} ciutats és {m}.",
		"spread":            "{i} ({p}): la meitat central de {n} ciutats és entre {v} i {v2}; el tercer quartil és {r} vegades el primer.",
		"change":            "{i}: de {from} a {p}, milloren {n} de {of} ciutats comparables i empitjoren {n2}.",
		"change-neutral":    "{i}: de {from} a {p}, el valor puja en {n} de {of} ciutats comparables i baixa en {n2}.",
		"trend-up":          "{i}: el valor conjunt de la xarxa puja de {v} ({from}) a {v2} ({p}), un {r} ({by} de les {n} ciutats amb dada en els dos períodes).",
		"trend-up-points":   "{i}: el valor conjunt de la xarxa puja de {v} ({from}) a {v2} ({p}), {r} punts percentuals ({by} de les {n} ciutats amb dada en els dos períodes).",
		"trend-down":        "{i}: el valor conjunt de la xarxa baixa de {v} ({from}) a {v2} ({p}), un {r} ({by} de les {n} ciutats amb dada en els dos períodes).",
		"trend-down-points": "{i}: el valor conjunt de la xarxa baixa de {v} ({from}) a {v2} ({p}), {r} punts percentuals ({by} de les {n} ciutats amb dada en els dos períodes).",
		"trend-equal":       "{i}: el valor conjunt de la xarxa gairebé no canvia: {v2} el {from} i el {p} ({by} de les {n} ciutats amb dada en els dos períodes).",
		"target":            "{i} ({p}): {n} de {of} ciutats compleixen l’objectiu ({t}).",
		"strength":          "{c}: punt fort en {i} ({p}), amb {v}; la mediana de les seves ciutats semblants és {m} (lloc {k} de {of} entre totes).",
		"concern":           "{c}: marge de millora en {i} ({p}), amb {v}; la mediana de les seves ciutats semblants és {m} (lloc {k} de {of} entre totes).",
		"coverage":          "{i} ({p}): només hi ha dada en {n} de les {of} ciutats on pot existir.",
		"unmeasured":        "Indicadors del catàleg que s’han pogut mesurar: {n} de {of}. Per als altres {n2} falten dades fins a {y}; l’informe diu quines.",
		"between":           "entre {v} i {v2}", "atleast": "almenys {v}", "atmost": "com a màxim {v}",
		"ratio-of-sums": "raó de sumes", "weighted-mean": "mitjana ponderada", "sum": "suma", "median": "mediana", "none": "sense valor conjunt",
	},
	"gl": {
		"extremes":          "{i} ({p}): o valor máis alto, e mellor, é o de {c} ({v}); o máis baixo, o de {c2} ({v2}). A mediana de {n} cidades é {m}.",
		"extremes-lower":    "{i} ({p}): o valor máis baixo, e mellor, é o de {c} ({v}); o máis alto, o de {c2} ({v2}). A mediana de {n} cidades é {m}.",
		"extremes-neutral":  "{i} ({p}): o valor máis alto é o de {c} ({v}) e o máis baixo o de {c2} ({v2}). A mediana de {n} cidades é {m}.",
		"spread":            "{i} ({p}): a metade central de {n} cidades está entre {v} e {v2}; o terceiro cuartil é {r} veces o primeiro.",
		"change":            "{i}: de {from} a {p}, melloran {n} de {of} cidades comparables e empeoran {n2}.",
		"change-neutral":    "{i}: de {from} a {p}, o valor sobe en {n} de {of} cidades comparables e baixa en {n2}.",
		"trend-up":          "{i}: o valor conxunto da rede sobe de {v} ({from}) a {v2} ({p}), un {r} ({by} das {n} cidades con dato en ambos os períodos).",
		"trend-up-points":   "{i}: o valor conxunto da rede sobe de {v} ({from}) a {v2} ({p}), {r} puntos porcentuais ({by} das {n} cidades con dato en ambos os períodos).",
		"trend-down":        "{i}: o valor conxunto da rede baixa de {v} ({from}) a {v2} ({p}), un {r} ({by} das {n} cidades con dato en ambos os períodos).",
		"trend-down-points": "{i}: o valor conxunto da rede baixa de {v} ({from}) a {v2} ({p}), {r} puntos porcentuais ({by} das {n} cidades con dato en ambos os períodos).",
		"trend-equal":       "{i}: o valor conxunto da rede apenas cambia: {v2} en {from} e en {p} ({by} das {n} cidades con dato en ambos os períodos).",
		"target":            "{i} ({p}): {n} de {of} cidades cumpren o obxectivo ({t}).",
		"strength":          "{c}: punto forte en {i} ({p}), con {v}; a mediana das súas cidades semellantes é {m} (posto {k} de {of} entre todas).",
		"concern":           "{c}: marxe de mellora en {i} ({p}), con {v}; a mediana das súas cidades semellantes é {m} (posto {k} de {of} entre todas).",
		"coverage":          "{i} ({p}): só hai dato en {n} das {of} cidades en que pode existir.",
		"unmeasured":        "Indicadores do catálogo que se puideron medir: {n} de {of}. Para os outros {n2} faltan datos ata {y}; o informe di cales.",
		"between":           "entre {v} e {v2}", "atleast": "polo menos {v}", "atmost": "como moito {v}",
		"ratio-of-sums": "razón de sumas", "weighted-mean": "media ponderada", "sum": "suma", "median": "mediana", "none": "sen valor conxunto",
	},
	"eu": {
		"extremes":          "{i} ({p}): baliorik altuena eta onena: {c} ({v}); baxuena: {c2} ({v2}). {n} hiriren mediana: {m}.",
		"extremes-lower":    "{i} ({p}): baliorik baxuena eta onena: {c} ({v}); altuena: {c2} ({v2}). {n} hiriren mediana: {m}.",
		"extremes-neutral":  "{i} ({p}): baliorik altuena: {c} ({v}); baxuena: {c2} ({v2}). {n} hiriren mediana: {m}.",
		"spread":            "{i} ({p}): {n} hiriren erdiko erdia {v} eta {v2} artean dago; hirugarren kuartila lehenengoa halako {r} da.",
		"change":            "{i} ({from} – {p}): hobera {n}, okerrera {n2}; hiri konparagarriak guztira: {of}.",
		"change-neutral":    "{i} ({from} – {p}): gora {n}, behera {n2}; hiri konparagarriak guztira: {of}.",
		"trend-up":          "{i}: sarearen baterako balioa igo egin da: {v} ({from}), {v2} ({p}); aldaketa: {r} ({by}; bi aldietan datua duten {n} hiri).",
		"trend-up-points":   "{i}: sarearen baterako balioa igo egin da: {v} ({from}), {v2} ({p}); aldaketa: {r} ehuneko-puntu ({by}; bi aldietan datua duten {n} hiri).",
		"trend-down":        "{i}: sarearen baterako balioa jaitsi egin da: {v} ({from}), {v2} ({p}); aldaketa: {r} ({by}; bi aldietan datua duten {n} hiri).",
		"trend-down-points": "{i}: sarearen baterako balioa jaitsi egin da: {v} ({from}), {v2} ({p}); aldaketa: {r} ehuneko-puntu ({by}; bi aldietan datua duten {n} hiri).",
		"trend-equal":       "{i}: sarearen baterako balioa ia ez da aldatu, {v2}: {from} eta {p} ({by}; bi aldietan datua duten {n} hiri).",
		"target":            "{i} ({p}): helburua ({t}) betetzen duten hiriak: {n} / {of}.",
		"strength":          "{c}: indargunea: {i} ({p}), {v}; antzeko hirien mediana: {m} (postua hiri guztien artean: {k} / {of}).",
		"concern":           "{c}: hobetzeko tartea: {i} ({p}), {v}; antzeko hirien mediana: {m} (postua hiri guztien artean: {k} / {of}).",
		"coverage":          "{i} ({p}): datua duten hiriak: {n}; izan dezaketenak: {of}.",
		"unmeasured":        "Neurtu ahal izan diren katalogoko adierazleak: {n} / {of}. Gainerako {n2} adierazleetarako datuak falta dira ({y} arte); txostenak dio zeintzuk.",
		"between":           "{v} – {v2}", "atleast": "gutxienez {v}", "atmost": "gehienez {v}",
		"ratio-of-sums": "baturen arrazoia", "weighted-mean": "batezbesteko haztatua", "sum": "batura", "median": "mediana", "none": "baterako baliorik gabe",
	},
	"en": {
		"extremes":          "{i} ({p}): the highest, and best, value is that of {c} ({v}); the lowest that of {c2} ({v2}). The median of {n} cities is {m}.",
		"extremes-lower":    "{i} ({p}): the lowest, and best, value is that of {c} ({v}); the highest that of {c2} ({v2}). The median of {n} cities is {m}.",
		"extremes-neutral":  "{i} ({p}): the highest value is that of {c} ({v}) and the lowest that of {c2} ({v2}). The median of {n} cities is {m}.",
		"spread":            "{i} ({p}): the middle half of {n} cities lies between {v} and {v2}; the third quartile is {r} times the first.",
		"change":            "{i}: from {from} to {p}, {n} of {of} comparable cities do better and {n2} worse.",
		"change-neutral":    "{i}: from {from} to {p}, the value rises in {n} of {of} comparable cities and falls in {n2}.",
		"trend-up":          "{i}: the value of the network as a whole rises from {v} ({from}) to {v2} ({p}), {r} ({by} of the {n} cities with a figure in both periods).",
		"trend-up-points":   "{i}: the value of the network as a whole rises from {v} ({from}) to {v2} ({p}), {r} percentage points ({by} of the {n} cities with a figure in both periods).",
		"trend-down":        "{i}: the value of the network as a whole falls from {v} ({from}) to {v2} ({p}), {r} ({by} of the {n} cities with a figure in both periods).",
		"trend-down-points": "{i}: the value of the network as a whole falls from {v} ({from}) to {v2} ({p}), {r} percentage points ({by} of the {n} cities with a figure in both periods).",
		"trend-equal":       "{i}: the value of the network as a whole hardly changes: {v2} in {from} and in {p} ({by} of the {n} cities with a figure in both periods).",
		"target":            "{i} ({p}): {n} of {of} cities meet the target ({t}).",
		"strength":          "{c}: a strength in {i} ({p}), with {v}; the median of its peers is {m} (position {k} of {of} among all cities).",
		"concern":           "{c}: room to improve in {i} ({p}), with {v}; the median of its peers is {m} (position {k} of {of} among all cities).",
		"coverage":          "{i} ({p}): there is a figure in only {n} of the {of} cities where it can exist.",
		"unmeasured":        "Indicators of the catalogue that could be measured: {n} of {of}. For the other {n2} figures up to {y} are lacking; the report says which.",
		"between":           "between {v} and {v2}", "atleast": "at least {v}", "atmost": "at most {v}",
		"ratio-of-sums": "ratio of sums", "weighted-mean": "weighted mean", "sum": "sum", "median": "median", "none": "no common value",
	},
}

// conclusionLanguages are the catalogue's languages that there are sentences in.
func conclusionLanguages(c *indicators.Catalogue) []string {
	var out []string
	for _, lang := range locale.Languages() {
		if slices.Contains(c.Languages, lang) {
			out = append(out, lang)
		}
	}
	if len(out) == 0 {
		out = []string{"en"}
	}
	return out
}

func fill(lang, message string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(messages[lang][message])
}

// sentence writes a message in a language. The figures in it are those of a,
// rounded to the indicator's decimals.
func sentence(lang, message string, a args) string {
	pairs := []string{
		"{n}", locale.Number(float64(a.n), 0, lang), "{n2}", locale.Number(float64(a.n2), 0, lang), "{of}", locale.Number(float64(a.of), 0, lang),
		"{c}", a.city, "{c2}", a.city2,
		"{k}", strings.TrimSuffix(strings.TrimSuffix(locale.Number(a.rank, 1, lang), ",0"), ".0"),
		"{y}", locale.Period(a.round, lang),
		"{r}", locale.Number(a.ratio, 1, lang),
	}
	if message == "trend-up" || message == "trend-down" {
		pairs[len(pairs)-1] = locale.Percent(a.ratio, 1, lang)
	}
	if a.indicator != nil {
		pairs = append(pairs,
			"{i}", a.indicator.Label.In(lang),
			"{v}", withUnit(a.value, a.indicator, lang), "{v2}", withUnit(a.value2, a.indicator, lang), "{m}", withUnit(a.median, a.indicator, lang),
			"{p}", locale.Period(a.period, lang), "{from}", locale.Period(a.from, lang),
			"{by}", messages[lang][a.method],
		)
		if a.target != nil {
			t := targetText(a.indicator, a.target, lang)
			if !a.target.Period.IsZero() {
				t += ", " + locale.Period(a.target.Period, lang)
			}
			pairs = append(pairs, "{t}", t)
		}
	}
	return fill(lang, message, pairs...)
}

func targetText(ind *indicators.Indicator, t *indicators.Target, lang string) string {
	switch {
	case t.Min != nil && t.Max != nil && *t.Min != *t.Max:
		return fill(lang, "between", "{v}", withUnit(*t.Min, ind, lang), "{v2}", withUnit(*t.Max, ind, lang))
	case t.Min != nil && t.Max != nil:
		return withUnit(*t.Min, ind, lang)
	case t.Min != nil:
		return fill(lang, "atleast", "{v}", withUnit(*t.Min, ind, lang))
	case t.Max != nil:
		return fill(lang, "atmost", "{v}", withUnit(*t.Max, ind, lang))
	}
	return ""
}

// withUnit is a value as people read it: "12,3 %", "459 kg por habitante".
func withUnit(v float64, ind *indicators.Indicator, lang string) string {
	label := ind.UnitLabel.In(lang)
	if label == "%" || (label == "" && ind.Unit.String() == "%") {
		return locale.Percent(v, ind.Decimals, lang)
	}
	if label == "" {
		label = ind.Unit.String()
	}
	return locale.Number(v, ind.Decimals, lang) + "\u00a0" + label
}

// joinNames lists up to three names and counts the rest.
func joinNames(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s (+%d)", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}
