package senml

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// Major types of CBOR (RFC 8949, 3.1).
const (
	cborUint = iota
	cborNegative
	cborBytes
	cborText
	cborArray
	cborMap
	cborTag
	cborSimple
)

const indefinite = math.MaxUint64

// reader reads CBOR. The first error sticks.
type reader struct {
	src    []byte
	pos    int
	depth  int // that may still be gone down
	bad    string
	inside bool // what is wrong is within a record
	short  bool // the text ends too early
	text   []byte
}

func (c *reader) fail(msg string) {
	if c.bad == "" {
		c.bad = msg
	}
}

func (c *reader) cut() {
	if c.bad == "" {
		c.short = true
		c.fail("the text ends within an item")
	}
}

// head reads the head of an item: its major type, its argument and how many bytes that took;
// an argument of indefinite is an indefinite length.
func (c *reader) head() (major uint8, arg uint64, size int) {
	if c.bad != "" {
		return 0, 0, 0
	}
	if c.pos >= len(c.src) {
		c.cut()
		return 0, 0, 0
	}
	b := c.src[c.pos]
	major, info := b>>5, b&31
	c.pos++
	switch {
	case info < 24:
		return major, uint64(info), 0
	case info == 31:
		if major == cborUint || major == cborNegative || major == cborTag {
			c.pos--
			c.fail("an indefinite length where there is none")
			return 0, 0, 0
		}
		return major, indefinite, 0
	case info > 27:
		c.pos--
		c.fail("a reserved head")
		return 0, 0, 0
	}
	size = 1 << (info - 24)
	if len(c.src)-c.pos < size {
		c.cut()
		return 0, 0, 0
	}
	p := c.src[c.pos:]
	c.pos += size
	switch size {
	case 1:
		arg = uint64(p[0])
	case 2:
		arg = uint64(binary.BigEndian.Uint16(p))
	case 4:
		arg = uint64(binary.BigEndian.Uint32(p))
	default:
		arg = binary.BigEndian.Uint64(p)
	}
	if arg == indefinite {
		arg-- // no length is so long; of integers see integer
	}
	return major, arg, size
}

// more reports whether a container of n items, of which i are read, goes on.
func (c *reader) more(n uint64, i uint64) bool {
	if c.bad != "" {
		return false
	}
	if n != indefinite {
		return i < n
	}
	if c.pos >= len(c.src) {
		c.cut()
		return false
	}
	if c.src[c.pos] == 0xff {
		c.pos++
		return false
	}
	return true
}

// bytes reads the content of a string of length n and of a major type, whose head is read.
// The result may be scratch.
func (c *reader) bytes(major uint8, n uint64) []byte {
	if n != indefinite {
		if n > uint64(len(c.src)-c.pos) {
			c.cut()
			return nil
		}
		p := c.src[c.pos : c.pos+int(n)]
		c.pos += int(n)
		if major == cborText && !utf8.Valid(p) {
			c.pos -= int(n)
			c.fail("a text that is not UTF-8")
		}
		return p
	}
	c.text = c.text[:0]
	for c.more(n, 0) {
		m, k, _ := c.head()
		if c.bad == "" && (m != major || k == indefinite) {
			c.fail("a chunk of another type in a string")
		}
		if c.bad != "" {
			return nil
		}
		c.text = append(c.text, c.bytes(major, k)...)
	}
	return c.text
}

// skip passes over an item.
func (c *reader) skip() {
	if c.depth == 0 {
		c.fail("too many items within each other")
		return
	}
	c.depth--
	defer func() { c.depth++ }()
	major, n, size := c.head()
	switch major {
	case cborBytes, cborText:
		c.bytes(major, n)
	case cborArray:
		for i := uint64(0); c.more(n, i); i++ {
			c.skip()
		}
	case cborMap:
		for i := uint64(0); c.more(n, i); i++ {
			c.skip()
			c.skip()
		}
	case cborTag:
		c.skip()
	case cborSimple:
		if c.bad == "" && (n == indefinite || size == 1 && n < 32) {
			c.pos--
			c.fail("a break or a simple value out of place")
		}
	}
}

// kind names the next item, for messages.
func (c *reader) kind() string {
	if c.pos >= len(c.src) {
		return "the end"
	}
	switch b := c.src[c.pos]; {
	case b>>5 < 7:
		return [...]string{"a number", "a number", "bytes", "a text", "an array", "a map", "a tag"}[b>>5]
	case b == 0xf4 || b == 0xf5:
		return "a boolean"
	case b == 0xf6:
		return "null"
	case b >= 0xf9 && b <= 0xfb:
		return "a number"
	}
	return "a simple value"
}

