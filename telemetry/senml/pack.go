package senml

import (
	"bytes"
	"math"

	"github.com/almotacen/almotacen/telemetry"
)

// fields is a set of labels that a record has.
type fields uint16

const (
	hasBN fields = 1 << iota
	hasBT
	hasBU
	hasBV
	hasBS
	hasVersion
	hasN
	hasU
	hasV
	hasVS
	hasVB
	hasVD
	hasS
	hasT
	hasUT

	hasBase  = hasBN | hasBT | hasBU | hasBV | hasBS | hasVersion
	hasValue = hasV | hasVS | hasVB | hasVD
)

var labels = [...]string{"bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"}

// record is one record as it was written. Its texts are parts of the message, or of buf.
type record struct {
	has    fields
	at     int // byte where it begins
	bn, bu []byte
	n, u   []byte
	text   []byte // vs or vd
	ut     []byte // as a JSON number
	digits []byte // of v, if float64 does not hold them
	bt, t  int64  // nanoseconds
	bv, bs float64
	v, s   float64
	vb     bool
	coerce bool // v was no number, and is kept as text
	buf    []byte

	// Where t and v stand.
	tAt, tEnd, vAt, vEnd int
}

// keep is p, a text that will not last, in a place that does until the next record.
func (r *record) keep(p []byte) []byte {
	n := len(r.buf)
	r.buf = append(r.buf, p...)
	return r.buf[n:len(r.buf):len(r.buf)]
}

// reset begins a record. What has a label of its own is read only if has says so.
func (r *record) reset(at int) {
	r.has, r.at, r.coerce = 0, at, false
	r.t, r.v, r.s, r.vEnd = 0, 0, 0, 0
	r.digits, r.buf = r.digits[:0], r.buf[:0]
}

// base is the state that base fields carry from record to record.
type base struct {
	name      []byte
	unit      []byte
	time      int64
	value     float64
	sum       float64
	has       fields
	version   int
	separated bool // the name ends in a separator that splits it
	// Codes in the batch of this call; 0 is not known yet.
	entity, whole, unitCode uint32
}

// relative is the time below which a time is relative to now.
const relative = (1 << 28) * 1_000_000_000

// chars has 1 for the characters that a name may have, 2 for the ones it may begin with.
var chars = func() (t [256]uint8) {
	for _, c := range "-:./_" {
		t[c] = 1
	}
	for c := range 256 {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			t[c] = 3
		}
	}
	return t
}()

func allowed(p []byte) bool {
	ok := uint8(1)
	for _, c := range p {
		ok &= chars[c]
	}
	return ok == 1
}

// add resolves rec and appends its rows.
func (d *Decoder) add(rec *record) *telemetry.Error {
	if e := d.setBase(rec); e != nil {
		d.lost = true // records after it cannot be resolved
		return e
	}
	r, b := &d.run, &d.base
	if rec.has&^hasBase == 0 {
		return nil
	}
	values := rec.has & hasValue
	if values&(values-1) != 0 {
		return r.Fail(telemetry.ErrDuplicate, rec.at, "more than one of v, vs, vb and vd")
	}
	sum := rec.has&hasS != 0 || b.has&hasBS != 0 && values&^hasV == 0
	if values == 0 && rec.has&hasS == 0 && b.has&hasBV != 0 {
		values = hasV
	}
	if values == 0 && !sum {
		return r.Fail(telemetry.ErrMissing, rec.at, "no value: one of v, vs, vb, vd or s")
	}
	row := &d.row
	row.Detail.Record, row.Detail.Start = uint32(r.Number()), r.Start(rec.at)
	if e := d.name(rec, row); e != nil {
		return e
	}
	row.Flags = 0
	if e := d.time(rec, row); e != nil {
		return e
	}
	unit := rec.u
	switch {
	case rec.has&hasU != 0:
		if len(unit) > r.Config.Limits.Name {
			return r.Fail(telemetry.ErrLimit, rec.at, "a unit of %d bytes, %d allowed; raise Limits.Name", len(unit), r.Config.Limits.Name)
		}
		row.UnitRef = d.unit(unit, rec.at)
	default:
		unit = b.unit
		if b.unitCode == 0 {
			b.unitCode = r.Unit(telemetry.SenML, unit, rec.at)
		}
		row.UnitRef = b.unitCode
	}
	if values != 0 {
		if e := d.value(rec, values, row); e != nil {
			return e
		}
	}
	if sum {
		s := rec.s + b.sum
		if math.IsInf(s, 0) {
			return r.Fail(telemetry.ErrValue, rec.at, "the sum is beyond float64")
		}
		row.Kind, row.Number, row.Dataset = telemetry.Number, s, r.Batch.Datasets.Code(sumDataset)
		row.UnitRef = d.unitTimesSecond(unit, rec.at)
		row.Flags &^= telemetry.Coerced
		row.Detail.Ref, row.Detail.Meta = telemetry.Span{}, d.meta(rec, false)
		r.Batch.Append(row)
		row.Dataset = 0
	}
	return nil
}

