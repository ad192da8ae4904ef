package celenv

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func env(t testing.TB, cfg Config) *Env {
	t.Helper()
	e, err := New([]Var{{Name: "x", Type: Double}, {Name: "y", Type: Double}, {Name: "i", Type: Int}, {Name: "b", Type: Bool}, {Name: "city", Type: Double}, {Name: "city.pop", Type: Double}, {Name: "city.pop.old", Type: Double}}, cfg)
	require.NoError(t, err)
	return e
}

// The text of every node, from the outside in.
func TestRanges(t *testing.T) {
	e := env(t, Config{})
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"x", []string{"x"}},
		{" ( x ) ", []string{"x"}},
		{"x + y*2.0", []string{"x + y*2.0", "x", "y*2.0", "y", "2.0"}},
		{"(x + y)*2.0", []string{"(x + y)*2.0", "x + y", "x", "y", "2.0"}},
		{"-(x + y)", []string{"-(x + y)", "x + y", "x", "y"}},
		{"- x", []string{"- x", "x"}},
		{"-5 + i", []string{"-5 + i", "-5", "i"}},
		{"prev( (x) ) + prev(y)", []string{"prev( (x) ) + prev(y)", "prev( (x) )", "x", "prev(y)", "y"}},
		{"prev (x)*(y)", []string{"prev (x)*(y)", "prev (x)", "x", "y"}},
		{"math.abs(-x)", []string{"math.abs(-x)", "-x", "x"}},
		{"city.pop / city . pop", []string{"city.pop / city . pop", "city.pop", "city . pop"}},
		{"city.pop.old+city", []string{"city.pop.old+city", "city.pop.old", "city"}},
		{"x > 1.0 ? (x) : (y + 1.0)", []string{"x > 1.0 ? (x) : (y + 1.0)", "x > 1.0", "x", "1.0", "x", "y + 1.0", "y", "1.0"}},
		{"b && !(x > y)", []string{"b && !(x > y)", "b", "!(x > y)", "x > y", "x", "y"}},
		{"string(x) == 'ñ)' ? x : y", []string{"string(x) == 'ñ)' ? x : y", "string(x) == 'ñ)'", "string(x)", "x", "'ñ)'", "x", "y"}},
		{"'ñ' == 'n' ? x : prev(y)", []string{"'ñ' == 'n' ? x : prev(y)", "'ñ' == 'n'", "'ñ'", "'n'", "x", "prev(y)", "y"}},
		{"x\n  + prev(\n y)", []string{"x\n  + prev(\n y)", "x", "prev(\n y)", "y"}},
		{"[x, y][0]", []string{"[x, y][0]", "[x, y]", "x", "y", "0"}},
	} {
		f, problems := e.Check(tt.text)
		require.Empty(t, problems, tt.text)
		var got []string
		var walk func(n *Node)
		walk = func(n *Node) {
			got = append(got, tt.text[n.Begin:n.End])
			for _, a := range n.Args {
				walk(a)
			}
		}
		walk(f.Root)
		require.Equal(t, tt.want, got)
	}
	f, problems := e.Check("[x, y].exists(q, q > 1.0) && math.greatest(x, y, 1.0) > x")
	require.Empty(t, problems)
	require.Equal(t, "[x, y].exists(q, q > 1.0)", f.Text[f.Root.Args[0].Begin:f.Root.Args[0].End])
	require.Equal(t, "math.greatest(x, y, 1.0)", f.Text[f.Root.Args[1].Args[0].Begin:f.Root.Args[1].Args[0].End])
}

// A part of a formula runs with what lies below cut out.
func TestProgram(t *testing.T) {
	e := env(t, Config{})
	f, problems := e.Check("x > 0.0 ? [prev(x), y].exists(q, q > 2.0) : b")
	require.Empty(t, problems)
	fold := f.Root.Args[1]
	cut := fold.Args[0].Args[0]
	require.Equal(t, "prev", cut.Name)
	p, err := f.Program(fold, cut)
	require.NoError(t, err)
	require.Equal(t, []Slot{{Cut: cut}, {Name: "y"}}, p.Slots)
	eval := func(v ...Value) Value { return p.Eval(func(i int) Value { return v[i] }) }
	require.Equal(t, Value{Type: Bool, Bool: true}, eval(Value{Type: Double, Double: 3}, Value{Type: Double, Double: 1}))
	require.Equal(t, Value{Type: Bool}, eval(Value{Type: Double, Double: 1}, Value{Type: Double, Double: math.NaN()}))
	require.Equal(t, Value{State: Unknown, Slots: []int{0, 1}}, eval(Value{State: Unknown}, Value{State: Unknown}))
	require.Equal(t, "no", eval(Value{Type: Double}, Value{State: Failed, Err: "no"}).Err)
	_, err = f.Program(f.Root, cut)
	require.NoError(t, err)
}

func TestLimits(t *testing.T) {
	e := env(t, Config{MaxNodes: 20, MaxText: 200, MaxCost: 50})
	for _, text := range []string{
		strings.Repeat("x+", 30) + "x",
		strings.Repeat(" ", 300) + "x",
	} {
		f, problems := e.Check(text)
		require.Nil(t, f)
		require.Equal(t, TooLarge, problems[0].Code, "%v", problems)
	}
	f, problems := env(t, Config{}).Check(strings.Repeat("(", 300) + "x" + strings.Repeat(")", 300))
	require.Nil(t, f)
	require.NotEmpty(t, problems)
	f, problems = e.Check("[1,2,3].all(a, [1,2,3].all(c, a+c > 0))")
	if problems == nil {
		p, err := f.Program(f.Root)
		require.NoError(t, err)
		require.Contains(t, p.Eval(func(int) Value { return Value{} }).Err, "cost limit")
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"x", "(x + y)*2.0", "prev(x", "'ñ' == ", "[x].map(q, prev(q))", "city.pop.", "100*x", "x ? 1 : 2", "has(x.y)", "1e400", "\x00", "{'a': x}.a", "math.greatest()", "x//c", "'''a'''"} {
		f.Add(s)
	}
	e := env(f, Config{MaxText: 300})
	f.Fuzz(func(t *testing.T, text string) {
		c, problems := e.Check(text)
		require.Equal(t, c == nil, len(problems) > 0)
		for _, p := range problems {
			require.True(t, p.Offset >= 0 && p.Offset <= len(text))
		}
		if c == nil {
			return
		}
		var walk func(n *Node)
		walk = func(n *Node) {
			require.True(t, 0 <= n.Begin && n.Begin <= n.End && n.End <= len(text), "%q %+v", text, n)
			for _, a := range n.Args {
				walk(a)
			}
		}
		walk(c.Root)
	})
}
