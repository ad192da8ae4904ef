// Package locale writes numbers, periods and dates for people, in the five
// languages of the networks (es, ca, gl, eu, en), from its own tables: the
// same bytes on every machine, whatever its settings. Unknown languages are
// written as English.
package locale

import (
	"strconv"
	"strings"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
)

// Languages are the languages known, in the order in which they are offered.
func Languages() []string { return []string{"es", "ca", "gl", "eu", "en"} }

func comma(lang string) bool {
	switch lang {
	case "es", "ca", "gl", "eu":
		return true
	}
	return false
}

// Number is v with a fixed number of decimals (0 or more), digits in groups of
// three, and a true minus sign. A value that rounds to zero has no sign.
func Number(v float64, decimals int, lang string) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	s, negative := strings.CutPrefix(s, "-")
	if negative && strings.Trim(s, "0.") == "" {
		negative = false
	}
	whole, fraction, _ := strings.Cut(s, ".")
	group, point := byte(','), byte('.')
	if comma(lang) {
		group, point = '.', ','
	}
	var b strings.Builder
	if negative {
		b.WriteString("−")
	}
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(group)
		}
		b.WriteByte(whole[i])
	}
	if fraction != "" {
		b.WriteByte(point)
		b.WriteString(fraction)
	}
	return b.String()
}

// Signed is Number with a plus sign before what is greater than zero.
func Signed(v float64, decimals int, lang string) string {
	s := Number(v, decimals, lang)
	if v > 0 && strings.Trim(s, "0.,") != "" {
		return "+" + s
	}
	return s
}

// Percent is a percentage with its sign, apart by a no-break space but in English.
func Percent(v float64, decimals int, lang string) string {
	switch {
	case lang == "eu":
		return "%" + "\u00a0" + Number(v, decimals, lang)
	case comma(lang):
		return Number(v, decimals, lang) + "\u00a0%"
	}
	return Number(v, decimals, lang) + "%"
}

type words struct {
	months                   [12]string
	month, quarter, semester string // {m} {n} {y}
	week, school             string
	date                     string // {d} {m} {y}
}

var table = map[string]words{
	"es": {
		[12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		"{m} de {y}", "trimestre {n} de {y}", "semestre {n} de {y}", "semana {n} de {y}", "curso {y}", "{d} de {m} de {y}",
	},
	"ca": {
		[12]string{"gener", "febrer", "març", "abril", "maig", "juny", "juliol", "agost", "setembre", "octubre", "novembre", "desembre"},
		"{m} de {y}", "trimestre {n} de {y}", "semestre {n} de {y}", "setmana {n} de {y}", "curs {y}", "{d}/{m}/{y}",
	},
	"gl": {
		[12]string{"xaneiro", "febreiro", "marzo", "abril", "maio", "xuño", "xullo", "agosto", "setembro", "outubro", "novembro", "decembro"},
		"{m} de {y}", "trimestre {n} de {y}", "semestre {n} de {y}", "semana {n} de {y}", "curso {y}", "{d} de {m} de {y}",
	},
	"eu": {
		[12]string{"urtarrila", "otsaila", "martxoa", "apirila", "maiatza", "ekaina", "uztaila", "abuztua", "iraila", "urria", "azaroa", "abendua"},
		"{y}, {m}", "{y}, {n}. hiruhilekoa", "{y}, {n}. seihilekoa", "{y}, {n}. astea", "{y} ikasturtea", "{y}, {m}, {d}",
	},
	"en": {
		[12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		"{m} {y}", "quarter {n} of {y}", "semester {n} of {y}", "week {n} of {y}", "school year {y}", "{d} {m} {y}",
	},
}

func of(lang string) words {
	if w, ok := table[lang]; ok {
		return w
	}
	return table["en"]
}

func fill(pattern string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(pattern)
}

// Date is a day in full: "24 de noviembre de 2026".
func Date(t time.Time, lang string) string {
	y, m, d := t.Date()
	w := of(lang)
	return fill(w.date, "{d}", strconv.Itoa(d), "{m}", w.months[m-1], "{y}", strconv.Itoa(y))
}

// Period is a period in words: "2017", "enero de 2013", "trimestre 3 de 2024".
// What has no usual words is written in ISO 8601.
func Period(p period.Period, lang string) string {
	w := of(lang)
	s := p.String()
	if p.Rolling() > 0 {
		return s
	}
	switch p.Freq() {
	case period.Month:
		year, month, ok := strings.Cut(s, "-")
		n, err := strconv.Atoi(month)
		if !ok || err != nil || n < 1 || n > 12 {
			return s
		}
		return fill(w.month, "{m}", w.months[n-1], "{y}", year)
	case period.Quarter, period.Semester, period.Week:
		year, n, ok := strings.Cut(s, "-")
		if !ok || len(n) < 2 {
			return s
		}
		pattern := map[period.Freq]string{period.Quarter: w.quarter, period.Semester: w.semester, period.Week: w.week}[p.Freq()]
		return fill(pattern, "{n}", strings.TrimLeft(n[1:], "0"), "{y}", year)
	case period.SchoolYear:
		return fill(w.school, "{y}", s)
	}
	return s
}
