package aggregate

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/period"
)

// everything keeps every state, ordered ones and floats.
func everything(t testing.TB) Config {
	c := orderedConfig(t, period.Hour)
	c.Lateness = time.Hour
	all := KeepValues | KeepHistogram | KeepEntities | KeepDistinct | KeepTop | KeepEnds
	c.Measures = append(c.Measures, Measure{ID: "keep", Attribute: "t", Keep: all}, Measure{ID: "float", Attribute: "t", Form: Float, Keep: all &^ KeepValues},
		Measure{ID: "turn", Attribute: "t", Keep: KeepCircle, Turn: 24}, Measure{ID: "turn once", Attribute: "t", Once: true, Keep: KeepCircle, Turn: 7})
	return c
}

// stream is rows of increasing time with some disorder.
func stream(seed uint64, n int) []reading {
	rows := nightReadings(seed, n)
	slices.SortStableFunc(rows, func(a, b reading) int { return a.at.Compare(b.at) })
	rng := rand.New(rand.NewPCG(seed, 8))
	for i := range len(rows) - 1 {
		if rng.IntN(3) == 0 {
			rows[i], rows[i+1] = rows[i+1], rows[i]
		}
	}
	return rows
}

// TestResume: saved and loaded at any row, with other workers, the result is the same.
func TestResume(t *testing.T) {
	c := everything(t)
	rows := stream(1, 3000)
	list := batches(t, rows, 100)
	r, err := Run(context.Background(), c, list)
	require.NoError(t, err)
	want := dump(t, r)
	name := filepath.Join(t.TempDir(), "checkpoint")
	for stop := 0; stop <= len(list); stop += 7 {
		c.Workers = 1 + stop%3
		a, err := New(c)
		require.NoError(t, err)
		for _, b := range list[:stop] {
			require.NoError(t, a.Add(b))
		}
		require.NoError(t, a.Checkpoint(t.Context(), name, []byte("note")))
		c.Workers = 1 + (stop+1)%3
		b, note, err := Resume(c, name)
		require.NoError(t, err)
		require.Equal(t, "note", string(note))
		require.Equal(t, a.Position(), b.Position())
		for _, x := range list[stop:] {
			require.NoError(t, b.Add(x))
		}
		r, err := b.Result(t.Context())
		require.NoError(t, err)
		require.True(t, slices.Equal(want, dump(t, r)), "stopped at batch %d", stop)
		require.EqualValues(t, len(rows), r.Totals.Rows)
	}
	other := c
	other.Window = period.Day
	_, _, err = Resume(other, name)
	require.ErrorIs(t, err, ErrConfig)
	raw, err := os.ReadFile(name)
	require.NoError(t, err)
	raw[len(raw)/2]++
	require.NoError(t, os.WriteFile(name, raw, 0o600))
	_, _, err = Resume(c, name)
	require.ErrorIs(t, err, ErrState)
	_, _, err = Resume(c, name+".none")
	require.ErrorIs(t, err, ErrFile)
}

// TestKill kills a process that aggregates and checkpoints, again and again at random
// moments, and lets the next one go on from the checkpoint: nothing that was
// acknowledged is lost and nothing is counted twice.
func TestKill(t *testing.T) {
	if dir := os.Getenv("ALMOTACEN_KILL"); dir != "" {
		victim(t, dir)
		return
	}
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 7))
	acknowledged, kills := 0, 0
	for done := false; !done; {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
		cmd.Env = append(os.Environ(), "ALMOTACEN_KILL="+dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		s := bufio.NewScanner(out)
		left := 1 + rng.IntN(12)
		for s.Scan() {
			text := s.Text()
			if n, ok := strings.CutPrefix(text, "resumed "); ok {
				at, err := strconv.Atoi(n)
				require.NoError(t, err)
				require.GreaterOrEqual(t, at, acknowledged)
			}
			if n, ok := strings.CutPrefix(text, "acknowledged "); ok {
				acknowledged, err = strconv.Atoi(n)
				require.NoError(t, err)
				if left--; left == 0 && kills < 8 {
					kills++
					time.Sleep(time.Duration(rng.IntN(3000)) * time.Microsecond)
					require.NoError(t, cmd.Process.Kill())
				}
			}
			if text == "done" {
				done = true
			}
		}
		_ = cmd.Wait()
	}
	require.Positive(t, kills)
	c := everything(t)
	r, err := Run(context.Background(), c, batches(t, stream(3, 4000), 50))
	require.NoError(t, err)
	a, _, err := Resume(c, filepath.Join(dir, "checkpoint"))
	require.NoError(t, err)
	got, err := a.Result(t.Context())
	require.NoError(t, err)
	require.True(t, slices.Equal(dump(t, r), dump(t, got)))
}

