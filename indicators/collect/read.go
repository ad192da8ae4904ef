package collect

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/internal/spelling"
)

// Read reads one table into b, a builder of [Schema]. It returns the findings,
// sorted by place; the error is an [*Error] for what could not be read at all
// (I/O, size limit, encoding that cannot be known, header without a needed
// column). On an error b holds nothing of the table unless the code is [ErrCube].
//
// Every cell that the table has a place for is set: to its value; to the
// presence that a declared token stands for; to Missing as not collected if
// empty; to Missing as rejected if it could not be taken, with a finding. A row
// whose city, period, members or unit cannot be told is not taken. Every cell
// has the Source {t.Name, line, field}.
func Read(b *cube.Builder, r io.Reader, t Table, c *indicators.Catalogue, n *indicators.Network) ([]Finding, error) {
	rd := &reader{b: b, t: t, c: c, names: indexNames(c), cities: newGazetteer(n), periods: map[string]when{}, members: map[string]string{},
		conversions: map[string]*conversion{}, tokens: map[string]map[string]string{}}
	if t.Decimal != "" && t.Decimal != "." && t.Decimal != "," {
		return nil, rd.config("decimal %q: write \".\" or \",\"", t.Decimal)
	}
	if t.Dates != "" && t.Dates != "dmy" && t.Dates != "mdy" {
		return nil, rd.config("dates %q: write dmy or mdy", t.Dates)
	}
	if t.Source != "" && !slices.ContainsFunc(c.Sources, func(s indicators.DataSource) bool { return s.ID == t.Source }) {
		return nil, rd.config("the catalogue has no source %q", t.Source)
	}
	var err error
	if rd.in, err = load(r, t, &rd.s); err != nil {
		return rd.s.list(), err
	}
	sc, err := rd.open()
	if err != nil {
		return rd.s.list(), err
	}
	rd.decideDecimal(*sc)
	if err := rd.rows(sc); err != nil {
		return rd.s.list(), err
	}
	return rd.s.list(), nil
}

// reader is the state of one Read.
type reader struct {
	b       *cube.Builder
	t       Table
	c       *indicators.Catalogue
	in      *input
	lay     *layout
	names   *nameIndex
	cities  *gazetteer
	decimal byte // 0: not known
	s       sink

	periods     map[string]when
	members     map[string]string            // by dimension, then text
	conversions map[string]*conversion       // by unit, then variable
	tokens      map[string]map[string]string // of a source: token → presence
}

func (rd *reader) config(format string, args ...any) error {
	return &Error{Code: ErrConfig, File: rd.t.Name, Msg: fmt.Sprintf(format, args...)}
}

var delimiters = [...]byte{';', '\t', ',', '|'}

// open finds the delimiter and the columns in the header, and returns a scanner
// that stands after it.
func (rd *reader) open() (*scanner, error) {
	in := rd.in
	empty := &Error{Code: ErrEmpty, File: rd.t.Name, Msg: "the file is empty: it needs a header line and rows"}
	start := newScanner(in, 0)
	var head record
	given := rd.t.Delimiter
	pos := 0
	for {
		pos = start.pos
		if !start.next(&head) {
			return nil, empty
		}
		text := strings.TrimFunc(string(head.raw), space)
		if sep, ok := strings.CutPrefix(text, "sep="); ok && len(sep) == 1 { // spreadsheet
			if given == "" {
				given = sep
			}
			continue
		}
		if strings.Trim(text, ";,|\t \"") != "" {
			break
		}
	}
	if i := bytes.IndexByte(head.raw, 0); i >= 0 {
		return nil, &Error{Code: ErrEncoding, File: rd.t.Name, Line: head.line, Msg: "the header has NUL bytes, as UTF-16 without byte order mark does: save the file as UTF-8"}
	}
	var candidates []byte
	if given != "" {
		if strings.EqualFold(given, "tab") || given == `\t` {
			given = "\t"
		}
		if len(given) != 1 || given[0] >= 0x80 || given == "\"" || given == "\n" || given == "\r" || isDigits(given) {
			return nil, rd.config("delimiter %q: write one character such as ; or tab", rd.t.Delimiter)
		}
		candidates = []byte{given[0]}
	} else {
		for _, d := range delimiters {
			if outside(head.raw, d) {
				candidates = append(candidates, d)
			}
		}
		if len(candidates) == 0 {
			candidates = []byte{','}
		}
	}
	type try struct {
		sc   *scanner
		lay  *layout
		s    *sink
		err  error
		cols int
	}
	var good []try
	var bad *try
	for _, d := range candidates {
		sc := newScanner(in, d)
		sc.pos, sc.line = pos, head.line
		var r record
		sc.next(&r)
		x := try{sc: sc, s: &sink{}, cols: len(r.fields)}
		if r.problem != "" {
			x.err = &Error{Code: ErrHeader, File: rd.t.Name, Line: r.where, Column: r.column, Msg: "the header line is not well-formed (" + r.problem + "): close its quotation marks"}
		} else {
			x.lay, x.err = plan(rd.t, rd.c, rd.names, &r, x.s)
		}
		if x.err == nil {
			good = append(good, x)
		} else if bad == nil || x.cols > bad.cols {
			bad = &x
		}
	}
	switch {
	case len(good) == 0:
		for _, f := range bad.s.list() {
			rd.s.add(f)
		}
		return nil, bad.err
	case len(good) > 1:
		return nil, &Error{Code: ErrHeader, File: rd.t.Name, Line: head.line, Msg: fmt.Sprintf("fields may be delimited by %q or %q: name the delimiter in the table", good[0].sc.comma, good[1].sc.comma)}
	}
	for _, f := range good[0].s.list() {
		rd.s.add(f)
	}
	rd.lay = good[0].lay
	return good[0].sc, nil
}

