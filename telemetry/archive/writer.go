package archive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/gather"
)

const (
	magic      = "ALMARC01"
	blockMagic = "ALMB"
	headerLen  = 72
	// maxRows is the most rows of a block.
	maxRows = 16 * chunk
	// maxSection bounds the dictionary and the rows of a block.
	maxSection = 1 << 30
	hasTimes   = 1
	hasNumbers = 2
)

// Writer appends readings to an archive. Close writes the last block.
type Writer struct {
	w      io.Writer
	offset int64
	blocks int
	rows   gather.Rows // of the block being filled, with the archive's own codes
	known  [6]int      // entries of each dictionary that are written
	out    []byte
	err    error
	packer
	ints   []int64
	floats []float64
	col    []int64
}

// NewWriter begins an archive. Nothing is written before the first block is full, or Close.
func NewWriter(w io.Writer) *Writer {
	return &Writer{w: w, ints: make([]int64, maxRows), floats: make([]float64, maxRows)}
}

// File is what Resume goes on with, as *os.File is.
type File interface {
	io.ReadWriteSeeker
	Truncate(size int64) error
}

// Resume goes on with an archive, or begins one in an empty file. What a crash left of a last block, or of
// the first bytes, is cut off: lost says how many bytes. A block damaged before the end is an [*Error], and
// the file stays as it is. Codes go on.
func Resume(f File) (w *Writer, lost int64, err error) {
	fail := func(err error) (*Writer, int64, error) {
		return nil, 0, &Error{Kind: ErrIO, Msg: "resuming failed", Err: err}
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return fail(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fail(err)
	}
	w = NewWriter(f)
	whole := int64(0)
	if size >= int64(len(magic)) {
		r := NewReader(f, Filter{})
		for _, err := range r.Blocks() {
			if err != nil && !errors.Is(err, ErrTruncated) {
				return nil, 0, err
			}
		}
		whole = r.offset
		if whole < size { // r has the dictionary of the block that goes: read without it
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return fail(err)
			}
			r = NewReader(io.LimitReader(f, whole), Filter{})
			for _, err := range r.Blocks() {
				if err != nil {
					return nil, 0, err
				}
			}
		}
		w = after(f, r)
	} else if size > 0 {
		start := make([]byte, size)
		if _, err := io.ReadFull(f, start); err != nil {
			return fail(err)
		}
		if magic[:size] != string(start) {
			return nil, 0, &Error{Kind: ErrFormat, Msg: "not an archive of version 1"}
		}
	}
	if err := f.Truncate(whole); err != nil {
		return fail(err)
	}
	if _, err := f.Seek(whole, io.SeekStart); err != nil {
		return fail(err)
	}
	return w, size - whole, nil
}

// after writes behind the blocks that r has read.
func after(w io.Writer, r *Reader) *Writer {
	x := NewWriter(w)
	x.offset, x.blocks = r.offset, r.blocks
	x.rows.Batch = r.batch
	x.rows.Reset()
	for k := range x.known {
		x.known[k] = gather.Len(&x.rows.Batch, k)
	}
	return x
}

// Write adds the rows of b, and writes the blocks that are full. After an error the archive ends with the
// last whole block.
func (w *Writer) Write(b *telemetry.Batch) error {
	if w.err != nil {
		return w.err
	}
	for at := 0; at < b.Len(); {
		at += w.rows.Add(b, at, maxRows-w.rows.Len(), maxSection/4)
		if w.rows.Len() == maxRows || len(w.rows.Data) > maxSection/4 {
			if w.err = w.flush(); w.err != nil {
				return w.err
			}
		}
	}
	return nil
}

// Flush writes what waits as a block of its own, however short: many short blocks make a large file. What
// the underlying writer then does with it, and when it is safe, is the caller's business (fsync).
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.flush()
	}
	return w.err
}

// Close is Flush. It does not close the underlying writer.
func (w *Writer) Close() error { return w.Flush() }

// Size is how many bytes the archive has, without rows that wait for their block.
func (w *Writer) Size() int64 { return w.offset }

