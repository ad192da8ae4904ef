package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/csvmap"
	"github.com/almotacen/almotacen/telemetry/gbfs"
	"github.com/almotacen/almotacen/telemetry/gtfsrt"
	"github.com/almotacen/almotacen/telemetry/iotajson"
	"github.com/almotacen/almotacen/telemetry/lineprotocol"
	"github.com/almotacen/almotacen/telemetry/lorawan"
	"github.com/almotacen/almotacen/telemetry/lpp"
	"github.com/almotacen/almotacen/telemetry/ngsild"
	"github.com/almotacen/almotacen/telemetry/ngsiv2"
	"github.com/almotacen/almotacen/telemetry/otlp"
	"github.com/almotacen/almotacen/telemetry/promwrite"
	"github.com/almotacen/almotacen/telemetry/senml"
	"github.com/almotacen/almotacen/telemetry/sensorthings"
	"github.com/almotacen/almotacen/telemetry/sentilo"
	"github.com/almotacen/almotacen/telemetry/ultralight"
)

// TestTelemetry holds docs/telemetry.md against the packages: the row of each format has its
// media types and says whether it writes, every page is linked, and every link leads somewhere.
func TestTelemetry(t *testing.T) {
	data, err := os.ReadFile("../../docs/telemetry.md")
	require.NoError(t, err)
	text := string(data)
	formats := append(telemetry.Registry{
		csvmap.FormatOf(csvmap.Madrid()), gbfs.Format(), gtfsrt.Format(), iotajson.Format(), lineprotocol.Format(), lorawan.Format(), lpp.Format(),
		ngsild.Format(), ngsiv2.Format(), otlp.Format(), promwrite.Format(), sensorthings.Format(), sentilo.Format(), ultralight.Format(),
	}, senml.Formats()[:3]...) // the fourth, EXI, is refused
	for _, f := range formats {
		name := f.Name
		if strings.HasPrefix(name, "senml") {
			name = "senml"
		}
		row := regexp.MustCompile("(?m)^\\| `" + name + "` .*$").FindString(text)
		require.NotEmpty(t, row, name)
		for _, m := range f.MediaTypes {
			require.Contains(t, row, "`"+m+"`", name)
		}
		require.Equal(t, f.NewEncoder != nil, strings.Contains(row, "writes"), name)
	}
	pages, err := filepath.Glob("../../docs/telemetry/*.md")
	require.NoError(t, err)
	for _, p := range pages {
		require.Contains(t, text, "(telemetry/"+filepath.Base(p)+")")
	}
	for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		_, err := os.Stat(filepath.Join("../../docs", m[1]))
		require.NoError(t, err)
	}
}
