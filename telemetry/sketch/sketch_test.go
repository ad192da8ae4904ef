package sketch

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func encoded[T interface {
	AppendBinary([]byte) ([]byte, error)
}](t testing.TB, x T) []byte {
	raw, err := x.AppendBinary(nil)
	require.NoError(t, err)
	return raw
}

// numbers are of all sizes and signs, with ties and zeros.
func numbers(seed uint64, n int) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]float64, n)
	for i := range out {
		switch rng.IntN(6) {
		case 0:
			out[i] = math.Ldexp(rng.Float64()-0.5, rng.IntN(2000)-1000)
		case 1:
			out[i] = float64(rng.IntN(20) - 10)
		case 2:
			out[i] = []float64{0, math.Copysign(0, -1), 5e-324, math.MaxFloat64, -math.MaxFloat64}[rng.IntN(5)]
		default:
			out[i] = 20 + rng.NormFloat64()*8
		}
	}
	return out
}

func TestHistogramBound(t *testing.T) {
	for seed := range uint64(20) {
		x := numbers(seed, 1+int(seed*seed*7))
		if seed%2 == 0 { // one sign: the bound holds between order statistics too
			for i := range x {
				x[i] = math.Abs(x[i])
			}
		}
		var h Histogram
		for _, v := range x {
			require.True(t, h.Add(v))
		}
		slices.Sort(x)
		for k := range x {
			a, b := h.order(uint64(k))
			require.InDelta(t, x[k], a, math.Abs(x[k])*MaxRelativeError*(1+1e-12)+0x1p-1022, "k %d", k)
			next := x[min(k+1, len(x)-1)]
			require.InDelta(t, next, b, math.Abs(next)*MaxRelativeError*(1+1e-12)+0x1p-1022)
		}
		if seed%2 != 0 {
			continue
		}
		for _, q := range []float64{0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.999, 1} {
			at := q * float64(len(x)-1)
			k := int(at)
			want := x[k] + (x[min(k+1, len(x)-1)]-x[k])*(at-float64(k))
			got, ok := h.Quantile(q)
			require.True(t, ok)
			require.InDelta(t, want, got, want*MaxRelativeError*(1+1e-12)+0x1p-1022)
		}
	}
	var h Histogram
	require.False(t, h.Add(math.NaN()))
	require.False(t, h.Add(math.Inf(-1)))
	_, ok := h.Quantile(0.5)
	require.False(t, ok)
}

func TestHistogramOrderFree(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	x := numbers(3, 5000)
	var whole Histogram
	for _, v := range x {
		whole.Add(v)
	}
	want := encoded(t, &whole)
	var all Histogram
	require.Equal(t, len(x)-2, all.AddAll(append(slices.Clone(x[2:]), math.NaN(), math.Inf(1))))
	all.AddAll(x[:2])
	require.Equal(t, want, encoded(t, &all))
	for range 20 {
		rng.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
		parts := make([]*Histogram, 1+rng.IntN(30))
		for i := range parts {
			parts[i] = &Histogram{}
		}
		for _, v := range x {
			parts[rng.IntN(len(parts))].Add(v)
		}
		for len(parts) > 1 {
			var q Histogram
			require.NoError(t, q.UnmarshalBinary(encoded(t, parts[0])))
			parts = parts[1:]
			parts[rng.IntN(len(parts))].Merge(&q)
		}
		require.Equal(t, want, encoded(t, parts[0]))
	}
	var sum uint64
	last := math.Inf(-1)
	for b := range whole.Buckets() {
		require.GreaterOrEqual(t, b.Low, last)
		last = b.High
		sum += b.Count
	}
	require.Equal(t, whole.Count(), sum)
}

func TestHistogramWideCounters(t *testing.T) {
	var h Histogram
	h.Add(1.5)
	for range 40 {
		o := h
		o.pages = nil
		var c Histogram
		require.NoError(t, c.UnmarshalBinary(encoded(t, &h)))
		h.Merge(&c)
	}
	require.EqualValues(t, 1<<40, h.Count())
	var c Histogram
	require.NoError(t, c.UnmarshalBinary(encoded(t, &h)))
	require.Equal(t, encoded(t, &h), encoded(t, &c))
	h.Add(1.5)
	require.EqualValues(t, 1<<40+1, h.pages[0].at(64))
}

