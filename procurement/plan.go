package procurement

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/procurement/law"
)

// TaskID names a step of a plan.
type TaskID string

// The steps of plans. Not every procedure has them all.
const (
	TaskConsultation      TaskID = "consultation"        // preliminary market consultation, from its notice to its end (115)
	TaskConsultReport     TaskID = "consultation report" // 115.3
	TaskPreparation       TaskID = "preparation"         // file: memoria, pliegos, reports
	TaskApproval          TaskID = "approval"            // of file and spending (117)
	TaskPriorNotice       TaskID = "prior notice"        // dispatch (134)
	TaskDispatch          TaskID = "notice dispatched"   // to the EU Publications Office
	TaskReceipt           TaskID = "receipt confirmed"   // by the EU Publications Office
	TaskJournal           TaskID = "EU Journal"          // publication there; only as a step done
	TaskPublication       TaskID = "notice published"    // in the profile
	TaskRequestsEnd       TaskID = "requests end"
	TaskSelection         TaskID = "selection"
	TaskInvitation        TaskID = "invitation"
	TaskDialogue          TaskID = "dialogue or negotiation"
	TaskOffersEnd         TaskID = "offers end"
	TaskFinalOffersEnd    TaskID = "final offers end"
	TaskOpening           TaskID = "opening"
	TaskEvaluation        TaskID = "evaluation"
	TaskAbnormal          TaskID = "low offers heard" // 149.4
	TaskDocumentsAsked    TaskID = "documents asked"
	TaskDocuments         TaskID = "documents received"
	TaskAward             TaskID = "award"
	TaskAwardNotice       TaskID = "award notified" // dispatched, and published the same day
	TaskStandstillEnd     TaskID = "standstill ends"
	TaskFormalisation     TaskID = "formalisation"
	TaskFormalisationEU   TaskID = "formalisation sent to the EU"
	TaskFormalisationSeen TaskID = "formalisation published"
)

// Pace says how much of the time that others may take is planned.
type Pace uint8

// The paces.
const (
	// Fastest: whoever has a maximum period acts on its first day. The plan is
	// the earliest lawful one.
	Fastest Pace = iota
	// Full: maximum periods are used to their end.
	Full
)

// PlanConfig says what is planned.
type PlanConfig struct {
	Start    law.Date      // first day of work
	Calendar *law.Calendar // of the authority's seat; it must cover the plan
	// Facts of the procedure. Those on which a period hangs must be known:
	// their absence is an error that names them all.
	Facts law.Facts
	Pace  Pace
	// Own is the time that the authority's own work takes, none if not given:
	// TaskPreparation, TaskConsultation (its answer time), TaskConsultReport,
	// TaskSelection, TaskDialogue, TaskEvaluation, TaskAbnormal; and the periods
	// that it grants: TaskRequestsEnd, TaskOffersEnd, TaskFinalOffersEnd. These
	// are never planned shorter than the law's minimum; the last has none.
	Own map[TaskID]law.Period
	// Consultation plans a preliminary market consultation first.
	Consultation bool
	// Standstill is the longer one of the region (153.3, up to a month).
	Standstill law.Period
	// Done are the dates of steps that took place, as in a case under way.
	Done map[TaskID]law.Date
	// Wanted is the last day on which the contract should be signed.
	Wanted law.Date
	// holds are days before which a step may not fall, from a case.
	holds map[TaskID][]hold
	// AnyDay lets acts of the authority fall on days that are not working; the
	// law does not forbid it.
	AnyDay bool
}

