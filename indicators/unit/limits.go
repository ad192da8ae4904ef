package unit

// Limits on codes, which come from catalogues and devices that anyone writes.
const (
	MaxCode     = 512  // bytes of a code, given or derived
	MaxNesting  = 16   // open parentheses
	MaxExponent = 64   // absolute exponent of a unit, and of a base in the result
	MaxTenPower = 300  // absolute exponent of 10*
	MaxScale    = 2048 // bits of a scale's numerator and of its denominator
	maxRoot     = 4    // denominator of an exponent
)
