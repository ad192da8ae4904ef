package opendata

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/cube"
	"github.com/almotacen/almotacen/opendata/csvw"
	"github.com/almotacen/almotacen/opendata/dcat"
)

// describe is the catalog without its datasets.
func (b *builder) describe() dcat.Catalog {
	p := b.p
	c := dcat.Catalog{
		IRI: p.Base + "catalog", Title: dcat.Text(p.Title), Publisher: p.Publisher, Contact: p.Contact,
		Homepage: p.Homepage, License: p.License, Modified: dcat.DayOf(p.Modified), Issued: dcat.DayOf(p.Modified), Spatial: p.Spatial,
	}
	if !p.Issued.IsZero() {
		c.Issued = dcat.DayOf(p.Issued)
	}
	about := p.Description
	if len(about) == 0 {
		about = p.Catalogue.Description
	}
	if len(about) == 0 {
		about = p.Title
	}
	c.Description = b.say(func(lang string) string { return join(about[lang], p.Notice[lang]) })
	if c.Homepage == "" {
		c.Homepage = p.Base
	}
	if c.License == "" {
		c.License = dcat.CCBY
	}
	if c.Contact.IRI == "" {
		c.Contact.IRI = p.Base + Index + "#contact"
	}
	for _, lang := range b.langs {
		if iri, ok := dcat.Language(lang); ok {
			c.Languages = append(c.Languages, iri)
		}
	}
	if len(c.Spatial) == 0 {
		c.Spatial = covering(p.Indicators.Entities())
	}
	return c
}

func covering(cities []string) []dcat.Location {
	if l, ok := dcat.Covering(cities...); ok {
		return []dcat.Location{l}
	}
	return nil
}

// say is a text in every language in which it is not empty.
func (b *builder) say(f func(lang string) string) dcat.Text {
	t := dcat.Text{}
	for _, lang := range b.langs {
		if s := strings.TrimSpace(f(lang)); s != "" {
			t[lang] = s
		}
	}
	return t
}

// join puts sentences together.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// dataset is what all datasets share.
func (b *builder) dataset(id string, sectors []string, title, about func(lang string) string) dcat.Dataset {
	p := b.p
	d := dcat.Dataset{
		IRI:         p.Base + "dataset/" + id,
		Title:       b.say(title),
		Description: b.say(func(lang string) string { return join(about(lang), p.Notice[lang]) }),
		Sectors:     sectors, Keywords: map[string][]string{},
		Issued: b.catalog.Issued, Modified: b.catalog.Modified,
		AccessRights: dcat.AccessRight("PUBLIC"), Frequency: dcat.Frequency("ANNUAL"),
		Spatial: b.catalog.Spatial, LandingPage: p.Base + Index + "#" + id, Version: p.Catalogue.Version,
	}
	if len(d.Sectors) == 0 {
		d.Sectors = []string{"sector-publico"}
	}
	d.Legislation = p.Legislation
	if len(d.Legislation) == 0 {
		d.Legislation = []string{"http://data.europa.eu/eli/dir/2019/1024/oj"}
	}
	if p.Frequency != "" {
		d.Frequency = dcat.Frequency(p.Frequency)
	}
	for _, lang := range b.langs {
		d.Keywords[lang] = append(slices.Clone(words[lang].keywords), p.Keywords[lang]...)
	}
	return d
}

// add adds a dataset of one file to the catalog.
func (b *builder) add(id string, d dcat.Dataset, f file, title, about func(v vocabulary) string, contents []content) {
	data := b.files[f.path]
	url := b.p.Base + f.path
	x := dcat.Distribution{
		IRI: d.IRI + "/" + strings.ToLower(f.format), Identifier: id + "-" + strings.ToLower(f.format),
		Title:       b.say(func(lang string) string { return fmt.Sprintf(title(words[lang]), d.Title[lang]) }),
		Description: b.say(func(lang string) string { return about(words[lang]) }),
		AccessURL:   b.p.Base + Index + "#" + id, DownloadURL: url,
		Format: dcat.FileType(f.format), MediaType: f.mediaType, ByteSize: int64(len(data)),
		Rights: d.AccessRights, Availability: dcat.Availability("STABLE"), Status: dcat.DistributionStatus("COMPLETED"),
		Languages: b.catalog.Languages, Legislation: d.Legislation,
	}
	files := []file{f}
	if metadata := csvw.MetadataName(f.path); b.files[metadata] != nil {
		x.ConformsTo = []string{b.p.Base + metadata}
		files = append(files, file{path: metadata, format: "CSVW"})
	}
	d.Distributions = []dcat.Distribution{x}
	b.catalog.Datasets = append(b.catalog.Datasets, d)
	b.sets = append(b.sets, set{id: id, files: files, contents: contents})
}

// tabular writes the table of a dataset and its metadata, and adds it.
func (b *builder) tabular(id string, d dcat.Dataset, t table, columns []csvw.Column, contents []content, last func(cube.Measure, cube.Key, cube.Cell) []string) {
	d.Temporal = dcat.Period{Start: dcat.Date(t.first.FirstDay().String()), End: dcat.Date(t.last.LastDay().String())}
	d.Resolution = resolution(t.freq)
	d.Type = dcat.DatasetType("STATISTICAL")
	if len(b.p.Spatial) == 0 {
		d.Spatial = covering(t.cities)
	}
	name := id + ".csv"
	description := csvw.Table{
		URL: name, Title: csvw.Text(d.Title), Description: csvw.Text(d.Description), Language: "es",
		Publisher: indicators.Text(b.p.Publisher.Name).In("es"), License: b.catalog.License,
		Issued: string(d.Issued), Modified: string(d.Modified), Keywords: d.Keywords,
		Columns: columns, PrimaryKey: keys(columns),
	}
	path := "data/" + name
	b.write(csvw.MetadataName(path), description.AppendMetadata)
	b.write(path, func([]byte) ([]byte, error) { return t.data(description, b.p.Network, last) })
	b.add(id, d, file{path, "CSV", "text/csv"}, func(v vocabulary) string { return v.csv }, func(v vocabulary) string { return v.aboutCSV }, contents)
}

