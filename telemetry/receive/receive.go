package receive

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/almotacen/almotacen/telemetry"
)

// Config of a handler. Sink is required.
type Config struct {
	// Decoder is the decoders' configuration. With policy Stop a message with an error is refused as a whole.
	Decoder telemetry.Config
	// Sink takes the rows of a message, which are its own until it returns; it must not keep the batch. Codes of one
	// batch mean nothing in another. An error is told to the client as 503: it may send the message again.
	Sink func(ctx context.Context, b *telemetry.Batch) error
	// Concurrent is how many messages are decoded and handed to the sink at once; default 16.
	Concurrent int
	// Wait is how long a message waits for its turn; default 5 s. RetryAfter is what a client is told to wait;
	// default 5 s, at least 1 s.
	Wait, RetryAfter time.Duration
	Repeats          Repeats
}

// Handler is an http.Handler for telemetry.
type Handler struct {
	cfg     Config
	formats telemetry.Registry
	any     bool // the media type does not matter
	turns   chan struct{}
	pools   []sync.Pool // of *worker, by format
	repeats *repeats
}

// worker decodes one message at a time.
type worker struct {
	decoder telemetry.Decoder
	batch   telemetry.Batch
	body    []byte
	zip     *gzip.Reader
}

// forgetter is a decoder that remembers messages to find repeated ones, as telemetry/lorawan does. What the
// sink did not take may come again.
type forgetter interface{ Forget() }

// New is a handler that chooses the format by the media type of the body. The error is an [*telemetry.Error] of
// kind ErrConfig.
func New(formats telemetry.Registry, c Config) (*Handler, error) {
	h, err := build(formats, c)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// One is a handler for one format, whatever media type the client states.
func One(format telemetry.Format, c Config) (*Handler, error) {
	h, err := build(telemetry.Registry{format}, c)
	if err != nil {
		return nil, err
	}
	h.any = true
	return h, nil
}

func build(formats telemetry.Registry, c Config) (*Handler, error) {
	bad := func(msg string) error { return &telemetry.Error{Kind: telemetry.ErrConfig, Offset: -1, Msg: msg} }
	switch {
	case c.Sink == nil:
		return nil, bad("no sink; set Config.Sink")
	case len(formats) == 0:
		return nil, bad("no formats")
	case c.Concurrent < 0 || c.Wait < 0 || c.RetryAfter < 0 || c.Repeats.Keep < 0 || c.Repeats.For < 0:
		return nil, bad("a negative setting")
	case c.Repeats.Keep > 0 && c.Repeats.For > 0 && c.Decoder.Clock == nil:
		return nil, bad("repeats are forgotten by the clock; set Config.Decoder.Clock")
	}
	for _, f := range formats {
		if f.NewDecoder == nil {
			return nil, bad(fmt.Sprintf("format %q has no decoder", f.Name))
		}
	}
	if _, err := c.Decoder.Received(); err != nil {
		return nil, err
	}
	c.Decoder.Limits = c.Decoder.Limits.WithDefaults()
	if c.Concurrent == 0 {
		c.Concurrent = 16
	}
	if c.Wait == 0 {
		c.Wait = 5 * time.Second
	}
	c.RetryAfter = max(c.RetryAfter, time.Second)
	h := &Handler{cfg: c, formats: slices.Clone(formats), turns: make(chan struct{}, c.Concurrent), pools: make([]sync.Pool, len(formats))}
	if c.Repeats.Keep > 0 {
		h.repeats = newRepeats(c.Repeats, c.Decoder.Clock)
	}
	for i := range h.pools {
		f := h.formats[i]
		h.pools[i].New = func() any { return &worker{decoder: f.NewDecoder(c.Decoder)} }
	}
	return h, nil
}

// ServeHTTP takes a message by POST, PUT or PATCH.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
	default:
		w.Header().Set("Allow", "POST, PUT, PATCH")
		problem(w, http.StatusMethodNotAllowed, "send telemetry by POST, PUT or PATCH", nil)
		return
	}
	k, ok := h.format(r)
	if !ok {
		w.Header().Set("Accept-Post", h.accepted())
		problem(w, http.StatusUnsupportedMediaType, fmt.Sprintf("%.100q is no media type of this receiver; it takes %s", r.Header.Get("Content-Type"), h.accepted()), nil)
		return
	}
	select {
	case h.turns <- struct{}{}:
	default:
		timer := time.NewTimer(h.cfg.Wait)
		defer timer.Stop()
		select {
		case h.turns <- struct{}{}:
		case <-timer.C:
			h.later(w, "the receiver is busy")
			return
		case <-r.Context().Done():
			return // nobody is there to be told
		}
	}
	defer func() { <-h.turns }()
	x := h.pools[k].Get().(*worker)
	defer h.put(k, x)
	h.serve(w, r, h.formats[k], x)
}

