package sentilo

import (
	"github.com/almotacen/almotacen/internal/instant"
	"github.com/almotacen/almotacen/telemetry"
)

// zones are the abbreviations that are taken, with their offsets.
var zones = [...]struct{ name, offset string }{
	{"Z", "Z"}, {"z", "Z"}, {"UTC", "Z"}, {"GMT", "Z"}, {"WET", "Z"}, {"CET", "+01:00"}, {"WEST", "+01:00"}, {"CEST", "+02:00"}, {"EET", "+02:00"}, {"EEST", "+03:00"},
}

// timestamp reads dd/MM/yyyyTHH:mm:ss with an optional zone into a row.
func (d *Decoder) timestamp(text []byte, row *telemetry.Row, at int) *telemetry.Error {
	r := &d.run
	bad := func() *telemetry.Error {
		return r.Fail(telemetry.ErrTime, at, "timestamp %.60q; write dd/MM/yyyyTHH:mm:ss, as 17/09/2012T12:34:45+0200", text)
	}
	if len(text) < 19 || text[2] != '/' || text[5] != '/' || text[10] != 'T' || text[13] != ':' || text[16] != ':' {
		return bad()
	}
	// The same in the order of ISO 8601.
	p := append(d.scratch[:0], text[6:10]...)
	p = append(append(p, '-'), text[3:5]...)
	p = append(append(p, '-'), text[0:2]...)
	p = append(p, text[10:19]...)
	zone := text[19:]
	for len(zone) > 0 && zone[0] == ' ' {
		zone = zone[1:]
	}
	if len(zone) > 3 && string(zone[:3]) == "GMT" {
		zone = zone[3:]
	}
	offset := zone
	for _, z := range zones {
		if string(zone) == z.name {
			p = append(p, z.offset...)
			offset = nil
			break
		}
	}
	if len(offset) > 0 && offset[0] != '+' && offset[0] != '-' {
		return bad()
	}
	p = append(p, offset...)
	d.scratch = p
	t, problem := instant.Parse(p)
	switch problem {
	case 0:
	case instant.Syntax:
		return bad()
	default:
		return r.Fail(telemetry.ErrTime, at, "timestamp %.60q is %s", text, problem)
	}
	return r.Civil(t, text, row, at)
}

// appendTimestamp writes a time, with its offset if one was written.
func appendTimestamp(dst []byte, ns int64, offset int16) []byte {
	sec := ns / 1_000_000_000
	if ns%1_000_000_000 < 0 {
		sec--
	}
	iso := instant.Append(make([]byte, 0, 32), instant.Time{NS: sec * 1_000_000_000, Offset: offset, Precision: instant.Second})
	dst = append(append(dst, iso[8:10]...), '/')
	dst = append(append(dst, iso[5:7]...), '/')
	dst = append(append(dst, iso[:4]...), iso[10:19]...)
	if zone := iso[19:]; len(zone) == 6 { // +02:00
		dst = append(append(dst, zone[:3]...), zone[4:]...)
	} else {
		dst = append(dst, zone...)
	}
	return dst
}
