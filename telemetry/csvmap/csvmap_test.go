package csvmap

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

func madrid(t testing.TB) *time.Location {
	loc, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Skip("no zone database: " + err.Error())
	}
	return loc
}

var long = Mapping{
	Entity: "s-{id}", Type: "T", Attribute: "{what}", Decimal: ",", Thousands: ".", Missing: []string{"n/d"},
	Quality: map[string]string{"ok": "valid", "mal": "invalid"},
	Time:    Time{Column: "when", Format: "dd/MM/yyyy HH:mm", Zone: "Europe/Madrid"},
	Long:    &Long{Value: "value", Quality: "q", Unit: "u"},
}

func wide(days ...string) []byte {
	var b strings.Builder
	b.WriteString("PROVINCIA;MUNICIPIO;ESTACION;MAGNITUD;PUNTO_MUESTREO;ANO;MES;DIA")
	for n := 1; n <= 24; n++ {
		fmt.Fprintf(&b, ";H%02d;V%02d", n, n)
	}
	for _, day := range days {
		b.WriteString("\n28;079;4;8;28079004_8_8;" + day)
		for n := 1; n <= 24; n++ {
			fmt.Fprintf(&b, ";%05d;V", n)
		}
	}
	return []byte(b.String() + "\n")
}

func kits(t testing.TB) []formattest.Kit {
	c := telemetry.Config{Zone: madrid(t)}
	return []formattest.Kit{
		{Format: FormatOf(long), Config: c, Seeds: [][]byte{
			[]byte("\ufeffid;what;when;value;q;u;extra\n1;temp;29/03/2026 10:15;1.234,50;ok;ºC;\"a;\"\"b\"\"\nc\"\r\n2;x;01/04/2026 00:00;n/d;mal;;\n\n2;x;01/04/2026 01:00;-,5;;lx;d\"e"),
		}},
		{Format: FormatOf(Madrid()), Config: c, Seeds: [][]byte{wide("2019;03;31")}},
	}
}

func TestTorture(t *testing.T) {
	for _, k := range kits(t) {
		k.Torture(t)
	}
}

func TestStream(t *testing.T) {
	for _, k := range kits(t) {
		k.Stream(t)
	}
}

func TestPolicies(t *testing.T) {
	k := kits(t)[0]
	k.Config.Zone = madrid(t)
	for bad, kind := range map[string]error{
		"1;a;29/03/2026 10:15;1.5;ok;": telemetry.ErrType, "1;a;29/03/2026 10:15;x;ok;": telemetry.ErrType, "1;a;2026-03-29 10:15;1;ok;": telemetry.ErrTime, "1;a;31/02/2026 10:15;1;ok;": telemetry.ErrTime,
		"1;a;29/03/2026 10:15;1;raro;": telemetry.ErrUnknown, "1;a;29/03/2026 10:15;1": telemetry.ErrSyntax, "1;a;29/03/2026 10:15;1;ok;\"x\"y": telemetry.ErrSyntax, "1;\xff;29/03/2026 10:15;1;ok;": telemetry.ErrUTF8,
		"1;;29/03/2026 10:15;1;ok;": telemetry.ErrName,
	} {
		k.Policies(t, []byte("id;what;when;value;q;u\n1;a;29/03/2026 10:15;1;ok;\n"+bad+"\n1;a;29/03/2026 10:15;2;ok;\n"), 3, 2, kind)
	}
	d := NewDecoder(Config{Config: telemetry.Config{Policy: telemetry.Keep, Zone: madrid(t)}, Mapping: long})
	var b telemetry.Batch
	require.NoError(t, d.Decode(&b, []byte("id;what;when;value;q;u\n1;a;29/03/2026 10:15;1.5;ok;\n")))
	require.Equal(t, telemetry.Value{Kind: telemetry.Text, Text: "1.5"}, b.At(0).Value)
	require.Equal(t, Counts{1, 1, 1, 0, 0}, d.Counts())
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		decimal, thousands, text string
		want                     float64
		ok                       bool
	}{
		{"", "", "00020", 20, true}, {"", "", "000.4", .4, true}, {"", "", "-5", -5, true}, {"", "", "+5.", 5, true}, {"", "", ".5", .5, true}, {"", "", "1e3", 1000, true}, {"", "", "0", 0, true},
		{"", "", "1,5", 0, false}, {"", "", ".", 0, false}, {"", "", "-", 0, false}, {"", "", "1.2.3", 0, false}, {"", "", "NaN", 0, false}, {"", "", "1e400", 0, false}, {"", "", "1 000", 0, false},
		{",", ".", "1.234,5", 1234.5, true}, {",", ".", "1.234.567", 1234567, true}, {",", ".", "1.5", 0, false}, {",", ".", "12.34,5", 0, false}, {",", ".", "1234.567", 0, false}, {",", ".", "1.234.5", 0, false}, {",", ".", ",5", .5, true}, {",", "", "1.5", 0, false},
		{",", "", "-0012,50", -12.5, true}, {".", ",", "1,234.5", 1234.5, true}, {",", " ", "1 234,5", 1234.5, true}, {".", "'", "1'234.5", 1234.5, true}, {",", ".", ".123", 0, false},
	} {
		m := Mapping{Entity: "e", Attribute: "a", Decimal: c.decimal, Thousands: c.thousands, Time: Time{Column: "t", Format: "iso"}, Long: &Long{Value: "v"}}
		var b telemetry.Batch
		err := NewDecoder(Config{Mapping: m}).Decode(&b, []byte("t;v\n2026-03-29T10:15:00Z;"+c.text+"\n"))
		require.Equal(t, c.ok, err == nil, "%+v: %v", c, err)
		if c.ok {
			require.Equal(t, c.want, b.Number[0], "%+v", c)
		}
	}
}

