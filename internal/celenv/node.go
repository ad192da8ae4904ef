package celenv

import (
	"regexp"
	"sort"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// Kind of a [Node].
type Kind uint8

// The kinds. Compound is what has no simpler form: lists, maps, field
// selections, and macros that were expanded to loops.
const (
	Literal Kind = iota
	Ident
	Call
	Compound
)

// Node is one step of a checked formula.
type Node struct {
	ID       int64
	Kind     Kind
	Name     string // of an identifier (dotted names whole) or a function ("_+_", "prev")
	Overload string // of a call: the one overload chosen, or "" if it is open until evaluation
	Type     Type
	Begin    int // bytes of the text
	End      int
	Args     []*Node // receiver first; of a Compound all that it is made of

	Bits any // of a literal: float64, int64, uint64, bool, or nil for other types
	Str  string

	List bool  // of a Compound: a list literal without optional elements, Args are its elements
	Fold *Fold // of a Compound: a macro that was expanded to a loop
}

// Fold is a loop over Range: Accu begins as Init and becomes Step for each
// element, named Iter, while While holds; the result is Result.
type Fold struct {
	Iter, Iter2, Accu                string // Iter2 is "" with one variable
	Range, Init, While, Step, Result *Node
}

// Formula is a checked formula.
type Formula struct {
	Text   string
	Root   *Node
	Result string // its type, in CEL's words: "double", "list(int)"

	env    *Env
	ast    *ast.AST
	bytes  []int // byte offset by code point
	locals map[string]bool
	chains [][]int // dotted names in the text, while it is checked
}

// Check parses and checks a formula. If there are problems the formula is nil.
func (e *Env) Check(text string) (*Formula, []Problem) {
	if len(text) > e.cfg.MaxText {
		return nil, []Problem{{Code: TooLarge, Msg: "the formula is longer than the limit"}}
	}
	parsed, iss := e.env.Parse(text)
	f := &Formula{Text: text, env: e, bytes: byteOffsets(text)}
	if iss.Err() != nil {
		return nil, f.problems(iss, nil)
	}
	checked := parsed
	if !e.cfg.Unchecked {
		if checked, iss = e.env.Check(parsed); iss.Err() != nil {
			return nil, f.problems(iss, parsed.NativeRep())
		}
	}
	f.ast = checked.NativeRep()
	f.Result = checked.OutputType().String()
	f.locals = locals(f.ast.Expr())
	f.Root = f.node(f.ast.Expr())
	f.chains = nil
	if p := f.patterns(f.Root); p != nil {
		return nil, p
	}
	return f, nil
}

func byteOffsets(text string) []int {
	out := make([]int, 0, len(text)+1)
	for i := range text {
		out = append(out, i)
	}
	return append(out, len(text))
}

func (f *Formula) byteAt(codePoint int) int {
	return f.bytes[min(max(codePoint, 0), len(f.bytes)-1)]
}

// locals are the names that macros bind.
func locals(e ast.Expr) map[string]bool {
	m := map[string]bool{}
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.ComprehensionKind {
			c := e.AsComprehension()
			m[c.IterVar()], m[c.IterVar2()], m[c.AccuVar()] = true, true, true
		}
	}))
	return m
}

