package period_test

import (
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // the examples run where no zone files are installed

	"github.com/almotacen/almotacen/indicators/period"
)

// The whole job: read a period, walk it, and find its boundaries in a zone.
func Example() {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := period.Parse("2024-Q1")
	if err != nil {
		fmt.Println(err)
		return
	}
	for m := range q.Each(period.Month) {
		from, to := m.Start(madrid), m.End(madrid)
		fmt.Println(m, m.Days(), "days", to.Sub(from).Hours(), "hours")
	}
	year, _ := q.Enclosing(period.Year)
	fmt.Println(year, year.Add(-1), period.RollingTo(period.Monthly(2024, 3), 12))
	// Output:
	// 2024-01 31 days 744 hours
	// 2024-02 29 days 696 hours
	// 2024-03 31 days 743 hours
	// 2024 2023 P12M/2024-03
}

func ExampleParse() {
	for _, s := range []string{"2024-A1", "2024-M03", "2023-09-01/P1Y", "P1Y/2024-03", "2024-10-27T02:00:00+02:00"} {
		p, err := period.Parse(s)
		fmt.Println(p, p.Freq(), p.SDMX(), err)
	}
	// Output:
	// 2024 A 2024 <nil>
	// 2024-03 M 2024-M03 <nil>
	// 2023/2024 SY 2023-09-01/P1Y <nil>
	// P12M/2024-03 M 2023-04-01/P12M <nil>
	// 2024-10-27T02+02:00 H 2024-10-27T02:00:00+02:00 <nil>
}

func ExampleParseError() {
	_, err := period.Parse("2024-T1")
	fmt.Println(errors.Is(err, period.ErrAmbiguous))
	fmt.Println(err)
	if pe, ok := errors.AsType[*period.ParseError](err); ok {
		fmt.Println(pe.Code, pe.Column)
	}
	// Output:
	// true
	// period: "2024-T1": column 6: T is a third of a year in SDMX and a quarter (trimestre) in Spanish tables; write 2024-Q1 for a quarter
	// period.ambiguous 6
}

func ExamplePeriod_HoursIn() {
	madrid, _ := time.LoadLocation("Europe/Madrid")
	day := period.Daily(2024, time.October, 27)
	n := 0
	for h := range day.HoursIn(madrid) {
		if h.Number() == 2 {
			fmt.Println(h)
		}
		n++
	}
	fmt.Println(n)
	// Output:
	// 2024-10-27T02+02:00
	// 2024-10-27T02+01:00
	// 25
}

func ExamplePeriod_Contains() {
	year, school := period.Yearly(2024), period.School(2023)
	for _, m := range []time.Month{time.August, time.September} {
		p := period.Monthly(2024, m)
		fmt.Println(p, year.Contains(p), school.Contains(p))
	}
	// Output:
	// 2024-08 true true
	// 2024-09 true false
}

func ExampleOf() {
	canary, _ := time.LoadLocation("Atlantic/Canary")
	t := time.Date(2024, time.December, 31, 23, 30, 0, 0, time.UTC)
	fmt.Println(period.Of(t, period.Year, canary), period.Of(t, period.Week, canary), period.Of(t, period.Hour, canary))
	// Output: 2024 2025-W01 2024-12-31T23Z
}

func ExampleRange() {
	for p := range period.Range(period.School(2021), period.School(2023)) {
		fmt.Print(p, " ")
	}
	// Output: 2021/2022 2022/2023 2023/2024
}
