package procurement

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/almotacen/almotacen/procurement/law"
)

// words in Spanish and English, by key: names of steps are their TaskID.
var planWords = map[string][2]string{
	string(TaskConsultation): {"Consulta preliminar", "Market consultation"}, string(TaskConsultReport): {"Informe de la consulta", "Consultation report"},
	string(TaskPreparation): {"Preparación del expediente", "Preparation of the file"}, string(TaskApproval): {"Aprobación de expediente y gasto", "Approval of file and spending"},
	string(TaskPriorNotice): {"Anuncio de información previa", "Prior information notice"}, string(TaskDispatch): {"Envío del anuncio a la UE", "Notice sent to the EU"},
	string(TaskReceipt): {"Recepción confirmada por la UE", "Receipt confirmed by the EU"}, string(TaskJournal): {"Publicación en el DOUE", "Publication in the EU Journal"},
	string(TaskPublication): {"Anuncio en el perfil", "Notice in the profile"}, string(TaskRequestsEnd): {"Fin del plazo de solicitudes", "End of requests"},
	string(TaskSelection): {"Selección de candidatos", "Selection of candidates"}, string(TaskInvitation): {"Invitación", "Invitation"},
	string(TaskDialogue): {"Diálogo o negociación", "Dialogue or negotiation"}, string(TaskOffersEnd): {"Fin del plazo de ofertas", "End of offers"},
	string(TaskFinalOffersEnd): {"Fin del plazo de ofertas finales", "End of final offers"}, string(TaskOpening): {"Apertura", "Opening"},
	string(TaskEvaluation): {"Valoración", "Evaluation"}, string(TaskAbnormal): {"Audiencia por baja anormal", "Hearing of low offers"},
	string(TaskDocumentsAsked): {"Requerimiento de documentación", "Documents asked"}, string(TaskDocuments): {"Documentación y garantía", "Documents and guarantee"},
	string(TaskAward): {"Adjudicación", "Award"}, string(TaskAwardNotice): {"Notificación y publicación de la adjudicación", "Award notified and published"},
	string(TaskStandstillEnd): {"Fin del período de espera", "End of the standstill"}, string(TaskFormalisation): {"Formalización", "Formalisation"},
	string(TaskFormalisationEU): {"Envío de la formalización a la UE", "Formalisation sent to the EU"}, string(TaskFormalisationSeen): {"Formalización en el perfil", "Formalisation in the profile"},

	"procedure minor": {"contrato menor", "minor contract"}, "procedure super-simplified": {"abierto simplificado abreviado", "super-simplified"},
	"procedure simplified": {"abierto simplificado", "simplified open"}, "procedure open": {"abierto", "open"}, "procedure restricted": {"restringido", "restricted"},
	"procedure negotiation": {"licitación con negociación", "with negotiation"}, "procedure negotiated-no-notice": {"negociado sin publicidad", "negotiated without notice"},
	"procedure dialogue": {"diálogo competitivo", "competitive dialogue"}, "procedure innovation-partnership": {"asociación para la innovación", "innovation partnership"},
	"procedure precommercial": {"compra pública precomercial", "pre-commercial procurement"},

	"plan": {"Calendario más temprano conforme a derecho", "Earliest lawful calendar"}, "desc": {"Adjudicación: %s. Formalización: %s. La cadena que lo determina: %s.", "Award: %s. Formalisation: %s. What binds it: %s."},
	"step": {"Trámite", "Step"}, "from": {"Desde", "From"}, "to": {"Fecha", "Date"}, "after": {"Después de", "After"}, "source": {"Norma", "Law"}, "float": {"Holgura (días)", "Float (days)"},
	"critical": {"Determina", "Binds"}, "yes": {"sí", "yes"}, "no": {"no", "no"}, "wanted": {"Fecha deseada", "Wanted"}, "slack": {"Margen (días)", "Slack (days)"}, "start": {"Último inicio", "Latest start"},
	"assumptions": {"Supuestos", "Assumptions"}, "overruns": {"Plazos excedidos", "Periods exceeded"}, "early": {"Antes de lo permitido", "Before it was lawful"}, "procedure": {"Procedimiento", "Procedure"},
	"admitted": {"Admitido", "Admitted"}, "open": {"faltan datos", "facts missing"}, "done": {"hecho", "done"}, "none": {"–", "–"},
	"options": {"Calendarios por procedimiento", "Calendars by procedure"}, "reason": {"Motivo", "Reason"}, "lawful from": {"lícito desde el", "lawful from"}, "due by": {"debido hasta el", "due by"}, "more": {"más de %d", "over %d"},
}

// planWord is a word of the plan in a language: "en" and its variants are
// English, every other tag Spanish.
func planWord(key, lang string) string {
	w, ok := planWords[key]
	switch {
	case !ok:
		return key
	case lang == "en" || strings.HasPrefix(lang, "en-"):
		return w[1]
	}
	return w[0]
}

