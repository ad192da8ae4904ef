package round

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/locale"
)

// Rules of conclusion, each with the condition under which it speaks.
const (
	RuleExtremes   = "extremes"   // enough ranked cities, not all equal: the ends and the median
	RuleSpread     = "spread"     // as extremes, all values positive, third quartile at least 1.5 times the first
	RuleDifference = "difference" // network value of the same cities in the first and last period under comparable definitions
	RuleChange     = "change"     // enough cities with a comparable value in the period before
	RuleTarget     = "target"     // a target is declared and enough cities are ranked
	RuleStrength   = "strength"   // of a city: light Good, at least half an interquartile range better than its peers' median, the farthest
	RuleConcern    = "concern"    // of a city: likewise Poor, for the worse
	RuleCoverage   = "coverage"   // an indicator with a figure in fewer than 80 % of the cities where it can exist
	RuleUnmeasured = "unmeasured" // of the catalogue: what could not be measured at all
)

// Reasons for which a conclusion is withheld.
const (
	WithheldNotMeasured = "not-measured"
	WithheldFewCities   = "few-cities"
	WithheldAllEqual    = "all-equal"
	WithheldFewPeers    = "few-peers"
	WithheldBreak       = "definition-break"
	WithheldNoPrevious  = "no-previous"
	WithheldRate        = "rate-of-change" // a change of a change says little between two years
	WithheldTooLarge    = "too-large"      // a difference or ratio beyond float64
	WithheldSeasonal    = "seasonal"       // neighbouring parts of a year differ by their season
)

// Caveats that a conclusion carries.
const (
	CaveatPartial   = "partial-coverage"   // fewer than 80 % of the cities
	CaveatExcluded  = "excluded-cells"     // cities with a figure of another definition or of low reliability are left out
	CaveatOldPeriod = "old-period"         // the figure is three years older than the round, or more
	CaveatNominal   = "current-prices"     // amounts of different years, not deflated
	CaveatFlags     = "flagged-values"     // provisional, estimated or imputed figures among them
	CaveatUnequal   = "unequal-membership" // other cities have a figure in one of the two periods only, and are left out
)

const enoughCoverage = 0.8

type concluder struct {
	r        *Result
	min      int
	langs    []string
	out      []Conclusion
	withheld []Withheld
}

func (r *Result) conclude() {
	c := concluder{r: r, min: r.Comparison.Config.MinPeers, langs: conclusionLanguages(r.Catalogue)}
	var unmeasured []string
	for i := range r.Comparison.Indicators {
		x := &r.Comparison.Indicators[i]
		ind, ok := r.Catalogue.Indicator(x.ID)
		if !ok {
			continue
		}
		if x.Observed == 0 {
			unmeasured = append(unmeasured, x.ID)
			c.withhold(RuleExtremes, x.ID, "", WithheldNotMeasured)
			continue
		}
		c.extremes(ind, x)
		c.target(ind, x)
		c.change(ind, x)
		c.difference(ind, x)
		c.coverage(ind, x, r.Coverage[i])
	}
	c.cities()
	c.unmeasured(unmeasured)
	c.order()
	r.Conclusions, r.Withheld = c.out, c.withheld
}

// order puts the weightiest conclusions first. What is better or worse weighs
// more than what is only more or less, an old figure weighs less, and of the several conclusions on one
// indicator each weighs less than the one before, so that the first page
// speaks of several.
func (c *concluder) order() {
	byWeight := func(a, b Conclusion) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.ID, b.ID))
	}
	for i := range c.out {
		x := &c.out[i]
		if ind, ok := c.r.Catalogue.Indicator(x.Indicator); ok && x.Entity == "" && ind.Polarity != indicators.Neutral {
			x.Weight += 6
		}
		if !x.Period.IsZero() && x.Entity == "" {
			x.Weight -= float64(min(8, age(x.Period, c.r.Period)))
		}
	}
	slices.SortStableFunc(c.out, byWeight)
	told := map[string]int{}
	for i := range c.out {
		x := &c.out[i]
		if x.Entity == "" && x.Indicator != "" {
			x.Weight -= float64(10 * told[x.Indicator])
			told[x.Indicator]++
		}
	}
	slices.SortStableFunc(c.out, byWeight)
}

