package aggregate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

// Statistic is a figure of a state.
type Statistic uint8

// The statistics.
const (
	Count              Statistic = iota // readings that count
	Sum                                 // not of levels, shares, indexes or scores
	Mean                                // of readings: see TimeMean; of shares only of one entity, or weighted
	Least                               // the smallest
	Greatest                            // the largest
	VarianceSample                      // over n-1; not computable of one reading
	VariancePopulation                  // over n
	DeviationSample                     // square root of VarianceSample
	Quantiles                           // exact, of KeepValues: Output.Q and Definition
	NearQuantiles                       // to 0.39 %, of KeepHistogram: Output.Q; flagged as estimated
	Entities                            // different entities, of KeepEntities
	Distinct                            // different numbers or texts, of KeepDistinct
	First                               // reading, of KeepEnds
	Last                                // reading, of KeepEnds
	TimeMean                            // over time, of Hold
	TimeHours                           // time in a state, of Hold and a Threshold or Texts, of all series together
	Coverage                            // share of the time with a value, of Hold; of others readings over Output.Expected
	Rise                                // increase, of Meter
	RiseRate                            // increase per second, of Meter
	Direction                           // mean direction, of KeepCircle
	Steadiness                          // length of the mean vector, 0 to 1, of KeepCircle
)

// Output says which figure becomes which variable.
type Output struct {
	Variable  string    // of the cube
	Unit      unit.Unit // of the variable; figures are converted exactly
	Measure   string    // ID
	Statistic Statistic

	Q          float64  // of quantiles, 0 to 1
	Definition Quantile // of Quantiles; 0: Type7

	// Expected is how many readings a full window has, where there is no Hold to tell
	// the coverage; with Every, how many series a group has, 0: 1. 0 without Every: coverage
	// is not looked at.
	Expected int64
	// Every is how far apart the readings of a series come: a full window has its length
	// over Every of them, so that days of 23 and 25 hours and months are right. 0: see Expected.
	Every time.Duration
	// MinCoverage is the least share of the window that makes a figure, 0 to 1: below
	// it the cell is missing, between it and 1 of low reliability, without tolerance. 0:
	// figures are made of any.
	MinCoverage float64
	// MaxStale is how long before the end of the window the last reading may lie; a
	// cell beyond is of low reliability. 0: any time.
	MaxStale time.Duration
}

// CubeConfig says how a result becomes a cube.
type CubeConfig struct {
	Outputs []Output
	// Groups are the groups that exist: one that reported nothing in a window is
	// missing there, not absent.
	Groups []string
	// File names the file that holds the states, for the sources of cells; may be "".
	File string
	// Editions are what was published: a window that was not, or has changed since, is
	// provisional; the source of the others names the edition and, from the second on,
	// the figure of the one before. nil: not looked at.
	Editions *Editions
	// AsOf is the present; windows that end after it are provisional. Zero: all are over.
	AsOf time.Time
}

// Cube puts figures of the groups into a cube: entities are the groups, periods the
// windows, measures the outputs. A cell without readings is missing, and one of a row
// marked Correction, which is a part only; one whose figure does not exist is not
// computable. Its source names attribute, group, window, number
// of readings, file and the SHA-256 of the state's bytes, so that an explanation
// reaches the state. The error is an [*Error] of kind ErrConfig, ErrUnit or ErrWindow,
// or the cube's.
func (r *Result) Cube(c CubeConfig) (*cube.Cube, error) {
	outs, b, err := r.outputs(c.Outputs)
	if err != nil {
		return nil, err
	}
	seen := map[period.Period]bool{}
	for x := range r.rows.all() {
		if x.Entity != "" || x.Type != "" {
			continue
		}
		f, err := r.finish(&c, x)
		if err != nil {
			return nil, err
		}
		seen[x.Window] = true
		for k := range outs {
			if outs[k].measure != x.measure {
				continue
			}
			if outs[k].shares && r.crowded(x.Group) {
				return nil, &Error{Kind: ErrUnit, Measure: outs[k].Measure, Group: x.Group, Msg: fmt.Sprintf("variable %q: the group has several entities, and shares have no mean without what they are shares of; group by entity and take Result.Weighted, or give the measure a unit that is no share", outs[k].Variable)}
			}
			if err := b.SetAt(cube.Key{Entity: x.Group, Period: x.Window}, k, f.cell(&outs[k])); err != nil {
				return nil, err
			}
		}
	}
	for _, g := range c.Groups {
		for p := range seen {
			if err := b.AddRow(cube.Key{Entity: g, Period: p}); err != nil {
				return nil, err
			}
		}
	}
	return b.Build()
}

