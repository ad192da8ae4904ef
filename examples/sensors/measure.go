package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/report"
	"github.com/almotacen/almotacen/indicators/round"
	"github.com/almotacen/almotacen/telemetry/aggregate"
)

//go:embed catalogue.yaml
var catalogueText []byte

//go:embed network.yaml
var networkText []byte

// issued is fixed: the report is of these readings, not of the day it is made.
var issued = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

func catalogue() (*indicators.Catalogue, error) {
	return indicators.Load(bytes.NewReader(catalogueText), indicators.Config{File: "catalogue.yaml"})
}

// explain prints the whole way of one figure: the formula, the variables, the states in
// the file that their sources name.
func explain(ctx context.Context, log io.Writer, states string, variables *cube.Cube) error {
	c, err := catalogue()
	if err != nil {
		return err
	}
	p, err := formula.Compile(c, formula.Config{})
	if err != nil {
		return err
	}
	const indicator = "air.no2-hours-over-200"
	periods := variables.Periods()
	if len(periods) == 0 {
		return errors.New("no figures; there was no reading that counts")
	}
	key := cube.Key{Entity: city, Period: periods[len(periods)-1]}
	why, err := p.Explain(variables, key, indicator)
	if err != nil {
		return err
	}
	fmt.Fprintf(log, "Explained:\n%s", indented(why.String()))
	data, err := os.ReadFile(states)
	if err != nil {
		return err
	}
	for _, variable := range []string{"no2_hours_over_200", "no2_stations"} {
		line, err := found(data, variables.At(key, variable).Source.Name)
		if err != nil {
			return err
		}
		fmt.Fprintln(log, "  "+line)
	}
	return nil
}

// found finds the state that a source names by its hash.
func found(data []byte, source string) (string, error) {
	_, hash, _ := strings.Cut(source, "sha256:")
	hash, _, _ = strings.Cut(hash, " ")
	part := func(at int) ([]byte, int, error) {
		n, size := binary.Uvarint(data[at:])
		if size <= 0 || n > uint64(len(data)-at-size) {
			return nil, 0, fmt.Errorf("states: broken at byte %d", at)
		}
		return data[at+size : at+size+int(n)], at + size + int(n), nil
	}
	for at := 0; at < len(data); {
		key, next, err := part(at)
		if err != nil {
			return "", err
		}
		raw, end, err := part(next)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256(raw)
		if hex.EncodeToString(sum[:16]) != hash {
			at = end
			continue
		}
		var k aggregate.Key
		var s aggregate.State
		if err := errors.Join(k.UnmarshalBinary(key), s.UnmarshalBinary(raw)); err != nil {
			return "", err
		}
		text := fmt.Sprintf("state %s at byte %d of the file: measure %s, %s, %v: %d readings, sum %v", hash[:8], at, k.Measure, k.Group, k.Window, s.Count(), s.Moments.Sum())
		if s.Span != nil {
			covered, whole := s.Span.Covered()
			hours, _ := s.Span.Hours()
			text += fmt.Sprintf(", integral %v h, %v of %v covered", hours, time.Duration(covered), time.Duration(whole))
		}
		return text, nil
	}
	return "", fmt.Errorf("states: none has the hash %q", hash)
}

func indented(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ") + "\n"
}

// measure runs the round of the variables, writes it with its report, and verifies it.
func measure(ctx context.Context, log io.Writer, out string, variables *cube.Cube) error {
	c, err := config(variables)
	if err != nil {
		return err
	}
	r, err := round.Run(ctx, c)
	if err != nil {
		return err
	}
	fmt.Fprintf(log, "Indicators of %v:\n", r.Period)
	for _, x := range r.Catalogue.Indicators {
		cell := r.Indicators.At(cube.Key{Entity: city, Period: r.Period}, x.ID)
		if cell.Status.Observed() {
			fmt.Fprintf(log, "  %s %.*f %s (%s)\n", x.ID, x.Decimals, cell.Value, x.Unit, cell.Status)
		} else {
			fmt.Fprintf(log, "  %s %s\n", x.ID, cell.Status)
		}
	}
	if err := r.WriteDir(out, report.Files()); err != nil {
		return err
	}
	differences, err := round.Verify(ctx, out, report.Files())
	if err != nil {
		return err
	}
	if len(differences) > 0 {
		return fmt.Errorf("the written round is not what its inputs give: %v", differences[0])
	}
	fmt.Fprintf(log, "Written and verified: look at %s and %s\n", filepath.Join(out, "report.es.html"), filepath.Join(out, "data", "indicators.csv"))
	return nil
}

func config(variables *cube.Cube) (round.Config, error) {
	c := round.Config{
		ID:    "sensors",
		Title: indicators.Text{"es": "De los sensores a los indicadores", "en": "From sensors to indicators"},
		Notice: indicators.Text{
			"es": "Ejemplo. El aire es de datos.madrid.es (Ayuntamiento de Madrid); el tráfico está simulado. No es un documento oficial.",
			"en": "Example. Air is from datos.madrid.es (Ayuntamiento de Madrid); traffic is simulated. Not an official document.",
		},
		Clock: func() time.Time { return issued },
	}
	var err error
	if c.Catalogue, err = catalogue(); err != nil {
		return c, err
	}
	if c.Network, err = indicators.LoadNetwork(bytes.NewReader(networkText), indicators.Config{File: "network.yaml"}); err != nil {
		return c, err
	}
	periods := variables.Periods()
	c.Period = periods[len(periods)-1]
	in, err := round.CubeInput("variables.csv", "", variables)
	if err != nil {
		return c, err
	}
	c.Inputs = []round.Input{in}
	return c, nil
}
