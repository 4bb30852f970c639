package engine

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// identity is what a host says of itself once its ClickHouse answers.
type identity struct {
	Service     uuid.UUID
	Engine      Kind
	Path        string // of the binary or library
	Version     string // as ClickHouse says it
	PID         int
	Ticks       uint64 // when the process started, see startOf
	Started     time.Time
	HTTP        string
	Native      string
	Confinement Confinement
	Memory      int64 // the limit in force, in bytes; 0: none of ours
}

// The requests at the control socket. They keep their meaning: a newer Gatehouse
// adopts older hosts.
const (
	askAlive    = "GET /alive"    // answered at once, however busy ClickHouse is
	askIdentity = "GET /identity" // waits until ClickHouse answers; identity
	askUpdate   = "POST /update"  // wishes; updated
	askQuery    = "POST /query"   // SQL; what ClickHouse answers
	askActivity = "GET /activity" // Activity
	askMetrics  = "GET /metrics"  // Prometheus text
	askStop     = "POST /stop"    // answered before the end
)

// updated is the answer to askUpdate.
type updated struct {
	Restart bool
	Memory  int64 // as in identity
}

// serve answers at the control socket.
func (h *host) serve(l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc(askAlive, h.serveAlive)
	mux.HandleFunc(askIdentity, h.ready(h.serveIdentity))
	mux.HandleFunc(askUpdate, h.ready(h.serveUpdate))
	mux.HandleFunc(askQuery, h.ready(h.serveQuery))
	mux.HandleFunc(askActivity, h.ready(h.serveActivity))
	mux.HandleFunc(askMetrics, h.ready(h.serveMetrics))
	mux.HandleFunc(askStop, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		h.stop()
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(l)
}

// ready answers by f once ClickHouse does. An error before the answer has begun is
// sent; after that the connection is broken off, so that nobody takes a part for all.
func (h *host) ready(f func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-h.settled:
		case <-r.Context().Done():
			return
		}
		answer := &begun{ResponseWriter: w}
		if !h.answers {
			answerFailure(w, fail(Failed, nil, "ClickHouse does not start"))
			return
		}
		err := f(answer, r)
		switch {
		case err == nil:
		case answer.yes:
			panic(http.ErrAbortHandler)
		default:
			answerFailure(w, controlFailure(err))
		}
	}
}

// begun knows whether an answer has begun.
type begun struct {
	http.ResponseWriter
	yes bool
}

// Write implements io.Writer.
func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.ResponseWriter.Write(p)
}

func controlFailure(err error) *Error {
	var known *Error
	var refused *queryError
	if !errors.As(err, &known) && errors.As(err, &refused) {
		return fail(Failed, nil, "%s", refused.message)
	}
	return hostFailure(err, "ClickHouse does not answer")
}

func answerJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

func answerFailure(w http.ResponseWriter, e *Error) {
	w.WriteHeader(http.StatusConflict)
	_ = json.NewEncoder(w).Encode(failureReport(e)) // Gatehouse has gone
}

// serveAlive says that this process answers. The official server is a process of its own: one
// that a signal has stopped does nothing at all, and so does not live.
func (h *host) serveAlive(w http.ResponseWriter, _ *http.Request) {
	select {
	case <-h.settled:
		if h.answers && isStopped(h.server.PID()) {
			answerFailure(w, fail(Stopped, nil, "ClickHouse was stopped by a signal"))
			return
		}
	default:
	}
	w.WriteHeader(http.StatusNoContent)
}

func (h *host) serveIdentity(w http.ResponseWriter, _ *http.Request) error {
	who := h.identity
	who.Memory = h.memory.Load()
	return answerJSON(w, who)
}

func (h *host) serveUpdate(w http.ResponseWriter, r *http.Request) error {
	var wanted wishes
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
		return err
	}
	restart, err := h.update(r.Context(), wanted)
	if err != nil {
		return err
	}
	return answerJSON(w, updated{restart, h.memory.Load()})
}

func (h *host) serveQuery(w http.ResponseWriter, r *http.Request) error {
	sql, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	return h.client.query(r.Context(), string(sql), nil, w)
}

func (h *host) serveActivity(w http.ResponseWriter, r *http.Request) error {
	activity, err := h.activity(r.Context())
	if err != nil {
		return err
	}
	return answerJSON(w, activity)
}

func (h *host) serveMetrics(w http.ResponseWriter, r *http.Request) error {
	return h.metrics(r.Context(), w)
}
