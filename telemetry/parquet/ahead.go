package parquet

import "sync"

// aheadRows is how many rows each worker decodes ahead.
const aheadRows = 1 << 17

// ahead gives the blocks of row groups in their order, decoded by workers: of n workers the i-th decodes every n-th
// row group from the i-th on. Each has a queue of its own, so that what waits is bounded.
func (x *Reader) ahead(list []part, give func(*block) bool) {
	n := min(x.cfg.Workers, len(list))
	depth := max(2, aheadRows/x.cfg.Rows)
	type worker struct{ full, free chan *block }
	workers := make([]worker, n)
	done := make(chan struct{})
	var group sync.WaitGroup
	defer group.Wait()
	defer close(done)
	for i := range workers {
		w := worker{make(chan *block, depth), make(chan *block, depth+2)}
		workers[i] = w
		group.Go(func() {
			d := decoder{x: x}
			send := func(b *block) bool {
				select {
				case w.full <- b:
					return b.err == nil
				case <-done:
					return false
				}
			}
			for k := i; k < len(list); k += n {
				if err := d.open(list[k].group, list[k].first); err != nil {
					send(&block{err: err})
					return
				}
				for d.left > 0 {
					var b *block
					select {
					case b = <-w.free:
					default:
						b = &block{}
					}
					b.err = d.next(b)
					if !send(b) {
						return
					}
				}
			}
		})
	}
	for k := range list {
		w := workers[k%n]
		for left := x.file.Metadata().RowGroups[list[k].group].NumRows; left > 0; {
			b := <-w.full
			if !give(b) {
				return
			}
			left -= int64(b.n)
			w.free <- b // there is room: no more were made
		}
	}
}
