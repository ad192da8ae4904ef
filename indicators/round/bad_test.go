package round_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/round"
)

type repeat struct{ text string }

// Read never ends.
func (r repeat) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], r.text)
	}
	return n, nil
}

// all is the text of an error and of every error in it.
func all(err error) string {
	text := err.Error() + "\n"
	switch x := err.(type) {
	case interface{ Unwrap() []error }:
		for _, e := range x.Unwrap() {
			text += all(e)
		}
	case interface{ Unwrap() error }:
		if e := x.Unwrap(); e != nil {
			text += all(e)
		}
	}
	return text
}

// TestBadCatalogues: what is wrong with a catalogue is an error before anything
// is measured; it says where it stands and what to do.
func TestBadCatalogues(t *testing.T) {
	replace := func(old, new string) io.Reader {
		require.Contains(t, catalogueText, old)
		return strings.NewReader(strings.Replace(catalogueText, old, new, 1))
	}
	bomb := "a: &a [x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+", ", 8) + "]\n"
	}
	for name, c := range map[string]struct {
		text  io.Reader
		place string // in the error
		what  string
	}{
		"wrong unit of an indicator": {replace("unit: kg/{person}", "unit: t/{person}"), "catalogue.yaml:", "t/{person}"},
		"unit that is none":          {replace("unit: kg/{person}", "unit: kgs/{person}"), "catalogue.yaml:", "kgs"},
		"unknown variable":           {replace("waste_t * 1000.0 / population", "waste_tt * 1000.0 / population"), "catalogue.yaml:", "waste_t"},
		"mixed number":               {replace("waste_t * 1000.0", "waste_t * 1000"), "catalogue.yaml:", "1000.0"},
		"cycle":                      {replace("formula: trees / population", "formula: waste.trees_per_person * 1.0"), "catalogue.yaml:", "uses itself"},
		"duplicate id":               {replace("id: waste.recycled-share", "id: waste.per-person"), "catalogue.yaml:", "waste.per-person"},
		"unknown key":                {replace("    decimals: 1\n", "    decimal: 1\n"), "catalogue.yaml:", "decimals"},
		"YAML bomb":                  {strings.NewReader(bomb), "catalogue.yaml:1:", "anchor"},
		"100 MB":                     {io.LimitReader(repeat{"# nothing but a comment\n"}, 100<<20), "catalogue.yaml", "8388608"},
		"for ever":                   {repeat{"x: [ "}, "catalogue.yaml", ""},
		"truncated":                  {strings.NewReader(catalogueText[:len(catalogueText)/2]), "catalogue.yaml:", ""},
		"empty":                      {strings.NewReader(""), "catalogue.yaml", ""},
		"not text":                   {strings.NewReader("\xff\xfe\x00"), "catalogue.yaml:", "UTF-8"},
	} {
		cat, err := indicators.Load(c.text, indicators.Config{File: "catalogue.yaml"})
		if err == nil {
			config := config(t)
			config.Catalogue = cat
			_, err = round.Run(context.Background(), config)
		}
		if assert.Error(t, err, name) {
			text := all(err)
			assert.Contains(t, text, c.place, name)
			assert.Contains(t, text, c.what, name)
		}
	}
}

// TestBadData: what is wrong with data is a finding with file, row and column;
// the cell is not taken, the round goes on, and its result can be verified.
func TestBadData(t *testing.T) {
	good := dataText()
	replace := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	for name, c := range map[string]struct {
		data         string
		code         string
		line, column int
	}{
		"duplicate keys, alike":     {good + "01001;2019;10000;400,25;100,5\n", collect.CodeDuplicate, 26, 3},
		"duplicate keys, different": {good + "01001;2019;10001;400,25;100,5\n", collect.CodeConflict, 26, 3},
		"unknown city":              {replace("01001;2019", "01999;2019"), collect.CodeUnknownCity, 2, 1},
		"wrong period":              {replace("01001;2019", "01001;2019-03"), collect.CodeWrongPeriod, 2, 0},
		"no period":                 {replace("01001;2019", "01001;last year"), collect.CodePeriodUnreadable, 2, 2},
		"text in a number":          {replace("10000;400,25", "many;400,25"), collect.CodeTextInNumber, 2, 3},
		"negative population":       {replace("10000;400,25", "-10000;400,25"), collect.CodeNegative, 2, 3},
		"mixed encodings":           {good + "01001;2018;Espa\xf1a;1,5;2,5\n01001;2017;España;1,5;2,5\n", collect.CodeMixedEncoding, 26, 0},
		"truncated file":            {good + "01001;20", collect.CodeTruncated, 26, 0},
		"open quote":                {good + "01001;2018;\"100;1,5;2,5\n", collect.CodeQuote, 26, 0},
	} {
		config := config(t)
		config.Inputs[0].Data = []byte(c.data)
		r, err := round.Run(context.Background(), config)
		require.NoError(t, err, name)
		found := false
		for _, f := range r.Findings {
			if f.Code == c.code && f.File == "waste.csv" && f.Line == c.line && (c.column == 0 || f.Column == c.column) {
				found = true
				assert.NotEmpty(t, f.Message("es"), name)
				assert.NotEmpty(t, f.Message("en"), name)
			}
		}
		assert.True(t, found, "%s: no finding %q at %d:%d among %+v", name, c.code, c.line, c.column, r.Findings)
		dir := filepath.Join(t.TempDir(), "out")
		require.NoError(t, r.WriteDir(dir))
		differences, err := round.Verify(context.Background(), dir)
		require.NoError(t, err, name)
		require.Empty(t, differences, name)
	}
}