func (w *Writer) flush() error {
	if w.rows.Len() == 0 && w.offset > 0 {
		return nil
	}
	w.out = w.out[:0]
	if w.offset == 0 {
		w.out = append(w.out, magic...)
	}
	start := len(w.out)
	if w.rows.Len() > 0 {
		w.out = append(w.out, make([]byte, headerLen)...)
		dict := len(w.out)
		w.dictionary()
		w.out = sealed(w.out, dict)
		rows := len(w.out)
		w.lanes()
		w.out = sealed(w.out, rows)
		if len(w.out) > maxSection {
			return &Error{Kind: ErrLimit, Offset: w.offset, Block: w.blocks + 1, Msg: fmt.Sprintf("a block of %d bytes; write smaller batches of text", len(w.out))}
		}
		w.header(w.out[start:dict], rows-dict, len(w.out)-rows)
		w.blocks++
	}
	n, err := w.w.Write(w.out)
	if err != nil {
		return &Error{Kind: ErrIO, Offset: w.offset + int64(n), Block: w.blocks, Msg: "writing failed", Err: err}
	}
	w.offset += int64(n)
	w.rows.Reset()
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealed appends the checksum of dst[from:].
func sealed(dst []byte, from int) []byte {
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[from:], castagnoli))
}

func (w *Writer) header(h []byte, dict, rows int) {
	b := &w.rows.Batch
	var flags uint32
	minTime, maxTime := int64(0), int64(0)
	minNumber, maxNumber := 0.0, 0.0
	minEntity, maxEntity := uint32(math.MaxUint32), uint32(0)
	minAttribute, maxAttribute := uint32(math.MaxUint32), uint32(0)
	for i, t := range b.Time {
		if t != telemetry.NoTime {
			if flags&hasTimes == 0 {
				flags |= hasTimes
				minTime, maxTime = t, t
			}
			minTime, maxTime = min(minTime, t), max(maxTime, t)
		}
		if b.Kind[i] == telemetry.Number {
			v := b.Number[i]
			if flags&hasNumbers == 0 {
				flags |= hasNumbers
				minNumber, maxNumber = v, v
			}
			minNumber, maxNumber = min(minNumber, v), max(maxNumber, v)
		}
		minEntity, maxEntity = min(minEntity, b.Entity[i]), max(maxEntity, b.Entity[i])
		minAttribute, maxAttribute = min(minAttribute, b.Attribute[i]), max(maxAttribute, b.Attribute[i])
	}
	le := binary.LittleEndian
	copy(h, blockMagic)
	le.PutUint32(h[4:], uint32(b.Len()))
	le.PutUint32(h[8:], uint32(dict))
	le.PutUint32(h[12:], uint32(rows))
	le.PutUint64(h[16:], uint64(minTime))
	le.PutUint64(h[24:], uint64(maxTime))
	le.PutUint64(h[32:], math.Float64bits(minNumber))
	le.PutUint64(h[40:], math.Float64bits(maxNumber))
	le.PutUint32(h[48:], minEntity)
	le.PutUint32(h[52:], maxEntity)
	le.PutUint32(h[56:], minAttribute)
	le.PutUint32(h[60:], maxAttribute)
	le.PutUint32(h[64:], flags)
	le.PutUint32(h[68:], crc32.Checksum(h[:68], castagnoli))
}

func (w *Writer) text(s string) {
	w.out = binary.AppendUvarint(w.out, uint64(len(s)))
	w.out = append(w.out, s...)
}

func (w *Writer) dictionary() {
	b := &w.rows.Batch
	for k := range w.known {
		n := gather.Len(b, k)
		w.out = binary.AppendUvarint(w.out, uint64(n-w.known[k]))
		for c := uint32(w.known[k]) + 1; c <= uint32(n); c++ {
			switch k {
			case gather.Entities:
				e := b.Entities.At(c)
				w.text(e.ID)
				w.text(e.Type)
			case gather.Attributes:
				w.text(b.Attributes.Text(c))
			case gather.Datasets:
				w.text(b.Datasets.Text(c))
			case gather.Raws:
				w.text(b.Raw.Text(c))
			case gather.Units:
				u := b.Units.At(c)
				w.out = append(w.out, byte(u.System))
				w.text(u.Given)
			case gather.Sources:
				s := b.Sources.At(c)
				w.text(s.Format)
				w.text(s.Name)
				w.out = binary.AppendVarint(w.out, s.Received)
			}
		}
		w.known[k] = n
	}
}