func (c *concluder) withhold(rule, indicator, entity, why string) {
	c.withheld = append(c.withheld, Withheld{Rule: rule, Indicator: indicator, Entity: entity, Why: why})
}

// certainty of a statement about n of the cities where the figure can exist:
// high from 20 cities and 80 % of them, medium from 10, low below; one step
// less if the figure is three years older than the round, or more.
func (c *concluder) certainty(x *compare.Indicator, n int) string {
	level := 0
	switch {
	case n >= 20 && float64(n) >= enoughCoverage*float64(c.couldOf(x)):
		level = 2
	case n >= 10:
		level = 1
	}
	if age(x.Period, c.r.Period) >= 3 {
		level = max(0, level-1)
	}
	return [...]string{"low", "medium", "high"}[level]
}

func (c *concluder) caveats(x *compare.Indicator) []string {
	var out []string
	could := x.Members
	excluded, flagged := false, false
	for i := range x.Positions {
		p := &x.Positions[i]
		if p.Why == "reference" {
			continue
		}
		if p.Cell.Status.Presence() == cube.NotApplicable {
			could--
		}
		if p.Cell.Status.Observed() && !p.Ranked {
			excluded = true
		}
		if p.Ranked && p.Cell.Status.Flags()&(cube.Provisional|cube.Estimated|cube.Imputed|cube.Unvalidated) != 0 {
			flagged = true
		}
	}
	if float64(x.Ranked) < enoughCoverage*float64(could) {
		out = append(out, CaveatPartial)
	}
	if excluded {
		out = append(out, CaveatExcluded)
	}
	if age(x.Period, c.r.Period) >= 3 {
		out = append(out, CaveatOldPeriod)
	}
	if flagged {
		out = append(out, CaveatFlags)
	}
	return out
}

// age is the number of years from a figure's year to the round's.
func age(figure, round period.Period) int {
	a, ok := figure.Enclosing(period.Year)
	b, okB := round.Enclosing(period.Year)
	if !ok || !okB {
		return 0
	}
	n, _ := b.Sub(a)
	return max(0, n)
}

func (c *concluder) could(i int) int {
	v := c.r.Coverage[i]
	return v.Observed + v.Missing + v.Suppressed + v.NotComputable
}

func (c *concluder) couldOf(x *compare.Indicator) int {
	for i := range c.r.Comparison.Indicators {
		if &c.r.Comparison.Indicators[i] == x {
			return c.could(i)
		}
	}
	return x.Members
}

func (c *concluder) extremes(ind *indicators.Indicator, x *compare.Indicator) {
	d := x.Distribution
	switch {
	case d == nil:
		c.withhold(RuleExtremes, x.ID, "", WithheldFewCities)
		return
	case locale.Number(d.Min, ind.Decimals, "en") == locale.Number(d.Max, ind.Decimals, "en"):
		c.withhold(RuleExtremes, x.ID, "", WithheldAllEqual)
		return
	}
	high, low := ends(x)
	args := args{indicator: ind, period: x.Period, n: x.Ranked, of: x.Members}
	first, last := high, low
	if ind.Polarity == indicators.LowerIsBetter {
		first, last = low, high
	}
	args.city, args.value = c.names(first), first[0].Cell.Value
	args.city2, args.value2 = c.names(last), last[0].Cell.Value
	args.median = d.Median
	message := "extremes"
	switch ind.Polarity {
	case indicators.Neutral:
		message = "extremes-neutral"
	case indicators.TargetIsBest:
		message = "extremes-neutral"
	case indicators.LowerIsBetter:
		message = "extremes-lower"
	}
	effect := d.Max - d.Min
	evidence := []Evidence{}
	for _, p := range first {
		evidence = append(evidence, Evidence{Entity: p.Entity, Indicator: x.ID, Period: x.Period, What: "value", Value: p.Cell.Value})
	}
	for _, p := range last {
		evidence = append(evidence, Evidence{Entity: p.Entity, Indicator: x.ID, Period: x.Period, What: "value", Value: p.Cell.Value})
	}
	evidence = append(evidence,
		Evidence{Indicator: x.ID, Period: x.Period, What: "median", Value: d.Median},
		Evidence{Indicator: x.ID, Period: x.Period, What: "count", Value: float64(x.Ranked)})
	c.add(Conclusion{
		ID: RuleExtremes + "/" + x.ID, Rule: RuleExtremes, Type: "extreme", Indicator: x.ID, Period: x.Period,
		Effect: &effect, Certainty: c.certainty(x, x.Ranked), Caveats: c.caveats(x), Evidence: evidence,
		Weight: 20 + relativeSpread(d),
	}, message, args)

	// A ratio has a meaning only among positive figures, and news only from 1.5 on.
	if d.Min <= 0 || d.Q3 < 1.5*d.Q1 {
		return
	}
	ratio := d.Q3 / d.Q1
	args.value, args.value2, args.ratio = d.Q1, d.Q3, ratio
	c.add(Conclusion{
		ID: RuleSpread + "/" + x.ID, Rule: RuleSpread, Type: "spread", Indicator: x.ID, Period: x.Period,
		Effect: &ratio, Certainty: c.certainty(x, x.Ranked), Caveats: c.caveats(x),
		Evidence: []Evidence{
			{Indicator: x.ID, Period: x.Period, What: "q1", Value: d.Q1},
			{Indicator: x.ID, Period: x.Period, What: "q3", Value: d.Q3},
			{Indicator: x.ID, Period: x.Period, What: "count", Value: float64(x.Ranked)},
		},
		Weight: 5 + math.Min(10, ratio),
	}, "spread", args)
}

