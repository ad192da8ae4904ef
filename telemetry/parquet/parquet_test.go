package parquet

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
)

func random(r *rand.Rand, n int) []telemetry.Observation {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	var out []telemetry.Observation
	at := int64(1_700_000_000_000_000_000)
	for i := range n {
		o := telemetry.Observation{
			Entity:    telemetry.Entity{ID: "station " + strconv.Itoa(r.IntN(20)), Type: pick("", "AirQualityObserved")},
			Attribute: pick("no2", "o3", "température"), Dataset: pick("", "", "d1"),
			Quality: telemetry.Quality(r.IntN(5)), Raw: pick("", "V", "N"), Record: i + 1,
			Precision: telemetry.Precision(r.IntN(7)), Flags: telemetry.Flags(r.IntN(4)),
			Source: telemetry.Source{Format: "test", Name: pick("f1", "f2", "f3"), Received: telemetry.NoTime},
		}
		if r.IntN(2) == 0 {
			o.Unit = telemetry.UnitRef{Given: pick("GQ", "??"), System: telemetry.CEFACT}
			o.Unit.Unit, _ = telemetry.ResolveUnit(o.Unit.System, o.Unit.Given)
		}
		if r.IntN(9) > 0 {
			at += r.Int64N(3600e9)
			o.Time = time.Unix(0, at).UTC()
			if r.IntN(5) == 0 {
				o.From = o.Time.Add(-time.Hour)
				o.Flags |= telemetry.Interval
			}
		}
		if r.IntN(3) == 0 {
			o.Meta = `{"accuracy":0.5}`
		}
		v := &o.Value
		switch v.Kind = telemetry.Kind(r.IntN(8)); v.Kind {
		case telemetry.Number:
			v.Number = r.NormFloat64()
			if r.IntN(10) == 0 {
				v.Number = []float64{math.Copysign(0, -1), 5e-324, math.MaxFloat64, 0}[r.IntN(4)]
				v.Text = "1.50"
			}
		case telemetry.Bool:
			v.Number = float64(r.IntN(2))
		case telemetry.Text, telemetry.JSON, telemetry.Geometry:
			v.Text = pick("", "abc", `{"a":1}`)
		case telemetry.Point:
			v.Position = telemetry.Position{Lon: -3.7, Lat: float64(r.IntN(90)), Alt: 5, HasAlt: true}
			if r.IntN(2) == 0 {
				v.Position.Alt, v.Position.HasAlt = 0, false
			}
		}
		out = append(out, o)
	}
	return out
}

func written(t testing.TB, list []telemetry.Observation) []byte {
	var file bytes.Buffer
	w := NewWriter(&file)
	var b telemetry.Batch
	for _, o := range list {
		require.NoError(t, b.Add(o))
	}
	require.NoError(t, w.Write(&b))
	require.NoError(t, w.Close())
	return file.Bytes()
}

func all(file []byte, cfg Config) (out []telemetry.Observation, r *Reader, err error) {
	r, err = NewReader(bytes.NewReader(file), int64(len(file)), cfg)
	if err != nil {
		return nil, nil, err
	}
	for b, err := range r.Batches() {
		if err != nil {
			return out, r, err
		}
		for _, o := range b.All() {
			out = append(out, o)
		}
	}
	return out, r, nil
}

func TestRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 2047, 2048, 2049, 20_000} {
		list := random(rand.New(rand.NewPCG(uint64(n), 1)), n)
		file := written(t, list)
		require.True(t, bytes.Equal(file, written(t, list)))
		for _, rows := range []int{1, 777, 1 << 17} {
			if rows == 1 && n > 3000 {
				continue
			}
			got, _, err := all(file, Config{Rows: rows})
			require.NoError(t, err)
			require.Equal(t, n, len(got))
			for i := range list {
				if list[i].Value.Kind == telemetry.Number && math.Float64bits(list[i].Value.Number) != math.Float64bits(got[i].Value.Number) || list[i] != got[i] {
					require.Equal(t, list[i], got[i])
				}
			}
		}
	}
}

func TestTimesSkipRowGroups(t *testing.T) {
	var b telemetry.Batch
	n := 2*groupRows + 10
	for i := range n {
		require.NoError(t, b.Add(telemetry.Observation{Attribute: "a", Entity: telemetry.Entity{ID: "x"}, Time: time.Unix(int64(i), 0).UTC(), Value: telemetry.Value{Kind: telemetry.Number, Number: float64(i)}}))
	}
	var file bytes.Buffer
	w := NewWriter(&file)
	require.NoError(t, w.Write(&b))
	require.NoError(t, w.Close())
	got, r, err := all(file.Bytes(), Config{From: time.Unix(groupRows+5, 0), To: time.Unix(groupRows+8, 0)})
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.Equal(t, 2, r.Skipped())
	require.EqualValues(t, groupRows+5, got[0].Value.Number)
}