// families adds a dataset for each family with figures.
func (b *builder) families() {
	c := b.p.Catalogue
	for i := range c.Families {
		f := &c.Families[i]
		var ids []string
		for j := range c.Indicators {
			if c.Indicators[j].Family == f.ID {
				ids = append(ids, c.Indicators[j].ID)
			}
		}
		t := newTable(b.p.Indicators, ids)
		if len(t.measures) == 0 {
			b.lack = append(b.lack, f.Label)
			continue
		}
		var contents []content
		labels := map[string][]string{}
		for _, id := range t.ids() {
			x, _ := c.Indicator(id)
			contents = append(contents, content{id, x.Unit.UCUM(), x.Label})
			for _, lang := range b.langs {
				labels[lang] = append(labels[lang], x.Label.In(lang))
			}
		}
		id := "indicators-" + strings.NewReplacer(".", "-", "_", "-").Replace(f.ID)
		var sectors []string
		if f.Sector != "" {
			sectors = []string{f.Sector}
		}
		d := b.dataset(
			id, sectors,
			func(lang string) string { return fmt.Sprintf(words[lang].indicators, f.Label.In(lang)) },
			func(lang string) string {
				return join(f.Description[lang], fmt.Sprintf(words[lang].aboutIndicators, strings.Join(labels[lang], "; ")))
			},
		)
		for _, lang := range b.langs {
			d.Keywords[lang] = append(d.Keywords[lang], strings.ToLower(f.Label.In(lang)))
		}
		b.abouts[id] = b.say(func(lang string) string { return f.Description.In(lang) })
		columns := b.columns(t, "indicator", csvw.Column{Name: "definition_version", Datatype: "integer"})
		b.tabular(id, d, t, columns, contents, func(m cube.Measure, k cube.Key, _ cube.Cell) []string {
			x, _ := c.Indicator(m.ID)
			return []string{version(x, k.Period)}
		})
	}
}

// variables adds the dataset of the variables, if they are given and have figures.
func (b *builder) variables() {
	if b.p.Variables == nil {
		return
	}
	c := b.p.Catalogue
	var ids []string
	for i := range c.Variables {
		ids = append(ids, c.Variables[i].ID)
	}
	t := newTable(b.p.Variables, ids)
	if len(t.measures) == 0 {
		return
	}
	var contents []content
	labels := map[string][]string{}
	sources := map[string]map[string]bool{}
	for _, lang := range b.langs {
		sources[lang] = map[string]bool{}
	}
	for _, id := range t.ids() {
		x, _ := c.Variable(id)
		contents = append(contents, content{id, x.Unit.UCUM(), x.Label})
		for _, lang := range b.langs {
			labels[lang] = append(labels[lang], x.Label.In(lang))
			if s, ok := c.Source(x.Source); ok {
				sources[lang][join(s.Title.In(lang), parenthesis(s.Publisher))] = true
			}
		}
	}
	sectors := map[string]bool{}
	for _, d := range b.catalog.Datasets {
		for _, s := range d.Sectors {
			sectors[s] = true
		}
	}
	d := b.dataset(
		"variables", slices.Sorted(maps.Keys(sectors)),
		func(lang string) string { return words[lang].variables },
		func(lang string) string {
			about := fmt.Sprintf(words[lang].aboutVariables, strings.Join(labels[lang], "; "))
			if len(sources[lang]) > 0 {
				about = join(about, fmt.Sprintf(words[lang].sources, strings.Join(slices.Sorted(maps.Keys(sources[lang])), "; ")))
			}
			return about
		},
	)
	b.abouts["variables"] = b.say(func(lang string) string { return words[lang].shortVariables })
	columns := b.columns(t, "variable", csvw.Column{Name: "source"}, csvw.Column{Name: "source_record"})
	b.tabular("variables", d, t, columns, contents, func(m cube.Measure, _ cube.Key, x cube.Cell) []string {
		v, _ := c.Variable(m.ID)
		return []string{v.Source, x.Source.String()}
	})
}

func parenthesis(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// definitions adds the dataset of the indicator catalogue.
func (b *builder) definitions() {
	const id = "definitions"
	b.write(DefinitionsURL, b.p.Catalogue.AppendJSON)
	d := b.dataset(
		id, nil,
		func(lang string) string { return words[lang].definitions },
		func(lang string) string { return words[lang].aboutDefinitions },
	)
	b.abouts[id] = d.Description
	d.Type = dcat.DatasetType("DICTIONARY")
	d.Temporal = dcat.Period{Start: dcat.Date(b.p.Catalogue.Issued)}
	b.add(id, d, file{DefinitionsURL, "JSON", "application/json"}, func(v vocabulary) string { return v.json }, func(v vocabulary) string { return v.aboutJSON }, nil)
}