// Plan is the earliest lawful calendar of one procedure.
type Plan struct {
	Procedure     law.Procedure
	Tasks         []Task // in order of date, then of the procedure
	Award         law.Date
	Formalisation law.Date
	Critical      []TaskID // the chain of tasks that binds Formalisation, from the start
	Wanted        law.Date
	Slack         int      // calendar days from Formalisation to Wanted; negative: too late. Only if Wanted is given
	LatestStart   law.Date // last start with which Wanted holds; no date if there is none in the calendar within a year and a half
	// Assumptions are what was taken where law or facts leave it open, and
	// holidays that the calendar lacks.
	Assumptions []Text
	Overruns    []Overrun // maximum periods that the plan exceeds
	Early       []Overrun // steps done before it was lawful
}

// Task is one step.
type Task struct {
	ID       TaskID
	From, To law.Date // To is the date of the step; From where its period begins
	Done     bool     // it took place
	Binds    TaskID   // the task that holds it back; empty for the start
	Why      Text     // how: the period or order, in words
	Source   law.Source
	Float    int  // calendar days by which it can be late without moving the formalisation or exceeding a maximum period, up to MaxFloat
	Critical bool // on the chain that binds the formalisation
}

// MaxFloat bounds Task.Float.
const MaxFloat = 365

// maxStartShift bounds the search for Plan.LatestStart, in days either way.
const maxStartShift = 548

// Overrun is a step on a day that a period does not allow.
type Overrun struct {
	Task   TaskID
	On     law.Date // planned or done
	Limit  law.Date // last lawful day, or first lawful day for Plan.Early
	Why    Text
	Source law.Source
}

// hold keeps the end of a period from falling before a day, or before the
// next working one.
type hold struct {
	day    law.Date
	why    Text
	source law.Source
}

// link is what holds a task back.
type link struct {
	on     TaskID // empty: the start of the plan
	next   bool   // the day after
	period law.Period
	also   law.Period // further time after period
	regime law.Regime
	hours  int  // instead of a period: hours, in the later reading
	exact  bool // the end of the period does not move
	limit  bool // the task must come by the end of the period, which does not hold it back
	why    Text
	source law.Source
}

// spec is a task with its links.
type spec struct {
	id    TaskID
	links []link
	act   bool // an act of the authority: on a working day
}

// NewPlan computes the earliest lawful calendar. The error is an
// [*law.Unknown] that names every fact that is missing, or that the calendar
// does not cover the plan; an [*law.Error] for what makes no sense.
func NewPlan(c PlanConfig) (Plan, error) {
	if c.Calendar == nil {
		return Plan{}, &law.Unknown{Code: "law.unknown.calendar", Asked: "plan", Because: "no calendar was given", Missing: []law.Fact{law.FactCalendar}, Source: lcspArticle("DA 12")}
	}
	if c.Start.IsZero() {
		return Plan{}, &law.Unknown{Code: "law.unknown.facts", Asked: "plan", Because: "no first day was given", Missing: []law.Fact{law.FactDate}, Source: lcspArticle("101.7")}
	}
	c.Done = maps.Clone(c.Done)
	maps.DeleteFunc(c.Done, func(_ TaskID, d law.Date) bool { return d.IsZero() })
	b := &builder{config: c}
	specs := b.specs()
	if b.err != nil {
		return Plan{}, b.err
	}
	if len(b.missing) > 0 {
		return Plan{}, &law.Unknown{Code: "law.unknown.facts", Asked: "plan of the procedure " + c.Facts.Procedure.String(), Because: "periods differ by facts that were not given", Missing: b.missing, Source: lcspArticle("136.1")}
	}
	if len(specs) == 0 {
		return Plan{}, &law.Unknown{Code: "law.unknown.facts", Asked: "plan", Because: "the procedure was not given", Missing: []law.Fact{law.FactProcedure}, Source: lcspArticle("131.2")}
	}
	for id, p := range c.Own {
		if p.N < 0 || p.Unit == law.Hours {
			return Plan{}, &law.Error{Code: "law.period", Input: p.String(), Msg: "own time of " + string(id) + " cannot be counted", Write: "days, working days or months", Err: law.ErrPeriod}
		}
	}
	s := schedule{config: c, specs: specs}
	s.unrecorded()
	b.assumptions = append(b.assumptions, s.presumed...)
	if err := s.run(nil); err != nil {
		return Plan{}, err
	}
	return s.plan(b.assumptions)
}

