package compare

import (
	"cmp"
	"fmt"
	"slices"
)

// Ranks returns the rank of each of the values, in their order: 1 is the
// smallest, and equal values (0 and -0 are) are ranked by ties. For the
// greatest first, give the values with their signs changed. The values must be
// numbers.
//
// For 10, 20, 20, 30 the rules give
//
//	Competition  1 2 2 4      the number of smaller values, and one
//	Dense        1 2 2 3      the number of different smaller values, and one
//	Fractional   1 2.5 2.5 4  the mean of the ranks that they share; for statistics
//	Ordinal      1 2 3 4      by their order in values
//
// A rule that does not exist is taken as Competition.
func Ranks(values []float64, ties Ties) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out := make([]float64, len(values))
	for from, run := 0, 1; from < len(order); run++ {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for k, i := range order[from:to] {
			switch ties {
			case Dense:
				out[i] = float64(run)
			case Fractional:
				out[i] = float64(from+1+to) / 2
			case Ordinal:
				out[i] = float64(from + k + 1)
			default:
				out[i] = float64(from + 1)
			}
		}
		from = to
	}
	return out
}

var tiesNames = [...]string{"competition", "dense", "fractional", "ordinal"}

// String is "competition", "dense", "fractional" or "ordinal".
func (t Ties) String() string {
	if int(t) < len(tiesNames) {
		return tiesNames[t]
	}
	return fmt.Sprintf("Ties(%d)", uint8(t))
}

// MarshalText writes [Ties.String]; a rule that does not exist is an error.
func (t Ties) MarshalText() ([]byte, error) {
	if int(t) >= len(tiesNames) {
		return nil, &Error{Code: CodeConfig, Pointer: "/ties", Msg: fmt.Sprintf("there is no rule %d for ties", uint8(t))}
	}
	return []byte(tiesNames[t]), nil
}

// UnmarshalText reads [Ties.String]; empty text is Competition. On error t is
// unchanged.
func (t *Ties) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*t = Competition
		return nil
	}
	i := slices.Index(tiesNames[:], string(b))
	if i < 0 {
		return &Error{Code: CodeConfig, Pointer: "/ties", Msg: fmt.Sprintf("ties %q: write competition, dense, fractional or ordinal", b)}
	}
	*t = Ties(i)
	return nil
}

var lightNames = [...]string{"", "good", "middle", "poor"}

// String is "good", "middle", "poor", or "" for NoLight.
func (l Light) String() string {
	if int(l) < len(lightNames) {
		return lightNames[l]
	}
	return fmt.Sprintf("Light(%d)", uint8(l))
}

// MarshalText writes [Light.String].
func (l Light) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads [Light.String]. On error l is unchanged.
func (l *Light) UnmarshalText(b []byte) error {
	i := slices.Index(lightNames[:], string(b))
	if i < 0 {
		return &Error{Code: CodeConfig, Msg: fmt.Sprintf("light %q: write good, middle, poor or nothing", b)}
	}
	*l = Light(i)
	return nil
}
