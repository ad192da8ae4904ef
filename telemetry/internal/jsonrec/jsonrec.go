// Package jsonrec joins internal/jsonscan to package telemetry: its errors with the
// place of a batch's source, and its cutting of streams.
package jsonrec

import (
	"bufio"
	"errors"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// kinds has the kind of error of every code.
var kinds = [...]error{
	jsonscan.Syntax: telemetry.ErrSyntax, jsonscan.Truncated: telemetry.ErrSyntax, jsonscan.Trailing: telemetry.ErrSyntax,
	jsonscan.UTF8: telemetry.ErrUTF8, jsonscan.Surrogate: telemetry.ErrUTF8, jsonscan.Duplicate: telemetry.ErrDuplicate,
	jsonscan.Depth: telemetry.ErrLimit, jsonscan.Range: telemetry.ErrValue, jsonscan.Type: telemetry.ErrType,
}

// Error is a scanner's error in record n (from 1) of the message being decoded.
func Error(err *jsonscan.Error, format string, c telemetry.Config, o telemetry.Origin, n int) *telemetry.Error {
	return &telemetry.Error{
		Kind: kinds[err.Code], Format: format, Source: c.Source, Record: int(o.Record) + n,
		Offset: o.Offset + int64(err.Offset), Pointer: err.Pointer, Msg: err.Msg,
	}
}

// Split cuts a stream as [jsonscan.Split] does. Its error is a [*telemetry.Error].
func Split() bufio.SplitFunc {
	split := jsonscan.Split()
	return func(data []byte, atEOF bool) (int, []byte, error) {
		n, token, err := split(data, atEOF)
		var e *jsonscan.Error
		if errors.As(err, &e) {
			err = &telemetry.Error{Kind: kinds[e.Code], Offset: int64(e.Offset), Msg: e.Msg}
		}
		return n, token, err
	}
}
