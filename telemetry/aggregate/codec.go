package aggregate

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/almotacen/almotacen/indicators/period"
)

// The first byte of a state's bytes. They are never given another meaning.
const (
	kindMoments  = 'M'
	kindReal     = 'R'
	kindValues   = 'V'
	kindEnds     = 'E'
	kindTimed    = 'T'
	kindCounter  = 'C'
	kindRejects  = 'N'
	kindSpan     = 'W'
	kindIncrease = 'I'
	kindState    = 'S'
	kindEditions = 'P'
	kindCircle   = 'O'

	// Those of package sketch, and a second place for one of them.
	kindDistinct  = 'D'
	kindHistogram = 'H'
	kindTop       = 'K'
	kindEntities  = 'U'
	kindKey       = 'k'
)

const version = 1

// decoder reads untrusted bytes; after the first error it yields zeros.
type decoder struct {
	src  []byte
	at   int
	what string
	err  error
}

func (d *decoder) fail(format string, a ...any) {
	if d.err == nil {
		d.err = &Error{Kind: ErrState, Offset: d.at, Msg: d.what + ": " + fmt.Sprintf(format, a...)}
	}
}

func (d *decoder) bytes(n int) []byte {
	if d.err != nil || n < 0 || n > len(d.src)-d.at {
		d.fail("%d bytes are wanted and %d are left", n, len(d.src)-d.at)
		return nil
	}
	b := d.src[d.at : d.at+n : d.at+n]
	d.at += n
	return b
}

func (d *decoder) byte() byte {
	if b := d.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) u64() uint64 {
	if b := d.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) i64() int64 { return int64(d.u64()) }

// float is a finite float64.
func (d *decoder) float() float64 {
	x := math.Float64frombits(d.u64())
	if math.IsNaN(x) || math.IsInf(x, 0) {
		d.fail("a number that is not finite")
		return 0
	}
	return x
}

// uvarint is an unsigned LEB128 in its shortest form.
func (d *decoder) uvarint() uint64 {
	if d.err != nil {
		return 0
	}
	x, n := binary.Uvarint(d.src[d.at:])
	if n <= 0 || n > 1 && d.src[d.at+n-1] == 0 {
		d.fail("not a varint")
		return 0
	}
	d.at += n
	return x
}

// varint is a signed LEB128 (zigzag).
func (d *decoder) varint() int64 {
	x := d.uvarint()
	return int64(x>>1) ^ -int64(x&1)
}

// count is a number of things of at least size bytes each that are still to come.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if left := uint64(len(d.src) - d.at); n > left/uint64(size) {
		d.fail("%d items in %d bytes", n, left)
		return 0
	}
	return int(n)
}

func (d *decoder) text() string { return string(d.bytes(d.count(1))) }

func (d *decoder) header(kind byte) {
	if k, v := d.byte(), d.byte(); k != kind || v != version {
		d.fail("kind %q version %d; %q version %d is read here", k, v, kind, version)
	}
}

// end is the error, of bytes that are left too.
func (d *decoder) end() error {
	if d.err == nil && d.at != len(d.src) {
		d.fail("%d bytes too many", len(d.src)-d.at)
	}
	return d.err
}

func put64(dst []byte, x int64) []byte { return binary.LittleEndian.AppendUint64(dst, uint64(x)) }

func putFloat(dst []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
}

func putText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// AppendBinary appends k as bytes: kind 'k', version, then measure, group, entity,
// type and period, each a varint length and its text.
func (k Key) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindKey, version)
	for _, s := range []string{k.Measure, k.Group, k.Entity, k.Type, k.Window.String()} {
		dst = putText(dst, s)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error].
func (k *Key) UnmarshalBinary(src []byte) error {
	d := decoder{src: src, what: "key"}
	d.header(kindKey)
	out := Key{Measure: d.text(), Group: d.text(), Entity: d.text(), Type: d.text()}
	if w := d.text(); w != "" && d.err == nil {
		p, err := period.Parse(w)
		if err != nil || p.String() != w {
			d.fail("period %.80q", w)
		}
		out.Window = p
	}
	if err := d.end(); err != nil {
		return err
	}
	*k = out
	return nil
}
