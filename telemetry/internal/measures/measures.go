// Package measures turns the measures of a device into attributes of its entity and back,
// as its provisioning says.
package measures

import (
	"bytes"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/provisioning"
)

// TimeInstant is the measure that tells the time of the others.
const TimeInstant = "TimeInstant"

// Table is a device's measures by the names that it uses. The zero Table knows none: they
// keep their names and are of class Auto.
type Table struct {
	entity telemetry.Entity
	list   []measure
	byID   map[string]int
	byName map[string]int
}

type measure struct {
	object, name string
	given        []byte // unit
	system       telemetry.UnitSystem
	class        decoding.Class
}

// New is the table of a device.
func New(d provisioning.Device) *Table {
	t := &Table{entity: d.EntityOf(), byID: map[string]int{}, byName: map[string]int{}}
	for i, a := range d.Attributes {
		t.list = append(t.list, measure{a.Object(), a.Name, []byte(a.Unit.Given), a.Unit.System, decoding.ClassOf(a.Type)})
		t.byID[a.Object()], t.byName[a.Name] = i, i
	}
	return t
}

// Entity is the code of the device's entity in a batch.
func (t *Table) Entity(b *telemetry.Batch) uint32 {
	return b.Entities.Code([]byte(t.entity.ID), []byte(t.entity.Type))
}

// Set gives a row the attribute and unit of a measure, and returns its class. The error is
// of an empty or too long name.
func (t *Table) Set(r *decoding.Run, row *telemetry.Row, object []byte, at int) (decoding.Class, *telemetry.Error) {
	if len(object) == 0 {
		return 0, r.Fail(telemetry.ErrName, at, "a measure without a name")
	}
	if len(object) > r.Config.Limits.Name {
		return 0, r.Fail(telemetry.ErrLimit, at, "a name of %d bytes, %d allowed; raise Limits.Name", len(object), r.Config.Limits.Name)
	}
	i, ok := t.byID[string(object)]
	if !ok {
		if _, taken := t.byName[string(object)]; taken {
			return 0, r.Fail(telemetry.ErrName, at, "measure %q has the name of an attribute whose object id is another", object)
		}
		row.Attribute, row.UnitRef = r.Batch.Attributes.Code(object), 0
		return decoding.Auto, nil
	}
	m := &t.list[i]
	row.Attribute = r.Batch.Attributes.Code([]byte(m.name))
	row.UnitRef = r.Unit(m.system, m.given, at)
	return m.class, nil
}

// Back is what the device calls the attribute of row i, with its class, and whether the
// unit comes back by the provisioning.
func (t *Table) Back(b *telemetry.Batch, i int) (object string, c decoding.Class, unit bool) {
	name := b.Attributes.Text(b.Attribute[i])
	u := b.Units.At(b.UnitRef[i])
	k, ok := t.byName[name]
	if !ok {
		if _, taken := t.byID[name]; taken {
			return "", 0, false // it would be read as another attribute
		}
		return name, decoding.Auto, u.Given == ""
	}
	m := &t.list[k]
	return m.object, m.class, bytes.Equal(m.given, []byte(u.Given)) && (u.Given == "" || m.system == u.System)
}

// Is reports whether row i is of the device, so that a decoder gives its entity back.
func (t *Table) Is(b *telemetry.Batch, i int) bool { return b.Entities.At(b.Entity[i]) == t.entity }