// number is a number as it was written: a float, or m × 10^e.
type number struct {
	float   float64
	mant    int64
	exp     int64
	decimal bool   // mant and exp are the number, exactly
	digits  string // it is this number, beyond the rest
}

// number reads the next item if it is a number: an integer, a float, a big number, a decimal
// fraction or a big float (tags 2 to 5). False, and nothing read, if not.
func (c *reader) number() (n number, ok bool) {
	start := c.pos
	major, arg, size := c.head()
	if c.bad != "" {
		return n, false
	}
	switch {
	case major == cborUint && arg <= math.MaxInt64:
		return number{float: float64(arg), mant: int64(arg), decimal: true}, true
	case major == cborNegative && arg <= math.MaxInt64:
		return number{float: -1 - float64(arg), mant: -1 - int64(arg), decimal: true}, true
	case major == cborUint || major == cborNegative:
		v := new(big.Int).SetUint64(binary.BigEndian.Uint64(c.src[c.pos-8:]))
		if major == cborNegative {
			v.Not(v)
		}
		return bigNumber(v, 0), true
	case major == cborSimple && size == 2:
		return number{float: half(uint16(arg))}, true
	case major == cborSimple && size == 4:
		return number{float: float64(math.Float32frombits(uint32(arg)))}, true
	case major == cborSimple && size == 8:
		return number{float: math.Float64frombits(binary.BigEndian.Uint64(c.src[c.pos-8:]))}, true
	case major == cborTag && (arg == 2 || arg == 3):
		if v, ok := c.bignum(arg == 3); ok {
			return bigNumber(v, 0), true
		}
	case major == cborTag && (arg == 4 || arg == 5):
		if n, ok := c.fraction(arg == 5); ok {
			return n, true
		}
	}
	if c.bad == "" {
		c.pos = start
	}
	return n, false
}

// float reads the next item if it is a float64 or an integer of at most 32 bits, as most
// are. False, and nothing read, if not.
func (c *reader) float() (float64, bool) {
	v, n := float(c.src[c.pos:])
	c.pos += n
	return v, n > 0
}

func float(p []byte) (v float64, size int) {
	if len(p) < 9 {
		return 0, 0
	}
	switch b := p[0]; {
	case b == 0xfb:
		return math.Float64frombits(binary.BigEndian.Uint64(p[1:])), 9
	case b < 24:
		return float64(b), 1
	case b == 24:
		return float64(p[1]), 2
	case b == 25:
		return float64(binary.BigEndian.Uint16(p[1:])), 3
	case b == 26:
		return float64(binary.BigEndian.Uint32(p[1:])), 5
	case b >= 0x20 && b < 0x38:
		return -1 - float64(b-0x20), 1
	}
	return 0, 0
}

// maxBig bounds big numbers, in bytes: more than any float64 has.
const maxBig = 256

func (c *reader) bignum(negative bool) (*big.Int, bool) {
	major, n, _ := c.head()
	if c.bad != "" || major != cborBytes {
		return nil, false
	}
	p := c.bytes(major, n)
	if c.bad != "" || len(p) > maxBig {
		return nil, false
	}
	v := new(big.Int).SetBytes(p)
	if negative {
		v.Not(v)
	}
	return v, true
}

// fraction reads [exponent, mantissa] of base 10 or 2.
func (c *reader) fraction(binary bool) (n number, ok bool) {
	major, size, _ := c.head()
	if c.bad != "" || major != cborArray || size != 2 && size != indefinite {
		return n, false
	}
	var exp int64
	switch major, arg, _ := c.head(); {
	case c.bad != "" || arg > 1<<20:
		return n, false
	case major == cborUint:
		exp = int64(arg)
	case major == cborNegative:
		exp = -1 - int64(arg)
	default:
		return n, false
	}
	var mant *big.Int
	switch major, arg, _ := c.head(); {
	case c.bad != "":
		return n, false
	case (major == cborUint || major == cborNegative) && arg <= math.MaxInt64:
		m := int64(arg)
		if major == cborNegative {
			m = -1 - m
		}
		if size == indefinite && c.more(size, 2) {
			return n, false
		}
		if !binary {
			return decimal(m, exp), true
		}
		mant = big.NewInt(m)
	case major == cborTag && (arg == 2 || arg == 3):
		if mant, ok = c.bignum(arg == 3); !ok {
			return n, false
		}
		if size == indefinite && c.more(size, 2) {
			return n, false
		}
	default:
		return n, false
	}
	if !binary {
		return bigNumber(mant, exp), true
	}
	f, _ := new(big.Float).SetMantExp(new(big.Float).SetPrec(maxBig*8).SetInt(mant), int(exp)).Float64()
	return number{float: f}, true
}