// outputs are checked, and a builder for them.
func (r *Result) outputs(list []Output) ([]output, *cube.Builder, error) {
	var s cube.Schema
	outs := make([]output, len(list))
	for i, o := range list {
		x, err := r.output(o)
		if err != nil {
			return nil, nil, err
		}
		outs[i] = x
		s.Measures = append(s.Measures, cube.Measure{ID: o.Variable, Unit: o.Unit})
	}
	b, err := cube.NewBuilder(s)
	return outs, b, err
}

// finished is a row about to become cells.
type finished struct {
	row         *Row
	source      cube.Source
	digest      [sha256.Size]byte // of the state
	before      *Row              // of the edition before; nil: there is none
	provisional bool
}

func (r *Result) finish(c *CubeConfig, x *Row) (finished, error) {
	f := finished{row: x, provisional: !c.AsOf.IsZero() && x.End > clampTime(c.AsOf)}
	if x.Window.IsZero() {
		return f, &Error{Kind: ErrWindow, Measure: r.measures[x.measure].ID, Group: x.Group, Msg: "a window of all time has no period; give Config.Window a frequency"}
	}
	raw, _ := x.State.AppendBinary(nil)
	f.digest = sha256.Sum256(raw)
	f.source.Name = fmt.Sprintf("attribute %s, %s, %v, n=%d, state sha256:%s", r.measures[x.measure].Attribute, x.Group, x.Window, x.State.Count(), hex.EncodeToString(f.digest[:16]))
	if c.File != "" {
		f.source.Name += " in " + c.File
	}
	if c.Editions == nil {
		return f, nil
	}
	p, differs := c.Editions.of(r.key(x), raw)
	switch {
	case p == nil:
		f.provisional = true
	case differs:
		f.provisional = true
		f.source.Name += fmt.Sprintf(", changed since edition %d", p.number)
	case p.before == nil:
		f.source.Name += ", edition 1"
	default:
		f.source.Name += fmt.Sprintf(", edition %d (edition %d: ", p.number, p.number-1)
		y := *x
		y.State = State{}
		f.before = &y
		return f, y.State.UnmarshalBinary(p.before)
	}
	return f, nil
}

// cell is the cell of an output, with its source.
func (f *finished) cell(o *output) cube.Cell {
	cell, src := o.cell(f.row), f.source
	if f.before != nil {
		if b := o.cell(f.before); b.Status.Observed() {
			src.Name += strconv.FormatFloat(b.Value, 'g', -1, 64) + ")"
		} else {
			src.Name += "none)"
		}
	}
	if f.provisional {
		cell.Status |= cube.Provisional
	}
	return cell.From(src)
}

// output is an Output checked against its measure.
type output struct {
	Output
	measure int32
	m       *measure
	convert unit.Converter
	shares  bool // a mean of shares
}

