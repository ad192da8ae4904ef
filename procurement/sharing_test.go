package procurement

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/procurement/law"
)

// TestStateAid holds the check to a twin over every combination of what it reads:
// d.i, d.ii and d.iii written as sets of facts that suffice.
func TestStateAid(t *testing.T) {
	truths := []law.Truth{law.NotKnown, law.Yes, law.No}
	n := 0
	for owner := OwnerNotStated; owner <= OwnerNobody; owner++ {
		for _, use := range truths {
			for _, third := range truths {
				for _, spread := range truths {
					for _, price := range truths {
						n++
						s := Sharing{PriceReflects: price, Assets: []Asset{{Owner: owner, AuthorityUse: use, ThirdParties: third, Spread: spread}}}
						// The answer is yes or no if it is so under every value of what is not known.
						yes, no := true, true
						for _, o := range options(owner) {
							for _, u := range values(use) {
								for _, th := range values(third) {
									for _, sp := range values(spread) {
										for _, p := range values(price) {
											holds := o == OwnerAuthority || o == OwnerNobody && sp || (o == OwnerPartner || o == OwnerJoint) && u && th || p
											yes, no = yes && holds, no && !holds
										}
									}
								}
							}
						}
						want := Unknown
						if yes {
							want = OK
						} else if no {
							want = Breach
						}
						got := s.StateAid()[3]
						require.Equal(t, want, got.Verdict, "%s use %v third %v spread %v price %v", owner, use, third, spread, price)
						require.Equal(t, want == Unknown, len(got.Missing) > 0)
					}
				}
			}
		}
	}
	t.Logf("%d combinations", n)
}

func options(o Owner) []Owner {
	if o == OwnerNotStated {
		return []Owner{OwnerAuthority, OwnerPartner, OwnerJoint, OwnerNobody}
	}
	return []Owner{o}
}

func values(v law.Truth) []bool {
	switch v {
	case law.Yes:
		return []bool{true}
	case law.No:
		return []bool{false}
	}
	return []bool{true, false}
}

func TestStateAidOfRecord(t *testing.T) {
	s := Sharing{Case: "x", Party: "p", OpenSelection: law.Yes, TermsKnown: law.Yes, Preference: law.No, EvidenceClause: "PCAP 31",
		AuthorityRisk: Percent(60), AuthorityBenefit: Percent(20),
		Assets: []Asset{{Name: "code", Owner: OwnerPartner, AuthorityUse: law.Yes, ThirdParties: law.Yes, Royalty: Percent(3)}}}
	for _, f := range s.StateAid() {
		require.Equal(t, OK, f.Verdict, f.Message("en"))
	}
	text, err := json.Marshal(s)
	require.NoError(t, err)
	var back Sharing
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, s, back)

	s.Preference, s.AuthorityRisk, s.EvidenceClause = law.Yes, Percent(101), ""
	verdicts := map[string]Verdict{}
	for _, f := range s.StateAid() {
		verdicts[f.Condition] = f.Verdict
	}
	require.Equal(t, map[string]Verdict{"a": OK, "b": OK, "c": Breach, "d": OK, "shares": Breach, "clause": Unknown}, verdicts)
	for _, f := range new(Sharing).StateAid() {
		require.Equal(t, Unknown, f.Verdict, f.Message("es"))
		require.NotEmpty(t, f.Missing)
	}
	require.Error(t, json.Unmarshal([]byte(`{"assets": [{"owner": "anybody"}]}`), &back))
}
