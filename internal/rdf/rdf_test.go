package rdf

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const ex = "http://example.org/"

var prefixes = []Prefix{{"ex", ex}, {"xsd", NSXSD}, {"rdf", NSRDF}}

func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		name, ntriples, turtle, jsonld string
		in                             Term
	}{
		{"plain", `"a"`, `"a"`, `{"@value":"a"}`, String("a")},
		{"empty", `""`, `""`, `{"@value":""}`, String("")},
		{"escapes", `"\"\\\n\r\t\b\f"`, `"\"\\\n\r\t\b\f"`, `{"@value":"\"\\\n\r\t\b\f"}`, String("\"\\\n\r\t\b\f")},
		{"controls", `"\u0000\u001F\u007F"`, `"\u0000\u001F\u007F"`, `{"@value":"\u0000\u001f` + "\x7f" + `"}`, String("\x00\x1f\x7f")},
		{"other Unicode is raw", `"Cáñ€𝄞<&'"`, `"Cáñ€𝄞<&'"`, `{"@value":"Cáñ€𝄞<&'"}`, String("Cáñ€𝄞<&'")},
		{"language in lower case", `"hola"@es-mx`, `"hola"@es-mx`, `{"@value":"hola","@language":"es-mx"}`, LangString("hola", "es-MX")},
		{"datatype", `"1"^^<` + NSXSD + `integer>`, `"1"^^xsd:integer`, `{"@value":"1","@type":"xsd:integer"}`, Typed("1", NSXSD+"integer")},
		{"xsd:string is plain", `"a"`, `"a"`, `{"@value":"a"}`, Term{Lexical: "a", Datatype: NSXSD + "string"}},
		{"short", `<` + ex + `b>`, `ex:b`, `{"@id":"` + ex + `b"}`, IRI(ex + "b")},
		{"not short: dot", `<` + ex + `b.c>`, `<` + ex + `b.c>`, `{"@id":"` + ex + `b.c"}`, IRI(ex + "b.c")},
		{"not short: empty local", `<` + ex + `>`, `<` + ex + `>`, `{"@id":"` + ex + `"}`, IRI(ex)},
		{"not short: ñ, raw", `<` + ex + `España>`, `<` + ex + `España>`, `{"@id":"` + ex + `España"}`, IRI(ex + "España")},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g Graph
			g.Add(ex+"s", ex+"p", c.in)
			nt, err := g.AppendNTriples(nil)
			require.NoError(t, err)
			require.Equal(t, "<"+ex+"s> <"+ex+"p> "+c.ntriples+" .\n", string(nt))
			ttl, err := g.AppendTurtle(nil, prefixes)
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(string(ttl), "\n\nex:s ex:p "+c.turtle+" .\n"), "%s", ttl)
			ld, err := g.AppendJSONLD(nil, prefixes)
			require.NoError(t, err)
			require.Contains(t, strings.Join(strings.Fields(string(ld)), ""), `"ex:p":[`+strings.ReplaceAll(c.jsonld, " ", "")+`]`)
		})
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name, s, p, want string
		o                Term
	}{
		{"relative subject", "s", ex + "p", "not absolute", String("")},
		{"space", ex + "a b", ex + "p", "at byte 20", String("")},
		{"angle", ex + "p", ex + "<", "percent-encode", String("")},
		{"percent", ex + "s", ex + "p", "write %25", IRI(ex + "50%")},
		{"percent and one digit", ex + "s", ex + "p", "write %25", IRI(ex + "%5")},
		{"scheme with a digit first", "1http:x", ex + "p", "not absolute", String("")},
		{"scheme with a bad character", "ht_tp:x", ex + "p", "not absolute", String("")},
		{"bad UTF-8 in an IRI", ex + "\xff", ex + "p", "not UTF-8", String("")},
		{"bad UTF-8", ex + "s", ex + "p", "not UTF-8", String("\xff")},
		{"bad language", ex + "s", ex + "p", "no language tag", LangString("a", "e s")},
		{"language of digits", ex + "s", ex + "p", "no language tag", LangString("a", "12")},
		{"language with an empty part", ex + "s", ex + "p", "no language tag", LangString("a", "es-")},
		{"language and datatype", ex + "s", ex + "p", "not both", Term{Lexical: "a", Lang: "es", Datatype: NSXSD + "date"}},
		{"IRI and literal", ex + "s", ex + "p", "not both", Term{IRI: ex, Lexical: "a"}},
		{"langString without language", ex + "s", ex + "p", "needs a language", Typed("a", NSRDF+"langString")},
		{"relative datatype", ex + "s", ex + "p", "not absolute", Typed("a", "date")},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g Graph
			g.Add(c.s, c.p, c.o)
			require.ErrorContains(t, g.Check(), c.want)
			dst := []byte("kept")
			for _, write := range []func([]byte) ([]byte, error){
				g.AppendNTriples,
				func(b []byte) ([]byte, error) { return g.AppendTurtle(b, prefixes) },
				func(b []byte) ([]byte, error) { return g.AppendJSONLD(b, prefixes) },
			} {
				out, err := write(dst)
				require.Error(t, err)
				require.Equal(t, "kept", string(out))
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	var g Graph
	nt, err := g.AppendNTriples(nil)
	require.NoError(t, err)
	require.Empty(t, nt)
	ttl, err := g.AppendTurtle(nil, prefixes)
	require.NoError(t, err)
	require.Empty(t, ttl)
	ld, err := g.AppendJSONLD(nil, prefixes)
	require.NoError(t, err)
	require.JSONEq(t, `{"@context": {}, "@graph": []}`, string(ld))
}

// TestOrder writes the same triples in many orders, with repetitions.
func TestOrder(t *testing.T) {
	var all []Triple
	for i := range 4 {
		s := ex + "s" + strconv.Itoa(i)
		all = append(
			all,
			Triple{s, ex + "b", String("1")}, Triple{s, ex + "b", LangString("1", "es")}, Triple{s, ex + "b", LangString("1", "en")},
			Triple{s, ex + "b", Typed("1", NSXSD+"integer")}, Triple{s, ex + "b", IRI(ex)}, Triple{s, ex + "a", String("2")},
			Triple{s, Type, IRI(ex + "T")}, Triple{s, Type, IRI(ex + "S")},
		)
	}
	write := func(ts []Triple) [3]string {
		var g Graph
		for _, x := range ts {
			g.Add(x.Subject, x.Predicate, x.Object)
		}
		nt, err := g.AppendNTriples(nil)
		require.NoError(t, err)
		ttl, err := g.AppendTurtle(nil, prefixes)
		require.NoError(t, err)
		ld, err := g.AppendJSONLD(nil, prefixes)
		require.NoError(t, err)
		return [3]string{string(nt), string(ttl), string(ld)}
	}
	want := write(all)
	require.Contains(t, want[1], "ex:s0 a ex:S, ex:T ;\n    ex:a \"2\" ;\n    ex:b \"1\", \"1\"@en, \"1\"@es, \"1\"^^xsd:integer, <"+ex+"> .\n\nex:s1 ")
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		mixed := append(append([]Triple{}, all...), all[r.IntN(len(all))])
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		require.Equal(t, want, write(mixed))
	}
}

