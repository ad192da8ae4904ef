package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// duck is an in-memory DuckDB of one thread that holds a table.
type duck struct {
	db   *sql.DB
	conn *sql.Conn
}

func openDuck(t *table) (*duck, error) {
	ctx := context.Background()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	d := &duck{db: db}
	if d.conn, err = db.Conn(ctx); err != nil {
		return nil, err
	}
	create := "CREATE TABLE t ("
	for i, v := range formulaColumns {
		if i > 0 {
			create += ", "
		}
		create += v.Name + " " + map[string]string{"double": "DOUBLE", "int": "BIGINT", "bool": "BOOLEAN"}[v.Type]
	}
	for _, s := range []string{"SET threads = 1", create + ")"} {
		if _, err := d.conn.ExecContext(ctx, s); err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
	}
	err = d.conn.Raw(func(c any) error {
		a, err := duckdb.NewAppenderFromConn(c.(driver.Conn), "", "t")
		if err != nil {
			return err
		}
		row := make([]driver.Value, len(formulaColumns))
		for i := range t.n {
			for k := range row {
				c := &t.columns[k]
				switch {
				case t.missingAt(k, i):
					row[k] = nil
				case c.Doubles != nil:
					row[k] = c.Doubles[i]
				case c.Ints != nil:
					row[k] = c.Ints[i]
				default:
					row[k] = c.Bools[i]
				}
			}
			if err := a.AppendRow(row...); err != nil {
				return err
			}
		}
		return a.Close()
	})
	return d, err
}

func (d *duck) close() {
	d.conn.Close()
	d.db.Close()
}

// query is a prepared formula.
type query struct {
	d       *duck
	sql     string
	total   *sql.Stmt
	storing *sql.Stmt
	err     error
}

func (d *duck) prepare(expr string) (*query, error) {
	ctx := context.Background()
	q := &query{d: d, sql: expr}
	var err error
	if q.total, err = d.conn.PrepareContext(ctx, "SELECT sum("+expr+") FROM t"); err != nil {
		return nil, err
	}
	q.storing, err = d.conn.PrepareContext(ctx, "CREATE OR REPLACE TEMP TABLE r AS SELECT "+expr+" AS x FROM t")
	return q, err
}

func (q *query) values() ([]sql.NullFloat64, error) {
	rows, err := q.d.conn.QueryContext(context.Background(), "SELECT "+q.sql+" FROM t ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []sql.NullFloat64
	for rows.Next() {
		var v sql.NullFloat64
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func (q *query) sum() float64 {
	var x sql.NullFloat64
	if err := q.total.QueryRow().Scan(&x); err != nil {
		q.err = err
	}
	return x.Float64
}

func (q *query) store() float64 {
	if _, err := q.storing.Exec(); err != nil {
		q.err = err
	}
	return 0
}
