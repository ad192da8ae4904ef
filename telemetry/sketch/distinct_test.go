package sketch

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkForms makes sets out of ops in whatever form they come to have, and compares them
// with sets that only ever had ids added, one by one.
func checkForms(t testing.TB, ops []byte, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	var got [3]Distinct
	var total [3]int64
	var want [3]map[uint64]bool
	for i := range got {
		got[i].Account(&total[i])
		want[i] = map[uint64]bool{}
	}
	id := func() uint64 {
		if rng.IntN(2) == 0 {
			return rng.Uint64N(200)
		}
		return mix(rng.Uint64N(300))
	}
	for _, op := range ops {
		i, j := int(op>>2)%3, int(op>>4)%3
		switch op & 3 {
		case 0:
			for range op >> 3 {
				x := id()
				got[i].Add(x)
				want[i][x] = true
			}
		case 1:
			if i != j {
				got[i].Merge(&got[j])
				for x := range want[j] {
					want[i][x] = true
				}
			}
		case 2:
			ids := make([]uint64, op>>2)
			for k := range ids {
				ids[k] = id()
				want[i][ids[k]] = true
			}
			o := DistinctOf(ids)
			got[i].Merge(&o)
		case 3:
			var back Distinct
			require.NoError(t, back.UnmarshalBinary(encoded(t, &got[i])))
			got[j].Merge(&back)
			for x := range want[i] {
				want[j][x] = true
			}
		}
	}
	for i := range got {
		var d Distinct
		for x := range want[i] {
			d.Add(x)
		}
		require.EqualValues(t, len(want[i]), got[i].Count())
		require.Equal(t, encoded(t, &d), encoded(t, &got[i]))
		require.Equal(t, got[i].held()+144, total[i], "accounted")
	}
}

func TestDistinctForms(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for seed := range uint64(300) {
		ops := make([]byte, rng.IntN(40))
		for i := range ops {
			ops[i] = byte(rng.Uint32())
		}
		checkForms(t, ops, seed)
	}
}

func FuzzDistinctForms(f *testing.F) {
	f.Add([]byte{0xff, 0x12, 0x0d, 0xfe, 0x33, 0x01, 0x40}, uint64(1))
	f.Fuzz(func(t *testing.T, ops []byte, seed uint64) {
		if len(ops) <= 60 {
			checkForms(t, ops, seed)
		}
	})
}

// TestDistinctOfMany: above MaxExact the form depends on the ids alone here too.
func TestDistinctOfMany(t *testing.T) {
	for _, step := range []uint64{3, 1 << 30} {
		var want Distinct
		var a, b []uint64
		for i := range uint64(MaxExact + 10) {
			want.Add(i * step)
			if a = append(a, i*step); i%2 == 0 {
				b = append(b, i*step)
			}
		}
		half := DistinctOf(b)
		require.True(t, half.Exact())
		whole := DistinctOf(a)
		require.Equal(t, encoded(t, &want), encoded(t, &whole))
		half.Merge(&whole)
		require.Equal(t, encoded(t, &want), encoded(t, &half))
		rest := DistinctOf(a[1:2])
		rest.Merge(&half)
		require.Equal(t, encoded(t, &want), encoded(t, &rest))
	}
}
