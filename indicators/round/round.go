package round

import (
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/period"
)

// Config is everything a round depends on: the same Config gives the same
// bytes on any machine.
type Config struct {
	ID        string                // short name of the round: "first-measurement"
	Title     indicators.Text       // of the round
	Notice    indicators.Text       // what a reader must know first: "not an official document"; may be empty
	Catalogue *indicators.Catalogue // nil: indicators.Default()
	Network   *indicators.Network
	Period    period.Period // the round's period; no later figure is compared
	Inputs    []Input
	Compare   compare.Config
	Clock     func() time.Time // when the round is issued; required
	Workers   int              // default 1; results do not depend on it
	Progress  func(Progress)   // may be nil; called from Run's goroutine
}

// Input is one delivered file.
type Input struct {
	Table collect.Table
	Data  []byte
}

// Progress is a step of a round.
type Progress struct {
	Step string // load, read, consolidate, validate, compute, compare, conclude
	Done int
	Of   int
	What string // file or count, for people
}

// Result is a finished measurement. It is read-only.
type Result struct {
	ID                string
	Title             indicators.Text
	Notice            indicators.Text
	Issued            time.Time // UTC, whole seconds
	Catalogue         *indicators.Catalogue
	Network           *indicators.Network
	Period            period.Period
	Inputs            []Input
	Variables         *cube.Cube // consolidated inputs
	Indicators        *cube.Cube // one measure per indicator, catalogue order
	Program           *formula.Program
	Comparison        *compare.Comparison
	Findings          []collect.Finding
	Coverage          []Coverage // by catalogue order of indicators
	Conclusions       []Conclusion
	Withheld          []Withheld
	CatalogueWarnings []string
}

// Coverage counts what became of one indicator in its reference period (over member cities).
type Coverage struct {
	Indicator     string        `json:"indicator"`
	Period        period.Period `json:"period,omitzero"` // zero: no figure in any period
	Observed      int           `json:"observed"`
	NotApplicable int           `json:"notApplicable"`
	Missing       int           `json:"missing"`
	Suppressed    int           `json:"suppressed"`
	NotComputable int           `json:"notComputable"`
	Lacking       []string      `json:"lacking,omitempty"` // variables that no city delivered, when nothing could be computed
}

// Conclusion is a typed statement with its evidence.
type Conclusion struct {
	ID        string          `json:"id"`   // stable within the round: rule/indicator[/entity]
	Rule      string          `json:"rule"` // one of the Rule constants
	Type      string          `json:"type"` // extreme, change, gap-to-target, gap-to-peers, coverage, spread
	Indicator string          `json:"indicator,omitempty"`
	Entity    string          `json:"entity,omitempty"`
	Period    period.Period   `json:"period,omitzero"`
	Effect    *float64        `json:"effect,omitempty"`  // size, in the indicator's unit or a ratio: see Rule
	Certainty string          `json:"certainty"`         // high, medium, low, with the rule's condition
	Caveats   []string        `json:"caveats,omitempty"` // Caveat constants
	Evidence  []Evidence      `json:"evidence"`
	Text      indicators.Text `json:"text"`
	Weight    float64         `json:"weight"` // order of the executive page: greater first
}

// Evidence is a cell a conclusion rests on.
type Evidence struct {
	Entity    string        `json:"entity,omitempty"` // empty: the network or the distribution
	Indicator string        `json:"indicator"`
	Period    period.Period `json:"period,omitzero"`
	What      string        `json:"what"` // value, rank, peer-median, median, q1, q3, target, network-same-cities, count (of cities), better, worse, observed, could, indicators, indicators-measured
	Value     float64       `json:"value"`
}

// Withheld is a conclusion that was not drawn, and why.
type Withheld struct {
	Rule      string `json:"rule"`
	Indicator string `json:"indicator"`
	Entity    string `json:"entity,omitempty"`
	Why       string `json:"why"` // one of the Withheld constants
}
