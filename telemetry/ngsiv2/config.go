package ngsiv2

import (
	"bufio"
	"strings"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

const name = "ngsiv2"

// Config is what a decoder of NGSIv2 wants to know beyond [telemetry.Config].
type Config struct {
	telemetry.Config

	// Entity is that of messages which name none: the body of a PATCH to
	// /v2/entities/{id}/attrs. An id or type in the message goes before it.
	Entity telemetry.Entity

	// Check, if there is one, judges every entity, in whatever representation: see package sdm.
	Check telemetry.Check

	// TimeAttributes name the attributes whose value is the time of the entity's attributes
	// without TimeInstant metadata, in order of preference. Nil: TimeInstant, dateObserved, dateModified. Empty: none.
	TimeAttributes []string
}

// Format describes NGSIv2, decoded with Config's zero value but for the common part.
func Format() telemetry.Format {
	return telemetry.Format{
		Name:       name,
		Title:      "FIWARE NGSIv2",
		MediaTypes: []string{"application/json"},
		Extensions: []string{".json"},
		NewDecoder: func(c telemetry.Config) telemetry.Decoder { return NewDecoder(Config{Config: c}) },
		NewEncoder: func() telemetry.Encoder { return new(Encoder) },
		Split:      Split,
	}
}

// Split cuts a stream into messages: entities in one array, one a line, or one after
// the other.
func Split() bufio.SplitFunc { return jsonrec.Split() }

// forbidden are the characters that Orion refuses in ids, names and texts.
const forbidden = `<>"'=;()`

// Names forbid these too.
const forbiddenNames = forbidden + " &?/#\t\n\r"

// defaultType is the type of an attribute by what its value is.
func defaultType(k telemetry.Kind, relation bool, text []byte) string {
	switch k {
	case telemetry.Number:
		return "Number"
	case telemetry.Bool:
		return "Boolean"
	case telemetry.JSON:
		return "StructuredValue"
	case telemetry.Point, telemetry.Geometry:
		return "geo:json"
	case telemetry.None:
		return "None"
	}
	if strings.ContainsAny(string(text), forbidden) {
		return "TextUnrestricted"
	}
	if relation {
		return "Relationship"
	}
	return "Text"
}
