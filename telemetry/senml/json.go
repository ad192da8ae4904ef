package senml

import (
	"bytes"
	"math"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

func (d *Decoder) decodeJSON(src []byte) error {
	s, r := &d.json, &d.run
	s.MaxDepth = r.Config.Limits.Depth
	s.Reset(src)
	defer s.Reset(nil)
	switch s.Kind() {
	case jsonscan.Object:
		d.begin(true)
		if done, err := d.recordJSON(); done {
			return err
		}
	default:
		d.begin(false)
		s.Array()
		for s.More() {
			if end, n := d.repeat(src, s.Offset(), room); n > 0 {
				s.Advance(end)
				continue
			}
			if done, err := d.recordJSON(); done {
				return err
			}
		}
	}
	if e := s.End(); e != nil {
		// Of the record before it nothing is lost.
		if r.Config.Policy != telemetry.Stop || s.Kind() != jsonscan.Invalid || r.Record == 0 {
			r.Next()
		}
		return r.Refuse(jsonrec.Error(e, d.form, r.Config, r.Batch.Origin, r.Record))
	}
	return nil
}

func (d *Decoder) recordJSON() (done bool, err error) {
	s, r := &d.json, &d.run
	r.Next()
	k := s.Kind()
	mark, at := s.Mark(), s.Offset()
	d.rec.reset(at)
	var e *telemetry.Error
	if k == jsonscan.Object {
		e = d.fieldsJSON()
	} else if s.Skip(); s.Err() == nil {
		e = r.Fail(telemetry.ErrType, d.rec.at, "%s where a record, an object, should be", k)
	}
	if err := s.Err(); err != nil {
		if r.Config.Policy == telemetry.Stop {
			return false, nil // the end of the pack says it
		}
		e = jsonrec.Error(err, d.form, r.Config, r.Batch.Origin, r.Record)
		if !s.Leap(mark) {
			return true, r.Refuse(e)
		}
		// The record cannot be read, but what follows can, unless it had base fields.
		d.rec.reset(at)
		raw := s.Source()[at:s.Offset()]
		d.lost = bytes.Contains(raw, []byte(`"b`)) || bytes.Contains(raw, []byte(`\u`))
	}
	return d.next(e, s.Source(), s.Offset())
}

// fieldsJSON reads a record into d.rec; the first thing wrong with it is the error.
func (d *Decoder) fieldsJSON() (first *telemetry.Error) {
	s, rec := &d.json, &d.rec
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		f := label(key)
		s.Kind()
		at := s.Offset()
		if f == 0 {
			e := d.unknown(key, at)
			s.Skip()
			if first == nil {
				first = e
			}
			continue
		}
		var e *telemetry.Error
		if rec.has&f != 0 {
			e = d.once(f, at)
		}
		rec.has |= f
		if e == nil {
			switch f {
			case hasN:
				rec.n, e = d.textJSON(f)
			case hasV:
				e = d.numberV(at)
				rec.vAt, rec.vEnd = at, s.Offset()
			case hasT:
				rec.t, e = d.secondsJSON(f)
				rec.tAt, rec.tEnd = at, s.Offset()
			case hasU:
				rec.u, e = d.textJSON(f)
			case hasBN:
				rec.bn, e = d.textJSON(f)
			case hasBU:
				rec.bu, e = d.textJSON(f)
			case hasVS, hasVD:
				rec.text, e = d.textJSON(f)
			case hasBT:
				rec.bt, e = d.secondsJSON(f)
			case hasBV:
				rec.bv, e = d.numberJSON(f)
			case hasBS:
				rec.bs, e = d.numberJSON(f)
			case hasS:
				rec.s, e = d.numberJSON(f)
			case hasUT:
				if n, ok := d.number(f, &e); ok {
					rec.ut = n.Raw
					if len(n.Raw) > 64 {
						e = d.run.Fail(telemetry.ErrLimit, at, "ut of %d digits, 64 allowed", len(n.Raw))
					}
				}
			case hasVersion:
				var v float64
				if v, e = d.numberJSON(f); e == nil {
					e = d.checkVersion(v, at)
				}
			case hasVB:
				if s.Kind() != jsonscan.Bool {
					e = d.wrongJSON(f, jsonscan.Bool)
				} else {
					rec.vb, _ = s.Bool()
				}
			}
		} else {
			s.Skip()
		}
		if first == nil {
			first = e
		}
	}
	return first
}

