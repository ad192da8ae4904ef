package aggregate

import (
	"cmp"
	"fmt"
	"time"
	"unsafe"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/sketch"
)

// dict holds entities, groups and zones under numbers of its own, in order of first
// appearance: nothing that leaves the package depends on them.
type dict struct {
	cfg      *Config
	measures []measure

	entities    []entity
	entityIndex map[telemetry.Entity]uint32
	groups      []Group
	groupIndex  map[string]uint32
	members     [][]uint32 // by group: entities
	order       [][]uint32 // see byID
	zones       []*time.Location
	sources     map[string]uint32 // from 1
	texts       []*translation    // the least recently used first
	translated  int               // translations made
}

type entity struct {
	telemetry.Entity
	group, zone uint32
	member      uint32 // place in members of the group
	id          uint64 // for counting different ones
}

// The zone of a dictionary whose groups have several, or that has no groups.
const (
	mixed = -1
	none  = -2
)

// noGroup is the group of an entity that is left out.
const noGroup = ^uint32(0)

// maxTranslations is how many batches' dictionaries are kept translated.
const maxTranslations = 8

// translation maps codes of one batch's dictionaries to numbers here. It holds on to
// the tables, so that their address is not used again while it lives.
type translation struct {
	number     int // among all
	entities   *telemetry.EntityTable
	attributes *telemetry.Dict
	datasets   *telemetry.Dict
	units      *telemetry.UnitTable

	marks   [4]mark
	entity  []uint32 // number of entity
	group   []uint32 // of the entity
	zones   []uint32 // of the entity
	member  []uint32 // of the entity
	zone    int      // of all groups, or mixed
	chain   []uint32 // 0 none, else index+1 in chains
	chains  [][]int
	dataset []string
	convert [][]conversion // by measure and unit
}

// mark tells a table that has grown from one that took its place: texts are never
// moved, so the first and the last known keep their address.
type mark struct {
	n           int
	first, last *byte
}

// names are the texts of code c in each table; an entity is told by its ID or type.
func names(b *telemetry.Batch, table int, c uint32) string {
	switch table {
	case 0:
		x := b.Entities.At(c)
		return cmp.Or(x.ID, x.Type)
	case 1:
		return b.Attributes.Text(c)
	case 2:
		return b.Datasets.Text(c)
	}
	return b.Units.At(c).Given
}

func markOf(b *telemetry.Batch, table, n int) mark {
	if n == 0 {
		return mark{}
	}
	return mark{n, address(names(b, table, 1)), address(names(b, table, uint32(n)))}
}

func address(s string) *byte { return unsafe.StringData(s) }

// conversion is what becomes of a number in some unit.
type conversion struct {
	refuse, as bool // as: it stays as it is
	with       unit.Converter
}

func newDict(cfg *Config, measures []measure) *dict {
	d := &dict{cfg: cfg, measures: measures, entityIndex: map[telemetry.Entity]uint32{}, groupIndex: map[string]uint32{}, sources: map[string]uint32{}}
	for i, name := range cfg.Sources {
		d.sources[name] = uint32(i + 1)
	}
	return d
}

