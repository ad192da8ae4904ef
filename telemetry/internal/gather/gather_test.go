package gather

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
)

func some(r *rand.Rand, n int) (out []telemetry.Observation) {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	for i := range n {
		o := telemetry.Observation{Entity: telemetry.Entity{ID: pick("", "a", "b", "c"), Type: pick("", "T")}, Attribute: pick("x", "y", "z"), Dataset: pick("", "d"),
			Raw: pick("", "V", "N"), Source: telemetry.Source{Name: pick("f", "g"), Received: telemetry.NoTime}, Meta: pick("", `{"m":1}`), Record: i, Time: time.Unix(int64(i), 0).UTC()}
		if r.IntN(2) == 0 {
			o.Unit = telemetry.UnitRef{Given: pick("GQ", "CEL"), System: telemetry.CEFACT}
			o.Unit.Unit, _ = telemetry.ResolveUnit(o.Unit.System, o.Unit.Given)
		}
		switch o.Value.Kind = telemetry.Kind(r.IntN(8)); o.Value.Kind {
		case telemetry.Number, telemetry.Bool:
			o.Value.Number = 1
		case telemetry.Text, telemetry.JSON, telemetry.Geometry:
			o.Value.Text = strings.Repeat("t", r.IntN(20))
		case telemetry.Point:
			o.Value.Position = telemetry.Position{Lon: float64(r.IntN(90)), Lat: 1}
		}
		out = append(out, o)
	}
	return out
}

func list(b *telemetry.Batch) (out []telemetry.Observation) {
	for _, o := range b.All() {
		out = append(out, o)
	}
	return out
}

// TestAdd: rows of batches of every kind are those that went in, whatever their dictionaries and however they are cut.
func TestAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var rows Rows
	var want []telemetry.Observation
	var b telemetry.Batch
	for round := range 60 {
		switch round % 3 {
		case 0:
			b = telemetry.Batch{} // in the place of another
		case 1:
			b.Reset() // with the dictionaries of the last
		}
		for _, o := range some(r, 1+r.IntN(30)) {
			require.NoError(t, b.Add(o))
		}
		most := 1 << 20
		if round%5 == 0 {
			most = len(rows.Data) + 10
		}
		for at := 0; at < b.Len(); {
			n := rows.Add(&b, at, 1+r.IntN(20), most)
			require.Positive(t, n)
			at += n
		}
		want = append(want, list(&b)...)
		require.Equal(t, want, list(&rows.Batch))
		if round%7 == 6 {
			rows.Reset()
			want = nil
		}
	}
	require.Zero(t, rows.Add(&b, b.Len(), 5, 5))
}

// TestMost stops at the row whose texts are too much.
func TestMost(t *testing.T) {
	var b telemetry.Batch
	for i := range 10 {
		require.NoError(t, b.Add(telemetry.Observation{Attribute: "a", Value: telemetry.Value{Kind: telemetry.Text, Text: fmt.Sprintf("%0100d", i)}}))
	}
	var rows Rows
	require.Equal(t, 3, rows.Add(&b, 0, 10, 250))
	require.Equal(t, 1, rows.Add(&b, 3, 10, 250))
	require.Equal(t, list(&b)[:4], list(&rows.Batch))
}
