package celenv

import (
	"fmt"
	"regexp/syntax"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// regexSize is about the number of instructions of a pattern, from its text
// alone: a{1000} in a{1000} is refused before anybody compiles it.
func regexSize(pattern string) (int, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, err
	}
	return instructions(re), nil
}

const manyInstructions = 1 << 30

func instructions(re *syntax.Regexp) int {
	n := 1
	for _, s := range re.Sub {
		n = min(n+instructions(s), manyInstructions)
	}
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpRepeat:
		times := re.Max
		if times < 0 {
			times = re.Min + 1
		}
		n = min(n*max(1, times), manyInstructions)
	}
	return n
}

// patterns finds literal patterns that are no regular expressions, or too large
// ones. What is no literal is checked when it is evaluated.
func (f *Formula) patterns(n *Node) []Problem {
	var out []Problem
	if n.Kind == Call && n.Name == "matches" && len(n.Args) == 2 {
		if p := n.Args[1]; p.Kind == Literal && p.Bits == nil {
			size, err := regexSize(p.Str)
			switch {
			case err != nil:
				out = append(out, Problem{Code: BadPattern, Offset: p.Begin, Msg: err.Error()})
			case size > f.env.cfg.MaxRegex:
				out = append(out, Problem{Code: TooLarge, Offset: p.Begin, Msg: tooComplex(size, f.env.cfg.MaxRegex)})
			}
		}
	}
	for _, a := range n.Args {
		out = append(out, f.patterns(a)...)
	}
	return out
}

func tooComplex(size, limit int) string {
	return fmt.Sprintf("regular expression of %d steps, more than %d", size, limit)
}

func matching(limit int, args []ref.Val) ref.Val {
	if p, ok := args[len(args)-1].(types.String); ok {
		if n, err := regexSize(string(p)); err == nil && n > limit {
			return types.NewErr("%s", tooComplex(n, limit))
		}
	}
	return nil
}
