package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/almotacen/almotacen/telemetry"
)

// plainDictionary is what version 1 called RLE_DICTIONARY.
const plainDictionary format.Encoding = 2

// slack is room behind the bytes of a page: unpackers read beyond the end, and copy a page that has none.
const slack = 64

// values are those of a page or a dictionary, of one type, which is the column's.
type values struct {
	ints    []int64 // INT32 and INT64
	floats  []float64
	bytes   []byte // of texts, with the offsets of each and of the end
	offsets []uint32
}

func (v *values) len() int {
	return max(len(v.ints), len(v.floats), len(v.offsets)-1)
}

// pages are those of a column of a row group, one after another. What a page claims to hold is checked against the
// row group and the limits before it is decompressed and again before it is decoded, since a few bytes of a run
// can claim billions of values.
type pages struct {
	c     *column
	file  *parquet.File
	codec format.CompressionCodec
	inflater
	limits telemetry.Limits

	at, end int64 // bytes of the file not read
	window  []byte
	start   int64 // of the window

	total int64 // rows of the row group
	left  int64 // and those of pages not read

	rows   int    // of the page, not taken
	taken  int    // rows
	value  int    // values taken
	levels []byte // by row: 0 is none; nil: none is missing
	plain  values
	index  []int32 // of values in dict; plain is then empty
	dict   values
	named  bool // there is a dictionary

	data    []byte // decompressed
	lanes   [2]values
	i32     []int32
	f32     []float32
	bits    []byte
	present []byte
	indexes []int32
}

// open begins with the first page of a row group.
func (p *pages) open(c *column, file *parquet.File, meta *format.ColumnMetaData, rows int64, limits telemetry.Limits) error {
	p.c, p.file, p.limits, p.codec = c, file, limits, meta.Codec
	p.total, p.left = rows, rows
	p.rows, p.named, p.window = 0, false, p.window[:0]
	p.at = meta.DataPageOffset
	if d := meta.DictionaryPageOffset; d > 0 && d < p.at {
		p.at = d
	}
	p.end = p.at + meta.TotalCompressedSize
	if meta.NumValues != rows || p.at < 0 || meta.TotalCompressedSize < 0 || p.end > file.Size() {
		return fmt.Errorf("%d values in bytes %d to %d of %d, for %d rows", meta.NumValues, p.at, p.end, file.Size(), rows)
	}
	return nil
}

// ahead is how much of a column is read at once.
const ahead = 1 << 19

// peek is up to n bytes at p.at, fewer at the end of the column.
func (p *pages) peek(n int) ([]byte, error) {
	n = int(min(int64(n), p.end-p.at))
	if off := p.at - p.start; len(p.window) > 0 && off >= 0 && off+int64(n) <= int64(len(p.window)) {
		return p.window[off : off+int64(n) : len(p.window)], nil
	}
	want := int(min(int64(max(n, ahead)), p.end-p.at))
	if cap(p.window) < want+slack {
		p.window = make([]byte, want+slack)
	}
	p.window, p.start = p.window[:want], p.at
	if _, err := p.file.ReadAt(p.window, p.at); err != nil && err != io.EOF {
		return nil, err
	}
	return p.window[:n], nil
}

func (p *pages) header() (h format.PageHeader, err error) {
	for _, size := range []int{1 << 12, 1 << 24} { // statistics of long texts make a long one
		b, err := p.peek(size)
		if err != nil {
			return h, err
		}
		w := walker{p: b}
		w.structure(0)
		if w.short && len(b) == size {
			continue
		}
		if !w.ok() || w.items > 0 { // it has no lists
			break
		}
		p.at += int64(w.at)
		err = thrift.Unmarshal(new(thrift.CompactProtocol), b[:w.at], &h)
		return h, err
	}
	return h, fmt.Errorf("the page header at byte %d does not read", p.at)
}

