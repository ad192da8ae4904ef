package formula_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/formula"
)

// TestUnknownDimension: an error, also in a catalogue without dimensions.
func TestUnknownDimension(t *testing.T) {
	c := indicators.Default()
	c.Dimensions = nil
	for i := range c.Indicators {
		for j := range c.Indicators[i].Definitions {
			d := &c.Indicators[i].Definitions[j]
			d.Formula = strings.Replace(d.Formula, "share(women, population)", "share(sum_over(women, 'sex'), population)", 1)
		}
	}
	_, err := formula.Compile(c, formula.Config{})
	require.ErrorContains(t, err, "sex")
}