// schedule places tasks.
type schedule struct {
	config PlanConfig
	specs  []spec
	date   map[TaskID]law.Date
	bind   map[TaskID]link
	from   map[TaskID]law.Date
	notes  []Text
	over   []Overrun
	early  []Overrun

	// assumed are steps that must be behind though nobody recorded them, on
	// the first day on which they can have been; of those in upper, the last.
	assumed  map[TaskID]law.Date
	upper    map[TaskID]bool
	presumed []Text
}

// run places every task on its earliest day; late holds some back further.
func (s *schedule) run(late map[TaskID]law.Date) error {
	s.date, s.bind, s.from = map[TaskID]law.Date{}, map[TaskID]link{}, map[TaskID]law.Date{}
	s.notes, s.over, s.early = nil, nil, nil
	for _, sp := range s.specs {
		day, binding, from := s.config.Start, link{why: say("start")}, s.config.Start
		var lawful, since law.Date // by the links alone
		var holds link
		for _, l := range sp.links {
			if l.limit {
				continue
			}
			e, at, err := s.earliest(l)
			if err != nil {
				return fmt.Errorf("%s: %w", sp.id, err)
			}
			if e.After(lawful) {
				lawful, since, holds = e, at, l
			}
		}
		if !lawful.Before(day) {
			day, binding, from = lawful, holds, since
		}
		for _, h := range s.config.holds[sp.id] {
			end, err := s.working(h.day) // an end of a period moves (DA 12)
			if err != nil {
				return fmt.Errorf("%s: %w", sp.id, err)
			}
			if end.After(day) {
				day, binding = end, link{on: binding.on, why: h.why, source: h.source}
			}
		}
		if l := late[sp.id]; l.After(day) {
			day = l
		}
		if done, ok := s.config.Done[sp.id]; ok {
			if first, err := s.surely(holds, lawful); err != nil {
				return fmt.Errorf("%s: %w", sp.id, err)
			} else if done.Before(first) && holds.on != "" && !s.upper[holds.on] {
				s.early = append(s.early, Overrun{sp.id, done, first, holds.why, holds.source})
			}
			day, binding, from = done, holds, minDate(since, done)
			if from.IsZero() {
				from = done
			}
		} else if behind, ok := s.assumed[sp.id]; ok {
			day, binding, from = behind, link{on: holds.on, why: say("not recorded, taken for done")}, behind
		} else if sp.act && !s.config.AnyDay {
			var err error
			if day, err = s.working(day); err != nil {
				return fmt.Errorf("%s: %w", sp.id, err)
			}
		}
		s.date[sp.id], s.bind[sp.id], s.from[sp.id] = day, binding, from
		for _, l := range sp.links {
			if !l.limit {
				continue
			}
			last, _, err := s.earliest(l)
			if err != nil {
				// A limit beyond the calendar limits nothing in the plan.
				if _, ok := errors.AsType[*law.Unknown](err); ok {
					continue
				}
				return fmt.Errorf("%s: %w", sp.id, err)
			}
			if day.After(last) {
				s.over = append(s.over, Overrun{sp.id, day, last, l.why, l.source})
			}
		}
	}
	return nil
}

// working is the day or the next working one.
func (s *schedule) working(day law.Date) (law.Date, error) {
	for {
		ok, err := s.config.Calendar.Working(day)
		if err != nil || ok {
			return day, err
		}
		day = day.AddDays(1)
	}
}

