package compare

import (
	"cmp"
	"math"
	"slices"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
)

// axis is a structure variable over all cities.
type axis struct {
	z      []float64 // standardised; by city
	has    []bool
	weight float64
	used   bool
}

// peers fills in out.Structure and out.Peers and returns the peers of each city
// by number, ascending.
func (r *run) peers(c *indicators.Catalogue, n *indicators.Network, out *Comparison) [][]int {
	axes := make([]axis, len(n.Structure))
	out.Structure = make([]Structure, len(n.Structure))
	used := 0
	for k, s := range n.Structure {
		freq, _ := frequency(c, s.ID)
		axes[k] = r.axis(s, freq, &out.Structure[k])
		if axes[k].used {
			used++
		}
	}
	out.Peers = make([]PeerGroup, len(r.codes))
	groups := make([][]int, len(r.codes))
	for i := range r.codes {
		out.Peers[i], groups[i] = r.group(i, axes, used)
	}
	return groups
}

func (r *run) group(city int, axes []axis, used int) (PeerGroup, []int) {
	g := PeerGroup{Entity: r.codes[city], Peers: []Peer{}}
	own := 0
	for k := range axes {
		if axes[k].used && axes[k].has[city] {
			own++
		}
	}
	switch {
	case used == 0:
		g.Why = WhyNoStructure
		return g, nil
	case 2*own < used:
		g.Why = WhyStructureMissing
		return g, nil
	}
	// The nearest so far, nearest first. Cities come by code, so that a later
	// one at the same distance stands after.
	type candidate struct {
		city   int
		square float64
	}
	nearest := make([]candidate, 0, min(r.cfg.Peers, len(r.codes))+1)
	for i := range r.codes {
		if i == city || r.reference[i] {
			continue
		}
		square, ok := distance(axes, used, city, i)
		if !ok || len(nearest) == r.cfg.Peers && square >= nearest[len(nearest)-1].square {
			continue
		}
		at, _ := slices.BinarySearchFunc(nearest, square, func(c candidate, s float64) int {
			return cmp.Or(cmp.Compare(c.square, s), -1)
		})
		nearest = slices.Insert(nearest, at, candidate{i, square})
		nearest = nearest[:min(len(nearest), r.cfg.Peers)]
	}
	if len(nearest) == 0 {
		g.Why = WhyNoCandidates
		return g, nil
	}
	var peers []int
	for _, c := range nearest {
		p := Peer{Entity: r.codes[c.city], Distance: math.Sqrt(c.square)}
		p.Share, p.Shared = shares(axes, city, c.city)
		g.Peers = append(g.Peers, p)
		peers = append(peers, c.city)
	}
	slices.Sort(peers)
	return g, peers
}

// distance is the square of the distance of cities i and j; ok is false if
// they share fewer than half of the used axes. It is the same for j and i.
func distance(axes []axis, used, i, j int) (square float64, ok bool) {
	all, shared, sum, count := 0.0, 0.0, 0.0, 0
	for k := range axes {
		a := &axes[k]
		if !a.used {
			continue
		}
		all += a.weight
		if !a.has[i] || !a.has[j] {
			continue
		}
		count++
		shared += a.weight
		sum += term(a, i, j)
	}
	if 2*count < used {
		return 0, false
	}
	if count == used {
		return sum, true
	}
	return float64(all/shared) * sum, true
}

// term is w(z_i − z_j)², rounded after each operation.
func term(a *axis, i, j int) float64 {
	d := a.z[i] - a.z[j]
	return float64(a.weight * float64(d*d))
}

// shares gives what each axis contributes to the squared distance of i and j.
func shares(axes []axis, i, j int) (share []float64, shared int) {
	share = make([]float64, len(axes))
	sum, weights := 0.0, 0.0
	for k := range axes {
		a := &axes[k]
		if a.used && a.has[i] && a.has[j] {
			shared++
			share[k] = term(a, i, j)
			sum += share[k]
			weights += a.weight
		}
	}
	for k := range axes {
		a := &axes[k]
		switch {
		case !a.used || !a.has[i] || !a.has[j]:
		case sum > 0:
			share[k] /= sum
		default:
			share[k] = a.weight / weights
		}
	}
	return share, shared
}

