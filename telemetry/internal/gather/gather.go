// Package gather puts rows of batches that have dictionaries of their own into one batch, for formats that keep
// rows of many.
package gather

import (
	"cmp"
	"unsafe"

	"github.com/almotacen/almotacen/telemetry"
)

// Rows is a batch of rows that came from others. Reset drops rows and keeps dictionaries. Not safe for concurrent use.
type Rows struct {
	telemetry.Batch
	codes [tables][]uint32 // from the codes of the last batch to ours; 0: not yet
	marks [tables]mark     // of its dictionaries
}

// The dictionaries of a batch.
const (
	Entities = iota
	Attributes
	Datasets
	Raws
	Units
	Sources
	tables
)

// Len is the highest code of a dictionary.
func Len(b *telemetry.Batch, table int) int {
	switch table {
	case Entities:
		return b.Entities.Len()
	case Attributes:
		return b.Attributes.Len()
	case Datasets:
		return b.Datasets.Len()
	case Raws:
		return b.Raw.Len()
	case Units:
		return b.Units.Len()
	}
	return b.Sources.Len()
}

// mark tells a dictionary that has grown from one that took its place: texts are never moved, so the first and the
// last known keep their address. It holds on to them, so that their addresses are not used again.
type mark struct {
	n           int
	first, last string
}

func markOf(b *telemetry.Batch, table, n int) mark {
	if n == 0 {
		return mark{}
	}
	return mark{n, nameOf(b, table, 1), nameOf(b, table, uint32(n))}
}

// nameOf is a text of a code, which is not empty but for a source without any.
func nameOf(b *telemetry.Batch, table int, code uint32) string {
	switch table {
	case Entities:
		e := b.Entities.At(code)
		return cmp.Or(e.ID, e.Type)
	case Attributes:
		return b.Attributes.Text(code)
	case Datasets:
		return b.Datasets.Text(code)
	case Raws:
		return b.Raw.Text(code)
	case Units:
		return b.Units.At(code).Given
	}
	s := b.Sources.At(code)
	return cmp.Or(s.Name, s.Format)
}

// same says whether the dictionaries of b are those of the last batch, perhaps grown.
func (r *Rows) same(b *telemetry.Batch) bool {
	for k, m := range r.marks {
		if Len(b, k) < m.n {
			return false
		}
		if m.n > 0 && (m.first == "" || m.last == "") {
			return false // no telling
		}
		now := markOf(b, k, m.n)
		if unsafe.StringData(now.first) != unsafe.StringData(m.first) || unsafe.StringData(now.last) != unsafe.StringData(m.last) {
			return false
		}
	}
	return true
}

// Add appends rows of b from the one at from on: at most n, and no more once the texts take more than most bytes.
// It returns how many, at least one if there is one. The byte offsets of rows are left out.
func (r *Rows) Add(b *telemetry.Batch, from, n, most int) int {
	if n = min(n, b.Len()-from); n <= 0 {
		return 0
	}
	if !r.same(b) {
		for k := range r.codes {
			clear(r.codes[k])
		}
	}
	for k := range r.codes {
		have := Len(b, k)
		if more := have + 1 - len(r.codes[k]); more > 0 {
			r.codes[k] = append(r.codes[k], make([]uint32, more)...)
		}
		r.marks[k] = markOf(b, k, have)
	}
	to, at := from+n, r.Len()
	d := &r.Batch
	d.Time, d.Number = append(d.Time, b.Time[from:to]...), append(d.Number, b.Number[from:to]...)
	d.Kind, d.Quality = append(d.Kind, b.Kind[from:to]...), append(d.Quality, b.Quality[from:to]...)
	d.Flags, d.Detail = append(d.Flags, b.Flags[from:to]...), append(d.Detail, b.Detail[from:to]...)
	d.Entity = translate(d.Entity, b.Entity[from:to], r.codes[Entities], func(c uint32) uint32 {
		e := b.Entities.At(c)
		return d.Entities.Code([]byte(e.ID), []byte(e.Type))
	})
	d.Attribute = translate(d.Attribute, b.Attribute[from:to], r.codes[Attributes], func(c uint32) uint32 { return d.Attributes.Code([]byte(b.Attributes.Text(c))) })
	d.Dataset = translate(d.Dataset, b.Dataset[from:to], r.codes[Datasets], func(c uint32) uint32 { return d.Datasets.Code([]byte(b.Datasets.Text(c))) })
	d.UnitRef = translate(d.UnitRef, b.UnitRef[from:to], r.codes[Units], func(c uint32) uint32 {
		u := b.Units.At(c)
		code, _ := d.Units.Code(u.System, []byte(u.Given))
		return code
	})
	for i := at; i < len(d.Detail); i++ {
		x := &d.Detail[i]
		if x.Raw != 0 {
			if c := &r.codes[Raws][x.Raw]; *c == 0 {
				*c = d.Raw.Code([]byte(b.Raw.Text(x.Raw)))
			}
			x.Raw = r.codes[Raws][x.Raw]
		}
		if x.Source != 0 {
			if c := &r.codes[Sources][x.Source]; *c == 0 {
				*c = d.Sources.Code(b.Sources.At(x.Source))
			}
			x.Source = r.codes[Sources][x.Source]
		}
		x.Start = 0
		if d.Kind[i] == telemetry.Point {
			x.Ref = d.PutPoint(b.Points[x.Ref.Off])
		} else {
			x.Ref = d.PutText(b.Bytes(x.Ref))
		}
		x.Meta = d.PutText(b.Bytes(x.Meta))
		if len(d.Data) > most && i+1 < len(d.Detail) {
			d.Truncate(i + 1)
		}
	}
	return d.Len() - at
}

// translate appends codes, and has those made that are new.
func translate(dst, src, codes []uint32, make func(uint32) uint32) []uint32 {
	for _, c := range src {
		x := codes[c]
		if x == 0 && c != 0 {
			x = make(c)
			codes[c] = x
		}
		dst = append(dst, x)
	}
	return dst
}
