package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// Compare places every city of the network in every indicator, at the indicator's
// latest period not after at.
//
// variables and results are the cubes before and after the formulas; variables
// are read for the structure of the network only. A measure or a row that is
// not there is a missing value. network may be nil: there are no network values
// then. The error is [Errors]. An empty network and an empty catalogue are no
// errors.
func Compare(c *indicators.Catalogue, n *indicators.Network, variables, results *cube.Cube, at period.Period, network NetworkFunc, cfg Config) (*Comparison, error) {
	var errs Errors
	cfg = cfg.withDefaults(&errs)
	for _, a := range []struct {
		given bool
		what  string
	}{
		{c != nil, "no catalogue"}, {n != nil, "no network"}, {variables != nil, "no cube of variables"},
		{results != nil, "no cube of results"}, {!at.IsZero(), "no period to compare at"},
	} {
		if !a.given {
			errs.add(CodeArgument, "", "%s given", a.what)
		}
	}
	if n != nil {
		checkCities(n, &errs)
		if c != nil {
			checkStructure(c, n, &errs)
		}
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}

	r := run{cfg: cfg, variables: variables, results: results, at: at, network: network, rows: map[period.Period][]int{}}
	cities := slices.Clone(n.Cities)
	slices.SortFunc(cities, func(a, b indicators.City) int { return cmp.Compare(a.Code, b.Code) })
	for _, city := range cities {
		r.codes = append(r.codes, city.Code)
		r.reference = append(r.reference, city.Reference)
		if !city.Reference {
			r.members = append(r.members, city.Code)
		}
	}
	out := &Comparison{Config: cfg, Indicators: make([]Indicator, 0, len(c.Indicators))}
	groups := r.peers(c, n, out)
	for i := range c.Indicators {
		out.Indicators = append(out.Indicators, r.indicator(&c.Indicators[i], groups))
	}
	return out, nil
}

func (cfg Config) withDefaults(errs *Errors) Config {
	if cfg.Quantile == 0 {
		cfg.Quantile = 7
	}
	if cfg.MinPeers == 0 {
		cfg.MinPeers = 5
	}
	if cfg.Peers == 0 {
		cfg.Peers = 7
	}
	if cfg.Quantile < 1 || cfg.Quantile > 9 {
		errs.add(CodeConfig, "/quantile", "there is no quantile type %d: write 1 to 9", cfg.Quantile)
	}
	if int(cfg.Ties) >= len(tiesNames) {
		errs.add(CodeConfig, "/ties", "there is no rule %d for ties: write Competition, Dense, Fractional or Ordinal", uint8(cfg.Ties))
	}
	if cfg.MinPeers < 0 {
		errs.add(CodeConfig, "/minPeers", "%d is negative: write 1 or more", cfg.MinPeers)
	}
	if cfg.Peers < 0 {
		errs.add(CodeConfig, "/peers", "%d is negative: write 1 or more", cfg.Peers)
	}
	return cfg
}

func checkCities(n *indicators.Network, errs *Errors) {
	first := make(map[string]int, len(n.Cities))
	for i := range n.Cities {
		code := n.Cities[i].Code
		if code == "" {
			errs.add(CodeNetwork, fmt.Sprintf("/cities/%d/code", i), "the city has no code")
			continue
		}
		if j, twice := first[code]; twice {
			errs.add(CodeNetwork, fmt.Sprintf("/cities/%d/code", i), "city %q is given twice, first at /cities/%d", code, j)
			continue
		}
		first[code] = i
	}
}

func checkStructure(c *indicators.Catalogue, n *indicators.Network, errs *Errors) {
	first := make(map[string]int, len(n.Structure))
	for i, s := range n.Structure {
		pointer := fmt.Sprintf("/structure/%d", i)
		if _, known := frequency(c, s.ID); !known {
			errs.add(CodeStructure, pointer+"/id", "%q is neither a variable nor an indicator of the catalogue", s.ID)
		}
		if j, twice := first[s.ID]; twice {
			errs.add(CodeStructure, pointer+"/id", "%q is given twice, first at /structure/%d", s.ID, j)
		} else {
			first[s.ID] = i
		}
		// Beyond these bounds squares and sums could leave the range of float64.
		if s.Weight != 0 && !(s.Weight >= 1e-6 && s.Weight <= 1e6) {
			errs.add(CodeStructure, pointer+"/weight", "weight %v: write 0.000001 to 1000000, or nothing for 1", s.Weight)
		}
	}
}

// frequency is that of a variable, else of an indicator.
func frequency(c *indicators.Catalogue, id string) (period.Freq, bool) {
	if v, ok := c.Variable(id); ok {
		return v.Frequency, true
	}
	if i, ok := c.Indicator(id); ok {
		return i.Frequency, true
	}
	return period.None, false
}

// run is one comparison under way. Cities are numbered by code.
type run struct {
	cfg                Config
	variables, results *cube.Cube
	at                 period.Period
	network            NetworkFunc
	codes              []string
	reference          []bool
	members            []string

	rows map[period.Period][]int // of results: row by city, -1 for none
}

func (r *run) rowsAt(p period.Period) []int {
	rows, ok := r.rows[p]
	if !ok {
		rows = make([]int, len(r.codes))
		for i, code := range r.codes {
			rows[i] = -1
			if row, ok := r.results.Find(cube.Key{Entity: code, Period: p}); ok {
				rows[i] = row
			}
		}
		r.rows[p] = rows
	}
	return rows
}

