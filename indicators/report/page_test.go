package report_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/report"
	"github.com/almotacen/almotacen/indicators/round"
	"github.com/almotacen/almotacen/internal/locale"
)

// element is a start tag of a page, with the text inside.
type element struct {
	name   string
	attr   map[string]string
	text   string
	inside []string // names of what it stands in
}

// elements reads a page as balanced markup: every tag closed, in order.
func elements(t *testing.T, page string) []*element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(page, "<!DOCTYPE html>\n")))
	d.Strict, d.AutoClose, d.Entity = false, []string{"meta", "br"}, xml.HTMLEntity
	var out, open []*element
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{name: x.Name.Local, attr: map[string]string{}}
			for _, a := range x.Attr {
				require.NotContains(t, e.attr, a.Name.Local, "attribute twice")
				e.attr[a.Name.Local] = a.Value
			}
			for _, o := range open {
				e.inside = append(e.inside, o.name)
			}
			out, open = append(out, e), append(open, e)
		case xml.EndElement:
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1].name, x.Name.Local)
			open = open[:len(open)-1]
		case xml.CharData:
			for _, o := range open {
				o.text += string(x)
			}
		}
	}
	require.Empty(t, open)
	return out
}

// check fails on what no report may have.
func check(t *testing.T, page string) []*element {
	t.Helper()
	all := elements(t, page)
	ids, h1, level := map[string]bool{}, 0, 0
	regions := map[string]bool{}
	for _, e := range all {
		if id, ok := e.attr["id"]; ok {
			require.False(t, ids[id], "id %s twice", id)
			require.Regexp(t, `^[a-z][a-z0-9-]*$`, id)
			ids[id] = true
		}
	}
	for i, e := range all {
		require.NotContains(t, []string{"script", "iframe", "img", "link", "object", "embed", "form", "base"}, e.name)
		for name, value := range e.attr {
			require.False(t, strings.HasPrefix(name, "on"), "handler %s", name)
			require.NotContains(t, []string{"src", "srcset", "style", "srcdoc"}, name)
			switch {
			case name == "href" && strings.HasPrefix(value, "#"):
				require.True(t, ids[value[1:]], "link to %s, which is not there", value)
			case name == "href":
				require.Equal(t, "a", e.name)
				require.Regexp(t, `^(https?://|mailto:)`, value)
			case name == "aria-labelledby":
				for _, id := range strings.Fields(value) {
					require.True(t, ids[id], "no %s", id)
				}
			}
		}
		switch e.name {
		case "h1", "h2", "h3", "h4":
			n := int(e.name[1] - '0')
			require.LessOrEqual(t, n, level+1, "%s after h%d: %s", e.name, level, e.text)
			require.NotEmpty(t, strings.TrimSpace(e.text))
			if level = n; n == 1 {
				h1++
			}
		case "th":
			require.NotEmpty(t, e.attr["scope"])
		case "table":
			require.Equal(t, "caption", all[i+1].name)
		case "section":
			if name := e.attr["aria-label"]; name != "" {
				require.False(t, regions[name], "two regions named %q", name)
				regions[name] = true
			}
		case "svg":
			if e.attr["aria-hidden"] != "true" {
				require.Equal(t, "img", e.attr["role"])
				require.Equal(t, "title", all[i+1].name)
				require.Equal(t, "desc", all[i+2].name)
				require.NotEmpty(t, all[i+2].text)
			}
		}
	}
	require.Equal(t, 1, h1)
	lacks(t, page, "%!")
	require.Empty(t, regexp.MustCompile(`NaN|[+-]Inf`).FindString(page))
	if unfilled := regexp.MustCompile(`\{(n|of|k|v|c|p|i|f|u|m|by|how)2?\}`).FindString(page); !strings.Contains(page, "Leganes {n}") {
		require.Empty(t, unfilled)
	}
	contains(t, page, `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:`)
	return all
}

