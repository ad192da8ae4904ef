package procurement

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

func tablePremises(t Table) []Premise { return slices.Collect(t.Premises()) }

// completions ranges over every full set of values of the listed premises on top of known.
func completions(known Premises, open []Premise, f func(Premises)) {
	for mask := range 1 << len(open) {
		full := Premises{}
		for p, v := range known {
			full[p] = v
		}
		for i, p := range open {
			full[p] = law.TruthOf(mask>>i&1 == 1)
		}
		f(full)
	}
}

// TestTables proves of every table, over its whole space, that exactly one row
// holds, and that every row holds somewhere.
func TestTables(t *testing.T) {
	total := 0
	for _, day := range []string{"2019-06-01", "2026-06-01"} {
		for _, table := range Tables(law.MustDate(day)) {
			ids, hit := map[string]bool{}, map[string]bool{}
			for _, r := range table.Rows {
				require.False(t, ids[r.ID], "%s: two rows %s", table.Name, r.ID)
				ids[r.ID] = true
				require.NotEmpty(t, r.Why.EN, r.ID)
				for _, text := range []string{r.Why.EN, r.Then, table.Name} {
					require.Contains(t, choiceWords, text, "no Spanish form")
				}
				for _, c := range r.If {
					require.Contains(t, choiceWords, string(c.Premise), "no Spanish form")
				}
				require.NotEmpty(t, r.Source.Cite(), r.ID)
			}
			ps := tablePremises(table)
			require.LessOrEqual(t, len(ps), 16)
			completions(nil, ps, func(full Premises) {
				total++
				holds := 0
				for _, r := range table.Rows {
					if !slices.ContainsFunc(r.If, func(c Condition) bool { return full[c.Premise] != c.Is }) {
						holds++
						hit[r.ID] = true
					}
				}
				if holds != 1 {
					t.Fatalf("%s: %d rows hold for %v", table.Name, holds, full)
				}
			})
			require.Len(t, hit, len(table.Rows), "%s has rows that never hold", table.Name)
			t.Logf("%s: %d rows, %d premises", table.Name, len(table.Rows), len(ps))
		}
	}
	t.Logf("%d full sets of facts, one row each", total)
}

// TestDecideTwin compares Decide with trying out every completion of what is
// not known.
func TestDecideTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	twin := func(table Table, known Premises) []string {
		var open []Premise
		for _, p := range tablePremises(table) {
			if known[p] == law.NotKnown {
				open = append(open, p)
			}
		}
		set := map[string]bool{}
		completions(known, open, func(full Premises) {
			for _, row := range table.Rows {
				if !slices.ContainsFunc(row.If, func(c Condition) bool { return full[c.Premise] != c.Is }) {
					set[row.Then] = true
				}
			}
		})
		var out []string
		for o := range set {
			out = append(out, o)
		}
		slices.Sort(out)
		return out
	}
	for _, table := range Tables(law.MustDate("2026-06-01")) {
		ps := tablePremises(table)
		rounds := 400
		if len(ps) > 10 {
			rounds = 15
		}
		for range rounds {
			known := Premises{}
			for _, p := range ps {
				known[p] = law.Truth(r.IntN(3))
			}
			d := table.Decide(known)
			now := twin(table, known)
			require.Equal(t, now, outcomes(d.Rows), "%s %v", table.Name, known)
			require.Equal(t, len(now) > 1, d.Open())
			for _, p := range ps {
				with := Premises{}
				for k, v := range known {
					with[k] = v
				}
				if known[p] == law.NotKnown {
					with[p] = law.Yes
					yes := twin(table, with)
					with[p] = law.No
					matters := d.Open() && !slices.Equal(yes, twin(table, with))
					require.Equal(t, matters, slices.Contains(d.Missing, p), "%s: %s", table.Name, p)
					continue
				}
				with[p] = law.Yes + law.No - known[p]
				then := twin(table, with)
				at := slices.IndexFunc(d.Flips, func(f Flip) bool { return f.Premise == p })
				require.Equal(t, !slices.Equal(then, now), at >= 0, "%s: %s", table.Name, p)
				if at >= 0 {
					require.Equal(t, then, d.Flips[at].Then)
				}
			}
			for o := range table.Outcomes() {
				require.Equal(t, slices.Contains(now, o), len(table.Blockers(known, o)) == 0, "%s: %s", table.Name, o)
			}
			require.NotEmpty(t, d.Explain("es"))
		}
	}
}

