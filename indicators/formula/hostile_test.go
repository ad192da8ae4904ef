package formula

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// within runs f, and stops the test if it takes long or much memory: without
// limits every one of these would take more than the universe has.
func within(t *testing.T, name string, megabytes uint64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(3 * time.Minute):
		t.Errorf("%s: still running", name)
		return
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, megabytes, "MB by %s", name)
}

// Formulas that mean harm, in a catalogue: each is refused with its place, or
// its cells are not computable.
func TestHostileFormulas(t *testing.T) {
	ten := "[0.0,1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0]"
	many := "[" + strings.Repeat("1.0,", 2000) + "waste_t]"
	bind := func(n int, first, step, last string) string {
		var b strings.Builder
		for i := range n {
			x := first
			if i > 0 {
				x = strings.ReplaceAll(step, "#", fmt.Sprintf("v%d", i-1))
			}
			fmt.Fprintf(&b, "cel.bind(v%d, %s, ", i, x)
		}
		return b.String() + strings.ReplaceAll(last, "#", fmt.Sprintf("v%d", n-1)) + strings.Repeat(")", n)
	}
	text := strings.Repeat("k", 1000)
	for _, tt := range []struct {
		name, formula string
		want          error  // of Compile
		reason        string // of the cell
	}{
		{"parentheses", strings.Repeat("(", 3000) + "waste_t" + strings.Repeat(")", 3000), ErrLimit, ""},
		{"chain of sums", strings.Repeat("waste_t + ", 5000) + "waste_t", ErrLimit, ""},
		{"chain of products", strings.Repeat("waste_t * ", 300) + "waste_t", ErrLimit, ""},
		{"conditionals", strings.Repeat("waste_t > 0.0 ? 1.0 : ", 1000) + "waste_t", ErrLimit, ""},
		{"or", strings.Repeat("waste_t > 0.0 || ", 20000) + "waste_t > 0.0 ? 1.0 : 0.0", ErrLimit, ""},
		{"nested calls", strings.Repeat("math.abs(", 1000) + "waste_t" + strings.Repeat(")", 1000), ErrLimit, ""},
		{"long text", "'" + strings.Repeat("a", 200_000) + "' == 'a' ? 1.0 : 0.0", ErrLimit, ""},
		{"loops in loops", strings.Repeat(ten+".all(a, ", 12) + "a >= waste_t" + strings.Repeat(")", 12) + " ? 1.0 : 0.0", ErrLimit, ""},
		{"maps in maps", strings.Repeat(ten+".map(a, ", 8) + "a + waste_t" + strings.Repeat(")", 8) + ".size() > 0 ? 1.0 : 0.0", ErrLimit, ""},
		{"long loop", many + ".all(a, " + many + ".exists(c, a + c > 1.0e9)) ? 1.0 : 0.0", ErrLimit, ""},
		{"windows in windows", strings.Repeat("rolling_sum(", 4) + "waste_t" + strings.Repeat(", 3000)", 4), ErrLimit, ""},
		{"text doubled", bind(60, "'"+text+"'", "# + #", "#.size() > 0 ? waste_t : 0.0"), ErrLimit, ""},
		{"replace", bind(8, "'"+text+"'", "#.replace('', #)", "#.size() > 0 ? waste_t : 0.0"), nil, "replace: more than 1000000"},
		{"text of a figure", bind(40, "string(waste_t)", "# + #", "double(#)"), ErrLimit, ""},
		{"shared lists", bind(50, "[waste_t, waste_t]", "[#, #]", "# == # ? 1.0 : 0.0"), nil, ""},
		{"regex", "'a'.matches('((a|bc){30}){30}') ? 1.0 : 0.0", ErrLimit, ""},
		{"regex of text", "string(waste_t).matches('((a|bc){30}){30}' + string(waste_t)) ? 1.0 : 0.0", nil, "regular expression of"},
		{"no regex", "'a'.matches('(') ? 1.0 : 0.0", ErrSyntax, ""},
		{"long number", strings.Repeat("9", 99_000) + ".0", ErrSyntax, ""},
		{"long factor", strings.Repeat("1.0e99 * ", 200) + "waste_t", nil, "+Inf"},
	} {
		within(t, tt.name, 600, func() {
			c := catalogue(t, "i¦1¦1.0")
			c.Indicators[0].Definitions[0].Formula = tt.formula // a text that is loaded has a limit of its own
			p, err := Compile(c, Config{})
			var list Errors
			if errors.As(err, &list) {
				for _, e := range list {
					require.Positive(t, e.Line, tt.name)
					require.Less(t, len(e.Msg), 1000, tt.name)
				}
				if list[0].Err == ErrUnit { // which unit it has does not matter here
					c.Indicators[0].Unit = c.Variables[2].Unit
					p, err = Compile(c, Config{})
				}
			}
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want, tt.name)
				return
			}
			require.NoError(t, err, tt.name)
			p.Report()
			cell := eval(t, p, table(t, c, "e 2020 waste_t 5")).At(key("e", "2020"), "x.i")
			if tt.reason != "" {
				require.Contains(t, show(cell), tt.reason, tt.name)
			}
		})
	}
}

