package indicators

import (
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

// Catalogue is the shared schema: what is measured, how, and in what unit. Its
// fields are the file format: the keys of YAML and JSON documents are the json
// tags. One made by [Load], [New] or [Default] is valid; it is to be read only
// and then safe for concurrent use.
type Catalogue struct {
	ID          string       `json:"id"`
	Version     string       `json:"version"` // semantic version
	Issued      string       `json:"issued"`  // ISO 8601 date
	Title       Text         `json:"title"`
	Description Text         `json:"description,omitempty"`
	Publisher   Publisher    `json:"publisher,omitzero"`
	License     string       `json:"license,omitempty"`     // IRI
	Languages   []string     `json:"languages"`             // each label must have them all
	Annotations []string     `json:"annotations,omitempty"` // base units of the catalogue's own, for unit.Registry
	Dimensions  []Dimension  `json:"dimensions,omitempty"`
	Families    []Family     `json:"families"`
	Sources     []DataSource `json:"sources,omitempty"`
	Variables   []Variable   `json:"variables"`
	Indicators  []Indicator  `json:"indicators"`
	Rules       []Rule       `json:"rules,omitempty"`
	Deflators   []Deflator   `json:"deflators,omitempty"`

	src   *source // the text it was read from; nil if built in Go
	index index   // lookups by id
}

// Publisher is who publishes a catalogue.
type Publisher struct {
	Name Text   `json:"name,omitempty"`
	DIR3 string `json:"dir3,omitempty"`
	URL  string `json:"url,omitempty"`
	Mail string `json:"mail,omitempty"`
}

// Dimension is a breakdown: sex, age, district.
type Dimension struct {
	ID      string   `json:"id"`
	Label   Text     `json:"label"`
	Members []Member `json:"members"`
}

// Member is one member of a breakdown.
type Member struct {
	ID    string `json:"id"`
	Label Text   `json:"label"`
}

// Family is a service family: waste, water, mobility.
type Family struct {
	ID          string `json:"id"`
	Label       Text   `json:"label"`
	Description Text   `json:"description,omitempty"`
	Sector      string `json:"sector,omitempty"` // NTI-RISP sector slug: "medio-ambiente"
}

// DataSource is who publishes figures, and how its files write what is not a number.
type DataSource struct {
	ID        string `json:"id"`
	Title     Text   `json:"title"`
	Publisher string `json:"publisher,omitempty"`
	URL       string `json:"url,omitempty"`
	License   string `json:"license,omitempty"`
	// Tokens are spellings of this source that are not values: token → presence
	// ("missing", "not-applicable", "suppressed"), e.g. "-1": "suppressed".
	Tokens map[string]string `json:"tokens,omitempty"`
}

// Temporal says how a variable stands in time.
type Temporal string

// How a figure stands in time: a stock is summed over territories and not over
// periods, a flow over both.
const (
	Stock Temporal = "stock" // at a date
	Flow  Temporal = "flow"  // over the period
	Mean  Temporal = "mean"  // averaged over the period
)

// Variable is a figure that a city or another body delivers.
type Variable struct {
	ID          string      `json:"id"` // a CEL identifier
	Label       Text        `json:"label"`
	Description Text        `json:"description,omitempty"`
	Unit        unit.Unit   `json:"unit"`           // of the Kind below, once loaded
	Kind        string      `json:"kind,omitempty"` // overrides the unit's kind: index, score, level, difference, share
	Type        string      `json:"type,omitempty"` // "double" (default) or "int"
	Temporal    Temporal    `json:"temporal"`
	Moment      string      `json:"moment,omitempty"` // of a stock: "start" (1 January) or "end" of the period; default end
	Frequency   period.Freq `json:"frequency"`
	Additive    bool        `json:"additive,omitempty"`   // may be summed over territories
	Source      string      `json:"source,omitempty"`     // DataSource id
	Body        Text        `json:"body,omitempty"`       // who answers for it
	Range       *Range      `json:"range,omitempty"`      // outside: impossible
	Plausible   *Range      `json:"plausible,omitempty"`  // outside: to be explained
	Breakdowns  []string    `json:"breakdowns,omitempty"` // Dimension ids
	Exclusions  []Exclusion `json:"exclusions,omitempty"` // where it cannot exist
}

// Range is a closed interval, in the variable's unit; nil is open.
type Range struct {
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}

// Exclusion names territories where a figure cannot exist in this definition.
type Exclusion struct {
	Provinces []string `json:"provinces,omitempty"` // INE, two digits
	Cities    []string `json:"cities,omitempty"`    // INE, five digits
	Reason    Text     `json:"reason"`
}

// Polarity says which direction is better.
type Polarity string

// The polarities. Only TargetIsBest needs a band with both ends.
const (
	HigherIsBetter Polarity = "higher"
	LowerIsBetter  Polarity = "lower"
	TargetIsBest   Polarity = "target" // inside Target.Min..Max
	Neutral        Polarity = "neutral"
)

// Indicator is a published measure.
type Indicator struct {
	ID          string       `json:"id"` // family.name
	Family      string       `json:"family"`
	Label       Text         `json:"label"`
	Description Text         `json:"description"` // what it says and what it does not
	Unit        unit.Unit    `json:"unit"`
	UnitLabel   Text         `json:"unitLabel,omitempty"` // for people: "kg por habitante"
	Decimals    int          `json:"decimals"`            // shown, 0–6
	Polarity    Polarity     `json:"polarity"`
	Target      *Target      `json:"target,omitempty"`
	Frequency   period.Freq  `json:"frequency"`
	Aggregation Aggregation  `json:"aggregation"`
	Breakdowns  []string     `json:"breakdowns,omitempty"`
	Reliability *Reliability `json:"reliability,omitempty"` // below it a figure is shown and not compared
	Definitions []Definition `json:"definitions"`           // by From, not overlapping
	Mappings    []Mapping    `json:"mappings,omitempty"`
}

// Definition is one version of how an indicator is computed, for the periods
// From ≤ p ≤ Until (zero: open), by whole civil days. A change of version breaks comparability
// unless Comparable says otherwise.
type Definition struct {
	Version    int           `json:"version"`
	From       period.Period `json:"from,omitzero"`
	Until      period.Period `json:"until,omitzero"`
	Formula    string        `json:"formula"`         // CEL over variable ids and indicator ids
	Words      Text          `json:"words,omitempty"` // the formula in words
	Note       Text          `json:"note,omitempty"`
	Comparable bool          `json:"comparable,omitempty"` // with the version before
}

// Target is a value or band to reach, in the indicator's unit. HigherIsBetter
// takes Min, LowerIsBetter takes Max, TargetIsBest both ends of the best band;
// a Neutral indicator has none.
type Target struct {
	Min    *float64      `json:"min,omitempty"`
	Max    *float64      `json:"max,omitempty"`
	Period period.Period `json:"period,omitzero"` // to be reached by
	Source Text          `json:"source,omitempty"`
}

// Reliability says from what size on a figure may be compared: where the
// variable is below Min, the value is flagged low reliability (SDMX U), shown,
// and not ranked. A rate of a village of 160 inhabitants jumps with each person.
type Reliability struct {
	Variable string  `json:"variable"` // id, of the indicator's frequency
	Min      float64 `json:"min"`      // in the variable's unit, > 0
}

// Aggregation says how the value of a network comes from those of its cities.
type Aggregation struct {
	Kind   string `json:"kind"`             // ratio-of-sums, weighted-mean, sum, median, none
	Weight string `json:"weight,omitempty"` // variable id, of weighted-mean
}

// Mapping ties an indicator to a standard's.
type Mapping struct {
	System string `json:"system"` // iso37120, u4ssc, sdg, cesel, conprel, budget
	Code   string `json:"code"`
	Exact  bool   `json:"exact,omitempty"` // false: the same theme only
}

// Rule checks delivered figures. Kinds and their parameters:
//
//	change    Variable; Max: largest relative change against the period before (0.5 = 50 %)
//	identity  Variable = sum of Parts within Tolerance (absolute)
//	atmost    Variable ≤ Other
//	outlier   Variable; Max: largest |robust z|; Per: variable to divide by first
//
// Ranges are on the variable itself.
type Rule struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	Severity  string   `json:"severity"` // error, warning, info
	Variable  string   `json:"variable"`
	Parts     []string `json:"parts,omitempty"`
	Other     string   `json:"other,omitempty"`
	Per       string   `json:"per,omitempty"`
	Max       float64  `json:"max,omitempty"`
	Tolerance float64  `json:"tolerance,omitempty"`
	Message   Text     `json:"message"`
}

// Deflator is a price index that relates currency@year units.
type Deflator struct {
	ID       string            `json:"id"`
	Currency string            `json:"currency"` // "EUR"
	Base     int               `json:"base"`     // year with index 100
	Index    map[string]string `json:"index"`    // year → decimal text, exact
	Source   string            `json:"source,omitempty"`
}
