package unit

import (
	"slices"
	"strings"

	"github.com/almotacen/almotacen/internal/spelling"
)

// rewrite tries the code in ASCII without spaces, for texts that come from
// word processors: "m³ / (€·día)".
func (p *parser) rewrite() string {
	const plain = "visible ASCII characters, without spaces"
	if p.quiet {
		return ""
	}
	s := strings.NewReplacer(" ", "", "\t", "", "\n", "", "\r", "", "\u00a0", "", "\u202f", "", "\ufeff", "",
		"²", "2", "³", "3", "¹", "1", "⁻", "-", "−", "-", "·", ".", "⋅", ".", "×", ".", "*", ".", "÷", "/",
		"∕", "/", "µ", "u", "μ", "u", "°C", "Cel", "ºC", "Cel", "℃", "Cel", "°F", "[degF]", "°", "deg",
		"Ω", "Ohm", "Ω", "Ohm", "Å", "Ao", "‰", "[ppth]", "€", "EUR", "£", "GBP").Replace(p.in)
	q := parser{in: s, reg: p.reg, any: p.any, quiet: true, table: p.table}
	if _, perr := q.parse(); perr == nil || s != p.in && strings.Trim(s, visible) == "" && len(s) <= 80 {
		return s // if it is no unit yet, reading it says what is left to do
	}
	return plain
}

// visible are the characters of codes.
const visible = "!#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"

// aliases are spellings that people use for units whose code differs.
var aliases = [...]struct{ from, to string }{
	{"wh", "W.h"}, {"kwh", "kW.h"}, {"mwh", "MW.h"}, {"gwh", "GW.h"}, {"va", "V.A"}, {"kva", "kV.A"}, {"ah", "A.h"},
	{"ha", "har"}, {"hectare", "har"}, {"hectárea", "har"}, {"ton", "t"}, {"tn", "t"}, {"tonne", "t"}, {"tonnes", "t"},
	{"tonelada", "t"}, {"toneladas", "t"}, {"tco", "t"}, {"gr", "g"}, {"kgs", "kg"}, {"kilo", "kg"}, {"kilos", "kg"},
	{"hr", "h"}, {"hrs", "h"}, {"hour", "h"}, {"hours", "h"}, {"hora", "h"}, {"horas", "h"},
	{"mins", "min"}, {"minute", "min"}, {"minutes", "min"}, {"minuto", "min"}, {"minutos", "min"},
	{"sec", "s"}, {"secs", "s"}, {"seg", "s"}, {"second", "s"}, {"seconds", "s"}, {"segundos", "s"},
	{"day", "d"}, {"days", "d"}, {"dia", "d"}, {"dias", "d"}, {"week", "wk"}, {"weeks", "wk"}, {"semana", "wk"},
	{"month", "mo"}, {"months", "mo"}, {"mes", "mo"}, {"meses", "mo"},
	{"year", "a"}, {"years", "a"}, {"yr", "a"}, {"año", "a"}, {"anyo", "a"}, {"años", "a"},
	{"liter", "L"}, {"litre", "L"}, {"litro", "L"}, {"litros", "L"}, {"lt", "L"}, {"ltr", "L"}, {"mts", "m"}, {"mt", "m"},
	{"meter", "m"}, {"metre", "m"}, {"metro", "m"}, {"metros", "m"}, {"km2", "km2"}, {"nm3", "m3"}, {"nm", "N.m"},
	{"ppm", "[ppm]"}, {"ppb", "[ppb]"}, {"ppt", "[pptr]"}, {"ppth", "[ppth]"}, {"percent", "%"}, {"pct", "%"},
	{"degc", "Cel"}, {"celsius", "Cel"}, {"ºc", "Cel"}, {"degf", "[degF]"}, {"fahrenheit", "[degF]"}, {"kelvin", "K"},
	{"degree", "deg"}, {"degrees", "deg"}, {"grados", "deg"}, {"inch", "[in_i]"}, {"in", "[in_i]"},
	{"ft", "[ft_i]"}, {"foot", "[ft_i]"}, {"feet", "[ft_i]"}, {"yd", "[yd_i]"}, {"mile", "[mi_i]"}, {"mi", "[mi_i]"},
	{"miles", "[mi_i]"}, {"mph", "[mi_i]/h"}, {"kmh", "km/h"}, {"kph", "km/h"}, {"knot", "[kn_i]"}, {"kn", "[kn_i]"},
	{"nmi", "[nmi_i]"}, {"lb", "[lb_av]"}, {"lbs", "[lb_av]"}, {"oz", "[oz_av]"}, {"gal", "[gal_us]"},
	{"psi", "[psi]"}, {"mmhg", "mm[Hg]"}, {"ph", "[pH]"}, {"ntu", "[NTU]"}, {"iu", "[IU]"}, {"ohm", "Ohm"},
	{"dba", "dB[SPL]"}, {"euro", "EUR"}, {"euros", "EUR"}, {"eu", "EUR"}, {"dollar", "USD"},
	{"byte", "By"}, {"bytes", "By"}, {"kb", "kBy"}, {"mb", "MBy"}, {"gb", "GBy"}, {"tb", "TBy"}, {"bps", "bit/s"},
	{"kbps", "kbit/s"}, {"mbps", "Mbit/s"}, {"candela", "cd"}, {"lux", "lx"}, {"lumen", "lm"}, {"lumens", "lm"},
	{"joule", "J"}, {"watt", "W"}, {"volt", "V"}, {"amp", "A"}, {"amps", "A"}, {"pascal", "Pa"}, {"rpm", "/min"},
}

