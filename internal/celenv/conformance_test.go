package celenv

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
)

// TestConformance runs the language's own tests that need the standard library
// only. Cases with variables of types that formulas have none of, with other
// name resolution or without the checker are skipped.
func TestConformance(t *testing.T) {
	f, err := os.Open(filepath.Join(testcorpus.Dir(t, "cel-spec"), "cases.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	known, err := os.ReadFile(filepath.Join(testcorpus.Dir(t, "cel-spec"), "not-passing-cel-go-v0.31.0.tsv"))
	require.NoError(t, err)
	pass, fail := 0, 0
	var skips []string
	for s.Scan() {
		var c struct {
			Path, Expr, Container string
			Needs                 []string
			DisableCheck          bool `json:"disable_check"`
			CheckOnly             bool `json:"check_only"`
			Funcs                 []any
			Vars                  []struct{ Name, Type string }
			Bindings              map[string]map[string]any
			Want                  struct {
				Kind  string
				Value map[string]any
			}
		}
		require.NoError(t, json.Unmarshal(s.Bytes(), &c))
		if len(c.Needs) > 0 {
			continue
		}
		vars, ok := declared(c.Vars, c.Bindings)
		switch {
		case c.DisableCheck:
			skips = append(skips, "runs without the checker, which formulas never do")
			continue
		case c.CheckOnly:
			skips = append(skips, "checks types without a value, and formulas have values")
			continue
		case c.Container != "" || len(c.Funcs) > 0:
			skips = append(skips, "declares a container or functions of its own, which formulas cannot")
			continue
		case !ok:
			skips = append(skips, "has a variable of a type that formulas have none of")
			continue
		}
		env, err := New(vars, Config{})
		require.NoError(t, err)
		checked, problems := env.Check(c.Expr)
		var got ref.Val
		if problems == nil {
			p, err := checked.Program(checked.Root)
			require.NoError(t, err, c.Path)
			got, _, err = p.prog.Eval(&activation{p, func(slot int) Value { return bound(c.Bindings[p.Slots[slot].Name]) }})
			if err != nil {
				got = types.WrapErr(err)
			}
		}
		good, miss := false, strings.Contains(string(known), "\n"+c.Path+"\t")
		switch c.Want.Kind {
		case "error":
			good = got == nil || types.IsError(got)
		default:
			good = got != nil && alike(got, c.Want.Value)
		}
		switch {
		case good:
			require.False(t, miss, "%s passes, and the list of known misses has it", c.Path)
			pass++
		case miss: // of cel-go itself, which is the reference here
			skips = append(skips, c.Path+": a known miss of cel-go itself, which is the reference here")
		default:
			fail++
			t.Errorf("%s: %s: want %v, got %v %v", c.Path, c.Expr, c.Want, got, problems)
		}
	}
	require.NoError(t, s.Err())
	testcorpus.Conformance(t, "cel-spec", pass, fail, skips)
	require.Greater(t, pass, 900)
}

func declared(vars []struct{ Name, Type string }, bindings map[string]map[string]any) ([]Var, bool) {
	var out []Var
	for _, v := range vars {
		typ, ok := map[string]Type{"int": Int, "double": Double, "bool": Bool}[v.Type]
		if b := bindings[v.Name]; !ok || b[v.Type] == nil {
			return nil, false
		}
		out = append(out, Var{Name: v.Name, Type: typ})
	}
	return out, len(vars) == len(bindings)
}

func bound(b map[string]any) Value {
	switch x := b["int"].(type) {
	case string:
		i, _ := strconv.ParseInt(x, 10, 64)
		return Value{Type: Int, Int: i}
	}
	if x, ok := b["double"].(string); ok {
		d, _ := strconv.ParseFloat(x, 64)
		return Value{Type: Double, Double: d}
	}
	return Value{Type: Bool, Bool: b["bool"] == true}
}

func alike(v ref.Val, want map[string]any) bool {
	for kind, w := range want {
		switch kind {
		case "int":
			i, ok := v.(types.Int)
			return ok && strconv.FormatInt(int64(i), 10) == w
		case "uint":
			i, ok := v.(types.Uint)
			return ok && strconv.FormatUint(uint64(i), 10) == w
		case "double":
			d, ok := v.(types.Double)
			x, err := strconv.ParseFloat(w.(string), 64)
			return ok && err == nil && (math.Float64bits(float64(d)) == math.Float64bits(x) || d != d && x != x)
		case "string":
			s, ok := v.(types.String)
			return ok && string(s) == w
		case "bytes":
			b, ok := v.(types.Bytes)
			var x []byte
			return ok && json.Unmarshal([]byte(strconv.Quote(w.(string))), &x) == nil && string(b) == string(x)
		case "bool":
			b, ok := v.(types.Bool)
			return ok && bool(b) == w
		case "null":
			return v == types.NullValue
		case "type":
			x, ok := v.(ref.Type)
			return ok && x.TypeName() == w
		case "list":
			l, ok := v.(traits.Lister)
			items := w.([]any)
			if !ok || l.Size() != types.Int(len(items)) {
				return false
			}
			for i, x := range items {
				if !alike(l.Get(types.Int(i)), x.(map[string]any)) {
					return false
				}
			}
			return true
		case "map":
			m, ok := v.(traits.Mapper)
			entries := w.([]any)
			return ok && m.Size() == types.Int(len(entries))
		}
	}
	return false
}
