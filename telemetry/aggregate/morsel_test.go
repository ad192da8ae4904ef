package aggregate

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

func TestMorselEnd(t *testing.T) {
	var ends []int64
	for at := int64(0); at < 40*MorselRows; at = ends[len(ends)-1] {
		end := morselEnd(at)
		for _, x := range []int64{at, (at + end) / 2, end - 1} {
			require.Equal(t, end, morselEnd(x), "every row of a morsel is in the same one")
		}
		ends = append(ends, end)
	}
	for i := range ends {
		require.Zero(t, ends[i]%MorselRows)
		ends[i] /= MorselRows
	}
	require.Equal(t, []int64{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 40}, ends)
}

// TestLongMorsels: morsels that grow are the same for any number of workers and any
// cut, the open one at the end too.
func TestLongMorsels(t *testing.T) {
	const n, devices = 9*MorselRows + 777, 60
	base := &telemetry.Batch{}
	for d := range devices {
		base.Entities.Code(fmt.Appendf(nil, "d%02d", d), nil)
	}
	base.Attributes.Code([]byte("x"))
	base.Entity, base.Attribute, base.Dataset, base.UnitRef = make([]uint32, n), make([]uint32, n), make([]uint32, n), make([]uint32, n)
	base.Time, base.Number = make([]int64, n), make([]float64, n)
	base.Kind, base.Quality, base.Flags = make([]telemetry.Kind, n), make([]telemetry.Quality, n), make([]telemetry.Flags, n)
	for i := range n {
		r := uint64(i) * 0x9e3779b97f4a7c15
		base.Entity[i], base.Attribute[i], base.Time[i] = uint32(r>>50)%devices+1, 1, int64(i)*1e9
		if i%3 == 0 {
			base.Entity[i] = uint32(i/5000)%devices + 1
		}
		base.Number[i] = 1e6 + float64(r>>11)/(1<<53)
		base.Kind[i] = telemetry.Number
	}
	part := func(from, to int) *telemetry.Batch {
		return &telemetry.Batch{
			Entity: base.Entity[from:to], Attribute: base.Attribute[from:to], Dataset: base.Dataset[from:to], UnitRef: base.UnitRef[from:to],
			Time: base.Time[from:to], Number: base.Number[from:to], Kind: base.Kind[from:to], Quality: base.Quality[from:to], Flags: base.Flags[from:to],
			Entities: base.Entities, Attributes: base.Attributes, Datasets: base.Datasets, Units: base.Units,
		}
	}
	c := Config{Window: period.Day, Measures: []Measure{{ID: "f", Attribute: "x", Form: Float}, {ID: "d", Attribute: "x", Keep: KeepHistogram}}}
	var want []byte
	for _, workers := range []int{1, 3} {
		for _, size := range []int{n, 50_000} {
			for _, head := range []int{0, MorselRows + 5} {
				c.Workers = workers
				a, err := New(c)
				require.NoError(t, err)
				if head > 0 {
					require.NoError(t, a.Add(part(0, head)))
				}
				var list []*telemetry.Batch
				for from := head; from < n; from += size {
					list = append(list, part(from, min(from+size, n)))
				}
				require.NoError(t, a.AddAll(context.Background(), list))
				require.EqualValues(t, n, a.Position())
				r, err := a.Result(context.Background())
				require.NoError(t, err)
				require.EqualValues(t, n, r.Totals.Rows)
				got := dump(t, r)
				if want == nil {
					want = got
				}
				require.True(t, slices.Equal(want, got), "%d workers, batches of %d after %d", workers, size, head)
			}
		}
	}
}
