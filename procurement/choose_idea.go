package procurement

import (
	"errors"
	"maps"
	"slices"

	"github.com/almotacen/almotacen/procurement/law"
)

// Idea is what is known of a contract before it exists. Every zero value means
// "not known".
type Idea struct {
	At       law.Date     // dispatch of the notice, or start of the procedure (LCSP 101.7)
	Body     law.Body     // kind of contracting authority
	Contract law.Contract // type of contract
	Value    law.Money    // estimated value, all lots and phases together: see EstimateValue
	Premises Premises     // further facts; what type and value settle cannot be said otherwise here
}

// Evidence is a premise that a figure of the law settles, or why it does not.
type Evidence struct {
	Premise Premise
	Is      law.Truth
	Figure  law.Figure // compared with Idea.Value; the zero figure when none was found
	Err     error      // an [*law.Unknown] or [*law.Error], when Is is NotKnown
}

// Derive gives the premises of the idea with those that its type, value and
// date settle, and the evidence of each of these in a fixed order. A derived
// premise replaces one that was said: law.Error tells a value that cannot be
// compared, and the premise stays unknown.
func (i Idea) Derive() (Premises, []Evidence) {
	p := maps.Clone(i.Premises)
	if p == nil {
		p = Premises{}
	}
	var evidence []Evidence
	put := func(e Evidence) {
		p[e.Premise] = e.Is
		evidence = append(evidence, e)
	}
	figure := func(premise Premise, kind law.Kind) {
		e := Evidence{Premise: premise}
		var applies bool
		if e.Figure, e.Err = law.Lookup(kind, i.At, i.Contract, i.Body); e.Err == nil {
			if applies, e.Err = e.Figure.Applies(i.Value); e.Err == nil {
				e.Is = law.TruthOf(applies)
			}
		}
		// A rule that does not reach the type of contract does not apply to it.
		if u, ok := errors.AsType[*law.Unknown](e.Err); ok && u.Code == "law.unknown.scope" {
			e.Is, e.Err = law.No, nil
		}
		put(e)
	}
	figure(PremiseBelowMinor, law.MinorLimit)
	figure(PremiseBelowSuper, law.SuperSimplifiedLimit)
	figure(PremiseWithinSimple, law.SimplifiedLimit)
	figure(PremiseAtSARA, law.SARA)
	figure(PremiseAppealable, law.SpecialAppeal)
	if p[PremiseUtilities] == law.Yes {
		figure(PremiseAtUtilitiesSARA, law.SARAUtilities)
	}
	if i.Contract == law.AnyContract {
		for _, premise := range []Premise{PremiseOrdinaryType, PremiseIntellectual, PremiseWorks, PremiseSupplies, PremiseServices} {
			put(Evidence{Premise: premise, Err: &law.Unknown{Code: "law.unknown.facts", Asked: string(premise), Because: "the type of contract was not given", Missing: []law.Fact{law.FactContract}, Source: lcspArticle("12")}})
		}
		return p, evidence
	}
	put(Evidence{Premise: PremiseOrdinaryType, Is: law.TruthOf(!i.Contract.IsConcession())})
	put(Evidence{Premise: PremiseWorks, Is: law.TruthOf(i.Contract == law.Works)})
	put(Evidence{Premise: PremiseSupplies, Is: law.TruthOf(i.Contract == law.Supplies)})
	put(Evidence{Premise: PremiseServices, Is: law.TruthOf(i.Contract.IsServices())})
	// Services of annex IV may be intellectual too; only then is it left to the caller.
	if i.Contract != law.ServicesAnnexIV {
		put(Evidence{Premise: PremiseIntellectual, Is: law.TruthOf(i.Contract == law.IntellectualServices)})
	}
	if i.Contract != law.ConcessionServices {
		put(Evidence{Premise: PremiseSpecialAnnexIV, Is: law.No})
	}
	return p, evidence
}

// Choice is what the tables say of an idea.
type Choice struct {
	Modality   Decision
	Harmonised Decision
	Procedures []ProcedureChoice // in the order of law.Procedures
	Suggestion Decision          // a rule of thumb, not law
	Evidence   []Evidence        // what the type and the value settled
}

// ProcedureChoice is whether a procedure is admitted.
type ProcedureChoice struct {
	Procedure law.Procedure
	Decision
	Blockers []Condition // conditions of admission that known facts fail
}

// Choose asks every table about the idea. Procedures are judged by the wordings
// in force on the day of the idea; without a day, by the newest.
func (i Idea) Choose() Choice {
	p, evidence := i.Derive()
	c := Choice{
		Modality:   ModalityTable().Decide(p),
		Harmonised: HarmonisedTable().Decide(p),
		Suggestion: SuggestTable().Decide(p),
		Evidence:   evidence,
	}
	at := i.At
	if at.IsZero() {
		at = firstDayWithoutContractorLimit
	}
	for _, procedure := range law.Procedures() {
		t := ProcedureTable(procedure, at)
		c.Procedures = append(c.Procedures, ProcedureChoice{procedure, t.Decide(p), t.Blockers(p, Admitted)})
	}
	return c
}

// Admitted are the procedures that are admitted, and those that still may be:
// facts are missing, or the law can be read both ways.
func (c Choice) Admitted() (yes, open []law.Procedure) {
	for _, p := range c.Procedures {
		switch {
		case p.Open(), p.Outcome == Unsettled:
			open = append(open, p.Procedure)
		case p.Outcome == Admitted:
			yes = append(yes, p.Procedure)
		}
	}
	return yes, open
}

// Tables are all decision tables, for inspection and drawing, by the wordings
// in force on a day.
func Tables(at law.Date) []Table {
	ts := []Table{ModalityTable(), HarmonisedTable(), SuggestTable()}
	for _, p := range law.Procedures() {
		ts = append(ts, ProcedureTable(p, at))
	}
	return slices.Clip(ts)
}
