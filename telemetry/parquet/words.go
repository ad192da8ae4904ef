package parquet

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"github.com/almotacen/almotacen/telemetry"
)

// words gives the texts of a column codes within a row group, from 1; 0 is none. Those of a dictionary have theirs
// from their place in it, so that no row's text is looked at; two codes may mean the same.
type words struct {
	texts []string // by code; what is there does not change, so that another goroutine can read it
	bytes map[string]uint32
	ints  map[int64]uint32
	last  struct {
		text  string
		value int64
		code  uint32
	}
	limits telemetry.Limits
}

func (w *words) reset(limits telemetry.Limits) {
	*w = words{texts: append(make([]string, 0, 16), ""), limits: limits}
}

func (w *words) check(p []byte) error {
	switch {
	case !utf8.Valid(p):
		return fmt.Errorf("%w: %.40q", telemetry.ErrUTF8, p)
	case len(p) > w.limits.Text:
		return fmt.Errorf("%w: a text of %d bytes; raise Limits.Text", telemetry.ErrLimit, len(p))
	}
	return nil
}

func (w *words) room(n int) error {
	if len(w.texts)+n-1 > w.limits.Entries {
		return fmt.Errorf("%w: more than %d different texts; raise Limits.Entries", telemetry.ErrLimit, w.limits.Entries)
	}
	return nil
}

// dictionary takes the texts of a dictionary, which comes first.
func (w *words) dictionary(p *pages) error {
	n := p.dict.len()
	if err := w.room(n); err != nil {
		return err
	}
	if p.c.kind != parquet.ByteArray {
		for _, v := range p.dict.ints {
			w.texts = append(w.texts, decimal(v, p.c.unsigned))
		}
		return nil
	}
	if n == 0 {
		return nil
	}
	all := string(p.dict.bytes[:p.dict.offsets[n]])
	for i := range n {
		from, to := p.dict.offsets[i], p.dict.offsets[i+1]
		if err := w.check(p.dict.bytes[from:to]); err != nil {
			return err
		}
		w.texts = append(w.texts, all[from:to])
	}
	return nil
}

func decimal(v int64, unsigned bool) string {
	if unsigned {
		return strconv.FormatUint(uint64(v), 10)
	}
	return strconv.FormatInt(v, 10)
}

func (w *words) add(text string) (uint32, error) {
	if err := w.room(1); err != nil {
		return 0, err
	}
	w.texts = append(w.texts, text)
	return uint32(len(w.texts) - 1), nil
}

// text is the code of p.
func (w *words) text(p []byte) (code uint32, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	if w.last.code != 0 && w.last.text == string(p) {
		return w.last.code, nil
	}
	code, ok := w.bytes[string(p)]
	if !ok {
		if err := w.check(p); err != nil {
			return 0, err
		}
		if code, err = w.add(string(p)); err != nil {
			return 0, err
		}
		if w.bytes == nil {
			w.bytes = map[string]uint32{}
		}
		w.bytes[w.texts[code]] = code
	}
	w.last.text, w.last.code = w.texts[code], code
	return code, nil
}

// number is the code of a whole number.
func (w *words) number(v int64, unsigned bool) (code uint32, err error) {
	if w.last.code != 0 && w.last.value == v {
		return w.last.code, nil
	}
	code, ok := w.ints[v]
	if !ok {
		if code, err = w.add(decimal(v, unsigned)); err != nil {
			return 0, err
		}
		if w.ints == nil {
			w.ints = map[int64]uint32{}
		}
		w.ints[v] = code
	}
	w.last.value, w.last.code = v, code
	return code, nil
}

// take fills dst with the codes of the page's next rows.
func (w *words) take(p *pages, dst []uint32, levels []byte) (used int, err error) {
	if p.index != nil {
		return next1(dst, p.index[p.value:], levels), nil
	}
	k := p.value
	for i := range dst {
		if levels != nil && levels[i] == 0 {
			continue
		}
		if p.c.kind == parquet.ByteArray {
			dst[i], err = w.text(p.plain.bytes[p.plain.offsets[k]:p.plain.offsets[k+1]])
		} else {
			dst[i], err = w.number(p.plain.ints[k], p.c.unsigned)
		}
		if err != nil {
			return 0, err
		}
		k++
	}
	return k - p.value, nil
}
