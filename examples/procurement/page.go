package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/procurement"
	"github.com/almotacen/almotacen/procurement/evaluation"
	"github.com/almotacen/almotacen/procurement/law"
)

type file struct {
	name, what string
	data       []byte
}

// files are what the example writes; the same bytes whenever and wherever it runs.
func (s *story) files() ([]file, error) {
	shared, err := json.MarshalIndent(s.sharing, "", "  ")
	if err != nil {
		return nil, err
	}
	page, err := s.page()
	if err != nil {
		return nil, err
	}
	figures, err := s.figures()
	if err != nil {
		return nil, err
	}
	return []file{
		{"figures.csv", "the case as figures of the city", figures},
		{"index.html", "the whole case on one page", []byte(page)},
		{"case.json", "the case: Rules.Decode reads it", append(s.c.AppendJSON(nil), '\n')},
		{"findings.txt", "what the checks say of every act", []byte(s.findingsText())},
		{"next.txt", "what can be done, on two days", []byte(s.nextText())},
		{"plan.txt", "the earliest lawful calendar", []byte(s.plan.Gantt(72, "es") + "\n" + s.plan.Explain("es"))},
		{"scores.txt", "every point of every offer", []byte(s.heard.String() + "\n" + s.sheet.String())},
		{"sharing.json", "who keeps what of the results", append(shared, '\n')},
	}, nil
}

// figures are those of a city that has this case only. The case does not say
// which firms are start-ups: their figures are missing, not zero.
func (s *story) figures() ([]byte, error) {
	records := s.c.AwardRecords(asked)
	for i := range records {
		r := &records[i]
		r.SME = law.TruthOf(r.Supplier != universidad)
		r.RightsKept = s.sharing[slices.Index(partners, r.Supplier)].RightsKept()
	}
	consultation, _ := s.c.ConsultationRecord(asked)
	c, err := procurement.Figures(procurement.FiguresConfig{Entity: "valdeoca", From: 2023, To: 2025, Since: day("2019-01-01"), Until: day("2025-12-31"),
		Awards: records, Consultations: []procurement.ConsultationRecord{consultation}})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = cube.WriteCSV(&b, c, cube.WriteConfig{})
	return b.Bytes(), err
}

func (s *story) findingsText() string {
	var b strings.Builder
	for _, f := range s.findings {
		fmt.Fprintf(&b, "%s\n", f.Message("es"))
	}
	for _, x := range s.sharing {
		for _, f := range x.StateAid() {
			fmt.Fprintf(&b, "%s; %s\n", f.Message("es"), x.Party)
		}
	}
	return b.String()
}

