package procurement

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDrawings: every model is drawn in both languages, the same each time, as
// well-formed XML that a screen reader can name, with every state and event.
// ALMOTACEN_DRAWINGS names a folder to write them to, for eyes.
func TestDrawings(t *testing.T) {
	dir := os.Getenv("ALMOTACEN_DRAWINGS")
	for _, m := range Models() {
		for _, lang := range []string{"es", "en"} {
			svg, dot, text := m.SVG(lang), m.DOT(lang), m.Text(lang)
			again, err := ModelByID(m.ID)
			require.NoError(t, err)
			require.Equal(t, svg, again.SVG(lang))
			dec := xml.NewDecoder(strings.NewReader(svg))
			seen := map[string]int{}
			for {
				tok, err := dec.Token()
				if err == io.EOF {
					break
				}
				require.NoError(t, err, m.ID)
				if s, ok := tok.(xml.StartElement); ok {
					seen[s.Name.Local]++
				}
			}
			require.NotZero(t, seen["title"])
			require.Equal(t, 1, seen["desc"])
			require.Zero(t, seen["script"])
			require.Equal(t, strings.Count(dot, "{"), strings.Count(dot, "}"))
			for _, s := range m.States() {
				require.Contains(t, text, s.Info().Label.In(lang))
				require.Contains(t, svg, s.Info().Label.In(lang))
				require.Contains(t, dot, `"`+s.String()+`"`)
			}
			for _, k := range m.Events() {
				require.Contains(t, text, k.Info().Label.In(lang))
			}
			if dir != "" {
				for ext, s := range map[string]string{"svg": svg, "dot": dot, "txt": text} {
					require.NoError(t, os.WriteFile(filepath.Join(dir, m.ID+"-"+lang+"."+ext), []byte(s), 0o644))
				}
			}
		}
	}
}

// TestModelJSON: models and guards are data for other languages too: written
// with the names of states, events, facts and documents, never their numbers.
func TestModelJSON(t *testing.T) {
	for _, m := range Models() {
		b, err := json.Marshal(struct {
			Model  *Model
			Guards []Guard
		}{m, m.Guards()})
		require.NoError(t, err)
		var back struct {
			Model struct {
				Regions     []string
				Start       []string
				Transitions []struct {
					Event, From, To string
					While           []string
					Also            []struct{ From, To string }
				}
			}
			Guards []struct {
				ID, Force string
				On        []string
				Need      []struct{ Op, Fact, Custom, Event string }
			}
		}
		require.NoError(t, json.Unmarshal(b, &back), "%s", b)
		require.Len(t, back.Model.Transitions, len(m.Transitions))
		for i, x := range back.Model.Transitions {
			require.Equal(t, m.Transitions[i].Event.String(), x.Event)
			require.Equal(t, m.Transitions[i].From.String(), x.From)
			require.Equal(t, m.Transitions[i].To.String(), x.To)
		}
		for _, g := range back.Guards {
			for _, n := range g.Need {
				require.NotEmpty(t, n.Op, g.ID)
			}
		}
	}
}
