package ngsild

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/almotacen/almotacen/telemetry"
)

// The slow twin: entities by encoding/json, as the standard says, to lines of text.

type member struct {
	key   string
	value any
}

// ordered is a JSON value whose objects are []member.
func ordered(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		o := []member{}
		for d.More() {
			k, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := ordered(d)
			if err != nil {
				return nil, err
			}
			o = append(o, member{k.(string), v})
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		l := []any{}
		for d.More() {
			v, err := ordered(d)
			if err != nil {
				return nil, err
			}
			l = append(l, v)
		}
		_, err = d.Token()
		return l, err
	}
	return t, nil
}

func get(o any, key string) any {
	m, _ := o.([]member)
	for _, x := range m {
		if x.key == key {
			return x.value
		}
	}
	return nil
}

// twinLines are the rows of a message in the twin's opinion; ok is false for what it does not do.
func twinLines(src []byte) (lines []string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	v, err := ordered(d)
	if err != nil {
		return nil, false
	}
	if get(v, "type") == "Notification" {
		v = get(v, "data")
	}
	list, is := v.([]any)
	if !is {
		list = []any{v}
	}
	for _, e := range list {
		for _, m := range e.([]member) {
			switch m.key {
			case "id", "@id", "type", "@type", "@context":
				continue
			case "scope", "createdAt", "modifiedAt", "expiresAt":
				if l, is := m.value.([]any); get(m.value, "type") != nil || is && len(l) > 0 && isInstance(l[0]) {
					return nil, false
				}
				lines = append(lines, fmt.Sprintf("%v %s %s", get(e, "id"), m.key, compactJSON(m.value)))
				continue
			case "deletedAt":
				lines = append(lines, fmt.Sprintf("%v deletedAt %v", get(e, "id"), m.value))
				continue
			}
			instances, is := m.value.([]any)
			if !is || len(instances) == 0 || !isInstance(instances[0]) {
				instances = []any{m.value}
			}
			for _, in := range instances {
				if get(in, "type") != nil && isInstance(in) {
					for _, s := range []string{"values", "objects", "languageMaps", "vocabs", "jsons", "avg", "min", "max", "sum", "totalCount", "distinctCount"} {
						if get(in, s) != nil {
							return nil, false
						}
					}
				}
				lines = append(lines, fmt.Sprintf("%v %s %s", get(e, "id"), m.key, twinRow(in)))
			}
		}
	}
	return lines, true
}

func isInstance(v any) bool {
	for _, k := range []string{"Property", "GeoProperty", "Relationship", "LanguageProperty", "JsonProperty", "VocabProperty", "ListProperty", "ListRelationship"} {
		if get(v, "type") == k {
			return true
		}
	}
	return get(v, "type") == nil && (get(v, "value") != nil || get(v, "object") != nil || get(v, "vocab") != nil || get(v, "json") != nil || get(v, "languageMap") != nil)
}

func twinRow(in any) string {
	v, t, ds, unit := in, "", "", ""
	if isInstance(in) {
		for _, k := range []string{"value", "object", "languageMap", "json", "vocab", "valueList", "objectList"} {
			if x := get(in, k); x != nil {
				v = x
			}
		}
		t, _ = get(in, "observedAt").(string)
		if compactJSON(v) == `"urn:ngsi-ld:null"` || compactJSON(v) == `{"@none":"urn:ngsi-ld:null"}` {
			v = "urn:ngsi-ld:null"
			if at, ok := get(in, "deletedAt").(string); ok {
				t = at
			}
		}
		ds, _ = get(in, "datasetId").(string)
		unit, _ = get(in, "unitCode").(string)
	}
	if at, err := time.Parse(time.RFC3339, t); err == nil {
		t = at.UTC().Format(time.RFC3339Nano)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", compactJSON(v), t, ds, unit))
}

// compactJSON writes a value; numbers as float64, so that 80.0 is 80, and GeoJSON in one order.
func compactJSON(v any) string {
	switch x := v.(type) {
	case []member:
		x = slices.Clone(x)
		if c := get(x, "coordinates"); c != nil && get(x, "type") == "Point" {
			x = []member{{"type", get(x, "type")}, {"coordinates", c}}
		}
		var parts []string
		for _, m := range x {
			k, _ := json.Marshal(m.key)
			parts = append(parts, string(k)+":"+compactJSON(m.value))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, e := range x {
			parts = append(parts, compactJSON(e))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case json.Number:
		if f, err := x.Float64(); err == nil {
			return fmt.Sprint(f)
		}
		return x.String()
	}
	out, _ := json.Marshal(v)
	return string(out)
}

// ourLines are the rows of a batch in the same words.
func ourLines(b *telemetry.Batch) (lines []string) {
	for _, o := range b.All() {
		var v any
		switch o.Value.Kind {
		case telemetry.Number:
			v = o.Value.Number
			if o.Value.Text != "" {
				v = json.Number(o.Value.Text)
			}
		case telemetry.Bool:
			v = o.Value.Number == 1
		case telemetry.Text:
			v = o.Value.Text
		case telemetry.Point:
			p := o.Value.Position
			c := []any{p.Lon, p.Lat}
			if p.HasAlt {
				c = append(c, p.Alt)
			}
			v = []member{{"type", "Point"}, {"coordinates", c}}
		case telemetry.Deleted:
			v = "urn:ngsi-ld:null"
		default:
			d := json.NewDecoder(strings.NewReader(o.Value.Text))
			d.UseNumber()
			v, _ = ordered(d)
		}
		t := ""
		if !o.Time.IsZero() {
			t = o.Time.UTC().Format(time.RFC3339Nano)
		}
		if o.Attribute == "" {
			lines = append(lines, fmt.Sprintf("%v deletedAt %s", o.Entity.ID, t))
			continue
		}
		if slices.Contains(system, o.Attribute) {
			lines = append(lines, fmt.Sprintf("%v %s %s", o.Entity.ID, o.Attribute, compactJSON(v)))
			continue
		}
		lines = append(lines, fmt.Sprintf("%v %s %s", o.Entity.ID, o.Attribute, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", compactJSON(v), t, o.Dataset, o.Unit.Given))))
	}
	return lines
}
