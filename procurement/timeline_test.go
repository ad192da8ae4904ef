package procurement

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

func scriptless(t *testing.T, s string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(strings.ReplaceAll(s, "<br>", "<br/>")))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
		if e, ok := tok.(xml.StartElement); ok {
			require.NotEqual(t, "script", e.Name.Local)
			for _, a := range e.Attr {
				require.False(t, strings.HasPrefix(a.Name.Local, "on"), "handler %s", a.Name.Local)
			}
		}
	}
}

func TestTimeline(t *testing.T) {
	rules := NewRules(town(t))
	for name, events := range map[string][]Event{"open": openCase(), "partnership": partnershipCase(), "hostile": hostile(), "empty": nil} {
		c := rules.NewCase("<script>" + name)
		require.NoError(t, c.Append(0, events...))
		for _, lang := range []string{"es", "en"} {
			s := c.Timeline(TimelineConfig{At: law.MustDate("2026-05-05"), Lang: lang})
			scriptless(t, s)
			require.Equal(t, s, c.Timeline(TimelineConfig{At: law.MustDate("2026-05-05"), Lang: lang}))
			require.NotContains(t, s, "http-equiv")
			if dir := os.Getenv("ALMOTACEN_DRAWINGS"); dir != "" {
				page := "<!doctype html><meta charset=utf-8><title>x</title>" + s
				require.NoError(t, os.WriteFile(filepath.Join(dir, "timeline-"+name+"-"+lang+".html"), []byte(page), 0o644))
			}
		}
	}
}

// TestTimelineKeepsCollusionSecret: the suspension is neither notified nor
// published (LCSP 150.1); no public output shows it.
func TestTimelineKeepsCollusionSecret(t *testing.T) {
	events := openCase()[:17]
	events = append(events, Event{Kind: CollusionReferred, Date: law.MustDate("2025-05-08"), Facts: []Fact{Yes(FactReasoned), No(FactDisclosed)}})
	c := NewRules(town(t)).NewCase("x")
	require.NoError(t, c.Append(0, events...))
	at := law.MustDate("2025-05-12")
	for _, lang := range []string{"es", "en"} {
		open := strings.ToLower(c.Timeline(TimelineConfig{At: at, Lang: lang}))
		require.NotContains(t, open, "colusi")
		require.NotContains(t, open, "collusi")
		require.Contains(t, strings.ToLower(c.Timeline(TimelineConfig{At: at, Lang: lang, Internal: true})), map[string]string{"es": "colusi", "en": "collusi"}[lang])
	}
}
