package collect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// input is the text of a file. Its bytes are UTF-8, or Windows-1252 when legacy
// is set; both agree on ASCII, so that rows are found in either.
type input struct {
	data   []byte
	legacy bool // Windows-1252
	valid  bool // all of data is valid in its encoding
	mixed  bool // UTF-8 with rows that are not
}

// load reads at most t.MaxBytes and finds out the encoding: what a byte order
// mark or the table says; else UTF-8 if the bytes are; else Windows-1252 if no
// line beyond ASCII is UTF-8, since a line of the one is practically never one
// of the other; else a mixture, whose lines in UTF-8 are taken.
func load(r io.Reader, t Table, s *sink) (*input, error) {
	limit := t.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, &Error{Code: ErrRead, File: t.Name, Msg: "the file could not be read to its end", Err: err}
	}
	if int64(len(data)) > limit {
		return nil, &Error{Code: ErrLimit, File: t.Name, Msg: fmt.Sprintf("longer than %d bytes: split the file or raise maxBytes", limit)}
	}
	want, ok := encodingName(t.Encoding)
	if !ok {
		return nil, &Error{Code: ErrConfig, File: t.Name, Msg: fmt.Sprintf("encoding %q: write utf-8, windows-1252 or utf-16", t.Encoding)}
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
		return nil, &Error{Code: ErrEncoding, File: t.Name, Line: 1, Msg: "a workbook or compressed file, not a text table: save the sheet as CSV"}
	}
	found := ""
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data, found = data[3:], "utf-8"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		found = "utf-16"
	}
	if found != "" && want != "" && found != want {
		return nil, &Error{Code: ErrEncoding, File: t.Name, Line: 1, Msg: fmt.Sprintf("the byte order mark is that of %s and the table says %s: correct the table", found, t.Encoding)}
	}
	if want == "utf-16" && found == "" {
		return nil, &Error{Code: ErrEncoding, File: t.Name, Line: 1, Msg: "UTF-16 without byte order mark: save the file as UTF-8"}
	}
	if found == "utf-16" {
		if data, err = fromUTF16(data, limit); err != nil {
			return nil, &Error{Code: ErrEncoding, File: t.Name, Msg: err.Error()}
		}
	}
	in := &input{data: data}
	if found == "" {
		found = want
	}
	switch found {
	case "windows-1252":
		in.legacy = true
		in.valid = !hasUndefined(data)
		return in, nil
	case "utf-8", "utf-16":
		in.valid = utf8.Valid(data)
		return in, nil
	}
	if utf8.Valid(data) {
		in.valid = true
		return in, nil
	}
	first, firstByte, legacy, modern := 0, byte(0), false, false
	line := 0
	for rest := data; len(rest) > 0; {
		var l []byte
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			l, rest = rest[:i], rest[i+1:]
		} else {
			l, rest = rest, nil
		}
		line++
		switch i := invalidAt(l); {
		case i >= 0:
			if !legacy {
				first, firstByte = line, l[i]
			}
			legacy = true
		case !modern && !ascii(l):
			modern = true
		}
	}
	if modern {
		in.mixed = true
		return in, nil
	}
	in.legacy = true
	in.valid = !hasUndefined(data)
	s.add(Finding{Code: CodeEncoding, Severity: Info, File: t.Name, Line: first, Args: map[string]string{"byte": fmt.Sprintf("0x%02X", firstByte)}})
	return in, nil
}

func encodingName(s string) (string, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "":
		return "", true
	case "utf-8", "utf8":
		return "utf-8", true
	case "windows-1252", "cp1252", "win-1252":
		return "windows-1252", true
	case "utf-16", "utf16":
		return "utf-16", true
	}
	return "", false
}

// invalidAt is the index of the first byte that is not UTF-8, or -1.
func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fromUTF16 converts text with a byte order mark to UTF-8 of at most limit bytes.
func fromUTF16(data []byte, limit int64) ([]byte, error) {
	order := binary.ByteOrder(binary.LittleEndian)
	if data[0] == 0xfe {
		order = binary.BigEndian
	}
	data = data[2:]
	if len(data)%2 != 0 {
		return nil, fmt.Errorf("UTF-16 with an odd number of bytes: the file is cut off")
	}
	out := make([]byte, 0, len(data)/2+len(data)/8)
	for i := 0; i < len(data); i += 2 {
		r := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if i+3 < len(data) {
				low = rune(order.Uint16(data[i+2:]))
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				out = append(out, 0xff) // makes its row invalid, which is then reported
				continue
			}
			i += 2
		}
		out = utf8.AppendRune(out, r)
		if int64(len(out)) > 2*limit {
			return nil, fmt.Errorf("longer than %d bytes as UTF-8: split the file or raise maxBytes", 2*limit)
		}
	}
	return out, nil
}

// high is Windows-1252 from 0x80 to 0x9F, 0 where it has no character (WHATWG
// maps those to controls; a file of figures has no use for them).
var high = [32]rune{
	0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
}

func undefined(c byte) bool { return c >= 0x80 && c < 0xa0 && high[c-0x80] == 0 }

func hasUndefined(b []byte) bool {
	for _, c := range b {
		if undefined(c) {
			return true
		}
	}
	return false
}

// appendLegacy appends Windows-1252 text as UTF-8.
func appendLegacy(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c < 0x80:
			dst = append(dst, c)
		case c < 0xa0:
			r := high[c-0x80]
			if r == 0 {
				r = utf8.RuneError
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = utf8.AppendRune(dst, rune(c))
		}
	}
	return dst
}

// wrong is the first byte of a row that is no text in the encoding, and its byte
// column from 1; ok if there is none.
func (in *input) wrong(row []byte) (c byte, column int, ok bool) {
	if in.valid {
		return 0, 0, true
	}
	if !in.legacy {
		if i := invalidAt(row); i >= 0 {
			return row[i], i + 1, false
		}
		return 0, 0, true
	}
	for i, c := range row {
		if undefined(c) {
			return c, i + 1, false
		}
	}
	return 0, 0, true
}
