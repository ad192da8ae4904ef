package law

import (
	"strconv"
	"strings"
)

// Tax says whether an amount holds VAT (or, in their territories, IGIC or
// IPSI: LCSP DA 13). The zero value is that nobody said so.
type Tax uint8

// The values of Tax.
const (
	TaxNotStated Tax = iota
	TaxExcluded
	TaxIncluded
)

// String is "", "net" or "gross".
func (t Tax) String() string { return nameOf(t, "", "net", "gross") }

// Money is an amount in hundredths of a currency, and whether VAT is in it.
// The zero value is no amount at all, not zero euros: it has no currency.
type Money struct {
	Cents    int64
	Currency string // ISO 4217, "EUR"
	Tax      Tax
}

// MaxCents bounds an amount: ten million million euros.
const MaxCents = 1e15

// Net is an amount of whole euros without VAT.
func Net(euros int64) Money { return Money{euros * 100, "EUR", TaxExcluded} }

// NetCents is an amount of cents without VAT.
func NetCents(cents int64) Money { return Money{cents, "EUR", TaxExcluded} }

// IsZero says whether m is no amount.
func (m Money) IsZero() bool { return m == Money{} }

// String is "216000.00 EUR net"; "" for no amount.
func (m Money) String() string {
	if m.IsZero() {
		return ""
	}
	b := make([]byte, 0, 32)
	c := m.Cents
	if c < 0 {
		b = append(b, '-')
	}
	abs := uint64(c)
	if c < 0 {
		abs = -abs
	}
	b = strconv.AppendUint(b, abs/100, 10)
	b = append(b, '.', byte('0'+abs/10%10), byte('0'+abs%10))
	if m.Currency != "" {
		b = append(append(b, ' '), m.Currency...)
	}
	if m.Tax != TaxNotStated {
		b = append(append(b, ' '), m.Tax.String()...)
	}
	return string(b)
}

// ParseMoney reads an amount with a decimal point, a currency and, if it is
// known, "net" (without VAT) or "gross" (with it): "216000 EUR net",
// "0.50 EUR". Groups, commas, signs and more than two decimals are errors of
// kind [ErrAmount].
func ParseMoney(s string) (Money, error) {
	bad := func(msg string) (Money, error) {
		return Money{}, &Error{Code: "law.amount", Input: cut(s), Msg: msg, Write: `an amount as "216000.00 EUR net"`, Err: ErrAmount}
	}
	if len(s) > 64 {
		return bad("too long for an amount")
	}
	f := strings.Split(s, " ")
	if len(f) < 2 || len(f) > 3 {
		return bad("not an amount")
	}
	m := Money{Currency: f[1]}
	if len(f[1]) != 3 || strings.Trim(f[1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return bad("not a currency of ISO 4217")
	}
	if len(f) == 3 {
		switch f[2] {
		case "net":
			m.Tax = TaxExcluded
		case "gross":
			m.Tax = TaxIncluded
		default:
			return bad("neither net nor gross")
		}
	}
	whole, frac, point := strings.Cut(f[0], ".")
	if strings.HasPrefix(whole, "-") {
		return bad("negative")
	}
	if whole == "" || point && (frac == "" || len(frac) > 2) {
		return bad("not a number of euros and cents")
	}
	for len(frac) < 2 {
		frac += "0"
	}
	for _, c := range []byte(whole + frac) {
		if c < '0' || c > '9' {
			return bad("not a number of euros and cents")
		}
		if m.Cents = m.Cents*10 + int64(c-'0'); m.Cents > MaxCents {
			return bad("too large")
		}
	}
	return m, nil
}

// MarshalText is String.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is ParseMoney; the empty text is no amount.
func (m *Money) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = Money{}
		return nil
	}
	v, err := ParseMoney(string(b[:min(len(b), 65)]))
	if err != nil {
		return err
	}
	*m = v
	return nil
}

// NetEuros checks that m can be compared with a figure of the law: an amount
// in euros, without VAT, not negative. It gives the cents; an [*Error] of kind
// ErrAmount; or an [*Unknown] with its article. What names the amount.
func (m Money) NetEuros(what string) (int64, error) {
	value := Source{Act: "LCSP", Article: "101.1", Quote: "sin incluir el Impuesto sobre el Valor Añadido", Mark: Text}
	switch {
	case m.IsZero():
		return 0, &Unknown{Code: "law.unknown.facts", Asked: what, Because: "no amount was given", Missing: []Fact{FactValue}, Source: value}
	case m.Cents < 0, m.Cents > MaxCents:
		return 0, &Error{Code: "law.amount", Input: m.String(), Msg: what + ": negative or too large", Write: "an amount from 0 to 10000000000000.00", Err: ErrAmount}
	case m.Currency != "EUR":
		return 0, &Unknown{Code: "law.unknown.currency", Asked: what, Because: m.String() + " is not in euros and no rate was given", Missing: []Fact{FactValue},
			Source: Source{Act: "LCSP", Article: "102.2", Quote: "el precio deberá expresarse en euros", Mark: Text}}
	case m.Tax == TaxIncluded:
		return 0, &Unknown{Code: "law.unknown.tax", Asked: what, Because: m.String() + " holds VAT and the law compares without it", Missing: []Fact{FactValue}, Source: value}
	case m.Tax == TaxNotStated:
		return 0, &Unknown{Code: "law.unknown.tax", Asked: what, Because: m.String() + " does not say whether it holds VAT", Missing: []Fact{FactValue}, Source: value}
	}
	return m.Cents, nil
}