var sumDataset = []byte("sum")

func (d *Decoder) value(rec *record, kind fields, row *telemetry.Row) *telemetry.Error {
	r, b := &d.run, d.run.Batch
	row.Number, row.Detail.Ref = 0, telemetry.Span{}
	switch kind {
	case hasV:
		v := rec.v
		if d.base.has&hasBV != 0 {
			v += d.base.value
			rec.digits = rec.digits[:0]
		}
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return r.Fail(telemetry.ErrValue, rec.at, "the value is beyond float64")
		}
		row.Kind, row.Number = telemetry.Number, v
		if len(rec.digits) > 0 {
			row.Detail.Ref = b.PutText(rec.digits)
		}
		if rec.coerce {
			row.Kind, row.Number, row.Flags = telemetry.Text, 0, row.Flags|telemetry.Coerced
			row.Detail.Ref = b.PutText(rec.text)
		}
	case hasVB:
		row.Kind = telemetry.Bool
		if rec.vb {
			row.Number = 1
		}
	case hasVD:
		if !base64url(rec.text) {
			return r.Fail(telemetry.ErrValue, rec.at, "vd %.40q is not base64url without padding", rec.text)
		}
		fallthrough
	default:
		if len(rec.text) > r.Config.Limits.Text {
			return r.Fail(telemetry.ErrLimit, rec.at, "a text of %d bytes, %d allowed; raise Limits.Text", len(rec.text), r.Config.Limits.Text)
		}
		row.Kind, row.Detail.Ref = telemetry.Text, b.PutText(rec.text)
	}
	row.Detail.Meta = d.meta(rec, kind == hasVD)
	b.Append(row)
	return nil
}

// meta stores what the model has no lane for.
func (d *Decoder) meta(rec *record, data bool) telemetry.Span {
	if rec.has&hasUT == 0 && !data {
		return telemetry.Span{}
	}
	m := append(d.scratch[:0], '{')
	if data {
		m = append(m, `"encoding":"base64url"`...)
	}
	if rec.has&hasUT != 0 {
		if data {
			m = append(m, ',')
		}
		m = append(append(m, `"ut":`...), rec.ut...)
	}
	d.scratch = append(m, '}')
	return d.run.Batch.PutText(d.scratch)
}

