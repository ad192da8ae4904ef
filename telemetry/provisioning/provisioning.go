// Package provisioning holds what a platform knows of a device before it speaks: the
// entity that it is, and for each measure its name, type and unit. It is data, in the
// JSON of FIWARE's IoT agents, and the codecs of their protocols take it:
// telemetry/ultralight, telemetry/iotajson.
package provisioning

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
)

// Device is a device, or a group of them (then without ID and Entity). The zero Device
// takes measures as they come.
type Device struct {
	ID         string      `json:"device_id"`
	Entity     string      `json:"entity_name"`
	Type       string      `json:"entity_type"`
	Protocol   string      `json:"protocol,omitempty"`
	Attributes []Attribute `json:"attributes,omitempty"`
}

// Attribute is a measure.
type Attribute struct {
	ObjectID string `json:"object_id,omitempty"` // as the device calls it; "" is Name
	Name     string `json:"name"`                // as the entity has it
	Type     string `json:"type,omitempty"`      // Number, Boolean, Text, geo:point …; others tell nothing
	Unit     telemetry.UnitRef
}

// Load reads what one posts to an IoT agent: {"devices": […]} or {"services": […]}, or one
// device. The unit of an attribute is its metadata unitCode (UN/CEFACT) or unit (a name).
// The error is an [*telemetry.Error] that joins all problems: attributes with an expression, which is
// not evaluated here, and names or object ids that stand twice.
func Load(data []byte) ([]Device, error) {
	var doc struct {
		Devices  []device `json:"devices"`
		Services []device `json:"services"`
		device
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, &telemetry.Error{Kind: telemetry.ErrSyntax, Offset: -1, Msg: "provisioning is not JSON of an IoT agent", Err: err}
	}
	list := append(doc.Devices, doc.Services...)
	if len(list) == 0 && (doc.ID != "" || doc.Attributes != nil) {
		list = []device{doc.device}
	}
	var out []Device
	var problems []error
	for i, d := range list {
		v, err := d.device()
		if err != nil {
			problems = append(problems, &telemetry.Error{Kind: telemetry.ErrUnsupported, Record: i + 1, Offset: -1, Msg: fmt.Sprintf("device %q", v.ID), Err: err})
			continue
		}
		out = append(out, v)
	}
	switch len(problems) {
	case 0:
		return out, nil
	case 1:
		return nil, problems[0]
	}
	return nil, &telemetry.Error{Kind: telemetry.ErrUnsupported, Offset: -1, Msg: fmt.Sprintf("%d devices cannot be taken", len(problems)), Err: errors.Join(problems...)}
}

// device is the JSON of a device.
type device struct {
	ID         string      `json:"device_id"`
	Entity     string      `json:"entity_name"`
	Type       string      `json:"entity_type"`
	Protocol   string      `json:"protocol"`
	Attributes []attribute `json:"attributes"`
}

type attribute struct {
	ObjectID   string          `json:"object_id"`
	Name       string          `json:"name"`
	Type       string          `json:"type"`
	Expression json.RawMessage `json:"expression"`
	Metadata   map[string]struct {
		Value any `json:"value"`
	} `json:"metadata"`
}

func (d device) device() (Device, error) {
	out := Device{ID: d.ID, Entity: d.Entity, Type: d.Type, Protocol: d.Protocol}
	var problems []error
	for _, a := range d.Attributes {
		v := Attribute{ObjectID: a.ObjectID, Name: a.Name, Type: a.Type}
		if a.Expression != nil {
			problems = append(problems, fmt.Errorf("attribute %q has an expression, which is not evaluated here", a.Name))
		}
		for key, system := range map[string]telemetry.UnitSystem{"unitCode": telemetry.CEFACT, "unit": telemetry.Name} {
			if given, ok := a.Metadata[key].Value.(string); ok && (key == "unitCode" || v.Unit.Given == "") {
				v.Unit = telemetry.UnitRef{Given: given, System: system}
				v.Unit.Unit, _ = telemetry.ResolveUnit(system, given)
			}
		}
		out.Attributes = append(out.Attributes, v)
	}
	if err := out.Check(); err != nil {
		problems = append(problems, err)
	}
	return out, errors.Join(problems...)
}

// Check reports attributes without name, and object ids or names that stand twice.
func (d Device) Check() error {
	var problems []error
	ids, names := map[string]bool{}, map[string]bool{}
	for i, a := range d.Attributes {
		switch {
		case a.Name == "":
			problems = append(problems, fmt.Errorf("attribute %d has no name", i+1))
		case ids[a.Object()]:
			problems = append(problems, fmt.Errorf("object id %q stands twice", a.Object()))
		case names[a.Name]:
			problems = append(problems, fmt.Errorf("name %q stands twice", a.Name))
		}
		ids[a.Object()], names[a.Name] = true, true
	}
	return errors.Join(problems...)
}

// Object is the name that the device uses.
func (a Attribute) Object() string {
	if a.ObjectID != "" {
		return a.ObjectID
	}
	return a.Name
}

// EntityOf is the entity of the device's measures: by its name, or its own id.
func (d Device) EntityOf() telemetry.Entity {
	if d.Entity == "" {
		return telemetry.Entity{ID: d.ID, Type: d.Type}
	}
	return telemetry.Entity{ID: d.Entity, Type: d.Type}
}
