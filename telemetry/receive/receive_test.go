package receive

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/lineprotocol"
	"github.com/almotacen/almotacen/telemetry/ngsild"
	"github.com/almotacen/almotacen/telemetry/ngsiv2"
)

const line = "air,id=s1 no2=41.5 1700000000000000000\n"

// store keeps what it takes.
type store struct {
	mu    sync.Mutex
	rows  int
	calls int
	fail  error
	block chan struct{}
}

func (s *store) sink(ctx context.Context, b *telemetry.Batch) error {
	if s.block != nil {
		select {
		case <-s.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.fail != nil {
		return s.fail
	}
	s.rows += b.Len()
	return nil
}

func post(h http.Handler, contentType, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func formats() telemetry.Registry {
	return telemetry.Registry{lineprotocol.Format(), ngsild.Format(), ngsiv2.Format()}
}

func TestAnswers(t *testing.T) {
	lines := lineprotocol.Format().MediaTypes[0]
	entity := `{"id":"urn:ngsi-ld:Air:1","type":"Air","no2":{"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z"}}`
	for name, c := range map[string]struct {
		policy     telemetry.Policy
		typ, body  string
		headers    []string
		status     int
		want       string
		rows       int
		limit      int64
		retryAfter bool
	}{
		"lines":             {typ: lines, body: line, status: 204, rows: 1},
		"lines, parameters": {typ: lines + "; charset=utf-8", body: line, status: 204, rows: 1},
		"bad line, stop":    {typ: lines, body: line + "bad\n", status: 400, want: `"code":"invalid"`},
		"bad line, skip":    {policy: telemetry.Skip, typ: lines, body: line + "bad\n" + line, status: 400, want: "partial write: 2 rows were stored, 1 records", rows: 2},
		"gzip":              {typ: lines, body: zipped(line), headers: []string{"Content-Encoding", "gzip"}, status: 204, rows: 1},
		"gzip cut":          {typ: lines, body: zipped(line)[:20], headers: []string{"Content-Encoding", "gzip"}, status: 400, want: "end"},
		"not gzip":          {typ: lines, body: line, headers: []string{"Content-Encoding", "gzip"}, status: 400, want: "gzip"},
		"bomb":              {typ: lines, body: zipped(strings.Repeat("#\n", 1<<20)), headers: []string{"Content-Encoding", "gzip"}, status: 413, limit: 1 << 20, want: "1048576"},
		"large":             {typ: lines, body: strings.Repeat("#\n", 1000), status: 413, limit: 100, want: "100 bytes"},
		"coding":            {typ: lines, body: line, headers: []string{"Content-Encoding", "br"}, status: 415, want: "gzip or identity"},
		"empty":             {typ: lines, status: 400, want: "empty"},
		"unknown type":      {typ: "image/png", body: line, status: 415, want: lines},
		"no type":           {body: line, status: 415},
		"broken type":       {typ: ";;", body: line, status: 415},
		"entity":            {typ: "application/ld+json", body: entity, status: 204, rows: 1},
		"entities, skip":    {policy: telemetry.Skip, typ: "application/ld+json", body: `[` + entity + `,{"type":"Air"}]`, status: 207, want: `"success":["urn:ngsi-ld:Air:1"]`, rows: 1},
		"entity, stop":      {typ: "application/ld+json", body: `{"type":"Air"}`, status: 400, want: "BadRequestData"},
		"two documents":     {typ: "application/ld+json", body: entity + entity, status: 400, want: "BadRequestData"},
	} {
		t.Run(name, func(t *testing.T) {
			var s store
			h, err := New(formats(), Config{Sink: s.sink, Decoder: telemetry.Config{Policy: c.policy, Limits: telemetry.Limits{Bytes: c.limit}}})
			require.NoError(t, err)
			w := post(h, c.typ, c.body, c.headers...)
			require.Equal(t, c.status, w.Code, w.Body.String())
			require.Contains(t, w.Body.String(), c.want)
			require.Equal(t, c.rows, s.rows)
		})
	}
}

func TestMethod(t *testing.T) {
	var s store
	h, err := One(lineprotocol.Format(), Config{Sink: s.sink})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Equal(t, "POST, PUT, PATCH", w.Header().Get("Allow"))
	require.Equal(t, 204, post(h, "image/png", line).Code, "One does not look at the media type")
}

// format gives the answers of formats whose names it has, without their packages.
func format(name string, err error, skipped bool) telemetry.Format {
	return telemetry.Format{Name: name, NewDecoder: func(c telemetry.Config) telemetry.Decoder { return decoder{c, err, skipped} }}
}

type decoder struct {
	c       telemetry.Config
	err     error
	skipped bool
}

func (d decoder) Decode(b *telemetry.Batch, _ []byte) error {
	if d.err != nil {
		return d.err
	}
	b.Append(&telemetry.Row{})
	if d.skipped {
		b.Report(d.c.Limits, telemetry.Finding{Skipped: true, Error: telemetry.Error{Kind: telemetry.ErrValue, Record: 2, Offset: 7, Msg: "no"}})
	}
	return nil
}

func TestAnswersOfFormats(t *testing.T) {
	bad := &telemetry.Error{Kind: telemetry.ErrSyntax, Record: 3, Offset: 9, Pointer: "/a", Msg: "wrong"}
	for _, c := range []struct {
		name, typ        string
		ok, partial, err int
		part, fault      string
	}{
		{"senml", "", 204, 422, 400, `"errors":[{"detail":"no","record":2,"offset":7}]`, `"pointer":"/a"`},
		{"ngsiv2", "", 204, 400, 400, "PartialUpdate", "BadRequest"},
		{"otlp", "application/x-protobuf", 200, 200, 400, "\x0a", "\x08\x03\x12"},
		{"otlp", "application/json", 200, 200, 400, `"rejectedDataPoints":"1"`, `"code":3`},
		{"promwrite", "", 204, 400, 400, "left out", "wrong"},
		{"sensorthings", "", 201, 400, 400, `{"error":{"code":"400"`, `{"error":{"code":"400"`},
		{"sentilo", "", 200, 400, 400, `"code":400`, `"code":400`},
		{"ultralight", "", 200, 400, 400, "WRONG_SYNTAX", "WRONG_SYNTAX"},
		{"iotajson", "", 200, 400, 400, "WRONG_SYNTAX", "WRONG_SYNTAX"},
	} {
		t.Run(c.name+c.typ, func(t *testing.T) {
			for _, f := range []struct {
				err     error
				skipped bool
				status  int
				want    string
			}{{nil, false, c.ok, ""}, {nil, true, c.partial, c.part}, {bad, false, c.err, c.fault}} {
				var s store
				h, err := One(format(c.name, f.err, f.skipped), Config{Sink: s.sink})
				require.NoError(t, err)
				w := post(h, c.typ, "x")
				require.Equal(t, f.status, w.Code)
				require.Contains(t, w.Body.String(), f.want)
			}
		})
	}
}

func TestSinkFails(t *testing.T) {
	s := store{fail: errors.New("disk full at /secret")}
	h, err := One(lineprotocol.Format(), Config{Sink: s.sink, RetryAfter: 1500 * time.Millisecond, Repeats: Repeats{Keep: 10}})
	require.NoError(t, err)
	w := post(h, "", line, "Idempotency-Key", "k1")
	require.Equal(t, 503, w.Code)
	require.Equal(t, "2", w.Header().Get("Retry-After"))
	require.NotContains(t, w.Body.String(), "secret")
	s.fail = nil
	require.Equal(t, 204, post(h, "", line, "Idempotency-Key", "k1").Code, "what was not acknowledged is not remembered")
	require.Equal(t, 1, s.rows)
}

func TestBusy(t *testing.T) {
	s := store{block: make(chan struct{})}
	h, err := One(lineprotocol.Format(), Config{Sink: s.sink, Concurrent: 1, Wait: time.Millisecond})
	require.NoError(t, err)
	done := make(chan int)
	go func() { done <- post(h, "", line).Code }()
	require.Eventually(t, func() bool { return len(h.turns) == 1 }, time.Second*10, time.Millisecond)
	w := post(h, "", line)
	require.Equal(t, 503, w.Code)
	require.NotEmpty(t, w.Header().Get("Retry-After"))
	close(s.block)
	require.Equal(t, 204, <-done)
	require.Equal(t, 204, post(h, "", line).Code)
}

func TestClientGone(t *testing.T) {
	s := store{block: make(chan struct{})}
	h, err := One(lineprotocol.Format(), Config{Sink: s.sink, Repeats: Repeats{Keep: 10}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(line)).WithContext(ctx)
	r.Header.Set("Idempotency-Key", "k")
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), r)
	close(s.block)
	require.Equal(t, 204, post(h, "", line, "Idempotency-Key", "k").Code)
	require.Equal(t, 1, s.rows)
}

func TestRepeats(t *testing.T) {
	now := time.Unix(0, 0)
	var s store
	h, err := One(lineprotocol.Format(), Config{Sink: s.sink, Decoder: telemetry.Config{Clock: func() time.Time { return now }, Policy: telemetry.Skip},
		Repeats: Repeats{Keep: 2, For: time.Minute}})
	require.NoError(t, err)
	first := post(h, "", line+"bad", "Idempotency-Key", "a")
	again := post(h, "", line+"bad", "Idempotency-Key", "a")
	require.Equal(t, first.Code, again.Code)
	require.Equal(t, first.Body.String(), again.Body.String())
	require.Equal(t, 1, s.calls)
	require.Equal(t, 422, post(h, "", line, "Idempotency-Key", "a").Code, "one key, two messages")
	require.Equal(t, 400, post(h, "", line, "Idempotency-Key", strings.Repeat("k", 256)).Code)
	require.Equal(t, 204, post(h, "", line).Code)
	require.Equal(t, 204, post(h, "", line).Code, "without a key every message counts")
	require.Equal(t, 3, s.calls)
	now = now.Add(2 * time.Minute)
	post(h, "", line+"bad", "Idempotency-Key", "a")
	require.Equal(t, 4, s.calls, "forgotten after its time")
	for _, k := range []string{"b", "c"} {
		post(h, "", line, "Idempotency-Key", k)
	}
	post(h, "", line+"bad", "Idempotency-Key", "a")
	require.Equal(t, 7, s.calls, "pushed out by two others")
	require.LessOrEqual(t, len(h.repeats.known), 2)

	var d store
	h, err = One(lineprotocol.Format(), Config{Sink: d.sink, Repeats: Repeats{Keep: 2, Digest: true}})
	require.NoError(t, err)
	post(h, "", line)
	post(h, "", line)
	require.Equal(t, 1, d.calls)
}

func TestConfigRefused(t *testing.T) {
	s := store{}
	for name, c := range map[string]Config{
		"no sink":  {},
		"negative": {Sink: s.sink, Concurrent: -1},
		"no clock": {Sink: s.sink, Repeats: Repeats{Keep: 1, For: 1}},
		"receipt":  {Sink: s.sink, Decoder: telemetry.Config{Time: telemetry.TimeOfReceipt}},
	} {
		_, err := New(formats(), c)
		require.ErrorIs(t, err, telemetry.ErrConfig, name)
	}
	_, err := New(nil, Config{Sink: s.sink})
	require.ErrorIs(t, err, telemetry.ErrConfig)
	_, err = New(telemetry.Registry{{Name: "x"}}, Config{Sink: s.sink})
	require.ErrorIs(t, err, telemetry.ErrConfig)
}

// TestServer runs many clients against a real server: every acknowledged reading is stored once.
func TestServer(t *testing.T) {
	var s store
	h, err := New(formats(), Config{Sink: s.sink, Concurrent: 3, Wait: time.Minute, Repeats: Repeats{Keep: 1000}})
	require.NoError(t, err)
	server := httptest.NewServer(h)
	defer server.Close()
	var acknowledged atomic.Int64
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			for i := range 50 {
				body := fmt.Sprintf("air,id=s%d no2=%d %d\nair,id=s%[1]d o3=1 %[3]d\n", c, i, 1_700_000_000_000_000_000+int64(i))
				for range 2 { // each message twice
					r, _ := http.NewRequest(http.MethodPost, server.URL, strings.NewReader(body))
					r.Header.Set("Content-Type", lineprotocol.Format().MediaTypes[0])
					r.Header.Set("Idempotency-Key", fmt.Sprint(c, i))
					resp, err := http.DefaultClient.Do(r)
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
					if resp.StatusCode == 204 {
						acknowledged.Add(1)
					}
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 800, acknowledged.Load())
	require.Equal(t, 800, s.rows)
	// A client that sends half and goes.
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\nair,id=s no2=1", lineprotocol.Format().MediaTypes[0])
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.Eventually(t, func() bool { return len(h.turns) == 0 }, 10*time.Second, time.Millisecond)
	require.Equal(t, 800, s.rows)
}

func BenchmarkServe(b *testing.B) {
	var s store
	h, err := One(lineprotocol.Format(), Config{Sink: s.sink})
	require.NoError(b, err)
	body := strings.Repeat(line, 1000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if post(h, "", body).Code != 204 {
			b.Fatal("refused")
		}
	}
}