func TestChoose(t *testing.T) {
	yes, no := law.Yes, law.No
	for _, c := range []struct {
		name     string
		idea     Idea
		modality string // "" open
		sara     string
		admitted string
		open     string
	}{
		{"nothing known", Idea{}, "", "", "restricted", "minor super-simplified simplified open negotiation negotiated-no-notice dialogue innovation-partnership precommercial"},
		{"a product of the market, small", Idea{At: law.MustDate("2026-06-01"), Body: law.Local, Contract: law.Supplies, Value: law.Net(14_999), Premises: Premises{
			PremiseMarketMeets: yes, PremiseOneYear: yes, PremiseNotSplit: yes, PremiseExempt19: no, PremiseUtilities: no, PremiseFormulaOnly: yes, PremiseLightJudgement: yes,
			Premise167a: no, Premise167b: no, Premise167c: no, Premise167d: no, Premise167e: no, Premise167f: no}},
			NotCPI, NotHarmonised, "minor super-simplified simplified open restricted", "negotiated-no-notice"},
		{"the same at the limit", Idea{At: law.MustDate("2026-06-01"), Body: law.Local, Contract: law.Supplies, Value: law.Net(15_000), Premises: Premises{
			PremiseMarketMeets: yes, PremiseOneYear: yes, PremiseNotSplit: yes, PremiseExempt19: no, PremiseUtilities: no, PremiseFormulaOnly: yes, PremiseLightJudgement: yes,
			Premise167a: no, Premise167b: no, Premise167c: no, Premise167d: no, Premise167e: no, Premise167f: no}},
			NotCPI, NotHarmonised, "super-simplified simplified open restricted", "negotiated-no-notice"},
		{"partnership over the threshold", Idea{At: law.MustDate("2026-06-01"), Body: law.Local, Contract: law.IntellectualServices, Value: law.Net(900_000), Premises: Premises{
			PremiseMarketMeets: no, PremiseRDNeeded: yes, PremiseScalePurchase: yes, PremiseSpecified: yes, Premise167b: yes, PremiseExempt19: no, PremiseUtilities: no, PremiseLotExcepted: no}},
			CPTIPartnership, Harmonised, "open restricted negotiation dialogue innovation-partnership", "negotiated-no-notice"},
		{"water company's works, between the thresholds of no one", Idea{At: law.MustDate("2026-06-01"), Body: law.Local, Contract: law.Services, Value: law.Net(300_000), Premises: Premises{
			PremiseExempt19: no, PremiseUtilities: yes, PremiseAdministration: yes}},
			"", NotHarmonised, "open restricted", "negotiation negotiated-no-notice dialogue innovation-partnership precommercial"},
		{"shared benefits: CPP", Idea{At: law.MustDate("2026-06-01"), Body: law.Local, Contract: law.Services, Value: law.Net(120_000), Premises: Premises{
			PremiseMarketMeets: no, PremiseRDNeeded: yes, PremiseScalePurchase: no, PremiseBenefits: no}},
			CPP, "", "open restricted precommercial", "simplified negotiation negotiated-no-notice dialogue"},
		{"all benefits, all cost, listed CPV", Idea{At: law.MustDate("2026-06-01"), Body: law.Local, Contract: law.IntellectualServices, Value: law.Net(120_000), Premises: Premises{
			PremiseMarketMeets: no, PremiseRDNeeded: yes, PremiseScalePurchase: no, PremiseBenefits: yes, PremisePaysAll: yes, PremiseListedCPV: yes}},
			CPTIRDServices, "", "open restricted", "simplified negotiation negotiated-no-notice dialogue"},
		{"CPV not listed", Idea{Premises: Premises{PremiseMarketMeets: no, PremiseRDNeeded: yes, PremiseScalePurchase: no, PremiseBenefits: yes, PremisePaysAll: yes, PremiseListedCPV: no}},
			ModalityUnsettled, "", "restricted", "minor super-simplified simplified open negotiation negotiated-no-notice dialogue precommercial"},
		{"benefits shared: who pays does not matter", Idea{Premises: Premises{PremiseMarketMeets: no, PremiseRDNeeded: yes, PremiseScalePurchase: no, PremiseBenefits: no}},
			CPP, "", "restricted precommercial", "minor super-simplified simplified open negotiation negotiated-no-notice dialogue"},
		{"VAT in the value", Idea{At: law.MustDate("2026-06-01"), Body: law.Local, Contract: law.Supplies, Value: law.Money{Cents: 900_000, Currency: "EUR", Tax: law.TaxIncluded}},
			"", "", "open restricted", "minor super-simplified simplified negotiation negotiated-no-notice dialogue innovation-partnership precommercial"},
	} {
		choice := c.idea.Choose()
		names := func(ps []law.Procedure) string {
			var out []string
			for _, p := range ps {
				out = append(out, p.String())
			}
			return strings.Join(out, " ")
		}
		yes, open := choice.Admitted()
		require.Equal(t, c.modality, choice.Modality.Outcome, c.name)
		require.Equal(t, c.sara, choice.Harmonised.Outcome, c.name)
		require.Equal(t, c.admitted, names(yes), c.name)
		require.Equal(t, c.open, names(open), c.name)
		for _, p := range choice.Procedures {
			require.Equal(t, p.Outcome == NotAdmitted || p.Outcome == Unsettled, len(p.Blockers) > 0, "%s: %s", c.name, p.Procedure)
		}
	}
}

