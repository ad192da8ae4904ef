package formula

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "cel.dev/expr/conformance/proto2" // the messages that cases name
	_ "cel.dev/expr/conformance/proto3"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/almotacen/almotacen/internal/testcorpus"
)

// suiteCase is a line of the language's own tests; see SOURCES.md of the corpus.
type suiteCase struct {
	Path, Expr, Container string
	Needs                 []string
	DisableCheck          bool `json:"disable_check"`
	CheckOnly             bool `json:"check_only"`
	Funcs                 []struct {
		Name      string
		Overloads []struct {
			ID, Result string
			Params     []string
			TypeParams []string `json:"type_params"`
			Member     bool
		}
	}
	Vars     []struct{ Name, Type string }
	Bindings map[string]map[string]any
	Want     struct {
		Kind, Type string
		Value      map[string]any
	}
}

func readSuite(t *testing.T) (cases []suiteCase, misses map[string]bool) {
	dir := testcorpus.Dir(t, "cel-spec")
	f, err := os.Open(filepath.Join(dir, "cases.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var c suiteCase
		require.NoError(t, json.Unmarshal(s.Bytes(), &c))
		cases = append(cases, c)
	}
	require.NoError(t, s.Err())
	known, err := os.ReadFile(filepath.Join(dir, "not-passing-cel-go-v0.31.0.tsv"))
	require.NoError(t, err)
	misses = map[string]bool{}
	for line := range strings.Lines(string(known)) {
		if path, _, ok := strings.Cut(line, "\t"); ok && !strings.HasPrefix(line, "#") {
			misses[path] = true
		}
	}
	return cases, misses
}

// options configure the environment as the case wants it.
func (c *suiteCase) options(t *testing.T) []cel.EnvOption {
	opts := []cel.EnvOption{
		cel.OptionalTypes(), cel.EnableErrorOnBadPresenceTest(true), cel.EnableIdentifierEscapeSyntax(),
		ext.Bindings(), ext.Encoders(), ext.Math(), ext.Protos(), ext.Strings(), ext.TwoVarComprehensions(), ext.Network(),
		cel.Container(c.Container),
	}
	protoregistry.GlobalTypes.RangeMessages(func(m protoreflect.MessageType) bool {
		if strings.HasPrefix(string(m.Descriptor().FullName()), "cel.expr.conformance.") {
			opts = append(opts, cel.Types(m.New().Interface()))
		}
		return true
	})
	if slices.Contains(c.Needs, "block") {
		opts = append(opts, blockMacros()...)
	}
	for _, f := range c.Funcs {
		var o []cel.FunctionOpt
		for _, x := range f.Overloads {
			var params []*cel.Type
			for _, p := range x.Params {
				params = append(params, suiteType(t, p))
			}
			if x.Member {
				o = append(o, cel.MemberOverload(x.ID, params, suiteType(t, x.Result)))
			} else {
				o = append(o, cel.Overload(x.ID, params, suiteType(t, x.Result)))
			}
		}
		opts = append(opts, cel.Function(f.Name, o...))
	}
	for _, v := range c.Vars {
		opts = append(opts, cel.Variable(v.Name, suiteType(t, v.Type)))
	}
	return opts
}

// suiteType reads a type as the corpus writes it.
func suiteType(t *testing.T, s string) *cel.Type {
	plain := map[string]*cel.Type{"int": cel.IntType, "uint": cel.UintType, "double": cel.DoubleType, "bool": cel.BoolType, "string": cel.StringType,
		"bytes": cel.BytesType, "null": cel.NullType, "dyn": cel.DynType, "any": cel.AnyType, "timestamp": cel.TimestampType, "duration": cel.DurationType}
	if x := plain[s]; x != nil {
		return x
	}
	head, rest, ok := strings.Cut(s, "(")
	require.True(t, ok, s)
	var args []string
	depth, from := 0, 0
	rest = strings.TrimSuffix(rest, ")")
	for i, r := range rest + "," {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			args, from = append(args, strings.TrimSpace(rest[from:i])), i+1
		}
	}
	of := func(i int) *cel.Type { return suiteType(t, args[i]) }
	switch head {
	case "list":
		return cel.ListType(of(0))
	case "map":
		return cel.MapType(of(0), of(1))
	case "wrapper":
		return cel.NullableType(of(0))
	case "message":
		if x := (map[string]*cel.Type{"google.protobuf.Duration": cel.DurationType, "google.protobuf.Timestamp": cel.TimestampType, "google.protobuf.Any": cel.AnyType,
			"google.protobuf.Value": cel.DynType, "google.protobuf.Struct": cel.MapType(cel.StringType, cel.DynType), "google.protobuf.ListValue": cel.ListType(cel.DynType)})[args[0]]; x != nil {
			return x
		}
		if name, ok := strings.CutPrefix(args[0], "google.protobuf."); ok && strings.HasSuffix(name, "Value") {
			wrapped := map[string]*cel.Type{"BoolValue": cel.BoolType, "BytesValue": cel.BytesType, "DoubleValue": cel.DoubleType, "FloatValue": cel.DoubleType,
				"Int32Value": cel.IntType, "Int64Value": cel.IntType, "StringValue": cel.StringType, "UInt32Value": cel.UintType, "UInt64Value": cel.UintType}
			return cel.NullableType(wrapped[name])
		}
		return cel.ObjectType(args[0])
	case "param":
		return cel.TypeParamType(args[0])
	case "abstract":
		var params []*cel.Type
		for i := range args[1:] {
			params = append(params, of(i+1))
		}
		return cel.OpaqueType(args[0], params...)
	case "type":
		return types.NewTypeTypeWithParam(of(0))
	}
	require.Fail(t, "type", s)
	return nil
}