func (r *Result) output(o Output) (output, error) {
	x := output{Output: o}
	i := slices.IndexFunc(r.measures, func(m measure) bool { return m.ID == o.Measure })
	bad := func(kind error, format string, a ...any) (output, error) {
		return x, &Error{Kind: kind, Measure: o.Measure, Msg: fmt.Sprintf("variable %q: ", o.Variable) + fmt.Sprintf(format, a...)}
	}
	if i < 0 {
		return bad(ErrConfig, "there is no such measure")
	}
	x.measure, x.m = int32(i), &r.measures[i]
	m := x.m
	need := func(ok bool, what string) error {
		if ok {
			return nil
		}
		_, err := bad(ErrConfig, "statistic %d needs %s in the measure", o.Statistic, what)
		return err
	}
	var err error
	from := m.Unit
	if m.changes {
		from = unit.One()
	}
	difference := func() {
		if k := from.Kind(); k == unit.Level {
			from, _ = from.WithKind(unit.Difference)
		}
	}
	want := o.Unit
	if m.circular {
		switch o.Statistic {
		case Sum, Mean, Least, Greatest, VarianceSample, VariancePopulation, DeviationSample, Quantiles, NearQuantiles, TimeMean, Rise, RiseRate:
			return bad(ErrUnit, "numbers that go round (350° and 10°) have no sum, mean or order; set Turn, keep KeepCircle and take Direction, or set Turn to +Inf for angles that do not go round")
		}
	}
	switch o.Statistic {
	case Count, Entities, Distinct, Coverage:
		if o.Statistic == Entities {
			err = need(m.Keep&KeepEntities != 0, "KeepEntities")
		}
		if o.Statistic == Distinct {
			err = need(m.Keep&KeepDistinct != 0, "KeepDistinct")
		}
		if o.Statistic == Coverage {
			if err = need(m.Hold != NotHeld || o.Expected > 0 || o.Every > 0, "Hold, or Output.Expected or Every"); err == nil && !want.IsZero() {
				from, _ = unit.One().WithKind(unit.Share)
				break
			}
		}
		if k := want.Kind(); !want.IsZero() && k != unit.Count && !want.IsDimensionless() {
			return bad(ErrUnit, "a count in %v", want)
		}
		from = want
	case Sum:
		switch from.Kind() {
		case unit.Level, unit.Share, unit.Percentage, unit.Index, unit.Score:
			return bad(ErrUnit, "figures in %v (%v) have no sum", from, from.Kind())
		}
	case VarianceSample, VariancePopulation:
		difference()
		if !from.IsZero() {
			if from, err = squared(from); err != nil {
				return bad(ErrUnit, "%v", err)
			}
		}
	case DeviationSample:
		difference()
		if !want.IsZero() && want.Kind() == unit.Level {
			want, _ = want.WithKind(unit.Difference)
		}
	case Quantiles:
		err = need(m.Keep&KeepValues != 0, "KeepValues")
		if o.Definition == 0 {
			x.Definition = Type7
		}
	case NearQuantiles:
		err = need(m.Keep&KeepHistogram != 0, "KeepHistogram")
	case First, Last:
		err = need(m.Keep&KeepEnds != 0, "KeepEnds")
	case TimeMean:
		err = need(m.Hold != NotHeld, "Hold")
	case TimeHours:
		err = need(m.Hold != NotHeld && m.changes, "Hold and a Threshold or Texts")
		from = unit.MustParse("h")
	case Rise, RiseRate:
		err = need(m.Meter != nil, "Meter")
		difference()
		if o.Statistic == RiseRate && !from.IsZero() {
			if from, err = from.Div(unit.MustParse("s")); err != nil {
				return bad(ErrUnit, "%v", err)
			}
		}
	case Direction:
		err = need(m.Keep&KeepCircle != 0, "KeepCircle")
	case Steadiness:
		if err = need(m.Keep&KeepCircle != 0, "KeepCircle"); !want.IsZero() {
			from, _ = unit.One().WithKind(unit.Share)
		} else {
			from = want
		}
	case Mean, Least, Greatest:
	default:
		return bad(ErrConfig, "unknown statistic %d", o.Statistic)
	}
	switch {
	case err != nil:
		return x, err
	case (o.Statistic == Quantiles || o.Statistic == NearQuantiles) && !(o.Q >= 0 && o.Q <= 1):
		return bad(ErrConfig, "quantile %v; 0 to 1", o.Q)
	case !(o.MinCoverage >= 0 && o.MinCoverage <= 1) || o.Expected < 0 || o.Every < 0 || o.MaxStale < 0:
		return bad(ErrConfig, "coverage %v of %d every %v, staleness %v", o.MinCoverage, o.Expected, o.Every, o.MaxStale)
	case o.MinCoverage > 0 && m.Hold == NotHeld && o.Expected == 0 && o.Every == 0:
		return bad(ErrConfig, "a least coverage needs Hold in the measure, or Output.Expected or Every")
	case from.IsZero() != want.IsZero():
		return bad(ErrUnit, "the figure is in %q, the variable in %q; give both a unit or neither", from, want)
	}
	if k := from.Kind(); !from.IsZero() && (k == unit.Share || k == unit.Percentage) {
		x.shares = o.Statistic == Mean || o.Statistic == TimeMean
	}
	if !from.IsZero() {
		if x.convert, err = unit.NewConverter(from, want); err != nil {
			return bad(ErrUnit, "%v", err)
		}
	}
	return x, nil
}

