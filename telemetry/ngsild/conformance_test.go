package ngsild

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
)

// skipped are parts of the suite that hold no entities, by the beginning of the path or a part of it.
var skipped = []struct{ part, reason string }{
	{"csourceRegistrations/", "registrations of context sources, not entities"},
	{"csourceSubscriptions/", "subscriptions to context sources, not entities"},
	{"jsonldContext/", "@context documents, not entities"},
	{"types/", "lists of types, not entities"},
	{"notifications/", "notification statistics of subscriptions, not entities"},
	{"subscriptions/fragments/", "subscriptions, not entities"},
	{"subscriptions/expectations/subscription", "subscriptions, not entities"},
	{"subscriptions/subscription", "subscriptions, not entities"},
	{"-query", "bodies of queries, not entities"},
	{"entities/query", "bodies of queries, not entities"},
}

// bad says by its name, as the suite does, whether a file must be refused.
func bad(name string) bool {
	for _, part := range []string{"invalid", "empty-json", "without-id", "null-item", "meta-model", "not-datetime", "reified"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

func TestConformanceETSI(t *testing.T) {
	dir := filepath.Join(testcorpus.Dir(t, "telemetry/ngsi-ld"), "data")
	pass, fail, twins := 0, 0, 0
	var skips []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		if e.IsDir() {
			return nil
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator)))
		for _, s := range skipped {
			if strings.Contains(name, s.part) {
				skips = append(skips, s.reason)
				return nil
			}
		}
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		if s := strings.Join(strings.Fields(string(src)), ""); s == "[]" || s == "{}" {
			skips = append(skips, "an empty message: no rows, and whether the request is bad is for the receiver to say")
			return nil
		}
		c := Config{}
		if strings.Contains(name, "omit") || strings.Contains(name, "pick") {
			c.Partial = true
		}
		if strings.Contains(strings.ToLower(name), "fragment") || c.Partial || strings.HasSuffix(name, "-instance.json") || strings.HasSuffix(name, "attribute.json") {
			c.Entity = telemetry.Entity{ID: "urn:ngsi-ld:Fragment:1", Type: "Fragment"}
			if s := string(src); strings.Contains(s, `"type"`) && kindOf([]byte(topType(src))) != none {
				c.Attribute = "attribute"
			}
		}
		if msg := conform(t, name, src, c, &twins); msg != "" {
			fail++
			t.Errorf("%s: %s", name, msg)
			return nil
		}
		pass++
		return nil
	})
	require.NoError(t, err)
	t.Logf("%d of the files compared with the slow twin", twins)
	testcorpus.Conformance(t, "ngsi-ld/etsi", pass, fail, skips)
}

func topType(src []byte) string {
	v, _ := twinParse(src).([]member)
	s, _ := get(v, "type").(string)
	return s
}

func conform(t *testing.T, name string, src []byte, c Config, twins *int) string {
	var b telemetry.Batch
	err := NewDecoder(c).Decode(&b, src)
	switch {
	case bad(name) && err == nil:
		return "accepted, and its name says that it is invalid"
	case bad(name):
		return ""
	case err != nil:
		return err.Error()
	}
	if c.Entity.ID == "" {
		if want, ok := twinLines(src); ok {
			*twins++
			require.Equal(t, want, ourLines(&b), name)
		}
	}
	for _, concise := range []bool{false, true} {
		roundTrip(t, &b, Encoder{Concise: concise}, name)
	}
	return ""
}