func TestDistinct(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, c := range []struct {
		name string
		n    int
		id   func(i int) uint64
		form byte
	}{
		{"few", 1000, func(i int) uint64 { return mix(uint64(i)) }, formSet},
		{"zero", 3, func(i int) uint64 { return uint64(i) }, formSet},
		{"limit", MaxExact, func(i int) uint64 { return mix(uint64(i)) }, formSet},
		{"one more", MaxExact + 1, func(i int) uint64 { return mix(uint64(i)) }, formRegisters},
		{"codes", 300_000, func(i int) uint64 { return uint64(i) * 3 }, formCodes},
		{"codes and one id", 100_000, func(i int) uint64 { return uint64(i) + uint64(i/99_999)<<40 }, formRegisters},
		{"many", 2_000_000, func(i int) uint64 { return uint64(i) << 20 }, formRegisters},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids := make([]uint64, c.n)
			var whole Distinct
			for i := range ids {
				ids[i] = c.id(i)
				whole.Add(ids[i])
			}
			raw := encoded(t, &whole)
			require.Equal(t, c.form, raw[2])
			if c.form != formRegisters {
				require.True(t, whole.Exact())
				require.EqualValues(t, c.n, whole.Count())
			} else {
				require.False(t, whole.Exact())
				require.InEpsilon(t, c.n, whole.Count(), 4*0.0081)
			}
			for range 3 {
				parts := make([]Distinct, 2+rng.IntN(5))
				for range 2 { // twice: every id is a duplicate once
					rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
					for _, id := range ids {
						parts[rng.IntN(len(parts))].Add(id)
					}
				}
				for i := 1; i < len(parts); i++ {
					var d Distinct
					require.NoError(t, d.UnmarshalBinary(encoded(t, &parts[i])))
					parts[0].Merge(&d)
				}
				require.True(t, bytes.Equal(raw, encoded(t, &parts[0])))
			}
		})
	}
}

func TestTop(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	truth := map[string]uint64{}
	whole, small := NewTop(1000), NewTop(50)
	parts := []*Top{NewTop(1000), NewTop(1000), NewTop(1000)}
	pieces := []*Top{NewTop(50), NewTop(50), NewTop(50)}
	var n uint64
	for range 50_000 {
		key := fmt.Sprintf("k%d", int(math.Exp(rng.Float64()*6.5)))
		truth[key]++
		n++
		whole.Add([]byte(key), 1)
		small.Add([]byte(key), 1)
		i := rng.IntN(3)
		parts[i].Add([]byte(key), 1)
		pieces[i].Add([]byte(key), 1)
	}
	require.True(t, whole.Exact())
	want := encoded(t, whole)
	parts[2].Merge(parts[0])
	parts[1].Merge(parts[2])
	require.Equal(t, want, encoded(t, parts[1]))
	require.Len(t, whole.Items(10_000), len(truth))
	for _, it := range whole.Items(len(truth)) {
		require.Equal(t, truth[it.Key], it.Count)
		require.Zero(t, it.Error)
	}
	pieces[0].Merge(pieces[1])
	pieces[0].Merge(pieces[2])
	for _, s := range []*Top{small, pieces[0]} {
		require.False(t, s.Exact())
		require.Equal(t, n, s.Count())
		listed := map[string]bool{}
		for _, it := range s.Items(50) {
			listed[it.Key] = true
			require.LessOrEqual(t, truth[it.Key], it.Count)
			require.GreaterOrEqual(t, truth[it.Key], it.Count-it.Error)
		}
		for key, c := range truth {
			if c > n/50 {
				require.True(t, listed[key], key)
			}
		}
		var back Top
		require.NoError(t, back.UnmarshalBinary(encoded(t, s)))
		require.Equal(t, encoded(t, s), encoded(t, &back))
	}
}

