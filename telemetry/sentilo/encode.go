package sentilo

import (
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/decoding"
	"github.com/almotacen/almotacen/telemetry/internal/encoding"
)

// Encoder writes the payload of a provider. It may be used by many goroutines.
type Encoder struct {
	Provider  string   // taken from the front of ids
	Catalogue []Sensor // types and units
}

// Append appends one payload with a sensor for each run of rows of one entity. Times are cut to
// seconds. Left out and counted: deletions, geometries but locations that follow their
// observation or begin their sensor, rows without entity, values of another type than the
// catalogue's. An attribute other than the catalogue's type is counted as a lost name.
func (e Encoder) Append(dst []byte, b *telemetry.Batch) ([]byte, telemetry.Losses, error) {
	w := writer{dst: append(dst, `{"sensors":[`...), b: b, e: e, sensors: table(e.Catalogue), last: -1, entity: -1}
	for i := range b.Len() {
		w.row(i)
	}
	w.end()
	return append(w.dst, ']', '}'), w.losses, nil
}

type writer struct {
	dst     []byte
	b       *telemetry.Batch
	e       Encoder
	sensors map[string]known
	losses  telemetry.Losses
	entity  int64 // of the open sensor; -1: none is open
	any     bool  // a sensor was written
	list    bool  // its observations are begun
	last    int   // row of the open observation, -1: none is open
	placed  bool  // it has a location
}

// end closes the open sensor.
func (w *writer) end() {
	if w.last >= 0 {
		w.dst = append(w.dst, '}')
	}
	if w.list {
		w.dst = append(w.dst, ']')
	}
	if w.entity >= 0 {
		w.dst = append(w.dst, '}')
	}
	w.entity, w.list, w.last, w.placed = -1, false, -1, false
}

// open begins a sensor.
func (w *writer) open(i int, sensor string) {
	w.end()
	if w.any {
		w.dst = append(w.dst, ',')
	}
	w.dst = jsonscan.AppendString(append(w.dst, `{"sensor":`...), sensor)
	w.entity, w.any = int64(w.b.Entity[i]), true
}

func (w *writer) row(i int) {
	b := w.b
	id := b.Entities.At(b.Entity[i])
	sensor, ours := id.ID, true
	if w.e.Provider != "" {
		sensor, ours = strings.CutPrefix(id.ID, w.e.Provider+"/")
	}
	if sensor == "" || sensor == "/" {
		w.losses.Add(telemetry.LossRow, i)
		return
	}
	k := lookup(w.sensors, []byte(sensor))
	attribute := b.Attributes.Text(b.Attribute[i])
	if b.Kind[i] == telemetry.Point && attribute == string(locationName) {
		w.location(i, sensor)
		return
	}
	switch b.Kind[i] {
	case telemetry.Deleted:
		w.losses.Add(telemetry.LossDeletion, i)
		return
	case telemetry.Point, telemetry.Geometry:
		w.losses.Add(telemetry.LossGeometry, i)
		return
	}
	text := value(b, i)
	switch {
	case k.class == decoding.Auto:
		if decoding.AutoKind(text) != b.Kind[i] {
			w.losses.Add(telemetry.LossType, i)
		}
	case b.Kind[i] == telemetry.None && k.class != decoding.Text, wants(k.class) == b.Kind[i]:
	case k.class == decoding.Text:
		w.losses.Add(telemetry.LossType, i)
	default:
		w.losses.Add(telemetry.LossRow, i) // a reader would refuse it
		return
	}
	if attribute != string(k.attribute) {
		w.losses.Add(telemetry.LossName, i)
	}
	if id.Type != "" || !ours {
		w.losses.Add(telemetry.LossEntity, i)
	}
	carries := []telemetry.LossKind{telemetry.LossTime, telemetry.LossOffset, telemetry.LossEntity}
	if u := b.Units.At(b.UnitRef[i]); u.Given == string(k.unit) && (u.Given == "" || u.System == telemetry.Name) {
		carries = append(carries, telemetry.LossUnit)
	}
	encoding.Lose(&w.losses, b, i, carries...)
	if b.Time[i] != telemetry.NoTime && b.Time[i]%1_000_000_000 != 0 {
		w.losses.Add(telemetry.LossPrecision, i)
	}
	if w.entity != int64(b.Entity[i]) {
		w.open(i, sensor)
	}
	switch {
	case !w.list:
		w.dst = append(w.dst, `,"observations":[`...)
		w.list = true
	case w.last >= 0:
		w.dst = append(w.dst, '}', ',')
	default:
		w.dst = append(w.dst, ',')
	}
	w.dst = jsonscan.AppendString(append(w.dst, `{"value":`...), text)
	if t := b.Time[i]; t != telemetry.NoTime {
		w.dst = append(appendTimestamp(append(w.dst, `,"timestamp":"`...), t, b.Detail[i].Offset), '"')
	}
	w.last, w.placed = i, false
}

// location writes a point beside the observation before it, or as the sensor's.
func (w *writer) location(i int, sensor string) {
	b := w.b
	p := b.Points[b.Detail[i].Ref.Off]
	follows := w.last >= 0 && w.last == i-1 && !w.placed && w.entity == int64(b.Entity[i]) &&
		b.Time[i] == b.Time[w.last] && b.Detail[i].Offset == b.Detail[w.last].Offset
	if !follows && b.Time[i] != telemetry.NoTime {
		w.losses.Add(telemetry.LossGeometry, i)
		return
	}
	if !follows {
		w.open(i, sensor)
	}
	id := b.Entities.At(b.Entity[i])
	if id.Type != "" || w.e.Provider != "" && !strings.HasPrefix(id.ID, w.e.Provider+"/") {
		w.losses.Add(telemetry.LossEntity, i)
	}
	encoding.Lose(&w.losses, b, i, telemetry.LossTime, telemetry.LossOffset, telemetry.LossEntity)
	if b.Time[i] != telemetry.NoTime && b.Time[i]%1_000_000_000 != 0 {
		w.losses.Add(telemetry.LossPrecision, i)
	}
	if p.HasAlt {
		w.losses.Add(telemetry.LossGeometry, i)
	}
	w.dst = jsonscan.AppendNumber(append(w.dst, `,"location":"`...), p.Lat)
	w.dst = append(jsonscan.AppendNumber(append(w.dst, ' '), p.Lon), '"')
	w.placed = true
	if !follows {
		w.last = -1
	}
}

// value is the text of row i's value.
func value(b *telemetry.Batch, i int) []byte {
	text := b.Text(i)
	switch b.Kind[i] {
	case telemetry.Number:
		if len(text) == 0 {
			text = jsonscan.AppendNumber(nil, b.Number[i])
		}
	case telemetry.Bool:
		text = strconv.AppendBool(nil, b.Number[i] != 0)
	}
	return text
}

// wants is the kind of a class.
func wants(c decoding.Class) telemetry.Kind {
	return [...]telemetry.Kind{decoding.Auto: telemetry.None, decoding.Number: telemetry.Number, decoding.Bool: telemetry.Bool, decoding.Text: telemetry.Text, decoding.JSON: telemetry.JSON, decoding.LatLon: telemetry.Point}[c]
}
