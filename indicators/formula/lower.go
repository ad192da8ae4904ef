package formula

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/almotacen/almotacen/internal/celenv"
	"github.com/almotacen/almotacen/internal/columnar"
)

// lowering turns a checked formula into nodes of a columnar graph. What has no
// kernel becomes a call of cel-go for the smallest part around it whose result
// fits a register.
type lowering struct {
	b      *columnar.Builder
	f      *celenv.Formula
	ident  func(name string) (columnar.Ref, bool)
	window func(n *celenv.Node) (columnar.Ref, bool) // of functions that read other rows; nil: there are none
	locals []local
	steps  int // taken so far, over unrolled loops and what was given up
	max    int
	calls  int // of cel-go, planned so far
	plan   []Step
	err    error // a part that cel-go cannot plan
}

// local is a name that a macro binds, innermost last.
type local struct {
	name string
	src  *celenv.Node // of cel.bind, evaluated where it is used
	ref  columnar.Ref
	list *listed
}

// listed is a list of a known number of elements. State is a bool that has the
// state of the whole list.
type listed struct {
	elems []columnar.Ref
	kept  []columnar.Ref // by element: a bool, whether it is in the list; nil: all are
	state columnar.Ref
}

// Step is a part of a formula in [Program.Plan] and [Expr.Plan].
type Step struct {
	Indicator string // "" of an [Expr]
	Version   int
	Text      string
	Begin     int // byte in the formula
	End       int
	Op        string  // CEL's name of the function: "_+_", "math.round"; "cel" of other parts
	Fallback  bool    // evaluated by cel-go, one row after the other
	Reason    string  // of a fallback
	Share     float64 // estimated part of the formula's time, 0 to 1
}

// kernel is the columnar operation of an overload.
var kernels = map[string]columnar.Op{
	"logical_not": columnar.Not, "equals": columnar.Eq, "not_equals": columnar.Ne,
	"negate_double": columnar.Neg, "negate_int64": columnar.Neg,
	"int64_to_double": columnar.ToDouble, "uint64_to_double": columnar.ToDouble, "double_to_double": columnar.ToDouble,
	"int64_to_int64": columnar.ToInt, "double_to_int64": columnar.ToInt, "uint64_to_int64": columnar.ToInt, "timestamp_to_int64": columnar.ToInt,
	"uint64_to_uint64": columnar.ToUint, "int64_to_uint64": columnar.ToUint, "double_to_uint64": columnar.ToUint,
	"math_abs_double": columnar.Abs, "math_abs_int": columnar.Abs, "math_abs_uint": columnar.Abs,
	"math_ceil_double": columnar.Ceil, "math_floor_double": columnar.Floor, "math_round_double": columnar.Round, "math_trunc_double": columnar.Trunc,
	"math_sign_double": columnar.Sign, "math_sign_int": columnar.Sign, "math_sign_uint": columnar.Sign,
	"math_sqrt_double": columnar.Sqrt, "math_sqrt_int": columnar.Sqrt, "math_sqrt_uint": columnar.Sqrt,
	"math_isNaN_double": columnar.IsNaN, "math_isInf_double": columnar.IsInf, "math_isFinite_double": columnar.IsFinite,
	"math_@max_double_double": columnar.Max, "math_@max_int_int": columnar.Max, "math_@max_uint_uint": columnar.Max,
	"math_@min_double_double": columnar.Min, "math_@min_int_int": columnar.Min, "math_@min_uint_uint": columnar.Min,
	"math_bitAnd_int_int": columnar.BitAnd, "math_bitAnd_uint_uint": columnar.BitAnd,
	"math_bitOr_int_int": columnar.BitOr, "math_bitOr_uint_uint": columnar.BitOr,
	"math_bitXor_int_int": columnar.BitXor, "math_bitXor_uint_uint": columnar.BitXor,
	"math_bitNot_int_int": columnar.BitNot, "math_bitNot_uint_uint": columnar.BitNot,
	"math_bitShiftLeft_int_int": columnar.ShiftLeft, "math_bitShiftLeft_uint_int": columnar.ShiftLeft,
	"math_bitShiftRight_int_int": columnar.ShiftRight, "math_bitShiftRight_uint_int": columnar.ShiftRight,
	"add_string": columnar.Concat, "string_lower_ascii": columnar.Lower, "string_upper_ascii": columnar.Upper,
	"int64_to_string": columnar.ToText, "uint64_to_string": columnar.ToText, "double_to_string": columnar.ToText, "bool_to_string": columnar.ToText,
	"int64_to_timestamp": columnar.ToTime,
	"size_string":        columnar.Size, "string_size": columnar.Size,
	"starts_with_string": columnar.StartsWith, "ends_with_string": columnar.EndsWith, "contains_string": columnar.Contains,
	"add_timestamp_duration": columnar.AddSpan, "subtract_timestamp_duration": columnar.SubSpan, "subtract_timestamp_timestamp": columnar.Since,
}

