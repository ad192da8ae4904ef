package otlp

import (
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
	"github.com/almotacen/almotacen/telemetry/internal/tags"
)

// entity is the id and type that attributes of a point and of its resource give; own is true if
// the id is of the point. scratch holds what is made.
func (c *Config) entity(point, resource []tags.Pair, scratch *[]byte) (id, typ []byte, own bool) {
	var ok bool
	if typ, ok = tags.Get(point, c.Type); !ok {
		typ, _ = tags.Get(resource, c.Type)
	}
	for i, set := range [...][]tags.Pair{point, resource} {
		for _, name := range c.ID {
			if v, _ := tags.Get(set, name); len(v) > 0 {
				return v, typ, i == 0
			}
		}
	}
	*scratch = tags.Append((*scratch)[:0], resource)
	return *scratch, typ, false
}

// hidden reports whether a resource is what an encoder makes of the entity's id, so that
// metadata need not have it.
func (c *Config) hidden(resource []tags.Pair) bool {
	return len(resource) == 0 || len(resource) == 1 && len(c.ID) > 0 && string(resource[0].Key) == c.ID[0] && len(resource[0].Value) > 0 && !likeJSON(resource[0].Value)
}

// appendMeta appends what rows of a metric have as metadata; nothing if it is what an encoder
// would write without.
func (c *Config) appendMeta(dst []byte, m *metric, hidden bool) []byte {
	n := len(dst)
	begin := func(key string) {
		if len(dst) == n {
			dst = append(dst, '{')
		} else {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendString(dst, key), ':')
	}
	if !hidden && len(m.resource) > 0 {
		begin("resource")
		dst = appendList(dst, m.resource, 1)
	}
	var name, version []byte
	attributes := false
	for r := protowire.New(m.scope, 0); ; {
		w, ok := r.Next()
		if !ok {
			break
		}
		switch w.Num {
		case 1:
			name = w.Data
		case 2:
			version = w.Data
		case 3:
			attributes = true
		}
	}
	if len(name) > 0 {
		begin("scope")
		dst = jsonscan.AppendString(dst, name)
	}
	if len(version) > 0 {
		begin("scopeVersion")
		dst = jsonscan.AppendString(dst, version)
	}
	if attributes {
		begin("scopeAttributes")
		dst = appendList(dst, m.scope, 3)
	}
	if len(m.description) > 0 {
		begin("description")
		dst = jsonscan.AppendString(dst, m.description)
	}
	if m.kind != "gauge" {
		begin("metric")
		dst = jsonscan.AppendString(dst, m.kind)
		if m.kind != "summary" {
			begin("temporality")
			dst = jsonscan.AppendString(dst, temporalities[m.temporality])
		}
		if m.monotonic {
			begin("monotonic")
			dst = append(dst, "true"...)
		}
	}
	if m.metadata {
		begin("metadata")
		dst = appendList(dst, m.wire, 12)
	}
	if len(dst) > n {
		dst = append(dst, '}')
	}
	return dst
}
