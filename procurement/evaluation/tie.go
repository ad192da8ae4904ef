package evaluation

import (
	"fmt"
	"math/big"
	"slices"
)

// Workforce is what LCSP 147.2 asks of a firm, at the end of the period for offers. It is
// asked for only when there is a tie (147.1 last paragraph). All are numbers of people or
// contracts, so that shares are exact.
type Workforce struct {
	Employees          int // staff
	Contracts          int // employment contracts
	DisabledOrExcluded int // workers with disability or in social exclusion
	PermanentDisabled  int // of these, permanent workers with disability
	Inclusion          int // workers in inclusion
	TemporaryContracts int // of Contracts
	Women              int // of Employees
}

// TieRule is a rule of the pliego for ties (LCSP 147.1): bidders that meet it go first, or
// those with the higher figure.
type TieRule struct {
	ID, Name string
	Article  string // letter of 147.1 that allows it, as "147.1.b"
}

// Tie is one set of offers with equal points and how it was settled.
type Tie struct {
	Bidders []string // as settled, the first wins
	Steps   []string // what each rule did, with its article
	Settled bool     // false: it takes a draw whose result is not there, or evidence
	Missing []string // what is not there
}

// settle orders bidders with equal points. Each step only splits what is still equal.
func (s *Scheme) settle(tied []string, in *Tenders) Tie {
	t := Tie{}
	groups := [][]string{tied}
	split := func(article, what string, compare func(a, b string) (int, bool)) {
		var next [][]string
		for _, g := range groups {
			if len(g) == 1 {
				next = append(next, g)
				continue
			}
			known := true
			for _, x := range g {
				if _, ok := compare(x, x); !ok {
					known = false
					t.Missing = append(t.Missing, fmt.Sprintf("%s of %s (%s)", what, x, article))
				}
			}
			if !known {
				t.Steps = append(t.Steps, fmt.Sprintf("%s: %s is not known of every bidder", article, what))
				next = append(next, g)
				continue
			}
			sorted := slices.Clone(g)
			slices.SortStableFunc(sorted, func(a, b string) int { c, _ := compare(a, b); return c })
			var parts [][]string
			for i, x := range sorted {
				if i > 0 {
					if c, _ := compare(sorted[i-1], x); c == 0 {
						parts[len(parts)-1] = append(parts[len(parts)-1], x)
						continue
					}
				}
				parts = append(parts, []string{x})
			}
			if len(parts) > 1 {
				t.Steps = append(t.Steps, fmt.Sprintf("%s: %s puts %s first", article, what, parts[0][0]))
			} else {
				t.Steps = append(t.Steps, fmt.Sprintf("%s: %s is equal", article, what))
			}
			next = append(next, parts...)
		}
		groups = next
	}
	// A rule without the evidence must not be passed over: a later one would give the
	// contract to somebody else.
	stop := func() bool { return len(t.Missing) > 0 }
	for _, rule := range s.rules.Ties {
		if stop() {
			break
		}
		split("LCSP "+rule.Article, rule.Name, func(a, b string) (int, bool) {
			x, okX := in.tieFigure(a, rule.ID)
			y, okY := in.tieFigure(b, rule.ID)
			return compareDown(x, y), okX && okY
		})
	}
	legal := []struct {
		article, what string
		down          bool
		share         func(w Workforce) (n, of int)
	}{
		{"LCSP 147.2.a", "share of workers with disability or in exclusion", true, func(w Workforce) (int, int) { return w.DisabledOrExcluded, w.Employees }},
		{"LCSP 147.2.a", "number of permanent workers with disability, or of workers in inclusion", true, func(w Workforce) (int, int) { return max(w.PermanentDisabled, w.Inclusion), 1 }},
		{"LCSP 147.2.b", "share of temporary contracts", false, func(w Workforce) (int, int) { return w.TemporaryContracts, w.Contracts }},
		{"LCSP 147.2.c", "share of women", true, func(w Workforce) (int, int) { return w.Women, w.Employees }},
	}
	if len(s.rules.Ties) == 0 { // 147.2 rules only where the pliego is silent
		for _, l := range legal {
			if stop() {
				break
			}
			split(l.article, l.what, func(a, b string) (int, bool) {
				x, y := in.workforce(a), in.workforce(b)
				if x == nil || y == nil {
					return 0, false
				}
				xn, xd := l.share(*x)
				yn, yd := l.share(*y)
				if xd <= 0 || yd <= 0 {
					return 0, false
				}
				c := big.NewRat(int64(xn), int64(xd)).Cmp(big.NewRat(int64(yn), int64(yd)))
				if l.down {
					c = -c
				}
				return c, true
			})
		}
	}
	if !stop() && slices.ContainsFunc(groups, func(g []string) bool { return len(g) > 1 }) {
		drawn := func(x string) int { return slices.Index(in.Draw, x) }
		for _, g := range groups {
			if len(g) == 1 {
				continue
			}
			if slices.ContainsFunc(g, func(x string) bool { return drawn(x) < 0 }) {
				t.Missing = append(t.Missing, fmt.Sprintf("the result of a draw between %v", g))
				continue
			}
			slices.SortFunc(g, func(a, b string) int { return drawn(a) - drawn(b) })
			t.Steps = append(t.Steps, fmt.Sprintf("LCSP 147.2.d: the draw puts %s first", g[0]))
		}
	}
	for _, g := range groups {
		t.Bidders = append(t.Bidders, g...)
	}
	t.Settled = len(t.Missing) == 0
	return t
}

func compareDown(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}
