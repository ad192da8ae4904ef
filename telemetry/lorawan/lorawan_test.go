package lorawan

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

const (
	tts      = `{"end_device_ids":{"device_id":"d1","application_ids":{"application_id":"a"},"dev_eui":"0004A30B001C0530"},"received_at":"2026-03-29T10:15:03Z","uplink_message":{"f_port":1,"f_cnt":5,"frm_payload":"A2cBEA==","rx_metadata":[{"rssi":-35,"snr":5},{"rssi":-90}],"received_at":"2026-03-29T10:15:02.123456789Z","version_ids":{"brand_id":"acme","model_id":"t1"}}}`
	chirp    = `{"deduplicationId":"3ac7e3c4","time":"2026-03-29T10:15:02.205+00:00","deviceInfo":{"applicationName":"app","deviceProfileName":"p","deviceName":"n","devEui":"0101010101010101"},"devAddr":"00189440","adr":true,"dr":1,"fCnt":5,"fPort":1,"data":"A2cBEA==","object":{"temperatureSensor":{"1":27.2},"on":true,"state":"ok","gps":{"latitude":43.01,"longitude":-7.55},"list":[1, 2],"gap":null},"rxInfo":[{"gatewayId":"g","rssi":-57,"snr":10}],"txInfo":{}}`
	actility = `{"DevEUI_uplink":{"Time":"2026-03-29T12:15:02.205+02:00","DevEUI":"000000000F1D8693","FPort":"1","FCntUp":"5","ADRbit":"1","payload_hex":"03670110","LrrRSSI":"-38.000000","LrrSNR":9.25,"Lrrs":{"Lrr":[]}}}`
	loriot   = `{"cmd":"rx","seqno":2,"EUI":"BE7A00000000299C","ts":1774779302205,"fcnt":5,"port":1,"freq":868500000,"rssi":-105,"snr":-10.5,"toa":61,"dr":"SF7 BW125 4/5","ack":false,"bat":255,"data":"03670110"}`
)

func with(c Config) formattest.Kit {
	f := Format()
	f.NewDecoder = func(base telemetry.Config) telemetry.Decoder {
		c.Config = base
		return NewDecoder(c)
	}
	return formattest.Kit{Format: f, Seeds: [][]byte{[]byte(tts), []byte(chirp), []byte(actility), []byte(loriot), []byte("[" + tts + "," + chirp + "]")}}
}

func TestTorture(t *testing.T) { with(Config{LPP: true}).Torture(t) }

func TestStream(t *testing.T) { with(Config{LPP: true}).Stream(t) }

func TestAllocatesNothing(t *testing.T) {
	for _, src := range []string{tts, chirp, actility, loriot} {
		with(Config{LPP: true, Duplicates: -1}).AllocatesNothing(t, []byte(src))
	}
}

func decode(t *testing.T, c Config, src string) *telemetry.Batch {
	t.Helper()
	var b telemetry.Batch
	require.NoError(t, NewDecoder(c).Decode(&b, []byte(src)))
	formattest.Check(t, &b)
	return &b
}

func TestServers(t *testing.T) {
	for _, c := range []struct{ src, id, meta, time string }{
		{tts, "d1", `{"fPort":1,"fCnt":5,"rssi":-35,"snr":5}`, "2026-03-29T10:15:02.123456789Z"},
		{actility, "000000000F1D8693", `{"fPort":1,"fCnt":5,"rssi":-38,"snr":9.25}`, "2026-03-29T12:15:02.205+02:00"},
		{loriot, "BE7A00000000299C", `{"fPort":1,"fCnt":5,"rssi":-105,"snr":-10.5}`, "2026-03-29T10:15:02.205Z"},
		{strings.Replace(chirp, `"object"`, `"other"`, 1), "0101010101010101", `{"fPort":1,"fCnt":5,"rssi":-57,"snr":10}`, "2026-03-29T10:15:02.205Z"},
	} {
		b := decode(t, Config{LPP: true}, c.src)
		require.Equal(t, 1, b.Len(), c.src)
		o := b.At(0)
		require.Equal(t, telemetry.Entity{ID: c.id, Type: "Device"}, o.Entity)
		require.Equal(t, "temperature", o.Attribute)
		require.Equal(t, "3", o.Dataset)
		require.Equal(t, 27.2, o.Value.Number)
		require.Equal(t, "Cel", o.Unit.Given)
		require.Equal(t, c.meta, o.Meta)
		require.Equal(t, c.time, o.Time.Format(time.RFC3339Nano))
		b = decode(t, Config{}, c.src)
		require.Equal(t, telemetry.Value{Kind: telemetry.Text, Text: "03670110"}, b.At(0).Value)
		require.ErrorIs(t, &b.Findings[0].Error, telemetry.ErrUnsupported)
	}
}

