package procurement

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// with changes the events of a case.
type with func([]Event) []Event

// setFact states a fact in the event that states it, or in the first of a kind.
func setFact(k Kind, f Fact) with {
	return func(es []Event) []Event {
		for i := range es {
			if es[i].Kind != k {
				continue
			}
			es[i].Facts = slices.DeleteFunc(slices.Clone(es[i].Facts), func(x Fact) bool { return x.Name == f.Name })
			es[i].Facts = append(es[i].Facts, f)
			return es
		}
		return es
	}
}

func dropFact(k Kind, f FactName) with {
	return func(es []Event) []Event {
		for i := range es {
			if es[i].Kind == k {
				es[i].Facts = slices.DeleteFunc(slices.Clone(es[i].Facts), func(x Fact) bool { return x.Name == f })
			}
		}
		return es
	}
}

// onDay moves the first event of a kind.
func onDay(k Kind, day string) with {
	return func(es []Event) []Event {
		i := slices.IndexFunc(es, func(e Event) bool { return e.Kind == k })
		es[i].Date = law.MustDate(day)
		return es
	}
}

func priced(k Kind, cents int64) with {
	return func(es []Event) []Event {
		i := slices.IndexFunc(es, func(e Event) bool { return e.Kind == k })
		es[i].Amount = law.NetCents(cents)
		return es
	}
}

func without(k Kind) with {
	return func(es []Event) []Event { return slices.DeleteFunc(es, func(e Event) bool { return e.Kind == k }) }
}

// years moves a whole case.
func years(n int) with {
	return func(es []Event) []Event {
		for i := range es {
			es[i].Date = es[i].Date.AddMonths(12 * n)
		}
		return es
	}
}

func model(id string) with { return setFact(ProcedureChosen, Says(FactModel, id)) }
func value(cents int64) with {
	return setFact(FileApproved, Amount(FactEstimatedValue, law.NetCents(cents)))
}

