package indicators

import (
	"encoding"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/jsonschema"
)

// decoder fills structs from nodes. The schema has already reported values of
// the wrong type: they are left out here, so that everything else can still be
// checked.
type decoder struct {
	src    *source
	units  unit.Registry
	errs   Errors
	fields map[reflect.Type]map[string]int
	known  map[string]unit.Unit // read before: a catalogue repeats few units
	wrong  int
}

// maxWrongUnits ends the reading of units in a document that is beyond help:
// each error looks for the nearest spelling in a long table.
const maxWrongUnits = 1000

func (d *decoder) decode(n *node, v any) {
	d.fields = make(map[reflect.Type]map[string]int)
	d.known = make(map[string]unit.Unit)
	d.value(n, reflect.ValueOf(v).Elem(), nil)
}

func annotationsOf(root *node) unit.Registry {
	var r unit.Registry
	if l := root.get("annotations"); l != nil {
		for _, c := range l.items {
			if c.kind == stringNode {
				r.Annotations = append(r.Annotations, c.text)
			}
		}
	}
	if r.Check() != nil {
		return unit.Registry{} // the schema says which one is wrong
	}
	return r
}

var unitType = reflect.TypeFor[unit.Unit]()

func (d *decoder) value(n *node, v reflect.Value, path []string) {
	if v.Type() == unitType {
		if n.kind == stringNode && n.text != "" {
			d.unit(n.text, v, path)
		}
		return
	}
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if n.kind != stringNode || n.text == "" {
			return
		}
		if err := t.UnmarshalText([]byte(n.text)); err != nil {
			if _, freq := t.(*period.Freq); freq {
				return // an enumeration of the schema
			}
			column, msg := 0, err.Error()
			var pe *period.ParseError
			if errors.As(err, &pe) {
				column, msg = pe.Offset, jsonschema.Quote(n.text)+": "+pe.Msg
				if pe.Write != "" {
					msg += "; write " + pe.Write
				}
			}
			d.fail(ErrPeriod, path, column, msg, err)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		if n.kind == stringNode {
			v.SetString(n.text)
		}
	case reflect.Bool:
		if n.kind == boolNode {
			v.SetBool(n.bool)
		}
	case reflect.Int:
		if n.kind == numberNode && n.num == math.Trunc(n.num) && math.Abs(n.num) < 1<<31 {
			v.SetInt(int64(n.num))
		}
	case reflect.Float64:
		if n.kind == numberNode {
			v.SetFloat(n.num)
		}
	case reflect.Pointer:
		if n.kind == numberNode || n.kind == mapNode {
			v.Set(reflect.New(v.Type().Elem()))
			d.value(n, v.Elem(), path)
		}
	case reflect.Slice:
		if n.kind == listNode && len(n.items) > 0 {
			v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
			for i, c := range n.items {
				d.value(c, v.Index(i), append(path, strconv.Itoa(i)))
			}
		}
	case reflect.Map: // of strings
		if n.kind == mapNode && len(n.keys) > 0 {
			v.Set(reflect.MakeMapWithSize(v.Type(), len(n.keys)))
			for i, k := range n.keys {
				if c := n.items[i]; c.kind == stringNode {
					v.SetMapIndex(reflect.ValueOf(k.text), reflect.ValueOf(c.text))
				}
			}
		}
	case reflect.Struct:
		if n.kind == mapNode {
			fields := d.fieldsOf(v.Type())
			for i, k := range n.keys {
				if f, ok := fields[k.text]; ok {
					d.value(n.items[i], v.Field(f), append(path, k.text))
				}
			}
		}
	}
}

func (d *decoder) unit(text string, v reflect.Value, path []string) {
	u, ok := d.known[text]
	if !ok {
		if d.wrong >= maxWrongUnits {
			return
		}
		var err error
		if u, err = d.units.Parse(text); err != nil {
			d.wrong++
			column, msg := 0, err.Error()
			var pe *unit.ParseError
			if errors.As(err, &pe) {
				column, msg = max(pe.Column-1, 0), jsonschema.Quote(text)+": "+pe.Msg
				if pe.Want != "" {
					msg += "; write " + pe.Want
				}
			}
			d.fail(ErrUnit, path, column, msg, err)
			return
		}
		d.known[text] = u
	}
	v.Set(reflect.ValueOf(u))
}

func (d *decoder) fail(kind error, path []string, column int, msg string, cause error) {
	pointer := jsonschema.Pointer(path...)
	at, _ := d.src.posIn(pointer, column)
	if s := d.src.subject(pointer); s != "" {
		msg = s + ": " + msg
	}
	d.errs = append(d.errs, newError(kind, at, pointer, msg, cause))
}

func (d *decoder) fieldsOf(t reflect.Type) map[string]int {
	if m, ok := d.fields[t]; ok {
		return m
	}
	m := make(map[string]int)
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" {
			m[name] = i
		}
	}
	d.fields[t] = m
	return m
}
