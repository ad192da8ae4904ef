package jsonrec

import (
	"bufio"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/jsonscan"
	"github.com/almotacen/almotacen/telemetry"
)

func TestError(t *testing.T) {
	var s jsonscan.Scanner
	s.Reset([]byte(`{"a":tru}`))
	s.Skip()
	e := Error(s.End(), "x", telemetry.Config{Source: "file"}, telemetry.Origin{Record: 4, Offset: 100}, 1)
	require.ErrorIs(t, e, telemetry.ErrSyntax)
	require.Equal(t, `telemetry/x: file: record 5: byte 108: /a: '}' where "true" should go on`, e.Error())
	for c := jsonscan.Syntax; c <= jsonscan.Type; c++ {
		require.NotNil(t, kinds[c])
	}
}

func TestSplit(t *testing.T) {
	s := bufio.NewScanner(strings.NewReader(`[{}, {} {}]`))
	s.Split(Split())
	n := 0
	for ; s.Scan(); n++ {
		require.Equal(t, "{}", s.Text())
	}
	require.Equal(t, 2, n)
	require.ErrorIs(t, s.Err(), telemetry.ErrSyntax)
}
