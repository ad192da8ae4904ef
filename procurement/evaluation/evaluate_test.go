package evaluation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// pliego has one criterion of each step.
func pliego() Rules {
	p := MustParsePoints
	return Rules{
		Budget:  law.Net(100_000),
		Figures: []Figure{{ID: "months", Name: "Warranty, months"}, {ID: "open", Name: "Open source", YesNo: true}},
		Criteria: []Criterion{
			{ID: "method", Name: "Method", Kind: Judgement, Points: p("40"), Minimum: p("10")},
			{ID: "warranty", Name: "Warranty", Points: p("10"), Formula: "math.least(points, months / 6.0)"},
			{ID: "price", Name: "Price", Points: p("50"), Cost: true, Formula: "points * min_price / price"},
		},
		Abnormal: Abnormal{Formula: "price < 0.7 * mean_price && total > mean_total"},
	}
}

func tenders() Tenders {
	in := Tenders{JudgementReport: law.MustDate("2026-03-01"), FormulasOpened: law.MustDate("2026-03-02")}
	for i, id := range []string{"a", "b", "c"} {
		in.Offers = append(in.Offers, Offer{Bidder: id, Price: law.Net(int64(90_000 - 5_000*i)), Figures: []Value{{"months", float64(24 + 12*i)}, {"open", 1}}})
		in.Judgements = append(in.Judgements, Award{id, "method", MustParsePoints("20"), "sound"})
	}
	return in
}

func scheme(t testing.TB, r Rules) *Scheme {
	s, err := New(r)
	require.NoError(t, err)
	return s
}

func TestRulesRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(r *Rules)
		kind  error
		want  string
	}{
		"gross budget":     {func(r *Rules) { r.Budget.Tax = law.TaxIncluded }, ErrRules, "VAT"},
		"no budget":        {func(r *Rules) { r.Budget = law.Money{} }, ErrRules, "no amount"},
		"zero budget":      {func(r *Rules) { r.Budget = law.Net(0) }, ErrRules, "zero"},
		"no criteria":      {func(r *Rules) { r.Criteria = nil }, ErrRules, "0 criteria"},
		"double id":        {func(r *Rules) { r.Criteria[1].ID = "method" }, ErrRules, "id of its own"},
		"no points":        {func(r *Rules) { r.Criteria[1].Points = 0 }, ErrRules, "more than 0"},
		"high minimum":     {func(r *Rules) { r.Criteria[0].Minimum = r.Criteria[0].Points + 1 }, ErrRules, "minimum"},
		"judgement by CEL": {func(r *Rules) { r.Criteria[0].Formula = "1.0" }, ErrRules, "no formula"},
		"no formula":       {func(r *Rules) { r.Criteria[1].Formula = "" }, ErrRules, "no formula"},
		"unknown name":     {func(r *Rules) { r.Criteria[1].Formula = "points * month" }, ErrFormula, "month"},
		"int literal":      {func(r *Rules) { r.Criteria[1].Formula = "100 * months" }, ErrFormula, "100.0"},
		"gives a bool":     {func(r *Rules) { r.Criteria[1].Formula = "open" }, ErrFormula, "number of points"},
		"abnormal number":  {func(r *Rules) { r.Abnormal.Formula = "price" }, ErrFormula, "must give a bool"},
		"no parameters":    {func(r *Rules) { r.Abnormal.Formula = "" }, ErrRules, "149.2.b"},
		"quality of 40":    {func(r *Rules) { r.Quality = 40 }, ErrRules, "146.3"},
		"seven decimals":   {func(r *Rules) { n := 7; r.Rounding.Decimals = &n }, ErrRules, "rounding"},
		"figure of CEL":    {func(r *Rules) { r.Figures[0].ID = "in" }, ErrRules, "CEL"},
		"figure taken":     {func(r *Rules) { r.Figures[0].ID = "price" }, ErrRules, "a new name"},
		"figure of prefix": {func(r *Rules) { r.Figures[0].ID = "min_price" }, ErrRules, "prefixes"},
		"tie rule":         {func(r *Rules) { r.Ties = []TieRule{{"x", "x", "147.1.f"}} }, ErrRules, "147.1"},
		"hostile":          {func(r *Rules) { r.Criteria[1].Formula = strings.Repeat("(", 5000) }, ErrFormula, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := pliego()
			c.spoil(&r)
			_, err := New(r)
			require.ErrorIs(t, err, c.kind)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestTendersRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(in *Tenders)
		kind  error
		want  string
	}{
		"judgement after":     {func(in *Tenders) { in.JudgementReport = law.MustDate("2026-03-03") }, ErrOrder, "146.2"},
		"judgement unwritten": {func(in *Tenders) { in.JudgementReport = law.Date{} }, ErrOrder, "JudgementReport"},
		"opening unknown":     {func(in *Tenders) { in.FormulasOpened = law.Date{} }, ErrOrder, "FormulasOpened"},
		"one day":             {func(in *Tenders) { in.FormulasOpened = in.JudgementReport }, ErrOrder, "SameDayOrder"},
		"one not judged":      {func(in *Tenders) { in.Judgements = in.Judgements[1:] }, ErrMissing, "judged 0 times"},
		"judged twice":        {func(in *Tenders) { in.Judgements = append(in.Judgements, in.Judgements[0]) }, ErrMissing, "judged 2 times"},
		"no reason":           {func(in *Tenders) { in.Judgements[0].Reason = "" }, ErrMissing, "reason"},
		"too many points":     {func(in *Tenders) { in.Judgements[0].Points = MustParsePoints("41") }, ErrPoints, "0 to 40"},
		"judged by formula":   {func(in *Tenders) { in.Judgements[0].Criterion = "price" }, ErrMismatch, "formula"},
		"unknown criterion":   {func(in *Tenders) { in.Judgements[0].Criterion = "x" }, ErrUnknown, "no such"},
		"unknown bidder":      {func(in *Tenders) { in.Judgements[0].Bidder = "z" }, ErrUnknown, "no such"},
		"above the budget":    {func(in *Tenders) { in.Offers[0].Price = law.Net(100_001) }, ErrOffer, "above the budget"},
		"in dollars":          {func(in *Tenders) { in.Offers[0].Price.Currency = "USD" }, ErrOffer, "euros"},
		"with VAT":            {func(in *Tenders) { in.Offers[0].Price.Tax = law.TaxIncluded }, ErrOffer, "VAT"},
		"negative":            {func(in *Tenders) { in.Offers[0].Price.Cents = -1 }, ErrOffer, "negative"},
		"figure missing":      {func(in *Tenders) { in.Offers[0].Figures = in.Offers[0].Figures[1:] }, ErrMissing, "months"},
		"figure twice":        {func(in *Tenders) { in.Offers[0].Figures = append(in.Offers[0].Figures, in.Offers[0].Figures[0]) }, ErrMissing, "2 times"},
		"figure unknown":      {func(in *Tenders) { in.Offers[0].Figures = append(in.Offers[0].Figures, Value{"x", 1}) }, ErrUnknown, "none of the rules"},
		"yes of 2":            {func(in *Tenders) { in.Offers[0].Figures[1].Number = 2 }, ErrOffer, "open"},
		"two offers":          {func(in *Tenders) { in.Offers[1].Bidder = "a" }, ErrOffer, "one offer"},
		"workforce":           {func(in *Tenders) { in.Offers[0].Staff = &Workforce{Employees: 1, Women: 2} }, ErrMismatch, "add up"},
		"bare exclusion":      {func(in *Tenders) { in.Offers[0].Excluded = &Exclusion{} }, ErrOffer, "reason"},
		"zero price":          {func(in *Tenders) { in.Offers[0].Price = law.Net(0) }, ErrFormula, "NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			in := tenders()
			c.spoil(&in)
			sheet, err := scheme(t, pliego()).Evaluate(in)
			require.ErrorIs(t, err, c.kind)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, sheet)
		})
	}
	s, err := scheme(t, pliego()).Evaluate(Tenders{JudgementReport: law.MustDate("2026-03-01"), FormulasOpened: law.MustDate("2026-03-02")})
	require.NoError(t, err)
	require.Empty(t, s.Scores, "no offers: deserted")
}

