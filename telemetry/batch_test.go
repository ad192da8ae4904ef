package telemetry

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDict(t *testing.T) {
	var d Dict
	_, ok := d.Lookup([]byte("x"))
	require.False(t, ok)
	for i := range 1000 {
		require.EqualValues(t, i+1, d.Code(fmt.Appendf(nil, "name %d", i)))
	}
	for i := range 1000 {
		require.EqualValues(t, i+1, d.Code(fmt.Appendf(nil, "name %d", i)))
		code, ok := d.Lookup(fmt.Appendf(nil, "name %d", i))
		require.True(t, ok)
		require.Equal(t, fmt.Sprintf("name %d", i), d.Text(code))
	}
	require.Equal(t, 1000, d.Len())
	require.Zero(t, d.Code(nil))
	require.Empty(t, d.Text(5000))
}

func TestEntityTable(t *testing.T) {
	var e EntityTable
	a := e.Code([]byte("1"), []byte("A"))
	b := e.Code([]byte("1"), []byte("B"))
	require.NotEqual(t, a, b)
	require.Equal(t, a, e.Code([]byte("1"), []byte("A")))
	require.Equal(t, Entity{"1", "B"}, e.At(b))
	require.Zero(t, e.At(0))
}

func TestAddRefuses(t *testing.T) {
	ok := Observation{Attribute: "a", Value: Value{Kind: Number, Number: 1}, Time: time.Unix(0, 0)}
	for name, spoil := range map[string]func(*Observation){
		"nan":      func(o *Observation) { o.Value.Number = math.NaN() },
		"infinite": func(o *Observation) { o.Value.Number = math.Inf(-1) },
		"bool":     func(o *Observation) { o.Value = Value{Kind: Bool, Number: 2} },
		"early":    func(o *Observation) { o.Time = time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC) },
		"utf-8":    func(o *Observation) { o.Attribute = "\xff" },
		"globe":    func(o *Observation) { o.Value = Value{Kind: Point, Position: Position{Lon: 200}} },
		"interval": func(o *Observation) { o.From = o.Time.Add(1) },
		"offset":   func(o *Observation) { o.Time, o.HasOffset = o.Time.In(time.FixedZone("", 61)), true },
	} {
		t.Run(name, func(t *testing.T) {
			var b Batch
			o := ok
			spoil(&o)
			var e *Error
			require.ErrorAs(t, b.Add(o), &e)
			require.Zero(t, b.Len())
		})
	}
}

func TestAddAt(t *testing.T) {
	at := time.Date(2026, 10, 25, 2, 30, 0, 123, time.FixedZone("", 3600))
	list := []Observation{
		{Entity: Entity{"s1", "Sensor"}, Attribute: "t", Value: Value{Kind: Number, Number: 9007199254740993, Text: "9007199254740993"}, Time: at, HasOffset: true},
		{Entity: Entity{"s1", "Sensor"}, Attribute: "on", Value: Value{Kind: Bool, Number: 1}, Time: at.UTC(), Dataset: "d", Meta: `{"a":1}`},
		{Entity: Entity{ID: "s2"}, Attribute: "at", Value: Value{Kind: Point, Position: Position{-3.7, 40.4, 650, true}}},
		{Entity: Entity{ID: "s2"}, Attribute: "mean", Value: Value{Kind: Text, Text: "ñ"}, Time: at.UTC(), From: at.UTC().Add(-time.Hour), Flags: Interval},
		{Entity: Entity{ID: "s2"}, Value: Value{Kind: Deleted}},
	}
	var b Batch
	for range 2 {
		for _, o := range list {
			require.NoError(t, b.Add(o))
		}
		for i, o := range list {
			got := b.At(i)
			require.True(t, got.Time.Equal(o.Time))
			require.True(t, got.From.Equal(o.From))
			got.Time, got.From, o.Time, o.From = time.Time{}, time.Time{}, time.Time{}, time.Time{}
			got.Source = Source{}
			require.Equal(t, o, got)
		}
		b.Reset()
	}
	m := b.Mark()
	require.NoError(t, b.Add(list[3]))
	b.Rewind(m)
	require.Zero(t, b.Len())
	require.Empty(t, b.Data)
}

func TestAppendAllocatesNothing(t *testing.T) {
	var b Batch
	b.Grow(2048)
	name := []byte("temperature")
	require.Zero(t, testing.AllocsPerRun(10, func() {
		b.Reset()
		for i := range 2048 {
			b.Append(&Row{Time: int64(i), Kind: Number, Attribute: b.Attributes.Code(name)})
		}
	}))
}

func TestExtend(t *testing.T) {
	var b Batch
	require.NoError(t, b.Add(Observation{Attribute: "a", Value: Value{Kind: Number, Number: 1}}))
	first := b.At(0)
	b.Extend(1000)
	require.Equal(t, 1001, b.Len())
	for _, n := range []int{len(b.Entity), len(b.Attribute), len(b.Dataset), len(b.UnitRef), len(b.Time), len(b.Number), len(b.Kind), len(b.Quality), len(b.Flags), len(b.Detail)} {
		require.Equal(t, 1001, n)
	}
	b.Truncate(1)
	require.Equal(t, first, b.At(0))
	b.Append(&Row{Number: 2})
	b.Extend(0)
	require.Equal(t, []float64{1, 2}, b.Number)
}
