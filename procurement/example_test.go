package procurement_test

import (
	"fmt"

	"github.com/almotacen/almotacen/procurement"
	"github.com/almotacen/almotacen/procurement/law"
)

// rules of a town: the embedded national holidays and its own.
func rules() *procurement.Rules {
	calendar, err := law.NewCalendar(law.CalendarConfig{Name: "Vila", Complete: true, Holidays: []law.Holiday{
		{Date: law.MustDate("2025-08-22"), Level: law.LocalDay, Name: "fiesta mayor"},
	}})
	if err != nil {
		panic(err)
	}
	return procurement.NewRules(calendar)
}

// A log that a city kept: an award without procedure, and a report that nobody
// filed.
func ExampleCase_Check() {
	c := rules().NewCase("CPI-2025-07")
	err := c.Append(0,
		procurement.Event{Kind: procurement.NeedStated, Date: law.MustDate("2025-03-03"), Facts: []procurement.Fact{
			procurement.Yes(procurement.FactPublicAim)},
			Documents: []procurement.Document{{Kind: procurement.DocNeedReport, ID: "2025/118"}}},
		procurement.Event{Kind: procurement.Awarded, Date: law.MustDate("2025-03-04"), Party: "Sensors SL", Amount: law.Net(12_000)},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range c.Check(law.MustDate("2025-03-10")) {
		fmt.Println(f.Message("en"))
	}
	// Output:
	// ok: need stated in functions; asked: the contract serves the institutional aims; nature and extent of the need are recorded (LCSP 28.1 ✓)
	// unknown: need stated in functions; asked: the entity is competent in the matter (LBRL 25-27 ○); missing: the entity is competent in the matter
	// breach: award, Sensors SL; asked: the act is possible in the state of the case (LPAC 70.1 ✓; the act, LCSP 150.3 ✓); state: need; effect: kept in the log; the state does not change
}

// What the town can do with an open consultation, until when and with what.
func ExampleCase_Next() {
	c := rules().NewCase("CPI-2025-07")
	err := c.Append(0,
		procurement.Event{Kind: procurement.NeedStated, Date: law.MustDate("2025-03-03")},
		procurement.Event{Kind: procurement.ConsultationPublished, Date: law.MustDate("2025-03-10"), Until: law.MustDate("2025-04-10")},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range c.Next(law.MustDate("2025-03-20")) {
		fmt.Printf("%s by the %s (%s)", o.Kind.Info().Label.EN, o.Actor.Label().EN, o.Source)
		for _, m := range o.Needs {
			fmt.Printf("; needs: %s", m.Label().EN)
		}
		fmt.Println()
	}
	// Output:
	// answer to the consultation by the economic operator (LCSP 115.1 ✓)
	// answers shared by the promoting unit (LCSP 115.3 ✓); needs: a participant's solution was disclosed
	// consultation closed by the promoting unit (LCSP 115.1 ✓)
	// consultation cancelled by the contracting body (LCSP 115.1 ✓)
	// facts or documents added by the promoting unit (almotacén facts and documents added to the file ○)
}

// Two people work with the same version: the second decides again.
func ExampleCase_Append() {
	c := rules().NewCase("CPI-2025-07")
	seen := c.Version()
	fmt.Println(c.Append(seen, procurement.Event{Kind: procurement.IdeaRecorded, Date: law.MustDate("2025-01-13")}))
	fmt.Println(c.Append(seen, procurement.Event{Kind: procurement.IdeaRecorded, Date: law.MustDate("2025-01-13")}))
	// Output:
	// <nil>
	// the case has 1 events, not 0: read the new ones and decide again
}

// A case as it is kept in a file.
func ExampleRules_Decode() {
	c, err := rules().Decode("case.json", []byte(`{"id": "CPI-2025-07", "events": [
  {"kind": "needStated", "date": "2025-03-03", "facts": {"publicAim": true}, "documents": [{"kind": "need-report", "id": "2025/118"}]},
  {"kind": "fileStarted", "date": "2025-03-17"}
]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Status(law.MustDate("2025-03-20")).Case)
	_, err = rules().Decode("case.json", []byte("{\"id\": \"CPI-2025-07\", \"events\": [\n  {\"kind\": \"needStaded\"}\n]}"))
	fmt.Println(err)
	// Output:
	// preparation
	// case.json:2:12: "needStaded" is not known; did you mean "needStated"?
}
