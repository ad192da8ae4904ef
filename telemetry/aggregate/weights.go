package aggregate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/telemetry"
)

// Member is a group of a result as a part of a larger one: a station of a city, with
// the population around it.
type Member struct {
	Group, Into string
	Weight      float64 // population, area, capacity; above or equal to 0
	Unknown     bool    // the weight is not known: Into has no figure
}

// Weights say how groups make larger ones.
type Weights struct {
	Members []Member
	// MinShare is the least share of the weights whose groups have a figure, 0 to 1: below
	// it the cell is missing, between it and 1 of low reliability. 0: all must have one.
	MinShare float64
}

// Weighted puts weighted means of the groups' figures into a cube, whose entities are the
// larger groups:
//
//	Σ w·x / Σ w over the members that have a figure x
//
// exact in the figures, and rounded once. Outputs are of statistic Mean or TimeMean:
// medians, sums and extremes of parts make none of the whole by weights. Figures of shares weighted by what
// they are shares of (capacity) are the share of the whole. Coverage, staleness,
// editions and c.AsOf count for each member as in [Result.Cube]; c.Groups is not looked
// at: members are the groups there are. A weight that is not known makes the cell
// missing. The source names the states of all members.
func (r *Result) Weighted(c CubeConfig, w Weights) (*cube.Cube, error) {
	into, err := w.compile()
	if err != nil {
		return nil, err
	}
	outs, b, err := r.outputs(c.Outputs)
	if err != nil {
		return nil, err
	}
	for i := range outs {
		if s := outs[i].Statistic; s != Mean && s != TimeMean {
			return nil, &Error{Kind: ErrConfig, Measure: outs[i].Measure, Msg: fmt.Sprintf("variable %q: statistic %d of parts has no weighted mean; take Mean or TimeMean, or aggregate by the larger group", outs[i].Variable, s)}
		}
	}
	type place struct {
		measure int32
		group   string
		window  period.Period
	}
	rows := map[place]finished{}
	windows := map[period.Period]bool{}
	for x := range r.rows.all() {
		if x.Entity != "" || x.Type != "" {
			continue
		}
		f, err := r.finish(&c, x)
		if err != nil {
			return nil, err
		}
		rows[place{x.measure, x.Group, x.Window}] = f
		windows[x.Window] = true
	}
	for _, name := range slices.Sorted(maps.Keys(into)) {
		for p := range windows {
			for k := range outs {
				o := &outs[k]
				m := mean{members: len(into[name])}
				for _, x := range into[name] {
					if o.shares && r.crowded(x.Group) {
						return nil, &Error{Kind: ErrUnit, Measure: o.Measure, Group: x.Group, Msg: fmt.Sprintf("variable %q: a member has several entities, and shares have no mean without what they are shares of; group by entity", o.Variable)}
					}
					f, ok := rows[place{o.measure, x.Group, p}]
					if !ok {
						m.add(x, cube.NoValue(cube.Missing), nil)
						continue
					}
					m.add(x, f.cell(o), &f)
				}
				if err := b.SetAt(cube.Key{Entity: name, Period: p}, k, m.cell(o, w.MinShare)); err != nil {
					return nil, err
				}
			}
		}
	}
	return b.Build()
}

// compile is the members by larger group, in the order of their names.
func (w *Weights) compile() (map[string][]Member, error) {
	bad := func(group, format string, a ...any) error {
		return &Error{Kind: ErrConfig, Group: group, Msg: fmt.Sprintf(format, a...)}
	}
	if !(w.MinShare >= 0 && w.MinShare <= 1) || len(w.Members) == 0 {
		return nil, bad("", "%d members, a least share of weights of %v; 0 to 1", len(w.Members), w.MinShare)
	}
	into := map[string][]Member{}
	seen := map[string]bool{}
	for _, m := range w.Members {
		switch {
		case m.Group == "" || m.Into == "":
			return nil, bad(m.Group, "a member needs its group and the larger one")
		case seen[m.Group]:
			return nil, bad(m.Group, "a member twice; a group is part of one larger one")
		case !m.Unknown && (!(m.Weight >= 0) || math.IsInf(m.Weight, 1)), m.Unknown && m.Weight != 0:
			return nil, bad(m.Group, "a weight of %v; 0 or more, or Unknown", m.Weight)
		}
		seen[m.Group] = true
		into[m.Into] = append(into[m.Into], m)
	}
	for _, list := range into {
		slices.SortFunc(list, func(a, b Member) int { return strings.Compare(a.Group, b.Group) })
	}
	return into, nil
}

