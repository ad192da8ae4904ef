package formula

import (
	"fmt"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// relation of a variable's frequency to an indicator's.
type relation uint8

const (
	same      relation = iota
	finer              // the indicator's periods are made of whole ones of the variable
	coarser            // and the other way round
	unrelated          // weeks and months
)

func relate(variable, indicator period.Freq) relation {
	switch {
	case variable == indicator:
		return same
	case sample(indicator).Count(variable) > 0:
		return finer
	case sample(variable).Count(indicator) > 0:
		return coarser
	}
	return unrelated
}

// sample is some period of a frequency.
func sample(f period.Freq) period.Period {
	p, _ := period.Daily(2024, 10, 1).Enclosing(f)
	if f == period.Hour {
		p = period.Hourly(2024, 10, 1, 0)
	}
	return p
}

var freqNames = map[period.Freq]string{
	period.Year: "yearly", period.Semester: "half-yearly", period.Quarter: "quarterly", period.Month: "monthly",
	period.Week: "weekly", period.Day: "daily", period.Hour: "hourly", period.SchoolYear: "by school year",
}

// frequencies checks that every variable can be brought to the indicator's
// frequency, and that indicators have the same.
func (k *compiler) frequencies(d *definition) {
	f := k.inds[d.ind].spec.Frequency
	d.root.walk(func(n *node) {
		switch n.op {
		case opIndicator:
			if x := k.inds[n.idx].spec; x.Frequency != f {
				k.fail(d, ErrFrequency, n.src.Begin, fmt.Sprintf("%s is %s and this indicator %s; write its formula with variables", x.ID, freqNames[x.Frequency], freqNames[f]))
			}
		case opVariable:
			v := &k.cat.Variables[n.idx]
			switch relate(v.Frequency, f) {
			case coarser:
				if v.Temporal != indicators.Stock {
					k.fail(d, ErrFrequency, n.src.Begin, fmt.Sprintf("%s is a %s delivered %s, which says nothing of a %s indicator's periods; make the indicator %s", v.ID, v.Temporal, freqNames[v.Frequency], freqNames[f], freqNames[v.Frequency]))
				}
			case unrelated:
				k.fail(d, ErrFrequency, n.src.Begin, fmt.Sprintf("%s is delivered %s, of which %s periods are not made; make the indicator %s", v.ID, freqNames[v.Frequency], freqNames[f], freqNames[v.Frequency]))
			}
		case opDays:
			if f == period.Hour {
				k.fail(d, ErrFrequency, n.src.Begin, "an hour has no whole days; write 1.0/24.0")
			}
		}
	})
}

// part is a cell that a variable's value in a coarser period was made of.
type part struct {
	key  cube.Key
	cell cube.Cell
}

// cell is the value of variable v for a key of frequency f; column is its index
// in the cube, -1 if it has none. Parts is appended to if it is not nil.
func (p *Program) cell(in *cube.Cube, column, v int, key cube.Key, f period.Freq, parts *[]part) cube.Cell {
	spec := &p.cat.Variables[v]
	if column < 0 {
		return cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonNotCollected, Subject: spec.ID})
	}
	get := func(k cube.Key) (cube.Cell, bool) {
		row, ok := in.Find(k)
		if !ok {
			return cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonNotCollected, Subject: spec.ID}), false
		}
		c := in.Cell(row, column)
		return c, c.Status != cube.Status(cube.Missing) || in.Column(column).ReasonCode(row) != 0 || !c.Source.IsZero()
	}
	c, ok := get(key)
	rel := relate(spec.Frequency, f)
	if ok || rel == same || rel == unrelated {
		return c
	}
	if rel == coarser {
		around, ok := key.Period.Enclosing(spec.Frequency)
		if !ok || spec.Temporal != indicators.Stock {
			return c
		}
		k := cube.Key{Entity: key.Entity, Period: around, Members: key.Members}
		c, _ = get(k)
		if parts != nil {
			*parts = append(*parts, part{k, c})
		}
		return c
	}
	return combine(spec, key, get, parts)
}

// combine makes the value of a period from those of its parts.
func combine(spec *indicators.Variable, key cube.Key, get func(cube.Key) (cube.Cell, bool), parts *[]part) cube.Cell {
	of := key.Period.Count(spec.Frequency)
	var sum cube.Accumulator
	var sets cube.ReasonSets
	var reasons uint32
	var status cube.Status
	var presence cube.Presence
	var observed, possible, i, days int
	var last cube.Cell
	some := false
	for q := range key.Period.Each(spec.Frequency) {
		i++
		if spec.Temporal == indicators.Stock && (spec.Moment == "start") != (i == 1) {
			continue // only the first
		}
		if spec.Temporal == indicators.Stock && spec.Moment != "start" && i != of {
			continue // only the last
		}
		k := cube.Key{Entity: key.Entity, Period: q, Members: key.Members}
		c, ok := get(k)
		some = some || ok
		possible++
		if parts != nil {
			*parts = append(*parts, part{k, c})
		}
		status = status.Combine(c.Status)
		presence = max(presence, c.Status.Presence())
		if ok || c.Status.Observed() {
			reasons = sets.Union(reasons, sets.Add(c.Reasons...))
		}
		if !c.Status.Observed() {
			continue
		}
		observed++
		last = c
		w := max(q.Days(), 1)
		days += w
		if spec.Temporal == indicators.Mean {
			sum.Add(float64(c.Value * float64(w)))
		} else {
			sum.Add(c.Value)
		}
	}
	if spec.Temporal == indicators.Stock {
		if observed == 1 {
			return last
		}
		if !some {
			return cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonNotCollected, Subject: spec.ID})
		}
		return cube.Cell{Status: status, Reasons: sets.Set(reasons)}
	}
	if observed == possible && possible > 0 {
		c := cube.Cell{Value: sum.Value(), Status: status, Reasons: sets.Set(reasons)}
		if spec.Temporal == indicators.Mean {
			c.Value /= float64(days)
		}
		return c
	}
	if !some {
		return cube.NoValue(cube.Missing, cube.Reason{Code: cube.ReasonNotCollected, Subject: spec.ID})
	}
	if presence == cube.NotApplicable && observed > 0 {
		status = status.With(cube.Missing)
	}
	if status.Presence() != cube.NotApplicable {
		incomplete := cube.Reason{Code: cube.ReasonIncomplete, Subject: spec.ID,
			Text: fmt.Sprintf("%d of %d %s figures of %s", observed, possible, freqNames[spec.Frequency], key.Period)}
		reasons = sets.Union(sets.Add(incomplete), reasons)
	}
	return cube.Cell{Status: status, Reasons: sets.Set(reasons)}
}
