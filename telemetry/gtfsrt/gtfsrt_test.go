package gtfsrt

import (
	"bytes"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
	"github.com/almotacen/almotacen/telemetry/internal/protowire"
)

// message writes fields: numbers and texts in turn.
func message(fields ...any) []byte {
	var b []byte
	for i := 0; i < len(fields); i += 2 {
		num := int32(fields[i].(int))
		switch v := fields[i+1].(type) {
		case int:
			b = protowire.AppendVarint(b, num, uint64(v))
		case string:
			b = protowire.AppendBytes(b, num, v)
		case []byte:
			b = protowire.AppendBytes(b, num, v)
		case float32:
			b = protowire.AppendFloat(b, num, v)
		case float64:
			b = protowire.AppendDouble(b, num, v)
		}
	}
	return b
}

const stamp = 1774772100

var (
	head     = message(1, message(1, "2.0", 2, 0, 3, stamp))
	trip     = message(1, "T1", 2, "08:00:00", 3, "20260329", 5, "L3", 6, 1, 4, 0)
	position = message(1, float32(43.0125), 2, float32(-7.5625), 3, float32(90), 4, 1234.5, 5, float32(8.5))
	vehicle  = message(1, trip, 2, position, 3, 7, 4, 2, 5, stamp-10, 6, 1, 7, "S9", 8, message(1, "bus-1", 2, "12", 3, "0000-BBB"), 9, 1, 10, 140)
	point    = message(1, float32(1), 2, float32(2))
	bare     = message(2, point)
	update   = message(1, message(1, "T2"), 4, stamp-5, 5, 90,
		2, message(1, 1, 4, "S1", 2, message(1, 60, 2, stamp-100), 3, message(1, -30, 2, stamp-90)),
		2, message(1, 2, 2, message(1, 120, 2, stamp+100)), 2, message(1, 3, 3, message(1, 5)))
	feed = append(head[:len(head):len(head)], message(2, message(1, "e1", 4, vehicle), 2, message(1, "e2", 4, bare), 2, message(1, "e3", 3, update), 2, message(1, "e4", 2, 1), 2, message(1, "e5", 5, ""))...)
)

var kit = formattest.Kit{Format: Format(), Seeds: [][]byte{feed, append(message(1, message(1, "1.0")), message(2, message(1, "e", 4, vehicle), 2, message(1, "f", 4, bare))...)}}

func TestTorture(t *testing.T) { kit.Torture(t) }

func TestAllocatesNothing(t *testing.T) {
	kit.AllocatesNothing(t, append(head[:len(head):len(head)], message(2, message(1, "e1", 4, vehicle), 2, message(1, "e2", 4, bare))...))
}

func TestFeed(t *testing.T) {
	var b telemetry.Batch
	require.NoError(t, NewDecoder(telemetry.Config{}).Decode(&b, feed))
	formattest.Check(t, &b)
	type row struct {
		id, attribute, dataset, text string
		number                       float64
		seconds                      int64
	}
	var got []row
	for _, o := range b.All() {
		got = append(got, row{o.Entity.Type + " " + o.Entity.ID, o.Attribute, o.Dataset, o.Value.Text, o.Value.Number, o.Time.Unix() - stamp})
	}
	require.Equal(t, []row{
		{"Vehicle bus-1", "position", "", "", 0, -10}, {"Vehicle bus-1", "bearing", "", "", 90, -10}, {"Vehicle bus-1", "odometer", "", "", 1234.5, -10}, {"Vehicle bus-1", "speed", "", "", 8.5, -10},
		{"Vehicle bus-1", "current_stop_sequence", "", "", 7, -10}, {"Vehicle bus-1", "current_status", "", "IN_TRANSIT_TO", 0, -10}, {"Vehicle bus-1", "congestion_level", "", "RUNNING_SMOOTHLY", 0, -10},
		{"Vehicle bus-1", "stop_id", "", "S9", 0, -10}, {"Vehicle bus-1", "occupancy_status", "", "MANY_SEATS_AVAILABLE", 0, -10}, {"Vehicle bus-1", "occupancy_percentage", "", "", 140, -10},
		{"Vehicle e2", "position", "", "", 0, 0},
		{"Trip T2", "delay", "", "", 90, -5}, {"Trip T2", "arrival_delay", "S1", "", 60, -100}, {"Trip T2", "departure_delay", "S1", "", -30, -90},
		{"Vehicle e4", "", "", "", 0, 0},
	}, got)
	require.Equal(t, `{"trip_id":"T1","route_id":"L3","start_time":"08:00:00","start_date":"20260329","label":"12","license_plate":"0000-BBB","direction_id":1,"schedule_relationship":0}`, b.At(0).Meta)
	require.Equal(t, "m/s", b.At(3).Unit.Given)
	require.Equal(t, float64(float32(43.0125)), b.At(0).Value.Position.Lat)
	require.Equal(t, telemetry.TimeReceived, b.At(10).Flags)
	require.Equal(t, telemetry.Deleted, b.At(14).Value.Kind)
	require.Len(t, b.Findings, 2) // predictions, alerts
	_, losses, err := Encoder{}.Append(nil, &b)
	require.NoError(t, err)
	require.Equal(t, "row in 3 rows", losses.String())
}

