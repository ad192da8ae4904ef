package jsonrec

import (
	"bytes"

	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// times is what a Reader remembers of times.
type times struct {
	last   [40]byte // the text of
	n      int
	at     instant.Time
	static bool // the entity has rows without time
	row    int  // of the attribute that tells the entity's time, and
	rank   int  // its place in the list
}

// BeginEntity forgets the attributes of the entity before.
func (r *Reader) BeginEntity() {
	if r.serial++; r.serial == 0 {
		clear(r.seen)
		r.serial = 1
	}
	r.prev = 0
	r.times.row, r.times.rank, r.times.static = -1, len(r.Names), false
}

// tells notes that the next row tells the time of the entity, unless one of a lower rank does.
func (r *Reader) tells(rank int) {
	if rank < r.times.rank {
		r.times.row, r.times.rank = r.B.Len(), rank
	}
}

// Time reads a time, a text, into a row.
func (r *Reader) Time(row *telemetry.Row) bool {
	if r.S.Kind() != jsonscan.String {
		return r.Wrong("a time", jsonscan.String)
	}
	at := r.S.Offset()
	text, ok := r.S.Text()
	if !ok {
		return false
	}
	r.TimeAt(at+1, r.S.Offset()-1)
	t, ok := r.ParseTime(text, at)
	row.Time, row.Detail.Offset, row.Detail.Precision = t.NS, t.Offset, telemetry.Precision(t.Precision)
	return ok
}

// ParseTime reads a time with date and clock.
func (r *Reader) ParseTime(text []byte, at int) (instant.Time, bool) {
	// Attributes of one entity mostly have one time.
	if m := &r.times; m.n > 0 && len(text) == m.n && string(text) == string(m.last[:m.n]) {
		return m.at, true
	}
	t, problem := instant.Parse(text)
	if problem != 0 || t.Precision == instant.Day {
		if problem == 0 {
			problem = instant.Syntax
		}
		return t, r.Fail(telemetry.ErrTime, at, "%.60q is %s; write 2026-03-29T10:15:00Z", text, problem)
	}
	if t.Flags != 0 || t.Offset == instant.NoOffset {
		switch {
		case t.Flags&instant.Leap != 0:
			r.Find(telemetry.ErrTime, at, "%s is a leap second; it is taken as the second after", text)
		case t.Flags&instant.Cut != 0:
			r.Find(telemetry.ErrTime, at, "%s has parts of a nanosecond, which are cut", text)
		default:
			r.Find(telemetry.ErrTime, at, "%s has no offset; UTC is meant, or Config.Zone", text)
			t = r.zoned(t, at)
		}
		return t, true
	}
	if len(text) <= len(r.times.last) {
		r.times.n = copy(r.times.last[:], text)
		r.times.at = t
	}
	return t, true
}

// zoned puts a time without offset into the zone of the configuration, UTC if there is none.
func (r *Reader) zoned(t instant.Time, at int) instant.Time {
	if t.Offset != instant.NoOffset || r.C.Zone == nil {
		return t
	}
	z, how := instant.InZone(t, r.C.Zone)
	if how != instant.Once {
		r.Find(telemetry.ErrTime, at, "a time that %v has twice or never, taken as the first or as if clocks had not gone forward", r.C.Zone)
	}
	z.Offset = instant.NoOffset // none was written
	return z
}

// EndEntity gives the rows from first on their entity, and a time to those without:
// that of the entity, or what the policy says. hint says what should have given it.
func (r *Reader) EndEntity(first int, id, typ []byte, at int, hint string) bool {
	b := r.B
	if l := r.C.Limits.Entries; b.Entities.Len() >= l || b.Attributes.Len() > l || b.Datasets.Len() > l || b.Units.Len() > l {
		r.Full = true
		return r.Fail(telemetry.ErrLimit, at, "more than %d entries in a dictionary; raise Limits.Entries", l)
	}
	code := b.Entities.Code(id, typ)
	for i := first; i < len(b.Entity); i++ {
		b.Entity[i] = code
	}
	return !r.times.static || r.fill(first, hint)
}

func (r *Reader) fill(first int, hint string) bool {
	b, own := r.B, r.times.row
	if own >= 0 && own < b.Len() {
		if from, to, flags, ok := r.entityTime(own); ok {
			for i := first; i < b.Len(); i++ {
				if b.Time[i] == telemetry.NoTime && i != own {
					b.Time[i], b.Detail[i].Offset, b.Detail[i].Precision = to.NS, to.Offset, telemetry.Precision(to.Precision)
					b.Detail[i].From = from
					b.Flags[i] = b.Flags[i]&^telemetry.TimeStatic | flags
				}
			}
		}
	}
	if r.C.Time == telemetry.TimeOptional {
		return true
	}
	for i := first; i < b.Len(); i++ {
		if b.Time[i] != telemetry.NoTime || i == own || b.Kind[i] == telemetry.Deleted {
			continue
		}
		if r.C.Time == telemetry.TimeRequired {
			return r.Fail(telemetry.ErrTime, int(b.Detail[i].Start-b.Origin.Offset), "the attribute %.80q has no %s", b.Attributes.Text(b.Attribute[i]), hint)
		}
		b.Time[i] = r.Received
		b.Flags[i] = b.Flags[i]&^telemetry.TimeStatic | telemetry.TimeReceived
	}
	return true
}

// entityTime is the time that row i tells: an instant, or an interval as start/end.
func (r *Reader) entityTime(i int) (from int64, to instant.Time, flags telemetry.Flags, ok bool) {
	b := r.B
	text := b.Text(i)
	at := int(b.Detail[i].Start - b.Origin.Offset)
	switch b.Kind[i] {
	case telemetry.Text:
	case telemetry.JSON:
		if text = r.typed(text); text == nil {
			return 0, to, 0, false
		}
	default:
		return 0, to, 0, false
	}
	begin, end, interval := bytes.Cut(text, []byte("/"))
	if !interval {
		end = begin
	}
	to, problem := instant.Parse(end)
	if problem != 0 {
		r.Find(telemetry.ErrTime, at, "%.60q is %s; the entity's attributes have no time by it", end, problem)
		return 0, to, 0, false
	}
	to = r.zoned(to, at)
	if !interval {
		return 0, to, 0, true
	}
	start, problem := instant.Parse(begin)
	start = r.zoned(start, at)
	if problem != 0 || start.NS > to.NS {
		r.Find(telemetry.ErrTime, at, "%.60q is no interval; the entity's attributes have no time by it", text)
		return 0, to, 0, false
	}
	return start.NS, to, telemetry.Interval, true
}

// typed is the @value of a JSON-LD value object, {"@type":"DateTime","@value":"…"}; nil if raw is
// none. It is valid until Sub is used again.
func (r *Reader) typed(raw []byte) (text []byte) {
	s := &r.Sub
	s.Reset(raw)
	if s.Kind() != jsonscan.Object {
		return nil
	}
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		if string(key) == "@value" && s.Kind() == jsonscan.String {
			v, _ := s.Text()
			text = append(r.small[:0], v...)
			continue
		}
		s.Skip()
	}
	return text
}
