package csvmap

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/almotacen/almotacen/telemetry"
)

// Mapping says what the columns of a file mean. Templates are texts with names of columns
// in braces: "urn:ngsi-ld:Station:{ESTACION}".
type Mapping struct {
	Charset   string   `json:"charset,omitempty"`   // "utf-8" (also with a mark) or "windows-1252"; "" is utf-8
	Separator string   `json:"separator,omitempty"` // of columns, one ASCII character; "" is ";"
	Header    []string `json:"header,omitempty"`    // names of the columns, where the file has none
	Decimal   string   `json:"decimal,omitempty"`   // "." or ","; "" is "."
	Thousands string   `json:"thousands,omitempty"` // ".", ",", "'" or " "; "" is none
	Missing   []string `json:"missing,omitempty"`   // texts of no value, beside the empty one: "n/d"

	Entity    string `json:"entity"` // template of the id
	Type      string `json:"type,omitempty"`
	Attribute string `json:"attribute"`         // template of the name, or of the key in Attributes
	Dataset   string `json:"dataset,omitempty"` // template

	Attributes map[string]Attribute `json:"attributes,omitempty"` // by what Attribute gives; nil: that is the name
	Quality    map[string]string    `json:"quality,omitempty"`    // flag to valid, invalid, estimated, unvalidated or unknown

	Time Time  `json:"time"`
	Long *Long `json:"long,omitempty"` // one of Long and Wide
	Wide *Wide `json:"wide,omitempty"`
}

// Attribute is a kind of reading.
type Attribute struct {
	Name string `json:"name"`
	Unit string `json:"unit,omitempty"` // as one writes it: ug/m3, ºC
	Kind string `json:"kind,omitempty"` // number, bool or text; "" is number
}

// Time says where the time of a row is, and how it is written.
type Time struct {
	Column string `json:"column,omitempty"` // or:
	Year   string `json:"year,omitempty"`   // columns of the parts of a date
	Month  string `json:"month,omitempty"`
	Day    string `json:"day,omitempty"`
	Clock  string `json:"clock,omitempty"` // column of the time of day, hh:mm or hh:mm:ss, beside Column

	// Format of Column: yyyy MM dd HH mm ss with signs between ("dd/MM/yyyy HH:mm"), or "iso" for
	// RFC 3339. There is no default: 03/04/2026 is two dates.
	Format string `json:"format,omitempty"`
	Zone   string `json:"zone,omitempty"`  // IANA name; Config.Zone must be it. "" is UTC
	After  string `json:"after,omitempty"` // a reading covers this time before it ("1h"); "" is an instant

	// Repeated says what a civil time means that clocks going back have twice: "first", "second",
	// or "skip" (also ""), which leaves it out with a finding.
	Repeated string `json:"repeated,omitempty"`
}

// Long is a table of a reading a row.
type Long struct {
	Value   string `json:"value"`             // column
	Quality string `json:"quality,omitempty"` // column of the flag
	Unit    string `json:"unit,omitempty"`    // column, as one writes it
}

// Wide is a table of a day a row.
type Wide struct {
	Value   string `json:"value"`             // columns, %02d or %d the number: "H%02d"
	Quality string `json:"quality,omitempty"` // columns of the flags: "V%02d"
	First   int    `json:"first"`             // number of the first
	Last    int    `json:"last"`
	Step    string `json:"step,omitempty"` // what a column spans: "1h" (also ""), "30m", "15m"
	Clock   string `json:"clock"`          // "official", "standard" or "utc"
}

// Madrid is the mapping of the hourly air quality of Ayuntamiento de Madrid, as published
// since October 2017. Column H01 is taken as 00:00 to 01:00 of the official time: on the day that clocks
// go forward, H03 (02:00 to 03:00) is flagged N. On the day that they go back the file does not say
// which of the two hours H03 is; the first is taken.
func Madrid() Mapping {
	return Mapping{
		Entity: "urn:ngsi-ld:AirQualityObserved:{PROVINCIA}{MUNICIPIO}{ESTACION}", Type: "AirQualityObserved", Attribute: "{MAGNITUD}", Dataset: "{PUNTO_MUESTREO}",
		Attributes: map[string]Attribute{
			"1": {Name: "so2", Unit: "ug/m3"}, "6": {Name: "co", Unit: "mg/m3"}, "7": {Name: "no", Unit: "ug/m3"}, "8": {Name: "no2", Unit: "ug/m3"},
			"9": {Name: "pm25", Unit: "ug/m3"}, "10": {Name: "pm10", Unit: "ug/m3"}, "12": {Name: "nox", Unit: "ug/m3"}, "14": {Name: "o3", Unit: "ug/m3"},
			"20": {Name: "toluene", Unit: "ug/m3"}, "30": {Name: "benzene", Unit: "ug/m3"}, "35": {Name: "ethylbenzene", Unit: "ug/m3"},
			"37": {Name: "mXylene", Unit: "ug/m3"}, "38": {Name: "pXylene", Unit: "ug/m3"}, "39": {Name: "oXylene", Unit: "ug/m3"},
			"42": {Name: "totalHydrocarbons", Unit: "mg/m3"}, "43": {Name: "methane", Unit: "mg/m3"}, "44": {Name: "nonMethaneHydrocarbons", Unit: "mg/m3"}, "431": {Name: "mpXylene", Unit: "ug/m3"},
		},
		Quality: map[string]string{"V": "valid", "N": "invalid"},
		Time:    Time{Year: "ANO", Month: "MES", Day: "DIA", Zone: "Europe/Madrid", Repeated: "first"},
		Wide:    &Wide{Value: "H%02d", Quality: "V%02d", First: 1, Last: 24, Clock: "official"},
	}
}

