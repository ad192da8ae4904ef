package celenv

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
)

// Type is what the checker says of a node.
type Type uint8

// The scalar types, and Other for all the rest.
const (
	Other Type = iota
	Double
	Int
	Bool
	Uint
	String
	Timestamp
	Duration
)

var celTypes = [...]*cel.Type{cel.DynType, cel.DoubleType, cel.IntType, cel.BoolType, cel.UintType, cel.StringType, cel.TimestampType, cel.DurationType}

// String is the type's name in CEL.
func (t Type) String() string {
	return [...]string{"other", "double", "int", "bool", "uint", "string", "timestamp", "duration"}[t]
}

func (t Type) cel() *cel.Type { return celTypes[t] }

func typeOf(t *types.Type) Type {
	if t != nil {
		for i, c := range celTypes {
			if Type(i) != Other && t.IsExactType(c) && !t.IsAssignableType(types.NullType) { // no wrapper, which may be null
				return Type(i)
			}
		}
	}
	return Other
}

// Var declares a variable, of a plain or dotted name.
type Var struct {
	Name string
	Type Type
	Decl string // of type Other: its type in CEL's words, see [ParseType]; "" for dyn
}

// ByOption is the Decl of a variable that [Config].Options declare.
const ByOption = "-"

func (v Var) cel() (*cel.Type, error) {
	if v.Type != Other || v.Decl == "" {
		return v.Type.cel(), nil
	}
	return parseType(v.Decl)
}

// Config has the limits. Zero: safe defaults.
type Config struct {
	MaxNodes int    // of a formula's tree; default 10,000
	MaxText  int    // bytes of a formula; default 100,000
	MaxCost  uint64 // of one evaluation of a [Program], in cel-go's units; default 1,000,000
	MaxSize  int    // bytes of a text, or elements of a list, that one step makes or walks; default 1,000,000
	MaxRegex int    // steps of a regular expression; default 1,000

	// For the tests of the language's own suite.
	Options   []cel.EnvOption // added to the environment
	Unchecked bool            // formulas are parsed only
}

// Env holds the declarations that formulas are checked against.
type Env struct {
	env    *cel.Env
	cfg    Config
	vars   []Var
	guards []cel.ProgramOption
}

// The functions that read other rows, to be cut out of programs.
var window = map[string]bool{"prev": true, "lag": true, "rolling_sum": true, "rolling_mean": true, "sum_over": true, "mean_over": true}

// Window reports whether a function reads other rows than the current.
func Window(function string) bool { return window[function] }

// Functions lists the library's own functions, sorted.
func Functions() []string {
	return []string{"coalesce", "lag", "mean_over", "per", "present", "prev", "rolling_mean", "rolling_sum", "share", "sum_over"}
}

// ZeroDenominator is the error text of share and per.
const ZeroDenominator = "zero denominator"

// New declares vars and the library's own functions on top of standard CEL with
// its math and strings extensions, cel.bind and optional values.
func New(vars []Var, cfg Config) (*Env, error) {
	if cfg.MaxNodes <= 0 {
		cfg.MaxNodes = 10_000
	}
	if cfg.MaxText <= 0 {
		cfg.MaxText = 100_000
	}
	if cfg.MaxCost == 0 {
		cfg.MaxCost = 1_000_000
	}
	if cfg.MaxSize <= 0 {
		cfg.MaxSize = 1_000_000
	}
	if cfg.MaxRegex <= 0 {
		cfg.MaxRegex = 1_000
	}
	opts := []cel.EnvOption{
		ext.Math(), ext.Strings(), ext.Bindings(), cel.OptionalTypes(),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(cfg.MaxText),
		cel.ExpressionNodeLimit(cfg.MaxNodes),
	}
	for _, v := range vars {
		if v.Decl == ByOption {
			continue
		}
		t, err := v.cel()
		if err != nil {
			return nil, fmt.Errorf("variable %q: %w", v.Name, err)
		}
		opts = append(opts, cel.Variable(v.Name, t))
	}
	opts = append(opts, functions()...)
	env, err := cel.NewEnv(append(opts, cfg.Options...)...)
	if err != nil {
		return nil, fmt.Errorf("declarations: %w", err)
	}
	g, err := guard(env, cfg)
	if err != nil {
		return nil, fmt.Errorf("declarations: %w", err)
	}
	return &Env{env, cfg, vars, g}, nil
}

func functions() []cel.EnvOption {
	d, i, b, s := cel.DoubleType, cel.IntType, cel.BoolType, cel.StringType
	elsewhere := cel.FunctionBinding(func(...ref.Val) ref.Val { return types.NewErr("reads other rows") })
	numbers := func(name string, extra []*cel.Type, result func(t *cel.Type) *cel.Type) cel.EnvOption {
		var o []cel.FunctionOpt
		for _, t := range []*cel.Type{d, i} {
			o = append(o, cel.Overload(name+"_"+t.String(), append([]*cel.Type{t}, extra...), result(t), elsewhere))
		}
		return cel.Function(name, o...)
	}
	same := func(t *cel.Type) *cel.Type { return t }
	double := func(*cel.Type) *cel.Type { return d }
	ratio := func(name string, factor float64) cel.EnvOption {
		var o []cel.FunctionOpt
		for _, x := range []*cel.Type{d, i} {
			for _, y := range []*cel.Type{d, i} {
				o = append(o, cel.Overload(name+"_"+x.String()+"_"+y.String(), []*cel.Type{x, y}, d,
					cel.BinaryBinding(func(x, y ref.Val) ref.Val {
						p, q := number(x), number(y)
						if q == 0 {
							return types.NewErr("%s", ZeroDenominator)
						}
						return types.Double(float64(factor*p) / q)
					})))
			}
		}
		return cel.Function(name, o...)
	}
	var present, coalesce []cel.FunctionOpt
	for _, t := range []*cel.Type{d, i, b} {
		present = append(present, cel.Overload("present_"+t.String(), []*cel.Type{t}, b, cel.OverloadIsNonStrict(), cel.UnaryBinding(isPresent)))
		args := []*cel.Type{t}
		for range maxCoalesce - 1 {
			args = append(args, t)
			coalesce = append(coalesce, cel.Overload(fmt.Sprintf("coalesce_%s_%d", t, len(args)), append([]*cel.Type(nil), args...), t,
				cel.OverloadIsNonStrict(), cel.FunctionBinding(firstPresent)))
		}
	}
	return []cel.EnvOption{
		numbers("prev", nil, same),
		numbers("lag", []*cel.Type{i}, same),
		numbers("rolling_sum", []*cel.Type{i}, same),
		numbers("rolling_mean", []*cel.Type{i}, double),
		numbers("sum_over", []*cel.Type{s}, same),
		numbers("mean_over", []*cel.Type{s}, double),
		ratio("share", 100), ratio("per", 1),
		cel.Function("present", present...),
		cel.Function("coalesce", coalesce...),
	}
}

const maxCoalesce = 8

func number(v ref.Val) float64 {
	if i, ok := v.(types.Int); ok {
		return float64(i)
	}
	d, _ := v.(types.Double)
	return float64(d)
}

func isPresent(v ref.Val) ref.Val {
	if types.IsError(v) {
		return v
	}
	return types.Bool(!types.IsUnknown(v))
}

func firstPresent(args ...ref.Val) ref.Val {
	var u *types.Unknown
	for _, v := range args {
		if !types.IsUnknown(v) {
			return v // an error too
		}
		u = types.MergeUnknowns(v.(*types.Unknown), u)
	}
	return u
}