func TestPolicies(t *testing.T) {
	good := message(2, message(1, "g", 4, bare))
	for bad, kind := range map[string]error{
		string(message(1, "x", 4, message(2, message(1, float32(91), 2, float32(0))))):         telemetry.ErrValue,
		string(message(1, "x", 4, message(2, message(1, float32(math.NaN()), 2, float32(0))))): telemetry.ErrValue,
		string(message(1, "x", 4, message(2, message(1, float32(9))))):                         telemetry.ErrMissing,
		string(message(4, bare)): telemetry.ErrMissing,
		string(message(1, "x", 4, message(2, position, 2, position))): telemetry.ErrDuplicate,
		string(message(1, "x", 4, bare, 4, bare)):                     telemetry.ErrDuplicate,
		string(message(1, "x", 3, update, 3, update)):                 telemetry.ErrDuplicate,
		string(message(1, "x", 4, message(4, "9", 4, 1))):             telemetry.ErrType,
		string(message(1, "x", 4, message(4, 9))):                     telemetry.ErrValue,
		string(message(1, "x", 4, message(4, "9"))):                   telemetry.ErrType,
		string(message(1, "x", 4, message(7, "\xff"))):                telemetry.ErrUTF8,
		string(message(1, "x", 4, message(5, math.MaxInt64/1000000))): telemetry.ErrTime,
		string(message(1, "x", 4, append(message(3, 1), 0x12, 9))):    telemetry.ErrSyntax,
	} {
		src := append(head[:len(head):len(head)], good...)
		src = append(append(src, message(2, []byte(bad))...), good...)
		kit.Policies(t, src, 2, 2, kind)
	}
	var b telemetry.Batch
	require.ErrorIs(t, NewDecoder(telemetry.Config{}).Decode(&b, good), telemetry.ErrMissing)
	require.ErrorIs(t, NewDecoder(telemetry.Config{}).Decode(&b, nil), telemetry.ErrMissing)
	none := append(message(1, message(1, "2.0")), good...)
	require.ErrorIs(t, NewDecoder(telemetry.Config{Time: telemetry.TimeRequired}).Decode(&b, none), telemetry.ErrTime)
}

func TestLosses(t *testing.T) {
	var b telemetry.Batch
	at := time.Unix(stamp, 5)
	bus := telemetry.Entity{ID: "b", Type: "Vehicle"}
	for _, o := range []telemetry.Observation{
		{Entity: bus, Attribute: "speed", Value: telemetry.Value{Kind: telemetry.Number, Number: 36}, Unit: telemetry.UnitRef{Given: "KMH", System: telemetry.CEFACT}},
		{Entity: bus, Attribute: "position", Value: telemetry.Value{Kind: telemetry.Point, Position: telemetry.Position{Lon: 1, Lat: 2, Alt: 3, HasAlt: true}}},
		{Entity: bus, Attribute: "bearing", Value: telemetry.Value{Kind: telemetry.Number, Number: 0.1}, Unit: telemetry.UnitRef{Given: "V"}},
		{Entity: bus, Attribute: "noise", Value: telemetry.Value{Kind: telemetry.Number}},
		{Entity: bus, Attribute: "current_status", Value: telemetry.Value{Kind: telemetry.Text, Text: "LOST"}},
		{Entity: telemetry.Entity{ID: "c", Type: "Bus"}, Attribute: "stop_id", Value: telemetry.Value{Kind: telemetry.Text, Text: "x"}, Meta: `{"a":1}`, Dataset: "d"},
		{Entity: telemetry.Entity{ID: "c", Type: "Vehicle"}, Attribute: "odometer", Value: telemetry.Value{Kind: telemetry.Number}},
		{Attribute: "stop_id", Value: telemetry.Value{Kind: telemetry.Text, Text: "x"}},
	} {
		o.Time = at
		require.NoError(t, b.Add(o))
	}
	out, l, err := Encoder{}.Append(nil, &b)
	require.NoError(t, err)
	for kind, n := range map[telemetry.LossKind]int{telemetry.LossRow: 5, telemetry.LossUnit: 1, telemetry.LossGeometry: 1, telemetry.LossPrecision: 3, telemetry.LossMeta: 1, telemetry.LossEntity: 1, telemetry.LossDataset: 1} {
		require.Equal(t, n, l.Rows(kind), "%s of %s", kind, l)
	}
	var got telemetry.Batch
	require.NoError(t, NewDecoder(telemetry.Config{}).Decode(&got, out))
	require.Equal(t, 3, got.Len())
	require.Equal(t, 10.0, got.At(1).Value.Number)
}

