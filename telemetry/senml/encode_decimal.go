package senml

import (
	"bytes"
	"math/big"
	"strconv"
)

// appendDecimal writes the digits of a JSON number exactly: as an integer, a big number or
// a decimal fraction; false if they are more than a reader of ours takes.
func appendDecimal(dst, digits []byte) ([]byte, bool) {
	mant, exp := digits, 0
	if i := bytes.IndexAny(digits, "eE"); i >= 0 {
		e, err := strconv.Atoi(string(digits[i+1:]))
		if err != nil || e > 1<<19 || e < -1<<19 {
			return dst, false
		}
		mant, exp = digits[:i], e
	}
	if i := bytes.IndexByte(mant, '.'); i >= 0 {
		exp -= len(mant) - i - 1
		mant = append(append([]byte(nil), mant[:i]...), mant[i+1:]...)
	}
	if len(mant) > 600 {
		return dst, false
	}
	v, ok := new(big.Int).SetString(string(mant), 10)
	if !ok {
		return dst, false
	}
	if exp != 0 {
		dst = appendInt(append(dst, 0xc4, 0x82), int64(exp))
	}
	if v.IsInt64() {
		return appendInt(dst, v.Int64()), true
	}
	tag := byte(0xc2)
	if v.Sign() < 0 {
		tag = 0xc3
		v.Not(v)
	}
	if v.IsUint64() {
		return appendHead(dst, tag&1, v.Uint64()), true // tag 2 is major type 0, tag 3 is 1
	}
	p := v.Bytes()
	return append(appendHead(append(dst, tag), cborBytes, uint64(len(p))), p...), true
}
