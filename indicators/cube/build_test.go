package cube

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func csvOf(t testing.TB, c *Cube) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, WriteCSV(&b, c, WriteConfig{}))
	return b.String()
}

func TestOrderMakesNoDifference(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		sets := randomSettings(r, 100)
		want := csvOf(t, buildFrom(t, sets))
		for range 5 {
			r.Shuffle(len(sets), func(i, j int) { sets[i], sets[j] = sets[j], sets[i] })
			require.Equal(t, want, csvOf(t, buildFrom(t, sets)))
		}
	}
}

func TestDuplicatesAndConflicts(t *testing.T) {
	k := Key{"28079", y23, ""}
	from := func(v float64, name string, line int) Cell { return Value(v).From(Source{Name: name, Line: line}) }
	sets := []setting{
		{k, "population", from(1, "b.csv", 9)},
		{k, "population", from(1, "a.csv", 3)},
		{k, "population", from(2, "c.csv", 5)},
		{k, "area", from(7, "b.csv", 2)},
		{k, "area", from(7, "a.csv", 2)},
		{k, "income", from(7, "a.csv", 2)},
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		r.Shuffle(len(sets), func(i, j int) { sets[i], sets[j] = sets[j], sets[i] })
		fill := func() *Builder {
			b := mustBuilder(t, testSchema())
			for _, s := range sets {
				require.NoError(t, b.Set(s.k, s.m, s.c))
			}
			return b
		}
		b := fill()
		_, err := b.Build()
		require.ErrorIs(t, err, CodeConflict)
		require.ErrorIs(t, err, CodeDuplicate)
		var all []string
		for _, e := range err.(Errors) {
			require.Len(t, e.Cells, 2)
			all = append(all, e.Error())
		}
		require.Equal(t, []string{
			`b.csv:2: 28079 2023: measure "area": the same twice: 7 from a.csv:2 and 7 from b.csv:2`,
			`b.csv:9: 28079 2023: measure "population": the same twice: 1 from a.csv:3 and 1 from b.csv:9`,
			`c.csv:5: 28079 2023: measure "population": conflict: 1 from a.csv:3 and 2 from c.csv:5`,
		}, all)

		// The builder still has everything.
		b.AllowDuplicates = true
		_, err = b.Build()
		require.ErrorIs(t, err, CodeConflict)
		b.Resolve = func(k Key, measure string, cells []Cell) (Cell, bool) {
			require.Equal(t, "population", measure)
			require.Len(t, cells, 3)
			return cells[2], true
		}
		c, err := b.Build()
		require.NoError(t, err)
		require.Equal(t, from(2, "c.csv", 5), c.At(k, "population"))
		require.Equal(t, from(7, "a.csv", 2), c.At(k, "area"))
		require.Len(t, b.Duplicates(), 1)

		b = fill()
		b.Resolve = func(Key, string, []Cell) (Cell, bool) { return Cell{Status: 7}, true }
		_, err = b.Build()
		require.ErrorIs(t, err, CodeValue)
	}
}

func TestErrorsAreCut(t *testing.T) {
	b := mustBuilder(t, testSchema())
	for i := range 250 {
		k := Key{fmt.Sprintf("%05d", i), y23, ""}
		require.NoError(t, b.Set(k, "area", Value(1)))
		require.NoError(t, b.Set(k, "area", Value(2)))
	}
	_, err := b.Build()
	var list Errors
	require.True(t, errors.As(err, &list))
	require.Len(t, list, MaxErrors+1)
	require.Equal(t, CodeMore, list[MaxErrors].Code)
	require.Equal(t, `00000 2023: measure "area": conflict: 1 and 2 (and 99 more, 150 left out)`, err.Error())
}

