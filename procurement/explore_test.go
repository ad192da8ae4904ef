package procurement

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// world is a state of a whole case with one lot and two firms: the slow twin
// of fold. It reads Transition as its comment says and shares no code with it.
type world struct {
	region    [numRegions]State // case, lot, overlays
	contracts [2]State
	phases    [2][2]State // firm, phase
}

// move is an event in a world.
type step struct {
	kind        Kind
	firm, phase int // -1 for none
}

func start(m *Model) world {
	var w world
	for _, s := range m.Start {
		w.region[s.Info().Region] = s
	}
	w.region[RegionLot] = StateLotWaiting
	w.contracts = [2]State{StateContractNone, StateContractNone}
	for i := range w.phases {
		w.phases[i] = [2]State{StatePhasePlanned, StatePhasePlanned}
	}
	return w
}

// read is the state of a region for a step.
func (w *world) read(r Region, s step) State {
	switch r {
	case RegionContract:
		if s.firm < 0 {
			return StateContractNone
		}
		return w.contracts[s.firm]
	case RegionPhase:
		switch {
		case s.firm < 0:
			return StatePhasePlanned
		case s.phase >= 0:
			return w.phases[s.firm][s.phase]
		case w.phases[s.firm][1] != StatePhasePlanned:
			return w.phases[s.firm][1]
		}
		return w.phases[s.firm][0]
	}
	return w.region[r]
}

// take makes a step, if the model allows it.
func (w world) take(t Transition, s step) (world, bool) {
	if w.read(t.Region(), s) != t.From {
		return w, false
	}
	byRegion := map[Region][]State{}
	for _, x := range t.While {
		byRegion[x.Info().Region] = append(byRegion[x.Info().Region], x)
	}
	for r, any := range byRegion {
		look := s
		if r == RegionPhase && t.Region() != RegionPhase {
			look.phase = -1
		}
		if !slices.Contains(any, w.read(r, look)) {
			return w, false
		}
	}
	if t.Previous != 0 && s.phase > 0 && w.phases[s.firm][s.phase-1] != t.Previous {
		return w, false
	}
	switch r := t.Region(); r {
	case RegionContract:
		w.contracts[s.firm] = t.To
	case RegionPhase:
		w.phases[s.firm][s.phase] = t.To
	default:
		w.region[r] = t.To
	}
	for _, e := range t.Also {
		for i := range 2 {
			if s.firm >= 0 && s.firm != i {
				continue
			}
			if w.contracts[i] == e.From {
				w.contracts[i] = e.To
			}
			for p := range 2 {
				if w.phases[i][p] == e.From {
					w.phases[i][p] = e.To
				}
			}
		}
	}
	return w, true
}

// steps lists what an event of a kind can be about.
func stepsOf(k Kind) (out []step) {
	switch k.Info().Scope {
	case ScopeCase, ScopeLot:
		return []step{{k, -1, -1}}
	case ScopePhase:
		return []step{{k, 0, 0}, {k, 0, 1}, {k, 1, 0}, {k, 1, 1}}
	}
	return []step{{k, 0, -1}, {k, 1, -1}}
}

// explored is what an exhaustive walk of a model found.
type explored struct {
	parent map[world]world
	by     map[world]step
	swap   map[world]bool // the step ended with the firms exchanged
	order  []world
	next   map[world][]world
	used   []int // transitions taken, by index
	edges  int
}

// independent says that no transition asks for or changes the region but its
// own, and that it moves once, so that a walk need not multiply by its states.
func independent(m *Model, r Region) bool {
	for _, t := range m.Transitions {
		if t.Region() == r && t.From != r.first() {
			return false
		}
		for _, s := range t.While {
			if s.Info().Region == r {
				return false
			}
		}
		for _, e := range t.Also {
			if e.From.Info().Region == r {
				return false
			}
		}
	}
	return r.Overlay()
}

// canon takes the firms as interchangeable, which they are: no transition
// names one.
func (w world) canon() (world, bool) {
	swap := w.contracts[1] > w.contracts[0] || w.contracts[1] == w.contracts[0] && (w.phases[1][0] > w.phases[0][0] || w.phases[1][0] == w.phases[0][0] && w.phases[1][1] > w.phases[0][1])
	if swap {
		w.contracts[0], w.contracts[1] = w.contracts[1], w.contracts[0]
		w.phases[0], w.phases[1] = w.phases[1], w.phases[0]
	}
	return w, swap
}

func explore(m *Model) explored {
	var apart [numRegions]bool
	for _, r := range m.Regions {
		apart[r] = independent(m, r)
	}
	x := explored{parent: map[world]world{}, by: map[world]step{}, swap: map[world]bool{}, next: map[world][]world{}, used: make([]int, len(m.Transitions))}
	first := start(m)
	x.parent[first] = first
	x.order = append(x.order, first)
	for i := 0; i < len(x.order); i++ {
		w := x.order[i]
		for n, t := range m.Transitions {
			for _, s := range stepsOf(t.Event) {
				to, ok := w.take(t, s)
				if !ok {
					continue
				}
				x.used[n]++
				x.edges++
				if apart[t.Region()] {
					to.region[t.Region()] = w.region[t.Region()]
				}
				to, swap := to.canon()
				if to == w {
					continue
				}
				x.next[w] = append(x.next[w], to)
				if _, seen := x.parent[to]; !seen {
					x.parent[to], x.by[to], x.swap[to] = w, s, swap
					x.order = append(x.order, to)
				}
			}
		}
	}
	return x
}

