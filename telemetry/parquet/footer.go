package parquet

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/almotacen/almotacen/telemetry"
)

// The types of Thrift's compact protocol.
const (
	thriftTrue = iota + 1
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

// maxDepth is how deep structures of a footer are nested; Parquet's are eight deep.
const maxDepth = 32

// walker goes over a structure of Thrift's compact protocol without taking memory for it: parquet-go takes it for as many
// items as a list claims to have.
type walker struct {
	p     []byte
	at    int
	items int  // of all lists
	short bool // it goes on behind p
	wrong bool // it is none
}

func (w *walker) ok() bool { return !w.short && !w.wrong }

func (w *walker) take(n uint64) {
	if n > uint64(len(w.p)-w.at) {
		w.short = true
		return
	}
	w.at += int(n)
}

func (w *walker) uvarint() uint64 {
	x, n := binary.Uvarint(w.p[w.at:])
	switch {
	case n == 0:
		w.short = true
	case n < 0:
		w.wrong = true
	default:
		w.at += n
	}
	return x
}

func (w *walker) byte() byte {
	if w.at == len(w.p) {
		w.short = true
		return 0
	}
	w.at++
	return w.p[w.at-1]
}

func (w *walker) structure(depth int) {
	if depth > maxDepth {
		w.wrong = true
	}
	for w.ok() {
		b := w.byte()
		if b == 0 {
			return
		}
		if b>>4 == 0 {
			w.uvarint() // number of the field
		}
		if t := b & 15; t > thriftFalse { // which have no value of their own
			w.value(t, depth)
		}
	}
}

func (w *walker) value(t byte, depth int) {
	switch t {
	case thriftTrue, thriftFalse, thriftByte:
		w.take(1)
	case thriftI16, thriftI32, thriftI64:
		w.uvarint()
	case thriftDouble:
		w.take(8)
	case thriftBinary:
		w.take(w.uvarint())
	case thriftList, thriftSet:
		b := w.byte()
		n := uint64(b >> 4)
		if n == 15 {
			n = w.uvarint()
		}
		w.list(n, depth, b&15)
	case thriftMap:
		n := w.uvarint()
		if n == 0 {
			return
		}
		b := w.byte()
		w.list(n, depth, b>>4, b&15)
	case thriftStruct:
		w.structure(depth + 1)
	default:
		w.wrong = true
	}
}

// list goes over n items, each of the given types.
func (w *walker) list(n uint64, depth int, types ...byte) {
	if !w.ok() {
		return
	}
	if n > uint64(len(w.p)-w.at) { // an item is a byte at least
		w.short = true
		return
	}
	for range n {
		w.items++
		for _, t := range types {
			if w.value(t, depth+1); !w.ok() {
				return
			}
		}
	}
}

// footer checks the end of a file and what its footer claims to hold, before parquet-go reads it.
func (x *Reader) footer(r io.ReaderAt, size int64) error {
	var end [8]byte
	if size < int64(len(magic)+len(end)) {
		return x.fail(telemetry.ErrSyntax, 0, fmt.Sprintf("not a Parquet file: %d bytes", size), nil)
	}
	if n, err := r.ReadAt(end[:], size-int64(len(end))); n < len(end) {
		return x.fail(telemetry.ErrSyntax, 0, "the end of the file does not read", err)
	}
	n := int64(binary.LittleEndian.Uint32(end[:]))
	switch {
	case string(end[4:]) == "PARE":
		return x.fail(telemetry.ErrUnsupported, 0, "the file is encrypted", nil)
	case string(end[4:]) != magic || n > size-int64(len(magic)+len(end)):
		return x.fail(telemetry.ErrSyntax, 0, "not a Parquet file, or cut short: it does not end in a footer", nil)
	case n > x.cfg.Limits.Bytes:
		return x.fail(telemetry.ErrLimit, 0, fmt.Sprintf("a footer of %d bytes; raise Limits.Bytes from %d", n, x.cfg.Limits.Bytes), nil)
	}
	w := walker{p: make([]byte, n)}
	if k, err := r.ReadAt(w.p, size-int64(len(end))-n); k < len(w.p) {
		return x.fail(telemetry.ErrSyntax, 0, "the footer does not read", err)
	}
	w.structure(0)
	switch {
	case !w.ok():
		return x.fail(telemetry.ErrSyntax, 0, fmt.Sprintf("the footer is damaged at its byte %d", w.at), nil)
	case w.items > x.cfg.Limits.Entries:
		return x.fail(telemetry.ErrLimit, 0, fmt.Sprintf("a footer of %d items; raise Limits.Entries from %d", w.items, x.cfg.Limits.Entries), nil)
	}
	return nil
}
