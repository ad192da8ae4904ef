package formula

import (
	"github.com/almotacen/almotacen/internal/celenv"
	"github.com/almotacen/almotacen/internal/columnar"
)

// Lists are unrolled: their elements are written out in the formula, so they
// are known when it is compiled. A list with an element that failed or is
// unknown is as a whole what its elements are strictly, so every use of a list
// goes through its state.

// list lowers n to its elements.
func (l *lowering) list(n *celenv.Node) (*listed, bool) {
	switch {
	case n.List:
		x := &listed{state: l.b.Bool(true)}
		for _, a := range n.Args {
			r, ok := l.lower(a)
			if !ok {
				return nil, false
			}
			x.elems = append(x.elems, r)
		}
		x.state = l.join(x.elems)
		return x, true
	case n.Kind == celenv.Ident:
		for i := len(l.locals) - 1; i >= 0; i-- {
			if x := l.locals[i]; x.name == n.Name {
				if x.src == nil {
					return x.list, x.list != nil
				}
				inner := l.locals
				l.locals = l.locals[:i:i]
				r, ok := l.list(x.src)
				l.locals = inner
				return r, ok
			}
		}
	case n.Fold != nil:
		return l.mapped(n.Fold)
	}
	return nil, false
}

// join is a bool with the state of all of list, strictly.
func (l *lowering) join(list []columnar.Ref) columnar.Ref {
	if len(list) == 0 {
		return l.b.Bool(true)
	}
	r := l.b.Op(columnar.Join, columnar.Bool, list[0])
	for _, x := range list[1:] {
		r = l.b.Op(columnar.Join, columnar.Bool, r, x)
	}
	return r
}

// mapped lowers list.map(x, f).
func (l *lowering) mapped(f *celenv.Fold) (*listed, bool) {
	s := f.Step
	if f.Iter2 != "" || !f.Init.List || len(f.Init.Args) > 0 || s.Name != "_+_" || len(s.Args) != 2 ||
		s.Args[0].Kind != celenv.Ident || s.Args[0].Name != f.Accu || !s.Args[1].List || len(s.Args[1].Args) != 1 ||
		f.Result.Kind != celenv.Ident || f.Result.Name != f.Accu {
		return nil, false
	}
	from, ok := l.list(f.Range)
	if !ok {
		return nil, false
	}
	out := &listed{}
	for _, e := range from.elems {
		l.locals = append(l.locals, local{name: f.Iter, ref: e})
		r, ok := l.lower(s.Args[1].Args[0])
		l.locals = l.locals[:len(l.locals)-1]
		if !ok {
			return nil, false
		}
		out.elems = append(out.elems, r)
	}
	out.state = l.b.Op(columnar.Then, columnar.Bool, from.state, l.join(out.elems))
	return out, true
}

// compound lowers cel.bind and loops whose result is a scalar: all, exists,
// exists_one.
func (l *lowering) compound(n *celenv.Node) (columnar.Ref, bool) {
	f := n.Fold
	if f == nil || f.Iter2 != "" {
		return 0, false
	}
	if f.Range.List && len(f.Range.Args) == 0 && f.Step.Kind == celenv.Ident && f.Step.Name == f.Accu {
		l.locals = append(l.locals, local{name: f.Accu, src: f.Init}) // cel.bind
		r, ok := l.lower(f.Result)
		l.locals = l.locals[:len(l.locals)-1]
		return r, ok
	}
	// Ending early changes nothing: once it absorbs, || and && go on to do so.
	if w := f.While; w.Bits != true && w.Name != "@not_strictly_false" {
		return 0, false
	}
	if columnType(f.Init.Type) == columnar.Other {
		return 0, false
	}
	from, ok := l.list(f.Range)
	if !ok {
		return 0, false
	}
	acc, ok := l.lower(f.Init)
	for _, e := range from.elems {
		if !ok {
			return 0, false
		}
		l.locals = append(l.locals, local{name: f.Accu, ref: acc}, local{name: f.Iter, ref: e})
		acc, ok = l.lower(f.Step)
		l.locals = l.locals[:len(l.locals)-2]
	}
	if !ok {
		return 0, false
	}
	l.locals = append(l.locals, local{name: f.Accu, ref: acc})
	r, ok := l.lower(f.Result)
	l.locals = l.locals[:len(l.locals)-1]
	return l.op(columnar.Then, columnType(n.Type), ok, from.state, r)
}

// in lowers x in [a, b]: strict in both, then any equality.
func (l *lowering) in(n *celenv.Node) (columnar.Ref, bool) {
	x, ok := l.lower(n.Args[0])
	if !ok {
		return 0, false
	}
	list, ok := l.list(n.Args[1])
	if !ok {
		return 0, false
	}
	any := l.b.Bool(false)
	for _, e := range list.elems {
		if a, b := l.b.Type(x), l.b.Type(e); a != b && !(number(a) && number(b)) || a == columnar.Other {
			return 0, false
		}
		any = l.b.Op(columnar.Or, columnar.Bool, any, l.b.Op(columnar.Eq, columnar.Bool, x, e))
	}
	return l.b.Op(columnar.Then, columnar.Bool, l.join([]columnar.Ref{x, list.state}), any), true
}

// index lowers list[0].
func (l *lowering) index(n *celenv.Node) (columnar.Ref, bool) {
	list, ok := l.list(n.Args[0])
	i, literal := n.Args[1].Bits.(int64)
	if !ok || !literal || i < 0 || int(i) >= len(list.elems) {
		return 0, false
	}
	return l.b.Op(columnar.Then, columnType(n.Type), list.state, list.elems[i]), true
}

// extreme lowers math.greatest and least of a list.
func (l *lowering) extreme(n *celenv.Node, o columnar.Op) (columnar.Ref, bool) {
	list, ok := l.list(n.Args[0])
	if !ok || len(list.elems) == 0 {
		return 0, false
	}
	r := list.elems[0]
	for _, e := range list.elems[1:] {
		if l.b.Type(e) != l.b.Type(r) {
			return 0, false
		}
		r = l.b.Op(o, l.b.Type(r), r, e)
	}
	return l.b.Op(columnar.Then, l.b.Type(r), list.state, r), true
}
