package collect

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/period"
)

// months are the names that people write, in the languages of the networks and
// in English, without accents.
var months = map[string]time.Month{
	"enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8, "septiembre": 9, "setiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12,
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
	"gener": 1, "febrer": 2, "marc": 3, "maig": 5, "juny": 6, "juliol": 7, "agost": 8, "setembre": 9, "novembre": 11, "desembre": 12,
	"xaneiro": 1, "febreiro": 2, "maio": 5, "xuno": 6, "xullo": 7, "setembro": 9, "outubro": 10, "novembro": 11, "decembro": 12,
	"urtarrila": 1, "otsaila": 2, "martxoa": 3, "apirila": 4, "maiatza": 5, "ekaina": 6, "uztaila": 7, "abuztua": 8, "iraila": 9, "urria": 10, "azaroa": 11, "abendua": 12,
	"ene": 1, "feb": 2, "mar": 3, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dic": 12, "jan": 1, "apr": 4, "aug": 8, "dec": 12,
}

// part names units of a year, and ordinals their numbers.
var (
	part     = map[string]period.Freq{"t": period.Quarter, "q": period.Quarter, "tr": period.Quarter, "trim": period.Quarter, "trimestre": period.Quarter, "quarter": period.Quarter, "s": period.Semester, "sem": period.Semester, "semestre": period.Semester, "semester": period.Semester, "h": period.Semester}
	ordinals = map[string]int{"primer": 1, "primero": 1, "segundo": 2, "tercer": 3, "tercero": 3, "cuarto": 4, "first": 1, "second": 2, "third": 3, "fourth": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
	fillers  = map[string]bool{"de": true, "del": true, "of": true, "o": true, "er": true, "a": true, "st": true, "nd": true, "rd": true, "th": true, "ano": true, "year": true, "ejercicio": true}
	schools  = map[string]bool{"curso": true, "school": true, "academico": true, "escolar": true}
)

// when is a text read as a period.
type when struct {
	p    period.Period
	code string // why it is not taken; "" if it is
	hint string // the readings, or what to write
}

const firstYear, lastYear = 1900, 2100 // of collected figures; other numbers are no years

// parsePeriod reads the spellings of period.Parse and those that people use:
// 31/12/2024, 03/2024, marzo de 2024, 3T2024, primer trimestre de 2024, curso
// 2024/25. A date of two readings is taken only by order ("dmy" or "mdy").
func parsePeriod(s, order string) when {
	s = strings.TrimFunc(s, space)
	if s == "" || len(s) > period.MaxLen {
		return when{code: CodePeriodUnreadable}
	}
	w := when{code: CodePeriodUnreadable}
	if p, err := period.Parse(strings.ToUpper(s)); err == nil {
		w = when{p: p}
	} else {
		w = human(s, order)
	}
	if y := w.p.Year(); w.code == "" && (y < firstYear || y > lastYear) {
		return when{code: CodePeriodUnreadable}
	}
	return w
}

func human(s, order string) when {
	bad := when{code: CodePeriodUnreadable}
	s = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(s, ".000"), "00:00:00"), "00:00")
	s = strings.TrimRight(strings.TrimSuffix(s, "T"), " ")
	tok := tokens(fold(s), s)
	var nums [3]int
	numeric := len(tok) <= 3 && len(tok) > 0
	for i, t := range tok {
		if !isDigits(t) || len(t) > 6 {
			numeric = false
			break
		}
		if i < 3 {
			nums[i], _ = strconv.Atoi(t)
		}
	}
	if numeric {
		return numbers(s, tok, nums, order)
	}
	var words []string
	school := false
	for _, t := range tok {
		switch {
		case schools[t]:
			school = true
		case !fillers[t]:
			words = append(words, t)
		}
	}
	if school {
		if len(words) == 2 && isYear(words[0]) && isDigits(words[1]) {
			return schoolYear(words[0], words[1])
		}
		return bad
	}
	return worded(words)
}

