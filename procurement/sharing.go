package procurement

import "github.com/almotacen/almotacen/procurement/law"

// Owner is who holds the rights in a result.
type Owner uint8

// The owners. The zero value is that nobody said so.
const (
	OwnerNotStated Owner = iota
	OwnerAuthority
	OwnerPartner
	OwnerJoint
	OwnerNobody // a result that no intellectual property right protects
)

// String is "", "authority", "partner", "joint" or "nobody".
func (o Owner) String() string {
	return nameOf(int(o), "", "authority", "partner", "joint", "nobody")
}

// Label names the owner.
func (o Owner) Label() Text {
	if int(o) > int(OwnerNobody) {
		return Text{}
	}
	return [...]Text{{"no consta", "not stated"}, {"la entidad", "the authority"}, {"la empresa", "the partner"}, {"ambas", "both"}, {"sin derechos", "no rights"}}[o]
}

// MarshalText is String.
func (o Owner) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what String writes; the error is an [*Error] of kind
// [ErrValue].
func (o *Owner) UnmarshalText(b []byte) error {
	for v := OwnerNotStated; v <= OwnerNobody; v++ {
		if v.String() == string(b) {
			*o = v
			return nil
		}
	}
	return &Error{Code: "procurement.value", Err: ErrValue, Msg: quote(string(b)) + " is no owner; write authority, partner, joint or nobody"}
}

// Share is a part of a whole in hundredths of a percent, from 0 to 10000. The
// zero value is that nobody said so, not zero.
type Share struct {
	Hundredths int  `json:"hundredths"`
	Stated     bool `json:"stated"`
}

// Percent is a share of whole percent.
func Percent(p int) Share { return Share{Hundredths: p * 100, Stated: true} }

// Asset is a result of research and development bought, and who may use it.
// What nobody said is law.NotKnown.
type Asset struct {
	Name  string `json:"name"`
	Owner Owner  `json:"owner"`
	// AuthorityUse says that the authority uses it without limit and free of charge.
	AuthorityUse law.Truth `json:"authorityUse"`
	// ThirdParties says that the owner must license third parties, or the
	// authority may have it done, at market terms.
	ThirdParties law.Truth `json:"thirdParties"`
	// Spread says that a result without rights may be widely disseminated.
	Spread law.Truth `json:"spread"`
	// Royalty is the authority's part of what the partner earns with it from others.
	Royalty Share `json:"royalty"`
}

// Sharing records, for one partner of a case, who keeps the results of the
// research and development bought, and how risk and benefit are shared. It
// lies beside the log: the pliego and the contract say it, and it can be
// agreed anew.
type Sharing struct {
	Case   string  `json:"case"`
	Party  string  `json:"party"`
	Assets []Asset `json:"assets"`
	// The authority's part; the rest is the partner's.
	AuthorityRisk    Share `json:"authorityRisk"`
	AuthorityBenefit Share `json:"authorityBenefit"`

	OpenSelection  law.Truth `json:"openSelection"`  // open, transparent, non-discriminatory, by criteria fixed before
	TermsKnown     law.Truth `json:"termsKnown"`     // every right and duty, IPR included, was known to bidders beforehand
	Preference     law.Truth `json:"preference"`     // the partner is preferred for commercial volumes
	PriceReflects  law.Truth `json:"priceReflects"`  // the price reflects the benefits that the partner keeps
	EvidenceClause string    `json:"evidenceClause"` // of the pliego or contract that says all this
}

// SharingFinding is the answer for one condition.
type SharingFinding struct {
	Verdict   Verdict
	Condition string // "a" to "d" of the Framework, "shares" or "clause" for the record itself
	Asset     string // for "d"
	Demand    Text
	Source    law.Source
	Missing   []string // JSON names of what would settle an unknown
}

// Message says in a language what was found, with its source and mark.
func (f *SharingFinding) Message(lang string) string {
	verdict := map[Verdict]Text{OK: {"correcto", "ok"}, Breach: {"infracción", "breach"}, Unknown: {"sin determinar", "unknown"}}[f.Verdict]
	s := verdict.In(lang) + ": " + f.Demand.In(lang)
	if f.Asset != "" {
		s += ": " + f.Asset
	}
	s += " (" + f.Source.String() + ")"
	for i, m := range f.Missing {
		if i == 0 {
			s += Text{"; falta: ", "; missing: "}.In(lang)
		} else {
			s += ", "
		}
		s += m
	}
	return s
}

// aid is the Framework for State aid for research, development and innovation:
// point 33 of that of 2014, read in secondary sources; the number of the point
// in that of 2022 was not verified.
var aid = seen("Framework R&D&I", "2014/C 198/01, 33; 2022/C 414/01")

