package receive

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

// Repeats says how messages that come twice are recognised. The zero Repeats: they are not.
type Repeats struct {
	Keep int           // how many answers are remembered; 0: none
	For  time.Duration // for how long, by Config.Decoder.Clock; 0: until others push them out
	// Digest recognises messages without an Idempotency-Key by their bytes. Only for formats whose readings
	// carry a time: a thermometer that says 21 twice has said two things.
	Digest bool
}

// repeats remembers answers by key, the oldest first out.
type repeats struct {
	cfg   Repeats
	clock func() time.Time
	mu    sync.Mutex
	known map[string]*memory
	queue []string // keys that are done, by age
}

type memory struct {
	digest [sha256.Size]byte
	answer *answer // nil: under way
	at     time.Time
}

func newRepeats(c Repeats, clock func() time.Time) *repeats {
	return &repeats{cfg: c, clock: clock, known: map[string]*memory{}}
}

func (m *repeats) now() time.Time {
	if m.clock == nil {
		return time.Time{}
	}
	return m.clock()
}

// begin says what becomes of a message: it is new (all nil), it was answered before (again), or it
// cannot be taken now (fault). Key is "" if the message is not to be remembered.
func (m *repeats) begin(header, format string, body []byte) (key string, again, fault *answer) {
	digest := sha256.Sum256(body)
	switch {
	case len(header) > 255:
		return "", nil, conflict(http.StatusBadRequest, "an Idempotency-Key of more than 255 bytes")
	case header != "":
		key = "key " + format + " " + header
	case m.cfg.Digest:
		key = "sha " + format + " " + string(digest[:])
	default:
		return "", nil, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget()
	old, ok := m.known[key]
	switch {
	case !ok:
		m.known[key] = &memory{digest: digest}
		return key, nil, nil
	case old.digest != digest:
		return "", nil, conflict(http.StatusUnprocessableEntity, "this Idempotency-Key came with another message before")
	case old.answer == nil:
		return "", nil, conflict(http.StatusConflict, "this message is being taken right now")
	}
	return "", old.answer, nil
}

// end remembers the answer of a message that was taken, and forgets any other.
func (m *repeats) end(key string, a *answer) {
	if key == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !a.taken {
		delete(m.known, key)
		return
	}
	m.known[key].answer = a
	m.known[key].at = m.now()
	m.queue = append(m.queue, key)
	m.forget()
}

// forget drops what is too old or too much. Messages under way are not counted: Config.Concurrent bounds them.
func (m *repeats) forget() {
	n := 0
	for n < len(m.queue) && (len(m.queue)-n > m.cfg.Keep || m.cfg.For > 0 && m.now().Sub(m.known[m.queue[n]].at) > m.cfg.For) {
		delete(m.known, m.queue[n])
		n++
	}
	if n > 0 {
		m.queue = append(m.queue[:0], m.queue[n:]...)
	}
}

func conflict(status int, msg string) *answer {
	a := &answer{header: http.Header{}}
	a.problem(status, msg, nil)
	return a
}