// relativeSpread is the quartile coefficient of dispersion in points, 0–10.
func relativeSpread(d *compare.Distribution) float64 {
	sum := math.Abs(d.Q3/2 + d.Q1/2)
	if sum == 0 {
		return 0
	}
	return math.Min(10, 10*(d.Q3/2-d.Q1/2)/sum)
}

// ends are the ranked positions with the highest and with the lowest value; ties together, by code.
func ends(x *compare.Indicator) (high, low []*compare.Position) {
	for i := range x.Positions {
		p := &x.Positions[i]
		if !p.Ranked {
			continue
		}
		v := p.Cell.Value
		if len(high) == 0 || v > high[0].Cell.Value {
			high = []*compare.Position{p}
		} else if v == high[0].Cell.Value {
			high = append(high, p)
		}
		if len(low) == 0 || v < low[0].Cell.Value {
			low = []*compare.Position{p}
		} else if v == low[0].Cell.Value {
			low = append(low, p)
		}
	}
	return high, low
}

func (c *concluder) target(ind *indicators.Indicator, x *compare.Indicator) {
	if ind.Target == nil || (ind.Target.Min != nil && ind.Target.Max != nil && *ind.Target.Min == *ind.Target.Max) {
		return // nobody meets a single point: the distance to it is in the comparison
	}
	if x.Distribution == nil {
		c.withhold(RuleTarget, x.ID, "", WithheldFewCities)
		return
	}
	met := 0
	for i := range x.Positions {
		if p := &x.Positions[i]; p.Ranked && p.TargetGap != nil && *p.TargetGap == 0 {
			met++
		}
	}
	share := 100 * float64(met) / float64(x.Ranked)
	evidence := []Evidence{{Indicator: x.ID, Period: x.Period, What: "count", Value: float64(met)}, {Indicator: x.ID, Period: x.Period, What: "count", Value: float64(x.Ranked)}}
	if ind.Target.Min != nil {
		evidence = append(evidence, Evidence{Indicator: x.ID, What: "target", Value: *ind.Target.Min})
	}
	if ind.Target.Max != nil {
		evidence = append(evidence, Evidence{Indicator: x.ID, What: "target", Value: *ind.Target.Max})
	}
	c.add(Conclusion{
		ID: RuleTarget + "/" + x.ID, Rule: RuleTarget, Type: "gap-to-target", Indicator: x.ID, Period: x.Period,
		Effect: &share, Certainty: c.certainty(x, x.Ranked), Caveats: c.caveats(x), Evidence: evidence,
		Weight: 24,
	}, "target", args{indicator: ind, period: x.Period, n: met, of: x.Ranked, target: ind.Target})
}

