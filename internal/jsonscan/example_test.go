package jsonscan_test

import (
	"fmt"

	"github.com/almotacen/almotacen/internal/jsonscan"
)

// A sum of values, skipping what is not known.
func ExampleScanner() {
	var s jsonscan.Scanner
	s.Reset([]byte(`[{"value": 20.5, "unit": "Cel"}, {"value": 1}]`))
	sum := 0.0
	s.Array()
	for s.More() {
		s.Object()
		for key, ok := s.Key(); ok; key, ok = s.Key() {
			if string(key) == "value" {
				n, _ := s.Number()
				sum += n.Value
				continue
			}
			s.Skip()
		}
	}
	fmt.Println(sum, s.End())

	s.Reset([]byte(`[{"value": "x"}]`))
	s.Array()
	s.More()
	s.Object()
	s.Key()
	s.Number()
	fmt.Println(s.End())
	// Output:
	// 21.5 <nil>
	// byte 11: /0/value: a text where a number should be
}
