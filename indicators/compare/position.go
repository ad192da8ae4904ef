package compare

import (
	"math"
	"slices"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// targeted reports whether ind has a target to be near to.
func targeted(ind *indicators.Indicator) bool {
	return ind.Target != nil && (ind.Target.Min != nil || ind.Target.Max != nil)
}

// gap is v − the nearest edge of the target, 0 inside. A result too great for a
// float64 is the greatest.
func gap(t *indicators.Target, v float64) float64 {
	switch {
	case t.Min != nil && v < *t.Min:
		return max(v-*t.Min, -math.MaxFloat64)
	case t.Max != nil && v > *t.Max:
		return min(v-*t.Max, math.MaxFloat64)
	}
	return 0
}

func targetGap(ind *indicators.Indicator, v float64) *float64 {
	if !targeted(ind) {
		return nil
	}
	g := gap(ind.Target, v)
	return &g
}

// badness is what ranks by polarity ascend by.
func badness(ind *indicators.Indicator, v float64) float64 {
	switch {
	case ind.Polarity == indicators.LowerIsBetter:
		return v
	case ind.Polarity == indicators.TargetIsBest && targeted(ind):
		return math.Abs(gap(ind.Target, v))
	}
	return -v
}

// place fills in what depends on the ranked members together.
func (m *measured) place(out *Indicator, values []float64) {
	var who []int
	var x, bad []float64
	for i := range out.Positions {
		if out.Positions[i].Ranked {
			who = append(who, i)
			x = append(x, values[i])
			bad = append(bad, badness(m.ind, values[i]))
		}
	}
	for k, rank := range Ranks(bad, m.cfg.Ties) {
		out.Positions[who[k]].Rank = rank
	}
	if len(x) < m.cfg.MinPeers {
		return
	}
	d := m.distribution(x)
	out.Distribution = &d
	below := Ranks(x, Competition)
	mean := Ranks(x, Fractional)
	for k, i := range who {
		p := &out.Positions[i]
		// below + ½·equal, from the ranks that ties begin at and share.
		b := below[k] - 1
		equal := float64(2*(mean[k]-below[k])) + 1
		p.Percentile = 100 * (b + float64(equal/2)) / float64(len(x))
		p.Quartile = quartile(d, x[k])
	}
	if d.Min == d.Max {
		return
	}
	for k, light := range m.lights(d, x, bad) {
		out.Positions[who[k]].Light = light
	}
}

func (m *measured) distribution(x []float64) Distribution {
	s := slices.Clone(x)
	slices.Sort(s)
	q := func(p float64) float64 {
		v, _ := Quantile(s, p, m.cfg.Quantile)
		return v
	}
	return Distribution{Min: s[0] + 0, Q1: q(0.25), Median: q(0.5), Q3: q(0.75), Max: s[len(s)-1] + 0}
}

func quartile(d Distribution, v float64) int {
	switch {
	case d.Min == d.Max:
		return 0
	case v >= d.Q3 && v > d.Median:
		return 4
	case v <= d.Q1 && v < d.Median:
		return 1
	case v <= d.Median:
		return 2
	}
	return 3
}

// lights gives the light of each ranked value; see Light.
func (m *measured) lights(d Distribution, x, bad []float64) []Light {
	out := make([]Light, len(x))
	low, high := Good, Poor
	switch {
	case m.ind.Polarity == indicators.HigherIsBetter:
		low, high = Poor, Good
	case m.ind.Polarity == indicators.LowerIsBetter:
	case m.ind.Polarity == indicators.TargetIsBest && targeted(m.ind):
		x, d = bad, m.distribution(bad)
		if d.Min == d.Max && d.Min > 0 {
			return out
		}
	default:
		return out
	}
	for k, v := range x {
		switch q := quartile(d, v); {
		case m.ind.Polarity == indicators.TargetIsBest && v == 0:
			out[k] = Good
		case q == 1:
			out[k] = low
		case q == 4:
			out[k] = high
		default:
			out[k] = Middle
		}
	}
	return out
}

// change compares a cell of the reference period with the one a unit before.
func (m *measured) change(city int, now cube.Cell, ref period.Period, def *indicators.Definition) *Change {
	from := ref.Add(-1)
	if from.IsZero() || !publishable(now.Status) {
		return nil
	}
	before := m.cell(city, from)
	if !publishable(before.Status) {
		return nil
	}
	c := &Change{From: from, Absolute: now.Value - before.Value + 0}
	if math.IsInf(c.Absolute, 0) {
		return nil
	}
	if before.Value != 0 {
		if r := c.Absolute/math.Abs(before.Value) + 0; !math.IsInf(r, 0) {
			c.Relative = &r
		}
	}
	const doubtful = cube.DefinitionDiffers | cube.LowReliability | cube.Forecast
	c.Comparable = def != nil && m.ind.Comparable(from, ref) &&
		now.Status&(doubtful|cube.Break) == 0 && before.Status&doubtful == 0
	if c.Comparable && (m.ind.Polarity != indicators.TargetIsBest || targeted(m.ind)) && m.ind.Polarity != indicators.Neutral {
		a, b := badness(m.ind, now.Value), badness(m.ind, before.Value)
		switch {
		case a < b:
			c.Better = 1
		case a > b:
			c.Better = -1
		}
	}
	return c
}

func publishable(s cube.Status) bool {
	return s.Observed() && s.Confidentiality() == cube.Free
}

// among places a city among its peers, given by number, ascending.
func (m *measured) among(p *Position, peers []int, all []Position, values []float64) {
	x := m.scratch[:0]
	for _, i := range peers {
		if all[i].Ranked {
			x = append(x, values[i])
		}
	}
	m.scratch = x
	p.PeerCount = len(x)
	if len(x) == 0 || len(x) < m.cfg.MinPeers {
		return
	}
	slices.Sort(x)
	median, _ := Quantile(x, 0.5, m.cfg.Quantile)
	p.PeerMedian = &median
	if !p.Ranked {
		return
	}
	bad, own := x[:0], -1
	// By code, as the cities are numbered, for Ordinal.
	for _, i := range peers {
		if !all[i].Ranked {
			continue
		}
		if own < 0 && all[i].Entity > p.Entity {
			own = len(bad)
			bad = append(bad, badness(m.ind, p.Cell.Value))
		}
		bad = append(bad, badness(m.ind, values[i]))
	}
	if own < 0 {
		own = len(bad)
		bad = append(bad, badness(m.ind, p.Cell.Value))
	}
	p.PeerRank = Ranks(bad, m.cfg.Ties)[own]
}
