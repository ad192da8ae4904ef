package aggregate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/sketch"
)

// checkSets compares the sets of a table with sets of ids added one by one: of numbers
// by two ways, and of entities.
func checkSets(t testing.TB, p []byte) {
	const ten = 100
	d := &dict{members: [][]uint32{nil}}
	for i := range uint32(1000) {
		d.entities = append(d.entities, entity{member: i, id: sketch.ID(fmt.Append(nil, i%990))}) // some share an id
		d.members[0] = append(d.members[0], i)
	}
	tables := [2]*table{}
	for i := range tables {
		tables[i] = newTable(1<<10, lanes{hot: true, keep: KeepDistinct | KeepEntities, dict: d})
		tables[i].at(0, 0)
	}
	var numbers, entities sketch.Distinct
	var x []float64
	now := int64(0)
	for ; len(p) >= 2; p = p[2:] {
		v := float64(0)
		switch p[0] & 15 {
		case 0:
			v = float64(p[1]) / 7
		case 1:
			v = []float64{math.Copysign(0, -1), 1e300, -1e13, 1e13, 5e-324, -0.01, 0.01, -1e17}[p[1]&7]
		case 2:
			now += int64(int8(p[1])) << (p[0] >> 4)
			v = float64(now) / ten
		default:
			v = float64(now+int64(p[1])*3-300) / ten
		}
		x = append(x, v)
		e := uint32(p[1])*4%1000 + uint32(p[0]&3)
		for _, t := range tables {
			t.meet(0, d, e)
		}
		entities.Add(d.entities[e].id)
		numbers.Add(math.Float64bits(v + 0))
	}
	tables[0].numbersOf(0, x, ten)
	tables[1].numbersAll(make([]uint32, len(x)), x, ten)
	for _, s := range tables {
		require.LessOrEqual(t, int64(len(s.seen[0].bits)), max(8*int64(s.seen[0].missed), 2))
		got := s.state(0, 2)
		for _, pair := range [][2]*sketch.Distinct{{&numbers, got.Distinct}, {&entities, got.Entities}} {
			require.Equal(t, pair[0].Count(), pair[1].Count())
			a, _ := pair[0].AppendBinary(nil)
			b, _ := pair[1].AppendBinary(nil)
			require.Equal(t, a, b)
		}
	}
}

func TestSets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		p := make([]byte, rng.IntN(1<<rng.IntN(14)))
		for i := range p {
			p[i] = byte(rng.Uint32())
		}
		checkSets(t, p)
	}
}

func FuzzSets(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz"))
	f.Fuzz(func(t *testing.T, p []byte) { checkSets(t, p) })
}

// TestManySets: groups of more entities than a word, in windows, split and merged in any
// way, and numbers beyond what is held exactly.
func TestManySets(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	c := Config{Window: period.Hour, Group: func(e telemetry.Entity) Group { return Group{ID: e.ID[:min(1, len(e.ID))]} },
		Measures: []Measure{{ID: "t", Attribute: "t", Decimals: 2, Keep: KeepEntities | KeepDistinct}, {ID: "f", Attribute: "t", Form: Float, Keep: KeepEntities | KeepDistinct}}}
	type key struct {
		group string
		hour  int64
	}
	numbers, entities := map[key]*sketch.Distinct{}, map[key]*sketch.Distinct{}
	var b telemetry.Batch
	at := b.Attributes.Code([]byte("t"))
	for i := range 300_000 {
		group, hour := string(rune('a'+rng.IntN(2))), int64(rng.IntN(3))
		id := fmt.Sprint(group, rng.IntN(100+100*int(hour)*int(hour)))
		x := float64(rng.IntN(1000)-500) / 100
		if hour == 2 {
			x = float64(i) * 1.25
		}
		b.Append(&telemetry.Row{Entity: b.Entities.Code([]byte(id), nil), Attribute: at, Time: hour * hourNanos, Number: x, Kind: telemetry.Number, Quality: telemetry.Valid})
		k := key{group, hour * hourNanos}
		if numbers[k] == nil {
			numbers[k], entities[k] = &sketch.Distinct{}, &sketch.Distinct{}
		}
		numbers[k].Add(math.Float64bits(x))
		entities[k].Add(sketch.ID([]byte(id + "\x00")))
	}
	for _, workers := range []int{1, 3} {
		c.Workers = workers
		r, err := Run(context.Background(), c, []*telemetry.Batch{&b})
		require.NoError(t, err)
		require.Equal(t, 12, r.Len())
		for k, row := range r.Rows() {
			for _, pair := range [][2]*sketch.Distinct{{numbers[key{k.Group, row.Start}], row.State.Distinct}, {entities[key{k.Group, row.Start}], row.State.Entities}} {
				x, _ := pair[0].AppendBinary(nil)
				y, _ := pair[1].AppendBinary(nil)
				require.Equal(t, x, y)
			}
		}
	}
}
