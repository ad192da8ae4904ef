package cube

import (
	"fmt"
	"strings"
)

// Status says what is known of a cell besides its value: whether there is a
// value, how good it is, and who may see it. The zero Status is a plain
// observed value that is free to publish.
//
// The bits are
//
//	0–2   presence (Presence)
//	3–10  flags, any number at once (Provisional … Unvalidated)
//	11–12 confidentiality (Confidentiality)
type Status uint16

// Presence says whether a cell has a value and, if not, why. The values are
// ordered: of several operands the greatest decides (reference: DESIGN §2).
type Presence uint8

// The presences. A Presence is also a Status with no flag, by Status(p).
const (
	Observed      Presence = iota // there is a value; zero is a value
	NotApplicable                 // cannot exist
	Missing                       // exists, was not collected
	Suppressed                    // exists, hidden by its source or by disclosure control
	NotComputable                 // a formula failed
)

// Flags qualify a value.
const (
	Provisional Status = 1 << (3 + iota)
	Estimated
	Imputed
	Forecast
	Break             // break in series
	DefinitionDiffers // another definition of the same name
	LowReliability
	Unvalidated

	presenceMask = Status(7)
	flagMask     = Status(0xff << 3)
	confShift    = 11
	confMask     = Status(3 << confShift)
	statusMask   = presenceMask | flagMask | confMask
)

// Confidentiality says who may see a cell. The values are ordered by strictness.
type Confidentiality uint8

// The confidentialities.
const (
	Free Confidentiality = iota
	NotForPublication
	Secondary // suppressed to protect another cell
	Primary   // confidential by itself
)

var (
	presenceNames = [...]string{"observed", "not-applicable", "missing", "suppressed", "not-computable"}
	flagNames     = [...]string{"provisional", "estimated", "imputed", "forecast", "break", "definition-differs", "low-reliability", "unvalidated"}
	confNames     = [...]string{"free", "not-for-publication", "secondary", "primary"}
)

// Presence returns whether there is a value, or why there is none.
func (s Status) Presence() Presence { return Presence(s & presenceMask) }

// Flags returns s with its flags only.
func (s Status) Flags() Status { return s & flagMask }

// Confidentiality returns who may see the cell.
func (s Status) Confidentiality() Confidentiality {
	return Confidentiality(s & confMask >> confShift)
}

// With returns s with its presence replaced by p.
func (s Status) With(p Presence) Status { return s&^presenceMask | Status(p)&presenceMask }

// WithConfidentiality returns s with its confidentiality replaced by c.
func (s Status) WithConfidentiality(c Confidentiality) Status {
	return s&^confMask | Status(c)<<confShift&confMask
}

// Observed reports whether there is a value.
func (s Status) Observed() bool { return s&presenceMask == 0 }

// Valid reports whether s has a known presence and no unknown bit.
func (s Status) Valid() bool { return s&^statusMask == 0 && s&presenceMask <= Status(NotComputable) }

// Combine is the status of a result computed from operands of statuses s and
// t: the worst presence, the union of the flags, the strictest
// confidentiality. It is associative and commutative, and the zero Status is
// its identity. A result is not applicable only if every operand without a
// value is.
func (s Status) Combine(t Status) Status {
	return max(s&presenceMask, t&presenceMask) | (s|t)&flagMask | max(s&confMask, t&confMask)
}

// String is the presence, then the flags in the order of their constants, then
// the confidentiality unless free, joined by "+": "observed",
// "observed+provisional+break", "suppressed+primary". [ParseStatus] reads it.
func (s Status) String() string {
	if !s.Valid() {
		return fmt.Sprintf("Status(%#x)", uint16(s))
	}
	return string(s.appendText(nil))
}

func (s Status) appendText(dst []byte) []byte {
	dst = append(dst, presenceNames[s.Presence()]...)
	for i, n := range flagNames {
		if s&(Provisional<<i) != 0 {
			dst = append(append(dst, '+'), n...)
		}
	}
	if c := s.Confidentiality(); c != Free {
		dst = append(append(dst, '+'), confNames[c]...)
	}
	return dst
}

// ParseStatus reads what [Status.String] writes; flags and confidentiality in
// any order, each once, the presence first ("observed" may be left out). The
// error is an [*Error] of code [CodeStatus].
func ParseStatus(s string) (Status, error) {
	var st Status
	seenConf := false
	bad := func(word, why string) (Status, error) {
		return 0, &Error{Code: CodeStatus, Text: fmt.Sprintf("status %q: %q %s", clip(s), clip(word), why)}
	}
	if len(s) > 256 {
		return bad(s, "is too long")
	}
parts:
	for i, word := range strings.Split(s, "+") {
		for p, n := range presenceNames {
			if word == n {
				if i > 0 {
					return bad(word, "must stand first")
				}
				st = st.With(Presence(p))
				continue parts
			}
		}
		for f, n := range flagNames {
			if word == n {
				if st&(Provisional<<f) != 0 {
					return bad(word, "is repeated")
				}
				st |= Provisional << f
				continue parts
			}
		}
		for c, n := range confNames {
			if word == n {
				if seenConf {
					return bad(word, "is a second confidentiality")
				}
				seenConf = true
				st = st.WithConfidentiality(Confidentiality(c))
				continue parts
			}
		}
		return bad(word, "is unknown: write a presence ("+strings.Join(presenceNames[:], ", ")+
			"), then flags ("+strings.Join(flagNames[:], ", ")+
			") and a confidentiality ("+strings.Join(confNames[:], ", ")+"), joined by +")
	}
	return st, nil
}

// MarshalText writes [Status.String]; a status that is not valid is an error.
func (s Status) MarshalText() ([]byte, error) {
	if !s.Valid() {
		return nil, &Error{Code: CodeStatus, Text: fmt.Sprintf("status %#x has unknown bits", uint16(s))}
	}
	return s.appendText(nil), nil
}

// UnmarshalText is [ParseStatus].
func (s *Status) UnmarshalText(b []byte) error {
	t, err := ParseStatus(string(b))
	if err == nil {
		*s = t
	}
	return err
}

// String is the presence as in [Status.String].
func (p Presence) String() string {
	if int(p) < len(presenceNames) {
		return presenceNames[p]
	}
	return fmt.Sprintf("Presence(%d)", uint8(p))
}

// String is the confidentiality as in [Status.String]; Free is "free".
func (c Confidentiality) String() string {
	if int(c) < len(confNames) {
		return confNames[c]
	}
	return fmt.Sprintf("Confidentiality(%d)", uint8(c))
}
