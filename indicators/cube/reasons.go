package cube

import "encoding/binary"

// ReasonSets is an append-only dictionary of reason sets, for engines that fill
// whole columns: a set is a code, and the union of two sets is looked up
// instead of made. Code 0 is the empty set. The zero ReasonSets is empty and
// ready. Not safe for concurrent use while sets are added.
type ReasonSets struct {
	sets   [][]Reason // by code-1
	single map[Reason]uint32
	multi  map[string]uint32 // codes of the reasons, 4 bytes each
	unions map[[2]uint32]uint32
	buf    []byte
}

// Add returns the code of the set of the given reasons, in their order;
// repeated ones are dropped.
func (t *ReasonSets) Add(reasons ...Reason) uint32 {
	switch len(reasons) {
	case 0:
		return 0
	case 1:
		return t.one(reasons[0])
	}
	t.buf = t.buf[:0]
	for _, r := range reasons {
		t.buf = appendCode(t.buf, t.one(r))
	}
	return t.many()
}

// Set returns the reasons of a code: shared, read-only, nil for code 0 and for
// codes that were never given.
func (t *ReasonSets) Set(code uint32) []Reason { return reasonSet(t.sets, code) }

// Len is the number of sets, the empty one left out: codes are 0 to Len.
func (t *ReasonSets) Len() int { return len(t.sets) }

// Union returns the code of the reasons of a followed by those of b that a
// lacks.
func (t *ReasonSets) Union(a, b uint32) uint32 {
	if a == b || b == 0 {
		return a
	}
	if a == 0 {
		return b
	}
	if c, ok := t.unions[[2]uint32{a, b}]; ok {
		return c
	}
	t.buf = t.buf[:0]
	for _, set := range [...][]Reason{t.Set(a), t.Set(b)} {
		for _, r := range set {
			t.buf = appendCode(t.buf, t.single[r])
		}
	}
	c := t.many()
	if t.unions == nil {
		t.unions = make(map[[2]uint32]uint32)
	}
	t.unions[[2]uint32{a, b}] = c
	return c
}

func (t *ReasonSets) one(r Reason) uint32 {
	if c, ok := t.single[r]; ok {
		return c
	}
	clean := r.clean()
	c, ok := t.single[clean]
	if !ok {
		if t.single == nil {
			t.single = make(map[Reason]uint32)
		}
		t.sets = append(t.sets, []Reason{clean})
		c = uint32(len(t.sets))
		t.single[clean] = c
	}
	return c
}

// many interns the set whose codes are in buf.
func (t *ReasonSets) many() uint32 {
	if len(t.buf) == 4 {
		return binary.LittleEndian.Uint32(t.buf)
	}
	if c, ok := t.multi[string(t.buf)]; ok {
		return c
	}
	set := make([]Reason, 0, len(t.buf)/4)
	for b := t.buf; len(b) > 0; b = b[4:] {
		set = append(set, t.sets[binary.LittleEndian.Uint32(b)-1][0])
	}
	if t.multi == nil {
		t.multi = make(map[string]uint32)
	}
	t.sets = append(t.sets, set)
	t.multi[string(t.buf)] = uint32(len(t.sets))
	return uint32(len(t.sets))
}

// appendCode appends c unless it is there.
func appendCode(buf []byte, c uint32) []byte {
	for b := buf; len(b) > 0; b = b[4:] {
		if binary.LittleEndian.Uint32(b) == c {
			return buf
		}
	}
	return binary.LittleEndian.AppendUint32(buf, c)
}

func reasonSet(sets [][]Reason, code uint32) []Reason {
	if code == 0 || int(code) > len(sets) {
		return nil
	}
	s := sets[code-1]
	return s[:len(s):len(s)]
}
