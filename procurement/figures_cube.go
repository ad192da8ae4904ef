package procurement

import (
	"fmt"
	"slices"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/procurement/law"
)

// FiguresConfig is what a city's figures of procurement of innovation are made of.
type FiguresConfig struct {
	Entity        string // of the cube: the INE code of the city
	Awards        []AwardRecord
	Consultations []ConsultationRecord
	// Since and Until are the days from and to which the records hold every
	// contract and consultation of the city. Only a year wholly between them
	// has figures: of another one the cells are Missing, not zero.
	Since, Until law.Date
	From, To     int // years
	// Minimum hides counts of firms by what they are (SMEs, start-ups, new
	// suppliers) and of participants that are from 1 to Minimum-1, or that
	// differ from their total by as much; 0 is 3, 1 hides nothing. Awards
	// themselves are public by law.
	Minimum int
}

// cityFigure is one variable: what a record adds to it, or that it does not say.
type cityFigure struct {
	id, unit string
	of       func(r *AwardRecord) bool // records of the year that it looks at
	add      func(r *AwardRecord) (float64, law.Truth)
	lots     bool   // a lot counts once, whoever many contractors it has
	part     string // of which count this one is a part, and hidden if small
	follows  string // an amount is hidden with this count
	asks     string // what a record that is left out does not say
}

func isAward(r *AwardRecord) bool  { return r.Outcome == StateAwarded }
func declared(r *AwardRecord) bool { return isAward(r) && r.Innovation == InnovationDeclared }
func tender(r *AwardRecord) bool   { return isAward(r) && r.Minor == law.No }
func cpiTender(r *AwardRecord) bool {
	return declared(r) && r.Minor == law.No
}
func ended(r *AwardRecord) bool { return r.Innovation == InnovationDeclared }

func one(v func(r *AwardRecord) law.Truth) func(r *AwardRecord) (float64, law.Truth) {
	return func(r *AwardRecord) (float64, law.Truth) {
		t := v(r)
		if t == law.Yes {
			return 1, law.Yes
		}
		return 0, t
	}
}

// euros of a record for which when holds. A record for which it does not adds
// nothing, whatever its amount.
func euros(amount func(r *AwardRecord) law.Money, when func(r *AwardRecord) law.Truth) func(r *AwardRecord) (float64, law.Truth) {
	return func(r *AwardRecord) (float64, law.Truth) {
		if t := when(r); t != law.Yes {
			return 0, t
		}
		m := amount(r)
		if m.Currency != "EUR" || m.Tax != law.TaxExcluded || m.Cents < 0 {
			return 0, law.NotKnown
		}
		return float64(m.Cents), law.Yes // cents: sums are exact
	}
}

func countOf(c func(r *AwardRecord) Count) func(r *AwardRecord) (float64, law.Truth) {
	return func(r *AwardRecord) (float64, law.Truth) {
		n := c(r)
		if !n.Known || n.N < 0 {
			return 0, law.NotKnown
		}
		return float64(n.N), law.Yes
	}
}

// days between two dates; for records without a consultation, none.
func days(from func(r *AwardRecord) law.Date, when func(r *AwardRecord) law.Truth) func(r *AwardRecord) (float64, law.Truth) {
	return func(r *AwardRecord) (float64, law.Truth) {
		if t := when(r); t != law.Yes {
			return 0, t
		}
		if from(r).IsZero() || r.Date.IsZero() || r.Date.Before(from(r)) {
			return 0, law.NotKnown
		}
		return float64(r.Date.Sub(from(r))), law.Yes
	}
}

// innovation says whether a record is of a kind, not known if nobody said.
func innovation(i Innovation) func(r *AwardRecord) law.Truth {
	return func(r *AwardRecord) law.Truth {
		if r.Innovation == InnovationNotKnown {
			return law.NotKnown
		}
		return law.TruthOf(r.Innovation == i)
	}
}

func modality(m Modality) func(r *AwardRecord) law.Truth {
	return func(r *AwardRecord) law.Truth {
		if r.Modality == ModalityNotKnown {
			return law.NotKnown
		}
		return law.TruthOf(r.Modality == m)
	}
}

func everyRecord(*AwardRecord) law.Truth { return law.Yes }

// wasCalled says whether a record had a call: minor contracts have none.
func wasCalled(r *AwardRecord) law.Truth { return negate(r.Minor) }

