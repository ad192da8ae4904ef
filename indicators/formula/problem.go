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
			msg := p.Msg
			if strings.HasPrefix(msg, "expected type 'bool'") {
				msg += "; write a comparison, such as x > 0.0"
			}
			k.fail(d, ErrType, p.Offset, msg)
			return
		}
		k.fail(d, ErrType, p.Offset, mismatch(p))
	case celenv.BadPattern:
		k.fail(d, ErrSyntax, p.Offset, "no regular expression of RE2: "+strings.TrimPrefix(p.Msg, "error parsing regexp: "))
	case celenv.TooLarge:
		if strings.HasPrefix(p.Msg, "regular expression") {
			k.fail(d, ErrLimit, p.Offset, p.Msg+"; write a shorter one")
			return
		}
		k.fail(d, ErrLimit, p.Offset, "the formula is too large or too deep ("+p.Msg+"); split it into indicators")
	default:
		msg, _, _ := strings.Cut(p.Msg, " expecting ") // a list of all that could follow
		msg += hint(p.Msg, d.spec.Formula, p.Offset)
		k.fail(d, ErrSyntax, p.Offset, msg)
	}
}

// hint says what to write instead of what people write who know other languages.
func hint(msg, text string, offset int) string {
	at := text[min(offset, len(text)):]
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	word := strings.TrimRight(at[:len(at)-len(strings.TrimLeft(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))], " ")
	switch {
	case strings.Contains(msg, "'<EOF>'"):
		return ": the formula ends too early; write what lacks, an operand or a closing parenthesis"
	case strings.HasPrefix(at, ",") && digit(offset-1) && digit(offset+1):
		return "; write decimals with a point"
	case strings.HasPrefix(at, "="):
		return "; write == to compare"
	case strings.HasPrefix(at, ">") && offset > 0 && text[offset-1] == '<':
		return "; write != for different"
	case strings.EqualFold(word, "and"):
		return "; write && for and"
	case strings.EqualFold(word, "or"):
		return "; write || for or"
	case strings.EqualFold(word, "not"), strings.HasSuffix(strings.ToLower(strings.TrimRight(text[:min(offset, len(text))], " ")), "not"):
		return "; write ! for not"
	case word == "if":
		return "; write condition ? this : that"
	case strings.HasPrefix(msg, "mismatched input"), strings.HasPrefix(msg, "extraneous input"):
		return "; an operator lacks before it, such as + or *"
	}
	return ""
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