// span is the first and last day to draw.
func (p Plan) span() (from, to law.Date) {
	for i, t := range p.Tasks {
		if i == 0 || t.From.Before(from) {
			from = t.From
		}
		if t.To.After(to) {
			to = t.To
		}
	}
	if !p.Wanted.IsZero() && p.Wanted.After(to) && p.Wanted.Sub(to) < 400 {
		to = p.Wanted
	}
	return from, to
}

// Gantt draws the plan as text, width columns of days (at least 20): = for the
// days of a step, # where the step binds the formalisation, . for its float.
func (p Plan) Gantt(width int, lang string) string {
	width = min(max(width, 20), 400)
	from, to := p.span()
	days := to.Sub(from) + 1
	column := func(d law.Date) int { return min(max(d.Sub(from), 0)*width/days, width-1) }
	labels := 0
	for _, t := range p.Tasks {
		labels = max(labels, utf8.RuneCountInString(planWord(string(t.ID), lang)))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", planWord("plan", lang), planWord("procedure "+p.Procedure.String(), lang))
	for _, t := range p.Tasks {
		line := []byte(strings.Repeat(" ", width))
		mark := byte('=')
		if t.Critical {
			mark = '#'
		}
		if t.Float > 0 {
			for i := column(t.To); i <= column(t.To.AddDays(min(t.Float, max(to.Sub(t.To), 0)))); i++ {
				line[i] = '.'
			}
		}
		for i := column(t.From); i <= column(t.To); i++ {
			line[i] = mark
		}
		label := planWord(string(t.ID), lang)
		fmt.Fprintf(&b, "%s%s %s |%s|\n", label, strings.Repeat(" ", labels-utf8.RuneCountInString(label)), t.To, line)
	}
	fmt.Fprintf(&b, "%s %s", strings.Repeat(" ", labels), from)
	b.WriteString(" |" + strings.Repeat("-", width) + "| " + to.String() + "\n")
	return b.String()
}

// The measures of the drawing, in its own units.
const (
	ganttLabels = 290
	ganttDays   = 650
	ganttRow    = 22
	ganttHead   = 34
)

// SVG draws the plan as one svg element with title and description, fit to be
// put into HTML. Identifiers in it start with "plan-" and the procedure. The
// days of a step are a bar, its float a line; what binds the formalisation is
// dark and marked ▸, so that colour is not needed to see it.
func (p Plan) SVG(lang string) string {
	from, to := p.span()
	days := float64(to.Sub(from) + 1)
	x := func(d law.Date) string {
		return strconv.FormatFloat(ganttLabels+float64(float64(d.Sub(from))/days)*ganttDays, 'f', 1, 64)
	}
	height := ganttHead + len(p.Tasks)*ganttRow + 8
	id := "plan-" + p.Procedure.String()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="%s-title %s-desc" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`, id, id, ganttLabels+ganttDays+20, height)
	fmt.Fprintf(&b, "\n<title id=\"%s-title\">%s</title>\n", id, html.EscapeString(planWord("plan", lang)+": "+planWord("procedure "+p.Procedure.String(), lang)))
	fmt.Fprintf(&b, "<desc id=\"%s-desc\">%s</desc>\n", id, html.EscapeString(p.describe(lang)))
	y, m, _ := from.Civil()
	step := 1 // months between ticks, so that there are a few dozen at most
	for _, s := range []int{3, 12, 120, 1200} {
		if days > float64(24*31*step) {
			step = s
		}
	}
	for d := monthStart(y, m); !d.After(to) && !d.IsZero(); d = d.AddMonths(step) {
		if d.Before(from) {
			continue
		}
		fmt.Fprintf(&b, `<path d="M%s %dV%d" stroke="currentColor" stroke-opacity="0.25"/><text x="%s" y="20" fill="currentColor" font-size="10">%s</text>`+"\n", x(d), ganttHead-8, height-4, x(d), d.String()[:7])
	}
	if !p.Wanted.IsZero() && !p.Wanted.Before(from) && !p.Wanted.After(to) {
		fmt.Fprintf(&b, `<path d="M%s %dV%d" stroke="currentColor" stroke-width="2" stroke-dasharray="4 3"/><text x="%s" y="32" fill="currentColor" font-size="10" text-anchor="end">%s</text>`+"\n",
			x(p.Wanted.AddDays(1)), ganttHead-8, height-4, x(p.Wanted), html.EscapeString(planWord("wanted", lang)))
	}
	for i, t := range p.Tasks {
		top := ganttHead + i*ganttRow
		weight, fill, prefix := "normal", "#9bbad6", ""
		if t.Critical {
			weight, fill, prefix = "bold", "#7a1f1f", "▸ "
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="currentColor" font-weight="%s">%s</text>`, ganttLabels-8, top+15, weight, html.EscapeString(prefix+planWord(string(t.ID), lang)))
		if t.Float > 0 {
			last := minDate(t.To.AddDays(t.Float), to)
			fmt.Fprintf(&b, `<path d="M%s %dH%s" stroke="currentColor" stroke-dasharray="2 2"/>`, x(t.To.AddDays(1)), top+11, x(last.AddDays(1)))
		}
		fmt.Fprintf(&b, `<path d="M%s %dH%sV%dH%sZ" fill="%s" stroke="currentColor" stroke-opacity="0.5"/>`+"\n", x(t.From), top+4, x(t.To.AddDays(1)), top+18, x(t.From), fill)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func monthStart(y int, m time.Month) law.Date {
	d, err := law.NewDate(y, m, 1)
	if err != nil {
		return law.Date{}
	}
	return d
}

func (p Plan) describe(lang string) string {
	chain := make([]string, len(p.Critical))
	for i, id := range p.Critical {
		chain[i] = planWord(string(id), lang)
	}
	return fmt.Sprintf(planWord("desc", lang), p.Award, p.Formalisation, strings.Join(chain, " → "))
}

// HTML is a figure element with the drawing, a table with every date, what
// binds it and its article, the assumptions and the findings.
func (p Plan) HTML(lang string) string {
	var b strings.Builder
	word := func(key string) string { return html.EscapeString(planWord(key, lang)) }
	fmt.Fprintf(&b, "<figure class=\"plan\">\n<figcaption>%s: %s</figcaption>\n%s<table>\n<caption>%s</caption>\n<thead><tr>", word("plan"), word("procedure "+p.Procedure.String()), p.SVG(lang), html.EscapeString(p.describe(lang)))
	for _, key := range []string{"step", "from", "to", "after", "reason", "source", "float", "critical"} {
		fmt.Fprintf(&b, `<th scope="col">%s</th>`, word(key))
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for _, t := range p.Tasks {
		binds, float, critical := word("none"), strconv.Itoa(t.Float), word("no")
		if t.Binds != "" {
			binds = word(string(t.Binds))
		}
		switch {
		case t.Done:
			float = word("done")
		case t.Float >= MaxFloat:
			float = html.EscapeString(fmt.Sprintf(planWord("more", lang), MaxFloat))
		}
		if t.Critical {
			critical = word("yes")
		}
		fmt.Fprintf(&b, "<tr><th scope=\"row\">%s</th><td><time>%s</time></td><td><time>%s</time></td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n",
			word(string(t.ID)), t.From, t.To, binds, html.EscapeString(t.Why.In(lang)), html.EscapeString(t.Source.String()), float, critical)
	}
	b.WriteString("</tbody>\n</table>\n")
	overruns := func(key string, list []Overrun) {
		if len(list) == 0 {
			return
		}
		fmt.Fprintf(&b, "<p>%s</p>\n<ul>\n", word(key))
		for _, o := range list {
			fmt.Fprintf(&b, "<li>%s: <time>%s</time> (<time>%s</time>, %s)</li>\n", word(string(o.Task)), o.On, o.Limit, html.EscapeString(o.Source.String()))
		}
		b.WriteString("</ul>\n")
	}
	overruns("early", p.Early)
	overruns("overruns", p.Overruns)
	if len(p.Assumptions) > 0 {
		fmt.Fprintf(&b, "<p>%s</p>\n<ul>\n", word("assumptions"))
		for _, a := range p.Assumptions {
			fmt.Fprintf(&b, "<li>%s</li>\n", html.EscapeString(a.In(lang)))
		}
		b.WriteString("</ul>\n")
	}
	b.WriteString("</figure>\n")
	return b.String()
}

// OptionsHTML is a table of plans side by side, one row a procedure.
func OptionsHTML(options []PlanOption, lang string) string {
	var b strings.Builder
	word := func(key string) string { return html.EscapeString(planWord(key, lang)) }
	fmt.Fprintf(&b, "<table class=\"plans\">\n<caption>%s</caption>\n<thead><tr>", word("options"))
	for _, key := range []string{"procedure", "admitted", "award", "formalisation", "slack", "start", "critical"} {
		fmt.Fprintf(&b, `<th scope="col">%s</th>`, word(key))
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for _, o := range options {
		admitted := word("yes")
		if o.Admitted.Open() || o.Admitted.Outcome == Unsettled {
			admitted = word("open")
		}
		fmt.Fprintf(&b, "<tr><th scope=\"row\">%s</th><td>%s</td>", word("procedure "+o.Procedure.String()), admitted)
		if o.Err != nil {
			fmt.Fprintf(&b, "<td colspan=\"5\" lang=\"en\">%s</td></tr>\n", html.EscapeString(o.Err.Error()))
			continue
		}
		slack, start := word("none"), word("none")
		if !o.Plan.Wanted.IsZero() {
			slack = strconv.Itoa(o.Plan.Slack)
		}
		if !o.Plan.LatestStart.IsZero() {
			start = o.Plan.LatestStart.String()
		}
		var binds []string
		for _, t := range o.Plan.Tasks {
			if t.Critical && t.Source.Act != "" && t.To.After(t.From) {
				binds = append(binds, planWord(string(t.ID), lang)+" ("+t.Source.String()+")")
			}
		}
		fmt.Fprintf(&b, "<td><time>%s</time></td><td><time>%s</time></td><td>%s</td><td>%s</td><td>%s</td></tr>\n", o.Plan.Award, o.Plan.Formalisation, slack, start, html.EscapeString(strings.Join(binds, "; ")))
	}
	b.WriteString("</tbody>\n</table>\n")
	return b.String()
}
