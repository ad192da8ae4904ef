package telemetry

import (
	"hash/maphash"

	"github.com/almotacen/almotacen/indicators/unit"
)

// Dict gives texts codes in order of first appearance, from 1. Code 0 is the empty
// text. The zero Dict is ready to use.
type Dict struct {
	texts []string // of code i+1
	table
}

// table is an open-addressing index from hash to code. Keys stay with the owner.
type table struct {
	seed  maphash.Seed
	slots []slot
	last  uint32 // code of the last hit: neighbours in a message repeat
}

type slot struct {
	hash uint64
	code uint32
}

// Code is the code of p, which it adds if need be. It keeps no reference to p, and
// allocates only for a new text.
func (d *Dict) Code(p []byte) uint32 {
	if len(p) == 0 {
		return 0
	}
	if d.last != 0 && d.texts[d.last-1] == string(p) {
		return d.last
	}
	if int(d.last) < len(d.texts) && d.texts[d.last] == string(p) { // lists repeat in order
		d.last++
		return d.last
	}
	h := d.hash(p)
	for i := h & d.mask(); ; i = (i + 1) & d.mask() {
		s := &d.slots[i]
		if s.code == 0 {
			d.texts = append(d.texts, string(p))
			d.last = uint32(len(d.texts))
			d.put(i, h, d.last)
			return d.last
		}
		if s.hash == h && d.texts[s.code-1] == string(p) {
			d.last = s.code
			return s.code
		}
	}
}

// Lookup is the code of p, if it has one.
func (d *Dict) Lookup(p []byte) (uint32, bool) {
	if len(p) == 0 {
		return 0, true
	}
	if len(d.slots) == 0 {
		return 0, false
	}
	if d.last != 0 && d.texts[d.last-1] == string(p) {
		return d.last, true
	}
	h := d.hash(p)
	for i := h & d.mask(); d.slots[i].code != 0; i = (i + 1) & d.mask() {
		if s := d.slots[i]; s.hash == h && d.texts[s.code-1] == string(p) {
			d.last = s.code
			return s.code, true
		}
	}
	return 0, false
}

// Text is the text of a code: "" for 0 and for a code that was not given.
func (d *Dict) Text(code uint32) string {
	if code == 0 || int(code) > len(d.texts) {
		return ""
	}
	return d.texts[code-1]
}

// Len is the highest code given.
func (d *Dict) Len() int { return len(d.texts) }

func (t *table) mask() uint64 { return uint64(len(t.slots) - 1) }

func (t *table) hash(p []byte) uint64 {
	if len(t.slots) == 0 {
		t.seed = maphash.MakeSeed()
		t.slots = make([]slot, 64)
	}
	return maphash.Bytes(t.seed, p)
}

// put fills the free slot i and doubles the table when it is half full.
func (t *table) put(i, h uint64, code uint32) {
	t.slots[i] = slot{h, code}
	if int(code)*2 < len(t.slots) {
		return
	}
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.code == 0 {
			continue
		}
		i := s.hash & t.mask()
		for t.slots[i].code != 0 {
			i = (i + 1) & t.mask()
		}
		t.slots[i] = s
	}
}

// Entity is who is observed.
type Entity struct{ ID, Type string }

// EntityTable gives entities codes in order of first appearance, from 1. Two
// entities with one id and different types differ, as in NGSIv2.
type EntityTable struct {
	list []Entity
	key  []byte
	table
}

