package procurement

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// object keeps the order of keys in the generated schema.
type object []any

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i := 0; i < len(o); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		k, err := json.Marshal(o[i])
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(o[i+1])
		if err != nil {
			return nil, err
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func generateSchema(t *testing.T) []byte {
	t.Helper()
	text := func(en string) object {
		return object{"type", "string", "minLength", 1, "maxLength", MaxText, "description", en}
	}
	date := func(en string) object {
		return object{"type", "string", "pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "x-expected", "a date as 2026-03-31", "description", en}
	}
	money := object{"type", []string{"string", "null"}, "maxLength", 64, "pattern", "^-?[0-9]{1,17}(\\.[0-9]{1,2})?( [A-Z]{3})?( (net|gross))?$",
		"x-expected", "an amount as \"216000.00 EUR net\", net without VAT and gross with it"}
	var kinds, docs []string
	var kindText []object
	for _, k := range Kinds() {
		kinds = append(kinds, k.Name)
		kindText = append(kindText, object{"const", k.Name, "title", k.Label.EN + " / " + k.Label.ES, "description", k.Source.Cite() + ", " + k.Source.Mark.String()})
	}
	for _, d := range DocumentKinds() {
		docs = append(docs, d.Name)
	}
	var facts object
	for _, f := range FactNames() {
		o := object{"description", f.Label.EN + " / " + f.Label.ES}
		switch f.Type {
		case TruthFact:
			o = append(o, "type", []string{"boolean", "null"})
		case CountFact:
			o = append(o, "type", "integer", "minimum", -100_000_000, "maximum", 100_000_000)
		case PercentFact:
			o = append(o, "type", "number", "minimum", -1_000_000, "maximum", 1_000_000)
		case NetFact, GrossFact:
			o = append(o, "$ref", "#/$defs/money")
		case TextFact:
			o = append(o, "enum", append(anyOf(f.OneOf), nil))
		}
		facts = append(facts, f.Name, o)
	}
	schema := object{
		"$schema", "https://json-schema.org/draft/2020-12/schema",
		"$id", SchemaBase + CaseSchemaFile,
		"title", "A procurement case: an append-only log of dated events",
		"type", "object",
		"properties", object{
			"$schema", object{"type", "string", "description", "the address of this schema"},
			"id", text("the case: the city's number of the file"),
			"events", object{"type", "array", "maxItems", MaxEvents, "items", object{"$ref", "#/$defs/event"}, "description", "the events in the order in which they were entered; never changed, only added"},
		},
		"required", []string{"id", "events"},
		"additionalProperties", false,
		"$defs", object{
			"event", object{
				"type", "object",
				"properties", object{
					"kind", object{"enum", kinds, "description", "what happened"},
					"date", date("the day of the fact, not of its entry"),
					"id", text("unique in the case"),
					"case", text("the case it belongs to, if not this one"),
					"lot", text("the lot"),
					"party", text("candidate, bidder, contractor, partner, adviser"),
					"phase", object{"type", "integer", "minimum", 1, "maximum", MaxPhases, "description", "the phase of a partner, from 1"},
					"amount", object{"$ref", "#/$defs/money", "description", "price, payment or alteration"},
					"until", date("the end that the event announces"),
					"facts", object{"type", "object", "maxProperties", MaxFacts, "properties", facts, "additionalProperties", false, "description", "facts that the event states; null: said to be unknown"},
					"documents", object{"type", "array", "maxItems", MaxDocuments, "items", object{"$ref", "#/$defs/document"}, "description", "documents that came with the event"},
					"note", text("free text"),
				},
				"required", []string{"kind"},
				"additionalProperties", false,
			},
			"document", object{
				"type", "object",
				"properties", object{
					"kind", object{"enum", docs, "description", "the kind of document"},
					"id", text("number in the register"),
					"title", text("title"),
					"url", text("where it stands"),
					"sha256", text("hash of its bytes, in hexadecimal"),
				},
				"required", []string{"kind"},
				"additionalProperties", false,
			},
			"money", money,
			"kinds", object{"description", "what each kind of event is, its article and how far it was checked; for readers, not for validation", "oneOf", kindText},
		},
	}
	raw, err := json.Marshal(schema)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, json.Indent(&out, raw, "", "  "))
	out.WriteByte('\n')
	return out.Bytes()
}

func anyOf(s []string) (out []any) {
	for _, x := range s {
		out = append(out, x)
	}
	return out
}

// TestSchemaCurrent: the published schema is the one that the tables give.
func TestSchemaCurrent(t *testing.T) {
	want := generateSchema(t)
	if os.Getenv("ALMOTACEN_UPDATE") == "1" {
		require.NoError(t, os.WriteFile("schema/"+CaseSchemaFile, want, 0o644))
	}
	got, err := os.ReadFile("schema/" + CaseSchemaFile)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "schema/%s is not what the tables give; run ALMOTACEN_UPDATE=1 go test ./procurement -run Schema", CaseSchemaFile)
}
