package aggregate

import (
	"cmp"
	"math"
	"slices"

	"github.com/almotacen/almotacen/telemetry"
)

// pool holds the readings that may still be overtaken: those of each series in blocks of
// cells, in the order they came, so that none moves before it is sorted with the others
// of its series.
type pool struct {
	n     int // readings
	slabs [][]cell
	next  uint32               // cell that was never used; 0 is of no block
	free  [blockClasses]uint32 // blocks, linked
}

// sorter is the readings of one series in order, and room for the work.
type sorter struct {
	now     []int64
	value   []float64
	cells   []uint64 // by reading: its cell, and whether it is wide or a short; none: all are alike
	from    *pool
	shorts  []uint64
	form    *form             // of the shorts
	quality telemetry.Quality // of those that are neither

	t, t2 []int64
	x, x2 []float64
	count []uint32
	a, b  []uint64
}

// cell is a time and a number; or the offset of that reading, and its source and quality.
type cell struct {
	a int64
	b uint64
}

const slabCells = 1 << 13

// The blocks of a series double, from 4 cells to 256. The first cell of a block is its
// header: the next block, and the cells used and whether readings are wide. Of the last
// block the queue knows.
const (
	firstCells   = 4
	blockClasses = 7
)

const (
	wideBlock  = 1 << 32
	shortBlock = 1 << 33 // of no block
)

// queue is the readings of one series in a pool. Those of the quality of the first,
// without source and offset, take a cell; from the first other one on they are wide and
// take two.
type queue struct {
	latest     int64  // time of all that came
	head, tail uint32 // blocks; 0: none
	at, end    uint32 // free cells of the last block
	n          uint32
	class      uint8 // of the last block
	wide       bool
	quality    telemetry.Quality
}

func (p *pool) cell(i uint32) *cell { return &p.slabs[i/slabCells][i%slabCells] }

// grow begins a block.
func (p *pool) grow(q *queue) {
	class := uint8(0)
	if q.tail != 0 {
		class = min(q.class+1, blockClasses-1)
	}
	b, size := p.free[class], uint32(firstCells)<<class
	if b != 0 {
		p.free[class] = uint32(p.cell(b).a)
	} else {
		if used := p.next % slabCells; used+size > slabCells {
			p.next += slabCells - used
		}
		if int(p.next/slabCells) == len(p.slabs) {
			p.slabs = append(p.slabs, make([]cell, slabCells))
			p.next = max(p.next, 1)
		}
		b = p.next
		p.next += size
	}
	if q.tail == 0 {
		q.head = b
	} else {
		*p.cell(q.tail) = cell{int64(b), p.usedOf(q)}
	}
	q.tail, q.class, q.at, q.end = b, class, b+1, b+size
}

func (p *pool) usedOf(q *queue) uint64 {
	used := uint64(q.at - q.tail)
	if q.wide {
		used |= wideBlock
	}
	return used
}

// put adds a reading to q.
func (p *pool) put(q *queue, h *held) {
	if q.n == 0 {
		q.quality = h.quality
	}
	if !q.wide && (h.Source != 0 || h.Offset != 0 || h.quality != q.quality) {
		if q.n > 0 {
			p.grow(q)
		}
		q.wide = true
	}
	need := uint32(1)
	if q.wide {
		need = 2
	}
	if q.end-q.at < need {
		p.grow(q)
	}
	s := p.slabs[q.at/slabCells][q.at%slabCells:]
	s[0] = cell{h.Time, math.Float64bits(h.Value)}
	if q.wide {
		s[1] = cell{h.Offset, uint64(h.Source) | uint64(h.quality)<<32}
	}
	q.at += need
	q.n++
	p.n++
}

// putAll adds readings of one quality without source and offset.
func (p *pool) putAll(q *queue, t []int64, x []float64, quality telemetry.Quality) {
	x = x[:len(t)]
	if q.n == 0 {
		q.quality = quality
	}
	for k := 0; k < len(t); {
		if q.wide || q.quality != quality {
			p.put(q, &held{Reading{Time: t[k], Value: x[k] + 0}, quality})
			k++
			continue
		}
		if q.at == q.end {
			p.grow(q)
		}
		s := p.slabs[q.at/slabCells][q.at%slabCells:]
		s = s[:min(int(q.end-q.at), len(t)-k)]
		for i := range s {
			s[i] = cell{t[k+i], math.Float64bits(x[k+i] + 0)}
		}
		k += len(s)
		q.at += uint32(len(s))
		q.n += uint32(len(s))
		p.n += len(s)
	}
}

