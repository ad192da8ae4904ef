package celenv

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	dispatch "github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
)

// The cost of a step is counted when the step is done, and some steps make or
// walk more than their cost says: s.replace(”, s) is as large as s times
// itself, and two lists that hold one list twice, which holds another twice,
// take 2ⁿ steps to compare. Guards look at the operands and fail before.
var guarded = map[string]func(limit int, args []ref.Val) int{
	operators.Add:       func(_ int, a []ref.Val) int { return size(a[0]) + size(a[1]) },
	operators.In:        found,
	"replace":           replaced,
	"split":             func(_ int, a []ref.Val) int { return size(a[0]) },
	"join":              joined,
	"format":            func(limit int, a []ref.Val) int { return size(a[0]) + walked(limit, a[1:]) },
	"strings.quote":     func(_ int, a []ref.Val) int { return 2 * size(a[0]) },
	operators.Equals:    walked,
	operators.NotEquals: walked,
}

// guard makes the program options that put the guards in.
func guard(env *cel.Env, cfg Config) ([]cel.ProgramOption, error) {
	limit := cfg.MaxSize
	check := func(name string, args []ref.Val) ref.Val {
		if name == "matches" {
			return matching(cfg.MaxRegex, args)
		}
		if n := guarded[name](limit, args); n > limit {
			return types.NewErr("%s", tooLarge(name, limit))
		}
		return nil
	}
	var over []*dispatch.Overload
	for _, name := range append(slices.Collect(maps.Keys(guarded)), "matches") {
		decl := env.Functions()[name]
		if decl == nil {
			continue
		}
		bindings, err := decl.Bindings()
		if err != nil {
			return nil, err
		}
		for _, b := range bindings {
			g := *b
			if b.Unary != nil {
				g.Unary = func(a ref.Val) ref.Val {
					if err := check(name, []ref.Val{a}); err != nil {
						return err
					}
					return b.Unary(a)
				}
			}
			if b.Binary != nil {
				g.Binary = func(a, c ref.Val) ref.Val {
					if err := check(name, []ref.Val{a, c}); err != nil {
						return err
					}
					return b.Binary(a, c)
				}
			}
			if b.Function != nil {
				g.Function = func(args ...ref.Val) ref.Val {
					if err := check(name, args); err != nil {
						return err
					}
					return b.Function(args...)
				}
			}
			over = append(over, &g)
		}
	}
	// cel.Function declares a function once for all; this replaces an implementation
	//lint:ignore SA1019 there is no other way to put a guard before one
	return []cel.ProgramOption{cel.Functions(over...)}, nil
}

// equality guards == and !=, which the planner does not look up. Scalars need
// no guard.
func equality(a *ast.AST, limit int) cel.ProgramOption {
	scalar := map[int64]bool{}
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Equals && e.AsCall().FunctionName() != operators.NotEquals {
			return
		}
		for _, x := range e.AsCall().Args() {
			if isScalar(a.GetType(x.ID())) {
				scalar[e.ID()] = true // the other is one too, or the two are different at a glance
			}
		}
	}))
	return cel.CustomDecoratorV2(func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
		call, ok := i.(interpreter.InterpretableCall)
		if !ok || scalar[call.ID()] || call.Function() != operators.Equals && call.Function() != operators.NotEquals {
			return i, nil
		}
		not := call.Function() == operators.NotEquals
		return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), func(args ...ref.Val) ref.Val {
			if walked(limit, args) > limit {
				return types.NewErr("%s", tooLarge(call.Function(), limit))
			}
			v := types.Equal(args[0], args[1])
			if not {
				return types.Bool(v != types.True)
			}
			return v
		}), nil
	})
}

func tooLarge(name string, limit int) string {
	return fmt.Sprintf("%s: more than %d bytes or elements", strings.Trim(strings.Replace(name, "@in", "in", 1), "_"), limit)
}

func isScalar(t *types.Type) bool {
	if t == nil {
		return false
	}
	switch t.Kind() {
	case types.BoolKind, types.BytesKind, types.DoubleKind, types.DurationKind, types.IntKind, types.NullTypeKind, types.StringKind,
		types.TimestampKind, types.TypeKind, types.UintKind:
		return true
	}
	return false
}

// size is the bytes of a text, or the elements of a list or map.
func size(v ref.Val) int {
	switch x := v.(type) {
	case types.String:
		return len(x)
	case types.Bytes:
		return len(x)
	case traits.Sizer:
		n, _ := x.Size().(types.Int)
		return int(n)
	}
	return 1
}

// walked is the number of values in args, and the bytes of their texts, counted
// as often as they occur; what is beyond limit may not be counted.
func walked(limit int, args []ref.Val) int {
	n := 0
	for _, v := range args {
		n += walk(v, limit-n)
		if n > limit {
			break
		}
	}
	return n
}

func walk(v ref.Val, limit int) int {
	n := 1
	switch x := v.(type) {
	case types.String, types.Bytes:
		return n + size(v)
	case *types.Optional:
		if x.HasValue() {
			n += walk(x.GetValue(), limit-n)
		}
	case traits.Mapper:
		for it := x.Iterator(); it.HasNext() == types.True && n <= limit; {
			k := it.Next()
			n += walk(k, limit-n) + walk(x.Get(k), limit-n)
		}
	case traits.Lister:
		for i, size := types.Int(0), types.Int(size(v)); i < size && n <= limit; i++ {
			n += walk(x.Get(i), limit-n)
		}
	}
	return n
}

// found is for x in y: a scalar is compared at a glance.
func found(limit int, args []ref.Val) int {
	switch args[0].(type) {
	case traits.Lister, traits.Mapper, *types.Optional:
		return walked(limit, args)
	}
	return 0
}

func replaced(_ int, args []ref.Val) int {
	s, ok1 := args[0].(types.String)
	before, ok2 := args[1].(types.String)
	after, ok3 := args[2].(types.String)
	if !ok1 || !ok2 || !ok3 {
		return 0
	}
	count := utf8.RuneCountInString(string(s)) + 1
	if before != "" {
		count = strings.Count(string(s), string(before))
	}
	if len(args) > 3 {
		if limit, ok := args[3].(types.Int); ok && limit >= 0 {
			count = min(count, int(limit))
		}
	}
	return len(s) + count*max(0, len(after)-len(before))
}

func joined(limit int, args []ref.Val) int {
	list, ok := args[0].(traits.Lister)
	if !ok {
		return 0
	}
	between, n := 0, 0
	if len(args) > 1 {
		between = size(args[1])
	}
	for i, last := types.Int(0), types.Int(size(list)); i < last && n <= limit; i++ {
		n += size(list.Get(i)) + between
	}
	return n
}
