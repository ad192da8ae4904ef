package lorawan

import (
	"math"
	"strconv"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// message is what one message says, whichever server it is from.
type message struct {
	Uplink
	other     string // what it is, if no uplink
	text      []byte // of the payload
	textAt    int
	base64    bool
	encrypted bool
	uplink    bool // it has what only an uplink has

	hasObject bool
	object    jsonscan.Mark

	offset    int16
	precision telemetry.Precision

	rssi, snr      float64
	hasRSSI, hasSN bool
	scratch        []byte
}

func (m *message) reset() {
	u := &m.Uplink
	*m = message{
		Uplink: Uplink{
			Device: u.Device[:0], EUI: u.EUI[:0], Application: u.Application[:0], Profile: u.Profile[:0], Payload: u.Payload[:0],
			Counter: -1, Time: telemetry.NoTime,
		},
		text: m.text[:0], offset: telemetry.NoOffset, scratch: m.scratch,
	}
}

// meta writes what rows have as metadata.
func (m *message) meta(b *telemetry.Batch) telemetry.Span {
	p := m.scratch[:0]
	p = append(p, `{"fPort":`...)
	p = strconv.AppendInt(p, int64(m.Port), 10)
	if m.Counter >= 0 {
		p = strconv.AppendInt(append(p, `,"fCnt":`...), m.Counter, 10)
	}
	if m.hasRSSI {
		p = jsonscan.AppendNumber(append(p, `,"rssi":`...), m.rssi)
	}
	if m.hasSN {
		p = jsonscan.AppendNumber(append(p, `,"snr":`...), m.snr)
	}
	p = append(p, '}')
	m.scratch = p
	return b.PutText(p)
}

// read reads the message's object.
func (m *message) read(d *Decoder) bool {
	s := &d.r.S
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		switch string(key) {
		// The Things Stack.
		case "end_device_ids":
			m.Server = "tts"
			m.base64 = true
			ok = d.object((*message).ttsIDs)
		case "uplink_message":
			m.uplink = true
			m.Counter = 0 // left out where it is 0
			ok = d.object((*message).ttsUplink)
		case "join_accept", "downlink_ack", "downlink_nack", "downlink_sent", "downlink_failed", "downlink_queued", "downlink_queue_invalidated", "location_solved", "service_data", "uplink_normalized":
			m.other = ttsOthers[string(key)]
			ok = d.pass()
		case "simulated":
			var simulated bool
			if ok = d.flag(&simulated); simulated {
				d.r.Find(telemetry.ErrUnknown, s.Offset(), "a message that was simulated")
			}

		// ChirpStack.
		case "deviceInfo":
			m.Server = "chirpstack"
			m.base64 = true
			ok = d.object((*message).chirpDevice)
		case "fCnt":
			ok = d.integer(&m.Counter)
		case "fPort":
			m.uplink = true
			ok = d.port(&m.Port)
		case "object":
			m.uplink = true
			ok = d.decoded()
		case "rxInfo":
			m.uplink = true
			ok = d.gateways()
		case "time":
			ok = d.time()
		case "margin", "batteryLevel", "externalPowerSource", "batteryLevelUnavailable":
			m.other = "a status message"
			ok = d.pass()
		case "acknowledged", "queueItemId":
			m.other = "an acknowledgement"
			ok = d.pass()
		case "downlinkId":
			m.other = "a downlink's transmission"
			ok = d.pass()
		case "level", "description", "code":
			m.other = "a log message"
			ok = d.pass()
		case "location":
			m.other = "a location message"
			ok = d.pass()
		case "eventType", "integrationName":
			m.other = "an integration's message"
			ok = d.pass()

		// Actility.
		case "DevEUI_uplink":
			m.Server, m.uplink = "actility", true
			ok = d.object((*message).actility)
		case "DevEUI_downlink_Sent", "DevEUI_downlink_Rejected", "DevEUI_multicast_summary", "DevEUI_location", "DevEUI_notification":
			m.Server, m.other = "actility", "a message other than an uplink"
			ok = d.object((*message).actility)

		// Loriot.
		case "cmd":
			m.Server = "loriot"
			ok = d.text(&m.scratch)
			if ok && string(m.scratch) != "rx" && string(m.scratch) != "gw" {
				m.other = "a command other than rx and gw"
			} else {
				m.uplink = true
			}
		case "EUI":
			ok = d.text(&m.EUI)
			m.Device = append(m.Device[:0], m.EUI...)
		case "ts":
			ok = d.millis()
		case "fcnt":
			ok = d.integer(&m.Counter)
		case "port":
			ok = d.port(&m.Port)
		case "data":
			m.uplink = true
			ok = d.payload()
		case "encdata":
			m.encrypted = true
			ok = d.pass()
		case "decoded":
			ok = d.decoded()
		case "rssi":
			ok = d.number(&m.rssi, &m.hasRSSI)
		case "snr":
			ok = d.number(&m.snr, &m.hasSN)
		case "received_at":
			if m.Time == telemetry.NoTime {
				ok = d.time()
			} else {
				ok = d.pass()
			}
		default:
			ok = d.pass()
		}
		if !ok {
			return false
		}
	}
	if len(m.text) > 0 {
		m.encrypted = false
	}
	switch {
	case m.Server == "":
	case m.Server == "chirpstack":
		if m.uplink && m.other == "" {
			m.Counter = max(m.Counter, 0) // left out where it is 0
		} else if m.other == "" {
			m.other = "a join"
		}
	case !m.uplink && m.other == "":
		m.other = "a message other than an uplink"
	}
	return s.Err() == nil
}

