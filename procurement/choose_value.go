package procurement

import (
	"fmt"
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// PartKind says what a part of the estimated value is.
type PartKind uint8

// The kinds of parts.
const (
	PartBase         PartKind = iota + 1 // what is payable, without extensions (101.1)
	PartExtension                        // options and extensions (101.2.a)
	PartPrizes                           // prizes and payments to candidates (101.2.b)
	PartModification                     // maximum of the foreseen modifications (101.2.c, 204)
	PartProvided                         // supplies put at the contractor's disposal, in works (101.8)
	PartRD                               // R&D over the whole life of a partnership, all partners (101.14)
	PartPurchase                         // what a partnership buys at its end (101.14)
	PartTurnover                         // net turnover of a concession over its life (101.1.b)
	PartFees                             // fees, fines, grants, sales and supplies of a concession (101.3)
	PartFramework                        // all contracts of a framework agreement over its life (101.13)
	PartSuccessive                       // recurrent contracts: of the last twelve months, adjusted, or of the next twelve (101.10)
)

// String is "base", "extension", "prizes", "modification", "provided", "r&d",
// "purchase", "turnover", "fees", "framework", "successive".
func (k PartKind) String() string {
	names := [...]string{"", "base", "extension", "prizes", "modification", "provided", "r&d", "purchase", "turnover", "fees", "framework", "successive"}
	if int(k) < len(names) {
		return names[k]
	}
	return "invalid"
}

// Part is one part of the estimated value.
type Part struct {
	Kind   PartKind
	Name   string
	Amount law.Money // euros without VAT
}

// Estimate is an estimated value and how it came about.
type Estimate struct {
	Value law.Money
	Lines []EstimateLine
}

// EstimateLine is a part with the rule that brings it in.
type EstimateLine struct {
	Part
	Source law.Source
}

var partSources = map[PartKind]string{
	PartBase: "101.1.a", PartExtension: "101.2.a", PartPrizes: "101.2.b", PartModification: "101.2.c",
	PartProvided: "101.8", PartRD: "101.14", PartPurchase: "101.14", PartTurnover: "101.1.b", PartFees: "101.3", PartFramework: "101.13", PartSuccessive: "101.10",
}

// maxParts bounds a list of parts, lots or units.
const maxParts = 10_000

// EstimateValue adds the parts of an estimated value (LCSP 101). A partnership
// counts the maximum of its R&D, of all partners and phases, and the purchases
// foreseen at its end; without one of them its value is an [*law.Unknown].
// Amounts in other currencies or with VAT are one too; negative or too large
// ones are an [*law.Error].
func EstimateValue(p law.Procedure, parts []Part) (Estimate, error) {
	if len(parts) == 0 {
		return Estimate{}, missingPart("no part was given", "101.1")
	}
	if len(parts) > maxParts {
		return Estimate{}, &law.Error{Code: "law.amount", Input: fmt.Sprintf("%d parts", len(parts)), Msg: "too many", Write: fmt.Sprintf("at most %d", maxParts), Err: law.ErrAmount}
	}
	var e Estimate
	var cents int64
	has := map[PartKind]bool{}
	for _, part := range parts {
		article, ok := partSources[part.Kind]
		if !ok {
			return Estimate{}, &law.Error{Code: "law.amount", Input: part.Name, Msg: "the part has no kind", Write: "one of the PartKind constants", Err: law.ErrAmount}
		}
		c, err := part.Amount.NetEuros(part.Kind.String() + " " + part.Name)
		if err != nil {
			return Estimate{}, err
		}
		if cents += c; cents > law.MaxCents {
			return Estimate{}, &law.Error{Code: "law.amount", Input: part.Name, Msg: "the sum is too large", Err: law.ErrAmount}
		}
		has[part.Kind] = true
		e.Lines = append(e.Lines, EstimateLine{part, lcspArticle(article)})
	}
	if p == law.InnovationPartnership {
		for _, kind := range []PartKind{PartRD, PartPurchase} {
			if !has[kind] {
				return Estimate{}, missingPart("a partnership counts its "+kind.String()+"; if there is none, say 0", "101.14")
			}
		}
	}
	e.Value = law.NetCents(cents)
	return e, nil
}

// MonthlyValue is the value of a lease or of a service without a total price:
// the whole of a term of so many months, or 48 months when the term is longer
// or, with 0, not fixed (101.9, 101.11.d). A lease of more than twelve months
// and a fixed term counts whole, with its residual value, which is the
// caller's to add: pass lease.
func MonthlyValue(at law.Date, monthly law.Money, months int, lease bool) (law.Money, law.Source, error) {
	article := "101.11.d"
	if lease {
		article = "101.9"
	}
	src := lcspArticle(article)
	most, err := law.Lookup(law.MonthlyMultiple, at, law.AnyContract, law.AnyBody)
	if err != nil {
		return law.Money{}, src, err
	}
	cents, err := monthly.NetEuros("monthly value")
	if err != nil {
		return law.Money{}, src, err
	}
	if months < 0 || months > 12*100 {
		return law.Money{}, src, &law.Error{Code: "law.period", Input: fmt.Sprintf("%d months", months), Msg: "not a term", Write: "0 for a term that is not fixed, at most 1200", Err: law.ErrPeriod}
	}
	n := int64(months)
	if months == 0 || !lease && n > most.Value.Num {
		n = most.Value.Num
	}
	if cents > law.MaxCents/n {
		return law.Money{}, src, &law.Error{Code: "law.amount", Input: monthly.String(), Msg: "the product is too large", Err: law.ErrAmount}
	}
	return law.NetCents(cents * n), src, nil
}

func missingPart(because, article string) error {
	return &law.Unknown{Code: "law.unknown.facts", Asked: "estimated value", Because: because, Missing: []law.Fact{law.FactValue}, Source: lcspArticle(article)}
}

// FunctionalUnit is a unit of the authority that buys the same thing.
type FunctionalUnit struct {
	Name  string
	Value law.Money
	// Autonomous: it is responsible for its own contracts, with funds and
	// powers of its own (101.6).
	Autonomous law.Truth
}

// UnitsValue is the value that counts for a unit's contract: that of all
// units together but for the autonomous ones, which count alone (101.6). A
// unit of which it is not known gives an [*law.Unknown], unless its amount
// does not matter.
func UnitsValue(units []FunctionalUnit, of string) (law.Money, error) {
	if len(units) > maxParts {
		return law.Money{}, &law.Error{Code: "law.amount", Input: fmt.Sprintf("%d units", len(units)), Msg: "too many", Write: fmt.Sprintf("at most %d", maxParts), Err: law.ErrAmount}
	}
	at := slices.IndexFunc(units, func(u FunctionalUnit) bool { return u.Name == of })
	if at < 0 {
		return law.Money{}, &law.Error{Code: "law.name", Input: of, Msg: "no unit of that name", Err: law.ErrName}
	}
	if units[at].Autonomous == law.Yes {
		_, err := units[at].Value.NetEuros(of)
		return units[at].Value, err
	}
	others := slices.ContainsFunc(units, func(u FunctionalUnit) bool { return u.Name != of && u.Autonomous != law.Yes && u.Value.Cents != 0 })
	var sum int64
	for _, u := range units {
		c, err := u.Value.NetEuros(u.Name)
		switch {
		case err != nil:
			return law.Money{}, err
		case u.Autonomous == law.Yes || c == 0 && u.Name != of:
			continue
		case u.Autonomous == law.NotKnown && others:
			return law.Money{}, &law.Unknown{Code: "law.unknown.facts", Asked: "estimated value of " + of, Because: "whether " + u.Name + " is autonomous is not known",
				Missing: []law.Fact{law.Fact("autonomous: " + u.Name)}, Source: lcspArticle("101.6")}
		}
		if sum += c; sum > law.MaxCents {
			return law.Money{}, &law.Error{Code: "law.amount", Input: u.Name, Msg: "the sum is too large", Err: law.ErrAmount}
		}
	}
	return law.NetCents(sum), nil
}

// Lot is a lot of a contract.
type Lot struct {
	ID     string
	Value  law.Money
	Except bool // the authority wants to except it from the rules of harmonised regulation
}

// LotsAnswer is what the lots' values together decide.
type LotsAnswer struct {
	Total      law.Money  // decides procedure and publicity for every lot (99.6, 101.12)
	Threshold  law.Figure // compared with Total
	Harmonised bool       // Total reaches the threshold
	Excepted   law.Money  // of the lots whose exception holds or was wanted
	Share      law.Figure // the ceiling of Excepted in Total
	Lots       []LotAnswer
}

// LotAnswer is one lot's.
type LotAnswer struct {
	ID         string
	Harmonised bool
	MayExcept  bool // small enough, and together with the wanted ones within the share
	Why        string
	Source     law.Source
}

// DecideLots adds the lots and decides which are harmonised (LCSP 20.2, 21.2,
// 22.2, 99.6, 101.12). A wanted exception holds if the lot is small and all
// wanted exceptions of small lots together stay within the share; one too many
// undoes them all, since which to keep is the authority's choice.
func DecideLots(at law.Date, c law.Contract, b law.Body, lots []Lot) (LotsAnswer, error) {
	if len(lots) == 0 {
		return LotsAnswer{}, missingPart("no lot was given", "101.12")
	}
	if len(lots) > maxParts {
		return LotsAnswer{}, &law.Error{Code: "law.amount", Input: fmt.Sprintf("%d lots", len(lots)), Msg: "too many", Write: fmt.Sprintf("at most %d", maxParts), Err: law.ErrAmount}
	}
	var a LotsAnswer
	var err error
	if a.Threshold, err = law.Lookup(law.SARA, at, c, b); err != nil {
		return LotsAnswer{}, err
	}
	if a.Share, err = law.Lookup(law.LotExceptionShare, at, c, b); err != nil {
		return LotsAnswer{}, err
	}
	small, exceptErr := law.Lookup(law.LotException, at, c, b)
	var total, wanted int64
	seen := map[string]bool{}
	for _, l := range lots {
		if seen[l.ID] {
			return LotsAnswer{}, &law.Error{Code: "law.name", Input: l.ID, Msg: "two lots have this identifier", Err: law.ErrName}
		}
		seen[l.ID] = true
		v, err := l.Value.NetEuros("lot " + l.ID)
		if err != nil {
			return LotsAnswer{}, err
		}
		if total += v; total > law.MaxCents {
			return LotsAnswer{}, &law.Error{Code: "law.amount", Input: l.ID, Msg: "the sum is too large", Err: law.ErrAmount}
		}
		if l.Except && exceptErr == nil {
			if isSmall, err := small.Applies(l.Value); err != nil {
				return LotsAnswer{}, err
			} else if isSmall { // a lot that is too large is not excepted, and takes no part of the share
				wanted += v
			}
		}
	}
	a.Total, a.Excepted = law.NetCents(total), law.NetCents(wanted)
	if a.Harmonised, err = a.Threshold.Applies(a.Total); err != nil {
		return LotsAnswer{}, err
	}
	within := func(part int64) bool {
		if total == 0 {
			return false
		}
		ok, err := a.Share.AppliesShare(part, total)
		return err == nil && ok
	}
	for _, l := range lots {
		la := LotAnswer{ID: l.ID, Source: lcspArticle("99.6; 101.12")}
		v := l.Value.Cents
		isSmall := false
		if exceptErr == nil {
			isSmall, err = small.Applies(l.Value)
			if err != nil {
				return LotsAnswer{}, err
			}
		}
		sum := wanted
		if !l.Except {
			sum += v
		}
		la.MayExcept = a.Harmonised && isSmall && within(sum)
		switch {
		case !a.Harmonised:
			la.Why = "the lots together stay below the threshold"
		case l.Except && la.MayExcept:
			la.Why, la.Source = "excepted: small, and the excepted lots stay within the share", small.Source
		case l.Except && exceptErr != nil:
			la.Harmonised, la.Why, la.Source = true, "no exception for this type of contract", lcspArticle("20.2")
		case l.Except && !isSmall:
			la.Harmonised, la.Why, la.Source = true, "too large to be excepted", small.Source
		case l.Except:
			la.Harmonised, la.Why, la.Source = true, "the excepted lots together exceed the share", a.Share.Source
		default:
			la.Harmonised, la.Why = true, "the lots together reach the threshold"
		}
		a.Lots = append(a.Lots, la)
	}
	return a, nil
}
