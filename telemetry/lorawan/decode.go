package lorawan

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
	"github.com/almotacen/almotacen/telemetry/lpp"
)

// Decoder reads messages of network servers. It is for one goroutine at a time.
type Decoder struct {
	c      Config
	r      jsonrec.Reader
	record func() bool
	m      message
	rows   Rows
	path   []byte // name of the member being read
	hex    []byte

	seed  maphash.Seed
	seen  map[frame]int64 // time of the uplink
	ring  []frame         // the last frames noted
	noted int             // frames noted in all: the next is at noted % maxSeen
	call  int             // of them by the last call
}

// frame is a device, hashed, and a counter.
type frame struct {
	device  uint64
	counter int64
}

const maxSeen = 65_536

// NewDecoder makes a decoder.
func NewDecoder(c Config) *Decoder {
	c.Limits = c.Limits.WithDefaults()
	if c.EntityType == "" {
		c.EntityType = "Device"
	}
	if c.Duplicates == 0 {
		c.Duplicates = 5 * time.Minute
	}
	d := &Decoder{c: c, r: jsonrec.Reader{Format: name, C: c.Config}, seed: maphash.MakeSeed(), seen: map[frame]int64{}}
	d.record = d.readMessage
	d.rows = Rows{r: &d.r, limits: c.Limits}
	return d
}

// Decode appends the rows of a message, or of an array of them. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	d.call = 0
	if err := d.r.Begin(dst, src); err != nil {
		return err
	}
	err := d.r.End(d.r.Message(d.record))
	if err != nil {
		d.Forget()
	}
	return err
}

// Forget takes back which uplinks the last Decode noted as met, so that they are not duplicates
// when they come again: for when the rows could not be stored. (Of more than 65,536 uplinks, the
// last.)
func (d *Decoder) Forget() {
	for range min(d.call, maxSeen) {
		d.noted--
		delete(d.seen, d.ring[d.noted%maxSeen])
	}
	d.call = 0
}

// met reports whether an uplink was met before.
func (d *Decoder) met(f frame, at int64) bool {
	t, met := d.seen[f]
	return met && (t == telemetry.NoTime || at == telemetry.NoTime || max(t, at)-min(t, at) <= int64(d.c.Duplicates))
}

// note notes an uplink as met.
func (d *Decoder) note(f frame, at int64) {
	i := d.noted % maxSeen
	if i == len(d.ring) {
		d.ring = append(d.ring, f)
	} else {
		delete(d.seen, d.ring[i])
		d.ring[i] = f
	}
	d.seen[f] = at
	d.noted++
	d.call++
}

// readMessage reads one message as a record.
func (d *Decoder) readMessage() bool {
	s, m := &d.r.S, &d.m
	s.Kind()
	at := s.Offset()
	m.reset()
	if s.Kind() != jsonscan.Object {
		return d.r.Wrong("a message of a network server", jsonscan.Object)
	}
	if !m.read(d) {
		return false
	}
	u := &m.Uplink
	switch {
	case u.Server == "":
		return d.r.Fail(telemetry.ErrUnknown, at, "no message of The Things Stack, ChirpStack, Actility or Loriot; it should have end_device_ids, deviceInfo, DevEUI_uplink or cmd")
	case m.other != "":
		d.r.Find(telemetry.ErrUnsupported, at, "%s of device %.60q is not an observation", m.other, u.Device)
		return true
	case len(u.Device) == 0:
		return d.r.Fail(telemetry.ErrMissing, at, "an uplink without the id of its device")
	case len(u.Device) > d.c.Limits.Name:
		return d.r.Fail(telemetry.ErrLimit, at, "a device id of %d bytes; raise Limits.Name", len(u.Device))
	case m.encrypted:
		d.r.Find(telemetry.ErrUnsupported, at, "the payload of device %.60q is encrypted; give the network server its application key", u.Device)
		return true
	}
	if !m.decodePayload(d) {
		return false
	}
	f := frame{maphash.Bytes(d.seed, u.Device), u.Counter}
	counted := u.Counter >= 0 && d.c.Duplicates > 0
	if counted && d.met(f, u.Time) {
		d.r.Find(telemetry.ErrDuplicate, at, "uplink %d of device %.60q was met before", u.Counter, u.Device)
		return true
	}
	if !d.emit(at) {
		return false
	}
	if counted {
		d.note(f, u.Time)
	}
	return true
}