// TestDocumented reads the examples in docs/sketches.md by a reader of its own, written
// from that page, and checks what they say there.
func TestDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/sketches.md")
	require.NoError(t, err)
	examples := map[string][]byte{}
	for _, m := range regexp.MustCompile("(?s)```hex ([a-z]+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		var digits strings.Builder
		for line := range strings.Lines(m[2]) {
			before, _, _ := strings.Cut(line, "#")
			digits.WriteString(strings.Join(strings.Fields(before), ""))
		}
		raw, err := hex.DecodeString(digits.String())
		require.NoError(t, err, m[1])
		examples[m[1]] = raw
	}
	require.ElementsMatch(t, []string{"histogram", "set", "top"}, slices.Collect(maps.Keys(examples)))

	r := &foreign{examples["histogram"]}
	require.Equal(t, "H", string(r.take(1)))
	require.EqualValues(t, 1, r.take(1)[0])
	require.EqualValues(t, 4, r.varint())
	require.Equal(t, -2.0, r.float())
	require.Equal(t, 21.37, r.float())
	require.EqualValues(t, 1, r.varint()) // zero
	got := map[string]uint64{}
	for range r.varint() {
		key := int16(binary.LittleEndian.Uint16(r.take(2)))
		for range int(r.take(1)[0]) + 1 {
			k := int(r.take(1)[0])
			e, sign := int(key), 1.0
			if key < 0 {
				e, sign = -e, -1
			}
			low := sign * math.Ldexp(1+float64(k)/128, e-1023)
			got[fmt.Sprint(low)] = r.varint()
		}
	}
	require.Equal(t, map[string]uint64{"-2": 1, "21.25": 2}, got)
	require.Empty(t, r.b)
	var h Histogram
	for _, x := range []float64{21.37, 0, -2, 21.25} {
		h.Add(x)
	}
	require.Equal(t, examples["histogram"], encoded(t, &h))

	r = &foreign{examples["set"]}
	require.Equal(t, []byte{'D', 1, 0}, r.take(3))
	var ids []uint64
	for n, id := r.varint(), uint64(0); n > 0; n-- {
		id += r.varint()
		ids = append(ids, id)
	}
	require.Equal(t, []uint64{3, 5, 1000}, ids)
	require.Empty(t, r.b)
	var d Distinct
	for _, id := range []uint64{1000, 5, 3, 5} {
		d.Add(id)
	}
	require.Equal(t, examples["set"], encoded(t, &d))

	r = &foreign{examples["top"]}
	require.Equal(t, []byte{'K', 1}, r.take(2))
	require.EqualValues(t, 100, r.varint())
	require.EqualValues(t, 145, r.varint())
	require.EqualValues(t, 0, r.take(1)[0])
	var list []string
	for n := r.varint(); n > 0; n-- {
		list = append(list, fmt.Sprint(string(r.take(int(r.varint()))), " ", r.varint(), " ", r.varint()))
	}
	require.Equal(t, []string{"Atocha 75 0", "Sol 70 0"}, list)
	require.Empty(t, r.b)
	// The hash of texts, by the constants of the page.
	require.Equal(t, uint64(0x02c0bdbf481420f8), foreignID("a"), "%#x", foreignID("a"))
	require.Equal(t, foreignID("estación 4"), ID([]byte("estación 4")))
}

// foreign is a reader of the format that shares nothing with the package.
type foreign struct{ b []byte }

func (f *foreign) take(n int) []byte {
	out := f.b[:n]
	f.b = f.b[n:]
	return out
}

func (f *foreign) varint() (x uint64) {
	for shift := 0; ; shift += 7 {
		c := f.take(1)[0]
		x |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return x
		}
	}
}

func (f *foreign) float() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(f.take(8)))
}

func foreignID(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	for _, step := range []struct {
		shift int
		by    uint64
	}{{30, 13787848793156543929}, {27, 10723151780598845931}, {31, 1}} {
		h = (h ^ h>>step.shift) * step.by
	}
	return h
}

func FuzzHistogram(f *testing.F) {
	var h Histogram
	f.Add(encoded(f, &h))
	for _, x := range numbers(1, 200) {
		h.Add(x)
	}
	f.Add(encoded(f, &h))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var h Histogram
		if h.UnmarshalBinary(raw) != nil {
			return
		}
		out := encoded(t, &h)
		var g Histogram
		require.NoError(t, g.UnmarshalBinary(out))
		require.Equal(t, out, encoded(t, &g))
		for _, q := range []float64{0, 0.3, 1} {
			if x, ok := h.Quantile(q); ok {
				require.False(t, math.IsNaN(x))
			}
		}
	})
}

func FuzzDistinct(f *testing.F) {
	var d Distinct
	f.Add(encoded(f, &d))
	for i := range 50 {
		d.Add(mix(uint64(i)))
	}
	f.Add(encoded(f, &d))
	f.Add(append([]byte{kindDistinct, version, formRegisters}, make([]byte, registers)...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var d Distinct
		if d.UnmarshalBinary(raw) != nil {
			return
		}
		out := encoded(t, &d)
		var g Distinct
		require.NoError(t, g.UnmarshalBinary(out))
		require.Equal(t, out, encoded(t, &g))
		d.Count()
	})
}

func FuzzTop(f *testing.F) {
	tp := NewTop(4)
	f.Add(encoded(f, tp))
	for i := range 10 {
		tp.Add(fmt.Appendf(nil, "k%d", i%7), uint64(i+1))
	}
	f.Add(encoded(f, tp))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p Top
		if p.UnmarshalBinary(raw) != nil {
			return
		}
		out := encoded(t, &p)
		var g Top
		require.NoError(t, g.UnmarshalBinary(out))
		require.Equal(t, out, encoded(t, &g))
		p.Add([]byte("x"), 1)
		p.Merge(&g)
	})
}
