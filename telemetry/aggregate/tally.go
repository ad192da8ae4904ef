package aggregate

import (
	"math"
	"math/bits"
)

// tally counts how often each decimal of a narrow range came to a state with many
// readings: sensors send few different numbers. What a state keeps of numbers is then
// worked out for each different one, when the state is asked for. It is a buffer only:
// states are the same without it.
type tally struct {
	base        int64 // the decimal of count[0]
	count       []uint16
	n           int64 // numbers counted
	first, last int64 // their times
}

const (
	tallied   = KeepValues | KeepHistogram | KeepDistinct // with form Decimal
	tallyFrom = 1024                                      // numbers of a state
	tallySize = 1 << 16                                   // decimals at most
	tallyRoom = 1 << 24                                   // counts of a table at most, of 2 bytes
	tallyMost = math.MaxUint16 - chunkRows                // numbers from which on a tally is drained: no count is full before
)

func (p *tally) reset() {
	clear(p.count)
	p.n, p.first, p.last = 0, math.MaxInt64, math.MinInt64
}

// tally counts what it can of p; what it cannot is left in p.
func (w *worker) tally(mi int, p *placed) {
	m, t, s := &w.d.measures[mi], w.tables[mi], &w.scratch
	if t.counts == 0 {
		return
	}
	if p.runs == nil {
		n := tallyRows([]tallyStates{{t.tally, m.ten}}, alike[:len(p.slot)], p.slot, p.x, p.at, s.left[:], &w.ahead)
		if n == len(p.slot) {
			return
		}
		for k, i := range s.left[:n] {
			if q := t.tally[p.slot[i]]; q != nil && q.n >= tallyMost {
				t.drain(p.slot[i], m.ten)
			}
			s.e[k], s.x[k], s.t[k], s.slot[k] = p.entity[i], p.x[i], p.at[i], p.slot[i]
		}
		*p = placed{entity: s.e[:n], x: s.x[:n], at: s.t[:n], slot: s.slot[:n]}
		return
	}
	rest := s.rest[:0]
	for _, r := range p.runs {
		fetch(&w.ahead, int(r.from), int(r.to))
		q := t.tally[r.slot]
		if q != nil && q.n >= tallyMost {
			t.drain(r.slot, m.ten)
		}
		for q != nil && r.from < r.to {
			k := int32(tallyRun(q.count, q.base, p.x[r.from:r.to], m.ten))
			if k > 0 {
				q.n += int64(k)
				q.first, q.last = min(q.first, p.at[r.from]), max(q.last, p.at[r.from+k-1])
			}
			r.from += k
			if k < 8 {
				break // what is left goes the long way
			}
			if r.from < r.to {
				rest = append(rest, run{r.slot, r.from, r.from + 1, p.at[r.from], p.at[r.from]})
				r.from++
			}
		}
		if r.from < r.to {
			r.first = p.at[r.from]
			rest = append(rest, r)
		}
	}
	if p.runs = rest; len(rest) == 0 {
		*p = placed{}
	}
}

// widen gives tallies to states that have come to many numbers in a narrow range, of
// those that p's rows went to the long way.
func (t *table) widen(p *placed, ten float64) {
	if p.runs != nil {
		for i := range p.runs {
			t.widenSlot(p.runs[i].slot, ten)
		}
		return
	}
	if t.turn++; t.turn%16 == 0 {
		for _, s := range p.slot {
			t.widenSlot(s, ten)
		}
	}
}

