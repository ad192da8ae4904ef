package collect_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/testcorpus"
)

// The order of rows and of files makes no difference to values and statuses.
func TestOrderDoesNotMatter(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	cities := []string{"28079", "Bilbao", "Coruña, A", "4013", "Cesuras", "15063", "nobody"}
	var rows []string
	for i := range 300 {
		v := []string{"1.234", "5,5", "", "x", "1.234.567", "-3", "7"}[rnd.IntN(7)]
		rows = append(rows, fmt.Sprintf("%s;%d;%s;%s\n", cities[rnd.IntN(len(cities))], 2010+i%7, []string{"men", "women", "area_km2", "population"}[rnd.IntN(4)], v))
	}
	run := func(rows []string) (string, map[string]int) {
		c := catalogue()
		b, err := collect.NewBuilder(c)
		require.NoError(t, err)
		count := map[string]int{}
		half := rows[:len(rows)/2]
		for _, part := range [][]string{half, rows[len(half):]} {
			found, err := collect.Read(b, strings.NewReader(head+strings.Join(part, "")), collect.Table{Name: "f.csv", Decimal: ","}, c, network())
			require.NoError(t, err)
			for _, f := range found {
				if f.Code != collect.CodeLostZero {
					count[f.Code]++
				}
			}
		}
		v, _, err := collect.Build(b)
		require.NoError(t, err)
		v, _, err = collect.Consolidate(v, c, network())
		require.NoError(t, err)
		var s strings.Builder
		for row := range v.Len() {
			for m := range v.Schema().Measures {
				c := v.Cell(row, m)
				fmt.Fprintln(&s, v.Key(row), m, c.Value, c.Status)
			}
		}
		return s.String(), count
	}
	want, codes := run(rows)
	for range 10 {
		rnd.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		got, n := run(rows)
		require.Equal(t, want, got)
		require.Equal(t, codes, n)
	}
}

func TestConcurrentReads(t *testing.T) {
	c, n := catalogue(), network()
	var wg sync.WaitGroup
	cubes := make([]*cube.Cube, 8)
	for i := range cubes {
		wg.Go(func() {
			b, err := collect.NewBuilder(c)
			if err != nil {
				return
			}
			_, _ = collect.Read(b, strings.NewReader(head+"Coruña, A;2017;men;5\n28079;2017;men;6,5\n"), collect.Table{Name: "f"}, c, n)
			v, _, err := collect.Build(b)
			if err != nil {
				return
			}
			_ = collect.Validate(v, c, n)
			cubes[i], _, _ = collect.Consolidate(v, c, n)
		})
	}
	wg.Wait()
	for _, v := range cubes {
		require.True(t, equal(cubes[0], v))
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		head + "28079;2017;men;5\n", head + "Coru\xf1a, A;2017;men;1.234\n", "entity,period,men\n28079,2017,\"1,5\"\n", "\xff\xfee\x00", "\ufeff" + head, "sep=;\n" + head,
		"entity\tperiod\tmen\n28079\t03/04/2017\t5 %\n", head + "28079;2017;men;\"5\n", "entity;period;variable;value;unit;status\n4013;1T2017;trips;1e3;{trip};P\n", "\"", "\"\"\"\"", "entity;period;men\r28079;2017;\x00",
	} {
		f.Add([]byte(s), "", false)
	}
	c, n := catalogue(), network()
	f.Fuzz(func(t *testing.T, data []byte, decimal string, wide bool) {
		table := collect.Table{Name: "f.csv", Decimal: decimal, MaxBytes: 1 << 16}
		if wide {
			table.Columns = map[string]collect.Column{"men": {Variable: "men"}, "5": {Variable: "area_km2", Unit: "har"}}
		}
		b, err := collect.NewBuilder(c)
		require.NoError(t, err)
		found, err := collect.Read(b, strings.NewReader(string(data)), table, c, n)
		require.LessOrEqual(t, len(found), collect.MaxFindings+1)
		lines := 1 + strings.Count(string(data), "\n") + strings.Count(string(data), "\r")
		for i, f := range found {
			require.LessOrEqual(t, f.Line, lines)
			require.NotEmpty(t, f.Message("es"))
			if i > 0 && f.Code != collect.CodeMore {
				require.LessOrEqual(t, found[i-1].Compare(f), 0)
			}
		}
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		v, _, err := collect.Build(b)
		require.NoError(t, err)
		_ = collect.Validate(v, c, n)
		_, _, err = collect.Consolidate(v, c, n)
		require.NoError(t, err)
	})
}

