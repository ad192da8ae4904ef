package indicators

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

func TestLookups(t *testing.T) {
	c := load(t, "small.yaml")
	for i := range c.Variables {
		v, ok := c.Variable(c.Variables[i].ID)
		require.True(t, ok)
		require.Same(t, &c.Variables[i], v)
	}
	x, ok := c.Indicator("waste.gondolas")
	require.True(t, ok)
	require.Same(t, &c.Indicators[1], x)
	_, ok = c.Family("waste")
	require.True(t, ok)
	_, ok = c.Source("padron")
	require.True(t, ok)
	_, ok = c.Dimension("sex")
	require.True(t, ok)
	_, ok = c.Variable("nothing")
	require.False(t, ok)

	// What is changed or built in Go is found all the same.
	c.Variables[2].ID = "hombres"
	_, ok = c.Variable("men")
	require.False(t, ok)
	v, ok := c.Variable("hombres")
	require.True(t, ok)
	require.Same(t, &c.Variables[2], v)
	built := &Catalogue{Families: []Family{{ID: "a"}, {ID: "b"}}}
	f, ok := built.Family("b")
	require.True(t, ok)
	require.Same(t, &built.Families[1], f)
	_, ok = built.Variable("b")
	require.False(t, ok)

	require.Equal(t, unit.Index, c.Variables[4].Unit.Kind(), "the declared kind")
	_, err := c.Registry().Parse("1/{gondola}")
	require.NoError(t, err)
}

func TestVersions(t *testing.T) {
	c := load(t, "small.yaml")
	x, _ := c.Indicator("population.women-share")
	version := func(s string) int {
		d, ok := x.At(period.MustParse(s))
		if !ok {
			return 0
		}
		return d.Version
	}
	for p, want := range map[string]int{
		"1975": 1, "2019": 1, "2019-12-31": 1, "2020": 2, "2020-01": 2, "2022-Q4": 2, "2023": 3, "2100": 3,
		"2019/2020": 0, "P12M/2020-06": 0, "2022/2023": 0, "2023/2024": 3,
		"2019-12-31T23+01:00": 1,
	} {
		require.Equal(t, want, version(p), p)
	}
	_, ok := x.At(period.Period{})
	require.False(t, ok)

	for _, c := range []struct {
		p, q string
		want bool
	}{
		{"2018", "2019", true}, {"2019", "2020", true}, {"2020", "2019", true}, {"2022", "2023", false},
		{"2019", "2023", false}, {"2023", "2024", true}, {"2019/2020", "2019", false},
	} {
		require.Equal(t, c.want, x.Comparable(period.MustParse(c.p), period.MustParse(c.q)), "%s %s", c.p, c.q)
	}
	require.Zero(t, testing.AllocsPerRun(100, func() { x.At(period.Yearly(2021)) }))
}

func TestTextIn(t *testing.T) {
	text := Text{"es": "s", "en": "n", "ca": "c", "pt-BR": "b"}
	for lang, want := range map[string]string{"ca": "c", "ca-ES": "c", "en-GB-x": "n", "pt-BR": "b", "pt": "s", "": "s", "zz": "s"} {
		require.Equal(t, want, text.In(lang), lang)
	}
	require.Equal(t, "n", Text{"en": "n", "ca": "c"}.In("gl"))
	require.Equal(t, "c", Text{"fr": "f", "ca": "c"}.In("gl"))
	require.Equal(t, "c", Text{"es": "", "ca": "c"}.In("es"))
	require.Empty(t, Text(nil).In("es"))
}

// TestPosIn follows a text into plain, quoted, folded and literal scalars.
func TestPosIn(t *testing.T) {
	raw, err := readTestdata("small.yaml")
	require.NoError(t, err)
	c := load(t, "small.yaml")
	lines := strings.Split(string(raw), "\n")
	for j, word := range []string{"population", "women", "population"} {
		p := "/indicators/0/definitions/" + string(rune('0'+j)) + "/formula"
		f := c.Indicators[0].Definitions[j].Formula
		at, ok := c.PosIn(p, strings.Index(f, word))
		require.True(t, ok)
		require.True(t, strings.HasPrefix(lines[at.Line-1][at.Column-1:], word), "%s at %v: %q", f, at, lines[at.Line-1])
		start, ok := c.Pos(p)
		require.True(t, ok)
		require.LessOrEqual(t, start.Line, at.Line)
	}
	at, ok := c.PosIn("/variables/0/unit", 1)
	require.True(t, ok)
	require.Equal(t, "person}", lines[at.Line-1][at.Column-1:][:7])
	_, ok = c.PosIn("/variables/99/unit", 1)
	require.False(t, ok)
	at, ok = c.PosIn("/variables/0/unit", 1000)
	require.True(t, ok)
	require.Equal(t, "\"{person", lines[at.Line-1][at.Column-1:][:8], "beyond its end: its beginning")

	built, err := New(*c)
	require.NoError(t, err)
	_, ok = built.Pos("/id")
	require.False(t, ok)
	_, ok = built.PosIn("/id", 0)
	require.False(t, ok)
}

