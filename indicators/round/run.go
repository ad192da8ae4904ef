package round

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/collect"
	"github.com/almotacen/almotacen/indicators/compare"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/formula"
	"github.com/almotacen/almotacen/indicators/period"
)

// Run computes a round: it reads the inputs, completes and validates the
// variables, computes every indicator, compares the cities and draws the
// conclusions.
//
// Problems of the data are in Result.Findings. The error is for what cannot be
// measured at all: a Config without network, period or clock, a catalogue whose
// formulas do not compile (formula.Errors), a file that is no table, or a done
// context (its cause). Nothing is returned then.
func Run(ctx context.Context, c Config) (*Result, error) {
	catalogue := c.Catalogue
	if catalogue == nil {
		catalogue = indicators.Default()
	}
	if err := c.check(catalogue); err != nil {
		return nil, err
	}
	progress := c.Progress
	if progress == nil {
		progress = func(Progress) {}
	}
	step := func(name string, done, of int, what string) error {
		if ctx.Err() != nil {
			return fmt.Errorf("round: stopped at %s: %w", name, context.Cause(ctx))
		}
		progress(Progress{Step: name, Done: done, Of: of, What: what})
		return nil
	}

	if err := step("load", 0, 1, catalogue.ID+" "+catalogue.Version); err != nil {
		return nil, err
	}
	program, err := formula.Compile(catalogue, formula.Config{Workers: c.Workers})
	if err != nil {
		return nil, fmt.Errorf("round: %w", err)
	}

	r := &Result{
		ID: c.ID, Title: c.Title, Notice: c.Notice, Issued: c.Clock().UTC().Truncate(time.Second),
		Catalogue: catalogue, Network: c.Network, Period: c.Period, Inputs: slices.Clone(c.Inputs), Program: program,
	}
	for _, w := range program.Warnings() {
		r.CatalogueWarnings = append(r.CatalogueWarnings, w.Error())
	}

	raw, err := r.read(step)
	if err != nil {
		return nil, err
	}
	if err := step("consolidate", 0, 1, fmt.Sprintf("%d rows", raw.Len())); err != nil {
		return nil, err
	}
	variables, findings, err := collect.Consolidate(raw, catalogue, c.Network)
	if err != nil {
		return nil, fmt.Errorf("round: %w", err)
	}
	r.Variables = variables
	r.Findings = append(r.Findings, findings...)

	if err := step("validate", 0, 1, fmt.Sprintf("%d rows, %d rules", variables.Len(), len(catalogue.Rules))); err != nil {
		return nil, err
	}
	r.Findings = append(r.Findings, collect.Validate(variables, catalogue, c.Network)...)

	if err := step("compute", 0, 1, fmt.Sprintf("%d indicators", len(catalogue.Indicators))); err != nil {
		return nil, err
	}
	if r.Indicators, err = program.Eval(ctx, variables); err != nil {
		return nil, fmt.Errorf("round: %w", err)
	}

	if err := step("compare", 0, 1, fmt.Sprintf("%d cities", len(c.Network.Cities))); err != nil {
		return nil, err
	}
	var networkErr error
	network := func(entities []string, indicator string, at period.Period) compare.NetworkPoint {
		v, err := program.Network(variables, r.Indicators, entities, indicator, at)
		if err != nil {
			if networkErr == nil {
				networkErr = err
			}
			return compare.NetworkPoint{Period: at, Method: "none", Status: cube.Status(cube.NotComputable).String()}
		}
		p := compare.NetworkPoint{Period: at, Method: v.Method, Used: v.Used, Status: v.Cell.Status.String()}
		// A value that rests on confidential figures might give them away.
		if v.Cell.Status.Observed() && v.Cell.Status.Confidentiality() == cube.Free {
			value := v.Cell.Value
			p.Value = &value
		}
		return p
	}
	if r.Comparison, err = compare.Compare(catalogue, c.Network, variables, r.Indicators, c.Period, network, c.Compare); err != nil {
		return nil, fmt.Errorf("round: %w", err)
	}
	if networkErr != nil {
		return nil, fmt.Errorf("round: %w", networkErr)
	}
	r.cover()

	if err := step("conclude", 0, 1, ""); err != nil {
		return nil, err
	}
	r.conclude()
	if err := step("conclude", 1, 1, fmt.Sprintf("%d conclusions, %d withheld", len(r.Conclusions), len(r.Withheld))); err != nil {
		return nil, err
	}
	return r, nil
}

