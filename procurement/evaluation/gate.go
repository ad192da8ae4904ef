package evaluation

import (
	"fmt"
	"slices"
)

// Gate is how a phase of a pre-commercial procurement or of an innovation partnership ends:
// which partners go on (LCSP 180.1; SEC(2007) 1668 for pre-commercial procurement). In a
// partnership it must stand in the pliego, or nobody may be dropped.
type Gate struct {
	Phase   string
	Clause  string // of the pliego that foresees it; "" none
	Minimum Points // fewer do not go on
	Places  int    // how many go on at most; 0: all
}

// Passage says what became of a partner at a gate.
type Passage struct {
	Partner string
	Passed  bool
	Total   Points
	Reason  string
}

// Assessed is the assessment of a partner at the end of a phase, against the objectives of the
// pliego.
type Assessed struct {
	Partner string
	Total   Points
	Tie     int // place in the tie rule of the pliego, from 1; 0 none
}

// Pass decides who goes on, best first. The error is [Errors]: a gate without clause that would
// drop somebody, partners assessed twice, or a tie for the last place that the pliego's
// rule does not settle. There is no compensation for who is dropped; the work done is
// paid (LCSP 180.1).
func (g Gate) Pass(partners []Assessed) ([]Passage, error) {
	var errs Errors
	sorted := slices.Clone(partners)
	slices.SortStableFunc(sorted, func(a, b Assessed) int {
		if a.Total != b.Total {
			if a.Total > b.Total {
				return -1
			}
			return 1
		}
		return a.Tie - b.Tie
	})
	seen := map[string]bool{}
	var out []Passage
	passed := 0
	for i, p := range sorted {
		if p.Partner == "" || seen[p.Partner] {
			errs = append(errs, &Error{Kind: ErrOffer, Bidder: p.Partner, Msg: fmt.Sprintf("phase %s: each partner has an id and is assessed once", g.Phase)})
		}
		seen[p.Partner] = true
		r := Passage{Partner: p.Partner, Total: p.Total}
		switch {
		case p.Total < g.Minimum:
			r.Reason = fmt.Sprintf("%s points, fewer than %s", p.Total, g.Minimum)
		case g.Places > 0 && passed >= g.Places:
			r.Reason = fmt.Sprintf("%s points, behind the %d that go on", p.Total, g.Places)
			last := sorted[i-1]
			if i == passed && last.Total == p.Total && last.Tie == p.Tie {
				errs = append(errs, &Error{Kind: ErrTie, Bidder: p.Partner, Msg: fmt.Sprintf("phase %s: equal with %s for the last place; set Tie by the rule of the pliego", g.Phase, last.Partner)})
			}
		default:
			r.Passed, r.Reason = true, fmt.Sprintf("%s points", p.Total)
			passed++
		}
		if !r.Passed && g.Clause == "" {
			errs = append(errs, &Error{Kind: ErrRules, Bidder: p.Partner, Article: "LCSP 180.1", Msg: fmt.Sprintf("phase %s: nobody may be dropped unless the pliego says so and how; name the clause", g.Phase)})
		}
		if !r.Passed && g.Clause != "" {
			r.Reason += "; " + g.Clause
		}
		out = append(out, r)
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return out, nil
}
