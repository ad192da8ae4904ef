package ngsild

import (
	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

// Decoder reads NGSI-LD. It is for one goroutine at a time.
type Decoder struct {
	c        Config
	r        jsonrec.Reader
	contexts *contexts

	// As values, so that passing them makes nothing anew.
	entity, inner, feature, notification, collection func() bool

	inFeature bool
	id, typ   []byte
	second    []byte // the type of the entities that the reader remembers the opening of
	term      []byte // a name expanded
	context   *context
	shaped    *context // of what the reader remembers
	in        instance
	meta      []byte
	quality   bool   // it has the member quality
	common    []byte // metadata of all values of a series
}

// NewDecoder returns a decoder. What is wrong with c is said by Decode.
func NewDecoder(c Config) *Decoder {
	c.Limits = c.Limits.WithDefaults()
	d := &Decoder{c: c, r: jsonrec.Reader{Format: name, C: c.Config, Deletion: deletion, Names: c.TimeAttributes}}
	if d.r.Names == nil {
		d.r.Names = []string{"dateObserved"}
	}
	if c.Expand {
		d.contexts = &contexts{docs: c.Contexts, strict: c.StrictContext}
	}
	d.entity = func() bool { return d.readEntity(true) }
	d.inner = func() bool { return d.readEntity(false) }
	d.feature = d.readFeature
	d.notification = func() bool { return d.r.Members("data", d.entity, d.wrapper) }
	d.collection = func() bool { return d.r.Members("features", d.inner, d.wrapper) }
	return d
}

// Decode appends the rows of one message to dst: an entity or an array of them, a
// notification, a Feature or a FeatureCollection; in any representation. src is not kept.
func (d *Decoder) Decode(dst *telemetry.Batch, src []byte) error {
	d.context = nil
	if err := d.r.Begin(dst, src); err != nil {
		return err
	}
	read := false
	if d.r.S.Kind() == jsonscan.Array {
		read = d.r.List(d.inner)
	} else {
		read = d.r.Message(d.entity)
	}
	return d.r.End(read)
}

// wrapper reads what surrounds entities: only the @context matters.
func (d *Decoder) wrapper(key []byte) (known, ok bool) {
	if d.contexts == nil || string(key) != "@context" {
		return false, false
	}
	return true, d.readContext()
}
