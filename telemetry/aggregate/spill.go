package aggregate

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/almotacen/almotacen/internal/atomicfile"
)

// spilled is a file of states in the order of results.
type spilled struct {
	name string // in Config.SpillDir
	sum  [sha256.Size]byte
}

// spill writes the states of all workers to a file and forgets them. Readings in order
// and open morsels stay.
func (a *Aggregator) spill(ctx context.Context) error {
	order := a.order()
	h := sha256.New()
	tmp := spilled{name: fmt.Sprintf("states-%d-%d.run", a.position, len(a.runs))}
	path := filepath.Join(a.cfg.SpillDir, tmp.name)
	err := atomicfile.WriteFile(path, func(w io.Writer) error {
		e := &encoder{w: w, sum: h}
		for mi := range a.measures {
			if a.measures[mi].ordered {
				continue
			}
			var tables []*table
			for _, w := range a.workers {
				tables = append(tables, w.tables[mi])
			}
			rows, err := a.collect(ctx, mi, tables, order)
			if err != nil {
				return err
			}
			zones := a.workers[0].zonesOf(a.dict)
			for i := range rows {
				if i%looks == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				x := &rows[i]
				b := putText(binary.AppendUvarint(nil, uint64(mi)), x.Group)
				b = binary.AppendVarint(b, zones[a.dict.zone(x.Zone)].ordinal(x.Window))
				b, _ = x.State.AppendBinary(b)
				e.record(b)
			}
		}
		return e.err
	})
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Error{Kind: ErrFile, File: path, Msg: "states cannot be written to Config.SpillDir", Err: err}
	}
	copy(tmp.sum[:], h.Sum(nil))
	a.runs = append(a.runs, tmp)
	for _, w := range a.workers {
		for mi := range a.measures {
			if !a.measures[mi].ordered {
				w.tables[mi] = newTable(a.cfg.Limits.Dense, w.tables[mi].lanes)
			}
		}
		w.states = 0
		w.recharge()
	}
	return nil
}

// runReader reads a spilled file, checking its sum at the end.
type runReader struct {
	a    *Aggregator
	f    *os.File
	r    *bufio.Reader
	path string
	want [sha256.Size]byte
	got  func() []byte
	row  Row
	done bool
}

func (a *Aggregator) openRun(s spilled) (*runReader, error) {
	path := filepath.Join(a.cfg.SpillDir, s.name)
	f, err := os.Open(path)
	if err != nil {
		return nil, &Error{Kind: ErrFile, File: path, Msg: "spilled states cannot be read", Err: err}
	}
	h := sha256.New()
	r := &runReader{a: a, f: f, path: path, want: s.sum, got: func() []byte { return h.Sum(nil) }}
	r.r = bufio.NewReaderSize(io.TeeReader(f, h), 1<<16)
	return r, r.next()
}

func (r *runReader) fail(err error) error {
	return &Error{Kind: ErrFile, File: r.path, Msg: "the file is damaged", Err: err}
}

// next reads the next row; done at the end.
func (r *runReader) next() error {
	n, err := binary.ReadUvarint(r.r)
	if errors.Is(err, io.EOF) {
		r.done = true
		if string(r.got()) != string(r.want[:]) {
			return r.fail(errors.New("the checksum is not that of the content"))
		}
		return nil
	}
	if err == nil && n > maxRecord {
		err = fmt.Errorf("a record of %d bytes", n)
	}
	if err != nil {
		return r.fail(err)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.r, b); err != nil {
		return r.fail(err)
	}
	d := decoder{src: b, what: "spilled state"}
	mi := d.uvarint()
	name, o := d.text(), d.varint()
	g, ok := r.a.dict.groupIndex[name]
	if d.err != nil || !ok || mi >= uint64(len(r.a.measures)) {
		return r.fail(cmpErr(d.err, fmt.Errorf("measure %d, group %.80q", mi, name)))
	}
	group := &r.a.dict.groups[g]
	z := r.a.workers[0].zonesOf(r.a.dict)[r.a.dict.zone(group.Zone)]
	r.row = Row{measure: int32(mi), Group: group.ID, Zone: group.Zone, Window: z.period(o)}
	r.row.Start, r.row.End = z.spanOf(o)
	if err := r.row.State.UnmarshalBinary(b[d.at:]); err != nil {
		return r.fail(err)
	}
	return nil
}

// Each calls f for every row of the result in its order, until f returns an error or ctx
// ends.
// States that were spilled are merged as they are read: memory holds those that were
// not, and one row. The row is f's for the call.
func (a *Aggregator) Each(ctx context.Context, f func(*Row) error) error {
	r, err := a.inMemory(ctx)
	if err != nil {
		return err
	}
	var runs []*runReader
	defer func() {
		for _, r := range runs {
			_ = r.f.Close()
		}
	}()
	for _, s := range a.runs {
		x, err := a.openRun(s)
		if err != nil {
			return err
		}
		runs = append(runs, x)
	}
	for i, n := 0, 0; ; n++ {
		if n%looks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var least *Row
		if i < r.rows.n {
			least = r.rows.at(i)
		}
		for _, x := range runs {
			if !x.done && (least == nil || x.row.compare(least) < 0) {
				least = &x.row
			}
		}
		if least == nil {
			return nil
		}
		row := *least
		row.State = State{Moments: NewMoments(a.measures[row.measure].scale)}
		row.Correction = a.retired > earliest && row.End <= a.retired
		for _, x := range runs {
			if !x.done && x.row.compare(&row) == 0 {
				if err := row.State.Merge(&x.row.State); err != nil {
					return err
				}
				if err := x.next(); err != nil {
					return err
				}
			}
		}
		if i < r.rows.n && r.rows.at(i).compare(&row) == 0 {
			if err := row.State.Merge(&r.rows.at(i).State); err != nil {
				return err
			}
			i++
		}
		if err := f(&row); err != nil {
			return err
		}
	}
}

func spillable(c Config, measures []measure) error {
	if c.SpillDir == "" {
		return nil
	}
	for i := range measures {
		if m := &measures[i]; m.Form == Float || m.Keep&KeepValues != 0 {
			return &Error{Kind: ErrConfig, Measure: m.ID, Msg: "form Float and KeepValues do not spill; use Decimal and KeepHistogram, or no SpillDir"}
		}
	}
	return nil
}