func TestNewErrors(t *testing.T) {
	c := load(t, "small.yaml")
	c.Variables[0].Label = Text{"es": "Población"}
	c.Indicators[1].Aggregation.Weight = "nobody"
	err := c.Validate()
	require.ErrorIs(t, err, ErrLanguage)
	require.ErrorIs(t, err, ErrUnknown)
	var list Errors
	require.ErrorAs(t, err, &list)
	require.Len(t, list, 2)
	require.Equal(t, `/variables/0/label: variable "population", label: the text in "en" is missing; the catalogue promises it in languages`, list[0].Error())
	require.Zero(t, list[0].Line)

	nan := math.NaN()
	c = load(t, "small.yaml")
	c.Variables[0].Range.Min = &nan
	require.ErrorIs(t, c.Validate(), ErrValue)
	dst, err := c.AppendJSON([]byte("kept"))
	require.Error(t, err)
	require.Equal(t, "kept", string(dst))

	c = load(t, "small.yaml")
	c.Title["es"] = "a\xffb"
	require.EqualError(t, c.Validate(), "/title: the text is not UTF-8")
	require.ErrorIs(t, c.Validate(), ErrEncoding)
	c = load(t, "small.yaml")
	c.Indicators[1].Definitions[0].Formula = "\xff"
	require.EqualError(t, c.Validate(), "/indicators/1/definitions/0/formula: the text is not UTF-8")

	_, err = New(Catalogue{})
	require.ErrorIs(t, err, ErrSchema)
	_, err = NewNetwork(Network{})
	require.ErrorIs(t, err, ErrSchema)
}

func TestDiff(t *testing.T) {
	a, b := load(t, "small.yaml"), load(t, "small.yaml")
	require.Empty(t, Diff(a, b))
	b.Indicators[0].Definitions[2].Formula = "share( women,population )"
	require.Empty(t, Diff(a, b), "white space")
	b.Indicators[0].Definitions[2].Formula = "share(men, population)"
	b.Indicators[1].Definitions[0].Until = period.Yearly(2025)
	b.Indicators[1].Definitions = append(b.Indicators[1].Definitions, Definition{Version: 2, From: period.Yearly(2026), Formula: "men"})
	b.Variables[0].Moment = "end"
	b.Variables[1].Moment = "end" // the default, said
	b.Families[0].Label["es"] = "Habitantes"
	b.Variables = b.Variables[:4]
	require.Equal(t, []Change{
		{"changed", "/families/population/words", "", ""},
		{"redefined", "/indicators/population.women-share/definitions/3/formula", "share(\n  women, population)\n", "share(men, population)"},
		{"changed", "/indicators/waste.gondolas/definitions/1/until", "", "2025"},
		{"added", "/indicators/waste.gondolas/definitions/2", "", ""},
		{"redefined", "/variables/population/moment", "start", "end"},
		{"removed", "/variables/price_index", "", ""},
	}, Diff(a, b))
	require.True(t, Diff(a, b)[1].Breaks())
	require.False(t, Diff(a, b)[3].Breaks())
}

func TestSqueeze(t *testing.T) {
	for in, want := range map[string]string{
		" a + b ": "a+b", "a in b": "a in b", "f( 'x y' , z)": "f('x y',z)", "a\n\tb": "a b", "": "",
	} {
		require.Equal(t, want, squeeze(in))
	}
}

func TestErrorsText(t *testing.T) {
	require.NoError(t, Errors(nil).Err())
	require.Equal(t, "no errors", Errors{}.Error())
	e := Errors{{Msg: "a"}, {File: "f", Msg: "b"}, {File: "f", Line: 2, Column: 3, Msg: "c"}, {Pointer: "/x", Msg: "d"}}
	require.Equal(t, "a (and 3 more)", e.Error())
	require.Equal(t, "f: b", e[1].Error())
	require.Equal(t, "f:2:3: c", e[2].Error())
	require.Equal(t, "/x: d", e[3].Error())
	require.Equal(t, "1:2", Position{Line: 1, Column: 2}.String())
}

func TestDefault(t *testing.T) {
	a, b := Default(), Default()
	require.NotSame(t, a, b)
	text, err := a.AppendJSON(nil)
	require.NoError(t, err)
	again, err := Load(strings.NewReader(string(text)), Config{})
	require.NoError(t, err)
	text2, err := again.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, string(text), string(text2))
}

func BenchmarkDefault(b *testing.B) {
	b.SetBytes(int64(len(defaultCatalogue)))
	b.ReportAllocs()
	for b.Loop() {
		Default()
	}
}
