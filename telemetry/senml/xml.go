package senml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
)

// namespace of SenML in XML.
const namespace = "urn:ietf:params:xml:ns:senml"

func (d *Decoder) decodeXML(src []byte) error {
	r := &d.run
	d.begin(false)
	if !utf8.Valid(src) {
		return r.Abort(r.Fail(telemetry.ErrUTF8, 0, "the text is not UTF-8"))
	}
	x := xml.NewDecoder(bytes.NewReader(src))
	x.CharsetReader = func(label string, _ io.Reader) (io.Reader, error) {
		return nil, errors.New("encoding " + label + " is not read; write UTF-8")
	}
	depth, root := 0, false
	for {
		at := int(x.InputOffset())
		token, err := x.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			if r.Record == 0 {
				r.Next()
			}
			return r.Refuse(r.Fail(telemetry.ErrSyntax, int(x.InputOffset()), "%v", err))
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			switch {
			case depth > r.Config.Limits.Depth:
				return r.Abort(r.Fail(telemetry.ErrLimit, at, "more than %d elements within each other", r.Config.Limits.Depth))
			case depth == 1 && (root || t.Name.Space != namespace || t.Name.Local != "sensml"):
				return r.Abort(r.Fail(telemetry.ErrType, at, "element %q of namespace %q; sensml of %q", t.Name.Local, t.Name.Space, namespace))
			case depth == 1:
				root = true
			case depth == 2 && t.Name.Space == namespace && t.Name.Local == "senml":
				r.Next()
				d.rec.reset(at)
				if done, err := d.next(d.fieldsXML(t.Attr), nil, 0); done {
					return err
				}
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(t)) > 0 {
				return r.Abort(r.Fail(telemetry.ErrSyntax, at, "text outside of elements"))
			}
		}
	}
	if !root {
		return r.Abort(r.Fail(telemetry.ErrSyntax, len(src), "the text ends where an element sensml should be"))
	}
	return nil
}

func (d *Decoder) fieldsXML(attrs []xml.Attr) (first *telemetry.Error) {
	rec, r := &d.rec, &d.run
	for _, a := range attrs {
		if a.Name.Space != "" || a.Name.Local == "xmlns" {
			continue
		}
		f := label([]byte(a.Name.Local))
		v := []byte(a.Value)
		var e *telemetry.Error
		if f == 0 {
			e = d.unknown([]byte(a.Name.Local), rec.at)
		} else if e = d.once(f, rec.at); e == nil {
			switch f {
			case hasN:
				rec.n = v
			case hasU:
				rec.u = v
			case hasBN:
				rec.bn = v
			case hasBU:
				rec.bu = v
			case hasVS, hasVD:
				rec.text = v
			case hasVB:
				switch string(bytes.TrimSpace(v)) {
				case "true", "1":
					rec.vb = true
				case "false", "0":
				default:
					e = r.Fail(telemetry.ErrType, rec.at, "vb is %.40q and should be true or false", v)
				}
			default:
				e = d.numberXML(f, bytes.TrimSpace(v))
			}
		}
		if first == nil {
			first = e
		}
	}
	return first
}

// numberXML reads an xs:double. INF and NaN are no values.
func (d *Decoder) numberXML(f fields, v []byte) (e *telemetry.Error) {
	rec, r := &d.rec, &d.run
	n, ok := jsonscan.ParseNumber(decoding.Decimal(v))
	if !ok {
		kind := telemetry.ErrType
		if math.IsInf(n.Value, 0) {
			kind = telemetry.ErrValue
		}
		e = r.Fail(kind, rec.at, "%s is %.40q and should be a number within float64", f, v)
		if f == hasV && r.Config.Policy == telemetry.Keep && len(v) <= r.Config.Limits.Text {
			d.keep(rec, append([]byte(nil), v...), e)
			return nil
		}
		if f&hasBase != 0 {
			d.lose(e)
		}
		return e
	}
	switch f {
	case hasV:
		rec.v = n.Value
		if !n.Exact() {
			rec.digits = append(rec.digits, n.Raw...)
		}
	case hasBV:
		rec.bv = n.Value
	case hasBS:
		rec.bs = n.Value
	case hasS:
		rec.s = n.Value
	case hasUT:
		rec.ut = n.Raw
		if len(n.Raw) > 64 {
			return r.Fail(telemetry.ErrLimit, rec.at, "ut of %d digits, 64 allowed", len(n.Raw))
		}
	case hasVersion:
		return d.checkVersion(n.Value, rec.at)
	case hasT:
		rec.t, ok = nanoseconds(n.Raw)
	case hasBT:
		rec.bt, ok = nanoseconds(n.Raw)
	}
	if !ok {
		e = r.Fail(telemetry.ErrTime, rec.at, "%s of %.40s s is outside 1677 to 2262", f, n.Raw)
		if f&hasBase != 0 {
			d.lose(e)
		}
	}
	return e
}
