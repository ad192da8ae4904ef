package procurement

// Bounds of one case. A log beyond them is refused whole, with ErrLimit.
const (
	MaxEvents    = 20_000   // events of a case
	MaxLots      = 1_000    // lots of a case
	MaxParties   = 1_000    // firms of a case
	MaxPhases    = 20       // phases of a partnership
	MaxDocuments = 50       // documents of an event
	MaxFacts     = 50       // facts of an event
	MaxText      = 2_000    // bytes of a text: notes, titles, names
	MaxJSON      = 16 << 20 // bytes of a case in JSON
	MaxErrors    = 100      // problems reported of one text
)

// What a case in JSON cannot reach: levels, and values in all.
const (
	maxDepth  = 8
	maxValues = 500_000
)
