package celenv

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
)

// ParseType reads a type in CEL's words: double, list(int), map(string, dyn),
// optional(double). Decl is "" for the scalar types.
func ParseType(text string) (t Type, decl string, err error) {
	c, err := parseType(text)
	if err != nil {
		return Other, "", err
	}
	if t = typeOf(c); t != Other {
		return t, "", nil
	}
	return Other, text, nil
}

func parseType(text string) (*cel.Type, error) {
	t, rest, err := typeExpr(text, 0)
	if err == nil && strings.TrimSpace(rest) != "" {
		err = fmt.Errorf("type %q: %q is left over", text, rest)
	}
	return t, err
}

// maxTypeDepth bounds the nesting of a declared type.
const maxTypeDepth = 16

func typeExpr(text string, depth int) (*cel.Type, string, error) {
	text = strings.TrimLeft(text, " ")
	n := strings.IndexAny(text, "(), ")
	if n < 0 {
		n = len(text)
	}
	name, rest := text[:n], strings.TrimLeft(text[n:], " ")
	for i, c := range celTypes {
		if Type(i) != Other && Type(i).String() == name {
			return c, rest, nil
		}
	}
	switch name {
	case "dyn":
		return cel.DynType, rest, nil
	case "bytes":
		return cel.BytesType, rest, nil
	case "null":
		return cel.NullType, rest, nil
	}
	arity, ok := map[string]int{"list": 1, "optional": 1, "map": 2}[name]
	if !ok || depth > maxTypeDepth {
		return nil, "", fmt.Errorf("no type %q; there are double, int, uint, bool, string, bytes, null, timestamp, duration, dyn, list(t), optional(t) and map(k, v)", name)
	}
	args := make([]*cel.Type, arity)
	open := "("
	for i := range args {
		var err error
		if rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " "), open); !ok {
			return nil, "", fmt.Errorf("type %q: %q is missing", text, open)
		}
		if args[i], rest, err = typeExpr(rest, depth+1); err != nil {
			return nil, "", err
		}
		open = ","
	}
	if rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " "), ")"); !ok {
		return nil, "", fmt.Errorf("type %q: %q is missing", text, ")")
	}
	switch name {
	case "list":
		return cel.ListType(args[0]), rest, nil
	case "optional":
		return cel.OptionalType(args[0]), rest, nil
	}
	return cel.MapType(args[0], args[1]), rest, nil
}
