package opendata

import (
	"slices"
	"strconv"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/opendata/csvw"
)

// table is the rows of one file, and what they cover.
type table struct {
	cube     *cube.Cube
	measures []int            // columns of the cube that have figures, in the order asked
	listed   []map[group]bool // by measure: periods and members in which any city has a figure
	dims     []int            // dimensions in which a listed row is not the total
	first    period.Period
	last     period.Period
	freq     period.Freq // of all periods; None if they differ
	cities   []string    // with a listed row, sorted
}

// group is the cells of a measure that are listed together.
type group struct {
	period  period.Period
	members cube.Members
}

// newTable finds what of the measures is to be listed.
func newTable(c *cube.Cube, ids []string) table {
	t := table{cube: c}
	cities := map[string]bool{}
	dims := map[int]bool{}
	mixed := false
	for _, id := range ids {
		m, ok := c.MeasureIndex(id)
		if !ok {
			continue
		}
		col := c.Column(m)
		groups := map[group]bool{}
		for row := range c.Len() {
			switch s := col.StatusAt(row); s.Presence() {
			case cube.Missing, cube.NotApplicable:
			default:
				k := c.Key(row)
				groups[group{k.Period, k.Members}] = true
			}
		}
		if len(groups) == 0 {
			continue
		}
		t.measures = append(t.measures, m)
		t.listed = append(t.listed, groups)
		for row := range c.Len() {
			k := c.Key(row)
			if !groups[group{k.Period, k.Members}] {
				continue
			}
			cities[k.Entity] = true
			for d := range c.Schema().Dimensions {
				if k.Members.At(d) != "" {
					dims[d] = true
				}
			}
			switch {
			case t.first.IsZero():
				t.first, t.last, t.freq = k.Period, k.Period, k.Period.Freq()
				mixed = k.Period.Rolling() > 0
			default:
				if k.Period.FirstDay().Compare(t.first.FirstDay()) < 0 {
					t.first = k.Period
				}
				if k.Period.LastDay().Compare(t.last.LastDay()) > 0 {
					t.last = k.Period
				}
				mixed = mixed || k.Period.Freq() != t.freq || k.Period.Rolling() > 0
			}
		}
	}
	if mixed {
		t.freq = period.None
	}
	for d := range c.Schema().Dimensions {
		if dims[d] {
			t.dims = append(t.dims, d)
		}
	}
	for c := range cities {
		t.cities = append(t.cities, c)
	}
	slices.Sort(t.cities)
	return t
}

// ids are the measures that have figures.
func (t table) ids() []string {
	out := make([]string, len(t.measures))
	for i, m := range t.measures {
		out[i] = t.cube.Schema().Measures[m].ID
	}
	return out
}

// rows calls f for every listed cell, by measure and then in the order of the cube.
func (t table) rows(f func(m cube.Measure, k cube.Key, c cube.Cell)) {
	for i, m := range t.measures {
		measure := t.cube.Schema().Measures[m]
		for row := range t.cube.Len() {
			if k := t.cube.Key(row); t.listed[i][group{k.Period, k.Members}] {
				f(measure, k, shown(t.cube.Cell(row, m)))
			}
		}
	}
}

// hidden reports whether nothing of a cell but that it exists may be published.
func hidden(s cube.Status) bool {
	return s.Presence() == cube.Suppressed || s.Confidentiality() != cube.Free
}

// shown is what may be published of a cell. All that is hidden looks alike, and
// the text of reasons is only shown where no value was kept back: elsewhere it
// may quote what was delivered.
func shown(c cube.Cell) cube.Cell {
	if hidden(c.Status) {
		return cube.Cell{
			Status:  cube.Status(cube.Suppressed).WithConfidentiality(cube.NotForPublication),
			Reasons: []cube.Reason{{Code: cube.ReasonSuppressed}},
		}
	}
	out := c
	out.Reasons = nil
	for _, r := range c.Reasons {
		if !c.Status.Observed() && c.Status.Presence() != cube.NotApplicable {
			r.Text = ""
		}
		out.Reasons = append(out.Reasons, cube.Reason{Code: r.Code, Subject: r.Subject, Text: r.Text})
	}
	return out
}