// Limits can be set.
func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		formula string
		cfg     Config
		compile bool
	}{
		{"waste_t + waste_t + waste_t", Config{MaxNodes: 3}, true},
		{"rolling_sum(waste_t, 100)", Config{MaxCost: 50}, true},
		{"string(waste_t).matches('a{20}') ? 1.0 : 0.0", Config{MaxRegex: 10}, true},
		{"double(string(waste_t) + '5555555555')", Config{MaxSize: 10}, false},
	} {
		c := catalogue(t, "i¦t¦1.0")
		c.Indicators[0].Definitions[0].Formula = tt.formula
		_, err := Compile(c, Config{})
		if err != nil {
			require.NotErrorIs(t, err, ErrLimit, tt.formula)
		}
		p, err := Compile(c, tt.cfg)
		if tt.compile {
			require.ErrorIs(t, err, ErrLimit, tt.formula)
			continue
		}
		require.NoError(t, err)
		require.Contains(t, show(eval(t, p, table(t, c, "e 2020 waste_t 5")).At(key("e", "2020"), "x.i")), "more than 10 bytes")
	}
}

// A chain of indicators each of which reads the one before twice has 2ⁿ paths.
func TestHostileCatalogue(t *testing.T) {
	const n = 60
	within(t, "windows", 600, func() {
		p := compile(t, "w¦t¦rolling_sum(rolling_sum(waste_t, 200), 200)\nv¦t¦rolling_sum(x.w, 3000)")
		x, err := p.Explain(table(t, p.cat, "e 2020 waste_t 5"), key("e", "2020"), "x.v")
		require.NoError(t, err)
		require.NotEmpty(t, x.Children)
	})
	for _, aggregation := range []string{"ratio-of-sums", "none"} {
		var b strings.Builder
		fmt.Fprintf(&b, "i0¦t/{person}¦waste_t/population¦aggregation: {kind: %s}\n", aggregation)
		for i := 1; i < n; i++ {
			fmt.Fprintf(&b, "i%d¦t/{person}¦0.5*x.i%d + 0.5*prev(x.i%d)¦aggregation: {kind: %s}\n", i, i-1, i-1, aggregation)
		}
		if aggregation == "ratio-of-sums" {
			b.Reset()
			b.WriteString("i0¦t¦waste_t\n")
			for i := 1; i < n; i++ {
				fmt.Fprintf(&b, "i%d¦t¦0.5*x.i%d + 0.5*x.i%d\n", i, i-1, i-1)
			}
			fmt.Fprintf(&b, "last¦t/{person}¦x.i%d/population¦aggregation: {kind: ratio-of-sums}\n", n-1)
		}
		within(t, aggregation, 1500, func() {
			p := compile(t, b.String())
			var in strings.Builder
			for year := 1950; year < 2024; year++ {
				fmt.Fprintf(&in, "e %d waste_t 5\ne %d population 10\n", year, year)
			}
			cubeIn := table(t, p.cat, in.String())
			out := eval(t, p, cubeIn)
			last := p.cat.Indicators[len(p.cat.Indicators)-1].ID
			at := period.Yearly(2023)
			require.InDelta(t, 0.5, out.At(key("e", "2023"), last).Value, 1e-9)
			require.NotEmpty(t, p.Operands(last, at))
			v, err := p.Network(cubeIn, out, []string{"e"}, last, at)
			require.NoError(t, err)
			if aggregation == "ratio-of-sums" {
				require.InDelta(t, 0.5, v.Cell.Value, 1e-9)
			}
			x, err := p.Explain(cubeIn, cube.Key{Entity: "e", Period: at}, last)
			require.NoError(t, err)
			require.NotEmpty(t, x.Children)
			r := p.Report()
			require.Less(t, len(r.String()), 10<<20)
			require.Less(t, len(r.SVG()), 1<<20)
		})
	}
}
