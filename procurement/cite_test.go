package procurement

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/procurement/law"
)

// TestConformanceCitations looks up every article that tables and plans cite:
// that it exists, down to the numbered paragraph and the letter.
func TestConformanceCitations(t *testing.T) {
	dir := testcorpus.Dir(t, "procurement")
	data, err := os.ReadFile(filepath.Join(dir, "law", "BOE-A-2017-12902.md"))
	require.NoError(t, err)
	data = bytes.ReplaceAll(data, []byte("\u00a0"), []byte(" "))
	articles := map[string]string{}
	heads := regexp.MustCompile(`(?m)^#{3,} (?:Artículo (\d+)\.|Disposición adicional ([^.]+)\.|.*)`).FindAllSubmatchIndex(data, -1)
	ordinals := map[string]string{"segunda": "DA 2", "octava": "DA 8", "duodécima": "DA 12", "decimoquinta": "DA 15"}
	for i, m := range heads {
		end := len(data)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		if m[2] >= 0 {
			articles[string(data[m[2]:m[3]])] = "\n" + string(data[m[1]:end])
		}
		if m[4] >= 0 {
			articles[ordinals[string(data[m[4]:m[5]])]] = "\n" + string(data[m[1]:end])
		}
	}
	cited := map[string]bool{}
	cite := func(s law.Source) {
		if s.Act == "LCSP" {
			for _, a := range strings.Split(s.Article, "; ") {
				cited[a] = true
			}
		}
	}
	for _, day := range []string{"2019-06-01", "2026-06-01"} {
		for _, table := range Tables(law.MustDate(day)) {
			for _, r := range table.Rows {
				cite(r.Source)
			}
		}
	}
	for k, a := range partSources {
		require.NotEmpty(t, k.String())
		cite(lcspArticle(a))
	}
	cal := testCalendar(t)
	for _, p := range law.Procedures() {
		for _, harmonised := range []law.Truth{law.Yes, law.No} {
			f := fullFacts(p, law.Supplies, harmonised)
			f.PriorNotice, f.Abnormal = harmonised, law.Yes
			b := &builder{config: PlanConfig{Start: law.MustDate("2026-06-01"), Calendar: cal, Facts: f, Consultation: true, Standstill: law.Working(20)}}
			for _, sp := range b.specs() {
				for _, l := range sp.links {
					cite(l.source)
				}
			}
		}
	}
	pass, fail := 0, 0
	var skips []string
	for a := range cited {
		parts := strings.Split(a, ".")
		text, ok := articles[parts[0]]
		// Articles 118, 159 and 168 letter or number their parts in their own ways.
		for _, p := range parts[1:] {
			if !ok {
				break
			}
			mark := "\n" + p + ". "
			switch n, err := strconv.Atoi(p); {
			case err != nil:
				mark = "\n" + p + ") "
			case strings.HasPrefix(a, "168.") || strings.HasPrefix(a, "159.4.f."):
				mark = "\n" + strconv.Itoa(n) + ".º "
			}
			_, text, ok = strings.Cut(text, mark)
			text = "\n" + text
		}
		if !ok {
			fail++
			t.Errorf("LCSP %s: no such article", a)
			continue
		}
		pass++
	}
	testcorpus.Conformance(t, "procurement/citations", pass, fail, skips)
}
