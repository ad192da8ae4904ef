package main

import (
	"github.com/almotacen/almotacen/procurement"
	"github.com/almotacen/almotacen/procurement/evaluation"
	"github.com/almotacen/almotacen/procurement/law"
)

// The three partners, invented.
const (
	acustica    = "Acústica Brisa SL"
	silencio    = "Silencio Urbano SA"
	universidad = "Universidad de Valdeoca"
)

var partners = []string{acustica, silencio, universidad}

var points = evaluation.MustParsePoints

// pliego is how the pliego evaluates final offers: judgement first, then formulas.
var pliego = evaluation.Rules{
	Budget:  law.Net(200_000),
	Figures: []evaluation.Figure{{ID: "deteccion", Name: "Fuentes de ruido reconocidas, %"}, {ID: "codigo_abierto", Name: "Código abierto", YesNo: true}},
	Criteria: []evaluation.Criterion{
		{ID: "plan", Name: "Plan de I+D", Kind: evaluation.Judgement, Points: points("30"), Minimum: points("15")},
		{ID: "ensayo", Name: "Ensayo en la calle", Kind: evaluation.Judgement, Points: points("10")},
		{ID: "deteccion", Name: "Reconocimiento de fuentes", Points: points("20"), Formula: `points * deteccion / max_deteccion`},
		{ID: "abierto", Name: "Código abierto", Points: points("5"), Formula: `codigo_abierto ? points : 0.0`},
		{ID: "precio", Name: "Precio", Points: points("35"), Cost: true, Formula: `points * min_price / price`},
	},
	Abnormal: evaluation.Abnormal{Formula: `price < 0.95 * mean_price`},
}

// tenders are the final offers and what the table did with them.
func tenders() evaluation.Tenders {
	figures := func(detection, open float64) []evaluation.Value {
		return []evaluation.Value{{ID: "deteccion", Number: detection}, {ID: "codigo_abierto", Number: open}}
	}
	judged := func(bidder, plan, why, test, whyTest string) []evaluation.Award {
		return []evaluation.Award{{Bidder: bidder, Criterion: "plan", Points: points(plan), Reason: why}, {Bidder: bidder, Criterion: "ensayo", Points: points(test), Reason: whyTest}}
	}
	in := evaluation.Tenders{
		Offers: []evaluation.Offer{
			{Bidder: acustica, Price: law.Net(180_000), Figures: figures(92, 1)},
			{Bidder: silencio, Price: law.Net(175_000), Figures: figures(88, 0)},
			{Bidder: universidad, Price: law.Net(160_000), Figures: figures(80, 1)},
		},
		JudgementReport: law.MustDate("2024-02-05"),
		FormulasOpened:  law.MustDate("2024-02-06"),
	}
	in.Judgements = append(in.Judgements, judged(acustica, "26.5", "hitos medibles en cada fase", "8", "cuatro calles con ruido distinto")...)
	in.Judgements = append(in.Judgements, judged(silencio, "24", "hitos medibles, sin plan de riesgos", "7.5", "tres calles")...)
	in.Judgements = append(in.Judgements, judged(universidad, "23", "buen método, calendario ajustado", "6", "dos calles")...)
	return in
}

// gate ends the first phase; without its clause nobody could be dropped.
var gate = evaluation.Gate{Phase: "1", Clause: "PCAP, cláusula 24.3", Minimum: points("60"), Places: 2}

// assessed are the assessments at the end of the first phase.
var assessed = []evaluation.Assessed{{Partner: acustica, Total: points("84.5")}, {Partner: silencio, Total: points("71")}, {Partner: universidad, Total: points("52.25")}}

// sharing is who keeps what of the results, agreed in the pliego.
func sharing() []procurement.Sharing {
	var out []procurement.Sharing
	for _, p := range partners {
		s := procurement.Sharing{
			Case: caseID, Party: p,
			AuthorityRisk: procurement.Percent(60), AuthorityBenefit: procurement.Percent(15),
			OpenSelection: law.Yes, TermsKnown: law.Yes, Preference: law.No, EvidenceClause: "PCAP, cláusula 31",
			Assets: []procurement.Asset{
				{Name: "modelo de reconocimiento de fuentes", Owner: procurement.OwnerPartner, AuthorityUse: law.Yes, ThirdParties: law.Yes, Royalty: procurement.Percent(4)},
				{Name: "grabaciones etiquetadas de la ciudad", Owner: procurement.OwnerAuthority},
			},
		}
		if p == universidad {
			// What it does with its article's figures was left for an annex that was not signed.
			s.Assets = append(s.Assets, procurement.Asset{Name: "algoritmo de calibración", Owner: procurement.OwnerPartner, AuthorityUse: law.Yes})
		}
		out = append(out, s)
	}
	return out
}