// next decodes the next page that has rows.
func (p *pages) next() error {
	for p.left > 0 {
		if p.at >= p.end {
			return fmt.Errorf("%d rows are missing: %w", p.left, io.ErrUnexpectedEOF)
		}
		begin := p.at
		h, err := p.header()
		if err != nil {
			return err
		}
		count := int64(0)
		switch {
		case h.DataPageHeader.Valid:
			count = int64(h.DataPageHeader.V.NumValues)
		case h.DataPageHeaderV2.Valid:
			count = int64(h.DataPageHeaderV2.V.NumValues)
		case h.DictionaryPageHeader.Valid:
			count = int64(h.DictionaryPageHeader.V.NumValues)
		}
		size, packed := int64(h.UncompressedPageSize), int64(h.CompressedPageSize)
		room := p.left
		if h.Type == format.DictionaryPage {
			room = p.total
		}
		if count < 0 || count > room || size < 0 || size > p.limits.Bytes || packed < 0 || packed > p.end-p.at {
			return fmt.Errorf("the page at byte %d claims %d values in %d bytes, compressed %d, for %d rows and Limits.Bytes of %d", begin, count, size, packed, room, p.limits.Bytes)
		}
		if h.Type != format.DictionaryPage && h.Type != format.DataPage && h.Type != format.DataPageV2 {
			p.at += packed
			continue
		}
		raw, err := p.peek(int(packed))
		if err != nil {
			return err
		}
		p.at += packed
		if h.CRC != 0 && crc32.ChecksumIEEE(raw) != uint32(h.CRC) {
			return fmt.Errorf("the checksum of the page at byte %d is wrong", begin)
		}
		if h.Type == format.DictionaryPage {
			err = p.dictionary(raw, int(size), int(count))
		} else {
			p.left -= count
			err = p.page(&h, raw, int(size), int(count))
		}
		if err != nil {
			return fmt.Errorf("the page at byte %d: %w", begin, err)
		}
		if p.rows > 0 {
			return nil
		}
	}
	return io.ErrUnexpectedEOF
}

func (p *pages) dictionary(raw []byte, size, n int) (err error) {
	if p.named {
		return fmt.Errorf("a second dictionary")
	}
	if p.data, err = p.inflate(p.codec, p.data, raw, size); err != nil {
		return err
	}
	p.named = true
	p.dict, err = p.decode(&p.lanes[0], format.Plain, p.data, n)
	return err
}

// page decodes a data page of n rows.
func (p *pages) page(h *format.PageHeader, raw []byte, size, n int) (err error) {
	enc, missing := format.Encoding(0), 0
	var levels []byte
	if h.DataPageHeaderV2.Valid {
		v := &h.DataPageHeaderV2.V
		rep, def := int(v.RepetitionLevelsByteLength), int(v.DefinitionLevelsByteLength)
		if rep < 0 || def < 0 || rep+def > len(raw) || rep+def > size {
			return fmt.Errorf("levels of %d and %d bytes in %d", rep, def, len(raw))
		}
		enc, levels = v.Encoding, raw[rep:rep+def]
		raw, size = raw[rep+def:], size-rep-def
		codec := p.codec
		if v.IsCompressed.Valid && !v.IsCompressed.V {
			codec = format.Uncompressed
		}
		if size == 0 {
			raw = nil // of a page without values
		} else if raw, err = p.unpacked(codec, raw, size); err != nil {
			return err
		}
	} else {
		v := &h.DataPageHeader.V
		enc = v.Encoding
		if raw, err = p.unpacked(p.codec, raw, size); err != nil {
			return err
		}
		if p.c.optional {
			if v.DefinitionLevelEncoding != format.RLE {
				return fmt.Errorf("definition levels as %v are not supported", v.DefinitionLevelEncoding)
			}
			if len(raw) < 4 || uint64(binary.LittleEndian.Uint32(raw)) > uint64(len(raw)-4) {
				return fmt.Errorf("definition levels do not fit: %w", io.ErrUnexpectedEOF)
			}
			size := int(binary.LittleEndian.Uint32(raw))
			levels, raw = raw[4:4+size], raw[4+size:]
		}
	}
	p.levels = nil
	if p.c.optional {
		if err := runs(levels, 1, n); err != nil {
			return fmt.Errorf("definition levels: %w", err)
		}
		if p.present, err = (&rle.Encoding{BitWidth: 1}).DecodeLevels(p.present, levels); err != nil {
			return err
		}
		if len(p.present) < n {
			return fmt.Errorf("%d definition levels for %d rows", len(p.present), n)
		}
		if missing = bytes.Count(p.present[:n], []byte{0}); missing > 0 {
			p.levels = p.present[:n]
		}
	}
	p.rows, p.taken, p.value = n, 0, 0
	p.plain, p.index = values{}, nil
	n -= missing
	if enc == format.RLEDictionary || enc == plainDictionary {
		if !p.named {
			return fmt.Errorf("it needs a dictionary, and there is none")
		}
		p.index, err = p.indexOf(raw, n)
		return err
	}
	p.plain, err = p.decode(&p.lanes[1], enc, raw, n)
	return err
}

