package celenv

import (
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// Code is the kind of a [Problem].
type Code uint8

// The kinds of problem.
const (
	Syntax Code = iota
	UnknownName
	UnknownFunction
	Mismatch // types do not fit
	Mixed    // int and double in one operation
	TooLarge
	BadPattern // a literal that is no regular expression
)

// Problem is why a formula was refused.
type Problem struct {
	Code   Code
	Offset int    // byte of the text
	Name   string // of UnknownName and UnknownFunction: as written; of Mismatch and Mixed: the function
	Msg    string // cel-go's words
	Types  string // of Mismatch: the operands', "int, double"
	// Of Mixed: the literal to be written as a double, and where. "" if there is none.
	Literal string
	At      int
}

var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	noOverload = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(?:[^(]*\.)?\((.*)\)'`)
	sized      = regexp.MustCompile(`(?i)limit|too large|size exceeds|max recursion`)
)

func (f *Formula) problems(iss *cel.Issues, parsed *ast.AST) []Problem {
	var out []Problem
	seen := map[int]bool{}
	for _, e := range iss.Errors() {
		p := Problem{Offset: f.offset(e.Location.Line(), e.Location.Column()), Msg: strings.TrimPrefix(e.Message, "Syntax error: ")}
		switch {
		case parsed == nil:
			p.Code = Syntax
			if sized.MatchString(p.Msg) {
				p.Code = TooLarge
			}
			if len(out) > 0 {
				continue // the parser's recovery tells nothing new
			}
		case undeclared.MatchString(p.Msg), strings.Contains(p.Msg, "does not support field selection"):
			p.Code = UnknownName
			b, end := f.chain(p.Offset)
			call := p.Offset < len(f.Text) && f.Text[p.Offset] == '('
			next := end
			for next < len(f.Text) && isSpace(f.Text[next]) {
				next++
			}
			if call || next < len(f.Text) && f.Text[next] == '(' {
				p.Code = UnknownFunction
			}
			if b == end {
				p.Code = Mismatch // a field of what is no name
				break
			}
			p.Offset, p.Name = b, strings.Join(strings.Fields(f.Text[b:end]), "")
		case noOverload.MatchString(p.Msg):
			m := noOverload.FindStringSubmatch(p.Msg)
			p.Code, p.Name, p.Types = Mismatch, m[1], m[2]
			f.mixed(&p, e.ExprID, parsed)
			if !strings.HasPrefix(p.Name, "_") && !strings.HasPrefix(p.Name, "-") && !strings.HasPrefix(p.Name, "!") {
				p.Offset, _ = f.chain(p.Offset)
			}
		case sized.MatchString(p.Msg):
			p.Code = TooLarge
		default:
			p.Code = Mismatch
		}
		if seen[p.Offset] {
			continue
		}
		seen[p.Offset] = true
		out = append(out, p)
	}
	return out
}

// mixed finds the int literal of an operation of int and double.
func (f *Formula) mixed(p *Problem, id int64, parsed *ast.AST) {
	if p.Types != "int, double" && p.Types != "double, int" && p.Types != "bool, int, double" && p.Types != "bool, double, int" {
		return
	}
	if !strings.HasPrefix(p.Name, "_") {
		return
	}
	p.Code = Mixed
	ast.PreOrderVisit(parsed.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() != id || e.Kind() != ast.CallKind {
			return
		}
		for _, a := range e.AsCall().Args() {
			if a.Kind() != ast.LiteralKind {
				continue
			}
			if _, ok := a.AsLiteral().(types.Int); !ok {
				continue
			}
			if r, ok := parsed.SourceInfo().GetOffsetRange(a.ID()); ok {
				p.At = f.byteAt(int(r.Start))
				p.Literal = f.Text[p.At:min(p.At+int(r.Stop-r.Start), len(f.Text))]
			}
		}
	}))
}

// offset turns a line from 1 and a column from 0, in code points, to a byte.
func (f *Formula) offset(line, column int) int {
	rest := f.Text
	base := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(rest, '\n')
		if i < 0 {
			break
		}
		base += i + 1
		rest = rest[i+1:]
	}
	for i := range rest {
		if column == 0 {
			return base + i
		}
		column--
	}
	return len(f.Text)
}
