// Package decoding is what decoders of all formats do alike: limits, the policy for bad
// records, errors with their place, the time of receipt, units not known.
package decoding

import (
	"fmt"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Run is one call of a decoder.
type Run struct {
	Format   string
	Config   telemetry.Config // limits with their defaults
	Batch    *telemetry.Batch
	Source   uint32 // code of the source
	Received int64  // or NoTime
	Record   int    // of the message, from 1; 0 before the first Next

	start, record telemetry.Mark
	data          int // bytes of text in the batch before
	scan          jsonscan.Scanner
}

// Begin starts a message. The error is of the configuration or of Limits.Bytes; the
// batch is unchanged then.
func (r *Run) Begin(format string, c telemetry.Config, dst *telemetry.Batch, src []byte) error {
	c.Limits = c.Limits.WithDefaults()
	*r = Run{Format: format, Config: c, Batch: dst, start: dst.Mark(), scan: r.scan}
	r.record, r.data = r.start, len(dst.Data)
	if int64(len(src)) > c.Limits.Bytes {
		return r.Fail(telemetry.ErrLimit, 0, "%d bytes, %d allowed; raise Limits.Bytes", len(src), c.Limits.Bytes)
	}
	received, err := c.Received()
	if err != nil {
		return err
	}
	r.Received = received
	if r.Source = dst.Origin.Source; r.Source == 0 {
		r.Source = dst.Sources.Code(telemetry.Source{Format: format, Name: c.Source, Received: received})
	}
	return nil
}

// Next begins a record.
func (r *Run) Next() {
	r.Record++
	r.record = r.Batch.Mark()
}

// Mark is the state at the beginning of the record.
func (r *Run) Mark() telemetry.Mark { return r.record }

// Start is the place of byte i of the message in its source.
func (r *Run) Start(i int) int64 { return r.Batch.Origin.Offset + int64(i) }

// Number is the number of the record in its source.
func (r *Run) Number() int { return int(r.Batch.Origin.Record) + r.Record }

// Fail is an error at byte i of the message.
func (r *Run) Fail(kind error, i int, format string, args ...any) *telemetry.Error {
	return &telemetry.Error{
		Kind: kind, Format: r.Format, Source: r.Config.Source, Record: r.Number(),
		Offset: r.Start(i), Msg: fmt.Sprintf(format, args...),
	}
}

// Refuse applies the policy to a bad record: under Stop the batch goes back to before
// the message and the error returns; else the rows of the record go, the error becomes
// a finding, and nil returns.
func (r *Run) Refuse(e *telemetry.Error) error {
	if r.Config.Policy == telemetry.Stop {
		return r.Abort(e)
	}
	r.Batch.DropRows(r.record)
	r.Batch.Report(r.Config.Limits, telemetry.Finding{Error: *e, Skipped: true})
	return nil
}

// Abort goes back to before the message, whatever the policy.
func (r *Run) Abort(e *telemetry.Error) error {
	r.Batch.Rewind(r.start)
	return e
}

// Note reports a finding that leaves the record in.
func (r *Run) Note(e *telemetry.Error) {
	r.Batch.Report(r.Config.Limits, telemetry.Finding{Error: *e})
}

// Left is how many rows more the limit allows.
func (r *Run) Left() int { return r.Config.Limits.Rows - (r.Batch.Len() - r.start.Rows()) }

// Full is an error, for Abort, if the batch has more than limits allow. Cheap: once a
// record.
func (r *Run) Full(i int) *telemetry.Error {
	b, l := r.Batch, &r.Config.Limits
	switch {
	case b.Len()-r.start.Rows() > l.Rows:
		return r.Fail(telemetry.ErrLimit, i, "more than %d rows; raise Limits.Rows", l.Rows)
	case b.Entities.Len() > l.Entries || b.Attributes.Len() > l.Entries || b.Datasets.Len() > l.Entries || b.Units.Len() > l.Entries:
		return r.Fail(telemetry.ErrLimit, i, "more than %d different names; raise Limits.Entries, or begin a new batch", l.Entries)
	case int64(len(b.Data)-r.data) > l.Bytes:
		return r.Fail(telemetry.ErrLimit, i, "more than %d bytes of text made of one message, which says them again and again; raise Limits.Bytes", l.Bytes)
	case len(b.Data) > maxData:
		return r.Fail(telemetry.ErrLimit, i, "more than %d bytes of text in the batch; reset it", maxData)
	}
	return nil
}

// maxData is below what a telemetry.Span can address, by more than any one message.
const maxData = 3 << 30

// NoTime applies the time policy to a row without one. The error is of kind ErrTime.
func (r *Run) NoTime(row *telemetry.Row, i int) *telemetry.Error {
	row.Detail.Offset = telemetry.NoOffset
	switch r.Config.Time {
	case telemetry.TimeRequired:
		return r.Fail(telemetry.ErrTime, i, "no time; the policy demands one (Config.Time)")
	case telemetry.TimeOfReceipt:
		row.Time = r.Received
		row.Flags |= telemetry.TimeReceived
	default:
		row.Time = telemetry.NoTime
		row.Flags |= telemetry.TimeStatic
	}
	return nil
}

// Unit is the code of a unit; one that is not known is a finding, once a batch.
func (r *Run) Unit(system telemetry.UnitSystem, given []byte, i int) uint32 {
	code, added := r.Batch.Units.Code(system, given)
	if added && r.Batch.Units.At(code).Unit.IsZero() {
		r.Note(r.Fail(telemetry.ErrUnit, i, "unit %.60q is not known as one of %s; it is kept as text", given, system))
	}
	return code
}
