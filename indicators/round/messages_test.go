package round

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/locale"
)

// TestMessagesAreComplete: every language has every sentence with the same placeholders.
func TestMessagesAreComplete(t *testing.T) {
	placeholder := regexp.MustCompile(`\{[a-z0-9]+\}`)
	set := func(s string) []string {
		found := placeholder.FindAllString(s, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	for _, lang := range locale.Languages() {
		require.Len(t, messages[lang], len(messages["es"]), lang)
		for key, es := range messages["es"] {
			text, ok := messages[lang][key]
			require.True(t, ok, "%s lacks %s", lang, key)
			assert.Equal(t, set(es), set(text), "%s %s", lang, key)
		}
	}
}