// translate is the translation of b's dictionaries, brought up to date.
func (d *dict) translate(b *telemetry.Batch) (*translation, error) {
	var t *translation
	lens := [4]int{b.Entities.Len(), b.Attributes.Len(), b.Datasets.Len(), b.Units.Len()}
	for i, x := range d.texts {
		if x.entities == &b.Entities || x.copied(b, lens) {
			t = x
			copy(d.texts[i:], d.texts[i+1:])
			d.texts = d.texts[:len(d.texts)-1]
			break
		}
	}
	if t != nil {
		for i, m := range t.marks {
			if lens[i] < m.n || markOf(b, i, m.n) != m {
				t = nil
				break
			}
		}
	}
	if t == nil {
		d.translated++
		t = &translation{number: d.translated, entities: &b.Entities, attributes: &b.Attributes, datasets: &b.Datasets, units: &b.Units, zone: none}
		t.convert = make([][]conversion, len(d.measures))
		t.chains = [][]int{nil}
	}
	d.texts = append(d.texts, t)
	if len(d.texts) > maxTranslations {
		copy(d.texts, d.texts[1:])
		d.texts = d.texts[:maxTranslations]
	}
	for c := len(t.entity); c <= lens[0]; c++ {
		e, err := d.entity(b.Entities.At(uint32(c)))
		if err != nil {
			return nil, err
		}
		x := &d.entities[e]
		if x.group != noGroup {
			if t.zone == none {
				t.zone = int(x.zone)
			} else if t.zone != int(x.zone) {
				t.zone = mixed
			}
		}
		t.entity, t.group, t.zones, t.member = append(t.entity, e), append(t.group, x.group), append(t.zones, x.zone), append(t.member, x.member)
	}
	for c := len(t.chain); c <= lens[1]; c++ {
		name := b.Attributes.Text(uint32(c))
		var list []int
		for i := range d.measures {
			if d.measures[i].Attribute == name {
				list = append(list, i)
			}
		}
		x := uint32(0)
		if list != nil {
			t.chains = append(t.chains, list)
			x = uint32(len(t.chains) - 1)
		}
		t.chain = append(t.chain, x)
	}
	for c := len(t.dataset); c <= lens[2]; c++ {
		t.dataset = append(t.dataset, b.Datasets.Text(uint32(c)))
	}
	for i := range d.measures {
		for c := len(t.convert[i]); c <= lens[3]; c++ {
			t.convert[i] = append(t.convert[i], conversionTo(d.measures[i].Unit, b.Units.At(uint32(c))))
		}
	}
	for i, n := range lens {
		if n != t.marks[i].n {
			t.marks[i] = markOf(b, i, n)
		}
	}
	return t, nil
}

// copied reports whether b's tables are copies of those of t, with nothing added:
// batches cut from one another share dictionaries.
func (t *translation) copied(b *telemetry.Batch, lens [4]int) bool {
	for i, m := range t.marks {
		if lens[i] != m.n || markOf(b, i, m.n) != m {
			return false
		}
	}
	return true
}

func conversionTo(want unit.Unit, have telemetry.UnitRef) conversion {
	switch {
	case want.IsZero() || have.Given == "" || !have.Unit.IsZero() && have.Unit.SameScale(want):
		return conversion{as: true}
	case have.Unit.IsZero():
		return conversion{refuse: true}
	}
	c, err := unit.NewConverter(have.Unit, want)
	return conversion{refuse: err != nil, with: c}
}

// entity is the number of an entity.
func (d *dict) entity(e telemetry.Entity) (uint32, error) {
	if n, ok := d.entityIndex[e]; ok {
		return n, nil
	}
	if len(d.entities) >= d.cfg.Limits.Entities {
		return 0, d.tooMany(e)
	}
	g := Group{ID: e.ID}
	if d.cfg.Group != nil {
		g = d.cfg.Group(e)
	}
	out := entity{Entity: e, group: noGroup, id: sketch.ID([]byte(e.ID + "\x00" + e.Type))}
	if g.ID != "" {
		n, err := d.group(g)
		if err != nil {
			return 0, err
		}
		out.group, out.zone = n, d.zone(d.groups[n].Zone)
		out.member = uint32(len(d.members[n]))
		d.members[n] = append(d.members[n], uint32(len(d.entities)))
	}
	n := uint32(len(d.entities))
	d.entities = append(d.entities, out)
	d.entityIndex[e] = n
	return n, nil
}

func (d *dict) group(g Group) (uint32, error) {
	if g.Zone == nil {
		g.Zone = d.cfg.Zone
	}
	if n, ok := d.groupIndex[g.ID]; ok {
		if have := d.groups[n].Zone; have.String() != g.Zone.String() {
			return 0, &Error{Kind: ErrConfig, Group: g.ID, Msg: fmt.Sprintf("zones %v and %v; a group has one", have, g.Zone)}
		}
		return n, nil
	}
	n := uint32(len(d.groups))
	d.groups, d.members = append(d.groups, g), append(d.members, nil)
	d.groupIndex[g.ID] = n
	return n, nil
}

func (d *dict) zone(z *time.Location) uint32 {
	for i, x := range d.zones {
		if x.String() == z.String() {
			return uint32(i)
		}
	}
	d.zones = append(d.zones, z)
	return uint32(len(d.zones) - 1)
}
