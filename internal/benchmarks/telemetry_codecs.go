package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	peersenml "github.com/farshidtz/senml/v2"
	"github.com/farshidtz/senml/v2/codec"
	peerlp "github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/lineprotocol"
	"github.com/almotacen/almotacen/telemetry/senml"
)

// lines are readings of weather stations, in turns.
func lines(n, stations int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b []byte
	t := int64(1774772100_000000000)
	for i := range n {
		s := i % stations
		b = fmt.Appendf(b, "weather,city=Zaragoza,id=station-%05d,zone=%d temperature=%.1f,humidity=%di,pressure=%.2f,raining=%t %d\n",
			s, s%9, r.Float64()*30, r.IntN(100), 950+r.Float64()*100, r.IntN(9) == 0, t+int64(i)*1000)
	}
	return b
}

// peerLines decodes with the library of InfluxData and sums what it meets, so that
// nothing is left out.
func peerLines(src []byte) (rows int, sum float64, err error) {
	d := peerlp.NewDecoderWithBytes(src)
	for d.Next() {
		if _, err := d.Measurement(); err != nil {
			return rows, sum, err
		}
		for {
			k, _, err := d.NextTag()
			if err != nil {
				return rows, sum, err
			}
			if k == nil {
				break
			}
		}
		for {
			k, v, err := d.NextField()
			if err != nil {
				return rows, sum, err
			}
			if k == nil {
				break
			}
			rows++
			switch v.Kind() {
			case peerlp.Float:
				sum += v.FloatV()
			case peerlp.Int:
				sum += float64(v.IntV())
			case peerlp.Bool:
				if v.BoolV() {
					sum++
				}
			}
		}
		if _, err := d.Time(peerlp.Nanosecond, time.Time{}); err != nil {
			return rows, sum, err
		}
	}
	return rows, sum, nil
}

func lineProtocolCases(quick bool) error {
	n := 200_000
	if quick {
		n = 5_000
	}
	for _, c := range []struct {
		name     string
		stations int
		target   string
	}{{"1 series", 1, "≥ 1.5×"}, {"1,000 series in turns", 1_000, "≥ 1.5×"}, {"every line another series", n, "-"}} {
		src := lines(n, c.stations)
		var b telemetry.Batch
		d := lineprotocol.NewDecoder(lineprotocol.Config{})
		if err := d.Decode(&b, src); err != nil {
			return err
		}
		rows, sum, err := peerLines(src)
		if err != nil {
			return err
		}
		own := 0.0
		for _, v := range b.Number {
			own += v
		}
		if rows != b.Len() || own != sum {
			return fmt.Errorf("line protocol: %d rows with sum %v, the library has %d with %v", b.Len(), own, rows, sum)
		}
		versus("telemetry/line protocol, "+c.name, len(src), c.target, quick, func() {
			b.Reset()
			if err := d.Decode(&b, src); err != nil {
				panic(err)
			}
		}, func() { peerLines(src) })
	}
	return nil
}

// pack is readings of devices in turns, in SenML JSON.
func pack(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	b := []byte{'['}
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		switch {
		case i%50 == 0:
			b = fmt.Appendf(b, `{"bn":"urn:dev:ow:10e2073a01%06d:","bt":%d,"bu":"Cel","n":"temperature","v":%.1f}`, i/50, 1774772100+i, r.Float64()*30)
		case i%5 == 0:
			b = fmt.Appendf(b, `{"n":"humidity","u":"%%RH","t":%d,"v":%d}`, i%50, r.IntN(100))
		default:
			b = fmt.Appendf(b, `{"n":"temperature","t":%d.5,"v":%.2f}`, i%50, r.Float64()*30)
		}
	}
	return append(b, ']')
}

// sameSenML compares the rows with a pack of the library, resolved.
func sameSenML(b *telemetry.Batch, p peersenml.Pack) error {
	p = p.Clone()
	p.Normalize()
	if len(p) != b.Len() {
		return fmt.Errorf("senml: %d rows, the library has %d", b.Len(), len(p))
	}
	for i, r := range p {
		o := b.At(i)
		if name := o.Entity.ID + ":" + o.Attribute; name != r.Name || o.Value.Number != *r.Value || o.Unit.Given != r.Unit || math.Abs(float64(o.Time.UnixNano())/1e9-r.Time) > 1e-6 {
			return fmt.Errorf("senml: row %d is %+v, the library has %+v", i, o, r)
		}
	}
	return nil
}

func senmlCases(quick bool) error {
	n := 100_000
	if quick {
		n = 5_000
	}
	src := pack(n)
	p, err := codec.DecodeJSON(src)
	if err != nil {
		return err
	}
	bin, err := codec.EncodeCBOR(p)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name, target string
		form         senml.Form
		src          []byte
		peer         func([]byte, ...codec.Option) (peersenml.Pack, error)
	}{
		{"telemetry/SenML JSON", "≥ 3×", senml.JSON, src, codec.DecodeJSON},
		{"telemetry/SenML CBOR", "≥ 4×", senml.CBOR, bin, codec.DecodeCBOR},
	} {
		d := senml.NewDecoder(senml.Config{Form: c.form})
		var b telemetry.Batch
		if err := d.Decode(&b, c.src); err != nil {
			return err
		}
		p, err := c.peer(c.src)
		if err != nil {
			return err
		}
		if err := sameSenML(&b, p); err != nil {
			return err
		}
		ours := func() {
			b.Reset()
			if err := d.Decode(&b, c.src); err != nil {
				panic(err)
			}
		}
		decode := func() peersenml.Pack {
			p, err := c.peer(c.src)
			if err != nil {
				panic(err)
			}
			return p
		}
		// Ours resolves and checks names; the library decodes, and resolves without a check.
		name := c.name + ", " + strconv.Itoa(n) + " records"
		versus(name+", resolved", len(c.src), c.target, quick, ours, func() { decode().Normalize() })
		versus(name+", the library without resolving", len(c.src), c.target, quick, ours, func() { decode() })
	}
	return nil
}
