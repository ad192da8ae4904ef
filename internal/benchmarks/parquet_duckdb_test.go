package main

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/parquet"
)

func memory(t testing.TB) *sql.DB {
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	db.SetMaxOpenConns(1) // settings are of a connection
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Exec("SET TimeZone = 'Pacific/Auckland'; SET threads = 1")
	require.NoError(t, err)
	return db
}

// column is the first column of a query as text, NULL as "∅".
func column(t testing.TB, db *sql.DB, query string) (out []string) {
	rows, err := db.Query(query)
	require.NoError(t, err, query)
	defer rows.Close()
	for rows.Next() {
		var s sql.NullString
		require.NoError(t, rows.Scan(&s))
		if !s.Valid {
			s.String = "∅"
		}
		out = append(out, s.String)
	}
	require.NoError(t, rows.Err())
	return out
}

// everything has all that a batch can hold: kinds, missing values, units, intervals, offsets, qualities, precisions, sources.
func everything(t testing.TB, n int) *telemetry.Batch {
	r := rand.New(rand.NewPCG(6, 5))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	var b telemetry.Batch
	for i := range n {
		o := telemetry.Observation{
			Entity:    telemetry.Entity{ID: "estación " + strconv.Itoa(r.IntN(30)), Type: pick("", "AirQualityObserved")},
			Attribute: pick("no2", "o3", "température"), Dataset: pick("", "urn:d1"),
			Quality: telemetry.Quality(r.IntN(5)), Raw: pick("", "V", "N"), Record: i + 1,
			Precision: telemetry.Precision(r.IntN(7)), Flags: telemetry.Flags(r.IntN(4)) | telemetry.Flags(r.IntN(2))*telemetry.Integer,
			Source: telemetry.Source{Format: "senml", Name: pick("a.json", "b.json"), Received: telemetry.NoTime},
		}
		if r.IntN(2) == 0 {
			o.Source.Received = 1_774_772_100_000_000_001 + int64(r.IntN(5))
		}
		if r.IntN(2) == 0 {
			o.Unit = telemetry.UnitRef{Given: pick("GQ", "CEL", "??"), System: telemetry.CEFACT}
			o.Unit.Unit, _ = telemetry.ResolveUnit(o.Unit.System, o.Unit.Given)
		}
		if r.IntN(9) > 0 {
			o.Time = time.Unix(0, 1_774_745_999_123_456_789+r.Int64N(2*3600e9)) // the night of 29 March 2026
			if r.IntN(8) == 0 {
				o.Time = time.Unix(0, []int64{0, -1000, -9_000_000_000_000_000_000, 9_000_000_000_000_000_000, 1}[r.IntN(5)])
			}
			o.Time = o.Time.UTC()
			if r.IntN(3) == 0 {
				o.Time, o.HasOffset = o.Time.In(time.FixedZone("", []int{3600, 7200, -4 * 3600, 345 * 60}[r.IntN(4)])), true
			}
			if o.Time.Year() == 2026 && r.IntN(5) == 0 {
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
			v.Number = math.Round(r.NormFloat64()*1e4) / 100
			switch r.IntN(10) {
			case 0:
				v.Number = []float64{math.Copysign(0, -1), 5e-324, math.MaxFloat64, 0, -1e300}[r.IntN(5)]
			case 1:
				v.Number, v.Text = 9007199254740993, "9007199254740993"
			}
		case telemetry.Bool:
			v.Number = float64(r.IntN(2))
		case telemetry.Text, telemetry.JSON, telemetry.Geometry:
			v.Text = pick("", "abc", `{"a":"ñ"}`)
		case telemetry.Point:
			v.Position = telemetry.Position{Lon: -3.7 - r.Float64(), Lat: float64(1 + r.IntN(89)), Alt: 5, HasAlt: r.IntN(2) == 0}
			if !v.Position.HasAlt {
				v.Position.Alt = 0
			}
		}
		require.NoError(t, b.Add(o), i)
	}
	return &b
}

// TestConformanceParquetWritten lets DuckDB read every column that the writer writes.
func TestConformanceParquetWritten(t *testing.T) {
	db := memory(t)
	b := everything(t, 5000)
	name := filepath.Join(t.TempDir(), "all.parquet")
	file, err := os.Create(name)
	require.NoError(t, err)
	w := parquet.NewWriter(file)
	require.NoError(t, w.Write(b))
	require.NoError(t, w.Close())
	require.NoError(t, file.Close())

	number := func(v float64) string { return strconv.FormatUint(math.Float64bits(v), 10) }
	// The file has nanoseconds; DuckDB's instants have microseconds.
	instant := func(ns int64) string { return strconv.FormatInt(ns/1000, 10) }
	null := func(ok bool, f func() string) string {
		if !ok {
			return "∅"
		}
		return f()
	}
	// Numbers are compared by their bits: DuckDB hands them over as they are.
	columns := []struct {
		name, typ, sql string
		want           func(i int, o *telemetry.Observation) string
	}{
		{"entity", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Entity.ID }},
		{"entity_type", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Entity.Type }},
		{"attribute", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Attribute }},
		{"dataset", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Dataset }},
		{"time", "TIMESTAMP WITH TIME ZONE", "epoch_us(time)", func(i int, _ *telemetry.Observation) string {
			return null(b.Time[i] != telemetry.NoTime, func() string { return instant(b.Time[i]) })
		}},
		{"offset_minutes", "INTEGER", "", func(i int, o *telemetry.Observation) string {
			return null(b.Detail[i].Offset != telemetry.NoOffset, func() string { return strconv.Itoa(int(b.Detail[i].Offset)) })
		}},
		{"precision", "INTEGER", "", func(_ int, o *telemetry.Observation) string { return strconv.Itoa(int(o.Precision)) }},
		{"kind", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Value.Kind.String() }},
		{"number", "DOUBLE", "", func(_ int, o *telemetry.Observation) string {
			return null(o.Value.Kind == telemetry.Number || o.Value.Kind == telemetry.Bool, func() string { return number(o.Value.Number) })
		}},
		{"text", "VARCHAR", "", func(i int, o *telemetry.Observation) string {
			k := o.Value.Kind
			return null(o.Value.Text != "" || k == telemetry.Text || k == telemetry.JSON || k == telemetry.Geometry, func() string { return o.Value.Text })
		}},
		{"unit", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Unit.Given }},
		{"unit_system", "VARCHAR", "", func(_ int, o *telemetry.Observation) string {
			if o.Unit.Given == "" {
				return ""
			}
			return o.Unit.System.String()
		}},
		{"quality", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Quality.String() }},
		{"quality_raw", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Raw }},
		{"flags", "INTEGER", "", func(_ int, o *telemetry.Observation) string { return strconv.Itoa(int(o.Flags)) }},
		{"from", "TIMESTAMP WITH TIME ZONE", `epoch_us("from")`, func(i int, o *telemetry.Observation) string {
			return null(o.Flags&telemetry.Interval != 0, func() string { return instant(b.Detail[i].From) })
		}},
		{"lon", "DOUBLE", "", func(_ int, o *telemetry.Observation) string {
			return null(o.Value.Kind == telemetry.Point, func() string { return number(o.Value.Position.Lon) })
		}},
		{"lat", "DOUBLE", "", func(_ int, o *telemetry.Observation) string {
			return null(o.Value.Kind == telemetry.Point, func() string { return number(o.Value.Position.Lat) })
		}},
		{"alt", "DOUBLE", "", func(_ int, o *telemetry.Observation) string {
			return null(o.Value.Kind == telemetry.Point && o.Value.Position.HasAlt, func() string { return number(o.Value.Position.Alt) })
		}},
		{"meta", "VARCHAR", "", func(_ int, o *telemetry.Observation) string {
			return null(o.Meta != "", func() string { return o.Meta })
		}},
		{"source", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Source.Name }},
		{"format", "VARCHAR", "", func(_ int, o *telemetry.Observation) string { return o.Source.Format }},
		{"received", "TIMESTAMP WITH TIME ZONE", "epoch_us(received)", func(_ int, o *telemetry.Observation) string {
			return null(o.Source.Received != telemetry.NoTime, func() string { return instant(o.Source.Received) })
		}},
		{"record", "BIGINT", "", func(_ int, o *telemetry.Observation) string { return strconv.Itoa(o.Record) }},
	}
	from := fmt.Sprintf(" FROM read_parquet('%s')", name)
	types := column(t, db, "SELECT column_type FROM (DESCRIBE SELECT *"+from+")")
	names := column(t, db, "SELECT column_name FROM (DESCRIBE SELECT *"+from+")")
	require.Len(t, names, len(columns), "a column has no case: %v", names)
	var list []telemetry.Observation
	for _, o := range b.All() {
		list = append(list, o)
	}
	pass, fail := 0, 0
	for k, c := range columns {
		ok := t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.name, names[k])
			query := c.sql
			switch {
			case c.typ == "DOUBLE":
				rows, err := db.Query(fmt.Sprintf(`SELECT "%s"%s`, c.name, from))
				require.NoError(t, err)
				defer rows.Close()
				for i := 0; rows.Next(); i++ {
					var v sql.NullFloat64
					require.NoError(t, rows.Scan(&v))
					require.Equal(t, c.want(i, &list[i]), null(v.Valid, func() string { return number(v.Float64) }), "row %d", i)
				}
				require.NoError(t, rows.Err())
			default:
				if query == "" {
					query = `"` + c.name + `"::VARCHAR`
				}
				got := column(t, db, "SELECT "+query+from)
				require.Len(t, got, len(list))
				for i := range got {
					require.Equal(t, c.want(i, &list[i]), got[i], "row %d", i)
				}
			}
			require.Equal(t, c.typ, types[k])
			if c.typ == "TIMESTAMP WITH TIME ZONE" || c.name == "text" || c.name == "meta" {
				return // not as DuckDB prints them, or without
			}
			stats := fmt.Sprintf("SELECT %%s FROM parquet_metadata('%s') WHERE path_in_schema = '%s'", name, c.name)
			for f, figure := range map[string]string{"stats_min_value": `min("%s")`, "stats_max_value": `max("%s")`, "stats_null_count": `count(*) - count("%s")`} {
				want := column(t, db, "SELECT ("+fmt.Sprintf(figure, c.name)+")::VARCHAR"+from)
				require.Equal(t, want, column(t, db, fmt.Sprintf(stats, f+"::VARCHAR")), f)
			}
		})
		if ok {
			pass++
		} else {
			fail++
		}
	}
	testcorpus.Conformance(t, "telemetry/parquet columns read by DuckDB", pass, fail, nil)
}