func TestPage(t *testing.T) {
	r := full(t)
	for _, lang := range report.Languages() {
		page := html(t, r, lang)
		all := check(t, page)
		require.Equal(t, lang, all[0].attr["lang"])
		for _, id := range []string{"summary", "reading", "network", "indicators", "cities", "conclusions", "quality", "method", "provenance", "reproduce", "accessibility"} {
			contains(t, page, `id="`+id+`"`)
		}
		for _, c := range r.Network.Cities {
			contains(t, page, `id="city-`+c.Code+`"`)
		}
		for _, x := range r.Conclusions {
			contains(t, page, strings.ReplaceAll(x.Text[lang], "'", "&#39;"))
		}
	}
	es := html(t, r, "es")
	for _, words := range []string{"no recogido", "no existe en este territorio", "secreto estadístico", "otra definición", "otra renta", "municipio de referencia", "Falta: Visitas.", "main.csv, fila 5, columna 3", "Hacienda propia."} {
		contains(t, es, words)
	}
}

// Every value on the page is the cube's, bit by bit and as it is written, and
// every value of the cube in its reference period is on the page.
func TestValues(t *testing.T) {
	r := full(t)
	for _, lang := range report.Languages() {
		seen := map[string]bool{}
		for _, e := range check(t, html(t, r, lang)) {
			if e.name != "data" {
				continue
			}
			key := strings.Split(e.attr["data-k"], "|")
			require.Len(t, key, 3)
			at := period.MustParse(key[1])
			v, err := strconv.ParseFloat(e.attr["value"], 64)
			require.NoError(t, err)
			want := 0.0
			if key[0] == "*" {
				x := slices.IndexFunc(r.Comparison.Indicators, func(x compare.Indicator) bool { return x.ID == key[2] })
				p := slices.IndexFunc(r.Comparison.Indicators[x].Series, func(p compare.NetworkPoint) bool { return p.Period == at })
				want = *r.Comparison.Indicators[x].Series[p].Value
			} else {
				c := r.Indicators.At(cube.Key{Entity: key[0], Period: at}, key[2])
				require.True(t, c.Status.Observed())
				want = c.Value
			}
			require.Equal(t, want, v, "%v", key)
			d, _ := r.Catalogue.Indicator(key[2])
			require.Equal(t, locale.Number(v, d.Decimals, lang), e.text)
			seen[e.attr["data-k"]] = true
		}
		n := 0
		for _, x := range r.Comparison.Indicators {
			for _, p := range x.Positions {
				if p.Cell.Status.Observed() {
					require.True(t, seen[p.Entity+"|"+x.Period.String()+"|"+x.ID], "%s %s", p.Entity, x.ID)
					n++
				}
			}
		}
		require.Greater(t, n, 40)
	}
}

// A name with markup changes no tag of the page.
func TestInjection(t *testing.T) {
	tags := func(page string) []string {
		var out []string
		for _, e := range check(t, page) {
			names := make([]string, 0, len(e.attr))
			for name := range e.attr {
				names = append(names, name)
			}
			slices.Sort(names)
			if e.name != "bdi" {
				out = append(out, e.name+" "+strings.Join(names, " "))
			}
		}
		return out
	}
	want := tags(html(t, full(t), "es"))
	for _, name := range []string{
		`Leganes<script>alert(1)</script>`, `Leganes" onmouseover="alert(1)`, `Leganes'><img src=x onerror=alert(1)>`, `Leganes</title></svg>`,
		"Leganes\u202e\u2066", "Legan\u05d0\u05d1\u05d2", "Leganes&amp;&lt;", "Leganes]]>--><!--", strings.Repeat("Leganes", 25), "Leganes {n} {v} {c}",
	} {
		page := html(t, measure(t, options{name: name, inputs: true, cities: true}), "es")
		lacks(t, page, "<script")
		lacks(t, page, "\u202e")
		require.Equal(t, want, tags(page), "%q", name)
	}
}

