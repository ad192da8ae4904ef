package sketch

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrBytes says that bytes are no sketch, or of a version that is not known.
var ErrBytes = errors.New("not a sketch")

// Error is where bytes stop being a sketch.
type Error struct {
	Sketch string // "histogram", "distinct", "top"
	Offset int    // byte
	Msg    string
}

// Error is one line.
func (e *Error) Error() string {
	return fmt.Sprintf("telemetry/sketch: %s: byte %d: %s", e.Sketch, e.Offset, e.Msg)
}

// Is reports whether target is ErrBytes.
func (e *Error) Is(target error) bool { return target == ErrBytes }

// The first byte of a sketch's bytes, and the second.
const (
	kindHistogram = 'H'
	kindDistinct  = 'D'
	kindTop       = 'K'
	version       = 1
)

type decoder struct {
	name string
	src  []byte
	at   int
	err  error
}

func (d *decoder) fail(format string, a ...any) {
	if d.err == nil {
		d.err = &Error{d.name, d.at, fmt.Sprintf(format, a...)}
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

// count is a number of things of at least size bytes each that are still to come.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if left := uint64(len(d.src) - d.at); n > left/uint64(size) {
		d.fail("%d items in %d bytes", n, left)
		return 0
	}
	return int(n)
}

func (d *decoder) header(kind byte) {
	if k, v := d.byte(), d.byte(); k != kind || v != version {
		d.fail("kind %q version %d; %q version %d is read here", k, v, kind, version)
	}
}

func (d *decoder) end() error {
	if d.err == nil && d.at != len(d.src) {
		d.fail("%d bytes too many", len(d.src)-d.at)
	}
	return d.err
}
