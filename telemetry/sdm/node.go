package sdm

import (
	"math/big"
	"math/bits"
	"regexp"

	"github.com/almotacen/almotacen/internal/jsonscan"
)

// types is a set of JSON types.
type types uint8

const (
	tNull types = 1 << iota
	tBool
	tObject
	tArray
	tString
	tInteger  // a number without fraction
	tFraction // any other
	tAny      = 1<<iota - 1
)

var typeNames = map[string]types{
	"null": tNull, "boolean": tBool, "object": tObject, "array": tArray, "string": tString, "integer": tInteger, "number": tInteger | tFraction,
}

// node is all that schemas say of one value.
type node struct {
	types      types
	enums      []enum // the value is in each
	bounds     []bound
	multiples  []*big.Rat
	minLength  int
	maxLength  int // -1: none
	patterns   []pattern
	formats    []format
	minItems   int
	maxItems   int // -1: none
	unique     bool
	items      *node
	props      props
	required   uint64 // bits of props
	any, one   []group
	objectOnly bool // nothing is asserted of an object or array but by alternatives
}

// group is alternatives. Where all are objects that must have a property with a text that none
// of the others allows, key is its name, and byText tells which can hold.
type group struct {
	nodes  []*node
	key    string
	byText map[string]*node
}

// discriminate finds the key of a group, if it has one.
func (g *group) discriminate() {
	if len(g.nodes) < 2 {
		return
	}
	for _, p := range g.nodes[0].props.list {
		byText := map[string]*node{}
		for _, a := range g.nodes {
			q := a.props.find([]byte(p.name))
			if a.types != tObject || q == nil || q.bit == 0 || q.node == nil || q.node.types != tString || len(q.node.enums) == 0 || len(q.node.enums[0].texts) == 0 {
				byText = nil
				break
			}
			for t := range q.node.enums[0].texts {
				if byText[t] != nil {
					return
				}
				byText[t] = a
			}
		}
		if byText != nil {
			g.key, g.byText = p.name, byText
			return
		}
	}
}

func newNode() *node { return &node{types: tAny, maxLength: -1, maxItems: -1} }

type enum struct {
	texts   map[string]struct{}
	numbers []*big.Rat
	other   types // null: 1, false: tBool, true: tObject
	shown   string
}

const (
	otherNull  = tNull
	otherFalse = tBool
	otherTrue  = tObject
)

type bound struct {
	upper, exclusive bool
	value            float64
	exact            *big.Rat
	shown            string
}

type format struct {
	name  string
	check func(string) bool
	quick func([]byte) bool // true only for what check holds for
}

// pattern is a regular expression, by a table where it is ^[class]+$ or *.
type pattern struct {
	text  string
	re    *regexp.Regexp
	table *[256]bool // of ASCII; nil: none
	empty bool       // the empty text matches
}

func (p *pattern) match(text []byte) bool {
	if p.table == nil {
		return p.re.Match(text)
	}
	for _, c := range text {
		if !p.table[c] {
			return false
		}
	}
	return p.empty || len(text) > 0
}

// props finds nodes by property names: a hash table of length and first bytes.
type props struct {
	slots []prop
	shift uint8
	list  []prop // in order of first mention
}

type prop struct {
	name string
	key  uint64 // the first eight bytes, and
	node *node  // nil: only required
	bit  uint64 // of required; 0: it is not
}

func (p *props) find(name []byte) *prop {
	if len(p.slots) == 0 {
		return nil
	}
	key := jsonscan.Prefix(name)
	for i := p.hash(key, len(name)); ; i = (i + 1) & (len(p.slots) - 1) {
		s := &p.slots[i]
		if s.name == "" && s.node == nil && s.bit == 0 {
			return nil
		}
		if s.key == key && len(s.name) == len(name) && (len(name) <= 8 || s.name == string(name)) {
			return s
		}
	}
}

func (p *props) hash(key uint64, n int) int {
	return int((key ^ uint64(n)<<56) * 0x9e3779b97f4a7c15 >> p.shift)
}

// child is the node of a property, made if need be.
func (p *props) child(name string) *prop {
	for i := range p.list {
		if p.list[i].name == name {
			return &p.list[i]
		}
	}
	p.list = append(p.list, prop{name: name, key: jsonscan.Prefix([]byte(name))})
	return &p.list[len(p.list)-1]
}

// seal makes the table.
func (p *props) seal() {
	if len(p.list) == 0 {
		return
	}
	size := 1 << bits.Len(uint(len(p.list)*2))
	p.slots = make([]prop, size)
	p.shift = uint8(64 - bits.Len(uint(size-1)))
	for _, x := range p.list {
		i := p.hash(x.key, len(x.name))
		for p.slots[i].node != nil || p.slots[i].bit != 0 {
			i = (i + 1) & (size - 1)
		}
		p.slots[i] = x
	}
}
