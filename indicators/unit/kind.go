package unit

import "fmt"

// Kind says how figures in a unit may be combined and compared. Parse infers
// it from the code; WithKind states what the code cannot say.
type Kind uint8

const (
	// Quantity is a plain measure: kg/{person}, km/h, and a bare number ("1").
	Quantity Kind = iota
	// Count is a number of registered things: {person}, k{person}.
	Count
	// Share is a part of a whole in 0–1; code "1", stated by WithKind.
	Share
	// Percentage is a part of a whole in hundredths; code "%". It converts to
	// Share by the exact factor 1/100.
	Percentage
	// Index is a number whose base period is 100; code "1", stated by WithKind.
	Index
	// Score is a number on a scale of points that converts to nothing else;
	// code "1", stated by WithKind.
	Score
	// Level is a place on a scale with an arbitrary zero: Cel, [degF], dB[SPL],
	// a coordinate. Two levels have a difference and no sum.
	Level
	// Difference is what two levels (or two percentages) differ by: the factor
	// of its unit applies and the offset does not.
	Difference
	// Currency is an amount of money: EUR, kEUR, EUR@2020.
	Currency
)

// kindName returns the text of a kind, empty for a value that is none.
func kindName(k Kind) string {
	switch k {
	case Quantity:
		return "quantity"
	case Count:
		return "count"
	case Share:
		return "share"
	case Percentage:
		return "percentage"
	case Index:
		return "index"
	case Score:
		return "score"
	case Level:
		return "level"
	case Difference:
		return "difference"
	case Currency:
		return "currency"
	}
	return ""
}

// String returns the kind in lower case, as ParseKind reads it.
func (k Kind) String() string {
	if s := kindName(k); s != "" {
		return s
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// ParseKind reads the lower-case name of a kind. An unknown name is an *Error
// that wraps ErrKind and lists the names.
func ParseKind(s string) (Kind, error) {
	for k := Quantity; k <= Currency; k++ {
		if kindName(k) == s {
			return k, nil
		}
	}
	return 0, &Error{Code: "kind", Msg: fmt.Sprintf("unknown kind %s", quote(s)),
		Want: "quantity, count, share, percentage, index, score, level, difference or currency", Err: ErrKind}
}

// MarshalText returns the name of the kind.
func (k Kind) MarshalText() ([]byte, error) {
	s := kindName(k)
	if s == "" {
		return nil, &Error{Code: "kind", Msg: fmt.Sprintf("no kind has the number %d", uint8(k)),
			Want: "one of the Kind constants", Err: ErrKind}
	}
	return []byte(s), nil
}

// UnmarshalText reads what MarshalText writes; the empty text is Quantity.
func (k *Kind) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*k = Quantity
		return nil
	}
	v, err := ParseKind(string(b))
	if err != nil {
		return err
	}
	*k = v
	return nil
}
