package evaluation

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// String is the sheet as text: the classification, then the points of each offer with the
// formula and its inputs.
func (s *Sheet) String() string {
	var b strings.Builder
	for _, sc := range s.Scores {
		if sc.Out != nil {
			fmt.Fprintf(&b, "-. %s is out: %s (%s)\n", sc.Bidder, sc.Out.Reason, sc.Out.Article)
			continue
		}
		fmt.Fprintf(&b, "%d. %s: %s points\n", sc.Rank, sc.Bidder, sc.Total)
		for _, l := range sc.Lines {
			fmt.Fprintf(&b, "     %s: %s of %s; %s\n", l.Name, l.Points, l.Max, l.why())
		}
	}
	for _, p := range s.Presumptions {
		if p.Justified != "" {
			fmt.Fprintf(&b, "presumed abnormally low, heard and accepted: %s: %s (%s); %s (LCSP 149.6)\n", p.Bidder, p.Reason, p.Article, p.Justified)
			continue
		}
		fmt.Fprintf(&b, "to be heard, presumed abnormally low: %s: %s (%s)\n", p.Bidder, p.Reason, p.Article)
	}
	for _, t := range s.Ties {
		fmt.Fprintf(&b, "tie of %s: %s\n", strings.Join(t.Bidders, ", "), strings.Join(append(t.Steps, missing(t)...), "; "))
	}
	if !s.Final {
		b.WriteString("not final\n")
	}
	return b.String()
}

func missing(t Tie) []string {
	var out []string
	for _, m := range t.Missing {
		out = append(out, "missing: "+m)
	}
	return out
}

// why explains the points of a line.
func (l *Line) why() string {
	if l.Kind == Judgement {
		return l.Reason
	}
	var in []string
	for _, v := range l.Inputs {
		in = append(in, v.ID+" = "+number(v.Number))
	}
	out := l.Formula + " = " + number(l.Raw)
	if len(in) > 0 {
		out += ", with " + strings.Join(in, ", ")
	}
	return out
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// HTML is the sheet as a section of a page: tables with captions and headers for assistive
// technology, no scripts, no styles of its own. Level is that of its heading, 2 to 6.
func (s *Sheet) HTML(title string, level int) string {
	level = min(max(level, 2), 6)
	e := html.EscapeString
	var b strings.Builder
	fmt.Fprintf(&b, "<section class=\"evaluation\">\n<h%d>%s</h%[1]d>\n", level, e(title))
	if len(s.Scores) > 0 {
		b.WriteString("<table>\n<caption>Points by criterion</caption>\n<thead><tr><th scope=\"col\">Rank</th><th scope=\"col\">Bidder</th>")
		for _, l := range s.Scores[0].Lines {
			fmt.Fprintf(&b, "<th scope=\"col\">%s (of %s)</th>", e(l.Name), l.Max)
		}
		b.WriteString("<th scope=\"col\">Total</th></tr></thead>\n<tbody>\n")
		for _, sc := range s.Scores {
			rank, total := strconv.Itoa(sc.Rank), sc.Total.String()
			if sc.Out != nil {
				rank, total = "out", e(sc.Out.Reason+" ("+sc.Out.Article+")")
			}
			fmt.Fprintf(&b, "<tr><td>%s</td><th scope=\"row\">%s</th>", rank, e(sc.Bidder))
			for _, l := range sc.Lines {
				fmt.Fprintf(&b, "<td>%s</td>", l.Points)
			}
			fmt.Fprintf(&b, "<td>%s</td></tr>\n", total)
		}
		b.WriteString("</tbody>\n</table>\n<dl>\n")
		for _, sc := range s.Scores {
			if sc.Out != nil {
				continue
			}
			for _, l := range sc.Lines {
				fmt.Fprintf(&b, "<dt>%s, %s: %s</dt><dd>%s</dd>\n", e(sc.Bidder), e(l.Name), l.Points, e(l.why()))
			}
		}
		b.WriteString("</dl>\n")
	}
	list := func(caption string, items []string) {
		if len(items) == 0 {
			return
		}
		fmt.Fprintf(&b, "<p>%s</p>\n<ul>\n", e(caption))
		for _, x := range items {
			fmt.Fprintf(&b, "<li>%s</li>\n", e(x))
		}
		b.WriteString("</ul>\n")
	}
	var low, heard, ties []string
	for _, p := range s.Presumptions {
		if p.Justified != "" {
			heard = append(heard, fmt.Sprintf("%s: %s (%s); %s", p.Bidder, p.Reason, p.Article, p.Justified))
			continue
		}
		low = append(low, fmt.Sprintf("%s: %s (%s)", p.Bidder, p.Reason, p.Article))
	}
	for _, t := range s.Ties {
		ties = append(ties, strings.Join(t.Bidders, ", ")+": "+strings.Join(append(t.Steps, missing(t)...), "; "))
	}
	list("To be heard, since their offers are presumed abnormally low (LCSP 149.4):", low)
	list("Presumed abnormally low, heard and accepted (LCSP 149.6):", heard)
	list("Ties:", ties)
	fmt.Fprintf(&b, "<p>Rounding: %s. %s</p>\n</section>\n", e(s.Rounding), map[bool]string{true: "The classification is final.", false: "The classification is not final."}[s.Final])
	return b.String()
}
