package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"
	"time"

	peersenml "github.com/farshidtz/senml/v2"
	"github.com/farshidtz/senml/v2/codec"
	peerlp "github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/lineprotocol"
	"github.com/almotacen/almotacen/telemetry/senml"
)

// peerPoints is every field of a message as text, by the library of InfluxData: the
// last of those that stand twice.
func peerPoints(src []byte) (out []string, err error) {
	d := peerlp.NewDecoderWithBytes(src)
	for d.Next() {
		m, err := d.Measurement()
		if err != nil {
			return nil, err
		}
		head := fmt.Sprintf("%q", m)
		var tags []string
		keys := map[string]bool{}
		for {
			k, v, err := d.NextTag()
			if err != nil {
				return nil, err
			}
			if k == nil {
				break
			}
			if keys[string(k)] {
				return nil, fmt.Errorf("duplicate tag %q", k) // as the corpus has it
			}
			keys[string(k)] = true
			tags = append(tags, fmt.Sprintf("%q=%q", k, v))
		}
		sort.Strings(tags)
		var order []string
		values := map[string]string{}
		for {
			k, v, err := d.NextField()
			if err != nil {
				return nil, err
			}
			if k == nil {
				break
			}
			if _, ok := values[string(k)]; !ok {
				order = append(order, string(k))
			}
			text := fmt.Sprintf("%v %q", v.Kind(), v.String())
			if v.Kind() == peerlp.String {
				text = fmt.Sprintf("string %q", v.StringV())
			}
			if text == `float "-0"` {
				text = `float "0"`
			}
			values[string(k)] = text
		}
		t, err := d.Time(peerlp.Nanosecond, time.Unix(0, 0))
		if err != nil {
			return nil, err
		}
		for _, k := range order {
			out = append(out, fmt.Sprintf("%s %v %q %s %d", head, tags, k, values[k], t.UnixNano()))
		}
	}
	return out, nil
}

// ownPoints is the same by ours.
func ownPoints(src []byte) (out []string, err error) {
	c := lineprotocol.Config{IDTag: "\x00"}
	c.Time, c.Clock = telemetry.TimeOfReceipt, func() time.Time { return time.Unix(0, 0) }
	var b telemetry.Batch
	if err := lineprotocol.NewDecoder(c).Decode(&b, src); err != nil {
		return nil, err
	}
	for _, o := range b.All() {
		var tags []string
		if o.Entity.ID != "" {
			// The id is the tags as in a line: the library reads them back.
			d := peerlp.NewDecoderWithBytes([]byte("m," + o.Entity.ID + " f=1"))
			d.Next()
			for {
				k, v, err := d.NextTag()
				if err != nil {
					return nil, fmt.Errorf("id %q: %w", o.Entity.ID, err)
				}
				if k == nil {
					break
				}
				tags = append(tags, fmt.Sprintf("%q=%q", k, v))
			}
		}
		sort.Strings(tags)
		var v peerlp.Value
		text := o.Value.Text
		switch {
		case o.Value.Kind == telemetry.Text:
			v, _ = peerlp.StringValue(text)
		case o.Value.Kind == telemetry.Bool:
			v = peerlp.BoolValue(o.Value.Number == 1)
		case o.Flags&telemetry.Unsigned != 0:
			u := uint64(0)
			if text != "" {
				_, _ = fmt.Sscan(text, &u)
			} else {
				u = uint64(o.Value.Number)
			}
			v = peerlp.UintValue(u)
		case o.Flags&telemetry.Integer != 0:
			i := int64(0)
			if text != "" {
				_, _ = fmt.Sscan(text, &i)
			} else {
				i = int64(o.Value.Number)
			}
			v = peerlp.IntValue(i)
		default:
			v, _ = peerlp.FloatValue(o.Value.Number)
		}
		s := fmt.Sprintf("%v %q", v.Kind(), v.String())
		if o.Value.Kind == telemetry.Text {
			s = fmt.Sprintf("string %q", text)
		}
		if s == `float "-0"` {
			s = `float "0"`
		}
		out = append(out, fmt.Sprintf("%q %v %q %s %d", o.Entity.Type, tags, o.Attribute, s, o.Time.UnixNano()))
	}
	return out, nil
}

// sameLines compares ours with the library, but for what docs/telemetry/lineprotocol.md
// names: escapes of control characters in strings, control characters in tags, and
// the time that means none.
func sameLines(t *testing.T, src []byte) {
	t.Helper()
	if bytes.Contains(src, []byte(`\n`)) || bytes.Contains(src, []byte(`\r`)) || bytes.Contains(src, []byte(`\t`)) || bytes.Contains(src, []byte("-9223372036854775808")) {
		return
	}
	if bytes.ContainsFunc(src, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' || r == 0x7f }) {
		return
	}
	want, err := peerPoints(src)
	got, err2 := ownPoints(src)
	if (err == nil) != (err2 == nil) {
		t.Fatalf("%q: ours %v, the library %v", src, err2, err)
	}
	if a, b := strings.Join(want, "\n"), strings.Join(got, "\n"); a != b {
		t.Fatalf("%q:\nthe library %s\nours %s", src, a, b)
	}
}