// StateAid checks the conditions under which the Framework for State aid for
// research, development and innovation presumes that buying research and
// development gives the partner no aid. All must hold; d holds for an asset by
// any of its ways. A breach says that the presumption is lost, not that there
// is aid: the price may still be shown to be that of the market. The findings
// come in the order of the conditions, then of the assets; no asset is unknown.
func (s *Sharing) StateAid() []SharingFinding {
	var out []SharingFinding
	one := func(condition, name string, v law.Truth, es, en string) {
		f := SharingFinding{Condition: condition, Demand: Text{es, en}, Source: aid, Verdict: verdict(v)}
		if f.Verdict == Unknown {
			f.Missing = []string{name}
		}
		out = append(out, f)
	}
	one("a", "openSelection", s.OpenSelection, "selección abierta, transparente y no discriminatoria, con criterios previos", "selection open, transparent and non-discriminatory, by criteria fixed before")
	one("b", "termsKnown", s.TermsKnown, "derechos y obligaciones, también de propiedad intelectual, conocidos de antemano", "rights and duties, IPR included, known beforehand")
	one("c", "preference", negate(s.Preference), "sin preferencia en el suministro comercial posterior", "no preference in the later commercial supply")
	for i := range s.Assets {
		out = append(out, s.asset(&s.Assets[i]))
	}
	if len(s.Assets) == 0 {
		out = append(out, SharingFinding{Verdict: Unknown, Condition: "d", Demand: assetDemand, Source: aid, Missing: []string{"assets"}})
	}
	shares := []Share{s.AuthorityRisk, s.AuthorityBenefit}
	for i := range s.Assets {
		shares = append(shares, s.Assets[i].Royalty)
	}
	f := SharingFinding{Verdict: OK, Condition: "shares", Source: ours("a share is from 0 to 100 %"), Demand: Text{"riesgo y beneficio repartidos, entre 0 y 100 %", "risk and benefit shared, from 0 to 100 %"}}
	for i, x := range shares {
		switch {
		case x.Stated && (x.Hundredths < 0 || x.Hundredths > 10_000):
			f.Verdict = Breach
		case !x.Stated && i < 2:
			f.Missing = append(f.Missing, [...]string{"authorityRisk", "authorityBenefit"}[i])
		}
	}
	if f.Verdict == OK && len(f.Missing) > 0 {
		f.Verdict = Unknown
	}
	out = append(out, f)
	f = SharingFinding{Verdict: OK, Condition: "clause", Source: art("308.1"), Demand: Text{"el reparto consta en el pliego o en el contrato", "the sharing stands in the pliego or the contract"}}
	if s.EvidenceClause == "" {
		f.Verdict, f.Missing = Unknown, []string{"evidenceClause"}
	}
	return append(out, f)
}

var assetDemand = Text{
	"resultados de la entidad o difundidos, o uso gratuito de la entidad y licencias a terceros, o precio que refleja lo que la empresa retiene",
	"results the authority's or spread, or free use by the authority and licences to third parties, or a price that reflects what the partner keeps"}

// asset answers condition d.
func (s *Sharing) asset(a *Asset) SharingFinding {
	f := SharingFinding{Condition: "d", Asset: a.Name, Demand: assetDemand, Source: aid}
	var missing []string
	stated := func(name string, v law.Truth) law.Truth {
		if v == law.NotKnown {
			missing = append(missing, name)
		}
		return v
	}
	way := law.No
	switch a.Owner {
	case OwnerNotStated:
		way = law.NotKnown
		missing = append(missing, "owner")
		if a.Spread == law.Yes && a.AuthorityUse == law.Yes && a.ThirdParties == law.Yes {
			way = law.Yes // whoever it is
		}
	case OwnerAuthority:
		way = law.Yes
	case OwnerNobody:
		way = stated("spread", a.Spread)
	case OwnerPartner, OwnerJoint:
		way = both(stated("authorityUse", a.AuthorityUse), stated("thirdParties", a.ThirdParties))
	}
	if way != law.Yes {
		// The third way is that of general knowledge only, and so is an answer by it.
		if price := stated("priceReflects", s.PriceReflects); price == law.Yes {
			way, f.Source.Mark = law.Yes, law.Unverified
		} else if price == law.NotKnown && way == law.No {
			way, missing = law.NotKnown, []string{"priceReflects"}
		}
	}
	f.Verdict = verdict(way)
	if f.Verdict == Unknown {
		f.Missing = missing
	}
	return f
}

func negate(v law.Truth) law.Truth {
	switch v {
	case law.Yes:
		return law.No
	case law.No:
		return law.Yes
	}
	return law.NotKnown
}

// both is Kleene's conjunction.
func both(a, b law.Truth) law.Truth {
	switch {
	case a == law.No || b == law.No:
		return law.No
	case a == law.Yes && b == law.Yes:
		return law.Yes
	}
	return law.NotKnown
}
