package sdm

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

// maxProblems of one entity are kept.
const maxProblems = 100

// Checker checks entities. It is for one goroutine at a time.
type Checker struct {
	m        *Models
	s        jsonscan.Scanner
	sub      jsonscan.Scanner
	problems []telemetry.Problem
	quiet    int // within alternatives: a failure is no problem yet
	spans    []span
}

// NewChecker returns a checker.
func (m *Models) NewChecker() *Checker {
	c := &Checker{m: m}
	c.s.MaxDepth, c.sub.MaxDepth = math.MaxInt32, math.MaxInt32
	return c
}

// Check returns what is wrong with an entity of a type, nil if nothing is. The text must be
// an entity that a decoder has read: valid JSON without keys that stand twice. The result is
// valid until the next call. It is a [telemetry.Check].
func (c *Checker) Check(typ, entity []byte) []telemetry.Problem {
	c.problems, c.quiet = c.problems[:0], 0
	mo := c.m.models[string(typ)]
	switch {
	case mo == nil && c.m.unknown:
		return nil
	case mo == nil:
		c.add(0, "", "there is no model of the type %.80q", typ)
		return c.problems
	case mo.root == nil:
		c.byEngine(mo, entity)
		return c.problems
	}
	c.s.Reset(entity)
	if c.s.Kind() == jsonscan.Object {
		c.entity(mo.root)
	} else {
		c.value(mo.root)
	}
	if e := c.s.Err(); e != nil {
		c.problems = append(c.problems[:0], telemetry.Problem{Offset: e.Offset, Pointer: e.Pointer, Msg: e.Msg})
	}
	return c.problems
}

func (c *Checker) add(at int, pointer, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, telemetry.Problem{Offset: at, Pointer: pointer, Msg: fmt.Sprintf(format, args...)})
	}
}

// fail notes a problem at a byte, and is false. Within alternatives it notes nothing.
func (c *Checker) fail(at int, format string, args ...any) bool {
	if c.quiet == 0 {
		c.add(at, jsonscan.Pointer(c.s.Source(), at+1), format, args...)
	}
	return false
}

// entity checks an entity, whose attributes are simplified.
func (c *Checker) entity(n *node) {
	s := &c.s
	s.Kind()
	start := s.Offset()
	if n.types&tObject == 0 || len(n.enums) > 0 {
		c.value(n)
		return
	}
	if len(n.any) > 0 || len(n.one) > 0 {
		m := s.Mark()
		c.alternatives(n, m, start, true)
		s.Back(m)
	}
	c.members(n, start, true)
}

// members checks the members of an object, those of an entity simplified; false as soon as
// one fails if quiet.
func (c *Checker) members(n *node, start int, entity bool) bool {
	s := &c.s
	good, had := true, uint64(0)
	s.Object()
	for {
		key, ok := s.RawKey()
		if !ok {
			break
		}
		p := n.props.find(key)
		if p == nil {
			if _, ok := s.Skip(); !ok {
				return false
			}
			continue
		}
		present := true
		if entity && string(key) != "id" && string(key) != "type" {
			ok, present = c.attribute(p.node)
		} else if p.node != nil {
			ok = c.value(p.node)
		} else {
			_, ok = s.Skip()
		}
		if present {
			had |= p.bit
		}
		if !ok {
			if good = false; c.quiet > 0 || s.Err() != nil {
				return false
			}
		}
	}
	if s.Err() != nil {
		return false
	}
	if missing := n.required &^ had; missing != 0 {
		for i := range n.props.list {
			if p := &n.props.list[i]; p.bit&missing != 0 {
				good = c.quiet == 0 && c.fail(start, "%q is missing, which the model requires", p.name)
				if c.quiet > 0 {
					return false
				}
			}
		}
	}
	return good
}

// value checks the next value, and passes it unless it fails when quiet.
func (c *Checker) value(n *node) bool {
	s := &c.s
	switch k := s.Kind(); k {
	case jsonscan.Object:
		return c.compound(n, tObject)
	case jsonscan.Array:
		return c.compound(n, tArray)
	case jsonscan.Invalid:
		s.Skip()
		return false
	default:
		at := s.Offset()
		v, ok := c.scalar(k)
		return ok && c.test(n, &v, at)
	}
}

