package procurement

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err, "%s", text)
	}
}

func TestGantt(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	cal := testCalendar(t)
	for range 25 {
		c := randomConfig(r)
		c.Calendar, c.Wanted = cal, c.Start.AddDays(r.IntN(300))
		p, err := NewPlan(c)
		require.NoError(t, err)
		for _, lang := range []string{"es", "en", "en-GB", "eu"} {
			svg := p.SVG(lang)
			wellFormed(t, svg)
			require.Equal(t, 1, strings.Count(svg, "<title "))
			require.Equal(t, 1, strings.Count(svg, "<desc "))
			require.NotContains(t, svg, "NaN")
			page := p.HTML(lang)
			wellFormed(t, page)
			require.Equal(t, len(p.Tasks), strings.Count(page, `<th scope="row">`))
			require.Equal(t, len(p.Critical), strings.Count(svg, "▸"))
			for _, task := range p.Tasks {
				require.Contains(t, page, "<time>"+task.To.String()+"</time>")
				require.Contains(t, planWords, string(task.ID), "a step without a name")
			}
			require.Equal(t, page, p.HTML(lang))
			text := p.Gantt(60, lang)
			lines := strings.Split(strings.TrimSpace(text), "\n")
			require.Len(t, lines, len(p.Tasks)+2)
			for _, line := range lines[1 : len(lines)-1] {
				require.Regexp(t, `\d{4}-\d\d-\d\d \|[ =#.]{60}\|$`, line)
			}
		}
		if p.Procedure == law.Minor {
			continue
		}
		require.Regexp(t, regexp.MustCompile(`[=#]`), p.Gantt(1, "es"))
	}
	for key, w := range planWords {
		require.NotEmpty(t, w[0], key)
		require.NotEmpty(t, w[1], key)
	}
	for _, p := range law.Procedures() {
		require.Contains(t, planWords, "procedure "+p.String())
	}
}

// FuzzPlan: whatever is asked, an error or a plan whose drawings are well
// formed and bounded.
func FuzzPlan(f *testing.F) {
	f.Add([]byte{4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 9, 9, 9}, int32(739000), int64(30), int32(739100))
	f.Add([]byte{9, 2, 2, 1, 0, 2, 1, 1, 2, 1, 1, 2, 1, 7, 200, 3}, int32(1), int64(-5), int32(3652059))
	cal := testCalendar(f)
	f.Fuzz(func(t *testing.T, data []byte, start int32, n int64, done int32) {
		next := func() uint8 {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return b
		}
		date := func(day int32) law.Date { return law.MustDate("2025-01-01").AddDays(int(day)) }
		c := PlanConfig{Start: date(start % 4000), Calendar: cal, Wanted: date(done % 700000), Own: map[TaskID]law.Period{}, Done: map[TaskID]law.Date{}}
		c.Facts = law.Facts{Procedure: law.Procedure(next() % 13), Contract: law.Contract(next() % 9), Harmonised: law.Truth(next() % 4), Urgent: law.Truth(next() % 4), PriorNotice: law.Truth(next() % 4),
			Electronic: law.Truth(next() % 4), Everyday: law.Truth(next() % 4), Paper: law.Truth(next() % 4), PriceOnly: law.Truth(next() % 4), Abnormal: law.Truth(next() % 4), Appealable: law.Truth(next() % 4)}
		c.Pace, c.AnyDay, c.Consultation = Pace(next()%3), next()%2 == 0, next()%2 == 0
		ids := []TaskID{TaskConsultation, TaskPreparation, TaskApproval, TaskDispatch, TaskPublication, TaskRequestsEnd, TaskOffersEnd, TaskOpening, TaskEvaluation, TaskAward, TaskStandstillEnd, TaskFormalisation, "nothing"}
		c.Own[ids[int(next())%len(ids)]] = law.Period{N: int(n % 200000), Unit: law.Unit(next() % 7)}
		c.Done[ids[int(next())%len(ids)]] = date(done % 700000)
		p, err := NewPlan(c)
		if err != nil {
			return
		}
		page := p.HTML("es")
		wellFormed(t, page)
		if len(page) > 200_000 || len(p.Gantt(80, "es")) > 20_000 {
			t.Fatalf("%d bytes", len(page))
		}
		for _, task := range p.Tasks {
			if task.To.IsZero() || task.Float < 0 || task.Float > MaxFloat {
				t.Fatalf("%+v", task)
			}
		}
	})
}