// cityFigures are the variables, in the order of the cube.
var cityFigures = func() []cityFigure {
	awarded := func(r *AwardRecord) law.Money { return r.Amount }
	sme := func(r *AwardRecord) law.Truth { return r.SME }
	startUp := func(r *AwardRecord) law.Truth { return r.StartUp }
	consulted := func(r *AwardRecord) law.Truth { return r.Consulted }
	bids := func(r *AwardRecord) Count { return r.Bids }
	tendered := one(func(r *AwardRecord) law.Truth { return negate(r.Minor) })
	const innov, firm = "whether it is procurement of innovation", "what the firm is"
	return []cityFigure{
		{id: "awarded_eur", unit: "EUR", of: isAward, add: euros(awarded, everyRecord), asks: "its amount in euros without VAT"},
		{id: "minor_eur", unit: "EUR", of: isAward, add: euros(awarded, func(r *AwardRecord) law.Truth { return r.Minor }), asks: "whether it is minor, or its amount"},
		{id: "tenders", unit: "{tender}", of: isAward, add: tendered, lots: true, asks: "whether it is minor"},
		{id: "bids", unit: "{bid}", of: tender, add: countOf(bids), lots: true, asks: "how many bids there were"},
		{id: "cpi_awarded_eur", unit: "EUR", of: isAward, add: euros(awarded, innovation(InnovationDeclared)), asks: innov + ", or its amount"},
		{id: "cpi_heuristic_eur", unit: "EUR", of: isAward, add: euros(awarded, innovation(InnovationHeuristic)), asks: innov + ", or its amount"},
		{id: "cpi_awards", unit: "{award}", of: isAward, add: one(innovation(InnovationDeclared)), asks: innov},
		{id: "cpi_tenders", unit: "{tender}", of: func(r *AwardRecord) bool { return isAward(r) && r.Minor != law.Yes }, add: one(func(r *AwardRecord) law.Truth {
			return both(innovation(InnovationDeclared)(r), negate(r.Minor))
		}), lots: true, asks: innov + " or minor"},
		{id: "cpi_partnership_eur", unit: "EUR", of: declared, add: euros(awarded, modality(ModalityPartnership)), asks: "its modality or amount"},
		{id: "cpi_cpp_eur", unit: "EUR", of: declared, add: euros(awarded, modality(ModalityCPP)), asks: "its modality or amount"},
		{id: "cpi_tenders_consulted", unit: "{tender}", of: cpiTender, add: one(consulted), lots: true, asks: "whether a consultation preceded it"},
		{id: "cpi_awards_consulted", unit: "{award}", of: declared, add: one(consulted), asks: "whether a consultation preceded it"},
		{id: "cpi_days", unit: "d", of: declared, add: days(func(r *AwardRecord) law.Date { return r.Consultation }, consulted), asks: "when its consultation was published"},
		{id: "cpi_awards_called", unit: "{award}", of: declared, add: one(wasCalled), asks: "whether it was called"},
		{id: "cpi_days_call", unit: "d", of: declared, add: days(func(r *AwardRecord) law.Date { return r.Call }, wasCalled), asks: "when its call was published"},
		{id: "cpi_awards_sme", unit: "{award}", of: declared, add: one(sme), part: "cpi_awards", asks: firm},
		{id: "cpi_sme_eur", unit: "EUR", of: declared, add: euros(awarded, sme), follows: "cpi_awards_sme", asks: firm + ", or its amount"},
		{id: "cpi_awards_startup", unit: "{award}", of: declared, add: one(startUp), part: "cpi_awards", asks: firm},
		{id: "cpi_startup_eur", unit: "EUR", of: declared, add: euros(awarded, startUp), follows: "cpi_awards_startup", asks: firm + ", or its amount"},
		{id: "cpi_awards_new", unit: "{award}", of: declared, add: one(func(r *AwardRecord) law.Truth { return r.NewSupplier }), part: "cpi_awards", asks: "whether the firm had contracts in the three years before"},
		{id: "cpi_bids", unit: "{bid}", of: cpiTender, add: countOf(bids), lots: true, asks: "how many bids there were"},
		{id: "cpi_tenders_single", unit: "{tender}", of: cpiTender, add: one(func(r *AwardRecord) law.Truth {
			if !r.Bids.Known {
				return law.NotKnown
			}
			return law.TruthOf(r.Bids.N == 1)
		}), lots: true, asks: "how many bids there were"},
		{id: "cpi_phases_started", unit: "{phase}", of: declared, add: countOf(func(r *AwardRecord) Count { return r.PhasesStarted }), asks: "its phases"},
		{id: "cpi_phases_passed", unit: "{phase}", of: declared, add: countOf(func(r *AwardRecord) Count { return r.PhasesPassed }), asks: "its phases"},
		{id: "cpi_rd_ended", unit: "{tender}", of: declared, lots: true, add: one(func(r *AwardRecord) law.Truth { return both(r.RD, r.RDEnded) }), asks: "whether its research ended"},
		{id: "cpi_rd_purchased", unit: "{tender}", of: declared, lots: true, add: one(func(r *AwardRecord) law.Truth { return both(both(r.RD, r.RDEnded), r.Purchased) }), asks: "whether its research ended in a purchase"},
		{id: "cpi_modified_eur", unit: "EUR", of: declared, add: euros(func(r *AwardRecord) law.Money { return r.Modified }, everyRecord), asks: "the amount of its modifications"},
		{id: "cpi_calls_ended", unit: "{tender}", of: ended, lots: true, add: one(wasCalled), asks: "whether it is minor"},
		{id: "cpi_calls_failed", unit: "{tender}", of: ended, lots: true, add: one(func(r *AwardRecord) law.Truth { return both(wasCalled(r), law.TruthOf(!isAward(r))) }), asks: "its outcome"},
		{id: "cpi_appealable", unit: "{tender}", of: ended, lots: true, add: one(func(r *AwardRecord) law.Truth { return r.Appealable }), asks: "whether the special appeal is open"},
		{id: "cpi_appealed", unit: "{tender}", of: ended, lots: true, add: one(func(r *AwardRecord) law.Truth { return r.Appealed }), asks: "whether it was appealed"},
		{id: "cpi_upheld", unit: "{tender}", of: ended, lots: true, add: one(func(r *AwardRecord) law.Truth { return r.Upheld }), asks: "how the appeal ended"},
		{id: "cpi_awards_rights", unit: "{award}", of: declared, add: one(func(r *AwardRecord) law.Truth { return r.RightsKept }), asks: "whether the city keeps rights or royalties"},
	}
}()

