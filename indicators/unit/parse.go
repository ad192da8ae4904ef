package unit

import (
	"math/big"
	"strconv"
	"strings"
)

// comp is one factor of a code: a number, a symbol or an annotation, raised to
// exp. Parentheses and solidi are gone: their sign is in exp.
type comp struct {
	sym        string   // "km", "{person}", "kEUR@2020"; empty for a number
	num        *big.Rat // the number, or what stands before an annotation or currency; nil is 1
	scale      *big.Rat // of sym, in coherent bases
	pi         int
	dim        vector
	atom       *atom // nil for numbers, annotations and currencies
	exp        frac
	sign       int  // what the solidi and parentheses made of exp
	fraction   bool // the exponent was written as ^(n/d)
	start, end int  // bytes of the input, without the operator
}

// parser reads the UCUM grammar (UCUM 2.2 §2.1) with the extensions that the
// package comment names. It is used once.
type parser struct {
	in    string
	pos   int
	reg   Registry
	any   bool // annotations were checked before: take them all
	quiet bool // no suggestions: this is one being tried
	table map[string]*atom
	out   []comp
}

func (p *parser) fail(col int, code string, err error, msg, want string) *ParseError {
	return &ParseError{Code: code, Input: cut(p.in, 80), Column: col + 1, Msg: msg, Want: want, Err: err}
}

func (p *parser) syntax(col int, msg, want string) *ParseError {
	return p.fail(col, "syntax", ErrSyntax, msg, want)
}

func (p *parser) peek() byte {
	if p.pos < len(p.in) {
		return p.in[p.pos]
	}
	return 0
}

func (p *parser) parse() ([]comp, *ParseError) {
	if len(p.in) > MaxCode {
		return nil, p.fail(MaxCode, "limit", ErrLimit,
			"the code has "+strconv.Itoa(len(p.in))+" bytes", "at most "+strconv.Itoa(MaxCode))
	}
	if p.in == "" {
		return nil, p.syntax(0, "the code is empty", `"1" for a pure number`)
	}
	for i := range len(p.in) {
		if c := p.in[i]; c < 33 || c > 126 {
			return nil, p.syntax(i, "a code holds visible ASCII characters only", p.rewrite())
		}
	}
	sign := 1
	if p.peek() == '/' {
		p.pos++
		sign = -1
	}
	if err := p.term(sign, 1, 0); err != nil {
		return nil, err
	}
	if p.pos < len(p.in) { // only ")" stops a term early
		return nil, p.syntax(p.pos, `")" closes nothing`, "as many ( as )")
	}
	return p.out, nil
}

// term reads components and operators, left to right at one precedence. first
// is the sign of the first component, outer that of the whole term.
func (p *parser) term(first, outer, depth int) *ParseError {
	sign := first * outer
	for {
		if err := p.component(sign, depth); err != nil {
			return err
		}
		switch p.peek() {
		case '.':
			sign = outer
		case '/':
			sign = -outer
		case 0, ')':
			return nil
		case '*':
			return p.syntax(p.pos, `"*" is no operator`, `"." for a product`)
		case '(', '{', '[':
			return p.syntax(p.pos, "an operator is missing before "+quote(p.in[p.pos:p.pos+1]), `"." or "/" before it`)
		default:
			return p.syntax(p.pos, quote(p.in[p.pos:])+" cannot follow a unit", `"." or "/" between units`)
		}
		p.pos++
	}
}

func (p *parser) component(sign, depth int) *ParseError {
	start := p.pos
	switch c := p.peek(); {
	case c == '(':
		if depth == MaxNesting {
			return p.fail(start, "limit", ErrLimit, "parentheses are nested too deeply",
				"at most "+strconv.Itoa(MaxNesting)+" open at once")
		}
		p.pos++
		if err := p.term(1, sign, depth+1); err != nil {
			return err
		}
		if p.peek() != ')' {
			return p.syntax(start, `"(" is not closed`, `")" after the last unit`)
		}
		p.pos++
		if c := p.peek(); isDigit(c) || c == '+' || c == '-' || c == '^' {
			return p.syntax(p.pos, "an exponent follows a unit, not parentheses", "it after each unit inside them")
		}
		return nil
	case c == '{':
		return p.annotation(start, nil, sign)
	case isDigit(c):
		return p.number(sign)
	case c == '.' || c == '/' || c == ')':
		return p.syntax(start, "a unit is missing before "+quote(string(c)), `a unit, or "1"`)
	case c == '+' || c == '-':
		return p.syntax(start, "a sign stands only before an exponent", "a number without sign")
	case c == 0:
		if start > 0 && p.in[start-1] == '(' {
			return p.syntax(start-1, `"(" is not closed`, `")" after the last unit`)
		}
		return p.syntax(start, "the code ends where a unit should follow", "a unit after the operator, or nothing")
	case c == '"' || c == '=' || c == '}' || c == ']' || c == '^' || c == '*':
		return p.syntax(start, quote(string(c))+" begins no unit", p.rewrite())
	}
	return p.symbol(sign)
}

