package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkHandler measures what Gatehouse adds to net/http, without a connection.
func BenchmarkHandler(b *testing.B) {
	const keys = 16 // one alone would come to its limit
	g, err := openGatehouse(b.Context(), setup{Dir: b.TempDir(), Keys: keys})
	if err != nil {
		b.Fatal(err)
	}
	defer g.close()
	var requests []*http.Request
	for _, c := range g.credentials {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.SetBasicAuth(c.KeyID, c.Secret)
		r.Header.Set("User-Agent", "gatehouse-bench")
		r.Header.Set("Accept", "*/*")
		requests = append(requests, r)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w := &discard{header: http.Header{}}
		g.handler.ServeHTTP(w, requests[i%keys])
		if w.status != http.StatusOK {
			b.Fatalf("expected the status 200, got %d", w.status)
		}
	}
}

// discard is an answer that nobody reads.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
