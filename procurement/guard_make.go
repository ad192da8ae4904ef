package procurement

import "github.com/almotacen/almotacen/procurement/law"

// Constructors of tests, so that the tables of guards read as sentences.

func yes(f FactName) Test { return Test{Op: OpFact, Fact: f, Want: law.Yes} }
func no(f FactName) Test  { return Test{Op: OpFact, Fact: f, Want: law.No} }
func doc(d ...DocumentKind) Test {
	return Test{Op: OpDocument, Documents: d}
}
func stated(f FactName) Test             { return Test{Op: OpStated, Fact: f} }
func above(f FactName, n int64) Test     { return Test{Op: OpAbove, Fact: f, Number: n} }
func figure(k law.Kind, f FactName) Test { return Test{Op: OpFigure, Figure: k, Fact: f} }
func happened(k Kind) Test               { return Test{Op: OpHappened, Event: k} }
func never(k Kind) Test                  { return Test{Op: OpNever, Event: k} }
func within(s law.Step, since Kind) Test { return Test{Op: OpWithin, Step: s, Event: since} }
func later(s law.Step, since Kind) Test  { return Test{Op: OpAfter, Step: s, Event: since} }
func contractIs(c ...law.Contract) Test  { return Test{Op: OpContract, Contracts: c} }
func custom(c Custom) Test               { return Test{Op: OpCustom, Custom: c} }
func on(k ...Kind) []Kind                { return k }
func in(models ...string) []string       { return models }
func when(t ...Test) []Test              { return t }
func must(t ...Test) []Test              { return t }

// Effects that many guards share.
var (
	annulable  = Text{"anulable (LCSP 40)", "annulable (LCSP 40)"}
	nullNotice = Text{"nulo: contrato sin anuncio preceptivo (LCSP 39.2.c)", "null: contract without the notice due (LCSP 39.2.c)"}
	notCPI     = Text{"no es CPI: fuera de las cifras", "not procurement of innovation: out of the figures"}
	wrongPath  = Text{"procedimiento indebido: anulable", "wrong procedure: annulable"}
	lateOnly   = Text{"fuera de plazo", "out of time"}
	damages    = Text{"incumplimiento: daños y perjuicios", "breach: damages"}
	kept       = Text{"se conserva en el registro y no cambia el estado", "kept in the log; the state does not change"}
)
