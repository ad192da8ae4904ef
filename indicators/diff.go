package indicators

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two editions of a catalogue.
type Change struct {
	// Kind: added, removed, changed, or redefined: what figures mean has changed
	// although the version of the definition has not.
	Kind    string `json:"kind"`
	Pointer string `json:"pointer"` // of the element, by id: /indicators/waste.rate/unit
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
}

// Breaks reports whether published figures of the two editions can no longer be
// compared, and nothing in the catalogue says so: a redefinition, or the
// removal of something.
func (c Change) Breaks() bool { return c.Kind == "redefined" || c.Kind == "removed" }

// Diff lists what differs between two editions in families, variables and
// indicators, sorted by pointer. Formulas are compared as text without white
// space outside quotes; labels and descriptions are one change, without the
// texts.
func Diff(before, after *Catalogue) []Change {
	var out []Change
	add := func(kind, pointer, old, new string) { out = append(out, Change{kind, pointer, old, new}) }
	both(before.Families, after.Families, "/families/", func(f *Family) string { return f.ID }, add, func(p string, a, b *Family) {
		words(add, p, reflect.DeepEqual(a.Label, b.Label) && reflect.DeepEqual(a.Description, b.Description))
	})
	both(before.Variables, after.Variables, "/variables/", func(v *Variable) string { return v.ID }, add, func(p string, a, b *Variable) {
		for _, f := range []struct{ name, old, new string }{
			{"unit", a.Unit.String(), b.Unit.String()},
			{"kind", a.Kind, b.Kind},
			{"temporal", string(a.Temporal), string(b.Temporal)},
			{"moment", moment(a), moment(b)},
			{"frequency", a.Frequency.String(), b.Frequency.String()},
		} {
			if f.old != f.new {
				add("redefined", p+"/"+f.name, f.old, f.new) // a variable has no versions
			}
		}
		if a.Source != b.Source {
			add("changed", p+"/source", a.Source, b.Source)
		}
		words(add, p, reflect.DeepEqual(a.Label, b.Label) && reflect.DeepEqual(a.Description, b.Description))
	})
	both(before.Indicators, after.Indicators, "/indicators/", func(i *Indicator) string { return i.ID }, add, diffIndicator(add))
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Kind, b.Kind))
	})
	return out
}

func diffIndicator(add func(kind, pointer, old, new string)) func(p string, a, b *Indicator) {
	return func(p string, a, b *Indicator) {
		if x, y := a.Unit.String(), b.Unit.String(); x != y {
			add("redefined", p+"/unit", x, y)
		}
		if a.Polarity != b.Polarity {
			add("changed", p+"/polarity", string(a.Polarity), string(b.Polarity))
		}
		if a.Aggregation != b.Aggregation {
			add("redefined", p+"/aggregation", strings.TrimSpace(a.Aggregation.Kind+" "+a.Aggregation.Weight), strings.TrimSpace(b.Aggregation.Kind+" "+b.Aggregation.Weight))
		}
		if !reflect.DeepEqual(a.Target, b.Target) {
			add("changed", p+"/target", "", "")
		}
		words(add, p, reflect.DeepEqual(a.Label, b.Label) && reflect.DeepEqual(a.Description, b.Description))
		version := func(d *Definition) string { return strconv.Itoa(d.Version) }
		both(a.Definitions, b.Definitions, p+"/definitions/", version, add, func(p string, x, y *Definition) {
			if squeeze(x.Formula) != squeeze(y.Formula) {
				add("redefined", p+"/formula", x.Formula, y.Formula)
			}
			if x.From != y.From {
				add("redefined", p+"/from", x.From.String(), y.From.String())
			}
			// To close the last version is how a new one begins.
			if x.Until != y.Until && !x.Until.IsZero() {
				add("redefined", p+"/until", x.Until.String(), y.Until.String())
			} else if x.Until != y.Until {
				add("changed", p+"/until", "", y.Until.String())
			}
			if x.Comparable != y.Comparable {
				add("changed", p+"/comparable", strconv.FormatBool(x.Comparable), strconv.FormatBool(y.Comparable))
			}
		})
	}
}

// both walks two lists by id.
func both[T any](a, b []T, prefix string, id func(*T) string, add func(kind, pointer, old, new string), same func(p string, x, y *T)) {
	in := indexBy(b, id)
	for i := range a {
		if j, ok := in[id(&a[i])]; ok {
			same(prefix+id(&a[i]), &a[i], &b[j])
		} else {
			add("removed", prefix+id(&a[i]), "", "")
		}
	}
	in = indexBy(a, id)
	for i := range b {
		if _, ok := in[id(&b[i])]; !ok {
			add("added", prefix+id(&b[i]), "", "")
		}
	}
}

func words(add func(kind, pointer, old, new string), p string, same bool) {
	if !same {
		add("changed", p+"/words", "", "")
	}
}

func moment(v *Variable) string {
	if v.Temporal == Stock && v.Moment == "" {
		return "end"
	}
	return v.Moment
}

// squeeze drops white space that has no meaning in a formula: outside quotes,
// unless it parts two words.
func squeeze(s string) string {
	var b []byte
	var quote byte
	gap := false
	for i := range len(s) {
		c := s[i]
		if quote == 0 && isSpace(c) {
			gap = true
			continue
		}
		if gap && len(b) > 0 && isWord(b[len(b)-1]) && isWord(c) {
			b = append(b, ' ')
		}
		gap = false
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
		b = append(b, c)
	}
	return string(b)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
