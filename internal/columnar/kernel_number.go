package columnar

import (
	"fmt"
	"math"
	"math/bits"
)

func share(d, a, b []float64) (zero bool) {
	a, b = a[:len(d)], b[:len(d)]
	for i, x := range a {
		y := b[i]
		if y == 0 {
			zero = true
		}
		d[i] = float64(100*x) / y
	}
	return zero
}

func per(d, a, b []float64) (zero bool) {
	a, b = a[:len(d)], b[:len(d)]
	for i, x := range a {
		y := b[i]
		if y == 0 {
			zero = true
		}
		d[i] = x / y
	}
	return zero
}

// int is checked arithmetic. Overflows are counted over all rows and looked for
// only if there are some; what they give is garbage, as under an error.
func (e *Evaluator) int(s *step, d *Lane, a, b []int64) {
	dst := d.I[:len(a)]
	var o int64
	switch s.op {
	case Add:
		o = addI(dst, a, b)
	case Sub:
		o = subI(dst, a, b)
	case Mul:
		o = mulI(dst, a, b)
	default:
		e.divI(s, d, a, b)
		return
	}
	if o >= 0 {
		return
	}
	clear(e.bad[:])
	for i, x := range a {
		y, r := b[i], dst[i]
		switch s.op {
		case Add:
			o = (x ^ r) & (y ^ r)
		case Sub:
			o = (x ^ y) & (x ^ r)
		default:
			o = -int64(b2u(overflows(x, y)))
		}
		e.bad[i>>6] |= uint64(o) >> 63 << (i & 63)
	}
	d.raise(e.bad[:], s.code+intOverflow)
}

// The kernels return a negative number if a row overflows.
func addI(d, a, b []int64) (o int64) {
	a, b = a[:len(d)], b[:len(d)]
	i := 0
	for ; i+4 <= len(d); i += 4 {
		d, a, b := (*[4]int64)(d[i:]), (*[4]int64)(a[i:]), (*[4]int64)(b[i:])
		r0, r1, r2, r3 := a[0]+b[0], a[1]+b[1], a[2]+b[2], a[3]+b[3]
		o |= (a[0]^r0)&(b[0]^r0) | (a[1]^r1)&(b[1]^r1) | (a[2]^r2)&(b[2]^r2) | (a[3]^r3)&(b[3]^r3)
		d[0], d[1], d[2], d[3] = r0, r1, r2, r3
	}
	for ; i < len(d); i++ {
		r := a[i] + b[i]
		o |= (a[i] ^ r) & (b[i] ^ r)
		d[i] = r
	}
	return o
}

func subI(d, a, b []int64) (o int64) {
	a, b = a[:len(d)], b[:len(d)]
	i := 0
	for ; i+4 <= len(d); i += 4 {
		d, a, b := (*[4]int64)(d[i:]), (*[4]int64)(a[i:]), (*[4]int64)(b[i:])
		r0, r1, r2, r3 := a[0]-b[0], a[1]-b[1], a[2]-b[2], a[3]-b[3]
		o |= (a[0]^b[0])&(a[0]^r0) | (a[1]^b[1])&(a[1]^r1) | (a[2]^b[2])&(a[2]^r2) | (a[3]^b[3])&(a[3]^r3)
		d[0], d[1], d[2], d[3] = r0, r1, r2, r3
	}
	for ; i < len(d); i++ {
		r := a[i] - b[i]
		o |= (a[i] ^ b[i]) & (a[i] ^ r)
		d[i] = r
	}
	return o
}

// mulI tests the high half of the signed product of 128 bits: it must be the
// sign of the low half.
func mulI(d, a, b []int64) (o int64) {
	a, b = a[:len(d)], b[:len(d)]
	for i, x := range a {
		y := b[i]
		hi, lo := bits.Mul64(uint64(x), uint64(y))
		high := int64(hi) - x>>63&y - y>>63&x
		z := high ^ int64(lo)>>63
		o |= z | -z
		d[i] = int64(lo)
	}
	return o
}

func overflows(x, y int64) bool {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	return int64(hi)-x>>63&y-y>>63&x != int64(lo)>>63
}

func (e *Evaluator) divI(s *step, d *Lane, a, b []int64) {
	var zero, over [words]uint64
	for i, x := range a {
		y := b[i]
		switch {
		case y == 0:
			zero[i>>6] |= 1 << (i & 63)
			d.I[i] = 0
		case y == -1 && x == math.MinInt64:
			over[i>>6] |= 1 << (i & 63)
			d.I[i] = 0
		case s.op == Div:
			d.I[i] = x / y
		default:
			d.I[i] = x % y
		}
	}
	code := uint32(divisionByZero)
	if s.op == Mod {
		code = modulusByZero
	}
	d.raise(zero[:], s.code+code)
	d.raise(over[:], s.code+intOverflow)
}