func (p *pages) unpacked(codec format.CompressionCodec, raw []byte, size int) ([]byte, error) {
	out, err := p.inflate(codec, p.data, raw, size)
	if err == nil && codec != format.Uncompressed {
		p.data = out
	}
	return out, err
}

// indexOf are n indexes of the dictionary.
func (p *pages) indexOf(raw []byte, n int) (out []int32, err error) {
	if n == 0 {
		return p.indexes[:0], nil
	}
	if len(raw) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	if err := runs(raw[1:], int(raw[0]), n); err != nil {
		return nil, fmt.Errorf("indexes: %w", err)
	}
	p.indexes, err = parquet.RLEDictionary.DecodeInt32(p.indexes, raw)
	if err != nil {
		return nil, err
	}
	if len(p.indexes) < n {
		return nil, fmt.Errorf("%d indexes for %d values", len(p.indexes), n)
	}
	out = p.indexes[:n]
	if most := highest(out); int(most) >= p.dict.len() {
		return nil, fmt.Errorf("index %d in a dictionary of %d", most, p.dict.len())
	}
	return out, nil
}

// runs checks that the runs of a hybrid of run lengths and packed bits do not hold more than n values. Packed ones are as
// long as their bytes, and writers fill up the last.
func runs(p []byte, width, n int) error {
	if width > 32 {
		return fmt.Errorf("of %d bits", width)
	}
	for left := uint64(n); len(p) > 0; {
		h, k := binary.Uvarint(p)
		if k <= 0 {
			return io.ErrUnexpectedEOF
		}
		p = p[k:]
		count, size := h>>1, uint64(width+7)/8
		if h&1 != 0 {
			count, size = 8*min(count, 1<<32), min(count, 1<<32)*uint64(width)
		}
		if size > uint64(len(p)) || count > left && (h&1 == 0 || width == 0) {
			return fmt.Errorf("a run of %d values in %d bytes, where %d are left", count, len(p), left)
		}
		left -= min(left, count)
		p = p[size:]
	}
	return nil
}