// earliest is the day from which a link lets its task be, or to which a limit
// does, and the day on which its period begins.
func (s *schedule) earliest(l link) (day, from law.Date, err error) {
	from = s.config.Start
	if l.on != "" {
		from = s.date[l.on]
	}
	day = from
	switch {
	case l.hours > 0:
		readings, err := s.config.Calendar.HourReadings(from, l.hours)
		if err != nil {
			return day, from, err
		}
		for _, r := range readings {
			day = maxDate(day, r.First)
		}
		day = day.AddDays(1) // at which hour they end is not known
	case l.exact && l.period.Unit == law.CalendarDays:
		day = from.AddDays(l.period.N)
	case !l.period.IsZero():
		d, err := s.config.Calendar.Deadline(from, l.period, l.regime)
		if err != nil {
			return day, from, err
		}
		s.note(d)
		day = d.Last
		if !l.also.IsZero() {
			if d, err = s.config.Calendar.Deadline(day, l.also, l.regime); err != nil {
				return day, from, err
			}
			s.note(d)
			day = d.Last
		}
	}
	if l.next {
		day = day.AddDays(1)
	}
	return day, from, nil
}

// surely is the day before which a step was unlawful in every reading.
func (s *schedule) surely(l link, lawful law.Date) (law.Date, error) {
	if l.hours == 0 {
		return lawful, nil
	}
	readings, err := s.config.Calendar.HourReadings(s.date[l.on], l.hours)
	for _, r := range readings {
		lawful = minDate(lawful, r.First)
	}
	return lawful, err
}

func (s *schedule) note(d law.Deadline) {
	for _, m := range d.Missing() {
		what, year := m[:len(m)-5], m[len(m)-4:]
		n := Text{"el calendario no tiene los " + law.Word(what, "es") + " " + year + ": las fechas pueden ser posteriores", "the calendar lacks the " + m + ": dates may be later"}
		if !slices.Contains(s.notes, n) {
			s.notes = append(s.notes, n)
		}
	}
}

// plan reads the schedule, then tries out how late each task and the start can be.
func (s *schedule) plan(assumptions []Text) (Plan, error) {
	c := s.config
	p := Plan{Procedure: c.Facts.Procedure, Award: s.date[TaskAward], Formalisation: s.date[TaskFormalisation], Wanted: c.Wanted,
		Overruns: s.over, Early: s.early, Assumptions: append(slices.Clone(assumptions), s.notes...)}
	end := p.Formalisation
	for id := TaskFormalisation; id != ""; id = s.bind[id].on {
		p.Critical = append(p.Critical, id)
	}
	slices.Reverse(p.Critical)
	for _, sp := range s.specs {
		l := s.bind[sp.id]
		_, done := c.Done[sp.id]
		if !done {
			_, done = s.assumed[sp.id]
		}
		p.Tasks = append(p.Tasks, Task{ID: sp.id, From: s.from[sp.id], To: s.date[sp.id], Done: done, Binds: l.on, Why: l.why, Source: l.source, Critical: slices.Contains(p.Critical, sp.id)})
	}
	slices.SortStableFunc(p.Tasks, func(a, b Task) int { return a.To.Compare(b.To) })
	trial := schedule{config: c, specs: s.specs, assumed: s.assumed, upper: s.upper}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		if t.Done || t.To.After(end) {
			continue
		}
		// The largest delay that leaves the formalisation where it is and
		// exceeds no further maximum; later is never earlier, so halving finds it.
		lo, hi := 0, MaxFloat
		for lo < hi {
			mid := (lo + hi + 1) / 2
			err := trial.run(map[TaskID]law.Date{t.ID: t.To.AddDays(mid)})
			if err == nil && !trial.date[TaskFormalisation].After(end) && len(trial.over) <= len(s.over) {
				lo = mid
			} else {
				hi = mid - 1
			}
		}
		t.Float = lo
	}
	if !c.Wanted.IsZero() {
		p.Slack = c.Wanted.Sub(end)
		// Not before the calendar begins.
		first, _ := c.Calendar.Interval()
		lo, hi := max(-maxStartShift, first.Sub(c.Start)), maxStartShift
		holds := func(n int) bool {
			trial.config.Start = c.Start.AddDays(n)
			return trial.run(nil) == nil && !trial.date[TaskFormalisation].After(c.Wanted)
		}
		if lo <= hi && holds(lo) {
			for lo < hi {
				if mid := lo + (hi-lo+1)/2; holds(mid) {
					lo = mid
				} else {
					hi = mid - 1
				}
			}
			p.LatestStart = c.Start.AddDays(lo)
		}
	}
	return p, nil
}

