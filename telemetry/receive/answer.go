package receive

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"github.com/almotacen/almotacen/telemetry"
)

// answer is a response, kept whole so that it can be given again.
type answer struct {
	format      telemetry.Format
	contentType string // of the request
	taken       bool   // the sink has the rows
	status      int
	header      http.Header
	body        []byte
}

func (a *answer) write(w http.ResponseWriter) {
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that went away has its answer lost, not its data
}

func problem(w http.ResponseWriter, status int, detail string, list []item) {
	a := &answer{header: http.Header{}}
	a.problem(status, detail, list)
	a.write(w)
}

// item is one error in a problem document.
type item struct {
	Detail  string `json:"detail"`
	Record  int    `json:"record,omitempty"`
	Offset  *int64 `json:"offset,omitempty"`
	Pointer string `json:"pointer,omitempty"`
}

// maxItems bounds a response.
const maxItems = 100

func itemOf(e *telemetry.Error) item {
	i := item{Detail: e.Msg, Record: e.Record, Pointer: e.Pointer}
	if e.Offset >= 0 {
		i.Offset = &e.Offset
	}
	return i
}

func (a *answer) problem(status int, detail string, list []item) {
	a.json(status, "application/problem+json", struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		Errors []item `json:"errors,omitempty"`
	}{"about:blank", http.StatusText(status), status, detail, list})
}

func (a *answer) json(status int, contentType string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // of our own structs
	}
	a.status, a.body = status, append(data, '\n')
	a.header.Set("Content-Type", contentType)
}

func (a *answer) text(status int, s string) {
	a.status, a.body = status, []byte(s+"\n")
	a.header.Set("Content-Type", "text/plain; charset=utf-8")
}

// protobuf says whether an OTLP client speaks protobuf, and wants it back.
func (a *answer) protobuf() bool {
	t, _, _ := mime.ParseMediaType(a.contentType)
	return t == "application/x-protobuf"
}

// refuse answers a message that was not taken at all.
func (a *answer) refuse(err error) {
	var e *telemetry.Error
	if !errors.As(err, &e) {
		e = &telemetry.Error{Msg: err.Error(), Offset: -1}
	}
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, telemetry.ErrLimit):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, telemetry.ErrUnsupported):
		status = http.StatusUnprocessableEntity
	case errors.Is(err, telemetry.ErrConfig):
		status = http.StatusInternalServerError
	}
	msg := e.Error()
	switch a.format.Name {
	case "ngsild":
		a.json(status, "application/json", ngsiProblem(status, msg))
	case "ngsiv2":
		a.json(status, "application/json", map[string]string{"error": "BadRequest", "description": msg})
	case "lineprotocol":
		a.json(status, "application/json", influx("invalid", msg, e.Record))
	case "otlp":
		// google.rpc.Status: 3 is INVALID_ARGUMENT.
		if a.protobuf() {
			a.status, a.body = http.StatusBadRequest, appendText(append([]byte(nil), 0x08, 3), 2, msg)
			a.header.Set("Content-Type", "application/x-protobuf")
			return
		}
		a.json(http.StatusBadRequest, "application/json", map[string]any{"code": 3, "message": msg})
	case "promwrite":
		a.text(status, msg)
	case "sensorthings":
		a.json(status, "application/json", sta(status, msg))
	case "sentilo":
		a.json(status, "application/json", map[string]any{"code": status, "message": msg})
	case "ultralight", "iotajson":
		a.json(status, "application/json", map[string]string{"name": "WRONG_SYNTAX", "message": msg})
	default:
		a.problem(status, msg, []item{itemOf(e)})
	}
}