// decode is n values.
func (p *pages) decode(to *values, enc format.Encoding, raw []byte, n int) (v values, err error) {
	if n == 0 {
		return values{}, nil
	}
	switch enc {
	case format.DeltaBinaryPacked, format.DeltaLengthByteArray, format.DeltaByteArray:
		if err := deltas(raw, n); err != nil {
			return v, err
		}
	case format.Plain, format.ByteStreamSplit:
	case format.RLE:
		if p.c.kind != parquet.Boolean || len(raw) < 4 {
			return v, fmt.Errorf("encoding %v of %v", enc, p.c.kind)
		}
		if err := runs(raw[4:], 1, n); err != nil {
			return v, err
		}
	default:
		return v, fmt.Errorf("encoding %v is not supported", enc)
	}
	e := parquet.LookupEncoding(enc)
	short := func(got int) error { return fmt.Errorf("%d values of %d", got, n) }
	switch p.c.kind {
	case parquet.Int64:
		if to.ints, err = e.DecodeInt64(to.ints, raw); err == nil && len(to.ints) < n {
			err = short(len(to.ints))
		}
	case parquet.Int32:
		if enc == format.DeltaBinaryPacked { // whose sums wrap; parquet-go refuses unsigned ones
			if to.ints, err = e.DecodeInt64(to.ints, raw); err == nil && len(to.ints) < n {
				err = short(len(to.ints))
			}
			for i, x := range to.ints {
				if to.ints[i] = int64(int32(x)); p.c.unsigned {
					to.ints[i] = int64(uint32(x))
				}
			}
			break
		}
		if p.i32, err = e.DecodeInt32(p.i32, raw); err == nil && len(p.i32) < n {
			err = short(len(p.i32))
		}
		to.ints = slices.Grow(to.ints[:0], len(p.i32))[:len(p.i32)]
		if p.c.unsigned {
			for i, x := range p.i32 {
				to.ints[i] = int64(uint32(x))
			}
		} else {
			for i, x := range p.i32 {
				to.ints[i] = int64(x)
			}
		}
	case parquet.Double:
		if to.floats, err = e.DecodeDouble(to.floats, raw); err == nil && len(to.floats) < n {
			err = short(len(to.floats))
		}
	case parquet.Float:
		if p.f32, err = e.DecodeFloat(p.f32, raw); err == nil && len(p.f32) < n {
			err = short(len(p.f32))
		}
		to.floats = slices.Grow(to.floats[:0], len(p.f32))[:len(p.f32)]
		for i, x := range p.f32 {
			to.floats[i] = float64(x)
		}
	case parquet.Boolean:
		if p.bits, err = e.DecodeBoolean(p.bits, raw); err == nil && 8*len(p.bits) < n {
			err = short(8 * len(p.bits))
		}
		if err != nil {
			break
		}
		to.floats = slices.Grow(to.floats[:0], n)[:n]
		for i := range to.floats {
			to.floats[i] = float64(p.bits[i/8] >> (i % 8) & 1)
		}
	default:
		if enc == format.DeltaByteArray {
			if err := p.prefixes(raw); err != nil {
				return v, err
			}
		}
		if to.bytes, to.offsets, err = e.DecodeByteArray(to.bytes, raw, to.offsets); err == nil && len(to.offsets) < n+1 {
			err = short(len(to.offsets) - 1)
		}
	}
	if err != nil {
		return v, err
	}
	if v, err = p.c.mean(to, n); err != nil {
		return v, err
	}
	switch {
	case len(v.ints) > n:
		v.ints = v.ints[:n]
	case len(v.floats) > n:
		v.floats = v.floats[:n]
	case len(v.offsets) > n+1:
		v.offsets = v.offsets[:n+1]
	}
	return v, nil
}

// deltas checks that a block of differences says that it holds n values.
func deltas(p []byte, n int) error {
	for i := range 3 { // size of blocks, of miniblocks, values
		x, k := binary.Uvarint(p)
		if k <= 0 {
			return io.ErrUnexpectedEOF
		}
		if i == 2 && x != uint64(n) {
			return fmt.Errorf("differences of %d values, for %d", x, n)
		}
		p = p[k:]
	}
	return nil
}

// prefixes checks how long texts become that share their beginnings.
func (p *pages) prefixes(raw []byte) (err error) {
	if p.i32, err = parquet.DeltaBinaryPacked.DecodeInt32(p.i32, raw); err != nil {
		return err
	}
	sum := int64(len(raw))
	for _, n := range p.i32 {
		if sum += int64(n); n < 0 || sum > p.limits.Bytes {
			return fmt.Errorf("texts of more than Limits.Bytes, %d, in a page", p.limits.Bytes)
		}
	}
	return nil
}