func TestObject(t *testing.T) {
	b := decode(t, Config{}, chirp)
	var got []string
	for _, o := range b.All() {
		got = append(got, o.Attribute+" "+o.Value.Kind.String())
	}
	require.Equal(t, []string{"temperatureSensor.1 number", "on bool", "state text", "gps point", "list json", "gap none"}, got)
	require.Equal(t, telemetry.Position{Lon: -7.55, Lat: 43.01}, b.At(3).Value.Position)
	require.Equal(t, "[1,2]", b.At(4).Value.Text)
	// Members of one name at two places in the object are two attributes; in one, an error.
	require.ErrorIs(t, NewDecoder(Config{}).Decode(b, []byte(`{"deviceInfo":{"devEui":"1"},"fPort":1,"object":{"a":1,"a":2}}`)), telemetry.ErrDuplicate)
}

func TestOtherMessages(t *testing.T) {
	for _, src := range []string{
		`{"end_device_ids":{"device_id":"d1"},"join_accept":{"session_key_id":"x"}}`,
		`{"end_device_ids":{"device_id":"d1"},"location_solved":{"location":{"latitude":1}}}`,
		`{"end_device_ids":{"device_id":"d1"}}`,
		`{"deviceInfo":{"devEui":"1"},"devAddr":"00189440","time":"2026-03-29T10:15:02Z"}`,
		`{"deviceInfo":{"devEui":"1"},"margin":3,"batteryLevel":88.2}`,
		`{"deviceInfo":{"devEui":"1"},"level":"ERROR","code":"UPLINK_CODEC","description":"x"}`,
		`{"deviceInfo":{"devEui":"1"},"acknowledged":true,"fCntDown":4}`,
		`{"deviceInfo":{"devEui":"1"},"downlinkId":4,"txInfo":{}}`,
		`{"deviceInfo":{"devEui":"1"},"eventType":"x","object":{"a":1}}`,
		`{"DevEUI_downlink_Sent":{"DevEUI":"1","Time":"2026-03-29T10:15:02Z"}}`,
		`{"cmd":"txd","EUI":"1"}`,
		`{"cmd":"rx","EUI":"1","encdata":"aabb","port":1,"fcnt":1}`,
		`{"deviceInfo":{"devEui":"1"},"fCnt":9,"rxInfo":[]}`,
	} {
		b := decode(t, Config{}, src)
		require.Zero(t, b.Len(), src)
		require.Len(t, b.Findings, 1, src)
		require.Zero(t, b.Skipped, "nothing of it was to be stored")
	}
}

func TestDuplicates(t *testing.T) {
	d := NewDecoder(Config{LPP: true})
	var b telemetry.Batch
	require.NoError(t, d.Decode(&b, []byte(tts)))
	require.NoError(t, d.Decode(&b, []byte(tts+" ")))
	require.Equal(t, 1, b.Len())
	require.Equal(t, telemetry.ErrDuplicate, b.Findings[0].Kind)
	// Stored at last after a failure.
	d.Forget()
	require.NoError(t, d.Decode(&b, []byte(tts)))
	require.Equal(t, 1, b.Len(), "what the call before the last noted is not forgotten")
	d = NewDecoder(Config{LPP: true})
	b.Reset()
	require.NoError(t, d.Decode(&b, []byte(loriot)))
	d.Forget()
	require.NoError(t, d.Decode(&b, []byte(strings.Replace(loriot, `"rx"`, `"gw"`, 1))))
	require.Equal(t, 2, b.Len())
	require.NoError(t, d.Decode(&b, []byte(loriot)))
	require.Equal(t, 2, b.Len())
	// A device that began anew, an hour after.
	later := strings.Replace(loriot, "1774779302205", "1774782902205", 1)
	require.NoError(t, d.Decode(&b, []byte(later)))
	require.Equal(t, 3, b.Len())
	d.Forget()
	require.NoError(t, d.Decode(&b, []byte(later)))
	require.Equal(t, 4, b.Len())
	// An array that fails notes nothing.
	d = NewDecoder(Config{LPP: true})
	require.Error(t, d.Decode(&b, []byte("["+tts+",1]")))
	b.Reset()
	require.NoError(t, d.Decode(&b, []byte("["+tts+"]")))
	require.Equal(t, 1, b.Len())
}

func TestDuplicatesAreBounded(t *testing.T) {
	d := NewDecoder(Config{})
	for i := range 3 * maxSeen / 2 {
		d.note(frame{uint64(i), 1}, 0)
	}
	require.Len(t, d.ring, maxSeen)
	require.Len(t, d.seen, maxSeen)
	require.True(t, d.met(frame{maxSeen, 1}, 0))
	require.False(t, d.met(frame{1, 1}, 0))
}

