package parquet

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/almotacen/almotacen/telemetry"
)

// block is some rows of a row group, all decoded but for the codes of texts, which mean something within the row
// group only.
type block struct {
	n     int
	group int
	first int64 // row of the file
	err   error // there are no rows, and no more blocks
	gaps  int   // numbers that are none

	time    []int64
	number  []float64
	kind    []telemetry.Kind
	quality []telemetry.Quality
	flags   []telemetry.Flags
	detail  []telemetry.Detail
	codes   [roles][]uint32 // of columns of texts that are there
	texts   [roles][]string // by code
	// What is not in every file.
	received []int64
	pos      [3][]float64 // longitude, latitude, altitude
	has      [roles][]bool
	refs     []telemetry.Span
	metas    []telemetry.Span
	data     []byte
	points   []telemetry.Position
}

// decoder decodes row groups, one after another.
type decoder struct {
	x     *Reader
	group int
	first int64 // row of the file
	left  int64
	pages []pages // by column
	words []words
	names [roles][]uint8 // of kinds and qualities, by code
}

// open goes to row group g, whose first row is that of the file.
func (d *decoder) open(g int, first int64) (err error) {
	defer d.x.catch(&err, g+1)
	x := d.x
	if d.pages == nil {
		d.pages, d.words = make([]pages, len(x.cols)), make([]words, len(x.cols))
	}
	group := &x.file.Metadata().RowGroups[g]
	d.group, d.first, d.left = g, first, group.NumRows
	if most := int64(x.cfg.Limits.Rows); d.left < 0 || d.left > most {
		return x.fail(telemetry.ErrLimit, g+1, fmt.Sprintf("row group %d claims %d rows; raise Limits.Rows from %d", g+1, d.left, most), nil)
	}
	d.names = [roles][]uint8{}
	for i, c := range x.cols {
		d.words[i].reset(x.cfg.Limits)
		if err := d.pages[i].open(c, x.file, &group.Columns[c.index].MetaData, d.left, x.cfg.Limits); err != nil {
			return d.wrong(c, err)
		}
	}
	return nil
}

// wrong is an error of a column.
func (d *decoder) wrong(c *column, err error) error {
	var e *telemetry.Error
	if errors.As(err, &e) {
		return err
	}
	kind := telemetry.ErrSyntax
	for _, k := range []error{telemetry.ErrTime, telemetry.ErrValue, telemetry.ErrUTF8, telemetry.ErrLimit} {
		if errors.Is(err, k) {
			kind = k
		}
	}
	return d.x.fail(kind, d.group+1, fmt.Sprintf("row group %d, column %q", d.group+1, c.name), err)
}

// lane is s of n zeros, or of other ones.
func lane[T any](s []T, n int, other T) []T {
	s = slices.Grow(s[:0], n)[:n]
	for i := range s {
		s[i] = other
	}
	return s
}

