package collect

import (
	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// Table says how a delivered CSV file is laid out. Zero values are found out
// from the file where they are unambiguous, and reported where they are not.
//
// Columns are named by their header, whatever its case and the spaces around it.
// A table with Columns, or without a variable and a value column, is wide: a
// column whose header is a variable's id or label holds that variable.
type Table struct {
	Name      string            `json:"name"`                // file name in sources and findings
	Source    string            `json:"source,omitempty"`    // indicators.DataSource id, for its tokens; default: that of each variable
	Entity    string            `json:"entity,omitempty"`    // column with the city (code or name); default: found by header
	Period    string            `json:"period,omitempty"`    // column with the period
	At        period.Period     `json:"at,omitzero"`         // the whole file's period, when there is no column
	Variable  string            `json:"variable,omitempty"`  // tidy: column with the variable id
	Value     string            `json:"value,omitempty"`     // tidy: column with the value
	Unit      string            `json:"unit,omitempty"`      // tidy: column with the unit; converted to the variable's
	Status    string            `json:"status,omitempty"`    // tidy: column with OBS_STATUS or our status
	Columns   map[string]Column `json:"columns,omitempty"`   // wide: header → what it holds
	Ignore    []string          `json:"ignore,omitempty"`    // headers known and not wanted
	Members   map[string]string `json:"members,omitempty"`   // dimension id → column
	Decimal   string            `json:"decimal,omitempty"`   // "." or ","
	Dates     string            `json:"dates,omitempty"`     // "dmy" or "mdy": how 03/04/2024 is meant
	Others    bool              `json:"others,omitempty"`    // rows of municipalities outside the network are expected: counted, not reported one by one
	Delimiter string            `json:"delimiter,omitempty"` // one character; "tab" for a tab
	Encoding  string            `json:"encoding,omitempty"`  // utf-8, windows-1252, utf-16
	MaxBytes  int64             `json:"maxBytes,omitempty"`  // default 256 MiB
}

// Column of a wide table.
type Column struct {
	Variable string `json:"variable"`
	Unit     string `json:"unit,omitempty"`    // as delivered; converted exactly to the variable's
	Status   string `json:"status,omitempty"`  // flags for every value of the column: "definition-differs"
	Reason   string `json:"reason,omitempty"`  // text for them
	Members  string `json:"members,omitempty"` // breakdown members of the column, as cube.Members
}

// Limits of Read beside Table.MaxBytes.
const (
	DefaultMaxBytes = 256 << 20
	MaxField        = 64 << 10 // bytes of a field
	MaxFields       = 16_000   // fields of a row
)

// Schema is the shape of the cube of collected variables: the dimensions and the
// variables of the catalogue, in its order.
func Schema(c *indicators.Catalogue) cube.Schema {
	var s cube.Schema
	for _, d := range c.Dimensions {
		s.Dimensions = append(s.Dimensions, d.ID)
	}
	for _, v := range c.Variables {
		s.Measures = append(s.Measures, cube.Measure{ID: v.ID, Unit: v.Unit})
	}
	return s
}

// NewBuilder returns a builder of [Schema], for [Read].
func NewBuilder(c *indicators.Catalogue) (*cube.Builder, error) {
	return cube.NewBuilder(Schema(c))
}
