package formula

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

func TestReport(t *testing.T) {
	p := compile(t, `
rate¦kg/{person}¦waste_t*1000.0/population
guard¦%¦waste_t > 0.0 ? share(recycled_t, waste_t) : 0.0
change¦%¦100.0*(x.rate-prev(x.rate))/prev(x.rate)
year¦t¦rolling_mean(coalesce(waste_t, recycled_t), 3)
ints¦1¦double(visits / offices)
odd¦t¦math.abs(waste_t) < 0.0 ? waste_t : recycled_t
cel¦%¦[waste_t, 1.0].exists(q, q > 1.0) ? 100.0*per(waste_t, recycled_t) : share(waste_t, waste_t)
`)
	lo, hi := 0.0, 200.0
	for i := range p.cat.Variables {
		p.cat.Variables[i].Range = &indicators.Range{Min: &lo}
		if p.cat.Variables[i].ID == "no2" {
			p.cat.Variables[i].Range.Max = &hi
		}
	}
	got := p.Report().String()
	want := `x.rate, version 1, in kg/{person}; at most 5 steps a cell
  reads population, waste_t
  column 16: population can be 0, then it is infinite or NaN, and the cell is not computable; to say what it means then, write population > 0.0 ? … : …
  waste_t*1000.0/population: double in kg/{person} -∞ to ∞ or NaN by a division by zero; missing without population, waste_t
    waste_t*1000.0: double in kg 0 to ∞
      waste_t: double in t 0 to ∞; missing without waste_t
    population: double in {person} 0 to ∞; missing without population

x.guard, version 1, in %; at most 8 steps a cell
  reads recycled_t, waste_t
  waste_t > 0.0 ? share(recycled_t, waste_t) : 0.0: double in % 0 to ∞; missing without recycled_t, waste_t
    waste_t > 0.0: bool
      waste_t: double in t 0 to ∞; missing without waste_t
    share(recycled_t, waste_t): double in % 0 to ∞
      recycled_t: double in t 0 to ∞; missing without recycled_t
      waste_t: double in t 5e-324 to ∞

x.change, version 1, in %; at most 9 steps a cell
  reads x.rate (0 to 1 before)
  column 29: prev(x.rate) can be 0, then it is infinite or NaN, and the cell is not computable
  100.0*(x.rate-prev(x.rate))/prev(x.rate): double in % -∞ to ∞ or NaN by a division by zero; missing without population (0 to 1 before), waste_t (0 to 1 before), x.rate (0 to 1 before)
    100.0*(x.rate-prev(x.rate)): double in kg/100{person} -∞ to ∞
      x.rate-prev(x.rate): double in kg/{person} -∞ to ∞
        x.rate: double in kg/{person} -∞ to ∞; missing without population, waste_t, x.rate
        prev(x.rate): double in kg/{person} -∞ to ∞
          x.rate: double in kg/{person} -∞ to ∞; missing without population (1 before), waste_t (1 before), x.rate (1 before)
    prev(x.rate): double in kg/{person} -∞ to ∞
      x.rate: double in kg/{person} -∞ to ∞; missing without population (1 before), waste_t (1 before), x.rate (1 before)

x.year, version 1, in t; at most 10 steps a cell
  reads recycled_t (0 to 2 before), waste_t (0 to 2 before)
  rolling_mean(coalesce(waste_t, recycled_t), 3): double in t 0 to ∞; missing without recycled_t (0 to 2 before), waste_t (0 to 2 before)
    coalesce(waste_t, recycled_t): double in t 0 to ∞
      waste_t: double in t 0 to ∞; missing without waste_t (0 to 2 before)
      recycled_t: double in t 0 to ∞; missing without recycled_t (0 to 2 before)

x.ints, version 1, in 1; at most 4 steps a cell
  reads offices, visits
  column 17: offices can be 0, then the cell is not computable; to say what it means then, write offices > 0 ? … : …
`
	require.Equal(t, want, got[:min(len(got), len(want))])
	require.Contains(t, got, "column 27: this branch is never taken: math.abs(waste_t) < 0.0 is never true")
	require.Contains(t, got, "[waste_t, 1.0].exists(q, q > 1.0): bool; missing without waste_t; can fail: …")
}