// Load reads a mapping from JSON and checks it. Fields that it does not know are errors.
func Load(data []byte) (Mapping, error) {
	var m Mapping
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, &telemetry.Error{Kind: telemetry.ErrConfig, Format: name, Msg: "mapping", Err: err}
	}
	return m, m.Check()
}

// Check reports all that is wrong with a mapping by itself. The error is an [*telemetry.Error] of kind
// ErrConfig.
func (m Mapping) Check() error {
	_, problems := m.compile()
	if len(problems) == 0 {
		return nil
	}
	return &telemetry.Error{Kind: telemetry.ErrConfig, Format: name, Msg: "mapping", Err: errors.Join(problems...)}
}

// plan is a mapping made ready; columns are by name until a header binds them.
type plan struct {
	latin           bool
	separator       byte
	decimal, group  byte
	missing         map[string]bool
	entity, dataset template
	attribute       template
	attributes      map[string]meaning
	quality         map[string]telemetry.Quality
	format          []field
	iso             bool
	parts           [3]string // columns of year, month, day
	after           time.Duration
	step            time.Duration
	columns         []reading
	repeated        string
}

type meaning struct {
	name, unit []byte
	kind       telemetry.Kind
}

// reading is a column of values with that of its flag.
type reading struct{ value, quality string }

// template is text and columns in turn.
type template []piece

type piece struct{ text, column string }

func parseTemplate(s string) (t template, err error) {
	for s != "" {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			return append(t, piece{text: s}), nil
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 2 {
			return nil, fmt.Errorf("template %q: a brace without a column", s)
		}
		t = append(t, piece{s[:i], s[i+1 : i+j]})
		s = s[i+j+1:]
	}
	return t, nil
}

// field is a part of a format of dates.
type field struct {
	part byte // y M d H m s, or 0 for the sign
	sign byte
	n    int
}

func parseFormat(s string) (list []field, err error) {
	seen := map[byte]bool{}
	for i := 0; i < len(s); {
		c := s[i]
		if !strings.ContainsRune("yMdHms", rune(c)) {
			if c >= 0x80 || c-'0' <= 9 {
				return nil, fmt.Errorf("format %q: %q is no sign between the parts of a date", s, s[i:])
			}
			list = append(list, field{sign: c})
			i++
			continue
		}
		n := 1
		for i+n < len(s) && s[i+n] == c {
			n++
		}
		if seen[c] || c == 'y' && n != 4 || c != 'y' && n > 2 {
			return nil, fmt.Errorf("format %q: %q; yyyy, MM, dd, HH, mm, ss, each once (a year of two digits is ambiguous)", s, s[i:i+n])
		}
		seen[c] = true
		list = append(list, field{part: c, n: n})
		i += n
	}
	if !seen['y'] || !seen['M'] || !seen['d'] {
		return nil, fmt.Errorf("format %q lacks yyyy, MM or dd", s)
	}
	return list, nil
}