func TestOptionsHTML(t *testing.T) {
	page := OptionsHTML([]PlanOption{{Procedure: law.Open, Err: errors.New(`a < b & "c"`)}, {Procedure: law.Open, Plan: Plan{}}}, "es")
	wellFormed(t, page)
	require.Contains(t, page, "a &lt; b &amp; &#34;c&#34;")
}

// The plans of an idea side by side, and the calendar of one of them.
func ExampleIdea_Plans() {
	cal, err := law.NewCalendar(law.CalendarConfig{Name: "town", From: law.MustDate("2026-01-01"), To: law.MustDate("2026-12-31"), Holidays: []law.Holiday{
		{Date: law.MustDate("2026-10-09"), Level: law.RegionalDay}, {Date: law.MustDate("2026-11-23"), Level: law.LocalDay}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	idea := Idea{At: law.MustDate("2026-05-04"), Body: law.Local, Contract: law.Supplies, Value: law.Net(130_000), Premises: Premises{
		PremiseMarketMeets: law.No, PremiseRDNeeded: law.No, PremiseExempt19: law.No, PremiseUtilities: law.No, PremiseLightJudgement: law.Yes,
		Premise167b: law.Yes, Premise168a1: law.No, Premise168a2: law.No, Premise168a3: law.No, Premise168b1: law.No, Premise168b2: law.No, Premise168c1: law.No, Premise168c2: law.No, Premise168c3: law.No, Premise168c4: law.No}}
	for _, o := range idea.Plans(PlanConfig{
		Start: law.MustDate("2026-05-04"), Calendar: cal, Wanted: law.MustDate("2026-07-15"),
		Facts: law.Facts{Urgent: law.No, Electronic: law.Yes, Paper: law.No, PriceOnly: law.No, Abnormal: law.No},
		Own:   map[TaskID]law.Period{TaskPreparation: law.Working(10), TaskEvaluation: law.Working(5)},
	}) {
		if o.Err != nil {
			fmt.Println(o.Procedure, o.Err)
			continue
		}
		fmt.Println(o.Procedure, "award", o.Plan.Award, "formalisation", o.Plan.Formalisation, "slack", o.Plan.Slack)
		if o.Procedure == law.Simplified {
			fmt.Print(o.Plan.Gantt(40, "en"))
		}
	}
	// Output:
	// simplified award 2026-06-10 formalisation 2026-07-02 slack 13
	// Earliest lawful calendar: simplified open
	// Preparation of the file       2026-05-18 |########                                |
	// Approval of file and spending 2026-05-18 |       #                                |
	// Notice in the profile         2026-05-18 |       #                                |
	// End of offers                 2026-06-02 |       #########                        |
	// Opening                       2026-06-03 |               ##                       |
	// Evaluation                    2026-06-10 |                #####                   |
	// Documents asked               2026-06-10 |                    #                   |
	// Documents and guarantee       2026-06-10 |                    #                   |
	// Award                         2026-06-10 |                    #                   |
	// Award notified and published  2026-06-10 |                    #                   |
	// End of the standstill         2026-07-01 |                    ############        |
	// Formalisation                 2026-07-02 |                               ##       |
	// Formalisation in the profile  2026-07-02 |                                =.......|
	//                               2026-05-04 |----------------------------------------| 2026-07-15
	// open award 2026-06-10 formalisation 2026-07-02 slack 13
	// restricted award 2026-06-23 formalisation 2026-07-15 slack 0
	// negotiation award 2026-06-24 formalisation 2026-07-16 slack -1
	// dialogue award 2026-06-11 formalisation 2026-07-03 slack 12
}