// squared is u², of a difference of levels by its dimensionless code.
func squared(u unit.Unit) (unit.Unit, error) {
	if u.Kind() == unit.Difference && u.String() == "Cel" {
		u = unit.MustParse("K") // the same step
	}
	return u.Pow(2, 1)
}

// cell is the figure of a row, with what coverage and staleness make of it.
func (o *output) cell(x *Row) cube.Cell {
	s := &x.State
	reason := func(code, format string, a ...any) cube.Reason {
		return cube.Reason{Code: code, Subject: o.Variable, Text: fmt.Sprintf(format, a...)}
	}
	var reasons []cube.Reason
	var status cube.Status
	if x.Correction {
		return cube.NoValue(cube.Missing, reason(cube.ReasonIncomplete, "only the %d readings that came after the window was retired; merge them with the result of Retire", s.Count()))
	}
	share, known := o.coverage(x)
	carried := s.Span != nil && s.Span.covered != (int128{}) && (o.Statistic == TimeMean || o.Statistic == TimeHours)
	if s.Count() == 0 && !carried && o.Statistic != Count && o.Statistic != Coverage && o.Statistic != Entities && o.Statistic != Distinct {
		return cube.NoValue(cube.Missing, reason(cube.ReasonNotCollected, "no reading counts%s", rejected(s.Rejects)))
	}
	if known && o.Statistic != Coverage {
		switch {
		case share < o.MinCoverage:
			return cube.NoValue(cube.Missing, reason(cube.ReasonIncomplete, "coverage %.4g, least %.4g", share, o.MinCoverage))
		case share < 1 && o.MinCoverage > 0:
			status |= cube.LowReliability
			reasons = append(reasons, reason(cube.ReasonIncomplete, "coverage %.4g", share))
		}
	}
	if _, last := s.Times(); o.MaxStale > 0 && s.Count() > 0 && x.End-last > int64(o.MaxStale) {
		status |= cube.LowReliability
		reasons = append(reasons, reason(cube.ReasonIncomplete, "last reading %v before the end", time.Duration(x.End-last)))
	}
	v, estimated, err := o.figure(x)
	if err == "" && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = "the figure is beyond float64"
	}
	if err != "" {
		return cube.NoValue(cube.NotComputable, reason(cube.ReasonNotComputable, "%s", err))
	}
	if estimated {
		status |= cube.Estimated
	}
	return cube.Cell{Value: v, Status: status, Reasons: reasons}
}

func rejected(r *Rejects) string {
	text := ""
	if r != nil {
		for i, n := range r {
			if n > 0 {
				text += fmt.Sprintf(", %d rejected: %v", n, Reject(i))
			}
		}
	}
	return text
}

