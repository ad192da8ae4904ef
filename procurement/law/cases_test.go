package law

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCases runs testdata/cases.txt; the file says what its lines mean.
func TestCases(t *testing.T) {
	data, err := os.ReadFile("testdata/cases.txt")
	require.NoError(t, err)
	count := map[string]int{}
	for n, line := range strings.Split(string(data), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		question, rest, ok := strings.Cut(line, " -> ")
		require.True(t, ok, line)
		want, article, ok := strings.Cut(rest, " | ")
		require.True(t, ok, line)
		verb, question, _ := strings.Cut(question, " ")
		var got, cited string
		switch verb {
		case "figure":
			got, cited = askFigure(t, question)
		case "share":
			got, cited = askShare(t, question)
		case "period":
			got, cited = askPeriod(t, question)
		case "deadline", "before":
			got, cited = askDeadline(t, verb, question)
		default:
			t.Fatalf("cases.txt:%d: no verb %q", n+1, verb)
		}
		count[verb]++
		if got != want || !strings.Contains(cited, article) {
			t.Errorf("cases.txt:%d: %s\n got  %s | %s\n want %s | %s", n+1, line, got, cited, want, article)
		}
	}
	total := 0
	for _, n := range count {
		total += n
	}
	t.Logf("%d dated legal cases: %v", total, count)
	require.GreaterOrEqual(t, total, 60)
}

func citeError(t *testing.T, err error) (string, string) {
	t.Helper()
	u, ok := err.(*Unknown)
	require.True(t, ok, "%v", err)
	return "unknown", u.Source.Cite()
}

func parseAll(t *testing.T, contract, body string) (c Contract, b Body) {
	t.Helper()
	require.NoError(t, c.UnmarshalText([]byte(contract)))
	require.NoError(t, b.UnmarshalText([]byte(body)))
	return c, b
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func askFigure(t *testing.T, q string) (string, string) {
	f := strings.Fields(q)
	c, b := parseAll(t, f[2], f[3])
	fig, err := Lookup(Kind(f[0]), MustDate(f[1]), c, b)
	if err != nil {
		return citeError(t, err)
	}
	m, err := ParseMoney(strings.Join(f[4:], " "))
	require.NoError(t, err)
	got, err := fig.Applies(m)
	if err != nil {
		return citeError(t, err)
	}
	return yesNo(got), fig.Source.Cite()
}

func askShare(t *testing.T, q string) (string, string) {
	f := strings.Fields(q)
	c, b := parseAll(t, f[2], "local")
	fig, err := Lookup(Kind(f[0]), MustDate(f[1]), c, b)
	if err != nil {
		return citeError(t, err)
	}
	part, err := strconv.ParseInt(f[3], 10, 64)
	require.NoError(t, err)
	whole, err := strconv.ParseInt(f[4], 10, 64)
	require.NoError(t, err)
	got, err := fig.AppliesShare(part, whole)
	require.NoError(t, err)
	return yesNo(got), fig.Source.Cite()
}

func askPeriod(t *testing.T, q string) (string, string) {
	step, rest, ok := strings.Cut(q, " | ")
	require.True(t, ok, q)
	day, rest, _ := strings.Cut(rest, " ")
	names := map[string]Fact{"harmonised": FactHarmonised, "urgent": FactUrgent, "prior": FactPriorNotice, "electronic": FactElectronic, "everyday": FactEveryday,
		"paper": FactPaper, "price": FactPriceOnly, "abnormal": FactAbnormal, "appealable": FactAppealable, "complex": FactComplexReport}
	var f Facts
	for _, word := range strings.Fields(rest) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "procedure":
			require.NoError(t, f.Procedure.UnmarshalText([]byte(value)))
		case "contract":
			require.NoError(t, f.Contract.UnmarshalText([]byte(value)))
		default:
			var v Truth
			require.NoError(t, v.UnmarshalText([]byte(value)))
			require.Contains(t, names, name)
			f.set(names[name], v)
		}
	}
	r, err := Require(Step(step), MustDate(day), f)
	if err != nil {
		return citeError(t, err)
	}
	var cited []string
	for _, s := range r.Sources {
		cited = append(cited, s.Cite())
	}
	got := r.Bound.String() + " " + r.Period.String()
	if !r.Also.IsZero() {
		got += " and " + r.Also.String()
	}
	return got, strings.Join(cited, ", ")
}

func askDeadline(t *testing.T, verb, q string) (string, string) {
	f := strings.Fields(q)
	n, err := strconv.Atoi(f[1])
	require.NoError(t, err)
	p := Period{N: n}
	cfg := CalendarConfig{Name: "cases"}
	regime := Spanish
	words := []string{}
	for _, w := range f[2:] {
		switch {
		case strings.HasPrefix(w, "+"):
			cfg.Holidays = append(cfg.Holidays, Holiday{Date: MustDate(w[1:]), Level: LocalDay, Name: "local feast"})
		case w == "european":
			regime = European
		default:
			words = append(words, strings.TrimSuffix(w, "s"))
		}
	}
	units := map[string]Unit{"calendar day": CalendarDays, "working day": WorkingDays, "month": Months, "year": Years}
	p.Unit = units[strings.Join(words, " ")]
	cal, err := NewCalendar(cfg)
	require.NoError(t, err)
	count := cal.Deadline
	if verb == "before" {
		count = cal.Before
	}
	d, err := count(MustDate(f[0]), p, regime)
	if err != nil {
		return citeError(t, err)
	}
	var cited []string
	for _, r := range d.Reasons("es") {
		cited = append(cited, r.Source.Cite())
	}
	return d.Last.String(), strings.Join(cited, ", ")
}
