package formula

import (
	"context"

	"github.com/almotacen/almotacen/indicators/cube"
)

// Eval computes every indicator of the catalogue, in its order, for the rows of
// in. In has variables as measures; those that it lacks were not collected, and
// measures that the catalogue does not know are left alone. The result has one
// measure per indicator, and a row for each entity, members, and period of the
// frequency of some indicator that is a period of in or holds one; if these are
// in's rows, the two cubes share them.
//
// A cell is not applicable if the row's period is of another frequency, if no
// definition is in force (reason definition), or if the indicator is not broken
// down by the row's members. In the first period of a definition that is not
// comparable with the one before, cells are flagged as a break in series.
//
// The error is that of the context, or an [*Error] of kind ErrUnit if in has a
// variable in another unit than the catalogue.
func (p *Program) Eval(ctx context.Context, in *cube.Cube) (*cube.Cube, error) {
	e, err := p.newEngine(in, 0, in.Len(), cube.Key{})
	if err != nil {
		return nil, err
	}
	workers := make([]*worker, min(p.cfg.Workers, 255))
	for i := range workers {
		workers[i] = newWorker(e)
	}
	if err := e.evaluate(ctx, workers); err != nil {
		return nil, err
	}
	return e.cube()
}

// cube is the result.
func (e *engine) cube() (*cube.Cube, error) {
	p := e.p
	measures := make([]cube.Measure, len(p.inds))
	columns := make([]cube.ColumnData, len(p.inds))
	for i, x := range p.inds {
		l := e.results[i]
		measures[i] = cube.Measure{ID: x.spec.ID, Unit: x.spec.Unit}
		columns[i] = cube.ColumnData{Values: l.values, Status: l.status, Reasons: l.reasons}
	}
	return e.grid.Derive(measures, columns, e.sets)
}
