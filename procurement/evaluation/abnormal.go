package evaluation

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
)

// Presumption is an offer presumed abnormally low: never a ground for exclusion by
// itself, but for asking its author to justify it (LCSP 149.1, 149.4).
type Presumption struct {
	Bidder  string
	Article string
	Reason  string // figures, limit and rule
	// Justified is the reasoned decision that accepted the offer after hearing its author
	// (LCSP 149.6), from [Offer.Justified]; "": open.
	Justified string
}

// priced is an offer as the rules on low ones see it.
type priced struct {
	bidder, group string
	price         int64 // cents
}

// lowOffers applies RGLCAP (RD 1098/2001) 85, which rules where price is the only
// criterion and the pliego is silent (LCSP 149.2.a). "Unidades porcentuales" are read as
// per cent of the figure compared with. With third the percentages are cut by a third (85.5).
// Of the firms of a group only the lowest offer counts (LCSP 149.3). All arithmetic is exact.
func lowOffers(offers []priced, budget int64, third bool) []Presumption {
	offers = lowestOfGroups(offers)
	percent := func(n int64) *big.Rat { // of a hundred
		r := big.NewRat(n, 100)
		if third {
			r.Mul(r, big.NewRat(2, 3))
		}
		return r
	}
	below := func(of *big.Rat, n int64) *big.Rat {
		return new(big.Rat).Mul(of, new(big.Rat).Sub(big.NewRat(1, 1), percent(n)))
	}
	above := func(of *big.Rat, n int64) *big.Rat {
		return new(big.Rat).Mul(of, new(big.Rat).Add(big.NewRat(1, 1), percent(n)))
	}
	of := func(p priced) *big.Rat { return big.NewRat(p.price, 1) }
	var out []Presumption
	presume := func(p priced, limit *big.Rat, article, what string) {
		if of(p).Cmp(limit) >= 0 || slices.ContainsFunc(out, func(x Presumption) bool { return x.Bidder == p.bidder }) {
			return
		}
		out = append(out, Presumption{Bidder: p.bidder, Article: "RGLCAP " + article, Reason: fmt.Sprintf("%s is below %s, %s", euros(of(p)), euros(limit), what)})
	}
	share := func(n int64) string { return percentText(percent(n)) + " %" }
	ref := big.NewRat(budget, 1)
	switch len(offers) {
	case 0:
	case 1:
		presume(offers[0], below(ref, 25), "85.1", share(25)+" under the budget of "+euros(ref))
	case 2:
		for i, p := range offers {
			other := of(offers[1-i])
			presume(p, below(other, 20), "85.2", share(20)+" under the other offer, "+euros(other))
		}
	case 3:
		m, what := mean(offers), "the mean of the three offers"
		highest := slices.MaxFunc(offers, func(a, b priced) int { return cmp.Compare(a.price, b.price) })
		if of(highest).Cmp(above(m, 10)) > 0 {
			rest := slices.DeleteFunc(slices.Clone(offers), func(p priced) bool { return p.bidder == highest.bidder })
			m, what = mean(rest), "the mean without the highest offer, which is more than "+share(10)+" above the mean"
		}
		for _, p := range offers {
			presume(p, below(m, 10), "85.3", fmt.Sprintf("%s under %s: %s", share(10), euros(m), what))
			presume(p, below(ref, 25), "85.3", share(25)+" under the budget of "+euros(ref))
		}
	default:
		m, what := mean(offers), "the mean of the offers"
		rest := slices.DeleteFunc(slices.Clone(offers), func(p priced) bool { return of(p).Cmp(above(m, 10)) > 0 })
		switch {
		case len(rest) == len(offers):
		case len(rest) < 3:
			all := slices.Clone(offers)
			slices.SortStableFunc(all, func(a, b priced) int { return cmp.Compare(a.price, b.price) })
			m, what = mean(all[:3]), "the mean of the three lowest offers, since fewer than three are within "+share(10)+" above the mean"
		default:
			m, what = mean(rest), "the mean without the offers more than "+share(10)+" above the mean"
		}
		for _, p := range offers {
			presume(p, below(m, 10), "85.4", fmt.Sprintf("%s under %s: %s", share(10), euros(m), what))
		}
	}
	return out
}

// lowestOfGroups keeps every offer without group and the lowest of each group, the first
// of equals.
func lowestOfGroups(offers []priced) []priced {
	low := map[string]int{}
	for i, p := range offers {
		if p.group == "" {
			continue
		}
		if j, ok := low[p.group]; !ok || p.price < offers[j].price {
			low[p.group] = i
		}
	}
	var out []priced
	for i, p := range offers {
		if p.group == "" || low[p.group] == i {
			out = append(out, p)
		}
	}
	return out
}

func mean(offers []priced) *big.Rat {
	sum := new(big.Int)
	for _, p := range offers {
		sum.Add(sum, big.NewInt(p.price))
	}
	return new(big.Rat).SetFrac(sum, big.NewInt(int64(len(offers))))
}

// euros writes cents as euros with two decimals, for people; comparisons are exact.
func euros(cents *big.Rat) string {
	return new(big.Rat).Quo(cents, big.NewRat(100, 1)).FloatString(2) + " EUR"
}

func percentText(share *big.Rat) string {
	p := new(big.Rat).Mul(share, big.NewRat(100, 1))
	if p.IsInt() {
		return p.Num().String()
	}
	return p.FloatString(2)
}