func (e *Evaluator) uint(s *step, d *Lane, a, b []uint64) {
	clear(e.bad[:])
	code := uint32(uintOverflow)
	for i, x := range a {
		y := b[i]
		var r, o uint64
		switch s.op {
		case Add:
			r, o = bits.Add64(x, y, 0)
		case Sub:
			r, o = bits.Sub64(x, y, 0)
		case Mul:
			o, r = bits.Mul64(x, y)
			o = b2u(o != 0)
		default:
			code = divisionByZero
			if s.op == Mod {
				code = modulusByZero
			}
			switch {
			case y == 0:
				o = 1
			case s.op == Div:
				r = x / y
			default:
				r = x % y
			}
		}
		d.U[i] = r
		e.bad[i>>6] |= o << (i & 63)
	}
	d.raise(e.bad[:], s.code+code)
}

// extreme is math.greatest or least of two: the second where the first is
// strictly beyond it, an error where one is NaN.
func (e *Evaluator) extreme(s *step, d, a, b *Lane, n int) {
	less := s.op == Max || s.op == MaxOf
	switch s.typ {
	case Double:
		clear(e.bad[:])
		for i, x := range a.F[:n] {
			y := b.F[i]
			if x != x || y != y {
				e.bad[i>>6] |= 1 << (i & 63)
			}
			if less && x < y || !less && x > y {
				x = y
			}
			d.F[i] = x
		}
		d.raise(e.bad[:], s.code+unorderedMax+uint32(s.op-Max))
	case Int:
		for i, x := range a.I[:n] {
			if y := b.I[i]; less && x < y || !less && x > y {
				x = y
			}
			d.I[i] = x
		}
	default:
		for i, x := range a.U[:n] {
			if y := b.U[i]; less && x < y || !less && x > y {
				x = y
			}
			d.U[i] = x
		}
	}
}

// settle is unknown where a failed, is unknown, or is no finite number.
func (e *Evaluator) settle(d, a *Lane, in Type, n int) {
	ea, ua := a.errs(), a.unks()
	var any uint64
	for w := range ea {
		d.Unk[w] = ea[w] | ua[w]
		any |= d.Unk[w]
	}
	if in == Int {
		for i, x := range a.I[:n] {
			d.F[i] = float64(x)
		}
	} else {
		for i, x := range a.F[:n] {
			if y := x - x; y != y {
				d.Unk[i>>6] |= 1 << (i & 63)
				any = 1
			}
			d.F[i] = x
		}
	}
	d.AnyErr, d.AnyUnk = false, any != 0
}

func (e *Evaluator) convert(s *step, d, a *Lane, in Type, n int) {
	clear(e.bad[:])
	code := uint32(intOverflow)
	bad := func(i int) { e.bad[i>>6] |= 1 << (i & 63) }
	switch {
	case s.typ == in:
		d.copy(in, a, n)
		return
	case s.op == ToDouble && in == Int:
		doubles(d.F[:n], a.I)
		return
	case s.op == ToDouble:
		for i, x := range a.U[:n] {
			d.F[i] = float64(x)
		}
		return
	case s.op == ToInt && in == Double:
		for i, x := range a.F[:n] {
			if !(x > math.MinInt64 && x < math.MaxInt64) {
				bad(i)
				x = 0
			}
			d.I[i] = int64(x)
		}
	case s.op == ToInt && in == Uint:
		for i, x := range a.U[:n] {
			if x > math.MaxInt64 {
				bad(i)
			}
			d.I[i] = int64(x)
		}
	case s.op == ToInt: // a timestamp
		copy(d.I[:n], a.I)
		return
	case in == Double:
		code = uintOverflow
		for i, x := range a.F[:n] {
			if !(x >= 0 && x < 1<<64) {
				bad(i)
				x = 0
			}
			d.U[i] = uint64(x)
		}
	default:
		code = uintOverflow
		for i, x := range a.I[:n] {
			if x < 0 {
				bad(i)
			}
			d.U[i] = uint64(x)
		}
	}
	d.raise(e.bad[:], s.code+code)
}

func doubles(d []float64, a []int64) {
	a = a[:len(d)]
	i := 0
	for ; i+4 <= len(d); i += 4 {
		d, a := (*[4]float64)(d[i:]), (*[4]int64)(a[i:])
		d[0], d[1], d[2], d[3] = float64(a[0]), float64(a[1]), float64(a[2]), float64(a[3])
	}
	for ; i < len(d); i++ {
		d[i] = float64(a[i])
	}
}