// outside reports whether b has d outside quotation marks.
func outside(b []byte, d byte) bool {
	quoted := false
	for _, c := range b {
		if c == '"' {
			quoted = !quoted
		}
		if c == d && !quoted {
			return true
		}
	}
	return false
}

// decideDecimal finds the decimal sign in the cells that can be read in one way
// only. Sc is a copy: the rows are read again.
func (rd *reader) decideDecimal(sc scanner) {
	if rd.t.Decimal != "" {
		rd.decimal = rd.t.Decimal[0]
		return
	}
	sc.text = nil
	var first [2]field // of '.' and ','
	var column [2]int
	var seen [2]string
	look := func(f field, i int) {
		n := parseNumber(string(f.text), 0)
		k := 0
		switch n.decides {
		case 0:
			return
		case ',':
			k = 1
		}
		if n.code == "" && seen[k] == "" {
			first[k], column[k], seen[k] = f, i+1, strings.Clone(string(f.text))
		}
	}
	var r record
	for sc.next(&r) {
		if r.problem != "" {
			continue
		}
		if rd.lay.tidy {
			if rd.lay.value < len(r.fields) {
				look(r.fields[rd.lay.value], rd.lay.value)
			}
			continue
		}
		for i := range rd.lay.columns {
			if f := rd.lay.columns[i].field; f < len(r.fields) {
				look(r.fields[f], f)
			}
		}
	}
	switch {
	case seen[0] != "" && seen[1] != "":
		k := 0
		if first[1].line > first[0].line || first[1].line == first[0].line && column[1] > column[0] {
			k = 1
		}
		rd.s.add(Finding{Code: CodeMixedNumbers, Severity: Warning, File: rd.t.Name, Line: first[k].line, Column: column[k], Value: strings.TrimFunc(seen[k], space),
			Args: map[string]string{"other": strings.TrimFunc(seen[1-k], space), "place": place(rd.t.Name, first[1-k].line, column[1-k])}})
	case seen[0] != "":
		rd.decimal = '.'
	case seen[1] != "":
		rd.decimal = ','
	}
}

// rows reads what follows the header.
func (rd *reader) rows(sc *scanner) error {
	l := rd.lay
	n := 0
	var r record
	for sc.next(&r) {
		if r.blank() {
			continue
		}
		n++
		if !rd.sound(&r) {
			continue
		}
		if err := rd.row(&r); err != nil {
			return err
		}
	}
	if n == 0 {
		rd.s.add(Finding{Code: CodeNoRows, Severity: Warning, File: rd.t.Name, Line: l.line})
	}
	return nil
}

// sound reports whether a row is well-formed.
func (rd *reader) sound(r *record) bool {
	l := rd.lay
	bad := func(code string, line, column int, args map[string]string) bool {
		rd.s.add(Finding{Code: code, Severity: Err, File: rd.t.Name, Line: line, Column: column, Args: args})
		return false
	}
	if r.problem != "" {
		code := r.problem
		if code == CodeQuote && r.cut {
			code = CodeTruncated
		}
		return bad(code, r.where, r.column, nil)
	}
	if i := bytes.IndexByte(r.raw, 0); i >= 0 {
		return bad(CodeNUL, r.line, 0, map[string]string{"offset": strconv.Itoa(i + 1)})
	}
	if c, i, ok := rd.in.wrong(r.raw); !ok {
		code := CodeInvalidBytes
		if rd.in.mixed {
			code = CodeMixedEncoding
		}
		line := r.line + bytes.Count(r.raw[:i-1], []byte{'\n'})
		return bad(code, line, 0, map[string]string{"byte": fmt.Sprintf("0x%02X", c), "offset": strconv.Itoa(i)})
	}
	extra := false
	for _, f := range r.fields[min(l.width, len(r.fields)):] {
		extra = extra || len(trim(f.text)) > 0
	}
	if extra || len(r.fields) < l.width {
		code := CodeFieldCount
		if r.cut && !extra {
			code = CodeTruncated
		}
		return bad(code, r.line, 0, map[string]string{"got": strconv.Itoa(len(r.fields)), "want": strconv.Itoa(l.width)})
	}
	return true
}

