// Package formattest holds what every format's decoder and encoder are tested with.
package formattest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
)

// Kit is a format with its settings, and messages that it decodes.
type Kit struct {
	Format telemetry.Format
	Config telemetry.Config
	Seeds  [][]byte
}

// Rows are the observations of a batch without where they were found.
func Rows(b *telemetry.Batch) []telemetry.Observation {
	var out []telemetry.Observation
	for _, o := range b.All() {
		o.Source, o.Record, o.Offset = telemetry.Source{}, 0, 0
		o.Time, o.From = o.Time.Round(0), o.From.Round(0)
		out = append(out, o)
	}
	return out
}

// RequireRows compares rows; times by instant and offset.
func RequireRows(t testing.TB, want, got []telemetry.Observation, msg ...any) {
	t.Helper()
	require.Equal(t, Text(want), Text(got), msg...)
}

// Text is rows as lines, for comparison.
func Text(rows []telemetry.Observation) string {
	var b strings.Builder
	for _, o := range rows {
		if o.Precision == telemetry.Minute || o.Precision == telemetry.Hour {
			o.Precision = telemetry.Second // RFC 3339 writes all of the clock
		}
		fmt.Fprintf(&b, "%q %q %q %q | %s %v %q %v | %v %q %v | %s %v %v | from %s | %v %q | %d | %s\n", o.Entity.ID, o.Entity.Type, o.Attribute, o.Dataset,
			o.Value.Kind, o.Value.Number, o.Value.Text, o.Value.Position, o.Unit.System, o.Unit.Given, o.Unit.Unit,
			o.Time.Format("2006-01-02T15:04:05.999999999Z07:00"), o.HasOffset, o.Precision, o.From.Format("2006-01-02T15:04:05.999999999Z07:00"), o.Quality, o.Raw, o.Flags, o.Meta)
	}
	return b.String()
}

// RoundTrip checks one message: decoding it leaves a consistent batch, or an error and the
// batch as it was; what the encoder makes of it decodes to the same rows if no loss was
// reported, and encodes to the same bytes.
func (k Kit) RoundTrip(t testing.TB, src []byte) {
	t.Helper()
	for _, p := range []telemetry.Policy{telemetry.Keep, telemetry.Skip, telemetry.Stop} {
		c := k.Config
		c.Policy = p
		keep := slices.Clone(src)
		var b telemetry.Batch
		err := k.Format.NewDecoder(c).Decode(&b, src)
		require.Equal(t, keep, src, "the input was changed")
		Check(t, &b)
		if err != nil {
			var e *telemetry.Error
			require.ErrorAs(t, err, &e)
			require.NotNil(t, e.Kind)
			require.NotEmpty(t, e.Msg)
			require.LessOrEqual(t, e.Offset, int64(len(src)))
			require.Zero(t, b.Len(), "rows after an error")
			continue
		}
		for _, f := range b.Findings {
			require.NotNil(t, f.Kind)
			require.LessOrEqual(t, f.Offset, int64(len(src)))
		}
		if k.Format.NewEncoder == nil {
			continue
		}
		out, losses, err := k.Format.NewEncoder().Append(nil, &b)
		require.NoError(t, err)
		var b2 telemetry.Batch
		require.NoError(t, k.Format.NewDecoder(k.Config).Decode(&b2, out), "%q\nencoded %q", src, out)
		if len(losses) == 0 {
			want := Rows(&b)
			for i := range want {
				want[i].Flags &^= telemetry.Coerced // a text is a text the second time
			}
			RequireRows(t, want, Rows(&b2), "%q\nencoded %q", src, out)
		}
		out2, _, err := k.Format.NewEncoder().Append(nil, &b2)
		require.NoError(t, err)
		require.Equal(t, string(out), string(out2), "%q", src)
	}
}

// Twins has two decoders read the same messages, into a batch that is reset and into one that is new each time;
// errors, rows and findings must be the same.
func Twins(t testing.TB, fast, slow func() telemetry.Decoder, messages ...[]byte) {
	t.Helper()
	for _, between := range []func(b *telemetry.Batch){(*telemetry.Batch).Reset, func(b *telemetry.Batch) { *b = telemetry.Batch{} }} {
		x, y := fast(), slow()
		var a, b telemetry.Batch
		for _, m := range messages {
			between(&a)
			between(&b)
			ea, eb := x.Decode(&a, m), y.Decode(&b, m)
			same := func(want, got any) {
				if !reflect.DeepEqual(want, got) {
					require.Equal(t, want, got, "%q", m)
				}
			}
			same(eb, ea)
			same(b.Len(), a.Len())
			for i, o := range b.All() {
				same(o, a.At(i))
			}
			same(b.Findings, a.Findings)
			same(b.Skipped, a.Skipped)
		}
	}
}

// Check checks that lanes agree and values keep their promises.
func Check(t testing.TB, b *telemetry.Batch) {
	t.Helper()
	n := b.Len()
	for _, l := range []int{len(b.Entity), len(b.Attribute), len(b.Dataset), len(b.UnitRef), len(b.Number), len(b.Kind), len(b.Quality), len(b.Flags), len(b.Detail)} {
		require.Equal(t, n, l)
	}
	for i := range n {
		v := b.Number[i]
		require.True(t, v-v == 0, "row %d is %v", i, v)
		o := b.At(i)
		for _, s := range []string{o.Entity.ID, o.Entity.Type, o.Attribute, o.Dataset, o.Value.Text, o.Raw, o.Meta, o.Unit.Given} {
			require.True(t, strings.ToValidUTF8(s, "") == s, "%q is not UTF-8", s)
		}
		require.Equal(t, b.Time[i] == telemetry.NoTime, b.Flags[i]&telemetry.TimeStatic != 0, "row %d: flag of time", i)
	}
}

