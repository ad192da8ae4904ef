package unit

import (
	"fmt"
	"slices"
	"strings"
)

// Registry lists the annotations that count as base units. The zero value is
// the domain's default list; Annotations adds a catalogue's own, written
// without braces. It is read-only in use and then safe for concurrent use.
type Registry struct{ Annotations []string }

// defaultAnnotations is the domain's list, sorted. IE is the
// inhabitant-equivalent of waste water (Directive 91/271/EEC, art. 2.6).
const defaultAnnotations = `IE accident animal award bed bid bidder bike bin building bus bus_stop call
	case company complaint container contract councillor dataset device document dwelling employee event
	facility fault household incident inspection item journey lamp library loan lot participant passenger
	patient permit person place point procedure request seat service session space station student
	supplier supply_point tax_return tender tourist tree trip user vehicle visit visitor`

// DefaultAnnotations returns the annotations of the zero Registry, sorted, in
// a new slice.
func DefaultAnnotations() []string {
	out := strings.Fields(defaultAnnotations)
	slices.Sort(out)
	return out
}

// Check reports the first of r.Annotations that cannot be an annotation: empty,
// or with a character outside ASCII 33–126, or a brace.
func (r Registry) Check() error {
	for i, a := range r.Annotations {
		if !validAnnotation(a) {
			return &Error{Code: "annotation", Msg: fmt.Sprintf("annotation %d, %s, cannot stand in a unit", i+1, quote(a)),
				Want: "ASCII letters, digits and _ without braces, as in bus_stop", Err: ErrAnnotation}
		}
	}
	return nil
}

func validAnnotation(a string) bool {
	if a == "" || len(a) > 64 {
		return false
	}
	for i := range len(a) {
		if a[i] < 33 || a[i] > 126 || a[i] == '{' || a[i] == '}' {
			return false
		}
	}
	return true
}

func (r Registry) has(name string) bool {
	if slices.Contains(r.Annotations, name) {
		return true
	}
	return slices.Contains(strings.Fields(defaultAnnotations), name)
}

// names returns every registered annotation, sorted.
func (r Registry) names() []string {
	out := append(DefaultAnnotations(), r.Annotations...)
	slices.Sort(out)
	return slices.Compact(out)
}
