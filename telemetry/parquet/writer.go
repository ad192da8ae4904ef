package parquet

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/almotacen/almotacen/telemetry"
)

const batchRows = 2048

// rowGroup is how many rows a row group has: small enough to be skipped by time.
const rowGroup = 1 << 17

// Writer writes observations. Close ends the file, which is not readable before.
type Writer struct {
	w     *parquet.GenericWriter[row]
	rows  []row
	n     int
	times [batchRows]int64
	froms [batchRows]int64
	recvd [batchRows]int64
	nums  [batchRows]float64
	pos   [batchRows]telemetry.Position
	offs  [batchRows]int32
	texts [batchRows]string
	metas [batchRows]string
}

// NewWriter begins a file.
func NewWriter(w io.Writer) *Writer { return newWriter(w, parquet.MaxRowsPerRowGroup(rowGroup)) }

func newWriter(w io.Writer, o ...parquet.WriterOption) *Writer {
	o = append(o, parquet.CreatedBy("almotacen", "1", ""), parquet.DataPageStatistics(true))
	return &Writer{rows: make([]row, batchRows), w: parquet.NewGenericWriter[row](w, o...)}
}

// Write adds the rows of b. The error is an [*telemetry.Error]; the file is then of no use.
func (w *Writer) Write(b *telemetry.Batch) error {
	for i := range b.Len() {
		w.put(b, i)
		if w.n == batchRows {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	// Texts point into the batch, which the caller may change.
	return w.flush()
}

func (w *Writer) put(b *telemetry.Batch, i int) {
	d, n := &b.Detail[i], w.n
	e, u, s := b.Entities.At(b.Entity[i]), b.Units.At(b.UnitRef[i]), b.Sources.At(d.Source)
	r := &w.rows[n]
	*r = row{Entity: e.ID, EntityType: e.Type, Attribute: b.Attributes.Text(b.Attribute[i]), Dataset: b.Datasets.Text(b.Dataset[i]),
		Precision: int32(d.Precision), Kind: b.Kind[i].String(), Unit: u.Given, Quality: b.Quality[i].String(), Raw: b.Raw.Text(d.Raw),
		Flags: int32(b.Flags[i]), Source: s.Name, Format: s.Format, Record: int64(d.Record)}
	if u.Given != "" {
		r.UnitSystem = u.System.String()
	}
	if b.Time[i] != telemetry.NoTime {
		w.times[n] = b.Time[i]
		r.Time = &w.times[n]
	}
	if d.Offset != telemetry.NoOffset {
		w.offs[n] = int32(d.Offset)
		r.Offset = &w.offs[n]
	}
	if b.Flags[i]&telemetry.Interval != 0 {
		w.froms[n] = d.From
		r.From = &w.froms[n]
	}
	if s.Received != telemetry.NoTime {
		w.recvd[n] = s.Received
		r.Received = &w.recvd[n]
	}
	switch b.Kind[i] {
	case telemetry.Number, telemetry.Bool:
		w.nums[n] = b.Number[i]
		r.Number = &w.nums[n]
	case telemetry.Point:
		w.pos[n] = b.Points[d.Ref.Off]
		r.Lon, r.Lat = &w.pos[n].Lon, &w.pos[n].Lat
		if w.pos[n].HasAlt {
			r.Alt = &w.pos[n].Alt
		}
	}
	if k := b.Kind[i]; k != telemetry.Point && (d.Ref.Len > 0 || k == telemetry.Text || k == telemetry.JSON || k == telemetry.Geometry) {
		w.texts[n] = string(b.Bytes(d.Ref))
		r.Text = &w.texts[n]
	}
	if d.Meta.Len > 0 {
		w.metas[n] = string(b.Bytes(d.Meta))
		r.Meta = &w.metas[n]
	}
	w.n++
}

func (w *Writer) flush() error {
	_, err := w.w.Write(w.rows[:w.n])
	w.n = 0
	return wrap(err)
}

// Close writes the footer. It does not close the underlying writer.
func (w *Writer) Close() error { return wrap(w.w.Close()) }

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return &telemetry.Error{Kind: telemetry.ErrSyntax, Format: "parquet", Offset: -1, Msg: "writing failed", Err: err}
}
