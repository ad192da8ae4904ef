package cube

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/stretchr/testify/require"
)

var (
	y22 = period.MustParse("2022")
	y23 = period.MustParse("2023")
	q1  = period.MustParse("2023-Q1")
)

func person() unit.Unit { return unit.MustParse("{person}") }

func testSchema() Schema {
	return Schema{
		Dimensions: []string{"sex", "age"},
		Measures:   []Measure{{"population", person()}, {"income", unit.MustParse("EUR/{person}")}, {"area", unit.MustParse("km2")}},
	}
}

func mustBuilder(t testing.TB, s Schema) *Builder {
	t.Helper()
	b, err := NewBuilder(s)
	require.NoError(t, err)
	return b
}

type setting struct {
	k Key
	m string
	c Cell
}

// randomSettings are n cells over different keys and measures, of every kind.
func randomSettings(r *rand.Rand, n int) []setting {
	s := testSchema()
	entities := []string{"28079", "08019", "41091", "á b,\"c\"\n", "0"}
	periods := []period.Period{y22, y23, q1, period.MustParse("2023-01"), period.MustParse("2022/2023")}
	members := []Members{"", "f|", "m|", "f|0-15", "|16+"}
	texts := []string{"", "plain", "a;b|c\\d", "line\nend\r\n", `quote "x", comma`, " 'sp ", "ünï"}
	src := func() Source {
		if r.IntN(3) == 0 {
			return Source{}
		}
		return Source{[]string{"", "a.csv", "b:12", "c:1:2", "ü;|#\n.csv"}[r.IntN(5)], r.IntN(3) * 1000, r.IntN(4)}
	}
	var out []setting
	seen := map[string]bool{}
	for range n {
		k := Key{entities[r.IntN(len(entities))], periods[r.IntN(len(periods))], members[r.IntN(len(members))]}
		m := s.Measures[r.IntN(len(s.Measures))].ID
		if id := k.String() + m; seen[id] {
			continue
		} else {
			seen[id] = true
		}
		c := Cell{Value: math.Float64frombits(r.Uint64())}
		if c.Value-c.Value != 0 || r.IntN(2) == 0 {
			c.Value = float64(r.IntN(1000)) / 8
		}
		if r.IntN(2) == 0 {
			c.Status = Status(r.IntN(5)) | Status(r.IntN(256))<<3 | Status(r.IntN(4))<<11
		}
		if r.IntN(3) == 0 {
			for range 1 + r.IntN(3) {
				c.Reasons = append(c.Reasons, Reason{presenceReasons[1+r.IntN(4)], texts[r.IntN(7)], texts[r.IntN(7)], src()})
			}
		}
		c.Source = src()
		out = append(out, setting{k, m, c})
	}
	return out
}

func buildFrom(t testing.TB, sets []setting) *Cube {
	t.Helper()
	b := mustBuilder(t, testSchema())
	for _, s := range sets {
		require.NoError(t, b.Set(s.k, s.m, s.c))
	}
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// normal is the slow twin of what a cube does to a cell.
func normal(c Cell, measure string) Cell {
	if !c.Status.Observed() {
		c.Value = 0
	}
	c.Value += 0
	var set []Reason
	for _, r := range c.Reasons {
		if !slices.Contains(set, r) {
			set = append(set, r)
		}
	}
	c.Reasons = set
	if len(set) == 0 && !c.Status.Observed() {
		c.Reasons = []Reason{{Code: c.Status.Presence().String(), Subject: measure}}
		if c.Status.Presence() == Missing {
			c.Reasons[0].Code = ReasonNotCollected
		}
	}
	return c
}

func TestSetAndGet(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		sets := randomSettings(r, 1+r.IntN(120))
		c := buildFrom(t, sets)
		rows := map[Key]bool{}
		for _, s := range sets {
			rows[s.k] = true
			got := c.At(s.k, s.m)
			require.Equal(t, normal(s.c, s.m), got)
			require.False(t, math.Signbit(got.Value) && got.Value == 0)
			row, ok := c.Find(s.k)
			require.True(t, ok)
			require.Equal(t, s.k, c.Key(row))
			m, _ := c.MeasureIndex(s.m)
			col := c.Column(m)
			require.True(t, got.Equal(col.Cell(row)))
			require.Equal(t, got.Reasons, col.Reasons(row))
			require.Equal(t, got.Source, col.Source(row))
			require.Equal(t, got.Status, col.StatusAt(row))
		}
		require.Equal(t, len(rows), c.Len())
		checkShape(t, c)
	}
}