func (e *Evaluator) unary(s *step, d, a *Lane, in Type, n int) {
	switch {
	case s.typ == Bool:
		clear(d.B[:(n+63)/64])
		for i, x := range a.F[:n] {
			var r bool
			switch s.op {
			case IsNaN:
				r = x != x
			case IsInf:
				r = math.IsInf(x, 0)
			default:
				r = x-x == 0
			}
			d.B[i>>6] |= b2u(r) << (i & 63)
		}
	case in == Double:
		for i, x := range a.F[:n] {
			switch s.op {
			case Neg:
				x = -x
			case Abs:
				x = math.Abs(x)
			case Ceil:
				x = math.Ceil(x)
			case Floor:
				x = math.Floor(x)
			case Round:
				x = math.Round(x)
			case Trunc:
				x = math.Trunc(x)
			case Sign:
				x = sign(x)
			default:
				x = math.Sqrt(x)
			}
			d.F[i] = x
		}
	case s.op == Sqrt && in == Int:
		for i, x := range a.I[:n] {
			d.F[i] = math.Sqrt(float64(x))
		}
	case s.op == Sqrt:
		for i, x := range a.U[:n] {
			d.F[i] = math.Sqrt(float64(x))
		}
	case in == Uint:
		for i, x := range a.U[:n] {
			switch s.op {
			case Sign:
				x = min(x, 1)
			case BitNot:
				x = ^x
			}
			d.U[i] = x // of Abs too
		}
	default:
		clear(e.bad[:])
		for i, x := range a.I[:n] {
			switch s.op {
			case Neg, Abs:
				if x == math.MinInt64 {
					e.bad[i>>6] |= 1 << (i & 63)
				}
				if s.op == Neg || x < 0 {
					x = -x
				}
			case Sign:
				x = x>>63 | int64(b2u(x > 0))
			case BitNot:
				x = ^x
			}
			d.I[i] = x
		}
		d.raise(e.bad[:], s.code+intOverflow)
	}
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x + 0 // -0 becomes 0, NaN stays
}

func (e *Evaluator) bitwise(s *step, d, a, b *Lane, n int) {
	x, y, z := a.U, b.U, d.U
	for i := range n {
		var p, q, r uint64
		if s.typ == Int {
			p = uint64(a.I[i])
		} else {
			p = x[i]
		}
		if s.typ == Int || s.op == ShiftLeft || s.op == ShiftRight {
			q = uint64(b.I[i])
		} else {
			q = y[i]
		}
		switch s.op {
		case BitAnd:
			r = p & q
		case BitOr:
			r = p | q
		case BitXor:
			r = p ^ q
		case ShiftLeft:
			r = p << q
		default:
			r = p >> q
		}
		if s.typ == Int {
			d.I[i] = int64(r)
		} else {
			z[i] = r
		}
	}
	if s.op != ShiftLeft && s.op != ShiftRight {
		return
	}
	name := "Left"
	if s.op == ShiftRight {
		name = "Right"
	}
	for i, by := range b.I[:n] {
		if by < 0 && d.ok(i) {
			if !d.AnyErr {
				clear(d.Err)
				d.AnyErr = true
			}
			d.Err[i>>6] |= 1 << (i & 63)
			d.codes()[i] = e.dynamic(s, fmt.Sprintf("math.bitShift%s() negative offset: %d", name, by))
		}
	}
}

// ok reports whether a row has a value.
func (l *Lane) ok(i int) bool {
	return (l.errs()[i>>6]|l.unks()[i>>6])>>(i&63)&1 == 0
}

// packBools makes a bitmap.
func packBools(d []uint64, a []bool) {
	i := 0
	for ; i+64 <= len(a); i += 64 {
		var w uint64
		for j := 0; j < 64; j += 8 {
			a := (*[8]bool)(a[i+j:])
			v := b2u(a[0]) | b2u(a[1])<<1 | b2u(a[2])<<2 | b2u(a[3])<<3 | b2u(a[4])<<4 | b2u(a[5])<<5 | b2u(a[6])<<6 | b2u(a[7])<<7
			w = w>>8 | v<<56
		}
		d[i/64] = w
	}
	if i < len(a) {
		var w uint64
		for j, b := range a[i:] {
			w |= b2u(b) << (j & 63)
		}
		d[i/64] = w
	}
}

func unpackBools(d []bool, a []uint64) {
	i := 0
	for ; i+8 <= len(d); i += 8 {
		d, w := (*[8]bool)(d[i:]), a[i/64]>>(i&63)
		d[0], d[1], d[2], d[3] = w&1 != 0, w&2 != 0, w&4 != 0, w&8 != 0
		d[4], d[5], d[6], d[7] = w&16 != 0, w&32 != 0, w&64 != 0, w&128 != 0
	}
	for ; i < len(d); i++ {
		d[i] = a[i>>6]>>(i&63)&1 != 0
	}
}
