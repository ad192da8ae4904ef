package procurement

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// hostile are events that no file should hold, and that a log keeps.
func hostile() []Event {
	d := law.MustDate
	return []Event{
		{Kind: Formalised, Date: d("2025-01-01"), Party: "A\u2028\"\\<b>", Amount: law.Money{Cents: -5, Currency: "USD"}},
		{Kind: Recorded, Date: d("9999-12-31"), Facts: []Fact{Amount(FactEstimatedValue, law.Money{Cents: -1, Currency: "EUR", Tax: law.TaxIncluded}),
			{Name: FactCPI}, Number(FactJudgementWeight, -105), Number(FactDurationMonths, -1), {Name: FactBaseBudget}, {Name: FactContract}}},
		{Kind: Recorded, Case: "another", Note: "línea\nsegunda\t\x01"},
		{Kind: PhaseStarted, Date: d("0001-01-01"), Party: "A", Phase: MaxPhases, Lot: "no such lot", Until: d("2025-02-29"[:8] + "28")},
	}
}

func TestJSONRoundTrip(t *testing.T) {
	rules := NewRules(town(t))
	check := func(events []Event) {
		c := rules.NewCase("CPI ñ 1")
		require.NoError(t, c.Append(0, events...))
		text := c.AppendJSON(nil)
		require.True(t, json.Valid(text), "%s", text)
		back, err := rules.Decode("c.json", text)
		require.NoError(t, err, "%s", text)
		require.Equal(t, c.Events(), back.Events())
		require.Equal(t, c.ID(), back.ID())
		require.Equal(t, string(text), string(back.AppendJSON(nil)))
		at := law.MustDate("2026-12-01")
		require.Equal(t, c.Check(at), back.Check(at))
	}
	check(nil)
	check(openCase())
	check(hostile())
	for seed := range 200 {
		w := newWalker(rand.New(rand.NewPCG(uint64(seed), 3)), rules)
		for range 60 {
			if e, o, ok := w.propose(); ok {
				w.complete(&e, &o)
				w.push(t, e)
			}
		}
		check(w.c.Events())
	}
}

// TestDecodeErrors: the place of each problem is where ∑ stands.
func TestDecodeErrors(t *testing.T) {
	rules := NewRules(nil)
	for _, c := range []struct{ text, want string }{
		{`∑`, "ends too early"},
		{`{"id": "a", "events": []} ∑x`, "after the end"},
		{`{"id": "a", "events": [∑{"date": "2025-01-01"}]}`, `"kind" is missing`},
		{`{"id": "a", "events": [{"kind": ∑"needStatd"}]}`, `did you mean "needStated"`},
		{`{"id": "a", "events": [{"kind": "needStated", "date": ∑"2025-02-30"}]}`, "2025-02-30"},
		{`{"id": "a", "events": [{"kind": "needStated", "date": ∑"30/2/2025"}]}`, "write a date as 2026-03-31"},
		{`{"id": "a", "events": [{"kind": "needStated", ∑"kind": "paid"}]}`, "stands twice"},
		{`{"id": "a", "events": [{"kind": "needStated", "amount": ∑"5 euros"}]}`, "write an amount as"},
		{`{"id": "a", "events": [{"kind": "needStated", "facts": {∑"estimatedvalue": "5.00 EUR net"}}]}`, `unknown key`},
		{`{"id": "a", "events": [{"kind": "needStated", "facts": {"cpi": ∑"yes"}}]}`, "true or false"},
		{`{"id": "a", "events": [{"kind": "needStated", "facts": {"model": ∑"opne"}}]}`, `did you mean "open"`},
		{`{"id": "a", "events": [{"kind": "needStated", "facts": {"qualityWeight": ∑51.555}}]}`, "too many decimals"},
		{`{"id": "a", "events": [{"kind": "needStated", "phase": ∑0}]}`, "the least is 1"},
		{"{\"id\": \"a\", \"events\": [\n  {\"kind\": \"needStated\", \"documents\": [{\"kind\": ∑\"pliego\"}]}]}", "not known"},
		{`{"id": "a", "events": ∑[[[[[[[[[]]]]]]]]]}`, "deeper"},
		{`∑[]`, "list"},
	} {
		before, _, _ := strings.Cut(c.text, "∑")
		_, err := rules.Decode("c.json", []byte(strings.Replace(c.text, "∑", "", 1)))
		var errs Errors
		require.True(t, errors.As(err, &errs), "%s: %v", c.text, err)
		e := errs[0]
		require.Contains(t, e.Error(), c.want, c.text)
		line := 1 + strings.Count(before, "\n")
		if c.want != "deeper" { // points at the level, not at the list
			require.Equal(t, line, e.Line, "%s: %s", c.text, e)
			require.Equal(t, len(before)-strings.LastIndexByte(before, '\n'), e.Column, "%s: %s", c.text, e)
		}
	}
	_, err := rules.Decode("", []byte("{\"id\": \"\xff\"}"))
	require.ErrorIs(t, err, ErrEncoding)
	_, err = rules.Decode("", make([]byte, MaxJSON+1))
	require.ErrorIs(t, err, ErrLimit)
}

func FuzzDecode(f *testing.F) {
	rules := NewRules(nil)
	for _, es := range [][]Event{nil, openCase()[:3], hostile()} {
		c := rules.NewCase("x")
		if err := c.Append(0, es...); err != nil {
			f.Fatal(err)
		}
		f.Add(c.AppendJSON(nil))
	}
	f.Add([]byte(`{"id":"a","events":[{"kind":"paid","amount":"-0.01 USD"}]}`))
	at := law.MustDate("2026-01-01")
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := rules.Decode("f", text)
		if err != nil {
			var errs Errors
			if !errors.As(err, &errs) || len(errs) == 0 {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		again, err := rules.Decode("f", c.AppendJSON(nil))
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, c.AppendJSON(nil))
		}
		require.Equal(t, c.Events(), again.Events())
		require.Equal(t, c.Check(at), again.Check(at))
		c.Next(at)
		for _, x := range c.Check(at) {
			if x.Message("es") == "" || x.Guard == nil {
				t.Fatal("empty finding")
			}
		}
	})
}
