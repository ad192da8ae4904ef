package indicators

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

// endless gives the same text over and over, and counts.
type endless struct {
	text string
	n    int64
}

func (e *endless) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		n += copy(b[n:], e.text[(e.n+int64(n))%int64(len(e.text)):])
	}
	e.n += int64(n)
	return n, nil
}

func TestLargeFile(t *testing.T) {
	r := &endless{text: "id: x\n"}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Load(io.LimitReader(r, 100<<20), Config{File: "big.yaml"})
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, ErrLimit)
	require.EqualError(t, err, "big.yaml:1:1: larger than 8388608 bytes; is this the right file? If it is, raise MaxBytes")
	require.LessOrEqual(t, r.n, int64(8<<20+64<<10), "read no further than the limit")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(128<<20))
}

func TestReadError(t *testing.T) {
	cause := errors.New("disk on fire")
	_, err := Load(io.MultiReader(strings.NewReader("id: x"), iotest.ErrReader(cause)), Config{File: "f"})
	require.ErrorIs(t, err, ErrRead)
	require.ErrorIs(t, err, cause)
}

// bomb is the billion laughs in YAML.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 20; i++ {
		p, q := string(rune('a'+i-1)), string(rune('a'+i))
		ref := "*" + p + "0"
		b.WriteString(q + "0: &" + q + "0 [" + strings.Repeat(ref+",", 8) + ref + "]\n")
	}
	return b.String()
}

// TestHostile wants an error, within bounded time and memory.
func TestHostile(t *testing.T) {
	mega := 1 << 20
	for _, c := range []struct {
		name, text string
		kind       error
	}{
		{"alias bomb", bomb(), ErrSyntax},
		{"alias to itself", "a: &a [*a]", ErrSyntax},
		{"merge of itself", "a: &a {<<: *a}", ErrSyntax},
		{"unknown alias", "a: *b", ErrSyntax},
		{"deep flow", strings.Repeat("[", 5000), ErrLimit},
		{"deep flow in YAML", "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), ErrLimit},
		{"deep flow, closed", strings.Repeat("[", mega) + strings.Repeat("]", mega), ErrLimit},
		{"deep flow in YAML, very", "a: " + strings.Repeat("[", mega), ErrLimit},
		{"deep maps", strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), ErrLimit},
		{"deep block", func() string {
			var b strings.Builder
			for i := range 1500 {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}(), ErrLimit},
		{"deep dashes", strings.Repeat("- ", 4000) + "a", ErrLimit},
		{"wide list", "a: [" + strings.Repeat("1,", 3*mega) + "1]", ErrLimit},
		{"wide list in JSON", "[" + strings.Repeat("1,", 3*mega) + "1]", ErrLimit},
		{"wide block", strings.Repeat("- a\n", mega), ErrLimit},
		{"comments", strings.Repeat("# a\n", mega/2), ErrSyntax},
		{"blank", strings.Repeat("\n", mega), ErrSyntax},
		{"long text", "id: " + strings.Repeat("a", 4*mega), ErrSchema},
		{"long key", strings.Repeat("a", 500) + ": 1", ErrSchema},
		{"long number", "version: " + strings.Repeat("9", 4*mega), ErrSchema},
		{"number of a large exponent", `{"version": 1e999999999}`, ErrSyntax},
		{"same unknown key", strings.Repeat("x: 1\n", 50_000), ErrDuplicate},
		{"many keys", func() string {
			var b strings.Builder
			for i := range 50_000 {
				b.WriteString("k" + strings.Repeat("y", i%7) + string(rune('a'+i%26)) + strings.Repeat("z", i/1000) + ": 1\n")
			}
			return b.String()
		}(), ErrDuplicate},
		{"one long line", "a: [" + strings.Repeat("{x: },", 50_000) + "]", ErrSchema},
		{"many wrong units", `{"variables":[` + strings.Repeat(`{"unit":"x"},`, 30_000) + "{}]}", ErrUnit},
		{"many unknown ids", func() string {
			var b strings.Builder
			b.WriteString(`{"families":[`)
			for i := range 30_000 {
				fmt.Fprintf(&b, `{"id":"f%d"},`, i)
			}
			b.WriteString(`{}],"indicators":[`)
			for i := range 30_000 {
				fmt.Fprintf(&b, `{"family":"g%d"},`, i)
			}
			return b.String() + "{}]}"
		}(), ErrSchema},
		{"scalar", "just text", ErrSchema},
		{"scalar in JSON", `[]`, ErrSchema},
		{"empty", "", ErrSyntax},
		{"byte order mark only", "\ufeff", ErrSyntax},
		{"end of document", "...\n", ErrSyntax},
		{"UTF-16", "\xff\xfei\x00d\x00", ErrEncoding},
		{"zero bytes", "id: a\x00", ErrEncoding},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			_, err := Load(strings.NewReader(c.text), Config{File: "hostile"})
			require.ErrorIs(t, err, c.kind)
			var list Errors
			require.ErrorAs(t, err, &list)
			require.LessOrEqual(t, len(list), 101)
			require.Less(t, len(err.Error()), 1000)
			require.Less(t, time.Since(start), 30*time.Second) // generous: a slow machine under load
			if d := time.Since(start); d > time.Second {
				t.Logf("took %v", d)
			}
		})
	}
}

