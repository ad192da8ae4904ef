package ngsild

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
)

func twinParse(src []byte) any {
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	v, _ := ordered(d)
	return v
}

// carried are the rows as NGSI-LD carries them: by entity and attribute, in UTC, without what was
// only about the source.
func carried(b *telemetry.Batch) []telemetry.Observation {
	var out []telemetry.Observation
	first := map[telemetry.Entity]int{}
	attr := map[string]int{}
	for _, o := range b.All() {
		if _, ok := first[o.Entity]; !ok {
			first[o.Entity] = len(first)
		}
		key := o.Entity.ID + "\x00" + o.Entity.Type + "\x00" + o.Attribute
		if _, ok := attr[key]; !ok {
			attr[key] = len(attr)
		}
		o.Source, o.Record, o.Offset, o.Unit.Unit = telemetry.Source{}, 0, 0, b.Unit(0)
		o.Time, o.From, o.HasOffset = o.Time.UTC(), o.Time, false
		o.Precision = min(o.Precision, telemetry.Second)
		o.Flags &^= telemetry.Interval
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b telemetry.Observation) int {
		return cmp.Or(cmp.Compare(first[a.Entity], first[b.Entity]),
			cmp.Compare(attr[a.Entity.ID+"\x00"+a.Entity.Type+"\x00"+a.Attribute], attr[b.Entity.ID+"\x00"+b.Entity.Type+"\x00"+b.Attribute]))
	})
	for i := range out {
		out[i].Unit.Unit, out[i].From = telemetry.UnitRef{}.Unit, out[i].Time
	}
	return out
}

// lossy are the losses that carried does not allow for.
var lossy = []telemetry.LossKind{telemetry.LossName, telemetry.LossRow, telemetry.LossType, telemetry.LossMeta, telemetry.LossDeletion, telemetry.LossNumber, telemetry.LossQuality}

// roundTrip encodes and decodes, and compares unless the encoder said that it lost something.
func roundTrip(t *testing.T, b *telemetry.Batch, e Encoder, name string) {
	t.Helper()
	out, losses, err := e.Append(nil, b)
	require.NoError(t, err, name)
	require.True(t, json.Valid(out), "%s: %s", name, out)
	var again telemetry.Batch
	err = NewDecoder(Config{Partial: true, TimeAttributes: []string{}}).Decode(&again, out)
	require.NoError(t, err, "%s: %s", name, out)
	for _, k := range lossy {
		if losses.Rows(k) > 0 {
			return
		}
	}
	require.Equal(t, carried(b), carried(&again), "%s: %s", name, out)
	second, _, err := e.Append(nil, &again)
	require.NoError(t, err)
	require.Equal(t, string(out), string(second), name)
}
