package oracles

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/MobilityData/gtfs-realtime-bindings/golang/gtfs"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/gtfsrt"
)

// vehicles are the vehicle positions of a feed, a text each, as the official types have them.
// The id of the FeedEntity is the encoder's to choose.
func vehicles(f *gtfs.FeedMessage) (out []string) {
	for _, e := range f.Entity {
		if v := e.Vehicle; v != nil {
			stamp := v.GetTimestamp()
			if stamp == 0 {
				stamp = f.Header.GetTimestamp()
			}
			p, d, tr := v.Position, v.Vehicle, v.Trip
			out = append(out, fmt.Sprint(d.GetId(), "|", d.GetLabel(), "|", d.GetLicensePlate(), "|", tr.GetTripId(), "|", tr.GetRouteId(), "|", tr.GetStartDate(), "|", tr.GetDirectionId(), "|", tr.GetScheduleRelationship(), "|",
				p.GetLatitude(), p.GetLongitude(), "|", p.Bearing != nil, p.GetBearing(), "|", p.GetOdometer(), "|", p.GetSpeed(), "|", v.CurrentStopSequence != nil, v.GetCurrentStopSequence(), "|", v.GetStopId(), "|",
				v.CurrentStatus != nil, v.GetCurrentStatus(), "|", v.CongestionLevel != nil, v.GetCongestionLevel(), "|", v.OccupancyStatus != nil, v.GetOccupancyStatus(), "|", v.GetOccupancyPercentage(), "|", stamp))
		}
	}
	return out
}

// vehicle is a position with some of all that it may have.
func (m maker) vehicle(id string) *gtfs.VehiclePosition {
	some := func() bool { return m.IntN(2) == 0 }
	v := &gtfs.VehiclePosition{Vehicle: &gtfs.VehicleDescriptor{Id: proto.String(id)},
		Position: &gtfs.Position{Latitude: proto.Float32(m.Float32()*180 - 90), Longitude: proto.Float32(m.Float32()*360 - 180)}}
	if some() {
		v.Vehicle.Label, v.Trip = proto.String("L"), &gtfs.TripDescriptor{TripId: proto.String("T" + m.word()), RouteId: proto.String("R")}
	}
	if some() {
		v.Trip = &gtfs.TripDescriptor{StartDate: proto.String("20260329"), DirectionId: proto.Uint32(1), ScheduleRelationship: gtfs.TripDescriptor_CANCELED.Enum()}
	}
	if some() {
		v.Position.Bearing, v.Position.Odometer, v.Position.Speed = proto.Float32(m.Float32()), proto.Float64(m.Float64()), proto.Float32(m.Float32())
	}
	if some() {
		v.CurrentStopSequence, v.StopId, v.CurrentStatus = proto.Uint32(m.Uint32()), proto.String("S"), gtfs.VehiclePosition_VehicleStopStatus(m.IntN(3)).Enum()
	}
	if some() {
		v.CongestionLevel, v.OccupancyStatus = gtfs.VehiclePosition_CongestionLevel(m.IntN(5)).Enum(), gtfs.VehiclePosition_OccupancyStatus(m.IntN(9)).Enum()
		v.OccupancyPercentage = proto.Uint32(uint32(m.IntN(200)))
	}
	if some() {
		v.Timestamp = proto.Uint64(uint64(1.7e9 + m.IntN(1e6)))
	}
	return v
}

func TestGTFSRealtime(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(7, 8))}
	total := 0
	for range 2000 {
		f := &gtfs.FeedMessage{Header: &gtfs.FeedHeader{GtfsRealtimeVersion: proto.String("2.0"), Timestamp: proto.Uint64(uint64(1.7e9 + m.IntN(1e6)))}}
		for i := range m.IntN(4) {
			v := m.vehicle(fmt.Sprint("bus ", i))
			f.Entity = append(f.Entity, &gtfs.FeedEntity{Id: proto.String(fmt.Sprint(i)), Vehicle: v})
		}
		wire, err := proto.Marshal(f)
		require.NoError(t, err)
		var b telemetry.Batch
		require.NoError(t, gtfsrt.NewDecoder(telemetry.Config{}).Decode(&b, wire))
		total += b.Len()
		out, losses, err := gtfsrt.Encoder{}.Append(nil, &b)
		require.NoError(t, err)
		require.Empty(t, losses)
		var got gtfs.FeedMessage
		require.NoError(t, proto.Unmarshal(out, &got)) // required fields are there
		same(t, vehicles(f), vehicles(&got))
	}
	t.Logf("%d rows", total)
}

