package procurement

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// TestBadInput: each defect is kept in the log and answered with a breach or an
// unknown of a guard with an article; the log and the other events stay as
// they were.
func TestBadInput(t *testing.T) {
	d := law.MustDate
	money := func(s string) law.Money { m, _ := parseMoney(s); return m }
	for _, c := range []struct {
		name    string
		event   Event
		at      string
		guard   string
		verdict Verdict
		article string
	}{
		{"out of order", Event{Kind: Awarded, Date: d("2025-02-01"), Party: "B", Amount: law.Net(1)}, "2026-12-01", "log-order", Breach, "LPAC 70.1"},
		{"in the future", Event{Kind: Recorded, Date: d("2027-01-01")}, "2026-12-01", "log-date", Unknown, "LPAC 70.1"},
		{"without date", Event{Kind: Recorded}, "2026-12-01", "log-date", Unknown, "LPAC 70.1"},
		{"before its legal basis", Event{Kind: NeedStated, Date: d("2018-03-08")}, "2026-12-01", "log-basis", Unknown, "LCSP DT 1.1"},
		{"innovation before its legal basis", Event{Kind: Recorded, Date: d("2021-05-05"), Facts: []Fact{Yes(FactCPI)}}, "2026-12-01", "log-basis", Unknown, "LCSP DT 1.1"},
		{"duplicate of an act done once", Event{Kind: FileApproved, Date: d("2025-04-02")}, "2026-12-01", "log-duplicate", Breach, "LPAC 70.1"},
		{"duplicate id", Event{Kind: Recorded, ID: "first", Date: d("2025-04-02")}, "2026-12-01", "log-duplicate", Breach, "LPAC 70.1"},
		{"from another case", Event{Kind: Recorded, Case: "CPI-9", Date: d("2025-04-02")}, "2026-12-01", "log-case", Breach, "LPAC 70.1"},
		{"negative amount", Event{Kind: Recorded, Date: d("2025-04-02"), Amount: money("-5.00 EUR net")}, "2026-12-01", "log-amount", Breach, "LCSP 102.1"},
		{"other currency", Event{Kind: Recorded, Date: d("2025-04-02"), Amount: money("5.00 USD net")}, "2026-12-01", "log-currency", Breach, "LCSP 102.2"},
		{"no currency", Event{Kind: Recorded, Date: d("2025-04-02"), Amount: money("5.00 net")}, "2026-12-01", "log-currency", Unknown, "LCSP 102.2"},
		{"VAT where it must not be", Event{Kind: Recorded, Date: d("2025-04-02"), Facts: []Fact{Amount(FactEstimatedValue, money("5.00 EUR gross"))}}, "2026-12-01", "log-vat", Breach, "LCSP 101.1"},
		{"VAT missing where it must be", Event{Kind: Recorded, Date: d("2025-04-02"), Facts: []Fact{Amount(FactBaseBudget, money("5.00 EUR net"))}}, "2026-12-01", "log-vat", Breach, "LCSP 101.1"},
		{"VAT not stated", Event{Kind: Recorded, Date: d("2025-04-02"), Amount: money("5.00 EUR")}, "2026-12-01", "log-vat", Unknown, "LCSP 101.1"},
		{"negative count", Event{Kind: Recorded, Date: d("2025-04-02"), Facts: []Fact{Number(FactQualified, -1)}}, "2026-12-01", "log-amount", Breach, "LCSP 102.1"},
		{"no party", Event{Kind: OfferReceived, Date: d("2025-04-17")}, "2026-12-01", "log-scope", Unknown, "LPAC 70.1"},
		{"a lot that was not declared", Event{Kind: EnvelopeOpened, Lot: "7", Date: d("2025-04-23")}, "2026-12-01", "log-scope", Breach, "LPAC 70.1"},
		{"a firm that did not offer", Event{Kind: OfferScored, Party: "Z", Date: d("2025-04-23")}, "2026-12-01", "log-scope", Unknown, "LPAC 70.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := NewRules(town(t))
			first := openCase()
			first[0].ID = "first"
			sound := rules.NewCase("CPI-1")
			require.NoError(t, sound.Append(0, first...))
			x := rules.NewCase("CPI-1")
			require.NoError(t, x.Append(0, first...))
			require.NoError(t, x.Append(len(first), c.event))
			require.Equal(t, append(sound.Events(), c.event), x.Events(), "the log is kept as entered")
			at := d(c.at)
			i := slices.IndexFunc(x.Check(at), func(f Finding) bool {
				return f.Guard.ID == c.guard && f.Event == len(first)+1 && f.Verdict == c.verdict
			})
			require.GreaterOrEqual(t, i, 0, "%v", messages(x.Check(at)))
			require.Equal(t, c.article, x.Check(at)[i].Guard.Source.Cite())
			require.Equal(t, sound.Status(at).Case, x.Status(at).Case)
			require.Equal(t, sound.Status(at).Contracts, x.Status(at).Contracts)
		})
	}
}

