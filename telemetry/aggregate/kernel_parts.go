package aggregate

import "math"

// mergeParts merges the parts of a morsel, by slot, into the states at home-1, and leaves
// their counts 0: Real.Merge in registers, two additions and a half of its errors being 0
// in a part of one number. Where sums leave float64 it is called itself: the slots are
// written to left. Their number is returned.
//
//go:noinline
func mergeParts(real []Real, part []part, count, home, left []uint32) (n int) {
	part, home, left = part[:len(count)], home[:len(count)], left[:len(count)]
	for slot, c := range count {
		if c == 0 {
			continue
		}
		o, r := &part[slot], &real[home[slot]-1]
		if r.n == 0 {
			*r = Real{n: int64(c), k: o.k, s: o.s, c: o.c, q: o.q, min: o.min, max: o.max, first: o.first, last: o.last}
			count[slot] = 0
			continue
		}
		// d, dl = twoSum(o.k, -r.k)
		d := o.k - r.k
		x := d - o.k
		dl := (o.k - (d - x)) + (-r.k - x)
		var p, pl float64
		oq := 0.0
		if c == 1 {
			p = float64(d * d)
			pl = math.FMA(d, d, -p) + float64(2*float64(d*dl))
		} else {
			m := float64(c)
			oq = o.q
			// t, tl = o.deviation()
			mk := float64(m * o.k)
			t := o.s - mk
			x = t - o.s
			tl := ((o.s - (t - x)) + (-mk - x) - math.FMA(m, o.k, -mk)) + o.c
			md := float64(m * d)
			// w, wl = twoSum(md, 2t)
			b := float64(2 * t)
			w := md + b
			x = w - md
			wl := (md - (w - x)) + (b - x)
			wl += (math.FMA(m, d, -md) + float64(m*dl)) + float64(2*tl)
			p = float64(w * d)
			pl = math.FMA(w, d, -p) + (float64(w*dl) + float64(wl*d))
		}
		q1 := r.q + oq
		x = q1 - r.q
		e1 := (r.q - (q1 - x)) + (oq - x)
		q := q1 + p
		x = q - q1
		e2 := (q1 - (q - x)) + (p - x)
		s := r.s + o.s
		x = s - r.s
		e := (r.s - (s - x)) + (o.s - x)
		if q-q != 0 || s-s != 0 {
			left[n] = uint32(slot)
			n++
			continue
		}
		r.q, r.s = q, s
		r.r += pl + (e1 + e2)
		r.c += o.c + e
		r.n += int64(c)
		r.min, r.max = min(r.min, o.min), max(r.max, o.max)
		r.first, r.last = min(r.first, o.first), max(r.last, o.last)
		count[slot] = 0
	}
	return n
}

// homesOf writes the slot+1 of each pair by the direct index, 0 where it has none.
//
//go:noinline
func homesOf(dst, group []uint32, window []int32, direct []uint32, groups uint32, shift uint8, low int32) {
	group, window = group[:len(dst)], window[:len(dst)]
	sh := shift & 63
	for k, g := range group {
		w := uint64(uint32(window[k] - low))
		s := uint32(0)
		if g < groups && w>>sh == 0 {
			s = direct[uint64(g)<<sh+w]
		}
		dst[k] = s
	}
}
