package parquet

import (
	"bufio"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/almotacen/almotacen/telemetry"
)

// measured counts the bytes that a header takes.
type measured struct {
	r *bufio.Reader
	n int64
}

func (m *measured) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	return n, err
}

func (m *measured) ReadByte() (byte, error) {
	b, err := m.r.ReadByte()
	if err == nil {
		m.n++
	}
	return b, err
}

// pages walks the page headers of the wanted columns of a row group before any page is
// decoded: what a page claims to hold must fit the group and the limits, since a few bytes of a run
// can claim billions of values.
func (x *Reader) pages(g int, group parquet.RowGroup) error {
	rows, most := group.NumRows(), int64(x.cfg.Limits.Rows)
	bad := func(kind error, c *column, text string, a ...any) error {
		return x.fail(kind, g+1, fmt.Sprintf("column %q: ", c.name)+fmt.Sprintf(text, a...), nil)
	}
	if rows < 0 || rows > most {
		return x.fail(telemetry.ErrLimit, g+1, fmt.Sprintf("row group %d claims %d rows; raise Limits.Rows from %d", g+1, rows, most), nil)
	}
	var protocol thrift.CompactProtocol
	for _, c := range x.cols {
		meta := &x.file.Metadata().RowGroups[g].Columns[c.index].MetaData
		at := meta.DataPageOffset
		if d := meta.DictionaryPageOffset; d > 0 && d < at {
			at = d
		}
		end := at + meta.TotalCompressedSize
		if meta.NumValues != rows || at < 0 || meta.TotalCompressedSize < 0 || end > x.file.Size() {
			return bad(telemetry.ErrSyntax, c, "%d values in bytes %d to %d of %d, for %d rows", meta.NumValues, at, end, x.file.Size(), rows)
		}
		for left := rows; at < end && left > 0; {
			m := &measured{r: bufio.NewReaderSize(io.NewSectionReader(x.file, at, end-at), 512)}
			var h format.PageHeader
			if err := thrift.NewDecoder(protocol.NewReader(m)).Decode(&h); err != nil {
				return x.fail(telemetry.ErrSyntax, g+1, fmt.Sprintf("column %q: the page header at byte %d does not read", c.name, at), err)
			}
			values := int64(0)
			switch {
			case h.DataPageHeader.Valid:
				values = int64(h.DataPageHeader.V.NumValues)
				left -= values
			case h.DataPageHeaderV2.Valid:
				values = int64(h.DataPageHeaderV2.V.NumValues)
				left -= values
			case h.DictionaryPageHeader.Valid:
				values = int64(h.DictionaryPageHeader.V.NumValues)
			}
			if size := int64(h.UncompressedPageSize); values < 0 || values > rows || left < 0 || size < 0 || size > x.cfg.Limits.Bytes || h.CompressedPageSize < 0 {
				return bad(telemetry.ErrLimit, c, "the page at byte %d claims %d values in %d bytes, for %d rows and Limits.Bytes of %d", at, values, size, rows, x.cfg.Limits.Bytes)
			}
			at += m.n + int64(h.CompressedPageSize)
		}
	}
	return nil
}