// at is a finding at a field.
func (rd *reader) at(code string, sev Severity, r *record, i int) Finding {
	f := r.fields[i]
	return Finding{Code: code, Severity: sev, File: rd.t.Name, Line: f.line, Column: i + 1, Value: string(trim(f.text))}
}

func (rd *reader) row(r *record) error {
	l := rd.lay
	entity, ok := rd.entity(r)
	if !ok {
		return nil
	}
	p, ok := rd.when(r, entity)
	if !ok {
		return nil
	}
	var members []string
	for _, m := range l.members {
		if members == nil {
			members = make([]string, len(rd.c.Dimensions))
		}
		d := &rd.c.Dimensions[m.dimension]
		text := r.fields[m.field].text
		id, ok := rd.members[d.ID+"\x00"+string(text)]
		if !ok {
			if id, ok = memberNamed(d, string(text)); ok && len(rd.members) < 1<<16 {
				rd.members[d.ID+"\x00"+string(text)] = id
			}
		}
		if !ok {
			f := rd.at(CodeUnknownMember, Err, r, m.field)
			f.Entity, f.Period = entity, p
			if !rd.s.full(Err) {
				ids := make([]string, len(d.Members))
				for i := range d.Members {
					ids[i] = d.Members[i].ID
				}
				f.Args = map[string]string{"dimension": d.ID, "nearest": nearest(clip(f.Value), ids)}
			}
			rd.s.add(f)
			return nil
		}
		members[m.dimension] = id
	}
	if l.tidy {
		return rd.tidy(r, entity, p, members)
	}
	for i := range l.columns {
		col := &l.columns[i]
		all := members
		if col.members != nil {
			all = slices.Clone(col.members)
			for d, m := range members {
				if m == "" || m == all[d] {
					continue
				}
				if all[d] != "" {
					f := rd.at(CodeUnknownMember, Err, r, col.field)
					f.Entity, f.Period, f.Subject = entity, p, col.variable.ID
					f.Args = map[string]string{"dimension": rd.c.Dimensions[d].ID, "nearest": all[d]}
					rd.s.add(f)
					all = nil
					break
				}
				all[d] = m
			}
			if all == nil {
				continue
			}
		}
		if err := rd.cell(r, col.field, entity, p, all, col); err != nil {
			return err
		}
	}
	return nil
}

func (rd *reader) tidy(r *record, entity string, p period.Period, members []string) error {
	l := rd.lay
	v := rd.names.find(string(r.fields[l.variable].text))
	if v == nil {
		f := rd.at(CodeUnknownVariable, Err, r, l.variable)
		f.Entity, f.Period = entity, p
		if !rd.s.full(Err) {
			f.Args = map[string]string{"nearest": nearest(clip(f.Value), rd.names.list)}
		}
		rd.s.add(f)
		return nil
	}
	col := column{field: l.value, variable: v, convert: &conversion{}}
	if l.unit >= 0 {
		given := string(trim(r.fields[l.unit].text))
		k, known := rd.conversions[given+"\x00"+v.ID]
		if !known {
			k = newConversion(rd.c, given, v)
			if len(rd.conversions) < 1<<12 {
				rd.conversions[given+"\x00"+v.ID] = k
			}
		}
		col.convert = k
		if k.problem != "" {
			f := rd.at(k.problem, Err, r, l.unit)
			f.Entity, f.Period, f.Subject = entity, p, v.ID
			f.Args = map[string]string{"unit": v.Unit.String()}
			rd.s.add(f)
		}
	}
	return rd.cell(r, l.value, entity, p, members, &col)
}

func (rd *reader) entity(r *record) (string, bool) {
	i := rd.lay.entity
	text := string(r.fields[i].text)
	m := rd.cities.find(text)
	if m.code != "" {
		if m.problem != "" {
			f := rd.at(m.problem, Info, r, i)
			f.Entity = m.code
			rd.s.once("", f)
		}
		return m.code, true
	}
	f := rd.at(m.problem, Err, r, i)
	if m.hint != "" {
		f.Args = map[string]string{"nearest": m.hint}
	}
	if rd.t.Others && m.problem == CodeUnknownCity && (municipality(text) || !isDigits(f.Value) && f.Value != "" && spelling.Distance(words(text), words(m.hint), 2) == 2) {
		f.Code, f.Severity, f.Args = CodeOtherCities, Info, nil
		rd.s.once("", f)
		return "", false
	}
	rd.s.add(f)
	return "", false
}

func (rd *reader) when(r *record, entity string) (period.Period, bool) {
	i := rd.lay.period
	if i < 0 {
		return rd.t.At, true
	}
	text := r.fields[i].text
	w, known := rd.periods[string(text)]
	if !known {
		w = parsePeriod(string(text), rd.t.Dates)
		if len(rd.periods) < 1<<16 {
			rd.periods[string(text)] = w
		}
	}
	if w.code == "" {
		return w.p, true
	}
	f := rd.at(w.code, Err, r, i)
	f.Entity = entity
	if w.hint != "" {
		f.Args = map[string]string{"readings": w.hint}
	}
	rd.s.add(f)
	return period.Period{}, false
}
