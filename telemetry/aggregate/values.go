package aggregate

import (
	"encoding/binary"
	"math"
	"slices"
)

// Quantile is the definition of a quantile, by its number in Hyndman & Fan (1996).
type Quantile uint8

// The definitions. The quantile of one number is that number under each.
const (
	Type7 Quantile = 7 // linear between the order statistics around q·(n-1); SQL percentile_cont, R's default
	Type1 Quantile = 1 // the least number with at least q·n at or below it; SQL percentile_disc
	Type6 Quantile = 6 // linear around q·(n+1)-1, at the ends the extremes; Weibull, Minitab, SPSS
)

// Values are numbers, for exact quantiles. It takes 8 bytes a number, or 16 bytes for each
// that is different where those were counted. The zero Values is empty. Not safe for
// concurrent use, but quantiles may be asked concurrently.
type Values struct {
	x      []float64 // as they came
	counts []counted // beside x; numbers rise
	n      int       // of counts together
	lo, hi float64   // extremes of x, if known is as long as x: they save a pass
	known  int
}

// counted is a number and how often it came.
type counted struct {
	x float64
	n int64
}

// Add adds x, which must be finite. -0 counts as 0.
func (v *Values) Add(x float64) { v.x = append(v.x, x+0) }

// Merge adds what o holds; o does not change and shares nothing with v.
func (v *Values) Merge(o *Values) {
	v.x = append(v.x, o.x...)
	v.counts = mergeCounts(v.counts, o.counts)
	v.n += o.n
}

// mergeCounts is the sum of two rising lists, in memory of its own unless b is empty.
func mergeCounts(a, b []counted) []counted {
	if len(b) == 0 {
		return a
	}
	out := make([]counted, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].x < b[0].x:
			out, a = append(out, a[0]), a[1:]
		case a[0].x > b[0].x:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, counted{a[0].x, a[0].n + b[0].n})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func total(list []counted) (n int) {
	for _, c := range list {
		n += int(c.n)
	}
	return n
}

// all are all numbers, counted.
func (v *Values) all() []counted {
	if len(v.x) == 0 {
		return v.counts
	}
	x := slices.Clone(v.x)
	slices.Sort(x)
	var out []counted
	for _, f := range x {
		if n := len(out); n > 0 && out[n-1].x == f {
			out[n-1].n++
		} else {
			out = append(out, counted{f, 1})
		}
	}
	return mergeCounts(out, v.counts)
}

// Count is how many numbers there are.
func (v *Values) Count() int { return len(v.x) + v.n }

// Quantile is the quantile q, 0 to 1; false if there are no numbers, q is not in that
// range or the definition is not known.
func (v *Values) Quantile(q float64, d Quantile) (float64, bool) {
	n := v.Count()
	if n == 0 || !(q >= 0 && q <= 1) {
		return 0, false
	}
	var at float64
	switch d {
	case Type1:
		at = max(math.Ceil(q*float64(n))-1, 0)
	case Type6:
		at = min(max(float64(q*float64(n+1))-1, 0), float64(n-1))
	case Type7:
		at = q * float64(n-1)
	default:
		return 0, false
	}
	k := min(int(at), n-1)
	part := at - float64(k)
	a, b := v.orderTwo(k, part > 0)
	if part == 0 || a == b {
		return a, true
	}
	if d := b - a; d-d == 0 {
		return a + float64(d*part), true
	}
	return float64(a*(1-part)) + float64(b*part), true
}

// orderTwo is the order statistic k, from 0, and the next one if it is wanted and there
// is one.
func (v *Values) orderTwo(k int, two bool) (a, b float64) {
	if len(v.counts) > 0 {
		list := v.all()
		i, before := 0, int64(0)
		for before+list[i].n <= int64(k) {
			before += list[i].n
			i++
		}
		a = list[i].x
		if int64(k)+1 >= before+list[i].n && i+1 < len(list) {
			i++
		}
		return a, list[i].x
	}
	lo, hi := v.lo, v.hi
	if v.known != len(v.x) {
		lo, hi = v.x[0], v.x[0]
		for _, x := range v.x {
			lo, hi = min(lo, x), max(hi, x)
		}
	}
	return selectTwo(v.x, k, two, lo, hi)
}

