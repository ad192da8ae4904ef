package cube

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func allStatuses() []Status {
	var all []Status
	for p := range Status(5) {
		for f := range Status(256) {
			for c := range Status(4) {
				all = append(all, p|f<<3|c<<11)
			}
		}
	}
	return all
}

func TestStatusText(t *testing.T) {
	for _, s := range allStatuses() {
		require.True(t, s.Valid())
		got, err := ParseStatus(s.String())
		require.NoError(t, err)
		require.Equal(t, s, got)
		require.Equal(t, s, Status(s.Presence())|s.Flags()|Status(0).WithConfidentiality(s.Confidentiality()))
	}
	require.Equal(t, "observed", Status(0).String())
	require.Equal(t, "observed+provisional+break", (Break | Provisional).String())
	require.Equal(t, "suppressed+primary", Status(Suppressed).WithConfidentiality(Primary).String())
	require.Equal(t, Provisional|Break, (Provisional | Break).With(Missing).With(Observed))
	for _, tt := range []struct{ in, text string }{
		{"", `"" is unknown`}, {"observed+", "unknown"}, {"Observed", "unknown"}, {"provisional+observed", "must stand first"},
		{"break+break", "repeated"}, {"primary+free", "second confidentiality"}, {"missing+missing", "must stand first"},
	} {
		_, err := ParseStatus(tt.in)
		require.ErrorIs(t, err, CodeStatus)
		require.ErrorContains(t, err, tt.text, tt.in)
	}
	s, err := ParseStatus("break")
	require.NoError(t, err)
	require.Equal(t, Break, s)
	var u Status
	require.NoError(t, u.UnmarshalText([]byte("missing+secondary")))
	b, err := u.MarshalText()
	require.NoError(t, err)
	require.Equal(t, "missing+secondary", string(b))
	_, err = Status(1 << 14).MarshalText()
	require.ErrorIs(t, err, CodeStatus)
}

func TestCombine(t *testing.T) {
	all := allStatuses()
	for i := 0; i < len(all); i += 7 {
		for j := 0; j < len(all); j += 31 {
			a, b := all[i], all[j]
			c := a.Combine(b)
			require.True(t, c.Valid())
			require.Equal(t, c, b.Combine(a))
			require.Equal(t, max(a.Presence(), b.Presence()), c.Presence())
			require.Equal(t, a.Flags()|b.Flags(), c.Flags())
			require.Equal(t, max(a.Confidentiality(), b.Confidentiality()), c.Confidentiality())
		}
		require.Equal(t, all[i], all[i].Combine(0))
	}
	require.Equal(t, Status(Missing), Status(NotApplicable).Combine(Status(Missing)))
}

func TestSDMX(t *testing.T) {
	for _, s := range allStatuses() {
		code, lost := s.SDMX()
		got, partly, err := FromSDMX(code, s.Observed())
		require.NoError(t, err)
		require.Empty(t, partly)
		want := s &^ lost
		if s.Presence() == NotComputable {
			want = want.With(Missing)
		}
		require.Equal(t, want, got, s)
		require.Equal(t, lost == 0, got == s, "lost is 0 exactly if reading gives %v back", s)
	}
	for _, tt := range []struct {
		s    Status
		code SDMX
		lost Status
	}{
		{0, SDMX{"A", "F"}, 0},
		{Provisional, SDMX{"P", "F"}, 0},
		{Provisional | Estimated | Break, SDMX{"B", "F"}, Provisional | Estimated},
		{Status(Missing) | Provisional, SDMX{"L", "F"}, Provisional},
		{Status(NotApplicable), SDMX{"M", "F"}, 0},
		{Status(NotComputable), SDMX{"O", "F"}, Status(NotComputable)},
		{Status(Suppressed).WithConfidentiality(Secondary), SDMX{"Q", "D"}, 0},
		{Status(0).WithConfidentiality(Primary), SDMX{"A", "C"}, 0},
		{Status(0).WithConfidentiality(NotForPublication) | Unvalidated, SDMX{"V", "N"}, 0},
	} {
		code, lost := tt.s.SDMX()
		require.Equal(t, tt.code, code, tt.s)
		require.Equal(t, tt.lost, lost, tt.s)
	}
	for _, tt := range []struct {
		obs, conf string
		value     bool
		want      string // status, or "" for an error
		lost      string
	}{
		{"", "", true, "observed", ""},
		{"", "", false, "missing", ""},
		{"A", "", false, "missing", "A"},
		{"", "C", false, "suppressed+primary", ""},
		{"G", "", true, "observed+low-reliability", "G"},
		{"N", "F", true, "observed+low-reliability", "N"},
		{"S", "", true, "observed+low-reliability", "S"},
		{"K", "", true, "observed+definition-differs", "K"},
		{"K", "", false, "missing", "K"},
		{"W", "", true, "observed+definition-differs", "W"},
		{"J", "", true, "observed", "J"},
		{"J", "", false, "missing", "J"},
		{"H", "", false, "missing", "H"},
		{"L", "", false, "missing", ""},
		{"O", "", false, "missing", ""},
		{"M", "", false, "not-applicable", ""},
		{"Q", "A", false, "suppressed+primary", ""},
		{"P", "", false, "missing+provisional", ""},
		{"C", "", true, "observed+primary", "C"},
		{"C", "", false, "suppressed+primary", "C"},
		{"R", "", true, "observed", "R"},
		{"R", "E", true, "observed+not-for-publication", "R, conf E"},
		{"A", "X", true, "observed+primary", "conf X"},
		{"Q", "", true, "", ""},
		{"M", "", true, "", ""},
		{"Z", "", true, "", ""},
		{"p", "", true, "", ""},
		{"A", "Z", true, "", ""},
	} {
		s, lost, err := FromSDMX(SDMX{tt.obs, tt.conf}, tt.value)
		if tt.want == "" {
			require.ErrorIs(t, err, CodeStatus, tt)
			continue
		}
		require.NoError(t, err, tt)
		require.Equal(t, tt.want, s.String(), tt)
		require.Equal(t, tt.lost, lost, tt)
	}
}
