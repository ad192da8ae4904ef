package gtfsrt

import (
	"math"
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
	bare     = message(2, message(1, float32(1), 2, float32(2)))
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
		{"Vehicle bus-1", "bearing", "", "", 90, -10}, {"Vehicle bus-1", "odometer", "", "", 1234.5, -10}, {"Vehicle bus-1", "speed", "", "", 8.5, -10}, {"Vehicle bus-1", "position", "", "", 0, -10},
		{"Vehicle bus-1", "current_stop_sequence", "", "", 7, -10}, {"Vehicle bus-1", "current_status", "", "IN_TRANSIT_TO", 0, -10}, {"Vehicle bus-1", "congestion_level", "", "RUNNING_SMOOTHLY", 0, -10},
		{"Vehicle bus-1", "stop_id", "", "S9", 0, -10}, {"Vehicle bus-1", "occupancy_status", "", "MANY_SEATS_AVAILABLE", 0, -10}, {"Vehicle bus-1", "occupancy_percentage", "", "", 140, -10},
		{"Vehicle e2", "position", "", "", 0, 0},
		{"Trip T2", "delay", "", "", 90, -5}, {"Trip T2", "arrival_delay", "S1", "", 60, -100}, {"Trip T2", "departure_delay", "S1", "", -30, -90},
		{"Vehicle e4", "", "", "", 0, 0},
	}, got)
	require.Equal(t, `{"trip_id":"T1","route_id":"L3","start_time":"08:00:00","start_date":"20260329","label":"12","license_plate":"0000-BBB","direction_id":1,"schedule_relationship":0}`, b.At(0).Meta)
	require.Equal(t, "m/s", b.At(2).Unit.Given)
	require.Equal(t, float64(float32(43.0125)), b.At(3).Value.Position.Lat)
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
	require.Equal(t, 10.0, got.At(0).Value.Number)
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range kit.Seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { kit.RoundTrip(t, src) })
}
