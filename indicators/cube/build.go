package cube

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"github.com/almotacen/almotacen/indicators/period"
)

// Build returns the cube of the cells set, and empties the builder. Rows are
// sorted and unique; the order of the calls of Set makes no difference. The
// error is [Errors], sorted, of code [CodeDuplicate] and [CodeConflict], each
// with the two cells and their sources; nothing is lost then: the fields may be
// set and Build called again.
func (b *Builder) Build() (*Cube, error) {
	if err := b.settle(); err != nil {
		return nil, err
	}
	r, perm := newRows(b.schema.Dimensions, b.entities, b.periods, b.members, b.rows)
	b.rowCode, b.rows = nil, nil
	origins := new(sources)
	*origins = b.sources.sources // b is reset
	sets := b.sets.sets
	cols := make([]column, len(b.cols))
	for i := range b.cols {
		l := b.cols[i]
		b.cols[i] = lanes{}
		n := len(r.period)
		if !l.full(n) {
			l.status = extend(l.status, n)
			for row := range l.status {
				if !l.has(uint32(row)) {
					l.status[row] = Status(Missing)
				}
			}
		}
		cols[i] = column{
			values:  permute(extend(l.values, n), perm),
			status:  permute(extendSome(l.status, n), perm),
			reasons: permute(extendSome(l.reasons, n), perm),
			sources: permute(extendSome(l.sources, n), perm),
			sets:    sets,
			origins: origins,
		}
		cols[i].trim()
	}
	c := newCube(r, b.schema.Measures, b.index, cols)
	b.reset()
	return c, nil
}

// Duplicates returns, after a Build that succeeded, the duplicates that it
// kept once, sorted, at most [MaxErrors] of them; nil if there were none.
func (b *Builder) Duplicates() Errors { return b.duplicates }

// settle decides between the cells set more than once, or fails.
func (b *Builder) settle() error {
	b.duplicates = nil
	if len(b.extras) == 0 {
		return nil
	}
	slices.SortStableFunc(b.extras, func(x, y extra) int {
		if x.row != y.row {
			return b.key(x.row).Compare(b.key(y.row))
		}
		return cmp.Compare(x.measure, y.measure)
	})
	var failed, tolerated problems
	var keep []extra
	for rest := b.extras; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].row == rest[0].row && rest[n].measure == rest[0].measure {
			n++
		}
		row, measure := rest[0].row, rest[0].measure
		cells := []Cell{b.load(row, measure)}
		for _, x := range rest[:n] {
			cells = append(cells, x.cell)
		}
		rest = rest[n:]
		slices.SortFunc(cells, Cell.compare)
		k, id := b.key(row), b.schema.Measures[measure].ID
		conflict := slices.ContainsFunc(cells, func(c Cell) bool { return !c.same(cells[0]) })
		kept, found := cells[0], &failed
		if conflict && b.Resolve != nil {
			if c, ok := b.Resolve(k, id, slices.Clone(cells)); ok {
				if kept, conflict = c, false; !c.Status.Valid() || c.Status.Observed() && c.Value-c.Value != 0 {
					failed.add(&Error{Code: CodeValue, Key: k, Measure: id, Text: fmt.Sprintf("%s: measure %q: Resolve gave %v, status %v", k, id, c.Value, c.Status)})
				}
				keep = append(keep, extra{row, measure, kept})
				continue
			}
		}
		if !conflict && b.AllowDuplicates {
			found = &tolerated
			keep = append(keep, extra{row, measure, kept})
		}
		for _, c := range cells[1:] {
			found.add(pair(k, id, cells[0], c))
		}
	}
	if err := failed.list(); err != nil {
		return err
	}
	for _, x := range keep {
		if !x.cell.Status.Observed() || x.cell.Value == 0 {
			x.cell.Value = 0
		}
		b.store(&b.cols[x.measure], x.row, b.schema.Measures[x.measure].ID, x.cell)
	}
	b.extras = nil
	b.duplicates = tolerated.list()
	return nil
}

// problems keeps the first errors and counts the rest.
type problems struct {
	errs    Errors
	dropped int
}

func (p *problems) add(e *Error) {
	if len(p.errs) >= MaxErrors {
		p.dropped++
		return
	}
	p.errs = append(p.errs, e)
}

func (p *problems) list() Errors {
	if len(p.errs) == 0 {
		return nil
	}
	return p.errs.tidy(p.dropped)
}