// Minor contracts had a limit by contractor until 5 February 2020.
func TestMinorByDate(t *testing.T) {
	has := func(day string) bool {
		return slices.Contains(tablePremises(ProcedureTable(law.Minor, law.MustDate(day))), PremiseContractorBelow)
	}
	require.True(t, has("2020-02-05"))
	require.False(t, has("2020-02-06"))
}

func TestNoNoticeByType(t *testing.T) {
	base := func(c law.Contract) Premises {
		p, _ := Idea{At: law.MustDate("2026-06-01"), Body: law.Local, Contract: c, Value: law.Net(1), Premises: Premises{
			Premise168a1: law.No, Premise168a2: law.No, Premise168a3: law.No, Premise168b1: law.No, Premise168b2: law.No, Premise168c1: law.Yes,
			Premise168c2: law.No, Premise168c3: law.No, Premise168c4: law.No, Premise168d: law.No, Premise168e: law.No}}.Derive()
		return p
	}
	table := ProcedureTable(law.NegotiatedNoNotice, law.MustDate("2026-06-01"))
	require.Equal(t, Admitted, table.Decide(base(law.Supplies)).Outcome)
	require.Equal(t, NotAdmitted, table.Decide(base(law.Services)).Outcome)
	require.Equal(t, NotAdmitted, table.Decide(base(law.ConcessionWorks)).Outcome)
}

func TestEstimateValue(t *testing.T) {
	e, err := EstimateValue(law.Open, []Part{
		{PartBase, "two years", law.Net(100_000)}, {PartExtension, "one year", law.Net(50_000)}, {PartModification, "20 %", law.Net(20_000)}, {PartPrizes, "", law.NetCents(1)}})
	require.NoError(t, err)
	require.Equal(t, "170000.01 EUR net", e.Value.String())
	require.Equal(t, "LCSP 101.2.c", e.Lines[2].Source.Cite())
	_, err = EstimateValue(law.InnovationPartnership, []Part{{PartRD, "three partners", law.Net(300_000)}})
	require.ErrorContains(t, err, "101.14")
	e, err = EstimateValue(law.InnovationPartnership, []Part{{PartRD, "three partners", law.Net(300_000)}, {PartPurchase, "", law.Net(900_000)}})
	require.NoError(t, err)
	require.Equal(t, law.Net(1_200_000), e.Value)
	for _, parts := range [][]Part{
		nil, {{0, "x", law.Net(1)}}, {{PartBase, "x", law.Net(-1)}}, {{PartBase, "x", law.Money{}}},
		{{PartBase, "x", law.NetCents(law.MaxCents)}, {PartBase, "y", law.NetCents(1)}}, {{PartBase, "x", law.Money{Cents: 1, Currency: "USD", Tax: law.TaxExcluded}}},
		slices.Repeat([]Part{{PartBase, "x", law.Net(1)}}, maxParts+1),
	} {
		_, err := EstimateValue(law.Open, parts)
		require.Error(t, err)
	}
}

func TestMonthlyValue(t *testing.T) {
	at := law.MustDate("2026-06-01")
	for _, c := range []struct {
		months int
		lease  bool
		want   int64
	}{{12, false, 12_000}, {48, false, 48_000}, {49, false, 48_000}, {0, false, 48_000}, {60, true, 60_000}, {0, true, 48_000}} {
		v, _, err := MonthlyValue(at, law.Net(1000), c.months, c.lease)
		require.NoError(t, err)
		require.Equal(t, law.Net(c.want), v, "%+v", c)
	}
	_, _, err := MonthlyValue(at, law.NetCents(law.MaxCents), 2, false)
	require.ErrorIs(t, err, law.ErrAmount)
	_, _, err = MonthlyValue(at, law.Net(1), -1, false)
	require.ErrorIs(t, err, law.ErrPeriod)
	_, _, err = MonthlyValue(at, law.Money{}, 1, false)
	require.Error(t, err)
}

const tablesFile = "../docs/decision-tables.md"