// Explain is the plan as text in a language ("en" is English, every other tag
// Spanish): the dates, what binds each (* on the chain that binds the
// formalisation), the findings (!), the assumptions (-).
func (p Plan) Explain(lang string) string {
	word := func(key string) string { return planWord(key, lang) }
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s, %s %s", p.Procedure.In(lang), word(string(TaskAward)), p.Award, word(string(TaskFormalisation)), p.Formalisation)
	if !p.Wanted.IsZero() {
		fmt.Fprintf(&b, "; %s %s, %s %d", word("wanted"), p.Wanted, word("slack"), p.Slack)
		if !p.LatestStart.IsZero() {
			fmt.Fprintf(&b, ", %s %s", word("start"), p.LatestStart)
		}
	}
	b.WriteByte('\n')
	for _, t := range p.Tasks {
		mark := " "
		if t.Critical {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s %s  %s: %s", mark, t.To, word(string(t.ID)), t.Why.In(lang))
		if t.Binds != "" {
			fmt.Fprintf(&b, " ← %s", word(string(t.Binds)))
		}
		if src := t.Source.String(); src != "" {
			fmt.Fprintf(&b, " (%s)", src)
		}
		if t.Float > 0 {
			fmt.Fprintf(&b, "; %s %d", word("float"), t.Float)
		}
		b.WriteByte('\n')
	}
	for _, o := range p.Early {
		fmt.Fprintf(&b, "! %s %s, %s %s: %s (%s)\n", word(string(o.Task)), o.On, word("lawful from"), o.Limit, o.Why.In(lang), o.Source)
	}
	for _, o := range p.Overruns {
		fmt.Fprintf(&b, "! %s %s, %s %s: %s (%s)\n", word(string(o.Task)), o.On, word("due by"), o.Limit, o.Why.In(lang), o.Source)
	}
	for _, a := range p.Assumptions {
		fmt.Fprintf(&b, "- %s\n", a.In(lang))
	}
	return b.String()
}

// PlanOption is one of several plans side by side.
type PlanOption struct {
	Procedure law.Procedure
	Admitted  ProcedureChoice // what the tables say of the idea
	Plan      Plan
	Err       error // why there is no plan
}

// Plans computes the plans of an idea by every procedure that is admitted or
// still may be, in the order of law.Procedures. What the tables settle
// (harmonised, open to appeal, type of contract) replaces those facts of c.
func (i Idea) Plans(c PlanConfig) []PlanOption {
	choice := i.Choose()
	premises, _ := i.Derive()
	if choice.Harmonised.Outcome != "" {
		c.Facts.Harmonised = law.TruthOf(choice.Harmonised.Outcome == Harmonised)
	}
	c.Facts.Appealable = premises[PremiseAppealable]
	c.Facts.Contract = i.Contract
	var out []PlanOption
	for _, pc := range choice.Procedures {
		if pc.Outcome == NotAdmitted {
			continue
		}
		o := PlanOption{Procedure: pc.Procedure, Admitted: pc}
		one := c
		one.Facts.Procedure = pc.Procedure
		o.Plan, o.Err = NewPlan(one)
		out = append(out, o)
	}
	return out
}

func maxDate(a, b law.Date) law.Date {
	if b.After(a) {
		return b
	}
	return a
}

func minDate(a, b law.Date) law.Date {
	if b.Before(a) {
		return b
	}
	return a
}
