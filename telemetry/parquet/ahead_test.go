package parquet

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
)

// grouped is a file of row groups of n rows.
func grouped(t testing.TB, list []telemetry.Observation, n int) []byte {
	var file bytes.Buffer
	w := newWriter(&file, n)
	var b telemetry.Batch
	for _, o := range list {
		require.NoError(t, b.Add(o))
	}
	require.NoError(t, w.Write(&b))
	require.NoError(t, w.Close())
	return file.Bytes()
}

// TestWorkers: rows, codes and findings do not depend on who decodes.
func TestWorkers(t *testing.T) {
	list := random(rand.New(rand.NewPCG(5, 8)), 7000)
	file := grouped(t, list, 500)
	for _, rows := range []int{64, 400, 1 << 17} {
		var want []string
		for _, workers := range []int{0, 1, 2, 3, 20} {
			r, err := NewReader(bytes.NewReader(file), int64(len(file)), Config{Rows: rows, Workers: workers})
			require.NoError(t, err)
			var got []string
			for b, err := range r.Batches() {
				require.NoError(t, err)
				for i, o := range b.All() {
					require.Equal(t, list[len(got)], o)
					got = append(got, fmt.Sprint(b.Entity[i], b.Attribute[i], b.Dataset[i], b.UnitRef[i], b.Detail[i], b.Len()))
				}
			}
			if want == nil {
				want = got
			}
			require.Equal(t, want, got)
		}
	}
	// A caller that stops early, and an error in the middle.
	r, err := NewReader(bytes.NewReader(file), int64(len(file)), Config{Rows: 100, Workers: 2})
	require.NoError(t, err)
	n := 0
	for _, err := range r.Batches() {
		require.NoError(t, err)
		if n++; n == 17 {
			break
		}
	}
	bad := bytes.Clone(file)
	copy(bad[len(bad)/2:], make([]byte, 64))
	for _, workers := range []int{0, 2} {
		got, _, err := all(bad, Config{Workers: workers, Rows: 100})
		require.Error(t, err)
		require.Less(t, len(got), len(list))
		require.Equal(t, list[:len(got)], got)
	}
}

// TestSkipping by the statistics of row groups: of times and of attributes.
func TestSkipping(t *testing.T) {
	var list []telemetry.Observation
	for i := range 4000 {
		list = append(list, telemetry.Observation{Entity: telemetry.Entity{ID: "x"}, Attribute: []string{"co", "no2", "o3", "pm10"}[i/1000], Time: time.Unix(int64(i), 0).UTC(),
			Value: telemetry.Value{Kind: telemetry.Number, Number: float64(i)}, Record: i + 1, Source: telemetry.Source{Received: telemetry.NoTime}})
	}
	file := grouped(t, list, 500)
	for _, c := range []struct {
		name     string
		cfg      Config
		from, to int
		skipped  int
	}{
		{"all", Config{}, 0, 4000, 0},
		{"time", Config{From: time.Unix(1600, 0), To: time.Unix(1700, 0)}, 1600, 1700, 7},
		{"attribute", Config{Attributes: []string{"no2"}}, 1000, 2000, 6},
		{"two", Config{Attributes: []string{"o3", "no2"}}, 1000, 3000, 4},
		{"both", Config{Attributes: []string{"o3"}, From: time.Unix(2600, 0)}, 2600, 3000, 7},
		{"between", Config{Attributes: []string{"nox"}}, 0, 0, 8},
		{"before all", Config{To: time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC)}, 0, 0, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, r, err := all(file, c.cfg)
			require.NoError(t, err)
			require.Len(t, got, c.to-c.from)
			for i := range got {
				require.EqualValues(t, c.from+i, got[i].Value.Number)
			}
			require.Equal(t, c.skipped, r.Skipped())
		})
	}
	// Of a row group that has others too, the rows are chosen.
	got, r, err := all(grouped(t, list, 1500), Config{Attributes: []string{"co", "pm10"}})
	require.NoError(t, err)
	require.Equal(t, 1, r.Skipped(), "the one with no2 and o3")
	require.Len(t, got, 2000)
}

// TestInflate: what does not decompress to the size in its header is refused, whatever it holds.
func TestInflate(t *testing.T) {
	text := bytes.Repeat([]byte("almotacén weighs what the market sells. "), 500)
	noise := make([]byte, 5000)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var x inflater
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd, &parquet.Lz4Raw} {
		for _, plain := range [][]byte{text, noise, []byte("x")} {
			packed, err := codec.Encode(nil, plain)
			require.NoError(t, err)
			for _, dst := range [][]byte{nil, make([]byte, 10), make([]byte, 1<<16)} {
				got, err := x.inflate(codec.CompressionCodec(), dst, packed, len(plain))
				require.NoError(t, err, codec)
				require.True(t, bytes.Equal(plain, got), codec)
			}
			for _, size := range []int{0, len(plain) - 1, len(plain) + 1, 2 * len(plain)} {
				if size == len(plain) {
					continue
				}
				_, err := x.inflate(codec.CompressionCodec(), nil, packed, size)
				require.Error(t, err, "%v %d of %d", codec, size, len(plain))
			}
			for range 50 {
				bad := bytes.Clone(packed[:r.IntN(len(packed))+1])
				bad[r.IntN(len(bad))] ^= byte(1 << r.IntN(8))
				_, _ = x.inflate(codec.CompressionCodec(), nil, bad, len(plain)) // it ends, in bounded memory
			}
		}
	}
}

