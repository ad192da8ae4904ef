package promwrite

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/klauspost/compress/snappy"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
	"github.com/almotacen/almotacen/telemetry/internal/tags"
)

// Encoder writes write requests. The fields are what the decoder's Config has. It may be used by
// many goroutines. How snappy compresses may change with its version and the machine; the message
// within does not.
type Encoder struct {
	Version  int // 1 or 2; 0: 1
	ID, Type string
	Plain    bool // without compression
}

// Append appends one request with a sample for each row, in their order: rows of one series that
// follow each other share it. What is no number, no bool and no gap is left out and counted.
// The error is an [*telemetry.Error], for a version that is none.
func (e Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	if e.Version < 0 || e.Version > 2 {
		return dst, nil, &telemetry.Error{Kind: telemetry.ErrConfig, Format: name, Offset: -1, Msg: fmt.Sprintf("version %d of remote write; 1 or 2", e.Version)}
	}
	w := writer{b: b, c: Config{ID: e.ID, Type: e.Type}, two: e.Version == 2, last: -1}
	w.c.defaults()
	if w.two {
		w.codes = map[string]uint64{"": 0}
		w.symbols = protowire.AppendBytes(w.symbols, 4, "")
	}
	for i := range b.Len() {
		w.row(i)
	}
	w.finish()
	w.dst = append(w.symbols, w.dst...)
	if e.Plain {
		return append(dst, w.dst...), w.losses, nil
	}
	return append(dst, snappy.Encode(nil, w.dst)...), w.losses, nil
}

type writer struct {
	b       *telemetry.Batch
	c       Config
	two     bool
	dst     []byte
	symbols []byte
	codes   map[string]uint64
	losses  telemetry.Losses
	last    int // row that the open series is of; -1: none
	mark    int

	labels   []tags.Pair
	scratch  []byte
	id, set  []byte
	refs     []byte
	s        jsonscan.Scanner
	mismatch [3]bool // entity, dataset, metadata of the open series are not carried
}

func (w *writer) row(i int) {
	b, d := w.b, &w.b.Detail[i]
	raw := b.Raw.Text(d.Raw)
	bits := uint64(staleMarker)
	special := false
	switch b.Kind[i] {
	case telemetry.Number, telemetry.Bool:
		bits = math.Float64bits(b.Number[i])
		if b.Kind[i] == telemetry.Bool || b.Flags[i]&(telemetry.Integer|telemetry.Unsigned) != 0 {
			w.losses.Add(telemetry.LossType, i)
		}
		if d.Ref.Len > 0 && b.Kind[i] == telemetry.Number {
			w.losses.Add(telemetry.LossNumber, i)
		}
	case telemetry.None:
		if b.Quality[i] == telemetry.Invalid {
			switch special = true; raw {
			case "NaN":
				bits = math.Float64bits(math.NaN())
			case "+Inf":
				bits = math.Float64bits(math.Inf(1))
			case "-Inf":
				bits = math.Float64bits(math.Inf(-1))
			default:
				special = false
			}
		}
	case telemetry.Deleted:
		w.losses.Add(telemetry.LossDeletion, i)
		return
	case telemetry.Point, telemetry.Geometry:
		w.losses.Add(telemetry.LossGeometry, i)
		return
	default:
		w.losses.Add(telemetry.LossRow, i)
		return
	}
	if b.Time[i] == telemetry.NoTime || b.Attributes.Text(b.Attribute[i]) == "" {
		w.losses.Add(telemetry.LossRow, i) // a sample must have a time
		return
	}
	if w.last < 0 || !w.same(i) {
		w.finish()
		w.begin(i)
	}
	w.last = i
	if w.two {
		w.mismatch[2] = !w.sameMeta(i)
	} else {
		w.mismatch[2] = d.Meta.Len > 0
	}
	for k, kind := range []telemetry.LossKind{telemetry.LossEntity, telemetry.LossDataset, telemetry.LossMeta} {
		if w.mismatch[k] {
			w.losses.Add(kind, i)
		}
	}
	if u := b.Units.At(b.UnitRef[i]); u.Given != "" && (!w.two || u.System != telemetry.Name) {
		w.losses.Add(telemetry.LossUnit, i)
	}
	if (b.Quality[i] != telemetry.QualityUnknown || raw != "") && !special {
		w.losses.Add(telemetry.LossQuality, i)
	}
	if d.Offset != telemetry.NoOffset {
		w.losses.Add(telemetry.LossOffset, i)
	}
	if b.Flags[i]&telemetry.Interval != 0 && (!w.two || w.created(i)*1_000_000 != d.From || d.From == 0) {
		w.losses.Add(telemetry.LossInterval, i)
	}
	ms := millis(b.Time[i])
	if ms*1_000_000 != b.Time[i] {
		w.losses.Add(telemetry.LossPrecision, i)
	}
	var mark int
	w.dst, mark = protowire.Begin(w.dst, 2)
	w.dst = protowire.AppendFixed64(w.dst, 1, bits)
	w.dst = protowire.End(protowire.AppendVarint(w.dst, 2, uint64(ms)), mark)
}

// millis is the millisecond that a time is in.
func millis(ns int64) int64 {
	ms := ns / 1_000_000
	if ns%1_000_000 < 0 {
		ms--
	}
	return ms
}