// foreign is what other programs write.
type foreign struct {
	Station int32    `parquet:"station"`
	Sensor  string   `parquet:"sensor,optional"`
	At      int64    `parquet:"ts,timestamp(millisecond)"`
	Value   float32  `parquet:"value,optional"`
	Cents   int64    `parquet:"cents,decimal(2:18)"`
	On      bool     `parquet:"on"`
	Raw     int64    `parquet:"epoch"`
	Local   int64    `parquet:"local,timestamp(microsecond:local)"`
	Tags    []string `parquet:"tags"`
}

func foreignFile(t testing.TB, rows ...foreign) []byte {
	var file bytes.Buffer
	require.NoError(t, parquet.Write(&file, rows))
	return file.Bytes()
}

func TestForeign(t *testing.T) {
	file := foreignFile(t, foreign{Station: 4, Sensor: "no2", At: 1_700_000_000_123, Value: 41.5, Cents: 1234, On: true, Raw: 1_700_000_000},
		foreign{Station: 8, Sensor: "", At: 1_700_000_001_000, Value: float32(math.NaN()), Cents: -5, Raw: 1_700_000_060})
	got, _, err := all(file, Config{Columns: &Columns{Entity: "station", Attribute: "sensor", Time: "ts", Number: "value"}})
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, telemetry.Entity{ID: "4"}, got[0].Entity)
	require.Equal(t, "no2", got[0].Attribute)
	require.Equal(t, 41.5, got[0].Value.Number)
	require.Equal(t, time.UnixMilli(1_700_000_000_123).UTC(), got[0].Time)
	require.Equal(t, telemetry.None, got[1].Value.Kind, "NaN is no value")
	got, _, err = all(file, Config{Columns: &Columns{Entity: "station", Time: "epoch", Number: "cents"}, Attribute: "cost", TimeUnit: time.Second})
	require.NoError(t, err)
	require.Equal(t, 12.34, got[0].Value.Number)
	require.Equal(t, -0.05, got[1].Value.Number)
	require.Equal(t, "cost", got[1].Attribute)
	require.Equal(t, time.Unix(1_700_000_060, 0).UTC(), got[1].Time)
	got, _, err = all(file, Config{Columns: &Columns{Entity: "station", Time: "ts", Number: "on"}, Attribute: "on"})
	require.NoError(t, err)
	require.Equal(t, telemetry.Value{Kind: telemetry.Bool, Number: 1}, got[0].Value)
	for name, c := range map[string]struct {
		cfg  Config
		kind error
	}{
		"missing":         {Config{Columns: &Columns{Entity: "x", Time: "ts", Number: "value"}, Attribute: "a"}, telemetry.ErrMissing},
		"local":           {Config{Columns: &Columns{Entity: "station", Time: "local", Number: "value"}, Attribute: "a"}, telemetry.ErrTime},
		"unit of time":    {Config{Columns: &Columns{Entity: "station", Time: "epoch", Number: "value"}, Attribute: "a"}, telemetry.ErrType},
		"text for number": {Config{Columns: &Columns{Entity: "station", Time: "ts", Number: "sensor"}, Attribute: "a"}, telemetry.ErrType},
		"float for id":    {Config{Columns: &Columns{Entity: "value", Time: "ts", Number: "value"}, Attribute: "a"}, telemetry.ErrType},
		"repeated":        {Config{Columns: &Columns{Entity: "tags", Time: "ts", Number: "value"}, Attribute: "a"}, telemetry.ErrUnsupported},
		"no attribute":    {Config{Columns: &Columns{Entity: "station", Time: "ts", Number: "value"}}, telemetry.ErrConfig},
		"overflow":        {Config{Columns: &Columns{Entity: "station", Time: "epoch", Number: "value"}, Attribute: "a", TimeUnit: 24 * time.Hour}, telemetry.ErrTime},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := all(file, c.cfg)
			require.ErrorIs(t, err, c.kind)
			var e *telemetry.Error
			require.ErrorAs(t, err, &e)
		})
	}
}