func TestCharsets(t *testing.T) {
	m := Mapping{Charset: "windows-1252", Entity: "{Estación}", Attribute: "a", Time: Time{Column: "t", Format: "iso"}, Long: &Long{Value: "v", Unit: "u"}}
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{Mapping: m}).Decode(&b, []byte("Estaci\xf3n;t;v;u\nA \x80\x96;2026-03-29T10:15:00Z;1;\xb5g/m\xb3\n")))
	require.Equal(t, "A €–", b.At(0).Entity.ID)
	require.Equal(t, "ug/m3", b.At(0).Unit.Unit.String())
	require.ErrorIs(t, NewDecoder(Config{Mapping: m}).Decode(&b, []byte("Estaci\xf3n;t;v;u\nA\x81;2026-03-29T10:15:00Z;1;\n")), telemetry.ErrUTF8)
	m.Charset = ""
	require.ErrorIs(t, NewDecoder(Config{Mapping: m}).Decode(&b, []byte("Estaci\xf3n;t;v;u\n")), telemetry.ErrUTF8)
}

// Days of 23 and 25 hours, by each reading of the columns.
func TestHours(t *testing.T) {
	loc := madrid(t)
	for _, c := range []struct {
		day, clock, repeated string
		taken                int
		second, third, last  string // ends of columns 2, 3 and 24
	}{
		{"2019;03;30", "official", "first", 24, "2019-03-30T02:00:00+01:00", "2019-03-30T03:00:00+01:00", "2019-03-31T00:00:00+01:00"},
		{"2019;03;31", "official", "first", 23, "2019-03-31T03:00:00+02:00", "", "2019-04-01T00:00:00+02:00"},
		{"2019;10;27", "official", "first", 24, "2019-10-27T02:00:00+02:00", "2019-10-27T02:00:00+01:00", "2019-10-28T00:00:00+01:00"},
		{"2019;10;27", "official", "second", 24, "2019-10-27T02:00:00+02:00", "2019-10-27T03:00:00+01:00", "2019-10-28T00:00:00+01:00"},
		{"2019;10;27", "official", "skip", 23, "2019-10-27T02:00:00+02:00", "", "2019-10-28T00:00:00+01:00"},
		{"2019;07;01", "standard", "skip", 24, "2019-07-01T02:00:00+01:00", "2019-07-01T03:00:00+01:00", "2019-07-02T00:00:00+01:00"},
		{"2019;10;27", "utc", "skip", 24, "2019-10-27T02:00:00Z", "2019-10-27T03:00:00Z", "2019-10-28T00:00:00Z"},
	} {
		m := Madrid()
		m.Wide.Clock, m.Time.Repeated = c.clock, c.repeated
		d := NewDecoder(Config{Config: telemetry.Config{Zone: loc}, Mapping: m})
		var b telemetry.Batch
		require.NoError(t, d.Decode(&b, wide(c.day)))
		require.Equal(t, Counts{1, 24, c.taken, 0, 24 - c.taken}, d.Counts(), c.day)
		at := map[float64]string{}
		for _, o := range b.All() {
			at[o.Value.Number] = o.Time.Format(time.RFC3339)
			require.Equal(t, time.Hour, o.Time.Sub(o.From))
		}
		require.Equal(t, []string{c.second, c.third, c.last}, []string{at[2], at[3], at[24]}, "%+v", c)
		skipped := 24 - c.taken
		require.Len(t, b.Findings, skipped, "a reading flagged valid of an hour that is not is told")
	}
	m := long
	var b telemetry.Batch
	d := NewDecoder(Config{Config: telemetry.Config{Zone: loc}, Mapping: m})
	require.NoError(t, d.Decode(&b, []byte("id;what;when;value;q;u\n1;a;29/03/2026 02:30;1;ok;\n1;a;25/10/2026 02:30;1;ok;\n1;a;25/10/2026 03:30;1;ok;\n")))
	require.Equal(t, Counts{3, 3, 1, 0, 2}, d.Counts())
	require.Len(t, b.Findings, 2)
}