// checkShape checks the order and the views of a cube against its keys.
func checkShape(t testing.TB, c *Cube) {
	t.Helper()
	perEntity, perPeriod := map[string]int{}, map[period.Period][]int{}
	for row := range c.Len() {
		k := c.Key(row)
		if row > 0 {
			require.Negative(t, c.Key(row-1).Compare(k))
		}
		perEntity[k.Entity]++
		perPeriod[k.Period] = append(perPeriod[k.Period], row)
		require.Equal(t, k.Entity, c.Entities()[c.EntityIndex(row)])
		require.Equal(t, k.Period, c.Periods()[c.PeriodIndex(row)])
		require.Equal(t, k.Members, c.Members()[c.MembersIndex(row)])
		from, to := c.Entity(k.Entity)
		require.True(t, from <= row && row < to)
	}
	require.Len(t, perEntity, len(c.Entities()))
	require.True(t, slices.IsSorted(c.Entities()))
	require.Len(t, perPeriod, len(c.Periods()))
	for e, n := range perEntity {
		from, to := c.Entity(e)
		require.Equal(t, n, to-from)
	}
	for p, rows := range perPeriod {
		require.Equal(t, rows, c.Period(p))
	}
}

func TestNeverSet(t *testing.T) {
	b := mustBuilder(t, testSchema())
	k := Key{"28079", y23, ""}
	require.NoError(t, b.Set(k, "population", Value(0)))
	require.NoError(t, b.AddRow(Key{"08019", y23, "|"}))
	c, err := b.Build()
	require.NoError(t, err)
	require.Equal(t, 2, c.Len())
	missing := func(m string) Cell {
		return NoValue(Missing, Reason{Code: ReasonNotCollected, Subject: m})
	}
	require.Equal(t, Value(0), c.At(k, "population"))
	require.Equal(t, missing("income"), c.At(k, "income"))
	require.Equal(t, missing("population"), c.At(Key{"08019", y23, ""}, "population"))
	require.Equal(t, missing("population"), c.At(Key{"08019", y22, ""}, "population"))
	require.Equal(t, missing("population"), c.At(Key{"nowhere", y23, ""}, "population"))
	require.Equal(t, missing("nothing"), c.At(k, "nothing"))
	require.Nil(t, c.Period(y22))
	income, _ := c.MeasureIndex("income")
	require.False(t, c.Column(income).HasReasons(), "a gap costs no reason")
	require.Zero(t, b.Len(), "Build empties the builder")
}

func TestPlainColumnHasNoLanes(t *testing.T) {
	c := buildFrom(t, []setting{{Key{"1", y23, ""}, "population", Value(1)}, {Key{"0", y23, ""}, "population", Value(2)}})
	col := c.Column(0)
	require.Equal(t, []float64{2, 1}, col.Values)
	require.Nil(t, col.Status)
	require.False(t, col.HasReasons() || col.HasSources())
	require.Equal(t, Value(2), col.Cell(0))
}

