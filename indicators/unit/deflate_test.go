package unit_test

import (
	"math/big"
	"testing"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/stretchr/testify/require"
)

func series() unit.Deflator {
	return unit.Deflator{Currency: "EUR", Base: 2021, Source: "invented", Index: map[int]*big.Rat{
		2020: big.NewRat(97, 1), 2021: big.NewRat(100, 1), 2022: big.NewRat(1084, 10), 2023: big.NewRat(11228, 100)}}
}

func TestDeflator(t *testing.T) {
	d := series()
	for _, c := range []struct {
		from, to string
		year     int
		want     string
	}{
		{"EUR@2021", "EUR@2022", 0, "271/250"}, {"EUR@2022", "EUR@2021", 0, "250/271"}, {"kEUR@2021/{person}", "EUR@2022/{person}", 0, "1084"},
		{"1/EUR@2021", "1/EUR@2022", 0, "250/271"}, {"EUR@2021", "EUR@2021", 0, "1"}, {"EUR", "EUR@2021", 2022, "250/271"},
		{"EUR@2021", "EUR", 2022, "271/250"}, {"EUR", "kEUR", 2022, "1/1000"}, {"kg", "g", 0, "1000"},
		{"EUR@2021.EUR@2022", "EUR@2022.EUR@2021", 0, "1"}, {"EUR@2021^(2/1)", "EUR@2022^(2/1)", 0, "73441/62500"},
	} {
		var r *big.Rat
		var err error
		if c.year == 0 {
			r, err = d.Factor(unit.MustParse(c.from), unit.MustParse(c.to))
		} else {
			r, err = d.FactorAt(c.year, unit.MustParse(c.from), unit.MustParse(c.to))
		}
		require.NoError(t, err, c.from)
		require.Equal(t, c.want, r.RatString(), "%s to %s", c.from, c.to)
	}
	// The series is not changed by use.
	require.Equal(t, "542/5", d.Index[2022].RatString())
	// Transitive, exactly.
	ab, _ := d.Factor(unit.MustParse("EUR@2020"), unit.MustParse("EUR@2022"))
	bc, _ := d.Factor(unit.MustParse("EUR@2022"), unit.MustParse("EUR@2023"))
	ac, _ := d.Factor(unit.MustParse("EUR@2020"), unit.MustParse("EUR@2023"))
	require.Zero(t, ab.Mul(ab, bc).Cmp(ac))
}

func TestDeflatorErrors(t *testing.T) {
	d := series()
	eur := unit.MustParse
	for _, c := range []struct {
		from, to string
		is       error
		text     string
	}{
		{"EUR@2019", "EUR@2021", unit.ErrDeflator, "no level for 2019; use a year it has (years from 2020 to 2023)"},
		{"EUR@2021", "EUR@2030", unit.ErrDeflator, "2030"},
		{"EUR", "EUR@2021", unit.ErrDeflator, "FactorAt"},
		{"USD@2020", "USD@2021", unit.ErrDeflator, "prices of different years"},
		{"EUR@2020", "USD@2020", unit.ErrDimension, ""},
		{"EUR@2020/{person}", "EUR@2021/{household}", unit.ErrDimension, "{household}"},
		{"EUR@2020^(1/2)", "EUR@2021^(1/2)", unit.ErrIrrational, "root"},
	} {
		_, err := d.Factor(eur(c.from), eur(c.to))
		require.ErrorIs(t, err, c.is, c.from)
		require.ErrorContains(t, err, c.text)
	}
	_, err := d.FactorAt(1999, eur("EUR"), eur("EUR@2021"))
	require.ErrorIs(t, err, unit.ErrDeflator)
	_, err = d.Factor(unit.Unit{}, eur("EUR@2021"))
	require.Error(t, err)
	for name, f := range map[string]func(*unit.Deflator){
		"currency": func(d *unit.Deflator) { d.Currency = "EURO" },
		"empty":    func(d *unit.Deflator) { d.Index = nil },
		"zero":     func(d *unit.Deflator) { d.Index[2022] = new(big.Rat) },
		"nil":      func(d *unit.Deflator) { d.Index[2022] = nil },
		"year":     func(d *unit.Deflator) { d.Index[22] = big.NewRat(1, 1) },
		"base":     func(d *unit.Deflator) { d.Base = 2022 },
		"no base":  func(d *unit.Deflator) { d.Base = 2019 },
	} {
		d := series()
		f(&d)
		require.ErrorIs(t, d.Check(), unit.ErrDeflator, name)
		_, err := d.Factor(eur("EUR@2020"), eur("EUR@2021"))
		require.Error(t, err, name)
	}
	require.NoError(t, series().Check())
}