// TestLegalCases: facts, date and expected answer, on both sides of each limit,
// with the article. The base is the lawful open case of 2025.
func TestLegalCases(t *testing.T) {
	minor := func(es []Event) []Event {
		es = append(model("minor")(es)[:9], Event{Kind: Ordered, Date: es[9].Date, Party: "B", Amount: law.Net(10_000), Documents: docs(DocMinorReport)})
		return es
	}
	for _, c := range []struct {
		name    string
		change  []with
		guard   string
		want    Verdict
		article string
	}{
		{"simplified 2025, services one cent below the State's figure", []with{model("simplified"), value(143_000_00 - 1)}, "proc-simplified", OK, "LCSP 159.1"},
		{"simplified 2025, services at the figure", []with{model("simplified"), value(143_000_00)}, "proc-simplified", Breach, "LCSP 159.1"},
		{"simplified 2026, the figure fell", []with{years(1), model("simplified"), value(140_000_00)}, "proc-simplified", Breach, "LCSP 159.1"},
		{"simplified 2026, one cent below", []with{years(1), model("simplified"), value(140_000_00 - 1)}, "proc-simplified", OK, "LCSP 159.1"},
		{"simplified 2020, at 100,000", []with{years(-5), model("simplified"), value(100_000_00)}, "proc-simplified", OK, "LCSP 159.1"},
		{"simplified 2020, a cent above", []with{years(-5), model("simplified"), value(100_000_00 + 1)}, "proc-simplified", Breach, "LCSP 159.1"},
		{"simplified, judgement 25 %", []with{model("simplified"), value(50_000_00), setFact(FileApproved, Number(FactJudgementWeight, 2500))}, "proc-simplified", OK, "LCSP 159.1"},
		{"simplified, judgement 25.01 %", []with{model("simplified"), value(50_000_00), setFact(FileApproved, Number(FactJudgementWeight, 2501))}, "proc-simplified", Breach, "LCSP 159.1"},
		{"simplified, intellectual services, judgement 45 %", []with{model("simplified"), value(50_000_00), setFact(ProcedureChosen, Says(FactContract, "services-intellectual")), setFact(FileApproved, Number(FactJudgementWeight, 4500))}, "proc-simplified", OK, "LCSP 159.1"},
		{"super-simplified, a cent below 60,000", []with{model("super-simplified"), value(60_000_00 - 1), setFact(FileApproved, Number(FactJudgementWeight, 0))}, "proc-super-simplified", OK, "LCSP 159.6"},
		{"super-simplified, at 60,000", []with{model("super-simplified"), value(60_000_00), setFact(FileApproved, Number(FactJudgementWeight, 0))}, "proc-super-simplified", Breach, "LCSP 159.6"},
		{"super-simplified with judgement criteria", []with{model("super-simplified"), value(50_000_00)}, "proc-super-simplified", Breach, "LCSP 159.6"},
		{"super-simplified in 2020, at 35,000", []with{years(-5), model("super-simplified"), value(35_000_00), setFact(FileApproved, Number(FactJudgementWeight, 0))}, "proc-super-simplified", Breach, "LCSP 159.6"},
		{"minor, a cent below 15,000", []with{value(15_000_00 - 1), minor}, "proc-minor", OK, "LCSP 118.1"},
		{"minor, at 15,000", []with{value(15_000_00), minor}, "proc-minor", Breach, "LCSP 118.1"},
		{"minor, 13 months", []with{value(9_000_00), setFact(FileApproved, Number(FactDurationMonths, 13)), minor}, "proc-minor", Breach, "LCSP 118.1"},
		{"minor, duration not said", []with{value(9_000_00), dropFact(FileApproved, FactDurationMonths), minor}, "proc-minor", Unknown, "LCSP 118.1"},

		{"harmonised declared where the value is below", []with{value(220_999_99), setFact(FileApproved, Yes(FactHarmonised))}, "harmonised-declared", Breach, "LCSP 19.1"},
		{"harmonised declared at the figure of 2025", []with{value(221_000_00), setFact(FileApproved, Yes(FactHarmonised))}, "harmonised-declared", OK, "LCSP 19.1"},
		{"harmonised not declared at the figure of 2026", []with{years(1), value(216_000_00), setFact(FileApproved, No(FactHarmonised))}, "harmonised-declared", Breach, "LCSP 19.1"},
		{"harmonised without notice in the EU Journal", []with{value(221_000_00)}, "eu-first", Breach, "LCSP 135.3"},

		{"offers closed on the last day", nil, "period-min", OK, "LCSP 136.1"},
		{"offers closed a day before", []with{onDay(OffersClosed, "2025-04-21")}, "period-min", OK, "LCSP 136.1"},
		{"offers closed on Good Friday, the fifteenth day", []with{onDay(OffersClosed, "2025-04-18"), onDay(EnvelopeOpened, "2025-04-23")}, "period-min", Breach, "LCSP 136.1"},
		{"electronic not said matters only to harmonised ones", []with{dropFact(FileApproved, FactElectronic)}, "period-min", OK, "LCSP 136.1"},
		{"paper not said", []with{dropFact(FileApproved, FactPaper)}, "period-min", Unknown, "LCSP 136.1"},

		{"first opening on the twentieth day", []with{onDay(EnvelopeOpened, "2025-05-04")}, "open-in-20", OK, "LCSP 157.3"},
		{"quality 51 % in intellectual services", []with{setFact(ProcedureChosen, Says(FactContract, "services-intellectual")), setFact(FileApproved, Number(FactQualityWeight, 5100))}, "quality-half", OK, "LCSP 145.4"},
		{"quality 50.99 %", []with{setFact(ProcedureChosen, Says(FactContract, "services-intellectual")), setFact(FileApproved, Number(FactQualityWeight, 5099))}, "quality-half", Breach, "LCSP 145.4"},
		{"phases, threshold 49.99 %", []with{setFact(FileApproved, Yes(FactPhasedEvaluation)), setFact(FileApproved, Number(FactPhaseThreshold, 4999))}, "phase-threshold", Breach, "LCSP 146.3"},
		{"phases, threshold 50 %", []with{setFact(FileApproved, Yes(FactPhasedEvaluation)), setFact(FileApproved, Number(FactPhaseThreshold, 5000))}, "phase-threshold", OK, "LCSP 146.3"},

		{"mayor at 10 % of ordinary resources", []with{value(150_000_00), setFact(FileApproved, Amount(FactOrdinaryResources, law.Net(1_500_000)))}, "body-competent", OK, "LCSP DA 2.1"},
		{"mayor a cent above", []with{value(150_000_01), setFact(FileApproved, Amount(FactOrdinaryResources, law.Net(1_500_000)))}, "body-competent", Breach, "LCSP DA 2.1"},
		{"mayor, four years and a month", []with{setFact(FileApproved, Number(FactDurationMonths, 49))}, "body-competent", Breach, "LCSP DA 2.1"},
		{"large town, mayor", []with{setFact(FileApproved, Yes(FactLargeTown))}, "body-competent", Breach, "LCSP DA 2.1"},
		{"resources not known", []with{dropFact(FileApproved, FactOrdinaryResources)}, "body-competent", Unknown, "LCSP DA 2.1"},

		{"documents on the tenth working day", []with{onDay(DocumentsReceived, "2025-05-22"), onDay(Awarded, "2025-05-22"), onDay(AwardNotified, "2025-05-22"), onDay(AwardPublished, "2025-05-22")}, "documents-10", OK, "LCSP 150.2"},
		{"documents on the eleventh", []with{onDay(DocumentsReceived, "2025-05-23"), onDay(Awarded, "2025-05-23"), onDay(AwardNotified, "2025-05-23"), onDay(AwardPublished, "2025-05-23")}, "documents-10", Breach, "LCSP 150.2"},
		{"award without documents", []with{without(DocumentsReceived)}, "documents-before-award", Breach, "LCSP 150.3"},
		{"standstill: the fifteenth working day", []with{onDay(Formalised, "2025-06-11")}, "standstill-over", Breach, "LCSP 153.3"},
		{"standstill: the day after", []with{onDay(Formalised, "2025-06-12")}, "standstill-over", OK, "LCSP 153.3"},
		{"no standstill at 100,000: signed on the fifteenth working day", []with{value(100_000_00), onDay(Formalised, "2025-06-11")}, "formalise-15", OK, "LCSP 153.3"},
		{"no standstill at 100,000: signed later", []with{value(100_000_00), onDay(Formalised, "2025-06-12")}, "formalise-15", Breach, "LCSP 153.3"},
		{"a cent above 100,000 waits", []with{value(100_000_01), onDay(Formalised, "2025-06-11")}, "standstill-over", Breach, "LCSP 153.3"},
		{"formula envelope before the report", []with{without(JudgementReported)}, "judgement-first", Breach, "LCSP 146.2"},

		{"foreseen modification, exactly 20 %", []with{priced(Modified, 26_000_00)}, "modify-foreseen", OK, "LCSP 204.1"},
		{"foreseen modification, a cent above", []with{priced(Modified, 26_000_01)}, "modify-foreseen", Breach, "LCSP 204.1"},
		{"reduction of exactly 20 %", []with{priced(Modified, -26_000_00)}, "modify-foreseen", OK, "LCSP 204.1"},
		{"not substantial, 10 % of services", []with{priced(Modified, 13_000_00), setFact(Modified, Says(FactGround, "205.2.c")), setFact(Modified, No(FactOtherBidders)), setFact(Modified, No(FactBalance)), setFact(Modified, No(FactOtherContract))}, "modify-insubstantial", OK, "LCSP 205.2.c"},
		{"not substantial, above 10 %", []with{priced(Modified, 13_000_01), setFact(Modified, Says(FactGround, "205.2.c")), setFact(Modified, No(FactOtherBidders)), setFact(Modified, No(FactBalance)), setFact(Modified, No(FactOtherContract))}, "modify-insubstantial", Breach, "LCSP 205.2.c"},
		{"additional, 50 %", []with{priced(Modified, 65_000_00), setFact(Modified, Says(FactGround, "205.2.a")), setFact(Modified, Yes(FactChangeImpossible))}, "modify-additional", OK, "LCSP 205.2.a"},
		{"additional, above 50 %", []with{priced(Modified, 65_000_01), setFact(Modified, Says(FactGround, "205.2.a")), setFact(Modified, Yes(FactChangeImpossible))}, "modify-additional", Breach, "LCSP 205.2.a"},
		{"modification published on a Monday, the fifth day was Saturday", []with{onDay(ModificationPublished, "2025-09-08")}, "modify-published", OK, "LCSP 207.3"},
		{"modification published the day after", []with{onDay(ModificationPublished, "2025-09-09")}, "modify-published", Breach, "LCSP 207.3"},
		{"reception on the last day of the month", []with{onDay(Received, "2026-01-02"), onDay(ConformityApproved, "2026-01-02")}, "reception", OK, "LCSP 210.2"},
		{"reception a day late", []with{onDay(Received, "2026-01-03"), onDay(ConformityApproved, "2026-01-03")}, "reception", Breach, "LCSP 210.2"},
		{"payment 31 days after conformity", []with{onDay(Paid, "2026-01-15"), onDay(Settled, "2026-01-16")}, "pay-30", Breach, "LCSP 198.4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			es := openCase()
			for i := range es {
				es[i] = es[i].clone()
			}
			for _, f := range c.change {
				es = f(es)
			}
			cal, err := law.NewCalendar(law.CalendarConfig{Name: "Vila", Complete: true})
			require.NoError(t, err)
			x := NewRules(cal).NewCase("x")
			require.NoError(t, x.Append(0, es...))
			fs := x.Check(law.MustDate("2027-12-31"))
			i := slices.IndexFunc(fs, func(f Finding) bool { return f.Guard.ID == c.guard && !f.Due })
			require.GreaterOrEqual(t, i, 0, "%v", messages(fs))
			require.Equal(t, c.want, fs[i].Verdict, fs[i].Message("en"))
			require.Equal(t, c.article, fs[i].Guard.Source.Cite())
		})
	}
}