// blockMacros are cel.block, cel.index, cel.iterVar and cel.accuVar, which the
// suite writes and no one else does.
func blockMacros() []cel.EnvOption {
	number := func(e ast.Expr) string { return fmt.Sprint(e.AsLiteral().Value()) }
	in := func(target ast.Expr) bool { return target.Kind() == ast.IdentKind && target.AsIdent() == "cel" }
	variable := func(prefix string) cel.MacroFactory {
		return func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
			if !in(target) {
				return nil, nil
			}
			return f.NewIdent(fmt.Sprintf("@%s:%s:%s", prefix, number(args[0]), number(args[1]))), nil
		}
	}
	opts := []cel.EnvOption{cel.Macros(
		cel.ReceiverMacro("block", 2, func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
			if !in(target) {
				return nil, nil
			}
			return f.NewCall("cel.@block", args...), nil
		}),
		cel.ReceiverMacro("index", 1, func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
			if !in(target) {
				return nil, nil
			}
			return f.NewIdent("@index" + number(args[0])), nil
		}),
		cel.ReceiverMacro("iterVar", 2, variable("it")),
		cel.ReceiverMacro("accuVar", 2, variable("ac")),
	)}
	for i := range 32 {
		opts = append(opts, cel.Variable(fmt.Sprintf("@index%d", i), cel.DynType))
	}
	return opts
}

var strongEnum ref.Val = types.NewErr("a typed enum")

// value is a value of the corpus.
func (c *suiteCase) value(t *testing.T, a types.Adapter, v map[string]any) ref.Val {
	for kind, w := range v {
		switch kind {
		case "int":
			i, err := strconv.ParseInt(w.(string), 10, 64)
			require.NoError(t, err)
			return types.Int(i)
		case "uint":
			u, err := strconv.ParseUint(w.(string), 10, 64)
			require.NoError(t, err)
			return types.Uint(u)
		case "double":
			d, err := strconv.ParseFloat(w.(string), 64)
			require.NoError(t, err)
			return types.Double(d)
		case "string":
			return types.String(w.(string))
		case "bytes":
			b, err := base64.StdEncoding.DecodeString(w.(string))
			require.NoError(t, err)
			return types.Bytes(b)
		case "bool":
			return types.Bool(w.(bool))
		case "null":
			return types.NullValue
		case "type":
			return types.NewObjectType(w.(string))
		case "enum":
			return strongEnum // which cel-go has none of: its enums are ints
		case "timestamp", "duration":
			p := w.([]any)
			s, err := strconv.ParseInt(p[0].(string), 10, 64)
			require.NoError(t, err)
			if kind == "timestamp" {
				return types.Timestamp{Time: time.Unix(s, int64(p[1].(float64))).UTC()}
			}
			return types.Duration{Duration: time.Duration(s)*time.Second + time.Duration(p[1].(float64))}
		case "list":
			out := []ref.Val{}
			for _, x := range w.([]any) {
				out = append(out, c.value(t, a, x.(map[string]any)))
			}
			return types.NewDynamicList(a, out)
		case "map":
			out := map[ref.Val]ref.Val{}
			for _, x := range w.([]any) {
				p := x.([]any)
				out[c.value(t, a, p[0].(map[string]any))] = c.value(t, a, p[1].(map[string]any))
			}
			return types.NewRefValMap(a, out)
		case "message":
			m := w.(map[string]any)
			typ, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(m["type"].(string)))
			require.NoError(t, err)
			wire, err := base64.StdEncoding.DecodeString(m["wire"].(string))
			require.NoError(t, err)
			msg := typ.New().Interface()
			require.NoError(t, proto.Unmarshal(wire, msg))
			return a.NativeToValue(msg)
		}
	}
	require.Fail(t, "value", "%v", v)
	return nil
}

