package evaluation

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"
)

// Sheet is the result: who got how many points, and why.
type Sheet struct {
	Scores       []Score       // the best first, then those out, in the order of the input
	Presumptions []Presumption // offers that must be heard before anything else (LCSP 149.4)
	Ties         []Tie
	Rounding     string
	Final        bool // no presumption open, no tie unsettled: it can be classified (LCSP 150.1)
}

// Score is the points of an offer.
type Score struct {
	Bidder string
	Rank   int // from 1; 0 if it is out; equal if a tie is not settled
	Total  Points
	Lines  []Line // by criterion
	Out    *Exclusion
}

// Line explains the points of one criterion.
type Line struct {
	Criterion, Name string
	Kind            Kind
	Points, Max     Points
	Formula         string
	Inputs          []Value // the variables that the formula names, with their values
	Raw             float64 // what the formula gave, before rounding
	Reason          string  // of a judgement
}

// Evaluate scores offers. Formulas are applied only once the judgement is complete and
// documented before the envelope was opened (LCSP 146.2): otherwise the error says so
// and nothing is scored. The error is [Errors], with every problem. Evaluate keeps
// nothing of in, and the same input gives the same sheet.
func (s *Scheme) Evaluate(in Tenders) (*Sheet, error) {
	prices, errs := s.check(&in)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	sheet := &Sheet{Rounding: s.rules.Rounding.String()}
	for i := range in.Offers {
		o := &in.Offers[i]
		sc := Score{Bidder: o.Bidder, Out: o.Excluded}
		for _, c := range s.rules.Criteria {
			sc.Lines = append(sc.Lines, Line{Criterion: c.ID, Name: c.Name, Kind: c.Kind, Max: c.Points, Formula: c.Formula})
		}
		sheet.Scores = append(sheet.Scores, sc)
	}
	for _, a := range in.Judgements {
		i := slices.IndexFunc(in.Offers, func(o Offer) bool { return o.Bidder == a.Bidder })
		k := slices.IndexFunc(s.rules.Criteria, func(c Criterion) bool { return c.ID == a.Criterion })
		l := &sheet.Scores[i].Lines[k]
		l.Points, l.Raw, l.Reason = a.Points, float64(a.Points)/float64(Point), a.Reason
	}
	// What one step leaves out does not count in the formulas of the next.
	s.thresholds(sheet, judged)
	for _, step := range []step{quality, cost} {
		errs = append(errs, s.apply(&in, prices, sheet, step)...)
		if err := errs.Err(); err != nil {
			return nil, err
		}
		s.thresholds(sheet, step)
	}
	for i := range sheet.Scores {
		sc := &sheet.Scores[i]
		for _, l := range sc.Lines {
			sc.Total += l.Points
		}
	}
	low, err := s.presume(&in, prices, sheet)
	if err != nil {
		return nil, Errors{err}
	}
	for i := range low {
		low[i].Justified = in.offer(low[i].Bidder).Justified
	}
	sheet.Presumptions = low
	s.rank(sheet, &in)
	return sheet, nil
}

