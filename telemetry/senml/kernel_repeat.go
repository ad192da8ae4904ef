package senml

import (
	"encoding/binary"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// A shape is how a record was written: a device writes its records alike, so mostly the next one of a
// name has another time and another value, and all else is the same, byte by byte:
//
//	{"n":"temperature","t":  5.5  ,"v":  23.75  }
//	└──────── a ─────────┘        └ b ┘         └ c
//
// What has been read once with all checks, and is written again with other plain numbers, makes the same row
// with these in it. So it is compared, and not taken apart again.
type shape struct {
	begin   uint64 // the first eight bytes, as many as are in a, and
	mask    uint64
	text    []byte // all but the numbers
	a, b    int    // lengths
	timed   bool   // the first number is t; else there is one, v
	next    uint32 // the attribute that came after it
	run     uint32 // the message in which its codes were last looked at
	name    string
	unit    string
	own     bool // it has a unit of its own
	unitRef uint32
}

// shapes are those of the attribute of a code; of 0 none.
type shapes struct {
	list []shape
	last uint32 // the one met last
	run  uint32
}

// Bounds of what is remembered.
const (
	maxShapes = 1024 // attributes
	maxShape  = 256  // bytes of the text of one
)

// room is how many rows repeat makes at most.
const room = 256

// repeat reads the records from a byte on, at most so many, as long as they are written like ones before, and
// returns where they end and how many they are.
func (d *Decoder) repeat(src []byte, i, most int) (end, n int) {
	if d.base.entity == 0 { // not of a base that ends in a separator, or it has had no name
		return i, 0
	}
	b, base, sh := d.run.Batch, &d.base, &d.shapes
	end = i
	if most = min(most, room, d.run.Left()); most <= 0 || base.has&(hasBS|hasBV) != 0 || len(sh.list) == 0 {
		return end, 0
	}
	first := b.Len()
	b.Extend(most)
	entities, attributes, datasets, units := b.Entity[first:], b.Attribute[first:], b.Dataset[first:], b.UnitRef[first:]
	times, numbers, details := b.Time[first:], b.Number[first:], b.Detail[first:]
	kinds, qualities, flags := b.Kind[first:], b.Quality[first:], b.Flags[first:]
	record, start := uint32(d.run.Number()), d.run.Start(0)
	own := base.unitCode != 0 || len(base.unit) == 0 // units of the base may be used
	for n < most && len(src)-i >= 16 {
		w := binary.LittleEndian.Uint64(src[i:])
		code := sh.list[sh.last].next
		p := &sh.list[code]
		for range 4 { // some may be left out
			if w&p.mask == p.begin && p.starts(src[i:]) {
				break
			}
			code = p.next
			p = &sh.list[code]
		}
		if w&p.mask != p.begin || !p.starts(src[i:]) {
			break
		}
		if p.run != sh.run && !d.valid(p, code) || !p.own && !own {
			break
		}
		j := i + p.a
		var t int64
		var v float64
		var ok bool
		if p.timed {
			if t, j, ok = d.seconds(src, j); !ok || len(src)-j < p.b || string(src[j:j+p.b]) != string(p.text[p.a:p.a+p.b]) {
				break
			}
			j += p.b
		}
		if v, j, ok = d.plain(src, j); !ok {
			break
		}
		c := p.text[p.a+p.b:]
		if len(src)-j < len(c) || string(src[j:j+len(c)]) != string(c) {
			break
		}
		at := base.time + t
		if base.time != 0 && (at > t) != (base.time > 0) || at < relative {
			break
		}
		entities[n], attributes[n], datasets[n], units[n] = base.entity, code, 0, base.unitCode
		if p.own {
			units[n] = p.unitRef
		}
		times[n], numbers[n] = at, v
		kinds[n], qualities[n], flags[n] = telemetry.Number, 0, 0
		record++
		e := &details[n]
		e.Ref, e.Meta = telemetry.Span{}, telemetry.Span{}
		e.From, e.Start, e.Record, e.Source, e.Raw = 0, start+int64(i), record, d.run.Source, 0
		e.Offset, e.Precision = telemetry.NoOffset, precision(at)
		n++
		sh.last = code
		i, end = j+len(c), j+len(c)
		if d.c.Form == JSON {
			if i == len(src) || src[i] != ',' {
				break
			}
			i++
		}
	}
	b.Truncate(first + max(n-1, 0))
	if n > 0 { // the last one is that of the record
		d.run.Record += n - 1
		d.run.Next()
		b.Extend(1)
	}
	return end, n
}

// starts reports whether p begins with what stands before the first number.
func (s *shape) starts(p []byte) bool {
	return s.a > 0 && len(p) >= s.a && string(p[:s.a]) == string(s.text[:s.a])
}

// plain reads a number that needs no digits kept.
func (d *Decoder) plain(src []byte, i int) (v float64, end int, ok bool) {
	if d.c.Form == JSON {
		return jsonscan.PlainNumber(src, i)
	}
	v, n := float(src[i:])
	return v, i + n, n > 0 && v-v == 0 // no NaN, no infinity
}

func (d *Decoder) seconds(src []byte, i int) (ns int64, end int, ok bool) {
	v, end, ok := d.plain(src, i)
	if !ok {
		return 0, 0, false
	}
	if d.c.Form != JSON {
		ns, ok = secondsOf(v)
	} else {
		ns, ok = secondsText(v, src[i:end])
	}
	return ns, end, ok
}

// learn remembers how the record was written that was just read and made the row put last, and no other.
func (d *Decoder) learn(src []byte, end, findings int) {
	rec, b, base, sh := &d.rec, d.run.Batch, &d.base, &d.shapes
	if rec.has&^(hasN|hasU|hasV|hasT) != 0 || rec.has&(hasN|hasV) != hasN|hasV || rec.coerce || len(rec.digits) > 0 || len(rec.n) == 0 ||
		base.has&(hasBS|hasBV) != 0 || rec.has&hasT != 0 && rec.tAt > rec.vAt || findings != len(b.Findings)+b.Unreported {
		return
	}
	if rec.vEnd == 0 {
		return
	}
	if _, e, ok := d.plain(src, rec.vAt); !ok || e != rec.vEnd {
		return
	}
	size := end - rec.at - (rec.vEnd - rec.vAt)
	if rec.has&hasT != 0 {
		size -= rec.tEnd - rec.tAt
	}
	if size > maxShape {
		return
	}
	row := b.Len() - 1
	code := b.Attribute[row]
	if code >= maxShapes {
		return
	}
	if int(code) >= len(sh.list) {
		sh.list = append(sh.list, make([]shape, int(code)+16-len(sh.list))...)
	}
	sh.list[sh.last].next = code
	sh.last = code
	p := &sh.list[code]
	text := p.text[:0]
	if p.timed = rec.has&hasT != 0; p.timed {
		text = append(append(text, src[rec.at:rec.tAt]...), src[rec.tEnd:rec.vAt]...)
		p.a, p.b = rec.tAt-rec.at, rec.vAt-rec.tEnd
	} else {
		text = append(text, src[rec.at:rec.vAt]...)
		p.a, p.b = rec.vAt-rec.at, 0
	}
	p.text = append(text, src[rec.vEnd:end]...)
	p.mask = 1<<(8*min(p.a, 8)) - 1
	p.begin = jsonscan.Prefix(p.text[:p.a]) & p.mask
	p.run, p.own = sh.run, rec.has&hasU != 0
	p.unitRef = b.UnitRef[row]
	p.name, p.unit = b.Attributes.Text(code), b.Units.At(p.unitRef).Given
}

// valid reports whether the codes of a shape stand in this batch for what they stood for.
func (d *Decoder) valid(p *shape, code uint32) bool {
	b := d.run.Batch
	if b.Attributes.Text(code) != p.name {
		return false
	}
	if u := b.Units.At(p.unitRef); p.own && (u.Given != p.unit || u.System != telemetry.SenML && p.unit != "") {
		return false
	}
	p.run = d.shapes.run
	return true
}

// precision is the coarsest of a second and its parts that t is a multiple of.
func precision(t int64) telemetry.Precision {
	switch {
	case t%1_000_000_000 == 0:
		return telemetry.Second
	case t%1_000_000 == 0:
		return telemetry.Millisecond
	case t%1_000 == 0:
		return telemetry.Microsecond
	}
	return telemetry.Nanosecond
}
