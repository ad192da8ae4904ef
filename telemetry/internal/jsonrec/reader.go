package jsonrec

import (
	"fmt"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Reader is what decoders of JSON messages have in common: records with a policy,
// errors with a place, values. A decoder has one as a field. Methods that read are false when
// they fail, and the error stands then.
type Reader struct {
	Format    string
	C         telemetry.Config // with default limits
	Deletion  string           // the text that says that an attribute ended; "" if none does
	Names     []string         // of the attributes that tell the time of their entity
	Forbidden string           // characters that a text must not have unseen
	Careful   bool             // without shapes: for tests that compare

	S        jsonscan.Scanner
	Sub      jsonscan.Scanner // of parts of the message
	B        *telemetry.Batch
	Source   uint32
	Received int64
	Record   int  // of the message, from 1
	Full     bool // a limit of the whole is reached

	// Again and Unwrap say, when reading a record fails without an error, that it is to be
	// read from its beginning in another way: as a record, or as what wraps records.
	Again, Unwrap func() bool

	err   *telemetry.Error
	begin telemetry.Mark
	rows  int
	times times
	small [32]byte

	serial  uint32   // of the entity, over the reader's life
	seen    []uint32 // serial of the last entity that had the attribute of a code
	epoch   uint32   // of the message, and the depth of its entities
	base    int      // that depth
	opening []byte   // behind the id
	shapes  []shape  // of the attribute of a code; of 0 only which comes first
	prev    uint32   // the attribute before
	spot    spot
	halted  int // where Repeat ended
	tried   int // where the attribute begins that was last compared beyond its head
}

// Begin starts a message. The error is the caller's to return.
func (r *Reader) Begin(dst *telemetry.Batch, src []byte) error {
	received, err := r.C.Received()
	if err != nil {
		return err
	}
	if int64(len(src)) > r.C.Limits.Bytes {
		return &telemetry.Error{Kind: telemetry.ErrLimit, Format: r.Format, Source: r.C.Source, Offset: dst.Origin.Offset,
			Msg: fmt.Sprintf("%d bytes; the limit is %d: raise Limits.Bytes", len(src), r.C.Limits.Bytes)}
	}
	r.B, r.err, r.Full, r.Record, r.rows, r.Received, r.tried, r.halted = dst, nil, false, 0, dst.Len(), received, -1, -1
	r.begin = dst.Mark()
	r.turn()
	r.Source = dst.Sources.Code(telemetry.Source{Format: r.Format, Name: r.C.Source, Received: received})
	r.S.MaxDepth, r.Sub.MaxDepth = r.C.Limits.Depth, r.C.Limits.Depth
	r.S.Reset(src)
	return nil
}

// End ends a message whose records were read (or not, after an error), and forgets it.
func (r *Reader) End(read bool) error {
	if read {
		if e := r.S.End(); e != nil {
			r.Lose(Error(e, r.Format, r.C, r.B.Origin, r.Record))
		}
	}
	b := r.B
	r.B = nil
	r.S.Reset(nil)
	if r.err != nil {
		b.Rewind(r.begin)
		return r.err
	}
	return nil
}

// Message reads a record or an array of them. False: the rest is not to be read.
func (r *Reader) Message(record func() bool) bool {
	switch k := r.S.Kind(); k {
	case jsonscan.Array:
		return r.List(record)
	case jsonscan.Object:
		return r.One(record)
	default:
		r.Record = 1
		if k != jsonscan.Invalid {
			r.Fail(telemetry.ErrType, r.S.Offset(), "%s where an entity or an array of entities should be", k)
		} else {
			r.S.Skip()
		}
		r.Lose(r.failure())
		return false
	}
}

// List reads an array of records.
func (r *Reader) List(record func() bool) bool {
	r.S.Array()
	for r.S.More() {
		if !r.One(record) {
			return false
		}
	}
	return r.Ended()
}

// Ended is false, and the error is dealt with, if the scanner has failed.
func (r *Reader) Ended() bool {
	if r.S.Err() == nil && r.err == nil {
		return true
	}
	r.Lose(r.failure())
	return false
}

// failure takes the error that stands.
func (r *Reader) failure() *telemetry.Error {
	if e := r.err; e != nil {
		r.err = nil
		return e
	}
	return Error(r.S.Err(), r.Format, r.C, r.B.Origin, r.Record)
}

// Lose deals with an error after which the rest of the message cannot be read.
func (r *Reader) Lose(e *telemetry.Error) {
	r.err = nil
	if r.C.Policy == telemetry.Stop {
		r.err = e
		return
	}
	e.Msg += "; the rest of the message is left out"
	r.B.Report(r.C.Limits, telemetry.Finding{Error: *e, Skipped: true})
}

// One reads one record, and does with an error what the policy says. False: the rest is
// not to be read.
func (r *Reader) One(record func() bool) bool {
	r.Record++
	r.S.Kind()
	start, mark := r.S.Mark(), r.B.Mark()
	ok := record()
	if !ok && r.Again != nil {
		f := r.Again
		r.Again = nil
		r.S.Back(start)
		r.B.Rewind(mark)
		ok = f()
	}
	if !ok && r.Unwrap != nil {
		f := r.Unwrap
		r.Unwrap = nil
		r.S.Back(start)
		r.B.Rewind(mark)
		r.Record--
		return f()
	}
	if ok && r.B.Len()-r.rows > r.C.Limits.Rows {
		r.Full = true
		ok = r.Fail(telemetry.ErrLimit, r.S.Offset(), "more than %d rows; raise Limits.Rows", r.C.Limits.Rows)
	}
	if ok {
		return true
	}
	e := r.failure()
	if r.C.Policy == telemetry.Stop || r.Full {
		r.err = e
		return false
	}
	r.B.DropRows(mark)
	if !r.S.Leap(start) {
		r.Lose(e)
		return false
	}
	r.B.Report(r.C.Limits, telemetry.Finding{Error: *e, Skipped: true})
	return true
}

// Members reads the records of an object that wraps them: those that its member name
// lists, or the one that is there. Other members are passed over.
func (r *Reader) Members(name string, record func() bool, other func(key []byte) (bool, bool)) bool {
	s := &r.S
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		if string(key) != name {
			if other != nil {
				if known, ok := other(key); known {
					if !ok {
						r.Lose(r.failure())
						return false
					}
					continue
				}
			}
			s.Skip()
			continue
		}
		switch s.Kind() {
		case jsonscan.Array:
			if !r.List(record) {
				return false
			}
		case jsonscan.Object:
			if !r.One(record) {
				return false
			}
		default:
			r.Record = max(r.Record, 1)
			r.Wrong("what holds the entities", jsonscan.Array)
			r.Lose(r.failure())
			return false
		}
	}
	return r.Ended()
}