// pair is the error for two cells of one place.
func pair(k Key, measure string, a, b Cell) *Error {
	code, is := CodeConflict, "conflict"
	if a.same(b) {
		code, is = CodeDuplicate, "the same twice"
	}
	e := &Error{Code: code, Key: k, Measure: measure, Cells: []Cell{a, b},
		Text: fmt.Sprintf("%s: measure %q: %s: %s and %s", k, measure, is, describe(a), describe(b))}
	return at(b, e)
}

func describe(c Cell) string {
	s := c.Status.String()
	if c.Status.Observed() {
		s = string(appendNumber(nil, c.Value))
		if c.Status != 0 {
			s += " (" + c.Status.String() + ")"
		}
	}
	if from := c.Source.String(); from != "" {
		s += " from " + from
	}
	return s
}

func (l *lanes) full(n int) bool {
	for row := 0; row < n; row += 64 {
		want := ^uint64(0)
		if n-row < 64 {
			want = 1<<(n-row) - 1
		}
		if row>>6 >= len(l.set) || l.set[row>>6] != want {
			return false
		}
	}
	return true
}

// trim drops lanes that hold nothing.
func (c *column) trim() {
	if !slices.ContainsFunc(c.status, func(s Status) bool { return s != 0 }) {
		c.status = nil
	}
	if !slices.ContainsFunc(c.reasons, func(r uint32) bool { return r != 0 }) {
		c.reasons = nil
	}
	if !slices.ContainsFunc(c.sources, func(s sourceRef) bool { return s != 0 }) {
		c.sources = nil
	}
}

func extend[T any](s []T, n int) []T {
	if len(s) >= n {
		return s[:n]
	}
	return append(s, make([]T, n-len(s))...)
}

// extendSome is extend, but leaves a nil lane nil.
func extendSome[T any](s []T, n int) []T {
	if s == nil {
		return nil
	}
	return extend(s, n)
}

// permute returns s in the order of perm: perm[i] is the old place of i. A nil
// perm is the identity. Nil stays nil.
func permute[T any](s []T, perm []uint32) []T {
	if s == nil || perm == nil {
		return slices.Clip(s)
	}
	out := make([]T, len(perm))
	for i, from := range perm {
		out[i] = s[from]
	}
	return out
}

// newRows sorts rows given by codes into the dictionaries. Perm is the old row
// by new row, nil if the order did not change.
func newRows(dims, entities []string, periods []period.Period, members []Members, keys []rowKey) (r *rows, perm []uint32) {
	r = &rows{dims: dims}
	var rankE, rankP, rankM []uint32
	r.entities, rankE = ranks(entities, cmp.Compare[string])
	r.periods, rankP = ranks(periods, comparePeriods)
	r.members, rankM = ranks(members, compareMembers)
	n := len(keys)
	r.entity, r.period, r.member = make([]uint32, n), make([]uint32, n), make([]uint32, n)
	type order struct {
		hi     uint64
		member uint32
		from   uint32
	}
	compare := func(a, b order) int {
		if a.hi != b.hi {
			return cmp.Compare(a.hi, b.hi)
		}
		return cmp.Compare(a.member, b.member)
	}
	sorted := make([]order, n)
	for i, k := range keys {
		sorted[i] = order{uint64(rankE[k.entity])<<32 | uint64(rankP[k.period]), rankM[k.member], uint32(i)}
	}
	if !slices.IsSortedFunc(sorted, compare) {
		slices.SortFunc(sorted, compare)
		perm = make([]uint32, n)
	}
	for i, o := range sorted {
		r.entity[i], r.period[i], r.member[i] = uint32(o.hi>>32), uint32(o.hi), o.member
		if perm != nil {
			perm[i] = o.from
		}
	}
	r.entityCode = make(map[string]int, len(r.entities))
	r.first = make([]int, len(r.entities)+1)
	for i, e := range r.entities {
		r.entityCode[e] = i
		r.first[i+1] = sort.Search(n, func(j int) bool { return int(r.entity[j]) > i })
	}
	return r, perm
}

// ranks sorts a dictionary of distinct values and returns the new code by old.
func ranks[T any](dict []T, compare func(a, b T) int) (sorted []T, rank []uint32) {
	order := make([]uint32, len(dict))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return compare(dict[a], dict[b]) })
	sorted, rank = make([]T, len(dict)), make([]uint32, len(dict))
	for i, o := range order {
		sorted[i], rank[o] = dict[o], uint32(i)
	}
	return sorted, rank
}