// Code is the code of an entity, which it adds if need be; 0 if both are empty.
func (t *EntityTable) Code(id, typ []byte) uint32 {
	if len(id) == 0 && len(typ) == 0 {
		return 0
	}
	if t.last != 0 {
		if e := &t.list[t.last-1]; e.ID == string(id) && e.Type == string(typ) {
			return t.last
		}
	}
	if int(t.last) < len(t.list) { // lists repeat in order
		if e := &t.list[t.last]; e.ID == string(id) && e.Type == string(typ) {
			t.last++
			return t.last
		}
	}
	t.key = append(append(append(t.key[:0], id...), 0), typ...)
	h := t.hash(t.key)
	for i := h & t.mask(); ; i = (i + 1) & t.mask() {
		s := &t.slots[i]
		if s.code == 0 {
			t.list = append(t.list, Entity{string(id), string(typ)})
			t.last = uint32(len(t.list))
			t.put(i, h, t.last)
			return t.last
		}
		if e := &t.list[s.code-1]; s.hash == h && e.ID == string(id) && e.Type == string(typ) {
			t.last = s.code
			return s.code
		}
	}
}

// At is the entity of a code; the zero Entity for 0.
func (t *EntityTable) At(code uint32) Entity {
	if code == 0 || int(code) > len(t.list) {
		return Entity{}
	}
	return t.list[code-1]
}

// Len is the highest code given.
func (t *EntityTable) Len() int { return len(t.list) }

// UnitRef is a unit as it was given and, if it is known, as this library has it.
type UnitRef struct {
	Given  string
	System UnitSystem
	Unit   unit.Unit // zero: not known
}

// UnitTable gives units codes in order of first appearance, from 1.
type UnitTable struct {
	list []UnitRef
	key  []byte
	table
}

// Code is the code of a unit written in a system, which it adds if need be; 0 for
// empty text. New is true when it was added: a decoder then reports one that is not
// known.
func (t *UnitTable) Code(system UnitSystem, given []byte) (code uint32, added bool) {
	if len(given) == 0 {
		return 0, false
	}
	if t.last != 0 {
		if e := &t.list[t.last-1]; e.System == system && e.Given == string(given) {
			return t.last, false
		}
	}
	t.key = append(append(t.key[:0], byte(system)), given...)
	h := t.hash(t.key)
	for i := h & t.mask(); ; i = (i + 1) & t.mask() {
		s := &t.slots[i]
		if s.code == 0 {
			u, _ := ResolveUnit(system, string(given))
			t.list = append(t.list, UnitRef{string(given), system, u})
			t.last = uint32(len(t.list))
			t.put(i, h, t.last)
			return t.last, true
		}
		if e := &t.list[s.code-1]; s.hash == h && e.System == system && e.Given == string(given) {
			t.last = s.code
			return s.code, false
		}
	}
}

// At is the unit of a code; the zero UnitRef for 0.
func (t *UnitTable) At(code uint32) UnitRef {
	if code == 0 || int(code) > len(t.list) {
		return UnitRef{}
	}
	return t.list[code-1]
}

// Len is the highest code given.
func (t *UnitTable) Len() int { return len(t.list) }

// Source is where bytes came from.
type Source struct {
	Format   string // name of the format
	Name     string // file, topic, address: as the caller calls it
	Received int64  // nanoseconds since 1970 UTC, or NoTime
}

// SourceTable gives sources codes in order of first appearance, from 1. With a clock every message is a source of
// its own, since its time of receipt is part of it: a batch that lives for ever takes some 100 bytes a message.
type SourceTable struct {
	list  []Source
	codes map[Source]uint32
}

// Code is the code of s, which it adds if need be.
func (t *SourceTable) Code(s Source) uint32 {
	if n := len(t.list); n > 0 && t.list[n-1] == s {
		return uint32(n)
	}
	if c, ok := t.codes[s]; ok {
		return c
	}
	if t.codes == nil {
		t.codes = map[Source]uint32{}
	}
	t.list = append(t.list, s)
	t.codes[s] = uint32(len(t.list))
	return uint32(len(t.list))
}

// Len is the highest code given.
func (t *SourceTable) Len() int { return len(t.list) }

// At is the source of a code; the zero Source for 0.
func (t *SourceTable) At(code uint32) Source {
	if code == 0 || int(code) > len(t.list) {
		return Source{Received: NoTime}
	}
	return t.list[code-1]
}
