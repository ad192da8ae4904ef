package unit_test

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/stretchr/testify/require"
)

func TestFactorExact(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"kW.h", "J", "3600000"}, {"t/{person}", "kg/{person}", "1000"}, {"km2", "m2", "1000000"}, {"har", "m2", "10000"},
		{"L", "m3", "1/1000"}, {"L", "dm3", "1"}, {"min", "h", "1/60"}, {"wk", "h", "168"}, {"km/h", "m/s", "5/18"},
		{"%", "1", "1/100"}, {"1", "%", "100"}, {"[ppm]", "%", "1/10000"}, {"[ppth]", "1", "1/1000"}, {"ug/m3", "mg/m3", "1/1000"},
		{"1/k{person}", "1/100k{person}", "100"}, {"1/k{person}", "1/{person}", "1/1000"}, {"{tree}/100{person}", "{tree}/{person}", "1/100"},
		{"M{person}", "k{person}", "1000"}, {"kEUR", "EUR", "1000"}, {"MEUR@2020", "kEUR@2020", "1000"}, {"EUR/t", "EUR/kg", "1/1000"},
		{"L/({person}.d)", "m3/({person}.a)", "1461/4000"}, {"deg", "gon", "10/9"}, {"circ", "deg", "360"}, {"''", "deg", "1/3600"},
		{"[mi_i]/h", "km/h", "25146/15625"}, {"[in_i]", "m", "127/5000"}, {"[acr_us]", "m2", "62726400000/15499969"},
		{"KiBy", "bit", "8192"}, {"MBy", "kBy", "1000"}, {"bar", "kPa", "100"}, {"cal", "J", "523/125"}, {"dB[SPL]", "B[SPL]", "1/10"},
		{"a", "d", "1461/4"}, {"[degR]", "K", "5/9"}, {"10*3.m", "km", "1"}, {"[iU]/L", "[IU]/mL", "1/1000"}, {"%", "[ppb]", "10000000"},
	} {
		f, err := unit.Factor(unit.MustParse(c.from), unit.MustParse(c.to))
		if unit.MustParse(c.from).Kind() == unit.Level {
			require.ErrorIs(t, err, unit.ErrKind)
			continue
		}
		require.NoError(t, err, c.from)
		require.Equal(t, c.want, f.RatString(), "%s to %s", c.from, c.to)
		back, err := unit.Factor(unit.MustParse(c.to), unit.MustParse(c.from))
		require.NoError(t, err)
		require.Equal(t, "1", f.Mul(f, back).RatString())
	}
}

func kind(t *testing.T, code string, k unit.Kind) unit.Unit {
	t.Helper()
	u, err := unit.MustParse(code).WithKind(k)
	require.NoError(t, err)
	return u
}

func TestLevels(t *testing.T) {
	cel, k, f := unit.MustParse("Cel"), unit.MustParse("K"), unit.MustParse("[degF]")
	for _, c := range []struct {
		x        float64
		from, to unit.Unit
		want     float64
	}{
		{0, cel, k, 273.15}, {-273.15, cel, k, 0}, {-273.125, cel, k, 0.025}, {273.15, k, cel, 0}, {100, cel, f, 212}, {-40, f, cel, -40}, {32, f, cel, 0},
		{98.6, f, cel, 37}, {36.6, cel, cel, 36.6}, {25, unit.MustParse("dCel"), cel, 2.5}, {80, unit.MustParse("[degRe]"), cel, 100},
		{10, kind(t, "Cel", unit.Difference), kind(t, "[degF]", unit.Difference), 18},
		{10, kind(t, "Cel", unit.Difference), k, 10}, {9, kind(t, "[degF]", unit.Difference), kind(t, "Cel", unit.Difference), 5},
		{100, unit.MustParse("dB[SPL]"), unit.MustParse("B[SPL]"), 10},
		{20, unit.MustParse("10.Cel"), cel, 200},
	} {
		got, err := unit.Convert(c.x, c.from, c.to)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%v %s to %s", c.x, c.from, c.to)
	}
	_, err := unit.Factor(cel, k)
	require.ErrorIs(t, err, unit.ErrKind)
	require.ErrorContains(t, err, "use Convert")
	r, err := unit.Factor(kind(t, "Cel", unit.Difference), k)
	require.NoError(t, err)
	require.Equal(t, "1", r.RatString())
	r, err = unit.Factor(cel, cel)
	require.NoError(t, err)
	require.Equal(t, "1", r.RatString())
	_, err = unit.Convert(1, cel, kind(t, "Cel", unit.Difference))
	require.ErrorIs(t, err, unit.ErrKind)
	// Exactly, there and back.
	c, err := unit.NewConverter(f, cel)
	require.NoError(t, err)
	require.Equal(t, "-160/9", c.Rat(new(big.Rat)).RatString())
}

