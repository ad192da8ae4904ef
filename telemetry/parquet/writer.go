package parquet

import (
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/gather"
)

const (
	// groupRows is how many rows a row group has: small enough to be skipped by time.
	groupRows = 1 << 17
	// groupText is how many bytes of texts end a row group before.
	groupText = 64 << 20
	// pageRows is how many rows a page has: as many as a batch of a Reader.
	pageRows = 1 << 14
)

// Writer writes observations. Close ends the file, which is not readable before. Rows are written by row
// groups of 131,072, or of 64 MiB of texts, and held in memory until then.
type Writer struct {
	w      io.Writer
	offset int64
	rows   gather.Rows
	groups []format.RowGroup
	total  int64
	size   int // rows of a group
	pager
	err error
}

// NewWriter begins a file.
func NewWriter(w io.Writer) *Writer { return newWriter(w, groupRows) }

func newWriter(w io.Writer, rows int) *Writer { return &Writer{w: w, size: rows} }

// Write adds the rows of b. The error is an [*telemetry.Error]; the file is then of no use.
func (w *Writer) Write(b *telemetry.Batch) error {
	for at := 0; at < b.Len() && w.err == nil; {
		at += w.rows.Add(b, at, w.size-w.rows.Len(), groupText)
		if w.rows.Len() == w.size || len(w.rows.Data) > groupText {
			w.err = w.flush()
		}
	}
	return w.err
}

// Close writes the last row group and the footer. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.err == nil && w.rows.Len() > 0 {
		w.err = w.flush()
	}
	if w.err == nil {
		w.err = w.begin()
	}
	if w.err != nil {
		return w.err
	}
	meta := format.FileMetaData{Version: 2, Schema: schema(), NumRows: w.total, RowGroups: w.groups, CreatedBy: "almotacen version 1"}
	for range columns {
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: new(format.TypeDefinedOrder)})
	}
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &meta)
	if err != nil {
		return wrap(err)
	}
	n := uint32(len(footer))
	w.err = w.put(append(append(footer, byte(n), byte(n>>8), byte(n>>16), byte(n>>24)), magic...))
	return w.err
}

const magic = "PAR1"

func (w *Writer) begin() error {
	if w.offset > 0 {
		return nil
	}
	return w.put([]byte(magic))
}

func (w *Writer) put(p []byte) error {
	n, err := w.w.Write(p)
	w.offset += int64(n)
	return wrap(err)
}

// flush writes a row group.
func (w *Writer) flush() error {
	if err := w.begin(); err != nil {
		return err
	}
	b := &w.rows.Batch
	g := format.RowGroup{NumRows: int64(b.Len()), FileOffset: w.offset, Ordinal: int16(len(w.groups))}
	for i := range columns {
		c := &columns[i]
		w.start(c, b.Len())
		if err := c.fill(&w.pager, b); err != nil {
			return wrap(err)
		}
		meta := w.meta(c, w.offset)
		g.Columns = append(g.Columns, format.ColumnChunk{FileOffset: w.offset, MetaData: meta})
		g.TotalByteSize += meta.TotalUncompressedSize
		g.TotalCompressedSize += meta.TotalCompressedSize
		if err := w.put(w.out); err != nil {
			return err
		}
	}
	w.groups = append(w.groups, g)
	w.total += g.NumRows
	w.rows.Reset()
	return nil
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return &telemetry.Error{Kind: telemetry.ErrSyntax, Format: "parquet", Offset: -1, Msg: "writing failed", Err: err}
}

func (p *pager) pack(src []byte) ([]byte, error) {
	if p.zstd == nil {
		var err error
		if p.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true)); err != nil {
			return nil, err
		}
	}
	p.packed = p.zstd.EncodeAll(src, p.packed[:0])
	return p.packed, nil
}
