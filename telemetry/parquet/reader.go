package parquet

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/almotacen/almotacen/telemetry"
)

// Config says how a file is read. The zero Config reads what a [Writer] wrote.
type Config struct {
	Columns   *Columns      // nil: OwnColumns
	Attribute string        // of every row, where there is no column
	TimeUnit  time.Duration // of an INT64 column that is no TIMESTAMP, counted since 1970 UTC; 0: refused
	From, To  time.Time     // From ≤ time < To; zero: no bound. With a bound, rows without time are left out
	Rows      int           // at most in a batch; default 131,072
	Source    string
	Limits    telemetry.Limits // Rows of a row group, Bytes of a page, Entries, Text, Findings
}

// Reader reads a file.
type Reader struct {
	file          *parquet.File
	cfg           Config
	cols          []*column
	batch         telemetry.Batch
	skipped, gaps int
	from, last    int64
	timed         bool
}

// NewReader opens a file of size bytes. The error is an [*telemetry.Error] that names the column which is
// missing or of a type that cannot be read.
func NewReader(r io.ReaderAt, size int64, cfg Config) (x *Reader, err error) {
	x = &Reader{cfg: cfg, from: math.MinInt64, last: math.MaxInt64, timed: !cfg.From.IsZero() || !cfg.To.IsZero()}
	x.cfg.Limits = cfg.Limits.WithDefaults()
	if x.cfg.Columns == nil {
		x.cfg.Columns = &own
	}
	if x.cfg.Rows <= 0 {
		x.cfg.Rows = 1 << 17
	}
	if !cfg.From.IsZero() {
		x.from = bound(cfg.From)
	}
	if !cfg.To.IsZero() {
		x.last = bound(cfg.To) - 1
	}
	defer x.catch(&err, 0)
	x.file, err = parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.ReadBufferSize(1<<18))
	if err != nil {
		return nil, x.fail(telemetry.ErrSyntax, 0, "not a Parquet file that can be read", err)
	}
	if err := x.open(); err != nil {
		return nil, err
	}
	return x, nil
}

// bound is t in nanoseconds, or the end of their range.
func bound(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, math.MinInt64+1)):
		return math.MinInt64 + 1
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
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

// Skipped is how many row groups lay outside From and To by their statistics.
func (x *Reader) Skipped() int { return x.skipped }

// Batches ranges over the rows, each batch valid until the next; codes mean the same along the file. An
// error ends the sequence. It can be ranged once.
func (x *Reader) Batches() iter.Seq2[*telemetry.Batch, error] {
	return func(yield func(*telemetry.Batch, error) bool) {
		var offset int64
		for g, group := range x.file.RowGroups() {
			if x.outside(g) {
				x.skipped++
				offset += group.NumRows()
				continue
			}
			if err := x.start(g, group); err != nil {
				x.batch.Reset()
				yield(&x.batch, err)
				return
			}
			for left := group.NumRows(); left > 0; {
				n, err := x.fill(g, min(left, int64(x.cfg.Rows)), offset)
				left -= n
				offset += n
				if err != nil {
					x.close()
					x.batch.Reset()
					yield(&x.batch, err)
					return
				}
				if (x.batch.Len() > 0 || len(x.batch.Findings) > 0) && !yield(&x.batch, nil) {
					x.close()
					return
				}
			}
			x.close()
		}
	}
}

// outside says whether the statistics of a row group's times lie outside the bounds.
func (x *Reader) outside(g int) (out bool) {
	if !x.timed {
		return false
	}
	defer func() {
		if recover() != nil {
			out = false // statistics that do not read: the rows tell
		}
	}()
	for _, c := range x.cols {
		if c.role != roleTime {
			continue
		}
		index, err := x.file.RowGroups()[g].ColumnChunks()[c.index].ColumnIndex()
		if err != nil || index.NumPages() == 0 {
			return false
		}
		for p := range index.NumPages() {
			if index.NullPage(p) {
				continue
			}
			low, ok1 := scale(index.MinValue(p).Int64(), c.factor)
			high, ok2 := scale(index.MaxValue(p).Int64(), c.factor)
			if !ok1 || !ok2 || high >= x.from && low <= x.last {
				return false
			}
		}
		return true
	}
	return false
}

// scale is v·factor, false if it overflows.
func scale(v, factor int64) (int64, bool) {
	p := v * factor
	return p, p/factor == v && p != telemetry.NoTime
}