// families are overloads of one name and several types.
var families = []struct {
	prefix string
	op     columnar.Op
	types  string
}{
	{"add_", columnar.Add, "double int64 uint64 duration_duration"},
	{"subtract_", columnar.Sub, "double int64 uint64 duration_duration"},
	{"multiply_", columnar.Mul, "double int64 uint64"},
	{"divide_", columnar.Div, "double int64 uint64"},
	{"modulo_", columnar.Mod, "int64 uint64"},
	{"less_equals_", columnar.Le, ordered}, {"less_", columnar.Lt, ordered},
	{"greater_equals_", columnar.Ge, ordered}, {"greater_", columnar.Gt, ordered},
}

const ordered = "bool double int64 uint64 string timestamp duration int64_double double_int64 uint64_double double_uint64 int64_uint64 uint64_int64"

func kernelOf(overload string) (columnar.Op, bool) {
	if o, ok := kernels[overload]; ok {
		return o, true
	}
	for _, f := range families {
		if t, ok := strings.CutPrefix(overload, f.prefix); ok {
			for _, x := range strings.Fields(f.types) {
				if x == t {
					return f.op, true
				}
			}
		}
	}
	return 0, false
}

var fields = map[string]columnar.Field{
	"timestamp_to_year": columnar.Year, "timestamp_to_month": columnar.Month, "timestamp_to_day_of_year": columnar.DayOfYear,
	"timestamp_to_day_of_month": columnar.DayOfMonth, "timestamp_to_day_of_month_1_based": columnar.Date, "timestamp_to_day_of_week": columnar.DayOfWeek,
	"timestamp_to_hours": columnar.Hours, "timestamp_to_minutes": columnar.Minutes, "timestamp_to_seconds": columnar.Seconds, "timestamp_to_milliseconds": columnar.Milliseconds,
	"duration_to_hours": columnar.Hours, "duration_to_minutes": columnar.Minutes, "duration_to_seconds": columnar.Seconds, "duration_to_milliseconds": columnar.Milliseconds,
}

func columnType(t celenv.Type) columnar.Type { return columnTypes[t] }

var columnTypes = [...]columnar.Type{
	celenv.Other: columnar.Other, celenv.Double: columnar.Double, celenv.Int: columnar.Int, celenv.Bool: columnar.Bool,
	celenv.Uint: columnar.Uint, celenv.String: columnar.String, celenv.Timestamp: columnar.Timestamp, celenv.Duration: columnar.Duration,
}

// root lowers a whole formula; a result that is no scalar comes from cel-go.
func (l *lowering) root(n *celenv.Node) (columnar.Ref, bool) {
	r, ok := l.lower(n)
	if !ok {
		l.calls = 0
		r, ok = l.call(n)
	}
	l.weigh()
	return r, ok
}

// lower returns the node of n. It is false if n can only be computed as part of
// a greater whole by cel-go.
func (l *lowering) lower(n *celenv.Node) (columnar.Ref, bool) {
	switch l.steps++; n.Kind {
	case celenv.Literal:
		return l.literal(n)
	case celenv.Ident:
		for i := len(l.locals) - 1; i >= 0; i-- {
			if x := l.locals[i]; x.name == n.Name {
				if x.src == nil { // of a list of mixed types it is dyn
					return x.ref, x.list == nil && l.b.Type(x.ref) == columnType(n.Type)
				}
				inner := l.locals
				l.locals = l.locals[:i:i]
				r, ok := l.lower(x.src)
				l.locals = inner
				return r, ok
			}
		}
		return l.ident(n.Name)
	}
	planned := len(l.plan)
	var r columnar.Ref
	var ok bool
	if l.steps <= l.max {
		if n.Kind == celenv.Call {
			r, ok = l.function(n)
		} else {
			r, ok = l.compound(n)
		}
	}
	if ok {
		l.note(n, Step{})
		return r, true
	}
	l.plan = l.plan[:planned]
	if columnType(n.Type) == columnar.Other {
		return 0, false
	}
	return l.call(n)
}

func (l *lowering) note(n *celenv.Node, s Step) {
	if n.Begin == n.End {
		return // made by a macro
	}
	s.Text, s.Begin, s.End, s.Op = l.f.Text[n.Begin:n.End], n.Begin, n.End, n.Name
	if n.Kind != celenv.Call {
		s.Op = "cel"
	}
	l.plan = append(l.plan, s)
}

