package lpp

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/internal/formattest"
)

// everything has a value of each type.
const everything = "000001" + "0101ff" + "0202fff6" + "03037fff" + "0464ffffffff" + "05650123" + "066601" + "0767ffd7" + "0868c8" +
	"067104d2fb2e0000" + "097327 6b" + "0a740171" + "0b7503e8" + "0c7600000032" + "0d7864" + "0e79ff9c" + "0f7afffc18" + "107d0190" +
	"11800064" + "1282000003e8" + "138300000001" + "148400b4" + "1585 5e0be100" + "168600c8ff380001" + "1787ff8000" +
	"01880 6765ff2960a0003e8" + "188902 96a0d0ffc7 5a4c0003e8" + "198e00"

func unhex(t testing.TB, s string) []byte {
	var clean []byte
	for i := range len(s) {
		if s[i] != ' ' {
			clean = append(clean, s[i])
		}
	}
	out := make([]byte, len(clean)/2)
	_, err := hex.Decode(out, clean)
	require.NoError(t, err)
	return out
}

func kit(t testing.TB) formattest.Kit {
	return formattest.Kit{Format: Format(), Seeds: [][]byte{unhex(t, everything), unhex(t, "03670110056700ff")}}
}

func TestTorture(t *testing.T) { kit(t).Torture(t) }

func TestAllocatesNothing(t *testing.T) { kit(t).AllocatesNothing(t, unhex(t, everything)) }

// The examples of the documentation of myDevices, and what libraries of devices document of
// the types beyond.
func TestVectors(t *testing.T) {
	type value struct {
		attribute, dataset string
		v                  float64
	}
	for _, c := range []struct {
		hex  string
		want []value
	}{
		{"03670110056700ff", []value{{"temperature", "3", 27.2}, {"temperature", "5", 25.5}}},
		{"0167ffd7", []value{{"temperature", "1", -4.1}}},
		{"067104d2fb2e0000", []value{{"accelerometer_x", "6", 1.234}, {"accelerometer_y", "6", -1.234}, {"accelerometer_z", "6", 0}}},
		{"0202ffff", []value{{"analog_in", "2", -0.01}}},
		{"0568c9", []value{{"relative_humidity", "5", 100.5}}},
		{"057327ac", []value{{"barometric_pressure", "5", 1015.6}}},
		{"017403e7", []value{{"voltage", "1", 9.99}}},
		{"017501f4", []value{{"current", "1", 0.5}}},
		{"0182 00000fa1", []value{{"distance", "1", 4.001}}},
		{"017afffc18", []value{{"load", "1", -1}}},
		{"018601 2cfed40000", []value{{"gyrometer_x", "1", 3}, {"gyrometer_y", "1", -3}, {"gyrometer_z", "1", 0}}},
	} {
		var b telemetry.Batch
		require.NoError(t, NewDecoder(Config{}).Decode(&b, unhex(t, c.hex)))
		var got []value
		for _, o := range b.All() {
			got = append(got, value{o.Attribute, o.Dataset, o.Value.Number})
		}
		require.Equal(t, c.want, got, c.hex)
	}
	for hex, want := range map[string]telemetry.Position{
		"018806765ff2960a0003e8":      {Lat: 42.3519, Lon: -87.9094, Alt: 10, HasAlt: true},
		"01890286 3a9cffc7e4f80003e8": {Lat: 42.351260, Lon: -3.676936, Alt: 10, HasAlt: true},
	} {
		var b telemetry.Batch
		require.NoError(t, NewDecoder(Config{}).Decode(&b, unhex(t, hex)))
		require.Equal(t, want, b.At(0).Value.Position)
	}
}

func TestUnits(t *testing.T) {
	for _, k := range kinds {
		if k.unit != "" {
			u, ok := telemetry.ResolveUnit(telemetry.UCUM, k.unit)
			require.True(t, ok && !u.IsZero(), k.unit)
		}
	}
}

func TestTail(t *testing.T) {
	src := unhex(t, "03670110 056700ff")
	for n := range len(src) {
		for _, p := range []telemetry.Policy{telemetry.Skip, telemetry.Stop} {
			var b telemetry.Batch
			err := NewDecoder(Config{Config: telemetry.Config{Policy: p}}).Decode(&b, src[:n])
			switch {
			case n%4 == 0:
				require.NoError(t, err)
				require.Equal(t, n/4, b.Len())
			case p == telemetry.Stop:
				require.ErrorIs(t, err, telemetry.ErrSyntax)
				require.Zero(t, b.Len())
			default:
				require.NoError(t, err)
				require.Equal(t, n/4, b.Len())
				require.True(t, b.Findings[0].Skipped)
				require.Equal(t, int64(n/4*4), b.Findings[0].Offset)
			}
		}
	}
}

func TestBad(t *testing.T) {
	for hex, kind := range map[string]error{"01ff00": telemetry.ErrUnknown, "01": telemetry.ErrSyntax, "01887fffff0000000003e8": telemetry.ErrValue, "01f0ff": telemetry.ErrSyntax, "01f000": telemetry.ErrSyntax} {
		var b telemetry.Batch
		require.ErrorIs(t, NewDecoder(Config{}).Decode(&b, unhex(t, hex)), kind, hex)
	}
	var b telemetry.Batch
	require.NoError(t, NewDecoder(Config{}).Decode(&b, unhex(t, "01f0030102 026605")))
	require.Equal(t, 1, b.Len())
	require.Len(t, b.Findings, 2) // the track, and a presence of 5
	require.ErrorIs(t, NewDecoder(Config{Config: telemetry.Config{Time: telemetry.TimeRequired}}).Decode(&b, unhex(t, "026601")), telemetry.ErrTime)
}

func TestEncodeLosses(t *testing.T) {
	var b telemetry.Batch
	add := func(attribute, dataset string, v telemetry.Value, unit string) {
		require.NoError(t, b.Add(telemetry.Observation{Attribute: attribute, Dataset: dataset, Value: v, Unit: telemetry.UnitRef{Given: unit, System: telemetry.UCUM}, Flags: telemetry.TimeStatic}))
	}
	number := func(v float64) telemetry.Value { return telemetry.Value{Kind: telemetry.Number, Number: v} }
	add("temperature", "1", number(71.6), "[degF]")  // 22 Cel
	add("temperature", "1", number(1e9), "Cel")      // out of range
	add("temperature", "1", number(1), "V")          // another dimension
	add("temperature", "256", number(1), "Cel")      // no channel
	add("accelerometer_x", "1", number(1), "[g]")    // alone
	add("relative_humidity", "2", number(45.3), "%") // rounded
	add("noise", "1", number(1), "")                 // no such type
	add("presence", "3", telemetry.Value{Kind: telemetry.Bool, Number: 1}, "")
	out, l, err := Encoder{}.Append(nil, &b)
	require.NoError(t, err)
	require.Equal(t, "016700dc02685b036601", hex.EncodeToString(out))
	require.Equal(t, 5, l.Rows(telemetry.LossRow))
	require.Equal(t, 1, l.Rows(telemetry.LossUnit))
	require.Equal(t, 1, l.Rows(telemetry.LossNumber))
}

func FuzzRoundTrip(f *testing.F) {
	k := kit(f)
	for _, s := range k.Seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src []byte) { k.RoundTrip(t, src) })
}
