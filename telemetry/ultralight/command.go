package ultralight

import (
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/telemetry"
)

// Command is an order to a device (dev@ping|k=v|k2=v2, dev@ping|value), or its answer
// (dev@ping|result).
type Command struct {
	Device, Name string
	Value        string  // what follows the bar, if it is no parameters
	Params       []Param // in their order
}

// Param is a parameter of a command.
type Param struct{ Name, Value string }

// ParseCommand reads a command or an answer. The error is an [*telemetry.Error].
func ParseCommand(src []byte) (Command, error) {
	bad := func(msg string) (Command, error) {
		return Command{}, &telemetry.Error{Kind: telemetry.ErrSyntax, Format: name, Offset: 0, Msg: msg + "; write device@command|parameter=value"}
	}
	s := strings.TrimRight(string(src), "\r\n")
	if !utf8.ValidString(s) {
		return Command{}, &telemetry.Error{Kind: telemetry.ErrUTF8, Format: name, Msg: "not UTF-8"}
	}
	head, rest, has := strings.Cut(s, "|")
	device, order, ok := strings.Cut(head, "@")
	if !ok || device == "" || order == "" || strings.Contains(order, "@") {
		return bad("no device and command in " + quoted(head))
	}
	c := Command{Device: device, Name: order}
	if !has {
		return c, nil
	}
	fields := strings.Split(rest, "|")
	if len(fields) == 1 && !strings.Contains(rest, "=") {
		c.Value = rest
		return c, nil
	}
	for _, f := range fields {
		k, v, ok := strings.Cut(f, "=")
		if !ok || k == "" || strings.Contains(v, "=") {
			return bad("no parameter in " + quoted(f))
		}
		c.Params = append(c.Params, Param{k, v})
	}
	return c, nil
}

func quoted(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return `"` + s + `"`
}

// Append appends the command. The error, with dst as it was, is of a part that the format cannot
// hold: an empty name, or one of | @ = or a line end.
func (c Command) Append(dst []byte) ([]byte, error) {
	for _, p := range append([]Param{{c.Device, ""}, {c.Name, ""}}, c.Params...) {
		if p.Name == "" || strings.ContainsAny(p.Name, "|@=\r\n") || strings.ContainsAny(p.Value, "|=\r\n") {
			return dst, &telemetry.Error{Kind: telemetry.ErrName, Format: name, Offset: -1, Msg: "a command cannot hold " + quoted(p.Name+"="+p.Value)}
		}
	}
	if c.Value != "" && (len(c.Params) > 0 || strings.ContainsAny(c.Value, "|=\r\n")) {
		return dst, &telemetry.Error{Kind: telemetry.ErrValue, Format: name, Offset: -1, Msg: "a command holds parameters, or one value without | and =, not " + quoted(c.Value)}
	}
	dst = append(append(append(dst, c.Device...), '@'), c.Name...)
	if c.Value != "" {
		dst = append(append(dst, '|'), c.Value...)
	}
	for _, p := range c.Params {
		dst = append(append(append(append(dst, '|'), p.Name...), '='), p.Value...)
	}
	return dst, nil
}