// number reads an integer, a power of ten, or either before an annotation.
func (p *parser) number(sign int) *ParseError {
	start := p.pos
	digits := p.digits()
	var v *big.Rat
	if c := p.peek(); c == '*' || c == '^' {
		if digits != "10" {
			return p.syntax(p.pos, "only 10 takes an exponent that way", "10*3, or the number in full")
		}
		p.pos++
		esign, at := 1, p.pos
		if c := p.peek(); c == '+' || c == '-' {
			if c == '-' {
				esign = -1
			}
			p.pos++
		}
		e := 1
		if ds := p.digits(); ds != "" {
			if e = small(ds, MaxTenPower); e < 0 {
				return p.fail(at, "limit", ErrLimit, "the power of ten is out of range", "an exponent of at most "+strconv.Itoa(MaxTenPower))
			}
		} else if p.pos > at {
			return p.syntax(at, "an exponent is missing after the sign", "10*3 or 10*-3")
		}
		v = powRat(big.NewRat(10, 1), e*esign)
	} else {
		n, ok := new(big.Int).SetString(digits, 10)
		if !ok || n.Sign() == 0 {
			return p.syntax(start, "a factor of zero is no unit", "a positive integer")
		}
		v = new(big.Rat).SetInt(n)
		if c == '+' || c == '-' {
			return p.syntax(p.pos, "a number takes no exponent", "10*3 for a thousand, or the number in full")
		}
	}
	if c := p.peek(); c == '{' {
		return p.annotation(start, v, sign)
	} else if (c == 'k' || c == 'M') && p.pos+1 < len(p.in) && p.in[p.pos+1] == '{' {
		p.pos++
		return p.annotation(start, new(big.Rat).Mul(v, prefixValue(string(c))), sign)
	} else if isSymbol(c) {
		return p.syntax(p.pos, "an operator is missing after the number", p.in[start:p.pos]+"."+cut(p.in[p.pos:], 40))
	}
	if checkScale(v) == nil {
		return p.fail(start, "limit", ErrLimit, "the number is too large", "at most "+strconv.Itoa(MaxScale)+" bits")
	}
	p.out = append(p.out, comp{num: v, exp: frac{sign, 1}, sign: sign, start: start, end: p.pos})
	return nil
}

// annotation reads {name}. pre is the number or prefix before it, from start.
func (p *parser) annotation(start int, pre *big.Rat, sign int) *ParseError {
	open := p.pos
	n := strings.IndexAny(p.in[open+1:], "{}")
	if n < 0 || p.in[open+1+n] == '{' {
		return p.syntax(open, `"{" is not closed`, `"}" after the annotation`)
	}
	name := p.in[open+1 : open+1+n]
	p.pos = open + n + 2
	if name == "" {
		return p.syntax(open, "the annotation is empty", "a registered name, as in {person}")
	}
	if !p.any && !p.reg.has(name) {
		return p.fail(open, "annotation", ErrAnnotation, "annotation {"+cut(name, 40)+"} is not registered", p.nearestAnnotation(name))
	}
	at := p.pos
	exp, perr := p.exponent(sign)
	if perr != nil {
		return perr
	}
	if p.pos > at && exp == (frac{sign, 1}) {
		return p.syntax(at, "a digit follows an annotation", `"." or "/" between units, or nothing`)
	}
	if pre != nil && exp != (frac{sign, 1}) {
		return p.syntax(at, "an exponent after a counted annotation is ambiguous", "the factors one by one")
	}
	p.out = append(p.out, comp{sym: "{" + name + "}", num: pre, scale: big.NewRat(1, 1),
		dim: vector{{"{" + name + "}", frac{1, 1}}}, exp: exp, sign: sign, start: start, end: p.pos})
	return nil
}