func TestConvertErrors(t *testing.T) {
	for _, c := range []struct {
		from, to unit.Unit
		is       error
		text     string
	}{
		{unit.MustParse("kg/{person}"), unit.MustParse("kg/{household}"), unit.ErrDimension, "kg.{person}-1 is not kg.{household}-1"},
		{unit.MustParse("EUR@2020"), unit.MustParse("EUR@2023"), unit.ErrDeflator, "EUR@2020 is not EUR@2023; use a Deflator"},
		{unit.MustParse("EUR/{person}"), unit.MustParse("EUR@2023/{person}"), unit.ErrDeflator, "prices of different years"},
		{unit.MustParse("EUR@2020"), unit.MustParse("EUR"), unit.ErrDimension, "prices of different years"},
		{unit.MustParse("EUR"), unit.MustParse("USD"), unit.ErrDimension, "exchange rates are not units"},
		{kind(t, "1", unit.Index), unit.MustParse("%"), unit.ErrKind, "index"},
		{kind(t, "1", unit.Share), kind(t, "1", unit.Score), unit.ErrKind, "score"},
		{unit.Unit{}, unit.One(), unit.ErrKind, "there is no unit"},
		{unit.MustParse("dB[SPL]"), unit.MustParse("Pa"), unit.ErrDimension, "is not"},
	} {
		_, err := unit.Convert(1, c.from, c.to)
		require.ErrorIs(t, err, c.is)
		require.ErrorContains(t, err, c.text)
		_, err = unit.Factor(c.from, c.to)
		require.ErrorIs(t, err, c.is)
	}
	deg, rad := unit.MustParse("deg"), unit.MustParse("rad")
	require.True(t, deg.SameDimension(rad))
	_, err := unit.Factor(deg, rad)
	require.ErrorIs(t, err, unit.ErrIrrational)
	x, err := unit.Convert(180, deg, rad)
	require.NoError(t, err)
	require.Equal(t, math.Pi, x)
	x, err = unit.Convert(math.Pi, rad, deg)
	require.NoError(t, err)
	require.Equal(t, 180.0, x)
	_, err = unit.Convert(math.MaxFloat64, unit.MustParse("km"), unit.MustParse("m"))
	require.ErrorIs(t, err, unit.ErrLimit)
	for _, v := range []float64{math.Inf(1), math.Inf(-1), math.Copysign(0, -1)} {
		x, err := unit.Convert(v, unit.MustParse("h"), unit.MustParse("wk"))
		require.NoError(t, err)
		require.Equal(t, math.Float64bits(v), math.Float64bits(x))
	}
	x, err = unit.Convert(math.NaN(), unit.MustParse("h"), unit.MustParse("d"))
	require.NoError(t, err)
	require.True(t, math.IsNaN(x))
}

// sample is used by the property tests: codes of all shapes.
var sample = []string{"1", "%", "[ppm]", "kg", "t", "g/{person}", "kg/k{person}", "L/({person}.d)", "{trip}/({bike}.d)", "kW.h", "J",
	"EUR", "kEUR@2020/{person}", "1/100k{person}", "{tree}/100{person}", "km/h", "m/s", "har", "m2", "[mi_i]", "[acr_us]",
	"deg", "[pi].rad", "deg/s", "By", "Mibit/s", "[degR]", "K", "7.m/13", "10*-9.kg", "/min", "m^(1/2)", "{person}2", "EUR-1", "USD2/a",
	"{IE}", "[iU]/mL", "mol/L", "kat", "(m/s)/(kg/{household})", "EUR@2020^(2/1)"}

// Exact there and back, and the float result is the rounded rational: the slow
// twin works with 400 bits.
func TestConvertRounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, a := range sample {
		for _, b := range sample {
			u, v := unit.MustParse(a), unit.MustParse(b)
			if !u.SameDimension(v) {
				continue
			}
			c, err := unit.NewConverter(u, v)
			require.NoError(t, err)
			back, err := unit.NewConverter(v, u)
			require.NoError(t, err)
			f, ferr := unit.Factor(u, v)
			for range 50 {
				x := math.Ldexp(rng.Float64()-0.5, rng.IntN(200)-100)
				r := new(big.Rat).SetFloat64(x)
				if ferr == nil {
					require.Zero(t, back.Rat(c.Rat(r)).Cmp(r), "%s %s", a, b)
					num := new(big.Float).SetPrec(400).SetRat(f)
					want, _ := num.Mul(num, new(big.Float).SetPrec(400).SetFloat64(x)).Float64()
					got, err := c.Convert(x)
					require.NoError(t, err)
					require.Equal(t, want, got, "%v %s to %s", x, a, b)
					m, err := unit.MulRat(x, f)
					require.NoError(t, err)
					require.Equal(t, want, m)
				}
			}
		}
	}
}

