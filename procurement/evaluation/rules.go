package evaluation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/procurement/law"
)

// Kind is how a criterion is quantified (LCSP 146.2).
type Kind uint8

// The kinds.
const (
	Formula   Kind = iota // by mere application of a formula of the pliego
	Judgement             // it depends on a value judgement; evaluated first
)

// String is "formula" or "judgement".
func (k Kind) String() string {
	if k == Judgement {
		return "judgement"
	}
	return "formula"
}

// Rules are what the pliego says of evaluation.
type Rules struct {
	Budget   law.Money // presupuesto base de licitación of the lot, without VAT
	Figures  []Figure  // what an offer states beside its price
	Criteria []Criterion
	Rounding Rounding
	Abnormal Abnormal
	Ties     []TieRule // none: LCSP 147.2 rules
	// Quality is the least share of the points of qualitative criteria to go on, in hundredths,
	// where the procedure has phases: at least 50 (LCSP 146.3). 0: no such phase.
	Quality int
}

// Figure is a number or a yes that an offer states, a variable of the formulas.
type Figure struct {
	ID    string // a CEL identifier: warranty_months
	Name  string
	YesNo bool // bool in formulas; otherwise double
}

// Criterion is a criterion for the award.
type Criterion struct {
	ID, Name string
	Kind     Kind
	Points   Points // the most it gives
	Minimum  Points // less excludes the offer; 0 none
	Cost     bool   // it is related to costs; the others are qualitative (LCSP 145.2)
	// Formula gives the points in CEL. Variables, all double but where said:
	//	price                        of this offer, euros without VAT
	//	<figure>                     of this offer; bool for a yes or no
	//	min_, max_, mean_<figure>    over the offers that are not excluded, price too
	//	budget                       the base budget, euros without VAT
	//	points                       what the criterion gives at most
	//	offers                       int, the number of offers that are not excluded
	Formula string
}

// Abnormal says how offers that may be abnormally low are found (LCSP 149.2).
type Abnormal struct {
	// Formula of the pliego over the variables of Criterion.Formula and total, min_total,
	// max_total, mean_total, the points; it gives a bool. Needed with several criteria
	// (149.2.b). Empty with price as the only criterion: RGLCAP 85.
	Formula string
	Third   bool // the pliego cuts the percentages of RGLCAP 85 by a third (85.5)
}

// Scheme is a set of rules with its formulas compiled. Immutable; safe for concurrent use.
type Scheme struct {
	rules    Rules
	budget   int64         // cents
	formulas []*expression // by criterion; nil for judgement
	abnormal *expression
}

