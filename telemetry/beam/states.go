package beam

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"iter"
	"reflect"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/almotacen/almotacen/telemetry/aggregate"
)

// A file of states is the eight bytes ALMSTA01; for each state in ascending order of the key's bytes a
// uvarint length and the key, a uvarint length and the state; and the CRC-32C of all before, little endian.
const statesMagic = "ALMSTA01"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// entry is a key and its state.
type entry struct{ Key, State []byte }

var entryType = reflect.TypeFor[entry]()

// Write puts the states into one file, sorted: one machine writes it. It is the same, byte for byte, as
// [Marshal] of the result of one machine; but for measures with Hold or Meter it has what readings carry from window to
// window of each file alone, which [Result] puts right.
func Write(s beam.Scope, states beam.PCollection, name string) {
	write(s.Scope("almotacen.Write"), states, &writeFn{Name: name})
}

func write(s beam.Scope, states beam.PCollection, f *writeFn) {
	beam.ParDo0(s, f, beam.GroupByKey(s, beam.AddFixedKey(s, beam.ParDo(s, pair, states))))
}

func pair(key, state []byte) entry { return entry{key, state} }

// writeFn writes all the states, which stand under one key, or their cube.
type writeFn struct {
	Name string
	Cube *cubeOf
}

func (f *writeFn) ProcessElement(ctx context.Context, _ int, next func(*entry) bool) error {
	var all []entry
	var e entry
	for next(&e) {
		all = append(all, entry{bytes.Clone(e.Key), bytes.Clone(e.State)})
	}
	data := marshal(all)
	if f.Cube != nil {
		var err error
		if data, err = f.Cube.csv(ctx, all); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	fs, err := filesystem.New(ctx, f.Name)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	defer fs.Close()
	out, err := fs.OpenWrite(ctx, f.Name)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	if _, err := out.Write(data); err != nil {
		_ = out.Close()
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return nil
}

func marshal(all []entry) []byte {
	slices.SortFunc(all, func(a, b entry) int { return bytes.Compare(a.Key, b.Key) })
	out := []byte(statesMagic)
	for _, e := range all {
		out = append(binary.AppendUvarint(out, uint64(len(e.Key))), e.Key...)
		out = append(binary.AppendUvarint(out, uint64(len(e.State))), e.State...)
	}
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// Marshal is the file of states of a result computed on one machine.
func Marshal(r *aggregate.Result) ([]byte, error) {
	var all []entry
	for k, row := range r.Rows() {
		key, err := k.AppendBinary(nil)
		if err != nil {
			return nil, err
		}
		state, err := row.State.AppendBinary(nil)
		if err != nil {
			return nil, err
		}
		all = append(all, entry{key, state})
	}
	return marshal(all), nil
}

// States ranges over the states of a file, in ascending order of the key's bytes. A file that is damaged
// gives an error and nothing else.
func States(data []byte) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		bad := func(at int, msg string) {
			yield(State{}, fmt.Errorf("beam: states: byte %d: %s", at, msg))
		}
		n := len(data) - 4
		switch {
		case len(data) < len(statesMagic)+4 || string(data[:len(statesMagic)]) != statesMagic:
			bad(0, "not a file of states of version 1")
			return
		case crc32.Checksum(data[:n], castagnoli) != binary.LittleEndian.Uint32(data[n:]):
			bad(n, "the checksum is wrong: the file is damaged or cut short")
			return
		}
		at := len(statesMagic)
		part := func() ([]byte, bool) {
			size, k := binary.Uvarint(data[at:n])
			if k <= 0 || size > uint64(n-at-k) {
				bad(at, "a length that does not fit")
				return nil, false
			}
			at += k + int(size)
			return data[at-int(size) : at], true
		}
		for at < n {
			begin := at
			key, ok := part()
			if !ok {
				return
			}
			state, ok := part()
			if !ok {
				return
			}
			var s State
			if err := s.Key.UnmarshalBinary(key); err != nil {
				yield(State{}, fmt.Errorf("beam: states: byte %d: %w", begin, err))
				return
			}
			if err := s.State.UnmarshalBinary(state); err != nil {
				yield(State{}, fmt.Errorf("beam: states: byte %d: %w", begin, err))
				return
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

// State is a state with its key.
type State struct {
	Key   aggregate.Key
	State aggregate.State
}