// toFloat is the float64 nearest to mant × 10^exp.
func (n number) toFloat() float64 {
	var buf [48]byte
	p := strconv.AppendInt(buf[:0], n.mant, 10)
	if n.exp != 0 {
		p = strconv.AppendInt(append(p, 'e'), n.exp, 10)
	}
	f, _ := jsonscan.ParseNumber(p)
	return f.Value
}

// decimal is m × 10^exp, kept so.
func decimal(m, exp int64) number {
	n := number{mant: m, exp: exp, decimal: true}
	n.float = n.toFloat()
	return n
}

// bigNumber is m × 10^exp.
func bigNumber(m *big.Int, exp int64) number {
	if m.IsInt64() {
		return decimal(m.Int64(), exp)
	}
	s := m.String()
	if exp != 0 {
		s += "e" + strconv.FormatInt(exp, 10)
	}
	f, _ := jsonscan.ParseNumber([]byte(s))
	return number{float: f.Value, digits: s}
}

// half is a float16 (RFC 8949, appendix D).
func half(h uint16) float64 {
	exp, mant := int(h>>10&31), float64(h&1023)
	var v float64
	switch exp {
	case 0:
		v = math.Ldexp(mant, -24)
	case 31:
		v = math.Inf(1)
		if mant != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(mant+1024, exp-25)
	}
	if h&0x8000 != 0 {
		v = -v
	}
	return v
}

func (d *Decoder) decodeCBOR(src []byte) error {
	c, r := &d.cbor, &d.run
	c.src, c.pos, c.bad, c.short, c.depth = src, 0, "", false, r.Config.Limits.Depth
	c.inside = true
	defer func() { c.src = nil }()
	if len(src) >= 3 && src[0] == 0xd9 && src[1] == 0xd9 && src[2] == 0xf7 {
		c.pos = 3 // self-described CBOR
	}
	if c.pos < len(src) && src[c.pos]>>5 == cborMap {
		d.begin(true)
		if done, err := d.recordCBOR(); done {
			return err
		}
	} else {
		d.begin(false)
		major, n, _ := c.head()
		if c.bad == "" && major != cborArray {
			c.pos = 0
			return r.Abort(r.Fail(telemetry.ErrType, 0, "%s where a pack, an array, should be", c.kind()))
		}
		for i := uint64(0); c.more(n, i); i++ {
			if end, k := d.repeat(src, c.pos, int(min(n-i, room))); k > 0 {
				c.pos = end
				i += uint64(k) - 1
				continue
			}
			if done, err := d.recordCBOR(); done {
				return err
			}
		}
	}
	if c.bad == "" && c.pos < len(src) {
		c.fail("more after the end of the pack")
		r.Next()
	} else if c.bad != "" && !c.inside && r.Config.Policy != telemetry.Stop {
		r.Next() // of the record before it nothing is lost
	}
	if c.bad != "" {
		kind := telemetry.ErrSyntax
		if c.bad == "too many items within each other" {
			kind = telemetry.ErrLimit
		}
		return r.Refuse(r.Fail(kind, c.pos, "%s", c.bad))
	}
	return nil
}

func (d *Decoder) recordCBOR() (done bool, err error) {
	c, r := &d.cbor, &d.run
	r.Next()
	d.rec.reset(c.pos)
	var e *telemetry.Error
	if c.pos < len(c.src) && c.src[c.pos]>>5 != cborMap {
		e = r.Fail(telemetry.ErrType, c.pos, "%s where a record, a map, should be", c.kind())
		c.skip()
	} else {
		e = d.fieldsCBOR()
	}
	if c.inside = c.bad != ""; c.inside {
		return false, nil // the end of the pack says it
	}
	return d.next(e, c.src, c.pos)
}

// cborLabels has the labels of integers from -6.
var cborLabels = [...]fields{hasBS, hasBV, hasBU, hasBT, hasBN, hasVersion, hasN, hasU, hasV, hasVS, hasVB, hasS, hasT, hasUT, hasVD}

