package aggregate

import "github.com/almotacen/almotacen/telemetry"

// lot is readings of a measure on their way to their queues, in the order they came:
// sorted by series they go there many at a time, and not each to another place of
// memory. All are of one quality, without source and offset.
type lot struct {
	e       []uint32
	t       []int64
	x       []float64
	quality telemetry.Quality
}

// lotRows are the readings of a lot: what it takes to sort them stays in the second
// cache.
const lotRows = 1 << 15

// grow makes room for n more; false if the lot is full.
func (l *lot) grow(n int) bool {
	have := len(l.e)
	if have+n > lotRows {
		return false
	}
	if have+n > cap(l.e) {
		size := min(max(2*cap(l.e), have+n, chunkRows), lotRows)
		l.e, l.t, l.x = append(make([]uint32, 0, size), l.e...), append(make([]int64, 0, size), l.t...), append(make([]float64, 0, size), l.x...)
	}
	return true
}

// waits is how many readings wait.
func (s *stage) waits() int { return s.pool.n + s.lots + s.short }

// spread puts all lots into their queues.
func (s *stage) spread() {
	for mi := range s.lot {
		s.spreadOne(mi)
	}
}

// spreadOne puts the lot of a measure into its queues. Series are few: see wait.
func (s *stage) spreadOne(mi int) {
	l, queues := &s.lot[mi], s.queues[mi]
	n := len(l.e)
	if n == 0 {
		return
	}
	if len(s.first) <= len(queues) {
		s.first = make([]uint32, 2*len(queues)+1)
	}
	s.sorter.reserve(n)
	t, x := s.sorter.t[:n], s.sorter.x[:n]
	first := s.first[:len(queues)+1]
	clear(first)
	bySeries(t, x, l.e, l.t, l.x, first)
	from := uint32(0)
	for e, to := range first[:len(queues)] {
		if to == from {
			continue
		}
		q := &queues[e]
		if q.n == 0 {
			s.active = append(s.active, place{table: uint32(mi), slot: uint32(e)})
		}
		s.pool.putAll(q, t[from:to], x[from:to], l.quality)
		from = to
	}
	s.lots -= n
	l.e, l.t, l.x = l.e[:0], l.t[:0], l.x[:0]
}