func (m Mapping) compile() (*plan, []error) {
	p := &plan{separator: ';', decimal: '.', missing: map[string]bool{}, quality: map[string]telemetry.Quality{}}
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	one := func(what, s, allowed string, to *byte) {
		if s == "" {
			return
		}
		if len(s) != 1 || allowed != "" && !strings.Contains(allowed, s) || s[0] >= utf8.RuneSelf || s == "\"" || s == "\n" || s == "\r" {
			bad("%s %q; one of %q", what, s, allowed)
			return
		}
		*to = s[0]
	}
	one("separator", m.Separator, ";,\t|", &p.separator)
	one("decimal", m.Decimal, ".,", &p.decimal)
	one("thousands", m.Thousands, ".,' ", &p.group)
	if p.decimal == p.group {
		bad("decimal and thousands are both %q", m.Thousands)
	}
	switch strings.ToLower(m.Charset) {
	case "", "utf-8":
	case "windows-1252":
		p.latin = true
	default:
		bad("charset %q; utf-8 or windows-1252", m.Charset)
	}
	for _, s := range m.Missing {
		p.missing[s] = true
	}
	for _, t := range []struct {
		what, text string
		to         *template
	}{{"entity", m.Entity, &p.entity}, {"attribute", m.Attribute, &p.attribute}, {"dataset", m.Dataset, &p.dataset}} {
		v, err := parseTemplate(t.text)
		if err != nil {
			bad("%s: %w", t.what, err)
		}
		if v == nil && err == nil && t.what != "dataset" {
			bad("%s is empty", t.what)
		}
		*t.to = v
	}
	if m.Attributes != nil {
		p.attributes = map[string]meaning{}
	}
	for key, a := range m.Attributes {
		v := meaning{name: []byte(a.Name), unit: []byte(a.Unit)}
		switch a.Kind {
		case "", "number":
			v.kind = telemetry.Number
		case "bool":
			v.kind = telemetry.Bool
		case "text":
			v.kind = telemetry.Text
		default:
			bad("attribute %q: kind %q; number, bool or text", key, a.Kind)
		}
		if a.Name == "" {
			bad("attribute %q has no name", key)
		}
		p.attributes[key] = v
	}
	for flag, q := range m.Quality {
		found := false
		for v := telemetry.QualityUnknown; v <= telemetry.Invalid; v++ {
			if v.String() == q {
				p.quality[flag], found = v, true
			}
		}
		if !found {
			bad("quality %q is %q; valid, invalid, estimated, unvalidated or unknown", flag, q)
		}
	}
	m.compileTime(p, bad)
	switch {
	case (m.Long == nil) == (m.Wide == nil):
		bad("one of long and wide must be there")
	case m.Long != nil:
		if m.Long.Value == "" {
			bad("long has no value column")
		}
		p.columns = []reading{{m.Long.Value, m.Long.Quality}}
	default:
		m.compileWide(p, bad)
	}
	return p, problems
}

func (m Mapping) compileTime(p *plan, bad func(string, ...any)) {
	t := m.Time
	p.parts = [3]string{t.Year, t.Month, t.Day}
	parts := t.Year != "" || t.Month != "" || t.Day != ""
	switch {
	case (t.Column != "") == parts || parts && (t.Year == "" || t.Month == "" || t.Day == ""):
		bad("time: a column, or those of year, month and day")
	case parts && t.Format != "":
		bad("time: a format is for a column")
	case t.Format == "iso":
		p.iso = true
	case !parts && t.Format == "":
		bad("time: no format; declare it, since 03/04/2026 is two dates")
	case !parts:
		var err error
		if p.format, err = parseFormat(t.Format); err != nil {
			bad("time: %w", err)
		}
	}
	if t.After != "" {
		var err error
		if p.after, err = time.ParseDuration(t.After); err != nil || p.after <= 0 {
			bad("time: after %q; a duration as 1h", t.After)
		}
	}
	switch t.Repeated {
	case "first", "second", "skip", "":
		p.repeated = t.Repeated
	default:
		bad("time: repeated %q; first, second or skip", t.Repeated)
	}
}

func (m Mapping) compileWide(p *plan, bad func(string, ...any)) {
	w := m.Wide
	p.step = time.Hour
	if w.Step != "" {
		var err error
		if p.step, err = time.ParseDuration(w.Step); err != nil || p.step <= 0 {
			bad("wide: step %q; a duration as 30m", w.Step)
			return
		}
	}
	if n := w.Last - w.First + 1; n < 1 || time.Duration(n)*p.step > 25*time.Hour || n > 1500 {
		bad("wide: columns %d to %d of %v; at most a day", w.First, w.Last, p.step)
		return
	}
	switch w.Clock {
	case "official", "standard", "utc":
	default:
		bad("wide: clock %q; official, standard or utc", w.Clock)
	}
	if strings.Count(w.Value, "%") != 1 || strings.Count(w.Quality, "%") > 1 {
		bad("wide: value %q; a name with %%02d or %%d", w.Value)
		return
	}
	for n := w.First; n <= w.Last; n++ {
		r := reading{value: number(w.Value, n)}
		if w.Quality != "" {
			r.quality = number(w.Quality, n)
		}
		p.columns = append(p.columns, r)
	}
}

// number puts n in the place of %d or %02d.
func number(s string, n int) string {
	s = strings.Replace(s, "%02d", fmt.Sprintf("%02d", n), 1)
	return strings.Replace(s, "%d", fmt.Sprint(n), 1)
}