// mean is a weighted mean on its way.
type mean struct {
	members, weak    int
	sum, have, all   big.Rat
	status           cube.Status
	unknown, without []string // groups
	names            []string
	digests          []byte
}

func (m *mean) add(x Member, c cube.Cell, f *finished) {
	if f != nil {
		m.digests = append(m.digests, f.digest[:]...)
		m.names = append(m.names, f.row.Group)
	}
	if x.Unknown {
		m.unknown = append(m.unknown, x.Group)
		return
	}
	w := new(big.Rat).SetFloat64(x.Weight)
	m.all.Add(&m.all, w)
	m.status |= c.Status.Flags()
	if !c.Status.Observed() {
		if x.Weight > 0 {
			m.without = append(m.without, x.Group)
		}
		return
	}
	if c.Status&cube.LowReliability != 0 {
		m.weak++
	}
	m.have.Add(&m.have, w)
	m.sum.Add(&m.sum, w.Mul(w, new(big.Rat).SetFloat64(c.Value)))
}

// some is the first of the names, and how many more there are.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func (m *mean) cell(o *output, least float64) cube.Cell {
	if least == 0 {
		least = 1
	}
	sum := sha256.Sum256(m.digests)
	src := cube.Source{Name: fmt.Sprintf("weighted mean of %d of %d groups (%s), attribute %s, states sha256:%s", len(m.names), m.members, some(m.names), o.m.Attribute, hex.EncodeToString(sum[:16]))}
	missing := func(code, format string, a ...any) cube.Cell {
		c := cube.NoValue(cube.Missing, cube.Reason{Code: code, Subject: o.Variable, Text: fmt.Sprintf(format, a...)})
		c.Status |= m.status & cube.Provisional
		return c.From(src)
	}
	if len(m.unknown) > 0 {
		return missing(cube.ReasonIncomplete, "no weight is known of %s", some(m.unknown))
	}
	if m.all.Sign() == 0 {
		return cube.NoValue(cube.NotComputable, cube.Reason{Code: cube.ReasonNotComputable, Subject: o.Variable, Text: "all weights are 0"}).From(src)
	}
	share, _ := new(big.Rat).Quo(&m.have, &m.all).Float64()
	if m.have.Sign() == 0 || share < least {
		return missing(cube.ReasonIncomplete, "groups with %.4g of the weights have a figure, least %.4g; none: %s", share, least, some(m.without))
	}
	c := cube.Cell{Status: m.status}
	if m.weak > 0 {
		c.Reasons = append(c.Reasons, cube.Reason{Code: cube.ReasonIncomplete, Subject: o.Variable, Text: fmt.Sprintf("figures of %d groups are of low reliability", m.weak)})
	}
	if share < 1 {
		c.Status |= cube.LowReliability
		c.Reasons = append(c.Reasons, cube.Reason{Code: cube.ReasonIncomplete, Subject: o.Variable, Text: fmt.Sprintf("groups with %.4g of the weights have a figure; none: %s", share, some(m.without))})
	}
	c.Value, _ = m.sum.Quo(&m.sum, &m.have).Float64()
	return c.From(src)
}

// only are the groups' entities, if a measure is of shares: see output.shares.
func (a *Aggregator) only() map[string]telemetry.Entity {
	some := false
	for i := range a.measures {
		k := a.measures[i].Unit.Kind()
		some = some || k == unit.Share || k == unit.Percentage
	}
	if !some {
		return nil
	}
	out := map[string]telemetry.Entity{}
	for i := range a.dict.entities {
		if e := &a.dict.entities[i]; e.group != noGroup {
			join(out, a.dict.groups[e.group].ID, e.Entity)
		}
	}
	return out
}

func join(only map[string]telemetry.Entity, group string, e telemetry.Entity) {
	if have, ok := only[group]; ok && have != e {
		e = telemetry.Entity{}
	}
	only[group] = e
}

func both(a, b map[string]telemetry.Entity) map[string]telemetry.Entity {
	if a == nil || b == nil {
		return nil
	}
	out := maps.Clone(a)
	for g, e := range b {
		join(out, g, e)
	}
	return out
}

// crowded reports whether a group has several entities.
func (r *Result) crowded(group string) bool {
	e, ok := r.only[group]
	return ok && e == telemetry.Entity{}
}
