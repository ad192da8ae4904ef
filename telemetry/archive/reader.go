package archive

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/gather"
)

// Filter says which readings are wanted. The zero Filter is all of them.
type Filter struct {
	From, To   time.Time // From ≤ time < To; zero: no bound. With a bound, readings without time are left out
	Entities   []string  // ids; nil: all
	Attributes []string  // nil: all
	// Min and Max bound numbers, inclusive; nil: none. With a bound, other kinds are left out.
	Min, Max *float64
}

// Reader reads an archive block by block.
type Reader struct {
	r       io.Reader
	seek    io.Seeker
	filter  Filter
	from    int64
	last    int64 // the last nanosecond wanted
	timed   bool
	offset  int64
	blocks  int
	skipped int
	batch   telemetry.Batch
	buf     []byte
	ints    []int64
	wanted  [2][]bool // by code: entities, attributes
	cols    []int64
	floats  []float64
}

// NewReader reads from r. If r can seek, blocks that hold nothing wanted are not even read.
func NewReader(r io.Reader, f Filter) *Reader {
	x := &Reader{r: r, filter: f, timed: !f.From.IsZero() || !f.To.IsZero(), ints: make([]int64, maxRows)}
	if s, ok := r.(io.Seeker); ok {
		if _, err := s.Seek(0, io.SeekCurrent); err == nil {
			x.seek = s
		}
	}
	if x.seek == nil {
		x.r = bufio.NewReaderSize(r, 1<<16)
	}
	x.from, x.last = instant.Between(f.From, f.To)
	return x
}

// Skipped is how many blocks held nothing wanted by their header.
func (r *Reader) Skipped() int { return r.skipped }

// Blocks ranges over the blocks that have wanted readings, each as a batch valid until the next; codes mean
// the same along the archive. A block cut short or damaged ends the sequence with an [*Error]. It can be
// ranged once.
func (r *Reader) Blocks() iter.Seq2[*telemetry.Batch, error] {
	return func(yield func(*telemetry.Batch, error) bool) {
		for {
			more, err := r.next()
			if err != nil {
				r.batch.Reset()
				yield(&r.batch, err)
				return
			}
			if !more {
				return
			}
			if r.batch.Len() > 0 && !yield(&r.batch, nil) {
				return
			}
		}
	}
}

func (r *Reader) fail(kind error, format string, a ...any) error {
	return &Error{Kind: kind, Offset: r.offset, Block: r.blocks, Msg: fmt.Sprintf(format, a...)}
}

func (r *Reader) read(p []byte, what string) error {
	n, err := io.ReadFull(r.r, p)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Kind: ErrTruncated, Offset: r.offset, Block: r.blocks, Msg: fmt.Sprintf("%s has %d of %d bytes; the blocks before are whole", what, n, len(p)), Err: io.ErrUnexpectedEOF}
	}
	return &Error{Kind: ErrIO, Offset: r.offset, Block: r.blocks, Msg: "reading failed", Err: err}
}

// section reads n bytes with their checksum. It grows as bytes come, so that a length that lies costs
// nothing.
func (r *Reader) section(n int, what string) ([]byte, error) {
	r.buf = r.buf[:0]
	for len(r.buf) < n {
		step := min(n-len(r.buf), 1<<20)
		r.buf = slices.Grow(r.buf, step)
		r.buf = r.buf[:len(r.buf)+step]
		if err := r.read(r.buf[len(r.buf)-step:], what); err != nil {
			return nil, err
		}
	}
	if n < 4 || crc32.Checksum(r.buf[:n-4], castagnoli) != binary.LittleEndian.Uint32(r.buf[n-4:]) {
		return nil, r.fail(ErrDamaged, "the checksum of %s is wrong", what)
	}
	return r.buf[:n-4], nil
}

