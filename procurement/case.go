package procurement

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/almotacen/almotacen/procurement/law"
)

// Case is the log of one procedure: dated events, only appended. What follows
// from them, state, findings, what may be done, is computed from the log and
// kept nowhere else. It is safe for concurrent use.
//
// Events count in order of date and, on the same day, of entry; one entered
// late takes its place. Nothing that was entered is ever refused for being
// unlawful or out of order: it is kept and [Case.Check] says what is wrong.
type Case struct {
	id    string
	rules *Rules

	mu      sync.RWMutex
	events  []Event
	refs    []ref   // of each event
	order   []int32 // indices of events by date, then entry
	lots    []string
	parties []string
	lotNo   map[string]int32
	partyNo map[string]int32
	ids     map[string]int32 // first event of an id
}

// ref is an event's lot and party by number, so that a fold compares no texts.
type ref struct {
	lot, party int32 // -1 if the event names none
	twin       int32 // index of an earlier event with the same id or content; -1 if none
}

// NewCase starts an empty case.
func (r *Rules) NewCase(id string) *Case {
	return &Case{id: id, rules: r, lotNo: map[string]int32{}, partyNo: map[string]int32{}, ids: map[string]int32{}}
}

// ID of the case.
func (c *Case) ID() string { return c.id }

// Version is the number of events in the log.
func (c *Case) Version() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.events)
}

// Events copies the log in the order of entry. Sequence numbers, in findings
// and elsewhere, count from 1 in this order.
func (c *Case) Events() []Event {
	c.mu.RLock()
	defer c.mu.RUnlock()
	out := make([]Event, len(c.events))
	for i := range c.events {
		out[i] = c.events[i].clone()
	}
	return out
}

// Append adds events at the end of the log, all or none. version is the one
// that the caller has seen: if the log has grown since, the error is an
// [*Error] of kind [ErrVersion] and the caller decides again with the new
// events before it. What cannot be kept, because of its size or its type, is
// an error of kind [ErrLimit] or [ErrValue]; everything else is kept.
func (c *Case) Append(version int, events ...Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if version != len(c.events) {
		return &Error{Code: "procurement.version", Err: ErrVersion,
			Msg: fmt.Sprintf("the case has %d events, not %d: read the new ones and decide again", len(c.events), version)}
	}
	lots, parties := len(c.lots), len(c.parties)
	var errs Errors
	if len(c.events)+len(events) > MaxEvents {
		errs = append(errs, &Error{Code: "procurement.limit", Err: ErrLimit, Msg: fmt.Sprintf("more than %d events", MaxEvents)})
	}
	for i := range events {
		errs = append(errs, events[i].storable(i)...)
	}
	if len(errs) == 0 {
		for i := range events {
			c.add(&events[i])
		}
		if len(c.lots) > MaxLots || len(c.parties) > MaxParties {
			errs = append(errs, &Error{Code: "procurement.limit", Err: ErrLimit, Msg: fmt.Sprintf("more than %d lots or %d firms", MaxLots, MaxParties)})
			c.truncate(version, lots, parties)
		}
	}
	return errs.Err()
}

// storable says what keeps an event from being stored at all.
func (e *Event) storable(i int) (errs Errors) {
	bad := func(kind error, pointer, msg string) {
		errs = append(errs, &Error{Code: "procurement." + kind.Error(), Pointer: fmt.Sprintf("/events/%d%s", i, pointer), Msg: msg, Err: kind})
	}
	if e.Kind == 0 || e.Kind >= numKinds {
		bad(ErrValue, "/kind", "no such kind of event; Kinds lists them")
	}
	if e.Phase < 0 || e.Phase > MaxPhases {
		bad(ErrLimit, "/phase", fmt.Sprintf("the phase is %d; write one from 1 to %d", e.Phase, MaxPhases))
	}
	if len(e.Facts) > MaxFacts || len(e.Documents) > MaxDocuments {
		bad(ErrLimit, "", fmt.Sprintf("more than %d facts or %d documents", MaxFacts, MaxDocuments))
		return errs
	}
	texts := []string{e.ID, e.Case, e.Lot, e.Party, e.Note}
	amounts := []law.Money{e.Amount}
	for j, f := range e.Facts {
		if f.Name == 0 || f.Name >= numFacts {
			bad(ErrValue, "/facts", "no such fact; FactNames lists them")
		}
		if slices.ContainsFunc(e.Facts[:j], func(g Fact) bool { return g.Name == f.Name }) {
			bad(ErrValue, "/facts/"+f.Name.String(), "the event states the fact twice")
		}
		if one := f.Name.Info().OneOf; f.Text != "" && len(one) > 0 && !slices.Contains(one, f.Text) {
			bad(ErrValue, "/facts/"+f.Name.String(), quote(f.Text)+" is not one of "+strings.Join(one, ", "))
		}
		if f.Number > maxNumber || f.Number < -maxNumber {
			bad(ErrValue, "/facts/"+f.Name.String(), "the number is too large")
		}
		texts, amounts = append(texts, f.Text), append(amounts, f.Money)
	}
	for _, d := range e.Documents {
		if d.Kind == 0 || d.Kind >= numDocuments {
			bad(ErrValue, "/documents", "no such kind of document; DocumentKinds lists them")
		}
		texts = append(texts, d.ID, d.Title, d.URL, d.SHA256)
	}
	for _, m := range amounts {
		if !currency(m.Currency) || m.Tax > law.TaxIncluded || m.Cents > maxCents || m.Cents < -maxCents {
			bad(ErrValue, "", quote(m.String())+" cannot be an amount; write one as \"216000.00 EUR net\"")
		}
	}
	for _, t := range texts {
		if !utf8.ValidString(t) {
			bad(ErrEncoding, "", "a text that is not UTF-8")
		}
		if len(t) > MaxText {
			bad(ErrLimit, "", fmt.Sprintf("a text of more than %d bytes", MaxText))
		}
	}
	return errs
}

// What an amount or a number can be at most, far beyond what the law's tables
// take, so that sums cannot overflow.
const (
	maxCents  = 1e16
	maxNumber = 1e8
)

func (c *Case) add(e *Event) {
	i := int32(len(c.events))
	r := ref{lot: number(&c.lots, c.lotNo, e.Lot), party: number(&c.parties, c.partyNo, e.Party), twin: -1}
	if e.ID != "" {
		if first, ok := c.ids[e.ID]; ok {
			r.twin = first
		} else {
			c.ids[e.ID] = i
		}
	}
	c.events = append(c.events, e.clone())
	c.refs = append(c.refs, r)
	at := len(c.order)
	for at > 0 && c.events[c.order[at-1]].Date.After(e.Date) {
		at--
	}
	c.order = slices.Insert(c.order, at, i)
}

// truncate takes back what a refused Append added.
func (c *Case) truncate(events, lots, parties int) {
	c.events, c.refs = c.events[:events], c.refs[:events]
	c.order = slices.DeleteFunc(c.order, func(i int32) bool { return int(i) >= events })
	for _, s := range c.lots[lots:] {
		delete(c.lotNo, s)
	}
	for _, s := range c.parties[parties:] {
		delete(c.partyNo, s)
	}
	c.lots, c.parties = c.lots[:lots], c.parties[:parties]
	for id, i := range c.ids {
		if int(i) >= events {
			delete(c.ids, id)
		}
	}
}

func number(names *[]string, no map[string]int32, s string) int32 {
	if s == "" {
		return -1
	}
	n, ok := no[s]
	if !ok {
		n = int32(len(*names))
		*names = append(*names, s)
		no[s] = n
	}
	return n
}
