package collect

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/internal/spelling"
)

// gazetteer finds the cities of a network, and the municipalities merged into
// them, by code or name. Not safe for concurrent use: it remembers answers.
type gazetteer struct {
	codes map[string]bool
	exact map[string][]string // name in lower case → codes
	loose map[string][]string // folded forms of the name → codes
	names []string            // folded, sorted, for proposals
	shown map[string]string   // folded → as written
	seen  map[string]match
	spent int // comparisons made for proposals
}

// maxProposals bounds the comparisons of a Read: a hostile file has a million
// unknown names.
const maxProposals = 5_000_000

// match is what a text was found to name.
type match struct {
	code    string // of the entity; "" if not taken
	problem string // code of a finding: an error if code is ""
	hint    string // cities meant, or the nearest name
}

func newGazetteer(n *indicators.Network) *gazetteer {
	g := &gazetteer{codes: map[string]bool{}, exact: map[string][]string{}, loose: map[string][]string{}, shown: map[string]string{}, seen: map[string]match{}}
	if n == nil {
		return g
	}
	for _, c := range n.Cities {
		g.add(c.Code, c.Name)
		for _, p := range c.Predecessors {
			g.add(p.Code, p.Name)
		}
	}
	for name := range g.shown {
		g.names = append(g.names, name)
	}
	slices.Sort(g.names)
	return g
}

func (g *gazetteer) add(code, name string) {
	g.codes[code] = true
	if name == "" {
		return
	}
	put := func(m map[string][]string, k string) {
		if k != "" && !slices.Contains(m[k], code) {
			m[k] = append(m[k], code)
		}
	}
	put(g.exact, spaced(strings.ToLower(name)))
	for _, f := range forms(name) {
		put(g.loose, f)
	}
	g.shown[words(name)] = name
}

// find resolves a code or a name.
func (g *gazetteer) find(s string) match {
	if p, ok := g.seen[s]; ok {
		return p
	}
	p := g.resolve(s)
	if len(g.seen) < 1<<16 {
		g.seen[strings.Clone(s)] = p
	}
	return p
}

func (g *gazetteer) resolve(s string) match {
	s = strings.TrimFunc(s, space)
	if isDigits(s) {
		return g.code(s)
	}
	for _, found := range [...][]string{g.exact[spaced(strings.ToLower(s))], g.lookup(s)} {
		switch {
		case len(found) == 1:
			return match{code: found[0]}
		case len(found) > 1:
			return match{problem: CodeAmbiguousCity, hint: strings.Join(slices.Sorted(slices.Values(found)), ", ")}
		}
	}
	if g.spent += len(g.names); g.spent > maxProposals {
		return match{problem: CodeUnknownCity}
	}
	near := nearest(words(s), g.names)
	return match{problem: CodeUnknownCity, hint: g.shown[near]}
}

// lookup is the codes of the cities that a name can mean. The whole name goes
// before the languages of a double one.
func (g *gazetteer) lookup(s string) []string {
	var found []string
	for i, f := range forms(s) {
		if i == 1 && len(found) > 0 {
			break
		}
		for _, c := range g.loose[f] {
			if !slices.Contains(found, c) {
				found = append(found, c)
			}
		}
	}
	return found
}

// code reads the codes of a municipality: five digits (INE); four, where a
// leading zero was lost; six, with the control digit of INE; eleven, of the
// population unit that is the whole municipality (…000000) or of the national
// geographic nomenclature (34, community, province, code).
func (g *gazetteer) code(s string) match {
	c := s
	lost := false
	switch len(s) {
	case 4:
		c, lost = "0"+s, true
	case 5:
		if n := "0" + s[:4]; s[:2] > "52" && !g.codes[s] && control(n) == s[4] && g.codes[n] {
			c, lost = n, true // six digits that lost their zero
		}
	case 6:
		if control(s[:5]) != s[5] {
			return match{problem: CodeUnknownCity}
		}
		c = s[:5]
	case 10:
		c, lost = "0"+s[:4], s[4:] == "000000"
		if !lost {
			return match{problem: CodeUnknownCity}
		}
	case 11:
		switch {
		case s[5:] == "000000":
			c = s[:5]
		case s[:2] == "34" && s[4:6] == s[6:8] && s[2:4] >= "01" && s[2:4] <= "19":
			c = s[6:]
		default:
			return match{problem: CodeUnknownCity}
		}
	}
	if !g.codes[c] {
		return match{problem: CodeUnknownCity}
	}
	p := match{code: c}
	if lost {
		p.problem = CodeLostZero
	}
	return p
}

// municipality reports whether s has the form of the code of one in Spain.
func municipality(s string) bool {
	s = strings.TrimFunc(s, space)
	if !isDigits(s) || len(s) < 4 || len(s) > 11 {
		return false
	}
	switch len(s) {
	case 4, 10:
		s = "0" + s
	case 6:
		if control(s[:5]) != s[5] {
			return false
		}
	case 11:
		if s[5:] != "000000" && s[:2] == "34" {
			s = s[6:]
		}
	case 5:
	default:
		return false
	}
	return s[:2] >= "01" && s[:2] <= "52" && s[2:5] != "000"
}

// control is the control digit of INE for a municipality code of five digits.
func control(code string) byte {
	const a, b, c = "0123456789", "0382741596", "0246813579"
	sum := 0
	for i, table := range [...]string{c, b, a, c, b} {
		sum += int(table[code[i]-'0'] - '0')
	}
	return byte('0' + (10-sum%10)%10)
}

// fold is s in lower case, without accents and compatibility forms.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// words is the letters and digits of s, folded, with one space between words.
func words(s string) string {
	return strings.Join(strings.FieldsFunc(fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// spaced is s with one space for each run of spaces.
func spaced(s string) string { return strings.Join(strings.FieldsFunc(s, space), " ") }

// articles stand after the name in official lists: "Rioja, La".
var articles = map[string]bool{
	"el": true, "la": true, "los": true, "las": true, "l": true, "els": true, "les": true, "es": true, "sa": true, "ses": true, "s": true,
	"o": true, "a": true, "os": true, "as": true, "lo": true,
}

// forms are the folded spellings under which a name is found: the whole, each
// language of a double name (Alicante/Alacant), each with its article in front.
func forms(name string) []string {
	var out []string
	put := func(s string) {
		if s = front(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	put(name)
	if parts := strings.Split(name, "/"); len(parts) > 1 {
		for _, p := range parts {
			put(p)
		}
	}
	return out
}

// front folds a name, with the article of "Rioja, La" and "Coruña (A)" first.
func front(s string) string {
	if strings.Contains(s, "/") {
		var parts []string
		for _, p := range strings.Split(s, "/") {
			parts = append(parts, front(p))
		}
		return strings.Join(parts, " / ")
	}
	name, article := s, ""
	if i := strings.LastIndexByte(s, ','); i >= 0 {
		name, article = s[:i], s[i+1:]
	} else if i := strings.LastIndexByte(s, '('); i >= 0 && strings.HasSuffix(strings.TrimSpace(s), ")") {
		name, article = s[:i], s[i+1:]
	}
	if a := words(article); articles[a] {
		return a + " " + words(name)
	}
	return words(s)
}

// nearest is the candidate with the fewest changes to s, "" if none is near: at
// most a third of its letters. Ties go to the first candidate.
func nearest(s string, candidates []string) string {
	if len(s) > 100 {
		return ""
	}
	return spelling.Nearest(s, candidates, len(s)/3+1)
}
