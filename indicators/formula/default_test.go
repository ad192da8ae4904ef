package formula

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators"
)

func TestDefaultCatalogue(t *testing.T) {
	p, err := Compile(indicators.Default(), Config{})
	if list, ok := err.(Errors); ok {
		for _, e := range list {
			t.Error(e)
		}
	}
	require.NoError(t, err)
	for _, w := range p.Warnings() {
		t.Log(w)
	}
}