func TestReportWarnings(t *testing.T) {
	for _, tt := range []struct {
		formula, unit string
		want          []string // code and column
	}{
		{"share(women, population)", "%", []string{"out-of-range 1"}}, // women 5–50 of 10–20
		{"population > 5.0 ? 1.0 : 0.0", "1", []string{"constant 1", "unreachable 26"}},
		{"population > 15.0 ? population : women", "{person}", nil},
		{"population > 15.0 && population < 12.0 ? 1.0 : 0.0", "1", []string{"constant 22", "unreachable 42"}},
		{"population < 15.0 || population > 12.0 ? 1.0 : 0.0", "1", []string{"constant 22", "unreachable 48"}},
		{"women/population", "1", nil},
		{"waste_t/recycled_t", "1", []string{"zero-denominator 9"}},
		{"recycled_t != 0.0 ? waste_t/recycled_t : 0.0", "1", nil},
		{"recycled_t == 0.0 ? 0.0 : waste_t/recycled_t", "1", nil},
		{"!(recycled_t > 0.0) ? 0.0 : waste_t/recycled_t", "1", nil},
		{"recycled_t > 0.0 || recycled_t < 0.0 ? waste_t/recycled_t : 0.0", "1", []string{"zero-denominator 48"}}, // not clever
		{"recycled_t > 0.0 ? prev(waste_t/recycled_t) : 0.0", "1", []string{"zero-denominator 33"}},
		{"double(offices) > 0.0 ? double(visits % offices) : 0.0", "{person}", nil},
		{"waste_t/(1.0 + math.abs(recycled_t/recycled_t))", "t", []string{"zero-denominator 36"}},
		{"per(waste_t, coalesce(recycled_t, 0.0))", "1", []string{"zero-denominator 14"}},
	} {
		p := compile(t, fmt.Sprintf("i¦%s¦%s", tt.unit, tt.formula))
		bounds := map[string][2]float64{"population": {10, 20}, "women": {5, 50}}
		for i := range p.cat.Variables {
			if b, ok := bounds[p.cat.Variables[i].ID]; ok {
				p.cat.Variables[i].Range = &indicators.Range{Min: &b[0], Max: &b[1]}
			}
		}
		var got []string
		for _, w := range p.Report().Warnings() {
			got = append(got, fmt.Sprintf("%s %d", w.Code, w.Offset+1))
		}
		require.Equal(t, tt.want, got, tt.formula)
	}
}

func TestReportDrawn(t *testing.T) {
	r := compile(t, `
rate¦kg/{person}¦waste_t*1000.0/population
more¦kg/{person}¦x.rate + waste_t*1000.0/women
change¦%¦100.0*(x.rate-prev(x.rate))/prev(x.more)
over¦%¦share(sum_over(women, 'sex'), rolling_mean(population, 3))
`).Report()
	require.Equal(t, `digraph formulas {
	rankdir=LR;
	node [fontname="sans-serif", fontsize=11];
	"population" [shape=box];
	"waste_t" [shape=box];
	"women" [shape=box];
	"x.change" [shape=box, style=rounded];
	"x.more" [shape=box, style=rounded];
	"x.over" [shape=box, style=rounded];
	"x.rate" [shape=box, style=rounded];
	"population" -> "x.over" [label="(0 to 2 before)"];
	"population" -> "x.rate";
	"waste_t" -> "x.more";
	"waste_t" -> "x.rate";
	"women" -> "x.more";
	"women" -> "x.over";
	"x.more" -> "x.change" [label="(1 before)"];
	"x.rate" -> "x.change" [label="(0 to 1 before)"];
	"x.rate" -> "x.more";
}
`, r.DOT())
	svg := r.SVG()
	require.Equal(t, svg, r.SVG())
	require.Contains(t, svg, `<title id="title">What reads what: 4 indicators of 3 variables</title>`)
	require.Contains(t, svg, `x.change reads x.more (1 before), x.rate (0 to 1 before). x.more reads waste_t, women, x.rate.`)
	d := xml.NewDecoder(strings.NewReader(svg))
	elements := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if _, ok := token.(xml.StartElement); ok {
			elements++
		}
	}
	require.Greater(t, elements, 30)
	if out := os.Getenv("ALMOTACEN_SVG"); out != "" { // to look at it
		require.NoError(t, os.WriteFile(out, []byte(svg), 0o644))
	}
}

// What the report says cannot happen does not happen: every step of the
// explanation of every cell keeps to it, whatever the figures.
func TestReportIsSound(t *testing.T) {
	rounds := 60
	if s := os.Getenv("ALMOTACEN_FUZZ"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		rounds *= n
	}
	if testing.Short() {
		rounds = 6
	}
	cells, faults := 0, 0
	for seed := range uint64(rounds) {
		c, f := soundReport(t, seed)
		cells, faults = cells+c, faults+f
	}
	t.Logf("%d steps explained, %d failed", cells, faults)
}

func FuzzReportIsSound(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { soundReport(t, seed) })
}

