package law

import "time"

// start is the first day of the LCSP: four months after 9 November 2017 (DF 16).
var start = civil(2018, time.March, 9)

func eur(n int64) Number     { return Number{n, 1} }
func percent(n int64) Number { return Number{n, 1} }

// lcsp is a row read in the article, words included.
func lcsp(article, quote string) Source {
	return Source{Act: "LCSP", Article: article, Quote: quote, Mark: Text}
}

// set is a source whose words come from a later act or order.
func set(s Source, by, gazette, eu string) Source {
	s.SetBy, s.Gazette, s.EU = by, gazette, eu
	return s
}

// biennium is one revision of the thresholds of the Union.
type biennium struct {
	from, to                       Date
	works, state, other, utilities int64
	worksText, stateText           string
	otherText                      string
	order, gazette                 string
	regulation                     string // Directive 2014/24/EU; a secondary page only
}

// biennia: the order published in the gazette replaces the figures in the
// articles; the figures of the Union apply from 1 January of even years by
// themselves (DA 11). Those that the act was passed with never applied: the
// order of 2017 came before the act's entry into force.
var biennia = [...]biennium{
	{start, civil(2019, 12, 31), 5548000, 144000, 221000, 0, "5.548.000", "144.000", "221.000", "Orden HFP/1298/2017", "BOE-A-2017-15717", "2017/2365"},
	{civil(2020, 1, 1), civil(2021, 12, 31), 5350000, 139000, 214000, 428000, "5.350.000", "139.000", "214.000", "Orden HAC/1272/2019", "BOE-A-2019-18748", "2019/1828"},
	{civil(2022, 1, 1), civil(2023, 12, 31), 5382000, 140000, 215000, 431000, "5.382.000", "140.000", "215.000", "Orden HFP/1499/2021", "BOE-A-2021-21885", "2021/1952"},
	{civil(2024, 1, 1), civil(2025, 12, 31), 5538000, 143000, 221000, 443000, "5.538.000", "143.000", "221.000", "Orden HFP/1352/2023", "BOE-A-2023-25764", "2023/2495"},
	{civil(2026, 1, 1), Date{}, 5404000, 140000, 216000, 432000, "5.404.000", "140.000", "216.000", "Orden HAC/1517/2025", "BOE-A-2025-26605", "2025/2152"},
}

// revised are the rows of one biennium.
func (b biennium) revised() []Figure {
	const open = "to be revised on 1 January 2028; the end is left open"
	note := ""
	if b.to.IsZero() {
		note = open
	}
	row := func(k Kind, c Contract, body Body, v int64, article, quote string) Figure {
		return Figure{k, c, body, AtLeast, eur(v), Euros, b.from, b.to, set(lcsp(article, quote), b.order, b.gazette, b.regulation), note}
	}
	concession := func(c Contract) Figure {
		f := row(SARA, c, AnyBody, b.works, "20.1", "igual o superior a "+b.worksText+" euros")
		f.Source.EU = "" // set by the parallel regulation on Directive 2014/23/EU
		return f
	}
	rows := []Figure{
		row(SARA, Works, AnyBody, b.works, "20.1", "igual o superior a "+b.worksText+" euros"),
		concession(ConcessionWorks),
		concession(ConcessionServices),
		row(SARA, Supplies, State, b.state, "21.1.a", "a) "+b.stateText+" euros"),
		row(SARA, Supplies, OtherBody, b.other, "21.1.b", "b) "+b.otherText+" euros"),
		row(SARA, Services, State, b.state, "22.1.a", "a) "+b.stateText+" euros"),
		row(SARA, Services, OtherBody, b.other, "22.1.b", "b) "+b.otherText+" euros"),
		row(SARASubsidised, Works, AnyBody, b.works, "23.1.a", "igual o superior a "+b.worksText+" euros"),
		row(SARASubsidised, Services, AnyBody, b.other, "23.1.b", "igual o superior a "+b.otherText+" euros"),
	}
	return rows
}

