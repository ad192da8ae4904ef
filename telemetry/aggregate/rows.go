package aggregate

import (
	"iter"
	"sort"
)

// rowList is rows in parts, which are made by several goroutines and while they are in
// the cache.
type rowList struct {
	parts [][]Row
	first []int // number of each part's first row
	n     int
}

// partRows is how many rows a part has that is made as one of several.
const partRows = 1024

// listOf is a list of rows, which it takes over.
func listOf(rows []Row) rowList {
	var l rowList
	l.add(rows)
	return l
}

func (l *rowList) add(rows []Row) {
	if len(rows) > 0 {
		l.parts, l.first = append(l.parts, rows), append(l.first, l.n)
		l.n += len(rows)
	}
}

func (l *rowList) at(i int) *Row {
	k := 0
	if len(l.parts) > 1 {
		k = sort.SearchInts(l.first, i+1) - 1
	}
	return &l.parts[k][i-l.first[k]]
}

func (l *rowList) all() iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		for _, p := range l.parts {
			for i := range p {
				if !yield(&p[i]) {
					return
				}
			}
		}
	}
}

// only is the list without the rows for which f is false; rows move within their part.
func (l *rowList) only(f func(*Row) bool) rowList {
	var out rowList
	for _, p := range l.parts {
		k := 0
		for i := range p {
			if f(&p[i]) {
				p[k] = p[i]
				k++
			}
		}
		clear(p[k:])
		out.add(p[:k])
	}
	return out
}
