package cube

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

// Members names one member per dimension of the cube, in its order, joined by
// "|"; an empty member is the total. "" is the total over every dimension.
type Members string

// Key names a row. Comparable.
type Key struct {
	Entity  string // e.g. the INE code "28079"; not empty
	Period  period.Period
	Members Members
}

// Measure is a column: a variable or an indicator and its unit.
type Measure struct {
	ID   string
	Unit unit.Unit
}

// Schema is the shape of a cube: breakdown dimensions and measures.
type Schema struct {
	Dimensions []string
	Measures   []Measure
}

// MembersOf joins one member per dimension, in the order of the cube's
// dimensions. Totals over every dimension give "". A member with "|" gives
// Members that every cube refuses.
func MembersOf(member ...string) Members {
	total := true
	for i, m := range member {
		total = total && m == ""
		if strings.Contains(m, "|") {
			member = append([]string(nil), member...)
			for j := i; j < len(member); j++ {
				member[j] = strings.ReplaceAll(member[j], "|", "\x00")
			}
			return Members(strings.Join(member, "|"))
		}
	}
	if total {
		return ""
	}
	return Members(strings.Join(member, "|"))
}

// Split returns the n members, one per dimension; "" and a list too short give
// totals, what is beyond n is left out.
func (m Members) Split(n int) []string {
	out := make([]string, n)
	rest := string(m)
	for i := range out {
		out[i], rest, _ = strings.Cut(rest, "|")
	}
	return out
}

// At returns the member of dimension i, from 0, without allocating.
func (m Members) At(i int) string {
	rest, ok := string(m), true
	for ; i > 0 && ok; i-- {
		_, rest, ok = strings.Cut(rest, "|")
	}
	if !ok {
		return ""
	}
	first, _, _ := strings.Cut(rest, "|")
	return first
}

// IsTotal reports whether m is the total over every dimension.
func (m Members) IsTotal() bool { return strings.Trim(string(m), "|") == "" }

// Compare orders keys by entity, period and members, as the rows of a cube.
func (k Key) Compare(l Key) int {
	if n := strings.Compare(k.Entity, l.Entity); n != 0 {
		return n
	}
	if n := comparePeriods(k.Period, l.Period); n != 0 {
		return n
	}
	return strings.Compare(string(k.Members), string(l.Members))
}

// String is "entity period" or "entity period members".
func (k Key) String() string {
	s := clip(k.Entity) + " " + k.Period.String()
	if k.Members != "" {
		s += " " + clip(string(k.Members))
	}
	return s
}

// comparePeriods is Period.Compare made total over periods that it holds equal.
func comparePeriods(p, q period.Period) int {
	if p == q {
		return 0
	}
	if n := p.Compare(q); n != 0 {
		return n
	}
	return strings.Compare(p.String(), q.String())
}

// maxKey bounds the bytes of an entity, of members and of a measure id.
const maxKey = 1024

// checkKey returns k with its members in normal form, or what is wrong with it.
func checkKey(k Key, dims int) (Key, *Error) {
	switch {
	case k.Entity == "":
		return k, &Error{Code: CodeKey, Key: k, Text: "the entity is empty: write its code"}
	case len(k.Entity) > maxKey:
		return k, &Error{Code: CodeKey, Key: k, Text: fmt.Sprintf("the entity has %d bytes: write a code of at most %d", len(k.Entity), maxKey)}
	case !utf8.ValidString(k.Entity) || strings.ContainsRune(k.Entity, 0):
		return k, &Error{Code: CodeKey, Key: k, Text: fmt.Sprintf("entity %q is not UTF-8 text", clip(k.Entity))}
	case k.Period.IsZero():
		return k, &Error{Code: CodeKey, Key: k, Text: fmt.Sprintf("entity %q: no period", clip(k.Entity))}
	}
	var err *Error
	k.Members, err = checkMembers(k.Members, dims)
	if err != nil {
		err.Key = k
	}
	return k, err
}

func checkMembers(m Members, dims int) (Members, *Error) {
	if m == "" {
		return "", nil
	}
	s := string(m)
	switch {
	case len(s) > maxKey:
		return m, &Error{Code: CodeKey, Text: fmt.Sprintf("members have %d bytes: write at most %d", len(s), maxKey)}
	case strings.ContainsRune(s, 0):
		return m, &Error{Code: CodeKey, Text: fmt.Sprintf("members %q: a member holds \"|\" or NUL", clip(s))}
	case !utf8.ValidString(s):
		return m, &Error{Code: CodeKey, Text: fmt.Sprintf("members %q are not UTF-8 text", clip(s))}
	case strings.Count(s, "|")+1 != max(dims, 1) || dims == 0:
		return m, &Error{Code: CodeKey, Text: fmt.Sprintf("members %q: the cube has %d dimensions: write a member, or nothing for the total, for each, joined by \"|\"", clip(s), dims)}
	case m.IsTotal():
		return "", nil
	}
	return m, nil
}

// checkSchema copies s and indexes its measures.
func checkSchema(s Schema) (Schema, map[string]int, error) {
	var errs Errors
	out := Schema{Dimensions: append([]string(nil), s.Dimensions...), Measures: append([]Measure(nil), s.Measures...)}
	name := func(what, id string) {
		if id == "" || len(id) > maxKey || !utf8.ValidString(id) || strings.ContainsAny(id, "|\x00\r\n") {
			errs = append(errs, &Error{Code: CodeSchema, Measure: clip(id), Text: fmt.Sprintf("%s %q: write a name of 1 to %d bytes of UTF-8 without \"|\" and line ends", what, clip(id), maxKey)})
		}
	}
	seen := make(map[string]bool, len(s.Dimensions))
	for _, d := range s.Dimensions {
		name("dimension", d)
		if seen[d] {
			errs = append(errs, &Error{Code: CodeSchema, Text: fmt.Sprintf("dimension %q is declared twice", clip(d))})
		}
		seen[d] = true
	}
	index := make(map[string]int, len(s.Measures))
	for i, m := range s.Measures {
		name("measure", m.ID)
		if _, dup := index[m.ID]; dup {
			errs = append(errs, &Error{Code: CodeSchema, Measure: clip(m.ID), Text: fmt.Sprintf("measure %q is declared twice", clip(m.ID))})
		}
		index[m.ID] = i
	}
	return out, index, errs.Err()
}
