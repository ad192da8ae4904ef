package sketch

// Sketches grow as they are used. Who holds many of them bounds their memory by one
// number that each adds to when it grows, which costs nothing while it does not.

const (
	pageBytes = 512 + 40 // of a Histogram: counters, and their place in the list
	itemBytes = 160      // of a Top without the key: item, index, what lists and maps leave free
)

// Account adds the memory that h holds, in bytes and about, to *total, and from now on
// what it grows by. Copies and UnmarshalBinary end that.
func (h *Histogram) Account(total *int64) {
	h.total = total
	*total += int64(len(h.pages))*pageBytes + 96
}

// Account adds the memory that d holds, in bytes and about, to *total, and from now on
// what it grows or shrinks by. Copies and UnmarshalBinary end that.
func (d *Distinct) Account(total *int64) {
	d.total = total
	*total += d.held() + 144
}

// held is the memory of the set.
func (d *Distinct) held() int64 {
	return int64(8*len(d.list) + 8*len(d.slots) + 8*len(d.codes) + len(d.regs))
}

// changed accounts for a change of the set, which held before.
func (d *Distinct) changed(before int64) {
	if d.total != nil {
		*d.total += d.held() - before
	}
}

// Account adds the memory that t holds, in bytes and about, to *total, and from now on
// what it grows or shrinks by. Copies and UnmarshalBinary end that.
func (t *Top) Account(total *int64) {
	t.total = total
	*total += t.held() + 192
}

func (t *Top) held() int64 {
	n := int64(len(t.items.list)) * itemBytes
	for i := range t.items.list {
		n += int64(len(t.items.list[i].Key))
	}
	return n
}

// grown accounts for by more bytes.
func (t *Top) grown(by int) {
	if t.total != nil {
		*t.total += int64(by)
	}
}