// lane appends one lane of integers by chunks.
func lane[T ~uint8 | ~uint32 | ~int16 | ~int64](w *Writer, vals []T) {
	for len(vals) > 0 {
		n := min(chunk, len(vals))
		for i, v := range vals[:n] {
			w.ints[i] = int64(v)
		}
		w.out = w.packer.ints(w.out, w.ints[:n])
		vals = vals[n:]
	}
}

func (w *Writer) numbers(vals []float64) {
	for len(vals) > 0 {
		n := min(chunk, len(vals))
		w.out = w.packer.floats(w.out, vals[:n], w.ints)
		vals = vals[n:]
	}
}

// detail appends one field of the details as a lane.
func (w *Writer) detail(field func(d *telemetry.Detail) int64) {
	w.col = w.col[:0]
	for i := range w.rows.Detail {
		w.col = append(w.col, field(&w.rows.Detail[i]))
	}
	lane(w, w.col)
}

func (w *Writer) lanes() {
	b := &w.rows.Batch
	lane(w, b.Entity)
	lane(w, b.Attribute)
	lane(w, b.Dataset)
	lane(w, b.UnitRef)
	w.times(b.Time)
	lane(w, b.Kind)
	lane(w, b.Quality)
	lane(w, b.Flags)
	// Numbers only of the rows that have one: text rows would break their runs.
	w.floats = w.floats[:0]
	for i, k := range b.Kind {
		if k == telemetry.Number || k == telemetry.Bool {
			w.floats = append(w.floats, b.Number[i])
		}
	}
	w.numbers(w.floats)
	w.detail(func(d *telemetry.Detail) int64 { return int64(d.Offset) })
	w.detail(func(d *telemetry.Detail) int64 { return int64(d.Precision) })
	w.detail(func(d *telemetry.Detail) int64 { return int64(d.Raw) })
	w.detail(func(d *telemetry.Detail) int64 { return int64(d.Source) })
	w.detail(func(d *telemetry.Detail) int64 { return int64(d.Record) })
	w.detail(func(d *telemetry.Detail) int64 { return int64(d.Meta.Len) })
	w.col = w.col[:0]
	for i := range b.Detail {
		if b.Flags[i]&telemetry.Interval != 0 {
			w.col = append(w.col, b.Detail[i].From)
		}
	}
	lane(w, w.col)
	w.col = w.col[:0]
	for i := range b.Detail {
		if b.Kind[i] != telemetry.Point {
			w.col = append(w.col, int64(b.Detail[i].Ref.Len))
		}
	}
	lane(w, w.col)
	for _, field := range []func(p telemetry.Position) float64{
		func(p telemetry.Position) float64 { return p.Lon },
		func(p telemetry.Position) float64 { return p.Lat },
		func(p telemetry.Position) float64 { return p.Alt },
		func(p telemetry.Position) float64 {
			if p.HasAlt {
				return 1
			}
			return 0
		},
	} {
		w.floats = w.floats[:0]
		for _, p := range b.Points {
			w.floats = append(w.floats, field(p))
		}
		w.numbers(w.floats)
	}
	w.out = append(w.out, b.Data...)
}

// times appends instants. NoTime would spoil the range of its chunk: rows without time are
// counted apart, by place.
func (w *Writer) times(vals []int64) {
	for len(vals) > 0 {
		n := min(chunk, len(vals))
		none, at := 0, -1
		for _, v := range vals[:n] {
			if v == telemetry.NoTime {
				none++
			}
		}
		w.out = binary.AppendUvarint(w.out, uint64(none))
		ints := w.ints[:0]
		for i, v := range vals[:n] {
			if v == telemetry.NoTime {
				w.out = binary.AppendUvarint(w.out, uint64(i-at-1))
				at = i
				continue
			}
			ints = append(ints, v)
		}
		w.out = w.packer.ints(w.out, ints)
		vals = vals[n:]
	}
}
