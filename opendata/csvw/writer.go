package csvw

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Writer makes the CSV file of a table, row by row, in memory.
type Writer struct {
	buf    []byte
	fields int
	rows   int
	err    error
}

// NewWriter begins the file of t with its header.
func NewWriter(t Table) *Writer {
	w := &Writer{fields: len(t.Columns)}
	w.Row(t.Header()...)
	w.rows = 0
	return w
}

// Row adds a row. A number of fields that is not that of the columns, or text
// that is not UTF-8, is an error of Bytes.
func (w *Writer) Row(fields ...string) {
	w.rows++
	if len(fields) != w.fields && w.err == nil {
		w.err = fmt.Errorf("csvw: row %d has %d fields, the table has %d columns", w.rows, len(fields), w.fields)
	}
	for i, f := range fields {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		if !utf8.ValidString(f) && w.err == nil {
			w.err = fmt.Errorf("csvw: row %d, field %d: %q is not UTF-8", w.rows, i+1, f)
		}
		// A row that begins with # is a comment to readers with the default dialect.
		w.buf = appendField(w.buf, f, i == 0 && (strings.HasPrefix(f, "#") || f == "" && len(fields) == 1))
	}
	w.buf = append(w.buf, '\r', '\n')
}

// Len is the number of rows without the header.
func (w *Writer) Len() int { return w.rows }

// Bytes is the file so far, shared with w, or the first error.
func (w *Writer) Bytes() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return w.buf, nil
}

func appendField(dst []byte, s string, quote bool) []byte {
	if !quote && !strings.ContainsAny(s, ",\"\r\n") && strings.TrimSpace(s) == s {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(s, `"`, `""`)...)
	return append(dst, '"')
}

// Number is the shortest decimal that reads back as v, in the form of XML
// Schema's double: a point, and an exponent below 1e-6 and from 1e21. Values
// that are not finite are written INF, -INF and NaN.
func Number(v float64) string {
	switch {
	case math.IsInf(v, 0):
		return strings.TrimPrefix(strings.ToUpper(strconv.FormatFloat(v, 'f', -1, 64)), "+")
	case v == 0:
		return "0"
	}
	if a := math.Abs(v); a < 1e-6 || a >= 1e21 {
		return strconv.FormatFloat(v, 'E', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