func soundReport(t *testing.T, seed uint64) (cells, faults int) {
	r := rand.New(rand.NewPCG(seed, 77))
	var list strings.Builder
	for i := range 6 {
		fmt.Fprintf(&list, "i%d¦1¦%s\n", i, windowed(r, 'd', 1+r.IntN(4), i))
	}
	p := compileLoose(t, catalogueText(list.String()))
	type bounds struct{ lo, hi float64 }
	declared := map[string]bounds{}
	for i := range p.cat.Variables {
		v := &p.cat.Variables[i]
		b := []bounds{{0, math.MaxFloat64}, {1, 100}, {-5, 5}, {-math.MaxFloat64, math.MaxFloat64}}[r.IntN(4)]
		declared[v.ID] = b
		v.Range = &indicators.Range{Min: &b.lo, Max: &b.hi}
	}
	report := p.Report()
	pool := []float64{0, math.Copysign(0, -1), 1, -1, 2, 3, 5, -5, 100, 1e300, math.MaxFloat64, -math.MaxFloat64, tiny, -tiny, 0.1, 1 << 53, 1<<53 + 2, 7, 50}
	var s cube.Schema
	s.Dimensions = []string{"sex"}
	for _, v := range p.cat.Variables {
		s.Measures = append(s.Measures, cube.Measure{ID: v.ID, Unit: v.Unit})
	}
	b, err := cube.NewBuilder(s)
	require.NoError(t, err)
	for _, entity := range []string{"a", "b"} {
		for year := 2019; year < 2024; year++ {
			for _, members := range []string{"", "f", "m"} {
				for _, v := range p.cat.Variables {
					if v.Frequency != period.Year || r.IntN(6) == 0 {
						continue
					}
					cell := cube.Cell{Status: cube.Status(1 + r.IntN(4))}
					if x := pool[r.IntN(len(pool))]; r.IntN(5) > 0 && x >= declared[v.ID].lo && x <= declared[v.ID].hi {
						cell = cube.Value(x)
					}
					require.NoError(t, b.Set(cube.Key{Entity: entity, Period: period.Yearly(year), Members: cube.Members(members)}, v.ID, cell))
				}
			}
		}
	}
	in, err := b.Build()
	require.NoError(t, err)
	for row := range in.Len() {
		k := in.Key(row)
		for _, x := range p.inds {
			e, err := p.Explain(in, k, x.spec.ID)
			require.NoError(t, err)
			if len(e.Children) == 0 {
				continue
			}
			f, ok := report.Formula(x.spec.ID, 1)
			require.True(t, ok)
			c, n := keeps(t, fmt.Sprintf("seed %d, %s, %s: %s", seed, k, x.spec.ID, f.Formula), f.Root, e.Children[0])
			cells, faults = cells+c, faults+n
		}
	}
	return cells, faults
}

// keeps compares a step with what is promised of it.
func keeps(t *testing.T, at string, s *StaticNode, x *Node) (cells, faults int) {
	if !x.Evaluated {
		return 0, 0
	}
	at += "\n" + x.Text + " " + show(x.Cell)
	require.Equal(t, s.Begin, x.Begin, at)
	require.Equal(t, s.End, x.End, at)
	ids := func(list []Read) (out []string) {
		for _, r := range list {
			out = append(out, r.ID)
		}
		return out
	}
	switch c := x.Cell; c.Status.Presence() {
	case cube.Observed:
		if s.Type == "bool" {
			require.True(t, c.Value == 1 && s.True || c.Value == 0 && s.False, at)
		} else if s.Type != "other" {
			within := s.Range.Min <= c.Value && c.Value <= s.Range.Max || math.IsNaN(c.Value) && s.Range.NaN
			require.True(t, within, "%s: not in %v", at, s.Range)
		}
	case cube.NotComputable:
		faults++
		own := slices.ContainsFunc(c.Reasons, func(r cube.Reason) bool {
			return slices.ContainsFunc(s.Faults, func(f Fault) bool {
				text, place, _ := strings.Cut(r.Text, " in ")
				column := place[strings.LastIndex(place, " ")+1:]
				if f.Text == anyFault {
					return true
				}
				at, err := strconv.Atoi(strings.TrimSuffix(column, ")"))
				if err != nil {
					return false // of a figure that came as not computable
				}
				// what cel-go evaluates names the whole part
				return strings.HasSuffix(text, strings.TrimPrefix(f.Text, anyFault)) && at <= f.Begin+1
			})
		})
		// or an indicator that is read is not computable, or a figure is
		read := slices.ContainsFunc(c.Reasons, func(r cube.Reason) bool { return slices.Contains(ids(s.Missing), r.Subject) })
		require.True(t, own || read, "%s: not among %v, nor from %v", at, s.Faults, ids(s.Missing))
	default:
		for _, r := range c.Reasons {
			require.Contains(t, ids(s.Missing), r.Subject, at)
		}
		require.NotEmpty(t, s.Missing, at)
	}
	cells = 1
	for _, child := range x.Children {
		i := slices.IndexFunc(s.Children, func(c *StaticNode) bool { return c.Begin == child.Begin && c.End == child.End })
		if i < 0 || x.Op == "indicator" || x.Op == "variable" {
			continue
		}
		if (x.Op == "call:_&&_" || x.Op == "call:_||_") && i == 1 && !x.Children[0].Cell.Status.Observed() {
			continue
		}
		c, f := keeps(t, at, s.Children[i], child)
		cells, faults = cells+c, faults+f
	}
	return cells, faults
}