// TestPrefixes holds that a prefix never changes what an IRI means.
func TestPrefixes(t *testing.T) {
	var g Graph
	g.Add(ex+"s", "ex:p", IRI("tel:+34"))
	g.Add(ex+"s", ex+"p", String("long"))
	g.Add(ex+"s", ex+"deep/p", String("deepest namespace wins"))
	g.Add(ex+"s", "http://plain.example/namep", String("no delimiter"))
	ps := []Prefix{
		{"ex", ex}, {"ex", "http://other.example/"}, {"deep", ex + "deep/"}, {"tel", ex + "tel/"}, {"plain", "http://plain.example/name"},
		{"", ex}, {"1x", ex}, {"a b", ex}, {"bad", "relative"}, {"unused", "http://unused.example/"},
	}
	ttl, err := g.AppendTurtle(nil, ps)
	require.NoError(t, err)
	require.Equal(t, `@prefix deep: <http://example.org/deep/> .
@prefix ex: <http://example.org/> .
@prefix plain: <http://plain.example/name> .

ex:s <ex:p> <tel:+34> ;
    deep:p "deepest namespace wins" ;
    ex:p "long" ;
    plain:p "no delimiter" .
`, string(ttl))
	ld, err := g.AppendJSONLD(nil, ps)
	require.NoError(t, err)
	require.JSONEq(t, `{"@context": {"deep": "http://example.org/deep/"}, "@graph": [{
		"@id": "http://example.org/s",
		"ex:p": [{"@id": "tel:+34"}],
		"deep:p": [{"@value": "deepest namespace wins"}],
		"http://example.org/p": [{"@value": "long"}],
		"http://plain.example/namep": [{"@value": "no delimiter"}]
	}]}`, string(ld))
}

