package senml

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

// sameAsCareful has messages read with and without what the decoder remembers.
func sameAsCareful(t testing.TB, c Config, messages ...[]byte) {
	t.Helper()
	formattest.Twins(t, func() telemetry.Decoder { return NewDecoder(c) }, func() telemetry.Decoder {
		d := NewDecoder(c)
		d.careful = true
		return d
	}, messages...)
}

// cbor writes a map of labels below 24 and numbers or short texts.
func cbor(fields ...any) []byte {
	b := []byte{0xa0 + byte(len(fields)/2)}
	for i, f := range fields {
		switch x := f.(type) {
		case int:
			if i%2 == 0 && x >= 0 {
				b = append(b, byte(x))
			} else if i%2 == 0 {
				b = append(b, 0x20+byte(-1-x))
			} else {
				b = append(b, 0x1a, byte(x>>24), byte(x>>16), byte(x>>8), byte(x))
			}
		case float64:
			b = binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(x))
		case string:
			b = append(append(b, 0x60+byte(len(x))), x...)
		case []byte:
			b = append(b, x...)
		}
	}
	return b
}

// turns has two records come in turns in packs of different bases.
func turns(form Form, a, b []byte) (messages [][]byte) {
	begin, comma, end := []byte{'['}, []byte{','}, []byte{']'}
	bases := [][]byte{[]byte(`{"bn":"urn:dev:ow:1:","bt":1774772100,"bu":"Cel"}`), []byte(`{"bn":"urn:dev:ow:2"}`), []byte(`{"bn":"urn:dev:ow:3:","bu":"","bv":1}`), []byte(`{"bn":"urn:dev:ow:4/","bs":1}`), []byte(`{"bn":"urn:dev:ow:5:","bt":-9223372036}`)}
	if form == CBOR {
		begin, comma, end = []byte{0x9f}, nil, []byte{0xff}
		bases = [][]byte{cbor(-2, "urn:dev:ow:1:", -3, 1774772100, -4, "Cel"), cbor(-2, "urn:dev:ow:2"), cbor(-2, "urn:dev:ow:3:", -4, "", -5, 1), cbor(-2, "urn:dev:ow:4/", -6, 1), cbor(-2, "urn:dev:ow:5:", -3, -9223372036.0)}
	}
	join := func(l ...[]byte) []byte {
		return bytes.Join([][]byte{begin, bytes.Join(l, comma), end}, nil)
	}
	for _, base := range bases {
		messages = append(messages, join(base, a, b, a, a, b), join(base, a, a, bases[0], b, b, b, a))
	}
	m := join(bases[0], a, a, a)
	return append(messages, a, m[:len(m)-1], m[:len(m)-2], append(m, 'x'))
}

// What is remembered of records changes nothing, whatever is odd.
func TestRepeat(t *testing.T) {
	jsons := []string{`{"n":"t","v":1}`, `{"n":"t","v":-1.50}`, `{"n":"t","t":5.5,"v":2}`, `{"n":"t","t":-1e3,"v":2}`, `{"n":"t","v":2,"t":5}`, `{"n":"h","u":"%RH","t":5,"v":2}`, `{"n":"h","u":"nothing","t":5,"v":2}`, `{"n":"h","u":"","v":2}`,
		`{"n":"t","v":12345678901234567890}`, `{"n":"t","v":1e400}`, `{"n":"t","v":"x"}`, `{"n":"t","v":3,"x":3}`, `{"n":"t","v":3,"x_":3}`, `{"n":"t","v":3,"v":3}`, `{"n":"t", "v":3}`, `{"n":"t","v":3 }`, `{"n":"","v":3}`, `{"v":3}`, `{"n":"t","vs":"x"}`, `{"n":"t","v":3,"s":1}`,
		`{"n":"t","v":3,"ut":1}`, `{"n":"t!","v":3}`, `{"n":"t","t":9e9,"v":3}`, `{"n":"t","t":-1774772100,"v":3}`, `{"n":"t","t":-1600000000,"v":3}`, `{"n":"t","t":0.0000000001,"v":3}`, `{"n":"t","v":03}`, `{"n":"t","v":`, `3`}
	cbors := [][]byte{cbor(0, "t", 2, 1.5), cbor(0, "t", 2, 3), cbor(0, "temperature", 6, 5.5, 2, -1.5), cbor(0, "temperature", 6, 5, 2, 1), cbor(0, "t", 2, 1, 6, 5), cbor(0, "h", 1, "%RH", 6, 5, 2, 1), cbor(0, "h", 1, "nothing", 2, 1), cbor(0, "h", 1, "", 2, 1),
		cbor(0, "t", 2, math.NaN()), cbor(0, "t", 2, math.Inf(1)), cbor(0, "t", 2, "x"), cbor(0, "t", 2, 1, 9, 3), cbor(0, "t", 2, 1, 2, 1), cbor(0, "", 2, 1), cbor(2, 1), cbor(0, "t", 3, "x"), cbor(0, "t", 2, 1, 5, 1), cbor(0, "t", 2, 1, 7, 1),
		cbor(0, "t!", 2, 1), cbor(0, "t", 6, 9e9, 2, 1), cbor(0, "t", 6, -1774772100.0, 2, 1), cbor(0, "t", 6, -1600000000.0, 2, 1), cbor(0, "t", 6, 1e-10, 2, 1), cbor(0, "t", 2, []byte{0x1b, 0xff, 1, 2, 3, 4, 5, 6, 7}), cbor(0, "t", 2, []byte{0xf9, 0x3c, 0}), cbor(0, "t", 2, []byte{0xc4, 0x82, 0x20, 0x18, 0x2a}), cbor(0, "t", 6, []byte{0xc4, 0x82, 0x20, 0x18, 0x2a}, 2, 1), {0xa2, 0}, {0x18}}
	config := func(form Form, i int) Config {
		return Config{Config: telemetry.Config{Policy: telemetry.Policy(i % 3)}, Form: form}
	}
	for i, a := range jsons {
		for j, b := range jsons {
			sameAsCareful(t, config(JSON, i+j), turns(JSON, []byte(a), []byte(b))...)
		}
	}
	for i, a := range cbors {
		for j, b := range cbors {
			sameAsCareful(t, config(CBOR, i+j), turns(CBOR, a, b)...)
		}
	}
	for rows := range 12 {
		c := config(CBOR, rows)
		c.Limits.Rows = rows
		sameAsCareful(t, c, turns(CBOR, cbors[0], cbors[1])...)
	}
}

func FuzzRepeatJSON(f *testing.F) {
	f.Add([]byte(`{"n":"t","t":5.5,"v":2}`), []byte(`{"n":"t","t":6,"v":-2}`), uint8(0))
	f.Add([]byte(`{"n":"h","u":"%RH","v":2}`), []byte(`{"n":"h","v":2}`), uint8(1))
	fuzzRepeat(f, JSON)
}

func FuzzRepeatCBOR(f *testing.F) {
	f.Add(cbor(0, "temperature", 6, 5.5, 2, -1.5), cbor(0, "temperature", 6, 5, 2, 1), uint8(0))
	f.Add(cbor(0, "h", 1, "%RH", 2, 1.5), cbor(0, "h", 2, -1.5), uint8(1))
	fuzzRepeat(f, CBOR)
}

func fuzzRepeat(f *testing.F, form Form) {
	f.Fuzz(func(t *testing.T, a, b []byte, policy uint8) {
		sameAsCareful(t, Config{Config: telemetry.Config{Policy: telemetry.Policy(policy % 3)}, Form: form}, turns(form, a, b)...)
	})
}