func TestAlgebraProperties(t *testing.T) {
	for _, a := range sample {
		u := unit.MustParse(a)
		self, err := u.Div(u)
		require.NoError(t, err, a)
		if a != "1" {
			require.Equal(t, unit.One(), self, a)
		}
		sq, err := u.Pow(2, 1)
		require.NoError(t, err)
		prod, err := u.Mul(u)
		require.NoError(t, err)
		require.True(t, sq.SameScale(prod), "%s: %s %s", a, sq, prod)
		root, err := sq.Pow(1, 2)
		require.NoError(t, err, a)
		require.True(t, root.SameScale(u), "%s: %s", a, root)
		inv, err := u.Pow(-1, 1)
		require.NoError(t, err)
		one, err := u.Mul(inv)
		require.NoError(t, err)
		require.True(t, one.SameScale(unit.One()), a)
		for _, b := range sample {
			v := unit.MustParse(b)
			uv, err := u.Mul(v)
			require.NoError(t, err)
			vu, err := v.Mul(u)
			require.NoError(t, err)
			require.True(t, uv.SameScale(vu), "%s %s: %s %s", a, b, uv, vu)
			w, err := uv.Div(v)
			require.NoError(t, err)
			require.True(t, w.SameScale(u), "%s·%s = %s, back %s", a, b, uv, w)
			again, err := unit.Parse(uv.String())
			require.NoError(t, err, uv)
			require.True(t, again.SameScale(uv), "%s", uv)
		}
	}
}

func TestDerivedCodes(t *testing.T) {
	for _, c := range []struct{ u, op, v, want string }{
		{"kg/{person}", ".", "{person}", "kg"}, {"kg/k{person}", ".", "{person}", "kg/1000"}, {"t", "/", "{person}", "t/{person}"},
		{"EUR", "/", "t", "EUR/t"}, {"kW.h", "/", "kW", "h"}, {"m3", "/", "m", "m2"}, {"km", "/", "m", "km/m"},
		{"{trip}", "/", "{bike}.d", "{trip}/({bike}.d)"}, {"1", "/", "k{person}", "1/k{person}"}, {"%", ".", "EUR", "%.EUR"},
		{"m", "/", "s2", "m/s2"}, {"1", "/", "h", "1/h"}, {"k{person}", ".", "k{person}", "10*6.{person}2"}, {"kEUR", "/", "EUR", "10*3"},
		{"EUR@2020", ".", "EUR@2020", "EUR@2020^(2/1)"}, {"[ppm]", ".", "10*6", "1"}, {"%", ".", "100", "1"}, {"3.m", "/", "2.s", "3.m/(2.s)"},
	} {
		u, v := unit.MustParse(c.u), unit.MustParse(c.v)
		w, err := u.Mul(v)
		if c.op == "/" {
			w, err = u.Div(v)
		}
		require.NoError(t, err)
		want := c.want
		if want == "kg/1000" {
			want = "kg/10*3"
		}
		require.Equal(t, want, w.String(), "%s %s %s", c.u, c.op, c.v)
	}
	for _, c := range []struct {
		u    string
		n, d int64
		want string
	}{
		{"{person}", 1000, 1, "k{person}"}, {"{person}", 100000, 1, "100k{person}"}, {"1/{person}", 1, 1000, "1/k{person}"},
		{"{tree}/{person}", 1, 100, "{tree}/100{person}"}, {"1", 1, 100, "%"}, {"1", 1, 1000, "[ppth]"}, {"%", 100, 1, "1"},
		{"EUR", 1000, 1, "kEUR"}, {"t", 1, 1000, "t/10*3"}, {"m", 7, 3, "7.m/3"}, {"kg", 1, 1, "kg"},
	} {
		u := unit.MustParse(c.u)
		s := u.Scale(big.NewRat(c.n, c.d))
		require.Equal(t, c.want, s.String())
		f, err := unit.Factor(s, u)
		require.NoError(t, err)
		require.Equal(t, big.NewRat(c.n, c.d).RatString(), f.RatString())
	}
	require.True(t, unit.MustParse("t").Scale(big.NewRat(1, 1000)).Equal(unit.MustParse("kg")))
	require.Equal(t, unit.Percentage, kind(t, "1", unit.Share).Scale(big.NewRat(1, 100)).Kind())
	tenth := unit.MustParse("Cel").Scale(big.NewRat(1, 10))
	require.Equal(t, unit.Level, tenth.Kind())
	require.True(t, tenth.Equal(unit.MustParse("dCel")))
	require.Equal(t, unit.Difference, kind(t, "Cel", unit.Difference).Scale(big.NewRat(2, 1)).Kind())
	huge := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), unit.MaxScale+1))
	for _, r := range []*big.Rat{nil, new(big.Rat), big.NewRat(-1, 2), huge} {
		require.True(t, unit.MustParse("m").Scale(r).IsZero())
	}
	require.True(t, unit.MustParse("dB").Scale(big.NewRat(2, 1)).IsZero())
	require.True(t, kind(t, "1", unit.Index).Scale(big.NewRat(2, 1)).IsZero())
}

