package telemetry

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// Records decodes a stream of a format record by record, holding one record at a
// time of at most c.Limits.Record bytes. Each yielded batch is dst with the rows of one
// record, valid until the next; dictionaries go on. Under Stop the first error ends the
// sequence; under Skip and Keep a bad record is yielded as an empty batch with its
// findings. An error of the reader, or a record over the limit, always ends it. It can be
// ranged once.
func Records(f Format, r io.Reader, dst *Batch, c Config) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		c.Limits = c.Limits.WithDefaults()
		dec := f.NewDecoder(c)
		origin := Origin{Source: dst.Origin.Source}
		defer func() { dst.Origin = Origin{} }()
		fail := func(kind error, msg string, err error) {
			dst.Reset()
			yield(dst, &Error{Kind: kind, Format: f.Name, Source: c.Source, Record: int(origin.Record) + 1, Offset: origin.Offset, Msg: msg, Err: err})
		}
		one := func(record []byte, at int64) bool {
			dst.Reset()
			dst.Origin = Origin{origin.Source, origin.Record, at}
			err := dec.Decode(dst, record)
			origin.Record++
			return yield(dst, err) && err == nil
		}
		if f.Split == nil {
			all, err := io.ReadAll(io.LimitReader(r, int64(c.Limits.Record)+1))
			switch {
			case err != nil:
				fail(ErrSyntax, "reading failed", err)
			case len(all) > c.Limits.Record:
				fail(ErrLimit, fmt.Sprintf("more than %d bytes; raise Limits.Record", c.Limits.Record), nil)
			default:
				one(all, 0)
			}
			return
		}
		split := f.Split()
		var start int64 // of the token within the stream
		var next int64
		s := bufio.NewScanner(r)
		s.Buffer(make([]byte, 0, min(64<<10, c.Limits.Record)), c.Limits.Record+utf8.UTFMax)
		s.Split(func(data []byte, atEOF bool) (int, []byte, error) {
			n, token, err := split(data, atEOF)
			if token != nil {
				start = next + int64(cap(data)-cap(token))
			}
			next += int64(n)
			return n, token, err
		})
		for s.Scan() {
			if !one(s.Bytes(), start) {
				return
			}
		}
		origin.Offset = next
		var e *Error
		switch err := s.Err(); {
		case err == nil:
		case errors.Is(err, bufio.ErrTooLong):
			fail(ErrLimit, fmt.Sprintf("a record of more than %d bytes; raise Limits.Record", c.Limits.Record), nil)
		case errors.As(err, &e):
			e.Offset += next
			e.Format, e.Source, e.Record = f.Name, c.Source, int(origin.Record)+1
			dst.Reset()
			yield(dst, e)
		default:
			fail(ErrSyntax, "reading failed", err)
		}
	}
}
