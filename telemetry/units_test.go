package telemetry

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/unit"
)

func TestResolveUnit(t *testing.T) {
	for _, c := range []struct {
		system UnitSystem
		given  string
		want   string // "": not known
	}{
		{UCUM, "ug/m3", "ug/m3"}, {UCUM, "By", "By"}, {UCUM, "{request}", "{request}"}, {UCUM, "{packet}", "1"}, {UCUM, "{packet}/s", "1/s"}, {UCUM, "By{transmitted}", "By"},
		{UCUM, "1{x}", "1"}, {UCUM, "{", ""}, {UCUM, "degrees", ""}, {UCUM, "", ""},
		{CEFACT, "CEL", "Cel"}, {CEFACT, "GQ", "ug/m3"}, {CEFACT, "A97", "hPa"}, {CEFACT, "HPA", ""}, {CEFACT, "KWH", "kW.h"}, {CEFACT, "H67", "mm/h"}, {CEFACT, "MMH", ""}, {CEFACT, "cel", ""}, {CEFACT, "", ""},
		{SenML, "Cel", "Cel"}, {SenML, "%RH", "%"}, {SenML, "%", "1"}, {SenML, "/", "1"}, {SenML, "lon", "deg"}, {SenML, "Wh/km", "W.h/km"}, {SenML, "dBm", ""}, {SenML, "kvarh", "kV.A.h"}, {SenML, "°C", ""},
		{Name, "ºC", "Cel"}, {Name, "°C", "Cel"}, {Name, "µg/m3", "ug/m3"}, {Name, "μg/m³", "ug/m3"}, {Name, "ug/m³", "ug/m3"}, {Name, "µg / m³", "ug/m3"}, {Name, "km/h", "km/h"}, {Name, "lux", "lx"},
		{Name, "percent", "%"}, {Name, "%", "%"}, {Name, "Percent", "%"}, {Name, "grados centígrados", "Cel"}, {Name, "dB(A)", "dB[SPL]"}, {Name, "W/m²", "W/m2"}, {Name, "m³", "m3"}, {Name, "kWh", "kW.h"},
		{Name, "l/m2", "L/m2"}, {Name, "vehículos", "{vehicle}"}, {Name, "C", ""}, {Name, "F", ""}, {Name, "furlongs per fortnight", ""}, {Name, "", ""}, {Name, "€", "EUR"}, {Name, "HPA", "hPa"},
		{UnitSystem(9), "m", ""},
	} {
		u, ok := ResolveUnit(c.system, c.given)
		require.Equal(t, c.want != "", ok, "%v %q", c.system, c.given)
		require.Equal(t, c.want, u.String(), "%v %q", c.system, c.given)
	}
}

// Every code of the tables is a unit, stands once, and comes back with the same meaning.
func TestUnitTables(t *testing.T) {
	for name, list := range map[string][]unitCode{"cefact": cefact, "senml": senml, "symbols": symbols, "words": words} {
		seen := map[string]bool{}
		for _, c := range list {
			require.False(t, seen[c.code], "%s: %s stands twice", name, c.code)
			seen[c.code] = true
			_, err := unit.Parse(c.ucum)
			require.NoError(t, err, "%s %s", name, c.code)
		}
	}
	for _, s := range []UnitSystem{CEFACT, SenML} {
		for _, c := range map[UnitSystem][]unitCode{CEFACT: cefact, SenML: senml}[s] {
			u, ok := ResolveUnit(s, c.code)
			require.True(t, ok)
			code, ok := UnitCode(s, u)
			require.True(t, ok)
			v, _ := ResolveUnit(s, code)
			require.True(t, u.Equal(v), "%s %s", c.code, code)
		}
	}
	code, ok := UnitCode(SenML, unit.MustParse("%"))
	require.True(t, ok)
	require.Equal(t, "/100", code)
	_, ok = UnitCode(CEFACT, unit.Unit{})
	require.False(t, ok)
	code, _ = UnitCode(UCUM, unit.MustParse("ug/m3"))
	require.Equal(t, "ug/m3", code)
	_, ok = UnitCode(CEFACT, unit.MustParse("{trip}"))
	require.False(t, ok)
}
