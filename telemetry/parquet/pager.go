package parquet

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// pager makes the pages of a column of a row group, compressed with zstd, in out.
type pager struct {
	out       []byte
	rows      int
	plainSize int64 // of the pages, not compressed
	dict      int64 // bytes of the dictionary's page; 0: none
	nulls     int64
	encoding  format.Encoding
	least     []byte // of the values; nil: not known
	most      []byte

	zstd    *zstd.Encoder
	packed  []byte
	plain   []byte
	index   []int32
	has     []byte // by row: 1 is a value; nil: all
	levels  []byte
	ints    []int64
	i32     []int32
	floats  []float64
	bytes   []byte
	offsets []uint32
	codes   []uint32
	place   []uint32 // in the dictionary, from 1, by code
	numbers numberTable
}

func (p *pager) start(c *outColumn, rows int) {
	p.out, p.rows, p.plainSize, p.dict, p.nulls, p.least, p.most, p.has = p.out[:0], rows, 0, 0, 0, nil, nil, nil
	p.encoding = format.Plain
	if c.optional {
		if cap(p.levels) < rows {
			p.levels = make([]byte, rows)
		}
		p.has = p.levels[:rows]
	}
}

// meta is what the footer says of the column's pages, which begin at a place of the file.
func (p *pager) meta(c *outColumn, at int64) format.ColumnMetaData {
	m := format.ColumnMetaData{Type: c.kind, Encoding: []format.Encoding{p.encoding}, PathInSchema: []string{c.name}, Codec: format.Zstd, NumValues: int64(p.rows),
		TotalUncompressedSize: p.plainSize, TotalCompressedSize: int64(len(p.out)), DataPageOffset: at + p.dict}
	if p.dict > 0 {
		m.DictionaryPageOffset = at
		m.Encoding = append(m.Encoding, format.Plain)
	}
	if c.optional {
		m.Encoding = append(m.Encoding, format.RLE)
	}
	m.Statistics.NullCount = p.nulls
	if len(p.least) <= maxBound && len(p.most) <= maxBound {
		m.Statistics.MinValue, m.Statistics.MaxValue = p.least, p.most
	}
	return m
}

// maxBound is the longest text in statistics.
const maxBound = 256

// page appends a page: its header and what follows.
func (p *pager) page(h *format.PageHeader, parts ...[]byte) error {
	sum := uint32(0)
	for _, part := range parts {
		sum = crc32.Update(sum, crc32.IEEETable, part)
	}
	h.CRC = int32(sum)
	raw, err := thrift.Marshal(new(thrift.CompactProtocol), h)
	p.out = append(p.out, raw...)
	for _, part := range parts {
		p.out = append(p.out, part...)
	}
	p.plainSize += int64(len(raw)) + int64(h.UncompressedPageSize)
	return err
}

// dictionary writes the page of a dictionary of n values.
func (p *pager) dictionary(plain []byte, n int) error {
	packed, err := p.pack(plain)
	if err != nil {
		return err
	}
	err = p.page(&format.PageHeader{Type: format.DictionaryPage, UncompressedPageSize: int32(len(plain)), CompressedPageSize: int32(len(packed)),
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(n), Encoding: format.Plain})}, packed)
	p.dict = int64(len(p.out))
	return err
}

// pages writes the rows by pages: values appends those from the place at on of the values that are there.
func (p *pager) pages(enc format.Encoding, values func(dst []byte, from, to int) ([]byte, error)) error {
	p.encoding = enc
	value := 0
	for at := 0; at < p.rows; at += pageRows {
		n := min(pageRows, p.rows-at)
		h := format.DataPageHeaderV2{NumValues: int32(n), NumRows: int32(n), Encoding: enc}
		var levels []byte
		there := n
		if p.has != nil {
			part := p.has[at : at+n]
			there = 0
			for _, l := range part {
				there += int(l)
			}
			var err error
			if levels, err = (&rle.Encoding{BitWidth: 1}).EncodeLevels(nil, part); err != nil {
				return err
			}
			h.NumNulls = int32(n - there)
			p.nulls += int64(n - there)
			h.DefinitionLevelsByteLength = int32(len(levels))
		}
		plain, err := values(p.plain[:0], value, value+there)
		if err != nil {
			return err
		}
		p.plain, value = plain, value+there
		packed, err := p.pack(plain)
		if err != nil {
			return err
		}
		if len(plain) == 0 {
			packed = nil
		}
		if int64(len(levels))+int64(max(len(plain), len(packed))) > math.MaxInt32 {
			return fmt.Errorf("a page of %d bytes", len(plain))
		}
		if err := p.page(&format.PageHeader{Type: format.DataPageV2, UncompressedPageSize: int32(len(levels) + len(plain)), CompressedPageSize: int32(len(levels) + len(packed)),
			DataPageHeaderV2: thrift.New(h)}, levels, packed); err != nil {
			return err
		}
	}
	return nil
}

// indexed writes p.index, in a dictionary.
func (p *pager) indexed() error {
	return p.pages(format.RLEDictionary, func(dst []byte, from, to int) ([]byte, error) {
		if from == to {
			return dst, nil
		}
		return parquet.RLEDictionary.EncodeInt32(dst, p.index[from:to])
	})
}

