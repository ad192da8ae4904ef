package unit_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/stretchr/testify/require"
)

// The wrong code holds ∑ where the error is expected.
func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		in, code, want string
		is             error
	}{
		{"∑", "syntax", `"1" for a pure number`, unit.ErrSyntax},
		{"∑kWh", "unknown", "kW.h", unit.ErrUnknown},
		{"EUR/∑MWh", "unknown", "MW.h", unit.ErrUnknown},
		{"m3/∑ha", "unknown", "har", unit.ErrUnknown},
		{"kg/∑hab", "unknown", "{person}", unit.ErrUnknown},
		{"kg/∑person", "unknown", "{person}", unit.ErrUnknown},
		{"kg/∑{persons}", "annotation", "{person}", unit.ErrAnnotation},
		{"kg/∑{hab}", "annotation", "{person}", unit.ErrAnnotation},
		{"kg/∑{Person}", "annotation", "{person}", unit.ErrAnnotation},
		{"{trip}/∑{xyzzy}", "annotation", "register it", unit.ErrAnnotation},
		{"∑KG/{person}", "unknown", "kg", unit.ErrUnknown},
		{"∑eur/t", "unknown", "EUR", unit.ErrUnknown},
		{"∑euros", "unknown", "EUR", unit.ErrUnknown},
		{"∑ppm", "unknown", "[ppm]", unit.ErrUnknown},
		{"∑Oms", "unknown", "", unit.ErrUnknown},
		{"∑Nm", "unknown", "N.m", unit.ErrUnknown},
		{"kg∑ / {person}", "syntax", "kg/{person}", unit.ErrSyntax},
		{"m∑³", "syntax", "m3", unit.ErrSyntax},
		{"∑µg/m³", "syntax", "ug/m3", unit.ErrSyntax},
		{"∑€/t", "syntax", "EUR/t", unit.ErrSyntax},
		{"∑°C", "syntax", "Cel", unit.ErrSyntax},
		{"kW∑·h", "syntax", "kW.h", unit.ErrSyntax},
		{"m∑*s", "syntax", `"." for a product`, unit.ErrSyntax},
		{"100∑km", "syntax", "100.km", unit.ErrSyntax},
		{"km/100∑km", "syntax", "100.km", unit.ErrSyntax},
		{"m/∑", "syntax", "a unit", unit.ErrSyntax},
		{"m.∑/s", "syntax", `"1"`, unit.ErrSyntax},
		{"m∑)", "syntax", "as many", unit.ErrSyntax},
		{"kg/∑(m.s", "syntax", `")"`, unit.ErrSyntax},
		{"kg/∑(", "syntax", `")"`, unit.ErrSyntax},
		{"(m/s)∑2", "syntax", "each unit", unit.ErrSyntax},
		{"∑{person", "syntax", "}", unit.ErrSyntax},
		{"∑{}", "syntax", "{person}", unit.ErrSyntax},
		{"∑[in_i", "syntax", "]", unit.ErrSyntax},
		{"m∑0", "syntax", "without it", unit.ErrSyntax},
		{"m∑-", "syntax", "s-1", unit.ErrSyntax},
		{"m∑65", "limit", "at most 64", unit.ErrLimit},
		{"EUR∑2020", "limit", "EUR@2020", unit.ErrLimit},
		{"∑EUR@20", "unknown", "EUR@2020", unit.ErrUnknown},
		{"∑EUR@20201", "unknown", "EUR@2020", unit.ErrUnknown},
		{"∑XXX", "unknown", "", unit.ErrUnknown},
		{"10∑+3", "syntax", "10*3", unit.ErrSyntax},
		{"2∑*3", "syntax", "10*3", unit.ErrSyntax},
		{"10*∑99999999", "limit", "300", unit.ErrLimit},
		{"∑0.m", "syntax", "positive", unit.ErrSyntax},
		{"kg∑{person}", "syntax", `"/" or "."`, unit.ErrSyntax},
		{"h∑{container}", "syntax", `"/" or "."`, unit.ErrSyntax},
		{"100{person}∑2", "syntax", "one by one", unit.ErrSyntax},
		{"{person}∑1", "syntax", "nothing", unit.ErrSyntax},
		{"W/(m2.∑Cel)", "kind", "K in products", unit.ErrKind},
		{"∑Cel2", "kind", "K in products", unit.ErrKind},
		{"∑dB[SPL]/m", "kind", "alone", unit.ErrKind},
		{"m∑^2", "syntax", "m2", unit.ErrSyntax},
		{"m∑^(1/9)", "limit", "1–4", unit.ErrLimit},
		{"∑km^(1/2)", "irrational", "m for km", unit.ErrIrrational},
		{"m.∑+2", "syntax", "sign", unit.ErrSyntax},
		{"m∑ ", "syntax", "m", unit.ErrSyntax},
		{"m∑\x00", "syntax", "visible ASCII", unit.ErrSyntax},
		{"m∑\xff", "syntax", "visible ASCII", unit.ErrSyntax},
	} {
		col := strings.Index(c.in, "∑") + 1
		in := strings.Replace(c.in, "∑", "", 1)
		u, err := unit.Parse(in)
		require.Error(t, err, in)
		require.True(t, u.IsZero(), in)
		e, ok := errors.AsType[*unit.ParseError](err)
		require.True(t, ok, in)
		require.Equal(t, c.code, e.Code, "%s: %v", in, err)
		require.Equal(t, col, e.Column, "%s: %v", in, err)
		require.ErrorIs(t, err, c.is)
		require.Contains(t, err.Error(), c.want, in)
	}
}

