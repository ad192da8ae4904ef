package cube

import (
	"database/sql"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"
)

func openDB(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Exec(`
create table tidy (entity text, period text, sex text, age text, measure text, value, status text);
insert into tidy values
 ('28079', '2023', null, null, 'population', 3332035, null),
 ('28079', '2023', 'f', '', 'population', '1775541', 'observed+provisional'),
 ('08019', '2023', '', '', 'area', x'3130312e3335', null),
 ('08019', '2023', '', '', 'income', null, 'suppressed+primary'),
 ('41091', '2023', '', '', 'income', null, null);
create table wide (code integer, day timestamp, pob integer, income real, area text, area_status text);
insert into wide values
 (8019, '2023-01-01 00:00:00', 1660122, 17000.5, '101.35', 'observed+estimated'),
 (28079, '2023-12-31 00:00:00', 3332035, null, null, 'not-applicable');`)
	require.NoError(t, err)
	return db
}

func query(t testing.TB, db *sql.DB, q string, args ...any) *sql.Rows {
	t.Helper()
	rows, err := db.Query(q, args...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = rows.Close() })
	return rows
}

func TestReadRowsTidy(t *testing.T) {
	rows := query(t, openDB(t), "select * from tidy")
	c, err := ReadRows(rows, RowsConfig{Schema: testSchema(), Name: "tidy", Measure: "Measure"})
	require.NoError(t, err)
	require.Equal(t, 4, c.Len())
	require.Equal(t, Value(3332035).From(Source{"tidy", 1, 6}), c.At(Key{"28079", y23, ""}, "population"))
	require.Equal(t, Cell{Value: 1775541, Status: Provisional, Source: Source{"tidy", 2, 6}}, c.At(Key{"28079", y23, "f|"}, "population"))
	require.Equal(t, 101.35, c.At(Key{"08019", y23, ""}, "area").Value)
	require.Equal(t, "suppressed+primary", c.At(Key{"08019", y23, ""}, "income").Status.String())
	require.Equal(t, Missing, c.At(Key{"41091", y23, ""}, "income").Status.Presence())
}

func TestReadRowsWide(t *testing.T) {
	s := testSchema()
	s.Dimensions = nil
	rows := query(t, openDB(t), "select * from wide")
	c, err := ReadRows(rows, RowsConfig{
		Schema: s, Entity: "code", EntityWidth: 5, Period: "day", Freq: period.Year,
		Columns: map[string]string{"population": "pob"},
	})
	require.NoError(t, err)
	require.Equal(t, []string{"08019", "28079"}, c.Entities())
	require.Equal(t, []period.Period{y23}, c.Periods())
	require.Equal(t, Cell{Value: 101.35, Status: Estimated}, c.At(Key{"08019", y23, ""}, "area"))
	require.Equal(t, 17000.5, c.At(Key{"08019", y23, ""}, "income").Value)
	require.Equal(t, Missing, c.At(Key{"28079", y23, ""}, "income").Status.Presence())
	require.Equal(t, NotApplicable, c.At(Key{"28079", y23, ""}, "area").Status.Presence())
	require.Equal(t, 3332035.0, c.At(Key{"28079", y23, ""}, "population").Value)
}

// fakeRows are rows of any type, as other drivers give them.
type fakeRows struct {
	names []string
	rows  [][]any
	err   error
	at    int
}

func (f *fakeRows) Columns() ([]string, error) { return f.names, nil }
func (f *fakeRows) Next() bool                 { f.at++; return f.at <= len(f.rows) }
func (f *fakeRows) Err() error                 { return f.err }
func (f *fakeRows) Scan(dest ...any) error {
	for i, d := range dest {
		*d.(*any) = f.rows[f.at-1][i]
	}
	return nil
}

func TestReadRowsTypes(t *testing.T) {
	madrid := time.FixedZone("", 3600)
	schema := Schema{Measures: []Measure{{ID: "v"}}}
	for _, tt := range []struct {
		name   string
		freq   period.Freq
		loc    *time.Location
		period any
		value  any
		wantP  string
		want   float64
	}{
		{"int", 0, nil, int64(2023), int64(-3), "2023", -3},
		{"bytes", 0, nil, []byte("2023-Q1"), []byte("1.50"), "2023-Q1", 1.5},
		{"text", 0, nil, "2023-03", ".5e3", "2023-03", 500},
		{"widened", period.Quarter, nil, "2023-03-31", 2.5, "2023-Q1", 2.5},
		{"year kept", period.Year, nil, int32(2023), int32(7), "2023", 7},
		{"time", period.Month, nil, time.Date(2023, 12, 31, 23, 30, 0, 0, time.UTC), float32(0.1), "2023-12", 0.1},
		{"time in zone", period.Month, madrid, time.Date(2023, 12, 31, 23, 30, 0, 0, time.UTC), uint64(1 << 63), "2024-01", 1 << 63},
		{"time as text", period.Day, nil, "2023-12-31T23:30:00Z", uint8(1), "2023-12-31", 1},
		{"null string", 0, nil, "2023", sql.NullString{String: "4", Valid: true}, "2023", 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := ReadRows(&fakeRows{names: []string{"ENTITY", "period", "v"}, rows: [][]any{{"1", tt.period, tt.value}}},
				RowsConfig{Schema: schema, Freq: tt.freq, Location: tt.loc})
			require.NoError(t, err)
			require.Equal(t, tt.want, c.At(Key{"1", period.MustParse(tt.wantP), ""}, "v").Value)
			require.Equal(t, tt.wantP, c.Key(0).Period.String())
		})
	}
	c, err := ReadRows(&fakeRows{names: []string{"entity", "v"}, rows: [][]any{{"1", nil}}}, RowsConfig{Schema: schema, At: q1})
	require.NoError(t, err)
	require.Equal(t, Missing, c.At(Key{"1", q1, ""}, "v").Status.Presence())
}