func zeros[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// next decodes the next rows into b.
func (d *decoder) next(b *block) (err error) {
	x := d.x
	defer x.catch(&err, d.group+1)
	n := int(min(d.left, int64(x.cfg.Rows)))
	b.n, b.group, b.first, b.gaps, b.err = n, d.group, d.first, 0, nil
	b.time, b.number = lane(b.time, n, telemetry.NoTime), zeros(b.number, n)
	b.kind, b.quality, b.flags = zeros(b.kind, n), zeros(b.quality, n), zeros(b.flags, n)
	b.detail = slices.Grow(b.detail[:0], n)[:n]
	for i := range b.detail {
		b.detail[i] = telemetry.Detail{Offset: telemetry.NoOffset, Record: uint32(min(d.first+int64(i)+1, math.MaxUint32))}
	}
	b.data, b.points = b.data[:0], b.points[:0]
	for i, c := range x.cols {
		b.prepare(c, n)
		for at := 0; at < n; {
			p := &d.pages[i]
			if p.rows == 0 {
				named := p.named
				if err := p.next(); err != nil {
					return d.wrong(c, err)
				}
				if p.named && !named && c.worded() {
					if err := d.words[i].dictionary(p); err != nil {
						return d.wrong(c, err)
					}
				}
			}
			m := min(p.rows, n-at)
			if err := d.part(b, i, at, m); err != nil {
				return d.wrong(c, err)
			}
			at += m
			p.taken += m
			p.rows -= m
		}
		if c.worded() {
			b.texts[c.role] = d.words[i].texts
			if err := d.named(b, c); err != nil {
				return d.wrong(c, err)
			}
		}
	}
	d.first += int64(n)
	d.left -= int64(n)
	return d.kinds(b)
}

// worded says whether a column is one of texts that repeat.
func (c *column) worded() bool {
	switch c.role {
	case roleEntity, roleEntityType, roleAttribute, roleDataset, roleKind, roleUnit, roleUnitSystem, roleQuality, roleRaw, roleSource, roleFormat:
		return true
	}
	return false
}

// prepare makes room for a column that not every file has.
func (b *block) prepare(c *column, n int) {
	if c.worded() {
		b.codes[c.role] = zeros(b.codes[c.role], n)
		return
	}
	switch c.role {
	case roleNumber:
		b.has[c.role] = zeros(b.has[c.role], n)
	case roleLon, roleLat, roleAlt:
		b.has[c.role] = zeros(b.has[c.role], n)
		b.pos[c.role-roleLon] = zeros(b.pos[c.role-roleLon], n)
	case roleText:
		b.has[c.role], b.refs = zeros(b.has[c.role], n), zeros(b.refs, n)
	case roleMeta:
		b.metas = zeros(b.metas, n)
	case roleReceived:
		b.received = lane(b.received, n, telemetry.NoTime)
	}
}

// fill is the next m rows of a page.
func fill[T any](p *pages, dst []T, plain, dict []T, levels []byte) {
	if p.index != nil {
		p.value += lookUp(dst, dict, p.index[p.value:], levels)
		return
	}
	p.value += spread(dst, plain[p.value:], levels)
}

// part takes m rows of a column's page into rows at… of the block.
func (d *decoder) part(b *block, i, at, m int) error {
	c, p := d.x.cols[i], &d.pages[i]
	var levels []byte
	if p.levels != nil {
		levels = p.levels[p.taken : p.taken+m]
	}
	if c.worded() {
		used, err := d.words[i].take(p, b.codes[c.role][at:at+m], levels)
		p.value += used
		return err
	}
	ints := func(f func(row int, v int64)) {
		for i := range m {
			if levels != nil && levels[i] == 0 {
				continue
			}
			if p.index != nil {
				f(at+i, p.dict.ints[p.index[p.value]])
			} else {
				f(at+i, p.plain.ints[p.value])
			}
			p.value++
		}
	}
	switch c.role {
	case roleTime:
		fill(p, b.time[at:at+m], p.plain.ints, p.dict.ints, levels)
	case roleReceived:
		fill(p, b.received[at:at+m], p.plain.ints, p.dict.ints, levels)
	case roleFrom:
		ints(func(row int, v int64) { b.detail[row].From = v })
	case roleNumber:
		x, has := b.number[at:at+m], b.has[roleNumber][at:at+m]
		fill(p, x, p.plain.floats, p.dict.floats, levels)
		mark(has, levels)
		b.gaps += unreal(x, has)
	case roleLon, roleLat, roleAlt:
		fill(p, b.pos[c.role-roleLon][at:at+m], p.plain.floats, p.dict.floats, levels)
		mark(b.has[c.role][at:at+m], levels)
	case roleOffset, rolePrecision, roleFlags, roleRecord:
		low, high := int64(0), int64(math.MaxUint32)
		set := func(row int, v int64) { b.detail[row].Record = uint32(v) }
		switch c.role {
		case roleOffset:
			low, high = -1439, 1439
			set = func(row int, v int64) { b.detail[row].Offset = int16(v) }
		case rolePrecision:
			high = int64(telemetry.Day)
			set = func(row int, v int64) { b.detail[row].Precision = telemetry.Precision(v) }
		case roleFlags:
			high = math.MaxUint8
			set = func(row int, v int64) { b.flags[row] = telemetry.Flags(v) }
		}
		var err error
		ints(func(row int, v int64) {
			if v < low || v > high {
				err = fmt.Errorf("%w: %d is not from %d to %d", telemetry.ErrValue, v, low, high)
				return
			}
			set(row, v)
		})
		return err
	case roleText, roleMeta:
		return d.texts(b, c, p, at, m, levels)
	}
	return nil
}

// texts takes texts that do not repeat.
func (d *decoder) texts(b *block, c *column, p *pages, at, m int, levels []byte) error {
	for i := range m {
		if levels != nil && levels[i] == 0 {
			continue
		}
		v, k := &p.plain, p.value
		if p.index != nil {
			v, k = &p.dict, int(p.index[k])
		}
		p.value++
		text := v.bytes[v.offsets[k]:v.offsets[k+1]]
		if err := d.words[0].check(text); err != nil {
			return err
		}
		span := telemetry.Span{Off: uint32(len(b.data)), Len: uint32(len(text))}
		if most := min(d.x.cfg.Limits.Bytes, math.MaxUint32); int64(len(b.data))+int64(len(text)) > most { // a dictionary repeats one in a few bits
			return fmt.Errorf("%w: more than %d bytes of texts in %d rows; lower Config.Rows, or raise Limits.Bytes", telemetry.ErrLimit, most, b.n)
		}
		b.data = append(b.data, text...)
		if c.role == roleText {
			b.refs[at+i], b.has[roleText][at+i] = span, true
		} else {
			b.metas[at+i] = span
		}
	}
	return nil
}

// named gives the names of kinds and qualities their meaning.
func (d *decoder) named(b *block, c *column) error {
	if c.role != roleKind && c.role != roleQuality {
		return nil
	}
	of := d.names[c.role]
	for k := len(of); k < len(b.texts[c.role]); k++ {
		v, ok := uint8(0), true
		switch text := b.texts[c.role][k]; {
		case text == "":
			v = unnamed
		case c.role == roleKind:
			var kind telemetry.Kind
			if kind, ok = kindByName(text); !ok {
				return fmt.Errorf("%w: %.40q is no kind of value", telemetry.ErrValue, text)
			}
			v = uint8(kind)
		default:
			var q telemetry.Quality
			if q, ok = qualityByName(text); !ok {
				return fmt.Errorf("%w: %.40q is no quality", telemetry.ErrValue, text)
			}
			v = uint8(q)
		}
		of = append(of, v)
	}
	d.names[c.role] = of
	if c.role == roleQuality {
		for i, k := range b.codes[roleQuality] {
			if v := of[k]; v != unnamed {
				b.quality[i] = telemetry.Quality(v)
			}
		}
	}
	return nil
}

// unnamed is an empty name.
const unnamed = math.MaxUint8

// kinds finds the kind of each value and puts together what several columns say.
func (d *decoder) kinds(b *block) error {
	has := func(r role) []bool {
		if d.x.at[r] < 0 {
			return nil
		}
		return b.has[r]
	}
	number, text, lon, lat, alt := has(roleNumber), has(roleText), has(roleLon), has(roleLat), has(roleAlt)
	scalar := telemetry.Number
	if k := d.x.at[roleNumber]; k >= 0 && d.x.cols[k].kind == parquet.Boolean {
		scalar = telemetry.Bool
	}
	if number != nil && text == nil && lon == nil && d.x.at[roleKind] < 0 && d.x.at[roleMeta] < 0 {
		for i, ok := range number[:len(b.kind)] {
			if ok {
				b.kind[i] = scalar
			}
		}
		return nil
	}
	is := func(has []bool, i int) bool { return has != nil && has[i] }
	for i := range b.kind {
		kind := telemetry.None
		named := d.x.at[roleKind] >= 0
		if named {
			v := d.names[roleKind][b.codes[roleKind][i]]
			if named = v != unnamed; named {
				kind = telemetry.Kind(v)
			}
		}
		if !named {
			switch {
			case is(number, i):
				kind = scalar
			case is(text, i):
				kind = telemetry.Text
			case is(lon, i) && is(lat, i):
				kind = telemetry.Point
			}
		}
		o := &b.detail[i]
		switch kind {
		case telemetry.Number, telemetry.Bool:
			if !is(number, i) {
				kind = telemetry.None // NaN or null
			}
		case telemetry.Point:
			if !is(lon, i) || !is(lat, i) || !(math.Abs(b.pos[0][i]) <= 180 && math.Abs(b.pos[1][i]) <= 90) {
				return d.x.fail(telemetry.ErrValue, d.group+1, fmt.Sprintf("row %d has no position on the globe", b.first+int64(i)+1), nil)
			}
			p := telemetry.Position{Lon: b.pos[0][i], Lat: b.pos[1][i]}
			if is(alt, i) {
				p.Alt, p.HasAlt = b.pos[2][i], true
			}
			o.Ref = telemetry.Span{Off: uint32(len(b.points))}
			b.points = append(b.points, p)
		}
		if text != nil && kind != telemetry.Point {
			o.Ref = b.refs[i]
		}
		if d.x.at[roleMeta] >= 0 {
			o.Meta = b.metas[i]
		}
		if kind != telemetry.Number && kind != telemetry.Bool {
			b.number[i] = 0
		}
		b.kind[i] = kind
	}
	return nil
}