func TestKinds(t *testing.T) {
	for code, want := range map[string]unit.Kind{"1": unit.Quantity, "%": unit.Percentage, "100": unit.Quantity, "{person}": unit.Count,
		"k{person}": unit.Count, "{person}/{person}": unit.Quantity, "EUR": unit.Currency, "MEUR@2020": unit.Currency, "EUR/t": unit.Quantity,
		"Cel": unit.Level, "K": unit.Quantity, "[degF]": unit.Level, "dB[SPL]": unit.Level, "[pH]": unit.Level, "%/a": unit.Quantity} {
		require.Equal(t, want, unit.MustParse(code).Kind(), code)
	}
	index, score, share := kind(t, "1", unit.Index), kind(t, "1", unit.Score), kind(t, "1", unit.Share)
	require.NotEqual(t, unit.One(), share)
	require.False(t, share.Equal(unit.One()))
	require.True(t, share.SameScale(unit.One()))
	f, err := unit.Factor(share, unit.MustParse("%"))
	require.NoError(t, err)
	require.Equal(t, "100", f.RatString())
	_, err = index.Mul(index)
	require.ErrorIs(t, err, unit.ErrKind)
	_, err = score.Mul(score)
	require.ErrorIs(t, err, unit.ErrKind)
	r, err := index.Div(index)
	require.NoError(t, err)
	require.Equal(t, unit.One(), r)
	r, err = index.Mul(unit.One())
	require.NoError(t, err)
	require.Equal(t, index, r)
	_, err = index.Pow(2, 1)
	require.ErrorIs(t, err, unit.ErrKind)
	cel := unit.MustParse("Cel")
	for _, f := range []func() (unit.Unit, error){
		func() (unit.Unit, error) { return cel.Mul(unit.One()) },
		func() (unit.Unit, error) { return unit.One().Div(cel) },
		func() (unit.Unit, error) { return cel.Pow(2, 1) },
		func() (unit.Unit, error) { return kind(t, "dB", unit.Difference).Mul(unit.MustParse("m")) },
	} {
		_, err := f()
		require.ErrorIs(t, err, unit.ErrKind)
	}
	// A difference multiplies in the interval of its scale.
	w, err := kind(t, "Cel", unit.Difference).Mul(unit.MustParse("h"))
	require.NoError(t, err)
	require.Equal(t, "K.h", w.String())
	w, err = unit.MustParse("W").Div(kind(t, "[degF]", unit.Difference))
	require.NoError(t, err)
	require.Equal(t, "W/[degR]", w.String())
	w, err = kind(t, "[degRe]", unit.Difference).Mul(unit.MustParse("m"))
	require.NoError(t, err)
	require.True(t, w.Equal(unit.MustParse("5.K.m/4")), w)
	for _, c := range []struct {
		code string
		k    unit.Kind
	}{
		{"%", unit.Share}, {"kg", unit.Share}, {"1", unit.Percentage}, {"%", unit.Index}, {"kg", unit.Score}, {"kg", unit.Count},
		{"EUR/t", unit.Currency}, {"kg", unit.Currency}, {"Cel", unit.Quantity}, {"[pi]", unit.Share}, {"1", unit.Kind(99)},
	} {
		_, err := unit.MustParse(c.code).WithKind(c.k)
		require.ErrorIs(t, err, unit.ErrKind, c.code)
	}
	for k := unit.Quantity; k <= unit.Currency; k++ {
		b, err := k.MarshalText()
		require.NoError(t, err)
		var l unit.Kind
		require.NoError(t, l.UnmarshalText(b))
		require.Equal(t, k, l)
	}
	_, err = unit.ParseKind("length")
	require.ErrorIs(t, err, unit.ErrKind)
}