// data writes the rows as CSV. last gives the fields of the last columns.
func (t table) data(d csvw.Table, n *indicators.Network, last func(m cube.Measure, k cube.Key, c cube.Cell) []string) ([]byte, error) {
	w := csvw.NewWriter(d)
	fields := make([]string, 0, len(d.Columns))
	var text []byte
	t.rows(func(m cube.Measure, k cube.Key, c cube.Cell) {
		name := ""
		if city, ok := n.City(k.Entity); ok {
			name = city.Name
		}
		fields = append(fields[:0], m.ID, k.Entity, name, k.Period.String())
		for _, dim := range t.dims {
			fields = append(fields, k.Members.At(dim))
		}
		value := ""
		if c.Status.Observed() {
			value = csvw.Number(c.Value)
		}
		code, _ := c.Status.SDMX()
		text = cube.AppendReasons(text[:0], c.Reasons)
		fields = append(fields, value, m.Unit.UCUM(), c.Status.WithConfidentiality(cube.Free).String(), code.Obs, code.Conf, string(text))
		fields = append(fields, last(m, k, c)...)
		w.Row(fields...)
	})
	return w.Bytes()
}

const (
	sdmxDimension = "http://purl.org/linked-data/sdmx/2009/dimension#"
	sdmxMeasure   = "http://purl.org/linked-data/sdmx/2009/measure#"
	sdmxAttribute = "http://purl.org/linked-data/sdmx/2009/attribute#"
)

// columns are those of every table; the first is named key, last follow.
func (b *builder) columns(t table, key string, last ...csvw.Column) []csvw.Column {
	col := func(name string, c csvw.Column) csvw.Column {
		c.Name = name
		c.Titles, c.Description = csvw.Text{}, csvw.Text{}
		for _, lang := range b.langs {
			w := words[lang].columns[name]
			c.Titles[lang], c.Description[lang] = w[0], w[1]
		}
		return c
	}
	digits := !slices.ContainsFunc(t.cities, func(c string) bool { return len(c) != 5 || strings.Trim(c, "0123456789") != "" })
	city := csvw.Column{Required: true, PropertyURL: sdmxDimension + "refArea"}
	if digits {
		city.Format = "[0-9]{5}"
	}
	when := csvw.Column{Required: true, PropertyURL: sdmxDimension + "refPeriod"}
	switch t.freq {
	case period.Year:
		when.Datatype = "gYear"
	case period.Month:
		when.Datatype = "gYearMonth"
	case period.Day:
		when.Datatype = "date"
	}
	out := []csvw.Column{
		col(key, csvw.Column{Required: true}),
		col("city_code", city),
		col("city_name", csvw.Column{}),
		col("period", when),
	}
	for _, d := range t.dims {
		id := t.cube.Schema().Dimensions[d]
		c := csvw.Column{Name: "by_" + strings.NewReplacer("-", "_", ".", "_").Replace(id), Titles: csvw.Text{}, Description: csvw.Text{}}
		dim, ok := b.p.Catalogue.Dimension(id)
		for _, lang := range b.langs {
			c.Description[lang] = words[lang].total
			if ok {
				c.Titles[lang] = dim.Label.In(lang)
			}
		}
		out = append(out, c)
	}
	for _, name := range []string{"value", "unit", "status", "obs_status", "conf_status", "reason"} {
		c := csvw.Column{Required: name == "status" || name == "obs_status" || name == "conf_status" || name == "unit"}
		switch name {
		case "value":
			c.Datatype, c.PropertyURL = "double", sdmxMeasure+"obsValue"
		case "unit":
			c.PropertyURL = sdmxAttribute + "unitMeasure"
		case "obs_status":
			c.PropertyURL = sdmxAttribute + "obsStatus"
		case "conf_status":
			c.PropertyURL = sdmxAttribute + "confStatus"
		}
		out = append(out, col(name, c))
	}
	for _, c := range last {
		out = append(out, col(c.Name, c))
	}
	return out
}

// keys are the columns that name a row.
func keys(columns []csvw.Column) []string {
	var out []string
	for i, c := range columns {
		if i == 0 || c.Name == "city_code" || c.Name == "period" || strings.HasPrefix(c.Name, "by_") {
			out = append(out, c.Name)
		}
	}
	return out
}

// resolution is the length of a period as an ISO 8601 duration.
func resolution(f period.Freq) string {
	switch f {
	case period.Year, period.SchoolYear:
		return "P1Y"
	case period.Semester:
		return "P6M"
	case period.Quarter:
		return "P3M"
	case period.Month:
		return "P1M"
	case period.Week:
		return "P7D"
	case period.Day:
		return "P1D"
	case period.Hour:
		return "PT1H"
	}
	return ""
}

// version is that of the definition in force.
func version(i *indicators.Indicator, p period.Period) string {
	d, ok := i.At(p)
	if !ok {
		return ""
	}
	return strconv.Itoa(d.Version)
}