const (
	maxCriteria = 200
	maxFigures  = 200
	maxOffers   = 10_000
)

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// New checks rules and compiles their formulas. The error is [Errors], with every problem.
func New(r Rules) (*Scheme, error) {
	var errs Errors
	bad := func(criterion, format string, a ...any) {
		errs = append(errs, &Error{Kind: ErrRules, Criterion: criterion, Msg: fmt.Sprintf(format, a...)})
	}
	s := &Scheme{rules: r}
	s.rules.Figures, s.rules.Criteria, s.rules.Ties = slices.Clone(r.Figures), slices.Clone(r.Criteria), slices.Clone(r.Ties)
	cents, err := r.Budget.NetEuros("the base budget")
	if err != nil {
		errs = append(errs, &Error{Kind: ErrRules, Msg: err.Error(), Err: err})
	} else if cents == 0 {
		bad("", "a budget of zero")
	}
	s.budget = cents
	if len(r.Criteria) == 0 || len(r.Criteria) > maxCriteria || len(r.Figures) > maxFigures {
		bad("", "%d criteria and %d figures; from 1 to %d criteria and at most %d figures", len(r.Criteria), len(r.Figures), maxCriteria, maxFigures)
		return nil, errs
	}
	if d := r.Rounding.decimals(); d < 0 || d > 6 || r.Rounding.Mode > Down {
		bad("", "rounding to %d decimals, mode %d; from 0 to 6, and one of the modes", d, r.Rounding.Mode)
	}
	if r.Quality != 0 && (r.Quality < 50 || r.Quality > 100) {
		errs = append(errs, &Error{Kind: ErrRules, Article: "LCSP 146.3", Msg: fmt.Sprintf("a threshold of %d %% of quality to go on; it is at least 50", r.Quality)})
	}
	names := map[string]bool{"price": true, "budget": true, "points": true, "offers": true, "total": true}
	for _, f := range r.Figures {
		aggregate := strings.HasPrefix(f.ID, "min_") || strings.HasPrefix(f.ID, "max_") || strings.HasPrefix(f.ID, "mean_")
		if !identifier.MatchString(f.ID) || aggregate || names[f.ID] || slices.Contains(celWords, f.ID) {
			bad("", "figure %.64q: a new name of a-z, 0-9 and _, not of CEL, without the prefixes min_, max_, mean_", f.ID)
		}
		names[f.ID] = true
	}
	ids := map[string]bool{}
	for _, c := range r.Criteria {
		if c.ID == "" || ids[c.ID] {
			bad(c.ID, "every criterion has an id of its own")
		}
		ids[c.ID] = true
		if c.Points <= 0 || c.Points > maxPoints/maxCriteria {
			bad(c.ID, "gives %s points; more than 0 and at most %s", c.Points, maxPoints/maxCriteria)
		}
		if c.Minimum < 0 || c.Minimum > c.Points {
			bad(c.ID, "a minimum of %s of %s points", c.Minimum, c.Points)
		}
		s.formulas = append(s.formulas, nil)
		switch {
		case c.Kind == Judgement && c.Formula != "":
			bad(c.ID, "a criterion of judgement has no formula")
		case c.Kind == Judgement:
		case c.Formula == "":
			bad(c.ID, "no formula")
		default:
			x, problems := s.compile(c.Formula, false, false)
			s.formulas[len(s.formulas)-1] = x
			for _, e := range problems {
				e.Criterion = c.ID
				errs = append(errs, e)
			}
		}
	}
	for _, t := range r.Ties {
		if t.ID == "" || !strings.HasPrefix(t.Article, "147.1.") || len(t.Article) != len("147.1.a") || t.Article[6] < 'a' || t.Article[6] > 'e' {
			errs = append(errs, &Error{Kind: ErrRules, Article: "LCSP 147.1", Msg: fmt.Sprintf("tie rule %.64q under %.16q; the pliego may use letters 147.1.a to e", t.ID, t.Article)})
		}
	}
	switch onlyPrice := len(r.Criteria) == 1 && r.Criteria[0].Cost; {
	case r.Abnormal.Formula != "":
		x, problems := s.compile(r.Abnormal.Formula, true, true)
		s.abnormal = x
		for _, e := range problems {
			e.Msg = "formula for abnormally low offers: " + e.Msg
			errs = append(errs, e)
		}
	case !onlyPrice:
		errs = append(errs, &Error{Kind: ErrRules, Article: "LCSP 149.2.b", Msg: "with several criteria the pliego sets the parameters for abnormally low offers; write Abnormal.Formula"})
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// Shares are what the law asks of the weights of criteria: judgement outweighing formulas needs
// a committee of experts (LCSP 146.2.a); quality is at least 51 % in intellectual services and
// those of annex IV (145.4); judgement is at most 25 % in the simplified procedure, 45 % where
// the service is intellectual (159.1.b).
type Shares struct{ Total, Judgement, Quality Points }

// Shares of the points. Quality is all that is not related to costs (145.2).
func (s *Scheme) Shares() Shares {
	var out Shares
	for _, c := range s.rules.Criteria {
		out.Total += c.Points
		if c.Kind == Judgement {
			out.Judgement += c.Points
		}
		if !c.Cost {
			out.Quality += c.Points
		}
	}
	return out
}

// celWords are the reserved words of CEL.
var celWords = []string{"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "namespace",
	"null", "package", "return", "true", "var", "void", "while"}
