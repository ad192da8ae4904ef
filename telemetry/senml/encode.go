package senml

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Encoder writes packs. It may be used by many goroutines.
type Encoder struct {
	Form     Form
	Resolved bool // resolved records in the order of time (RFC 8428, 4.6): no base fields
}

// Append appends a pack with a record for each row. A row that SenML cannot hold is left
// out and counted in the losses: a gap, a deletion, a geometry, one without any name, a text
// with control characters in XML. Characters that a name may not have become "_". The
// error is ErrUnsupported for EXI.
func (e Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	w := writer{form: e.Form, resolved: e.Resolved, b: b, units: map[unitKey]string{}}
	if e.Form >= EXI {
		return dst, nil, &telemetry.Error{Kind: telemetry.ErrUnsupported, Format: formName(e.Form), Offset: -1, Msg: "SenML in EXI is not written; use CBOR"}
	}
	var rows []int
	for i := range b.Len() {
		if w.fits(i) {
			rows = append(rows, i)
		}
	}
	if e.Resolved {
		slices.SortStableFunc(rows, func(i, j int) int {
			return compare(b.Time[i], b.Time[j])
		})
	}
	w.dst = dst
	w.open(len(rows))
	for k, i := range rows {
		w.record(k, i)
	}
	w.close()
	return w.dst, w.losses, nil
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

type writer struct {
	form     Form
	resolved bool
	dst      []byte
	b        *telemetry.Batch
	losses   telemetry.Losses
	units    map[unitKey]string // SenML code of a unit
	base     string             // base name in force
	full     []byte
}

// fits counts what is lost of row i; false if it is the row.
func (w *writer) fits(i int) bool {
	b, d := w.b, &w.b.Detail[i]
	switch b.Kind[i] {
	case telemetry.Deleted:
		w.losses.Add(telemetry.LossDeletion, i)
		return false
	case telemetry.None:
		w.losses.Add(telemetry.LossRow, i)
		return false
	case telemetry.Point, telemetry.Geometry:
		w.losses.Add(telemetry.LossGeometry, i)
		return false
	case telemetry.JSON:
		w.losses.Add(telemetry.LossType, i)
	}
	if b.Flags[i]&telemetry.Relation != 0 {
		w.losses.Add(telemetry.LossType, i)
	}
	e := b.Entities.At(b.Entity[i])
	name := b.Attributes.Text(b.Attribute[i])
	if e.ID == "" && name == "" || w.form == XML && !utf8Text(b.Text(i)) {
		w.losses.Add(telemetry.LossRow, i)
		return false
	}
	if e.Type != "" {
		w.losses.Add(telemetry.LossEntity, i)
	}
	if base, n := baseName(e.ID, name), name; !valid(base, n) {
		w.losses.Add(telemetry.LossName, i)
	} else if k, a := split([]byte(n)); e.ID == "" && (k != 0 || a != 0) {
		w.losses.Add(telemetry.LossEntity, i) // a reader will split it
	}
	if b.Dataset[i] != 0 && !w.isSum(i) {
		w.losses.Add(telemetry.LossDataset, i)
	}
	if b.Quality[i] != telemetry.QualityUnknown || d.Raw != 0 || b.Flags[i]&telemetry.TimeReceived != 0 {
		w.losses.Add(telemetry.LossQuality, i)
	}
	if b.Flags[i]&telemetry.Interval != 0 {
		w.losses.Add(telemetry.LossInterval, i)
	}
	if t := b.Time[i]; t != telemetry.NoTime {
		if t < relative {
			w.losses.Add(telemetry.LossTime, i)
		}
		if d.Offset != telemetry.NoOffset {
			w.losses.Add(telemetry.LossOffset, i)
		}
	}
	if d.Meta.Len > 0 {
		if _, _, all := metaOf(b.Bytes(d.Meta)); !all {
			w.losses.Add(telemetry.LossMeta, i)
		}
	}
	if ref := b.UnitRef[i]; ref != 0 {
		if u := b.Units.At(ref); w.unit(i) == "" || u.System != telemetry.SenML && !w.isSum(i) {
			w.losses.Add(telemetry.LossUnit, i)
		}
	}
	return true
}

// isSum reports whether row i is an integral over time.
func (w *writer) isSum(i int) bool {
	return w.b.Kind[i] == telemetry.Number && w.b.Datasets.Text(w.b.Dataset[i]) == string(sumDataset)
}

// unit is the SenML code of row i's unit, "" if there is none.
func (w *writer) unit(i int) string {
	ref := w.b.UnitRef[i]
	if ref == 0 {
		return ""
	}
	key := unitKey{ref, w.isSum(i)}
	code, ok := w.units[key]
	if !ok {
		u := w.b.Units.At(ref)
		code = u.Given
		if key.sum {
			code = sumUnitCode(u.Given)
		} else if u.System != telemetry.SenML {
			code, _ = telemetry.UnitCode(telemetry.SenML, u.Unit)
		}
		w.units[key] = code
	}
	return code
}

// unitKey is a unit, of values or of sums.
type unitKey struct {
	ref uint32
	sum bool
}

// sumUnitCode takes the second out of the unit of a sum, as timesSecond put it in.
func sumUnitCode(given string) string {
	code := "1"
	if rest, ok := strings.CutPrefix(given, "s."); ok {
		code = rest
	} else if rest, ok := strings.CutPrefix(given, "s/"); ok {
		code = "/" + rest
	} else if given != "s" {
		return ""
	}
	u, err := unit.Parse(code)
	if err != nil {
		return ""
	}
	code, _ = telemetry.UnitCode(telemetry.SenML, u)
	return code
}

// baseName is the base name before a name: with the colon that the decoder takes away.
func baseName(id, name string) string {
	if id == "" || name == "" || id[len(id)-1] == '/' {
		return id
	}
	return id + ":"
}

func valid(base, name string) bool {
	all := base
	if all == "" {
		all = name
	}
	return all != "" && chars[all[0]]&2 != 0 && allowed([]byte(base)) && allowed([]byte(name))
}

// clean replaces what a name may not have. first says that it begins the whole.
func clean(s string, first bool) string {
	out := []byte(s)
	for i, c := range out {
		if chars[c] == 0 {
			out[i] = '_'
		}
	}
	if first && len(out) > 0 && chars[out[0]]&2 == 0 {
		return "x" + string(out)
	}
	return string(out)
}

// metaOf reads what meta wrote; all is false if there is more.
func metaOf(raw []byte) (ut []byte, data, all bool) {
	var s jsonscan.Scanner
	s.Reset(raw)
	all = true
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		case "ut":
			if s.Kind() == jsonscan.Num {
				n, _ := s.Number()
				ut = n.Raw
				all = all && len(ut) <= 64
				continue
			}
		case "encoding":
			if s.Kind() == jsonscan.String {
				t, _ := s.Text()
				data = string(t) == "base64url"
				all = all && data
				continue
			}
		}
		s.Skip()
		all = false
	}
	return ut, data, all && s.End() == nil
}