func (t *table) widenSlot(s uint32, ten float64) {
	h, q := &t.hot[s], t.tally[s]
	if h.n < tallyFrom {
		return
	}
	lo, hi := h.min, h.max
	if q != nil {
		// Its numbers were in its range: it grows to a side that others have left.
		base := q.base
		if lo >= base && hi < base+int64(len(q.count)) {
			return
		}
		lo, hi = min(lo, base), max(hi, base+int64(len(q.count))-1)
	}
	margin := (hi-lo)/8 + 8
	size := hi - lo + 1 + 2*margin
	have := h.n
	if q != nil {
		have += q.n
	}
	if lo-margin < -narrow || hi+margin > narrow || size > tallySize || size > 4*have || t.counts+int(size) > t.lanes.tally {
		return
	}
	if q != nil {
		t.drain(s, ten)
		t.counts -= len(q.count)
		t.kept -= 2 * int64(len(q.count))
	}
	t.counts += int(size)
	t.kept += 2 * size
	t.tally[s] = &tally{base: lo - margin, count: make([]uint16, size)}
	t.tally[s].reset()
}

// settle puts what tallies count into their states, and numbers that came before into
// the counts of Values.
func (t *table) settle(ten float64) {
	if t.counts == 0 {
		return
	}
	for s, q := range t.tally {
		if q != nil && q.n > 0 {
			t.fold(uint32(s), q, ten)
		}
	}
	if t.values.n != t.settled {
		var left log
		t.values.each(func(slot uint32, x []float64) {
			q := t.tally[slot]
			for q != nil && len(x) > 0 {
				if q.n >= tallyMost {
					t.enumerate(slot, q, ten)
				}
				part := x[:min(len(x), chunkRows)]
				k := tallyRun(q.count, q.base, part, ten)
				q.n += int64(k)
				if x = x[k:]; k < len(part) {
					left.addRun(slot, x[:1])
					x = x[1:]
				}
			}
			left.addRun(slot, x)
		})
		t.values, t.settled = left, left.n
	}
	for s, q := range t.tally {
		if q != nil && q.n > 0 {
			t.enumerate(uint32(s), q, ten)
		}
	}
}

// enumerate adds what a tally counts to the counts of Values, and empties it.
func (t *table) enumerate(s uint32, q *tally, ten float64) {
	if t.lanes.keep&KeepValues != 0 {
		t.listed -= len(t.numbers[s])
		if list := q.list(ten); len(t.numbers[s]) == 0 {
			t.numbers[s] = list
		} else {
			t.numbers[s] = mergeCounts(t.numbers[s], list)
		}
		t.listed += len(t.numbers[s])
	}
	q.reset()
}

// list is the numbers with their counts, rising.
func (p *tally) list(ten float64) []counted {
	n := 0
	for _, c := range p.count {
		if c != 0 {
			n++
		}
	}
	out := make([]counted, 0, n)
	for i, c := range p.count {
		if c != 0 {
			out = append(out, counted{float64(p.base+int64(i))/ten + 0, int64(c)})
		}
	}
	return out
}

// drain puts what the tally of a slot counts into its state.
func (t *table) drain(s uint32, ten float64) {
	if q := t.tally[s]; q.n > 0 {
		t.fold(s, q, ten)
		t.enumerate(s, q, ten)
	}
}

// fold puts what a tally counts into all of a state but Values. Sums fit: there are less
// than 2^16 numbers, none above narrow.
func (t *table) fold(s uint32, q *tally, ten float64) {
	var sum int64
	var sqLo, sqHi uint64
	lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
	for i, c := range q.count {
		if c == 0 {
			continue
		}
		d := q.base + int64(i)
		lo, hi = min(lo, d), d
		sum += d * int64(c)
		ph, pl := bits.Mul64(uint64(d*d), uint64(c))
		var carry uint64
		sqLo, carry = bits.Add64(sqLo, pl, 0)
		sqHi += ph + carry
		if t.lanes.keep&KeepHistogram != 0 {
			t.histogram[s].AddN(float64(d)/ten+0, uint64(c))
		}
	}
	if t.lanes.keep&KeepDistinct != 0 {
		t.numbersIn(s, q, lo, hi, ten)
	}
	addRun(t.hot, t.rest, &run{slot: s, first: q.first, last: q.last}, q.n, sum, sqLo, sqHi, lo, hi)
}
