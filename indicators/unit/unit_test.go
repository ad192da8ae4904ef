package unit_test

import (
	"testing"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/stretchr/testify/require"
)

func TestCatalogueUnits(t *testing.T) {
	for _, c := range []struct {
		code, dim, ucum string
		kind            unit.Kind
	}{
		{"kg/{person}", "kg.{person}-1", "kg/{person}", unit.Quantity},
		{"%", "1", "%", unit.Percentage},
		{"EUR/t", "EUR.kg-1", "{EUR}/t", unit.Quantity},
		{"EUR/{person}", "EUR.{person}-1", "{EUR}/{person}", unit.Quantity},
		{"h/{container}", "s.{container}-1", "h/{container}", unit.Quantity},
		{"1/k{person}", "{person}-1", "1/10*3{person}", unit.Quantity},
		{"L/({person}.d)", "m3.s-1.{person}-1", "L/({person}.d)", unit.Quantity},
		{"h/{dwelling}", "s.{dwelling}-1", "h/{dwelling}", unit.Quantity},
		{"kW.h/{point}", "kg.m2.s-2.{point}-1", "kW.h/{point}", unit.Quantity},
		{"kW.h/{person}", "kg.m2.s-2.{person}-1", "kW.h/{person}", unit.Quantity},
		{"h", "s", "h", unit.Quantity},
		{"kW.h/m2", "kg.s-2", "kW.h/m2", unit.Quantity},
		{"{trip}/{person}", "{person}-1.{trip}", "{trip}/{person}", unit.Quantity},
		{"km/h", "m.s-1", "km/h", unit.Quantity},
		{"EUR/{trip}", "EUR.{trip}-1", "{EUR}/{trip}", unit.Quantity},
		{"km/100k{person}", "m.{person}-1", "km/10*5{person}", unit.Quantity},
		{"{trip}/({bike}.d)", "s-1.{bike}-1.{trip}", "{trip}/({bike}.d)", unit.Quantity},
		{"{vehicle}/k{person}", "{person}-1.{vehicle}", "{vehicle}/10*3{person}", unit.Quantity},
		{"{point}/k{person}", "{person}-1.{point}", "{point}/10*3{person}", unit.Quantity},
		{"1/100k{person}", "{person}-1", "1/10*5{person}", unit.Quantity},
		{"ug/m3", "kg.m-3", "ug/m3", unit.Quantity},
		{"d", "s", "d", unit.Quantity},
		{"t/{person}", "kg.{person}-1", "t/{person}", unit.Quantity},
		{"m2/{person}", "m2.{person}-1", "m2/{person}", unit.Quantity},
		{"EUR/m2", "EUR.m-2", "{EUR}/m2", unit.Quantity},
		{"{tree}/100{person}", "{person}-1.{tree}", "{tree}/10*2{person}", unit.Quantity},
		{"min", "s", "min", unit.Quantity},
		{"1/{person}", "{person}-1", "1/{person}", unit.Quantity},
		{"1/k{dwelling}", "{dwelling}-1", "1/10*3{dwelling}", unit.Quantity},
		{"EUR", "EUR", "{EUR}", unit.Currency},
		{"{bid}/{tender}", "{bid}.{tender}-1", "{bid}/{tender}", unit.Quantity},
		{"{person}/km2", "m-2.{person}", "{person}/km2", unit.Quantity},
		{"{person}", "{person}", "{person}", unit.Count},
		{"1", "1", "1", unit.Quantity},
	} {
		u, err := unit.Parse(c.code)
		require.NoError(t, err, c.code)
		require.Equal(t, c.code, u.String())
		require.Equal(t, c.dim, u.Dimension(), c.code)
		require.Equal(t, c.ucum, u.UCUM(), c.code)
		require.Equal(t, c.kind, u.Kind(), c.code)
	}
}