// check finds every problem of the input, and gives prices in cents.
func (s *Scheme) check(in *Tenders) ([]int64, Errors) {
	var errs Errors
	bad := func(kind error, bidder, criterion, article, format string, a ...any) {
		errs = append(errs, &Error{Kind: kind, Bidder: bidder, Criterion: criterion, Article: article, Msg: fmt.Sprintf(format, a...)})
	}
	if len(in.Offers) > maxOffers {
		bad(ErrOffer, "", "", "", "%d offers, more than %d", len(in.Offers), maxOffers)
		return nil, errs
	}
	prices := make([]int64, len(in.Offers))
	seen := map[string]bool{}
	for i := range in.Offers {
		o := &in.Offers[i]
		if o.Bidder == "" || seen[o.Bidder] {
			bad(ErrOffer, o.Bidder, "", "LCSP 139.3", "each bidder has an id and one offer")
		}
		seen[o.Bidder] = true
		if o.Excluded != nil && (o.Excluded.Article == "" || o.Excluded.Reason == "") {
			bad(ErrOffer, o.Bidder, "", "LCSP 35 Ley 39/2015", "an exclusion has an article and a reason")
		}
		cents, err := o.Price.NetEuros("the price of the offer")
		switch {
		case err != nil:
			errs = append(errs, &Error{Kind: ErrOffer, Bidder: o.Bidder, Msg: err.Error(), Err: err})
		case cents > s.budget && o.Excluded == nil:
			bad(ErrOffer, o.Bidder, "", "RGLCAP 84", "the price, %s, is above the budget, %s; it is out: set Excluded", o.Price, s.rules.Budget)
		}
		prices[i] = cents
		for _, f := range s.rules.Figures {
			n := 0
			for _, v := range o.Figures {
				if v.ID != f.ID {
					continue
				}
				n++
				if math.IsNaN(v.Number) || math.IsInf(v.Number, 0) || f.YesNo && v.Number != 0 && v.Number != 1 {
					bad(ErrOffer, o.Bidder, "", "", "figure %q is %v", f.ID, v.Number)
				}
			}
			if n != 1 && o.Excluded == nil {
				bad(ErrMissing, o.Bidder, "", "", "figure %q is there %d times, and must be once", f.ID, n)
			}
		}
		for _, v := range o.Figures {
			if !slices.ContainsFunc(s.rules.Figures, func(f Figure) bool { return f.ID == v.ID }) {
				bad(ErrUnknown, o.Bidder, "", "", "figure %.64q is none of the rules'", v.ID)
			}
		}
		if w := o.Staff; w != nil {
			if min(w.Employees, w.Contracts, w.DisabledOrExcluded, w.PermanentDisabled, w.Inclusion, w.TemporaryContracts, w.Women) < 0 ||
				max(w.DisabledOrExcluded, w.PermanentDisabled, w.Inclusion, w.Women) > w.Employees || w.TemporaryContracts > w.Contracts {
				bad(ErrMismatch, o.Bidder, "", "LCSP 147.2", "its workforce does not add up: %+v", *w)
			}
		}
		for _, v := range o.Ties {
			if math.IsNaN(v.Number) || math.IsInf(v.Number, 0) {
				bad(ErrOffer, o.Bidder, "", "", "evidence %q is %v", v.ID, v.Number)
			}
		}
	}
	s.checkJudgement(in, bad)
	return prices, errs
}

func (s *Scheme) checkJudgement(in *Tenders, bad func(kind error, bidder, criterion, article, format string, a ...any)) {
	type key struct{ bidder, criterion string }
	given := map[key]int{}
	for _, a := range in.Judgements {
		k := slices.IndexFunc(s.rules.Criteria, func(c Criterion) bool { return c.ID == a.Criterion })
		switch {
		case k < 0:
			bad(ErrUnknown, a.Bidder, a.Criterion, "", "no such criterion")
			continue
		case s.rules.Criteria[k].Kind != Judgement:
			bad(ErrMismatch, a.Bidder, a.Criterion, "LCSP 146.2", "its points come from a formula")
		case in.offer(a.Bidder) == nil:
			bad(ErrUnknown, a.Bidder, a.Criterion, "", "no such offer")
		case a.Points < 0 || a.Points > s.rules.Criteria[k].Points:
			bad(ErrPoints, a.Bidder, a.Criterion, "", "%s points of 0 to %s", a.Points, s.rules.Criteria[k].Points)
		case a.Reason == "":
			bad(ErrMissing, a.Bidder, a.Criterion, "LCSP 151.2", "points by judgement have a reason")
		}
		given[key{a.Bidder, a.Criterion}]++
	}
	any := false
	for _, c := range s.rules.Criteria {
		if c.Kind != Judgement {
			continue
		}
		any = true
		for _, o := range in.Offers {
			if n := given[key{o.Bidder, c.ID}]; n > 1 || n == 0 && o.Excluded == nil {
				bad(ErrMissing, o.Bidder, c.ID, "LCSP 146.2", "judged %d times, and must be once before formulas are applied", n)
			}
		}
	}
	r, f := in.JudgementReport, in.FormulasOpened
	switch {
	case !any:
	case f.IsZero():
		bad(ErrOrder, "", "", "LCSP 146.2", "the day on which the envelope of formulas was opened is not there: set FormulasOpened")
	case r.IsZero():
		bad(ErrOrder, "", "", "LCSP 146.2", "nothing documents the evaluation of judgement criteria: set JudgementReport")
	case r.After(f):
		bad(ErrOrder, "", "", "LCSP 146.2", "judgement is documented on %s, after the envelope of formulas was opened on %s", r, f)
	case r == f && !in.SameDayOrder:
		bad(ErrOrder, "", "", "LCSP 146.2", "both on %s: set SameDayOrder if the minutes show the report before the opening", f)
	}
}

