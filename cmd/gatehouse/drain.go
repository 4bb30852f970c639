package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	drainLimit  = 7 * time.Second // of the 10 s that a stop may take
	lingerLimit = 3 * time.Second // of the drain
	lingerLook  = 10 * time.Millisecond
)

// underWay counts the requests that are being answered.
type underWay struct{ requests atomic.Int64 }

func (u *underWay) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.requests.Add(1)
		defer u.requests.Add(-1)
		next.ServeHTTP(w, r)
	})
}

// drain lets requests come to their end, closes the listener and the connections,
// and returns an error when requests were still under way at the end of ctx. As long
// as some are, others are answered too, for a while: a load balancer that asks is told
// that this Gatehouse stops, and what it still sends is not lost.
func (u *underWay) drain(ctx context.Context, server *http.Server) error {
	server.SetKeepAlivesEnabled(false)
	u.linger(ctx)
	return server.Shutdown(ctx)
}

func (u *underWay) linger(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lingerLimit)
	defer cancel()
	look := time.NewTicker(lingerLook)
	defer look.Stop()
	for u.requests.Load() > 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}