// utf8Text reports whether XML can hold p.
func utf8Text(p []byte) bool {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff || r == utf8.RuneError && n == 1 {
			return false
		}
		p = p[n:]
	}
	return true
}

// record writes row i, record k of the pack.
func (w *writer) record(k, i int) {
	b, d := w.b, &w.b.Detail[i]
	e, n := b.Entities.At(b.Entity[i]), b.Attributes.Text(b.Attribute[i])
	base := baseName(e.ID, n)
	if !valid(base, n) {
		base = clean(base, true)
		n = clean(n, base == "")
	}
	ut, data, _ := metaOf(b.Bytes(d.Meta))
	value := hasVS
	switch {
	case w.isSum(i):
		value = hasS
	case b.Kind[i] == telemetry.Number:
		value = hasV
	case b.Kind[i] == telemetry.Bool:
		value = hasVB
	case data && base64url(b.Text(i)):
		value = hasVD
	}
	has := value
	if w.resolved {
		n, base = base+n, ""
	} else if base != w.base {
		has |= hasBN
		w.base = base
	}
	if n != "" {
		has |= hasN
	}
	u := w.unit(i)
	if u != "" {
		has |= hasU
	}
	if b.Time[i] != telemetry.NoTime && b.Time[i] >= relative {
		has |= hasT
	}
	if len(ut) > 0 && len(ut) <= 64 {
		has |= hasUT
	}
	w.begin(k, has)
	w.text(has, hasBN, base)
	w.text(has, hasN, n)
	w.text(has, hasU, u)
	if has&hasT != 0 {
		w.seconds(b.Time[i])
	}
	if has&hasUT != 0 {
		w.number(hasUT, 0, ut)
	}
	text := b.Text(i)
	switch value {
	case hasV, hasS:
		w.number(value, b.Number[i], text)
	case hasVB:
		w.bool(b.Number[i] != 0)
	default:
		w.textBytes(value, text)
	}
	w.end()
}

func (w *writer) open(n int) {
	switch w.form {
	case JSON:
		w.dst = append(w.dst, '[')
	case CBOR:
		w.dst = appendHead(w.dst, cborArray, uint64(n))
	case XML:
		w.dst = append(w.dst, `<sensml xmlns="`+namespace+`">`...)
	}
}

func (w *writer) close() {
	switch w.form {
	case JSON:
		w.dst = append(w.dst, ']')
	case XML:
		w.dst = append(w.dst, "</sensml>"...)
	}
}

func (w *writer) begin(k int, has fields) {
	switch w.form {
	case JSON:
		if k > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(w.dst, '{')
	case CBOR:
		n := 0
		for ; has != 0; has &= has - 1 {
			n++
		}
		w.dst = appendHead(w.dst, cborMap, uint64(n))
	case XML:
		w.dst = append(w.dst, "<senml"...)
	}
}

func (w *writer) end() {
	switch w.form {
	case JSON:
		w.dst = append(w.dst, '}')
	case XML:
		w.dst = append(w.dst, "/>"...)
	}
}

