package evaluation_test

import (
	"fmt"

	"github.com/almotacen/almotacen/procurement/evaluation"
	"github.com/almotacen/almotacen/procurement/law"
)

// A pliego with a criterion of judgement and two by formula, and three offers. One of
// them is presumed abnormally low: it is to be heard before the classification.
func Example() {
	p := evaluation.MustParsePoints
	scheme, err := evaluation.New(evaluation.Rules{
		Budget:  law.Net(400_000),
		Figures: []evaluation.Figure{{ID: "energy_saving", Name: "Energy saved, %"}, {ID: "open_source", Name: "Source code is open", YesNo: true}},
		Criteria: []evaluation.Criterion{
			{ID: "method", Name: "Method", Kind: evaluation.Judgement, Points: p("30"), Minimum: p("15")},
			{ID: "saving", Name: "Saving", Points: p("25"), Formula: `points * energy_saving / max_energy_saving`},
			{ID: "open", Name: "Open source", Points: p("5"), Formula: `open_source ? points : 0.0`},
			{ID: "price", Name: "Price", Points: p("40"), Cost: true, Formula: `points * min_price / price`},
		},
		Abnormal: evaluation.Abnormal{Formula: `price < 0.8 * mean_price`},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	offer := func(bidder string, euros int64, saving, open float64) evaluation.Offer {
		return evaluation.Offer{Bidder: bidder, Price: law.Net(euros), Figures: []evaluation.Value{{ID: "energy_saving", Number: saving}, {ID: "open_source", Number: open}}}
	}
	sheet, err := scheme.Evaluate(evaluation.Tenders{
		Offers: []evaluation.Offer{offer("Alfa", 390_000, 42, 1), offer("Beta", 250_000, 30, 0), offer("Gama", 380_000, 40, 1)},
		Judgements: []evaluation.Award{
			{Bidder: "Alfa", Criterion: "method", Points: p("28"), Reason: "complete, with a test plan for each street"},
			{Bidder: "Beta", Criterion: "method", Points: p("20.5"), Reason: "no test plan"},
			{Bidder: "Gama", Criterion: "method", Points: p("10"), Reason: "copies the pliego"},
		},
		JudgementReport: law.MustDate("2026-05-04"),
		FormulasOpened:  law.MustDate("2026-05-06"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(sheet)
	// Output:
	// 1. Alfa: 83.64 points
	//      Method: 28 of 30; complete, with a test plan for each street
	//      Saving: 25 of 25; points * energy_saving / max_energy_saving = 25, with points = 25, energy_saving = 42, max_energy_saving = 42
	//      Open source: 5 of 5; open_source ? points : 0.0 = 5, with open_source = 1, points = 5
	//      Price: 25.64 of 40; points * min_price / price = 25.641025641025642, with points = 40, min_price = 250000, price = 390000
	// 2. Beta: 78.36 points
	//      Method: 20.5 of 30; no test plan
	//      Saving: 17.86 of 25; points * energy_saving / max_energy_saving = 17.857142857142858, with points = 25, energy_saving = 30, max_energy_saving = 42
	//      Open source: 0 of 5; open_source ? points : 0.0 = 0, with open_source = 0, points = 5
	//      Price: 40 of 40; points * min_price / price = 40, with points = 40, min_price = 250000, price = 250000
	// -. Gama is out: 10 points in method, fewer than the minimum of 15 (LCSP 146.3)
	// to be heard, presumed abnormally low: Beta: price < 0.8 * mean_price with price = 250000 mean_price = 320000 (LCSP 149.2.b)
	// not final
}
