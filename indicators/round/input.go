package round

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/cube"
)

// CubeInput is a cube of variables, such as cube.ReadRows makes of a database
// query, as an input of a round: a tidy table named name that is kept with the
// round like a delivered file, so that it can be verified without the database.
// Source is the id of a data source of the catalogue, or empty. Units are
// converted to the variables', statuses kept. The place of a cell is now its line of
// the table, and that line says in columns source and reasons what the cell's source and
// reasons were: an explanation goes on there, to the row of a database or the state of
// an aggregation.
//
// The error is of code CodeInput: a measure without unit.
func CubeInput(name, source string, c *cube.Cube) (Input, error) {
	s := c.Schema()
	in := Input{Table: collect.Table{
		Name: name, Source: source, Entity: "entity", Period: "period", Variable: "variable", Value: "value", Unit: "unit", Status: "status", Decimal: ".", Delimiter: ",",
	}}
	header := []string{"entity", "period", "variable", "value", "unit", "status"}
	for _, d := range s.Dimensions {
		if in.Table.Members == nil {
			in.Table.Members = map[string]string{}
		}
		in.Table.Members[d] = "member:" + d
		header = append(header, "member:"+d)
	}
	in.Table.Ignore = []string{"source", "reasons"} // for who follows an explanation
	header = append(header, in.Table.Ignore...)
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(header); err != nil {
		return Input{}, &Error{Code: CodeInput, Path: name, Err: err}
	}
	for m, measure := range s.Measures {
		if measure.Unit.IsZero() {
			return Input{}, &Error{Code: CodeInput, Path: name, Msg: "measure " + strconv.Quote(measure.ID) + " has no unit; give it one, such as 1"}
		}
		col := c.Column(m)
		for row := range c.Len() {
			status := col.StatusAt(row)
			if !status.Observed() && status == cube.Status(cube.Missing) {
				continue // the same as not delivered
			}
			k := c.Key(row)
			value := ""
			if status.Observed() {
				value = strconv.FormatFloat(col.Values[row], 'f', -1, 64)
			}
			line := append([]string{k.Entity, k.Period.String(), measure.ID, value, measure.Unit.String(), status.String()}, k.Members.Split(len(s.Dimensions))...)
			cell := c.Cell(row, m)
			line = append(line, cell.Source.String(), reasonsOf(cell.Reasons))
			if err := w.Write(line); err != nil {
				return Input{}, &Error{Code: CodeInput, Path: name, Err: err}
			}
		}
	}
	w.Flush()
	in.Data = b.Bytes()
	return in, w.Error()
}

// reasonsOf is reasons as one text: code and words of each.
func reasonsOf(list []cube.Reason) string {
	var out []string
	for _, r := range list {
		text := r.Code
		if r.Text != "" {
			text += ": " + r.Text
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}
