package collect

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

// cell sets one cell of a variable.
func (rd *reader) cell(r *record, i int, entity string, p period.Period, members []string, col *column) error {
	v := col.variable
	q, ok := periodFor(v, p)
	if !ok {
		at := rd.lay.period
		if at < 0 {
			at = i
		}
		f := rd.at(CodeWrongPeriod, Err, r, at)
		f.Entity, f.Period, f.Subject = entity, p, v.ID
		f.Args = map[string]string{"frequency": v.Frequency.String()}
		rd.s.add(f)
		return nil
	}
	for d, m := range members {
		if m != "" && !slices.Contains(v.Breakdowns, rd.c.Dimensions[d].ID) {
			f := rd.at(CodeNoBreakdown, Err, r, i)
			f.Entity, f.Period, f.Subject = entity, q, v.ID
			f.Args = map[string]string{"dimension": rd.c.Dimensions[d].ID}
			rd.s.add(f)
			return nil
		}
	}
	key := cube.Key{Entity: entity, Period: q, Members: cube.MembersOf(members...)}
	c := rd.value(r, i, key, col)
	if err := rd.b.Set(key, v.ID, c); err != nil {
		return &Error{Code: ErrCube, File: rd.t.Name, Line: c.Source.Line, Column: c.Source.Column, Msg: "the builder is not of the catalogue's schema", Err: err}
	}
	return nil
}

// value reads one cell and reports what is wrong with it.
func (rd *reader) value(r *record, i int, key cube.Key, col *column) cube.Cell {
	v := col.variable
	src := cube.Source{Name: rd.t.Name, Line: r.fields[i].line, Column: i + 1}
	text := string(trim(r.fields[i].text))
	find := func(code string, sev Severity, args map[string]string) {
		f := rd.at(code, sev, r, i)
		f.Entity, f.Period, f.Subject, f.Args = key.Entity, key.Period, v.ID, args
		rd.s.add(f)
	}
	refused := func(code string) cube.Cell {
		return cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonRejected, Subject: v.ID, Text: code + ": " + clip(text), Source: src}).From(src)
	}
	reject := func(code string, args map[string]string) cube.Cell {
		find(code, Err, args)
		return refused(code)
	}
	if col.convert.problem != "" {
		return refused(col.convert.problem)
	}
	c, hidden := rd.token(text, v, src)
	isValue := !hidden && text != ""
	status := col.status
	if rd.lay.tidy && rd.lay.status >= 0 {
		given := string(trim(r.fields[rd.lay.status].text))
		s, err := parseStatus(given, isValue)
		f := rd.at(CodeUnknownStatus, Err, r, rd.lay.status)
		f.Entity, f.Period, f.Subject = key.Entity, key.Period, v.ID
		switch {
		case err != nil:
			rd.s.add(f)
			return refused(f.Code)
		case isValue && !s.Observed(), !isValue && s.Observed() && given != "" && !hidden:
			f.Code = CodeStatusConflict
			f.Args = map[string]string{"cell": clip(text)}
			rd.s.add(f)
			return refused(f.Code)
		case text == "" && given != "":
			c.Status = s
			if s.Presence() != cube.Missing {
				c.Reasons = []cube.Reason{{Code: reasonOf(s.Presence()), Subject: v.ID, Source: src}}
			}
			return c
		}
		status |= s.With(cube.Observed)
	}
	if !isValue {
		return c
	}
	n := parseNumber(text, rd.decimal)
	if n.code != "" {
		args := map[string]string{}
		switch n.code {
		case CodeTextInNumber:
			if t := rd.nearestToken(text, v); t != "" {
				args["nearest"] = t
			}
		case CodeNumberConvention:
			args["decimal"] = rd.t.Decimal
		}
		return reject(n.code, args)
	}
	if n.symbol != "" {
		from := v.Unit
		if col.convert.given != "" {
			from = col.convert.from
		}
		if u, err := unit.Parse(n.symbol); err != nil || !u.Equal(from) {
			return reject(CodeNumberSymbol, map[string]string{"unit": from.String(), "sign": n.symbol})
		}
		f := rd.at(CodeSymbolRead, Info, r, i)
		f.Subject = v.ID
		rd.s.once(v.ID, f)
	}
	x, ok := convert(n.text, col.convert)
	if !ok {
		return reject(CodeNumberRange, nil)
	}
	if v.Range != nil && v.Range.Min != nil && *v.Range.Min >= 0 && x < 0 {
		args := map[string]string{}
		if t := rd.nearestToken(text, v); t != "" {
			args["nearest"] = t
		}
		return reject(CodeNegative, args)
	}
	if v.Type == "int" && x != math.Trunc(x) {
		return reject(CodeNotInteger, nil)
	}
	if n.rounded {
		find(CodeNumberRounded, Warning, nil)
	}
	return cube.Cell{Value: x, Status: status, Reasons: col.reasons, Source: src}
}

