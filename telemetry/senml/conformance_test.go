package senml

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

// The examples of RFC 8428 in their forms: JSON as the text has it and as its tools made it,
// CBOR and XML, decode to the same rows, and resolved to the records that the tools resolved.
func TestConformanceRFC8428(t *testing.T) {
	dir := testcorpus.Dir(t, "telemetry/senml")
	files, err := filepath.Glob(filepath.Join(dir, "ex*.json"))
	require.NoError(t, err)
	pass, fail := 0, 0
	var skips []string
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil
		}
		return data
	}
	check := func(name string, ok bool, why ...any) {
		if ok {
			pass++
			return
		}
		fail++
		t.Errorf("%s: %v", name, why)
	}
	for _, file := range files {
		name := filepath.Base(file)
		ex, main := strings.CutSuffix(name, ".json")
		if !main || strings.Contains(ex, ".") {
			continue
		}
		resolved := list(t, read(ex+".gen.resolved.json"))
		clock := time.Unix(0, 0)
		if len(resolved) > 0 {
			clock = time.Unix(int64(resolved[len(resolved)-1]["t"].(float64)), 0) // when the tools ran, if times are relative
		}
		c := telemetry.Config{Time: telemetry.TimeOfReceipt, Clock: func() time.Time { return clock }}
		var want telemetry.Batch
		err := NewDecoder(Config{Config: c}).Decode(&want, read(name))
		check(name, err == nil, err)
		for _, f := range []struct {
			suffix string
			form   Form
		}{{".gen.json", JSON}, {".gen.wrap.json", JSON}, {".gen.cbor", CBOR}, {".gen.xml", XML}} {
			suffix, form := f.suffix, f.form
			src := read(ex + suffix)
			if src == nil {
				continue
			}
			var got telemetry.Batch
			err := NewDecoder(Config{Config: c, Form: form}).Decode(&got, src)
			text, other := formattest.Text(formattest.Rows(&want)), formattest.Text(formattest.Rows(&got))
			if form == JSON && text != other && want.Len() > got.Len() && ex == "ex7" {
				skips = append(skips, "ex7.gen.json: the tools left vd out")
				continue
			}
			check(ex+suffix, err == nil && text == other, err, text, other)
		}
		if resolved == nil {
			skips = append(skips, name+": no resolved form in the corpus")
			continue
		}
		out, _, err := Encoder{Resolved: true}.Append(nil, &want)
		require.NoError(t, err)
		got := list(t, out)
		// The tools left the records in the order of the pack; the text demands that of time.
		slices.SortStableFunc(resolved, func(a, b map[string]any) int { return cmp.Compare(a["t"].(float64), b["t"].(float64)) })
		for _, r := range resolved {
			delete(r, "l") // an extension, passed over
		}
		if ex == "ex7" && len(got) == len(resolved)+1 {
			got = got[:len(resolved)] // the tools left vd out
		}
		check(ex+".gen.resolved.json", encoded(t, resolved) == encoded(t, got), encoded(t, resolved), encoded(t, got))
	}
	require.NotZero(t, pass)
	testcorpus.Conformance(t, "telemetry/senml", pass, fail, skips)
}

func list(t *testing.T, src []byte) (out []map[string]any) {
	if src != nil {
		require.NoError(t, json.Unmarshal(src, &out))
	}
	return out
}

func encoded(t *testing.T, v any) string {
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}