// path is the shortest way to a world, with firms as they are named from the
// start, and the world so named.
func (x *explored) path(to world) (out []step, named world) {
	var worlds []world
	for w := to; x.parent[w] != w; w = x.parent[w] {
		worlds = append(worlds, w)
	}
	slices.Reverse(worlds)
	swapped := false
	for _, w := range worlds {
		s := x.by[w]
		if s.firm >= 0 && swapped {
			s.firm = 1 - s.firm
		}
		out = append(out, s)
		swapped = swapped != x.swap[w]
	}
	if swapped {
		to.contracts[0], to.contracts[1] = to.contracts[1], to.contracts[0]
		to.phases[0], to.phases[1] = to.phases[1], to.phases[0]
	}
	return out, to
}

func way(x explored, w world) []step {
	steps, _ := x.path(w)
	return steps
}

// ends says whether a case may rest in a world for good.
func ends(m *Model, w world) bool {
	s := w.region[RegionCase]
	return slices.Contains(m.Final, s) && s.Info().Region == RegionCase
}

// TestExplore walks every model through every state it can reach.
func TestExplore(t *testing.T) {
	for _, m := range Models() {
		t.Run(m.ID, func(t *testing.T) {
			x := explore(m)
			back := map[world][]world{}
			for from, tos := range x.next {
				for _, to := range tos {
					back[to] = append(back[to], from)
				}
			}
			reached := map[State]bool{}
			safe := map[world]bool{}
			var queue []world
			dead := 0
			for _, w := range x.order {
				for _, s := range w.region {
					reached[s] = true
				}
				for i := range 2 {
					reached[w.contracts[i]], reached[w.phases[i][0]], reached[w.phases[i][1]] = true, true, true
				}
				if ends(m, w) {
					safe[w] = true
					queue = append(queue, w)
				} else if len(x.next[w]) == 0 {
					dead++
					t.Errorf("dead state: %v by %v", w, way(x, w))
				}
			}
			for len(queue) > 0 {
				w := queue[0]
				queue = queue[1:]
				for _, p := range back[w] {
					if !safe[p] {
						safe[p] = true
						queue = append(queue, p)
					}
				}
			}
			for _, w := range x.order {
				if !safe[w] {
					t.Fatalf("no way to an end from %v, by %v", w, way(x, w))
				}
			}
			for n, tr := range m.Transitions {
				reached[tr.To] = reached[tr.To] || x.used[n] > 0
			}
			for _, s := range m.States() {
				require.True(t, reached[s], "state %s is never reached", s)
			}
			for _, s := range m.Exits {
				require.True(t, reached[s], "exit %s is never reached", s)
			}
			for n, tr := range m.Transitions {
				require.NotZero(t, x.used[n], "%s from %s is never taken", tr.Event, tr.From)
			}
			t.Logf("model %s: states=%d transitions=%d events=%d guards=%d; product states=%d edges=%d, dead=%d, exits reached=%d/%d, transitions taken=%d/%d",
				m.ID, len(m.States()), len(m.Transitions), len(m.Events()), len(m.Guards()), len(x.order), x.edges, dead, len(m.Exits), len(m.Exits), len(m.Transitions), len(m.Transitions))
		})
	}
}

// TestModelDeterministic: at most one transition for an event, a state and what
// it is about, so that no answer depends on the order of the table; and events
// of one kind belong to one region in a state.
func TestModelDeterministic(t *testing.T) {
	for _, m := range Models() {
		seen := map[[2]int]bool{}
		for _, tr := range m.Transitions {
			key := [2]int{int(tr.Event), int(tr.From)}
			require.False(t, seen[key], "%s: two transitions of %s from %s", m.ID, tr.Event, tr.From)
			seen[key] = true
			require.Equal(t, tr.From.Info().Region, tr.To.Info().Region, "%s: %s", m.ID, tr.Event)
			for _, e := range tr.Also {
				require.Equal(t, e.From.Info().Region, e.To.Info().Region)
			}
		}
	}
}

// event makes the event of a step, with the files that a model needs.
func (s step) event(m *Model, at law.Date) Event {
	e := Event{Kind: s.kind, Date: at, Phase: s.phase + 1}
	if s.firm >= 0 {
		e.Party = []string{"A", "B"}[s.firm]
	}
	if s.kind == ProcedureChosen && m.ID != "consultation" {
		e.Facts = append(e.Facts, Says(FactModel, m.ID))
	}
	return e
}

// choosing puts the choice of the procedure behind the start of the file.
func choosing(m *Model, path []step) (out []step) {
	for _, s := range path {
		out = append(out, s)
		if s.kind == FileStarted {
			out = append(out, step{ProcedureChosen, -1, -1})
		}
	}
	return out
}

