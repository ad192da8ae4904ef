package sentilo

import (
	"encoding/json"
	"fmt"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
)

// Sensor is what the catalogue knows of a sensor.
type Sensor struct {
	Sensor   string `json:"sensor"`
	Type     string `json:"type,omitempty"`     // what it measures: temperature, noise …
	DataType string `json:"dataType,omitempty"` // NUMBER, BOOLEAN, TEXT, JSON …; "" is NUMBER
	Unit     string `json:"unit,omitempty"`     // a name, as one writes it: ºC, dB
}

// LoadCatalogue reads the sensors of a catalogue, as the API takes and gives them
// ({"sensors": […]}, {"providers": [{"sensors": […]}]}). The error is an [*telemetry.Error].
func LoadCatalogue(data []byte) ([]Sensor, error) {
	var doc struct {
		Sensors   []Sensor `json:"sensors"`
		Providers []struct {
			Sensors []Sensor `json:"sensors"`
		} `json:"providers"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, &telemetry.Error{Kind: telemetry.ErrSyntax, Format: name, Offset: -1, Msg: "not a catalogue of Sentilo", Err: err}
	}
	list := doc.Sensors
	for _, p := range doc.Providers {
		list = append(list, p.Sensors...)
	}
	seen := map[string]bool{}
	for i, s := range list {
		if s.Sensor == "" || seen[s.Sensor] {
			return nil, &telemetry.Error{Kind: telemetry.ErrName, Format: name, Record: i + 1, Offset: -1, Msg: fmt.Sprintf("sensor %q stands twice in the catalogue, or has no name", s.Sensor)}
		}
		seen[s.Sensor] = true
	}
	return list, nil
}

// known is a sensor, ready for use.
type known struct {
	attribute, unit []byte
	class           decoding.Class
}

func table(list []Sensor) map[string]known {
	out := make(map[string]known, len(list))
	for _, s := range list {
		k := known{attribute: []byte(s.Type), unit: []byte(s.Unit), class: decoding.Number}
		if s.DataType != "" {
			k.class = decoding.ClassOf(s.DataType)
		}
		if s.Type == "" {
			k.attribute = valueName
		}
		out[s.Sensor] = k
	}
	return out
}

var (
	valueName    = []byte("value")
	locationName = []byte("location")
)

// lookup is a sensor by its name; one that is not in the catalogue has class Auto.
func lookup(t map[string]known, sensor []byte) known {
	if k, ok := t[string(sensor)]; ok {
		return k
	}
	return known{attribute: valueName}
}
