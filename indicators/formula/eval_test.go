package formula

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEval(t *testing.T) {
	p := compile(t, `
rate¦kg/{person}¦waste_t*1000.0/population
share¦%¦share(recycled_t, waste_t)
density¦{person}/km2¦population/area
change¦%¦100.0*(population-prev(population))/prev(population)
twice¦kg/{person}¦x.rate + x.rate
`)
	in := table(t, p.cat, `
01001 2020 population 100
01001 2020 waste_t 5
01001 2020 recycled_t 2 provisional
01001 2021 population 110 estimated
01001 2021 waste_t suppressed
01001 2021 area 0
01002 2021 population 0
01002 2021 waste_t 0
01002 2021 recycled_t 1
`)
	out := eval(t, p, in)
	for _, tt := range []struct{ entity, at, id, want string }{
		{"01001", "2020", "x.rate", "50"},
		{"01001", "2020", "x.twice", "100"},
		{"01001", "2020", "x.share", "40 observed+provisional"},
		{"01001", "2020", "x.density", "missing not-collected|area"},
		{"01001", "2020", "x.change", "missing not-collected|population|2019"},
		{"01001", "2021", "x.rate", "suppressed+estimated suppressed|waste_t"},
		{"01001", "2021", "x.twice", "suppressed+estimated suppressed|waste_t"},
		{"01001", "2021", "x.share", "suppressed not-collected|recycled_t;suppressed|waste_t"},
		{"01001", "2021", "x.density", "not-computable+estimated not-computable|x.density|the result is +Inf in population/area (version 1, column 1)"},
		{"01001", "2021", "x.change", "10 observed+estimated"},
		{"01002", "2021", "x.rate", "not-computable not-computable|x.rate|the result is NaN in waste_t*1000.0/population (version 1, column 1)"},
		{"01002", "2021", "x.share", "not-computable not-computable|x.share|zero denominator in share(recycled_t, waste_t) (version 1, column 1)"},
		{"01002", "2021", "x.twice", "not-computable not-computable|x.rate|the result is NaN in waste_t*1000.0/population (version 1, column 1)"},
	} {
		require.Equal(t, tt.want, show(out.At(key(tt.entity, tt.at), tt.id)), tt.entity+" "+tt.at+" "+tt.id)
	}
}