func (l *lowering) literal(n *celenv.Node) (columnar.Ref, bool) {
	switch v := n.Bits.(type) {
	case float64:
		return l.b.Double(v), true
	case int64:
		return l.b.Int(v), true
	case uint64:
		return l.b.Uint(v), true
	case bool:
		return l.b.Bool(v), true
	}
	if n.Type == celenv.String {
		return l.b.Text(n.Str), true
	}
	return 0, false
}

// function lowers a call.
func (l *lowering) function(n *celenv.Node) (columnar.Ref, bool) {
	if celenv.Window(n.Name) {
		if l.window == nil {
			return 0, false
		}
		return l.window(n)
	}
	switch n.Name {
	case "share", "per":
		return l.ratio(n)
	case "coalesce":
		return l.coalesce(n.Args, columnType(n.Type))
	case "present":
		r, ok := l.lower(n.Args[0])
		return l.op(columnar.Present, columnar.Bool, ok, r)
	}
	switch n.Overload {
	case "logical_and":
		return l.logical(n, columnar.And, true)
	case "logical_or":
		return l.logical(n, columnar.Or, false)
	case "conditional":
		return l.conditional(n)
	case "in_list":
		return l.in(n)
	case "index_list":
		return l.index(n)
	case "size_list", "list_size":
		return l.size(n.Args[0])
	case "math_@max_double", "math_@max_int", "math_@max_uint", "math_@min_double", "math_@min_int", "math_@min_uint":
		return l.lower(n.Args[0])
	case "math_@max_list_double", "math_@max_list_int", "math_@max_list_uint":
		return l.extreme(n, columnar.MaxOf)
	case "math_@min_list_double", "math_@min_list_int", "math_@min_list_uint":
		return l.extreme(n, columnar.MinOf)
	case "matches", "matches_string":
		return l.matches(n)
	case "string_to_timestamp", "string_to_duration":
		return l.moment(n)
	case "timestamp_to_timestamp", "duration_to_duration", "string_to_string", "bool_to_bool":
		return l.lower(n.Args[0])
	}
	if f, ok := fields[strings.TrimSuffix(strings.TrimSuffix(n.Overload, "_tz"), "_with")]; ok {
		return l.field(n, f)
	}
	if n.Overload == "add_duration_timestamp" {
		return l.later(n)
	}
	o, ok := kernelOf(n.Overload)
	if !ok {
		return 0, false
	}
	args := make([]columnar.Ref, len(n.Args))
	for i, a := range n.Args {
		if args[i], ok = l.lower(a); !ok {
			return 0, false
		}
	}
	if o == columnar.Eq || o == columnar.Ne {
		a, b := l.b.Type(args[0]), l.b.Type(args[1])
		if a == columnar.Other || b == columnar.Other || a != b && !(number(a) && number(b)) {
			return 0, false
		}
	}
	return l.b.Op(o, columnType(n.Type), args...), true
}

func number(t columnar.Type) bool {
	return t == columnar.Double || t == columnar.Int || t == columnar.Uint
}

func (l *lowering) op(o columnar.Op, t columnar.Type, ok bool, args ...columnar.Ref) (columnar.Ref, bool) {
	if !ok {
		return 0, false
	}
	return l.b.Op(o, t, args...), true
}

func (l *lowering) ratio(n *celenv.Node) (columnar.Ref, bool) {
	var args [2]columnar.Ref
	for i, a := range n.Args {
		r, ok := l.lower(a)
		if !ok {
			return 0, false
		}
		if l.b.Type(r) != columnar.Double {
			r = l.b.Op(columnar.ToDouble, columnar.Double, r)
		}
		args[i] = r
	}
	if n.Name == "share" {
		return l.b.Op(columnar.Share, columnar.Double, args[:]...), true
	}
	return l.b.Op(columnar.Per, columnar.Double, args[:]...), true
}

// coalesce is nested from the right: each operand matters where those before it
// are unknown.
func (l *lowering) coalesce(args []*celenv.Node, t columnar.Type) (columnar.Ref, bool) {
	a, ok := l.lower(args[0])
	if !ok || len(args) == 1 {
		return a, ok
	}
	end := l.b.WhenUnknown(a)
	defer end()
	b, ok := l.coalesce(args[1:], t)
	return l.op(columnar.Coalesce, t, ok, a, b)
}