func messages(fs []Finding) (out []string) {
	for _, f := range fs {
		if f.Verdict != OK {
			out = append(out, f.Message("en"))
		}
	}
	return out
}

// TestRefusedWhole: what cannot be stored is refused with its kind, and the log
// is as before.
func TestRefusedWhole(t *testing.T) {
	long := strings.Repeat("x", MaxText+1)
	for _, c := range []struct {
		event Event
		kind  error
	}{
		{Event{}, ErrValue},
		{Event{Kind: numKinds}, ErrValue},
		{Event{Kind: Recorded, Note: long}, ErrLimit},
		{Event{Kind: Recorded, Note: "\xff"}, ErrEncoding},
		{Event{Kind: Recorded, Phase: -1}, ErrLimit},
		{Event{Kind: Recorded, Facts: []Fact{{}}}, ErrValue},
		{Event{Kind: Recorded, Facts: []Fact{Yes(FactCPI), No(FactCPI)}}, ErrValue},
		{Event{Kind: Recorded, Facts: []Fact{Says(FactModel, "openn")}}, ErrValue},
		{Event{Kind: Recorded, Documents: make([]Document, MaxDocuments+1)}, ErrLimit},
		{Event{Kind: Recorded, Documents: []Document{{}}}, ErrValue},
		{Event{Kind: Recorded, Amount: law.Money{Cents: 1, Currency: "euros"}}, ErrValue},
		{Event{Kind: Recorded, Amount: law.Money{Cents: 1 << 62, Currency: "EUR"}}, ErrValue},
	} {
		x := NewRules(nil).NewCase("x")
		require.NoError(t, x.Append(0, Event{Kind: Recorded, Party: "A"}))
		err := x.Append(1, Event{Kind: Recorded, Party: "B", ID: "b"}, c.event)
		require.ErrorIs(t, err, c.kind)
		var e *Error
		require.True(t, errors.As(err, &e))
		require.NotEmpty(t, e.Msg)
		require.Equal(t, 1, x.Version())
	}
	x := NewRules(nil).NewCase("x")
	many := make([]Event, MaxParties+1)
	for i := range many {
		many[i] = Event{Kind: OfferReceived, Party: fmt.Sprint(i), ID: fmt.Sprint(i)}
	}
	require.ErrorIs(t, x.Append(0, many...), ErrLimit)
	require.Zero(t, x.Version())
	require.NoError(t, x.Append(0, many[:10]...), "what was refused left nothing behind")
	require.Equal(t, many[:10], x.Events())
}

// TestVersion: of many writers that saw the same version one gets in.
func TestVersion(t *testing.T) {
	x := NewRules(nil).NewCase("x")
	var wg sync.WaitGroup
	var mu sync.Mutex
	in := 0
	for range 20 {
		wg.Go(func() {
			err := x.Append(0, Event{Kind: IdeaRecorded, Date: law.MustDate("2025-01-01")})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				in++
			} else if !errors.Is(err, ErrVersion) {
				t.Error(err)
			}
			x.Check(law.MustDate("2025-01-02"))
			x.Next(law.MustDate("2025-01-02"))
		})
	}
	wg.Wait()
	require.Equal(t, 1, in)
	require.Equal(t, 1, x.Version())
}

