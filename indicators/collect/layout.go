package collect

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/unit"
)

// layout says which field of a row holds what; -1: none.
type layout struct {
	width, line                   int
	headers                       []string
	entity, period                int
	tidy                          bool
	variable, value, unit, status int
	columns                       []column
	members                       []memberField // by dimension of the catalogue
}

// column of a wide table.
type column struct {
	field    int
	variable *indicators.Variable
	convert  *conversion
	status   cube.Status
	reasons  []cube.Reason
	members  []string // by dimension; nil: none
}

type memberField struct{ dimension, field int }

// conversion of delivered values to a variable's unit. The zero value is the
// identity.
type conversion struct {
	factor   *big.Rat // nil: 1
	from, to unit.Unit
	level    bool   // by unit.Convert
	problem  string // code: values cannot be taken
	given    string // the unit as written
}

// The headers by which columns are found, folded, best first.
var (
	entityHeaders   = []string{"entity", "entidad", "ine code", "codigo ine", "cod ine", "codine", "ine", "codigo municipio", "cod municipio", "municipality code", "codigo", "code", "municipio", "municipality", "ciudad", "city", "ayuntamiento", "concello", "municipi"}
	periodHeaders   = []string{"period", "periodo", "time period", "ano", "year", "anyo", "any", "ejercicio", "fecha", "date", "month", "mes", "quarter", "trimestre", "curso"}
	variableHeaders = []string{"variable", "measure"}
	valueHeaders    = []string{"value", "valor", "obs value"}
	unitHeaders     = []string{"unit", "unidad", "unit measure"}
	statusHeaders   = []string{"status", "estado", "obs status"}
)

// header is how a column name is compared.
func header(s string) string { return strings.ToLower(spaced(s)) }

type planner struct {
	t       Table
	c       *indicators.Catalogue
	lay     *layout
	s       *sink
	names   *nameIndex
	index   map[string][]int // header → fields
	used    []bool
	repeats map[int]bool
}

// plan finds the columns of a table. The findings go to s only if the plan is
// good, since other delimiters may be tried.
func plan(t Table, c *indicators.Catalogue, names *nameIndex, r *record, s *sink) (*layout, error) {
	p := &planner{t: t, c: c, names: names, s: s, index: map[string][]int{}, repeats: map[int]bool{},
		lay: &layout{width: len(r.fields), line: r.line, entity: -1, period: -1, variable: -1, value: -1, unit: -1, status: -1}}
	for i, f := range r.fields {
		name := spaced(string(f.text))
		p.lay.headers = append(p.lay.headers, name)
		if name != "" {
			p.index[header(name)] = append(p.index[header(name)], i)
		}
	}
	p.used = make([]bool, len(r.fields))
	for len(p.lay.headers) > 0 && p.lay.headers[len(p.lay.headers)-1] == "" {
		p.lay.headers = p.lay.headers[:len(p.lay.headers)-1] // ";;" of a spreadsheet
	}
	p.lay.width = len(p.lay.headers)
	return p.lay, p.run()
}

func (p *planner) run() error {
	l, t := p.lay, p.t
	for _, h := range slices.Sorted(maps.Keys(p.index)) {
		f := p.index[h]
		if len(f) < 2 {
			continue
		}
		for _, i := range f[1:] {
			p.s.add(Finding{Code: CodeDuplicateHeader, Severity: Err, File: t.Name, Line: l.line, Column: i + 1, Value: l.headers[i], Args: map[string]string{"other": fmt.Sprint(f[0] + 1)}})
		}
		for _, i := range f {
			p.repeats[i] = true
			p.used[i] = true
		}
	}
	for _, h := range t.Ignore {
		for _, i := range p.index[header(h)] {
			p.used[i] = true
		}
	}
	for _, need := range []struct {
		field *int
		given string
		known []string
		what  string
		must  bool
	}{
		{&l.entity, t.Entity, entityHeaders, "the city", true},
		{&l.period, t.Period, periodHeaders, "the period", t.At.IsZero()},
		{&l.variable, t.Variable, variableHeaders, "the variable", t.Variable != "" && len(t.Columns) == 0},
		{&l.value, t.Value, valueHeaders, "the value", t.Value != "" && len(t.Columns) == 0},
	} {
		if need.field == &l.period && t.Period == "" && !t.At.IsZero() {
			continue
		}
		if len(t.Columns) > 0 && (need.field == &l.variable || need.field == &l.value) {
			continue
		}
		i, err := p.column(need.given, need.known, need.what, need.must)
		if err != nil {
			return err
		}
		*need.field = i
	}
	l.tidy = l.variable >= 0 && l.value >= 0
	if !l.tidy && (t.Variable != "" || t.Value != "") && len(t.Columns) == 0 {
		return p.fail("a tidy table needs a column of variables and one of values: name both")
	}
	if err := p.dimensions(); err != nil {
		return err
	}
	if l.tidy {
		var err error
		if l.unit, err = p.column(t.Unit, unitHeaders, "the unit", t.Unit != ""); err != nil {
			return err
		}
		if l.status, err = p.column(t.Status, statusHeaders, "the status", t.Status != ""); err != nil {
			return err
		}
	} else if err := p.wide(); err != nil {
		return err
	}
	for i, h := range l.headers {
		if !p.used[i] {
			p.s.add(Finding{Code: CodeUnknownColumn, Severity: Warning, File: t.Name, Line: l.line, Column: i + 1, Value: h, Args: map[string]string{"nearest": nearest(h, p.names.list)}})
		}
	}
	return nil
}