func TestRuns(t *testing.T) {
	for _, c := range []struct {
		bytes    []byte
		width, n int
		ok       bool
	}{
		{nil, 3, 5, true},                                              // too few: seen by who counts
		{[]byte{10 << 1, 1}, 3, 10, true},                              // ten times 1
		{[]byte{11 << 1, 1}, 3, 10, false},                             // eleven
		{[]byte{0xfe, 0xff, 0xff, 0xff, 0x0f, 1}, 3, 10, false},        // two thousand million
		{[]byte{2<<1 | 1, 1, 2, 3, 4, 5, 6}, 3, 10, true},              // two eights of three bits
		{[]byte{2<<1 | 1, 1, 2, 3, 4, 5}, 3, 10, false},                // cut short
		{[]byte{0xff, 0xff, 0xff, 0xff, 0x0f}, 0, 10, false},           // eights of nothing
		{[]byte{5 << 1, 1, 5 << 1, 2, 1 << 1, 2}, 3, 10, false},        // one run too many
		{[]byte{2 << 1, 1}, 33, 10, false},                             // no such width
		{[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 3, 10, false},     // no header
		{[]byte{1<<1 | 1, 1, 2, 3, 2 << 1, 1}, 3, 10, true},            // mixed
		{[]byte{0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 1}, 32, 10, false}, // eights beyond int
	} {
		err := runs(c.bytes, c.width, c.n)
		require.Equal(t, c.ok, err == nil, "%v: %v", c.bytes, err)
	}
}

// TestRepeatedText: a dictionary makes much text of a few bytes.
func TestRepeatedText(t *testing.T) {
	type row struct {
		Entity string `parquet:"entity,dict"`
		Time   int64  `parquet:"time,timestamp(nanosecond)"`
		Text   string `parquet:"text,dict"`
	}
	rows := make([]row, 5000)
	for i := range rows {
		rows[i] = row{"e", int64(i), string(bytes.Repeat([]byte("x"), 1000))}
	}
	var file bytes.Buffer
	require.NoError(t, parquet.Write(&file, rows))
	cfg := Config{Columns: &Columns{Entity: "entity", Time: "time", Text: "text"}, Attribute: "a", Limits: telemetry.Limits{Bytes: 1 << 20}}
	_, _, err := all(file.Bytes(), cfg)
	require.ErrorIs(t, err, telemetry.ErrLimit)
	cfg.Rows = 1000
	got, _, err := all(file.Bytes(), cfg)
	require.NoError(t, err)
	require.Len(t, got, 5000)
}

// TestFooter: what the end of a file claims costs nothing.
func TestFooter(t *testing.T) {
	for text, kind := range map[string]error{
		"":                                 telemetry.ErrSyntax,
		"PAR1PAR1":                         telemetry.ErrSyntax,
		"PAR1\x00\x00\x00\x00PAR1":         telemetry.ErrSyntax,
		"PAR1abcd\xff\xff\xff\x7fPAR1":     telemetry.ErrSyntax,
		"PAR1abcd\x05\x00\x00\x00PAR1":     telemetry.ErrSyntax,
		"PAR1abcd\x04\x00\x00\x00PARE":     telemetry.ErrUnsupported,
		"PAR1abcdefgh\x08\x00\x00\x00PAR1": telemetry.ErrLimit,
		// A schema, the list of field 2, of 2^28 items; a text of as many bytes; lists in lists.
		"PAR1\x29\xfc\x80\x80\x80\x80\x01\x07\x00\x00\x00PAR1": telemetry.ErrSyntax,
		"PAR1\x28\x80\x80\x80\x80\x01\x06\x00\x00\x00PAR1":     telemetry.ErrSyntax,
		"PAR1\x29\x19\x19\x19\x19\x19\x19\x07\x00\x00\x00PAR1": telemetry.ErrSyntax,
	} {
		var r *Reader
		var err error
		n := testing.AllocsPerRun(1, func() {
			r, err = NewReader(bytes.NewReader([]byte(text)), int64(len(text)), Config{Limits: telemetry.Limits{Bytes: 7}})
		})
		require.ErrorIs(t, err, kind, "%q", text)
		require.Nil(t, r)
		require.Less(t, n, 200.0)
	}
}