// label writes a label, and what stands before its value.
func (w *writer) label(f fields) {
	k := 0
	for f>>k != 1 {
		k++
	}
	switch w.form {
	case JSON:
		if w.dst[len(w.dst)-1] != '{' {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(append(append(w.dst, '"'), labels[k]...), '"', ':')
	case CBOR:
		for n, g := range cborLabels {
			if g == f {
				w.dst = appendInt(w.dst, int64(n)-6)
			}
		}
	case XML:
		w.dst = append(append(append(w.dst, ' '), labels[k]...), '=', '"')
	}
}

func (w *writer) text(has, f fields, s string) {
	if has&f != 0 {
		w.textBytes(f, []byte(s))
	}
}

func (w *writer) textBytes(f fields, p []byte) {
	w.label(f)
	switch w.form {
	case JSON:
		w.dst = jsonscan.AppendString(w.dst, p)
	case CBOR:
		if f == hasVD {
			data, _ := base64.RawURLEncoding.AppendDecode(nil, p)
			w.dst = append(appendHead(w.dst, cborBytes, uint64(len(data))), data...)
			return
		}
		w.dst = append(appendHead(w.dst, cborText, uint64(len(p))), p...)
	case XML:
		for _, c := range p {
			switch c {
			case '&':
				w.dst = append(w.dst, "&amp;"...)
			case '<':
				w.dst = append(w.dst, "&lt;"...)
			case '>':
				w.dst = append(w.dst, "&gt;"...)
			case '"':
				w.dst = append(w.dst, "&quot;"...)
			case '\t', '\n', '\r':
				w.dst = append(strconv.AppendInt(append(w.dst, "&#"...), int64(c), 10), ';')
			default:
				w.dst = append(w.dst, c)
			}
		}
		w.dst = append(w.dst, '"')
	}
}

func (w *writer) bool(v bool) {
	w.label(hasVB)
	switch w.form {
	case CBOR:
		if v {
			w.dst = append(w.dst, 0xf5)
		} else {
			w.dst = append(w.dst, 0xf4)
		}
	case XML:
		w.dst = append(strconv.AppendBool(w.dst, v), '"')
	default:
		w.dst = strconv.AppendBool(w.dst, v)
	}
}

// number writes a number: digits if there are some, that v only comes near.
func (w *writer) number(f fields, v float64, digits []byte) {
	w.label(f)
	if w.form == CBOR {
		if len(digits) > 0 {
			if out, ok := appendDecimal(w.dst, digits); ok {
				w.dst = out
				return
			}
		}
		w.dst = appendFloat(w.dst, v)
		return
	}
	if len(digits) > 0 {
		w.dst = append(w.dst, digits...)
	} else {
		w.dst = jsonscan.AppendNumber(w.dst, v)
	}
	if w.form == XML {
		w.dst = append(w.dst, '"')
	}
}

func (w *writer) seconds(ns int64) {
	w.label(hasT)
	if w.form != CBOR {
		w.dst = appendSeconds(w.dst, ns)
		if w.form == XML {
			w.dst = append(w.dst, '"')
		}
		return
	}
	if ns%1_000_000_000 == 0 {
		w.dst = appendInt(w.dst, ns/1_000_000_000)
		return
	}
	// A float64 is what all readers know; a decimal fraction only where it would not do.
	w.full = appendSeconds(w.full[:0], ns)
	f, _ := strconv.ParseFloat(string(w.full), 64)
	if back, ok := secondsOf(f); ok && back == ns {
		w.dst = appendFloat(w.dst, f)
		return
	}
	w.dst = appendInt(append(w.dst, 0xc4, 0x82), -9)
	w.dst = appendInt(w.dst, ns)
}

func appendHead(dst []byte, major uint8, n uint64) []byte {
	m := major << 5
	switch {
	case n < 24:
		return append(dst, m|byte(n))
	case n < 1<<8:
		return append(dst, m|24, byte(n))
	case n < 1<<16:
		return append(dst, m|25, byte(n>>8), byte(n))
	case n < 1<<32:
		return append(dst, m|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, m|27, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func appendInt(dst []byte, v int64) []byte {
	if v < 0 {
		return appendHead(dst, cborNegative, uint64(-1-v))
	}
	return appendHead(dst, cborUint, uint64(v))
}

// appendFloat writes the shortest integer or float that is v.
func appendFloat(dst []byte, v float64) []byte {
	if v == math.Trunc(v) && math.Abs(v) <= 1<<53 && (v != 0 || !math.Signbit(v)) {
		return appendInt(dst, int64(v))
	}
	if f := float32(v); float64(f) == v {
		u := math.Float32bits(f)
		return append(dst, 0xfa, byte(u>>24), byte(u>>16), byte(u>>8), byte(u))
	}
	u := math.Float64bits(v)
	return append(dst, 0xfb, byte(u>>56), byte(u>>48), byte(u>>40), byte(u>>32), byte(u>>24), byte(u>>16), byte(u>>8), byte(u))
}
