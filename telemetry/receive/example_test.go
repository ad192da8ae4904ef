package receive_test

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/almotacen/almotacen/telemetry"
	"github.com/almotacen/almotacen/telemetry/lineprotocol"
	"github.com/almotacen/almotacen/telemetry/receive"
)

// bearer lets a request through if it has one of the tokens, which are kept as digests. The comparison takes
// the same time for every token.
func bearer(next http.Handler, digests ...[sha256.Size]byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		got, ok := sha256.Sum256([]byte(token)), 0
		for _, d := range digests {
			ok |= subtle.ConstantTimeCompare(got[:], d[:])
		}
		if ok == 0 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "a bearer token is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// A receiver of several formats behind a check of bearer tokens.
func Example() {
	handler, err := receive.New(telemetry.Registry{lineprotocol.Format()}, receive.Config{
		Decoder: telemetry.Config{Policy: telemetry.Skip},
		Sink: func(_ context.Context, b *telemetry.Batch) error {
			for _, o := range b.All() {
				fmt.Println("stored", o.Entity.ID, o.Attribute, o.Value.Number)
			}
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := bearer(handler, sha256.Sum256([]byte("token of the air stations")))

	for _, token := range []string{"guess", "token of the air stations"} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("air,id=station-4 no2=41.5 1774746000000000000\nair,id=station-4 no2=\n"))
		r.Header.Set("Content-Type", lineprotocol.Format().MediaTypes[0])
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 401 a bearer token is needed
	// stored station-4 no2 41.5
	// 400 {"code":"invalid","message":"partial write: 1 rows were stored, 1 records were left out; the first: telemetry/lineprotocol: record 2: byte 67: field \"no2\": byte 0x0a where a number, true, false or a text in quotes should be","line":2}
}