var lineSeeds = []string{
	"m,a=1,b=2 f=1,g=2i,h=3u,i=t,j=\"x\" 5\n", "m f=1\nm f=2 3\r\n# c\n\nm f=\"a\nb\\\"\\\\\" 4", "m\\ \\,,k\\==v\\,\\ x f\\=\\ =-1.5e-3,f=9223372036854775807i", "m,b=1,a=2 f=1,f=2",
	"m f=1 \nm f=1  2  \n", "m f=0x1p-2", "m f=1e400", "m,a=1,a=2 f=1", "m f=TRUE,g=F,h=tRue", "m f=.5,g=5.,h=-.5e+3,i=--1", "é,ñ=ü ö=\"ß\"",
}

func TestLineProtocolLikeTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []byte("m,= \\\"\n\r#abc019.-eiutfTF\xc3\xa9")
	for _, s := range lineSeeds {
		sameLines(t, []byte(s))
	}
	for range 300_000 {
		b := []byte(lineSeeds[r.IntN(len(lineSeeds))])
		for range 1 + r.IntN(4) {
			i := r.IntN(len(b))
			switch r.IntN(3) {
			case 0:
				b[i] = alphabet[r.IntN(len(alphabet))]
			case 1:
				b = append(b[:i], b[i+1:]...)
			default:
				b = append(b[:i], append([]byte{alphabet[r.IntN(len(alphabet))]}, b[i:]...)...)
			}
			if len(b) == 0 {
				b = []byte("m")
			}
		}
		sameLines(t, b)
	}
}

func FuzzLineProtocolLikeTheLibrary(f *testing.F) {
	for _, s := range lineSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(sameLines)
}

// Packs that the library finds valid are rows of the same names, values, units and times;
// what ours encodes the library decodes, and the other way round.
func TestSenMLLikeTheLibrary(t *testing.T) {
	now := time.Unix(1774772100, 0)
	c := telemetry.Config{Clock: func() time.Time { return now }, Time: telemetry.TimeOfReceipt}
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 20_000 {
		var records []string
		for i := range 1 + r.IntN(6) {
			var f []string
			add := func(p float64, s string) {
				if r.Float64() < p {
					f = append(f, s)
				}
			}
			base := 0.1
			if i == 0 {
				base = 1
			}
			add(base, `"bn":"`+pick("urn:dev:ow:1:", "a/", "dev")+`"`)
			add(base, fmt.Sprintf(`"bt":%d.25`, 1774772100+r.IntN(1000)))
			add(0.1, `"bu":"`+pick("Cel", "A")+`"`)
			add(0.05, fmt.Sprintf(`"bv":%d`, 1+r.IntN(9)))
			add(0.7, `"n":"`+pick("temp", "x:y", "1")+`"`)
			add(0.5, `"u":"`+pick("V", "%RH", "foo")+`"`)
			add(0.7, fmt.Sprintf(`"t":%d.5`, r.IntN(100)-50))
			add(1, pick(`"v":21.5`, `"v":-1e-3`, `"v":3`))
			add(0.1, `"ut":5`)
			records = append(records, "{"+strings.Join(f, ",")+"}")
		}
		src := []byte("[" + strings.Join(records, ",") + "]")
		p, err := codec.DecodeJSON(src)
		if err != nil || p.Validate() != nil {
			t.Fatalf("%s: the library: %v, %v", src, err, p.Validate())
		}
		var b, fromCBOR, fromXML telemetry.Batch
		if err := senml.NewDecoder(senml.Config{Config: c}).Decode(&b, src); err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		samePack(t, &b, p)
		bin, err := codec.EncodeCBOR(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := senml.NewDecoder(senml.Config{Config: c, Form: senml.CBOR}).Decode(&fromCBOR, bin); err != nil {
			t.Fatalf("%s: %x: %v", src, bin, err)
		}
		samePack(t, &fromCBOR, p)
		x, err := codec.EncodeXML(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := senml.NewDecoder(senml.Config{Config: c, Form: senml.XML}).Decode(&fromXML, x); err != nil {
			t.Fatalf("%s: %s: %v", src, x, err)
		}
		samePack(t, &fromXML, p)
		for form, decode := range map[senml.Form]func([]byte, ...codec.Option) (peersenml.Pack, error){senml.JSON: codec.DecodeJSON, senml.CBOR: codec.DecodeCBOR, senml.XML: codec.DecodeXML} {
			out, _, err := senml.Encoder{Form: form}.Append(nil, &b)
			if err != nil {
				t.Fatal(err)
			}
			back, err := decode(out)
			if err != nil || back.Validate() != nil {
				t.Fatalf("%s: %q: the library: %v, %v", src, out, err, back.Validate())
			}
			samePack(t, &b, back)
		}
	}
}

func samePack(t *testing.T, b *telemetry.Batch, p peersenml.Pack) {
	t.Helper()
	p = p.Clone()
	p.Normalize()
	if len(p) != b.Len() {
		t.Fatalf("%d rows, the library has %d records", b.Len(), len(p))
	}
	for i, r := range p {
		o := b.At(i)
		name := o.Entity.ID
		if o.Attribute != "" && name != "" && !strings.HasSuffix(name, "/") {
			name += ":"
		}
		d := float64(o.Time.UnixNano())/1e9 - r.Time
		if name+o.Attribute != r.Name || o.Value.Number != *r.Value || o.Unit.Given != r.Unit || d > 1e-6 || d < -1e-6 {
			text, _ := json.Marshal(r)
			t.Fatalf("row %d is %+v, the library has %s", i, o, text)
		}
	}
}
