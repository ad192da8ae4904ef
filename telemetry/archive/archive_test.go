package archive

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
)

// random makes n observations of every kind, with corners.
func random(r *rand.Rand, n int) []telemetry.Observation {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	numbers := []float64{0, math.Copysign(0, -1), 41.5, -0.1, 1e300, 5e-324, 1 << 53, -(1 << 53), math.MaxFloat64, 1.0 / 3, 0.3}
	times := []int64{0, math.MinInt64 + 1, math.MaxInt64, 1_761_350_400_000_000_000}
	var out []telemetry.Observation
	at := int64(1_700_000_000_000_000_000)
	for range n {
		o := telemetry.Observation{
			Entity:    telemetry.Entity{ID: pick("a", "b", "station "+strconv.Itoa(r.IntN(50))), Type: pick("", "AirQualityObserved")},
			Attribute: pick("no2", "o3", "", "température"), Dataset: pick("", "", "d1"),
			Unit:    telemetry.UnitRef{Given: pick("", "GQ", "??"), System: telemetry.CEFACT},
			Quality: telemetry.Quality(r.IntN(5)), Raw: pick("", "V", "N"), Record: r.IntN(1000),
			Precision: telemetry.Precision(r.IntN(7)), Flags: telemetry.Flags(r.IntN(4)),
		}
		o.Unit.Unit, _ = telemetry.ResolveUnit(o.Unit.System, o.Unit.Given)
		if o.Unit.Given == "" {
			o.Unit = telemetry.UnitRef{}
		}
		at += int64(r.IntN(3)) * 3600e9
		switch r.IntN(8) {
		case 0:
		case 1:
			o.Time = time.Unix(0, times[r.IntN(len(times))]).UTC()
		default:
			o.Time = time.Unix(0, at).UTC()
			if o.HasOffset = r.IntN(2) == 0; o.HasOffset {
				o.Time = o.Time.In(time.FixedZone("", 3600))
			}
			if r.IntN(5) == 0 {
				o.From = o.Time.Add(-time.Duration(1 + r.IntN(1e9)))
				o.Flags |= telemetry.Interval
			}
		}
		if r.IntN(3) == 0 {
			o.Meta = `{"accuracy":0.5}`
		}
		v := &o.Value
		switch v.Kind = telemetry.Kind(r.IntN(8)); v.Kind {
		case telemetry.Number:
			v.Number = float64(r.IntN(2000)) / 10
			if r.IntN(10) == 0 {
				v.Number = numbers[r.IntN(len(numbers))]
				v.Text = pick("", "41.50")
			}
		case telemetry.Bool:
			v.Number = float64(r.IntN(2))
		case telemetry.Text, telemetry.JSON, telemetry.Geometry:
			v.Text = pick("", "abc", `{"a":1}`, strings.Repeat("x", r.IntN(300)))
		case telemetry.Point:
			v.Position = telemetry.Position{Lon: -3.7, Lat: float64(r.IntN(90)), Alt: float64(r.IntN(2)), HasAlt: r.IntN(2) == 0}
		}
		o.Source = telemetry.Source{Format: "test", Name: pick("f1", "f2", "f3", "f4"), Received: telemetry.NoTime}
		out = append(out, o)
	}
	return out
}

func written(t testing.TB, list []telemetry.Observation, batch int) []byte {
	var file bytes.Buffer
	w := NewWriter(&file)
	var b telemetry.Batch
	for len(list) > 0 {
		n := min(batch, len(list))
		b.Reset()
		for _, o := range list[:n] {
			require.NoError(t, b.Add(o))
		}
		require.NoError(t, w.Write(&b))
		list = list[n:]
	}
	require.NoError(t, w.Close())
	require.EqualValues(t, file.Len(), w.Size())
	return file.Bytes()
}

// all reads every observation, in a form that compares.
func all(r io.Reader, f Filter) (out []telemetry.Observation, reader *Reader, err error) {
	reader = NewReader(r, f)
	for b, err := range reader.Blocks() {
		if err != nil {
			return out, reader, err
		}
		for _, o := range b.All() {
			out = append(out, plain(o))
		}
	}
	return out, reader, nil
}

