package parquet

import (
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
)

// joiner gives the codes of a row group's texts those of the batch.
type joiner struct {
	group int
	of    [roles][]uint32 // by code, of columns with a table of their own
	pairs [2]map[uint64]uint32
	srcs  map[origin]uint32
	keep  []bool // by code of attribute
}

type origin struct {
	name, form uint32
	received   int64
}

// The pairs.
const (
	pairEntity = iota
	pairUnit
)

// join makes the batch of a block, whose lanes it takes for as long as it is valid.
func (x *Reader) join(s *block) error {
	b, j := &x.batch, &x.joiner
	b.Reset()
	if j.group != s.group+1 {
		*j = joiner{group: s.group + 1, keep: j.keep}
	}
	b.Time, b.Number, b.Kind, b.Quality, b.Flags, b.Detail = s.time, s.number, s.kind, s.quality, s.flags, s.detail
	b.Data, b.Points = s.data, s.points
	b.Entity, b.Attribute = zeros(b.Entity, s.n), zeros(b.Attribute, s.n)
	b.Dataset, b.UnitRef = zeros(b.Dataset, s.n), zeros(b.UnitRef, s.n)
	if x.at[roleAttribute] < 0 {
		b.Attribute = lane(b.Attribute, s.n, b.Attributes.Code([]byte(x.cfg.Attribute)))
	}
	for _, c := range x.cols {
		switch c.role {
		case roleAttribute:
			j.translate(s, c.role, &b.Attributes, b.Attribute)
		case roleDataset:
			j.translate(s, c.role, &b.Datasets, b.Dataset)
		case roleRaw:
			j.extend(s, c.role, &b.Raw)
			for i, k := range s.codes[c.role] {
				b.Detail[i].Raw = j.of[c.role][k]
			}
		}
	}
	x.entities(s)
	if err := x.units(s); err != nil {
		return err
	}
	x.sources(s)
	if e := x.cfg.Limits.Entries; b.Entities.Len() > e || b.Attributes.Len() > e || b.Datasets.Len() > e || b.Units.Len() > e || b.Raw.Len() > e || b.Sources.Len() > e {
		return x.fail(telemetry.ErrLimit, s.group+1, fmt.Sprintf("more than %d different entities, attributes, datasets, units, flags or sources; raise Limits.Entries", e), nil)
	}
	x.choose()
	if s.gaps > 0 {
		b.Report(x.cfg.Limits, telemetry.Finding{Error: telemetry.Error{Kind: telemetry.ErrValue, Format: "parquet", Source: x.cfg.Source, Record: int(s.first) + 1, Offset: -1,
			Msg: fmt.Sprintf("%d of %d numbers are NaN or infinite: rows without value", s.gaps, s.n)}})
	}
	return nil
}

// extend gives codes to the texts that came since.
func (j *joiner) extend(s *block, r role, d *telemetry.Dict) {
	for k := len(j.of[r]); k < len(s.texts[r]); k++ {
		j.of[r] = append(j.of[r], d.Code([]byte(s.texts[r][k])))
	}
}

func (j *joiner) translate(s *block, r role, d *telemetry.Dict, lane []uint32) {
	j.extend(s, r, d)
	copy(lane, s.codes[r])
	translate(lane, j.of[r])
}

// pair finds the code of two texts; make gives it one.
func (j *joiner) pair(which int, a, b []uint32, lane []uint32, make func(a, b uint32) (uint32, error)) error {
	if j.pairs[which] == nil {
		j.pairs[which] = map[uint64]uint32{}
	}
	seen := j.pairs[which]
	last, code := ^uint64(0), uint32(0)
	for i := range lane {
		key := uint64(0)
		if a != nil {
			key = uint64(a[i])
		}
		if b != nil {
			key |= uint64(b[i]) << 32
		}
		if key != last {
			var ok bool
			if code, ok = seen[key]; !ok {
				var err error
				if code, err = make(uint32(key), uint32(key>>32)); err != nil {
					return err
				}
				seen[key] = code
			}
			last = key
		}
		lane[i] = code
	}
	return nil
}