var ttsOthers = map[string]string{
	"join_accept": "a join", "downlink_ack": "an acknowledgement", "downlink_nack": "an acknowledgement", "downlink_sent": "a downlink's transmission",
	"downlink_failed": "a downlink's failure", "downlink_queued": "a downlink's queueing", "downlink_queue_invalidated": "a downlink's queueing",
	"location_solved": "a location message", "service_data": "a service's message", "uplink_normalized": "a normalized repetition of an uplink",
}

func (m *message) ttsIDs(d *Decoder, key []byte) bool {
	switch string(key) {
	case "device_id":
		return d.text(&m.Device)
	case "dev_eui":
		return d.text(&m.EUI)
	case "application_ids":
		return d.object((*message).ttsApplication)
	}
	return d.pass()
}

func (m *message) ttsApplication(d *Decoder, key []byte) bool {
	if string(key) == "application_id" {
		return d.text(&m.Application)
	}
	return d.pass()
}

func (m *message) ttsUplink(d *Decoder, key []byte) bool {
	switch string(key) {
	case "f_port":
		return d.port(&m.Port)
	case "f_cnt":
		return d.integer(&m.Counter)
	case "frm_payload":
		return d.payload()
	case "decoded_payload":
		return d.decoded()
	case "received_at":
		return d.time()
	case "rx_metadata":
		return d.gateways()
	case "version_ids":
		return d.object((*message).ttsVersion)
	case "decoded_payload_warnings":
		s := &d.r.S
		if s.Kind() != jsonscan.Array {
			return d.pass()
		}
		at := s.Offset()
		raw, ok := s.Skip()
		if ok && len(raw) > 2 {
			d.r.Find(telemetry.ErrValue, at, "the network server's codec warns: %.200s", raw)
		}
		return ok
	}
	return d.pass()
}

func (m *message) ttsVersion(d *Decoder, key []byte) bool {
	switch string(key) {
	case "brand_id":
		if !d.text(&m.scratch) {
			return false
		}
		m.Profile = append(append(m.Profile, m.scratch...), '/')
		return true
	case "model_id":
		if !d.text(&m.scratch) {
			return false
		}
		m.Profile = append(m.Profile, m.scratch...)
		return true
	}
	return d.pass()
}

func (m *message) chirpDevice(d *Decoder, key []byte) bool {
	switch string(key) {
	case "devEui":
		if !d.text(&m.EUI) {
			return false
		}
		m.Device = append(m.Device[:0], m.EUI...)
		return true
	case "applicationName":
		return d.text(&m.Application)
	case "deviceProfileName":
		return d.text(&m.Profile)
	}
	return d.pass()
}

func (m *message) actility(d *Decoder, key []byte) bool {
	switch string(key) {
	case "DevEUI":
		if !d.text(&m.EUI) {
			return false
		}
		m.Device = append(m.Device[:0], m.EUI...)
		return true
	case "Time":
		return d.time()
	case "FPort":
		return d.port(&m.Port)
	case "FCntUp":
		return d.integer(&m.Counter)
	case "payload_hex":
		return d.payload()
	case "payload_hex_encrypted":
		m.encrypted = true
		return d.pass()
	case "payload":
		if d.r.S.Kind() != jsonscan.Object {
			return d.pass()
		}
		return d.decoded()
	case "LrrRSSI":
		return d.number(&m.rssi, &m.hasRSSI)
	case "LrrSNR":
		return d.number(&m.snr, &m.hasSN)
	}
	return d.pass()
}

// gateway reads a member of the first gateway's entry.
func (m *message) gateway(d *Decoder, key []byte) bool {
	switch string(key) {
	case "rssi":
		return d.number(&m.rssi, &m.hasRSSI)
	case "snr":
		return d.number(&m.snr, &m.hasSN)
	}
	return d.pass()
}

