package evaluation

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
)

func TestConformanceAbnormal(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testcorpus.Dir(t, "procurement"), "abnormal-cases.json"))
	require.NoError(t, err)
	var suite struct {
		Cases []struct {
			ID       string
			Offers   []int64
			Budget   int64
			Third    bool `json:"reduced_by_third"`
			Abnormal []int
		}
	}
	require.NoError(t, json.Unmarshal(data, &suite))
	require.NotEmpty(t, suite.Cases)
	pass, fail := 0, 0
	for _, c := range suite.Cases {
		var offers []priced
		for i, o := range c.Offers {
			offers = append(offers, priced{bidder: string(rune('a' + i)), price: o * 100})
		}
		got := []int{}
		for _, p := range lowOffers(offers, c.Budget*100, c.Third) {
			got = append(got, int(p.Bidder[0]-'a'))
		}
		if len(got) == len(c.Abnormal) && (len(got) == 0 || equal(got, c.Abnormal)) {
			pass++
		} else {
			fail++
			t.Errorf("%s: %v, want %v", c.ID, got, c.Abnormal)
		}
	}
	testcorpus.Conformance(t, "rglcap-85", pass, fail, nil)
}

func equal(a, b []int) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestLowOffersIgnoresOrderAndGroups(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var offers []priced
		for i := range 1 + r.IntN(7) {
			offers = append(offers, priced{bidder: string(rune('a' + i)), price: 5_000_000 + r.Int64N(6_000_000)})
		}
		want := names(lowOffers(offers, 10_000_000, false))
		shuffled := append([]priced(nil), offers...)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		require.ElementsMatch(t, want, names(lowOffers(shuffled, 10_000_000, false)))
		// A dearer offer of a group changes nothing (LCSP 149.3).
		low := offers[0]
		low.group = "g"
		grouped := append(append([]priced(nil), offers...), priced{"z", "g", low.price + 1})
		grouped[0] = low
		require.ElementsMatch(t, want, names(lowOffers(grouped, 10_000_000, false)))
	}
}

func names(l []Presumption) []string {
	out := []string{}
	for _, p := range l {
		out = append(out, p.Bidder)
	}
	return out
}

func TestRounding(t *testing.T) {
	zero, three, six := 0, 3, 6
	for _, c := range []struct {
		x    float64
		r    Rounding
		want string
	}{
		{2.675, Rounding{}, "2.68"}, // as written; the double lies below
		{2.674999, Rounding{}, "2.67"},
		{-2.675, Rounding{}, "-2.68"},
		{2.665, Rounding{Mode: HalfEven}, "2.66"},
		{2.675, Rounding{Mode: HalfEven}, "2.68"},
		{2.679, Rounding{Mode: Down}, "2.67"},
		{-2.679, Rounding{Mode: Down}, "-2.67"},
		{0.5, Rounding{Decimals: &zero}, "1"},
		{100.0 / 3, Rounding{Decimals: &three}, "33.333"},
		{1.0 / 3, Rounding{Decimals: &six}, "0.333333"},
		{0, Rounding{}, "0"},
		{5e-324, Rounding{}, "0"},
	} {
		got, err := c.r.apply(c.x)
		require.NoError(t, err)
		require.Equal(t, c.want, got.String(), "%v %s", c.x, c.r)
	}
	for _, x := range []float64{1e300, -1e7} {
		_, err := Rounding{}.apply(x)
		require.ErrorIs(t, err, ErrPoints)
	}
}

func FuzzParsePoints(f *testing.F) {
	for _, s := range []string{"12.5", "-0.000001", "1e9", "0x10", "1/3", "1000000", "1000000.1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePoints(s)
		if err != nil {
			return
		}
		q, err := ParsePoints(p.String())
		if err != nil || p != q {
			t.Fatalf("%q: %v, %v, %v", s, p, q, err)
		}
	})
}

func TestGate(t *testing.T) {
	p := func(s string) Points { return MustParsePoints(s) }
	g := Gate{Phase: "1", Clause: "PCAP 31", Minimum: p("50"), Places: 2}
	got, err := g.Pass([]Assessed{{"a", p("49.99"), 0}, {"b", p("80"), 0}, {"c", p("70"), 0}, {"d", p("70.01"), 0}})
	require.NoError(t, err)
	require.Equal(t, []Passage{
		{"b", true, p("80"), "80 points"}, {"d", true, p("70.01"), "70.01 points"},
		{"c", false, p("70"), "70 points, behind the 2 that go on; PCAP 31"},
		{"a", false, p("49.99"), "49.99 points, fewer than 50; PCAP 31"},
	}, got)
	_, err = g.Pass([]Assessed{{"a", p("60"), 0}, {"b", p("60"), 0}, {"c", p("60"), 0}})
	require.ErrorIs(t, err, ErrTie)
	_, err = g.Pass([]Assessed{{"a", p("60"), 1}, {"b", p("60"), 3}, {"c", p("60"), 2}})
	require.NoError(t, err)
	g.Clause = ""
	_, err = g.Pass([]Assessed{{"a", p("60"), 0}, {"b", p("10"), 0}})
	require.ErrorContains(t, err, "LCSP 180.1")
	_, err = g.Pass([]Assessed{{"a", p("60"), 0}, {"a", p("60"), 0}})
	require.ErrorIs(t, err, ErrOffer)
}