// TestDecisionTablesDocument keeps docs/decision-tables.md, made of the tables,
// current: ALMOTACEN_UPDATE=1 writes it.
func TestDecisionTablesDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# The decision tables\n\nHow package `procurement` chooses, for a second person to check. The file is made from the tables by `go test ./procurement`;\ndo not edit it. In each table the rows exclude each other and one holds for every set of facts: a test tries them all. An empty cell\nmeans that the row does not ask. Marks: ✓ article read, ◐ secondary source, ○ not verified.\n")
	at := law.MustDate("2026-06-01")
	for _, table := range Tables(at) {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n", table.Name, strings.ToUpper(table.Question[:1])+table.Question[1:])
		ps := tablePremises(table)
		for i, p := range ps {
			fmt.Fprintf(&b, "%d. %s\n", i+1, p)
		}
		if len(ps) > 0 {
			b.WriteString("\n")
		}
		b.WriteString("| row |")
		for i := range ps {
			fmt.Fprintf(&b, " %d |", i+1)
		}
		b.WriteString(" → | why | article |\n| --- |" + strings.Repeat(" --- |", len(ps)) + " --- | --- | --- |\n")
		for i, r := range table.Rows {
			fmt.Fprintf(&b, "| %d |", i+1)
			for _, p := range ps {
				cell := ""
				for _, c := range r.If {
					if c.Premise == p {
						cell = c.Is.String()
					}
				}
				fmt.Fprintf(&b, " %s |", cell)
			}
			fmt.Fprintf(&b, " %s | %s | %s |\n", r.Then, r.Why.EN, r.Source)
		}
	}
	if os.Getenv("ALMOTACEN_UPDATE") != "" {
		require.NoError(t, os.WriteFile(filepath.FromSlash(tablesFile), []byte(b.String()), 0o644))
	}
	got, err := os.ReadFile(filepath.FromSlash(tablesFile))
	require.NoError(t, err)
	require.Equal(t, b.String(), string(got), "docs/decision-tables.md is not current: run this test with ALMOTACEN_UPDATE=1 and review the change")
}

func TestUnitsValue(t *testing.T) {
	units := []FunctionalUnit{{"sports", law.Net(10_000), law.No}, {"culture", law.Net(9_000), law.No}, {"museum", law.Net(8_000), law.Yes}, {"archive", law.Net(0), law.NotKnown}}
	v, err := UnitsValue(units, "sports")
	require.NoError(t, err)
	require.Equal(t, law.Net(19_000), v) // two units of 10,000 and 9,000 are no minor contract
	v, err = UnitsValue(units, "museum")
	require.NoError(t, err)
	require.Equal(t, law.Net(8_000), v)
	units[1].Autonomous = law.NotKnown
	_, err = UnitsValue(units, "sports")
	require.ErrorContains(t, err, "101.6")
	_, err = UnitsValue(units, "zoo")
	require.ErrorIs(t, err, law.ErrName)
	_, err = UnitsValue([]FunctionalUnit{{"a", law.Net(5), law.NotKnown}}, "a")
	require.NoError(t, err)
}