// seasonal: the figures of two neighbouring parts of a year say nothing of a
// trend.
func seasonal(p period.Period) bool {
	switch p.Freq() {
	case period.Year, period.SchoolYear:
		return false
	}
	return p.Rolling() == 0
}

// nominal is the caveat of amounts in a currency of no stated year.
func nominal(ind *indicators.Indicator) []string {
	for part := range strings.FieldsFuncSeq(ind.Unit.String(), func(r rune) bool { return strings.ContainsRune("./()", r) }) {
		if u, err := unit.Parse(part); err == nil && u.Kind() == unit.Currency && !strings.Contains(part, "@") {
			return []string{CaveatNominal}
		}
	}
	return nil
}

func (c *concluder) change(ind *indicators.Indicator, x *compare.Indicator) {
	if seasonal(x.Period) {
		c.withhold(RuleChange, x.ID, "", WithheldSeasonal)
		return
	}
	better, worse, n, broken := 0, 0, 0, 0
	var from period.Period
	for i := range x.Positions {
		p := &x.Positions[i]
		if !p.Ranked || p.Change == nil {
			continue
		}
		if !p.Change.Comparable {
			broken++
			continue
		}
		n++
		from = p.Change.From
		switch {
		case p.Change.Better > 0, ind.Polarity == indicators.Neutral && p.Change.Absolute > 0:
			better++
		case p.Change.Better < 0, ind.Polarity == indicators.Neutral && p.Change.Absolute < 0:
			worse++
		}
	}
	switch {
	case n < c.min && broken > 0:
		c.withhold(RuleChange, x.ID, "", WithheldBreak)
		return
	case n == 0:
		c.withhold(RuleChange, x.ID, "", WithheldNoPrevious)
		return
	case n < c.min:
		c.withhold(RuleChange, x.ID, "", WithheldFewCities)
		return
	}
	message := "change"
	if ind.Polarity == indicators.Neutral {
		message = "change-neutral"
	}
	share := 100 * float64(better) / float64(n)
	c.add(Conclusion{
		ID: RuleChange + "/" + x.ID, Rule: RuleChange, Type: "change", Indicator: x.ID, Period: x.Period,
		Effect: &share, Certainty: c.certainty(x, n), Caveats: append(c.caveats(x), nominal(ind)...),
		Evidence: []Evidence{
			{Indicator: x.ID, Period: x.Period, What: "better", Value: float64(better)},
			{Indicator: x.ID, Period: x.Period, What: "worse", Value: float64(worse)},
			{Indicator: x.ID, Period: x.Period, What: "count", Value: float64(n)},
		},
		Weight: 15 + math.Abs(share-50)/10,
	}, message, args{indicator: ind, period: x.Period, from: from, n: better, n2: worse, of: n})
}

