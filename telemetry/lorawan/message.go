package lorawan

import (
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