func TestExcludedDoNotCount(t *testing.T) {
	in := tenders()
	in.Offers[2].Excluded = &Exclusion{"LCSP 149.6", "it does not explain its price"}
	s, err := scheme(t, pliego()).Evaluate(in)
	require.NoError(t, err)
	require.Equal(t, "b", s.Scores[0].Bidder)
	require.Equal(t, "50", s.Scores[0].Lines[2].Points.String(), "the least price is now b's")
	require.Equal(t, 0, s.Scores[2].Rank)
	require.True(t, s.Final)
	// What judgement leaves out does not set the least price either.
	in = tenders()
	in.Judgements[2].Points = MustParsePoints("9.99")
	t2, err := scheme(t, pliego()).Evaluate(in)
	require.NoError(t, err)
	require.Equal(t, s.Scores[0].Total, t2.Scores[0].Total)
	require.Contains(t, t2.Scores[2].Out.Reason, "9.99 points in method")
	// Nor does what the share of quality leaves out.
	r := pliego()
	r.Quality = 50
	in = tenders()
	in.Judgements[2].Points = MustParsePoints("16.99") // with 8 for 48 months: 24.99 of 50
	t3, err := scheme(t, r).Evaluate(in)
	require.NoError(t, err)
	require.Contains(t, t3.Scores[2].Out.Reason, "24.99 of 50")
	require.Equal(t, s.Scores[0].Total, t3.Scores[0].Total)
}

func TestFormulaOutOfRange(t *testing.T) {
	r := pliego()
	r.Criteria[1].Formula = "months"
	_, err := scheme(t, r).Evaluate(tenders())
	var l Errors
	require.ErrorAs(t, err, &l)
	require.Len(t, l, 3, "one for each offer")
	require.ErrorIs(t, err, ErrPoints)
}

// TestOrderDoesNotMatter shuffles offers and judgements: the points are the same.
func TestOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	s := scheme(t, pliego())
	in := Tenders{JudgementReport: law.MustDate("2026-03-01"), FormulasOpened: law.MustDate("2026-03-02")}
	for i := range 40 {
		id := fmt.Sprint("bidder ", i)
		in.Offers = append(in.Offers, Offer{Bidder: id, Price: law.NetCents(5_000_000 + r.Int64N(5_000_000)), Figures: []Value{{"months", float64(r.IntN(60))}, {"open", float64(r.IntN(2))}}})
		in.Judgements = append(in.Judgements, Award{id, "method", Points(r.Int64N(int64(40 * Point))), "x"})
	}
	want, err := s.Evaluate(in)
	require.NoError(t, err)
	for range 50 {
		r.Shuffle(len(in.Offers), func(i, j int) { in.Offers[i], in.Offers[j] = in.Offers[j], in.Offers[i] })
		r.Shuffle(len(in.Judgements), func(i, j int) { in.Judgements[i], in.Judgements[j] = in.Judgements[j], in.Judgements[i] })
		got, err := s.Evaluate(in)
		require.NoError(t, err)
		for _, sc := range want.Scores {
			k := slices.IndexFunc(got.Scores, func(x Score) bool { return x.Bidder == sc.Bidder })
			require.Equal(t, sc, got.Scores[k])
		}
	}
}

func tied(t *testing.T, r Rules, spoil func(in *Tenders)) *Sheet {
	in := tenders()
	for i := range in.Offers {
		in.Offers[i].Price = law.Net(90_000)
		in.Offers[i].Figures[0].Number = 24
		in.Offers[i].Staff = &Workforce{Employees: 100, Contracts: 100, DisabledOrExcluded: 4, PermanentDisabled: 2, TemporaryContracts: 10, Women: 50}
	}
	spoil(&in)
	s, err := scheme(t, r).Evaluate(in)
	require.NoError(t, err)
	require.Len(t, s.Ties, 1)
	return s
}

