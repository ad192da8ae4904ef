// Package opendata publishes a measurement as open data: tidy CSV with CSVW
// metadata, the indicator catalogue as JSON, a DCAT-AP-ES catalog in Turtle and
// JSON-LD for harvesters, and pages for people.
//
// Terms: a [Publication] says what is published, by whom and where; an [Edition]
// is its files, the catalog that describes them and what is to be mended in it.
// There is one dataset for each service family that was measured, one of the
// variables behind them, and one of the definitions. A family without figures
// has no dataset; the pages name it.
//
// Rows. A table has a row for each measure, city and period in which the measure
// has a figure for any city: gaps are rows with a status and no value, and years
// in which nobody was asked are left out. Values have all their digits; units
// are strict UCUM; statuses are ours, and SDMX's beside them.
//
// Disclosure. A cell that is suppressed, or not free to publish, is written
// without value, source and explanation, as suppressed, and its confidentiality
// as N whatever the reason: that a cell was hidden to protect another would name
// the other. A cell without a value never carries the text of its reasons, which
// may quote what was delivered. The bytes of an edition do not depend on hidden
// values.
//
// Guarantees: the same Publication gives the same bytes. Functions keep and
// modify nothing they are given and are safe for concurrent use. An edition is
// held in memory.
package opendata