// windowed writes a random formula over the variables of the tests, with
// indicators before the i-th and functions that read other rows.
func windowed(r *rand.Rand, typ byte, depth, i int) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	sub := func(t byte) string { return windowed(r, t, depth-1, i) }
	variable := func() string {
		if i > 0 && r.IntN(4) == 0 {
			return fmt.Sprintf("x.i%d", r.IntN(i))
		}
		return pick("population", "waste_t", "recycled_t", "area", "women")
	}
	if depth <= 0 {
		switch typ {
		case 'd':
			return pick(variable(), variable(), variable(), "0.0", "1.0", "-2.5", "100.0", "days", "1e308")
		case 'i':
			return pick("offices", "visits", "0", "1", "-1", "7", "9223372036854775807")
		}
		return pick(variable()+pick(">", ">=", "<", "!=", "==")+pick("0.0", "1.0", "-2.5"), "present("+variable()+")", "visits > 0")
	}
	switch typ {
	case 'd':
		switch r.IntN(14) {
		case 0, 1, 2:
			return "(" + sub('d') + pick("+", "-", "*", "/") + sub('d') + ")"
		case 3, 4, 5:
			x := variable()
			return pick("("+sub('b')+" ? "+sub('d')+" : "+sub('d')+")", "("+x+pick(" > ", " != ", " < ", " >= ")+pick("0.0", "1.0")+pick("", " && "+sub('b'))+" ? "+sub('d')+"/"+x+" : "+sub('d')+")")
		case 6:
			return pick("share", "per") + "(" + sub(pick("d", "i")[0]) + ", " + sub(pick("d", "i")[0]) + ")"
		case 7:
			return "coalesce(" + sub('d') + ", " + sub('d') + ")"
		case 8:
			return pick("prev("+sub('d')+")", "lag("+sub('d')+", 2)", "rolling_sum("+sub('d')+", 3)", "rolling_mean("+sub(pick("d", "i")[0])+", 2)")
		case 9:
			return pick("sum_over(", "mean_over(") + sub('d') + ", 'sex')"
		case 10:
			return "math." + pick("abs", "ceil", "floor", "round", "trunc", "sign", "sqrt") + "(" + sub('d') + ")"
		case 11:
			return "math." + pick("greatest", "least") + "(" + sub('d') + ", " + sub('d') + ")"
		case 12:
			return "double(" + sub(pick("d", "i")[0]) + ")"
		}
		return "-(" + sub('d') + ")"
	case 'i':
		switch r.IntN(6) {
		case 0, 1:
			return "(" + sub('i') + pick("+", "-", "*", "/", "%") + sub('i') + ")"
		case 2:
			return "int(" + sub('d') + ")"
		case 3:
			return "(" + sub('b') + " ? " + sub('i') + " : " + sub('i') + ")"
		case 4:
			return pick("rolling_sum("+sub('i')+", 2)", "sum_over("+sub('i')+", 'sex')", "-("+sub('i')+")")
		}
		return "coalesce(" + sub('i') + ", " + sub('i') + ")"
	}
	switch r.IntN(8) {
	case 0, 1:
		return "(" + sub('d') + pick("<", "<=", ">", ">=", "==", "!=") + sub('d') + ")"
	case 2:
		return "(" + sub('i') + pick("<", "<=", ">", ">=", "==", "!=") + sub('i') + ")"
	case 3, 4:
		return "(" + sub('b') + pick(" && ", " || ") + sub('b') + ")"
	case 5:
		return "!(" + sub('b') + ")"
	case 6:
		return "([" + sub('d') + ", " + sub('d') + "].exists(q, q > 1.0))"
	}
	return windowed(r, 'b', 0, i)
}