func TestMappings(t *testing.T) {
	require.NoError(t, Madrid().Check())
	require.NoError(t, long.Check())
	data, err := json.Marshal(Madrid())
	require.NoError(t, err)
	m, err := Load(data)
	require.NoError(t, err)
	require.Equal(t, Madrid(), m)
	for name, spoil := range map[string]func(*Mapping){
		"one of long and wide":   func(m *Mapping) { m.Wide = Madrid().Wide },
		"no format":              func(m *Mapping) { m.Time.Format = "" },
		"two digits":             func(m *Mapping) { m.Time.Format = "dd/MM/yy" },
		"lacks":                  func(m *Mapping) { m.Time.Format = "dd/yyyy" },
		"entity is empty":        func(m *Mapping) { m.Entity = "" },
		"brace":                  func(m *Mapping) { m.Entity = "a{" },
		"decimal and thousands":  func(m *Mapping) { m.Thousands = "," },
		"charset":                func(m *Mapping) { m.Charset = "koi8" },
		"quality":                func(m *Mapping) { m.Quality = map[string]string{"x": "so-so"} },
		"separator":              func(m *Mapping) { m.Separator = "ab" },
		"repeated":               func(m *Mapping) { m.Time.Repeated = "both" },
		"after":                  func(m *Mapping) { m.Time.After = "-1h" },
		"kind":                   func(m *Mapping) { m.Attributes = map[string]Attribute{"x": {Name: "x", Kind: "blob"}} },
		"a column, or those":     func(m *Mapping) { m.Time.Year = "y" },
		"at most a day":          func(m *Mapping) { m.Long = nil; m.Wide = &Wide{Value: "H%d", First: 1, Last: 2000, Clock: "utc"} },
		"official, standard":     func(m *Mapping) { m.Long = nil; m.Wide = &Wide{Value: "H%d", First: 1, Last: 24} },
		"a name with %02d or %d": func(m *Mapping) { m.Long = nil; m.Wide = &Wide{Value: "H", First: 1, Last: 24, Clock: "utc"} },
	} {
		m := long
		spoil(&m)
		err := m.Check()
		require.ErrorIs(t, err, telemetry.ErrConfig, name)
		require.ErrorContains(t, err, name)
		var b telemetry.Batch
		require.ErrorIs(t, NewDecoder(Config{Mapping: m}).Decode(&b, nil), telemetry.ErrConfig)
	}
	_, err = Load([]byte(`{"entity":"e","atribute":"a"}`))
	require.ErrorIs(t, err, telemetry.ErrConfig)
}

// The mapping is checked against the file.
func TestFit(t *testing.T) {
	loc := madrid(t)
	var b telemetry.Batch
	d := NewDecoder(Config{Config: telemetry.Config{Zone: loc, Policy: telemetry.Skip}, Mapping: long})
	require.ErrorIs(t, d.Decode(&b, []byte("id;what;when;valor;q;u\n")), telemetry.ErrMissing)
	require.ErrorIs(t, d.Decode(&b, []byte("id;what;when;value;q;u;q\n")), telemetry.ErrDuplicate)
	rows := "id;what;when;value;q;u\n" + strings.Repeat("1;a;03/29/2026 10:15;1;ok;\n", 12)
	err := d.Decode(&b, []byte(rows))
	require.ErrorIs(t, err, telemetry.ErrConfig)
	require.ErrorContains(t, err, "does not fit")
	require.Zero(t, b.Len())
	require.ErrorIs(t, NewDecoder(Config{Mapping: long}).Decode(&b, []byte(rows)), telemetry.ErrConfig) // no zone
	// A stream's rows without its header are refused.
	b.Origin.Record = 5
	require.ErrorIs(t, NewDecoder(Config{Config: telemetry.Config{Zone: loc}, Mapping: long}).Decode(&b, []byte("1;a;29/03/2026 10:15;1;ok;\n")), telemetry.ErrConfig)
	b.Origin.Record = 0
	m := long
	m.Header = []string{"id", "what", "when", "value", "q", "u"}
	require.NoError(t, NewDecoder(Config{Config: telemetry.Config{Zone: loc}, Mapping: m}).Decode(&b, []byte("1;a;29/03/2026 10:15;1;ok;\n")))
	require.Equal(t, 1, b.Len())
}

