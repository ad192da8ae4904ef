package jsonrec

import (
	"bytes"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// A shape is how an attribute was written the last time. A source writes all its entities alike, so mostly
// the next one has another value and another time, and all else is the same, byte by byte:
//
//	,"no2":{"type":"Property","value":  23.5  ,"unitCode":"GQ","observedAt":"  2026-03-29T10:15:00Z  "}
//	└───────────── head ─────────────┘        └─────────── tail ────────────┘                       └ rest
//
// What has been read once with all checks, and is written again with another plain number (text without
// escapes, bool, pair of coordinates; value where any is allowed) and another full time, makes the same row with
// these in it. So it is compared, and not taken apart again; [Reader.Repeat] does.
type shape struct {
	next             uint32 // the attribute that came after it
	epoch            uint32 // the message in which its codes were last looked at
	head, tail, rest int    // lengths, in text; no head: nothing is known
	timed            bool   // a time is between tail and rest
	open             byte   // the first of the value
	depth            int    // of the value within the entity, and of the entity
	base             int
	rank             int // among the attributes that tell the time of the entity
	row              telemetry.Row
	text             []byte // head, tail, rest, and the metadata of the row

	// What the codes of the row stood for.
	attribute, dataset, raw string
	unit                    telemetry.UnitRef
}

// Bounds of what is remembered.
const (
	maxShapes = 1024 // attributes
	maxShape  = 512  // bytes of the text of one
)

// spot is where the parts of the attribute being read are.
type spot struct {
	attribute       uint32
	at              int
	rank            int
	findings        int
	value, valueEnd int // 0: none
	depth           int // of the value
	time, timeEnd   int // inside of the quotes; 0: none
	unfit           bool
}

// Opening reads the first members of an entity, that has just been entered, if they are its id and what
// [Reader.LearnOpening] has met behind one: the type. The id is part of the message, its quote at a byte.
func (r *Reader) Opening() (id []byte, at int, ok bool) {
	src, i := r.S.Source(), r.S.Offset()
	if len(r.opening) == 0 || len(src)-i < len(firstID) || string(src[i:i+len(firstID)]) != firstID {
		return nil, 0, false
	}
	i += len(firstID)
	end, ok := jsonscan.PlainString(src, i)
	if !ok || len(src)-end < len(r.opening) || !same(r.opening, src[end:]) {
		return nil, 0, false
	}
	r.S.Enter(end + len(r.opening))
	return src[i:end], i - 1, true
}

// LearnOpening remembers what stands behind the id of the entity that begins at a byte, up to where the scanner
// is: its type, which must be its second member.
func (r *Reader) LearnOpening(start int) {
	src, i := r.S.Source(), start+1
	if r.Careful || len(src)-i < len(firstID) || string(src[i:i+len(firstID)]) != firstID {
		return
	}
	if end, ok := jsonscan.PlainString(src, i+len(firstID)); ok && r.S.Offset()-end <= maxShape {
		r.opening = append(r.opening[:0], src[end:r.S.Offset()]...)
	}
}

const firstID = `"id":"`

// Attribute begins an attribute of the entity: its code, its key as it is written, and where that is. It is
// false, and the error stands, if the entity has had it.
func (r *Reader) Attribute(code uint32, key []byte, at int) bool {
	if int(code) >= len(r.seen) {
		r.seen = append(r.seen, make([]uint32, int(code)+64-len(r.seen))...)
	}
	if r.seen[code] == r.serial {
		return r.Fail(telemetry.ErrDuplicate, at, "the attribute %.80q stands twice in one entity", key)
	}
	r.seen[code] = r.serial
	rank := len(r.Names)
	for i, n := range r.Names {
		if string(key) == n {
			rank = i
			break
		}
	}
	r.tells(rank)
	r.spot.attribute = 0
	r.level()
	if code >= maxShapes || r.Careful {
		return true
	}
	if int(code) >= len(r.shapes) {
		r.shapes = append(r.shapes, make([]shape, int(code)+16-len(r.shapes))...)
	}
	r.shapes[r.prev].next = code
	r.prev = code
	r.spot = spot{attribute: code, at: at, rank: rank, findings: len(r.B.Findings) + r.B.Unreported}
	return true
}

// ValueAt notes that the value of the attribute is the JSON value just read, from a byte on.
func (r *Reader) ValueAt(from int) {
	r.spot.value, r.spot.valueEnd, r.spot.depth = from, r.S.Offset(), r.S.Depth()
}

// TimeAt notes that the time of the attribute is what stands between these bytes, a text without its quotes.
func (r *Reader) TimeAt(from, to int) {
	p := &r.spot
	p.unfit = p.unfit || p.time != 0 && p.time != from // another one, not the same again
	p.time, p.timeEnd = from, to
}

// Learn remembers how the attribute was written that [Reader.Attribute] began: the whole of it was just read
// and made the row just put, and no other. A value that is an object or an array counts only where any other would
// make a row alike.
func (r *Reader) Learn(row *telemetry.Row, any bool) {
	p, b, src, end := &r.spot, r.B, r.S.Source(), r.S.Offset()
	code := p.attribute
	p.attribute = 0
	if code == 0 || code != row.Attribute || src[p.at] != ',' || p.value == 0 || p.unfit || (p.time == 0) != (row.Time == telemetry.NoTime) ||
		p.time != 0 && p.time < p.valueEnd || row.Flags&^(telemetry.TimeStatic|telemetry.Relation) != 0 || p.findings != len(b.Findings)+b.Unreported {
		return
	}
	from, to := p.value, p.valueEnd // of what varies
	ok := false
	switch row.Kind {
	case telemetry.Number:
		_, e, plain := jsonscan.PlainNumber(src, from)
		ok = plain && e == to && row.Detail.Ref.Len == 0
	case telemetry.Bool:
		ok = src[from] == 't' || src[from] == 'f'
	case telemetry.Text:
		if src[from] == '"' {
			from, to = from+1, to-1
			e, plain := jsonscan.PlainString(src, from)
			ok = plain && e == to && !r.forbidden(src[from:to])
		}
	case telemetry.JSON:
		ok = any
	case telemetry.Point:
		if raw := src[from:to]; raw[0] == '{' && bytes.Count(raw, []byte{'['}) == 1 {
			from += bytes.IndexByte(raw, '[') + 1
			var q telemetry.Position
			q, to, ok = coordinates(src, from)
			ok = ok && q == b.Points[row.Detail.Ref.Off]
		}
	}
	if !ok {
		return
	}
	sh := &r.shapes[code]
	meta := b.Bytes(row.Detail.Meta)
	if end-p.at-(to-from)+len(meta) > maxShape {
		return
	}
	sh.text = append(sh.text[:0], src[p.at:from]...)
	sh.head, sh.timed = from-p.at, p.time != 0
	if sh.timed {
		sh.text = append(append(sh.text, src[to:p.time]...), src[p.timeEnd:end]...)
		sh.tail, sh.rest = p.time-to, end-p.timeEnd
	} else {
		sh.text = append(sh.text, src[to:end]...)
		sh.tail, sh.rest = end-to, 0
	}
	sh.text = append(sh.text, meta...)
	sh.open = src[p.value]
	sh.epoch, sh.rank, sh.depth, sh.base = r.epoch, p.rank, p.depth-r.S.Depth(), r.S.Depth()
	sh.row = *row
	sh.row.Flags &^= telemetry.TimeStatic
	sh.attribute, sh.dataset, sh.raw, sh.unit = b.Attributes.Text(row.Attribute), b.Datasets.Text(row.Dataset), b.Raw.Text(row.Detail.Raw), b.Units.At(row.UnitRef)
}

// Noted reports whether the attribute had metadata when its shape was learnt.
func (r *Reader) Noted(code uint32) bool {
	return int(code) < len(r.shapes) && r.shapes[code].row.Detail.Meta.Len > 0
}

// Forget forgets all shapes: names mean something else now.
func (r *Reader) Forget() {
	r.opening = r.opening[:0]
	for i := range r.shapes {
		r.shapes[i].head = 0
	}
}

// level notes how deep in the message the entity is.
func (r *Reader) level() {
	if d := r.S.Depth(); d != r.base {
		r.base = d
		r.turn()
	}
}

// turn has all shapes looked at again before they are used.
func (r *Reader) turn() {
	if r.epoch++; r.epoch == 0 {
		r.Forget()
	}
}

// valid reports whether the codes of a shape stand in this batch for what they stood for, and the entity is no
// deeper in the message, so that the limit of depth has been looked at.
func (r *Reader) valid(sh *shape) bool {
	b, row := r.B, &sh.row
	if r.base > sh.base {
		return false
	}
	if b.Attributes.Text(row.Attribute) != sh.attribute || b.Datasets.Text(row.Dataset) != sh.dataset || b.Raw.Text(row.Detail.Raw) != sh.raw || b.Units.At(row.UnitRef) != sh.unit {
		sh.head = 0
		return false
	}
	sh.epoch = r.epoch
	return true
}