func TestSame(t *testing.T) {
	r := full(t)
	for _, lang := range report.Languages() {
		first := html(t, r, lang)
		require.Equal(t, first, html(t, r, lang))
		require.Equal(t, first, html(t, full(t), lang))
	}
	files, err := report.Files()(r)
	require.NoError(t, err)
	require.Len(t, files, 2)
	require.Equal(t, html(t, r, "en"), string(files["report.en.html"]))
	b, err := report.AppendHTML([]byte("before"), r, report.Config{})
	require.NoError(t, err)
	require.Equal(t, "before"+html(t, r, "es"), string(b))
}

func TestNothing(t *testing.T) {
	for _, o := range []options{{name: "X", cities: true}, {}, {inputs: true}} {
		r := measure(t, o)
		for _, lang := range report.Languages() {
			check(t, html(t, r, lang))
		}
	}
	bare := measure(t, options{})
	bare.Program, bare.Coverage, bare.Conclusions = nil, nil, nil
	check(t, html(t, bare, "es"))
	few := full(t)
	few.Program = nil
	check(t, html(t, few, "es"))
}

// A confidential value is nowhere on the page, whatever else is known of it.
func TestConfidential(t *testing.T) {
	r := full(t)
	x := slices.IndexFunc(r.Comparison.Indicators, func(x compare.Indicator) bool { return x.ID == "people.income" })
	p := &r.Comparison.Indicators[x].Positions[1]
	secret := strconv.FormatFloat(p.Cell.Value, 'g', -1, 64)
	require.Contains(t, html(t, r, "en"), `value="`+secret+`"`)
	p.Cell.Status = p.Cell.Status.WithConfidentiality(cube.Primary)
	p.Ranked, p.Why = false, compare.WhyConfidential
	r.Program, r.Conclusions = nil, nil
	page := html(t, r, "en")
	lacks(t, page, secret)
	lacks(t, page, locale.Number(p.Cell.Value, 2, "en"))
	contains(t, page, "confidential figure")
	check(t, page)
}

func TestFindings(t *testing.T) {
	r := full(t)
	for i := range 500 {
		r.Findings = append(r.Findings, collect.Finding{Code: collect.CodeRange, Severity: collect.Err, File: "main.csv", Line: i + 2, Column: 3, Entity: "28079", Subject: "population", Value: "-5"})
	}
	b, err := report.AppendHTML(nil, r, report.Config{Language: "en", MaxFindings: 10})
	require.NoError(t, err)
	page := string(b)
	check(t, page)
	contains(t, page, "Errors: the first 10 of 500")
	contains(t, page, "main.csv, row 11, column 3")
	lacks(t, page, "main.csv, row 300, column 3")
}

func TestErrors(t *testing.T) {
	r := full(t)
	var e *report.Error
	_, err := report.AppendHTML(nil, r, report.Config{Language: "fr"})
	require.True(t, errors.As(err, &e))
	require.Equal(t, report.CodeLanguage, e.Code)
	require.ErrorContains(t, err, "fr")
	b, err := report.AppendHTML([]byte("x"), nil, report.Config{})
	require.True(t, errors.As(err, &e))
	require.Equal(t, report.CodeResult, e.Code)
	require.Equal(t, "x", string(b))
	_, err = report.AppendHTML(nil, &round.Result{}, report.Config{})
	require.Error(t, err)
	_, err = report.Files(report.Config{}, report.Config{Language: "es"})(r)
	require.ErrorContains(t, err, "report.es.html")
}

// contains and lacks do not print the page.
func contains(t *testing.T, page, s string) {
	t.Helper()
	require.True(t, strings.Contains(page, s), "no %q", s)
}

func lacks(t *testing.T, page, s string) {
	t.Helper()
	require.False(t, strings.Contains(page, s), "there is %q", s)
}
