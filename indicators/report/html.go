package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// markup is HTML written in this package. Only constants convert to it without
// saying so: a text of the data cannot become markup by mistake.
type markup string

// a is an attribute; one with an empty value is left out.
type a struct {
	name  markup
	value string
}

// page is a growing HTML document.
type page struct{ b []byte }

func (p *page) raw(m markup) { p.b = append(p.b, m...) }

// open writes a start tag.
func (p *page) open(tag markup, attrs ...a) {
	p.b = append(p.b, '<')
	p.b = append(p.b, tag...)
	for _, at := range attrs {
		if at.value == "" {
			continue
		}
		p.b = append(p.b, ' ')
		p.b = append(p.b, at.name...)
		p.b = append(p.b, '=', '"')
		p.b = appendEscaped(p.b, at.value)
		p.b = append(p.b, '"')
	}
	p.b = append(p.b, '>')
}

func (p *page) close(tag markup) {
	p.b = append(p.b, '<', '/')
	p.b = append(p.b, tag...)
	p.b = append(p.b, '>')
}

// text writes character data; what is written from right to left is isolated
// from its surroundings.
func (p *page) text(s string) {
	if rightToLeft(s) {
		p.raw("<bdi>")
		p.b = appendEscaped(p.b, s)
		p.raw("</bdi>")
		return
	}
	p.b = appendEscaped(p.b, s)
}

// el writes an element with text only.
func (p *page) el(tag markup, s string, attrs ...a) {
	p.open(tag, attrs...)
	p.text(s)
	p.close(tag)
}

// plain writes an element whose content may hold no other element: title, desc and text of SVG.
func (p *page) plain(tag markup, s string, attrs ...a) {
	p.open(tag, attrs...)
	p.b = appendEscaped(p.b, s)
	p.close(tag)
}

func (p *page) link(href, s string, attrs ...a) {
	p.el("a", s, append([]a{{"href", href}}, attrs...)...)
}

// appendEscaped escapes text for content and double-quoted attributes alike.
// Bytes that are not UTF-8 and control characters become U+FFFD, marks that
// change the direction of what follows them are dropped.
func appendEscaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch c {
			case '&':
				dst = append(dst, "&amp;"...)
			case '<':
				dst = append(dst, "&lt;"...)
			case '>':
				dst = append(dst, "&gt;"...)
			case '"':
				dst = append(dst, "&quot;"...)
			case '\'':
				dst = append(dst, "&#39;"...)
			case '\n', '\t':
				dst = append(dst, c)
			case '\r':
			default:
				if c < ' ' || c == 0x7f {
					dst = append(dst, "\uFFFD"...)
				} else {
					dst = append(dst, c)
				}
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == utf8.RuneError && n == 1, r >= 0x80 && r < 0xa0, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
			dst = append(dst, "\uFFFD"...)
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		default:
			dst = append(dst, s[i-n:i]...)
		}
	}
	return dst
}

func rightToLeft(s string) bool {
	for _, r := range s {
		if r >= 0x0590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return true
		}
	}
	return false
}

// safeURL is u if it is a web or mail address, else "".
func safeURL(u string) string {
	l := strings.ToLower(u)
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if strings.HasPrefix(l, scheme) && len(l) > len(scheme) {
			return u
		}
	}
	return ""
}

// anchors hands out ids: ASCII, unique in the page, the same for the same keys in the same order.
type anchors map[string]bool

func (ids anchors) make(kind, key string) string {
	var b strings.Builder
	b.WriteString(kind)
	b.WriteByte('-')
	for _, r := range strings.ToLower(key) {
		if b.Len() > 64 {
			break
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	id := b.String()
	for n := 2; ids[id]; n++ {
		id = b.String() + "-" + strconv.Itoa(n)
	}
	ids[id] = true
	return id
}

// shortest is the shortest decimal that reads back as v.
func shortest(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