// symbol reads a unit with its prefix and exponent.
func (p *parser) symbol(sign int) *ParseError {
	start := p.pos
	sym, perr := p.lexSymbol()
	if perr != nil {
		return perr
	}
	c := comp{sym: sym, sign: sign, start: start}
	prefix, a, ok := resolveIn(p.table, sym)
	if p.peek() == '{' {
		if sym == "k" || sym == "M" {
			return p.annotation(start, prefixValue(sym), sign)
		}
		if ok {
			return p.syntax(p.pos, "an annotation cannot follow a unit: here it would count as a unit of its own",
				`"/" or "." before it, or leave it out`)
		}
	}
	if ok {
		c.atom, c.scale, c.pi, c.dim = a, a.scale, a.pi, a.dim
		if prefix != nil {
			c.scale = new(big.Rat).Mul(prefix, a.scale)
		}
	} else if pre, code, year, isMoney := splitCurrency(sym); isMoney {
		base := code
		if year != "" {
			base += "@" + year
		}
		c.sym, c.scale, c.dim = base, big.NewRat(1, 1), vector{{base, frac{1, 1}}}
		if pre != "" {
			c.num = prefixValue(pre)
		}
	} else {
		return p.fail(start, "unknown", ErrUnknown, "unknown unit "+quote(sym), p.nearest(start, sym))
	}
	c.fraction = p.peek() == '^'
	if c.exp, perr = p.exponent(sign); perr != nil {
		return perr
	}
	c.end = p.pos
	p.out = append(p.out, c)
	return nil
}

// lexSymbol reads up to an operator, a digit or a brace; inside square
// brackets every character belongs to the symbol, and after @ the digits do.
func (p *parser) lexSymbol() (string, *ParseError) {
	start := p.pos
	for p.pos < len(p.in) {
		switch c := p.in[p.pos]; {
		case c == '[':
			n := strings.IndexByte(p.in[p.pos:], ']')
			if n < 0 {
				return "", p.syntax(p.pos, `"[" is not closed`, `"]" after the symbol`)
			}
			p.pos += n + 1
		case c == '@':
			p.pos++
			p.digits()
		case isSymbol(c):
			p.pos++
		default:
			return p.in[start:p.pos], nil
		}
	}
	return p.in[start:p.pos], nil
}

// exponent reads [+-]digits or ^(n/d); without one it is 1. The result has the
// sign of the component.
func (p *parser) exponent(sign int) (frac, *ParseError) {
	at := p.pos
	if p.peek() == '^' {
		return p.fraction(sign)
	}
	esign := 1
	if c := p.peek(); c == '+' || c == '-' {
		if c == '-' {
			esign = -1
		}
		p.pos++
	}
	ds := p.digits()
	if ds == "" {
		if p.pos > at {
			return frac{}, p.syntax(at, "an exponent is missing after the sign", "m2 or s-1")
		}
		return frac{sign, 1}, nil
	}
	e := small(ds, MaxExponent)
	if e < 0 {
		want := "at most " + strconv.Itoa(MaxExponent)
		if len(ds) == 4 && at >= 3 && isCurrency(p.in[at-3:at]) {
			want = p.in[at-3:at] + "@" + ds + " for prices of " + ds
		}
		return frac{}, p.fail(at, "limit", ErrLimit, "exponent "+cut(ds, 20)+" is out of range", want)
	}
	if e == 0 {
		return frac{}, p.syntax(at, "exponent 0 makes the unit vanish", `the code without it, or "1"`)
	}
	return frac{e * esign * sign, 1}, nil
}

// fraction reads ^(n/d), this package's spelling of a root.
func (p *parser) fraction(sign int) (frac, *ParseError) {
	at := p.pos
	bad := func() (frac, *ParseError) {
		return frac{}, p.syntax(at, `after "^" comes a fraction in parentheses`, "m2 for a square, m^(1/2) for a root")
	}
	rest, ok := strings.CutPrefix(p.in[p.pos:], "^(")
	if !ok {
		return bad()
	}
	body, _, ok := strings.Cut(rest, ")")
	num, den, ok2 := strings.Cut(body, "/")
	if !ok || !ok2 {
		return bad()
	}
	esign := 1
	if n, neg := strings.CutPrefix(num, "-"); neg {
		num, esign = n, -1
	}
	if !allDigits(num) || !allDigits(den) {
		return bad()
	}
	n, d := small(num, MaxExponent), small(den, maxRoot)
	if n <= 0 || d <= 0 {
		return frac{}, p.fail(at, "limit", ErrLimit, "the fraction is out of range",
			"a numerator of 1–"+strconv.Itoa(MaxExponent)+" and a denominator of 1–"+strconv.Itoa(maxRoot))
	}
	p.pos += len("^(") + len(body) + len(")")
	return newFrac(n*esign*sign, d), nil
}

func (p *parser) digits() string {
	start := p.pos
	for isDigit(p.peek()) {
		p.pos++
	}
	return p.in[start:p.pos]
}

// small reads a number up to limit, or -1. Leading zeros are harmless.
func small(ds string, limit int) int {
	n := 0
	for i := range len(ds) {
		if n = n*10 + int(ds[i]-'0'); n > limit {
			return -1
		}
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isSymbol says whether c may be in a symbol outside brackets (UCUM §3, less
// the characters that this grammar gives a meaning of their own).
func isSymbol(c byte) bool {
	return c > 32 && c < 127 && !isDigit(c) && !strings.ContainsRune(`"()+-./=]{}^*`, rune(c))
}