// accept answers a message whose good records are stored.
func (a *answer) accept(b *telemetry.Batch) {
	var left []telemetry.Finding
	for _, f := range b.Findings {
		if f.Skipped {
			left = append(left, f)
		}
	}
	skipped := b.Skipped
	first, line := "not reported", 0
	if len(left) > 0 {
		first, line = left[0].Error.Error(), left[0].Record
	}
	switch a.format.Name {
	case "promwrite":
		a.header.Set("X-Prometheus-Remote-Write-Samples-Written", strconv.Itoa(b.Len()))
		a.header.Set("X-Prometheus-Remote-Write-Histograms-Written", "0")
		a.header.Set("X-Prometheus-Remote-Write-Exemplars-Written", "0")
	case "otlp":
		a.otlp(skipped, first)
		return
	}
	if skipped == 0 {
		switch a.format.Name {
		case "sensorthings":
			a.status = http.StatusCreated
		case "sentilo", "ultralight", "iotajson":
			a.status = http.StatusOK
		default:
			a.status = http.StatusNoContent
		}
		return
	}
	msg := fmt.Sprintf("%d rows were stored, %d records were left out; the first: %s", b.Len(), skipped, first)
	switch a.format.Name {
	case "ngsild":
		a.batchResult(b, left)
	case "ngsiv2":
		a.json(http.StatusBadRequest, "application/json", map[string]string{"error": "PartialUpdate", "description": msg})
	case "lineprotocol":
		a.json(http.StatusBadRequest, "application/json", influx("invalid", "partial write: "+msg, line))
	case "promwrite":
		a.text(http.StatusBadRequest, msg)
	case "sensorthings":
		a.json(http.StatusBadRequest, "application/json", sta(http.StatusBadRequest, msg))
	case "sentilo":
		a.json(http.StatusBadRequest, "application/json", map[string]any{"code": http.StatusBadRequest, "message": msg})
	case "ultralight", "iotajson":
		a.json(http.StatusBadRequest, "application/json", map[string]string{"name": "WRONG_SYNTAX", "message": msg})
	default:
		var list []item
		for i := range left[:min(len(left), maxItems)] {
			list = append(list, itemOf(&left[i].Error))
		}
		a.problem(http.StatusUnprocessableEntity, msg, list)
	}
}

func influx(code, msg string, line int) any {
	return struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Line    int    `json:"line,omitempty"`
	}{code, msg, line}
}

func sta(status int, msg string) any {
	return map[string]any{"error": map[string]any{"code": strconv.Itoa(status), "message": msg}}
}

func ngsiProblem(status int, msg string) map[string]any {
	typ := "https://uri.etsi.org/ngsi-ld/errors/BadRequestData"
	if status == http.StatusRequestEntityTooLarge {
		typ = "https://uri.etsi.org/ngsi-ld/errors/TooComplexQuery"
	}
	return map[string]any{"type": typ, "title": http.StatusText(status), "detail": msg, "status": status}
}

// batchResult is a BatchOperationResult (ETSI GS CIM 009, 5.2.16).
func (a *answer) batchResult(b *telemetry.Batch, left []telemetry.Finding) {
	type failure struct {
		EntityID string         `json:"entityId"`
		Error    map[string]any `json:"error"`
	}
	success := []string{}
	seen := map[uint32]bool{}
	for _, e := range b.Entity {
		if !seen[e] {
			seen[e] = true
			success = append(success, b.Entities.At(e).ID)
		}
	}
	errs := []failure{}
	for i := range left[:min(len(left), maxItems)] {
		errs = append(errs, failure{fmt.Sprintf("urn:ngsi-ld:record:%d", left[i].Record), ngsiProblem(http.StatusBadRequest, left[i].Error.Error())})
	}
	a.json(http.StatusMultiStatus, "application/json", map[string]any{"success": success, "errors": errs})
}

// otlp is an ExportMetricsServiceResponse.
func (a *answer) otlp(skipped int, first string) {
	if a.protobuf() {
		a.status = http.StatusOK
		a.header.Set("Content-Type", "application/x-protobuf")
		if skipped > 0 {
			partial := appendVarint([]byte{0x08}, uint64(skipped))
			partial = appendText(partial, 2, first)
			a.body = append(appendVarint([]byte{0x0a}, uint64(len(partial))), partial...)
		}
		return
	}
	out := map[string]any{}
	if skipped > 0 {
		out["partialSuccess"] = map[string]any{"rejectedDataPoints": strconv.Itoa(skipped), "errorMessage": first}
	}
	a.json(http.StatusOK, "application/json", out)
}

func appendVarint(dst []byte, v uint64) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

func appendText(dst []byte, field int, s string) []byte {
	dst = append(dst, byte(field<<3|2))
	return append(appendVarint(dst, uint64(len(s))), s...)
}
