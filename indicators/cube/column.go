package cube

// Column is one measure of a cube: shared, read-only lanes of length Len.
type Column struct {
	Measure Measure
	Values  []float64 // 0 where not observed
	Status  []Status  // nil while every cell is plain

	col     *column
	implied [][]Reason
}

// Len is the number of rows of the cube.
func (c Column) Len() int { return len(c.Values) }

// Cell returns the cell of a row, with its reasons shared and read-only.
func (c Column) Cell(row int) Cell { return c.col.cell(row, c.implied) }

// StatusAt returns the status of a row, also where the lane is nil.
func (c Column) StatusAt(row int) Status {
	if c.Status == nil {
		return 0
	}
	return c.Status[row]
}

// Reasons returns the reasons of a row, shared and read-only; nil if it is plain.
func (c Column) Reasons(row int) []Reason { return c.col.reasonsAt(row, c.implied) }

// Source returns the source of a row; zero if not said.
func (c Column) Source(row int) Source {
	if c.col.sources == nil {
		return Source{}
	}
	return c.col.origins.get(c.col.sources[row])
}

// HasReasons reports whether any cell has reasons beyond those that its
// presence implies.
func (c Column) HasReasons() bool { return c.col.reasons != nil }

// HasSources reports whether any cell has a source.
func (c Column) HasSources() bool { return c.col.sources != nil }

// ReasonCode returns a number that is equal for two rows of this column only if
// they have the same reasons; 0 stands for none beyond those that the presence
// implies. It lets an engine translate each set once.
func (c Column) ReasonCode(row int) uint32 {
	if c.col.reasons == nil {
		return 0
	}
	return c.col.reasons[row]
}

func (c *column) cell(row int, implied [][]Reason) Cell {
	cell := Cell{Value: c.values[row]}
	if c.status != nil {
		cell.Status = c.status[row]
	}
	cell.Reasons = c.reasonsAt(row, implied)
	if c.sources != nil {
		cell.Source = c.origins.get(c.sources[row])
	}
	return cell
}

func (c *column) reasonsAt(row int, implied [][]Reason) []Reason {
	if c.reasons != nil {
		if code := c.reasons[row]; code != 0 {
			return reasonSet(c.sets, code)
		}
	}
	if c.status != nil {
		if p := c.status[row].Presence(); p != Observed {
			return implied[p-1][:1:1]
		}
	}
	return nil
}