// The corpus's files, read as a city's analyst would deliver them.
func TestMunicipalCorpus(t *testing.T) {
	dir := testcorpus.Dir(t, "municipal")
	load := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(data)
	}
	n := &indicators.Network{ID: "members"}
	seen := map[string]bool{}
	members, err := csv.NewReader(strings.NewReader(load("membership.csv"))).ReadAll()
	require.NoError(t, err)
	for _, r := range members[1:] {
		if !seen[r[0]] {
			n.Cities = append(n.Cities, indicators.City{Code: r[0], Name: r[1]})
		}
		seen[r[0]] = true
	}
	n.Cities = append(n.Cities, network().Cities[3])
	v := func(id, u string, f period.Freq) indicators.Variable {
		return indicators.Variable{ID: id, Unit: unit.MustParse(u), Frequency: f, Temporal: indicators.Stock, Moment: "start", Additive: true, Range: &indicators.Range{Min: ptr(0)}}
	}
	c := &indicators.Catalogue{ID: "corpus", Languages: []string{"es"},
		Sources: []indicators.DataSource{{ID: "sepe", Tokens: map[string]string{"-1": "suppressed"}}},
		Variables: []indicators.Variable{v("population", "{person}", period.Year), v("men", "{person}", period.Year), v("women", "{person}", period.Year), v("area_km2", "km2", period.Year),
			v("unemployed", "{person}", period.Year), v("u1", "{person}", period.Year), v("u2", "{person}", period.Year), v("u3", "{person}", period.Year), v("u4", "{person}", period.Year), v("u5", "{person}", period.Year), v("u6", "{person}", period.Year)},
		Rules: []indicators.Rule{
			{ID: "sexes", Kind: "identity", Severity: "error", Variable: "population", Parts: []string{"men", "women"}},
			{ID: "unemployed", Kind: "identity", Severity: "error", Variable: "unemployed", Parts: []string{"u1", "u2", "u3", "u4", "u5", "u6"}}}}
	b, err := collect.NewBuilder(c)
	require.NoError(t, err)
	parts := map[string]collect.Column{"registered_unemployed": {Variable: "unemployed"}}
	for i, h := range []string{"men_under25", "men_25_44", "men_45_plus", "women_under25", "women_25_44", "women_45_plus"} {
		parts[h] = collect.Column{Variable: fmt.Sprintf("u%d", i+1)}
	}
	count := map[string]int{}
	for _, f := range []struct {
		table collect.Table
		edit  func(string) string
	}{
		{collect.Table{Name: "population.csv", Others: true}, nil},
		// 1994.5872 is read by the other cells of the file that decide the decimal point.
		{collect.Table{Name: "structure_2017.csv", At: period.MustParse("2017"), Others: true, Columns: map[string]collect.Column{"area_ha": {Variable: "area_km2", Unit: "har"}},
			Ignore: []string{"latitude", "longitude", "altitude_m", "mean_age", "pop_0_12", "pop_0_18", "pop_19_67", "pop_68_plus"}},
			func(s string) string { return strings.ReplaceAll(s, "\n0", "\n") }}, // as a spreadsheet spoils codes
		{collect.Table{Name: "unemployment_2017.csv", Source: "sepe", Others: true, Columns: parts, Ignore: []string{"agriculture", "industry", "construction", "services", "no_previous_job"}}, nil},
	} {
		text := load(f.table.Name)
		if f.edit != nil {
			text = f.edit(text)
		}
		found, err := collect.Read(b, strings.NewReader(text), f.table, c, n)
		require.NoError(t, err)
		for _, x := range found {
			require.NotEqual(t, collect.Err, x.Severity, "%+v", x)
			count[x.Code]++
		}
	}
	require.Equal(t, map[string]int{collect.CodeOtherCities: 3, collect.CodeLostZero: 1}, count)
	raw, found, err := collect.Build(b)
	require.NoError(t, err)
	require.Empty(t, found)
	out, found, err := collect.Consolidate(raw, c, n)
	require.NoError(t, err)
	require.Empty(t, found)
	require.Equal(t, len(n.Cities)*11, out.Len())
	for _, f := range collect.Validate(out, c, n) {
		require.Equal(t, collect.CodeRecoverable, f.Code, "%+v", f)
		count[f.Code]++
	}
	at := func(city, year, id string) cube.Cell { return cell(out, city, year, id) }
	require.Equal(t, 3182981.0, at("28079", "2017", "population").Value)
	require.Equal(t, 2131.0+3204, at("15902", "2013", "population").Value)
	require.Equal(t, cube.Break, at("15902", "2013", "population").Status)
	hidden := 0
	for m, measure := range out.Schema().Measures {
		if strings.HasPrefix(measure.ID, "u") {
			col := out.Column(m)
			for row := range col.Len() {
				if col.StatusAt(row).Presence() == cube.Suppressed {
					hidden++
				}
			}
		}
	}
	t.Logf("hidden counts %d, recoverable %d", hidden, count[collect.CodeRecoverable])
	require.Positive(t, hidden)
}