// emit appends the rows of the uplink.
func (d *Decoder) emit(at int) bool {
	m, b := &d.m, d.r.B
	u := &m.Uplink
	l := &d.c.Limits
	if b.Entities.Len() >= l.Entries || b.Attributes.Len() > l.Entries || b.Datasets.Len() > l.Entries || b.Units.Len() > l.Entries {
		d.r.Full = true
		return d.r.Fail(telemetry.ErrLimit, at, "more than %d entries in a dictionary; raise Limits.Entries", l.Entries)
	}
	row := telemetry.Row{Time: u.Time, Entity: b.Entities.Code(u.Device, []byte(d.c.EntityType))}
	row.Detail = telemetry.Detail{
		Offset: m.offset, Precision: m.precision, Start: b.Origin.Offset + int64(at),
		Record: b.Origin.Record + uint32(d.r.Record), Source: d.r.Source,
	}
	if u.Time == telemetry.NoTime {
		row.Detail.Offset = telemetry.NoOffset
		switch d.c.Time {
		case telemetry.TimeRequired:
			return d.r.Fail(telemetry.ErrTime, at, "an uplink of device %.60q without time", u.Device)
		case telemetry.TimeOfReceipt:
			row.Time, row.Flags = d.r.Received, telemetry.TimeReceived
		default:
			row.Flags = telemetry.TimeStatic
		}
	}
	row.Detail.Meta = m.meta(b)
	first := b.Len()
	if d.c.Codec != nil {
		d.rows.row, d.rows.err = row, nil
		known, err := d.c.Codec(u, &d.rows)
		if err == nil {
			err = d.rows.err
		}
		switch {
		case err != nil:
			if e, ok := errors.AsType[*telemetry.Error](err); ok {
				return d.r.Fail(e.Kind, at, "device %.60q, port %d: %s", u.Device, u.Port, e.Msg)
			}
			return d.r.Fail(telemetry.ErrValue, at, "device %.60q, port %d: the codec says: %v", u.Device, u.Port, err)
		case known:
			return true
		case b.Len() > first:
			return d.r.Fail(telemetry.ErrConfig, at, "the codec appended rows of device %.60q, and says that it does not know it", u.Device)
		}
	}
	switch {
	case m.hasObject:
		end := d.r.S.Mark()
		d.r.S.Back(m.object)
		d.path = d.path[:0]
		if !d.members(row) {
			return false
		}
		d.r.S.Back(end)
		return true
	case d.c.LPP && len(u.Payload) > 0:
		return d.lpp(row, at)
	case len(u.Payload) == 0:
		d.r.Find(telemetry.ErrMissing, at, "an uplink of device %.60q without a payload", u.Device)
		return true
	}
	d.hex = hex.AppendEncode(d.hex[:0], u.Payload)
	row.Kind, row.Detail.Ref = telemetry.Text, b.PutText(d.hex)
	row.Attribute = b.Attributes.Code([]byte("payload"))
	b.Append(&row)
	d.r.Find(telemetry.ErrUnsupported, at, "nothing decodes the payload of device %.60q, port %d; it is kept in hexadecimal (Config.Codec, Config.LPP)", u.Device, u.Port)
	return true
}

// lpp appends the values of a Cayenne LPP payload; under Skip and Keep those before an error
// stay.
func (d *Decoder) lpp(row telemetry.Row, at int) bool {
	start := row.Detail.Start
	first := d.r.B.Len()
	err := lpp.Append(d.r.B, d.m.Payload, row, d.c.Limits)
	for i := first; i < d.r.B.Len(); i++ {
		d.r.B.Detail[i].Start = start // the payload is text here
	}
	e, ok := errors.AsType[*telemetry.Error](err)
	if !ok {
		return true
	}
	msg := fmt.Sprintf("device %.60q, Cayenne LPP, byte %d of the payload: %s", d.m.Device, e.Offset, e.Msg)
	if d.c.Policy == telemetry.Stop {
		return d.r.Fail(e.Kind, at, "%s", msg)
	}
	d.r.Find(e.Kind, at, "%s; what comes before it is kept", msg)
	return true
}

// members appends the rows of the decoded object that comes next.
func (d *Decoder) members(row telemetry.Row) bool {
	s := &d.r.S
	s.Object()
	base := len(d.path)
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		d.path = d.path[:base]
		if base > 0 {
			d.path = append(d.path, '.')
		}
		d.path = append(d.path, key...)
		if len(d.path) > d.c.Limits.Name || len(key) == 0 {
			return d.r.Fail(telemetry.ErrName, s.Offset(), "a member whose name is empty, or longer than Limits.Name: %.60q", d.path)
		}
		if !d.member(row) {
			return false
		}
	}
	return s.Err() == nil
}

// member appends the rows of the value that comes next.
func (d *Decoder) member(row telemetry.Row) bool {
	s, b := &d.r.S, d.r.B
	k := s.Kind()
	at := s.Offset()
	row.Detail.Start = b.Origin.Offset + int64(at)
	if k == jsonscan.Object {
		mark := s.Mark()
		if p, ok := d.place(); ok {
			row.Kind, row.Detail.Ref = telemetry.Point, b.PutPoint(p)
			row.Attribute = b.Attributes.Code(d.path)
			b.Append(&row)
			return true
		}
		s.Back(mark)
		return d.members(row)
	}
	if k == jsonscan.Array {
		raw, ok := s.Skip()
		if !ok || !d.r.JSON(&row, raw) {
			return false
		}
	} else if !d.r.Scalar(&row) {
		return false
	}
	row.Attribute = b.Attributes.Code(d.path)
	b.Append(&row)
	return true
}

// place reads an object that is a place and nothing else.
func (d *Decoder) place() (p telemetry.Position, ok bool) {
	s := &d.r.S
	s.Object()
	lat, lon := false, false
	for key, more := s.Key(); more; key, more = s.Key() {
		var to *float64
		switch string(key) {
		case "latitude":
			to, lat = &p.Lat, true
		case "longitude":
			to, lon = &p.Lon, true
		case "altitude":
			to, p.HasAlt = &p.Alt, true
		default:
			return p, false
		}
		if s.Kind() != jsonscan.Num {
			return p, false
		}
		n, ok := s.Number()
		if !ok {
			return p, false
		}
		*to = n.Value
	}
	return p, s.Err() == nil && lat && lon && jsonrec.OnGlobe(p.Lon, p.Lat)
}

// decodePayload turns the payload's text into bytes.
func (m *message) decodePayload(d *Decoder) bool {
	var err error
	if m.base64 {
		m.Payload, err = base64.StdEncoding.AppendDecode(m.Payload[:0], m.text)
	} else {
		m.Payload, err = hex.AppendDecode(m.Payload[:0], m.text)
	}
	if err != nil {
		coding := "hexadecimal"
		if m.base64 {
			coding = "base64"
		}
		return d.r.Fail(telemetry.ErrValue, m.textAt, "the payload %.60q is not %s: %v", m.text, coding, err)
	}
	return true
}
