package cube

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// The columns of tidy CSV that are not dimensions: indices of csvColumns.
const (
	colEntity = iota
	colPeriod
	colMeasure // the dimensions stand before it
	colValue
	colUnit
	colStatus
	colObs
	colConf
	colReason
	colSource
)

var csvColumns = [...]string{"entity", "period", "measure", "value", "unit", "status", "obs_status", "conf_status", "reason", "source"}

// WriteConfig says how [WriteCSV] writes. The zero value is every cell, with
// LF line ends.
type WriteConfig struct {
	CRLF        bool // end lines with CRLF, as RFC 4180 has it, instead of LF
	OmitMissing bool // leave out cells that were never set; rows without any other cell are lost
}

// WriteCSV writes c as tidy CSV: UTF-8, RFC 4180 quoting, one line a cell, by
// row and then in the order of the measures, under the header
//
//	entity,period,<dimensions>,measure,value,unit,status,obs_status,conf_status,reason,source
//
// The value is the shortest decimal that reads back as the same float64, empty
// where there is none; status is [Status.String], obs_status and conf_status
// its projection by [Status.SDMX], reason the text of [AppendReasons] without
// the reason that the status implies, source [Source.String]. The bytes depend
// on the cube only, and [ReadCSV] gives the same cube. The error is w's, or of
// code [CodeSchema] if a dimension is named like another column.
func WriteCSV(w io.Writer, c *Cube, cfg WriteConfig) error {
	for _, d := range c.dims {
		if slices.Contains(csvColumns[:], d) {
			return &Error{Code: CodeSchema, Text: fmt.Sprintf("dimension %q has the name of a column of tidy CSV", d)}
		}
	}
	eol := "\n"
	if cfg.CRLF {
		eol = "\r\n"
	}
	buf := make([]byte, 0, 64<<10)
	for i, name := range slices.Concat(csvColumns[:colMeasure], c.dims, csvColumns[colMeasure:]) {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendField(buf, name)
	}
	buf = append(buf, eol...)
	middle := make([]string, len(c.measures)) // measure, and unit after the value
	units := make([]string, len(c.measures))
	for i, m := range c.measures {
		middle[i] = string(appendField(nil, m.ID))
		units[i] = string(appendField(nil, m.Unit.String()))
	}
	var prefix, text []byte
	for row := range c.Len() {
		k := c.Key(row)
		prefix = append(appendField(prefix[:0], k.Entity), ',')
		prefix = append(appendField(prefix, k.Period.String()), ',')
		for i := range c.dims {
			prefix = append(appendField(prefix, k.Members.At(i)), ',')
		}
		for m := range c.cols {
			col := &c.cols[m]
			cell := c.Cell(row, m)
			implied := col.reasons == nil || col.reasons[row] == 0
			if cfg.OmitMissing && implied && cell.Status == Status(Missing) && cell.Source == (Source{}) {
				continue
			}
			buf = append(append(append(buf, prefix...), middle[m]...), ',')
			if cell.Status.Observed() {
				buf = appendNumber(buf, cell.Value)
			}
			buf = append(append(append(buf, ','), units[m]...), ',')
			code, _ := cell.Status.SDMX()
			buf = append(cell.Status.appendText(buf), ',')
			buf = append(append(append(buf, code.Obs...), ','), code.Conf...)
			buf = append(buf, ',')
			if !implied {
				text = AppendReasons(text[:0], cell.Reasons)
				buf = appendField(buf, string(text))
			}
			buf = append(buf, ',')
			if cell.Source != (Source{}) {
				text = cell.Source.appendText(text[:0])
				buf = appendField(buf, string(text))
			}
			buf = append(buf, eol...)
			if len(buf) > 60<<10 {
				if _, err := w.Write(buf); err != nil {
					return err
				}
				buf = buf[:0]
			}
		}
	}
	_, err := w.Write(buf)
	return err
}

// appendField quotes a field where RFC 4180 asks for it.
func appendField(dst []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for _, c := range []byte(s) {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
