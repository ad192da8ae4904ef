package celenv

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bind nests cel.bind: v0 is first, and each vi is step with # for the one before.
func bind(n int, first, step, last string) string {
	var b strings.Builder
	for i := range n {
		x := first
		if i > 0 {
			x = strings.ReplaceAll(step, "#", fmt.Sprintf("v%d", i-1))
		}
		fmt.Fprintf(&b, "cel.bind(v%d, %s, ", i, x)
	}
	b.WriteString(strings.ReplaceAll(last, "#", fmt.Sprintf("v%d", n-1)))
	b.WriteString(strings.Repeat(")", n))
	return b.String()
}

// Formulas that mean harm. Each is refused, or fails when it is evaluated, and
// neither takes more than some memory; the test hangs if one takes time.
func TestHostile(t *testing.T) {
	e := env(t, Config{Options: []cel.EnvOption{ext.Strings(), ext.Bindings(), cel.OptionalTypes()}})
	k := strings.Repeat("k", 1000)
	ten := "[0,1,2,3,4,5,6,7,8,9]"
	for _, tt := range []struct{ name, text, want string }{
		{"parentheses", strings.Repeat("(", 3000) + "x" + strings.Repeat(")", 3000), "TooLarge"},
		{"lists", strings.Repeat("[", 3000) + "x" + strings.Repeat("]", 3000), "TooLarge"},
		{"calls", strings.Repeat("double(", 3000) + "x" + strings.Repeat(")", 3000), "TooLarge"},
		{"negations", strings.Repeat("-", 5000) + "x < 0.0", "false"},
		{"nots", strings.Repeat("!", 5001) + "(x > 2.0)", "true"},
		{"conditionals", strings.Repeat("b?x:", 3000) + "x", "TooLarge"},
		{"sum", strings.Repeat("x+", 3000) + "x", "TooLarge"},
		{"or", strings.Repeat("b||", 30000) + "b", "TooLarge"},
		{"list of many", "[" + strings.Repeat("1.0,", 20000) + "1.0][0]", "TooLarge"},
		{"indices", "[[[x]]]" + strings.Repeat("[0]", 3000), "TooLarge"},
		{"long text", "'" + strings.Repeat("a", 200_000) + "' == 'a'", "TooLarge"},
		{"long number", strings.Repeat("9", 90_000) + ".0", "Syntax"},
		{"comment", "x//" + strings.Repeat("c", 200_000), "TooLarge"},
		{"nested loops", strings.Repeat(ten+".all(a, ", 12) + "a >= 0" + strings.Repeat(")", 12), "cost limit"},
		{"loops of many", "[" + strings.Repeat("1,", 3000) + "1].all(a, [" + strings.Repeat("1,", 3000) + "1].all(c, a+c>0))", "cost limit"},
		{"text doubled", bind(60, "'"+k+"'", "# + #", "#.size() > 0"), "more than 1000000 bytes"},
		{"list doubled", bind(60, ten, "# + #", "#.size() > 0"), "more than 1000000 bytes or elements"},
		{"replace", bind(8, "'"+k+"'", "#.replace('', #)", "#.size() > 0"), "replace: more than 1000000 bytes"},
		{"join", bind(8, "['"+k+"','"+k+"']", "[#.join(),#.join(),#.join(),#.join(),#.join(),#.join(),#.join(),#.join()]", "#.size() > 0"), "cost limit"},
		{"join with", bind(2, "'"+k+k+k+"'", "#.split('').join(#)", "#.size() > 0"), "join: more than 1000000 bytes"},
		{"format", bind(8, "'"+k+"'", "'%s%s%s%s%s%s%s%s'.format([#,#,#,#,#,#,#,#])", "#.size() > 0"), "format: more than 1000000"},
		{"wide format", "'%.999999999f'.format([x]).size() > 0", "precision"},
		{"shared lists compared", bind(50, "[x, x]", "[#, #]", "# == #"), "==: more than 1000000"},
		{"shared lists of dyn", bind(50, "[dyn(x), dyn(x)]", "[dyn(#), dyn(#)]", "# != #"), "!=: more than 1000000"},
		{"shared maps", bind(50, "{'a': dyn(x)}", "{'a': dyn(#), 'b': dyn(#)}", "# == #"), "==: more than 1000000"},
		{"shared lists in", bind(50, "[dyn(x), dyn(x)]", "[dyn(#), dyn(#)]", "# in [#]"), "in: more than 1000000"},
		{"shared lists written", bind(50, "[dyn(x), dyn(x)]", "[dyn(#), dyn(#)]", "'%s'.format([#]).size() > 0"), "format: more than 1000000"},
		{"regex", "'a'.matches('((a|bc){30}){30}')", "TooLarge"},
		{"regex of many", "'a'.matches('" + strings.Repeat("a?", 3000) + "')", "TooLarge"},
		{"regex nested", "'a'.matches('" + strings.Repeat("(", 3000) + strings.Repeat(")", 3000) + "')", "BadPattern"},
		{"regex made", "'a'.matches('((a|bc){30}){30}' + '')", "regular expression of "},
		{"bad regex", "'a'.matches('(')", "BadPattern"},
		{"regex backtracking", "'" + strings.Repeat("a", 5000) + "b'.matches('^(a+)+$')", "false"},
		{"quote", bind(30, "'\"\"\"\"'", "strings.quote(#)", "#.size() > 0"), "more than"},
		{"optional", bind(50, "optional.of([dyn(x)])", "optional.of([dyn(#), dyn(#)])", "# == #"), "==: more than 1000000"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := outcome(t, e, tt.text)
		runtime.ReadMemStats(&after)
		assert.Contains(t, got, tt.want, tt.name)
		assert.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(400), "MB by %s", tt.name)
	}
}

func outcome(t *testing.T, e *Env, text string) string {
	f, problems := e.Check(text)
	if f == nil {
		p := problems[0]
		require.True(t, p.Offset >= 0 && p.Offset <= len(text))
		return [...]string{"Syntax", "UnknownName", "UnknownFunction", "Mismatch", "Mixed", "TooLarge", "BadPattern"}[p.Code] + " " + p.Msg
	}
	p, err := f.Program(f.Root)
	if err != nil {
		return "Plan " + err.Error()
	}
	v := p.Eval(func(i int) Value { return Value{Type: Double, Double: 1} })
	if v.State == Failed {
		return v.Err
	}
	return fmt.Sprint(v.Bool)
}
