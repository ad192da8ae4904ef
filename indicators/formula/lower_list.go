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
		if x, ok := l.mapped(n.Fold); ok {
			return x, true
		}
		return l.filtered(n.Fold)
	}
	return nil, false
}

// filtered lowers list.filter(x, p): the elements stay, with the condition that
// they are in the list.
func (l *lowering) filtered(f *celenv.Fold) (*listed, bool) {
	s := f.Step
	if f.Iter2 != "" || !f.Init.List || len(f.Init.Args) > 0 || s.Overload != "conditional" || !l.isAccu(f, s.Args[2]) || !l.isAccu(f, f.Result) {
		return nil, false
	}
	added := s.Args[1]
	if added.Name != "_+_" || len(added.Args) != 2 || !l.isAccu(f, added.Args[0]) || !added.Args[1].List || len(added.Args[1].Args) != 1 {
		return nil, false
	}
	if e := added.Args[1].Args[0]; e.Kind != celenv.Ident || e.Name != f.Iter {
		return nil, false // list.map(x, p, f)
	}
	from, ok := l.list(f.Range)
	if !ok {
		return nil, false
	}
	out := &listed{elems: from.elems}
	for i, e := range from.elems {
		l.locals = append(l.locals, local{name: f.Iter, ref: e})
		r, ok := l.lower(s.Args[0])
		l.locals = l.locals[:len(l.locals)-1]
		if !ok {
			return nil, false
		}
		if from.kept != nil { // of what was not in the list the condition was not asked
			r = l.b.Op(columnar.If, columnar.Bool, from.kept[i], r, l.b.Bool(false))
		}
		out.kept = append(out.kept, r)
	}
	out.state = l.b.Op(columnar.Then, columnar.Bool, from.state, l.last(out.kept))
	return out, true
}

// isAccu reports whether n is the accumulator of f.
func (l *lowering) isAccu(f *celenv.Fold, n *celenv.Node) bool {
	return n.Kind == celenv.Ident && n.Name == f.Accu
}

// last is a bool with the state of a loop whose step is conditional: where a
// condition failed or is unknown so is the loop, and the last of these counts.
func (l *lowering) last(conditions []columnar.Ref) columnar.Ref {
	acc := l.b.Bool(true)
	for _, c := range conditions {
		acc = l.b.Op(columnar.If, columnar.Bool, c, acc, acc)
	}
	return acc
}

// fold goes through a list: step makes the next accumulator of an element that
// is in it.
func (l *lowering) fold(x *listed, acc columnar.Ref, step func(acc, e columnar.Ref) (columnar.Ref, bool)) (columnar.Ref, bool) {
	for i, e := range x.elems {
		next, ok := columnar.Ref(0), false
		if x.kept == nil {
			next, ok = step(acc, e)
		} else {
			end := l.b.When(x.kept[i], true)
			next, ok = step(acc, e)
			end()
			if ok && l.b.Type(next) == l.b.Type(acc) {
				next = l.b.Op(columnar.If, l.b.Type(acc), x.kept[i], next, acc)
			}
		}
		if !ok || l.b.Type(next) != l.b.Type(acc) {
			return 0, false
		}
		acc = next
	}
	return acc, true
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
	out := &listed{kept: from.kept}
	var matter []columnar.Ref
	for i, e := range from.elems {
		l.locals = append(l.locals, local{name: f.Iter, ref: e})
		r, ok := l.lower(s.Args[1].Args[0])
		l.locals = l.locals[:len(l.locals)-1]
		if !ok {
			return nil, false
		}
		out.elems = append(out.elems, r)
		if r = l.join([]columnar.Ref{r}); from.kept != nil { // what is not in the list cannot fail
			r = l.b.Op(columnar.If, columnar.Bool, from.kept[i], r, l.b.Bool(true))
		}
		matter = append(matter, r)
	}
	out.state = l.b.Op(columnar.Then, columnar.Bool, from.state, l.join(matter))
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
	if ok {
		acc, ok = l.fold(from, acc, func(acc, e columnar.Ref) (columnar.Ref, bool) {
			l.locals = append(l.locals, local{name: f.Accu, ref: acc}, local{name: f.Iter, ref: e})
			defer func() { l.locals = l.locals[:len(l.locals)-2] }()
			return l.lower(f.Step)
		})
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
	any, ok := l.fold(list, l.b.Bool(false), func(acc, e columnar.Ref) (columnar.Ref, bool) {
		if a, b := l.b.Type(x), l.b.Type(e); a != b && !(number(a) && number(b)) || a == columnar.Other {
			return 0, false
		}
		return l.b.Op(columnar.Or, columnar.Bool, acc, l.b.Op(columnar.Eq, columnar.Bool, x, e)), true
	})
	if !ok {
		return 0, false
	}
	return l.b.Op(columnar.Then, columnar.Bool, l.join([]columnar.Ref{x, list.state}), any), true
}

// index lowers list[0].
func (l *lowering) index(n *celenv.Node) (columnar.Ref, bool) {
	list, ok := l.list(n.Args[0])
	i, literal := n.Args[1].Bits.(int64)
	if !ok || list.kept != nil || !literal || i < 0 || int(i) >= len(list.elems) {
		return 0, false
	}
	return l.b.Op(columnar.Then, columnType(n.Type), list.state, list.elems[i]), true
}

// extreme lowers math.greatest and least of a list.
func (l *lowering) extreme(n *celenv.Node, o columnar.Op) (columnar.Ref, bool) {
	list, ok := l.list(n.Args[0])
	if !ok || list.kept != nil || len(list.elems) == 0 {
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

// size lowers the number of elements.
func (l *lowering) size(n *celenv.Node) (columnar.Ref, bool) {
	x, ok := l.list(n)
	if !ok {
		return 0, false
	}
	count := l.b.Int(int64(len(x.elems)))
	if x.kept != nil {
		count, _ = l.fold(x, l.b.Int(0), func(acc, _ columnar.Ref) (columnar.Ref, bool) {
			return l.b.Op(columnar.Add, columnar.Int, acc, l.b.Int(1)), true
		})
	}
	return l.b.Op(columnar.Then, columnar.Int, x.state, count), true
}
