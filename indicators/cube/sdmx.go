package cube

import "fmt"

// SDMX is a status as two codes: Obs of CL_OBS_STATUS, Conf of
// CL_CONF_STATUS. "" is "not given".
type SDMX struct{ Obs, Conf string }

// SDMX projects s on the SDMX code lists. Obs is, the first that applies:
//
//	suppressed          Q
//	not applicable      M  cannot exist
//	missing             L  exists, not collected
//	not computable      O  missing, no reason said
//	break               B
//	definition differs  D
//	forecast            F
//	imputed             I
//	estimated           E
//	provisional         P
//	low reliability     U
//	unvalidated         V
//	plain               A
//
// The presence comes first, so that no code lets a gap pass for a value; the
// SDMX guideline on several statuses (2019) would put a break before it.
//
// Conf is F for free, N for not for publication, D for secondary (set by the
// sender) and C for primary: who knows which rule made a cell primary may
// write A, O, T, G or M instead, see package disclosure.
//
// Lost is what the codes do not carry: the flags other than the one written,
// every flag where there is no value, and the presence where it is not
// computable. It is 0 if [FromSDMX] gives s back.
func (s Status) SDMX() (code SDMX, lost Status) {
	code.Conf = confCodes[s.Confidentiality()]
	switch s.Presence() {
	case NotApplicable:
		code.Obs = "M"
	case Missing:
		code.Obs = "L"
	case Suppressed:
		code.Obs = "Q"
	case NotComputable:
		return SDMX{"O", code.Conf}, s &^ confMask
	}
	if code.Obs != "" {
		return code, s.Flags()
	}
	for _, f := range flagPrecedence {
		if s&f.flag != 0 {
			return SDMX{f.code, code.Conf}, s.Flags() &^ f.flag
		}
	}
	code.Obs = "A"
	return code, 0
}

var confCodes = [...]string{Free: "F", NotForPublication: "N", Secondary: "D", Primary: "C"}

var flagPrecedence = [...]struct {
	flag Status
	code string
}{
	{Break, "B"}, {DefinitionDiffers, "D"}, {Forecast, "F"}, {Imputed, "I"},
	{Estimated, "E"}, {Provisional, "P"}, {LowReliability, "U"}, {Unvalidated, "V"},
}

// FromSDMX reads the codes of a cell with or without a value. Lost names the
// codes whose meaning a Status carries only in part, "" if none, so that a
// reader can report them:
//
//	G experimental, N not significant, S special event    → low reliability
//	K, W included in, includes another category           → definition differs
//	H holiday, J derogation, K, N, S, W without a value   → missing
//	J with a value, R (revised, of some agencies)         → plain
//	C (confidential, of some agencies)                    → primary
//	conf E (embargo)                                      → not for publication
//	conf X (military)                                     → primary
//
// Without a value a flag keeps the presence missing; no Obs at all, or A, is
// missing (A lost), or suppressed if Conf is secondary or primary. The error
// is of code [CodeStatus]: an unknown code, or one that says that there is no
// value where there is one.
func FromSDMX(code SDMX, hasValue bool) (s Status, lost string, err error) {
	conf, ok := confOf[code.Conf]
	if !ok {
		return 0, "", &Error{Code: CodeStatus, Text: fmt.Sprintf("conf_status %q is not in CL_CONF_STATUS: write F, N, C, D, S, A, O, T, G, M, E or X", clip(code.Conf))}
	}
	s = s.WithConfidentiality(conf.as)
	partly := func(c string) {
		if lost != "" {
			lost += ", "
		}
		lost += c
	}
	defer func() {
		if err == nil && conf.partly {
			partly("conf " + code.Conf)
		}
	}()
	if !hasValue {
		s = s.With(Missing)
	}
	secret := conf.as >= Secondary
	switch code.Obs {
	case "", "A":
		switch {
		case !hasValue && secret:
			s = s.With(Suppressed)
		case !hasValue && code.Obs == "A":
			partly("A")
		}
		return s, lost, nil
	case "L", "O", "M", "Q", "H":
		if hasValue {
			return 0, "", &Error{Code: CodeStatus, Text: fmt.Sprintf("obs_status %q says that there is no value, and there is one", code.Obs)}
		}
		switch code.Obs {
		case "M":
			s = s.With(NotApplicable)
		case "Q":
			s = s.With(Suppressed)
		case "H":
			partly("H")
		}
		return s, lost, nil
	case "C":
		if !hasValue {
			s = s.With(Suppressed)
		}
		partly("C")
		return s.WithConfidentiality(Primary), lost, nil
	case "G", "N", "S", "K", "W", "J", "R":
		partly(code.Obs)
		if hasValue {
			switch code.Obs {
			case "G", "N", "S":
				s |= LowReliability
			case "K", "W":
				s |= DefinitionDiffers
			}
		}
		return s, lost, nil
	}
	for _, f := range flagPrecedence {
		if code.Obs == f.code {
			return s | f.flag, lost, nil
		}
	}
	return 0, "", &Error{Code: CodeStatus, Text: fmt.Sprintf("obs_status %q is not in CL_OBS_STATUS: write A, B, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, S, U, V or W", clip(code.Obs))}
}

var confOf = map[string]struct {
	as     Confidentiality
	partly bool
}{
	"": {Free, false}, "F": {Free, false}, "N": {NotForPublication, false}, "E": {NotForPublication, true},
	"S": {Secondary, false}, "D": {Secondary, false}, "C": {Primary, false}, "A": {Primary, false},
	"O": {Primary, false}, "T": {Primary, false}, "G": {Primary, false}, "M": {Primary, false}, "X": {Primary, true},
}
