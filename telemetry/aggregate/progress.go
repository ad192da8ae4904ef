package aggregate

import (
	"sync"
	"time"
)

// Progress is how far an aggregator is.
type Progress struct {
	Rows   int64 // added
	Groups int   // that were met
	Bytes  int64 // held, about: see Aggregator.MemoryBytes
}

// progressEvery is the least time between two calls of Config.Progress.
const progressEvery = 100 * time.Millisecond

// progress is what Config.Progress was told.
type progress struct {
	sync.Mutex
	last time.Time // of the last call
	rows int64     // while workers run: Aggregator.position is set at the end
	held []int64   // while workers run: bytes by worker
	base int64     // bytes that are no worker's
}

// report calls Config.Progress if it is time to. It is called where the aggregator
// stands still.
func (a *Aggregator) report() {
	if a.cfg.Progress == nil {
		return
	}
	if now := a.cfg.Clock(); now.Sub(a.progress.last) >= progressEvery {
		a.progress.last = now
		a.cfg.Progress(Progress{a.position, len(a.dict.groups), a.MemoryBytes()})
	}
}

// apart prepares for reports of workers that run side by side.
func (a *Aggregator) apart() {
	if a.cfg.Progress == nil {
		return
	}
	p := &a.progress
	p.rows, p.base, p.held = a.position, a.dict.bytes(), p.held[:0]
	for _, t := range a.real {
		if t != nil {
			p.base += t.bytes()
		}
	}
	for _, w := range append(a.workers[:len(a.workers):len(a.workers)], a.stages...) {
		p.held = append(p.held, w.bytes())
	}
}

// reportOf is report for worker i, of the workers and then the stages, which has added
// more rows and is the one that calls.
func (a *Aggregator) reportOf(i int, w *worker, more int64) {
	if a.cfg.Progress == nil {
		return
	}
	p := &a.progress
	p.Lock()
	defer p.Unlock()
	p.rows += more
	now := a.cfg.Clock()
	if now.Sub(p.last) < progressEvery {
		return
	}
	p.last, p.held[i] = now, w.bytes()
	bytes := p.base
	for _, n := range p.held {
		bytes += n
	}
	a.cfg.Progress(Progress{p.rows, len(a.dict.groups), bytes})
}
