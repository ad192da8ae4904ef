// Package procurement models public procurement of innovation by a Spanish
// local entity: what may be done, by whom and until when, and why, with the
// article of each answer.
//
// # Terms
//
// A [Model] is a process as data: the states of parallel regions (case, lot,
// contract, phase × partner, and the overlays appeal, collusion, urgency,
// prior notice), the events that move them, and the guards that judge events.
// [Models] lists them: the common beginning with the preliminary market
// consultation (LCSP 115), the procedures by which technology is bought (CPTI),
// the minor contract, the call-off of a framework, and pre-commercial
// procurement (CPP).
//
// A [Case] is one procedure as a log of dated events. An [Event] is a fact with
// its date, documents, amounts, lot, party and phase; nobody sets a state.
// [Case.Status] folds the log to the state of a day, [Case.Next] says what can
// be done then, [Case.Check] judges what was done.
//
// A [Guard] answers ok, breach or unknown, with its article, the events that it
// read, what is missing, and the effect of a breach. The mark of its source
// says whether the article was read (✓), a secondary page only (◐), or neither
// (○).
//
// [ModalityTable], [ProcedureTable] and [Idea.Choose] choose modality and
// procedure from what is known; [NewPlan] gives the earliest lawful calendar.
//
// # Answers
//
// Missing facts, amounts with VAT where the law counts without it or in other
// currencies, days for which no calendar was given, and points that the law
// leaves open give Unknown, never a guess. Events out of order, duplicate, of
// another case or before their legal basis are kept in the log, have no effect
// or only that which they can have, and are answered with a breach or unknown.
//
// # Agreement of Next and Check
//
// An event that [Case.Next] offers as lawful, done between From and Until with
// its Needs, adds no breach to [Case.Check]. An event that Next does not offer
// adds a breach or an unknown.
//
// # Guarantees
//
// The answers depend on the log, the rules and the day of the question alone:
// replaying a log gives equal answers. Nothing reads the clock, the zone or the
// locale. A log is bounded (see [MaxEvents] and the other limits). Models,
// guards and the lists of kinds, facts and documents are data to read, not to
// change. This is a model for software, not legal advice.
package procurement