func TestPow(t *testing.T) {
	m2 := unit.MustParse("km2")
	for _, c := range []struct {
		n, d int
		want string
	}{{1, 2, "km"}, {-1, 2, "1/km"}, {1, -2, "1/km"}, {0, 3, "1"}, {2, 2, "km2"}, {3, 1, "km6"}} {
		u, err := m2.Pow(c.n, c.d)
		require.NoError(t, err)
		require.Equal(t, c.want, u.String())
	}
	u, err := unit.MustParse("J").Pow(1, 2)
	require.NoError(t, err)
	require.Equal(t, "J^(1/2)", u.String())
	_, err = unit.MustParse("kW.h").Pow(1, 2)
	require.ErrorIs(t, err, unit.ErrIrrational)
	for _, c := range []struct {
		code string
		n, d int
	}{{"m", 1, 0}, {"m", 1, 5}, {"m", 65, 1}, {"m", -65, 1}, {"m40", 2, 1}, {"m^(1/4)", 1, 4}, {"TEUR^(1/4)/EUR^(1/4)", 1, 4}} {
		_, err := unit.MustParse(c.code).Pow(c.n, c.d)
		require.ErrorIs(t, err, unit.ErrLimit, c.code)
	}
	_, err = unit.Unit{}.Pow(2, 1)
	require.ErrorIs(t, err, unit.ErrKind)
	_, err = unit.Unit{}.Mul(unit.One())
	require.ErrorIs(t, err, unit.ErrKind)
	_, err = unit.Unit{}.WithKind(unit.Share)
	require.ErrorIs(t, err, unit.ErrKind)
}

func TestEqual(t *testing.T) {
	require.NotEqual(t, unit.MustParse("kW.h"), unit.MustParse("h.kW"))
	require.True(t, unit.MustParse("kW.h").Equal(unit.MustParse("h.kW")))
	a, b := unit.MustParse("kW.h"), unit.MustParse("kW.h")
	require.True(t, a == b)
	require.True(t, unit.MustParse("m/km").IsDimensionless())
	require.False(t, unit.MustParse("{person}").IsDimensionless())
	require.False(t, unit.Unit{}.IsDimensionless())
	require.True(t, unit.MustParse("m").Equal(unit.MustParse("m")))
	require.False(t, unit.MustParse("K").Equal(unit.MustParse("Cel")))
	require.False(t, unit.MustParse("Cel").Equal(unit.MustParse("[degF]")))
	require.True(t, unit.MustParse("[sin_i]").Equal(unit.MustParse("[in_i]2")))
	require.False(t, unit.Unit{}.SameDimension(unit.Unit{}))
	require.True(t, unit.Unit{}.Equal(unit.Unit{}))
	require.True(t, unit.MustParse("[pi].rad/180").Equal(unit.MustParse("deg")))
	require.False(t, unit.MustParse("deg").Equal(unit.MustParse("rad/180")))
	m := map[unit.Unit]int{unit.MustParse("kg"): 1}
	m[unit.MustParse("kg")]++
	require.Equal(t, 2, m[unit.MustParse("kg")])
}

func TestText(t *testing.T) {
	var v struct {
		U unit.Unit `json:"u,omitzero"`
		K unit.Kind `json:"k"`
	}
	require.NoError(t, json.Unmarshal([]byte(`{"u":"kg/{person}","k":"share"}`), &v))
	require.Equal(t, unit.MustParse("kg/{person}"), v.U)
	b, err := json.Marshal(v)
	require.NoError(t, err)
	require.JSONEq(t, `{"u":"kg/{person}","k":"share"}`, string(b))
	require.NoError(t, v.U.UnmarshalText(nil))
	require.True(t, v.U.IsZero())
	require.Error(t, v.U.UnmarshalText([]byte("kWh")))
	require.Panics(t, func() { unit.MustParse("kWh") })
}

func TestConverterAllocates(t *testing.T) {
	same, _ := unit.NewConverter(unit.MustParse("L"), unit.MustParse("dm3"))
	mul, _ := unit.NewConverter(unit.MustParse("t"), unit.MustParse("kg"))
	div, _ := unit.NewConverter(unit.MustParse("min"), unit.MustParse("h"))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, c := range [...]unit.Converter{same, mul, div} {
			if _, err := c.Convert(3.7); err != nil {
				t.Fatal(err)
			}
		}
	}))
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		unit.MustParse("L/({person}.d)")
	}
}
