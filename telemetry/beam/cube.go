package beam

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/telemetry/aggregate"
)

// Result is the result of a file of states: that of one machine but for the Totals, which are counters of the
// pipeline. Its figures and cubes follow as from any other result.
func Result(ctx context.Context, spec Spec, data []byte) (*aggregate.Result, error) {
	var damaged error
	r, err := resultOf(ctx, spec, func(yield func(aggregate.Key, *aggregate.State) bool) {
		for s, err := range States(data) {
			if err != nil {
				damaged = err
				return
			}
			if !yield(s.Key, &s.State) {
				return
			}
		}
	})
	if damaged != nil {
		return nil, damaged
	}
	return r, err
}

func resultOf(ctx context.Context, spec Spec, states iter.Seq2[aggregate.Key, *aggregate.State]) (*aggregate.Result, error) {
	c, err := spec.Config()
	if err != nil {
		return nil, err
	}
	zones := map[string]*time.Location{}
	for _, g := range spec.Groups {
		if g.Zone != "" && zones[g.ID] == nil {
			if zones[g.ID], err = time.LoadLocation(g.Zone); err != nil {
				return nil, fmt.Errorf("beam: zone %q: %w", g.Zone, err)
			}
		}
	}
	return aggregate.ResultOf(ctx, c, func(group string) *time.Location { return zones[group] }, states)
}

// WriteCube makes the cube of the states by c and puts it into one file as tidy CSV, as cube.WriteCSV does and
// cube.ReadCSV reads: one machine makes it. It is the same, byte for byte, as the cube of the result of one machine. What is
// wrong in c that can be seen without states is an error now. c.Editions cannot be sent to a worker: use [Write], and [Result] where they are.
func WriteCube(s beam.Scope, states beam.PCollection, spec Spec, c aggregate.CubeConfig, name string) error {
	if c.Editions != nil {
		return errors.New("beam: editions of a cube stay where they are; write the states, and make the cube of Result there")
	}
	f := &writeFn{Name: name, Cube: &cubeOf{spec, c}}
	if _, err := f.Cube.csv(context.Background(), nil); err != nil {
		return err
	}
	write(s.Scope("almotacen.WriteCube"), states, f)
	return nil
}

// cubeOf is a cube as data.
type cubeOf struct {
	Spec   Spec
	Config aggregate.CubeConfig
}

func (c *cubeOf) csv(ctx context.Context, all []entry) ([]byte, error) {
	r, err := Result(ctx, c.Spec, marshal(all))
	if err != nil {
		return nil, err
	}
	q, err := r.Cube(c.Config)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := cube.WriteCSV(&b, q, cube.WriteConfig{}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