// same reports whether row i is of the open series.
func (w *writer) same(i int) bool {
	b, l := w.b, w.last
	if b.Attribute[i] != b.Attribute[l] || b.Entity[i] != b.Entity[l] || b.Dataset[i] != b.Dataset[l] {
		return false
	}
	if !w.two {
		return true
	}
	if w.created(i) != w.created(l) || b.Units.At(b.UnitRef[i]).Given != b.Units.At(b.UnitRef[l]).Given {
		return false
	}
	p, q := b.Bytes(b.Detail[i].Meta), b.Bytes(b.Detail[l].Meta)
	if bytes.Equal(p, q) {
		return true
	}
	typ, help := w.readMeta(p)
	typ2, help2 := w.readMeta(q)
	return typ == typ2 && bytes.Equal(help, help2)
}

// created is the created timestamp of a row; 0 is none.
func (w *writer) created(i int) int64 {
	if w.b.Flags[i]&telemetry.Interval == 0 {
		return 0
	}
	return millis(w.b.Detail[i].From)
}

func (w *writer) finish() {
	if w.last >= 0 {
		w.dst = protowire.End(w.dst, w.mark)
		w.last = -1
	}
}

// begin writes a series up to its samples.
func (w *writer) begin(i int) {
	num := int32(1)
	if w.two {
		num = 5
	}
	w.dst, w.mark = protowire.Begin(w.dst, num)
	w.makeLabels(i)
	if !w.two {
		for _, p := range w.labels {
			var m int
			w.dst, m = protowire.Begin(w.dst, 1)
			w.dst = protowire.AppendBytes(w.dst, 1, p.Key)
			w.dst = protowire.End(protowire.AppendBytes(w.dst, 2, p.Value), m)
		}
		return
	}
	w.refs = w.refs[:0]
	for _, p := range w.labels {
		w.refs = binary.AppendUvarint(w.refs, w.symbol(string(p.Key)))
		w.refs = binary.AppendUvarint(w.refs, w.symbol(string(p.Value)))
	}
	w.dst = protowire.AppendBytes(w.dst, 1, w.refs)
	w.metadata(i)
	if created := w.created(i); created != 0 {
		w.dst = protowire.AppendVarint(w.dst, 6, uint64(created))
	}
}

func (w *writer) symbol(text string) uint64 {
	code, ok := w.codes[text]
	if !ok {
		code = uint64(len(w.codes))
		w.codes[text] = code
		w.symbols = protowire.AppendBytes(w.symbols, 4, text)
	}
	return code
}

// metadata writes type, help and unit.
func (w *writer) metadata(i int) {
	b := w.b
	typ, help := w.readMeta(b.Bytes(b.Detail[i].Meta))
	unit := b.Units.At(b.UnitRef[i]).Given
	if typ == 0 && len(help) == 0 && unit == "" {
		return
	}
	var m int
	w.dst, m = protowire.Begin(w.dst, 5)
	if typ != 0 {
		w.dst = protowire.AppendVarint(w.dst, 1, uint64(typ))
	}
	if len(help) > 0 {
		w.dst = protowire.AppendVarint(w.dst, 3, w.symbol(string(help)))
	}
	if unit != "" {
		w.dst = protowire.AppendVarint(w.dst, 4, w.symbol(unit))
	}
	w.dst = protowire.End(w.dst, m)
}

// sameMeta reports whether the metadata of a row is read back as it is.
func (w *writer) sameMeta(i int) bool {
	text := w.b.Bytes(w.b.Detail[i].Meta)
	if len(text) == 0 {
		return true
	}
	typ, help := w.readMeta(text)
	w.scratch = appendMeta(w.scratch[:0], types[typ], help)
	return bytes.Equal(w.scratch, text)
}

func (w *writer) readMeta(text []byte) (typ int, help []byte) {
	s := &w.s
	s.Reset(text)
	if s.Kind() != jsonscan.Object {
		return 0, nil
	}
	s.Object()
	for key, ok := s.Key(); ok; key, ok = s.Key() {
		name := string(key)
		if s.Kind() != jsonscan.String {
			s.Skip()
			continue
		}
		v, _ := s.Text()
		switch name {
		case "type":
			typ = max(0, slices.Index(types[:], string(v)))
		case "help":
			help = bytes.Clone(v)
		}
	}
	return typ, help
}

// makeLabels makes the labels of a row, and sees what they do not carry.
func (w *writer) makeLabels(i int) {
	b := w.b
	e, set := b.Entities.At(b.Entity[i]), b.Datasets.Text(b.Dataset[i])
	w.scratch = w.scratch[:0]
	w.labels = w.labels[:0]
	var ok bool
	add := func(key, value string) {
		if value != "" {
			w.labels = append(w.labels, tags.Pair{Key: []byte(key), Value: []byte(value)})
		}
	}
	if w.labels, w.scratch, ok = tags.Parse(w.labels, w.scratch, set); !ok {
		w.labels = w.labels[:0]
		add("dataset", set)
	}
	if set == "" && e.ID != "" { // the id may be all labels
		var p []tags.Pair
		if p, w.scratch, ok = tags.Parse(nil, w.scratch, e.ID); ok && !slices.ContainsFunc(p, w.reserved) {
			w.labels = append(w.labels, p...)
		} else {
			add(w.c.ID, e.ID)
		}
	} else {
		w.labels = slices.DeleteFunc(w.labels, w.reserved)
		add(w.c.ID, e.ID)
	}
	add(w.c.Type, e.Type)
	add(nameLabel, b.Attributes.Text(b.Attribute[i]))
	tags.Sort(w.labels)
	id, typ, back := w.c.entity(w.labels, &w.id, &w.set)
	w.mismatch[0] = string(id) != e.ID || string(typ) != e.Type
	w.mismatch[1] = string(back) != set
}

// reserved reports whether a label is made from something else, or is none.
func (w *writer) reserved(p tags.Pair) bool {
	k := string(p.Key)
	return k == nameLabel || k == w.c.ID || k == w.c.Type || k == "" || len(p.Value) == 0
}