// again is fields of a message of which was and is are the same field: is counts.
var again = []struct {
	name    string // of the attribute, if the row says where the field is
	in      func(fields []byte) []byte
	was, is []byte
}{
	{"header's timestamp", inHeader, message(3, stamp), message(3, stamp+1)},
	{"entity's id", inEntity, message(1, "a"), message(1, "b")},
	{"is_deleted", inEntity, message(2, 1), message(2, 0)},
	{"trip_id", inTrip, message(1, "a"), message(1, "b")},
	{"start_time", inTrip, message(2, "a"), message(2, "b")},
	{"start_date", inTrip, message(3, "a"), message(3, "b")},
	{"schedule_relationship", inTrip, message(4, 1), message(4, 2)},
	{"route_id", inTrip, message(5, "a"), message(5, "b")},
	{"direction_id", inTrip, message(6, 1), message(6, 0)},
	{"vehicle's id", inDescriptor, message(1, "a"), message(1, "b")},
	{"label", inDescriptor, message(2, "a"), message(2, "b")},
	{"license_plate", inDescriptor, message(3, "a"), message(3, "b")},
	{"latitude", inPosition, message(1, float32(91)), message(1, float32(2))},
	{"longitude", inPosition, message(2, float32(181)), message(2, float32(3))},
	{"bearing", inPosition, message(3, float32(1)), message(3, float32(2))},
	{"odometer", inPosition, message(4, 1.0), message(4, 2.0)},
	{"speed", inPosition, message(5, float32(math.NaN())), message(5, float32(2))},
	{"current_stop_sequence", inVehicle, message(3, 1), message(3, 2)},
	{"current_status", inVehicle, message(4, 1), message(4, 2)},
	{"vehicle's timestamp", inVehicle, message(5, stamp), message(5, stamp+1)},
	{"congestion_level", inVehicle, message(6, 99), message(6, 2)},
	{"stop_id", inVehicle, message(7, "a"), message(7, "b")},
	{"stop_id that is empty", inVehicle, message(7, "a"), message(7, "")},
	{"occupancy_status", inVehicle, message(9, 1), message(9, 2)},
	{"occupancy_percentage", inVehicle, message(10, 1), message(10, 2)},
	{"update's timestamp", inUpdate, message(4, stamp+1), message(4, stamp)},
	{"update's delay", inUpdate, message(5, 1), message(5, -2)},
	{"update's vehicle", inUpdate, message(3, message(1, "a")), message(3, message(1, "b"))},
	{"stop_sequence", inStop, message(1, 1), message(1, 2)},
	{"stop's id", inStop, message(4, "a"), message(4, "b")},
	{"event's delay", inEvent, message(1, 1), message(1, -2)},
	{"event's time", inEvent, message(2, stamp+9), message(2, stamp-1)},
}

// entity is a feed of one entity.
func entity(fields ...any) []byte { return slices.Concat(head, message(2, message(fields...))) }

func inHeader(p []byte) []byte {
	return slices.Concat(message(1, p), message(2, message(1, "e", 4, bare)))
}
func inEntity(p []byte) []byte {
	return slices.Concat(head, message(2, slices.Concat(message(1, "e", 4, bare), p)))
}
func inVehicle(p []byte) []byte    { return entity(1, "e", 4, slices.Concat(bare, p)) }
func inTrip(p []byte) []byte       { return inVehicle(message(1, p)) }
func inDescriptor(p []byte) []byte { return inVehicle(message(8, p)) }
func inPosition(p []byte) []byte   { return entity(1, "e", 4, message(2, slices.Concat(point, p))) }
func inUpdate(p []byte) []byte     { return entity(1, "e", 3, slices.Concat(message(5, 60), p)) }
func inStop(p []byte) []byte {
	return inUpdate(message(2, slices.Concat(message(2, message(1, 60, 2, stamp-1)), p)))
}
func inEvent(p []byte) []byte {
	return inUpdate(message(2, message(3, slices.Concat(message(1, 60, 2, stamp-2), p))))
}

