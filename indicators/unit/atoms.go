package unit

import (
	"math/big"
	"strings"
	"sync"
)

// atom is one unit symbol: its size in coherent SI bases, as scale·π^pi.
type atom struct {
	metric bool // takes prefixes
	scale  *big.Rat
	pi     int
	dim    vector
	offset *big.Rat // of an affine scale, in coherent units; nil for others
	// linear is the symbol that an affine scale's interval is written with.
	linear string
	level  bool // arbitrary zero: a Level when it stands alone
}

// lookupAtom finds a symbol without prefix.
func lookupAtom(sym string) (*atom, bool) {
	a, ok := atomTable()[sym]
	return a, ok
}

// prefixes are the metric prefixes of UCUM 2.2 table 1 and the binary ones of
// table 5, longest spelling first among those that share a letter.
var prefixes = [...]struct{ sym, value string }{
	{"da", "1e1"}, {"Ki", "1024"}, {"Mi", "1048576"}, {"Gi", "1073741824"}, {"Ti", "1099511627776"},
	{"Y", "1e24"}, {"Z", "1e21"}, {"E", "1e18"}, {"P", "1e15"}, {"T", "1e12"}, {"G", "1e9"},
	{"M", "1e6"}, {"k", "1e3"}, {"h", "1e2"}, {"d", "1e-1"}, {"c", "1e-2"}, {"m", "1e-3"},
	{"u", "1e-6"}, {"n", "1e-9"}, {"p", "1e-12"}, {"f", "1e-15"}, {"a", "1e-18"}, {"z", "1e-21"}, {"y", "1e-24"},
}

// prefixValue returns the factor of a prefix, or nil.
func prefixValue(sym string) *big.Rat {
	for _, p := range prefixes {
		if p.sym == sym {
			return rat(p.value)
		}
	}
	return nil
}

// resolveIn finds a symbol with or without prefix. A whole symbol goes before
// a prefixed one: cd is the candela.
func resolveIn(table map[string]*atom, sym string) (*big.Rat, *atom, bool) {
	if a, ok := table[sym]; ok {
		return nil, a, true
	}
	for _, p := range prefixes {
		rest, ok := strings.CutPrefix(sym, p.sym)
		if !ok {
			continue
		}
		if a, ok := table[rest]; ok && a.metric {
			return rat(p.value), a, true
		}
	}
	return nil, nil, false
}

// rat reads a decimal or fraction of this file's tables.
func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("unit: bad number in table: " + s)
	}
	return r
}

// atomTable builds the table once; it is read-only afterwards.
var atomTable = sync.OnceValue(func() map[string]*atom {
	one := big.NewRat(1, 1)
	t := make(map[string]*atom, 400)
	for _, b := range []string{"m", "s", "A", "K", "mol", "cd", "rad", "bit"} {
		t[b] = &atom{metric: true, scale: one, dim: vector{{b, frac{1, 1}}}}
	}
	t["g"] = &atom{metric: true, scale: big.NewRat(1, 1000), dim: vector{{"kg", frac{1, 1}}}}
	t["[pi]"] = &atom{scale: one, pi: 1}
	for _, d := range definitions() {
		p := parser{in: d.unit, table: t}
		cs, perr := p.parse()
		if perr != nil {
			panic("unit: bad table: " + perr.Error())
		}
		v, err := evaluate(cs)
		if err != nil {
			panic("unit: bad table: " + err.Error())
		}
		t[d.sym] = &atom{metric: d.metric, scale: new(big.Rat).Mul(rat(d.value), v.scale), pi: v.pi, dim: v.dim}
	}
	for _, l := range []struct {
		sym, value, offset, linear string
		metric                     bool
	}{
		{"Cel", "1", "273.15", "K", true},
		// 0 °F = 255.372222… K = 273.15 − 32·5/9.
		{"[degF]", "5/9", "45967/180", "[degR]", false},
		{"[degRe]", "5/4", "273.15", "K", false},
	} {
		t[l.sym] = &atom{metric: l.metric, scale: rat(l.value), dim: vector{{"K", frac{1, 1}}},
			offset: rat(l.offset), linear: l.linear, level: true}
	}
	for _, s := range logarithmic {
		t[s.sym] = &atom{metric: s.metric, scale: one, dim: vector{{s.sym, frac{1, 1}}}, level: true}
	}
	for _, s := range strings.Fields(arbitrary) {
		t[s] = &atom{scale: one, dim: vector{{s, frac{1, 1}}}}
	}
	t["[iU]"].metric = true
	t["[IU]"] = t["[iU]"]
	return t
})

// logarithmic scales (UCUM §46 and others with a function) are bases of their
// own: dB[SPL] and B[SPL] convert, B[SPL] and Pa do not, because a mean of
// decibels is not the decibel of a mean.
var logarithmic = [...]struct {
	sym    string
	metric bool
}{
	{"Np", true}, {"B", true}, {"B[SPL]", true}, {"B[V]", true}, {"B[mV]", true}, {"B[uV]", true},
	{"B[10.nV]", true}, {"B[W]", true}, {"B[kW]", true}, {"bit_s", false}, {"[pH]", false},
	{"[p'diop]", false}, {"%[slope]", false}, {"[hp'_X]", false}, {"[hp'_C]", false},
	{"[hp'_M]", false}, {"[hp'_Q]", false}, {"[m/s2/Hz^(1/2)]", false},
}

// arbitrary units (UCUM §24) are comparable with nothing else: a base each.
const arbitrary = `[iU] [arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U]
	[dye'U] [smgy'U] [bdsk'U] [ka'U] [knk'U] [mclg'U] [tb'U] [CCID_50] [TCID_50] [EID_50] [PFU]
	[FFU] [CFU] [IR] [BAU] [AU] [Amb'a'1'U] [PNU] [Lf] [D'ag'U] [FEU] [ELU] [EU] [hp_X] [hp_C]
	[hp_M] [hp_Q] [kp_X] [kp_C] [kp_M] [kp_Q]`
