package sdm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"net/url"
	"path"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/internal/jsonschema"
)

// Config is what [Compile] takes.
type Config struct {
	// Schemas has the documents: every file that ends in .json and is an object with $schema and
	// an absolute $id. Those at …/Type/schema.json are the models of the types. Of documents
	// with one $id, as happens, $ref leads to the one in the folder that it names, else to the first.
	Schemas fs.FS

	// Missing accepts a $ref to a document or a place that is not there: it holds for every
	// value, and the plan lists it. Otherwise it is an error.
	Missing bool

	// Unknown accepts entities of types without a model.
	Unknown bool

	MaxBytes int // of a document; 0: 16 MiB
}

// Models are the compiled models.
type Models struct {
	models  map[string]*model
	unknown bool
}

type model struct {
	plan   Plan
	root   *node              // nil: the engine checks
	engine *jsonschema.Schema // or nil
}

// Plan says how the entities of a type are checked.
type Plan struct {
	Type     string
	ID       string   // $id of the schema
	Compiled bool     // otherwise the schema engine checks each entity
	Why      []string // where not compiled: keywords with their places
	Missing  []string // $ref that are not there, and hold for every value
	Note     string   // what is odd about the document
}

// ErrSchema is the kind of all errors of [Compile].
var ErrSchema = errors.New("sdm: schema")

// Compile compiles the models of a set of documents. The error lists everything that is
// wrong with them, and is of kind [ErrSchema].
func Compile(c Config) (*Models, error) {
	if c.MaxBytes <= 0 {
		c.MaxBytes = 16 << 20
	}
	docs, errs := load(c)
	m := &Models{models: map[string]*model{}, unknown: c.Unknown}
	set := jsonschema.NewSet()
	byID := map[string]*document{}
	for _, d := range docs {
		if err := set.Add(d.id, d.text); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", d.file, err))
		}
		byID[d.id] = d
	}
	for _, d := range docs {
		typ, ok := modelType(d.file)
		if !ok {
			continue
		}
		if other, twice := m.models[typ]; twice {
			errs = append(errs, fmt.Errorf("%s: the type %q has the model %s already", d.file, typ, other.plan.ID))
			continue
		}
		co := compiler{docs: byID, doc: d, missing: c.Missing}
		root := newNode()
		co.add(root, d.value, "#")
		for _, e := range co.errs {
			errs = append(errs, fmt.Errorf("%s: %w", d.file, e))
		}
		mo := &model{plan: Plan{Type: typ, ID: d.id, Note: d.note, Compiled: len(co.why) == 0, Why: co.why, Missing: slices.Compact(slices.Sorted(slices.Values(co.absent)))}, root: root}
		if len(co.why) > 0 {
			e, err := set.Compile(d.id)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: has keywords that are not compiled (%s), and the schema engine says: %w", d.file, co.why[0], err))
				continue
			}
			mo.root, mo.engine = nil, e
		} else {
			seal(root, map[*node]bool{})
		}
		m.models[typ] = mo
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%w: %w", ErrSchema, errors.Join(errs...))
	}
	return m, nil
}

// Plan is how each type is checked, sorted by type.
func (m *Models) Plan() []Plan {
	out := make([]Plan, 0, len(m.models))
	for _, typ := range slices.Sorted(maps.Keys(m.models)) {
		out = append(out, m.models[typ].plan)
	}
	return out
}

// modelType is the type in …/Type/schema.json.
func modelType(file string) (string, bool) {
	dir, base := path.Split(file)
	typ := path.Base(dir)
	return typ, base == "schema.json" && typ != "." && typ != "/"
}

// document is a schema document.
type document struct {
	file  string
	id    string
	note  string
	text  []byte
	value any
}