func TestReadRowsErrors(t *testing.T) {
	names := []string{"entity", "period", "v", "v_status"}
	schema := Schema{Measures: []Measure{{ID: "v"}}}
	for _, tt := range []struct {
		name string
		row  []any
		cfg  RowsConfig
		code Code
		text string
	}{
		{"no entity", []any{nil, "2023", 1.0, nil}, RowsConfig{}, CodeKey, `db:1:1: column "entity": no entity`},
		{"entity type", []any{1.5, "2023", 1.0, nil}, RowsConfig{}, CodeKey, "float64 is neither"},
		{"no period", []any{"1", nil, 1.0, nil}, RowsConfig{}, CodeKey, "db:1:2:"},
		{"bad period", []any{"1", "x", 1.0, nil}, RowsConfig{}, CodeKey, `period "x"`},
		{"year", []any{"1", int64(0), 1.0, nil}, RowsConfig{}, CodeKey, "0 is not a year"},
		{"time without Freq", []any{"1", time.Time{}, 1.0, nil}, RowsConfig{}, CodeKey, "set Freq"},
		{"coarse", []any{"1", "2023", 1.0, nil}, RowsConfig{Freq: period.Month}, CodeKey, "in no period of frequency M"},
		{"text", []any{"1", "2023", "1,5", nil}, RowsConfig{}, CodeValue, `db:1:3: column "v": "1,5" is not a decimal`},
		{"inf text", []any{"1", "2023", "inf", nil}, RowsConfig{}, CodeValue, "not a decimal"},
		{"hex", []any{"1", "2023", "0x10", nil}, RowsConfig{}, CodeValue, "not a decimal"},
		{"empty", []any{"1", "2023", "", nil}, RowsConfig{}, CodeValue, "NULL is missing"},
		{"inexact", []any{"1", "2023", int64(1)<<53 + 1, nil}, RowsConfig{}, CodeValue, "not exact"},
		{"largest", []any{"1", "2023", int64(math.MaxInt64), nil}, RowsConfig{}, CodeValue, "not exact"},
		{"bool", []any{"1", "2023", true, nil}, RowsConfig{}, CodeValue, "bool is not a number"},
		{"NaN", []any{"1", "2023", nan(), nil}, RowsConfig{}, CodeValue, "NaN"},
		{"status", []any{"1", "2023", 1.0, "good"}, RowsConfig{}, CodeStatus, `"good" is unknown`},
		{"status and value", []any{"1", "2023", 1.0, "missing"}, RowsConfig{}, CodeStatus, "the value is 1"},
		{"column", []any{"1", "2023", 1.0, nil}, RowsConfig{Entity: "city"}, CodeSchema, `column "city" is not there: the columns are ["entity" "period" "v" "v_status"]`},
		{"measure", []any{"1", "2023", 1.0, nil}, RowsConfig{Measure: "entity", Value: "v"}, CodeMeasure, `measure "1"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.Schema, tt.cfg.Name = schema, "db"
			_, err := ReadRows(&fakeRows{names: names, rows: [][]any{tt.row}}, tt.cfg)
			require.ErrorIs(t, err, tt.code)
			require.ErrorContains(t, err, tt.text)
		})
	}
	_, err := ReadRows(&fakeRows{names: []string{"entity", "Period", "PERIOD", "v", "v"}}, RowsConfig{Schema: schema})
	require.Len(t, err.(Errors), 2)
	down := errors.New("connection lost")
	_, err = ReadRows(&fakeRows{names: names, rows: [][]any{{"1", "2023", 1.0, nil}}, err: down}, RowsConfig{Schema: schema})
	require.ErrorIs(t, err, down)
	_, err = ReadRows(&fakeRows{names: names, rows: [][]any{{"1", "2023", 1.0, nil}, {"1", "2023", 2.0, nil}}}, RowsConfig{Schema: schema, Name: "db"})
	require.ErrorIs(t, err, CodeConflict)
	require.ErrorContains(t, err, "1 from db:1:3 and 2 from db:2:3")
	_, err = ReadRows(&fakeRows{names: names, rows: [][]any{{"1", "2023", 1.0, nil}, {"2", "2023", 2.0, nil}}}, RowsConfig{Schema: schema, Limits: Limits{Cells: 1}})
	require.ErrorIs(t, err, CodeLimit)
}

func nan() float64 {
	z := 0.0
	return z / z
}
