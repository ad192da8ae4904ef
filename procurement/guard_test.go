package procurement

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/procurement/law"
)

// sloppy writes a case as real files are: facts and documents are left out or
// wrong, days are missed, amounts are odd.
func sloppy(rng *rand.Rand, rules *Rules, see func(*Case, []Finding)) {
	w := newWalker(rng, rules)
	if rng.IntN(2) == 0 {
		w.facts[FactEstimatedValue] = Amount(FactEstimatedValue, law.Net([]int64{5_000, 90_000, 150_000, 1_000_000, 9_000_000}[rng.IntN(5)]))
	}
	for _, f := range []Fact{Says(FactContract, FactContract.Info().OneOf[rng.IntN(7)]), Says(FactApprovedBy, FactApprovedBy.Info().OneOf[rng.IntN(3)]),
		Number(FactJudgementWeight, int64(rng.IntN(4))*2600), Number(FactQualityWeight, int64(rng.IntN(3))*5100), Number(FactPhaseThreshold, int64(rng.IntN(3))*4900),
		Number(FactDurationMonths, int64(rng.IntN(6))*12)} {
		if rng.IntN(2) == 0 {
			w.facts[f.Name] = f
		}
	}
	seen := map[Kind]int{}
	for range 130 {
		e, o, ok := w.onward(seen)
		if !ok {
			continue
		}
		e.Date = w.at.AddDays([]int{0, 0, 1, 3, 8, 20}[rng.IntN(6)])
		if rng.IntN(3) == 0 && o.From.After(e.Date) {
			e.Date = o.From
		}
		w.complete(&e, &o)
		for i := range e.Facts {
			f := &e.Facts[i]
			switch {
			case f.Name == FactModel:
			case rng.IntN(7) == 0 && f.Truth != law.NotKnown:
				f.Truth = law.Yes + law.No - f.Truth
			}
		}
		e.Facts = slices.DeleteFunc(e.Facts, func(f Fact) bool { return f.Name != FactModel && rng.IntN(12) == 0 })
		if e.Kind == FileApproved && rng.IntN(2) == 0 && e.fact(FactHarmonised) == nil {
			e.Facts = append(e.Facts, Fact{Name: FactHarmonised, Truth: law.TruthOf(rng.IntN(2) == 0)})
		}
		e.Documents = slices.DeleteFunc(e.Documents, func(Document) bool { return rng.IntN(7) == 0 })
		switch {
		case e.Kind == Modified:
			e.Amount = law.Net([]int64{100, 1_400, 3_000, 6_000}[rng.IntN(4)])
		case (e.Kind == Awarded || e.Kind == Formalised || e.Kind == Ordered) && rng.IntN(3) == 0:
			e.Amount = law.Net(9_000_000)
		case e.Kind == PhasePaid:
			e.Amount = law.Net(int64(rng.IntN(90)))
		}
		if e.Kind == Modified && rng.IntN(4) == 0 {
			e.Amount = law.Net(3_000_000)
		}
		if err := w.c.Append(w.c.Version(), e); err != nil {
			panic(err)
		}
		w.catchUp(w.c, w.j)
		if e.Date.After(w.at) {
			w.at = e.Date
		}
		if w.at.After(law.MustDate("2026-11-01")) {
			break
		}
	}
	see(w.c, w.c.Check(w.at))
}