// ordered is x as an integer that orders as numbers do.
func ordered(x float64) uint64 {
	b := math.Float64bits(x)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

func unordered(k uint64) float64 {
	return math.Float64frombits(k ^ (uint64(int64(^k)>>63) | 1<<63))
}

const digits = 1 << 11

// selectTwo is the order statistic k of x, from 0, and the next one if it is wanted
// and there is one; no number is outside lo to hi. It does not change x: a count by the top 11 bits in which numbers
// differ finds the stretch that is worth copying.
func selectTwo(x []float64, k int, two bool, lo, hi float64) (a, b float64) {
	if len(x) <= 256 {
		var buf [256]float64
		s := buf[:copy(buf[:], x)]
		slices.Sort(s)
		return s[k], s[min(k+1, len(s)-1)]
	}
	least, span := ordered(lo), ordered(hi)-ordered(lo)
	if span == 0 {
		return lo, lo
	}
	shift := uint(0)
	for span>>shift >= digits {
		shift++
	}
	var count [digits]int32
	for _, v := range x {
		count[(ordered(v)-least)>>shift&(digits-1)]++
	}
	d, before := 0, 0
	for before+int(count[d]) <= k {
		before += int(count[d])
		d++
	}
	if shift == 0 {
		a = unordered(least + uint64(d))
		for k+1 >= before+int(count[d]) && d < digits-1 {
			before += int(count[d])
			d++
		}
		return a, unordered(least + uint64(d))
	}
	part := make([]float64, 0, count[d])
	k -= before
	from := least + uint64(d)<<shift
	to := from + 1<<shift - 1
	for _, v := range x {
		if o := ordered(v); o-from <= to-from {
			part = append(part, v)
		}
	}
	lo, hi = unordered(from), unordered(min(to, least+span))
	if k+1 < len(part) || !two {
		return selectTwo(part, k, two, lo, hi)
	}
	a, _ = selectTwo(part, k, false, lo, hi)
	next := math.Inf(1)
	for _, v := range x {
		if v < next && ordered(v) > to {
			next = v
		}
	}
	return a, next
}

// AppendBinary appends the numbers: kind 'V', version, how many are different varint, then
// each, rising: float64 and how often varint. Equal multisets give equal bytes. The error is
// always nil.
func (v *Values) AppendBinary(dst []byte) ([]byte, error) {
	list := v.all()
	dst = binary.AppendUvarint(append(dst, kindValues, version), uint64(len(list)))
	dst = slices.Grow(dst, 9*len(list))
	for _, c := range list {
		dst = binary.AppendUvarint(putFloat(dst, c.x), uint64(c.n))
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; v is then
// unchanged.
func (v *Values) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "values"}
	out := d.values()
	if err := d.end(); err != nil {
		return err
	}
	*v = out
	return nil
}

func (d *decoder) values() Values {
	d.header(kindValues)
	n := d.count(9)
	v := Values{counts: make([]counted, 0, n)}
	last := math.Inf(-1)
	for i := range n {
		x, often := d.float(), d.uvarint()
		switch {
		case i > 0 && x <= last || x == 0 && math.Signbit(x):
			d.fail("numbers that do not rise")
		case often == 0 || often > math.MaxInt64/2 || v.n+int(often) < 0:
			d.fail("a number that came %d times", often)
			often = 0
		}
		last = x
		v.counts = append(v.counts, counted{x, int64(often)})
		v.n += int(often)
	}
	return v
}

// log is numbers with their slots, as they came: they are put in order once, at the
// end.
type log struct {
	runs [][]logRun
	x    [][]float64
	n    int
}

// logRun is a stretch of numbers of one slot.
type logRun struct{ slot, n uint32 }

const logRows = 1 << 16

// add adds rows with a slot each.
func (l *log) add(slot []uint32, x []float64) {
	for len(x) > 0 {
		l.room()
		k := len(l.x) - 1
		n := min(len(x), logRows-len(l.x[k]))
		runs, y := l.runs[k], l.x[k]
		for i, v := range x[:n] {
			y = append(y, v+0)
			if s := slot[i]; len(runs) > 0 && runs[len(runs)-1].slot == s {
				runs[len(runs)-1].n++
			} else {
				runs = push(runs, logRun{s, 1})
			}
		}
		l.runs[k], l.x[k] = runs, y
		slot, x = slot[n:], x[n:]
		l.n += n
	}
}

// room makes sure that there is some.
func (l *log) room() {
	if l.n%logRows == 0 {
		l.runs = append(l.runs, make([]logRun, 0, 1024))
		l.x = append(l.x, make([]float64, 0, logRows))
	}
}

// addRun adds rows of one slot.
func (l *log) addRun(slot uint32, x []float64) {
	for len(x) > 0 {
		l.room()
		k := len(l.x) - 1
		n := min(len(x), logRows-len(l.x[k]))
		if r := l.runs[k]; len(r) > 0 && r[len(r)-1].slot == slot {
			r[len(r)-1].n += uint32(n)
		} else {
			l.runs[k] = append(r, logRun{slot, uint32(n)})
		}
		y := l.x[k]
		for _, v := range x[:n] {
			y = append(y, v+0)
		}
		l.x[k] = y
		x = x[n:]
		l.n += n
	}
}

// each calls f for every stretch.
func (l *log) each(f func(slot uint32, x []float64)) {
	for k, runs := range l.runs {
		x := l.x[k]
		for _, r := range runs {
			f(r.slot, x[:r.n])
			x = x[r.n:]
		}
	}
}