// check finds every problem of a Config.
func (c Config) check(catalogue *indicators.Catalogue) error {
	var errs []error
	if !shortName(c.ID) {
		errs = append(errs, configError("ID", fmt.Sprintf("%q: give a name of up to 100 letters, digits, dots, dashes and underscores, such as \"first-measurement\"", c.ID)))
	}
	for field, text := range map[string]indicators.Text{"Title": c.Title, "Notice": c.Notice} {
		for lang, s := range text {
			if !utf8.ValidString(lang) || !utf8.ValidString(s) {
				errs = append(errs, configError(field, "is not UTF-8"))
			}
		}
	}
	if c.Network == nil {
		errs = append(errs, configError("Network", "missing: load one with indicators.LoadNetwork"))
	} else if err := c.Network.Validate(); err != nil {
		errs = append(errs, &Error{Code: CodeConfig, Path: "Network", Msg: "is not valid", Err: err})
	}
	if err := catalogue.Validate(); err != nil {
		errs = append(errs, &Error{Code: CodeConfig, Path: "Catalogue", Msg: "is not valid", Err: err})
	}
	if c.Period.IsZero() {
		errs = append(errs, configError("Period", "missing: give the round's period, such as period.Yearly(2021)"))
	}
	if c.Clock == nil {
		errs = append(errs, configError("Clock", "missing: give time.Now, or a fixed time for a reproducible round"))
	}
	names := map[string]bool{}
	for i, in := range c.Inputs {
		field := fmt.Sprintf("Inputs[%d]", i)
		if in.Table.Name == "" {
			errs = append(errs, configError(field, "Table.Name is empty: name the file"))
		} else if names[in.Table.Name] {
			errs = append(errs, configError(field, fmt.Sprintf("Table.Name %q is there twice", in.Table.Name)))
		}
		names[in.Table.Name] = true
		if !utf8.ValidString(fmt.Sprint(in.Table)) {
			errs = append(errs, configError(field, "Table has text that is not UTF-8"))
		}
		if in.Table.Source != "" {
			known := slices.ContainsFunc(catalogue.Sources, func(s indicators.DataSource) bool { return s.ID == in.Table.Source })
			if !known {
				errs = append(errs, configError(field, fmt.Sprintf("Table.Source %q is not a source of the catalogue", in.Table.Source)))
			}
		}
	}
	return errors.Join(errs...)
}

func shortName(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// read reads every input into one cube of the catalogue's variables.
func (r *Result) read(step func(string, int, int, string) error) (*cube.Cube, error) {
	b, err := collect.NewBuilder(r.Catalogue)
	if err != nil {
		return nil, fmt.Errorf("round: %w", err)
	}
	for i, in := range r.Inputs {
		if err := step("read", i, len(r.Inputs), in.Table.Name); err != nil {
			return nil, err
		}
		findings, err := collect.Read(b, bytes.NewReader(in.Data), in.Table, r.Catalogue, r.Network)
		if err != nil {
			return nil, &Error{Code: CodeInput, Path: in.Table.Name, Msg: "cannot be read", Err: err}
		}
		r.Findings = append(r.Findings, findings...)
	}
	raw, findings, err := collect.Build(b)
	if err != nil {
		return nil, fmt.Errorf("round: %w", err)
	}
	r.Findings = append(r.Findings, findings...)
	return raw, nil
}

// cover counts what became of every indicator at its reference period.
func (r *Result) cover() {
	delivered := map[string]bool{}
	for m, measure := range r.Variables.Schema().Measures {
		col := r.Variables.Column(m)
		for row := range r.Variables.Len() {
			if col.StatusAt(row).Observed() {
				delivered[measure.ID] = true
				break
			}
		}
	}
	for i := range r.Comparison.Indicators {
		x := &r.Comparison.Indicators[i]
		c := Coverage{Indicator: x.ID}
		if x.Observed > 0 {
			c.Period = x.Period
		}
		for j := range x.Positions {
			p := &x.Positions[j]
			if city, ok := r.Network.City(p.Entity); ok && city.Reference {
				continue
			}
			switch p.Cell.Status.Presence() {
			case cube.Observed:
				c.Observed++
			case cube.NotApplicable:
				c.NotApplicable++
			case cube.Missing:
				c.Missing++
			case cube.Suppressed:
				c.Suppressed++
			case cube.NotComputable:
				c.NotComputable++
			}
		}
		if c.Observed == 0 {
			at := x.Period
			if at.IsZero() {
				at = r.Period
			}
			for _, v := range r.Program.Operands(x.ID, at) {
				if !delivered[v] {
					c.Lacking = append(c.Lacking, v)
				}
			}
		}
		r.Coverage = append(r.Coverage, c)
	}
}