func (p *planner) fail(format string, args ...any) error {
	return &Error{Code: ErrHeader, File: p.t.Name, Line: p.lay.line, Msg: fmt.Sprintf(format, args...)}
}

// column finds a column by the name given or, without one, by known headers.
func (p *planner) column(given string, known []string, what string, must bool) (int, error) {
	var found []int
	if given != "" {
		found = p.index[header(given)]
		if len(found) == 0 {
			return -1, p.fail("no column %q for %s: the header has %s", given, what, p.list())
		}
	}
	for _, k := range known {
		if len(found) > 0 || given != "" {
			break
		}
		for i, h := range p.lay.headers {
			if words(h) == k && !p.used[i] {
				found = append(found, i)
			}
		}
	}
	switch {
	case len(found) == 1 && !p.repeats[found[0]]:
		p.used[found[0]] = true
		return found[0], nil
	case len(found) > 0:
		return -1, p.fail("%d columns are called %q, one of them for %s: rename the others", len(found), p.lay.headers[found[0]], what)
	case must:
		return -1, p.fail("no column for %s: name it in the table; the header has %s", what, p.list())
	}
	return -1, nil
}

func (p *planner) list() string {
	var b strings.Builder
	for i, h := range p.lay.headers {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == 12 {
			fmt.Fprintf(&b, "and %d more", len(p.lay.headers)-i)
			break
		}
		fmt.Fprintf(&b, "%q", clip(h))
	}
	return b.String()
}

func (p *planner) dimensions() error {
	for _, id := range slices.Sorted(maps.Keys(p.t.Members)) {
		d := slices.IndexFunc(p.c.Dimensions, func(d indicators.Dimension) bool { return d.ID == id })
		if d < 0 {
			return &Error{Code: ErrConfig, File: p.t.Name, Msg: fmt.Sprintf("members: the catalogue has no dimension %q", id)}
		}
		i, err := p.column(p.t.Members[id], nil, "dimension "+id, true)
		if err != nil {
			return err
		}
		p.lay.members = append(p.lay.members, memberField{d, i})
	}
	return nil
}

// wide finds the columns of variables: those of Table.Columns; without any,
// those whose header is the id or the label of a variable.
func (p *planner) wide() error {
	l, t := p.lay, p.t
	if len(t.Columns) > 0 {
		for _, h := range slices.Sorted(maps.Keys(t.Columns)) {
			col, err := p.configured(h, t.Columns[h])
			if err != nil {
				return err
			}
			f := p.index[header(h)]
			switch {
			case len(f) == 0:
				p.s.add(Finding{Code: CodeMissingColumn, Severity: Err, File: t.Name, Line: l.line, Subject: col.variable.ID, Value: h})
			case len(f) == 1:
				p.used[f[0]] = true
				col.field = f[0]
				l.columns = append(l.columns, col)
			}
		}
		slices.SortFunc(l.columns, func(a, b column) int { return a.field - b.field })
		return nil
	}
	for i, h := range l.headers {
		if p.used[i] {
			continue
		}
		if v := p.names.find(h); v != nil {
			p.used[i] = true
			l.columns = append(l.columns, column{field: i, variable: v, convert: &conversion{}})
		}
	}
	if len(l.columns) == 0 {
		return p.fail("no column holds a variable of the catalogue: name the columns in the table; the header has %s", p.list())
	}
	return nil
}

