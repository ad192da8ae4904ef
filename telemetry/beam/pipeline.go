package beam

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/almotacen/almotacen/telemetry/aggregate"
	"github.com/almotacen/almotacen/telemetry/archive"
	"github.com/almotacen/almotacen/telemetry/parquet"
)

func init() {
	register.DoFn3x1[context.Context, string, func([]byte, []byte), error](&filesFn{})
	register.DoFn3x1[context.Context, []byte, func([]byte, []byte), error](&archivesFn{})
	register.DoFn3x1[context.Context, int, func(*entry) bool, error](&writeFn{})
	register.Combiner1[[]byte](&mergeFn{})
	register.Emitter2[[]byte, []byte]()
	register.Iter1[entry]()
	register.Function2x1(pair)
	beam.RegisterType(entryType)
}

// Files aggregates files, a PCollection of their names: archives (telemetry/archive), or Parquet with the
// columns of telemetry/parquet where the name ends in .parquet. Names are opened through Beam's file systems, so
// the program imports the one it uses (…/io/filesystem/local, …/gcs). The result is a PCollection of
// KV of key and state bytes, of aggregate.Key and aggregate.State. A file that does not read fails the bundle,
// and with it, after the runner's retries, the pipeline: nothing is lost in silence.
func Files(s beam.Scope, names beam.PCollection, spec Spec) (beam.PCollection, error) {
	if _, err := spec.Config(); err != nil {
		return beam.PCollection{}, err
	}
	s = s.Scope("almotacen.Files")
	return beam.CombinePerKey(s, &mergeFn{}, beam.ParDo(s, &filesFn{bundle{Spec: spec}}, names)), nil
}

// Archives is Files for a source of the caller's own: a PCollection of byte slices, each a whole archive, as
// archive.Writer makes them.
func Archives(s beam.Scope, archives beam.PCollection, spec Spec) (beam.PCollection, error) {
	if _, err := spec.Config(); err != nil {
		return beam.PCollection{}, err
	}
	s = s.Scope("almotacen.Archives")
	return beam.CombinePerKey(s, &mergeFn{}, beam.ParDo(s, &archivesFn{bundle{Spec: spec}}, archives)), nil
}

// bundle is what the two kinds of input share: it aggregates all of a bundle, and then emits.
type bundle struct {
	Spec Spec
	agg  *aggregate.Aggregator
}

func (b *bundle) start() error {
	c, err := b.Spec.Config()
	if err != nil {
		return err
	}
	b.agg, err = aggregate.New(c)
	return err
}

var (
	rows      = beam.NewCounter("almotacen", "rows")
	outside   = beam.NewCounter("almotacen", "outside")
	timeless  = beam.NewCounter("almotacen", "timeless")
	ungrouped = beam.NewCounter("almotacen", "ungrouped")
	unwanted  = beam.NewCounter("almotacen", "unwanted")
)

func (b *bundle) finish(ctx context.Context, emit func([]byte, []byte)) error {
	r, err := b.agg.Result(ctx)
	if err != nil {
		return err
	}
	t := b.agg.Totals()
	rows.Inc(ctx, t.Rows)
	outside.Inc(ctx, t.Outside)
	timeless.Inc(ctx, t.Timeless)
	ungrouped.Inc(ctx, t.Ungrouped)
	unwanted.Inc(ctx, t.Unwanted)
	b.agg = nil
	for k, row := range r.Rows() {
		key, err := k.AppendBinary(nil)
		if err != nil {
			return err
		}
		state, err := row.State.AppendBinary(nil)
		if err != nil {
			return err
		}
		emit(key, state)
	}
	return nil
}

func (b *bundle) archive(name string, r io.Reader) error {
	for batch, err := range archive.NewReader(r, archive.Filter{From: b.Spec.From, To: b.Spec.To}).Blocks() {
		if err == nil {
			err = b.agg.Add(batch)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// filesFn aggregates the files of a bundle.
type filesFn struct{ bundle }

func (f *filesFn) StartBundle(_ context.Context, _ func([]byte, []byte)) error { return f.start() }

func (f *filesFn) ProcessElement(ctx context.Context, name string, _ func([]byte, []byte)) error {
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer fs.Close()
	in, err := fs.OpenRead(ctx, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer in.Close()
	if !strings.HasSuffix(strings.ToLower(name), ".parquet") {
		return f.archive(name, in)
	}
	data, err := io.ReadAll(in) // its footer is at the end
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r, err := parquet.NewReader(bytes.NewReader(data), int64(len(data)), parquet.Config{Source: name, From: f.Spec.From, To: f.Spec.To})
	if err != nil {
		return err
	}
	for batch, err := range r.Batches() {
		if err == nil {
			err = f.agg.Add(batch)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (f *filesFn) FinishBundle(ctx context.Context, emit func([]byte, []byte)) error {
	return f.finish(ctx, emit)
}

// archivesFn aggregates archives in memory.
type archivesFn struct{ bundle }

func (f *archivesFn) StartBundle(_ context.Context, _ func([]byte, []byte)) error { return f.start() }

func (f *archivesFn) ProcessElement(_ context.Context, data []byte, _ func([]byte, []byte)) error {
	return f.archive("archive", bytes.NewReader(data))
}

func (f *archivesFn) FinishBundle(ctx context.Context, emit func([]byte, []byte)) error {
	return f.finish(ctx, emit)
}

// mergeFn combines the states of a key. The empty accumulator is no state yet.
type mergeFn struct{}

func (*mergeFn) CreateAccumulator() []byte                     { return nil }
func (*mergeFn) AddInput(a, state []byte) ([]byte, error)      { return merge(a, state) }
func (*mergeFn) MergeAccumulators(a, b []byte) ([]byte, error) { return merge(a, b) }
func (*mergeFn) ExtractOutput(a []byte) []byte                 { return a }

func merge(a, b []byte) ([]byte, error) {
	switch {
	case len(a) == 0:
		return b, nil
	case len(b) == 0:
		return a, nil
	}
	var x, y aggregate.State
	if err := x.UnmarshalBinary(a); err != nil {
		return nil, err
	}
	if err := y.UnmarshalBinary(b); err != nil {
		return nil, err
	}
	if err := x.Merge(&y); err != nil {
		return nil, err
	}
	return x.AppendBinary(nil)
}
