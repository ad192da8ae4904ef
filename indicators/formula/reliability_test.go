package formula_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/period"
)

// TestReliability: below the declared size a figure is flagged, at it not; where
// the size is not known nothing is said, and what has no value gets no flag.
func TestReliability(t *testing.T) {
	c := indicators.Default()
	p, err := formula.Compile(c, formula.Config{})
	require.NoError(t, err)
	x, _ := c.Indicator("population.women-share")
	require.Equal(t, &indicators.Reliability{Variable: "population", Min: 1000}, x.Reliability)

	b, err := cube.NewBuilder(cube.Schema{Measures: []cube.Measure{{ID: "population"}, {ID: "women"}}})
	require.NoError(t, err)
	y := period.MustParse("2020")
	for entity, v := range map[string][2]float64{"small": {999, 500}, "enough": {1000, 500}} {
		require.NoError(t, b.Set(cube.Key{Entity: entity, Period: y}, "population", cube.Value(v[0])))
		require.NoError(t, b.Set(cube.Key{Entity: entity, Period: y}, "women", cube.Value(v[1])))
	}
	require.NoError(t, b.Set(cube.Key{Entity: "lacking", Period: y}, "population", cube.Value(10)))
	in, err := b.Build()
	require.NoError(t, err)
	out, err := p.Eval(context.Background(), in)
	require.NoError(t, err)
	for entity, want := range map[string]string{"small": "observed+low-reliability", "enough": "observed", "lacking": "missing"} {
		k := cube.Key{Entity: entity, Period: y}
		assert.Equal(t, want, out.At(k, x.ID).Status.String(), entity)
		n, err := p.Explain(in, k, x.ID)
		require.NoError(t, err)
		assert.Equal(t, want, n.Cell.Status.String(), entity)
	}
}