// answers that a guard cannot give, with the reason.
var impossible = map[string]string{
	"proc-open/breach":               "open and restricted are always possible (131.2)",
	"proc-open/unknown":              "open and restricted are always possible (131.2)",
	"period-extended/unknown":        "the log has the extension or not; an unknown change is not judged once the period was extended",
	"collusion-open/unknown":         "the log has the incident or not",
	"judgement-first/unknown":        "",
	"documents-before-award/unknown": "the log has the documents or not",
	"abnormal-decided/unknown":       "the log has the decision or not",
	"not-desert/unknown":             "the log has an admissible offer or not",
	"no-start-before/unknown":        "the log has the signature or not",
	"all-ended/unknown":              "the log has the end of each part or not",
	"annul/breach":                   "a ground of the list or none stated",
	"proc-no-notice/breach":          "a ground of the list or none stated",
	"proc-negotiation/breach":        "a ground of the list or none stated",
	"proc-dialogue/breach":           "a ground of the list or none stated",
	"appeal-known/breach":            "what is not stated is unknown",
	"file-contents/breach":           "a document that is not on file may exist: unknown",
	"file-reasons/breach":            "a document that is not on file may exist: unknown",
	"necessity-means/breach":         "a document that is not on file may exist: unknown",
	"legal-report/breach":            "a document that is not on file may exist: unknown",
	"sustainability-control/breach":  "a document that is not on file may exist: unknown",
	"approval-published/breach":      "a document that is not on file may exist: unknown",
	"report-336/breach":              "a document that is not on file may exist: unknown",
	"modify-opinion/breach":          "a document that is not on file may exist: unknown",
	"terminate-opinion/breach":       "a document that is not on file may exist: unknown",
	"evaluate/breach":                "a document that is not on file may exist: unknown",
	"log-amount/unknown":             "an amount is negative or not",
	"log-case/unknown":               "", "log-order/unknown": "", "log-duplicate/unknown": "",
	"log-date/breach": "what is later than the day of the question is not judged", "log-basis/breach": "the act may be lawful under the earlier rule",
}

