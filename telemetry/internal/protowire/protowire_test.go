package protowire

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	peer "google.golang.org/protobuf/encoding/protowire"
)

// fields reads with Reader, peerFields with the official package: the same fields, or both an
// error.
func fields(src []byte) (out []Field, ok bool) {
	r := New(src, 0)
	for f, ok := r.Next(); ok; f, ok = r.Next() {
		out = append(out, f)
	}
	return out, r.Err == 0
}

func peerFields(src []byte) (out []Field, ok bool) {
	at := 0
	for len(src) > 0 {
		num, typ, n := peer.ConsumeTag(src)
		if n < 0 || num > peer.MaxValidNumber { // which proto.Unmarshal refuses
			return out, false
		}
		f := Field{Num: int32(num), Type: Type(typ), At: at}
		m := 0
		switch typ {
		case peer.VarintType:
			f.Value, m = peer.ConsumeVarint(src[n:])
		case peer.Fixed64Type:
			f.Value, m = peer.ConsumeFixed64(src[n:])
		case peer.Fixed32Type:
			var v uint32
			v, m = peer.ConsumeFixed32(src[n:])
			f.Value = uint64(v)
		case peer.BytesType:
			f.Data, m = peer.ConsumeBytes(src[n:])
			f.Start = at + n + m - len(f.Data)
		default:
			if m = peer.ConsumeFieldValue(num, typ, src[n:]); m >= 0 {
				src, at = src[n+m:], at+n+m
				continue
			}
		}
		if m < 0 {
			return out, false
		}
		out = append(out, f)
		src, at = src[n+m:], at+n+m
	}
	return out, true
}

func sample() []byte {
	b := AppendVarint(nil, 1, 300)
	b = AppendDouble(b, 2, math.Pi)
	b = AppendFloat(b, 3, 1.5)
	b = AppendBytes(b, 4, "Lugo")
	b, m := Begin(b, 1000)
	b = AppendBytes(b, 1, bytes.Repeat([]byte("x"), 300))
	b = End(b, m)
	return append(b, 0x2b, 0x08, 0x01, 0x33, 0x34, 0x2c, 0x30, 0x01) // group 5 with group 6 inside, field 6
}

func TestAgreesWithOfficial(t *testing.T) {
	src := sample()
	for n := range len(src) + 1 {
		for _, c := range []int{-1, 0, 1, 3, 4, 6, 7, 0x7f, 0x80, 0xff} {
			p := bytes.Clone(src[:n])
			if c >= 0 && n > 0 {
				p[n-1] = byte(c)
			}
			want, wantOK := peerFields(p)
			got, ok := fields(p)
			require.Equal(t, wantOK, ok, "%x", p)
			if ok {
				require.Equal(t, want, got, "%x", p)
			}
		}
	}
}

func TestBeginEnd(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 127, 128, 16383, 16384, 1 << 21} {
		text := bytes.Repeat([]byte("y"), n)
		b, m := Begin([]byte("before"), 3)
		b = End(append(b, text...), m)
		require.Equal(t, peer.AppendBytes(peer.AppendTag([]byte("before"), 3, peer.BytesType), text), b)
	}
}

func TestPacked(t *testing.T) {
	f := Field{Type: Bytes, Data: []byte{1, 0x80, 1, 0x80}, Start: 10}
	p, ok := f.Elements(Varint)
	require.True(t, ok)
	v, ok := p.Next()
	require.True(t, ok)
	require.Equal(t, uint64(1), v)
	v, _ = p.Next()
	require.Equal(t, uint64(128), v)
	_, ok = p.Next()
	require.False(t, ok)
	require.Equal(t, Truncated, p.Err)
	require.Equal(t, 13, p.Offset())
	f = Field{Type: Varint, Value: 7}
	p, ok = f.Elements(Varint)
	require.True(t, ok)
	v, ok = p.Next()
	require.True(t, ok)
	require.Equal(t, uint64(7), v)
	_, ok = f.Elements(Fixed64)
	require.False(t, ok)
	require.Equal(t, int64(-2), (&Field{Value: 3}).Sint())
}

func TestAllocatesNothing(t *testing.T) {
	src := sample()
	require.Zero(t, testing.AllocsPerRun(50, func() {
		r := New(src, 0)
		for _, ok := r.Next(); ok; _, ok = r.Next() {
		}
		if r.Err != 0 {
			t.Fatal(r.Err)
		}
	}))
}

func FuzzAgreesWithOfficial(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, src []byte) {
		want, wantOK := peerFields(src)
		got, ok := fields(src)
		if ok != wantOK {
			// The official package lets groups be 10,000 deep, and numbers within them be beyond 2^29.
			r := New(src, 0)
			for _, ok := r.Next(); ok; _, ok = r.Next() {
			}
			require.Contains(t, []Problem{Group, Tag}, r.Err, "%x", src)
			return
		}
		if ok {
			require.Equal(t, want, got, "%x", src)
		}
	})
}
