package lorawan

import (
	"bufio"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
	"github.com/almotacen/almotacen/telemetry/lpp"
)

const name = "lorawan"

// Config of a decoder. Zero: objects that the network server decoded, no codec.
type Config struct {
	telemetry.Config
	EntityType string        // of devices; "": "Device"
	Codec      Codec         // nil: none
	LPP        bool          // payloads that nothing else decoded are Cayenne LPP
	Duplicates time.Duration // uplinks with one counter are one if not further apart; 0: 5 minutes, negative: never
}

// Codec appends to rows what the payload of an uplink says. False: it is of a device that the
// codec does not know, and nothing was appended. An error refuses the uplink. Nothing of
// u may be kept.
type Codec func(u *Uplink, rows *Rows) (known bool, err error)

// Uplink is a frame that a device sent. Texts are valid during the call of a codec.
type Uplink struct {
	Server      string // "tts", "chirpstack", "actility", "loriot"
	Device      []byte // the entity's id
	EUI         []byte // of the device, in the letters of the server; empty if it is not told
	Application []byte // its name or id, if told
	Profile     []byte // device profile, or brand/model, if told
	Payload     []byte
	Port        int
	Counter     int64 // -1: not told
	Time        int64 // nanoseconds since 1970 UTC, or telemetry.NoTime
}

// Rows takes the rows that a codec makes. Attributes are the codec's to name; dataset may be
// empty; unit is a UCUM code, or empty.
type Rows struct {
	r      *jsonrec.Reader
	row    telemetry.Row
	limits telemetry.Limits
	err    error
}

// At sets the time of the rows that follow, for readings that the device stored.
func (r *Rows) At(t time.Time) {
	if y := t.Year(); y < 1678 || y > 2261 {
		r.fail(telemetry.ErrTime, fmt.Sprintf("the codec gives the time %v, outside 1678 to 2261", t))
		return
	}
	r.row.Time, r.row.Detail.Offset, r.row.Detail.Precision = t.UnixNano(), telemetry.NoOffset, telemetry.Nanosecond
	r.row.Flags &^= telemetry.TimeReceived | telemetry.TimeStatic
}

// Number appends a number.
func (r *Rows) Number(attribute, dataset string, v float64, unit string) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		r.fail(telemetry.ErrValue, fmt.Sprintf("the codec gives %v for %.60q; a gap is None", v, attribute))
		return
	}
	row := r.row
	row.Kind, row.Number = telemetry.Number, v
	if unit != "" {
		code, added := r.r.B.Units.Code(telemetry.UCUM, []byte(unit))
		if row.UnitRef = code; added && r.r.B.Units.At(code).Unit.IsZero() {
			r.r.Find(telemetry.ErrUnit, r.r.S.Offset(), "unit %.60q of the codec is not known; it is kept as text", unit)
		}
	}
	r.put(attribute, dataset, &row)
}

// Bool appends a bool.
func (r *Rows) Bool(attribute, dataset string, v bool) {
	row := r.row
	jsonrec.SetBool(&row, v)
	r.put(attribute, dataset, &row)
}

// Text appends a text.
func (r *Rows) Text(attribute, dataset, text string) {
	if !utf8.ValidString(text) || len(text) > r.limits.Text {
		r.fail(telemetry.ErrValue, fmt.Sprintf("the codec gives a text for %.60q that is not UTF-8, or longer than Limits.Text", attribute))
		return
	}
	row := r.row
	row.Kind, row.Detail.Ref = telemetry.Text, r.r.B.PutString(text)
	r.put(attribute, dataset, &row)
}

// Point appends a place.
func (r *Rows) Point(attribute, dataset string, p telemetry.Position) {
	if !jsonrec.OnGlobe(p.Lon, p.Lat) || p.Alt-p.Alt != 0 {
		r.fail(telemetry.ErrValue, fmt.Sprintf("the codec gives longitude %v, latitude %v, altitude %v for %.60q", p.Lon, p.Lat, p.Alt, attribute))
		return
	}
	row := r.row
	row.Kind, row.Detail.Ref = telemetry.Point, r.r.B.PutPoint(p)
	r.put(attribute, dataset, &row)
}

// None appends a gap.
func (r *Rows) None(attribute, dataset string) {
	row := r.row
	r.put(attribute, dataset, &row)
}

// LPP appends the values of a Cayenne LPP payload.
func (r *Rows) LPP(payload []byte) {
	if err := lpp.Append(r.r.B, payload, r.row, r.limits); err != nil && r.err == nil {
		r.err = err
	}
}

func (r *Rows) put(attribute, dataset string, row *telemetry.Row) {
	if len(attribute) > r.limits.Name || len(dataset) > r.limits.Name || !utf8.ValidString(attribute) || !utf8.ValidString(dataset) || attribute == "" {
		r.fail(telemetry.ErrName, fmt.Sprintf("the codec gives the name %.60q, dataset %.60q", attribute, dataset))
		return
	}
	row.Attribute = r.r.B.Attributes.Code([]byte(attribute))
	row.Dataset = r.r.B.Datasets.Code([]byte(dataset))
	r.r.B.Append(row)
}

func (r *Rows) fail(kind error, msg string) {
	if r.err == nil {
		r.err = &telemetry.Error{Kind: kind, Format: name, Msg: msg}
	}
}

// Format describes the package, with the default configuration. A stream is cut into
// messages: one after the other, or the elements of an array.
func Format() telemetry.Format {
	return telemetry.Format{
		Name: name, Title: "LoRaWAN network servers: The Things Stack v3, ChirpStack v4, Actility ThingPark, Loriot",
		MediaTypes: []string{"application/json"},
		Extensions: []string{".lorawan.json", ".lorawan.ndjson"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		Split:      func() bufio.SplitFunc { return jsonrec.Split() },
	}
}