// TestExploredPathsFold replays the shortest path to every reachable state, or
// to every k-th of many, as a case: the fold accepts each event and comes to the
// same state, and refuses what the model refuses.
func TestExploredPathsFold(t *testing.T) {
	rules := NewRules(nil)
	for _, m := range Models() {
		x := explore(m)
		every := max(1, len(x.order)*3/cases(t)/2)
		paths, refused := 0, 0
		for i := 0; i < len(x.order); i += every {
			steps, w := x.path(x.order[i])
			path := choosing(m, steps)
			c := rules.NewCase("x")
			day := law.MustDate("2024-02-01")
			var events []Event
			for n, s := range path {
				events = append(events, s.event(m, day.AddDays(n)))
			}
			require.NoError(t, c.Append(0, events...))
			at := day.AddDays(len(path) + 1)
			for _, f := range c.Check(at) {
				if !f.Due && f.Guard.Force == Bookkeeping && f.Verdict == Breach {
					t.Fatalf("%s: %v: %s", m.ID, path, f.Message("en"))
				}
			}
			s := c.Status(at)
			require.Equal(t, w.region[RegionCase], s.Case, "%s %v", m.ID, path)
			require.Equal(t, w.region[RegionLot], s.Lots[0].State, "%s %v", m.ID, path)
			require.Equal(t, w.region[RegionAppeal] == StateAppealed, s.Lots[0].Appeal == StateAppealed)
			for _, cs := range s.Contracts {
				require.Equal(t, w.contracts[cs.Party[0]-'A'], cs.State, "%s %v", m.ID, path)
			}
			for _, ps := range s.Phases {
				require.Equal(t, w.phases[ps.Party[0]-'A'][ps.Phase-1], ps.State, "%s %v", m.ID, path)
			}
			paths++
			// Once the procedure is chosen, an event that the model refuses is
			// kept and answered with a breach.
			if paths%40 != 0 || m.ID != s.Model {
				continue
			}
			for k := Kind(1); k < numKinds; k++ {
				st := stepsOf(k)[0]
				possible := slices.ContainsFunc(m.Transitions, func(tr Transition) bool {
					if tr.Event != k {
						return false
					}
					_, ok := w.take(tr, st)
					return ok
				})
				if possible || k == LotDeclared {
					continue
				}
				d := rules.NewCase("x")
				require.NoError(t, d.Append(0, append(slices.Clone(events), st.event(m, at))...))
				fs := d.Check(at)
				require.True(t, slices.ContainsFunc(fs, func(f Finding) bool { return f.Event == len(events)+1 && f.Verdict == Breach }),
					"%s: %s after %v is accepted", m.ID, k, path)
				require.Equal(t, s.Case, d.Status(at).Case)
				refused++
			}
		}
		t.Logf("model %s: %d of %d states reached by replay of a log, %d refused events answered with a breach", m.ID, paths, len(x.order), refused)
	}
}

// TestOnce: an event that the law forbids twice is refused the second time, in
// every model and on the shortest way to it.
func TestOnce(t *testing.T) {
	rules := NewRules(nil)
	tested := 0
	for _, m := range Models() {
		x := explore(m)
		for _, k := range m.Events() {
			if !k.Info().Once || k == LotDeclared {
				continue
			}
			s := stepsOf(k)[0]
			scoped := s.firm >= 0
			i := slices.IndexFunc(x.order, func(w world) bool {
				return slices.ContainsFunc(m.Transitions, func(tr Transition) bool {
					if tr.Event != k {
						return false
					}
					_, ok := w.take(tr, s)
					return ok
				})
			})
			require.GreaterOrEqual(t, i, 0, "%s: %s", m.ID, k)
			steps, w := x.path(x.order[i])
			s.firm = slices.IndexFunc([]int{0, 1}, func(f int) bool {
				return slices.ContainsFunc(m.Transitions, func(tr Transition) bool {
					if tr.Event != k {
						return false
					}
					_, ok := w.take(tr, step{s.kind, f, s.phase})
					return ok
				})
			})
			if !scoped {
				s.firm = -1
			}
			path := choosing(m, append(steps, s))
			day := law.MustDate("2024-02-01")
			var events []Event
			for n, s := range append(path, s) {
				events = append(events, s.event(m, day.AddDays(n)))
			}
			c := rules.NewCase("x")
			require.NoError(t, c.Append(0, events...))
			at := day.AddDays(len(events))
			before := rules.NewCase("x")
			require.NoError(t, before.Append(0, events[:len(events)-1]...))
			again := slices.ContainsFunc(c.Check(at), func(f Finding) bool {
				return f.Event == len(events) && f.Verdict == Breach && f.Guard.Force == Bookkeeping
			})
			require.True(t, again, "%s: %s is accepted twice", m.ID, k)
			require.Equal(t, before.Status(at), c.Status(at), "%s: %s twice changes the state", m.ID, k)
			tested++
		}
	}
	t.Logf("%d events that the law forbids twice are refused the second time", tested)
}
