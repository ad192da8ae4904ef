package procurement

// compiled is a model in the form in which a fold uses it.
type compiled struct {
	*Model
	bit   uint32                             // in compiledGuard.models
	moves [numKinds][]compiledMove           // by event
	reach [numStates][numKinds/64 + 1]uint64 // events that can still happen from a state of a region
}

type compiledMove struct {
	*Transition
	region  Region
	while   set
	regions [numRegions]bool // regions that while speaks of
}

func compile(i int, m *Model) *compiled {
	c := &compiled{Model: m, bit: 1 << i}
	for j := range m.Transitions {
		t := &m.Transitions[j]
		mv := compiledMove{Transition: t, region: t.Region(), while: setOf(t.While...)}
		for _, s := range t.While {
			mv.regions[s.Info().Region] = true
		}
		c.moves[t.Event] = append(c.moves[t.Event], mv)
	}
	// The closure over the moves of each region, own or effects of others.
	for changed := true; changed; {
		changed = false
		add := func(from, to State, k Kind) {
			old := c.reach[from]
			if k != 0 {
				c.reach[from][k/64] |= 1 << (k % 64)
			}
			for w := range c.reach[to] {
				c.reach[from][w] |= c.reach[to][w]
			}
			changed = changed || old != c.reach[from]
		}
		for _, t := range m.Transitions {
			add(t.From, t.To, t.Event)
			for _, e := range t.Also {
				add(e.From, e.To, 0)
			}
		}
	}
	return c
}

func (c *compiled) canReach(s State, k Kind) bool { return c.reach[s][k/64]>>(k%64)&1 != 0 }
