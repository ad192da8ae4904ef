package report

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Every message is there in both languages with the same names in braces, every
// message that the code names is there, and none is left over.
func TestMessages(t *testing.T) {
	tables := messages()
	names := regexp.MustCompile(`\{[a-z0-9]+\}`)
	require.Equal(t, len(tables["es"]), len(tables["en"]))
	n := 0
	for _, table := range []map[string]both{pageTexts(), sheetTexts(), methodTexts(), codeTexts()} {
		n += len(table)
	}
	require.Equal(t, len(tables["es"]), n, "a key is in two tables")

	var source strings.Builder
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") && !strings.HasPrefix(f, "text") {
			b, err := os.ReadFile(f)
			require.NoError(t, err)
			source.Write(b)
		}
	}
	code := source.String()
	for key, es := range tables["es"] {
		en := tables["en"][key]
		require.NotEmpty(t, es, key)
		require.NotEmpty(t, en, key)
		a, b := names.FindAllString(es, -1), names.FindAllString(en, -1)
		slices.Sort(a)
		slices.Sort(b)
		require.Equal(t, slices.Compact(a), slices.Compact(b), key)
		prefix, _, _ := strings.Cut(key, ".")
		used := strings.Contains(code, `"`+key+`"`) || strings.Contains(code, `"`+prefix+`."`) || strings.Contains(code, `code("`+prefix+`"`) ||
			strings.Contains(code, `plural("`+strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".many")+`"`)
		require.True(t, used, "message %s is never used", key)
	}
	for _, m := range regexp.MustCompile(`(?:tr|para|term)\("([a-z0-9.-]+[a-z0-9])"[,)]`).FindAllStringSubmatch(code, -1) {
		require.Contains(t, tables["es"], m[1])
	}
	for _, m := range regexp.MustCompile(`plural\("([a-z0-9.-]+)"`).FindAllStringSubmatch(code, -1) {
		require.Contains(t, tables["es"], m[1]+".one")
		require.Contains(t, tables["es"], m[1]+".many")
	}
	for _, id := range sections {
		require.Contains(t, tables["es"], "section."+id)
	}
}

func TestAxis(t *testing.T) {
	for _, v := range []float64{1e-9, 0.3, 1, 2, 10, 12345.678, 1e17} {
		require.InDelta(t, math.Log(v), ln(v), 1e-11*max(1, math.Abs(math.Log(v))))
	}
	for _, values := range [][]float64{nil, {5}, {0}, {0, 0}, {-3, 4}, {1, 1.0001}, {10, 20, 30}, {1, 2, 3, 1000}, {-1e308, 1e308}, {1e-300, 2e-300}, {5e-324, 1e308}, {1e300, 1e301, 1e302}, {-50, -10}} {
		x := newAxis(values)
		require.LessOrEqual(t, len(x.ticks), 20, "%v", values)
		for _, v := range values {
			at := x.at(v)
			require.True(t, at >= 0 && at <= 1, "%v of %v at %v", v, values, at)
		}
		for i := 1; i < len(x.ticks); i++ {
			require.Less(t, x.ticks[i-1], x.ticks[i])
		}
	}
	require.True(t, newAxis([]float64{1, 2, 3, 1000}).log)
	require.Equal(t, []float64{0, 10, 20, 30}, newAxis([]float64{8, 20, 30}).ticks)
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a<b>&\"'", "\x00\xff\x80", "\u202eabc", "אבג", "\r\n\t", "\ufffe\ufdd0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := string(appendEscaped(nil, s))
		require.True(t, utf8.ValidString(out))
		require.False(t, strings.ContainsAny(out, "<>\"'\x00\r\u202e\u2066"))
		require.Equal(t, strings.Count(out, "&"), strings.Count(out, ";")-strings.Count(s, ";"))
	})
}

func TestSafeURL(t *testing.T) {
	for u, ok := range map[string]bool{"https://a.es/": true, "HTTP://a": true, "mailto:a@b.es": true, "javascript:alert(1)": false, " https://a": false, "//a.es": false, "": false, "data:text/html,x": false, "https://": false} {
		require.Equal(t, ok, safeURL(u) != "", u)
	}
}

func TestFold(t *testing.T) {
	names := []string{"Ávila", "A Coruña", "Zaragoza", "Ñora", "Nules", "L'Hospitalet", "Águilas"}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(fold(a), fold(b)) })
	require.Equal(t, []string{"A Coruña", "Águilas", "Ávila", "L'Hospitalet", "Nules", "Ñora", "Zaragoza"}, names)
}
