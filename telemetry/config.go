package telemetry

import (
	"fmt"
	"time"
)

// Policy says what becomes of a record with an error in it.
type Policy uint8

// The policies. A record is what a format repeats: an entity, a line, an uplink.
const (
	Stop Policy = iota // the error is returned and the batch is as it was before the call
	Skip               // the record is left out, with a finding; the rest is kept
	Keep               // as Skip, but a value of the wrong type is kept as Text with flag Coerced
)

// TimePolicy says what becomes of an observation without a time.
type TimePolicy uint8

// The time policies.
const (
	TimeOptional  TimePolicy = iota // it has NoTime and flag TimeStatic
	TimeRequired                    // an error of kind ErrTime
	TimeOfReceipt                   // it has the time of receipt and flag TimeReceived
)

// Limits on untrusted input. A zero field has the default in its comment.
type Limits struct {
	Bytes    int64 // of one message after decompression; 256 MiB
	Record   int   // bytes of one record of a stream; 16 MiB
	Depth    int   // of nested values; 64
	Rows     int   // of one message; 10,000,000
	Text     int   // bytes of a text or JSON value; 1 MiB
	Name     int   // bytes of an id or a name; 4,096
	Entries  int   // of each dictionary; 4,000,000
	Findings int   // kept; 1,000
}

// WithDefaults is l with the defaults in place of zeros.
func (l Limits) WithDefaults() Limits {
	set := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	if l.Bytes <= 0 {
		l.Bytes = 256 << 20
	}
	set(&l.Record, 16<<20)
	set(&l.Depth, 64)
	set(&l.Rows, 10_000_000)
	set(&l.Text, 1<<20)
	set(&l.Name, 4096)
	set(&l.Entries, 4_000_000)
	set(&l.Findings, 1000)
	return l
}

// Config is what every decoder has in common. Its zero value stops at the first bad
// record and accepts observations without time.
type Config struct {
	Source string // name of the input, for provenance and errors
	Policy Policy
	Time   TimePolicy
	Clock  func() time.Time // time of receipt; nil: none is recorded, and TimeOfReceipt is an error
	Zone   *time.Location   // of times without offset; nil: UTC, or what the format's standard says
	Limits Limits
}

// Received is the time of receipt by the clock, or NoTime without one. The error is
// an [*Error] if the policy needs a clock and there is none.
func (c Config) Received() (int64, error) {
	if c.Clock == nil {
		if c.Time == TimeOfReceipt {
			return NoTime, &Error{Kind: ErrConfig, Msg: "the time policy is that of receipt and there is no clock; set Config.Clock"}
		}
		return NoTime, nil
	}
	t := c.Clock()
	if y := t.Year(); y < 1678 || y > 2261 {
		return NoTime, &Error{Kind: ErrConfig, Msg: fmt.Sprintf("the clock says %v, outside 1678 to 2261", t)}
	}
	return t.UnixNano(), nil
}
