package console_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/console"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/front"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	email    = "ada@example.com"
	password = "correct horse Battery 9"
)

// house is a console on a store of its own, behind its front door.
type house struct {
	t         *testing.T
	clock     *cloudtest.Clock
	directory *access.Directory
	control   *control.Control
	identify  console.Identifier
	server    *httptest.Server
	log       *bytes.Buffer
	setup     cloud.Secret // the token of the first set-up link
}

var operator = access.Operator("tester", "test")

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseOf(t, nil)
}

// newHouseOf is newHouse of a Gatehouse that offers these regions; nil for all.
func newHouseOf(t *testing.T, regions []string) *house {
	t.Helper()
	t.Parallel()
	h := &house{t: t, clock: cloudtest.NewClock(time.Date(2026, time.March, 1, 12, 0, 30, 0, time.UTC)), log: &bytes.Buffer{}, setup: control.NewSetupToken()}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	opened, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	sealer, err := cloud.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	h.directory = access.NewDirectory(h.clock)
	h.control = control.New(control.Config{Store: opened, Directory: h.directory, Clock: h.clock, Limits: cloud.RelaxedLimits, Sealer: sealer, Log: log, Regions: regions})
	if err := h.control.Begin(t.Context(), control.Bootstrap{Organization: "Acme", SetupToken: h.setup}); err != nil {
		t.Fatal(err)
	}
	dist := fstest.MapFS{"index.html": {Data: []byte("the app")}}
	pages, err := console.New(console.Config{Control: h.control, Directory: h.directory, Dist: dist, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	nobody := func(*http.Request, netip.Addr) (access.Principal, error) {
		return access.Principal{}, cloud.Errorf(cloud.Unauthenticated, "a key is needed")
	}
	h.identify = console.Identify(h.directory, nobody)
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("/v1/who", func(w http.ResponseWriter, r *http.Request) { // what the API does with it
		p, err := h.identify(r, front.CallOf(r.Context()).Address)
		if err != nil {
			front.ErrorOf(r.Context(), log, err).Write(w)
			return
		}
		_, _ = w.Write([]byte(`{"who":"` + p.Name() + `"}`))
	})
	h.server = httptest.NewServer(front.New(front.Config{Next: mux, Log: log}))
	t.Cleanup(h.server.Close)
	return h
}

// browser keeps cookies as a browser does.
type browser struct {
	h      *house
	client *http.Client
	url    string
	header http.Header
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h: h, client: &http.Client{Jar: jar}, url: h.server.URL, header: http.Header{"Origin": {h.server.URL}, "User-Agent": {"Firefox"}}}
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   map[string]any
	text   string
}

// do asks with pairs of names and values as the JSON body.
func (b *browser) do(method, path string, pairs ...string) answer {
	b.h.t.Helper()
	body := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		body[pairs[i]] = pairs[i+1]
	}
	data, err := json.Marshal(body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return b.send(method, path, "application/json", string(data))
}

func (b *browser) send(method, path, contentType, body string) answer {
	t := b.h.t
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = b.header.Clone()
	r.Header.Set("Content-Type", contentType)
	got, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	var read bytes.Buffer
	if _, err := read.ReadFrom(got.Body); err != nil {
		t.Fatal(err)
	}
	a := answer{t: t, status: got.StatusCode, header: got.Header, text: read.String()}
	_ = json.Unmarshal(read.Bytes(), &a.body) // what is no JSON is looked at as text
	return a
}

// ok ends the test unless the request was granted.
func (a answer) ok() answer {
	a.t.Helper()
	if a.status != http.StatusOK {
		a.t.Fatalf("answered %d %s", a.status, a.text)
	}
	return a
}

// says ends the test unless the request was refused with this status and sentence.
func (a answer) says(status int, sentence string) {
	a.t.Helper()
	if a.status != status || !strings.Contains(a.text, sentence) {
		a.t.Fatalf("answered %d %s, want %d with %q", a.status, a.text, status, sentence)
	}
}

func (a answer) string(name string) string {
	a.t.Helper()
	text, ok := a.body[name].(string)
	if !ok {
		a.t.Fatalf("there is no text %s in %s", name, a.text)
	}
	return text
}

func (b *browser) setUp() answer {
	b.h.t.Helper()
	return b.do(http.MethodPost, "/auth/setup", "token", b.h.setup.Reveal(), "email", email, "name", "Ada", "password", password)
}

func (b *browser) signIn(pairs ...string) answer {
	b.h.t.Helper()
	return b.do(http.MethodPost, "/auth/sign-in", append([]string{"email", email, "password", password}, pairs...)...)
}

// who returns the status of a request to the API.
func (b *browser) who() int {
	b.h.t.Helper()
	return b.do(http.MethodGet, "/v1/who").status
}