// Hostile codes are refused with bounded work and bounded messages.
func TestHostile(t *testing.T) {
	big := strings.Repeat("9", 400)
	for name, in := range map[string]string{
		"parentheses":     strings.Repeat("(", 1<<20),
		"nesting":         strings.Repeat("(", unit.MaxNesting+1) + "m" + strings.Repeat(")", unit.MaxNesting+1),
		"power of ten":    "10*99999999",
		"negative power":  "10*-99999999",
		"powers of ten":   strings.TrimSuffix(strings.Repeat("10*300.", 60), "."),
		"big exponents":   strings.TrimSuffix(strings.Repeat("Ym64.", 60), "."),
		"sum of exponent": strings.TrimSuffix(strings.Repeat("m64.", 60), "."),
		"long number":     strings.Repeat("9", 1<<20),
		"numbers":         strings.TrimSuffix(strings.Repeat("999999.", 70), ".") + ".999999",
		"long name":       strings.Repeat("x", 1<<20),
		"annotation":      "{" + strings.Repeat("x", 500) + "}",
		"prefix 64":       "Yg64.Yg64.Yg64.Yg64.Yg64.Yg64.Yg64",
		"roots":           "Ym^(63/4).Yg^(61/3).Ts^(59/2).Eg^(62/4).PA^(61/4)",
		"exponent":        "m" + big,
		"year":            "EUR@" + big,
		"slashes":         strings.Repeat("/", 500),
	} {
		start := time.Now()
		_, err := unit.Parse(in)
		if name == "numbers" { // 70 · 20 bits fit
			require.NoError(t, err)
			continue
		}
		require.Error(t, err, name)
		require.Less(t, len(err.Error()), 600, name)
		require.Less(t, time.Since(start), time.Second, name)
	}
	_, err := unit.Parse(strings.Repeat("(", unit.MaxNesting) + "m" + strings.Repeat(")", unit.MaxNesting))
	require.NoError(t, err)
	// Arithmetic has the same limits as codes.
	u := unit.MustParse("Ym20")
	for range 10 {
		if u, err = u.Mul(u); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, unit.ErrLimit)
}

func TestRegistry(t *testing.T) {
	r := unit.Registry{Annotations: []string{"bus_depot"}}
	u, err := r.Parse("EUR/{bus_depot}")
	require.NoError(t, err)
	require.Equal(t, "EUR.{bus_depot}-1", u.Dimension())
	_, err = unit.Parse("EUR/{bus_depot}")
	require.ErrorIs(t, err, unit.ErrAnnotation)
	_, err = r.Parse("EUR/{bus_depo}")
	require.ErrorContains(t, err, "{bus_depot}")
	v, err := r.Parse("{bus_depot}")
	require.NoError(t, err)
	w, err := u.Mul(v) // arithmetic needs no registry
	require.NoError(t, err)
	require.Equal(t, unit.MustParse("EUR"), w)
	for _, bad := range []string{"", "a b", "a{b", "ñ", strings.Repeat("x", 65)} {
		_, err := unit.Registry{Annotations: []string{bad}}.Parse("m")
		require.ErrorIs(t, err, unit.ErrAnnotation, bad)
	}
	for _, a := range unit.DefaultAnnotations() {
		u, err := unit.Parse("1/k{" + a + "}")
		require.NoError(t, err)
		require.Equal(t, "{"+a+"}-1", u.Dimension())
	}
}

func TestUCUM(t *testing.T) {
	for in, want := range map[string]string{
		"M{person}": "10*6{person}", "7{person}": "(7.{person})", "km/7k{person}": "km/(7000.{person})",
		"10*3{person}": "10*3{person}", "10*-3{person}": "10*-3{person}", "kEUR": "10*3{EUR}", "MEUR@2020/km2": "10*6{EUR@2020}/km2",
		"EUR-1": "{EUR^-1}", "m.EUR2/s": "m.{EUR^2}/s", "{person}2": "{person^2}", "kEUR2": "10*6{EUR^2}",
		"m^(1/2)": "{m^(1/2)}", "m/s^(2/1)": "m/s2", "A^(-2/2)": "A-1", "kg/m^(3/2)": "kg/{m^(3/2)}", "/k{person}": "/10*3{person}", "kg/(k{person}.d)": "kg/(10*3{person}.d)",
		"kW.h": "kW.h", "(EUR/t)/k{person}": "({EUR}/t)/10*3{person}", "7.10*-3{person}": "7.10*-3{person}",
		"kEUR^(1/2).kUSD^(1/2)": "{kEUR^(1/2)}.{kUSD^(1/2)}",
	} {
		u, err := unit.Parse(in)
		require.NoError(t, err, in)
		require.Equal(t, want, u.UCUM(), in)
	}
	require.Empty(t, unit.Unit{}.UCUM())
}
