package indicators

import (
	"bytes"
	_ "embed"
	"errors"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/indicators/unit"
)

//go:embed default/catalogue.yaml
var defaultCatalogue []byte

// Default returns the catalogue that comes with the library, a fresh copy. It
// panics if the embedded file is not valid, which a test excludes.
func Default() *Catalogue {
	c, err := Load(bytes.NewReader(defaultCatalogue), Config{File: "default/catalogue.yaml"})
	if err != nil {
		panic(err)
	}
	return c
}

// New checks a catalogue built in Go as [Load] checks a document, and returns a
// copy that shares nothing with c. Problems have a pointer and no line.
func New(c Catalogue) (*Catalogue, error) {
	text, err := c.AppendJSON(nil)
	if err != nil {
		return nil, err
	}
	out, err := Load(bytes.NewReader(text), builtConfig)
	if err != nil {
		return nil, withoutPlaces(err)
	}
	out.src = nil
	return out, nil
}

// Validate reports every problem of a catalogue built or changed in Go.
func (c *Catalogue) Validate() error {
	_, err := New(*c)
	return err
}

// NewNetwork checks a network built in Go as [LoadNetwork] checks a document,
// and returns a copy that shares nothing with n, its cities sorted by code.
func NewNetwork(n Network) (*Network, error) {
	text, err := n.AppendJSON(nil)
	if err != nil {
		return nil, err
	}
	out, err := LoadNetwork(bytes.NewReader(text), builtConfig)
	if err != nil {
		return nil, withoutPlaces(err)
	}
	out.src = nil
	return out, nil
}

// Validate reports every problem of a network built or changed in Go.
func (n *Network) Validate() error {
	_, err := NewNetwork(*n)
	return err
}

// builtConfig trusts the size of what is in memory already.
var builtConfig = Config{MaxBytes: 1 << 30, MaxNodes: 1 << 30}

func withoutPlaces(err error) error {
	var list Errors
	if errors.As(err, &list) {
		for _, e := range list {
			e.Line, e.Column = 0, 0
		}
	}
	return err
}

// index finds elements by id; it may be older than the slices, so what it says
// is checked.
type index struct {
	variables, indicators, families, sources, dimensions map[string]int
}

func newIndex(c *Catalogue) index {
	return index{
		variables:  indexBy(c.Variables, func(v *Variable) string { return v.ID }),
		indicators: indexBy(c.Indicators, func(i *Indicator) string { return i.ID }),
		families:   indexBy(c.Families, func(f *Family) string { return f.ID }),
		sources:    indexBy(c.Sources, func(s *DataSource) string { return s.ID }),
		dimensions: indexBy(c.Dimensions, func(d *Dimension) string { return d.ID }),
	}
}

func indexBy[T any](list []T, id func(*T) string) map[string]int {
	m := make(map[string]int, len(list))
	for i := range list {
		m[id(&list[i])] = i
	}
	return m
}

// lookup is constant in time for what is in a loaded list, linear for what is
// not, and for lists built or changed in Go.
func lookup[T any](list []T, m map[string]int, want string, id func(*T) string) (*T, bool) {
	if i, ok := m[want]; ok && i < len(list) && id(&list[i]) == want {
		return &list[i], true
	}
	for i := range list {
		if id(&list[i]) == want {
			return &list[i], true
		}
	}
	return nil, false
}

// Variable finds a variable by id. The result points into the catalogue.
func (c *Catalogue) Variable(id string) (*Variable, bool) {
	return lookup(c.Variables, c.index.variables, id, func(v *Variable) string { return v.ID })
}

// Indicator finds an indicator by id. The result points into the catalogue.
func (c *Catalogue) Indicator(id string) (*Indicator, bool) {
	return lookup(c.Indicators, c.index.indicators, id, func(i *Indicator) string { return i.ID })
}

// Family finds a service family by id. The result points into the catalogue.
func (c *Catalogue) Family(id string) (*Family, bool) {
	return lookup(c.Families, c.index.families, id, func(f *Family) string { return f.ID })
}

// Source finds a source of figures by id. The result points into the catalogue.
func (c *Catalogue) Source(id string) (*DataSource, bool) {
	return lookup(c.Sources, c.index.sources, id, func(s *DataSource) string { return s.ID })
}

// Dimension finds a breakdown by id. The result points into the catalogue.
func (c *Catalogue) Dimension(id string) (*Dimension, bool) {
	return lookup(c.Dimensions, c.index.dimensions, id, func(d *Dimension) string { return d.ID })
}

// City finds a city by INE code. The result points into the network.
func (n *Network) City(code string) (*City, bool) {
	return lookup(n.Cities, n.index, code, func(c *City) string { return c.Code })
}

// sort orders the cities by code, and the document's tree with them.
func (n *Network) sort() {
	order := make([]int, len(n.Cities))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(n.Cities[a].Code, n.Cities[b].Code) })
	cities := make([]City, len(order))
	nodes := n.src.root.get("cities")
	items := make([]*node, len(order))
	for i, j := range order {
		cities[i], items[i] = n.Cities[j], nodes.items[j]
	}
	if len(cities) == 0 {
		cities = nil
	}
	n.Cities, nodes.items = cities, items
	n.index = indexBy(n.Cities, func(c *City) string { return c.Code })
}

// Registry reads units with the catalogue's own annotations.
func (c *Catalogue) Registry() unit.Registry {
	return unit.Registry{Annotations: slices.Clone(c.Annotations)}
}

// FormulaName is how a formula refers to an indicator: its id with '-' written
// as '_', because '-' is subtraction in CEL. No two ids have the same name,
// since ids hold no '_'.
func FormulaName(id string) string { return strings.ReplaceAll(id, "-", "_") }

// At returns the definition in force in a period: the one whose first and last
// days, open where it says nothing, hold the whole of p. It is false if none
// does, as when p lies across two versions. The result points into i.
func (i *Indicator) At(p period.Period) (*Definition, bool) {
	k := i.at(p)
	if k < 0 {
		return nil, false
	}
	return &i.Definitions[k], true
}

func (i *Indicator) at(p period.Period) int {
	if p.IsZero() {
		return -1
	}
	for k := range i.Definitions {
		d := &i.Definitions[k]
		if !d.From.IsZero() && p.FirstDay().Compare(d.From.FirstDay()) < 0 {
			continue
		}
		if !d.Until.IsZero() && p.LastDay().Compare(d.Until.LastDay()) > 0 {
			continue
		}
		return k
	}
	return -1
}

// Comparable reports whether figures of two periods may be compared: the same
// version is in force in both, or every version after the earlier one, up to
// the later one, says that it is comparable with the one before.
func (i *Indicator) Comparable(p, q period.Period) bool {
	a, b := i.at(p), i.at(q)
	if a < 0 || b < 0 {
		return false
	}
	for k := min(a, b) + 1; k <= max(a, b); k++ {
		if !i.Definitions[k].Comparable {
			return false
		}
	}
	return true
}
