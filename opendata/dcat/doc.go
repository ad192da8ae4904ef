// Package dcat describes open data catalogs in DCAT-AP-ES 1.0.0, the profile
// that datos.gob.es harvests, so that DCAT-AP 3.0.1 with its class ranges (what
// data.europa.eu checks) holds as well.
//
// Terms: a [Catalog] lists datasets and services; a [Dataset] is a body of data;
// a [Distribution] is a file of it; an [Agent] publishes; a [Contact] answers.
// Every node has an IRI of its own: there are no blank nodes, so that harvesters
// can tell an edition from the one before.
//
// What is optional in the profile is optional here: the zero value leaves the
// triple out. What can be derived is derived: the class of linked nodes
// (foaf:Document, eli:LegalResource, dct:RightsStatement …), the publisher,
// contact, languages and licence of the parts from those of the catalog.
//
// [Catalog.AppendTurtle], [Catalog.AppendJSONLD] and [Catalog.AppendNTriples]
// write the same graph; the bytes depend on the catalog alone. They refuse what
// cannot be written in RDF and nothing else. [Lint] finds what breaks the
// profile's conventions, also those that its SHACL shapes cannot see: whether a
// code is in the authority table, whether both sector and theme are written,
// whether territories overlap.
//
// Standard: DCAT-AP-ES 1.0.0 (2025), with its 31 conventions and annex 1;
// NTI-RISP (2013), annexes IV and V; DCAT-AP 3.0.1. Authority tables: EU
// Publications Office, CC BY 4.0.
//
// Values of this package are plain data; the functions do not modify them and
// are safe for concurrent use.
package dcat
