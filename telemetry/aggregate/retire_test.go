package aggregate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// TestRetireSeries: retired again and again, over checkpoints, with readings that stand
// over edges and meters that go on: what was returned and what is left make the bytes of
// a run that retires nothing.
func TestRetireSeries(t *testing.T) {
	for seed := range uint64(5) {
		for _, f := range []period.Freq{period.Hour, period.Day} {
			t.Run(fmt.Sprint(seed, f), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(seed, 2))
				c := orderedConfig(t, f)
				c.Lateness = 30 * time.Minute
				c.Workers = 1 + int(seed)%3
				c.Measures = append(c.Measures, Measure{ID: "long", Attribute: "t", Decimals: 2, Hold: Linear, MaxAge: 5 * time.Hour, Keep: KeepValues | KeepHistogram | KeepDistinct},
					Measure{ID: "busy", Attribute: "t", Decimals: 2, Keep: KeepValues | KeepHistogram | KeepEntities}, Measure{ID: "float", Attribute: "t", Form: Float, Keep: KeepDistinct})
				n := 600
				if seed == 4 && f == period.Day {
					n = 12_000 // enough in a state for tallies
				}
				rows := nightReadings(70+seed, n)
				slices.SortStableFunc(rows, func(a, b reading) int { return a.at.Compare(b.at) })
				var first []reading // each series is there from the first window on
				for i := range 4 {
					first = append(first, reading{fmt.Sprintf("d%d", i+1), "t", rows[0].at.Add(-time.Minute), float64(i), telemetry.Valid})
				}
				for i := range len(rows) - 5 { // out of order within the lateness
					if j := i + rng.IntN(5); rows[j].at.Sub(rows[i].at) < 5*time.Minute {
						rows[i], rows[j] = rows[j], rows[i]
					}
				}
				rows = append(first, rows...)
				least := make([]time.Time, len(rows)+1) // of what is still to come
				least[len(rows)] = rows[len(rows)-1].at
				for i := len(rows) - 1; i >= 0; i-- {
					least[i] = rows[i].at
					if i < len(rows)-1 && least[i+1].Before(least[i]) {
						least[i] = least[i+1]
					}
				}
				want, err := Run(context.Background(), c, batches(t, rows, 400))
				require.NoError(t, err)
				a, err := New(c)
				require.NoError(t, err)
				var kept *Result
				retired := 0
				for at := 0; at < len(rows); {
					size := min(1+rng.IntN(n/10), len(rows)-at)
					require.NoError(t, a.AddAll(t.Context(), batches(t, rows[at:at+size], 1+rng.IntN(200))))
					at += size
					if at == len(rows) {
						break
					}
					to := least[at].Add(-time.Duration(rng.IntN(200)) * time.Minute)
					part, err := a.Retire(t.Context(), to.UnixNano())
					require.NoError(t, err)
					retired += part.Len()
					if kept == nil {
						kept = part
					} else {
						kept, err = kept.Merge(part)
						require.NoError(t, err)
					}
					if rng.IntN(3) == 0 {
						name := filepath.Join(t.TempDir(), "agg")
						require.NoError(t, a.Checkpoint(t.Context(), name, nil))
						a, _, err = Resume(c, name)
						require.NoError(t, err)
					}
					_, err = a.Result(t.Context())
					require.NoError(t, err)
				}
				live, err := a.Result(t.Context())
				require.NoError(t, err)
				got, err := kept.Merge(live)
				require.NoError(t, err)
				require.NotZero(t, retired)
				require.Less(t, live.Len(), want.Len())
				require.Equal(t, want.Totals, got.Totals)
				// Windows into which only a reading of the last one carries are made when it is
				// known that there are later ones: those that were retired, before.
				for k, row := range want.Rows() {
					x := got.At(k)
					require.NotNil(t, x, "%v", k)
					require.False(t, x.Correction)
					if k.Measure == "float" {
						a, b := row.State.Real, x.State.Real
						require.Equal(t, a.Count(), b.Count())
						require.InDelta(t, a.Sum(), b.Sum(), 1e-9)
						require.Equal(t, row.State.Distinct.Count(), x.State.Distinct.Count())
						continue
					}
					y, _ := row.State.AppendBinary(nil)
					z, _ := x.State.AppendBinary(nil)
					if string(y) != string(z) {
						t.Logf("%v: span %+v and %+v, increase %+v and %+v", k, row.State.Span, x.State.Span, row.State.Increase, x.State.Increase)
					}
					require.Equal(t, y, z, "%v", k)
				}
				for k, row := range got.Rows() {
					if want.At(k) == nil {
						require.Zero(t, row.State.Count(), "%v", k)
					}
				}
			})
		}
	}
}
