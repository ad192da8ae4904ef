package aggregate

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/almotacen/almotacen/indicators/period"
)

// ResultOf is the result whose states are those: of aggregators of c on other machines, merged by key, or kept as bytes. With
// it states become figures and cubes where the readings are not. The states are taken over, not
// copied. zone is that of a group; nil, and where it gives nil: c.Zone.
//
// What a reading carries into other windows ([Span], [Increase]) is worked out again from the states of
// the series, so that it is right also where series of a group were added by several aggregators.
// Totals are not among the states, nor how many entities a group has: means of shares
// (see Result.Cube) are the caller's to judge.
//
// The error is of kind ErrConfig for a state of no measure of c, or of a window of another frequency, and of kind
// ErrMismatch for states of other rules than the measure's, or two of one key.
func ResultOf(ctx context.Context, c Config, zone func(group string) *time.Location, states iter.Seq2[Key, *State]) (*Result, error) {
	measures, err := compile(c)
	if err != nil {
		return nil, err
	}
	c.Limits = c.Limits.withDefaults()
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	r := &Result{measures: measures, since: earliest, until: earliest}
	zones := map[string]*windows{} // by name
	of := map[string]*windows{}    // by group
	var all []Row
	for k, s := range states {
		w := of[k.Group]
		if w == nil {
			z := c.Zone
			if zone != nil {
				if own := zone(k.Group); own != nil {
					z = own
				}
			}
			if w = zones[z.String()]; w == nil {
				w = newWindows(c.Window, z, c.Limits.Windows)
				zones[z.String()] = w
			}
			of[k.Group] = w
		}
		x, err := rowOf(measures, c.Window, k, s, w.zone)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	sortRows(all)
	for i := range all[:max(len(all)-1, 0)] {
		if x := &all[i]; x.compare(&all[i+1]) == 0 {
			return nil, &Error{Kind: ErrMismatch, Measure: measures[x.measure].ID, Group: x.Group, Msg: fmt.Sprintf("two states of %q in %v; merge those of one key first", x.Entity, x.Window)}
		}
	}
	for i := range measures {
		n, _ := slices.BinarySearchFunc(all, int32(i+1), func(x Row, m int32) int { return int(x.measure - m) })
		rows := all[:n]
		all = all[n:]
		if m := &measures[i]; m.Hold != NotHeld || m.Meter != nil {
			if rows, err = closed(ctx, m, rows, func(x *Row) *windows { return of[x.Group] }); err != nil {
				return nil, err
			}
		}
		r.rows.add(rows)
	}
	return r, nil
}

// rowOf is a state in its place.
func rowOf(measures []measure, f period.Freq, k Key, s *State, zone *time.Location) (Row, error) {
	bad := func(kind error, format string, a ...any) (Row, error) {
		return Row{}, &Error{Kind: kind, Measure: k.Measure, Group: k.Group, Msg: fmt.Sprintf(format, a...)}
	}
	i := slices.IndexFunc(measures, func(m measure) bool { return m.ID == k.Measure })
	switch {
	case i < 0:
		return bad(ErrConfig, "there is no such measure")
	case k.Window.Freq() != f:
		return bad(ErrConfig, "a state of %v; the windows are of frequency %v", k.Window, f)
	}
	m := &measures[i]
	some := s.Count() > 0
	lacks := func(flag Keep, is bool) bool { return some && m.Keep&flag != 0 && !is }
	series := k.Entity != "" || k.Type != ""
	switch {
	case series && (m.Hold != NotHeld) != (s.Timed != nil), series && (m.Meter != nil) != (s.Counter != nil), !series && (s.Timed != nil || s.Counter != nil):
		return bad(ErrMismatch, "a state of %q with what the measure does not keep, or without what it keeps", k.Entity)
	case !series && (m.Form == Float) != (s.Real != nil), s.Real == nil && some && s.Moments.scale != m.scale:
		return bad(ErrMismatch, "sums of another form or of other decimals than the measure's")
	case m.Hold == NotHeld && s.Span != nil, m.Meter == nil && s.Increase != nil:
		return bad(ErrMismatch, "a state over time; the measure has no Hold or Meter")
	case s.Timed != nil && (s.Timed.scale != m.scale || s.Timed.hold != m.Hold || s.Timed.maxAge != int64(m.MaxAge)):
		return bad(ErrMismatch, "readings that were held by other rules than the measure's")
	case s.Counter != nil && (s.Counter.scale != m.scale || s.Counter.modulus != m.modulus || s.Counter.noise != m.noise):
		return bad(ErrMismatch, "a meter of other rules than the measure's")
	case s.Circle != nil && s.Circle.n > 0 && s.Circle.turn != m.Turn:
		return bad(ErrMismatch, "directions of another turn than the measure's")
	case !series && (lacks(KeepValues, s.Values != nil) || lacks(KeepHistogram, s.Histogram != nil) || lacks(KeepEntities, s.Entities != nil) ||
		lacks(KeepDistinct, s.Distinct != nil) || lacks(KeepTop, s.Top != nil) || lacks(KeepEnds, s.Ends != nil) || lacks(KeepCircle, s.Circle != nil)):
		return bad(ErrMismatch, "a state without all that the measure keeps")
	}
	x := Row{measure: int32(i), Group: k.Group, Entity: k.Entity, Type: k.Type, Zone: zone, Window: k.Window, State: *s}
	if s.Real == nil && !some {
		x.State.Moments.scale = m.scale
	}
	x.Start, x.End = spanOf(k.Window, zone)
	return x, nil
}

// closed are sorted rows of a measure with what their series carry from window to window.
func closed(ctx context.Context, m *measure, rows []Row, of func(*Row) *windows) ([]Row, error) {
	var groups, series []Row
	for _, x := range rows {
		if x.Entity != "" || x.Type != "" {
			series = append(series, x)
			continue
		}
		if x.State.Span, x.State.Increase = nil, nil; x.State.Count() > 0 || x.State.Rejects != nil {
			groups = append(groups, x)
		} // others are there for what is carried into them only
	}
	e := edges{m: m, rows: groups, zones: of, retired: earliest}
	if err := e.close(ctx, series); err != nil {
		return nil, err
	}
	return e.with(series), nil
}