// TestDamaged cuts and flips: an error or fewer rows, never a panic.
func TestDamaged(t *testing.T) {
	file := written(t, random(rand.New(rand.NewPCG(9, 9)), 300))
	check := func(p []byte) {
		_, _, err := all(p, Config{})
		var e *telemetry.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
	}
	for n := 0; n < len(file); n += 7 {
		check(file[:n])
		bad := bytes.Clone(file)
		bad[n] ^= 0x55
		check(bad)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(written(f, random(rand.New(rand.NewPCG(1, 9)), 50)))
	f.Add(foreignFile(f, foreign{Station: 1}))
	f.Fuzz(func(t *testing.T, p []byte) {
		_, _, err := all(p, Config{Limits: telemetry.Limits{Text: 1000}})
		var e *telemetry.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var batch telemetry.Batch
	r := rand.New(rand.NewPCG(1, 1))
	n := 1 << 19
	for i := range n {
		_ = batch.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "station " + strconv.Itoa(i/1000)}, Attribute: "no2", Time: time.Unix(int64(i), 0).UTC(),
			Value: telemetry.Value{Kind: telemetry.Number, Number: float64(r.IntN(1000)) / 10}})
	}
	var file bytes.Buffer
	w := NewWriter(&file)
	require.NoError(b, w.Write(&batch))
	require.NoError(b, w.Close())
	for name, cols := range map[string]*Columns{"all": nil, "four": {Entity: "entity", Attribute: "attribute", Time: "time", Number: "number"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()), Config{Columns: cols})
				require.NoError(b, err)
				rows := 0
				for batch, err := range r.Batches() {
					require.NoError(b, err)
					rows += batch.Len()
				}
				require.Equal(b, n, rows)
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	var batch telemetry.Batch
	r := rand.New(rand.NewPCG(1, 1))
	n := 1 << 18
	for i := range n {
		_ = batch.Add(telemetry.Observation{Entity: telemetry.Entity{ID: "station " + strconv.Itoa(i/1000)}, Attribute: "no2", Time: time.Unix(int64(i), 0).UTC(), Record: i,
			Value: telemetry.Value{Kind: telemetry.Number, Number: float64(r.IntN(1000)) / 10}})
	}
	b.ReportAllocs()
	for b.Loop() {
		w := NewWriter(io.Discard)
		require.NoError(b, w.Write(&batch))
		require.NoError(b, w.Close())
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// TestReadByParquetGo: what the writer writes is what another reader reads, with its own page layer.
func TestReadByParquetGo(t *testing.T) {
	type row struct {
		Entity    string   `parquet:"entity"`
		Attribute string   `parquet:"attribute"`
		Time      *int64   `parquet:"time,optional,timestamp(nanosecond)"`
		Offset    *int32   `parquet:"offset_minutes,optional"`
		Kind      string   `parquet:"kind"`
		Number    *float64 `parquet:"number,optional"`
		Text      *string  `parquet:"text,optional"`
		Alt       *float64 `parquet:"alt,optional"`
		Record    int64    `parquet:"record"`
	}
	list := random(rand.New(rand.NewPCG(77, 1)), 40_000)
	file := grouped(t, list, 33_000)
	rows, err := parquet.Read[row](bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	require.Len(t, rows, len(list))
	for i, r := range rows {
		o := &list[i]
		require.Equal(t, []any{o.Entity.ID, o.Attribute, o.Value.Kind.String(), int64(o.Record)}, []any{r.Entity, r.Attribute, r.Kind, r.Record})
		require.Equal(t, o.Time.IsZero(), r.Time == nil)
		if r.Time != nil {
			require.Equal(t, o.Time.UnixNano(), *r.Time)
		}
		require.Equal(t, o.HasOffset, r.Offset != nil)
		require.Equal(t, o.Value.Kind == telemetry.Number || o.Value.Kind == telemetry.Bool, r.Number != nil)
		if r.Number != nil {
			require.Equal(t, math.Float64bits(o.Value.Number), math.Float64bits(*r.Number))
		}
		require.Equal(t, o.Value.Position.HasAlt, r.Alt != nil)
		if r.Text != nil {
			require.Equal(t, o.Value.Text, *r.Text)
		}
	}
}

// TestPieces: the bytes depend on the rows, not on the calls, nor on what stands in their batches' dictionaries.
func TestPieces(t *testing.T) {
	list := random(rand.New(rand.NewPCG(78, 1)), 3000)
	want := grouped(t, list, 1000)
	for _, n := range []int{1, 7, 999, 1000, 1001} {
		var file bytes.Buffer
		w := newWriter(&file, 1000)
		var b telemetry.Batch
		for from := 0; from < len(list); from += n {
			b.Reset()
			if from%2 == 0 {
				b = telemetry.Batch{}
			}
			for _, o := range list[from:min(from+n, len(list))] {
				require.NoError(t, b.Add(o))
			}
			require.NoError(t, w.Write(&b))
		}
		require.NoError(t, w.Close())
		require.True(t, bytes.Equal(want, file.Bytes()), n)
	}
}

// full is a writer that fails after n bytes.
type full struct{ n int }

func (f *full) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestFull(t *testing.T) {
	list := random(rand.New(rand.NewPCG(79, 1)), 2000)
	size := len(written(t, list))
	var b telemetry.Batch
	for _, o := range list {
		require.NoError(t, b.Add(o))
	}
	for n := 0; n < size; n += size / 9 {
		w := newWriter(&full{n}, 500)
		err := w.Write(&b)
		if err == nil {
			err = w.Close()
		}
		require.ErrorContains(t, err, "disk full")
		require.ErrorContains(t, w.Close(), "disk full")
	}
}