// numbers reads texts of one to three numbers.
func numbers(s string, tok []string, n [3]int, order string) when {
	bad := when{code: CodePeriodUnreadable}
	switch len(tok) {
	case 1:
		if len(tok[0]) == 5 && n[0] >= 20000 && n[0] < 80000 {
			return when{code: CodePeriodSerial}
		}
		if len(tok[0]) == 6 && n[0]%100 >= 1 && n[0]%100 <= 12 && n[0]/100 >= firstYear && n[0]/100 <= lastYear {
			y, m := strconv.Itoa(n[0]/100), tok[0][4:]
			return when{code: CodePeriodAmbiguous, hint: y + "-" + m}
		}
		return bad
	case 2:
		switch {
		case strings.ContainsAny(s, ".,"): // 2024.5, 45657,25
			if len(tok[0]) == 5 {
				return when{code: CodePeriodSerial}
			}
			if !(len(tok[0]) <= 2 && isYear(tok[1])) {
				return bad
			}
			return of(period.Monthly(n[1], time.Month(n[0])))
		case isYear(tok[0]) && isYear(tok[1]):
			return schoolYear(tok[0], tok[1])
		case isYear(tok[0]) && len(tok[1]) <= 2:
			if len(tok[1]) == 1 {
				return when{code: CodePeriodAmbiguous, hint: tok[0] + "-0" + tok[1] + ", " + tok[0] + "-Q" + tok[1] + ", " + tok[0] + "-S" + tok[1]}
			}
			next := len(tok[1]) == 2 && n[1] == (n[0]+1)%100
			month := n[1] >= 1 && n[1] <= 12
			switch {
			case next && month:
				return when{code: CodePeriodAmbiguous, hint: period.Monthly(n[0], time.Month(n[1])).String() + ", " + period.School(n[0]).String()}
			case next:
				return of(period.School(n[0]))
			}
			return of(period.Monthly(n[0], time.Month(n[1])))
		case len(tok[0]) <= 2 && isYear(tok[1]):
			return of(period.Monthly(n[1], time.Month(n[0])))
		}
		return bad
	}
	switch {
	case isYear(tok[0]) && len(tok[1]) <= 2 && len(tok[2]) <= 2: // 2024/12/31
		return of(period.Daily(n[0], time.Month(n[1]), n[2]))
	case len(tok[0]) <= 2 && len(tok[1]) <= 2 && isYear(tok[2]):
		dmy := period.Daily(n[2], time.Month(n[1]), n[0])
		mdy := period.Daily(n[2], time.Month(n[0]), n[1])
		switch {
		case order == "dmy":
			return of(dmy)
		case order == "mdy":
			return of(mdy)
		case !dmy.IsZero() && !mdy.IsZero() && dmy != mdy:
			return when{code: CodePeriodAmbiguous, hint: dmy.String() + ", " + mdy.String()}
		case !dmy.IsZero():
			return of(dmy)
		}
		return of(mdy)
	}
	return bad
}

// worded reads tokens of which one at least is a word.
func worded(w []string) when {
	bad := when{code: CodePeriodUnreadable}
	for i, t := range w {
		m, ok := months[t]
		if !ok {
			continue
		}
		rest := append(append([]string{}, w[:i]...), w[i+1:]...)
		switch {
		case len(rest) == 1 && isYear(rest[0]):
			return of(period.Monthly(atoi(rest[0]), m))
		case len(rest) == 2 && len(rest[0]) <= 2 && isDigits(rest[0]) && isYear(rest[1]):
			return of(period.Daily(atoi(rest[1]), m, atoi(rest[0])))
		}
		return bad
	}
	var f period.Freq
	year, n := 0, 0
	for _, t := range w {
		switch {
		case part[t] != period.None && f == period.None:
			f = part[t]
		case isYear(t) && year == 0:
			year = atoi(t)
		case len(t) == 1 && isDigits(t) && n == 0:
			n = atoi(t)
		case ordinals[t] > 0 && n == 0:
			n = ordinals[t]
		default:
			return bad
		}
	}
	switch {
	case year == 0 || n == 0:
		if year != 0 && len(w) == 1 {
			return of(period.Yearly(year))
		}
		return bad
	case f == period.Quarter:
		return of(period.Quarterly(year, n))
	case f == period.Semester:
		return of(period.Semestral(year, n))
	}
	return bad
}

func of(p period.Period) when {
	if p.IsZero() {
		return when{code: CodePeriodUnreadable}
	}
	return when{p: p}
}

func schoolYear(a, b string) when {
	y, z := atoi(a), atoi(b)
	if len(b) == 4 && z == y+1 || len(b) == 2 && z == (y+1)%100 {
		return of(period.School(y))
	}
	return when{code: CodePeriodUnreadable}
}

// isYear reports whether s is a year of four digits in which figures are
// collected.
func isYear(s string) bool {
	return len(s) == 4 && isDigits(s) && atoi(s) >= firstYear && atoi(s) <= lastYear
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// tokens cuts a folded text into runs of letters and of digits. It gives none
// if the text holds a sign that dates do not have.
func tokens(s, raw string) []string {
	if strings.ContainsAny(raw, ":;+*?!()[]=<>") {
		return nil
	}
	var out []string
	kind := 0
	from := 0
	flush := func(i int) {
		if kind != 0 {
			out = append(out, s[from:i])
		}
	}
	for i, r := range s {
		k := 0
		switch {
		case r >= '0' && r <= '9':
			k = 1
		case unicode.IsLetter(r):
			k = 2
		}
		if k != kind {
			flush(i)
			kind, from = k, i
		}
	}
	flush(len(s))
	return out
}

// periodFor is the period of a variable that p names: p itself, or, of a stock,
// the period whose moment the day p is.
func periodFor(v *indicators.Variable, p period.Period) (period.Period, bool) {
	if p.Rolling() > 0 {
		return period.Period{}, false
	}
	if p.Freq() == v.Frequency {
		return p, true
	}
	if p.Freq() != period.Day || v.Temporal != indicators.Stock {
		return period.Period{}, false
	}
	q, ok := p.Enclosing(v.Frequency)
	if !ok {
		return period.Period{}, false
	}
	moment := q.LastDay()
	if v.Moment == "start" {
		moment = q.FirstDay()
	}
	return q, moment == p
}