// words writes a lane of codes as texts, by a dictionary of those that are there.
func (p *pager) words(codes []uint32, text func(code uint32) string) error {
	most := uint32(0)
	for _, c := range codes {
		most = max(most, c)
	}
	if need := int(most) + 1; len(p.place) < need {
		p.place = make([]uint32, max(need, 2*len(p.place)))
	}
	place := p.place[:most+1]
	clear(place)
	p.index = grow(p.index, len(codes))
	var list []string
	seen := map[string]uint32{}
	for i, c := range codes {
		k := place[c]
		if k == 0 {
			s := text(c)
			if k = seen[s]; k == 0 {
				list = append(list, s)
				k = uint32(len(list))
				seen[s] = k
			}
			place[c] = k
		}
		p.index[i] = int32(k - 1)
	}
	plain := p.plain[:0]
	least, greatest := list[0], list[0]
	for _, s := range list {
		plain = append(binary.LittleEndian.AppendUint32(plain, uint32(len(s))), s...)
		least, greatest = min(least, s), max(greatest, s)
	}
	p.plain = plain
	p.least, p.most = []byte(least), []byte(greatest)
	if err := p.dictionary(plain, len(list)); err != nil {
		return err
	}
	return p.indexed()
}

// small writes p.i32, few different ones, by a dictionary.
func (p *pager) small() error {
	list, at := []int32(nil), map[int32]int32{}
	p.index = grow(p.index, len(p.i32))
	last, k := int32(0), int32(-1)
	for i, v := range p.i32 {
		if k < 0 || v != last {
			var ok bool
			if k, ok = at[v]; !ok {
				k = int32(len(list))
				list = append(list, v)
				at[v] = k
			}
			last = v
		}
		p.index[i] = k
	}
	if len(list) > 0 {
		least, most := list[0], list[0]
		plain := p.plain[:0]
		for _, v := range list {
			plain = binary.LittleEndian.AppendUint32(plain, uint32(v))
			least, most = min(least, v), max(most, v)
		}
		p.plain = plain
		p.least, p.most = binary.LittleEndian.AppendUint32(nil, uint32(least)), binary.LittleEndian.AppendUint32(nil, uint32(most))
	} else {
		p.plain = p.plain[:0]
	}
	if err := p.dictionary(p.plain, len(list)); err != nil {
		return err
	}
	return p.indexed()
}

// whole writes p.ints by their differences.
func (p *pager) whole() error {
	if len(p.ints) > 0 {
		least, most := p.ints[0], p.ints[0]
		for _, v := range p.ints {
			least, most = min(least, v), max(most, v)
		}
		p.least, p.most = binary.LittleEndian.AppendUint64(nil, uint64(least)), binary.LittleEndian.AppendUint64(nil, uint64(most))
	}
	return p.pages(format.DeltaBinaryPacked, func(dst []byte, from, to int) ([]byte, error) {
		return parquet.DeltaBinaryPacked.EncodeInt64(dst, p.ints[from:to])
	})
}

// real writes p.floats, by a dictionary if they repeat.
func (p *pager) real() error {
	if len(p.floats) > 0 {
		least, most := p.floats[0], p.floats[0]
		for _, v := range p.floats {
			least, most = min(least, v), max(most, v)
		}
		if least == 0 {
			least = math.Copysign(0, -1) // as the standard wants it
		}
		if most == 0 {
			most = 0
		}
		p.least, p.most = binary.LittleEndian.AppendUint64(nil, math.Float64bits(least)), binary.LittleEndian.AppendUint64(nil, math.Float64bits(most))
	}
	p.index = grow(p.index, len(p.floats))
	if p.numbers.index(p.index, p.floats) {
		plain := p.plain[:0]
		for _, v := range p.numbers.list {
			plain = binary.LittleEndian.AppendUint64(plain, v)
		}
		p.plain = plain
		if err := p.dictionary(plain, len(p.numbers.list)); err != nil {
			return err
		}
		return p.indexed()
	}
	return p.pages(format.Plain, func(dst []byte, from, to int) ([]byte, error) {
		for _, v := range p.floats[from:to] {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
		}
		return dst, nil
	})
}

// texts writes p.bytes.
func (p *pager) texts() error {
	return p.pages(format.Plain, func(dst []byte, from, to int) ([]byte, error) {
		for i := from; i < to; i++ {
			text := p.bytes[p.offsets[i]:p.offsets[i+1]]
			dst = append(binary.LittleEndian.AppendUint32(dst, uint32(len(text))), text...)
		}
		return dst, nil
	})
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// maxNumbers is how many different numbers a dictionary has.
const maxNumbers = 1 << 14

// numberTable finds the different ones of some numbers, by their bits: an index of open addressing.
type numberTable struct {
	slots [4 * maxNumbers]uint32 // from 1 in list
	list  []uint64
}

// index fills dst with the places of x in list; false if there are too many different ones to be worth it.
func (t *numberTable) index(dst []int32, x []float64) bool {
	clear(t.slots[:])
	t.list = t.list[:0]
	most := min(maxNumbers, len(x)/2)
	for i, v := range x {
		b := math.Float64bits(v)
		for at := (b * 0x9e3779b97f4a7c15) >> 48; ; at = (at + 1) % (4 * maxNumbers) {
			k := t.slots[at]
			if k == 0 {
				if len(t.list) == most {
					return false
				}
				t.list = append(t.list, b)
				t.slots[at] = uint32(len(t.list))
				dst[i] = int32(len(t.list) - 1)
				break
			}
			if t.list[k-1] == b {
				dst[i] = int32(k - 1)
				break
			}
		}
	}
	return true
}
