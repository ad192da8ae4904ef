package aggregate

import (
	"fmt"
	"math"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

// MorselRows is the number of rows of the first morsels. A morsel is a stretch of the
// input, by position, whose float64 sums are made before they merge: 64 batches of 2,048,
// from 256 batches on longer ones, two for each doubling, up to 512 batches. Goroutines
// take whole morsels; merging costs less where they are long.
const MorselRows = 64 * chunkRows

const (
	chunkRows   = 2048
	greatMorsel = 8 * MorselRows
)

// morselEnd is where the morsel of the row at a position ends.
func morselEnd(at int64) int64 {
	size := int64(MorselRows)
	for size < greatMorsel && at >= 4*size {
		size *= 2
	}
	return at - at%size + size
}

// Form is how numbers are kept.
type Form uint8

// The forms.
const (
	Decimal Form = iota // scaled integers, exact: see [Moments]
	Float               // float64: see [Real]
	// Text is for texts: a reading counts 1 if it is one of Measure.Texts and 0
	// otherwise, as a Decimal. Its mean is a share, its time-weighted mean the share
	// of time in a state.
	Text
)

// Keep is a set of states that a measure keeps besides its sums, which it always keeps.
type Keep uint16

// The states.
const (
	KeepValues    Keep = 1 << iota // every number: exact quantiles, 8 to 16 bytes a reading, less where few differ
	KeepHistogram                  // quantiles to 0.39 %, 512 bytes a doubling
	KeepEntities                   // how many different entities there are
	KeepDistinct                   // how many different numbers or texts
	KeepTop                        // the most frequent numbers or texts; see State.Top
	KeepEnds                       // first and last reading
	KeepCircle                     // mean direction, of Measure.Turn
	keepAll       = 1<<iota - 1
)

// TopKeys is how many different keys a State.Top holds.
const TopKeys = 4096

// Group is what rows are put together by: a station, a street, a district, a city.
type Group struct {
	ID   string         // "": the entity is left out, and counted
	Zone *time.Location // whose windows; nil: Config.Zone
}

// Measure is what is computed of one attribute.
type Measure struct {
	ID        string // unique; that of the result
	Attribute string // as the batches have it
	Dataset   string // "": of any

	// Unit is that of the figures. Rows in another unit are converted, exactly and
	// rounded once; rows in one that does not convert are rejected; rows without a
	// unit are taken as they are. Zero: units of rows are not looked at.
	Unit unit.Unit

	Form     Form
	Decimals uint8 // of Decimal, 1 to MaxScale; 0: 6. Whole numbers are decimals at any scale

	Keep Keep

	// Turn is where numbers begin again that go round: 360 for a direction in degrees, 24
	// for an hour of the day. They have a Direction (KeepCircle) and no sum, mean or
	// extremes. 0: those of angles (deg, rad) are refused, too, unless Turn is +Inf: angles
	// that do not go round, of a slope.
	Turn float64

	// Intervals is where readings of a span of time count; AtStart.
	Intervals Placement

	// Hold keeps the integral over time of each series ([Timed], [Span]); MaxAge is the
	// longest time for which a reading stands, and must be set with it.
	Hold   Hold
	MaxAge time.Duration
	// Meter, if it is set, keeps the increase of each series ([Counter], [Increase]).
	Meter *Meter
	// Once makes readings pass in the order of time, series by series (the entity's
	// readings of Attribute and Dataset): repeated ones are counted and left out, of
	// those in conflict one counts by Config.Conflict, late ones by Config.Lateness are
	// rejected. With Hold and Meter it is always so. Form Float cannot be.
	Once bool

	// Texts are those that count 1, of form Text.
	Texts []string
	// Threshold, if it is set, makes a number count 1 if it is above and 0 otherwise,
	// after conversion and bounds.
	Threshold *float64

	// Accept are the qualities that count; nil: all but telemetry.Invalid.
	Accept []telemetry.Quality
	// Least and Greatest bound what is a reading, after conversion; both 0: no bound.
	Least, Greatest float64
	// Sentinels are numbers that stand for "no value", before conversion: -999.
	Sentinels []float64
}

// Config says what is aggregated. The zero Config has no measures.
type Config struct {
	Measures []Measure
	// Window is the frequency of the windows; None: one for all time.
	Window period.Freq
	// Zone is that of groups which name none; nil: UTC.
	Zone *time.Location
	// Group places an entity; nil: every entity is a group, with its ID. It must be
	// a function of its argument only. It is called once for each entity.
	Group func(telemetry.Entity) Group
	// From and To are the times that count, from ≤ t < to; zero: no bound. What is
	// outside is counted in Totals and left out: clocks of 1970 and 2036.
	From, To time.Time
	// Sources are names of sources, from the least trusted: of two readings of one
	// entity and time that of the later source is the last. See [Reading].
	Sources []string
	// Lateness is how far a row may lie behind the latest one of its series, in the
	// measures that need an order; what comes later is counted as late and left out of
	// the sums. 0: rows of a series come in order. See [AnyOrder].
	Lateness time.Duration
	Conflict Conflict
	// SpillDir is a directory of this aggregator alone, for states beyond Limits.States: they are written there
	// and read again for results (Each, Result). "": more states are an error. States
	// of measures that need an order stay in memory.
	SpillDir string
	// Workers is the most goroutines that AddAll, Run and the making of results use; 0 or 1: the caller's.
	Workers int
	Limits  Limits
	// Progress, if it is set, is told while rows are added how far the aggregator is: at
	// most ten times a second by Clock, which must be given with it, one call at a time,
	// from the goroutines that work. It must not use the aggregator.
	Progress func(Progress)
	Clock    func() time.Time
}

// Limits bound memory. A zero field has the default in its comment; beyond one, an error
// of kind ErrLimit says which, where, and what to do. [Aggregator.MemoryBytes] is what is
// held. States, Sketches, Values and Pending are of each worker.
type Limits struct {
	// States are of all measures together, of some 100 bytes each, and 1,100 if it has
	// numbers with more decimals than its scale; 2^20.
	States   int
	Windows  int   // of one frequency between the first and the last time; 2^20
	Entities int   // different ones, of some 250 bytes; 2^22
	Sketches int64 // bytes of histograms, distinct counts, frequent keys and counts of decimals; 2^30
	Values   int   // numbers of KeepValues, of 8 bytes, 16 where groups alternate, but for those counted as decimals; 2^26
	Pending  int   // readings that wait for earlier ones, of some 8 to 16 bytes, or 32 with offsets in sources; 2^24
	Dense    int   // slots of the direct index of a measure, of 4 bytes; beyond it a hash is used; 2^22
}

func (l Limits) withDefaults() Limits {
	set := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	set(&l.States, 1<<20)
	set(&l.Windows, 1<<20)
	set(&l.Entities, 1<<22)
	set(&l.Values, 1<<26)
	if l.Sketches <= 0 {
		l.Sketches = 1 << 30
	}
	set(&l.Pending, 1<<24)
	set(&l.Dense, 1<<22)
	l.States = min(l.States, math.MaxInt32)
	return l
}

// measure is a Measure checked and ready.
type measure struct {
	Measure
	scale    uint8
	ten      float64
	accept   uint32 // bit by quality
	bounded  bool
	sentinel bool
	ordered  bool // readings pass a stage
	modulus  int64
	noise    int64
	changes  bool // what counts is not the number itself
	atEnd    bool // readings of spans have the time of their end
	circular bool // numbers go round
}

func compile(c Config) ([]measure, error) {
	if len(c.Measures) == 0 {
		return nil, &Error{Kind: ErrConfig, Msg: "no measures; name at least one"}
	}
	if !c.From.IsZero() && !c.To.IsZero() && !c.From.Before(c.To) {
		return nil, &Error{Kind: ErrConfig, Msg: fmt.Sprintf("from %v to %v is no time; To is later", c.From, c.To)}
	}
	if _, err := c.Window.MarshalText(); err != nil {
		return nil, &Error{Kind: ErrConfig, Msg: "unknown frequency of windows", Err: err}
	}
	if c.Lateness < 0 || c.Conflict > Neither {
		return nil, &Error{Kind: ErrConfig, Msg: fmt.Sprintf("lateness %v, conflict rule %d", c.Lateness, c.Conflict)}
	}
	if c.Progress != nil && c.Clock == nil {
		return nil, &Error{Kind: ErrConfig, Msg: "Progress is told by a clock; give Config.Clock"}
	}
	seen := map[string]bool{}
	out := make([]measure, 0, len(c.Measures))
	for _, m := range c.Measures {
		bad := func(format string, a ...any) error {
			return &Error{Kind: ErrConfig, Measure: m.ID, Msg: fmt.Sprintf(format, a...)}
		}
		switch {
		case m.ID == "" || seen[m.ID]:
			return nil, bad("measures need an ID of their own")
		case m.Attribute == "":
			return nil, bad("no attribute")
		case m.Form > Text || m.Keep > keepAll:
			return nil, bad("unknown form %d or states %b", m.Form, m.Keep)
		case m.Intervals > AtEnd:
			return nil, bad("unknown placement %d of intervals", m.Intervals)
		case !(m.Turn >= 0):
			return nil, bad("numbers that begin again at %v", m.Turn)
		case m.Keep&KeepCircle != 0 && (m.Turn == 0 || math.IsInf(m.Turn, 1) || m.Form == Text || m.Threshold != nil):
			return nil, bad("a mean direction needs Turn, the number at which numbers begin again (360), and the numbers themselves")
		case m.Decimals > MaxScale:
			return nil, bad("%d decimals; at most %d", m.Decimals, MaxScale)
		case m.Hold > Linear || m.Hold != NotHeld && m.MaxAge <= 0 || m.Hold == NotHeld && m.MaxAge != 0:
			return nil, bad("hold %d with max age %v; Step and Linear need an age above 0", m.Hold, m.MaxAge)
		case m.Form == Float && (m.Hold != NotHeld || m.Meter != nil || m.Once):
			return nil, bad("form Float keeps no order of readings; use Decimal")
		case m.Form == Text && (m.Meter != nil || (m.Once || m.Hold != NotHeld) && m.Keep&(KeepDistinct|KeepTop) != 0):
			return nil, bad("texts have no increase, and with Once or Hold no distinct or most frequent ones; make another measure of the attribute")
		case m.Form == Text && (m.Threshold != nil || m.Least != 0 || m.Greatest != 0 || m.Sentinels != nil || !m.Unit.IsZero()):
			return nil, bad("texts have no unit, bounds, sentinels or threshold")
		case m.Form != Text && m.Texts != nil:
			return nil, bad("Texts are of form Text")
		case m.Threshold != nil && math.IsNaN(*m.Threshold):
			return nil, bad("the threshold is not a number")
		case m.Least > m.Greatest || math.IsNaN(m.Least) || math.IsNaN(m.Greatest):
			return nil, bad("readings from %v to %v", m.Least, m.Greatest)
		}
		seen[m.ID] = true
		x := measure{Measure: m, scale: m.Decimals, accept: ^uint32(1 << telemetry.Invalid)}
		if x.scale == 0 {
			x.scale = 6
		}
		x.ten = float64(pow10[x.scale])
		if m.Accept != nil {
			x.accept = 0
			for _, q := range m.Accept {
				x.accept |= 1 << (q & 31)
			}
		}
		x.bounded = m.Least != 0 || m.Greatest != 0
		x.ordered = m.Once || m.Hold != NotHeld || m.Meter != nil
		if m.Meter != nil {
			var ok1, ok2 bool
			x.modulus, _, ok1 = nearestDecimal(m.Meter.Modulus, x.scale)
			x.noise, _, ok2 = nearestDecimal(m.Meter.Noise, x.scale)
			if !ok1 || !ok2 || x.modulus < 0 || x.noise < 0 {
				return nil, bad("meter of modulus %v, noise %v", m.Meter.Modulus, m.Meter.Noise)
			}
		}
		x.changes = m.Form == Text || m.Threshold != nil
		x.sentinel = len(m.Sentinels) > 0
		x.circular = !x.changes && (m.Turn > 0 && !math.IsInf(m.Turn, 1) || m.Turn == 0 && m.Unit.SameDimension(unit.MustParse("deg")))
		x.atEnd = m.Intervals == AtEnd || m.Meter != nil
		out = append(out, x)
	}
	return out, nil
}