// compound checks an object or an array.
func (c *Checker) compound(n *node, t types) bool {
	s := &c.s
	at := s.Offset()
	if n.types&t == 0 || len(n.enums) > 0 {
		// No enum that is compiled has objects or arrays.
		good := c.wrongType(n, t, at)
		if c.quiet == 0 {
			s.Skip()
		}
		return good
	}
	start := s.Mark()
	good := true
	switch {
	case n.objectOnly && len(n.any)+len(n.one) > 0:
		good = c.alternatives(n, start, at, false)
		if c.quiet > 0 && !good {
			return false
		}
		s.Back(start)
		_, ok := s.Skip()
		return good && ok
	case t == tObject:
		good = c.members(n, at, false)
	default:
		good = c.array(n, at)
	}
	if s.Err() != nil || c.quiet > 0 && !good || len(n.any)+len(n.one) == 0 {
		return good
	}
	end := s.Mark()
	good = c.alternatives(n, start, at, false) && good
	s.Back(end)
	return good
}

// alternatives checks a value, from its mark, against anyOf and oneOf.
func (c *Checker) alternatives(n *node, start jsonscan.Mark, at int, entity bool) bool {
	good := true
	c.quiet++
	holds := func(a *node) bool {
		c.s.Back(start)
		if entity {
			return a.types&tObject != 0 && len(a.enums) == 0 && c.members(a, at, true) && c.nested(a, start, at)
		}
		return c.value(a)
	}
	for i := range n.any {
		g := &n.any[i]
		found := false
		if g.key != "" && !entity {
			a := c.chosen(g, start)
			found = a != nil && holds(a)
		} else {
			for _, a := range g.nodes {
				if found = holds(a); found {
					break
				}
			}
		}
		if !found {
			good = c.quiet == 1 && c.outside(at, "the value is none of the forms that the model allows")
		}
	}
	for i := range n.one {
		g := &n.one[i]
		found := 0
		if g.key != "" && !entity {
			if a := c.chosen(g, start); a != nil && holds(a) {
				found = 1
			}
		} else {
			for _, a := range g.nodes {
				if holds(a) {
					found++
				}
				if found > 1 {
					break
				}
			}
		}
		if found != 1 {
			good = c.quiet == 1 && c.outside(at, "the value is %s of the forms of which the model wants one", [...]string{"none", "", "more than one"}[found])
		}
	}
	c.quiet--
	return good
}

// chosen is the alternative that the key of a group tells, nil if none can hold.
func (c *Checker) chosen(g *group, start jsonscan.Mark) *node {
	s := &c.s
	s.Back(start)
	if s.Kind() != jsonscan.Object {
		return nil
	}
	s.Object()
	for key, ok := s.RawKey(); ok; key, ok = s.RawKey() {
		if string(key) != g.key {
			s.Skip()
			continue
		}
		if s.Kind() != jsonscan.String {
			return nil
		}
		text, _ := s.Text()
		return g.byText[string(text)]
	}
	return nil
}

// nested checks the alternatives of an alternative of an entity.
func (c *Checker) nested(a *node, start jsonscan.Mark, at int) bool {
	return len(a.any)+len(a.one) == 0 || c.alternatives(a, start, at, true)
}

// outside notes a failure of alternatives as a problem of what is around them.
func (c *Checker) outside(at int, format string, args ...any) bool {
	c.quiet--
	c.fail(at, format, args...)
	c.quiet++
	return false
}

