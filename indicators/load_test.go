package indicators

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func load(t testing.TB, name string) *Catalogue {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	defer f.Close()
	c, err := Load(f, Config{File: name})
	require.NoError(t, err)
	return c
}

func readTestdata(name string) ([]byte, error) { return os.ReadFile("testdata/" + name) }

func TestRoundTrip(t *testing.T) {
	c := load(t, "small.yaml")
	text, err := c.AppendJSON([]byte("x"))
	require.NoError(t, err)
	require.Equal(t, byte('x'), text[0])
	again, err := Load(bytes.NewReader(text[1:]), Config{File: "small.json"})
	require.NoError(t, err)
	text2, err := again.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, string(text[1:]), string(text2))
	a, b := *c, *again
	a.src, b.src = nil, nil
	require.Equal(t, a, b)

	built, err := New(*c)
	require.NoError(t, err)
	d := *built
	require.Nil(t, d.src)
	require.Equal(t, b, d)
}
