package ngsild

import (
	"bufio"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

const name = "ngsild"

// Config is what a decoder of NGSI-LD wants to know beyond [telemetry.Config]. Zero is
// right for entities as brokers send them.
type Config struct {
	telemetry.Config

	// Entity is that of fragments, which name none: the body of a PATCH to
	// /entities/{id}/attrs. An id or type in the message goes before it.
	Entity telemetry.Entity

	// Check, if there is one, judges every entity, in whatever representation: see package sdm.
	Check telemetry.Check

	// Attribute is the name of the attribute that messages are instances of: the body of a
	// PATCH to /entities/{id}/attrs/{attribute}. Entity has the rest.
	Attribute string

	// Partial accepts entities without type, as queries with omit and merge patches
	// have them.
	Partial bool

	// TimeAttributes name the attributes whose value is the time of the
	// entity's attributes without observedAt, in order of preference. Nil: dateObserved, as the Smart Data Models
	// use it. Empty: none.
	TimeAttributes []string

	// Expand turns names of attributes and types into IRIs by the @context. Otherwise they stay
	// as they are written and contexts are passed over.
	Expand bool

	// Contexts are @context documents by their URL; nothing is ever fetched. The core
	// context is built in.
	Contexts map[string][]byte

	// Link is the URL of the context in the request's Link header, for messages without
	// @context.
	Link string

	// StrictContext makes a context that is not there an error. Otherwise names that
	// the other contexts do not have stay as they are, with a finding.
	StrictContext bool
}

// Format describes NGSI-LD, decoded with Config's zero value but for the common
// part. [NewDecoder] takes the rest.
func Format() telemetry.Format {
	return telemetry.Format{
		Name:       name,
		Title:      "NGSI-LD (ETSI GS CIM 009 V1.8.1)",
		MediaTypes: []string{"application/ld+json", "application/geo+json", "application/merge-patch+json", "application/json"},
		Extensions: []string{".jsonld"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return new(Encoder) },
		Split:      Split,
	}
}

// Split cuts a stream into messages: entities in one array, one a line, or one after
// the other.
func Split() bufio.SplitFunc { return jsonrec.Split() }