// object calls member for every member of the object that comes next.
func (d *Decoder) object(member func(*message, *Decoder, []byte) bool) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.Object {
		return d.r.Wrong("this", jsonscan.Object)
	}
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		if !member(&d.m, d, key) {
			return false
		}
	}
	return s.Err() == nil
}

// gateways reads the first gateway of an array.
func (d *Decoder) gateways() bool {
	s := &d.r.S
	if s.Kind() != jsonscan.Array {
		return d.pass()
	}
	s.Array()
	for n := 0; s.More(); n++ {
		if n == 0 && s.Kind() == jsonscan.Object {
			if !d.object((*message).gateway) {
				return false
			}
			continue
		}
		s.Skip()
	}
	return s.Err() == nil
}

func (d *Decoder) pass() bool {
	_, ok := d.r.S.Skip()
	return ok
}

// decoded notes where the object that the server decoded is. Null is none.
func (d *Decoder) decoded() bool {
	s := &d.r.S
	switch s.Kind() {
	case jsonscan.Object:
		if !d.m.hasObject {
			d.m.object, d.m.hasObject = s.Mark(), true
		}
		return d.pass()
	case jsonscan.Null:
		return s.Null()
	}
	return d.r.Wrong("what the network server decoded", jsonscan.Object)
}

func (d *Decoder) text(to *[]byte) bool {
	s := &d.r.S
	if s.Kind() != jsonscan.String {
		return d.r.Wrong("this", jsonscan.String)
	}
	text, ok := s.Text()
	*to = append((*to)[:0], text...)
	return ok
}

// payload reads the text of the payload; null is none.
func (d *Decoder) payload() bool {
	d.r.S.Kind()
	d.m.textAt = d.r.S.Offset()
	if d.r.S.Null() {
		return true
	}
	return d.text(&d.m.text)
}

func (d *Decoder) flag(to *bool) bool {
	if d.r.S.Kind() != jsonscan.Bool {
		return d.r.Wrong("this", jsonscan.Bool)
	}
	v, ok := d.r.S.Bool()
	*to = v
	return ok
}

// number reads a number, or a text that is one, as Actility has them.
func (d *Decoder) number(to *float64, has *bool) bool {
	s := &d.r.S
	switch s.Kind() {
	case jsonscan.Num:
		n, ok := s.Number()
		*to, *has = n.Value, ok
		return ok
	case jsonscan.String:
		at := s.Offset()
		text, ok := s.Text()
		if !ok {
			return false
		}
		v, err := strconv.ParseFloat(string(text), 64)
		if err != nil || v-v != 0 || !jsonscan.ValidNumber(text) {
			return d.r.Fail(telemetry.ErrType, at, "%.40q is no number", text)
		}
		*to, *has = v, true
		return true
	case jsonscan.Null:
		return s.Null()
	}
	return d.r.Wrong("this", jsonscan.Num)
}

// integer reads a number without fraction of at most 2^53.
func (d *Decoder) integer(to *int64) bool {
	d.r.S.Kind()
	at := d.r.S.Offset()
	v, has := 0.0, false
	if !d.number(&v, &has) {
		return false
	}
	if v != math.Trunc(v) || v < 0 || v > 1<<53 {
		return d.r.Fail(telemetry.ErrValue, at, "%v is no count", v)
	}
	if has {
		*to = int64(v)
	}
	return true
}

func (d *Decoder) port(to *int) bool {
	v := int64(*to)
	d.r.S.Kind()
	at := d.r.S.Offset()
	if !d.integer(&v) {
		return false
	}
	if v > 255 {
		return d.r.Fail(telemetry.ErrValue, at, "%d is no port; 0 to 255", v)
	}
	*to = int(v)
	return true
}

// time reads a time as RFC 3339; null is none.
func (d *Decoder) time() bool {
	s := &d.r.S
	if s.Kind() == jsonscan.Null {
		return s.Null()
	}
	var row telemetry.Row
	if !d.r.Time(&row) {
		return false
	}
	d.m.Time, d.m.offset, d.m.precision = row.Time, row.Detail.Offset, row.Detail.Precision
	return true
}

// millis reads Loriot's milliseconds since 1970.
func (d *Decoder) millis() bool {
	var v int64
	d.r.S.Kind()
	at := d.r.S.Offset()
	if !d.integer(&v) {
		return false
	}
	if v > math.MaxInt64/1_000_000 {
		return d.r.Fail(telemetry.ErrTime, at, "%d ms is after 2262", v)
	}
	d.m.Time, d.m.offset, d.m.precision = v*1_000_000, telemetry.NoOffset, telemetry.Millisecond
	return true
}
