package law

// Mark says how far a row was checked against the text of the law.
type Mark uint8

// The marks, worst first, so that the smaller of two is the mark of what
// follows from both.
const (
	Unverified Mark = iota // ○ general knowledge, or a point on which readings differ
	Secondary              // ◐ read in a page or guide, not in the law
	Text                   // ✓ read in the article
)

// String is "unverified", "secondary" or "text".
func (m Mark) String() string { return nameOf(m, "unverified", "secondary", "text") }

// MarshalText is String.
func (m Mark) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what String writes; the empty text is Unverified.
func (m *Mark) UnmarshalText(b []byte) error {
	return parseName(m, b, "mark", []Mark{Unverified, Secondary, Text})
}

// Symbol is ○, ◐ or ✓.
func (m Mark) Symbol() string { return nameOf(m, "○", "◐", "✓") }

// Source says where a row stands in the law.
type Source struct {
	Act     string // short name: "LCSP", "LPAC", "RGLCAP", "RDL 3/2020", "LCTI", "Reg. 1182/71"
	Article string // "159.1.a", "DA 12"; several are separated by "; "
	SetBy   string // the act or order that gave the row its present words; empty: the act itself
	Gazette string // identifier in the official gazette of SetBy
	EU      string // regulation of the Union that set the figure
	Quote   string // words of the article in which the figure stands; empty if the text was not read
	Mark    Mark
}

// Cite is the act and article: "LCSP 156.2".
func (s Source) Cite() string {
	if s.Act == "" || s.Article == "" {
		return s.Act + s.Article
	}
	return s.Act + " " + s.Article
}

// String is Cite with the mark: "LCSP 156.2 ✓".
func (s Source) String() string {
	if s.Act == "" && s.Article == "" {
		return ""
	}
	return s.Cite() + " " + s.Mark.Symbol()
}

// IsZero says whether there is no source.
func (s Source) IsZero() bool { return s == Source{} }