func TestDecideLots(t *testing.T) {
	at := law.MustDate("2026-06-01")
	for _, c := range []struct {
		name     string
		contract law.Contract
		lots     []Lot
		want     string // identifiers of harmonised lots
		may      string // of lots that may be excepted
	}{
		{"below", law.Services, []Lot{{"a", law.NetCents(10_799_999), false}, {"b", law.NetCents(10_800_000), false}}, "", ""},
		{"at", law.Services, []Lot{{"a", law.Net(108_000), false}, {"b", law.Net(108_000), false}}, "a b", ""},
		{"one small lot may", law.Services, []Lot{{"a", law.Net(200_000), false}, {"b", law.Net(50_000), false}}, "a b", "b"},
		{"exactly 20 %", law.Services, []Lot{{"a", law.Net(200_000), false}, {"b", law.Net(50_000), true}}, "a", "b"},
		{"a cent above 20 %", law.Services, []Lot{{"a", law.Net(200_000), false}, {"b", law.NetCents(5_000_001), true}}, "a b", ""},
		{"two small ones, one fits", law.Services, []Lot{{"a", law.Net(200_000), false}, {"b", law.Net(30_000), true}, {"c", law.Net(30_000), false}}, "a c", "b"},
		{"80,000 is not small", law.Services, []Lot{{"a", law.Net(500_000), false}, {"b", law.Net(80_000), true}}, "a b", ""},
		{"a too large wish does not spoil a small one", law.Services, []Lot{{"a", law.Net(500_000), false}, {"b", law.Net(80_000), true}, {"c", law.Net(79_000), true}}, "a b", "c"},
		{"both wished, too much together", law.Services, []Lot{{"a", law.Net(200_000), false}, {"b", law.Net(30_000), true}, {"c", law.Net(30_000), true}}, "a b c", ""},
		{"works: a million", law.Works, []Lot{{"a", law.Net(5_000_000), false}, {"b", law.NetCents(99_999_999), true}}, "a", "b"},
		{"concessions have no exception", law.ConcessionWorks, []Lot{{"a", law.Net(5_500_000), false}, {"b", law.Net(1_000), true}}, "a b", ""},
	} {
		a, err := DecideLots(at, c.contract, law.Local, c.lots)
		require.NoError(t, err, c.name)
		var harmonised, may []string
		for _, l := range a.Lots {
			if l.Harmonised {
				harmonised = append(harmonised, l.ID)
			}
			if l.MayExcept {
				may = append(may, l.ID)
			}
			require.NotEmpty(t, l.Why)
		}
		require.Equal(t, c.want, strings.Join(harmonised, " "), c.name)
		require.Equal(t, c.may, strings.Join(may, " "), c.name)
	}
	for _, lots := range [][]Lot{nil, {{"a", law.Net(1), false}, {"a", law.Net(1), false}}, {{"a", law.Net(-1), false}}, {{"a", law.Money{}, false}}} {
		_, err := DecideLots(at, law.Services, law.Local, lots)
		require.Error(t, err)
	}
	_, err := DecideLots(at, law.Services, law.AnyBody, []Lot{{"a", law.Net(1), false}})
	require.ErrorContains(t, err, "kind of contracting authority")
}

func ExampleIdea_Choose() {
	idea := Idea{
		At: law.MustDate("2026-06-01"), Body: law.Local, Contract: law.Services, Value: law.Net(650_000),
		Premises: Premises{PremiseMarketMeets: law.No, PremiseRDNeeded: law.Yes},
	}
	choice := idea.Choose()
	fmt.Print(choice.Modality.Explain("en"))
	fmt.Print(choice.Modality.Explain("es"))
	// Output:
	// modality: open question: CPP or CPTI by innovation partnership or CPTI: services contract for R&D under the LCSP or excluded by LCSP 8, and not the usual idea of CPP
	//   CPTI by innovation partnership: development and later purchase in one procedure (LCSP 177.1 ✓)
	//   CPP: the benefits are shared: an R&D contract excluded from the LCSP (LCSP 8 ✓)
	//   CPP: the cost is shared: an R&D contract excluded from the LCSP (LCSP 8 ✓)
	//   CPTI: services contract for R&D under the LCSP: listed CPV, all benefits and all cost the authority's: the exclusion does not apply (LCSP 8 ✓)
	//   excluded by LCSP 8, and not the usual idea of CPP: excluded for its CPV though nothing is shared: check the CPV, ask a lawyer (LCSP 8 ○)
	//   say: the results are bought at scale in the same procedure; the benefits belong exclusively to the authority; the authority pays the service in full; the CPV code is one of those listed in LCSP 8
	//   if an existing product meets the need: not CPI: ordinary procedure
	//   if not research and development is needed before a product exists: CPTI
	// modalidad: faltan datos: CPP o CPTI por asociación para la innovación o CPTI: contrato de servicios de I+D conforme a la LCSP o excluido por LCSP 8 sin ser la CPP habitual
	//   CPTI por asociación para la innovación: desarrollo y compra ulterior en un solo procedimiento (LCSP 177.1 ✓)
	//   CPP: los beneficios se comparten: contrato de I+D excluido de la LCSP (LCSP 8 ✓)
	//   CPP: el coste se comparte: contrato de I+D excluido de la LCSP (LCSP 8 ✓)
	//   CPTI: contrato de servicios de I+D conforme a la LCSP: CPV de la lista, todos los beneficios y todo el coste del poder adjudicador: no hay exclusión (LCSP 8 ✓)
	//   excluido por LCSP 8 sin ser la CPP habitual: excluido por su CPV aunque nada se comparta: revisar el CPV y pedir informe jurídico (LCSP 8 ○)
	//   falta saber: los resultados se compran a escala en el mismo procedimiento; los beneficios pertenecen exclusivamente al poder adjudicador; el poder adjudicador remunera íntegramente el servicio; el código CPV es uno de los que enumera LCSP 8
	//   si un producto existente satisface la necesidad: no es CPI: procedimiento ordinario
	//   si no es cierto que: hace falta investigación y desarrollo antes de que exista un producto: CPTI
}
