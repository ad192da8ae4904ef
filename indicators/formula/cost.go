package formula

import (
	"fmt"

	"github.com/almotacen/almotacen/internal/celenv"
)

// manySteps is where counting ends.
const manySteps = 1 << 40

// steps bounds what one cell takes below n: functions that read other rows count
// as often as they read, parts that are lists or other compounds as cel-go
// estimates them. Unbounded says that cel-go knows no bound for a part.
func (p *Program) steps(d *definition, n *celenv.Node) (steps uint64, unbounded bool) {
	if n.Kind == celenv.Compound || n.Kind == celenv.Call && n.Type == celenv.Other {
		c, ok := d.checked.CostBound(n)
		return min(max(c, 1)+p.rowsRead(d, n), manySteps), !ok
	}
	if n.Kind == celenv.Call && celenv.Window(n.Name) {
		c, u := p.steps(d, n.Args[0])
		return min(c*p.times(n)+1, manySteps), u
	}
	steps = 1
	for _, x := range n.Args {
		c, u := p.steps(d, x)
		steps, unbounded = min(steps+c, manySteps), unbounded || u
	}
	return steps, unbounded
}

// rowsRead is the part of steps of functions that read other rows.
func (p *Program) rowsRead(d *definition, n *celenv.Node) uint64 {
	if n.Kind == celenv.Call && celenv.Window(n.Name) {
		c, _ := p.steps(d, n)
		return c
	}
	sum := uint64(0)
	for _, x := range n.Args {
		sum = min(sum+p.rowsRead(d, x), manySteps)
	}
	return sum
}

// times is how often a function that reads other rows evaluates its operand.
func (p *Program) times(n *celenv.Node) uint64 {
	dimension, _, more := windowOf(n)
	if dimension != "" {
		return p.members(dimension)
	}
	return uint64(more + 1)
}

// members is how many a dimension has, at least 1.
func (p *Program) members(dimension string) uint64 {
	for _, x := range p.cat.Dimensions {
		if x.ID == dimension {
			return uint64(max(1, len(x.Members)))
		}
	}
	return 1
}

// cost refuses a formula whose cells take too many steps, at the smallest part
// that does.
func (k *compiler) cost(d *definition) {
	total, _ := k.steps(d, d.checked.Root)
	if total <= k.cfg.MaxCost {
		return
	}
	at := d.checked.Root
descend:
	for {
		for _, x := range at.Args {
			if c, _ := k.steps(d, x); c > k.cfg.MaxCost && x.Begin < x.End {
				at = x
				continue descend
			}
		}
		break
	}
	what := fmt.Sprint(total)
	if total >= manySteps {
		what = "more than a billion"
	}
	k.fail(d, ErrLimit, at.Begin, fmt.Sprintf("a cell takes %s steps, and the limit is %d; use shorter windows and lists", what, k.cfg.MaxCost))
}
