package otlp

import (
	"bufio"

	"github.com/almotacen/almotacen/telemetry/internal/jsonrec"
)

// split cuts a stream of JSON messages, as collectors write them to files, into these. Protobuf says
// nowhere where a message ends: a stream that does not begin with a brace is one message.
func split() bufio.SplitFunc {
	var next bufio.SplitFunc
	return func(data []byte, atEOF bool) (int, []byte, error) {
		if next == nil && len(data) > 0 {
			next = whole
			if data[0] == '{' {
				next = jsonrec.Split()
			}
		}
		if next == nil {
			return 0, nil, nil
		}
		return next(data, atEOF)
	}
}

// whole is a stream as one token.
func whole(data []byte, atEOF bool) (int, []byte, error) {
	if !atEOF || len(data) == 0 {
		return 0, nil, nil
	}
	return len(data), data, nil
}
