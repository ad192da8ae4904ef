package procurement_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/procurement"
	"github.com/almotacen/almotacen/procurement/law"
)

func full(file string, date string, euros int64, f func(r *procurement.AwardRecord)) procurement.AwardRecord {
	r := procurement.AwardRecord{File: file, Supplier: "S-" + file, Outcome: procurement.StateAwarded, Date: law.MustDate(date), Amount: law.Net(euros), Minor: law.No,
		Innovation: procurement.InnovationNo, Bids: procurement.Counted(2), Consulted: law.No, Appealed: law.No, Appealable: law.No}
	if f != nil {
		f(&r)
	}
	return r
}

func cpi(r *procurement.AwardRecord) {
	r.Innovation, r.Modality = procurement.InnovationDeclared, procurement.ModalityCPTI
	r.Call = r.Date.AddDays(-60)
	r.Consulted, r.Consultation = law.Yes, r.Date.AddDays(-200)
	r.SME = law.Yes
}

// ExampleFigures: what a record does not say makes its figures missing, not zero.
func ExampleFigures() {
	c, err := procurement.Figures(procurement.FiguresConfig{
		Entity: "28000", From: 2024, To: 2024, Since: law.MustDate("2020-01-01"), Until: law.MustDate("2025-06-30"),
		Awards: []procurement.AwardRecord{full("1", "2024-03-05", 300_000, nil), full("2", "2024-05-06", 100_000, cpi)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	k := cube.Key{Entity: "28000", Period: period.Yearly(2024)}
	for _, id := range []string{"awarded_eur", "cpi_awarded_eur", "cpi_days", "cpi_awards_sme", "cpi_awards_startup"} {
		x := c.At(k, id)
		fmt.Println(id, x.Value, x.Status)
		for _, r := range x.Reasons {
			fmt.Println("  ", r.Code, r.Text)
		}
	}
	// Output:
	// awarded_eur 400000 observed
	// cpi_awarded_eur 100000 observed
	// cpi_days 200 observed
	// cpi_awards_sme 0 suppressed+primary
	//    suppressed fewer than 3 firms
	// cpi_awards_startup 0 missing
	//    incomplete 1 of 1 records do not say what the firm is
}

// TestFiguresAreInTheCatalogue: every variable is one of the default catalogue
// with the same unit, and additive.
func TestFiguresAreInTheCatalogue(t *testing.T) {
	c, err := procurement.Figures(procurement.FiguresConfig{Entity: "x", From: 2024, To: 2024})
	require.NoError(t, err)
	variables := indicators.Default().Variables
	for i, m := range c.Schema().Measures {
		at := slices.IndexFunc(variables, func(v indicators.Variable) bool { return v.ID == m.ID })
		require.GreaterOrEqual(t, at, 0, m.ID)
		require.Equal(t, m.Unit.String(), fmt.Sprint(variables[at].Unit), m.ID)
		require.Equal(t, cube.Missing, c.Cell(0, i).Status.Presence(), "%s: no records cover the year", m.ID)
		require.NotEmpty(t, c.Cell(0, i).Reasons)
	}
}

// TestFiguresTwin holds sums, counts and missing cells to loops written apart,
// on random records in random order.
func TestFiguresTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	truth := func() law.Truth { return law.Truth(rng.IntN(3)) }
	for range 500 {
		var rs []procurement.AwardRecord
		for i := range rng.IntN(12) {
			rs = append(rs, full(fmt.Sprint(i), fmt.Sprintf("%d-0%d-15", 2023+rng.IntN(2), 1+rng.IntN(9)), int64(rng.IntN(1000)), func(r *procurement.AwardRecord) {
				r.Innovation = procurement.Innovation(1 + rng.IntN(3))
				r.SME = truth()
				if rng.IntN(6) == 0 {
					r.Innovation = procurement.InnovationNotKnown
				}
				if rng.IntN(5) == 0 {
					r.Outcome = procurement.StateDeserted
				}
				if rng.IntN(9) == 0 {
					r.Amount = law.Money{Cents: 100, Currency: "EUR", Tax: law.TaxIncluded}
				}
			}))
		}
		cfg := procurement.FiguresConfig{Entity: "x", From: 2023, To: 2024, Since: law.MustDate("2019-01-01"), Until: law.MustDate("2024-12-31"), Awards: rs, Minimum: 1}
		c, err := procurement.Figures(cfg)
		require.NoError(t, err)
		for y := 2023; y <= 2024; y++ {
			var spend, declared, sme float64
			badSpend, badDeclared, badSME := false, false, false
			for _, r := range rs {
				if year, _, _ := r.Date.Civil(); year != y || r.Outcome != procurement.StateAwarded {
					continue
				}
				net := r.Amount.Tax == law.TaxExcluded
				badSpend = badSpend || !net
				spend += float64(r.Amount.Cents) / 100
				switch r.Innovation {
				case procurement.InnovationNotKnown:
					badDeclared = true
				case procurement.InnovationDeclared:
					badDeclared = badDeclared || !net
					declared += float64(r.Amount.Cents) / 100
					if r.SME == law.NotKnown {
						badSME = true
					} else if r.SME == law.Yes {
						sme++
					}
				}
			}
			for id, want := range map[string]struct {
				bad bool
				v   float64
			}{"awarded_eur": {badSpend, spend}, "cpi_awarded_eur": {badDeclared, declared}, "cpi_awards_sme": {badSME, sme}} {
				got := c.At(cube.Key{Entity: "x", Period: period.Yearly(y)}, id)
				if want.bad {
					require.Equal(t, cube.Missing, got.Status.Presence(), id)
					require.Equal(t, cube.ReasonIncomplete, got.Reasons[0].Code)
				} else {
					require.Equal(t, cube.Value(want.v), got, id)
				}
			}
		}
		shuffled := slices.Clone(rs)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		cfg.Awards = shuffled
		again, err := procurement.Figures(cfg)
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
}

func TestFiguresBadInput(t *testing.T) {
	_, err := procurement.Figures(procurement.FiguresConfig{From: 2025, To: 2024, Minimum: -1, Awards: []procurement.AwardRecord{{}, {}}, Consultations: []procurement.ConsultationRecord{{}}})
	require.ErrorIs(t, err, procurement.ErrValue)
	require.Len(t, err, 10)
}
