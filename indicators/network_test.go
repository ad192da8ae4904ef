package indicators

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func loadNetwork(t testing.TB) *Network {
	t.Helper()
	text, err := os.ReadFile("testdata/network.yaml")
	require.NoError(t, err)
	n, err := LoadNetwork(bytes.NewReader(text), Config{File: "network.yaml"})
	require.NoError(t, err)
	return n
}

func TestNetwork(t *testing.T) {
	n := loadNetwork(t)
	require.Equal(t, "28079", n.Cities[0].Code, "sorted")
	c, ok := n.City("36902")
	require.True(t, ok)
	require.Same(t, &n.Cities[1], c)
	_, ok = n.City("99999")
	require.False(t, ok)
	// Positions follow the order after sorting.
	at, ok := n.Pos("/cities/0/name")
	require.True(t, ok)
	require.Equal(t, Position{"network.yaml", 20, 11}, at)

	text, err := n.AppendJSON(nil)
	require.NoError(t, err)
	again, err := LoadNetwork(bytes.NewReader(text), Config{})
	require.NoError(t, err)
	a, b := *n, *again
	a.src, b.src = nil, nil
	require.Equal(t, a, b)
	built, err := NewNetwork(*n)
	require.NoError(t, err)
	require.Equal(t, b, *built)
	require.NoError(t, n.Validate())
}

func TestNetworkCheck(t *testing.T) {
	n := loadNetwork(t)
	c := load(t, "small.yaml")
	err := n.Check(c)
	require.EqualError(t, err, `network.yaml:8:10: structure "population.density", id: no variable or indicator "population.density"; there are: population, women, men, gondolas, price_index, population.women-share, waste.gondolas`)
	n.Cities[0].Comments[0].Indicator = "waste.gondola"
	require.ErrorContains(t, n.Check(c), `(and 1 more)`)
}

var badNetworks = []bad{
	{"unknown key", "    reference: true", "    " + mark + "referense: true", ErrSchema, []string{`city "36902", referense: unknown key "referense"; did you mean "reference"?`}},
	{"number as code", `code: "28079"`, "code: " + mark + "28079", ErrSchema, []string{`is the number 28079; it must be text: quote it, "28079"`}},
	{"leading zero", `code: "36902"`, "code: " + mark + "08019", ErrSyntax, []string{`"08019": quote it`}},
	{"four digits", `code: "28079"`, `code: ` + mark + `"8019"`, ErrSchema, []string{`"8019" is not right; write five digits in quotes`}},
	{"province", "code: \"36902\"", "code: " + mark + "\"53902\"", ErrCode, []string{"01 to 52"}},
	{"municipality 000", "code: \"36902\"", "code: " + mark + "\"36000\"", ErrCode, []string{"01 to 52"}},
	{"duplicate", `code: "28079"`, `code: ` + mark + `"36902"`, ErrDuplicate, []string{`city "36902" is here twice; the first is at line 10`, `"L01280796" is the council of 28079`}},
	{"check digit", "L01280796", mark + "L01280795", ErrCode, []string{`the check digit of "L01280795" is wrong; write "L01280796"`}},
	{"longitude lacking", "    longitude: -3.7038\n", "", ErrSchema, []string{`city "28079": the key "longitude" is missing: it belongs to "latitude"`}},
	{"latitude", "latitude: 40.4168", "latitude: " + mark + "404.168", ErrSchema, []string{"the greatest is 90"}},
	{"group", "{group: RECI,", "{group: " + mark + "RECY,", ErrUnknown, []string{`no group "RECY"; did you mean "RECI"?`}},
	{"role", "role: member, stated: 2012-06", "role: " + mark + "amigo, stated: 2012-06", ErrSchema, []string{"write one of member, friend"}},
	{"stated", "stated: 2016/2017", "stated: " + mark + "circa2016", ErrPeriod, []string{"circa2016"}},
	{"predecessor in network", `{code: "36011"`, `{code: ` + mark + `"28079"`, ErrDuplicate, []string{"is also a city of the network"}},
	{"predecessor twice", `{code: "36012"`, `{code: ` + mark + `"36011"`, ErrDuplicate, []string{"was already merged into 36902"}},
	{"predecessor later", "name: Cotobade, until: 2016-09-22", "name: Cotobade, until: " + mark + "2016-09-23", ErrPeriod, []string{"after the municipality began"}},
	{"since", "since: 2016-09-22", "since: " + mark + "2016-09-31", ErrPeriod, []string{"the calendar has no"}},
	{"weight", "weight: 0.5", "weight: " + mark + "0", ErrSchema, []string{"must be greater than 0"}},
	{"white space", "name: Madrid", `name: ` + mark + `" Madrid"`, ErrValue, []string{"white space around it"}},
	{"a city list", "cities:\n", "cities: " + mark + "all\nx_cities:\n", ErrSchema, []string{"is the text \"all\"; it must be a list", "unknown key"}},
}

func TestBadNetworks(t *testing.T) {
	base, err := os.ReadFile("testdata/network.yaml")
	require.NoError(t, err)
	for _, c := range badNetworks {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, string(base), c.old)
			text, at := cut(strings.Replace(string(base), c.old, c.new, 1))
			_, err := LoadNetwork(strings.NewReader(text), Config{File: "bad"})
			if len(at) != len(c.want) {
				at = nil
			}
			checkProblems(t, err, c, at)
		})
	}
}

func TestDIR3(t *testing.T) {
	// Publishers of the national catalogue, datos.gob.es.
	for _, want := range strings.Fields(`L01010590 L01061535 L01080193 L01082798 L01100377 L01200697 L01280066 L01280148
		L01280796 L01281150 L01281317 L01290672 L01300243 L01312016 L01330241 L01350167 L01360577 L01380380 L01390759
		L01462444 L01462508 L01480209 L01502973`) {
		got, ok := DIR3(want[3:8])
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for _, s := range []string{"", "2807", "280790", "00001", "53001", "28000", "2807x", "２8079"} {
		_, ok := DIR3(s)
		require.False(t, ok, s)
	}
}