// utilities are the rows of RDL 3/2020 in one biennium. Its past wordings were
// read by others only.
func (b biennium) utilityRows() []Figure {
	if b.utilities == 0 {
		return nil
	}
	from, mark, quotes := b.from, Secondary, [2]string{}
	if b.from.Year() == 2020 {
		from = civil(2020, 2, 25)
	}
	if b.to.IsZero() {
		mark, quotes = Text, [2]string{"b) 432.000 de euros", "c) 5.404.000 de euros"}
	}
	row := func(c Contract, v int64, article, quote string) Figure {
		return Figure{SARAUtilities, c, AnyBody, AtLeast, eur(v), Euros, from, b.to,
			Source{Act: "RDL 3/2020", Article: article, SetBy: b.order, Gazette: b.gazette, Quote: quote, Mark: mark}, "only for entities of water, energy, transport, postal services"}
	}
	concession := quotes[1]
	if concession != "" {
		concession = "igual o superior al umbral de 5.404.000 de euros"
	}
	return []Figure{row(Supplies, b.utilities, "1.1.b", quotes[0]), row(Services, b.utilities, "1.1.b", quotes[0]), row(Works, b.works, "1.1.c", quotes[1]),
		noWater(row(ConcessionWorks, b.works, "1.2", concession)), noWater(row(ConcessionServices, b.works, "1.2", concession))}
}

func noWater(f Figure) Figure {
	f.Note += "; not concessions of water (1.2.a)"
	return f
}

// simplifiedRows: since 2021 the limit for supplies and services is the
// threshold of the State (21.1.a, 22.1.a), also for local bodies.
func (b biennium) simplifiedRows() []Figure {
	from := b.from
	if b.from.Year() == 2020 {
		from = civil(2021, 1, 1)
	}
	if b.from.Year() < 2020 {
		return nil
	}
	row := func(c Contract, article string) Figure {
		s := lcsp("159.1.a; "+article, "inferior a las cantidades establecidas en los artículos 21.1, letra a), y 22.1, letra a)")
		return Figure{SimplifiedLimit, c, AnyBody, Below, eur(b.state), Euros, from, b.to, set(s, "Ley 11/2020 DF 40; "+b.order, b.gazette, ""), "the figure of the State, also for local bodies"}
	}
	return []Figure{row(Supplies, "21.1.a"), row(Services, "22.1.a")}
}

var figures = allFigures()

func allFigures() []Figure {
	var rows []Figure
	for _, b := range biennia {
		rows = append(rows, b.revised()...)
	}
	rows = append(rows, Figure{SARA, ServicesAnnexIV, AnyBody, AtLeast, eur(750000), Euros, start, Date{}, lcsp("22.1.c", "c) 750.000 euros"), "never revised"})
	for _, b := range biennia {
		rows = append(rows, b.utilityRows()...)
	}
	rows = append(rows, Figure{SARAUtilities, ServicesAnnexIV, AnyBody, AtLeast, eur(1000000), Euros, civil(2020, 2, 25), Date{},
		Source{Act: "RDL 3/2020", Article: "1.1.a", Quote: "a) 1.000.000 de euros", Mark: Text}, "services of annex I of RDL 3/2020"})
	rows = append(rows, fixedFigures...)
	for _, b := range biennia {
		rows = append(rows, b.simplifiedRows()...)
	}
	return rows
}

// Dates on which wordings of single articles start.
var (
	since118    = civil(2020, 2, 6) // RDL 3/2020 DF 1, in force the day after its publication
	until118    = civil(2020, 2, 5)
	since11of20 = civil(2021, 1, 1) // Ley 11/2020 DF 40
	until11of20 = civil(2020, 12, 31)
	rglcap      = civil(2002, 4, 26)
	since31of22 = civil(2023, 1, 1) // Ley 31/2022, in force on 1 January 2023
)