// plain makes equal times equal under ==.
func plain(o telemetry.Observation) telemetry.Observation {
	o.Offset = 0
	for _, t := range []*time.Time{&o.Time, &o.From} {
		if !t.IsZero() {
			_, s := t.Zone()
			*t = t.UTC()
			if o.HasOffset {
				o.Raw += fmt.Sprint(s)
			}
		}
	}
	return o
}

func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 1023, 1024, 1025, maxRows, maxRows + 1, 3*maxRows + 5} {
		list := random(r, n)
		file := written(t, list, 1000)
		require.Equal(t, file, written(t, list, 7777), "the batches do not matter")
		got, _, err := all(bytes.NewReader(file), Filter{})
		require.NoError(t, err)
		require.Equal(t, n, len(got))
		for i, o := range list {
			want := plain(o)
			if want.Value.Kind == telemetry.Number {
				require.Equal(t, math.Float64bits(want.Value.Number), math.Float64bits(got[i].Value.Number))
			}
			if want != got[i] { // require.Equal takes long on many
				require.Equal(t, want, got[i])
			}
		}
	}
}

func TestFilter(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	list := random(r, 2*maxRows+100)
	file := written(t, list, 4096)
	half := time.Unix(0, 1_700_000_000_000_000_000).Add(15000 * time.Hour)
	low, high := 10.0, 20.0
	for _, f := range []Filter{
		{From: half}, {To: half}, {From: half, To: half.Add(100 * time.Hour)},
		{Entities: []string{"a"}}, {Entities: []string{}}, {Attributes: []string{"no2", "none"}},
		{Min: &low}, {Max: &high}, {Min: &low, Max: &high, Attributes: []string{"o3"}, From: half},
		{From: time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)}, {To: time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		var want []telemetry.Observation
		in := func(l []string, s string) bool {
			for _, x := range l {
				if x == s {
					return true
				}
			}
			return l == nil
		}
		for _, o := range list {
			if (!f.From.IsZero() || !f.To.IsZero()) && o.Time.IsZero() || !f.From.IsZero() && o.Time.Before(f.From) || !f.To.IsZero() && !o.Time.Before(f.To) ||
				!in(f.Entities, o.Entity.ID) || !in(f.Attributes, o.Attribute) ||
				(f.Min != nil || f.Max != nil) && o.Value.Kind != telemetry.Number || f.Min != nil && o.Value.Number < *f.Min || f.Max != nil && o.Value.Number > *f.Max {
				continue
			}
			want = append(want, plain(o))
		}
		for _, src := range []io.Reader{bytes.NewReader(file), io.MultiReader(bytes.NewReader(file))} {
			got, _, err := all(src, f)
			require.NoError(t, err)
			require.Equal(t, len(want), len(got), "%+v", f)
			for i := range want {
				if want[i] != got[i] {
					require.Equal(t, want[i], got[i], "%+v", f)
				}
			}
		}
	}
}

func TestSkipsBlocks(t *testing.T) {
	var b telemetry.Batch
	for i := range 10 * maxRows {
		require.NoError(t, b.Add(telemetry.Observation{Attribute: "a", Time: time.Unix(int64(i), 0), Value: telemetry.Value{Kind: telemetry.Number, Number: 1}}))
	}
	var file bytes.Buffer
	w := NewWriter(&file)
	require.NoError(t, w.Write(&b))
	require.NoError(t, w.Close())
	got, r, err := all(bytes.NewReader(file.Bytes()), Filter{From: time.Unix(5*maxRows, 0), To: time.Unix(5*maxRows+3, 0)})
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.Equal(t, 9, r.Skipped())
}