// TestGuardsTotal: every guard answers every combination of its facts, on an
// empty case of every model, without a panic and with one of the verdicts.
func TestGuardsTotal(t *testing.T) {
	rules := NewRules(nil)
	asked := 0
	for _, m := range rules.models {
		for i := range guards {
			g := &guards[i]
			var names []FactName
			for _, x := range append(slices.Clone(g.When), g.Need...) {
				if x.Fact != 0 && x.Fact.Info().Type == TruthFact && !slices.Contains(names, x.Fact) {
					names = append(names, x.Fact)
				}
			}
			combinations := 1
			for range names {
				combinations *= 3
			}
			for _, k := range g.On {
				for n := range combinations {
					c := rules.NewCase("x")
					j := judge{fold: new(fold)}
					j.reset(c)
					j.m = m
					e := Event{Kind: k, Date: law.MustDate("2025-05-05")}
					for _, name := range names {
						if v := law.Truth(n % 3); v != law.NotKnown {
							e.Facts = append(e.Facts, Fact{Name: name, Truth: v})
						}
						n /= 3
					}
					for _, tg := range []target{{lot: -1, party: -1, contract: -1, phase: -1, bid: -1}, {lot: 0, party: -1, contract: -1, phase: -1, bid: -1}} {
						v := j.guard(g, &e, tg, 0)
						require.LessOrEqual(t, v, Breach)
						asked++
					}
				}
			}
		}
	}
	t.Logf("%d questions to %d guards answered", asked, len(guards))
}
