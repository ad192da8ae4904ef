package locale

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/almotacen/almotacen/indicators/period"
)

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		lang     string
		want     string
	}{
		{0, 0, "es", "0"}, {1234.5, 1, "es", "1.234,5"}, {1234.5, 1, "en", "1,234.5"},
		{-1234567, 0, "es", "−1.234.567"}, {-0.001, 2, "es", "0,00"}, {999.999, 2, "en", "1,000.00"},
		{12, 2, "eu", "12,00"}, {12, 0, "xx", "12"}, {1e15, 0, "es", "1.000.000.000.000.000"},
	} {
		assert.Equal(t, c.want, Number(c.v, c.decimals, c.lang))
	}
	assert.Equal(t, "+1,5", Signed(1.5, 1, "es"))
	assert.Equal(t, "−1,5", Signed(-1.5, 1, "es"))
	assert.Equal(t, "0,0", Signed(0.01, 1, "es"))
	assert.Equal(t, "12,5\u00a0%", Percent(12.5, 1, "es"))
	assert.Equal(t, "12.5%", Percent(12.5, 1, "en"))
}

func TestPeriodAndDate(t *testing.T) {
	for _, c := range []struct{ in, lang, want string }{
		{"2017", "es", "2017"}, {"2013-01", "es", "enero de 2013"}, {"2013-01", "en", "January 2013"},
		{"2024-Q3", "es", "trimestre 3 de 2024"}, {"2024-S1", "en", "semester 1 of 2024"}, {"2024-W07", "gl", "semana 7 de 2024"},
		{"2023/2024", "es", "curso 2023/2024"}, {"2024-03-31", "es", "2024-03-31"},
	} {
		assert.Equal(t, c.want, Period(period.MustParse(c.in), c.lang), c.in)
	}
	day := time.Date(2026, 11, 24, 23, 0, 0, 0, time.UTC)
	assert.Equal(t, "24 de noviembre de 2026", Date(day, "es"))
	assert.Equal(t, "24 November 2026", Date(day, "en"))
	for _, lang := range Languages() {
		assert.Contains(t, table, lang)
	}
}