// TestResume cuts a file at every byte of its last block, as a crash does, and goes on.
func TestResume(t *testing.T) {
	list := random(rand.New(rand.NewPCG(5, 6)), 300)
	name := filepath.Join(t.TempDir(), "a")
	first := written(t, list[:100], 100)
	var whole []byte
	{ // a second block, whose dictionary goes on
		f := open(t, name, first)
		w, lost, err := Resume(f)
		require.NoError(t, err)
		require.Zero(t, lost)
		add(t, w, list[100:200])
		require.NoError(t, w.Close())
		require.NoError(t, f.Close())
		whole, err = os.ReadFile(name)
		require.NoError(t, err)
	}
	for n := 0; n <= len(whole); n++ {
		if n > 12 && n < len(first)-3 || n > len(first)+80 && n < len(whole)-5 {
			continue
		}
		f := open(t, name, whole[:n])
		w, lost, err := Resume(f)
		if n > 0 && n < len(magic) || n >= len(magic) {
			require.NoError(t, err, "%d bytes", n)
		}
		kept := 0
		switch {
		case n == len(whole):
			kept = 200
		case n >= len(first):
			kept = 100
		}
		require.Equal(t, map[int]int64{0: int64(n), 100: int64(n - len(first)), 200: 0}[kept]-map[bool]int64{true: 8}[kept == 0 && n >= 8], lost, "%d bytes", n)
		add(t, w, list[200:])
		require.NoError(t, w.Close())
		require.NoError(t, f.Close())
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		got, _, err := all(bytes.NewReader(data), Filter{})
		require.NoError(t, err, "%d bytes", n)
		want := append(append([]telemetry.Observation(nil), list[:kept]...), list[200:]...)
		require.Equal(t, len(want), len(got))
		for i := range want {
			require.Equal(t, plain(want[i]), got[i])
		}
	}
	f := open(t, name, append(bytes.Clone(whole[:20]), 1, 2, 3))
	_, _, err := Resume(f)
	require.NoError(t, err)
	bad := bytes.Clone(whole)
	bad[len(first)-10] ^= 1
	_, _, err = Resume(open(t, name, bad))
	require.ErrorIs(t, err, ErrDamaged)
	after, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, bad, after)
	_, _, err = Resume(open(t, name, []byte("PNG")))
	require.ErrorIs(t, err, ErrFormat)
}

func open(t *testing.T, name string, data []byte) *os.File {
	require.NoError(t, os.WriteFile(name, data, 0o600))
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func add(t *testing.T, w *Writer, list []telemetry.Observation) {
	var b telemetry.Batch
	for _, o := range list {
		require.NoError(t, b.Add(o))
	}
	require.NoError(t, w.Write(&b))
}

func TestTruncatedAndDamaged(t *testing.T) {
	list := random(rand.New(rand.NewPCG(7, 8)), maxRows+50)
	file := written(t, list, 500)
	first := 0 // bytes of the first block and what precedes it
	for r, k := NewReader(bytes.NewReader(file), Filter{}), 0; k < 1; k++ {
		_, err := r.next()
		require.NoError(t, err)
		first = int(r.offset)
	}
	for n := range len(file) {
		if n > 100 && (n < first-5 || n > first+80) && n%50021 != 0 {
			continue
		}
		got, _, err := all(bytes.NewReader(file[:n]), Filter{})
		var e *Error
		if n == first {
			require.NoError(t, err)
		} else if n != len(magic) {
			require.ErrorAs(t, err, &e, "%d bytes", n)
		}
		if n >= first {
			require.Equal(t, maxRows, len(got), "whole blocks before are kept")
		}
		_, _, err = all(bytes.NewReader(file[:n]), Filter{Attributes: []string{"none"}})
		require.Equal(t, e != nil, err != nil, "%d bytes, skipping", n)
	}
	for n := range len(file) {
		if n > 90 && n%40009 != 0 {
			continue
		}
		bad := bytes.Clone(file)
		bad[n] ^= 0x41
		_, _, err := all(bytes.NewReader(bad), Filter{})
		var e *Error
		require.ErrorAs(t, err, &e, "byte %d", n)
	}
}

type broken struct{ after int }

func (b *broken) Write(p []byte) (int, error) {
	if b.after < len(p) {
		return b.after, errors.New("disk full")
	}
	b.after -= len(p)
	return len(p), nil
}

func TestWriteFails(t *testing.T) {
	var b telemetry.Batch
	for _, o := range random(rand.New(rand.NewPCG(1, 1)), 100) {
		require.NoError(t, b.Add(o))
	}
	w := NewWriter(&broken{10})
	require.NoError(t, w.Write(&b))
	require.ErrorIs(t, w.Close(), ErrIO)
	require.ErrorIs(t, w.Write(&b), ErrIO)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(magic))
	for _, n := range []int{0, 1, 50, 1100} {
		f.Add(written(f, random(rand.New(rand.NewPCG(uint64(n), 1)), n), 300))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		// Checksums would stop almost every mutation: mend them, so that what is behind is fuzzed.
		p = mended(bytes.Clone(p))
		_, _, err := all(bytes.NewReader(p), Filter{})
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
	})
}