// logical lowers && and ||: the right side matters where the left is not known
// to absorb it.
func (l *lowering) logical(n *celenv.Node, o columnar.Op, want bool) (columnar.Ref, bool) {
	a, ok := l.lower(n.Args[0])
	if !ok {
		return 0, false
	}
	end := l.b.When(a, want)
	defer end()
	b, ok := l.lower(n.Args[1])
	return l.op(o, columnar.Bool, ok, a, b)
}

func (l *lowering) conditional(n *celenv.Node) (columnar.Ref, bool) {
	t := columnType(n.Type)
	if t == columnar.Other {
		return 0, false
	}
	c, ok := l.lower(n.Args[0])
	if !ok {
		return 0, false
	}
	var branch [2]columnar.Ref
	for i := range branch {
		end := l.b.When(c, i == 0)
		branch[i], ok = l.lower(n.Args[1+i])
		end()
		if !ok || l.b.Type(branch[i]) != t {
			return 0, false
		}
	}
	return l.b.Op(columnar.If, t, c, branch[0], branch[1]), true
}

func (l *lowering) matches(n *celenv.Node) (columnar.Ref, bool) {
	x, ok := l.lower(n.Args[0])
	if p := n.Args[1]; ok && p.Kind == celenv.Literal {
		if _, err := regexp.Compile(p.Str); err == nil {
			return l.b.Match(x, p.Str), true
		}
	}
	return 0, false
}

// moment lowers timestamp('…Z') and duration('…').
func (l *lowering) moment(n *celenv.Node) (columnar.Ref, bool) {
	a := n.Args[0]
	if a.Kind != celenv.Literal {
		return 0, false
	}
	if n.Overload == "string_to_duration" {
		d, err := time.ParseDuration(a.Str)
		return l.b.Span(int64(d)), err == nil
	}
	t, err := time.Parse(time.RFC3339, a.Str)
	if err != nil || !strings.HasSuffix(a.Str, "Z") || t.Year() < 1 || t.Year() > 9999 {
		return 0, false
	}
	return l.b.Time(t.Unix(), int64(t.Nanosecond())), true
}

func (l *lowering) field(n *celenv.Node, f columnar.Field) (columnar.Ref, bool) {
	x, ok := l.lower(n.Args[0])
	if !ok {
		return 0, false
	}
	zone := ""
	if len(n.Args) == 2 {
		z := n.Args[1]
		if z.Kind != celenv.Literal || columnar.Zone(z.Str) != nil {
			return 0, false
		}
		zone = z.Str
	}
	return l.b.Get(x, f, zone), true
}

// later lowers duration + timestamp: the error of the duration is the leftmost.
func (l *lowering) later(n *celenv.Node) (columnar.Ref, bool) {
	span, ok := l.lower(n.Args[0])
	if !ok {
		return 0, false
	}
	t, ok := l.lower(n.Args[1])
	if !ok {
		return 0, false
	}
	return l.b.Op(columnar.Then, columnar.Timestamp, l.join([]columnar.Ref{span, t}), l.b.Op(columnar.AddSpan, columnar.Timestamp, t, span)), true
}

// call makes cel-go evaluate n, but for what reads other rows.
func (l *lowering) call(n *celenv.Node) (columnar.Ref, bool) {
	var cut []*celenv.Node
	bound := false
	var find func(s *celenv.Node, names []string)
	find = func(s *celenv.Node, names []string) {
		switch {
		case s.Kind == celenv.Call && celenv.Window(s.Name):
			cut = append(cut, s)
			return
		case s.Kind == celenv.Ident:
			inside := false
			for _, x := range names {
				inside = inside || x == s.Name
			}
			for _, x := range l.locals {
				bound = bound || !inside && x.name == s.Name
			}
		case s.Fold != nil:
			f := s.Fold
			find(f.Range, names)
			find(f.Init, names)
			in := append(names[:len(names):len(names)], f.Accu)
			find(f.Result, in)
			in = append(in, f.Iter, f.Iter2)
			find(f.While, in)
			find(f.Step, in)
			return
		}
		for _, a := range s.Args {
			find(a, names)
		}
	}
	find(n, nil)
	if l.calls++; bound || l.calls > maxCalls {
		return 0, false // needs the variable of a macro around, or is one of too many
	}
	prog, err := l.f.Program(n, cut...)
	if err != nil {
		if l.err == nil {
			l.err = err
		}
		return 0, false
	}
	args := make([]columnar.Ref, len(prog.Slots))
	types := make([]celenv.Type, len(prog.Slots))
	for i, s := range prog.Slots {
		var ok bool
		if s.Cut != nil {
			args[i], ok = l.lower(s.Cut)
		} else {
			args[i], ok = l.ident(s.Name)
		}
		if !ok {
			return 0, false
		}
		types[i] = typeOfColumn(l.b.Type(args[i]))
	}
	l.note(n, Step{Fallback: true, Reason: l.reason(n)})
	text := fmt.Sprintf("%d %s", n.Type, l.f.Text[n.Begin:n.End])
	if n.Begin == n.End {
		text = fmt.Sprintf("%p", n)
	}
	return l.b.Call(columnType(n.Type), text, func(read func(int) columnar.Scalar) columnar.Scalar {
		v := prog.Eval(func(i int) celenv.Value { return toCEL(read(i), types[i]) })
		s := fromCEL(v)
		if n.Type == celenv.Other && s.State == columnar.OK && v.Type != celenv.Other {
			s.Any = v.Go() // of type dyn
		}
		return s
	}, args...), true
}