// next reads a block into r.batch, empty if it was skipped; false at the end.
func (r *Reader) next() (bool, error) {
	r.batch.Reset()
	if r.offset == 0 {
		var m [len(magic)]byte
		if _, err := io.ReadFull(r.r, m[:]); err != nil || string(m[:]) != magic {
			return false, r.fail(ErrFormat, "it does not begin with %s: not an archive of version 1", magic)
		}
		r.offset = int64(len(magic))
	}
	var h [headerLen]byte
	if n, err := io.ReadFull(r.r, h[:]); err == io.EOF {
		return false, nil
	} else if err != nil {
		r.blocks++
		return false, r.fail(ErrTruncated, "its header has %d of %d bytes; the blocks before are whole", n, headerLen)
	}
	r.blocks++
	le := binary.LittleEndian
	rows, dict, body := int(le.Uint32(h[4:])), int(le.Uint32(h[8:])), int(le.Uint32(h[12:]))
	if string(h[:4]) != blockMagic || le.Uint32(h[68:]) != crc32.Checksum(h[:68], castagnoli) {
		return false, r.fail(ErrDamaged, "its header is damaged")
	}
	if rows == 0 || rows > maxRows || dict > maxSection || body > maxSection {
		return false, r.fail(ErrLimit, "%d rows, %d and %d bytes; at most %d rows and %d bytes", rows, dict, body, maxRows, maxSection)
	}
	p, err := r.section(dict, "the dictionary")
	if err != nil {
		return false, err
	}
	if err := r.dictionary(p); err != nil {
		return false, err
	}
	r.update()
	if !r.wants(h[:]) {
		r.skipped++
		if err := r.skip(body); err != nil {
			return false, err
		}
	} else {
		if p, err = r.section(body, "the rows"); err != nil {
			return false, err
		}
		if err := r.rows(p, rows); err != nil {
			return false, err
		}
		r.choose()
	}
	r.offset += int64(headerLen) + int64(dict) + int64(body)
	return true, nil
}

func (r *Reader) skip(n int) error {
	if r.seek != nil {
		// The last byte is read, so that a block cut short is seen.
		if _, err := r.seek.Seek(int64(n-1), io.SeekCurrent); err != nil {
			return &Error{Kind: ErrIO, Offset: r.offset, Block: r.blocks, Msg: "seeking failed", Err: err}
		}
		var last [1]byte
		return r.read(last[:], "the end of the rows")
	}
	if _, err := io.CopyN(io.Discard, r.r, int64(n)); err != nil {
		return r.fail(ErrTruncated, "its rows are cut short; the blocks before are whole")
	}
	return nil
}

// update finds which codes the filter wants, of entries that came since.
func (r *Reader) update() {
	for len(r.wanted[0]) <= r.batch.Entities.Len() && r.filter.Entities != nil {
		r.wanted[0] = append(r.wanted[0], slices.Contains(r.filter.Entities, r.batch.Entities.At(uint32(len(r.wanted[0]))).ID))
	}
	for len(r.wanted[1]) <= r.batch.Attributes.Len() && r.filter.Attributes != nil {
		r.wanted[1] = append(r.wanted[1], slices.Contains(r.filter.Attributes, r.batch.Attributes.Text(uint32(len(r.wanted[1])))))
	}
}

// wants says whether a block can hold something wanted, by its header.
func (r *Reader) wants(h []byte) bool {
	le := binary.LittleEndian
	flags := le.Uint32(h[64:])
	if r.timed && (flags&hasTimes == 0 || int64(le.Uint64(h[24:])) < r.from || int64(le.Uint64(h[16:])) > r.last) {
		return false
	}
	if r.filter.Min != nil && (flags&hasNumbers == 0 || math.Float64frombits(le.Uint64(h[40:])) < *r.filter.Min) {
		return false
	}
	if r.filter.Max != nil && (flags&hasNumbers == 0 || math.Float64frombits(le.Uint64(h[32:])) > *r.filter.Max) {
		return false
	}
	in := func(wanted []bool, low, high uint32) bool {
		if wanted == nil {
			return true
		}
		for c := low; c <= high && int(c) < len(wanted); c++ {
			if wanted[c] {
				return true
			}
		}
		return false
	}
	return in(r.wanted[0], le.Uint32(h[48:]), le.Uint32(h[52:])) && in(r.wanted[1], le.Uint32(h[56:]), le.Uint32(h[60:]))
}

func (c *cursor) text() []byte {
	n := c.uvarint()
	if n > uint64(len(c.b)) {
		c.bad = true
		return nil
	}
	return c.take(int(n))
}

