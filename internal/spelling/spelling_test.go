package spelling

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"kitten", "sitting", 3}, {"waste_t", "waste_tt", 1}, {"ab", "ba", 1}, {"ca", "abc", 3}, {"population", "poblation", 2},
	} {
		assert.Equal(t, c.want, Distance(c.a, c.b, 10), "%s %s", c.a, c.b)
		assert.Equal(t, c.want, Distance(c.b, c.a, 10), "%s %s", c.b, c.a)
		assert.Equal(t, min(c.want, 2), Distance(c.a, c.b, 2))
	}
	assert.Equal(t, 5, Distance(strings.Repeat("x", MaxLen+1), strings.Repeat("x", MaxLen+1), 5))
}

func TestNearest(t *testing.T) {
	assert.Equal(t, "women", Nearest("wome", []string{"men", "women", "woman"}, 3))
	assert.Equal(t, "a1", Nearest("a", []string{"xyz", "a1", "a2"}, 3))
	assert.Empty(t, Nearest("trees", []string{"men"}, 3))
	assert.Empty(t, Nearest("trees", nil, 3))
}