// clear empties q.
func (p *pool) clear(q *queue) {
	class := uint8(0)
	for b := q.head; b != 0; {
		c := p.cell(b)
		next := uint32(c.a)
		if b == q.tail {
			next = 0
		}
		c.a, p.free[class] = int64(p.free[class]), b
		class = min(class+1, blockClasses-1)
		b = next
	}
	p.n -= int(q.n)
	*q = queue{latest: q.latest}
}

// reserve makes room for n readings.
func (s *sorter) reserve(n int) {
	if len(s.t) < n {
		size := max(n, 2*len(s.t), 256)
		s.t, s.x, s.t2, s.x2 = make([]int64, size), make([]float64, size), make([]int64, size), make([]float64, size)
	}
}

// sort takes the readings of q, which stay there, and shorts of the same series in order:
// by Reading.Compare, then quality.
func (s *sorter) sort(p *pool, q *queue, shorts []uint64, f *form) {
	n := int(q.n) + len(shorts)
	refer := q.wide || q.n > 0 && len(shorts) > 0 && q.quality != f.quality // to where they are
	s.reserve(n)
	if s.count == nil {
		s.count = make([]uint32, 2<<sortBits)
	}
	t, x := s.t[:n], s.x[:n]
	s.from, s.quality, s.cells, s.shorts, s.form = p, q.quality, s.cells[:0], shorts, f
	if q.n == 0 && len(shorts) > 0 {
		s.quality = f.quality
	}
	for k, v := range shorts {
		t[k], x[k] = f.time(v), f.value(v)
		if refer {
			x[k] = math.Float64frombits(uint64(k) | shortBlock)
		}
	}
	k := len(shorts)
	for b := q.head; b != 0; {
		h := *p.cell(b)
		if b == q.tail {
			h = cell{0, p.usedOf(q)}
		}
		i := b % slabCells
		c := p.slabs[b/slabCells][i+1 : i+uint32(h.b)]
		switch {
		case h.b&wideBlock != 0:
			for i := 0; i < len(c); i += 2 {
				t[k], x[k] = c[i].a, math.Float64frombits(uint64(b)+1+uint64(i)|wideBlock)
				k++
			}
		case refer:
			for i := range c {
				t[k], x[k] = c[i].a, math.Float64frombits(uint64(b)+1+uint64(i))
				k++
			}
		default:
			t, x := t[k:k+len(c)], x[k:k+len(c)]
			for i := range c {
				t[i], x[i] = c[i].a, math.Float64frombits(c[i].b)
			}
			k += len(c)
		}
		b = uint32(h.a)
	}
	if lo, hi, sorted := orderOf(t); !sorted {
		sortTimes(t, x, s.t2[:n], s.x2[:n], lo, hi, s.count)
		s.t, s.t2, s.x, s.x2 = s.t2, s.t, s.x2, s.x
		t, x = s.t[:n], s.x[:n]
	}
	if refer {
		s.cells = slices.Grow(s.cells, n)[:n]
		for k, v := range x {
			s.cells[k] = math.Float64bits(v)
			x[k] = s.held(s.cells[k]).Value
		}
	}
	for k := 1; k < n; {
		if t[k] != t[k-1] {
			k++
			continue
		}
		from := k - 1
		for k < n && t[k] == t[from] {
			k++
		}
		s.sortEqual(from, k)
	}
	s.now, s.value = t, x
}

// sortEqual sorts the readings [from, to), which are of one time.
func (s *sorter) sortEqual(from, to int) {
	x := s.x[from:to]
	if len(s.cells) == 0 {
		slices.Sort(x)
		return
	}
	c := s.cells[from:to]
	slices.SortFunc(c, func(a, b uint64) int {
		x, y := s.held(a), s.held(b)
		return cmp.Or(x.Compare(y.Reading), cmp.Compare(x.quality, y.quality))
	})
	for k := range c {
		x[k] = s.held(c[k]).Value
	}
}

// held is the reading in a cell.
func (s *sorter) held(c uint64) held {
	if c&shortBlock != 0 {
		v := s.shorts[uint32(c)]
		return held{Reading{Time: s.form.time(v), Value: s.form.value(v)}, s.form.quality}
	}
	p := s.from.cell(uint32(c))
	h := held{Reading{Time: p.a, Value: math.Float64frombits(p.b)}, s.quality}
	if c&wideBlock != 0 {
		d := s.from.cell(uint32(c) + 1)
		h.Source, h.Offset, h.quality = uint32(d.b), d.a, telemetry.Quality(d.b>>32)
	}
	return h
}

// at is the reading k of those in order.
func (s *sorter) at(k int) held {
	if len(s.cells) > 0 {
		return s.held(s.cells[k])
	}
	return held{Reading{Time: s.now[k], Value: s.value[k]}, s.quality}
}