func (p *planner) configured(h string, c Column) (column, error) {
	bad := func(format string, args ...any) (column, error) {
		return column{}, &Error{Code: ErrConfig, File: p.t.Name, Msg: fmt.Sprintf("column %q: ", h) + fmt.Sprintf(format, args...)}
	}
	col := column{}
	if col.variable = p.names.ids[c.Variable]; col.variable == nil {
		return bad("the catalogue has no variable %q (nearest: %q)", c.Variable, nearest(c.Variable, p.names.list))
	}
	col.convert = newConversion(p.c, c.Unit, col.variable)
	if col.convert.problem != "" {
		return bad("unit %q cannot be read or converted to %s of variable %s", c.Unit, col.variable.Unit, col.variable.ID)
	}
	if c.Status != "" {
		s, err := cube.ParseStatus(c.Status)
		if err != nil {
			return bad("%v", err)
		}
		if !s.Observed() {
			return bad("status %q: write flags only, such as definition-differs", c.Status)
		}
		col.status = s
	}
	if c.Reason != "" {
		code := cube.ReasonDefinition
		if col.status&cube.DefinitionDiffers == 0 {
			code = cube.ReasonIncomplete
		}
		col.reasons = []cube.Reason{{Code: code, Subject: col.variable.ID, Text: c.Reason}}
	}
	if c.Members != "" {
		col.members = cube.Members(c.Members).Split(len(p.c.Dimensions))
		if strings.Count(c.Members, "|")+1 != len(p.c.Dimensions) {
			return bad("members %q: write one for each of the %d dimensions of the catalogue, joined by |", c.Members, len(p.c.Dimensions))
		}
		for d, m := range col.members {
			if m == "" {
				continue
			}
			if id, ok := memberNamed(&p.c.Dimensions[d], m); !ok || id != m {
				return bad("members %q: dimension %s has no member %q", c.Members, p.c.Dimensions[d].ID, m)
			}
			if !slices.Contains(col.variable.Breakdowns, p.c.Dimensions[d].ID) {
				return bad("variable %s is not broken down by %s in the catalogue", col.variable.ID, p.c.Dimensions[d].ID)
			}
		}
	}
	return col, nil
}

// nameIndex finds the variables of a catalogue by id, else by label or by the id
// in other case; nil where two have the name.
type nameIndex struct {
	ids, other map[string]*indicators.Variable
	list       []string
}

func indexNames(c *indicators.Catalogue) *nameIndex {
	x := &nameIndex{ids: map[string]*indicators.Variable{}, other: map[string]*indicators.Variable{}}
	for i := range c.Variables {
		v := &c.Variables[i]
		x.ids[v.ID] = v
		x.list = append(x.list, v.ID)
		names := map[string]bool{strings.ToLower(v.ID): true}
		for _, label := range v.Label {
			if w := words(label); w != "" {
				names[w] = true
			}
		}
		for n := range names {
			if _, taken := x.other[n]; taken {
				x.other[n] = nil
			} else {
				x.other[n] = v
			}
		}
	}
	return x
}

func (x *nameIndex) find(s string) *indicators.Variable {
	s = strings.TrimFunc(s, space)
	if v := x.ids[s]; v != nil {
		return v
	}
	if v, ok := x.other[strings.ToLower(s)]; ok {
		return v
	}
	return x.other[words(s)]
}

// memberNamed is the id of the member with this id or label; "" for a total.
func memberNamed(d *indicators.Dimension, s string) (id string, ok bool) {
	s = strings.TrimFunc(s, space)
	if s == "" || s == "_T" { // _T: total in SDMX
		return "", true
	}
	if slices.ContainsFunc(d.Members, func(m indicators.Member) bool { return m.ID == s }) {
		return s, true
	}
	found, w := "", words(s)
	for i := range d.Members {
		m := &d.Members[i]
		named := strings.EqualFold(m.ID, s)
		for _, label := range m.Label {
			named = named || w != "" && words(label) == w
		}
		if named {
			if found != "" {
				return "", false
			}
			found = m.ID
		}
	}
	if found == "" && w == "total" {
		return "", true
	}
	return found, found != ""
}

func newConversion(c *indicators.Catalogue, from string, v *indicators.Variable) *conversion {
	k := &conversion{given: from, to: v.Unit}
	if strings.TrimSpace(from) == "" {
		return &conversion{}
	}
	u, err := unit.Registry{Annotations: c.Annotations}.Parse(strings.TrimSpace(from))
	if err != nil {
		k.problem = CodeUnknownUnit
		return k
	}
	k.from = u
	if u == v.Unit {
		return k
	}
	f, err := unit.Factor(u, v.Unit)
	switch {
	case err == nil && f.Cmp(big.NewRat(1, 1)) != 0:
		k.factor = f
	case err != nil:
		if _, err := unit.Convert(0, u, v.Unit); err != nil {
			k.problem = CodeUnitMismatch
		} else {
			k.level = true
		}
	}
	return k
}
