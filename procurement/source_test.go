package procurement

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/procurement/law"
)

// sources are every source that the model cites, by who cites it.
func sources() map[string]law.Source {
	out := map[string]law.Source{}
	for _, k := range Kinds() {
		out["event "+k.Name] = k.Source
	}
	for _, g := range Guards() {
		out["guard "+g.ID] = g.Source
	}
	return out
}

// section cuts "146.2.a" out of an act.
func section(act, article string) (string, bool) {
	head := article
	parts := strings.Split(article, ".")
	switch {
	case strings.HasPrefix(article, "DA "):
		parts = strings.Split(article[3:], ".")
		head = "Disposición adicional " + map[string]string{"2": "segunda", "3": "tercera"}[parts[0]]
	case strings.HasPrefix(article, "DT 1"):
		head = "Disposición transitoria primera"
	default:
		head = "Artículo " + parts[0]
	}
	at := regexp.MustCompile(`(?m)^#+ ` + regexp.QuoteMeta(strings.ReplaceAll(head, "\u00a0", " ")) + `\.`).FindStringIndex(act)
	if at == nil {
		return "", false
	}
	text := act[at[1]:]
	if end := strings.Index(text, "\n#"); end >= 0 {
		text = text[:end]
	}
	text = "\n" + regexp.MustCompile(`(?m)^> <small>.*$`).ReplaceAllString(text, "")
	for _, p := range parts[1:] {
		next := string(p[0]+1) + ") "
		if n, err := strconv.Atoi(p); err == nil {
			next = strconv.Itoa(n+1) + ". "
			p += ". "
		} else {
			p += ") "
		}
		_, after, ok := strings.Cut(text, "\n"+p)
		if !ok {
			return "", false
		}
		text, _, _ = strings.Cut(after, "\n"+next)
		text = "\n" + text
	}
	return text, true
}

// TestConformanceModelText: what is marked as read quotes words that stand in
// the article in the consolidated text.
func TestConformanceModelText(t *testing.T) {
	dir := testcorpus.Dir(t, "procurement")
	acts := map[string]string{}
	for act, id := range map[string]string{"LCSP": "BOE-A-2017-12902", "LCTI": "BOE-A-2011-9617", "LPAC": "BOE-A-2015-10565"} {
		b, err := os.ReadFile(filepath.Join(dir, "law", id+".md"))
		require.NoError(t, err)
		acts[act] = strings.ReplaceAll(string(b), "\u00a0", " ")
	}
	pass, fail := 0, 0
	var skips []string
	all := sources()
	for _, who := range slices.Sorted(maps.Keys(all)) {
		s := all[who]
		switch {
		case s.Mark != law.Text:
			require.Empty(t, s.Quote, who)
			skips = append(skips, who+": "+s.String())
		case s.Quote == "":
			fail++
			t.Errorf("%s: %s is marked as read and quotes nothing", who, s.Cite())
		default:
			text, ok := section(acts[s.Act], s.Article)
			if !ok || !strings.Contains(text, s.Quote) {
				fail++
				t.Errorf("%s: %s: not in the article: %q", who, s.Cite(), s.Quote)
				continue
			}
			pass++
		}
	}
	testcorpus.Conformance(t, "procurement/text", pass, fail, skips)
}

// TestGuardsDocument keeps docs/procurement-guards.md, by which a second person
// checks the rules of the model; ALMOTACEN_UPDATE=1 writes it.
func TestGuardsDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Checks of the process models\n\nMade from the tables of `procurement`; do not edit. ✓ the words stand in the article, ◐ secondary source only, ○ not verified.\n" +
		"A check judges its acts; when its conditions hold, what it asks must hold.\n\n| check | acts | models | asks | article | words | effect of a breach |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	for _, g := range Guards() {
		var acts []string
		for _, k := range g.On {
			acts = append(acts, k.String())
		}
		models := "all"
		if len(g.Models) > 0 {
			models = strings.Join(g.Models, ", ")
		}
		b.WriteString("| " + g.ID + " | " + strings.Join(acts, ", ") + " | " + models + " | " + cell.Replace(g.Demand.EN) + " | " + g.Source.String() + " | " + cell.Replace(g.Source.Quote) + " | " + cell.Replace(g.Effect.EN) + " |\n")
	}
	const name = "../docs/procurement-guards.md"
	if os.Getenv("ALMOTACEN_UPDATE") == "1" {
		require.NoError(t, os.WriteFile(name, []byte(b.String()), 0o644))
	}
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(got), "run ALMOTACEN_UPDATE=1 go test ./procurement -run GuardsDocument")
}
