package archive

import (
	"bytes"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
)

// TestMiddle against sorting, on lists of every shape.
func TestMiddle(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	for n := 1; n <= 1024; n += 1 + n/7 {
		for _, spread := range []int64{1, 2, 10, 1 << 40} {
			vals := make([]int64, n)
			for i := range vals {
				vals[i] = r.Int64N(spread) - spread/2
			}
			for range 3 { // as they are, up, down
				want := slices.Clone(vals)
				slices.Sort(want)
				require.Equal(t, want[n/2], middle(slices.Clone(vals)))
				slices.Sort(vals)
				require.Equal(t, want[n/2], middle(slices.Clone(vals)))
				slices.Reverse(vals)
			}
		}
	}
}

// TestWidth against trying every width.
func TestWidth(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		vals := make([]uint64, 1+r.IntN(chunk))
		most := r.IntN(64) + 1
		for i := range vals {
			vals[i] = r.Uint64() >> (64 - most)
			if r.IntN(20) == 0 {
				vals[i] = r.Uint64() >> r.IntN(64)
			}
		}
		best, cost := 64, 64*len(vals)
		for w := range 64 {
			c := len(vals) * w
			for _, v := range vals {
				if l := bits.Len64(v); l > w {
					c += 8 + 8*((l-w+6)/7)
				}
			}
			if c < cost {
				best, cost = w, c
			}
		}
		w, c := width(vals)
		require.Equal(t, []int{best, cost}, []int{w, c})
	}
}

// TestReusedBatch: a batch with dictionaries of its own in the place of another, as long as those were.
func TestReusedBatch(t *testing.T) {
	var file bytes.Buffer
	w := NewWriter(&file)
	var b telemetry.Batch
	var want []telemetry.Observation
	for i := range 5 {
		b = telemetry.Batch{}
		for k := range 3 {
			o := telemetry.Observation{Entity: telemetry.Entity{ID: fmt.Sprint("device ", 3*i+k)}, Attribute: fmt.Sprint("a", i), Time: time.Unix(int64(i), 0).UTC(),
				Value: telemetry.Value{Kind: telemetry.Number, Number: float64(k)}, Source: telemetry.Source{Name: fmt.Sprint("file ", i), Received: telemetry.NoTime}}
			require.NoError(t, b.Add(o))
			want = append(want, o)
		}
		require.NoError(t, w.Write(&b))
	}
	require.NoError(t, w.Close())
	var got []telemetry.Observation
	for b, err := range NewReader(&file, Filter{}).Blocks() {
		require.NoError(t, err)
		for _, o := range b.All() {
			got = append(got, o)
		}
	}
	require.Equal(t, want, got)
}