// TestConformanceGuards: every guard of the corpus is in the library, with the
// article of the corpus or one of it, and every guard of the library answers
// ok, breach and unknown in some case, or cannot.
func TestConformanceGuards(t *testing.T) {
	rules, bare := NewRules(town(t)), NewRules(nil)
	seen := map[string]map[Verdict]int{}
	see := func(_ *Case, fs []Finding) {
		for _, f := range fs {
			if seen[f.Guard.ID] == nil {
				seen[f.Guard.ID] = map[Verdict]int{}
			}
			seen[f.Guard.ID][f.Verdict]++
			require.NotZero(t, f.Verdict)
			require.False(t, f.Guard.Source.IsZero(), f.Guard.ID)
		}
	}
	for seed := range 900 {
		r := rules
		if seed%10 == 0 {
			r = bare // no calendar
		}
		sloppy(rand.New(rand.NewPCG(uint64(seed), 11)), r, see)
	}
	for _, events := range [][]Event{openCase(), partnershipCase(), restrictedCase(), precommercialCase()} {
		mutants(events, func(es []Event) {
			c := rules.NewCase("m")
			require.NoError(t, c.Append(0, es...))
			see(c, c.Check(law.MustDate("2026-07-02")))
		})
	}
	for _, cured := range []string{"2025-04-25", "2025-05-02"} {
		es := slices.Insert(openCase(), 14, Event{Kind: DefectsAsked, Date: law.MustDate("2025-04-23"), Party: "A"},
			Event{Kind: DefectsCured, Date: law.MustDate(cured), Party: "A"})
		c := rules.NewCase("m")
		require.NoError(t, c.Append(0, es...))
		see(c, c.Check(law.MustDate("2025-05-04")))
	}
	d := law.MustDate
	terminated := append(openCase()[:25], Event{Kind: Terminated, Date: d("2025-10-01"), Party: "B", Documents: docs(DocTerminationResolution, DocCouncilOpinion),
		Facts: []Fact{Says(FactCause, "f"), Yes(FactHeard), Yes(FactObjected)}})
	published := openCase()
	i := slices.IndexFunc(published, func(e Event) bool { return e.Kind == ModificationPublished })
	published[i].Date = d("2025-09-08") // the fifth day is a Saturday: only a calendar tells
	for _, es := range [][]Event{terminated, published} {
		mutants(es, func(es []Event) {
			for _, r := range []*Rules{rules, bare} {
				c := r.NewCase("m")
				require.NoError(t, c.Append(0, es...))
				see(c, c.Check(d("2026-07-02")))
			}
		})
	}
	for _, day := range []string{"2029-12-18", "2030-01-15"} { // four years end on a Saturday, no calendar reaches it
		late := partnershipCase()
		late[len(late)-1].Date = law.MustDate(day)
		c := bare.NewCase("m")
		require.NoError(t, c.Append(0, late...))
		see(c, c.Check(law.MustDate(day)))
	}
	var lacks []string
	for _, g := range Guards() {
		for _, v := range []Verdict{OK, Unknown, Breach} {
			if _, cannot := impossible[g.ID+"/"+v.String()]; seen[g.ID][v] == 0 && !cannot && g.Force != Bookkeeping {
				lacks = append(lacks, g.ID+"/"+v.String())
			}
		}
	}
	sort.Strings(lacks)
	require.Empty(t, lacks)

	dir := testcorpus.Dir(t, "procurement")
	f, err := os.Open(filepath.Join(dir, "guards.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	pass, fail := 0, 0
	marks := map[string]law.Mark{"text": law.Text, "secondary": law.Secondary, "unverified": law.Unverified, "n/a": law.Unverified}
	ours := map[string]Guard{}
	for _, g := range Guards() {
		ours[g.ID] = g
	}
	for _, row := range rows[1:] {
		g, ok := ours[row[0]]
		switch {
		case !ok:
			fail++
			t.Errorf("no guard %s: %s", row[0], row[5])
		case g.Source.Mark > marks[row[11]]:
			fail++
			t.Errorf("%s: marked %s, the corpus has %s", row[0], g.Source.Mark, row[11])
		case row[6] != "best-practice" && !sharesArticle(g.Source, row[8]):
			fail++
			t.Errorf("%s: %s, the corpus has %s", row[0], g.Source.Cite(), row[8])
		default:
			pass++
		}
	}
	testcorpus.Conformance(t, "procurement/guards", pass, fail, nil)
}

// sharesArticle says whether a source is an article of a list as the corpus
// writes it: "LCSP 101.1, 101.2; COM(2007) 799".
func sharesArticle(s law.Source, list string) bool {
	list = strings.NewReplacer("; ", ", ", "LCSP ", "", "LCTI ", "", "LBRL ", "").Replace(list)
	for _, a := range strings.Split(list, ", ") {
		if a != "" && (strings.HasPrefix(s.Article, a) || strings.HasPrefix(a, s.Article) || strings.Contains(s.Cite(), a) || strings.Contains(a, s.Cite())) {
			return true
		}
	}
	return strings.Contains(list, s.Article)
}

// TestConformanceStates: every state of the corpus is a state of the library in
// the same region, or in the one named with its reason.
func TestConformanceStates(t *testing.T) {
	dir := testcorpus.Dir(t, "procurement")
	f, err := os.Open(filepath.Join(dir, "states.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	moved := map[string]string{
		"pin":      "prior-notice", // stands beside the preparation of the file, which goes on
		"appealed": "appeal", "collusion-suspended": "collusion",
		"modified": "contract",
	}
	same := map[string]string{"phase x partner": "phase", "overlay": ""}
	pass, fail := 0, 0
	ours := map[string]StateInfo{}
	for _, s := range States() {
		ours[s.Name] = s
	}
	used := map[State]bool{}
	for _, m := range Models() {
		for _, s := range m.States() {
			used[s] = true
		}
	}
	for _, row := range rows[1:] {
		s, ok := ours[row[0]]
		want := row[1]
		if r, ok := same[want]; ok {
			want = r
		}
		if r, ok := moved[row[0]]; ok {
			want = r
		}
		switch {
		case !ok:
			fail++
			t.Errorf("no state %s", row[0])
		case s.Region.String() != want:
			fail++
			t.Errorf("%s is in %s, the corpus has %s", row[0], s.Region, row[1])
		case !used[s.State]:
			fail++
			t.Errorf("no model reaches %s", row[0])
		default:
			pass++
		}
	}
	testcorpus.Conformance(t, "procurement/states", pass, fail, nil)
}