// equalValue reports whether got is the value wanted: of the same type, doubles by ==
// with any NaN like another, maps in any order.
func equalValue(got, want ref.Val) bool {
	switch w := want.(type) {
	case types.Double:
		g, ok := got.(types.Double)
		return ok && (g == w || g != g && w != w)
	case *types.Type:
		g, ok := got.(ref.Type)
		return ok && g.TypeName() == w.TypeName()
	case traits.Lister:
		g, ok := got.(traits.Lister)
		if !ok || g.Size() != w.Size() {
			return false
		}
		for i := range int(w.Size().(types.Int)) {
			if !equalValue(g.Get(types.Int(i)), w.Get(types.Int(i))) {
				return false
			}
		}
		return true
	case traits.Mapper:
		g, ok := got.(traits.Mapper)
		if !ok || g.Size() != w.Size() {
			return false
		}
		for it := w.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			x, found := g.Find(k)
			if !found || !equalValue(x, w.Get(k)) {
				return false
			}
		}
		return true
	}
	if m, ok := want.Value().(proto.Message); ok {
		g, ok := got.Value().(proto.Message)
		return ok && proto.Equal(g, m)
	}
	return got.Type() == want.Type() && got.Equal(want) == types.True
}

// outcome of a case: a value, or an error when it is checked or evaluated.
type outcome struct {
	value ref.Val
	typ   string // deduced
	err   error
	early bool // the error came before the evaluation
}

func (o outcome) good(t *testing.T, c *suiteCase, a types.Adapter) bool {
	if c.Want.Kind == "error" {
		return o.err != nil && !o.early
	}
	if o.err != nil {
		return false
	}
	if c.Want.Type != "" && o.typ != suiteType(t, c.Want.Type).String() {
		return false
	}
	return c.Want.Kind == "type" || equalValue(o.value, c.value(t, a, c.Want.Value))
}

// plain runs a case as a user of cel-go would.
func (c *suiteCase) plain(t *testing.T) (outcome, types.Adapter) {
	env, err := cel.NewEnv(c.options(t)...)
	require.NoError(t, err, c.Path)
	a := env.CELTypeAdapter()
	parsed, iss := env.Parse(c.Expr)
	if iss.Err() != nil {
		return outcome{err: iss.Err(), early: true}, a
	}
	checked := parsed
	if !c.DisableCheck {
		if checked, iss = env.Check(parsed); iss.Err() != nil {
			return outcome{err: iss.Err(), early: true}, a
		}
	}
	out := outcome{typ: checked.OutputType().String()}
	if c.CheckOnly {
		return out, a
	}
	prog, err := env.Program(checked)
	if err != nil {
		return outcome{err: err, early: true}, a
	}
	vars := map[string]any{}
	for name, b := range c.Bindings {
		if vars[name] = c.value(t, a, b); vars[name] == strongEnum {
			return outcome{err: errors.New("a typed enum"), early: true}, a
		}
	}
	v, _, err := prog.Eval(vars)
	if err != nil {
		return outcome{err: err}, a
	}
	out.value = v
	return out, a
}

func TestSuitePlain(t *testing.T) {
	cases, misses := readSuite(t)
	pass := 0
	for i := range cases {
		c := &cases[i]
		o, a := c.plain(t)
		good := o.good(t, c, a)
		if good {
			pass++
		}
		if good == misses[c.Path] {
			t.Errorf("%s: %s: want %v, got %v %v", c.Path, c.Expr, c.Want, o.value, o)
		}
	}
	t.Logf("pass %d of %d", pass, len(cases))
}