func (o *output) coverage(x *Row) (share float64, known bool) {
	switch s := x.State.Span; {
	case o.Every > 0:
		full := max(float64(x.End-x.Start)/float64(o.Every)*float64(max(o.Expected, 1)), 1)
		return min(float64(x.State.Count())/full, 1), true
	case o.Expected > 0:
		return min(float64(x.State.Count())/float64(o.Expected), 1), true
	case s != nil && s.whole != (int128{}):
		covered, whole := s.Covered()
		return covered / whole, true
	}
	return 0, false
}

// figure is the value in the output's unit; err says why there is none.
func (o *output) figure(x *Row) (v float64, estimated bool, err string) {
	s := &x.State
	ok := true
	float := func(v float64) (float64, bool, string) {
		if !ok {
			return 0, false, "too few readings"
		}
		y, err := o.convert.Convert(v)
		if err != nil {
			return 0, false, err.Error()
		}
		return y, estimated, ""
	}
	if s.Real == nil && (o.Statistic == Sum || o.Statistic == Mean) {
		// Exactly, with one rounding after the conversion.
		sum, _, step := s.Moments.exact()
		if o.Statistic == Mean {
			step.Mul(step, big.NewInt(s.Count()))
		}
		v, _ := o.convert.Rat(new(big.Rat).SetFrac(sum, step)).Float64()
		return v, false, ""
	}
	switch o.Statistic {
	case Count:
		return float64(s.Count()), false, ""
	case Sum:
		return float(s.Real.Sum())
	case Mean:
		v, ok = s.Real.Mean()
	case Least:
		v, _, ok = extremes(s)
	case Greatest:
		_, v, ok = extremes(s)
	case VarianceSample, DeviationSample:
		if s.Real != nil {
			v, ok = s.Real.VarianceSample()
		} else {
			v, ok = s.Moments.VarianceSample()
		}
		if o.Statistic == DeviationSample {
			v = math.Sqrt(v)
		}
	case VariancePopulation:
		if s.Real != nil {
			v, ok = s.Real.VariancePopulation()
		} else {
			v, ok = s.Moments.VariancePopulation()
		}
	case Quantiles:
		v, ok = s.Values.Quantile(o.Q, o.Definition)
	case NearQuantiles:
		estimated = true
		v, ok = s.Histogram.Quantile(o.Q)
	case Entities:
		if s.Entities == nil {
			return 0, false, ""
		}
		return float64(s.Entities.Count()), !s.Entities.Exact(), ""
	case Distinct:
		if s.Distinct == nil {
			return 0, false, ""
		}
		return float64(s.Distinct.Count()), !s.Distinct.Exact(), ""
	case First, Last:
		var r Reading
		if o.Statistic == First {
			r, ok = s.Ends.First()
		} else {
			r, ok = s.Ends.Last()
		}
		v = r.Value
	case TimeMean:
		if v, ok = s.Span.Mean(); !ok {
			return 0, false, "no time is covered, or the integral left 128 bits"
		}
	case TimeHours:
		v, ok = s.Span.Hours()
	case Coverage:
		v, ok = o.coverage(x)
	case Direction:
		if s.Circle == nil {
			return 0, false, "no reading counts"
		}
		if v, ok = s.Circle.Direction(); !ok {
			return 0, false, "directions cancel: there is no mean"
		}
	case Steadiness:
		if s.Circle == nil {
			return 0, false, "no reading counts"
		}
		v = s.Circle.Steadiness()
	case Rise:
		if s.Increase == nil || s.Increase.elapsed == (int128{}) {
			return 0, false, "one reading has no increase"
		}
		v = s.Increase.Total()
	case RiseRate:
		if s.Increase == nil {
			return 0, false, "one reading has no increase"
		}
		v, ok = s.Increase.Rate()
	}
	return float(v)
}

func extremes(s *State) (least, greatest float64, ok bool) {
	if s.Real != nil {
		return s.Real.Extremes()
	}
	return s.Moments.Extremes()
}
