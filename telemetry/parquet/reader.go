package parquet

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/telemetry"
)

// Config says how a file is read. The zero Config reads what a [Writer] wrote.
type Config struct {
	Columns    *Columns      // nil: OwnColumns. Others are not read: name those that are needed
	Attribute  string        // of every row, where there is no column
	Attributes []string      // those wanted; nil: all
	TimeUnit   time.Duration // of an INT64 column that is no TIMESTAMP, counted since 1970 UTC; 0: refused
	From, To   time.Time     // From ≤ time < To; zero: no bound. With a bound, rows without time are left out
	Rows       int           // at most in a batch; default 16,384
	// Workers is how many goroutines decode row groups ahead of the caller's, each some 131,072 rows of
	// at most 150 bytes and a page of each column; 0 and 1: none. Batches do not depend on it.
	Workers int
	Source  string
	Limits  telemetry.Limits // Rows of a row group, Bytes of a page, of the texts of a batch and of the footer, Entries of dictionaries and of the footer, Text, Findings
}

// Reader reads a file.
type Reader struct {
	file    *parquet.File
	cfg     Config
	cols    []*column
	at      [roles]int // index in cols, or -1
	batch   telemetry.Batch
	joiner  joiner
	skipped int
	from    int64
	last    int64
	timed   bool
}

// NewReader opens a file of size bytes. The error is an [*telemetry.Error] that names the column which is
// missing or of a type that cannot be read.
func NewReader(r io.ReaderAt, size int64, cfg Config) (x *Reader, err error) {
	x = &Reader{cfg: cfg, timed: !cfg.From.IsZero() || !cfg.To.IsZero()}
	x.cfg.Limits = cfg.Limits.WithDefaults()
	if x.cfg.Columns == nil {
		x.cfg.Columns = &own
	}
	if x.cfg.Rows <= 0 {
		x.cfg.Rows = 1 << 14
	}
	x.from, x.last = instant.Between(cfg.From, cfg.To)
	defer x.catch(&err, 0)
	if err := x.footer(r, size); err != nil {
		return nil, err
	}
	x.file, err = parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, x.fail(telemetry.ErrSyntax, 0, "not a Parquet file that can be read", err)
	}
	if err := x.open(); err != nil {
		return nil, err
	}
	return x, nil
}

func (x *Reader) fail(kind error, group int, msg string, err error) error {
	return &telemetry.Error{Kind: kind, Format: "parquet", Source: x.cfg.Source, Record: group, Offset: -1, Msg: msg, Err: err}
}

// catch turns a panic of parquet-go on a damaged file into an error.
func (x *Reader) catch(err *error, group int) {
	if p := recover(); p != nil {
		*err = x.fail(telemetry.ErrSyntax, group, fmt.Sprintf("row group %d is damaged: %v", group, p), nil)
	}
}

// Skipped is how many row groups lay outside From and To, or had none of Attributes, by their statistics.
func (x *Reader) Skipped() int { return x.skipped }

// part is a row group that is read.
type part struct {
	group int
	first int64 // row
}

// Batches ranges over the rows, each batch valid until the next; codes mean the same along the file. An
// error ends the sequence. It can be ranged once.
func (x *Reader) Batches() iter.Seq2[*telemetry.Batch, error] {
	return func(yield func(*telemetry.Batch, error) bool) {
		var list []part
		var first int64
		for g := range x.file.Metadata().RowGroups {
			group := &x.file.Metadata().RowGroups[g]
			if x.outside(g) {
				x.skipped++
			} else if group.NumRows != 0 {
				list = append(list, part{g, first})
			}
			first += group.NumRows
		}
		give := func(b *block) bool {
			err := b.err
			if err == nil {
				err = x.join(b)
			}
			if err != nil {
				x.batch.Reset()
				yield(&x.batch, err)
				return false
			}
			return x.batch.Len() == 0 && len(x.batch.Findings) == 0 || yield(&x.batch, nil)
		}
		if x.cfg.Workers > 1 && len(list) > 1 {
			x.ahead(list, give)
			return
		}
		d, b := decoder{x: x}, &block{}
		for _, g := range list {
			if b.err = d.open(g.group, g.first); b.err != nil {
				give(b)
				return
			}
			for d.left > 0 {
				if b.err = d.next(b); !give(b) {
					return
				}
			}
		}
	}
}

// outside says whether statistics tell that a row group has nothing that is wanted.
func (x *Reader) outside(g int) bool {
	if k := x.at[roleTime]; x.timed && k >= 0 {
		c := x.cols[k]
		s := &x.file.Metadata().RowGroups[g].Columns[c.index].MetaData.Statistics
		if low, high, ok := c.bounds(s.MinValue, s.MaxValue); ok && (high < x.from || low > x.last) {
			return true
		}
	}
	if k := x.at[roleAttribute]; x.cfg.Attributes != nil && k >= 0 && x.cols[k].kind == parquet.ByteArray {
		s := &x.file.Metadata().RowGroups[g].Columns[x.cols[k].index].MetaData.Statistics
		low, high := string(s.MinValue), string(s.MaxValue)
		return s.MinValue != nil && s.MaxValue != nil && low <= high && !slices.ContainsFunc(x.cfg.Attributes, func(a string) bool { return a >= low && a <= high || a == "" })
	}
	return false
}

// bounds are statistics of a column of times.
func (c *column) bounds(least, most []byte) (low, high int64, ok bool) {
	one := func(p []byte) (int64, bool) {
		var v int64
		switch {
		case c.kind == parquet.Int64 && len(p) == 8:
			v = int64(binary.LittleEndian.Uint64(p))
			if c.unsigned && v < 0 {
				return 0, false
			}
		case c.kind == parquet.Int32 && len(p) == 4 && c.unsigned:
			v = int64(binary.LittleEndian.Uint32(p))
		case c.kind == parquet.Int32 && len(p) == 4:
			v = int64(int32(binary.LittleEndian.Uint32(p)))
		default:
			return 0, false
		}
		t := []int64{v}
		bad, _ := scaleAll(t, c.factor)
		return t[0], bad == 0
	}
	low, ok1 := one(least)
	high, ok2 := one(most)
	return low, high, ok1 && ok2 && low <= high
}