func TestLastCounts(t *testing.T) {
	decode := func(src []byte) (b telemetry.Batch) {
		require.NoError(t, NewDecoder(telemetry.Config{Policy: telemetry.Skip}).Decode(&b, src))
		return b
	}
	for _, c := range again {
		t.Run(c.name, func(t *testing.T) {
			src := c.in(slices.Concat(c.was, c.is))
			kit.RoundTrip(t, src)
			want, was, got := decode(c.in(c.is)), decode(c.in(c.was)), decode(src)
			require.NotZero(t, got.Len())
			require.Empty(t, got.Findings)
			formattest.RequireRows(t, formattest.Rows(&want), formattest.Rows(&got))
			require.NotEqual(t, formattest.Text(formattest.Rows(&was)), formattest.Text(formattest.Rows(&got)))
			if o := got.At(got.Len() - 1); o.Attribute == c.name {
				require.Equal(t, int64(bytes.LastIndex(src, c.is)), o.Offset)
			}
		})
	}
}

// Messages that are there again are merged.
func TestMerges(t *testing.T) {
	for name, c := range map[string]struct {
		in          func(fields []byte) []byte
		twice, once []byte
	}{
		"trip":                            {inVehicle, message(1, message(1, "a", 5, "L"), 1, message(1, "b")), message(1, message(1, "b", 5, "L"))},
		"vehicle":                         {inVehicle, message(8, message(1, "a", 2, "L"), 8, message(1, "b")), message(8, message(1, "b", 2, "L"))},
		"arrival":                         {inUpdate, message(2, message(2, message(1, 7), 2, message(2, stamp))), message(2, message(2, message(1, 7, 2, stamp)))},
		"header":                          {func(p []byte) []byte { return slices.Concat(p, inVehicle(nil)) }, message(1, message(3, stamp-9)), nil},
		"header, the second without time": {func(p []byte) []byte { return slices.Concat(inVehicle(nil), p) }, message(1, message(1, "2.0")), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var want, got telemetry.Batch
			require.NoError(t, NewDecoder(telemetry.Config{}).Decode(&want, c.in(c.once)))
			require.NoError(t, NewDecoder(telemetry.Config{}).Decode(&got, c.in(c.twice)))
			require.NotZero(t, got.Len())
			formattest.RequireRows(t, formattest.Rows(&want), formattest.Rows(&got))
		})
	}
}

// parted are one vehicle at one time in two entities: they come back in the same order, and what
// is of the second position stays there.
var parted = [][]byte{
	slices.Concat(entity(1, "e", 4, message(7, "S", 8, bus)), message(2, message(1, "f", 4, message(2, fast, 8, bus)))),
	slices.Concat(entity(1, "e", 4, message(2, point, 8, bus)), message(2, message(1, "f", 4, message(2, fast, 8, bus)))),
	slices.Concat(entity(1, "e", 4, message(2, point, 7, "S", 8, bus)), message(2, message(1, "f", 4, message(2, fast, 3, 1, 8, bus)))),
	slices.Concat(entity(1, "e", 4, message(7, "S", 8, bus)), message(2, message(1, "u", 3, update)), message(2, message(1, "f", 4, message(3, 1, 8, bus)))),
	slices.Concat(entity(1, "e", 4, message(7, "S", 8, bus)), inUpdate(message(3, bus)), inUpdate(message(3, bus)), message(2, message(1, "f", 4, message(3, 1, 8, bus)))),
}

var (
	bus  = message(1, "bus")
	fast = message(5, float32(3), 1, float32(1), 2, float32(2), 3, float32(4), 5, float32(6))
)

func TestTwoEntities(t *testing.T) {
	for _, s := range parted {
		kit.RoundTrip(t, s)
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range kit.Seeds {
		f.Add(s)
	}
	for _, c := range again {
		f.Add(c.in(slices.Concat(c.was, c.is)))
	}
	for _, s := range parted {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { kit.RoundTrip(t, src) })
}
