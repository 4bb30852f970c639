package api_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
)

const details = "index out of range: the details of a failure"

// A panic while a request is answered is a 500 in the envelope that says nothing
// of it; the log says it, under the same requestId, and the next request is answered.
func TestPanicIsA500WithoutDetails(t *testing.T) {
	inIdentify := false
	h := houseOnSQLite(t, func(s *settings) {
		s.identify = func(next api.Identifier) api.Identifier {
			return func(r *http.Request, from netip.Addr) (access.Principal, error) {
				if inIdentify {
					panic(details)
				}
				return next(r, from)
			}
		}
	})
	for _, path := range []string{"~", "~/keys", "~/services"} {
		inIdentify = true
		a := h.admin.get(path)
		inIdentify = false
		h.isFailure(a)
		h.admin.get("~").ok()
	}
}

// A panic in the middle of a change leaves nothing of the change, and the next
// change is made as if nothing had been.
func TestPanicInAChangeLeavesNothing(t *testing.T) {
	inCommit := false
	onePanic := func(s *settings) {
		s.commit = func(do func() error) error {
			if inCommit {
				panic(details)
			}
			return do()
		}
	}
	h := houseOnSQLite(t, onePanic)
	before := h.revision()
	inCommit = true
	a := h.admin.post("~/keys", `{"name":"a key"}`)
	inCommit = false
	h.isFailure(a)
	if h.revision() != before || len(h.state().Keys) != 1 {
		t.Error("half a change was made")
	}
	h.admin.key(`"name":"a key"`).whoami().ok()
}

// isFailure fails the test unless the answer is a 500 without details, which the log has.
func (h *house) isFailure(a *answer) {
	h.t.Helper()
	a.is(500, "INTERNAL_SERVER_ERROR: Something went wrong on our side; the log of Gatehouse says more under this requestId")
	if strings.Contains(string(a.body), "details") {
		h.t.Errorf("the answer says what happened: %s", a.body)
	}
	logged := false
	for line := range strings.Lines(h.secrets.log.String()) {
		logged = logged || strings.Contains(line, a.text("requestId")) && strings.Contains(line, details)
	}
	if !logged {
		h.t.Error("the log does not say what happened under the requestId")
	}
}

// While it is not known which keys are valid, nobody is admitted, the server is not
// ready, and whoever asks is told to come back.
func TestNobodyIsAdmittedWhileKeysAreUnknown(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.directory.Suspend()
		for _, a := range []*answer{h.admin.get("~"), h.admin.post("~/keys", `{"name":"a key"}`), h.admin.get("~/services")} {
			a.is(503, "SERVICE_UNAVAILABLE: It is not certain which keys are valid; ask again in a moment")
			if a.header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
			}
		}
		if a := h.nobody().get("/readyz"); a.status != http.StatusServiceUnavailable {
			t.Errorf("/readyz answered %d", a.status)
		}
		h.nobody().get("/healthz").ok()
		if err := h.control.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.nobody().get("/readyz").ok()
		h.admin.get("~").ok()
	})
}

// A server that is about to stop still answers, and is no longer ready.
func TestDrainingServerIsNotReady(t *testing.T) {
	draining := make(chan struct{})
	h := onSQLite(t, func(s *settings) { s.draining = draining })
	h.nobody().get("/readyz").ok()
	close(draining)
	if a := h.nobody().get("/readyz"); a.status != http.StatusServiceUnavailable || string(a.body) != "stopping\n" {
		t.Errorf("/readyz answered %d %s", a.status, a.body)
	}
	h.nobody().get("/healthz").ok()
	h.admin.get("~").ok()
}

// A client that goes before its answer is no failure of ours: it gives nobody an
// alarm, and what it asked for is done as a whole or not at all.
func TestClientThatGoesIsNoFailure(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, r := range []*http.Request{
			h.admin.request(http.MethodGet, "~/keys", ""), h.admin.request(http.MethodGet, "~/activities", ""), h.admin.request(http.MethodPost, "~/keys", `{"name":"a key"}`),
		} {
			ctx, leave := context.WithCancel(t.Context())
			leave()
			h.handler.ServeHTTP(httptest.NewRecorder(), r.WithContext(ctx)) // gone before
			h.handler.ServeHTTP(closed{httptest.NewRecorder()}, r.Clone(t.Context()))
		}
		for line := range strings.Lines(h.secrets.log.String()) {
			if !strings.Contains(line, `"level":"DEBUG"`) {
				t.Errorf("the log has an alarm: %s", line)
			}
		}
		if keys, activities := len(h.state().Keys), len(h.activities(h.id)); activities != keys+1 {
			t.Errorf("there are %d keys and %d activities", keys, activities)
		}
		h.admin.get("~/keys").ok()
	})
}

// closed is the connection of a client that has gone.
type closed struct{ http.ResponseWriter }

func (closed) Write([]byte) (int, error) { return 0, net.ErrClosed }