func (s *story) nextText() string {
	var b strings.Builder
	write := func(on string, options []procurement.Option) {
		fmt.Fprintf(&b, "El %s se puede:\n", on)
		for _, o := range options {
			fmt.Fprintf(&b, "- %s", o.Kind.Info().Label.ES)
			if o.Party != "" {
				fmt.Fprintf(&b, ", %s", o.Party)
			}
			if o.Phase > 0 {
				fmt.Fprintf(&b, ", fase %d", o.Phase)
			}
			fmt.Fprintf(&b, " (%s; %s)", o.Actor.Label().ES, o.Source)
			if !o.Until.IsZero() {
				fmt.Fprintf(&b, "; hasta el %s", o.Until)
			}
			for _, m := range o.Needs {
				fmt.Fprintf(&b, "; hace falta: %s", m.Label().ES)
			}
			for i := range o.Breaches {
				fmt.Fprintf(&b, "; EN CONTRA: %s", o.Breaches[i].Message("es"))
			}
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	write(suspended.String()+", con un recurso contra la adjudicación,", s.suspended)
	write(asked.String(), s.next)
	return b.String()
}

const style = `
*,*::before,*::after{box-sizing:border-box}
body{margin:0;color:#1a1a1a;background:#fff;font:17px/1.55 system-ui,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:74rem;margin:0 auto;padding:1rem clamp(1rem,4vw,2.5rem)}
h1,h2,h3{line-height:1.2;text-wrap:balance}h1{font-size:clamp(1.7rem,1.2rem + 2vw,2.6rem);margin-bottom:.4rem}
h2{margin-top:3rem;padding-top:.8rem;border-top:3px solid #1d5c6b}
p,main>ul,dl{max-width:48rem}a{color:#0b5566}
.invented{border-left:5px solid #8a5a00;background:#fff7e6;padding:.6rem 1rem;max-width:48rem}
nav ul{padding-left:1.2rem}nav li{padding:.15rem 0}nav a{display:inline-block;min-height:24px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.6rem 2rem;max-width:none}
.facts dt{color:#4a4a4a;font-size:.85rem}.facts dd{margin:0;font-weight:600}
.wide{overflow-x:auto;max-width:100%}.wide:focus-visible{outline:3px solid #0b5566}
.wide>svg,.wide figure>svg{min-width:56rem;max-width:none}
figure{margin:0}figcaption{font-weight:600;margin:.4rem 0}
table{border-collapse:collapse;font-size:.92rem;margin:.8rem 0}caption{text-align:left;font-weight:600;padding:.3rem 0}
td,th{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:normal}td.n{text-align:right;font-variant-numeric:tabular-nums}
.breach{color:#8f1d1d}.unknown{color:#6b4e00}.ok{color:#1f5c2e}
summary{cursor:pointer;padding:.4rem 0;min-height:24px}
.case-timeline>svg,.case-timeline>table{display:block;overflow-x:auto}
@media print{nav{display:none}.wide>svg,.wide figure>svg{min-width:0;max-width:100%}}
`

// page is the case as one page, complete in itself, without scripts.
func (s *story) page() (string, error) {
	e := html.EscapeString
	model, err := procurement.ModelByID(s.c.Status(asked).Model)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html lang=\"es\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	fmt.Fprintf(&b, "<title>Expediente %s: asociación para la innovación</title>\n<style>%s</style>\n</head>\n<body>\n", caseID, style)
	fmt.Fprintf(&b, "<header>\n<h1>Ruido en la calle: una asociación para la innovación, de la idea a la compra</h1>\n")
	b.WriteString("<p class=\"invented\"><strong>Todo es inventado:</strong> el municipio, las empresas, la universidad, las fechas y los importes. La ley es la real. Es un modelo para programas, no asesoramiento jurídico: ✓ artículo leído, ◐ fuente secundaria, ○ sin verificar.</p>\n")
	count := map[procurement.Verdict]int{}
	for _, f := range s.findings {
		count[f.Verdict]++
	}
	b.WriteString("<dl class=\"facts\">\n")
	for _, x := range [][2]string{{"Expediente", caseID}, {"Día de la consulta", asked.String()}, {"Estado", s.c.Status(asked).Case.Info().Label.ES},
		{"Socios", "tres, uno descartado"}, {"Comprobaciones", fmt.Sprintf("%d correctas, %d infracciones, %d sin determinar", count[procurement.OK], count[procurement.Breach], count[procurement.Unknown])}} {
		fmt.Fprintf(&b, "<div><dt>%s</dt><dd>%s</dd></div>\n", e(x[0]), e(x[1]))
	}
	b.WriteString("</dl>\n<nav aria-label=\"Contenido\"><ul>\n")
	sections := [][2]string{{"cronologia", "Cronología, comprobaciones y qué se puede hacer"}, {"pendientes", "Lo que no está claro"}, {"plan", "El calendario previsto"},
		{"puntos", "La valoración de las ofertas"}, {"fases", "El paso de fase"}, {"reparto", "Propiedad de los resultados y reparto de riesgos"}, {"modelo", "El procedimiento, dibujado"}}
	for _, x := range sections {
		fmt.Fprintf(&b, "<li><a href=\"#%s\">%s</a></li>\n", x[0], e(x[1]))
	}
	b.WriteString("</ul></nav>\n</header>\n<main>\n")
	section := func(i int, body string) {
		fmt.Fprintf(&b, "<section id=\"%s\" aria-labelledby=\"%[1]s-t\">\n<h2 id=\"%[1]s-t\">%s</h2>\n%s</section>\n", sections[i][0], e(sections[i][1]), body)
	}
	timeline := s.c.Timeline(procurement.TimelineConfig{At: asked, Lang: "es"})
	timeline = strings.NewReplacer("<h3>", "<h4>", "</h3>", "</h4>", "<h2>", "<h3>", "</h2>", "</h3>").Replace(timeline) // one level down
	section(0, scroll("Cronología", timeline))
	section(1, s.unclear())
	section(2, fmt.Sprintf("<p>Hecho el %s, con el expediente recién aprobado: adjudicar lo antes el %s y firmar el %s. Se adjudicó el 2024-03-05; el recurso llevó la firma al 2024-05-14.</p>\n%s",
		approved, s.plan.Award, s.plan.Formalisation, scroll("Calendario", s.plan.HTML("es"))))
	section(3, scores(s.sheet))
	section(4, s.gateTable())
	section(5, s.sharingTable())
	section(6, scroll("Dibujo del procedimiento", model.SVG("es")))
	b.WriteString("</main>\n<footer><p>Hecho con almotacén.</p></footer>\n</body>\n</html>\n")
	return b.String(), nil
}

// scroll lets what is wide scroll by itself, also with the keyboard.
func scroll(label, body string) string {
	return fmt.Sprintf("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n%s\n</div>\n", html.EscapeString(label), body)
}

func (s *story) unclear() string {
	var b strings.Builder
	b.WriteString("<p>Ninguna infracción se esconde y nada que falte se da por bueno. Esto es lo que la ley o el expediente dejan abierto:</p>\n<ul>\n")
	n := 0
	for _, f := range s.findings {
		if f.Verdict != procurement.OK {
			fmt.Fprintf(&b, "<li class=\"%s\">%s</li>\n", f.Verdict, html.EscapeString(f.Message("es")))
			n++
		}
	}
	for _, x := range s.sharing {
		for _, f := range x.StateAid() {
			if f.Verdict != procurement.OK {
				fmt.Fprintf(&b, "<li class=\"%s\">%s: %s</li>\n", f.Verdict, html.EscapeString(x.Party), html.EscapeString(f.Message("es")))
				n++
			}
		}
	}
	if n == 0 {
		b.WriteString("<li>Nada.</li>\n")
	}
	b.WriteString("</ul>\n")
	return b.String()
}

// scores is the sheet in Spanish, with the reason or formula of every point.
func scores(s *evaluation.Sheet) string {
	e := html.EscapeString
	var b strings.Builder
	b.WriteString("<p>Los juicios de valor constaban antes de abrir el sobre de las fórmulas (LCSP 146.2). Cada punto lleva su motivo o su fórmula.</p>\n")
	var t strings.Builder
	t.WriteString("<table>\n<caption>Puntos por criterio</caption>\n<thead><tr><th scope=\"col\">Puesto</th><th scope=\"col\">Licitador</th>")
	for _, l := range s.Scores[0].Lines {
		fmt.Fprintf(&t, "<th scope=\"col\">%s (de %s)</th>", e(l.Name), l.Max)
	}
	t.WriteString("<th scope=\"col\">Total</th></tr></thead>\n<tbody>\n")
	for _, sc := range s.Scores {
		fmt.Fprintf(&t, "<tr><td class=\"n\">%d</td><th scope=\"row\">%s</th>", sc.Rank, e(sc.Bidder))
		for _, l := range sc.Lines {
			fmt.Fprintf(&t, "<td class=\"n\">%s</td>", l.Points)
		}
		fmt.Fprintf(&t, "<td class=\"n\"><strong>%s</strong></td></tr>\n", sc.Total)
	}
	t.WriteString("</tbody>\n</table>\n")
	b.WriteString(scroll("Puntos por criterio", t.String()))
	for _, sc := range s.Scores {
		fmt.Fprintf(&b, "<details><summary>Por qué %s tiene %s puntos</summary>\n<ul>\n", e(sc.Bidder), sc.Total)
		for _, l := range sc.Lines {
			why := l.Reason
			if l.Kind == evaluation.Formula {
				var in []string
				for _, v := range l.Inputs {
					in = append(in, fmt.Sprintf("%s = %g", v.ID, v.Number))
				}
				why = fmt.Sprintf("%s, con %s", l.Formula, strings.Join(in, ", "))
			}
			fmt.Fprintf(&b, "<li>%s: %s de %s. %s</li>\n", e(l.Name), l.Points, l.Max, e(why))
		}
		b.WriteString("</ul></details>\n")
	}
	for _, p := range s.Presumptions {
		fmt.Fprintf(&b, "<p>Oferta presuntamente anormal, oída y aceptada: %s. Regla: %s (%s). Decisión: %s (LCSP 149.6).</p>\n", e(p.Bidder), e(p.Reason), e(p.Article), e(p.Justified))
	}
	return b.String()
}

func (s *story) gateTable() string {
	e := html.EscapeString
	var b strings.Builder
	fmt.Fprintf(&b, "<p>Al final de la fase 1 siguen como mucho %d socios con al menos %s puntos. Solo se puede descartar a alguien porque el pliego lo prevé (%s; LCSP 180.1). El trabajo hecho se paga; no hay indemnización.</p>\n", gate.Places, gate.Minimum, e(gate.Clause))
	b.WriteString("<table>\n<caption>Evaluación de la fase 1</caption>\n<thead><tr><th scope=\"col\">Socio</th><th scope=\"col\">Puntos</th><th scope=\"col\">Sigue</th></tr></thead>\n<tbody>\n")
	for _, p := range s.passages {
		fmt.Fprintf(&b, "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td><td>%s</td></tr>\n", e(p.Partner), p.Total, map[bool]string{true: "sí", false: "no"}[p.Passed])
	}
	b.WriteString("</tbody>\n</table>\n")
	return b.String()
}

func (s *story) sharingTable() string {
	e := html.EscapeString
	var b strings.Builder
	b.WriteString("<p>Quién se queda con qué de lo investigado, y si las condiciones con las que se presume que no hay ayuda de Estado se cumplen.</p>\n")
	var t strings.Builder
	t.WriteString("<table>\n<caption>Resultados y regalías</caption>\n<thead><tr><th scope=\"col\">Socio</th><th scope=\"col\">Resultado</th><th scope=\"col\">Titular</th><th scope=\"col\">Regalía para la ciudad</th><th scope=\"col\">Riesgo y beneficio de la ciudad</th></tr></thead>\n<tbody>\n")
	percent := func(x procurement.Share) string {
		if !x.Stated {
			return "no consta"
		}
		return fmt.Sprintf("%d %%", x.Hundredths/100)
	}
	for _, x := range s.sharing {
		for _, a := range x.Assets {
			royalty := percent(a.Royalty)
			if a.Owner == procurement.OwnerAuthority {
				royalty = "–"
			}
			fmt.Fprintf(&t, "<tr><td>%s</td><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s y %s</td></tr>\n", e(x.Party), e(a.Name), e(a.Owner.Label().ES), royalty, percent(x.AuthorityRisk), percent(x.AuthorityBenefit))
		}
	}
	t.WriteString("</tbody>\n</table>\n")
	b.WriteString(scroll("Resultados y regalías", t.String()))
	b.WriteString("<ul>\n")
	for _, x := range s.sharing {
		for _, f := range x.StateAid() {
			fmt.Fprintf(&b, "<li class=\"%s\">%s: %s</li>\n", f.Verdict, e(x.Party), e(f.Message("es")))
		}
	}
	b.WriteString("</ul>\n")
	return b.String()
}
