package round_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/round"
	"github.com/almotacen/almotacen/indicators/unit"
)

// TestCubeInput: figures of a database go through a whole round.
func TestCubeInput(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(`create table residuos (municipio text, ejercicio integer, kilos real, habitantes integer);
		insert into residuos values ('01001', 2021, 400250, 10000), ('02001', 2021, 900500, 20000), ('03001', 2021, null, 30000)`)
	require.NoError(t, err)
	rows, err := db.Query("select municipio, ejercicio, kilos, habitantes from residuos")
	require.NoError(t, err)
	defer rows.Close()
	c, err := cube.ReadRows(rows, cube.RowsConfig{
		Entity: "municipio", Period: "ejercicio", Columns: map[string]string{"waste_t": "kilos", "population": "habitantes"},
		Schema: cube.Schema{Measures: []cube.Measure{
			{ID: "waste_t", Unit: unit.MustParse("kg")}, {ID: "population", Unit: unit.MustParse("{person}")},
		}},
	})
	require.NoError(t, err)
	in, err := round.CubeInput("residuos", "city", c)
	require.NoError(t, err)

	config := config(t)
	config.Inputs = []round.Input{in}
	r, err := round.Run(context.Background(), config)
	require.NoError(t, err)
	assert.Empty(t, r.Findings)
	at := func(code, id string) cube.Cell {
		return r.Indicators.At(cube.Key{Entity: code, Period: period.MustParse("2021")}, id)
	}
	assert.InDelta(t, 40.025, at("01001", "waste.per-person").Value, 1e-12)
	assert.Equal(t, "missing", at("03001", "waste.per-person").Status.String())
	require.NoError(t, r.WriteDir(t.TempDir()))

	// Statuses survive.
	b, err := cube.NewBuilder(cube.Schema{Measures: []cube.Measure{{ID: "waste_t", Unit: unit.MustParse("t")}, {ID: "population", Unit: unit.MustParse("{person}")}}})
	require.NoError(t, err)
	k := cube.Key{Entity: "01001", Period: period.MustParse("2021")}
	require.NoError(t, b.Set(k, "waste_t", cube.Cell{Value: 0.1 + 0.2, Status: cube.Provisional}))
	require.NoError(t, b.Set(k, "population", cube.NoValue(cube.Suppressed)))
	c, err = b.Build()
	require.NoError(t, err)
	in, err = round.CubeInput("estados", "", c)
	require.NoError(t, err)
	config.Inputs = []round.Input{in}
	r, err = round.Run(context.Background(), config)
	require.NoError(t, err)
	got := r.Variables.At(k, "waste_t")
	assert.Equal(t, 0.1+0.2, got.Value)
	assert.Equal(t, "observed+provisional", got.Status.String())
	assert.Equal(t, "suppressed", r.Variables.At(k, "population").Status.String())

	b, err = cube.NewBuilder(cube.Schema{Measures: []cube.Measure{{ID: "waste_t"}}})
	require.NoError(t, err)
	c, err = b.Build()
	require.NoError(t, err)
	_, err = round.CubeInput("x", "", c)
	require.ErrorContains(t, err, "waste_t")
}