// axis reads and standardises a structure variable and says what became of it.
func (r *run) axis(s indicators.Structure, freq period.Freq, say *Structure) axis {
	weight := cmp.Or(s.Weight, 1)
	*say = Structure{ID: s.ID, Log: s.Log, Weight: weight}
	a := axis{z: make([]float64, len(r.codes)), has: make([]bool, len(r.codes)), weight: weight}
	from := r.variables
	measure, ok := from.MeasureIndex(s.ID)
	if !ok {
		from = r.results
		measure, ok = from.MeasureIndex(s.ID)
	}
	var members []float64 // by code: sums do not depend on the order of input
	for i, code := range r.codes {
		if !ok {
			break
		}
		v, found := r.latest(from, measure, freq, code)
		if !found || s.Log && v <= 0 {
			continue
		}
		if s.Log {
			v = ln(v)
		}
		a.z[i], a.has[i] = v, true
		if !r.reference[i] {
			members = append(members, v)
		}
	}
	say.Members = len(members)
	st, varies := newStandard(members)
	say.Mean, say.Deviation = st.mean(), st.deviation()
	if !varies {
		say.Why = WhyConstant
		return a
	}
	a.used, say.Used = true, true
	for i := range a.z {
		if a.has[i] {
			a.z[i] = st.z(a.z[i])
		}
	}
	return a
}

// latest is the value of a city in its latest period that can be used.
func (r *run) latest(from *cube.Cube, measure int, freq period.Freq, code string) (float64, bool) {
	first, end := from.Entity(code)
	col := from.Column(measure)
	var last period.Period
	v, found := 0.0, false
	for row := first; row < end; row++ {
		s := col.StatusAt(row)
		if !publishable(s) || s&(cube.DefinitionDiffers|cube.LowReliability|cube.Forecast) != 0 {
			continue
		}
		k := from.Key(row)
		if k.Members.IsTotal() && r.within(k.Period, freq) && (!found || k.Period.Compare(last) > 0) {
			last, v, found = k.Period, col.Values[row], true
		}
	}
	return v, found
}

// standard is a mean and a standard deviation of values scaled by a power of
// two, so that no value is too great to be summed or squared.
type standard struct {
	exponent int
	m, s     float64
}

// newStandard of values; ok is false if there are not two different ones.
//
//	s² = Σ (x − mean)² / (n − 1)
func newStandard(values []float64) (st standard, ok bool) {
	if len(values) == 0 {
		return st, false
	}
	low, high := slices.Min(values), slices.Max(values)
	_, st.exponent = math.Frexp(max(math.Abs(low), math.Abs(high)))
	if low == high {
		st.m = math.Ldexp(low, -st.exponent)
		return st, false
	}
	scaled := make([]float64, len(values))
	for i, v := range values {
		scaled[i] = math.Ldexp(v, -st.exponent)
	}
	n := float64(len(values))
	st.m = sum(scaled) / n
	// Deviations are scaled by the greatest, whose square could be too small.
	most := 0.0
	for i, v := range scaled {
		scaled[i] = math.Abs(v - st.m)
		most = max(most, scaled[i])
	}
	for i, v := range scaled {
		v /= most
		scaled[i] = float64(v * v)
	}
	st.s = most * math.Sqrt(sum(scaled)/(n-1))
	return st, true
}

// z of any value; a reference city's may lie far out, and its square must not
// overflow.
func (st standard) z(v float64) float64 {
	const most = 1e100
	return min(max((math.Ldexp(v, -st.exponent)-st.m)/st.s, -most), most) + 0
}

func (st standard) mean() float64      { return finite(math.Ldexp(st.m, st.exponent)) }
func (st standard) deviation() float64 { return finite(math.Ldexp(st.s, st.exponent)) }

// finite keeps a scaled-back value from overflowing by its last rounding.
func finite(v float64) float64 {
	return min(max(v, -math.MaxFloat64), math.MaxFloat64) + 0
}

// sum is compensated (Neumaier 1974).
func sum(values []float64) float64 {
	s, lost := 0.0, 0.0
	for _, v := range values {
		t := s + v
		if math.Abs(s) >= math.Abs(v) {
			lost += (s - t) + v
		} else {
			lost += (v - t) + s
		}
		s = t
	}
	return s + lost
}
