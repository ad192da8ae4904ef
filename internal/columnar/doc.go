// Package columnar evaluates typed expressions over columns, a batch of 2,048
// rows at a time.
//
// A [Builder] makes one graph of any number of expressions. Equal steps become
// one node, so that what several expressions share is computed once. Build lays
// the graph out as a list of kernels over registers and gives an immutable
// [Program]. An [Evaluator] holds the registers; it is for one goroutine, and
// allocates nothing once it has run.
//
// The rules are those of CEL as cel-go v0.31.0 has them, to the bit. Every
// register has values and two bitmaps: err, the rows where the step failed, and
// unk, those that depend on a missing cell. Values under a set bit are garbage,
// which no kernel minds. With v, e, u for these and ok = ^(e|u):
//
//	strict       e = e1|e2, u = (u1|u2)&^e; the leftmost error, even over an unknown
//	a && b       F = (ok1&^v1)|(ok2&^v2); u = (u1|u2)&^F; e = (e1|e2)&^F&^u; v = ^F
//	a || b       the same with both operands inverted
//	c ? t : f    where c is ok the chosen side's v, e, u; elsewhere those of c
//
// An operation fails only where its operands are ok. One rounding per operation:
// products are converted before they are added, so no compiler may fuse them.
//
// The package knows nothing of catalogues, periods or statuses.
package columnar

//go:generate go run gen.go