// array checks the elements of an array.
func (c *Checker) array(n *node, at int) bool {
	s := &c.s
	good, count := true, 0
	base := len(c.spans)
	s.Array()
	for s.More() {
		from := s.Offset()
		ok := true
		if n.items != nil {
			ok = c.value(n.items)
		} else {
			_, ok = s.Skip()
		}
		if !ok {
			if good = false; c.quiet > 0 || s.Err() != nil {
				c.spans = c.spans[:base]
				return false
			}
		}
		if n.unique {
			c.spans = append(c.spans, span{from, s.Offset()})
		}
		count++
	}
	if s.Err() != nil {
		return false
	}
	if count < n.minItems {
		good = c.quiet == 0 && c.fail(at, "%d items; the model wants at least %d", count, n.minItems)
	}
	if n.maxItems >= 0 && count > n.maxItems {
		good = c.quiet == 0 && c.fail(at, "%d items; the model wants at most %d", count, n.maxItems)
	}
	if n.unique {
		if i, twice := c.duplicate(c.spans[base:]); twice {
			good = c.quiet == 0 && c.fail(c.spans[base+i].from, "the item stands twice; the model wants all different")
		}
		c.spans = c.spans[:base]
	}
	return good
}

// scalar is a value that is no object or array.
type scalar struct {
	kind   types // tNull, tBool, tString, tInteger or tFraction
	truth  bool
	text   []byte
	number jsonscan.Number
}

func (c *Checker) scalar(k jsonscan.Kind) (v scalar, ok bool) {
	switch k {
	case jsonscan.String:
		v.kind = tString
		v.text, ok = c.s.Text()
	case jsonscan.Bool:
		v.kind = tBool
		v.truth, ok = c.s.Bool()
	case jsonscan.Null:
		v.kind, ok = tNull, c.s.Null()
	default:
		if v.number, ok = c.s.Number(); ok {
			v.kind = tFraction
			f := v.number.Value
			if f == math.Trunc(f) && (v.number.Exact() || rational(v.number).IsInt()) {
				v.kind = tInteger
			}
		}
	}
	return v, ok
}

// rational is the exact value of a number. One with an exponent too small to write down
// is the least float64 that is not zero.
func rational(n jsonscan.Number) *big.Rat {
	if i := bytes.IndexAny(n.Raw, "eE"); i >= 0 {
		if e, err := strconv.Atoi(string(n.Raw[i+1:])); err != nil || e < -5000 || e > 5000 {
			f := n.Value
			if f == 0 && bytes.ContainsAny(n.Raw[:i], "123456789") {
				f = math.SmallestNonzeroFloat64
				if n.Raw[0] == '-' {
					f = -f
				}
			}
			r := new(big.Rat)
			r.SetFloat64(f)
			return r
		}
	}
	r, ok := new(big.Rat).SetString(string(n.Raw))
	if !ok {
		r = new(big.Rat)
		r.SetFloat64(n.Value)
	}
	return r
}

// test checks a scalar, which is at a byte.
func (c *Checker) test(n *node, v *scalar, at int) bool {
	if n.types&v.kind == 0 {
		return c.wrongType(n, v.kind, at)
	}
	good := true
	for i := range n.enums {
		if !n.enums[i].has(v) {
			good = c.quiet == 0 && c.fail(at, "%s is none of %s", c.show(v), n.enums[i].shown)
		}
	}
	switch v.kind {
	case tString:
		good = c.testText(n, v, at) && good
	case tInteger, tFraction:
		for i := range n.bounds {
			if b := &n.bounds[i]; !b.holds(v.number) {
				good = c.quiet == 0 && c.fail(at, "%s is %s %s", c.show(v), [...]string{"less than", "not above", "more than", "not below"}[b.index()], b.shown)
			}
		}
		for _, m := range n.multiples {
			if !new(big.Rat).Quo(rational(v.number), m).IsInt() {
				good = c.quiet == 0 && c.fail(at, "%s is no multiple of %s", c.show(v), m.RatString())
			}
		}
	}
	if !good && c.quiet > 0 || len(n.any)+len(n.one) == 0 {
		return good
	}
	c.quiet++
	for i := range n.any {
		found := false
		for _, a := range n.any[i].nodes {
			if found = c.test(a, v, at); found {
				break
			}
		}
		if !found {
			good = c.quiet == 1 && c.outside(at, "%s is none of the forms that the model allows", c.show(v))
		}
	}
	for i := range n.one {
		found := 0
		for _, a := range n.one[i].nodes {
			if c.test(a, v, at) {
				found++
			}
		}
		if found != 1 {
			good = c.quiet == 1 && c.outside(at, "%s is %s of the forms of which the model wants one", c.show(v), [...]string{"none", "", "more than one"}[min(found, 2)])
		}
	}
	c.quiet--
	return good
}