func (f *Formula) node(e ast.Expr) *Node {
	n := &Node{ID: e.ID(), Type: typeOf(f.ast.GetType(e.ID()))}
	begin, end := -1, -1
	if r, ok := f.ast.SourceInfo().GetOffsetRange(e.ID()); ok {
		begin = f.byteAt(int(r.Start))
		end = min(begin+int(r.Stop-r.Start), len(f.Text)) // lengths are bytes, starts code points
	}
	switch e.Kind() {
	case ast.LiteralKind:
		n.Kind = Literal
		switch v := e.AsLiteral().(type) {
		case types.Double:
			n.Bits = float64(v)
		case types.Int:
			n.Bits = int64(v)
		case types.Uint:
			n.Bits = uint64(v)
		case types.Bool:
			n.Bits = bool(v)
		case types.String:
			n.Str = string(v)
		}
	case ast.IdentKind:
		n.Kind, n.Name = Ident, e.AsIdent()
		// of a dotted name the range is the last dot
		if begin >= 0 && strings.Contains(n.Name, ".") {
			begin, end = f.chain(begin)
		}
	case ast.CallKind:
		c := e.AsCall()
		n.Kind, n.Name = Call, c.FunctionName()
		if ids := f.ast.GetOverloadIDs(e.ID()); len(ids) == 1 {
			n.Overload = ids[0]
		}
		if c.IsMemberFunction() {
			n.Args = append(n.Args, f.node(c.Target()))
		}
		for _, a := range c.Args() {
			n.Args = append(n.Args, f.node(a))
		}
	default:
		n.Kind = Compound
		for _, c := range children(e) {
			n.Args = append(n.Args, f.node(c))
		}
		switch e.Kind() {
		case ast.ListKind:
			n.List = len(e.AsList().OptionalIndices()) == 0
		case ast.ComprehensionKind:
			c, a := e.AsComprehension(), n.Args
			n.Fold = &Fold{c.IterVar(), c.IterVar2(), c.AccuVar(), a[0], a[1], a[2], a[3], a[4]}
		}
	}
	n.Begin, n.End = f.extent(n, begin, end)
	return n
}

func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.MapKind:
		var out []ast.Expr
		for _, x := range e.AsMap().Entries() {
			out = append(out, x.AsMapEntry().Key(), x.AsMapEntry().Value())
		}
		return out
	case ast.StructKind:
		var out []ast.Expr
		for _, x := range e.AsStruct().Fields() {
			out = append(out, x.AsStructField().Value())
		}
		return out
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		return []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()}
	}
	return nil
}

// extent is the part of the text a node came from: cel-go gives the operator of
// a call, or its opening parenthesis.
func (f *Formula) extent(n *Node, begin, end int) (int, int) {
	t := f.Text
	if begin < 0 {
		return 0, 0 // made by a macro
	}
	if n.Kind == Literal || n.Kind == Ident {
		return begin, end
	}
	lo, hi := begin, end
	for _, a := range n.Args {
		if a.Begin == a.End {
			continue
		}
		b, e := outer(t, a.Begin, a.End)
		lo, hi = min(lo, b), max(hi, e)
	}
	if begin < len(t) {
		switch t[begin] {
		case '(':
			b, _ := f.chain(begin)
			lo, hi = min(lo, b), max(hi, closing(t, begin))
		case '[', '{':
			if n.Kind == Compound || n.Name == "_[_]" {
				hi = max(hi, closing(t, begin))
			}
		}
	}
	return lo, hi
}

// outer widens a range by the parentheses around it.
func outer(t string, b, e int) (int, int) {
	for {
		i, j := b-1, e
		for i >= 0 && isSpace(t[i]) {
			i--
		}
		for j < len(t) && isSpace(t[j]) {
			j++
		}
		if i < 0 || j >= len(t) || t[i] != '(' || t[j] != ')' {
			return b, e
		}
		k := i - 1
		for k >= 0 && isSpace(t[k]) {
			k--
		}
		if k >= 0 && isWord(t[k]) {
			return b, e // the parenthesis of a call
		}
		b, e = i, j+1
	}
}

var dotted = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*(?:\s*\.\s*[A-Za-z_][A-Za-z0-9_]*)*`)

// chain is the dotted name that byte i is in, or that ends before it with only
// spaces between; i, i if there is none.
func (f *Formula) chain(i int) (begin, end int) {
	if f.chains == nil {
		f.chains = dotted.FindAllStringIndex(f.Text, -1)
	}
	k := sort.Search(len(f.chains), func(k int) bool { return f.chains[k][0] > i }) - 1
	if k < 0 {
		return i, i
	}
	begin, end = f.chains[k][0], f.chains[k][1]
	if i > end && strings.Trim(f.Text[end:i], " \t\r\n") != "" {
		return i, i
	}
	return begin, end
}

// closing is the byte after the bracket that closes the one at i.
func closing(t string, i int) int {
	depth := 0
	for ; i < len(t); i++ {
		switch t[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\'', '"':
			q := t[i]
			for i++; i < len(t) && t[i] != q; i++ {
				if t[i] == '\\' {
					i++
				}
			}
		}
	}
	return len(t)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
