package tags

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestText(t *testing.T) {
	p := []Pair{{[]byte("state"), []byte("a b")}, {[]byte("cpu"), []byte("0")}, {[]byte("x=,\\"), nil}, {nil, []byte("é")}}
	require.Equal(t, -1, Sort(p))
	text := string(Append(nil, p))
	require.Equal(t, `=é,cpu=0,state=a\ b,x\=\,\\=`, text)
	got, _, ok := Parse(nil, nil, text)
	require.True(t, ok)
	require.Equal(t, text, string(Append(nil, got)))
	v, ok := Get(got, "cpu")
	require.True(t, ok)
	require.Equal(t, "0", string(v))
	require.Equal(t, 1, Sort([]Pair{{[]byte("a"), nil}, {[]byte("a"), nil}}))
	for _, bad := range []string{"a", "a=1,", "b=1,a=2", "a=1,a=2", "a=1=2", "a b=1", `a=\`, `a=\n`, ","} {
		_, _, ok := Parse(nil, nil, bad)
		require.False(t, ok, bad)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`=é,cpu=0,state=a\ b,x\=\,\\=`)
	f.Fuzz(func(t *testing.T, text string) {
		p, _, ok := Parse(nil, nil, text)
		if ok {
			require.Equal(t, text, string(Append(nil, p)))
		}
	})
}
