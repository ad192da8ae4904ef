package aggregate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
	"github.com/almotacen/almotacen/telemetry"
)

// TestProgress: at most ten calls for each second of the clock, one at a time, with rows
// and groups that do not fall, on one goroutine and on several, of ordered measures, too.
func TestProgress(t *testing.T) {
	rows := readings(61, 6*MorselRows)
	list := batches(t, rows, 5000)
	for _, workers := range []int{1, 3} {
		for _, ordered := range []bool{false, true} {
			t.Run(fmt.Sprint(workers, ordered), func(t *testing.T) {
				var now atomic.Int64
				var calls, inside atomic.Int64
				var last Progress
				c := testConfig(t, period.Hour)
				c.Workers = workers
				if ordered {
					c.Lateness = AnyOrder
					c.Measures = append(c.Measures, Measure{ID: "once", Attribute: "t", Once: true})
				}
				c.Clock = func() time.Time { return time.Unix(0, now.Add(int64(7*time.Millisecond))) }
				c.Progress = func(p Progress) {
					require.EqualValues(t, 1, inside.Add(1))
					calls.Add(1)
					require.GreaterOrEqual(t, p.Rows, last.Rows)
					require.GreaterOrEqual(t, p.Groups, last.Groups)
					require.LessOrEqual(t, p.Rows, int64(len(rows)))
					require.Greater(t, p.Bytes, int64(1000))
					last = p
					inside.Add(-1)
				}
				a, err := New(c)
				require.NoError(t, err)
				require.NoError(t, a.AddAll(t.Context(), list))
				require.Greater(t, last.Rows, int64(0))
				require.LessOrEqual(t, calls.Load(), now.Load()/int64(100*time.Millisecond)+1)
				_, err = a.Result(t.Context())
				require.NoError(t, err)
				if workers == 1 {
					require.GreaterOrEqual(t, calls.Load(), now.Load()/int64(200*time.Millisecond))
					require.Equal(t, 2, last.Groups)
				}
			})
		}
	}
	c := testConfig(t, period.Hour)
	c.Progress = func(Progress) {}
	_, err := New(c)
	require.ErrorIs(t, err, ErrConfig)
}

func endsAfter(looks int) context.Context {
	e := ending{context.Background(), new(atomic.Int64)}
	e.looks.Store(int64(looks))
	return e
}

// ending is a context that ends after it was looked at a number of times.
type ending struct {
	context.Context
	looks *atomic.Int64
}

func (e ending) Err() error {
	if e.looks.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestCancel: every long path ends with its context, wherever that is, and what was
// there before is there after: results, checkpoints, states that were not forgotten.
func TestCancel(t *testing.T) {
	var b telemetry.Batch
	cfg := Config{Window: period.Hour, Limits: Limits{States: 30_000}, SpillDir: t.TempDir(), Lateness: AnyOrder, Measures: []Measure{
		{ID: "plain", Attribute: "x"},
		{ID: "held", Attribute: "y", Hold: Step, MaxAge: time.Hour},
	}}
	a, err := New(cfg)
	require.NoError(t, err)
	hostile(&b, 0, 10_000, 2000)
	b.Attributes = telemetry.Dict{}
	b.Attributes.Code([]byte("y"))
	require.NoError(t, a.Add(&b))
	hostile(&b, 0, 30_000, 6000)
	require.NoError(t, a.Add(&b))
	require.NotEmpty(t, a.runs)
	r, err := a.Result(t.Context())
	require.NoError(t, err)
	want := dump(t, r)

	dir := t.TempDir()
	check := filepath.Join(dir, "check")
	require.NoError(t, a.Checkpoint(t.Context(), check, []byte("before")))
	before, err := os.ReadFile(check)
	require.NoError(t, err)
	for name, path := range map[string]func(context.Context) error{
		"result":     func(ctx context.Context) error { _, err := a.Result(ctx); return err },
		"each":       func(ctx context.Context) error { return a.Each(ctx, func(*Row) error { return nil }) },
		"checkpoint": func(ctx context.Context) error { return a.Checkpoint(ctx, check, []byte("after")) },
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			for ; ; n += 1 + n/2 {
				if err := path(endsAfter(n)); err == nil {
					break
				} else {
					require.ErrorIs(t, err, context.Canceled)
				}
				left, err := os.ReadDir(dir)
				require.NoError(t, err)
				require.Len(t, left, 1)
				if name == "checkpoint" {
					after, err := os.ReadFile(check)
					require.NoError(t, err)
					require.Equal(t, before, after)
				}
			}
			require.Greater(t, n, 5)
		})
	}
	r, err = a.Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, dump(t, r))

	// Spilling ends the adding, which then is over.
	for _, looks := range []int{0, 3} {
		cfg.SpillDir, cfg.Measures = t.TempDir(), cfg.Measures[:1]
		a, err = New(cfg)
		require.NoError(t, err)
		err = a.AddAll(endsAfter(looks), []*telemetry.Batch{&b})
		require.ErrorIs(t, err, context.Canceled)
		_, err = a.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		left, err := os.ReadDir(cfg.SpillDir)
		require.NoError(t, err)
		require.Len(t, left, len(a.runs))
	}

	// Nothing is forgotten.
	cfg.SpillDir = ""
	a, err = New(cfg)
	require.NoError(t, err)
	require.NoError(t, a.Add(&b))
	_, err = a.Retire(endsAfter(1), 1<<62)
	require.ErrorIs(t, err, context.Canceled)
	r, err = a.Retire(t.Context(), 1<<62)
	require.NoError(t, err)
	require.Equal(t, 30_000, r.Len())
}
