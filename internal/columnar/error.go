package columnar

// The errors of kernels. Code 0 is none; node r has the codes from r*errors+1 on,
// and those of calls follow after the last node.
const (
	intOverflow = iota
	uintOverflow
	divisionByZero
	modulusByZero
	zeroDenominator
	unorderedMax
	unorderedMin
	unorderedMaxOf
	unorderedMinOf
	timeOverflow
	errors // how many
)

var errorTexts = [errors]string{
	"integer overflow", "unsigned integer overflow", "division by zero", "modulus by zero", "zero denominator",
	"NaN values cannot be ordered: math.@max", "NaN values cannot be ordered: math.@min", "no such overload: math.@max", "no such overload: math.@min", "timestamp overflow",
}

// Error is the text of an error code, and the node that failed.
func (e *Evaluator) Error(code uint32) (text string, at Ref) {
	if code == 0 {
		return "", -1
	}
	code--
	if r := code / errors; int(r) < len(e.p.nodes) {
		return errorTexts[code%errors], Ref(r)
	}
	x := e.at[int(code)-len(e.p.nodes)*errors]
	return x.text, x.node
}

// dynamic is the code of an error whose text is made by a row.
func (e *Evaluator) dynamic(s *step, text string) uint32 {
	k := callError{Ref((s.code - 1) / errors), text}
	if c, ok := e.index[k]; ok {
		return c
	}
	c := uint32(len(e.p.nodes)*errors+len(e.at)) + 1
	e.at = append(e.at, k)
	e.index[k] = c
	return c
}
