package evaluation

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Points are millionths of a point: sums and comparisons of scores are exact.
type Points int64

// Point is one point.
const Point Points = 1_000_000

// maxPoints bounds a score, so that no sum of scores overflows.
const maxPoints = 1_000_000 * Point

// ParsePoints reads a decimal with at most six decimals, as in "12.5". The error is an
// [*Error] of kind ErrPoints.
func ParsePoints(s string) (Points, error) {
	r, ok := new(big.Rat).SetString(s)
	if !ok || strings.ContainsAny(s, "/eExXpP_") || len(s) > 32 {
		return 0, &Error{Kind: ErrPoints, Msg: fmt.Sprintf("%.40q is not a decimal number; write 12.5", s)}
	}
	r.Mul(r, big.NewRat(int64(Point), 1))
	if !r.IsInt() || r.Num().CmpAbs(big.NewInt(int64(maxPoints))) > 0 {
		return 0, &Error{Kind: ErrPoints, Msg: fmt.Sprintf("%s points: at most six decimals and a million points", s)}
	}
	return Points(r.Num().Int64()), nil
}

// MustParsePoints is ParsePoints for literals in source text and tests; it panics on an
// error.
func MustParsePoints(s string) Points {
	p, err := ParsePoints(s)
	if err != nil {
		panic(err)
	}
	return p
}

// String is the decimal without trailing zeros: "12.5".
func (p Points) String() string {
	sign, n := "", uint64(p)
	if p < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d.%06d", sign, n/uint64(Point), n%uint64(Point))
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// MarshalText is String.
func (p Points) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is ParsePoints.
func (p *Points) UnmarshalText(b []byte) error {
	v, err := ParsePoints(string(b))
	if err == nil {
		*p = v
	}
	return err
}

// Rounding is how the pliego rounds the points of a criterion. The zero Rounding is
// two decimals, halves away from zero, the usual clause.
type Rounding struct {
	Decimals *int // 0 to 6; nil is 2
	Mode     Mode
}

// Mode is what becomes of the digits beyond.
type Mode uint8

// The modes.
const (
	HalfUp   Mode = iota // half a unit or more goes away from zero
	HalfEven             // half a unit goes to the even neighbour
	Down                 // they are cut
)

// String is the rule in words.
func (m Mode) String() string {
	switch m {
	case HalfUp:
		return "half up"
	case HalfEven:
		return "half to even"
	case Down:
		return "cut"
	}
	return "unknown"
}

func (r Rounding) decimals() int {
	if r.Decimals == nil {
		return 2
	}
	return *r.Decimals
}

// String says the rule in words.
func (r Rounding) String() string { return fmt.Sprintf("%d decimals, %s", r.decimals(), r.Mode) }

// apply rounds x. A float64 stands for the shortest decimal that reads back as it, so that
// 2.675 rounds as written and not as its binary neighbour.
func (r Rounding) apply(x float64) (Points, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) || math.Abs(x) > float64(maxPoints/Point) {
		return 0, &Error{Kind: ErrPoints, Msg: fmt.Sprintf("%v points", x)}
	}
	v, _ := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64))
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(r.decimals())), nil)
	v.Mul(v, new(big.Rat).SetInt(unit))
	q, rest := new(big.Int).QuoRem(v.Num(), v.Denom(), new(big.Int))
	twice := rest.Abs(rest)
	twice.Lsh(twice, 1)
	away := false
	switch c := twice.Cmp(v.Denom()); r.Mode {
	case HalfUp:
		away = c >= 0
	case HalfEven:
		away = c > 0 || c == 0 && q.Bit(0) == 1
	}
	if away {
		q.Add(q, big.NewInt(int64(v.Sign())))
	}
	q.Mul(q, big.NewInt(int64(Point)))
	q.Quo(q, unit)
	return Points(q.Int64()), nil
}
