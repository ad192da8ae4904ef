// Package promwrite reads and writes Prometheus remote write, versions 1.0 and 2.0: protobuf
// in a block of snappy. A decoder tells the versions apart.
//
// # Mapping
//
// A time series is a record, and a sample of it a row. The label __name__ is the attribute. The
// label Config.ID ("instance" unless set) is the entity's id and Config.Type ("job") its type; the
// other labels are the dataset, written as telemetry/lineprotocol writes tags: a=1,b=2. Without
// the label of the id, all labels together are the id. A label with an empty value is none, as
// Prometheus has it.
//
// Times are milliseconds. The stale marker is a gap (kind None). Any other NaN and the infinities are
// gaps of quality Invalid, with NaN, +Inf or -Inf in Raw. Of version 2.0 the unit is a free text
// (seconds, bytes), the type and the help are metadata, and a created timestamp begins an interval.
//
// Native histograms, exemplars and the metadata of version 1.0 are left out; findings say so.
package promwrite