func TestPolicies(t *testing.T) {
	k := with(Config{LPP: true})
	for bad, kind := range map[string]error{
		`{"cmd":"rx","EUI":"2","data":"0g"}`: telemetry.ErrValue, `{"deviceInfo":{"devEui":"1"},"data":"A2cBEA"}`: telemetry.ErrValue,
		`{"hello":1}`: telemetry.ErrUnknown, `7`: telemetry.ErrType, `{"cmd":"rx","data":"00"}`: telemetry.ErrMissing, `{"cmd":"rx","EUI":"2","port":256}`: telemetry.ErrValue,
		`{"cmd":"rx","EUI":"2","ts":1e15}`: telemetry.ErrTime, `{"DevEUI_uplink":{"DevEUI":"1","Time":"2026-13-01T00:00:00Z"}}`: telemetry.ErrTime, `{"cmd":"rx","EUI":2}`: telemetry.ErrType,
	} {
		k.Policies(t, []byte("["+tts+","+bad+","+actility+"]"), 2, 2, kind)
	}
	cut := strings.Replace(loriot, "03670110", "0367011004", 1)
	b := decode(t, Config{Config: telemetry.Config{Policy: telemetry.Skip}, LPP: true}, cut)
	require.Equal(t, 1, b.Len())
	require.Len(t, b.Findings, 1)
	require.ErrorIs(t, NewDecoder(Config{LPP: true}).Decode(b, []byte(cut)), telemetry.ErrSyntax)
}

func TestCodec(t *testing.T) {
	codec := func(u *Uplink, rows *Rows) (bool, error) {
		switch u.Port {
		case 1:
			require.Equal(t, []byte{3, 0x67, 1, 0x10}, u.Payload)
			rows.LPP(u.Payload)
			rows.At(time.Unix(1774779000, 0))
			rows.Number("level", "stored", 1.5, "m")
			rows.Number("odd", "", 1, "furlong per fortnight")
			rows.Text("state", "", "ok")
			rows.Point("at", "", telemetry.Position{Lon: -7, Lat: 43})
			rows.None("gap", "")
			rows.Bool("on", "", true)
			return true, nil
		case 2:
			return false, errors.New("no such frame")
		case 3:
			rows.Number("x", "", 1/(float64(len(u.Payload))-4), "")
			return true, nil
		case 4:
			rows.Bool("x", "", true)
			return false, nil
		}
		return false, nil
	}
	b := decode(t, Config{Codec: codec}, tts)
	require.Equal(t, 7, b.Len())
	require.Equal(t, int64(1774779000), b.At(1).Time.Unix())
	require.Equal(t, "acme/t1", string(func() []byte {
		d := NewDecoder(Config{LPP: true})
		require.NoError(t, d.Decode(b, []byte(tts)))
		return d.m.Profile
	}()))
	for port, kind := range map[string]error{"2": telemetry.ErrValue, "3": telemetry.ErrValue, "4": telemetry.ErrConfig} {
		src := strings.Replace(tts, `"f_port":1`, `"f_port":`+port, 1)
		n := b.Len()
		require.ErrorIs(t, NewDecoder(Config{Codec: codec}).Decode(b, []byte(src)), kind)
		require.Equal(t, n, b.Len())
	}
}

func TestTimePolicy(t *testing.T) {
	src := `{"cmd":"rx","EUI":"2","data":"00"}`
	require.ErrorIs(t, NewDecoder(Config{Config: telemetry.Config{Time: telemetry.TimeRequired}}).Decode(new(telemetry.Batch), []byte(src)), telemetry.ErrTime)
	at := time.Unix(1774779000, 0).UTC()
	b := decode(t, Config{Config: telemetry.Config{Time: telemetry.TimeOfReceipt, Clock: func() time.Time { return at }}}, src)
	require.Equal(t, at, b.At(0).Time)
	require.Equal(t, telemetry.TimeReceived, b.At(0).Flags)
}

// Much of everything, where the network server's object may have it.
func TestHostile(t *testing.T) {
	wrap := func(object string) []byte {
		return []byte(`{"deviceInfo":{"devEui":"1"},"fPort":1,"object":` + object + `}`)
	}
	var keys strings.Builder
	for i := range 300_000 {
		fmt.Fprintf(&keys, `"k%d":1,`, i)
	}
	b := decode(t, Config{}, string(wrap("{"+keys.String()+`"z":{}}`)))
	require.Equal(t, 300_000, b.Len())
	for object, kind := range map[string]error{
		`{"` + strings.Repeat("k", 1<<20) + `":1}`: telemetry.ErrName, `{"":1}`: telemetry.ErrName, strings.Repeat(`{"a":`, 100_000): telemetry.ErrLimit,
		`{"a":1e400}`: telemetry.ErrValue, `{"a":"\ud800"}`: telemetry.ErrUTF8, "{\"a\":\"\xff\"}": telemetry.ErrUTF8, `{"a":"` + strings.Repeat("x", 2<<20) + `"}`: telemetry.ErrLimit,
		`{"a":NaN}`: telemetry.ErrSyntax, `{"a":[` + strings.Repeat("1,", 1<<20) + `1]}`: telemetry.ErrLimit,
	} {
		require.ErrorIs(t, NewDecoder(Config{}).Decode(new(telemetry.Batch), wrap(object)), kind, "%.80s", object)
	}
	b = decode(t, Config{}, string(wrap(`{"a":0.`+strings.Repeat("3", 100_000)+`}`)))
	require.Len(t, b.At(0).Value.Text, 100_002)
}

func FuzzDecode(f *testing.F) {
	k := with(Config{LPP: true})
	for _, s := range k.Seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { k.RoundTrip(t, src) })
}