// load reads the documents, in order of their names, and sees to it that their ids differ.
func load(c Config) (docs []*document, errs []error) {
	if c.Schemas == nil {
		return nil, []error{errors.New("Config.Schemas has no documents")}
	}
	err := fs.WalkDir(c.Schemas, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".json") {
			return err
		}
		if info, err := e.Info(); err != nil || info.Size() > int64(c.MaxBytes) {
			errs = append(errs, fmt.Errorf("%s: more than %d bytes, or not to be read", name, c.MaxBytes))
			return nil
		}
		text, err := fs.ReadFile(c.Schemas, name)
		if err != nil {
			return err
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			if strings.HasSuffix(name, "schema.json") {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
			return nil
		}
		o, _ := v.(map[string]any)
		id, _ := o["$id"].(string)
		if schema, _ := o["$schema"].(string); schema == "" || !strings.Contains(id, "://") {
			return nil // an example
		}
		docs = append(docs, &document{file: name, id: strings.TrimSuffix(id, "#"), text: text, value: v})
		return nil
	})
	if err != nil {
		errs = append(errs, err)
	}
	owner := map[string]*document{}
	for _, d := range docs {
		typ, _ := modelType(d.file)
		if owner[d.id] == nil || strings.HasSuffix(d.id, "/"+typ+"/schema.json") {
			owner[d.id] = d
		}
	}
	for _, d := range docs {
		o := owner[d.id]
		if o == d {
			continue
		}
		d.note = fmt.Sprintf("its $id %s is that of %s", d.id, o.file)
		d.id += "?file=" + url.QueryEscape(d.file)
		d.value.(map[string]any)["$id"] = d.id
		if d.text, err = json.Marshal(d.value); err != nil {
			errs = append(errs, err)
		}
	}
	return docs, errs
}

// compiler turns schemas into nodes.
type compiler struct {
	docs    map[string]*document
	doc     *document // that $ref is relative to
	missing bool
	refs    []string // being followed
	depth   int
	nodes   int
	why     []string
	absent  []string
	errs    []error
}

const (
	maxDepth = 64
	maxNodes = 100_000
)

func (c *compiler) unsupported(at, format string, args ...any) {
	c.why = append(c.why, at+": "+fmt.Sprintf(format, args...))
}

// annotations assert nothing.
var annotations = map[string]bool{
	"$schema": true, "$id": true, "$comment": true, "title": true, "description": true, "default": true, "examples": true,
	"deprecated": true, "readOnly": true, "writeOnly": true, "definitions": true, "$defs": true, "contentEncoding": true, "contentMediaType": true, "contentSchema": true,
}

// assertions are keywords of the draft that assert something and are not compiled.
var assertions = map[string]bool{
	"not": true, "if": true, "then": true, "else": true, "additionalProperties": true, "patternProperties": true, "propertyNames": true,
	"minProperties": true, "maxProperties": true, "contains": true, "minContains": true, "maxContains": true, "prefixItems": true,
	"dependencies": true, "dependentRequired": true, "dependentSchemas": true, "unevaluatedProperties": true, "unevaluatedItems": true,
	"$dynamicRef": true, "$recursiveRef": true, "$anchor": true, "$dynamicAnchor": true, "$vocabulary": true,
}