// Fields and messages that are there again count as they do for the official types: of fields the
// last, of messages all.
func TestGTFSRealtimeAgain(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(11, 12))}
	wire := func(msg proto.Message) []byte {
		b, err := proto.MarshalOptions{AllowPartial: true}.Marshal(msg)
		require.NoError(t, err)
		return b
	}
	field := func(num protowire.Number, parts ...[]byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), slices.Concat(parts...))
	}
	header := field(1, wire(&gtfs.FeedHeader{GtfsRealtimeVersion: proto.String("1.0"), Timestamp: proto.Uint64(1.7e9)}), wire(&gtfs.FeedHeader{GtfsRealtimeVersion: proto.String("2.0")}))
	for range 2000 {
		a, b := m.vehicle("a"), m.vehicle("b")
		place := field(2, wire(a.Position), wire(b.Position))
		a.Position, b.Position = nil, nil
		src := slices.Concat(header, field(2, wire(&gtfs.FeedEntity{Id: proto.String("1")}), wire(&gtfs.FeedEntity{Id: proto.String("2")}), field(4, wire(a), place, wire(b))))
		var want, got gtfs.FeedMessage
		require.NoError(t, proto.Unmarshal(src, &want))
		var rows telemetry.Batch
		require.NoError(t, gtfsrt.NewDecoder(telemetry.Config{}).Decode(&rows, src))
		out, losses, err := gtfsrt.Encoder{}.Append(nil, &rows)
		require.NoError(t, err)
		require.Empty(t, losses)
		require.NoError(t, proto.Unmarshal(out, &got))
		same(t, vehicles(&want), vehicles(&got))
	}
}

// The delays that were observed, as the official types have them.
func TestGTFSRealtimeDelays(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(9, 10))}
	const now = 1_774_772_100
	for range 500 {
		f := &gtfs.FeedMessage{Header: &gtfs.FeedHeader{GtfsRealtimeVersion: proto.String("2.0")}}
		u := &gtfs.TripUpdate{Trip: &gtfs.TripDescriptor{TripId: proto.String("T")}, Timestamp: proto.Uint64(now), Delay: proto.Int32(int32(m.IntN(600) - 300))}
		want := []string{fmt.Sprint("delay  ", *u.Delay, " ", now)}
		for i := range m.IntN(5) {
			at, delay := now+int64(m.IntN(2000)-1000), int32(m.IntN(600)-300)
			u.StopTimeUpdate = append(u.StopTimeUpdate, &gtfs.TripUpdate_StopTimeUpdate{StopId: proto.String(fmt.Sprint("s", i)), Arrival: &gtfs.TripUpdate_StopTimeEvent{Time: proto.Int64(at), Delay: &delay}})
			if at <= now {
				want = append(want, fmt.Sprint("arrival_delay s", i, " ", delay, " ", at))
			}
		}
		f.Entity = append(f.Entity, &gtfs.FeedEntity{Id: proto.String("1"), TripUpdate: u})
		wire, err := proto.Marshal(f)
		require.NoError(t, err)
		var b telemetry.Batch
		require.NoError(t, gtfsrt.NewDecoder(telemetry.Config{}).Decode(&b, wire))
		var got []string
		for _, o := range b.All() {
			got = append(got, fmt.Sprint(o.Attribute, " ", o.Dataset, " ", o.Value.Number, " ", o.Time.Unix()))
		}
		same(t, want, got)
	}
}