func lcsp118(old bool) Source {
	if old {
		return lcsp("118.1; 118.3", "inferior a 40.000 euros, cuando se trate de contratos de obras, o a 15.000 euros")
	}
	return set(lcsp("118.1; 118.2", "inferior a 40.000 euros, cuando se trate de contratos de obras, o a 15.000 euros"), "RDL 3/2020 DF 1", "BOE-A-2020-1651", "")
}

func rg(article, quote string) Source {
	return Source{Act: "RGLCAP", Article: article, Gazette: "BOE-A-2001-19995", Quote: quote, Mark: Text}
}

const (
	minorOld = "and the contractor has no other minor contracts that alone or together exceed the figure"
	minorNew = "no limit by contractor; a report says that the object is not altered to stay below"
	lotNote  = "a lot; and the excepted ones together at most 20 % of all"
	units    = "\"unidades porcentuales\" read as percent of the reference figure"
)

// fixedFigures are the rows that the Union does not revise.
var fixedFigures = []Figure{
	{LotException, Works, AnyBody, Below, eur(1000000), Euros, start, Date{}, lcsp("20.2", "valor estimado sea inferior a un millón de euros"), lotNote},
	{LotException, Supplies, AnyBody, Below, eur(80000), Euros, start, Date{}, lcsp("21.2", "valor estimado sea inferior a 80.000 euros"), lotNote},
	{LotException, Services, AnyBody, Below, eur(80000), Euros, start, Date{}, lcsp("22.2", "valor estimado sea inferior a 80.000 euros"), lotNote},
	{LotExceptionShare, AnyContract, AnyBody, AtMost, percent(20), Percent, start, Date{}, lcsp("20.2; 21.2; 22.2", "no sobrepase el 20 por 100 del valor acumulado"), "of the value of all lots"},

	{MinorLimit, Works, AnyBody, Below, eur(40000), Euros, start, until118, lcsp118(true), minorOld},
	{MinorLimit, Supplies, AnyBody, Below, eur(15000), Euros, start, until118, lcsp118(true), minorOld},
	{MinorLimit, Services, AnyBody, Below, eur(15000), Euros, start, until118, lcsp118(true), minorOld},
	{MinorLimit, Works, AnyBody, Below, eur(40000), Euros, since118, Date{}, lcsp118(false), minorNew},
	{MinorLimit, Supplies, AnyBody, Below, eur(15000), Euros, since118, Date{}, lcsp118(false), minorNew},
	{MinorLimit, Services, AnyBody, Below, eur(15000), Euros, since118, Date{}, lcsp118(false), minorNew},
	{MinorResearch, Supplies, ResearchAgent, AtMost, eur(50000), Euros, civil(2018, 7, 5), Date{}, set(lcsp("DA 54", "inferior o igual a 50.000 euros"), "Ley 6/2018 DF 44; RDL 3/2019 DF 2", "BOE-A-2018-9268; BOE-A-2019-1782", ""), "not general services or infrastructure; the first day in force is not verified"},
	{MinorResearch, Services, ResearchAgent, AtMost, eur(50000), Euros, civil(2018, 7, 5), Date{}, set(lcsp("DA 54", "inferior o igual a 50.000 euros"), "Ley 6/2018 DF 44; RDL 3/2019 DF 2", "BOE-A-2018-9268; BOE-A-2019-1782", ""), "not general services or infrastructure; the first day in force is not verified"},
	{MinorPettyCash, AnyContract, AnyBody, AtMost, eur(5000), Euros, since118, Date{}, set(lcsp("118.5", "no exceda de 5.000 euros"), "RDL 3/2020 DF 1", "BOE-A-2020-1651", ""), "paid from petty cash: the report of 118.2 is not needed"},
	{MinorUnpublished, AnyContract, AnyBody, Below, eur(5000), Euros, start, Date{}, lcsp("63.4", "inferior a cinco mil euros"), "paid from petty cash"},
	{MinorDuration, AnyContract, AnyBody, AtMost, Number{12, 1}, MonthsLong, start, Date{}, lcsp("29.8", "no podrán tener una duración superior a un año"), "no extension"},

	{SimplifiedLimit, Works, AnyBody, AtMost, eur(2000000), Euros, start, Date{}, lcsp("159.1.a", "igual o inferior a 2.000.000 de euros"), ""},
	{SimplifiedLimit, Supplies, AnyBody, AtMost, eur(100000), Euros, start, until11of20, lcsp("159.1.a", "igual o inferior a 100.000 euros"), ""},
	{SimplifiedLimit, Services, AnyBody, AtMost, eur(100000), Euros, start, until11of20, lcsp("159.1.a", "igual o inferior a 100.000 euros"), ""},
	{SimplifiedJudgement, AnyContract, AnyBody, AtMost, percent(25), Percent, start, Date{}, lcsp("159.1.b", "no supere el veinticinco por ciento"), "weight of criteria by judgement"},
	{SimplifiedJudgement, IntellectualServices, AnyBody, AtMost, percent(45), Percent, start, Date{}, lcsp("159.1.b", "no podrá superar el cuarenta y cinco por ciento"), "weight of criteria by judgement"},
	{SuperSimplifiedLimit, Works, AnyBody, Below, eur(80000), Euros, start, Date{}, lcsp("159.6", "obras de valor estimado inferior a 80.000 euros"), "criteria by formula only"},
	{SuperSimplifiedLimit, Supplies, AnyBody, Below, eur(35000), Euros, start, until11of20, lcsp("159.6", "inferior a 35.000 euros"), "criteria by formula only"},
	{SuperSimplifiedLimit, Services, AnyBody, Below, eur(35000), Euros, start, until11of20, lcsp("159.6", "inferior a 35.000 euros"), "criteria by formula only"},
	{SuperSimplifiedLimit, Supplies, AnyBody, Below, eur(60000), Euros, since11of20, Date{}, set(lcsp("159.6", "inferior a 60.000 euros"), "Ley 11/2020 DF 40", "BOE-A-2020-17339", ""), "criteria by formula only"},
	{SuperSimplifiedLimit, Services, AnyBody, Below, eur(60000), Euros, since11of20, Date{}, set(lcsp("159.6", "inferior a 60.000 euros"), "Ley 11/2020 DF 40", "BOE-A-2020-17339", ""), "criteria by formula only"},
	{SuperSimplifiedLimit, IntellectualServices, AnyBody, Below, Number{}, Euros, start, Date{}, lcsp("159.6", "excepto los que tengan por objeto prestaciones de carácter intelectual"), "the procedure of 159.6 is closed to intellectual services"},

	{SpecialAppeal, Works, AnyBody, Above, eur(3000000), Euros, start, Date{}, lcsp("44.1.a", "superior a tres millones de euros"), ""},
	{SpecialAppeal, Supplies, AnyBody, Above, eur(100000), Euros, start, Date{}, lcsp("44.1.a", "superior a cien mil euros"), ""},
	{SpecialAppeal, Services, AnyBody, Above, eur(100000), Euros, start, Date{}, lcsp("44.1.a", "superior a cien mil euros"), ""},
	{SpecialAppeal, ConcessionWorks, AnyBody, Above, eur(3000000), Euros, start, Date{}, lcsp("44.1.c", "supere los tres millones de euros"), ""},
	{SpecialAppeal, ConcessionServices, AnyBody, Above, eur(3000000), Euros, start, Date{}, lcsp("44.1.c", "supere los tres millones de euros"), ""},

	{CompetenceMayor, AnyContract, Local, AtMost, eur(6000000), Euros, start, Date{}, lcsp("DA 2.1", "la cuantía de seis millones de euros"), "and the share and the years; above: the Pleno (DA 2.2); towns of large population: Junta de Gobierno Local whatever the amount (DA 2.4)"},
	{CompetenceMayorShare, AnyContract, Local, AtMost, percent(10), Percent, start, Date{}, lcsp("DA 2.1", "no supere el 10 por ciento de los recursos ordinarios del presupuesto"), "of ordinary resources of the first year's budget"},
	{CompetenceMayorYears, AnyContract, Local, AtMost, Number{48, 1}, MonthsLong, start, Date{}, lcsp("DA 2.1", "no sea superior a cuatro años, eventuales prórrogas incluidas"), ""},
	{CompetenceMayorPrivate, AnyContract, Local, AtMost, eur(3000000), Euros, start, Date{}, lcsp("DA 2.9", "ni el importe de tres millones de euros"), "private contracts, base budget; that a precommercial contract falls here is not verified"},

	{ModificationForeseen, AnyContract, AnyBody, AtMost, percent(20), Percent, start, Date{}, lcsp("204.1", "hasta un máximo del veinte por ciento del precio inicial"), "clause clear, precise, unequivocal; no new unit prices"},
	{ModificationAdditional, AnyContract, AnyBody, AtMost, percent(50), Percent, start, Date{}, lcsp("205.2.a", "del 50 por ciento de su precio inicial, IVA excluido"), "alone or with other modifications of 205"},
	{ModificationUnforeseeable, AnyContract, AnyBody, AtMost, percent(50), Percent, start, Date{}, lcsp("205.2.b", "del 50 por ciento de su precio inicial, IVA excluido"), "alone or with other modifications of 205"},
	{ModificationInsubstantial, Works, AnyBody, AtMost, percent(15), Percent, start, Date{}, lcsp("205.2.c", "del 15 por ciento del precio inicial del mismo, IVA excluido"), "above: substantial; so is one above the threshold of 20 to 23"},
	{ModificationInsubstantial, AnyContract, AnyBody, AtMost, percent(10), Percent, start, Date{}, lcsp("205.2.c", "de un 10 por ciento, IVA excluido"), "above: substantial; so is one above the threshold of 20 to 23"},
	{ModificationNewUnits, Works, AnyBody, AtMost, percent(50), Percent, start, Date{}, lcsp("205.2.c", "más del 50 por ciento del presupuesto inicial"), "above: the balance is altered"},
	{ModificationObligatory, AnyContract, AnyBody, AtMost, percent(20), Percent, start, Date{}, lcsp("206.1", "no exceda del 20 por ciento del precio inicial del contrato, IVA excluido"), "cases of 205; above: consent in writing or termination (211.1.g)"},
	{ModificationOpinion, AnyContract, AnyBody, Above, percent(20), Percent, start, Date{}, lcsp("191.3.b", "superior a un 20 por ciento del precio inicial del contrato, IVA excluido"), "not foreseen, and the price below"},
	{ModificationOpinionPrice, AnyContract, AnyBody, AtLeast, eur(6000000), Euros, start, Date{}, lcsp("191.3.b", "igual o superior a 6.000.000 de euros"), "with the share above"},

	{GuaranteeProvisional, AnyContract, AnyBody, AtMost, percent(3), Percent, start, Date{}, lcsp("106.2", "no podrá ser superior a un 3 por 100 del presupuesto base de licitación"), "without VAT; exceptional, with reasons"},
	{GuaranteeFinal, AnyContract, AnyBody, Exactly, percent(5), Percent, start, Date{}, lcsp("107.1", "una garantía de un 5 por 100 del precio final ofertado"), "without VAT"},
	{GuaranteeComplementary, AnyContract, AnyBody, AtMost, percent(5), Percent, start, Date{}, lcsp("107.2", "hasta un 5 por 100 del precio final ofertado"), "special cases"},
	{PenaltyNoDocuments, AnyContract, AnyBody, Exactly, percent(3), Percent, start, Date{}, lcsp("150.2", "el importe del 3 por ciento del presupuesto base de licitación, IVA excluido"), "the offer is deemed withdrawn"},
	{PenaltyNoFormalisation, AnyContract, AnyBody, Exactly, percent(3), Percent, start, Date{}, lcsp("153.4", "el importe del 3 por ciento del presupuesto base de licitación, IVA excluido"), "then the next in order"},
	{IndemnityImpossibility, AnyContract, AnyBody, Exactly, percent(3), Percent, start, Date{}, lcsp("213.4", "una indemnización del 3 por ciento del importe de la prestación dejada de realizar"), "termination by 211.1.g"},
	{DelayPenalty, AnyContract, AnyBody, Exactly, Number{3, 5}, EurosPerThousandAndDay, start, Date{}, lcsp("193.3", "0,60 euros por cada 1.000 euros del precio del contrato, IVA excluido"), "unless the pliego sets others with reasons"},
	{DelayPenaltyMultiple, AnyContract, AnyBody, Exactly, percent(5), Percent, start, Date{}, lcsp("193.4", "un múltiplo del 5 por 100 del precio del contrato, IVA excluido"), "each multiple lets the authority terminate"},
	{QualityIntellectual, IntellectualServices, AnyBody, AtLeast, percent(51), Percent, start, Date{}, lcsp("145.4", "al menos, el 51 por ciento de la puntuación asignable"), ""},
	{QualityIntellectual, ServicesAnnexIV, AnyBody, AtLeast, percent(51), Percent, start, Date{}, lcsp("145.4", "al menos, el 51 por ciento de la puntuación asignable"), ""},
	{PhaseQualityThreshold, AnyContract, AnyBody, AtLeast, percent(50), Percent, start, Date{}, lcsp("146.3", "un umbral mínimo del 50 por ciento de la puntuación en el conjunto de los criterios cualitativos"), "evaluation in phases"},
	{ImprovementsJudgement, AnyContract, AnyBody, AtMost, Number{5, 2}, Percent, start, Date{}, lcsp("145.7", "una valoración superior al 2,5 por ciento"), "scored under 146.2.a"},

	{MonthlyMultiple, AnyContract, AnyBody, Exactly, Number{48, 1}, MonthsLong, start, Date{}, lcsp("101.11", "el valor mensual multiplicado por 48"), "also 101.9.b for leases; 101.11.d for services, of a longer or unfixed term"},

	{Abnormal1, AnyContract, AnyBody, Above, percent(25), Percent, rglcap, Date{}, rg("85.1", "inferior al presupuesto base de licitación en más de 25 unidades porcentuales"), units},
	{Abnormal2, AnyContract, AnyBody, Above, percent(20), Percent, rglcap, Date{}, rg("85.2", "inferior en más de 20 unidades porcentuales a la otra oferta"), units},
	{Abnormal3, AnyContract, AnyBody, Above, percent(10), Percent, rglcap, Date{}, rg("85.3", "inferiores en más de 10 unidades porcentuales a la media aritmética"), units + "; the highest is left out of the mean if it is more than 10 above it"},
	{Abnormal3Budget, AnyContract, AnyBody, Above, percent(25), Percent, rglcap, Date{}, rg("85.3", "la baja superior a 25 unidades porcentuales"), units + "; in any case"},
	{Abnormal4, AnyContract, AnyBody, Above, percent(10), Percent, rglcap, Date{}, rg("85.4", "inferiores en más de 10 unidades porcentuales a la media aritmética"), units + "; new mean without those more than 10 above it, over at least the three lowest"},
	{AbnormalReduction, AnyContract, AnyBody, AtMost, Number{1, 3}, Part, rglcap, Date{}, rg("85.5", "reducir en un tercio"), "the pliego may cut the shares above, with reasons"},
}