func TestTies(t *testing.T) {
	first := func(s *Sheet) string { return s.Scores[0].Bidder }
	s := tied(t, pliego(), func(in *Tenders) { in.Offers[1].Staff.DisabledOrExcluded = 5 })
	require.Equal(t, "b", first(s)) // a and c are still equal behind it
	require.False(t, s.Final)
	require.Contains(t, s.Ties[0].Missing[0], "draw between [a c]")
	s = tied(t, pliego(), func(in *Tenders) {
		in.Offers[1].Staff = &Workforce{Employees: 50, Contracts: 50, DisabledOrExcluded: 2, PermanentDisabled: 2, TemporaryContracts: 4, Women: 25}
		in.Draw = []string{"c", "a"}
	})
	require.Equal(t, []string{"b", "c", "a"}, s.Ties[0].Bidders, "4 of 50 is less than 10 of 100")
	require.True(t, s.Final)
	require.Equal(t, 3, s.Scores[2].Rank)
	s = tied(t, pliego(), func(in *Tenders) {
		in.Offers[2].Staff.Women = 51
		in.Draw = []string{"b", "a"}
	})
	require.Equal(t, []string{"c", "b", "a"}, s.Ties[0].Bidders)
	s = tied(t, pliego(), func(in *Tenders) {
		in.Offers[2].Staff = nil
		in.Offers[1].Staff.Women = 99
		in.Draw = []string{"a", "b", "c"}
	})
	require.False(t, s.Final, "evidence that is not there is not passed over")
	require.Contains(t, s.Ties[0].Missing[0], "of c (LCSP 147.2.a)")
	r := pliego()
	r.Ties = []TieRule{{"insertion", "insertion firm", "147.1.b"}}
	s = tied(t, r, func(in *Tenders) {
		for i := range in.Offers {
			in.Offers[i].Ties = []Value{{"insertion", float64(i % 2)}}
		}
		in.Offers[0].Staff.DisabledOrExcluded = 90 // 147.2 does not rule
		in.Draw = []string{"c", "a"}
	})
	require.Equal(t, []string{"b", "c", "a"}, s.Ties[0].Bidders)
}

func TestSheetHTMLEscapes(t *testing.T) {
	in := tenders()
	in.Offers[0].Bidder, in.Judgements[0].Bidder = "<script>", "<script>"
	in.Judgements[0].Reason = `"><img src=x>`
	s, err := scheme(t, pliego()).Evaluate(in)
	require.NoError(t, err)
	page := s.HTML("Lot <1>", 9)
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "<img")
	require.Contains(t, page, "<h6>Lot &lt;1&gt;</h6>")
}

func TestOnlyPrice(t *testing.T) {
	s := scheme(t, Rules{Budget: law.Net(100_000), Criteria: []Criterion{{ID: "price", Name: "Price", Points: 100 * Point, Cost: true, Formula: "points * (budget - price) / (budget - min_price)"}}})
	var in Tenders
	for i, euros := range []int64{85_000, 100_000, 99_000, 98_000} {
		in.Offers = append(in.Offers, Offer{Bidder: fmt.Sprint(i), Price: law.Net(euros)})
	}
	sheet, err := s.Evaluate(in)
	require.NoError(t, err)
	require.Equal(t, "100", sheet.Scores[0].Total.String())
	require.Len(t, sheet.Presumptions, 1)
	require.Equal(t, Presumption{Bidder: "0", Article: "RGLCAP 85.4", Reason: "85000.00 EUR is below 85950.00 EUR, 10 % under 95500.00 EUR: the mean of the offers"}, sheet.Presumptions[0])
	require.Equal(t, Shares{Total: 100 * Point}, s.Shares())

	require.False(t, sheet.Final)
	in.Offers[0].Justified = "own workshop; resolution 12/2026"
	sheet, err = s.Evaluate(in)
	require.NoError(t, err)
	require.True(t, sheet.Final, "heard and accepted (LCSP 149.6)")
	require.Contains(t, sheet.String(), "heard and accepted: 0: 85000.00 EUR is below")
	require.Contains(t, sheet.HTML("x", 2), "resolution 12/2026")
}

func BenchmarkEvaluate(b *testing.B) {
	s := scheme(b, pliego())
	in := tenders()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Evaluate(in); err != nil {
			b.Fatal(err)
		}
	}
}