func victim(t *testing.T, dir string) {
	c := everything(t)
	name := filepath.Join(dir, "checkpoint")
	list := batches(t, stream(3, 4000), 50)
	a, err := New(c)
	require.NoError(t, err)
	next := 0
	if _, err := os.Stat(name); err == nil {
		var note []byte
		a, note, err = Resume(c, name)
		require.NoError(t, err)
		next = int(binary.LittleEndian.Uint64(note))
		fmt.Println("resumed", a.Position())
	}
	for ; next < len(list); next++ {
		require.NoError(t, a.Add(list[next]))
		if next%3 == 2 || next == len(list)-1 {
			require.NoError(t, a.Checkpoint(t.Context(), name, binary.LittleEndian.AppendUint64(nil, uint64(next+1))))
			fmt.Println("acknowledged", a.Position())
		}
	}
	fmt.Println("done")
}

// TestSpill: with a few states in memory, the result is the same, also after a restart.
func TestSpill(t *testing.T) {
	c := testConfig(t, period.Hour)
	c.Measures = c.Measures[:2]
	c.Measures[0].Keep = KeepHistogram | KeepEntities
	rows := readings(31, 30_000)
	list := batches(t, rows, 333)
	r, err := Run(context.Background(), c, list)
	require.NoError(t, err)
	want := dump(t, r)
	c.SpillDir = t.TempDir()
	c.Limits.States = 500
	name := filepath.Join(t.TempDir(), "checkpoint")
	a, err := New(c)
	require.NoError(t, err)
	for i, b := range list {
		require.NoError(t, a.Add(b))
		if i == len(list)/2 {
			require.NoError(t, a.Checkpoint(t.Context(), name, nil))
			a, _, err = Resume(c, name)
			require.NoError(t, err)
		}
	}
	require.Greater(t, len(a.runs), 1)
	got, err := a.Result(t.Context())
	require.NoError(t, err)
	require.True(t, slices.Equal(want, dump(t, got)))
	files, err := os.ReadDir(c.SpillDir)
	require.NoError(t, err)
	require.Len(t, files, len(a.runs))
	raw, err := os.ReadFile(filepath.Join(c.SpillDir, a.runs[1].name))
	require.NoError(t, err)
	raw[len(raw)-20]++
	require.NoError(t, os.WriteFile(filepath.Join(c.SpillDir, a.runs[1].name), raw, 0o600))
	_, err = a.Result(t.Context())
	require.ErrorIs(t, err, ErrFile)
	c.Measures[0].Keep = KeepValues
	_, err = New(c)
	require.ErrorIs(t, err, ErrConfig)
}

// TestRetire: what is retired and what comes later are the whole.
func TestRetire(t *testing.T) {
	c := testConfig(t, period.Hour)
	c.Measures = []Measure{{ID: "t", Attribute: "t", Keep: KeepValues | KeepHistogram}, {ID: "once", Attribute: "t", Once: true}}
	c.Lateness = 0
	rows := stream(41, 3000)
	slices.SortStableFunc(rows, func(a, b reading) int { return a.at.Compare(b.at) })
	r, err := Run(context.Background(), c, batches(t, rows, 100))
	require.NoError(t, err)
	a, err := New(c)
	require.NoError(t, err)
	var parts []*Result
	for i, b := range batches(t, rows, 100) {
		require.NoError(t, a.Add(b))
		if i%5 == 4 {
			part, err := a.Retire(t.Context(), rows[100*i].at.Add(-time.Hour).UnixNano())
			require.NoError(t, err)
			parts = append(parts, part)
		}
	}
	last, err := a.Result(t.Context())
	require.NoError(t, err)
	sum := map[Key]*State{}
	for _, p := range append(parts, last) {
		for k, row := range p.Rows() {
			if sum[k] == nil {
				sum[k] = &State{}
			}
			require.NoError(t, sum[k].Merge(&row.State))
		}
	}
	require.Less(t, last.Len(), r.Len()/2)
	require.Len(t, sum, r.Len())
	for k, row := range r.Rows() {
		x, _ := row.State.AppendBinary(nil)
		y, _ := sum[k].AppendBinary(nil)
		require.Equal(t, x, y, "%v", k)
	}
}

// TestResumeSeveral: what several workers hold between them may be more than the limit
// of one, and a checkpoint of it can be resumed.
func TestResumeSeveral(t *testing.T) {
	c := Config{Window: period.Hour, Workers: 4, Measures: []Measure{{ID: "t", Attribute: "t"}, {ID: "f", Attribute: "t", Form: Float, Keep: KeepHistogram}}}
	var rows []reading
	for i := range 4 * MorselRows {
		rows = append(rows, reading{entity: fmt.Sprint("e", i/MorselRows), at: time.Unix(int64(i)*90, 0).UTC(), x: float64(i % 100), attribute: "t"})
	}
	a, err := New(c)
	require.NoError(t, err)
	require.NoError(t, a.AddAll(context.Background(), batches(t, rows, 2048)))
	r, err := a.Result(context.Background())
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "checkpoint")
	require.NoError(t, a.Checkpoint(context.Background(), name, nil))
	c.Limits.States = 20_000
	b, _, err := Resume(c, name)
	require.NoError(t, err)
	require.Greater(t, len(b.workers), 1)
	again, err := b.Result(context.Background())
	require.NoError(t, err)
	require.True(t, slices.Equal(dump(t, r), dump(t, again)))
}