// step is a part of the evaluation, in its order.
type step uint8

const (
	judged  step = iota // criteria of judgement
	quality             // other qualitative criteria
	cost                // criteria related to costs
)

func (c *Criterion) step() step {
	switch {
	case c.Kind == Judgement:
		return judged
	case !c.Cost:
		return quality
	}
	return cost
}

// apply computes the formulas of a step for the offers that are still in.
func (s *Scheme) apply(in *Tenders, prices []int64, sheet *Sheet, at step) Errors {
	var errs Errors
	stats := s.statistics(in, prices, sheet)
	for k, x := range s.formulas {
		c := &s.rules.Criteria[k]
		if x == nil || c.step() != at {
			continue
		}
		run := x.expr.NewEvaluator()
		for i := range sheet.Scores {
			sc := &sheet.Scores[i]
			if sc.Out != nil {
				continue
			}
			l := &sc.Lines[k]
			vars := s.variables(&in.Offers[i], prices[i], stats, float64(c.Points)/float64(Point))
			raw, err := x.number(run, vars)
			if err == nil {
				l.Raw = raw
				l.Points, err = s.rules.Rounding.apply(raw)
			}
			switch {
			case err != nil:
				errs = append(errs, &Error{Kind: ErrFormula, Bidder: sc.Bidder, Criterion: c.ID, Msg: err.Error(), Err: err})
			case l.Points < 0 || l.Points > c.Points:
				errs = append(errs, &Error{Kind: ErrPoints, Bidder: sc.Bidder, Criterion: c.ID,
					Msg: fmt.Sprintf("the formula gives %s points of 0 to %s; mend the formula or bound it, as in math.least(points, …)", l.Points, c.Points)})
			}
			l.Inputs = x.inputs(vars)
		}
	}
	return errs
}

// thresholds takes out what has fewer points than the pliego demands. The share of
// quality is asked for when all of quality is known.
func (s *Scheme) thresholds(sheet *Sheet, at step) {
	for i := range sheet.Scores {
		sc := &sheet.Scores[i]
		var got, most Points
		for k := range s.rules.Criteria {
			c := &s.rules.Criteria[k]
			if sc.Out == nil && c.step() == at && sc.Lines[k].Points < c.Minimum {
				sc.Out = &Exclusion{"LCSP 146.3", fmt.Sprintf("%s points in %s, fewer than the minimum of %s", sc.Lines[k].Points, c.ID, c.Minimum)}
			}
			if c.step() != cost {
				got, most = got+sc.Lines[k].Points, most+c.Points
			}
		}
		if sc.Out == nil && at == quality && got*100 < most*Points(s.rules.Quality) {
			sc.Out = &Exclusion{"LCSP 146.3", fmt.Sprintf("%s of %s points in the qualitative criteria, less than %d %%", got, most, s.rules.Quality)}
		}
	}
}

// statistics are over the offers that are in: by figure, price first.
type statistics struct {
	n              int
	min, max, mean []float64
}

func (s *Scheme) statistics(in *Tenders, prices []int64, sheet *Sheet) statistics {
	st := statistics{}
	var columns [][]float64
	add := func(value func(i int) float64) {
		var col []float64
		for i := range in.Offers {
			if sheet.Scores[i].Out == nil {
				col = append(col, value(i))
			}
		}
		columns = append(columns, col)
	}
	add(func(i int) float64 { return float64(prices[i]) / 100 })
	for _, f := range s.rules.Figures {
		add(func(i int) float64 { return in.Offers[i].figure(f.ID) })
	}
	st.n = len(columns[0])
	for _, col := range columns {
		if len(col) == 0 {
			st.min, st.max, st.mean = append(st.min, 0), append(st.max, 0), append(st.mean, 0)
			continue
		}
		st.min, st.max, st.mean = append(st.min, slices.Min(col)), append(st.max, slices.Max(col)), append(st.mean, exactMean(col))
	}
	return st
}

// exactMean does not depend on the order of the offers.
func exactMean(col []float64) float64 {
	sum := new(big.Rat)
	for _, x := range col {
		sum.Add(sum, new(big.Rat).SetFloat64(x))
	}
	f, _ := sum.Quo(sum, big.NewRat(int64(len(col)), 1)).Float64()
	return f
}

func (o *Offer) figure(id string) float64 {
	for _, v := range o.Figures {
		if v.ID == id {
			return v.Number
		}
	}
	return 0 // of an offer that is out
}

