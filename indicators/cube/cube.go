package cube

import (
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/almotacen/almotacen/indicators/period"
)

// Cube is a table of cells, immutable and safe for concurrent use.
type Cube struct {
	*rows
	measures []Measure
	index    map[string]int
	cols     []column
	implied  [][]Reason // by measure*4 + presence-1: the reason a presence implies
}

// rows is what cubes over the same keys share.
type rows struct {
	dims       []string
	entities   []string // sorted
	entityCode map[string]int
	first      []int // first row by entity, and the number of rows
	periods    []period.Period
	members    []Members // sorted
	period     []uint32  // by row: index in periods
	member     []uint32  // by row: index in members
	entity     []uint32  // by row: index in entities

	once     sync.Once
	byPeriod [][]int
}

// column holds the lanes of a measure, all as long as the cube or nil.
type column struct {
	values  []float64
	status  []Status
	reasons []uint32 // codes in sets
	sources []sourceRef
	sets    [][]Reason
	origins *sources
}

// Schema returns the shape of the cube; the slices are read-only.
func (c *Cube) Schema() Schema {
	return Schema{Dimensions: slices.Clip(c.dims), Measures: slices.Clip(c.measures)}
}

// Len is the number of rows.
func (c *Cube) Len() int { return len(c.period) }

// Key returns the key of a row, 0 ≤ row < Len.
func (c *Cube) Key(row int) Key {
	return Key{Entity: c.entities[c.entity[row]], Period: c.periods[c.period[row]], Members: c.members[c.member[row]]}
}

// Find returns the row of k, if there is one. Members are read as [Builder.Set]
// reads them.
func (c *Cube) Find(k Key) (row int, ok bool) {
	from, to := c.Entity(k.Entity)
	if from == to {
		return 0, false
	}
	p, ok := slices.BinarySearchFunc(c.periods, k.Period, comparePeriods)
	if !ok {
		return 0, false
	}
	if k.Members.IsTotal() {
		k.Members = ""
	}
	m, ok := slices.BinarySearchFunc(c.members, k.Members, compareMembers)
	if !ok {
		return 0, false
	}
	row = from + sort.Search(to-from, func(i int) bool {
		i += from
		if c.period[i] != uint32(p) {
			return c.period[i] > uint32(p)
		}
		return c.member[i] >= uint32(m)
	})
	return row, row < to && c.period[row] == uint32(p) && c.member[row] == uint32(m)
}

func compareMembers(a, b Members) int { return strings.Compare(string(a), string(b)) }

// MeasureIndex returns the index of a measure, for [Cube.Column] and [Cube.Cell].
func (c *Cube) MeasureIndex(id string) (int, bool) {
	i, ok := c.index[id]
	return i, ok
}

// Column returns a measure by its index, 0 ≤ measure < number of measures.
func (c *Cube) Column(measure int) Column {
	col := &c.cols[measure]
	return Column{Measure: c.measures[measure], Values: slices.Clip(col.values), Status: slices.Clip(col.status), col: col, implied: c.implied[measure*4 : measure*4+4]}
}

// Cell returns a cell by row and measure index. A cell that was never set is
// Missing with the reason not-collected. The reasons are shared and read-only.
func (c *Cube) Cell(row, measure int) Cell {
	return c.cols[measure].cell(row, c.implied[measure*4:measure*4+4])
}

// At returns a cell by key and measure; where there is no such row or measure,
// Missing with the reason not-collected.
func (c *Cube) At(k Key, measure string) Cell {
	m, ok := c.index[measure]
	if ok {
		if row, ok := c.Find(k); ok {
			return c.Cell(row, m)
		}
		return Cell{Status: Status(Missing), Reasons: c.implied[m*4+int(Missing)-1]}
	}
	return NoValue(Missing, Reason{Code: ReasonNotCollected, Subject: measure})
}

// Entities returns the entities, sorted.
func (c *Cube) Entities() []string { return slices.Clip(c.entities) }

// Periods returns the periods, sorted.
func (c *Cube) Periods() []period.Period { return slices.Clip(c.periods) }

// Members returns the members that occur, sorted; "" is the total.
func (c *Cube) Members() []Members { return slices.Clip(c.members) }

// Entity returns the rows from ≤ row < to of an entity, sorted by period and
// members; from equals to if it has none.
func (c *Cube) Entity(code string) (from, to int) {
	if i, ok := c.entityCode[code]; ok {
		return c.first[i], c.first[i+1]
	}
	return 0, 0
}

// Period returns the rows of exactly period p, ascending: those of every
// entity and members. The slice is shared and read-only.
func (c *Cube) Period(p period.Period) []int {
	i, ok := slices.BinarySearchFunc(c.periods, p, comparePeriods)
	if !ok {
		return nil
	}
	c.once.Do(c.indexPeriods)
	return slices.Clip(c.byPeriod[i])
}

func (r *rows) indexPeriods() {
	n := make([]int, len(r.periods))
	for _, p := range r.period {
		n[p]++
	}
	all := make([]int, len(r.period))
	r.byPeriod = make([][]int, len(n))
	for i, k := range n {
		r.byPeriod[i], all = all[:0:k], all[k:]
	}
	for row, p := range r.period {
		r.byPeriod[p] = append(r.byPeriod[p], row)
	}
}

// EntityIndex returns the index in [Cube.Entities] of a row's entity.
func (c *Cube) EntityIndex(row int) int { return int(c.entity[row]) }

// PeriodIndex returns the index in [Cube.Periods] of a row's period.
func (c *Cube) PeriodIndex(row int) int { return int(c.period[row]) }

// MembersIndex returns the index in [Cube.Members] of a row's members.
func (c *Cube) MembersIndex(row int) int { return int(c.member[row]) }

// newCube makes a cube over rows; cols must be of its length.
func newCube(r *rows, measures []Measure, index map[string]int, cols []column) *Cube {
	c := &Cube{rows: r, measures: measures, index: index, cols: cols, implied: make([][]Reason, 4*len(measures))}
	for i := range c.implied {
		c.implied[i] = []Reason{{Code: presenceReasons[i%4+1], Subject: measures[i/4].ID}}
	}
	return c
}
