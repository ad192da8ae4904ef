package telemetry

import (
	"strings"

	"github.com/almotacen/almotacen/indicators/unit"
)

// UnitSystem is the list that a unit's code is from.
type UnitSystem uint8

// The systems.
const (
	UCUM   UnitSystem = iota // UCUM case-sensitive codes; OTLP
	CEFACT                   // UN/ECE Recommendation 20 common codes; NGSI-LD unitCode
	SenML                    // IANA SenML units and secondary units (RFC 8428, RFC 8798)
	Name                     // free text: "ºC", "µg/m³", "degrees Celsius"
)

// String is the system's name.
func (s UnitSystem) String() string {
	if int(s) < len(systemNames) {
		return systemNames[s]
	}
	return "unknown"
}

var systemNames = [...]string{"UCUM", "UN/CEFACT", "SenML", "name"}

// ResolveUnit is the unit that a code of a system means; false if it is not known.
// A unit that cannot be resolved is kept as text.
//
// UCUM annotations that the library does not have as units of their own ({request},
// %{RH}) count as 1, as UCUM says. Codes of UN/CEFACT are those of revision 17 (2021),
// where HPA is a hectolitre of pure alcohol and the hectopascal is A97: the former is
// not known here. In SenML, % is a ratio of 1, not a percentage (RFC 8428, 12.1).
// Names that mean two things ("C", "F") are not known.
func ResolveUnit(system UnitSystem, given string) (unit.Unit, bool) {
	code := given
	switch system {
	case UCUM:
		if u, err := unit.Parse(code); err == nil {
			return u, true
		}
		code = withoutAnnotations(code)
	case CEFACT:
		code = find(cefact, given)
	case SenML:
		code = find(senml, given)
	case Name:
		return resolveName(given)
	default:
		return unit.Unit{}, false
	}
	return parseUnit(code)
}

// UnitCode is the code of a system that means u: of several, the commonest; false if
// there is none. In UCUM it is u's own code.
func UnitCode(system UnitSystem, u unit.Unit) (string, bool) {
	var list []unitCode
	switch {
	case u.IsZero():
		return "", false
	case system == UCUM:
		return u.String(), true
	case system == CEFACT:
		list = cefact
	case system == SenML:
		list = senml
	}
	for _, c := range list {
		if c.ucum == u.String() {
			return c.code, true
		}
	}
	for _, c := range list {
		if v, ok := parseUnit(c.ucum); ok && v.Equal(u) {
			return c.code, true
		}
	}
	return "", false
}

// unitCode is a code of a list and the UCUM code of the same meaning.
type unitCode struct{ code, ucum string }

func find(list []unitCode, code string) string {
	for _, c := range list {
		if c.code == code {
			return c.ucum
		}
	}
	return ""
}

func parseUnit(code string) (unit.Unit, bool) {
	if code == "" {
		return unit.Unit{}, false
	}
	u, err := unit.Parse(code)
	return u, err == nil
}

// withoutAnnotations drops {…}; one that stands alone is 1.
func withoutAnnotations(code string) string {
	if !strings.Contains(code, "{") {
		return code
	}
	var b strings.Builder
	for code != "" {
		i := strings.IndexByte(code, '{')
		if i < 0 {
			b.WriteString(code)
			break
		}
		j := strings.IndexByte(code[i:], '}')
		if j < 0 {
			return ""
		}
		b.WriteString(code[:i])
		if s := b.String(); s == "" || strings.ContainsAny(s[len(s)-1:], "./(") {
			b.WriteByte('1')
		}
		code = code[i+j+1:]
	}
	return b.String()
}

// plain spells names in ASCII where a sign has one.
var plain = strings.NewReplacer("µ", "u", "μ", "u", "²", "2", "³", "3", "⁻", "-", "¹", "1", "·", ".", "⋅", ".", "º", "°", "Ω", "Ohm", "Ω", "Ohm", "℃", "°C", "℉", "°F", "^", "", " ", "", "\u00a0", "")

// resolveName looks a name up as it is, then without case, then as UCUM.
func resolveName(given string) (unit.Unit, bool) {
	s := plain.Replace(given)
	if code := find(symbols, s); code != "" {
		return parseUnit(code)
	}
	if code := find(words, strings.ToLower(s)); code != "" {
		return parseUnit(code)
	}
	for _, twofold := range []string{"C", "F", "a", "u", "b", "B", "R", "S", "P", "G", "U", "M", "H", "T", "d", "D"} {
		if s == twofold {
			return unit.Unit{}, false
		}
	}
	return parseUnit(s)
}