func TestErrorLimit(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		b.WriteString("k" + strings.Repeat("x", i) + ": 1\n")
	}
	_, err := Load(strings.NewReader(b.String()), Config{MaxErrors: 10})
	var list Errors
	require.ErrorAs(t, err, &list)
	require.Len(t, list, 11)
	require.Equal(t, "limit", list[10].Code)
	require.Contains(t, list[10].Msg, "298 more problems are not listed") // 300 keys and 8 missing ones
}

func TestJSONPlaces(t *testing.T) {
	for _, c := range []struct {
		name, text string
		kind       error
		want       string
	}{
		{"duplicate key", `{"id": "a", ` + mark + `"id": "b"}`, ErrDuplicate, `the key "id" is here twice; the first is at line 1, column 2`},
		{"truncated", `{"id": "a",` + mark, ErrSyntax, "the text ends too early"},
		{"truncated text", `{"id": "a` + mark, ErrSyntax, "the text ends too early"},
		{"after the end", `{"id": "a"}` + "\n" + mark + `{}`, ErrSyntax, "after the document's end"},
		{"trailing comma", `{"id": "a",` + mark + `}`, ErrSyntax, "not valid JSON"},
		{"comment", "{\n" + mark + `// no` + "\n}", ErrSyntax, "not valid JSON"},
		{"single quotes", "{\n  " + mark + `'id': 1}`, ErrSyntax, "not valid JSON"},
		{"NaN", `{"id": ` + mark + `NaN}`, ErrSyntax, "not valid JSON"},
		{"surrogate", `{"id": ` + mark + `"\ud800"}`, ErrEncoding, "surrogate"},
		{"huge number", `{"id": ` + mark + `1e400}`, ErrSyntax, "too large"},
		{"wrong type", `{"id": ` + mark + `5}`, ErrSchema, `id: is the number 5; it must be text`},
		{"unknown key", "{\n  \"título\": 1, " + mark + `"tittle": 1}`, ErrSchema, `did you mean "title"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, at := cut(c.text)
			_, err := Load(strings.NewReader(text), Config{File: "bad"})
			require.ErrorIs(t, err, c.kind)
			var list Errors
			require.ErrorAs(t, err, &list)
			for _, e := range list {
				if strings.Contains(e.Msg, c.want) {
					require.Equal(t, at[0], Position{e.File, e.Line, e.Column}, e.Error())
					return
				}
			}
			t.Fatalf("no %q in %v", c.want, []*Error(list))
		})
	}
}

func FuzzLoad(f *testing.F) {
	small, err := readTestdata("small.yaml")
	require.NoError(f, err)
	f.Add(small)
	network, err := readTestdata("network.yaml")
	require.NoError(f, err)
	f.Add(network)
	c, err := Load(bytes.NewReader(small), Config{})
	require.NoError(f, err)
	text, err := c.AppendJSON(nil)
	require.NoError(f, err)
	f.Add(text)
	for _, b := range badCatalogues {
		t, _ := cut(strings.Replace(string(small), b.old, b.new, 1))
		f.Add([]byte(t))
	}
	f.Add([]byte(bomb()))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 64<<10 {
			return
		}
		if c, err := Load(bytes.NewReader(text), Config{}); err == nil {
			out, err := c.AppendJSON(nil)
			require.NoError(t, err)
			again, err := Load(bytes.NewReader(out), Config{})
			require.NoError(t, err)
			out2, err := again.AppendJSON(nil)
			require.NoError(t, err)
			require.Equal(t, string(out), string(out2))
		} else {
			checkList(t, text, err)
		}
		if n, err := LoadNetwork(bytes.NewReader(text), Config{}); err == nil {
			_, err := n.AppendJSON(nil)
			require.NoError(t, err)
		} else {
			checkList(t, text, err)
		}
	})
}

// checkList wants every problem of a document at a place that is in it.
func checkList(t *testing.T, text []byte, err error) {
	t.Helper()
	var list Errors
	require.ErrorAs(t, err, &list)
	lines := bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r")) + 1
	for _, e := range list {
		require.NotEmpty(t, e.Msg)
		require.True(t, e.Line >= 1 && e.Line <= lines && e.Column >= 1 && e.Column <= len(text)+1, e.Error())
	}
}
