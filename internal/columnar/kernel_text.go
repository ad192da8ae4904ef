package columnar

import "strconv"

// text makes strings. They are new memory unless nothing changes.
func (e *Evaluator) text(s *step, d, a *Lane, in Type, n int) {
	if s.op == Lower || s.op == Upper {
		first := byte('A')
		if s.op == Upper {
			first = 'a'
		}
		for i, x := range a.S[:n] {
			d.S[i] = otherCase(x, first)
		}
		return
	}
	for i := range n {
		switch {
		case !d.ok(i): // garbage is not worth writing
			d.S[i] = ""
		case in == Double:
			d.S[i] = strconv.FormatFloat(a.F[i], 'g', -1, 64)
		case in == Int:
			d.S[i] = strconv.FormatInt(a.I[i], 10)
		case in == Uint:
			d.S[i] = strconv.FormatUint(a.U[i], 10)
		default:
			d.S[i] = strconv.FormatBool(a.B[i>>6]>>(i&63)&1 != 0)
		}
	}
}

// otherCase changes the case of the 26 letters from first on.
func otherCase(x string, first byte) string {
	for i := range len(x) {
		if x[i]-first >= 26 {
			continue
		}
		out := []byte(x)
		for j := i; j < len(out); j++ {
			if out[j]-first < 26 {
				out[j] ^= 'a' - 'A'
			}
		}
		return string(out)
	}
	return x
}