// put gives a worker back, unless strangers' names have filled its dictionaries or its buffer is large.
func (h *Handler) put(k int, x *worker) {
	const entries, bytes = 100_000, 4 << 20
	if x.batch.Entities.Len() > entries || x.batch.Sources.Len() > entries || x.batch.Attributes.Len() > entries || x.batch.Datasets.Len() > entries || cap(x.body) > bytes || cap(x.batch.Data) > bytes {
		return
	}
	h.pools[k].Put(x)
}

// format is the first format of the body's media type, of those whose messages are in the content coding
// of the body by themselves if there are any.
func (h *Handler) format(r *http.Request) (int, bool) {
	if h.any {
		return 0, true
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return 0, false
	}
	found := -1
	for k, f := range h.formats {
		if !slices.Contains(f.MediaTypes, mediaType) {
			continue
		}
		switch c := coding(r); {
		case f.Coding != "" && f.Coding == c:
			return k, true
		case found < 0 || f.Coding == "" && h.formats[found].Coding != "":
			found = k
		}
	}
	return max(found, 0), found >= 0
}

func coding(r *http.Request) string {
	return strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
}

func (h *Handler) accepted() string {
	var all []string
	for _, f := range h.formats {
		for _, t := range f.MediaTypes {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return strings.Join(all, ", ")
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, f telemetry.Format, x *worker) {
	if status, msg := h.read(w, r, f, x); status != 0 {
		if status == http.StatusUnsupportedMediaType {
			w.Header().Set("Accept-Encoding", "gzip, identity")
		}
		problem(w, status, msg, nil)
		return
	}
	a := &answer{format: f, contentType: r.Header.Get("Content-Type"), header: http.Header{}}
	var key string
	if h.repeats != nil {
		var fault *answer
		var again *answer
		key, again, fault = h.repeats.begin(r.Header.Get("Idempotency-Key"), f.Name, x.body)
		switch {
		case fault != nil:
			fault.header.Set("Retry-After", h.seconds())
			fault.write(w)
			return
		case again != nil:
			again.write(w)
			return
		}
		defer func() { h.repeats.end(key, a) }() // forgets what was not acknowledged
	}
	b := &x.batch
	b.Reset()
	b.Origin = telemetry.Origin{}
	err := x.decoder.Decode(b, x.body)
	if err != nil {
		a.refuse(err)
		a.write(w)
		return
	}
	if b.Len() > 0 {
		if err := h.cfg.Sink(r.Context(), b); err != nil {
			a.status = 0
			if d, ok := x.decoder.(forgetter); ok {
				d.Forget()
			}
			if r.Context().Err() != nil {
				return
			}
			h.later(w, "the receiver cannot store it now")
			return
		}
	}
	a.accept(b)
	a.taken = true
	a.write(w)
}

// read fills x.body. Status 0 is success.
func (h *Handler) read(w http.ResponseWriter, r *http.Request, f telemetry.Format, x *worker) (status int, msg string) {
	limit := h.cfg.Decoder.Limits.Bytes
	var in io.Reader = http.MaxBytesReader(w, r.Body, limit)
	switch coding := coding(r); {
	case coding == "" || coding == "identity":
	case coding == "gzip" || coding == "x-gzip":
		if x.zip == nil {
			x.zip = new(gzip.Reader)
		}
		if err := x.zip.Reset(in); err != nil {
			return bodyFault(err, "the body is no gzip")
		}
		in = x.zip
	case coding == f.Coding: // the format's own
	default:
		return http.StatusUnsupportedMediaType, fmt.Sprintf("content coding %.40q; send gzip or identity", coding)
	}
	x.body = x.body[:0]
	for {
		if len(x.body) == cap(x.body) {
			x.body = slices.Grow(x.body, max(4096, len(x.body)))
		}
		n, err := in.Read(x.body[len(x.body):cap(x.body)])
		x.body = x.body[:len(x.body)+n]
		if int64(len(x.body)) > limit {
			return http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d bytes", limit)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return bodyFault(err, "the body cannot be read to its end")
		}
	}
	if len(x.body) == 0 {
		return http.StatusBadRequest, "the body is empty"
	}
	return 0, ""
}

func bodyFault(err error, msg string) (int, string) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d bytes", large.Limit)
	}
	return http.StatusBadRequest, msg + ": " + err.Error()
}

func (h *Handler) seconds() string {
	return strconv.Itoa(int((h.cfg.RetryAfter + time.Second - 1) / time.Second))
}

func (h *Handler) later(w http.ResponseWriter, msg string) {
	w.Header().Set("Retry-After", h.seconds())
	problem(w, http.StatusServiceUnavailable, msg+"; send it again later", nil)
}