func (d *Decoder) fieldsCBOR() (first *telemetry.Error) {
	c, rec := &d.cbor, &d.rec
	_, n, _ := c.head()
	for i := uint64(0); c.more(n, i); i++ {
		at := c.pos
		if at < len(c.src) && c.src[at] <= 8 { // a label of one byte, as most are
			if f := cborLabels[c.src[at]+6]; rec.has&f == 0 {
				c.pos++
				rec.has |= f
				if e := d.fieldCBOR(f, rec); e != nil && first == nil {
					first = e
				}
				continue
			}
		}
		major, arg, _ := c.head()
		var f fields
		var e *telemetry.Error
		switch major {
		case cborUint:
			if arg <= 8 {
				f = cborLabels[arg+6]
			}
		case cborNegative:
			if arg <= 5 {
				f = cborLabels[5-arg]
			}
		case cborText:
			key := c.bytes(major, arg)
			if f = label(key); f == 0 && c.bad == "" {
				e = d.unknown(key, at)
			}
		default:
			if c.bad == "" {
				c.pos = at
				e = d.run.Fail(telemetry.ErrType, at, "%s where a label should be", c.kind())
				c.skip()
			}
		}
		if f != 0 {
			e = d.once(f, at)
		}
		if c.bad != "" {
			return nil
		}
		if f == 0 || e != nil {
			c.skip()
		} else {
			e = d.fieldCBOR(f, rec)
		}
		if first == nil {
			first = e
		}
	}
	return first
}

func (d *Decoder) fieldCBOR(f fields, rec *record) (e *telemetry.Error) {
	c, at := &d.cbor, d.cbor.pos
	switch f {
	case hasN:
		rec.n, e = d.textCBOR(f, cborText)
	case hasU:
		rec.u, e = d.textCBOR(f, cborText)
	case hasBN:
		rec.bn, e = d.textCBOR(f, cborText)
	case hasBU:
		rec.bu, e = d.textCBOR(f, cborText)
	case hasVS:
		rec.text, e = d.textCBOR(f, cborText)
	case hasVD:
		var data []byte
		data, e = d.textCBOR(f, cborBytes)
		d.scratch = base64.RawURLEncoding.AppendEncode(d.scratch[:0], data)
		rec.text = rec.keep(d.scratch)
	case hasVB:
		if c.pos < len(c.src) && c.src[c.pos]|1 == 0xf5 {
			rec.vb = c.src[c.pos] == 0xf5
			c.pos++
		} else {
			e = d.wrongCBOR(f, "a boolean")
		}
	case hasT:
		rec.t, e = d.secondsCBOR(f)
		rec.tAt, rec.tEnd = at, c.pos
	case hasBT:
		rec.bt, e = d.secondsCBOR(f)
	case hasV:
		if v, ok := c.float(); ok {
			rec.v = v
			rec.vAt, rec.vEnd = at, c.pos
			return nil
		}
		n, ok := c.number()
		if !ok {
			return d.wrongCBOR(f, "a number")
		}
		rec.v = n.float
		switch {
		case n.digits != "":
			rec.digits = append(rec.digits, n.digits...)
		case n.decimal && (n.mant > 1<<53 || n.mant < -1<<53):
			rec.digits = strconv.AppendInt(rec.digits, n.mant, 10)
			if n.exp != 0 {
				rec.digits = strconv.AppendInt(append(rec.digits, 'e'), n.exp, 10)
			}
		}
	case hasUT:
		n, ok := c.number()
		if !ok {
			return d.wrongCBOR(f, "a number")
		}
		if math.IsInf(n.float, 0) || math.IsNaN(n.float) {
			return d.run.Fail(telemetry.ErrValue, at, "ut is %v", n.float)
		}
		d.scratch = jsonscan.AppendNumber(d.scratch[:0], n.float)
		rec.ut = rec.keep(d.scratch)
	case hasVersion:
		n, ok := c.number()
		if !ok {
			return d.wrongCBOR(f, "a number")
		}
		return d.checkVersion(n.float, at)
	default:
		n, ok := c.number()
		switch {
		case !ok:
			return d.wrongCBOR(f, "a number")
		case math.IsInf(n.float, 0) || math.IsNaN(n.float):
			e = d.run.Fail(telemetry.ErrValue, at, "%s is %v", f, n.float)
			if f&hasBase != 0 {
				d.lose(e)
			}
			return e
		}
		switch f {
		case hasBV:
			rec.bv = n.float
		case hasBS:
			rec.bs = n.float
		case hasS:
			rec.s = n.float
		}
	}
	return e
}