func (c *Checker) testText(n *node, v *scalar, at int) bool {
	good := true
	if n.minLength > 0 && len(v.text) < 4*n.minLength || n.maxLength >= 0 && len(v.text) > n.maxLength {
		count := utf8.RuneCount(v.text)
		if count < n.minLength {
			good = c.quiet == 0 && c.fail(at, "%s has %d characters; the model wants at least %d", c.show(v), count, n.minLength)
		}
		if n.maxLength >= 0 && count > n.maxLength {
			good = c.quiet == 0 && c.fail(at, "%s has %d characters; the model wants at most %d", c.show(v), count, n.maxLength)
		}
	}
	for i := range n.patterns {
		if !n.patterns[i].match(v.text) {
			good = c.quiet == 0 && c.fail(at, "%s does not match %s", c.show(v), n.patterns[i].text)
		}
	}
	for i := range n.formats {
		f := &n.formats[i]
		if (f.quick == nil || !f.quick(v.text)) && !f.check(string(v.text)) {
			good = c.quiet == 0 && c.fail(at, "%s is no %s", c.show(v), f.name)
		}
	}
	return good
}

// show is a scalar for a message.
func (c *Checker) show(v *scalar) string {
	switch {
	case v.kind == tString:
		return fmt.Sprintf("%.60q", v.text)
	case v.kind == tBool:
		return strconv.FormatBool(v.truth)
	case v.kind == tNull:
		return "null"
	}
	return fmt.Sprintf("%.60s", v.number.Raw)
}

// wrongType notes that a value is of a type that is not allowed, or no member of an enum.
func (c *Checker) wrongType(n *node, t types, at int) bool {
	if c.quiet > 0 {
		return false
	}
	if n.types&t != 0 {
		return c.fail(at, "the value is %s and should be one of %s", t.name(), n.enums[0].shown)
	}
	want := ""
	for _, x := range []types{tObject, tArray, tString, tInteger | tFraction, tInteger, tBool, tNull} {
		if n.types&x != x || x == tInteger && n.types&tFraction != 0 {
			continue
		}
		if want != "" {
			want += " or "
		}
		want += x.name()
	}
	if want == "" {
		want = "absent"
	}
	return c.fail(at, "the value is %s and should be %s", t.name(), want)
}

func (t types) name() string {
	switch t {
	case tObject:
		return "an object"
	case tArray:
		return "an array"
	case tString:
		return "a text"
	case tBool:
		return "a boolean"
	case tNull:
		return "null"
	case tInteger:
		return "a whole number"
	}
	return "a number"
}

func (e *enum) has(v *scalar) bool {
	switch v.kind {
	case tString:
		_, ok := e.texts[string(v.text)]
		return ok
	case tBool:
		return e.other&otherTrue != 0 && v.truth || e.other&otherFalse != 0 && !v.truth
	case tNull:
		return e.other&otherNull != 0
	}
	if len(e.numbers) == 0 {
		return false
	}
	r := rational(v.number)
	for _, x := range e.numbers {
		if x.Cmp(r) == 0 {
			return true
		}
	}
	return false
}

// holds compares exactly: as float64 where both sides survive the way there and back.
func (b *bound) holds(n jsonscan.Number) bool {
	order := 0
	switch {
	case n.Exact() && n.Value < b.value:
		order = -1
	case n.Exact() && n.Value > b.value:
		order = 1
	default:
		order = rational(n).Cmp(b.exact)
	}
	if b.upper {
		order = -order
	}
	return order > 0 || order == 0 && !b.exclusive
}

func (b *bound) index() (i int) {
	if b.exclusive {
		i++
	}
	if b.upper {
		i += 2
	}
	return i
}
