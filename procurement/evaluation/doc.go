// Package evaluation scores tenders by the criteria of a pliego and explains every
// point.
//
// # Terms
//
// [Rules] are what the pliego says: criteria of judgement and criteria by formula, the
// rounding, the parameters for offers that may be abnormally low, the rule for ties.
// Formulas are CEL, the language of the catalogue's indicators, so a pliego's formula can be
// published, read and repeated by anybody. [New] compiles them into a [Scheme], and
// [Scheme.Evaluate] turns [Tenders] into a [Sheet]. A [Gate] ends a phase of a
// pre-commercial procurement or an innovation partnership.
//
// # Law
//
// The order of Ley 9/2017 (LCSP) 146.2 is kept: without every judgement, documented before the
// envelope of formulas was opened, nothing is scored. An offer presumed abnormally low (149, RGLCAP
// 85) is never excluded here: it is listed to be heard, and the sheet is not final. Ties follow the
// pliego's own rules (147.1) or, where it has none, 147.2; evidence that is not there, or a draw not
// held, leaves the tie open. Nothing is drawn by this package.
//
// Thresholds take out offers in steps: judgement, then other qualitative criteria, then cost;
// the extremes and means of a step are over the offers still in.
//
// # Guarantees
//
// Points are exact decimals. Formulas are computed as doubles, one rounding an operation, and
// their result is rounded once, by the pliego's rule, as the shortest decimal that reads back
// as it. The same input gives the same sheet, in whatever order offers with different points
// come. All problems of an input are reported, not the first. Schemes are immutable and safe
// for concurrent use; formulas cannot loop beyond the limits of package formula.
//
// This is a model for software, not legal advice.
package evaluation
