package main

import (
	"fmt"

	"github.com/almotacen/almotacen/indicators"
	"github.com/almotacen/almotacen/indicators/round"
	"github.com/almotacen/almotacen/opendata"
	"github.com/almotacen/almotacen/opendata/dcat"
)

// publish makes the open data of a round, below opendata/. The body and its code
// are invented, as the notice says: a publisher puts its own.
func publish(r *round.Result) (map[string][]byte, error) {
	const (
		site = "http://datos.ejemplo.es/"
		name = "Organismo de ejemplo"
	)
	edition, err := opendata.Build(opendata.Publication{
		Base:  site + "indicadores/",
		Title: r.Title,
		Notice: indicators.Text{
			"es": "Publicación de ejemplo, hecha con cifras públicas: el organismo, las direcciones y el contacto no son reales.",
			"en": "Example publication, made with public figures: the publisher, the addresses and the contact are not real.",
		},
		Publisher: dcat.Agent{
			IRI: dcat.Organism("E99999999"), Name: dcat.Text{"es": name}, Type: dcat.PublisherType("LocalAuthority"),
		},
		Contact: dcat.Contact{
			Name: dcat.Text{"es": "Oficina del dato", "en": "Data office"}, Organization: dcat.Text{"es": name},
			Mail: "datos@ejemplo.es", Telephone: "+34900000000", URL: site + "contacto",
		},
		Modified:   r.Issued,
		Catalogue:  r.Catalogue,
		Network:    r.Network,
		Indicators: r.Indicators,
		Variables:  r.Variables,
	})
	if err != nil {
		return nil, err
	}
	for _, f := range edition.Findings {
		if f.Severity == dcat.Error {
			return nil, fmt.Errorf("open data: %s", f)
		}
	}
	files := make(map[string][]byte, len(edition.Files))
	for path, data := range edition.Files {
		files["opendata/"+path] = data
	}
	return files, nil
}
