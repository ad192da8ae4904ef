package compare

import (
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// Config chooses the methods. Zero: the published defaults.
type Config struct {
	Quantile int  `json:"quantile"` // type 1–9 of [Quantile]; default 7
	Ties     Ties `json:"ties"`     // default Competition (1224)
	// MinPeers is how many comparable values there must be, among the members
	// for a distribution, quartiles and lights, and among the peers of a city
	// for their median and its rank among them; default 5.
	MinPeers int `json:"minPeers"`
	Peers    int `json:"peers"` // size of a peer group; default 7. Fewer than MinPeers: no peer medians
}

// Ties says how equal values are ranked; see [Ranks].
type Ties uint8

// The rules for ties.
const (
	Competition Ties = iota // 1224
	Dense                   // 1223
	Fractional              // 1 2.5 2.5 4
	Ordinal                 // 1234, by entity code
)

// Comparison is every indicator at its reference period, in catalogue order.
type Comparison struct {
	Config     Config      `json:"config"` // with its defaults filled in
	Indicators []Indicator `json:"indicators"`
	Structure  []Structure `json:"structure"` // as Network.Structure, with what became of each
	Peers      []PeerGroup `json:"peers"`     // by entity code
}

// Indicator is one indicator compared over the cities of a network.
//
// Period, the reference period, is the latest of the indicator's frequency that
// ends no later than the round's, is no rolling window, and in which at least
// MinPeers members are ranked, and half as many as in the period that has most;
// if there is none, the latest in which any member has a value; if there is
// none, zero.
type Indicator struct {
	ID           string         `json:"id"`
	Version      int            `json:"version"`                // of the definition in force in Period; 0: none
	Period       period.Period  `json:"period,omitzero"`        // reference period; zero: never measured
	Members      int            `json:"members"`                // member cities
	Observed     int            `json:"observed"`               // members with a value in Period, comparable or not
	Ranked       int            `json:"ranked"`                 // members with a comparable value
	Distribution *Distribution  `json:"distribution,omitempty"` // nil when Ranked < MinPeers
	Network      NetworkPoint   `json:"network"`                // value of the members together, in Period
	Series       []NetworkPoint `json:"series,omitempty"`       // the same for every period with a member's value, not after the round's, oldest first
	Positions    []Position     `json:"positions"`              // every city, by code; reference cities too (never ranked)
}

// NetworkPoint is the network's value in a period, in the indicator's unit.
type NetworkPoint struct {
	Period period.Period `json:"period,omitzero"`
	Method string        `json:"method"`          // as Aggregation.Kind
	Used   int           `json:"used"`            // members behind the value
	Value  *float64      `json:"value,omitempty"` // nil: none
	Status string        `json:"status"`          // as cube.Status.String
}

// Distribution of the ranked values, in the indicator's unit, by the quantile
// type of Config.
type Distribution struct {
	Min    float64 `json:"min"`
	Q1     float64 `json:"q1"`
	Median float64 `json:"median"`
	Q3     float64 `json:"q3"`
	Max    float64 `json:"max"`
}

// Light is a traffic light by position among the ranked members and polarity.
// With the quartiles Q1, Q2 (the median) and Q3 of the ranked values x,
//
//	higher is better  Good: x ≥ Q3 and x > Q2    Poor: x ≤ Q1 and x < Q2
//	lower is better   Good: x ≤ Q1 and x < Q2    Poor: x ≥ Q3 and x > Q2
//	target            Good: inside it; else as lower is better, x and the
//	                  quartiles being the distances of the ranked to the target
//
// and Middle otherwise. A value on a quartile counts as beyond it, except where
// the quartile is the median too: then most members share the value, and it is
// Middle. There is no light for neutral polarity, for target polarity without a
// target, for who is not ranked, with fewer than MinPeers ranked, and if all
// values are equal or all at the same distance from the target, outside it.
type Light uint8

// The lights.
const (
	NoLight Light = iota // neutral polarity, not ranked, or too few
	Good
	Middle
	Poor
)

// Reasons for which a city is not ranked, besides the names of the presences:
// not-applicable, missing, suppressed, not-computable.
const (
	WhyReference      = "reference"          // a reference city, whatever its value
	WhyConfidential   = "confidential"       // a value that may not be published
	WhyUndefined      = "undefined"          // no definition in force in the period
	WhyDefinition     = "definition-differs" // flagged so
	WhyLowReliability = "low-reliability"    // flagged so
	WhyForecast       = "forecast"           // flagged so
)

// Position is where one city stands in one indicator, in its reference period.
//
// Rank is 1 for the best by polarity: the greatest value if higher is better or
// neutral, the smallest if lower is better, the nearest to the target. It is
// among the ranked members, ties by Config.
//
// Quartile, Percentile, with values ascending whatever the polarity, are given
// when there is a Distribution, Quartile only if not all values are equal. It
// is 4 for a value at or above Q3 and above the median, 1 for one at or below
// Q1 and below the median, else 2 up to the median and 3 above, so that quartile
// and light agree. Percentile is the mean percentile rank
//
//	100 · (values below + ½ · values equal, its own included) / Ranked
//
// which lies between 0 and 100, never on them, and is 50 if all are equal.
type Position struct {
	Entity     string    `json:"entity"`
	Cell       cube.Cell `json:"-"` // in Period; if that is zero, in the last period there is a row for, else missing
	Ranked     bool      `json:"ranked"`
	Why        string    `json:"why,omitempty"`        // code, when not ranked: a presence or a Why constant
	Rank       float64   `json:"rank,omitempty"`       // from 1; 0: not ranked
	Quartile   int       `json:"quartile,omitempty"`   // 1 (lowest values) to 4
	Percentile float64   `json:"percentile,omitempty"` // of the value, 0–100
	Light      Light     `json:"light,omitempty"`
	TargetGap  *float64  `json:"targetGap,omitempty"`  // value − nearest edge of the target; 0 inside; nil: no target or no comparable value
	Change     *Change   `json:"change,omitempty"`     // nil: no value in Period or in the one before
	PeerMedian *float64  `json:"peerMedian,omitempty"` // of the peers' comparable values, type of Config; nil when PeerCount < MinPeers
	PeerRank   float64   `json:"peerRank,omitempty"`   // as Rank, among its peers and itself; 0: no PeerMedian, or not ranked itself
	PeerCount  int       `json:"peerCount,omitempty"`  // peers with a comparable value
}

// Change is against the period before, the reference period minus one unit.
type Change struct {
	From     period.Period `json:"from"`
	Absolute float64       `json:"absolute"`           // value − value before
	Relative *float64      `json:"relative,omitempty"` // Absolute / |value before|: 0.05 is 5 % up; nil when that is 0
	// Better is 1 for better, −1 for worse, 0 for neither, by polarity (nearer
	// to the target is better); 0 for neutral polarity and where not Comparable.
	Better int `json:"better"`
	// Comparable is false over a change of definition that is not declared
	// comparable, if the value is flagged as a break in series, and if either
	// value is flagged as of another definition, of low reliability or forecast.
	Comparable bool `json:"comparable"`
}

// Structure is a structure variable of the network and how it entered the
// distances between cities.
type Structure struct {
	ID        string  `json:"id"`
	Log       bool    `json:"log,omitempty"` // natural logarithms are compared
	Weight    float64 `json:"weight"`
	Members   int     `json:"members"`       // members with a value
	Mean      float64 `json:"mean"`          // of their values, or logarithms
	Deviation float64 `json:"deviation"`     // their standard deviation, with Members − 1
	Used      bool    `json:"used"`          // false: see Why
	Why       string  `json:"why,omitempty"` // constant: fewer than two different values among the members
}

// Reasons for which a city has no peers, or a variable is not used.
const (
	WhyNoStructure      = "no-structure"      // the network declares no structure, or none that differs between members
	WhyStructureMissing = "structure-missing" // the city has fewer than half of the structure values
	WhyNoCandidates     = "no-candidates"     // no other member shares half of the structure values with it
	WhyConstant         = "constant"          // a variable that does not differ between the members
)

// PeerGroup is the members most like one city by the structure of the network.
//
// The value of a city in a structure variable is that of its latest period not
// after the round's, of the variable's frequency, in which it is observed, free
// to publish and not flagged as a forecast, of low reliability or of another
// definition; where logarithms are compared, it must be positive too. Values
// (or logarithms) are standardised over the members,
//
//	z = (x − mean) / standard deviation
//
// and variables that do not vary are left out. With weights w, the distance of
// cities a and b over the variables S that both have a value in is
//
//	d² = Σ_all w / Σ_S w · Σ_S w·(z_a − z_b)²
//
// that is, scaled up for what is missing, as R's dist does. Cities which share
// fewer than half of the variables are not compared. The peers are the nearest
// members, ties by code. A reference city has peers and is nobody's.
type PeerGroup struct {
	Entity string `json:"entity"`
	Peers  []Peer `json:"peers"`         // nearest first; not nil
	Why    string `json:"why,omitempty"` // when there are none
}

// Peer is one similar city, with what each structure variable contributes to
// the squared distance.
type Peer struct {
	Entity   string  `json:"entity"`
	Distance float64 `json:"distance"` // in standard deviations
	Shared   int     `json:"shared"`   // structure variables compared
	// Share is in the order of Network.Structure, 0–1, with sum 1; 0 for a
	// variable that was not compared. At distance 0 it is the share in weight.
	Share []float64 `json:"share"`
}

// NetworkFunc gives the value of a set of cities, sorted by code, in a period
// (formula.Program's Network, adapted by the caller). It must not depend on the
// calls before; it is called from Compare's goroutine only.
type NetworkFunc func(entities []string, indicator string, at period.Period) NetworkPoint
