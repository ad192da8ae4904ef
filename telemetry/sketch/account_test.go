package sketch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAccount: what is accounted is, about, what the heap grew by, for many small
// sketches and for few large ones; and it is the same however they came to hold it.
func TestAccount(t *testing.T) {
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for _, c := range []struct{ sketches, adds int }{{20_000, 1}, {20_000, 10}, {2000, 100}, {20, 20_000}, {4, 200_000}} {
		for name, fill := range map[string]func(*int64, *rand.Rand) any{
			"histogram": func(total *int64, rng *rand.Rand) any {
				h := &Histogram{}
				h.Account(total)
				for range c.adds {
					h.Add(math.Ldexp(rng.Float64(), rng.IntN(40)))
				}
				return h
			},
			"distinct": func(total *int64, rng *rand.Rand) any {
				d := &Distinct{}
				d.Account(total)
				for range c.adds {
					d.Add(rng.Uint64())
				}
				return d
			},
			"codes": func(total *int64, rng *rand.Rand) any {
				d := &Distinct{}
				d.Account(total)
				for range c.adds {
					d.Add(rng.Uint64N(1 << 18))
				}
				return d
			},
			"top": func(total *int64, rng *rand.Rand) any {
				x := NewTop(1024)
				x.Account(total)
				for range c.adds {
					x.Add(fmt.Append(nil, "key number ", rng.IntN(100_000)), 1)
				}
				return x
			},
		} {
			t.Run(fmt.Sprint(name, c), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, 2))
				var total int64
				list := make([]any, 0, c.sketches)
				before := heap()
				for range c.sketches {
					list = append(list, fill(&total, rng))
				}
				got := heap() - before
				runtime.KeepAlive(list)
				t.Logf("%d accounted, %d on the heap", total, got)
				require.Less(t, got, 2*total+1<<16)
				require.Less(t, total, 2*got+1<<16)

				// By merging, too.
				var one, all int64
				switch x := list[0].(type) {
				case *Histogram:
					y := &Histogram{}
					x.Account(&one)
					y.Account(&all)
					y.Merge(x)
				case *Distinct:
					y := &Distinct{}
					x.Account(&one)
					y.Account(&all)
					y.Merge(x)
				case *Top:
					y := NewTop(1024)
					x.Account(&one)
					y.Account(&all)
					y.Merge(x)
				}
				require.Equal(t, one, all)
			})
		}
	}
}