// parseStatus reads the status column: our names or CL_OBS_STATUS.
func parseStatus(s string, hasValue bool) (cube.Status, error) {
	if s == "" {
		return 0, nil
	}
	if st, err := cube.ParseStatus(strings.ToLower(s)); err == nil {
		return st, nil
	}
	code := cube.SDMX{Obs: strings.ToUpper(s)}
	st, _, err := cube.FromSDMX(code, hasValue)
	if err != nil && hasValue { // a code that says that there is no value
		st, _, err = cube.FromSDMX(code, false)
	}
	return st, err
}

func reasonOf(p cube.Presence) string {
	switch p {
	case cube.NotApplicable:
		return cube.ReasonNotApplicable
	case cube.Suppressed:
		return cube.ReasonSuppressed
	case cube.NotComputable:
		return cube.ReasonNotComputable
	}
	return cube.ReasonNotCollected
}

// token is the cell without a value that a text stands for, and whether it is a
// token of the source; an empty text is not collected.
func (rd *reader) token(text string, v *indicators.Variable, src cube.Source) (cube.Cell, bool) {
	presence, known := "missing", false
	if text != "" {
		tokens := rd.tokensOf(v)
		if presence, known = tokens[text]; !known {
			for t, p := range tokens {
				if !strings.EqualFold(t, text) {
					continue
				}
				if known && p != presence { // N/D and n/d declared, N/d met
					known = false
					break
				}
				presence, known = p, true
			}
		}
		if !known {
			return cube.Cell{}, false
		}
	}
	p := cube.Missing
	switch presence {
	case "suppressed":
		p = cube.Suppressed
	case "not-applicable":
		p = cube.NotApplicable
	}
	return cube.NoValue(p, cube.Reason{Code: reasonOf(p), Subject: v.ID, Text: clip(text), Source: src}).From(src), known
}

func (rd *reader) tokensOf(v *indicators.Variable) map[string]string {
	id := rd.t.Source
	if id == "" {
		id = v.Source
	}
	if t, ok := rd.tokens[id]; ok {
		return t
	}
	var t map[string]string
	for i := range rd.c.Sources {
		if rd.c.Sources[i].ID == id {
			t = rd.c.Sources[i].Tokens
		}
	}
	rd.tokens[id] = t
	return t
}

func (rd *reader) nearestToken(text string, v *indicators.Variable) string {
	var all []string
	for t := range rd.tokensOf(v) {
		all = append(all, t)
	}
	slices.Sort(all)
	if len(text) > 12 {
		return ""
	}
	for _, t := range all { // n.d. for n/d, whatever the length
		if words(t) == words(text) {
			return t
		}
	}
	return nearest(text, all)
}

// convert is the value of a numeral in the variable's unit: exact until the one
// rounding at the end. False if it is too large for a float64.
func convert(text string, k *conversion) (float64, bool) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false
	}
	switch {
	case k.level:
		x, err = unit.Convert(x, k.from, k.to)
		return x, err == nil && x-x == 0
	case k.factor == nil || x == 0:
		return x, true
	}
	exact, ok := new(big.Rat).SetString(text) // at most maxNumeral bytes and three digits of exponent
	if !ok {
		return 0, false
	}
	x, _ = exact.Mul(exact, k.factor).Float64()
	return x, x-x == 0
}