// Figures turns the records of a city into variables by year of the award, or
// of the decision that ended the call. What nobody declared to be procurement
// of innovation is not in the variables that start with cpi_, but for
// cpi_heuristic_eur. A record that does not say what a variable asks makes its
// cell Missing with the reason incomplete and how many records do not say it.
// The error is an [*Error] of kind [ErrValue]: no entity, years out of order,
// a negative minimum, a record without date or outcome, given twice.
func Figures(c FiguresConfig) (*cube.Cube, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	schema := cube.Schema{}
	units := unit.Registry{Annotations: []string{"award", "bid", "company", "consultation", "phase", "tender"}} // of the default catalogue
	measure := func(id, code string) error {
		u, err := units.Parse(code)
		schema.Measures = append(schema.Measures, cube.Measure{ID: id, Unit: u})
		return err
	}
	for _, f := range cityFigures {
		if err := measure(f.id, f.unit); err != nil {
			return nil, err
		}
	}
	for _, m := range [][2]string{{"consultations", "{consultation}"}, {"consultation_participants", "{company}"}} {
		if err := measure(m[0], m[1]); err != nil {
			return nil, err
		}
	}
	b, err := cube.NewBuilder(schema)
	if err != nil {
		return nil, err
	}
	awards := c.withNewSuppliers()
	for y := c.From; y <= c.To; y++ {
		k := cube.Key{Entity: c.Entity, Period: period.Yearly(y)}
		cells := c.year(y, awards)
		for i, m := range schema.Measures {
			if err := b.SetAt(k, i, cells[m.ID]); err != nil {
				return nil, err
			}
		}
	}
	return b.Build()
}

func (c *FiguresConfig) check() error {
	var errs Errors
	bad := func(pointer, msg string) {
		errs = append(errs, &Error{Code: "procurement.value", Pointer: pointer, Msg: msg, Err: ErrValue})
	}
	if c.Entity == "" {
		bad("/Entity", "no entity; write the INE code of the city")
	}
	if c.From < 1900 || c.To > 2200 || c.From > c.To {
		bad("/From", fmt.Sprintf("years %d to %d; write the first and the last", c.From, c.To))
	}
	if c.Minimum < 0 {
		bad("/Minimum", "a negative minimum")
	}
	type key struct{ file, lot, supplier string }
	seen := map[key]bool{}
	for i := range c.Awards {
		r := &c.Awards[i]
		at := fmt.Sprintf("/Awards/%d", i)
		if r.Date.IsZero() {
			bad(at, "no date; write that of the award or of the decision")
		}
		if !slices.Contains([]State{StateAwarded, StateDeserted, StateWithdrawn, StateNotAwarded, StateAnnulled}, r.Outcome) {
			bad(at, "no outcome; write StateAwarded, StateDeserted, StateWithdrawn, StateNotAwarded or StateAnnulled")
		}
		k := key{r.File, r.Lot, r.Supplier}
		if r.File == "" || seen[k] {
			bad(at, fmt.Sprintf("file %s, lot %s, supplier %s: no file, or given twice", quote(r.File), quote(r.Lot), quote(r.Supplier)))
		}
		seen[k] = true
	}
	for i, r := range c.Consultations {
		if r.Published.IsZero() {
			bad(fmt.Sprintf("/Consultations/%d", i), "no date of publication")
		}
	}
	return errs.Err()
}

