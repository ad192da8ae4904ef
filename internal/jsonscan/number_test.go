package jsonscan

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestPlainNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + r.IntN(10))
		}
		return string(b)
	}
	for whole := range 18 {
		for frac := range 18 {
			for range 40 {
				text := digits(whole)
				if frac > 0 {
					text += "." + digits(frac-1)
				}
				if r.IntN(2) == 0 {
					text = "-" + text
				}
				for _, end := range []string{",", "}", " ", "e5", "E+1", ".", "", "x", "\x80", "\xff", "/", ":", ".5"} {
					for _, pad := range []string{"", "\"", strings.Repeat("7", 30)} {
						if end == "" && pad != "" {
							continue
						}
						ok := checkPlain(t, []byte(text+end+pad))
						number := whole > 0 && frac != 1 && (whole == 1 || strings.TrimLeft(text, "-")[0] != '0')
						want := number && whole+max(frac-1, 0) <= 15 && end != "" && end[0]|0x20 != 'e'
						if ok != want && !strings.HasPrefix(end, ".") {
							t.Fatalf("%q: plain %v", text+end+pad, ok)
						}
					}
				}
			}
		}
	}
}

// checkPlain compares with strconv.
func checkPlain(t *testing.T, src []byte) bool {
	_, end, code := scanNumber(src, 0)
	f, n, ok := PlainNumber(src, 0)
	if !ok {
		return false
	}
	want, err := strconv.ParseFloat(string(src[:n]), 64)
	if code != 0 || end != n || err != nil || want != f || fmt.Sprint(want) != fmt.Sprint(f) {
		t.Fatalf("%q: %v to %d, strconv has %v", src, f, n, want)
	}
	return true
}

func TestSkipAt(t *testing.T) {
	for _, c := range []struct {
		text        string
		deeper      int
		compact, ok bool
	}{
		{`{"a":[1,2]}`, 0, true, true},
		{`{"a":[1,2]}`, 62, true, true},
		{`{"a":[1,2]}`, 63, true, false},
		{`{"a": [1,2]}`, 0, false, true},
		{`{"a" :[1,2]}`, 0, false, true},
		{`{"a":[1 ,2]}`, 0, false, true},
		{`{"a":[1,2 ]}`, 0, false, true},
		{`{"a":[ ]}`, 0, false, true},
		{"{\n}", 0, false, true},
		{`{"a ":1}`, 0, true, true},
		{`{"a":1,"a":1}`, 0, true, false},
		{`{"a":tru}`, 0, true, false},
	} {
		var s Scanner
		src := []byte(`"x",` + c.text + `,"y"`)
		s.Reset(src)
		end, compact, ok := s.SkipAt(4, c.deeper)
		if ok != c.ok || ok && (compact != c.compact || string(src[4:end]) != c.text) {
			t.Errorf("%s: to %d, compact %v, ok %v", c.text, end, compact, ok)
		}
		if text, ok := s.Text(); !ok || string(text) != "x" {
			t.Errorf("%s: moved the scanner", c.text)
		}
	}
}