// base64url reports whether p is RFC 4648, section 5, without padding.
func base64url(p []byte) bool {
	if len(p)%4 == 1 {
		return false
	}
	for _, c := range p {
		if chars[c]&2 == 0 && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// setBase takes over the base fields of rec.
func (d *Decoder) setBase(rec *record) *telemetry.Error {
	if rec.has&hasBase == 0 {
		return nil
	}
	r, b := &d.run, &d.base
	if rec.has&hasBN != 0 {
		if !allowed(rec.bn) || len(rec.bn) > 0 && chars[rec.bn[0]]&2 == 0 {
			return r.Fail(telemetry.ErrName, rec.at, "base name %.60q; letters, digits and - : . / _ after a letter or digit", rec.bn)
		}
		if len(rec.bn) > r.Config.Limits.Name {
			return r.Fail(telemetry.ErrLimit, rec.at, "a base name of %d bytes, %d allowed; raise Limits.Name", len(rec.bn), r.Config.Limits.Name)
		}
		b.name = append(b.name[:0], rec.bn...)
		b.entity, b.whole = 0, 0
		n := len(b.name)
		b.separated = n > 1 && (b.name[n-1] == '/' || b.name[n-1] == ':' && b.name[n-2] != '/')
	}
	if rec.has&hasBU != 0 {
		if len(rec.bu) > r.Config.Limits.Name {
			return r.Fail(telemetry.ErrLimit, rec.at, "a unit of %d bytes, %d allowed; raise Limits.Name", len(rec.bu), r.Config.Limits.Name)
		}
		b.unit = append(b.unit[:0], rec.bu...)
		b.unitCode = 0
	}
	if rec.has&hasBT != 0 {
		b.time = rec.bt
	}
	if rec.has&hasBV != 0 {
		b.value = rec.bv
	}
	if rec.has&hasBS != 0 {
		b.sum = rec.bs
	}
	b.has |= rec.has & hasBase
	return nil
}

// split is where the name of an attribute begins in a resolved name, and how long the
// entity's is; 0, 0: all is the attribute; len, len: all is the entity.
func split(name []byte) (entity, attribute int) {
	k := bytes.LastIndexAny(name, ":/")
	switch {
	case k < 0:
		return 0, 0
	case k == 0 || k+1 == len(name) || chars[name[k+1]]&2 == 0 || name[k+1] <= '9':
		return len(name), len(name)
	case name[k] == '/':
		return k + 1, k + 1
	case name[k-1] == '/', bytes.HasPrefix(name, urn) && bytes.Count(name[:k], urn[3:]) < 3:
		return len(name), len(name)
	}
	return k, k + 1
}

var urn = []byte("urn:")

// name sets entity and attribute.
func (d *Decoder) name(rec *record, row *telemetry.Row) *telemetry.Error {
	r, b, dst := &d.run, &d.base, d.run.Batch
	n := rec.n
	row.Entity, row.Attribute = 0, 0
	if rec.has&hasN == 0 || len(n) == 0 {
		if len(b.name) == 0 {
			return r.Fail(telemetry.ErrName, rec.at, "no name: neither n nor bn")
		}
		if b.whole == 0 {
			b.whole = dst.Entities.Code(b.name, nil)
		}
		row.Entity = b.whole
		return nil
	}
	if b.separated && b.entity != 0 {
		// Names repeat; one met before is right.
		if k := &d.recent[len(n)%len(d.recent)]; string(n) == k.text && dst.Attributes.Text(k.code) == k.text {
			row.Entity, row.Attribute = b.entity, k.code
			return nil
		}
	}
	if !allowed(n) || len(b.name) == 0 && chars[n[0]]&2 == 0 {
		return r.Fail(telemetry.ErrName, rec.at, "name %.60q; letters, digits and - : . / _ after a letter or digit", n)
	}
	if len(b.name)+len(n) > r.Config.Limits.Name {
		return r.Fail(telemetry.ErrLimit, rec.at, "a name of %d bytes, %d allowed; raise Limits.Name", len(b.name)+len(n), r.Config.Limits.Name)
	}
	switch {
	case b.separated:
		if b.entity == 0 {
			b.entity = dst.Entities.Code(bytes.TrimSuffix(b.name, urn[3:]), nil)
		}
		row.Entity, row.Attribute = b.entity, dst.Attributes.Code(n)
		d.recent[len(n)%len(d.recent)] = recent{dst.Attributes.Text(row.Attribute), row.Attribute}
	case len(b.name) > 0:
		d.scratch = append(append(d.scratch[:0], b.name...), n...)
		row.Entity = dst.Entities.Code(d.scratch, nil)
	default:
		row.Entity, row.Attribute = d.resolved(n)
	}
	return nil
}

// recent is a text met before and its code, right if the batch says so.
type recent struct {
	text string
	code uint32
}

// unit is the code of a unit that a record has of its own.
func (d *Decoder) unit(u []byte, at int) uint32 {
	if len(u) == 0 {
		return 0
	}
	units := &d.run.Batch.Units
	k := &d.units[len(u)%len(d.units)]
	if string(u) == k.text {
		if ref := units.At(k.code); ref.System == telemetry.SenML && ref.Given == k.text {
			return k.code
		}
	}
	code := d.run.Unit(telemetry.SenML, u, at)
	*k = recent{units.At(code).Given, code}
	return code
}

// resolved is the entity and attribute of a name without a base.
func (d *Decoder) resolved(n []byte) (entity, attribute uint32) {
	dst := d.run.Batch
	code, ok := d.names.Lookup(n)
	if ok {
		k := &d.known[code-1]
		if dst.Entities.At(k.e).ID != k.entity || dst.Attributes.Text(k.a) != k.attribute {
			k.e, k.a = dst.Entities.Code([]byte(k.entity), nil), dst.Attributes.Code([]byte(k.attribute))
		}
		return k.e, k.a
	}
	e, a := split(n)
	k := known{e: dst.Entities.Code(n[:e], nil), a: dst.Attributes.Code(n[a:])}
	if len(d.known) < maxKnown {
		k.entity, k.attribute = dst.Entities.At(k.e).ID, dst.Attributes.Text(k.a)
		d.names.Code(n)
		d.known = append(d.known, k)
	}
	return k.e, k.a
}

// known is the meaning of a name met before.
type known struct {
	entity, attribute string
	e, a              uint32 // their codes, right if the batch says so
}

const maxKnown = 65_536

// time sets the time of a row.
func (d *Decoder) time(rec *record, row *telemetry.Row) *telemetry.Error {
	r := &d.run
	t := d.base.time + rec.t
	if d.base.time != 0 && (t > rec.t) != (d.base.time > 0) {
		return r.Fail(telemetry.ErrTime, rec.at, "base time and time together are outside 1677 to 2262")
	}
	switch {
	case t == 0:
		row.Detail.Precision = telemetry.Nanosecond
		return r.NoTime(row, rec.at)
	case t < relative:
		if r.Received == telemetry.NoTime {
			return r.Fail(telemetry.ErrTime, rec.at, "a time relative to now, of %g s, and no clock; set Config.Clock", float64(t)/1e9)
		}
		row.Flags |= telemetry.TimeReceived
		sum := r.Received + t
		if (sum > t) != (r.Received > 0) {
			return r.Fail(telemetry.ErrTime, rec.at, "a time relative to now, of %g s, is outside 1677 to 2262", float64(t)/1e9)
		}
		t = sum
	}
	row.Time, row.Detail.Precision = t, precision(t)
	return nil
}

// unitTimesSecond is the unit of a sum, in UCUM; none if that of the values is not known.
func (d *Decoder) unitTimesSecond(unit []byte, at int) uint32 {
	if len(unit) == 0 {
		return 0
	}
	if d.sums.given != string(unit) {
		u, ok := telemetry.ResolveUnit(telemetry.SenML, string(unit))
		if !ok {
			return 0
		}
		d.sums = sumUnit{string(unit), timesSecond(u.String())}
	}
	d.scratch = append(d.scratch[:0], d.sums.ucum...)
	return d.run.Unit(telemetry.UCUM, d.scratch, at)
}

// sumUnit is the last unit of a sum.
type sumUnit struct{ given, ucum string }

func timesSecond(code string) string {
	switch {
	case code == "1":
		return "s"
	case code[0] == '/':
		return "s" + code
	}
	return "s." + code
}
