package lorawan_test

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/lorawan"
)

// What The Things Stack forwards, with a payload that it decoded itself.
func Example() {
	src := []byte(`{"end_device_ids":{"device_id":"noise-12","application_ids":{"application_id":"city"},"dev_eui":"70B3D57ED0000012"},
		"received_at":"2026-03-29T10:15:02.412Z",
		"uplink_message":{"f_port":1,"f_cnt":814,"frm_payload":"AhY=","decoded_payload":{"laeq":53.4,"battery":{"voltage":3.61}},
		"rx_metadata":[{"gateway_ids":{"gateway_id":"gw-1"},"rssi":-97,"snr":7.5}],"received_at":"2026-03-29T10:15:02.205Z"}}`)
	d := lorawan.NewDecoder(lorawan.Config{})
	var b telemetry.Batch
	if err := d.Decode(&b, src); err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range b.All() {
		fmt.Println(o.Entity.ID, o.Attribute, o.Value.Number, o.Time.Format("15:04:05.000"), o.Meta)
	}
	// Output:
	// noise-12 laeq 53.4 10:15:02.205 {"fPort":1,"fCnt":814,"rssi":-97,"snr":7.5}
	// noise-12 battery.voltage 3.61 10:15:02.205 {"fPort":1,"fCnt":814,"rssi":-97,"snr":7.5}
}

// A codec for the devices of one maker.
func Example_codec() {
	codec := func(u *lorawan.Uplink, rows *lorawan.Rows) (bool, error) {
		if string(u.Profile) != "acme-level" || u.Port != 2 {
			return false, nil
		}
		if len(u.Payload) != 3 {
			return false, errors.New("an acme-level payload has 3 bytes")
		}
		rows.Number("level", "", float64(binary.BigEndian.Uint16(u.Payload))/1000, "m")
		rows.Bool("lid_open", "", u.Payload[2]&1 != 0)
		return true, nil
	}
	d := lorawan.NewDecoder(lorawan.Config{Codec: codec})
	var b telemetry.Batch
	err := d.Decode(&b, []byte(`{"deviceInfo":{"devEui":"0101010101010101","deviceProfileName":"acme-level"},"time":"2026-03-29T10:15:02Z","fCnt":7,"fPort":2,"data":"BNIB"}`))
	for _, o := range b.All() {
		fmt.Printf("%s %s %v %q\n", o.Attribute, o.Value.Kind, o.Value.Number, o.Unit.Given)
	}
	fmt.Println(err)
	// Output:
	// level number 1.234 "m"
	// lid_open bool 1 ""
	// <nil>
}
