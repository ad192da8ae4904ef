package beam

import (
	"fmt"
	"slices"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/aggregate"
)

// Spec is an aggregation as data, so that it can be sent to workers.
type Spec struct {
	Measures []aggregate.Measure // of form aggregate.Decimal
	Window   period.Freq
	Zone     string // IANA name; "": UTC
	// Groups places entities by id; what is not in it is left out, and counted. Nil: every entity is a
	// group.
	Groups   map[string]Group
	From, To time.Time // From ≤ time < To; zero: no bound
	// Lateness and Conflict are those of aggregate.Config, for measures that need an order; within a file.
	Lateness time.Duration
	Conflict aggregate.Conflict
	Limits   aggregate.Limits
}

// Group is where an entity belongs.
type Group struct {
	ID   string
	Zone string // IANA name; "": Spec.Zone
}

// Config is the same aggregation on one machine. The error is of a zone that is not known or a measure
// whose form depends on order.
func (s Spec) Config() (aggregate.Config, error) {
	c := aggregate.Config{Measures: s.Measures, Window: s.Window, From: s.From, To: s.To, Lateness: s.Lateness, Conflict: s.Conflict, Limits: s.Limits}
	for _, m := range s.Measures {
		if m.Form != aggregate.Decimal {
			return aggregate.Config{}, fmt.Errorf("beam: measure %q is of float64, whose sums depend on the order of readings; use aggregate.Decimal", m.ID)
		}
	}
	zones := map[string]*time.Location{}
	zone := func(name string) (*time.Location, error) {
		if name == "" {
			return nil, nil
		}
		if z := zones[name]; z != nil {
			return z, nil
		}
		z, err := time.LoadLocation(name)
		if err != nil {
			return nil, fmt.Errorf("beam: zone %q: %w", name, err)
		}
		zones[name] = z
		return z, nil
	}
	var err error
	if c.Zone, err = zone(s.Zone); err != nil {
		return aggregate.Config{}, err
	}
	if s.Groups == nil {
		return c, nil
	}
	groups := make(map[string]aggregate.Group, len(s.Groups))
	ids := make([]string, 0, len(s.Groups))
	for id := range s.Groups {
		ids = append(ids, id)
	}
	slices.Sort(ids) // so that the error is the same one each time
	for _, id := range ids {
		z, err := zone(s.Groups[id].Zone)
		if err != nil {
			return aggregate.Config{}, err
		}
		groups[id] = aggregate.Group{ID: s.Groups[id].ID, Zone: z}
	}
	c.Group = func(e telemetry.Entity) aggregate.Group { return groups[e.ID] }
	return c, nil
}