// lane of a column, nil if it is not there.
func (x *Reader) lane(s *block, r role) []uint32 {
	if x.at[r] < 0 {
		return nil
	}
	return s.codes[r]
}

func (x *Reader) text(s *block, r role, code uint32) string {
	if x.at[r] < 0 {
		return ""
	}
	return s.texts[r][code]
}

func (x *Reader) entities(s *block) {
	b, j := &x.batch, &x.joiner
	id, typ := x.lane(s, roleEntity), x.lane(s, roleEntityType)
	code := func(k, t uint32) (uint32, error) {
		return b.Entities.Code([]byte(x.text(s, roleEntity, k)), []byte(x.text(s, roleEntityType, t))), nil
	}
	if id != nil && typ == nil {
		for k := len(j.of[roleEntity]); k < len(s.texts[roleEntity]); k++ {
			e, _ := code(uint32(k), 0)
			j.of[roleEntity] = append(j.of[roleEntity], e)
		}
		copy(b.Entity, id)
		translate(b.Entity, j.of[roleEntity])
		return
	}
	if id != nil || typ != nil {
		_ = j.pair(pairEntity, id, typ, b.Entity, code) // which has no errors
	}
}

func (x *Reader) units(s *block) error {
	given := x.lane(s, roleUnit)
	if given == nil {
		return nil
	}
	b := &x.batch
	return x.joiner.pair(pairUnit, given, x.lane(s, roleUnitSystem), b.UnitRef, func(k, t uint32) (uint32, error) {
		text := x.text(s, roleUnit, k)
		if text == "" {
			return 0, nil
		}
		system := telemetry.Name
		if name := x.text(s, roleUnitSystem, t); name != "" {
			var ok bool
			if system, ok = systemByName(name); !ok {
				return 0, x.fail(telemetry.ErrValue, s.group+1, fmt.Sprintf("%.40q is no system of units", name), nil)
			}
		}
		code, _ := b.Units.Code(system, []byte(text))
		return code, nil
	})
}

func (x *Reader) sources(s *block) {
	name, form := x.lane(s, roleSource), x.lane(s, roleFormat)
	received := x.at[roleReceived] >= 0
	if name == nil && form == nil && !received {
		return
	}
	b, j := &x.batch, &x.joiner
	if j.srcs == nil {
		j.srcs = map[origin]uint32{}
	}
	var last origin
	var code uint32
	for i := range b.Detail {
		o := origin{received: telemetry.NoTime}
		if name != nil {
			o.name = name[i]
		}
		if form != nil {
			o.form = form[i]
		}
		if received {
			o.received = s.received[i]
		}
		if i == 0 || o != last {
			var ok bool
			if code, ok = j.srcs[o]; !ok {
				if src := (telemetry.Source{Format: x.text(s, roleFormat, o.form), Name: x.text(s, roleSource, o.name), Received: o.received}); src != (telemetry.Source{Received: telemetry.NoTime}) {
					code = b.Sources.Code(src)
				} else {
					code = 0
				}
				j.srcs[o] = code
			}
			last = o
		}
		b.Detail[i].Source = code
	}
}

// choose drops the rows that are not wanted.
func (x *Reader) choose() {
	b, j := &x.batch, &x.joiner
	if x.cfg.Attributes != nil {
		for k := len(j.keep); k <= b.Attributes.Len(); k++ {
			keep := false
			for _, a := range x.cfg.Attributes {
				keep = keep || a == b.Attributes.Text(uint32(k))
			}
			j.keep = append(j.keep, keep)
		}
	}
	keep := func(i int) bool {
		t := b.Time[i]
		return (!x.timed || t != telemetry.NoTime && t >= x.from && t <= x.last) && (x.cfg.Attributes == nil || j.keep[b.Attribute[i]])
	}
	if !x.timed && x.cfg.Attributes == nil {
		return
	}
	for i := range b.Time {
		if !keep(i) {
			b.Filter(keep)
			return
		}
	}
}
