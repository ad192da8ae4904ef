package law_test

import (
	"errors"
	"fmt"

	"github.com/almotacen/almotacen/procurement/law"
)

// Is a services contract of a town, at 216,000 euros without VAT, harmonised?
// It depends on the year in which its notice is sent.
func ExampleLookup() {
	for _, day := range []string{"2021-06-01", "2026-06-01"} {
		f, err := law.Lookup(law.SARA, law.MustDate(day), law.Services, law.Local)
		if err != nil {
			fmt.Println(err)
			continue
		}
		harmonised, err := f.Applies(law.Net(215_999))
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(day, f.Sense, f.Value, f.Measure, f.Source, f.Source.SetBy, harmonised)
	}
	// Output:
	// 2021-06-01 ≥ 214000 EUR LCSP 22.1.b ✓ Orden HAC/1272/2019 true
	// 2026-06-01 ≥ 216000 EUR LCSP 22.1.b ✓ Orden HAC/1517/2025 false
}

// An amount with VAT is not compared with a figure that has none.
func ExampleFigure_Applies() {
	f, err := law.Lookup(law.MinorLimit, law.MustDate("2026-03-02"), law.Supplies, law.Local)
	if err != nil {
		fmt.Println(err)
		return
	}
	gross, err := law.ParseMoney("17545.00 EUR gross")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = f.Applies(gross)
	fmt.Println(err)
	// Output:
	// law: minor: unknown, because 17545.00 EUR gross holds VAT and the law compares without it (LCSP 101.1); say estimated value without VAT
}

// How long must a harmonised open procedure stay open? Nobody said whether the
// file is urgent: both answers come back.
func ExampleRequire() {
	at := law.MustDate("2026-06-01")
	facts := law.Facts{Procedure: law.Open, Contract: law.Services, Harmonised: law.Yes, PriorNotice: law.No, Electronic: law.Yes, Paper: law.No}
	_, err := law.Require(law.StepOffers, at, facts)
	if u, ok := errors.AsType[*law.Unknown](err); ok {
		fmt.Println(u)
		for _, r := range u.Readings {
			fmt.Println("-", r.If+":", r.Period, r.Source)
		}
	}
	facts.Urgent = law.No
	r, err := law.Require(law.StepOffers, at, facts)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Explain("en"), r.Sources)
	fmt.Println(r.Explain("es"))
	// Output:
	// law: offers on 2026-06-01: unknown, because the period differs by facts that were not given (LCSP 156.2); say urgent
	// - urgent=no: 30 calendar days LCSP 156.3.c ✓
	// - urgent=yes: 15 calendar days LCSP 156.3.b ✓
	// offers: minimum 30 calendar days from dispatch of the notice to the EU Publications Office; electronic offers: 5 calendar days less [LCSP 156.2 ✓ LCSP 156.3.c ✓]
	// presentación de ofertas: mínimo 30 días naturales desde el envío del anuncio a la Oficina de Publicaciones de la UE; ofertas electrónicas: 5 días naturales menos
}

// The first day on which a contract may be signed, over Christmas, in a town
// whose own holidays are known.
func ExampleCalendar_Deadline() {
	cal, err := law.NewCalendar(law.CalendarConfig{Name: "Ontinyent", From: law.MustDate("2026-01-01"), To: law.MustDate("2026-12-31"),
		Holidays: []law.Holiday{
			{Date: law.MustDate("2026-10-09"), Level: law.RegionalDay, Name: "Dia de la Comunitat Valenciana"},
			{Date: law.MustDate("2026-11-23"), Level: law.LocalDay, Name: "Fira"},
		}})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := cal.Deadline(law.MustDate("2026-11-20"), law.Working(15), law.Spanish)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(d.Explain("en"))
	fmt.Println("signature from", d.Next())
	// Output:
	// 2026-11-20  day of the event: not counted (LPAC 30.3 ✓)
	// 2026-11-23  not counted: Fira, local (LPAC 30.2 ✓)
	// 2026-12-08  not counted: Inmaculada Concepción, national (RD 2001/1983 45.1.c ◐)
	// 2026-12-15  15 working days: Saturdays, Sundays and holidays are not counted (LPAC 30.2 ✓)
	// 2026-12-15  last day, counts whole (LPAC 30.3 ✓)
	// signature from 2026-12-16
}
