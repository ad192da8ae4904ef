package sdm

import "github.com/almotacen/almotacen/internal/instant"

// quickFormats know at a glance most texts that a format allows. What they do not know, the
// engine's own check decides.
var quickFormats = map[string]func([]byte) bool{
	"date-time": quickDateTime,
	"uri":       quickURI,
}

// quickDateTime knows 2006-01-02T15:04:05Z with or without fraction or offset.
func quickDateTime(p []byte) bool {
	if len(p) < 20 || p[10] != 'T' || p[4] != '-' || len(p) > 19 && p[19] == ',' {
		return false
	}
	t, problem := instant.Parse(p)
	return problem == 0 && t.Flags&instant.Leap == 0 && t.Precision <= instant.Second && t.Offset != instant.NoOffset &&
		!(p[11] == '2' && p[12] == '4') && (p[len(p)-1] == 'Z' || p[len(p)-3] == ':')
}

// uriBytes may stand in any part of a URI behind the host without further ado.
var uriBytes = func() (t [256]bool) {
	for c := range 128 {
		t[c] = c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '.' || c == '_' || c == '~' || c == '/'
	}
	return t
}()

// quickURI knows http and https addresses of plain letters, and urn:a:b.
func quickURI(p []byte) bool {
	i := 0
	for i < len(p) && (p[i] >= 'a' && p[i] <= 'z') {
		i++
	}
	if i == 0 || i >= len(p) || p[i] != ':' {
		return false
	}
	rest := p[i+1:]
	if len(rest) > 2 && rest[0] == '/' && rest[1] == '/' {
		for _, c := range rest[2:] {
			if !uriBytes[c] {
				return false
			}
		}
		return rest[2] != '/'
	}
	for _, c := range rest {
		if !uriBytes[c] && c != ':' || c == '/' {
			return false
		}
	}
	return len(rest) > 0
}