func (r *Reader) dictionary(p []byte) error {
	c := cursor{b: p}
	b := &r.batch
	for table := gather.Entities; table <= gather.Sources; table++ {
		n := c.uvarint()
		if n > uint64(len(p)) {
			c.bad = true
		}
		for i := uint64(0); i < n && !c.bad; i++ {
			want, got := uint32(gather.Len(b, table)+1), uint32(0)
			switch table {
			case gather.Entities:
				id, typ := c.text(), c.text()
				got = b.Entities.Code(id, typ)
			case gather.Attributes:
				got = b.Attributes.Code(c.text())
			case gather.Datasets:
				got = b.Datasets.Code(c.text())
			case gather.Raws:
				got = b.Raw.Code(c.text())
			case gather.Units:
				system := telemetry.UnitSystem(c.byte())
				got, _ = b.Units.Code(system, c.text())
			case gather.Sources:
				format, name := string(c.text()), string(c.text())
				got = b.Sources.Code(telemetry.Source{Format: format, Name: name, Received: c.varint()})
			}
			if got != want {
				c.bad = true
			}
		}
	}
	if c.bad || c.at != len(p) {
		return r.fail(ErrDamaged, "its dictionary does not read")
	}
	return nil
}

// column reads n integers by chunks and hands each chunk to set, but for those of which every value is plain, as the
// rows have it before.
func (r *Reader) column(c *cursor, n int, low, high, plain int64, set func(at int, part []int64)) {
	for at := 0; at < n && !c.bad; at += chunk {
		part := r.ints[:min(chunk, n-at)]
		one := c.ints(part)
		if one && part[0] == plain {
			continue
		}
		for _, v := range part {
			if v < low || v > high {
				c.bad = true
				return
			}
		}
		set(at, part)
	}
}

// codes reads a lane of what is plainly 0.
func codes[T ~uint8 | ~uint32](r *Reader, c *cursor, out []T, high int64) {
	r.column(c, len(out), 0, high, 0, func(at int, part []int64) {
		for i, v := range part {
			out[at+i] = T(v)
		}
	})
}

// numbers reads as many as out has.
func (r *Reader) numbers(c *cursor, out []float64) {
	for len(out) > 0 && !c.bad {
		part := out[:min(chunk, len(out))]
		c.floats(part, r.ints)
		for _, v := range part {
			if math.Float64bits(v)&(0x7ff<<52) == 0x7ff<<52 { // NaN or infinite
				c.bad = true
				return
			}
		}
		out = out[len(part):]
	}
}

