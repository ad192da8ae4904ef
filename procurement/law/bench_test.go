package law

import "testing"

func BenchmarkLookup(b *testing.B) {
	b.ReportAllocs()
	at := MustDate("2026-06-01")
	for b.Loop() {
		if _, err := Lookup(SARA, at, Services, Local); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRequire(b *testing.B) {
	b.ReportAllocs()
	at := MustDate("2026-06-01")
	f := Facts{Procedure: Open, Contract: Services, Harmonised: Yes, Urgent: No, PriorNotice: No, Electronic: Yes, Paper: No}
	for b.Loop() {
		if _, err := Require(StepOffers, at, f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDeadline(b *testing.B) {
	b.ReportAllocs()
	cal, err := NewCalendar(CalendarConfig{Complete: true})
	if err != nil {
		b.Fatal(err)
	}
	at := MustDate("2026-06-01")
	for b.Loop() {
		if _, err := cal.Deadline(at, Working(15), Spanish); err != nil {
			b.Fatal(err)
		}
	}
}
