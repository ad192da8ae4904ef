package formula

import (
	"fmt"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/internal/celenv"
)

// dashed is the longest indicator id with '-' that text begins with.
func (k *compiler) dashed(text string) string {
	best := ""
	for _, x := range k.inds {
		if id := x.spec.ID; len(id) > len(best) && strings.Contains(id, "-") && strings.HasPrefix(text, id) {
			best = id
		}
	}
	return best
}

func celType(t celenv.Type) string {
	if t != celenv.Double && t != celenv.Int && t != celenv.Bool {
		return "text, a list or another type"
	}
	return "a " + t.String()
}

// problem words what the checker found, with what to write instead.
func (k *compiler) problem(d *definition, p celenv.Problem) {
	switch p.Code {
	case celenv.UnknownName:
		msg := fmt.Sprintf("unknown name %q", p.Name)
		if s := nearest(indicators.FormulaName(p.Name), k.known); s != "" {
			msg += "; did you mean " + s + "?"
		} else {
			msg += "; declare it under variables"
		}
		if i := strings.LastIndexByte(p.Name, '.'); i > 0 {
			if _, ok := k.names[p.Name[:i]]; ok && nearest(indicators.FormulaName(p.Name), k.known) == "" {
				msg = fmt.Sprintf("unknown name %q: %s is a number and has no fields", p.Name, p.Name[:i])
			}
		}
		k.fail(d, ErrName, p.Offset, msg)
	case celenv.UnknownFunction:
		msg := fmt.Sprintf("unknown function %q", p.Name)
		if s := nearest(p.Name, celenv.Functions()); s != "" {
			msg += "; did you mean " + s + "(…)?"
		} else {
			msg += "; there are " + strings.Join(celenv.Functions(), ", ") + " and those of CEL and its math extension"
		}
		k.fail(d, ErrName, p.Offset, msg)
	case celenv.Mixed:
		if p.Literal != "" {
			k.fail(d, ErrMixed, p.At, fmt.Sprintf("%s is an int beside a double; write %s.0", p.Literal, p.Literal))
			return
		}
		k.fail(d, ErrMixed, p.Offset, "an int and a double in one operation; write double(…) around the int")
	case celenv.Mismatch:
		if p.Types == "" {
			k.fail(d, ErrType, p.Offset, p.Msg)
			return
		}
		k.fail(d, ErrType, p.Offset, mismatch(p))
	case celenv.BadPattern:
		k.fail(d, ErrSyntax, p.Offset, "no regular expression of RE2: "+strings.TrimPrefix(p.Msg, "error parsing regexp: "))
	case celenv.TooLarge:
		k.fail(d, ErrLimit, p.Offset, "the formula is too large or too deep ("+p.Msg+"); split it into indicators")
	default:
		msg, _, _ := strings.Cut(p.Msg, " expecting {") // a list of all that could follow
		if strings.Contains(msg, "'<EOF>'") {
			msg += ": the formula ends too early; write what lacks, an operand or a closing parenthesis"
		}
		k.fail(d, ErrSyntax, p.Offset, msg)
	}
}

func mismatch(p celenv.Problem) string {
	usage := map[string]string{
		"prev": "prev(x)", "lag": "lag(x, 2)", "rolling_sum": "rolling_sum(x, 12)", "rolling_mean": "rolling_mean(x, 12)",
		"sum_over": "sum_over(x, 'dimension')", "mean_over": "mean_over(x, 'dimension')",
		"share": "share(part, whole)", "per": "per(x, population)", "present": "present(x)",
		"coalesce": "coalesce(a, b), with 2 to 8 operands of one type", "_?_:_": "condition ? a : b, with a and b of one type",
	}
	op := strings.Trim(p.Name, "_")
	if p.Name == "_?_:_" {
		op = "?:"
	}
	msg := fmt.Sprintf("%s does not take (%s)", op, p.Types)
	if u, ok := usage[p.Name]; ok {
		msg += "; write " + u
	}
	return msg
}
