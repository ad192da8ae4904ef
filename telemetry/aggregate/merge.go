package aggregate

import "fmt"

// Merge is r with what o holds merged in, state by state; neither changes. They are
// results of the same measures: of one aggregator, what Retire returned and then what
// came later, each once and in the order of time, or of aggregators that read different
// inputs. Figures over time ([Span], [Increase]) of a series are not put right over the
// edge between two aggregators: give all readings of a series to one. The error is of
// kind ErrMismatch or ErrOverflow, for corrections too whose windows r does not hold.
func (r *Result) Merge(o *Result) (*Result, error) {
	if len(r.measures) != len(o.measures) {
		return nil, &Error{Kind: ErrMismatch, Msg: "results of different measures; merge those of one Config"}
	}
	for i := range r.measures {
		if r.measures[i].rules() != o.measures[i].rules() {
			return nil, &Error{Kind: ErrMismatch, Measure: r.measures[i].ID, Msg: "the measures of the two results differ; merge those of one Config"}
		}
	}
	gap := o.since > earliest && r.until < o.since
	out := &Result{Totals: r.Totals, measures: r.measures, since: r.since, until: max(r.until, o.until), only: both(r.only, o.only)}
	out.Totals.add(o.Totals)
	rows := make([]Row, 0, r.rows.n+o.rows.n)
	for i, k := 0, 0; i < r.rows.n || k < o.rows.n; {
		var p, q *Row // the next ones
		if i < r.rows.n {
			p = r.rows.at(i)
		}
		if k < o.rows.n {
			q = o.rows.at(k)
		}
		order := -1
		switch {
		case p == nil:
			order = 1
		case q != nil:
			order = p.compare(q)
		}
		if order >= 0 && gap && q.Correction {
			return nil, &Error{Kind: ErrMismatch, Measure: o.measures[q.measure].ID, Group: q.Group, Msg: fmt.Sprintf("the readings of %v that came after it was retired cannot be merged: the result that Retire returned is not there", q.Window)}
		}
		var x Row
		switch {
		case order < 0:
			x = *p
			i++
		case order > 0:
			x = *q
			k++
			x.Correction = x.Correction && x.End <= r.since // otherwise there was nothing to correct
		default:
			x = *p
			if x.Entity != "" || x.Type != "" {
				return nil, &Error{Kind: ErrMismatch, Measure: r.measures[x.measure].ID, Group: x.Group, Msg: fmt.Sprintf("readings of entity %q in %v are in both results; give all readings of a series to one aggregator", x.Entity, x.Window)}
			}
			x.State = State{Moments: NewMoments(r.measures[x.measure].scale)}
			for _, s := range []*State{&p.State, &q.State} {
				if err := x.State.Merge(s); err != nil {
					return nil, err
				}
			}
			if s, before := x.State.Span, p.State.Span; q.Correction && s != nil && before != nil {
				s.whole = before.whole // the time there could be is no more than it was
			}
			i, k = i+1, k+1
		}
		rows = append(rows, x)
	}
	out.rows = listOf(rows)
	return out, nil
}
