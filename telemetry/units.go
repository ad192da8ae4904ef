package telemetry

import "github.com/almotacen/almotacen/indicators/unit"

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
func ResolveUnit(system UnitSystem, given string) (unit.Unit, bool) {
	code := given
	switch system {
	case CEFACT:
		code = cefact[given]
	case SenML, Name:
		return unit.Unit{}, false
	}
	if code == "" {
		return unit.Unit{}, false
	}
	u, err := unit.Parse(code)
	return u, err == nil
}

// cefact maps common codes of UN/ECE Recommendation 20 to UCUM.
var cefact = map[string]string{
	"CEL": "Cel", "FAH": "[degF]", "KEL": "K", "P1": "%", "GQ": "ug/m3", "GP": "mg/m3", "KWH": "kW.h", "MTS": "m/s", "C62": "1",
}