func mended(p []byte) []byte {
	at := len(magic)
	for at+headerLen <= len(p) {
		h := p[at : at+headerLen]
		copy(h[:68], sealed(h[:68:68], 0)[:68])
		copy(h[68:], sealed(h[:68:68], 0)[68:])
		at += headerLen
		for _, k := range []int{8, 12} {
			n := int(uint32(h[k]) | uint32(h[k+1])<<8 | uint32(h[k+2])<<16 | uint32(h[k+3])<<24)
			if n < 4 || at+n > len(p) {
				return p
			}
			copy(p[at+n-4:], sealed(p[at:at+n-4:at+n-4], 0)[n-4:])
			at += n
		}
	}
	return p
}

func FuzzInts(f *testing.F) {
	f.Add(uint64(1), 10, uint8(3))
	f.Fuzz(func(t *testing.T, seed uint64, n int, shape uint8) {
		r := rand.New(rand.NewPCG(seed, 1))
		vals := make([]int64, min(max(n, 0), chunk))
		at := r.Int64()
		for i := range vals {
			switch shape % 5 {
			case 0:
				vals[i] = int64(r.Uint64())
			case 1:
				vals[i] = at + r.Int64N(1+int64(shape))
			case 2:
				at += 3600e9 * int64(r.IntN(2))
				vals[i] = at
			case 3:
				vals[i] = at
				if r.IntN(50) == 0 {
					vals[i] = int64(r.Uint64())
				}
			case 4:
				vals[i] = int64(r.Uint64() >> r.IntN(64))
			}
		}
		var p packer
		enc := p.ints(nil, vals)
		c := &cursor{b: enc}
		got := make([]int64, len(vals))
		c.ints(got)
		if c.bad || c.at != len(enc) {
			t.Fatalf("bad %v, %d of %d bytes", c.bad, c.at, len(enc))
		}
		for i := range vals {
			if vals[i] != got[i] {
				t.Fatalf("%d: %d, want %d", i, got[i], vals[i])
			}
		}
	})
}

// TestConformanceSize holds the promise of at most five bytes a reading on real series.
func TestConformanceSize(t *testing.T) {
	dir := testcorpus.Dir(t, "telemetry/madrid-air")
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	pass, fail := 0, 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
		r.Comma = ';'
		lines, err := r.ReadAll()
		require.NoError(t, err)
		var file bytes.Buffer
		w := NewWriter(&file)
		var b telemetry.Batch
		n := 0
		for _, l := range lines[1:] {
			day, err := time.Parse("2006-1-2", l[5]+"-"+l[6]+"-"+l[7])
			require.NoError(t, err)
			for h := range 24 {
				v, err := strconv.ParseFloat(l[8+2*h], 64)
				require.NoError(t, err)
				q := telemetry.Valid
				if l[9+2*h] != "V" {
					q = telemetry.Invalid
				}
				n++
				require.NoError(t, b.Add(telemetry.Observation{Entity: telemetry.Entity{ID: l[4]}, Attribute: l[3], Raw: l[9+2*h], Quality: q, Record: n / 24,
					Time: day.Add(time.Duration(h) * time.Hour), Precision: telemetry.Hour, Value: telemetry.Value{Kind: telemetry.Number, Number: v}}))
			}
		}
		require.NoError(t, w.Write(&b))
		require.NoError(t, w.Close())
		got, _, err := all(&file, Filter{})
		require.NoError(t, err)
		require.Equal(t, n, len(got))
		size := float64(w.Size()) / float64(n)
		t.Logf("%s: %d readings, %.2f bytes each", filepath.Base(name), n, size)
		if size <= 5 {
			pass++
		} else {
			fail++
			t.Errorf("%s: %.2f bytes a reading", name, size)
		}
	}
	testcorpus.Conformance(t, "madrid-air/archive-size", pass, fail, nil)
}