func (c *concluder) difference(ind *indicators.Indicator, x *compare.Indicator) {
	if seasonal(x.Period) {
		c.withhold(RuleDifference, x.ID, "", WithheldSeasonal)
		return
	}
	if d, ok := ind.At(x.Period); ok && (strings.Contains(d.Formula, "prev(") || strings.Contains(d.Formula, "lag(")) {
		c.withhold(RuleDifference, x.ID, "", WithheldRate)
		return
	}
	var first, last *compare.NetworkPoint
	for i := range x.Series {
		p := &x.Series[i]
		if p.Value == nil || p.Period.Compare(x.Period) > 0 {
			continue
		}
		if !ind.Comparable(p.Period, x.Period) {
			continue
		}
		if first == nil {
			first = p
		}
		last = p
	}
	if first == nil || last == nil || first == last || last.Period != x.Period {
		c.withhold(RuleDifference, x.ID, "", WithheldNoPrevious)
		return
	}
	same := c.common(x, first.Period, last.Period)
	if len(same) < c.min {
		c.withhold(RuleDifference, x.ID, "", WithheldFewCities)
		return
	}
	before, okBefore := c.network(same, x.ID, first.Period)
	after, okAfter := c.network(same, x.ID, last.Period)
	if !okBefore || !okAfter {
		return
	}
	diff := after - before
	caveats := slices.DeleteFunc(c.caveats(x), func(s string) bool { return s == CaveatExcluded })
	caveats = append(caveats, nominal(ind)...)
	if len(same) < first.Used || len(same) < last.Used {
		caveats = append(caveats, CaveatUnequal)
	}
	a := args{indicator: ind, period: last.Period, from: first.Period, value: before, value2: after, n: len(same), of: x.Members, method: last.Method}
	message := "trend-equal"
	weight := 20.0
	if d := x.Distribution; d != nil && d.Q3 > d.Q1 {
		weight += math.Min(12, 8*math.Abs(diff)/(d.Q3-d.Q1))
	}
	// Shares and rates of change differ by points; a relative change of them misleads.
	points := ind.Unit.String() == "%"
	switch {
	case locale.Number(before, ind.Decimals, "en") == locale.Number(after, ind.Decimals, "en"):
		weight = 8
	case points && diff > 0:
		message = "trend-up-points"
	case points:
		message = "trend-down-points"
	case before <= 0:
		return
	case diff > 0:
		message = "trend-up"
	default:
		message = "trend-down"
	}
	a.ratio = math.Abs(diff)
	if !points {
		a.ratio = 100 * math.Abs(diff) / before
	}
	c.add(Conclusion{
		ID: RuleDifference + "/" + x.ID, Rule: RuleDifference, Type: "change", Indicator: x.ID, Period: last.Period,
		Effect: &diff, Certainty: c.certainty(x, len(same)), Caveats: caveats,
		Evidence: []Evidence{
			{Indicator: x.ID, Period: first.Period, What: "network-same-cities", Value: before},
			{Indicator: x.ID, Period: last.Period, What: "network-same-cities", Value: after},
			{Indicator: x.ID, Period: last.Period, What: "count", Value: float64(len(same))},
		},
		Weight: weight,
	}, message, a)
}

// common are the member cities with a value in both periods: a trend is of the
// same cities, or it may only say who came and went.
func (c *concluder) common(x *compare.Indicator, a, b period.Period) []string {
	var out []string
	for i := range c.r.Network.Cities {
		city := &c.r.Network.Cities[i]
		if city.Reference {
			continue
		}
		before := c.r.Indicators.At(cube.Key{Entity: city.Code, Period: a}, x.ID)
		after := c.r.Indicators.At(cube.Key{Entity: city.Code, Period: b}, x.ID)
		if before.Status.Observed() && after.Status.Observed() {
			out = append(out, city.Code)
		}
	}
	return out
}

func (c *concluder) network(cities []string, indicator string, at period.Period) (float64, bool) {
	v, err := c.r.Program.Network(c.r.Variables, c.r.Indicators, cities, indicator, at)
	return v.Cell.Value, err == nil && v.Cell.Status.Observed() && v.Used == len(cities)
}

func (c *concluder) coverage(ind *indicators.Indicator, x *compare.Indicator, v Coverage) {
	could := v.Observed + v.Missing + v.Suppressed + v.NotComputable
	if could == 0 || float64(v.Observed) >= enoughCoverage*float64(could) {
		return
	}
	share := 100 * float64(v.Observed) / float64(could)
	c.add(Conclusion{
		ID: RuleCoverage + "/" + x.ID, Rule: RuleCoverage, Type: "coverage", Indicator: x.ID, Period: x.Period,
		Effect: &share, Certainty: "high",
		Evidence: []Evidence{
			{Indicator: x.ID, Period: x.Period, What: "observed", Value: float64(v.Observed)},
			{Indicator: x.ID, Period: x.Period, What: "could", Value: float64(could)},
		},
		Weight: 10,
	}, "coverage", args{indicator: ind, period: x.Period, n: v.Observed, of: could})
}

