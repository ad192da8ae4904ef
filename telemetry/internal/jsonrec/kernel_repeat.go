package jsonrec

import (
	"bytes"
	"encoding/binary"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Repeat reads the attributes that come next as long as they are written like ones before. A member of the entity
// has been read before it.
func (r *Reader) Repeat() {
	if r.S.Offset() == r.halted { // nothing has been learnt since
		return
	}
	r.level()
	for r.repeat() {
	}
	r.halted = r.S.Offset()
}

// Resume is Repeat from an attribute on, of a code, whose key has been read and begins at a byte. False: it is not
// written like before, and its value is to be read.
func (r *Reader) Resume(code uint32, at int) bool {
	src, value, rows := r.S.Source(), r.S.Offset(), r.B.Len()
	if int(code) >= len(r.shapes) || int(r.prev) >= len(r.shapes) || src[at] != ',' || at == r.tried {
		return false
	}
	if sh := &r.shapes[code]; sh.head == 0 || len(src)-at <= sh.head || !same(src[at:at+sh.head], sh.text) {
		return false
	}
	r.shapes[r.prev].next = code
	r.S.Advance(at)
	r.halted = -1
	r.Repeat()
	if r.B.Len() == rows {
		r.S.Advance(value)
		return false
	}
	return true
}

// room is how many rows repeat makes at most.
const room = 64

// repeat is true if there may be more.
func (r *Reader) repeat() bool {
	src, i, b := r.S.Source(), r.S.Offset(), r.B
	if i >= len(src) || src[i] != ',' || int(r.prev) >= len(r.shapes) {
		return false
	}
	first := b.Len()
	b.Extend(room)
	// As arrays, whose bounds need no checks.
	attributes, datasets, units := (*[room]uint32)(b.Attribute[first:first+room]), (*[room]uint32)(b.Dataset[first:first+room]), (*[room]uint32)(b.UnitRef[first:first+room])
	times, numbers, details := (*[room]int64)(b.Time[first:first+room]), (*[room]float64)(b.Number[first:first+room]), (*[room]telemetry.Detail)(b.Detail[first:first+room])
	kinds, qualities, flags := (*[room]telemetry.Kind)(b.Kind[first:first+room]), (*[room]telemetry.Quality)(b.Quality[first:first+room]), (*[room]telemetry.Flags)(b.Flags[first:first+room])
	record, start := b.Origin.Record+uint32(r.Record), b.Origin.Offset
	shapes, seen, epoch, serial, source := r.shapes, r.seen, r.epoch, r.serial, r.Source
	prev := r.prev
	k := 0
	for ; k < room && i < len(src) && src[i] == ','; k++ {
		code := shapes[prev].next
		sh := &shapes[code]
		if n := sh.head; n == 0 || len(src)-i <= n || !same(src[i:i+n], sh.text) {
			if code = r.later(code, src[i:]); code == 0 {
				break
			}
			sh = &shapes[code]
		}
		r.tried = i
		n := sh.head
		if sh.epoch != epoch && !r.valid(sh) || seen[code] == serial {
			break
		}
		j := i + n
		data, points := len(b.Data), len(b.Points)
		var number float64
		var ref telemetry.Span
		var ok bool
		switch sh.row.Kind {
		case telemetry.Number:
			number, j, ok = jsonscan.PlainNumber(src, j)
		default:
			number, ref, j, ok = r.repeatValue(sh, j)
		}
		if !ok || len(src)-j < sh.tail || !same(src[j:j+sh.tail], sh.text[n:]) {
			b.Data, b.Points = b.Data[:data], b.Points[:points]
			break
		}
		j += sh.tail
		n += sh.tail
		at := instant.Time{NS: telemetry.NoTime, Offset: telemetry.NoOffset}
		if sh.timed {
			var m int
			at, m = r.fullTime(src[j:])
			j += m
			if m == 0 || len(src)-j < sh.rest || !same(src[j:j+sh.rest], sh.text[n:]) {
				b.Data, b.Points = b.Data[:data], b.Points[:points]
				break
			}
			j += sh.rest
			n += sh.rest
		}
		var meta telemetry.Span
		if len(sh.text) > n {
			meta = b.PutText(sh.text[n:])
		}
		seen[code] = serial
		if sh.rank < r.times.rank {
			r.times.row, r.times.rank = first+k, sh.rank
		}
		row := &sh.row
		flag := row.Flags
		if at.NS == telemetry.NoTime {
			r.times.static = true
			flag |= telemetry.TimeStatic
		}
		attributes[k], datasets[k], units[k] = code, row.Dataset, row.UnitRef
		times[k], numbers[k] = at.NS, number
		kinds[k], qualities[k], flags[k] = row.Kind, row.Quality, flag
		d := &details[k]
		d.Ref, d.Meta = ref, meta
		d.From, d.Start, d.Record, d.Source, d.Raw = 0, start+int64(i), record, source, row.Detail.Raw
		d.Offset, d.Precision = at.Offset, telemetry.Precision(at.Precision)
		prev = code
		i = j
	}
	r.prev = prev
	b.Truncate(first + k)
	r.S.Advance(i)
	return k == room
}

// later is the attribute that p begins with if a few are left out that mostly come from code on; 0 if it is none
// of those behind them.
func (r *Reader) later(code uint32, p []byte) uint32 {
	for range 4 {
		code = r.shapes[code].next
		if sh := &r.shapes[code]; sh.head > 0 && len(p) > sh.head && same(p[:sh.head], sh.text) {
			return code
		}
	}
	return 0
}

// repeatValue reads a value that is no number.
func (r *Reader) repeatValue(sh *shape, i int) (number float64, ref telemetry.Span, end int, ok bool) {
	src, b := r.S.Source(), r.B
	switch sh.row.Kind {
	case telemetry.Text:
		if end, ok = jsonscan.PlainString(src, i); !ok {
			break
		}
		text := src[i:end]
		if len(text) == len(r.Deletion) && string(text) == r.Deletion || len(text) > r.C.Limits.Text || r.forbidden(text) {
			return 0, ref, 0, false
		}
		ref = b.PutText(text)
	case telemetry.JSON:
		if src[i] != sh.open {
			break
		}
		var compact bool
		if end, compact, ok = r.S.SkipAt(i, sh.depth); !ok || end-i > r.C.Limits.Text {
			return 0, ref, 0, false
		}
		n := len(b.Data)
		if compact {
			b.Data = append(b.Data, src[i:end]...)
		} else {
			b.Data = jsonscan.AppendCompact(b.Data, src[i:end])
		}
		ref = telemetry.Span{Off: uint32(n), Len: uint32(len(b.Data) - n)}
	case telemetry.Point:
		var p telemetry.Position
		if p, end, ok = coordinates(src, i); ok {
			ref = b.PutPoint(p)
		}
	case telemetry.Bool:
		switch {
		case len(src)-i > 4 && string(src[i:i+4]) == "true":
			return 1, ref, i + 4, true
		case len(src)-i > 5 && string(src[i:i+5]) == "false":
			return 0, ref, i + 5, true
		}
	}
	return 0, ref, end, ok
}

func (r *Reader) forbidden(text []byte) bool {
	return r.Forbidden != "" && bytes.ContainsAny(text, r.Forbidden)
}

// same reports whether all of p is how q begins.
func same(p, q []byte) bool {
	n := len(p)
	q = q[:n]
	switch {
	case n >= 8:
		for i := 0; i < n-8; i += 8 {
			if binary.LittleEndian.Uint64(p[i:]) != binary.LittleEndian.Uint64(q[i:]) {
				return false
			}
		}
		return binary.LittleEndian.Uint64(p[n-8:]) == binary.LittleEndian.Uint64(q[n-8:])
	case n >= 2:
		for i := 0; i < n-2; i += 2 {
			if binary.LittleEndian.Uint16(p[i:]) != binary.LittleEndian.Uint16(q[i:]) {
				return false
			}
		}
		return binary.LittleEndian.Uint16(p[n-2:]) == binary.LittleEndian.Uint16(q[n-2:])
	}
	return n == 0 || p[0] == q[0]
}

// coordinates reads the inside of the array of a position, plain numbers with at most a space after the comma.
func coordinates(src []byte, i int) (p telemetry.Position, end int, ok bool) {
	var c [3]float64
	n := 0
	for {
		if c[n], i, ok = jsonscan.PlainNumber(src, i); !ok {
			return p, 0, false
		}
		n++
		if src[i] != ',' || n == len(c) {
			break
		}
		if i++; i < len(src) && src[i] == ' ' {
			i++
		}
	}
	if n < 2 || src[i] != ']' || !OnGlobe(c[0], c[1]) {
		return p, 0, false
	}
	return telemetry.Position{Lon: c[0], Lat: c[1], Alt: c[2], HasAlt: n == 3}, i, true
}

// fullTime reads a time of full precision and with an offset, up to its quote, and returns its length; 0 if it is none.
func (r *Reader) fullTime(p []byte) (instant.Time, int) {
	m := &r.times
	if n := m.n; n >= 20 && len(p) > n && p[n] == '"' && binary.LittleEndian.Uint64(p) == binary.LittleEndian.Uint64(m.last[:]) &&
		binary.LittleEndian.Uint64(p[8:]) == binary.LittleEndian.Uint64(m.last[8:]) && string(p[16:n]) == string(m.last[16:n]) {
		return m.at, n
	}
	n := 20
	for n < len(p) && p[n] != '"' {
		if n++; n > len(m.last) {
			return instant.Time{}, 0
		}
	}
	if n >= len(p) {
		return instant.Time{}, 0
	}
	t, problem := instant.Parse(p[:n])
	if problem != 0 || t.Flags != 0 || t.Offset == instant.NoOffset || t.Precision > instant.Minute {
		return t, 0
	}
	m.n = copy(m.last[:], p[:n])
	m.at = t
	return t, n
}
