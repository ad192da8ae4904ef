// Package law is the procurement law of Spain as dated tables: thresholds,
// limits, periods and their reductions, calendars and the counting of days, as
// a local entity needs them. The law is that of public contracts (LCSP, Ley
// 9/2017) with what it leans on (LPAC, Ley 39/2015; RGLCAP, RD 1098/2001; RDL
// 3/2020; LCTI, Ley 14/2011; Regulation (EEC, Euratom) 1182/71).
//
// # Terms
//
// A [Figure] is an amount, share or duration that a rule compares with: the
// threshold of harmonised regulation (SARA), the limit of the minor contract,
// the ceiling of a modification. A [Term] is a period within which, or before
// the end of which, something must not be done. Both are rows with an interval
// of validity and a [Source]: act, article, the order that set the figure, a
// few words of the article to look for, and a [Mark] that says whether the
// text was read (✓), a secondary page only (◐), or neither (○).
//
// # Answers
//
// Every question carries a date, since a case of 2021 is judged by the figures
// of 2021, and facts. The answer is a value with its comparison and source, or
// an [*Unknown] error that says because of what, which facts would settle it,
// and what the answer would be under each reading. Nothing is guessed: a day
// for which no calendar was given, a fact left out, an amount in another
// currency or with VAT give an Unknown with its article.
//
// # Days
//
// Dates are civil dates, [Date], without clock or zone, so that changes of
// summer time cannot move a deadline. [Calendar] holds the days that are not
// working; the national ones are embedded for the years of [NationalYears],
// regional and local ones come from the caller. [Calendar.Deadline] counts and
// [Deadline.Reasons] explains the count step by step, in Spanish or
// English.
//
// The tables are data: range over [Figures], [Terms], [Holidays]. They hold no
// opinion where lawyers disagree; such rows carry ○ and a note. This is a
// model for software, not legal advice.
//
// What is not there: the act of Navarre, which has its own, the Basque fiscal
// clause, which regions raised the standstill or shortened payment, and the law
// before 9 March 2018.
//
// All values are immutable and safe for concurrent use. The package reads no
// clock, no file and no network.
package law
