package procurement

import (
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