// TestEntryOrder: events entered in any order, with ids, lead to the same
// state, as long as those of one day keep theirs; and nothing that a caller
// keeps can change the log.
func TestEntryOrder(t *testing.T) {
	rules := NewRules(town(t))
	at := law.MustDate("2026-07-02")
	events := openCase()
	a := rules.NewCase("x")
	require.NoError(t, a.Append(0, events...))
	want := a.Status(at)
	for seed := range 50 {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		day := map[law.Date]int{}
		for _, e := range events {
			if _, ok := day[e.Date]; !ok {
				day[e.Date] = rng.IntN(1 << 30)
			}
		}
		shuffled := slices.Clone(events)
		slices.SortStableFunc(shuffled, func(x, y Event) int { return day[x.Date] - day[y.Date] })
		b := rules.NewCase("x")
		for i, e := range shuffled {
			require.NoError(t, b.Append(i, e))
		}
		got := b.Status(at)
		require.Equal(t, want, got)
	}
	mine := Event{Kind: Recorded, Date: at, Facts: []Fact{Yes(FactCPI)}}
	require.NoError(t, a.Append(len(events), mine))
	mine.Facts[0] = No(FactCPI)
	got := a.Events()
	got[len(events)].Facts[0] = No(FactCPI)
	require.Equal(t, law.Yes, a.Events()[len(events)].Facts[0].Truth)
}

// TestLargeCase: a case at its limits is judged, drawn, written and read.
func TestLargeCase(t *testing.T) {
	rules := NewRules(town(t))
	es := openCase()[:9]
	day := law.MustDate("2025-03-07")
	lots := slices.Insert(slices.Clone(es), 8, make([]Event, 20)...)
	for i := range 20 {
		lots[8+i] = Event{Kind: LotDeclared, Lot: fmt.Sprint(i), Date: day}
	}
	lots = append(lots, openCase()[9])
	for i := len(lots); i < MaxEvents-2; i++ {
		lots = append(lots, Event{Kind: OfferReceived, Lot: fmt.Sprint(i % 20), Party: fmt.Sprint(i / 20 % (MaxParties - 1)), Date: law.MustDate("2025-04-10").AddDays(i % 9)})
	}
	lots = append(lots, Event{Kind: OffersClosed, Date: law.MustDate("2025-04-22")})
	slices.Reverse(lots)
	c := rules.NewCase("large")
	require.NoError(t, c.Append(0, lots...))
	at := law.MustDate("2025-04-23")
	require.NotEmpty(t, c.Check(at))
	require.NotEmpty(t, c.Next(at))
	back, err := rules.Decode("", c.AppendJSON(nil))
	require.NoError(t, err)
	require.Equal(t, c.Version(), back.Version())
	require.NotEmpty(t, c.Timeline(TimelineConfig{At: at, Lang: "es"}))
	require.ErrorIs(t, c.Append(c.Version(), Event{Kind: Recorded}, Event{Kind: Recorded}), ErrLimit)

	deep := []byte(`{"id":"a","events":[` + strings.Repeat(`{"kind":"recorded","facts":{}},`, 200_000) + `{"kind":"recorded"}]}`)
	_, err = rules.Decode("", deep)
	require.ErrorIs(t, err, ErrLimit)
	wide := []byte(`{"id":"a"` + strings.Repeat(",\"k\":0", 1) + func() string {
		var b strings.Builder
		for i := range maxValues {
			fmt.Fprintf(&b, ",\"%d\":0", i)
		}
		return b.String()
	}() + `}`)
	_, err = rules.Decode("", wide)
	require.ErrorIs(t, err, ErrLimit)
}