// add adds what a schema says to a node.
func (c *compiler) add(n *node, schema any, at string) {
	if len(c.why) > 100 || len(c.errs) > 100 {
		return
	}
	if c.nodes++; c.nodes > maxNodes || c.depth > maxDepth {
		c.unsupported(at, "more than %d nodes, or deeper than %d", maxNodes, maxDepth)
		return
	}
	c.depth++
	defer func() { c.depth-- }()
	s, ok := schema.(map[string]any)
	if !ok {
		if schema == false {
			n.types = 0
		} else if schema != true {
			c.errs = append(c.errs, fmt.Errorf("%s: a schema is an object or a boolean", at))
		}
		return
	}
	for _, key := range slices.Sorted(maps.Keys(s)) {
		v, here := s[key], at+"/"+key
		switch key {
		case "$ref":
			c.ref(n, v, here)
		case "type":
			n.types &= c.types(v, here)
		case "enum", "const":
			l, ok := v.([]any)
			if key == "const" {
				l, ok = []any{v}, true
			}
			if !ok {
				c.errs = append(c.errs, fmt.Errorf("%s: a list should be here", here))
				continue
			}
			c.enum(n, l, here)
		case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
			if x, ok := c.number(v, here); ok {
				f, _ := x.Float64()
				n.bounds = append(n.bounds, bound{strings.HasSuffix(key, "aximum"), strings.HasPrefix(key, "excl"), f, x, fmt.Sprint(v)})
			}
		case "multipleOf":
			if x, ok := c.number(v, here); ok && x.Sign() > 0 {
				n.multiples = append(n.multiples, x)
			} else if ok {
				c.errs = append(c.errs, fmt.Errorf("%s: must be greater than zero", here))
			}
		case "minLength":
			n.minLength = max(n.minLength, c.count(v, here))
		case "maxLength":
			n.maxLength = least(n.maxLength, c.count(v, here))
		case "minItems":
			n.minItems = max(n.minItems, c.count(v, here))
		case "maxItems":
			n.maxItems = least(n.maxItems, c.count(v, here))
		case "uniqueItems":
			b, ok := v.(bool)
			if !ok {
				c.errs = append(c.errs, fmt.Errorf("%s: true or false should be here", here))
			}
			n.unique = n.unique || b
		case "pattern":
			c.pattern(n, v, here)
		case "format":
			name, ok := v.(string)
			if !ok {
				c.errs = append(c.errs, fmt.Errorf("%s: a text should be here", here))
			} else if f := jsonschema.Format(name); f != nil {
				n.formats = append(n.formats, format{name, f, quickFormats[name]})
			}
		case "items":
			if n.items == nil {
				n.items = newNode()
			}
			c.add(n.items, v, here)
		case "properties":
			o, ok := v.(map[string]any)
			if !ok {
				c.errs = append(c.errs, fmt.Errorf("%s: an object should be here", here))
			}
			for _, name := range slices.Sorted(maps.Keys(o)) {
				p := n.props.child(name)
				if p.node == nil {
					p.node = newNode()
				}
				c.add(p.node, o[name], here+"/"+name)
			}
		case "required":
			l, ok := v.([]any)
			for _, x := range l {
				name, text := x.(string)
				ok = ok && text
				p := n.props.child(name)
				if p.bit == 0 {
					k := 0
					for _, q := range n.props.list {
						if q.bit != 0 {
							k++
						}
					}
					if k >= 64 {
						c.unsupported(here, "more than 64 required properties")
						return
					}
					p.bit = 1 << k
					n.required |= p.bit
				}
			}
			if !ok {
				c.errs = append(c.errs, fmt.Errorf("%s: a list of texts should be here", here))
			}
		case "allOf":
			for i, x := range c.list(v, here) {
				c.add(n, x, here+"/"+strconv.Itoa(i))
			}
		case "anyOf", "oneOf":
			var alternatives []*node
			for i, x := range c.list(v, here) {
				a := newNode()
				c.add(a, x, here+"/"+strconv.Itoa(i))
				alternatives = append(alternatives, a)
			}
			if key == "anyOf" {
				n.any = append(n.any, group{nodes: alternatives})
			} else {
				n.one = append(n.one, group{nodes: alternatives})
			}
		default:
			if assertions[key] {
				c.unsupported(here, "the keyword %s", key)
			} else if !annotations[key] && strings.HasPrefix(key, "$") && key != "$schemaVersion" {
				c.unsupported(here, "the keyword %s", key)
			}
		}
	}
}

// least is the smaller of two counts, of which the first may be none, -1.
func least(a, b int) int {
	if a < 0 {
		return b
	}
	return min(a, b)
}

func (c *compiler) list(v any, at string) []any {
	l, ok := v.([]any)
	if !ok || len(l) == 0 {
		c.errs = append(c.errs, fmt.Errorf("%s: a list of schemas should be here", at))
	}
	return l
}

func (c *compiler) number(v any, at string) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if ok && len(n) < 64 {
		if f, err := n.Float64(); err == nil && (f == 0 || f > 1e-300 || f < -1e-300) {
			if r, ok := new(big.Rat).SetString(n.String()); ok {
				return r, true
			}
		}
	}
	c.errs = append(c.errs, fmt.Errorf("%s: %v is no number that can be compared", at, v))
	return nil, false
}

func (c *compiler) count(v any, at string) int {
	r, ok := c.number(v, at)
	if !ok {
		return 0
	}
	if !r.IsInt() || r.Sign() < 0 || !r.Num().IsInt64() || r.Num().Int64() > 1<<31 {
		c.errs = append(c.errs, fmt.Errorf("%s: %v is no count", at, v))
		return 0
	}
	return int(r.Num().Int64())
}

func (c *compiler) types(v any, at string) types {
	l, ok := v.([]any)
	if !ok {
		l = []any{v}
	}
	var t types
	for _, x := range l {
		name, _ := x.(string)
		bit, ok := typeNames[name]
		if !ok {
			c.errs = append(c.errs, fmt.Errorf("%s: %v is no type of JSON", at, x))
		}
		t |= bit
	}
	return t
}