// wrongCBOR passes over an item of the wrong type.
func (d *Decoder) wrongCBOR(f fields, want string) *telemetry.Error {
	c := &d.cbor
	if c.bad != "" {
		return nil
	}
	e := d.run.Fail(telemetry.ErrType, c.pos, "%s is %s and should be %s", f, c.kind(), want)
	if f&hasBase != 0 {
		d.lose(e)
	}
	c.skip()
	return e
}

func (d *Decoder) textCBOR(f fields, want uint8) ([]byte, *telemetry.Error) {
	c := &d.cbor
	start := c.pos
	if start < len(c.src) { // short and definite, as most are
		if n := int(c.src[start] - want<<5); n < 24 && n < len(c.src)-start {
			p := c.src[start+1 : start+1+n]
			if ascii(p) || want == cborBytes {
				c.pos += n + 1
				return p, nil
			}
		}
	}
	major, n, _ := c.head()
	if major != want && c.bad == "" {
		c.pos = start
		return nil, d.wrongCBOR(f, [...]string{cborBytes: "bytes", cborText: "a text"}[want])
	}
	p := c.bytes(major, n)
	if n == indefinite {
		p = d.rec.keep(p)
	}
	return p, nil
}

func ascii(p []byte) bool {
	var or byte
	for _, c := range p {
		or |= c
	}
	return or < utf8.RuneSelf
}

func (d *Decoder) secondsCBOR(f fields) (ns int64, e *telemetry.Error) {
	c, at := &d.cbor, d.cbor.pos
	if v, ok := c.float(); ok {
		if ns, ok = secondsOf(v); ok {
			return ns, nil
		}
		c.pos = at
	}
	n, ok := c.number()
	if !ok {
		return 0, d.wrongCBOR(f, "a number")
	}
	switch {
	case n.digits != "":
		ns, ok = nanoseconds([]byte(n.digits))
	case n.decimal && n.exp == 0 && n.mant < 9_000_000_000 && n.mant > -9_000_000_000:
		return n.mant * 1_000_000_000, nil
	case n.decimal:
		m := uint64(n.mant)
		if n.mant < 0 {
			m = -m
		}
		ns, ok = scale(m, int(n.exp)+9, n.mant < 0)
	default:
		ns, ok = secondsOf(n.float)
	}
	if !ok {
		e = d.run.Fail(telemetry.ErrTime, at, "%s is outside 1677 to 2262", f)
		if f&hasBase != 0 {
			d.lose(e)
		}
	}
	return ns, e
}

// splitter cuts a stream of CBOR into packs, and arrays into their records. Each
// item is looked through again when more of it has come.
type splitter struct {
	open bool   // within an array
	n, i uint64 // of n items, i are read
}

func (s *splitter) split(data []byte, atEOF bool) (int, []byte, error) {
	c := reader{src: data, depth: 1 << 10}
	for c.pos < len(data) {
		start := c.pos
		if !s.open {
			switch rest := data[start:]; {
			case rest[0] == 0xd9 && len(rest) < 3 && !atEOF:
				return start, nil, nil
			case len(rest) >= 3 && rest[0] == 0xd9 && rest[1] == 0xd9 && rest[2] == 0xf7:
				c.pos += 3 // self-described CBOR
				continue
			case rest[0]>>5 == cborArray:
				_, n, _ := c.head()
				if c.bad == "" {
					s.open, s.n, s.i = true, n, 0
					continue
				}
			}
		} else if !c.more(s.n, s.i) && c.bad == "" {
			s.open = false
			continue
		}
		c.skip()
		switch {
		case c.bad == "":
			s.i++
			return c.pos, data[start:c.pos], nil
		case c.short && !atEOF:
			return start, nil, nil
		case c.short:
			s.open = false
			return len(data), data[start:], nil
		}
		return 0, nil, &telemetry.Error{Kind: telemetry.ErrSyntax, Offset: int64(c.pos), Msg: c.bad}
	}
	if s.open && s.n != indefinite && s.i == s.n {
		s.open = false
	}
	if atEOF && s.open {
		return 0, nil, &telemetry.Error{Kind: telemetry.ErrSyntax, Offset: int64(c.pos), Msg: "the text ends within an array"}
	}
	return c.pos, nil, nil
}
