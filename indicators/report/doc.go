// Package report writes the report of conclusions of a measurement: one
// self-contained, script-free HTML file in each language.
//
// Terms. A sheet is the page of one indicator or of one city. An indicator is
// measured if a member city has a value in some period; the others are listed
// with the variables they lack. What a city has no value for is said in words.
//
// The file asks nothing of the network and runs no script: styles and charts
// are inside, and a Content-Security-Policy says so. It is written for
// EN 301 549 and WCAG 2.2 AA: landmarks, headings without gaps, tables with
// captions and scopes, charts with a title, a description that says the finding,
// and the data beside them; nothing is said by colour alone.
//
// Every value of an indicator stands in an element
//
//	<data value="12.25" data-k="28079|2020|population.density">12,3</data>
//
// with the shortest decimal that reads back as the same float64, and entity,
// period and indicator; the entity of the network's value is "*". A value that
// may not be published (cube.Status.Confidentiality) is in no part of the file.
//
// Guarantees: the bytes depend on the result and the Config only. The functions
// keep no state and are safe for concurrent use. Security: every text of the
// result is escaped, control characters and unbalanced direction marks are
// taken out, and links have http, https or mailto addresses.
package report