func TestNewDeriveSelectWith(t *testing.T) {
	var sets ReasonSets
	why := Reason{Code: ReasonSuppressed, Subject: "x", Text: "-1"}
	code := sets.Add(why)
	keys := []Key{{"2", y23, ""}, {"1", y23, "f|"}, {"1", y22, ""}}
	s := testSchema()
	s.Measures = s.Measures[:2]
	c, err := New(s, keys, []ColumnData{
		{Values: []float64{1, 2, 3}, Sources: []Source{{Name: "a", Line: 1}, {}, {Name: "b"}}},
		{Values: []float64{1, 99, 3}, Status: []Status{0, Status(Suppressed), 0}, Reasons: []uint32{0, code, 0}, Source: Source{Name: "all"}},
	}, &sets)
	require.NoError(t, err)
	checkShape(t, c)
	require.Equal(t, keys[2], c.Key(0))
	require.Equal(t, []float64{3, 2, 1}, c.Column(0).Values)
	require.Equal(t, Source{Name: "b"}, c.Column(0).Source(0))
	require.Equal(t, NoValue(Suppressed, why).From(Source{Name: "all"}), c.At(keys[1], "income"))

	sets.Add(Reason{Code: "later"}, why) // does not touch c
	d, err := c.Derive([]Measure{{ID: "rate"}}, []ColumnData{{Values: []float64{0.5, 0, 2}, Status: []Status{0, Status(NotComputable), 0}}}, nil)
	require.NoError(t, err)
	both, err := c.With(d)
	require.NoError(t, err)
	require.Equal(t, 0.5, both.At(keys[2], "rate").Value)
	require.Equal(t, NoValue(NotComputable, Reason{Code: ReasonNotComputable, Subject: "rate"}), both.At(keys[1], "rate"))
	require.Equal(t, 3.0, both.At(keys[2], "population").Value)
	_, err = both.With(d)
	require.ErrorIs(t, err, CodeSchema)
	picked, err := both.Select("rate", "population")
	require.NoError(t, err)
	require.Equal(t, 1.0, picked.At(keys[0], "population").Value)
	_, err = both.Select("nothing")
	require.ErrorIs(t, err, CodeMeasure)
	_, err = c.With(buildFrom(t, nil))
	require.ErrorIs(t, err, CodeSchema)

	b := mustBuilder(t, both.Schema())
	require.NoError(t, b.Add(both))
	again, err := b.Build()
	require.NoError(t, err)
	require.Equal(t, csvOf(t, both), csvOf(t, again))
	require.ErrorIs(t, mustBuilder(t, Schema{}).Add(both), CodeSchema)

	inf := 1.0
	inf /= 0 * inf
	_, err = New(s, append(keys, keys[0], Key{}), []ColumnData{{Values: make([]float64, 5)}, {Values: make([]float64, 5)}}, nil)
	require.ErrorIs(t, err, CodeDuplicate)
	require.ErrorIs(t, err, CodeKey)
	require.ErrorContains(t, err.(Errors)[1], "index 0 and 3")
	_, err = c.Derive([]Measure{{ID: "a"}}, []ColumnData{{Values: []float64{inf, 1, inf}, Status: []Status{0, 7, 0}, Reasons: []uint32{0, 0, 5}}}, nil)
	require.Len(t, err.(Errors), 4)
	require.Panics(t, func() { _, _ = c.Derive([]Measure{{ID: "a"}}, []ColumnData{{Values: []float64{1}}}, nil) })
	require.Panics(t, func() { _, _ = New(s, keys, nil, nil) })
}

func TestReasonSets(t *testing.T) {
	var s ReasonSets
	a, b, c := Reason{Code: "a"}, Reason{Code: "b"}, Reason{Code: "c", Text: "\xff"}
	require.Zero(t, s.Add())
	ca := s.Add(a)
	require.Equal(t, ca, s.Add(a, a))
	cab := s.Add(a, b)
	require.Equal(t, cab, s.Union(ca, s.Add(b)))
	require.Equal(t, cab, s.Union(cab, ca))
	require.Equal(t, ca, s.Union(ca, 0))
	require.Equal(t, ca, s.Union(0, ca))
	require.Equal(t, []Reason{b, a}, s.Set(s.Union(s.Add(b), cab)))
	require.Equal(t, "\uFFFD", s.Set(s.Add(c))[0].Text)
	require.Equal(t, s.Add(c), s.Add(c))
	require.Nil(t, s.Set(uint32(s.Len()+1)))
}

func TestSourceText(t *testing.T) {
	for _, s := range []Source{
		{}, {Name: "a.csv"}, {Name: "a.csv", Line: 3}, {Name: "a.csv", Line: 3, Column: 4}, {Name: "a.csv", Column: 4},
		{Line: 3}, {Column: 3}, {Name: "a:5"}, {Name: "a:5", Line: 2}, {Name: "a:5:6", Column: 1}, {Name: "a:05"}, {Name: "a:"},
		{Name: ":"}, {Name: "x:99999999999999999999"}, {Name: "https://e.es/a", Line: 1 << 40, Column: 1 << 30}, {Name: "a:0", Line: 7},
	} {
		require.Equal(t, s, ParseSource(s.String()), s.String())
		var w sourceWriter
		require.Equal(t, s, w.get(w.ref(s)))
	}
	require.Equal(t, "padron.csv:12:4", Source{"padron.csv", 12, 4}.String())
}
