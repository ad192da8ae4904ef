package columnar

// words of a bitmap over a batch.
const words = Batch / 64

var none [words]uint64 // of a lane without errors or unknowns; never written

// errs and unks are a lane's bitmaps, all clear if it has none.
func (l *Lane) errs() []uint64 {
	if l.AnyErr {
		return l.Err
	}
	return none[:]
}

func (l *Lane) unks() []uint64 {
	if l.AnyUnk {
		return l.Unk
	}
	return none[:]
}

func (l *Lane) clean() bool { return !l.AnyErr && !l.AnyUnk }

func (l *Lane) code(row int) uint32 { return l.Code[row] }

// codes makes room for error codes.
func (l *Lane) codes() []uint32 {
	if l.Code == nil {
		l.Code = make([]uint32, Batch)
	}
	return l.Code
}

func (l *Lane) reset() { l.AnyErr, l.AnyUnk = false, false }

// state copies the state of a, which may be l.
func (l *Lane) state(a *Lane, n int) {
	if a.clean() {
		l.reset()
		return
	}
	l.AnyErr, l.AnyUnk = a.AnyErr, a.AnyUnk
	if a == l {
		return
	}
	if a.AnyErr {
		copy(l.Err, a.Err)
		copy(l.codes()[:n], a.Code)
	}
	if a.AnyUnk {
		copy(l.Unk, a.Unk)
	}
}

// strict makes l's state that of an operation which needs a and b. L may be one
// of them.
func (l *Lane) strict(a, b *Lane, n int) {
	if a.clean() && b.clean() {
		l.reset()
		return
	}
	ea, eb, ua, ub := a.errs(), b.errs(), a.unks(), b.unks()
	var anyE, anyU uint64
	if a.AnyErr || b.AnyErr {
		codes := l.codes()
		for w := range ea {
			eachBit(ea[w]|eb[w], w, func(row int) {
				if ea[w]>>(row&63)&1 != 0 {
					codes[row] = a.code(row)
				} else {
					codes[row] = b.code(row)
				}
			})
		}
	}
	for w := range ea {
		e := ea[w] | eb[w]
		u := (ua[w] | ub[w]) &^ e
		l.Err[w], l.Unk[w] = e, u
		anyE |= e
		anyU |= u
	}
	l.AnyErr, l.AnyUnk = anyE != 0, anyU != 0
}

// raise makes the rows of bad fail that have a value.
func (l *Lane) raise(bad []uint64, code uint32) {
	e, u := l.errs(), l.unks()
	var any uint64
	for w := range bad {
		bad[w] &^= e[w] | u[w]
		any |= bad[w]
	}
	if any == 0 {
		return
	}
	if !l.AnyErr {
		clear(l.Err)
		l.AnyErr = true
	}
	codes := l.codes()
	for w, x := range bad {
		l.Err[w] |= x
		eachBit(x, w, func(row int) { codes[row] = code })
	}
}

// and is && of a and b, or with every value inverted: flip is then all ones. L
// is neither.
func (l *Lane) and(a, b *Lane, flip uint64, n int) {
	if a.clean() && b.clean() {
		l.reset()
		for w := range (n + 63) / 64 {
			l.B[w] = (a.B[w]^flip)&(b.B[w]^flip) ^ flip
		}
		return
	}
	ea, eb, ua, ub := a.errs(), b.errs(), a.unks(), b.unks()
	var anyE, anyU uint64
	for w := range (n + 63) / 64 {
		f := ^(ea[w] | ua[w] | (a.B[w] ^ flip)) | ^(eb[w] | ub[w] | (b.B[w] ^ flip))
		u := (ua[w] | ub[w]) &^ f
		e := (ea[w] | eb[w]) &^ f &^ u
		l.B[w], l.Err[w], l.Unk[w] = ^f^flip, e, u
		anyE |= e
		anyU |= u
		if e != 0 {
			codes := l.codes()
			eachBit(e, w, func(row int) {
				if ea[w]>>(row&63)&1 != 0 {
					codes[row] = a.code(row)
				} else {
					codes[row] = b.code(row)
				}
			})
		}
	}
	l.rest(n)
	l.AnyErr, l.AnyUnk = anyE != 0, anyU != 0
}

// rest clears the words of rows that are not there.
func (l *Lane) rest(n int) {
	clear(l.Err[(n+63)/64:])
	clear(l.Unk[(n+63)/64:])
}

// choose makes l's state that of c ? t : f. L is none of them.
func (l *Lane) choose(c, t, f *Lane, n int) {
	if c.clean() && t.clean() && f.clean() {
		l.reset()
		return
	}
	ec, et, ef, uc, ut, uf := c.errs(), t.errs(), f.errs(), c.unks(), t.unks(), f.unks()
	var anyE, anyU uint64
	for w := range (n + 63) / 64 {
		ok := ^(ec[w] | uc[w])
		yes, no := ok&c.B[w], ok&^c.B[w]
		te, fe := et[w]&yes, ef[w]&no
		e := ec[w] | te | fe
		u := uc[w] | ut[w]&yes | uf[w]&no
		l.Err[w], l.Unk[w] = e, u
		anyE |= e
		anyU |= u
		if e != 0 {
			codes := l.codes()
			eachBit(e, w, func(row int) {
				switch {
				case te>>(row&63)&1 != 0:
					codes[row] = t.code(row)
				case fe>>(row&63)&1 != 0:
					codes[row] = f.code(row)
				default:
					codes[row] = c.code(row)
				}
			})
		}
	}
	l.rest(n)
	l.AnyErr, l.AnyUnk = anyE != 0, anyU != 0
}

// coalesce makes l's state that of coalesce(a, b). L is neither.
func (l *Lane) coalesce(a, b *Lane, n int) {
	ea, eb, ua, ub := a.errs(), b.errs(), a.unks(), b.unks()
	var anyE, anyU uint64
	for w := range (n + 63) / 64 {
		eb := eb[w] & ua[w]
		e := ea[w] | eb
		u := ua[w] & ub[w]
		l.Err[w], l.Unk[w] = e, u
		anyE |= e
		anyU |= u
		if e != 0 {
			codes := l.codes()
			eachBit(e, w, func(row int) {
				if eb>>(row&63)&1 != 0 {
					codes[row] = b.code(row)
				} else {
					codes[row] = a.code(row)
				}
			})
		}
	}
	l.rest(n)
	l.AnyErr, l.AnyUnk = anyE != 0, anyU != 0
}

// then makes l's state that of b where a is ok, and of a elsewhere. L is neither.
func (l *Lane) then(a, b *Lane, n int) {
	ea, eb, ua, ub := a.errs(), b.errs(), a.unks(), b.unks()
	var anyE, anyU uint64
	for w := range (n + 63) / 64 {
		not := ea[w] | ua[w]
		eb := eb[w] &^ not
		e := ea[w] | eb
		u := ua[w] | ub[w]&^not
		l.Err[w], l.Unk[w] = e, u
		anyE |= e
		anyU |= u
		if e != 0 {
			codes := l.codes()
			eachBit(e, w, func(row int) {
				if eb>>(row&63)&1 != 0 {
					codes[row] = b.code(row)
				} else {
					codes[row] = a.code(row)
				}
			})
		}
	}
	l.rest(n)
	l.AnyErr, l.AnyUnk = anyE != 0, anyU != 0
}