// within reports whether p is of frequency f, no window, and not after the
// round's period.
func (r *run) within(p period.Period, f period.Freq) bool {
	return p.Freq() == f && p.Rolling() == 0 && !p.End(nil).After(r.at.End(nil))
}

// measured is an indicator while it is compared.
type measured struct {
	*run
	ind     *indicators.Indicator
	measure int
	present bool // results has the measure
	scratch []float64
}

func (m *measured) cell(city int, p period.Period) cube.Cell {
	if m.present && !p.IsZero() {
		if row := m.rowsAt(p)[city]; row >= 0 {
			return m.results.Cell(row, m.measure)
		}
	}
	return m.results.At(cube.Key{Entity: m.codes[city], Period: p}, m.ind.ID)
}

// why is the reason why a value in p cannot be compared, "" if it can.
func why(s cube.Status, def *indicators.Definition) string {
	switch {
	case !s.Observed():
		return s.Presence().String()
	case s.Confidentiality() != cube.Free:
		return WhyConfidential
	case def == nil:
		return WhyUndefined
	case s&cube.DefinitionDiffers != 0:
		return WhyDefinition
	case s&cube.LowReliability != 0:
		return WhyLowReliability
	case s&cube.Forecast != 0:
		return WhyForecast
	}
	return ""
}

// periods finds the reference period and the periods in which a member has a
// value. The reference period is the latest with MinPeers comparable members
// and half as many as the period that has most, so that a handful of early
// deliveries does not displace a full year. Without any, last is the last period of the frequency in results.
func (m *measured) periods() (ref period.Period, withData []period.Period, last period.Period) {
	if !m.present {
		return ref, nil, last
	}
	col := m.results.Column(m.measure)
	enough := false
	var counts []int // of comparable members, as withData
	best := 0
	for _, p := range m.results.Periods() {
		if !m.within(p, m.ind.Frequency) {
			continue
		}
		last = p
		def := inForce(m.ind, p)
		observed, comparable := 0, 0
		for i, row := range m.rowsAt(p) {
			if row < 0 || m.reference[i] {
				continue
			}
			s := col.StatusAt(row)
			if s.Observed() {
				observed++
			}
			if why(s, def) == "" {
				comparable++
			}
		}
		if observed == 0 {
			continue
		}
		withData = append(withData, p)
		counts = append(counts, comparable)
		best = max(best, comparable)
	}
	for i, p := range withData {
		if counts[i] >= m.cfg.MinPeers && 2*counts[i] >= best {
			ref, enough = p, true
		} else if !enough {
			ref = p
		}
	}
	return ref, withData, last
}

func (r *run) indicator(ind *indicators.Indicator, groups [][]int) Indicator {
	m := measured{run: r, ind: ind}
	m.measure, m.present = r.results.MeasureIndex(ind.ID)
	ref, withData, last := m.periods()
	out := Indicator{ID: ind.ID, Period: ref, Members: len(r.members), Positions: make([]Position, len(r.codes))}
	for _, p := range withData {
		if r.network != nil {
			out.Series = append(out.Series, m.point(p))
		}
	}
	out.Network = NetworkPoint{Period: ref, Method: ind.Aggregation.Kind, Status: cube.Missing.String()}
	if i := slices.IndexFunc(out.Series, func(p NetworkPoint) bool { return p.Period == ref }); i >= 0 {
		out.Network = out.Series[i]
		out.Network.Value = clone(out.Network.Value)
	}
	at := ref
	var def *indicators.Definition
	if ref.IsZero() {
		at = last
	} else if def = inForce(ind, ref); def != nil {
		out.Version = def.Version
	}
	values := make([]float64, len(r.codes))  // where comparable
	comparable := make([]bool, len(r.codes)) // reference cities too
	for i, code := range r.codes {
		p := &out.Positions[i]
		p.Entity, p.Cell = code, m.cell(i, at)
		if p.Cell.Status.Observed() && !r.reference[i] {
			out.Observed++
		}
		p.Why = why(p.Cell.Status, def)
		comparable[i], values[i] = p.Why == "", p.Cell.Value
		if comparable[i] {
			p.TargetGap = targetGap(ind, values[i])
		}
		if r.reference[i] {
			p.Why = WhyReference
		}
		if p.Ranked = p.Why == ""; p.Ranked {
			out.Ranked++
		}
		p.Change = m.change(i, p.Cell, ref, def)
	}
	m.place(&out, values)
	for i := range out.Positions {
		m.among(&out.Positions[i], groups[i], out.Positions, values)
	}
	return out
}

func (m *measured) point(p period.Period) NetworkPoint {
	x := m.network(slices.Clone(m.members), m.ind.ID, p)
	x.Period, x.Value = p, clone(x.Value)
	if x.Value != nil && (math.IsNaN(*x.Value) || math.IsInf(*x.Value, 0)) {
		x.Value, x.Status = nil, cube.NotComputable.String()
	}
	return x
}

// clone copies a value, with -0 made 0.
func clone(v *float64) *float64 {
	if v == nil {
		return nil
	}
	w := *v + 0
	return &w
}

// inForce is the definition of ind in force in p, nil if there is none.
func inForce(ind *indicators.Indicator, p period.Period) *indicators.Definition {
	def, _ := ind.At(p)
	return def
}