func (c *compiler) enum(n *node, list []any, at string) {
	e := enum{texts: map[string]struct{}{}}
	var shown []string
	for _, x := range list {
		switch v := x.(type) {
		case string:
			e.texts[v] = struct{}{}
			if len(shown) < 8 {
				shown = append(shown, v)
			}
			continue
		case json.Number:
			if r, ok := c.number(v, at); ok {
				e.numbers = append(e.numbers, r)
			}
		case nil:
			e.other |= otherNull
		case bool:
			if v {
				e.other |= otherTrue
			} else {
				e.other |= otherFalse
			}
		default:
			c.unsupported(at, "an object or array among its values")
		}
		if len(shown) < 8 {
			shown = append(shown, fmt.Sprint(x))
		}
	}
	if len(list) > len(shown) {
		shown = append(shown, "…")
	}
	e.shown = strings.Join(shown, ", ")
	n.enums = append(n.enums, e)
}

func (c *compiler) pattern(n *node, v any, at string) {
	text, ok := v.(string)
	re, err := regexp.Compile(text)
	if !ok || err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s: %v is no regular expression", at, v))
		return
	}
	p := pattern{text: text, re: re}
	p.table, p.empty = classTable(text)
	n.patterns = append(n.patterns, p)
}

// classTable is the table of a pattern ^[class]+$ or ^[class]*$ of ASCII.
func classTable(text string) (table *[256]bool, empty bool) {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, false
	}
	if re.Op != syntax.OpConcat || len(re.Sub) != 3 || re.Sub[0].Op != syntax.OpBeginText || re.Sub[2].Op != syntax.OpEndText {
		return nil, false
	}
	loop := re.Sub[1]
	if (loop.Op != syntax.OpPlus && loop.Op != syntax.OpStar) || loop.Sub[0].Op != syntax.OpCharClass {
		return nil, false
	}
	table = new([256]bool)
	for i := 0; i < len(loop.Sub[0].Rune); i += 2 {
		lo, hi := loop.Sub[0].Rune[i], loop.Sub[0].Rune[i+1]
		if hi > 127 {
			return nil, false
		}
		for r := lo; r <= hi; r++ {
			table[r] = true
		}
	}
	return table, loop.Op == syntax.OpStar
}

// ref adds what a $ref says.
func (c *compiler) ref(n *node, v any, at string) {
	text, ok := v.(string)
	if !ok {
		c.errs = append(c.errs, fmt.Errorf("%s: a text should be here", at))
		return
	}
	address, fragment, _ := strings.Cut(text, "#")
	doc := c.doc
	if address != "" {
		if !strings.Contains(address, "://") {
			c.unsupported(at, "the relative address %s", address)
			return
		}
		doc = c.docs[address]
	}
	var target any
	found := doc != nil
	if found {
		target, found = lookup(doc.value, fragment)
	}
	if !found {
		if !c.missing {
			c.errs = append(c.errs, fmt.Errorf("%s: %s is not among the documents; add it, or set Config.Missing", at, text))
			return
		}
		c.absent = append(c.absent, text)
		return
	}
	full := doc.file + "#" + fragment
	if slices.Contains(c.refs, full) {
		c.unsupported(at, "a $ref that leads back to itself")
		return
	}
	before := c.doc
	c.doc, c.refs = doc, append(c.refs, full)
	c.add(n, target, text)
	c.doc, c.refs = before, c.refs[:len(c.refs)-1]
}

// lookup follows a JSON pointer.
func lookup(v any, pointer string) (any, bool) {
	if pointer == "" {
		return v, true
	}
	if pointer[0] != '/' {
		return nil, false
	}
	for _, token := range strings.Split(pointer[1:], "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch x := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = x[token]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// seal makes the tables of a node and those below.
func seal(n *node, done map[*node]bool) {
	if n == nil || done[n] {
		return
	}
	done[n] = true
	n.props.seal()
	n.objectOnly = n.minItems == 0 && n.maxItems < 0 && !n.unique && n.items == nil && len(n.props.list) == 0 && len(n.enums) == 0
	for _, p := range n.props.list {
		seal(p.node, done)
	}
	seal(n.items, done)
	for _, groups := range [][]group{n.any, n.one} {
		for i := range groups {
			for _, a := range groups[i].nodes {
				seal(a, done)
			}
			groups[i].discriminate()
		}
	}
}