// maxCalls is the number of parts of one formula that cel-go may evaluate apart;
// with more it evaluates the whole. Each is planned from a copy of the formula.
const maxCalls = 64

func typeOfColumn(t columnar.Type) celenv.Type {
	for i, c := range columnTypes {
		if c == t {
			return celenv.Type(i)
		}
	}
	return celenv.Other
}

// reason says why n has no kernel.
func (l *lowering) reason(n *celenv.Node) string {
	switch {
	case l.steps > l.max:
		return fmt.Sprintf("a loop unrolls to more than %d steps", l.max)
	case n.Fold != nil:
		return "a macro over a list whose elements are not written out"
	case n.Kind == celenv.Compound:
		return "a list, map, message, optional value or field"
	case n.Kind == celenv.Ident:
		return "a variable that is no scalar"
	case n.Overload == "":
		return "the types are only known when it is evaluated"
	}
	if _, ok := kernelOf(n.Overload); ok {
		return "an operand of a type that has no register"
	}
	return "no kernel of " + n.Overload
}

func toCEL(s columnar.Scalar, t celenv.Type) celenv.Value {
	v := celenv.Value{State: celenv.State(s.State), Type: t}
	switch {
	case s.State == columnar.Failed:
		v.Err = s.Err
	case s.State == columnar.Unknown:
	case t == celenv.Double:
		v.Double = math.Float64frombits(s.Bits)
	case t == celenv.Int:
		v.Int = int64(s.Bits)
	case t == celenv.Bool:
		v.Bool = s.Bits != 0
	case t == celenv.Uint:
		v.Uint = s.Bits
	case t == celenv.String:
		v.Str = s.Str
	case t == celenv.Timestamp:
		v.Time = time.Unix(int64(s.Bits), s.Nano).UTC()
	case t == celenv.Duration:
		v.Span = time.Duration(s.Bits)
	default:
		v.Any = s.Any
	}
	return v
}

func fromCEL(v celenv.Value) columnar.Scalar {
	s := columnar.Scalar{State: columnar.State(v.State), Type: columnType(v.Type)}
	switch {
	case v.State == celenv.Failed:
		s.Err = v.Err
	case v.State == celenv.Unknown:
		s.Causes = v.Slots
	case v.Type == celenv.Double:
		s.Bits = math.Float64bits(v.Double)
	case v.Type == celenv.Int:
		s.Bits = uint64(v.Int)
	case v.Type == celenv.Bool:
		s.Bits = boolBits(v.Bool)
	case v.Type == celenv.Uint:
		s.Bits = v.Uint
	case v.Type == celenv.String:
		s.Str = v.Str
	case v.Type == celenv.Timestamp:
		s.Bits, s.Nano = uint64(v.Time.Unix()), int64(v.Time.Nanosecond())
	case v.Type == celenv.Duration:
		s.Bits = uint64(v.Span)
	default:
		s.Any = v.Any
	}
	return s
}

// weigh estimates each step's part of the time, from what kernels and calls
// take for a row on the machines where they were measured.
func (l *lowering) weigh() {
	total := 0.0
	for i := range l.plan {
		l.plan[i].Share = nanoseconds(&l.plan[i])
		total += l.plan[i].Share
	}
	for i := range l.plan {
		l.plan[i].Share /= total
	}
}

func nanoseconds(s *Step) float64 {
	switch {
	case s.Fallback:
		return 300
	case s.Op == "_/_", s.Op == "share", s.Op == "per":
		return 1.5
	case strings.HasPrefix(s.Op, "get"), s.Op == "matches":
		return 20
	case strings.Contains(s.Op, "_"), s.Op == "cel":
		return 0.5
	}
	return 2
}