func label(key []byte) fields {
	switch string(key) {
	case "n":
		return hasN
	case "v":
		return hasV
	case "t":
		return hasT
	case "u":
		return hasU
	case "bn":
		return hasBN
	case "bt":
		return hasBT
	case "bu":
		return hasBU
	case "vs":
		return hasVS
	case "vb":
		return hasVB
	case "s":
		return hasS
	case "vd":
		return hasVD
	case "ut":
		return hasUT
	case "bv":
		return hasBV
	case "bs":
		return hasBS
	case "bver":
		return hasVersion
	}
	return 0
}

// wrongJSON passes over a value of the wrong type.
func (d *Decoder) wrongJSON(f fields, want jsonscan.Kind) *telemetry.Error {
	s := &d.json
	k, at := s.Kind(), s.Offset()
	s.Skip()
	e := d.run.Fail(telemetry.ErrType, at, "%s is %s and should be %s", f, k, want)
	if f&hasBase != 0 {
		d.lose(e)
	}
	return e
}

func (d *Decoder) textJSON(f fields) ([]byte, *telemetry.Error) {
	s := &d.json
	if s.Kind() != jsonscan.String {
		return nil, d.wrongJSON(f, jsonscan.String)
	}
	text, _ := s.Text()
	// A text without escapes is part of the message.
	if p := s.Offset() - 1 - len(text); len(text) > 0 && p >= 0 && &text[0] != &s.Source()[p] {
		text = d.rec.keep(text)
	}
	return text, nil
}

func (d *Decoder) number(f fields, e **telemetry.Error) (jsonscan.Number, bool) {
	if d.json.Kind() != jsonscan.Num {
		*e = d.wrongJSON(f, jsonscan.Num)
		return jsonscan.Number{}, false
	}
	return d.json.NumberOrInf()
}

func (d *Decoder) numberJSON(f fields) (float64, *telemetry.Error) {
	var e *telemetry.Error
	n, ok := d.number(f, &e)
	if ok && math.IsInf(n.Value, 0) {
		e = d.run.Fail(telemetry.ErrValue, d.json.Offset()-len(n.Raw), "%s of %.40s is beyond float64", f, n.Raw)
		if f&hasBase != 0 {
			d.lose(e)
		}
	}
	return n.Value, e
}

func (d *Decoder) secondsJSON(f fields) (int64, *telemetry.Error) {
	var e *telemetry.Error
	n, ok := d.number(f, &e)
	if !ok {
		return 0, e
	}
	ns, ok := secondsText(n.Value, n.Raw)
	if !ok {
		e = d.run.Fail(telemetry.ErrTime, d.json.Offset()-len(n.Raw), "%s of %.40s s is outside 1677 to 2262", f, n.Raw)
		if f&hasBase != 0 {
			d.lose(e)
		}
	}
	return ns, e
}

// secondsText is the seconds that a JSON number is, in nanoseconds; false if they do not fit.
func secondsText(v float64, raw []byte) (ns int64, ok bool) {
	if v == math.Trunc(v) && math.Abs(v) < 9.2e9 && len(raw) < 16 {
		return int64(v) * 1_000_000_000, true
	}
	return nanoseconds(raw)
}

// numberV reads v.
func (d *Decoder) numberV(at int) *telemetry.Error {
	s, rec, r := &d.json, &d.rec, &d.run
	if s.Kind() != jsonscan.Num {
		raw, _ := s.Skip()
		e := r.Fail(telemetry.ErrType, at, "%.40q, v, is no number", raw)
		if r.Config.Policy != telemetry.Keep || len(raw) > r.Config.Limits.Text {
			return e
		}
		d.keep(rec, raw, e)
		return nil
	}
	n, ok := s.NumberOrInf()
	if !ok {
		return nil
	}
	rec.v = n.Value
	switch {
	case math.IsInf(n.Value, 0):
		e := r.Fail(telemetry.ErrValue, at, "v of %.40s is beyond float64", n.Raw)
		if r.Config.Policy != telemetry.Keep || len(n.Raw) > r.Config.Limits.Text {
			return e
		}
		rec.v = 0
		d.keep(rec, n.Raw, e)
	case !n.Exact():
		if len(n.Raw) > r.Config.Limits.Text {
			return r.Fail(telemetry.ErrLimit, at, "a number of %d digits, %d allowed; raise Limits.Text", len(n.Raw), r.Config.Limits.Text)
		}
		rec.digits = append(rec.digits, n.Raw...)
	}
	return nil
}

// keep keeps v as text.
func (d *Decoder) keep(rec *record, raw []byte, e *telemetry.Error) {
	rec.coerce = true
	if len(raw) > 0 && raw[0] == '"' {
		var s jsonscan.Scanner
		s.Reset(raw)
		raw, _ = s.Text()
	}
	rec.text = append([]byte(nil), raw...)
	d.run.Note(e)
}