// TestBadConfig: every problem at once.
func TestBadConfig(t *testing.T) {
	_, err := round.Run(context.Background(), round.Config{ID: "a b", Inputs: []round.Input{{}, {Table: collect.Table{Name: "x", Source: "nobody"}}, {Table: collect.Table{Name: "x"}}}})
	require.Error(t, err)
	for _, what := range []string{"ID", "Network", "Period", "Clock", "Inputs[0]", "Inputs[1]", "nobody", "Inputs[2]"} {
		assert.Contains(t, err.Error(), what)
	}
	c := config(t)
	n := *c.Network
	n.Cities = []indicators.City{{Code: "99001", Name: "Nowhere"}}
	c.Network = &n
	_, err = round.Run(context.Background(), c)
	require.ErrorContains(t, err, "Network")

	c = config(t)
	c.Inputs[0].Data = []byte("nothing;that;is\nknown;here;1\n")
	_, err = round.Run(context.Background(), c)
	require.ErrorContains(t, err, "waste.csv")
}

// TestFullDirectory writes where there is no room: the file size limit of a
// child process stands in for a full disk.
func TestFullDirectory(t *testing.T) {
	if dir := os.Getenv("ALMOTACEN_FULL_DIR"); dir != "" {
		r, err := round.Run(context.Background(), config(t))
		require.NoError(t, err)
		err = r.WriteDir(dir)
		require.Error(t, err)
		var e *round.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, round.CodeDirectory, e.Code)
		return
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh to limit a child's file size with")
	}
	parent := t.TempDir()
	// Blocks of 512 bytes: room for small files, not for the data. Output goes
	// through a pipe, which the limit does not count.
	cmd := exec.Command(sh, "-c", `trap '' XFSZ; ulimit -f 4; exec "$0" -test.run '^TestFullDirectory$'`, os.Args[0])
	cmd.Env = append(os.Environ(), "ALMOTACEN_FULL_DIR="+filepath.Join(parent, "out"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing half-written stays")
}

// TestHostileRounds: a stored round is somebody else's bytes.
func TestHostileRounds(t *testing.T) {
	r, err := round.Run(context.Background(), config(t))
	require.NoError(t, err)
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"pipe": func(t *testing.T, dir string) {
			name := filepath.Join(dir, "round.json")
			require.NoError(t, os.Remove(name))
			if err := exec.Command("mkfifo", name).Run(); err != nil {
				t.Skip("no mkfifo:", err)
			}
		},
		"other input": func(t *testing.T, dir string) {
			edit(t, dir, "round.json", `"inputs/01-waste.csv"`, `"manifest.json"`)
		},
		"path out of the round": func(t *testing.T, dir string) {
			edit(t, dir, "round.json", `"inputs/01-waste.csv"`, `"../../etc/passwd"`)
		},
		"more text":     func(t *testing.T, dir string) { edit(t, dir, "round.json", "}\n", "}\n{}") },
		"other format":  func(t *testing.T, dir string) { edit(t, dir, "round.json", "almotacen-round/1", "almotacen-round/9") },
		"unknown field": func(t *testing.T, dir string) { edit(t, dir, "round.json", `"id":`, `"evil": 1, "id":`) },
		"catalogue": func(t *testing.T, dir string) {
			edit(t, dir, "catalogue.json", `"formula": "`, `"formula": "nobody + `)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			require.NoError(t, r.WriteDir(dir))
			spoil(t, dir)
			_, err := round.Verify(context.Background(), dir)
			require.Error(t, err)
		})
	}
}

func edit(t *testing.T, dir, name, old, new string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	i := strings.LastIndex(string(data), old)
	require.GreaterOrEqual(t, i, 0, old)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(string(data[:i])+new+string(data[i+len(old):])), 0o644))
}

// TestExtremeFigures: what is finite can be written and verified.
func TestExtremeFigures(t *testing.T) {
	for name, values := range map[string][2]string{
		"large": {"1.7e308", "1.6e308"}, "denormal": {"5e-324", "1e300"}, "both signs": {"1e308", "-1e308"},
	} {
		c := config(t)
		var b strings.Builder
		b.WriteString("ine_code;year;population;waste_t;recycled_t\n")
		for i := range cityNames {
			b.WriteString("0" + string(rune('1'+i)) + "001;2020;1;" + values[i%2] + ";" + values[(i+1)%2] + "\n")
			b.WriteString("0" + string(rune('1'+i)) + "001;2021;1;" + values[(i+1)%2] + ";" + values[i%2] + "\n")
		}
		c.Inputs[0].Data = []byte(b.String())
		r, err := round.Run(context.Background(), c)
		require.NoError(t, err, name)
		dir := filepath.Join(t.TempDir(), "out")
		require.NoError(t, r.WriteDir(dir), name)
		differences, err := round.Verify(context.Background(), dir)
		require.NoError(t, err, name)
		require.Empty(t, differences, name)
	}
}