// Fail notes an error at a byte of the message, and is false.
func (r *Reader) Fail(kind error, at int, format string, args ...any) bool {
	if r.err == nil {
		r.err = r.newError(kind, at, format, args...)
	}
	return false
}

func (r *Reader) newError(kind error, at int, format string, args ...any) *telemetry.Error {
	return &telemetry.Error{
		Kind: kind, Format: r.Format, Source: r.C.Source, Record: int(r.B.Origin.Record) + r.Record,
		Offset: r.B.Origin.Offset + int64(at), Pointer: jsonscan.Pointer(r.S.Source(), at+1), Msg: fmt.Sprintf(format, args...),
	}
}

// Find notes a finding.
func (r *Reader) Find(kind error, at int, format string, args ...any) {
	if len(r.B.Findings) >= r.C.Limits.Findings {
		r.B.Unreported++
		return
	}
	r.B.Report(r.C.Limits, telemetry.Finding{Error: *r.newError(kind, at, format, args...)})
}

// Judge gives the record that began at a byte and has been read to a check. Under Keep its
// problems are findings.
func (r *Reader) Judge(check telemetry.Check, typ []byte, start int) bool {
	problems := check(typ, r.S.Source()[start:r.S.Offset()])
	if len(problems) == 0 {
		return true
	}
	for i, p := range problems {
		e := r.newError(telemetry.ErrSchema, start+p.Offset, "%s", p.Msg)
		if p.Pointer != "" {
			e.Pointer = p.Pointer
		}
		if r.C.Policy == telemetry.Keep {
			r.B.Report(r.C.Limits, telemetry.Finding{Error: *e})
			continue
		}
		if i == 0 {
			r.err = e
			if n := len(problems) - 1; n > 0 {
				e.Msg += fmt.Sprintf(" (and %d more)", n)
			}
			continue
		}
		if r.C.Policy == telemetry.Skip {
			r.B.Report(r.C.Limits, telemetry.Finding{Error: *e, Skipped: true})
		}
	}
	return r.C.Policy == telemetry.Keep
}

// Wrong notes that the next value is of a wrong type, or none, and is false.
func (r *Reader) Wrong(what string, want jsonscan.Kind) bool {
	k := r.S.Kind()
	if k == jsonscan.Invalid {
		r.S.Skip()
		return false
	}
	return r.Fail(telemetry.ErrType, r.S.Offset(), "%s is %s and should be %s", what, k, want)
}