// withNewSuppliers completes NewSupplier where the records reach back far enough.
func (c *FiguresConfig) withNewSuppliers() []AwardRecord {
	out := slices.Clone(c.Awards)
	dates := map[string][]law.Date{}
	for i := range out {
		if isAward(&out[i]) && out[i].Supplier != "" {
			dates[out[i].Supplier] = append(dates[out[i].Supplier], out[i].Date)
		}
	}
	for i := range out {
		r := &out[i]
		if r.NewSupplier != law.NotKnown || r.Supplier == "" {
			continue
		}
		start := r.Date.AddMonths(-36)
		if slices.ContainsFunc(dates[r.Supplier], func(d law.Date) bool { return d.Before(r.Date) && !d.Before(start) }) {
			r.NewSupplier = law.No
		} else if !c.Since.IsZero() && !c.Since.After(start) {
			r.NewSupplier = law.Yes
		}
	}
	return out
}

// year computes the cells of a year.
func (c *FiguresConfig) year(y int, awards []AwardRecord) map[string]cube.Cell {
	out := map[string]cube.Cell{}
	first, _ := law.NewDate(y, 1, 1)
	last, _ := law.NewDate(y, 12, 31)
	incomplete := func(id, text string) cube.Cell {
		return cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonIncomplete, Subject: id, Text: text})
	}
	covered := !c.Since.IsZero() && !c.Since.After(first) && !c.Until.Before(last)
	gap := fmt.Sprintf("the records hold everything from %s to %s only", c.Since, c.Until)
	for _, f := range cityFigures {
		if !covered {
			out[f.id] = incomplete(f.id, gap)
			continue
		}
		out[f.id] = f.cell(first, last, awards, incomplete)
	}
	minimum := c.Minimum
	if minimum == 0 {
		minimum = 3
	}
	hide := func(id string) {
		out[id] = cube.NoValue(cube.Suppressed, cube.Reason{Code: cube.ReasonSuppressed, Subject: id, Text: fmt.Sprintf("fewer than %d firms", minimum)})
		s := out[id]
		s.Status = s.Status.WithConfidentiality(cube.Primary)
		out[id] = s
	}
	small := func(n float64) bool { return n > 0 && n < float64(minimum) }
	for _, f := range cityFigures {
		part, total := out[f.id], out[f.part]
		if f.part != "" && part.Status.Observed() && (small(part.Value) || total.Status.Observed() && small(total.Value-part.Value)) {
			hide(f.id)
		}
	}
	for _, f := range cityFigures {
		if f.follows != "" && out[f.id].Status.Observed() && out[f.follows].Status.Presence() == cube.Suppressed {
			hide(f.id)
		}
	}
	n, firms, silent := 0, 0, 0
	for _, r := range c.Consultations {
		if r.Published.Before(first) || r.Published.After(last) {
			continue
		}
		n++
		if !r.Participants.Known || r.Participants.N < 0 {
			silent++
		}
		firms += r.Participants.N
	}
	const total, people = "consultations", "consultation_participants"
	switch {
	case !covered:
		out[total], out[people] = incomplete(total, gap), incomplete(people, gap)
	case silent > 0:
		out[total], out[people] = cube.Value(float64(n)), incomplete(people, fmt.Sprintf("%d of %d consultations do not say how many took part", silent, n))
	default:
		out[total], out[people] = cube.Value(float64(n)), cube.Value(float64(firms))
		if small(float64(firms)) {
			hide(people)
		}
	}
	return out
}

// cell adds up one variable over the records of a year.
func (f *cityFigure) cell(first, last law.Date, awards []AwardRecord, incomplete func(id, text string) cube.Cell) cube.Cell {
	var sum cube.Accumulator
	n, silent := 0, 0
	type lot struct{ file, lot string }
	// Of a lot with several contractors the record that says most counts.
	best := map[lot]float64{}
	known := map[lot]bool{}
	for i := range awards {
		r := &awards[i]
		if r.Date.Before(first) || r.Date.After(last) || !f.of(r) {
			continue
		}
		x, t := f.add(r)
		if f.lots {
			k := lot{r.File, r.Lot}
			best[k] = max(best[k], x)
			known[k] = known[k] || t != law.NotKnown
			continue
		}
		n++
		if t == law.NotKnown {
			silent++
		}
		sum.Add(x)
	}
	for k, x := range best {
		n++
		if !known[k] {
			silent++
		}
		sum.Add(x)
	}
	if silent > 0 {
		return incomplete(f.id, fmt.Sprintf("%d of %d records do not say %s", silent, n, f.asks))
	}
	v := sum.Value()
	if f.unit == "EUR" {
		v /= 100
	}
	return cube.Value(v)
}
