package lineprotocol

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
)

// bytesOf is text of the corpus: a string, or base64 where it is not UTF-8.
type bytesOf []byte

func (b *bytesOf) UnmarshalJSON(p []byte) error {
	var s string
	if json.Unmarshal(p, &s) == nil {
		*b = bytesOf(s)
		return nil
	}
	var bin struct{ Binary []byte }
	err := json.Unmarshal(p, &bin)
	*b = bin.Binary
	return err
}

type point struct {
	Time int64
	Name bytesOf
	Tags []struct{ Key, Value bytesOf }

	Fields []struct {
		Key   bytesOf
		Value map[string]json.RawMessage
	}
}

var corpusPrecisions = map[string]telemetry.Precision{"1ns": telemetry.Nanosecond, "1µs": telemetry.Microsecond, "1ms": telemetry.Millisecond, "1s": telemetry.Second}

// add puts a point of the corpus into a batch.
func (p point) add(t *testing.T, b *telemetry.Batch) {
	var id []byte
	for _, tag := range p.Tags {
		if len(id) > 0 {
			id = append(id, ',')
		}
		id = append(appendEscaped(id, string(tag.Key), escKey), '=')
		id = appendEscaped(id, string(tag.Value), escKey)
	}
	for _, f := range p.Fields {
		o := telemetry.Observation{Entity: telemetry.Entity{ID: string(id), Type: string(p.Name)}, Attribute: string(f.Key), Time: time.Unix(0, p.Time).UTC()}
		for kind, raw := range f.Value {
			switch kind {
			case "float", "int", "uint":
				x, err := strconv.ParseFloat(string(raw), 64)
				require.NoError(t, err)
				o.Value = telemetry.Value{Kind: telemetry.Number, Number: x}
				if kind != "float" {
					o.Flags = telemetry.Integer
					if math.Abs(x) >= 1<<53 {
						o.Value.Text = string(raw)
					}
				}
				if kind == "uint" {
					o.Flags |= telemetry.Unsigned
				}
			case "bool":
				o.Value = telemetry.Value{Kind: telemetry.Bool}
				if string(raw) == "true" {
					o.Value.Number = 1
				}
			case "string":
				var s bytesOf
				require.NoError(t, json.Unmarshal(raw, &s))
				o.Value = telemetry.Value{Kind: telemetry.Text, Text: string(s)}
			}
		}
		require.NoError(t, b.Add(o))
	}
}

func TestConformanceCorpus(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testcorpus.Dir(t, "telemetry/lineprotocol"), "corpus.json"))
	require.NoError(t, err)
	var corpus struct {
		Decode map[string]struct {
			Input struct {
				Text        bytesOf
				DefaultTime int64
				Precision   string
			}
			Output struct {
				Result []point
				Error  string
			}
		}
		Encode map[string]struct {
			Input struct {
				Point     point
				Precision string
			}
			Output struct {
				Result bytesOf
				Error  string
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &corpus))
	pass, fail := 0, 0
	bad := func(format string, args ...any) {
		fail++
		if fail < 20 {
			t.Errorf(format, args...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(corpus.Decode)) {
		c := corpus.Decode[key]
		clock := func() time.Time { return time.Unix(0, c.Input.DefaultTime) }
		// The corpus has tags as they are, so that no tag is that of the id.
		d := NewDecoder(Config{Config: telemetry.Config{Time: telemetry.TimeOfReceipt, Clock: clock}, Precision: corpusPrecisions[c.Input.Precision], IDTag: "\x00"})
		var got, want telemetry.Batch
		err := d.Decode(&got, c.Input.Text)
		if (err != nil) != (c.Output.Error != "") {
			bad("%s: %q: got error %v, want %q", key, c.Input.Text, err, c.Output.Error)
			continue
		}
		for _, p := range c.Output.Result {
			p.add(t, &want)
		}
		a, b := comparable(&want), comparable(&got)
		if !slices.Equal(a, b) {
			bad("%s: %q:\nwant %v\ngot  %v", key, c.Input.Text, a, b)
			continue
		}
		pass++
	}
	testcorpus.Conformance(t, "telemetry/lineprotocol decode", pass, fail, nil)
	pass, fail = 0, 0
	for _, key := range slices.Sorted(maps.Keys(corpus.Encode)) {
		c := corpus.Encode[key]
		var b telemetry.Batch
		c.Input.Point.add(t, &b)
		out, losses, err := Encoder{IDTag: "\x00", Precision: corpusPrecisions[c.Input.Precision]}.Append(nil, &b)
		if err != nil {
			bad("%s: %v", key, err)
			continue
		}
		if c.Output.Error != "" {
			if len(losses) == 0 {
				bad("%s: no loss where the corpus has %q: %q", key, c.Output.Error, out)
				continue
			}
		} else if string(out) != string(c.Output.Result)+"\n" {
			bad("%s: got %q, want %q; %v", key, out, c.Output.Result, losses)
			continue
		}
		pass++
	}
	testcorpus.Conformance(t, "telemetry/lineprotocol encode", pass, fail, nil)
}

// comparable is a batch's rows without the flag of receipt, and -0 as 0, which the corpus
// does not tell apart.
func comparable(b *telemetry.Batch) (out []string) {
	for _, o := range b.All() {
		o.Source, o.Record, o.Offset, o.Precision = telemetry.Source{}, 0, 0, 0
		o.Flags &^= telemetry.TimeReceived
		out = append(out, o.Entity.Type+"|"+o.Entity.ID+"|"+o.Attribute+"|"+o.Value.Kind.String()+"|"+strconv.FormatFloat(o.Value.Number+0, 'g', -1, 64)+"|"+o.Value.Text+"|"+strconv.Itoa(int(o.Flags))+"|"+o.Time.Format(time.RFC3339Nano))
	}
	return out
}