func (x *Reader) start(g int, group parquet.RowGroup) (err error) {
	defer x.catch(&err, g+1)
	if err := x.pages(g, group); err != nil {
		return err
	}
	chunks := group.ColumnChunks()
	for _, c := range x.cols {
		c.pages = chunks[c.index].Pages()
		c.page, c.dict, c.left = nil, nil, 0
	}
	return nil
}

func (x *Reader) close() {
	for _, c := range x.cols {
		if c.page != nil {
			parquet.Release(c.page)
			c.page = nil
		}
		if c.pages != nil {
			_ = c.pages.Close() // nothing was written
			c.pages = nil
		}
	}
}

// fill reads n rows into the batch, and drops those that are not wanted.
func (x *Reader) fill(g int, n, offset int64) (done int64, err error) {
	defer x.catch(&err, g+1)
	b := &x.batch
	b.Reset()
	x.gaps = 0
	b.Grow(int(n))
	b.Entity, b.Attribute, b.Dataset, b.UnitRef = b.Entity[:n], b.Attribute[:n], b.Dataset[:n], b.UnitRef[:n]
	b.Time, b.Number, b.Kind, b.Quality = b.Time[:n], b.Number[:n], b.Kind[:n], b.Quality[:n]
	b.Flags, b.Detail = b.Flags[:n], b.Detail[:n]
	clear(b.Dataset)
	clear(b.UnitRef)
	clear(b.Number)
	clear(b.Kind)
	clear(b.Quality)
	clear(b.Flags)
	clear(b.Entity)
	attribute := b.Attributes.Code([]byte(x.cfg.Attribute))
	for i := range b.Detail {
		b.Time[i], b.Attribute[i] = telemetry.NoTime, attribute
		b.Detail[i] = telemetry.Detail{Offset: telemetry.NoOffset, Record: uint32(min(offset+int64(i)+1, math.MaxUint32))}
	}
	s := x.newScratch(int(n))
	for _, c := range x.cols {
		for at := 0; at < int(n); {
			if c.left == 0 {
				if err := x.page(c, g); err != nil {
					return n, err
				}
			}
			m := min(c.left, int(n)-at)
			if err := x.part(c, s, at, m); err != nil {
				return n, err
			}
			at += m
			c.left -= m
		}
	}
	if err := x.finish(s); err != nil {
		return n, err
	}
	x.choose()
	if x.gaps > 0 {
		b.Report(x.cfg.Limits, telemetry.Finding{Error: telemetry.Error{Kind: telemetry.ErrValue, Format: "parquet", Source: x.cfg.Source, Record: int(offset) + 1, Offset: -1,
			Msg: fmt.Sprintf("%d of %d numbers are NaN or infinite: rows without value", x.gaps, n)}})
	}
	if e := x.cfg.Limits.Entries; b.Entities.Len() > e || b.Attributes.Len() > e || b.Datasets.Len() > e {
		return n, x.fail(telemetry.ErrLimit, g+1, fmt.Sprintf("more than %d different entities, attributes or datasets; raise Limits.Entries", e), nil)
	}
	return n, nil
}

// page goes to the next page of a column.
func (x *Reader) page(c *column, g int) error {
	for {
		if c.page != nil {
			parquet.Release(c.page)
			c.page = nil
		}
		p, err := c.pages.ReadPage()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return x.fail(telemetry.ErrSyntax, g+1, fmt.Sprintf("column %q: a page cannot be read", c.name), err)
		}
		c.page, c.left = p, int(p.NumRows())
		c.levels, c.at, c.value = p.DefinitionLevels(), 0, 0
		if len(c.levels) == 0 {
			c.levels = nil
		}
		if d := p.Dictionary(); d != c.dict {
			c.dict = d
			c.codes, c.known = c.codes[:0], false
		}
		if int(p.NumValues()) != c.left || c.levels != nil && len(c.levels) < c.left {
			return x.fail(telemetry.ErrUnsupported, g+1, fmt.Sprintf("column %q repeats within a row; it must be flat", c.name), nil)
		}
		if c.left > 0 {
			return nil
		}
	}
}

// choose drops the rows outside the bounds.
func (x *Reader) choose() {
	if !x.timed {
		return
	}
	b := &x.batch
	b.Filter(func(i int) bool { t := b.Time[i]; return t != telemetry.NoTime && t >= x.from && t <= x.last })
}