// Only the header allocates: as much for a day as for a month.
func TestAllocatesNothing(t *testing.T) {
	var days []string
	for d := 1; d <= 28; d++ {
		days = append(days, fmt.Sprintf("2019;02;%02d", d))
	}
	d := NewDecoder(Config{Config: telemetry.Config{Zone: madrid(t)}, Mapping: Madrid()})
	var b telemetry.Batch
	allocs := func(src []byte) float64 {
		return testing.AllocsPerRun(20, func() {
			b.Reset()
			if err := d.Decode(&b, src); err != nil {
				t.Fatal(err)
			}
		})
	}
	month := wide(days...)
	allocs(month)
	require.Equal(t, allocs(wide(days[0])), allocs(month))
}

// Every reading of four months of Madrid's air is accounted for, against encoding/csv:
// rows × 24 = valid + invalid + skipped.
func TestConformanceMadrid(t *testing.T) {
	loc := madrid(t)
	files, err := filepath.Glob(filepath.Join(testcorpus.Dir(t, "telemetry/madrid-air"), "*.csv"))
	require.NoError(t, err)
	pass, fail := 0, 0
	var skips []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		r := csv.NewReader(strings.NewReader(string(data)))
		r.Comma = ';'
		records, err := r.ReadAll()
		require.NoError(t, err)
		d := NewDecoder(Config{Config: telemetry.Config{Zone: loc}, Mapping: Madrid()})
		var b telemetry.Batch
		require.NoError(t, d.Decode(&b, data), file)
		c := d.Counts()
		valid, invalid := 0, 0
		for i := range b.Len() {
			switch b.Quality[i] {
			case telemetry.Valid:
				valid++
			case telemetry.Invalid:
				invalid++
			}
		}
		rows := len(records) - 1
		if c.Readings != rows*24 || valid+invalid+c.Skipped != rows*24 || c.Taken+c.Missing != b.Len() {
			fail++
			t.Errorf("%s: %d rows, %+v, %d valid, %d invalid", file, rows, c, valid, invalid)
			continue
		}
		for k, f := range b.Findings {
			if k < 3 {
				skips = append(skips, filepath.Base(file)+": "+f.Msg)
			}
		}
		// The values one by one, and their hours.
		i, bad := 0, 0
		for _, rec := range records[1:] {
			y, _ := strconv.Atoi(rec[5])
			m, _ := strconv.Atoi(rec[6])
			day, _ := strconv.Atoi(rec[7])
			for h := 0; h < 24; h++ {
				begin := time.Date(y, time.Month(m), day, h, 0, 0, 0, loc)
				if begin.Hour() != h {
					continue // the hour that is not
				}
				if before := begin.Add(-time.Hour); before.Hour() == h {
					begin = before // the first of an hour that is twice
				}
				want, _ := strconv.ParseFloat(rec[8+2*h], 64)
				o := b.At(i)
				if i++; o.Value.Number != want || o.Raw != rec[9+2*h] || !o.From.Equal(begin) || o.Time.Sub(o.From) != time.Hour {
					bad++
				}
			}
		}
		if bad > 0 || i != b.Len() {
			fail++
			t.Errorf("%s: %d readings differ, %d of %d compared", file, bad, i, b.Len())
			continue
		}
		t.Logf("%s: %d rows, %d readings = %d valid + %d invalid + %d skipped", filepath.Base(file), rows, c.Readings, valid, invalid, c.Skipped)
		pass++
	}
	testcorpus.Conformance(t, "telemetry/csvmap madrid-air", pass, fail, skips)
}

func FuzzDecode(f *testing.F) {
	list := kits(f)
	for _, k := range list {
		for _, s := range k.Seeds {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, k := range list {
			k.RoundTrip(t, src)
		}
		// Readings add up, whatever the bytes.
		d := NewDecoder(Config{Config: telemetry.Config{Policy: telemetry.Skip, Zone: list[0].Config.Zone}, Mapping: Madrid()})
		var b telemetry.Batch
		if d.Decode(&b, src) == nil {
			c := d.Counts()
			require.Equal(t, c.Readings, c.Taken+c.Missing+c.Skipped)
			require.Equal(t, b.Len(), c.Taken+c.Missing)
		}
	})
}
