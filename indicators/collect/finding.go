package collect

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/indicators/period"
)

// Severity of a finding.
type Severity string

// The severities.
const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Err     Severity = "error" // of Read and Build: the cell or row was not taken
)

// Finding is something wrong or notable in delivered data: the work went on.
type Finding struct {
	Code     string            `json:"code"` // stable, one of the Code constants
	Severity Severity          `json:"severity"`
	File     string            `json:"file,omitempty"`
	Line     int               `json:"line,omitempty"`   // from 1, as a text editor counts
	Column   int               `json:"column,omitempty"` // field, from 1
	Entity   string            `json:"entity,omitempty"`
	Period   period.Period     `json:"period,omitzero"`
	Subject  string            `json:"subject,omitempty"` // variable id
	Value    string            `json:"value,omitempty"`   // as written, shortened if long
	Rule     string            `json:"rule,omitempty"`    // catalogue rule id
	Args     map[string]string `json:"args,omitempty"`    // for the message
}

// The codes of findings. Those of files and cells come from [Read], duplicate,
// conflict and filled from [Build], those of rules from [Validate], merged-… from
// [Consolidate].
const (
	CodeEncoding        = "encoding"         // read as Windows-1252
	CodeMixedEncoding   = "mixed-encoding"   // a row that is not UTF-8 in a file that is
	CodeInvalidBytes    = "invalid-bytes"    // bytes that are no text in the encoding of the file
	CodeNUL             = "nul-byte"         // a row with a NUL byte
	CodeQuote           = "quote"            // a quotation mark is opened and not closed, or closed too early
	CodeTruncated       = "truncated"        // the last row is cut off
	CodeFieldCount      = "field-count"      // a row with more or fewer fields than the header
	CodeLongField       = "long-field"       // a field longer than MaxField
	CodeNoRows          = "no-rows"          // a header and nothing else
	CodeDuplicateHeader = "duplicate-header" // two columns of one name
	CodeUnknownColumn   = "unknown-column"   // a column that nothing says what it holds
	CodeMissingColumn   = "missing-column"   // a column of the Table that the file lacks

	CodeUnknownCity   = "unknown-city"
	CodeAmbiguousCity = "ambiguous-city" // a name of several cities
	CodeLostZero      = "lost-zero"      // 4001 read as 04001
	CodeOtherCities   = "other-cities"   // rows of municipalities outside the network, with Table.Others

	CodePeriodUnreadable = "period-unreadable"
	CodePeriodAmbiguous  = "period-ambiguous"
	CodePeriodSerial     = "period-serial" // the number of a day in a spreadsheet
	CodeWrongPeriod      = "wrong-period"  // not of the variable's frequency

	CodeUnknownVariable = "unknown-variable"
	CodeUnknownMember   = "unknown-member"
	CodeNoBreakdown     = "no-breakdown" // the variable is not broken down like this
	CodeUnknownUnit     = "unknown-unit"
	CodeUnitMismatch    = "unit-mismatch" // cannot be converted to the variable's unit
	CodeUnknownStatus   = "unknown-status"
	CodeStatusConflict  = "status-conflict" // a value whose status says there is none, or no value with one that says there is

	CodeAmbiguousNumber  = "number-ambiguous"  // 1.234 while no cell of the file decides
	CodeMixedNumbers     = "number-mixed"      // decimal comma and decimal point in one file
	CodeNumberConvention = "number-convention" // against Table.Decimal
	CodeNumberGrouping   = "number-grouping"   // thousands not in groups of three
	CodeNumberSymbol     = "number-symbol"     // a sign of a unit beside the number
	CodeSymbolRead       = "symbol-read"       // a sign of the very unit beside the number
	CodeNumberRounded    = "number-rounded"    // 1,23E+05: digits were lost
	CodeNumberScientific = "number-scientific" // an exponent beside a thousands separator
	CodeNumberRange      = "number-range"      // too large
	CodeTextInNumber     = "text-in-number"
	CodeNotInteger       = "not-integer"
	CodeNegative         = "negative"

	CodeDuplicate = "duplicate" // the same cell twice, alike
	CodeConflict  = "conflict"  // the same cell twice, differently
	CodeFilled    = "filled"    // empty in one place, with a value in another

	CodeRange       = "range"
	CodePlausible   = "plausible"
	CodeChange      = "change"
	CodeIdentity    = "identity"
	CodeRecoverable = "recoverable" // a hidden value follows from the others
	CodeAtMost      = "atmost"
	CodeOutlier     = "outlier"

	CodeMergedOwn        = "merged-own"        // figure of a merged city for a time before it existed, and of its predecessors
	CodeMergedIncomplete = "merged-incomplete" // a predecessor lacks
	CodeMergedStraddle   = "merged-straddle"   // a flow over the day of the merger

	CodeMore = "more" // last: how many findings were left out
)

// MaxFindings is the number of findings of one call; if there are more, errors
// are kept before warnings and these before information, and a last finding of
// CodeMore says how many were left out.
const MaxFindings = 10_000

// sink gathers findings in bounded memory.
type sink struct {
	kept  [3][]Finding // errors, warnings, information
	more  int
	group map[string]*Finding // by code and value: said once, with a count
	order []string
}

func rank(s Severity) int {
	switch s {
	case Err:
		return 0
	case Warning:
		return 1
	}
	return 2
}

func (s *sink) add(f Finding) {
	r := rank(f.Severity)
	if len(s.kept[r]) >= MaxFindings {
		s.more++
		return
	}
	f.Value = clip(f.Value)
	s.kept[r] = append(s.kept[r], f)
}

// full reports whether a finding of this severity would only be counted.
func (s *sink) full(sev Severity) bool { return len(s.kept[rank(sev)]) >= MaxFindings }

// once adds f the first time that its code and key come, and counts in the
// argument "count" how often.
func (s *sink) once(key string, f Finding) {
	key = f.Code + "\x00" + key
	if g := s.group[key]; g != nil {
		n, _ := strconv.Atoi(g.Args["count"])
		g.Args["count"] = strconv.Itoa(n + 1)
		return
	}
	if len(s.order) >= MaxFindings {
		s.more++
		return
	}
	if s.group == nil {
		s.group = map[string]*Finding{}
	}
	if f.Args == nil {
		f.Args = map[string]string{}
	}
	f.Args["count"] = "1"
	s.group[key] = &f
	s.order = append(s.order, key)
}

// list returns the findings, sorted and cut.
func (s *sink) list() []Finding {
	for _, k := range s.order {
		s.add(*s.group[k])
	}
	s.group, s.order = nil, nil
	var out []Finding
	for _, k := range s.kept {
		n := min(len(k), MaxFindings-len(out))
		s.more += len(k) - n
		out = append(out, k[:n]...)
	}
	slices.SortStableFunc(out, Finding.Compare)
	if s.more > 0 {
		out = append(out, Finding{Code: CodeMore, Severity: Warning, Args: map[string]string{"count": strconv.Itoa(s.more)}})
	}
	return out
}

// Compare orders findings by file, line, column, code, entity, period, subject,
// rule and value.
func (f Finding) Compare(g Finding) int {
	a, b := f, g
	return cmp.Or(
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		strings.Compare(a.Code, b.Code),
		strings.Compare(a.Entity, b.Entity),
		a.Period.Compare(b.Period),
		strings.Compare(a.Subject, b.Subject),
		strings.Compare(a.Rule, b.Rule),
		strings.Compare(a.Value, b.Value),
	)
}

// clip shortens text of the input and makes it valid UTF-8.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		n := most
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
