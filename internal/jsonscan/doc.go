// Package jsonscan reads JSON (RFC 8259) by pulling: the caller asks for the next key
// or value, and nothing is built. It is for decoders that meet millions of small
// messages of a known shape.
//
// # Use
//
// A [Scanner] is reset on a text, asked with Object and Key, Array and More, Text,
// Number, Bool, Null, Skip, and at last End:
//
//	s.Reset(src)
//	s.Object()
//	for key, ok := s.Key(); ok; key, ok = s.Key() {
//		switch string(key) {
//		case "value":
//			n, _ := s.Number()
//			…
//		default:
//			s.Skip()
//		}
//	}
//	if err := s.End(); err != nil { … }
//
// The first error sticks: all calls after it return zero values, so that loops end
// and one check suffices.
//
// # What is accepted
//
// What encoding/json accepts, in bytes and in values, but for these, each an error with
// a code of its own: a key that stands twice in an object ([Duplicate]); bytes that are
// not UTF-8 ([UTF8]) and halves of surrogate pairs ([Surrogate]), which
// encoding/json replaces; more than [Scanner.MaxDepth] nested values ([Depth]). A number
// beyond float64 is valid where it is skipped and an error where it is read ([Range]).
//
// # Guarantees
//
// The input is neither kept (after the next Reset) nor changed. Nothing is allocated,
// but for growth of scratch kept for the next text. Time is linear in the length of the
// text, but n log n in the number of keys of one object. A Scanner is for one goroutine.
package jsonscan
