package parquet

import "github.com/almotacen/almotacen/telemetry"

// Columns names the columns of a file. An empty name is a column that is not there.
type Columns struct {
	Entity, EntityType, Attribute, Dataset string // text, or whole numbers
	Time                                   string // TIMESTAMP in UTC, or INT64
	Offset, Precision                      string // minutes east of UTC; a telemetry.Precision
	Kind                                   string // names of telemetry.Kind; without it a number, or no value where it is null
	Number                                 string
	Text                                   string // of texts, JSON, geometries, and the digits of numbers beyond float64
	Unit, UnitSystem                       string // code and telemetry.UnitSystem's name
	Quality, Raw                           string // names of telemetry.Quality, and the flag as written
	Flags                                  string
	From                                   string // start of an interval
	Lon, Lat, Alt                          string
	Meta                                   string
	Source, Format, Received               string
	Record                                 string
}

// Own are the columns that a [Writer] writes.
var own = Columns{"entity", "entity_type", "attribute", "dataset", "time", "offset_minutes", "precision", "kind", "number", "text",
	"unit", "unit_system", "quality", "quality_raw", "flags", "from", "lon", "lat", "alt", "meta", "source", "format", "received", "record"}

// OwnColumns are the columns that a [Writer] writes.
func OwnColumns() Columns { return own }

// kindByName, qualityByName and systemByName read what String writes.
func kindByName(s string) (telemetry.Kind, bool) {
	for k := telemetry.None; k <= telemetry.Deleted; k++ {
		if k.String() == s {
			return k, true
		}
	}
	return 0, false
}

func qualityByName(s string) (telemetry.Quality, bool) {
	for q := telemetry.QualityUnknown; q <= telemetry.Invalid; q++ {
		if q.String() == s {
			return q, true
		}
	}
	return 0, false
}

func systemByName(s string) (telemetry.UnitSystem, bool) {
	for u := telemetry.UCUM; u <= telemetry.Name; u++ {
		if u.String() == s {
			return u, true
		}
	}
	return 0, false
}
