package cube

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Source is where a value or a reason comes from: a file and a place in it, a
// rule, or an aggregation state. Comparable; zero is "not said".
type Source struct {
	Name   string `json:"name,omitempty"`   // file, data source or rule
	Line   int    `json:"line,omitempty"`   // from 1; 0 unknown
	Column int    `json:"column,omitempty"` // field in a table, from 1; byte column in text; 0 unknown
}

// Reason says why a cell has no plain value. Comparable.
type Reason struct {
	Code    string `json:"code"`              // stable, see the Reason constants
	Subject string `json:"subject,omitempty"` // variable or indicator id
	Text    string `json:"text,omitempty"`    // free text: the token met, the error's text
	Source  Source `json:"source,omitzero"`
}

// Stable reason codes.
const (
	ReasonNotCollected    = "not-collected"    // no row or an empty cell
	ReasonNotApplicable   = "not-applicable"   // declared impossible
	ReasonSuppressed      = "suppressed"       // hidden by the source
	ReasonNotComputable   = "not-computable"   // NaN, infinity or a formula error; Text has it
	ReasonBeforeExistence = "before-existence" // the entity did not exist yet
	ReasonMerged          = "merged"           // sum of predecessors, or not additive over them
	ReasonDefinition      = "definition"       // another definition of the same name
	ReasonIncomplete      = "incomplete"       // a part of the period or of the entities lacks
	ReasonRejected        = "rejected"         // the input could not be read as a value
)

// presenceReasons are the codes of the reason that a presence implies by itself.
var presenceReasons = [...]string{"", ReasonNotApplicable, ReasonNotCollected, ReasonSuppressed, ReasonNotComputable}

// Cell is one value with what is known of it.
//
// Put into a cube and taken out again, a cell is normalised: Value is 0 where
// not observed and never -0; Reasons has no repeated reason and is nil if
// empty; a cell without a value and without reasons gets the reason its
// presence implies, with the measure as Subject; text that is not UTF-8 gets
// replacement characters.
type Cell struct {
	Value   float64 // meaningless (0) unless Observed
	Status  Status
	Reasons []Reason // a set in order of discovery; nil while plain
	Source  Source
}

// Value is a plain observed cell.
func Value(v float64) Cell { return Cell{Value: v} }

// NoValue is a cell without a value, of presence p and for the reasons r.
func NoValue(p Presence, r ...Reason) Cell { return Cell{Status: Status(p), Reasons: r} }

// From returns c with its source set to s.
func (c Cell) From(s Source) Cell {
	c.Source = s
	return c
}

// Equal reports whether c and d are the same cell: value, status, reasons in
// order, and source.
func (c Cell) Equal(d Cell) bool {
	return c.same(d) && c.Source == d.Source && slices.Equal(c.Reasons, d.Reasons)
}

// same reports whether c and d state the same, whatever their origins.
func (c Cell) same(d Cell) bool { return c.Value == d.Value && c.Status == d.Status }

// compare is a total order over cells, so that which of several identical
// cells is kept does not depend on the order in which they came.
func (c Cell) compare(d Cell) int {
	if n := c.Source.Compare(d.Source); n != 0 {
		return n
	}
	switch {
	case c.Status != d.Status:
		return int(c.Status) - int(d.Status)
	case c.Value < d.Value:
		return -1
	case c.Value > d.Value:
		return 1
	}
	return slices.CompareFunc(c.Reasons, d.Reasons, Reason.Compare)
}

// Compare orders reasons by code, subject, text and source.
func (r Reason) Compare(q Reason) int {
	if n := strings.Compare(r.Code, q.Code); n != 0 {
		return n
	}
	if n := strings.Compare(r.Subject, q.Subject); n != 0 {
		return n
	}
	if n := strings.Compare(r.Text, q.Text); n != 0 {
		return n
	}
	return r.Source.Compare(q.Source)
}

// Compare orders sources by name, line and column.
func (s Source) Compare(t Source) int {
	if n := strings.Compare(s.Name, t.Name); n != 0 {
		return n
	}
	if s.Line != t.Line {
		if s.Line < t.Line {
			return -1
		}
		return 1
	}
	switch {
	case s.Column < t.Column:
		return -1
	case s.Column > t.Column:
		return 1
	}
	return 0
}

// IsZero reports whether nothing is said.
func (s Source) IsZero() bool { return s == Source{} }

func (s Source) clean() Source {
	if !utf8.ValidString(s.Name) {
		s.Name = strings.ToValidUTF8(s.Name, "\uFFFD")
	}
	s.Line, s.Column = max(s.Line, 0), max(s.Column, 0)
	return s
}

func (r Reason) clean() Reason {
	for _, p := range [...]*string{&r.Code, &r.Subject, &r.Text} {
		if !utf8.ValidString(*p) {
			*p = strings.ToValidUTF8(*p, "\uFFFD")
		}
	}
	r.Source = r.Source.clean()
	return r
}