// annotationAliases are words for registered annotations.
var annotationAliases = [...]struct{ from, to string }{
	{"hab", "person"}, {"habitante", "person"}, {"habitantes", "person"}, {"habitant", "person"}, {"inhab", "person"},
	{"inhabitant", "person"}, {"inhabitants", "person"}, {"people", "person"}, {"pers", "person"}, {"cap", "person"},
	{"capita", "person"}, {"persona", "person"}, {"personas", "person"}, {"population", "person"}, {"resident", "person"},
	{"hogar", "household"}, {"hogares", "household"}, {"home", "household"}, {"vivienda", "dwelling"},
	{"viviendas", "dwelling"}, {"house", "dwelling"}, {"housing", "dwelling"}, {"car", "vehicle"}, {"cars", "vehicle"},
	{"coche", "vehicle"}, {"vehiculo", "vehicle"}, {"viaje", "trip"}, {"viajes", "trip"}, {"empresa", "company"},
	{"companies", "company"}, {"firm", "company"}, {"file", "case"}, {"expediente", "case"}, {"doc", "document"},
	{"documento", "document"}, {"sensor", "device"}, {"contenedor", "container"}, {"punto", "point"},
	{"arbol", "tree"}, {"trees", "tree"}, {"bici", "bike"}, {"bicycle", "bike"}, {"oferta", "bid"}, {"offer", "bid"},
	{"licitacion", "tender"}, {"he", "IE"}, {"pe", "IE"}, {"heq", "IE"}, {"declaracion", "tax_return"},
}

// nearest says what to write for a symbol that is none.
func (p *parser) nearest(start int, sym string) string {
	if p.quiet {
		return ""
	}
	if i := strings.IndexByte(sym, '@'); i >= 0 {
		return "an ISO 4217 code, @ and four digits, as in EUR@2020"
	}
	whole := sym + p.digitsAt(start+len(sym))
	for _, s := range [...]string{whole, sym} {
		for _, a := range aliases {
			if strings.EqualFold(a.from, s) {
				return a.to
			}
		}
	}
	for _, a := range annotationAliases {
		if strings.EqualFold(a.from, sym) {
			return "{" + a.to + "}"
		}
	}
	if l := strings.ToLower(sym); l != sym {
		if _, _, ok := resolveIn(p.table, l); ok { // KG is kg before it is kG
			return l
		}
	}
	var words []string
	for s := range p.table {
		words = append(words, s)
	}
	slices.Sort(words)
	words = append(words, strings.Fields(currencies)...)
	for _, s := range p.reg.names() {
		words = append(words, "{"+s+"}")
	}
	for _, w := range words {
		if strings.EqualFold(bare(w), bare(sym)) {
			return w
		}
	}
	for _, pre := range prefixes {
		for _, w := range words {
			if a, ok := p.table[w]; ok && a.metric && strings.EqualFold(pre.sym+w, sym) {
				return pre.sym + w
			}
		}
	}
	for i := 1; i < len(sym); i++ {
		_, _, ok1 := resolveIn(p.table, sym[:i])
		_, _, ok2 := resolveIn(p.table, sym[i:])
		if ok1 && ok2 {
			return sym[:i] + "." + sym[i:]
		}
	}
	if w := closest(sym, words); w != "" {
		return w
	}
	return "a UCUM code such as kg, m3 or kW.h, or a registered annotation such as {person}"
}

func (p *parser) digitsAt(i int) string {
	j := i
	for j < len(p.in) && isDigit(p.in[j]) && j < i+8 {
		j++
	}
	return p.in[i:j]
}

func (p *parser) nearestAnnotation(name string) string {
	if p.quiet {
		return ""
	}
	for _, a := range annotationAliases {
		if strings.EqualFold(a.from, name) {
			return "{" + a.to + "}"
		}
	}
	if w := closest(name, p.reg.names()); w != "" {
		return "{" + w + "}"
	}
	return `a registered annotation such as {person}, or register it in the catalogue's "annotations"`
}

// bare is a symbol without its brackets or braces.
func bare(s string) string { return strings.Trim(s, "[]{}") }

// closest returns the first word at the smallest edit distance, of at most a
// third of the letters, case aside; "" if there is none.
func closest(s string, words []string) string {
	if len(s) > 40 || len(s) < 3 {
		return ""
	}
	best, at := "", len(s)/3+1
	s = strings.ToLower(bare(s))
	for _, w := range words {
		if d := spelling.Distance(s, strings.ToLower(bare(w)), at); d < at {
			best, at = w, d
		}
	}
	return best
}