// plain are the fields that files of other programs have.
type plain struct {
	entity, attribute, unit, quality string
	time                             int64
	kind                             telemetry.Kind
	number                           uint64 // bits
}

func read(name string, cfg parquet.Config) (out []plain, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, err := parquet.NewReader(bytes.NewReader(data), int64(len(data)), cfg)
	if err != nil {
		return nil, err
	}
	for b, err := range r.Batches() {
		if err != nil {
			return nil, err
		}
		for i := range b.Len() {
			out = append(out, plain{b.Entities.At(b.Entity[i]).ID, b.Attributes.Text(b.Attribute[i]), b.Units.At(b.UnitRef[i]).Given, b.Quality[i].String(),
				b.Time[i], b.Kind[i], math.Float64bits(b.Number[i])})
		}
	}
	return out, nil
}

// TestConformanceParquetRead reads what DuckDB writes: every codec, both versions of its encodings, with and without dictionaries, in
// large and small row groups, and its types.
func TestConformanceParquetRead(t *testing.T) {
	db := memory(t)
	dir := t.TempDir()
	const rows = 5_000
	_, err := db.Exec(fmt.Sprintf(`CREATE TABLE readings AS SELECT i, 'estación ' || (i // 50) AS station, (i * 7919 %% 5000)::VARCHAR AS unique_station,
		CASE WHEN i %% 11 = 0 THEN NULL ELSE ['no2', 'o3', 'pm10'][1 + i %% 3] END AS sensor, CASE WHEN i %% 5 > 0 THEN 'ug/m3' END AS unit, ['valid', 'invalid', 'estimated'][1 + i %% 3] AS quality,
		make_timestamptz(1774745999000000 + i * 1000001) AS seen, CASE WHEN i %% 7 > 0 THEN ((i * 2654435761 >> 8) & 4095)::DOUBLE / 100 END AS v,
		sqrt(i)::DOUBLE AS root, CASE WHEN i %% 1000 = 3 THEN 'NaN'::DOUBLE WHEN i %% 1000 = 4 THEN '-inf'::DOUBLE ELSE i END AS odd FROM range(%d) x(i)`, rows))
	require.NoError(t, err)
	pass, fail := 0, 0
	var skips []string
	count := func(name string, f func(t *testing.T)) {
		if t.Run(name, f) {
			pass++
		} else {
			fail++
		}
	}
	// compare reads the file by the columns and compares with what DuckDB says of the table. number is an
	// expression of DOUBLE, time one of nanoseconds; gaps are numbers that are no numbers.
	compare := func(t *testing.T, name, entity, number, timeSQL string, cfg parquet.Config) {
		for _, cfg.Rows = range []int{0, 999} {
			got, err := read(name, cfg)
			require.NoError(t, err)
			q, err := db.Query(fmt.Sprintf("SELECT (%s)::VARCHAR, coalesce(sensor, ''), coalesce(unit, ''), quality, %s, (%s)::DOUBLE FROM readings ORDER BY i", entity, timeSQL, number))
			require.NoError(t, err)
			defer q.Close()
			i := 0
			for ; q.Next(); i++ {
				var p plain
				var at sql.NullInt64
				var v sql.NullFloat64
				require.NoError(t, q.Scan(&p.entity, &p.attribute, &p.unit, &p.quality, &at, &v))
				p.time = telemetry.NoTime
				if at.Valid {
					p.time = at.Int64
				}
				if v.Valid && !math.IsNaN(v.Float64) && !math.IsInf(v.Float64, 0) {
					p.kind, p.number = telemetry.Number, math.Float64bits(v.Float64)
				}
				if i >= len(got) || p != got[i] {
					require.Less(t, i, len(got))
					require.Equal(t, p, got[i], "row %d", i)
				}
			}
			require.NoError(t, q.Err())
			require.Len(t, got, i)
		}
	}
	columns := func(entity, number string) *parquet.Columns {
		return &parquet.Columns{Entity: entity, Attribute: "sensor", Time: "seen", Number: number, Unit: "unit", Quality: "quality"}
	}
	const atNS = "epoch_us(seen) * 1000"

	// Layouts.
	name := filepath.Join(dir, "layout.parquet")
	for _, version := range []string{"V1", "V2"} {
		for _, codec := range []string{"uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"} {
			for _, more := range []string{"", ", ROW_GROUP_SIZE 2048", ", DICTIONARY_SIZE_LIMIT 1, STRING_DICTIONARY_PAGE_SIZE_LIMIT 1"} {
				_, err := db.Exec(fmt.Sprintf("COPY (SELECT * FROM readings ORDER BY i) TO '%s' (FORMAT parquet, PARQUET_VERSION %s, COMPRESSION %s%s)", name, version, codec, more))
				require.NoError(t, err)
				for _, c := range [][2]string{{"station", "v"}, {"unique_station", "root"}, {"station", "odd"}} {
					count(fmt.Sprint(version, " ", codec, more, " ", c[0], " ", c[1]), func(t *testing.T) {
						compare(t, name, c[0], c[1], atNS, parquet.Config{Columns: columns(c[0], c[1])})
					})
				}
			}
		}
	}

	// Types.
	for _, version := range []string{"V1", "V2"} {
		for _, c := range []struct {
			column, expr string // as COPY writes it
			unit         time.Duration
			refused      error
			why          string
		}{
			{column: "number", expr: "(i % 200 - 100)::TINYINT"},
			{column: "number", expr: "(i - 15000)::SMALLINT"},
			{column: "number", expr: "(i * 70000 - 1000000000)::INTEGER"},
			{column: "number", expr: "(i - 15000) * 1000000007"},
			{column: "number", expr: "(i % 256)::UTINYINT"},
			{column: "number", expr: "(i * 2)::USMALLINT"},
			{column: "number", expr: "(4294967295 - i)::UINTEGER"},
			{column: "number", expr: "(i * 1000000007)::UBIGINT"},
			{column: "number", expr: "(9007199254740992 - i)::UBIGINT"},
			{column: "number", expr: "(i::HUGEINT * 1000)::HUGEINT"},
			{column: "number", expr: "(v / 3)::FLOAT"},
			{column: "number", expr: "v::DECIMAL(4,1)"},
			{column: "number", expr: "v::DECIMAL(9,2)"},
			{column: "number", expr: "v::DECIMAL(18,3)"},
			{column: "number", expr: "(18446744073709551615 - i)::UBIGINT", refused: telemetry.ErrValue, why: "more digits than a float64"},
			{column: "number", expr: "v::DECIMAL(38,2)", refused: telemetry.ErrType, why: "more digits than a float64: cast to DOUBLE"},
			{column: "number", expr: "('2026-01-01'::DATE + i::INTEGER)", refused: telemetry.ErrType, why: "a date is no number"},
			{column: "number", expr: "('00:00:00'::TIME + to_seconds(i))", refused: telemetry.ErrType, why: "a time of day is no number"},
			{column: "number", expr: "sensor", refused: telemetry.ErrType, why: "text is no number"},
			{column: "entity", expr: "('e' || i % 3)::ENUM('e0', 'e1', 'e2')"},
			{column: "entity", expr: "(i % 100 - 50)::INTEGER"},
			{column: "entity", expr: "i * 1000000007"},
			{column: "entity", expr: "(4294967295 - i % 9)::UINTEGER"},
			{column: "entity", expr: "(18446744073709551615 - i)::UBIGINT"},
			{column: "entity", expr: "md5(i::VARCHAR)::UUID", refused: telemetry.ErrType, why: "16 bytes are no text: cast to VARCHAR"},
			{column: "entity", expr: "i::DOUBLE", refused: telemetry.ErrType, why: "a float64 is no name"},
			{column: "time", expr: "seen"},
			{column: "time", expr: "CASE WHEN i % 9 > 0 THEN seen END"},
			{column: "time", expr: "i", unit: time.Minute},
			{column: "time", expr: "i::INTEGER", unit: time.Minute},
			{column: "time", expr: "seen::TIMESTAMP", refused: telemetry.ErrTime, why: "local time, of a place that the file does not name: cast to TIMESTAMPTZ"},
			{column: "time", expr: "seen::TIMESTAMP_NS", refused: telemetry.ErrTime, why: "local time, of a place that the file does not name: cast to TIMESTAMPTZ"},
			{column: "time", expr: "i", refused: telemetry.ErrType, why: "numbers without Config.TimeUnit"},
		} {
			t.Run(fmt.Sprint(version, " ", c.column, " ", c.expr), func(t *testing.T) {
				defer func() {
					if t.Failed() {
						fail++
					} else if c.refused != nil {
						skips = append(skips, fmt.Sprintf("%s as %s is refused: %s", c.expr, c.column, c.why))
					} else {
						pass++
					}
				}()
				entity, number, at, ns := "station", "v", "seen", atNS
				switch c.column {
				case "entity":
					entity = c.expr
				case "number":
					number = c.expr
				default:
					at = c.expr
					if c.unit > 0 {
						ns = fmt.Sprintf("(%s)::BIGINT * %d", c.expr, c.unit.Nanoseconds())
					} else {
						ns = fmt.Sprintf("epoch_us(%s) * 1000", c.expr)
					}
				}
				_, err := db.Exec(fmt.Sprintf("COPY (SELECT %s AS entity, sensor, unit, quality, %s AS seen, %s AS number FROM readings ORDER BY i) TO '%s' (FORMAT parquet, PARQUET_VERSION %s)", entity, at, number, name, version))
				require.NoError(t, err)
				cfg := parquet.Config{Columns: columns("entity", "number"), TimeUnit: c.unit}
				if c.refused != nil {
					_, err := read(name, cfg)
					require.ErrorIs(t, err, c.refused)
					var e *telemetry.Error
					require.True(t, errors.As(err, &e))
					return
				}
				compare(t, name, entity, number, ns, cfg)
			})
		}
	}
	testcorpus.Conformance(t, "telemetry/parquet files of DuckDB", pass, fail, skips)
}