// Torture runs RoundTrip on bad input made of the seeds: cut at every byte, every byte
// changed, doubled, with marks and noise around.
func (k Kit) Torture(t *testing.T) {
	k.foreign(t)
	for i, seed := range k.Seeds {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			for n := range len(seed) {
				k.RoundTrip(t, seed[:n])
				for _, c := range []byte{seed[n] ^ 0x20, seed[n] ^ 1, 0, 0xff, '"', '9'} {
					bad := slices.Clone(seed)
					bad[n] = c
					k.RoundTrip(t, bad)
				}
			}
			for _, bad := range [][]byte{
				nil, []byte(" \r\n\t "), append([]byte("\ufeff"), seed...), slices.Concat(seed, seed), append(slices.Clone(seed), 0xff),
				bytes.ReplaceAll(seed, []byte("\n"), []byte("\r\n")), bytes.TrimRight(seed, "\r\n"), bytes.Repeat([]byte("["), 100_000),
				bytes.Repeat([]byte("{\"a\":"), 100_000), bytes.Repeat([]byte("9"), 100_000), []byte("1e400"), []byte("NaN"),
			} {
				k.RoundTrip(t, bad)
			}
		})
	}
}

// foreign has the encoder write what another format's decoder may have read: more points
// than there is text, under the names that the format has for something else.
func (k Kit) foreign(t *testing.T) {
	if k.Format.NewEncoder == nil {
		return
	}
	b := telemetry.Batch{}
	for _, seed := range k.Seeds {
		_ = k.Format.NewDecoder(k.Config).Decode(&b, seed)
	}
	n := b.Len()
	b.Data = nil
	for i := range n {
		b.Kind[i], b.Detail[i] = telemetry.Point, telemetry.Detail{Ref: b.PutPoint(telemetry.Position{Lon: -3.7, Lat: 40.4}), Offset: b.Detail[i].Offset, Precision: b.Detail[i].Precision}
	}
	for i, x := range []telemetry.Kind{telemetry.None, telemetry.Bool, telemetry.Deleted} {
		if i < n {
			b.Kind[i] = x
		}
	}
	out, _, err := k.Format.NewEncoder().Append(nil, &b)
	require.NoError(t, err)
	require.NoError(t, k.Format.NewDecoder(k.Config).Decode(&telemetry.Batch{}, out), "%q", out)
}

// Stream checks that a stream of the seeds, in pieces of any size, gives the rows that the
// messages give.
func (k Kit) Stream(t *testing.T) {
	for _, seed := range k.Seeds {
		var b telemetry.Batch
		require.NoError(t, k.Format.NewDecoder(k.Config).Decode(&b, seed))
		want := Rows(&b)
		for n := 1; n <= len(seed)+1; n += 1 + n/8 {
			var dst telemetry.Batch
			var got []telemetry.Observation
			for b, err := range records(k, &pieces{seed, n}, &dst) {
				require.NoError(t, err)
				got = append(got, Rows(b)...)
			}
			RequireRows(t, want, got, "in pieces of %d", n)
		}
	}
}

func records(k Kit, r *pieces, dst *telemetry.Batch) iter.Seq2[*telemetry.Batch, error] {
	return telemetry.Records(k.Format, r, dst, k.Config)
}

type pieces struct {
	data []byte
	n    int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.data) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.n)], p.data)
	p.data = p.data[n:]
	return n, nil
}

// AllocatesNothing checks that decoding a message again takes no memory.
func (k Kit) AllocatesNothing(t *testing.T, src []byte) {
	t.Helper()
	d := k.Format.NewDecoder(k.Config)
	var b telemetry.Batch
	run := func() {
		b.Reset()
		if err := d.Decode(&b, src); err != nil {
			t.Fatal(err)
		}
	}
	run()
	run()
	require.NotZero(t, b.Len())
	require.Zero(t, testing.AllocsPerRun(20, run))
}

// Policies checks that one bad record among good ones stops the decoder, or is skipped
// with a finding that says which; bad is record n (from 1) of src.
func (k Kit) Policies(t *testing.T, src []byte, n, rows int, kind error) {
	t.Helper()
	c := k.Config
	c.Policy = telemetry.Stop
	var b telemetry.Batch
	require.NoError(t, b.Add(telemetry.Observation{Attribute: "before", Value: telemetry.Value{Kind: telemetry.Text, Text: "x"}, Flags: telemetry.TimeStatic}))
	err := k.Format.NewDecoder(c).Decode(&b, src)
	require.ErrorIs(t, err, kind)
	var e *telemetry.Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, n, e.Record, e.Error())
	require.Equal(t, 1, b.Len(), "the batch is not as before")
	c.Policy = telemetry.Skip
	require.NoError(t, k.Format.NewDecoder(c).Decode(&b, src))
	require.Equal(t, rows, b.Len()-1)
	i := slices.IndexFunc(b.Findings, func(f telemetry.Finding) bool { return f.Skipped })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, n, b.Findings[i].Record)
	require.Equal(t, kind, b.Findings[i].Kind)
}