func TestSetRefuses(t *testing.T) {
	ok := Key{"28079", y23, "f|"}
	src := Source{"in.csv", 7, 3}
	for _, tt := range []struct {
		name    string
		key     Key
		measure string
		cell    Cell
		code    Code
		text    string
	}{
		{"measure", ok, "nothing", Value(1), CodeMeasure, `measure "nothing"`},
		{"entity", Key{"", y23, ""}, "area", Value(1), CodeKey, "entity is empty"},
		{"entity not UTF-8", Key{"a\xff", y23, ""}, "area", Value(1), CodeKey, "UTF-8"},
		{"huge entity", Key{strings.Repeat("x", 1<<20), y23, ""}, "area", Value(1), CodeKey, "1048576 bytes"},
		{"huge members", Key{"1", y23, MembersOf(strings.Repeat("x", 1<<20), "")}, "area", Value(1), CodeKey, "1048577 bytes"},
		{"period", Key{"1", period.Period{}, ""}, "area", Value(1), CodeKey, "no period"},
		{"members few", Key{"1", y23, "f"}, "area", Value(1), CodeKey, "2 dimensions"},
		{"members many", Key{"1", y23, "f|a|b"}, "area", Value(1), CodeKey, "2 dimensions"},
		{"member with bar", Key{"1", y23, MembersOf("a|b", "")}, "area", Value(1), CodeKey, `"|"`},
		{"NaN", ok, "area", Value(math.NaN()), CodeValue, "NaN"},
		{"Inf", ok, "area", Value(math.Inf(-1)), CodeValue, "-Inf"},
		{"status", ok, "area", Cell{Status: 7}, CodeStatus, "0x7"},
		{"status high", ok, "area", Cell{Status: 1 << 15}, CodeStatus, "0x8000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := mustBuilder(t, testSchema())
			err := b.Set(tt.key, tt.measure, tt.cell.From(src))
			require.ErrorIs(t, err, tt.code)
			require.ErrorContains(t, err, "in.csv:7:3: ")
			require.ErrorContains(t, err, tt.text)
			require.Less(t, len(err.Error()), 600)
			c, err := b.Build()
			require.NoError(t, err)
			require.Zero(t, c.Len())
		})
	}
	b := mustBuilder(t, testSchema())
	require.NoError(t, b.Set(ok, "area", Cell{Value: math.NaN(), Status: Status(NotComputable)}))
}

func TestSchemaRefused(t *testing.T) {
	_, err := NewBuilder(Schema{
		Dimensions: []string{"sex", "sex", ""},
		Measures:   []Measure{{ID: "a"}, {ID: "a"}, {ID: "b|c"}},
	})
	require.ErrorIs(t, err, CodeSchema)
	require.Len(t, err.(Errors), 4)
}

func TestEmptyCube(t *testing.T) {
	for _, s := range []Schema{{}, testSchema()} {
		c, err := mustBuilder(t, s).Build()
		require.NoError(t, err)
		require.Zero(t, c.Len())
		require.Empty(t, c.Entities())
		require.Empty(t, c.Periods())
		_, ok := c.Find(Key{"1", y23, ""})
		require.False(t, ok)
		for m := range s.Measures {
			require.Zero(t, c.Column(m).Len())
		}
	}
}

func TestConcurrentReads(t *testing.T) {
	c := buildFrom(t, randomSettings(rand.New(rand.NewPCG(1, 2)), 300))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for row := range c.Len() {
				k := c.Key(row)
				for m := range 3 {
					c.Cell(row, m)
					c.Column(m).SumRows(c.Period(k.Period))
				}
				c.At(k, "income")
			}
		})
	}
	wg.Wait()
}

func TestReadsDoNotAllocate(t *testing.T) {
	c := buildFrom(t, randomSettings(rand.New(rand.NewPCG(1, 2)), 300))
	k := c.Key(c.Len() / 2)
	n := 0
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for row := range c.Len() {
			for m := range 3 {
				n += len(c.Cell(row, m).Reasons) + len(c.Column(m).Reasons(row))
			}
		}
		n += len(c.At(k, "area").Reasons) + len(k.Members.At(1))
	}))
	require.Positive(t, n)
}

func TestMembers(t *testing.T) {
	require.Equal(t, Members(""), MembersOf("", ""))
	require.Equal(t, Members("f|"), MembersOf("f", ""))
	require.Equal(t, []string{"f", ""}, Members("f|").Split(2))
	require.Equal(t, []string{"", ""}, Members("").Split(2))
	require.Equal(t, []string{"f"}, Members("f|x").Split(1))
	require.Equal(t, "x", Members("f|x").At(1))
	require.Equal(t, "", Members("f").At(3))
	require.True(t, Members("||").IsTotal())
	in := []string{"a", "b|c"}
	MembersOf(in...)
	require.Equal(t, []string{"a", "b|c"}, in)
}