// fresh is s of n zeros.
func fresh[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

func (r *Reader) rows(p []byte, n int) error {
	b := &r.batch
	c := &cursor{b: p}
	b.Entity, b.Attribute, b.Dataset, b.UnitRef = fresh(b.Entity, n), fresh(b.Attribute, n), fresh(b.Dataset, n), fresh(b.UnitRef, n)
	b.Time, b.Number, b.Kind, b.Quality = fresh(b.Time, n), fresh(b.Number, n), fresh(b.Kind, n), fresh(b.Quality, n)
	b.Flags, b.Detail = fresh(b.Flags, n), fresh(b.Detail, n)
	codes(r, c, b.Entity, int64(b.Entities.Len()))
	codes(r, c, b.Attribute, int64(b.Attributes.Len()))
	codes(r, c, b.Dataset, int64(b.Datasets.Len()))
	codes(r, c, b.UnitRef, int64(b.Units.Len()))
	r.times(c, b.Time)
	codes(r, c, b.Kind, int64(telemetry.Deleted))
	codes(r, c, b.Quality, int64(telemetry.Invalid))
	codes(r, c, b.Flags, math.MaxUint8)
	var numbers, points, intervals int
	for i, k := range b.Kind {
		switch k {
		case telemetry.Number, telemetry.Bool:
			numbers++
		case telemetry.Point:
			points++
		}
		if b.Flags[i]&telemetry.Interval != 0 {
			intervals++
		}
	}
	if numbers == n {
		r.numbers(c, b.Number)
	} else {
		r.floats = fresh(r.floats, numbers)
		r.numbers(c, r.floats)
		k := 0
		for i, kind := range b.Kind {
			if kind == telemetry.Number || kind == telemetry.Bool {
				b.Number[i] = r.floats[k]
				k++
			}
		}
	}
	detail := func(low, high int64, set func(d *telemetry.Detail, v int64)) {
		r.column(c, n, low, high, 0, func(at int, part []int64) {
			for i, v := range part {
				set(&b.Detail[at+i], v)
			}
		})
	}
	detail(math.MinInt16, math.MaxInt16, func(d *telemetry.Detail, v int64) { d.Offset = int16(v) })
	detail(0, int64(telemetry.Day), func(d *telemetry.Detail, v int64) { d.Precision = telemetry.Precision(v) })
	detail(0, int64(b.Raw.Len()), func(d *telemetry.Detail, v int64) { d.Raw = uint32(v) })
	detail(0, int64(b.Sources.Len()), func(d *telemetry.Detail, v int64) { d.Source = uint32(v) })
	detail(0, math.MaxUint32, func(d *telemetry.Detail, v int64) { d.Record = uint32(v) })
	some := false // text
	detail(0, int64(len(p)), func(d *telemetry.Detail, v int64) { d.Meta.Len, some = uint32(v), true })
	r.cols = fresh(r.cols, max(intervals, n-points))
	r.column(c, intervals, math.MinInt64, math.MaxInt64, 0, func(at int, part []int64) { copy(r.cols[at:], part) })
	k := 0
	for i := range b.Flags {
		if b.Flags[i]&telemetry.Interval != 0 {
			b.Detail[i].From = r.cols[k]
			k++
		}
	}
	r.cols = fresh(r.cols, n-points)
	r.column(c, n-points, 0, int64(len(p)), 0, func(at int, part []int64) {
		copy(r.cols[at:], part)
		some = true
	})
	if c.bad {
		return r.fail(ErrDamaged, "its rows do not read")
	}
	b.Points = fresh(b.Points, points)
	r.floats = fresh(r.floats, points)
	for _, set := range []func(p *telemetry.Position, v float64){
		func(p *telemetry.Position, v float64) { p.Lon = v },
		func(p *telemetry.Position, v float64) { p.Lat = v },
		func(p *telemetry.Position, v float64) { p.Alt = v },
		func(p *telemetry.Position, v float64) { p.HasAlt = v == 1 },
	} {
		r.numbers(c, r.floats)
		for i, v := range r.floats {
			set(&b.Points[i], v)
		}
	}
	off, err := r.spans(p, some, points > 0)
	if err != nil {
		return err
	}
	data := c.take(int(off))
	if c.bad || c.at != len(p) {
		return r.fail(ErrDamaged, "its texts do not read")
	}
	b.Data = append(b.Data[:0], data...)
	return nil
}

// spans says where texts are, which stand in the order in which the writer put them: a row's value, then its metadata. It
// returns how long they are.
func (r *Reader) spans(p []byte, some, points bool) (off int64, err error) {
	if !some && !points {
		return 0, nil
	}
	b := &r.batch
	point, k := uint32(0), 0
	for i := range b.Detail {
		d := &b.Detail[i]
		if b.Kind[i] == telemetry.Point {
			d.Ref = telemetry.Span{Off: point}
			point++
		} else {
			d.Ref = telemetry.Span{Off: uint32(off), Len: uint32(r.cols[k])}
			off += r.cols[k]
			k++
		}
		d.Meta.Off = uint32(off)
		off += int64(d.Meta.Len)
		if off > int64(len(p)) {
			return 0, r.fail(ErrDamaged, "its texts are longer than the block")
		}
	}
	return off, nil
}

func (r *Reader) times(c *cursor, out []int64) {
	for len(out) > 0 && !c.bad {
		part := out[:min(chunk, len(out))]
		none := c.uvarint()
		if none > uint64(len(part)) {
			c.bad = true
			return
		}
		if none == 0 {
			c.ints(part)
			out = out[len(part):]
			continue
		}
		var missing [chunk]bool
		at := -1
		for range none {
			skip := c.uvarint()
			if c.bad || skip >= uint64(len(part)-at-1) {
				c.bad = true
				return
			}
			at += int(skip) + 1
			missing[at] = true
		}
		ints := r.ints[:len(part)-int(none)]
		c.ints(ints)
		k := 0
		for i := range part {
			if missing[i] {
				part[i] = telemetry.NoTime
				continue
			}
			part[i] = ints[k]
			k++
		}
		out = out[len(part):]
	}
}

// choose drops the rows that are not wanted.
func (r *Reader) choose() {
	f, b := &r.filter, &r.batch
	if !r.timed && f.Entities == nil && f.Attributes == nil && f.Min == nil && f.Max == nil {
		return
	}
	b.Filter(func(i int) bool {
		switch {
		case r.timed && (b.Time[i] == telemetry.NoTime || b.Time[i] < r.from || b.Time[i] > r.last),
			f.Entities != nil && !r.wanted[0][b.Entity[i]],
			f.Attributes != nil && !r.wanted[1][b.Attribute[i]],
			(f.Min != nil || f.Max != nil) && b.Kind[i] != telemetry.Number,
			f.Min != nil && b.Number[i] < *f.Min,
			f.Max != nil && b.Number[i] > *f.Max:
			return false
		}
		return true
	})
}