// parseNTriples is a small strict reader of N-Triples without blank nodes,
// written from the grammar of the recommendation.
func parseNTriples(doc string) ([]Triple, error) {
	var out []Triple
	for n, line := range strings.Split(strings.TrimSuffix(doc, "\n"), "\n") {
		if doc == "" {
			break
		}
		p := &lineParser{line}
		t := Triple{Subject: p.iri(), Predicate: p.after(" ").iri()}
		p.after(" ")
		if strings.HasPrefix(p.rest, "<") {
			t.Object = IRI(p.iri())
		} else {
			t.Object = p.literal()
		}
		p.after(" .")
		if p.rest != "" {
			return nil, fmt.Errorf("line %d: %q left or wrong", n+1, p.rest)
		}
		out = append(out, t)
	}
	return out, nil
}

type lineParser struct{ rest string }

func (p *lineParser) after(s string) *lineParser {
	r, ok := strings.CutPrefix(p.rest, s)
	if !ok {
		r = "expected " + s + " at " + p.rest
	}
	p.rest = r
	return p
}

func (p *lineParser) iri() string {
	p.after("<")
	iri, rest, _ := strings.Cut(p.rest, ">")
	p.rest = rest
	return iri
}

func (p *lineParser) literal() Term {
	p.after(`"`)
	var b strings.Builder
	for {
		if p.rest == "" {
			p.rest = "no closing quote"
			return Term{}
		}
		c := p.rest[0]
		if c == '"' {
			p.rest = p.rest[1:]
			break
		}
		if c != '\\' {
			b.WriteByte(c)
			p.rest = p.rest[1:]
			continue
		}
		if p.rest[1] == 'u' {
			v, err := strconv.ParseUint(p.rest[2:6], 16, 32)
			if err != nil {
				p.rest = err.Error()
				return Term{}
			}
			b.WriteRune(rune(v))
			p.rest = p.rest[6:]
			continue
		}
		const from, to = `tbnrf"\`, "\t\b\n\r\f\"\\"
		b.WriteByte(to[strings.IndexByte(from, p.rest[1])])
		p.rest = p.rest[2:]
	}
	t := Term{Lexical: b.String()}
	if r, ok := strings.CutPrefix(p.rest, "^^"); ok {
		p.rest = r
		t.Datatype = p.iri()
	} else if r, ok := strings.CutPrefix(p.rest, "@"); ok {
		i := strings.IndexByte(r, ' ')
		t.Lang, p.rest = r[:i], r[i:]
	}
	return t
}

func FuzzRoundTrip(f *testing.F) {
	f.Add(ex+"s", "a\"b\\c\n\r\t\x00\x7f", "es", "", ex+"o")
	f.Add("urn:x:y", "España", "", NSXSD+"date", "mailto:a@b")
	f.Add(ex+"%20", " ", "EN-gb", NSXSD+"string", ex+"ñ")
	f.Add("", "\xff", "a b", "x", "<>")
	f.Fuzz(func(t *testing.T, s, lex, lang, dt, o string) {
		var g Graph
		g.Add(s, ex+"p", Term{Lexical: lex, Lang: lang, Datatype: dt})
		g.Add(s, Type, IRI(o))
		if o == "" {
			g = Graph{}
			g.Add(s, ex+"p", Term{Lexical: lex, Lang: lang, Datatype: dt})
		}
		nt, err := g.AppendNTriples(nil)
		if err != nil {
			require.Empty(t, nt)
			return
		}
		got, err := parseNTriples(string(nt))
		require.NoError(t, err, "%s", nt)
		require.Equal(t, g.Sorted(), got)
		ttl, err := g.AppendTurtle(nil, nil)
		require.NoError(t, err)
		require.NotEmpty(t, ttl)
		ld, err := g.AppendJSONLD(nil, prefixes)
		require.NoError(t, err)
		require.True(t, json.Valid(ld))
		var doc struct {
			Graph []map[string]json.RawMessage `json:"@graph"`
		}
		require.NoError(t, json.Unmarshal(ld, &doc))
		var id string
		require.NoError(t, json.Unmarshal(doc.Graph[0]["@id"], &id))
		require.Equal(t, s, id)
	})
}