// cities draws, for each member, at most one strength and one concern: the
// indicator with a light in which it stands farthest from the median of its
// peers, measured in interquartile ranges of all cities.
func (c *concluder) cities() {
	for i := range c.r.Network.Cities {
		city := &c.r.Network.Cities[i]
		if city.Reference {
			continue
		}
		var best, worst *Conclusion
		var bestArgs, worstArgs args
		var bestSize, worstSize float64
		few := false
		for j := range c.r.Comparison.Indicators {
			x := &c.r.Comparison.Indicators[j]
			k, found := slices.BinarySearchFunc(x.Positions, city.Code, func(p compare.Position, code string) int { return cmp.Compare(p.Entity, code) })
			if !found || x.Distribution == nil || x.Distribution.Q1 == x.Distribution.Q3 || seasonal(x.Period) {
				continue // one month says little of a city
			}
			p := &x.Positions[k]
			if p.Light != compare.Good && p.Light != compare.Poor {
				continue
			}
			if p.PeerMedian == nil {
				few = true
				continue
			}
			ind, _ := c.r.Catalogue.Indicator(x.ID)
			gap := p.Cell.Value - *p.PeerMedian
			size := math.Abs(gap) / (x.Distribution.Q3 - x.Distribution.Q1)
			if size < 0.5 || !consistent(ind.Polarity, p.Light, gap) {
				continue
			}
			rule := RuleStrength
			if p.Light == compare.Poor {
				rule = RuleConcern
			}
			candidate := Conclusion{
				ID: rule + "/" + x.ID + "/" + city.Code, Rule: rule, Type: "gap-to-peers", Indicator: x.ID, Entity: city.Code, Period: x.Period,
				Effect: &gap, Certainty: c.certainty(x, x.Ranked), Caveats: c.caveats(x),
				Evidence: []Evidence{
					{Entity: city.Code, Indicator: x.ID, Period: x.Period, What: "value", Value: p.Cell.Value},
					{Entity: city.Code, Indicator: x.ID, Period: x.Period, What: "peer-median", Value: *p.PeerMedian},
					{Entity: city.Code, Indicator: x.ID, Period: x.Period, What: "rank", Value: p.Rank},
				},
				Weight: math.Min(4, size),
			}
			a := args{indicator: ind, period: x.Period, city: city.Name, value: p.Cell.Value, median: *p.PeerMedian, rank: p.Rank, of: x.Ranked}
			if rule == RuleStrength && (best == nil || size > bestSize) {
				best, bestArgs, bestSize = &candidate, a, size
			}
			if rule == RuleConcern && (worst == nil || size > worstSize) {
				worst, worstArgs, worstSize = &candidate, a, size
			}
		}
		if best != nil {
			c.add(*best, "strength", bestArgs)
		}
		if worst != nil {
			c.add(*worst, "concern", worstArgs)
		}
		if best == nil && worst == nil && few {
			c.withhold(RuleStrength, "", city.Code, WithheldFewPeers)
		}
	}
}

// consistent: a city among the best that is worse than its peers is no strength.
func consistent(p indicators.Polarity, l compare.Light, gap float64) bool {
	switch p {
	case indicators.HigherIsBetter:
		return (l == compare.Good) == (gap > 0)
	case indicators.LowerIsBetter:
		return (l == compare.Good) == (gap < 0)
	}
	return false
}

func (c *concluder) unmeasured(ids []string) {
	if len(ids) == 0 {
		return
	}
	total := len(c.r.Comparison.Indicators)
	share := 100 * float64(len(ids)) / float64(total)
	c.add(Conclusion{
		ID: RuleUnmeasured, Rule: RuleUnmeasured, Type: "coverage", Effect: &share, Certainty: "high",
		Evidence: []Evidence{{What: "indicators-measured", Value: float64(total - len(ids))}, {What: "indicators", Value: float64(total)}},
		Weight:   50,
	}, "unmeasured", args{round: c.r.Period, n: total - len(ids), n2: len(ids), of: total})
}

func (c *concluder) names(positions []*compare.Position) string {
	names := make([]string, 0, len(positions))
	for _, p := range positions {
		if city, ok := c.r.Network.City(p.Entity); ok {
			names = append(names, city.Name)
		} else {
			names = append(names, p.Entity)
		}
	}
	return joinNames(names)
}

func (c *concluder) add(x Conclusion, message string, a args) {
	if !finite(x.Weight) {
		x.Weight = 0
	}
	if x.Effect != nil && !finite(*x.Effect) || !finite(a.ratio) {
		c.withhold(x.Rule, x.Indicator, x.Entity, WithheldTooLarge)
		return
	}
	x.Text = indicators.Text{}
	for _, lang := range c.langs {
		x.Text[lang] = sentence(lang, message, a)
	}
	c.out = append(c.out, x)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