// presume finds the offers to be heard.
func (s *Scheme) presume(in *Tenders, prices []int64, sheet *Sheet) ([]Presumption, *Error) {
	var valid []priced
	for i, o := range in.Offers {
		if sheet.Scores[i].Out == nil {
			valid = append(valid, priced{o.Bidder, o.Group, prices[i]})
		}
	}
	if s.abnormal == nil {
		return lowOffers(valid, s.budget, s.rules.Abnormal.Third), nil
	}
	st := s.statistics(in, prices, sheet)
	var totals []float64
	for _, sc := range sheet.Scores {
		if sc.Out == nil {
			totals = append(totals, float64(sc.Total)/float64(Point))
		}
	}
	counted := lowestOfGroups(valid)
	run := s.abnormal.expr.NewEvaluator()
	var out []Presumption
	for i, o := range in.Offers {
		sc := &sheet.Scores[i]
		if sc.Out != nil || !slices.ContainsFunc(counted, func(p priced) bool { return p.bidder == o.Bidder }) {
			continue
		}
		vars := s.variables(&in.Offers[i], prices[i], st, 0)
		vars = append(vars, Value{"total", float64(sc.Total) / float64(Point)}, Value{"min_total", slices.Min(totals)},
			Value{"max_total", slices.Max(totals)}, Value{"mean_total", exactMean(totals)})
		yes, err := s.abnormal.truth(run, vars)
		if err != nil {
			return nil, &Error{Kind: ErrFormula, Bidder: o.Bidder, Msg: "formula for abnormally low offers: " + err.Error(), Err: err}
		}
		if yes {
			reason := s.rules.Abnormal.Formula + " with"
			for _, v := range s.abnormal.inputs(vars) {
				reason += fmt.Sprintf(" %s = %v", v.ID, v.Number)
			}
			out = append(out, Presumption{Bidder: o.Bidder, Article: "LCSP 149.2.b", Reason: reason})
		}
	}
	return out, nil
}

func (s *Scheme) rank(sheet *Sheet, in *Tenders) {
	order := map[string]int{}
	for i, sc := range sheet.Scores {
		order[sc.Bidder] = i
	}
	slices.SortStableFunc(sheet.Scores, func(a, b Score) int {
		if (a.Out == nil) != (b.Out == nil) {
			if a.Out == nil {
				return -1
			}
			return 1
		}
		if a.Out != nil {
			return cmp.Compare(order[a.Bidder], order[b.Bidder])
		}
		return cmp.Compare(b.Total, a.Total)
	})
	sheet.Final = !slices.ContainsFunc(sheet.Presumptions, func(p Presumption) bool { return p.Justified == "" })
	for i := 0; i < len(sheet.Scores) && sheet.Scores[i].Out == nil; {
		j := i + 1
		for j < len(sheet.Scores) && sheet.Scores[j].Out == nil && sheet.Scores[j].Total == sheet.Scores[i].Total {
			j++
		}
		for k := i; k < j; k++ {
			sheet.Scores[k].Rank = i + 1
		}
		if j > i+1 {
			var tied []string
			for _, sc := range sheet.Scores[i:j] {
				tied = append(tied, sc.Bidder)
			}
			t := s.settle(tied, in)
			sheet.Ties = append(sheet.Ties, t)
			slices.SortStableFunc(sheet.Scores[i:j], func(a, b Score) int {
				return slices.Index(t.Bidders, a.Bidder) - slices.Index(t.Bidders, b.Bidder)
			})
			if t.Settled {
				for k := i; k < j; k++ {
					sheet.Scores[k].Rank = k + 1
				}
			} else {
				sheet.Final = false
			}
		}
		i = j
	}
}

// variables are the values of a formula's names.
func (s *Scheme) variables(o *Offer, price int64, st statistics, points float64) []Value {
	out := []Value{{"price", float64(price) / 100}, {"budget", float64(s.budget) / 100}, {"points", points}, {"offers", float64(st.n)}}
	for _, f := range s.rules.Figures {
		out = append(out, Value{f.ID, o.figure(f.ID)})
	}
	for k, id := range append([]string{"price"}, s.numbers()...) {
		out = append(out, Value{"min_" + id, st.min[k]}, Value{"max_" + id, st.max[k]}, Value{"mean_" + id, st.mean[k]})
	}
	return out
}

func (s *Scheme) numbers() []string {
	var out []string
	for _, f := range s.rules.Figures {
		out = append(out, f.ID)
	}
	return out
}
