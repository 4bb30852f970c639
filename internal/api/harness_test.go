package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
	"github.com/gatehouse/gatehouse/internal/api/apitest"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/cloud/cloudtest"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == engine.HostCommand { // of a story with a real engine
		os.Exit(engine.RunHost(os.Args[2]))
	}
	storetest.Main(m)
}

// noon is when every story begins: half a minute past twelve.
var noon = time.Date(2026, time.March, 1, 12, 0, 30, 0, time.UTC)

// house is a Gatehouse on a store of its own, behind HTTP. Every answer that a
// caller of the house gets is held against our OpenAPI document, and when the
// test ends no secret that was issued may be found anywhere.
type house struct {
	t         testing.TB
	clock     *cloudtest.Clock
	store     *store.Store
	directory *access.Directory
	control   *control.Control
	handler   http.Handler
	fleet     *fakeFleet
	metrics   func() string
	url       string
	http      *http.Client
	secrets   *secretWatch
	organization
}

// organization is an organization with its first key, which is an Admin.
type organization struct {
	id    string
	admin caller
}

// settings are what a story may ask of its house.
type settings struct {
	limits   cloud.Limits
	proxies  []netip.Prefix
	identify func(api.Identifier) api.Identifier
	commit   func(commit func() error) error
	draining chan struct{}
	mailer   control.Mailer
	regions  []string
	ports    control.PortRange
	engine   bool
}

type setting func(*settings)

// underCloudLimits gives the house the limits of ClickHouse Cloud.
func underCloudLimits(s *settings) { s.limits = cloud.CloudLimits }

// withoutLimit is for stories of many requests that are about something else.
func withoutLimit(s *settings) { s.limits.Requests, s.limits.Services = 1<<19, 1<<19 }

// withoutEngine is for stories of a house that runs no services.
func withoutEngine(s *settings) { s.engine = false }

// behindProxies makes the house believe the X-Forwarded-For of these.
func behindProxies(prefixes ...string) setting {
	return func(s *settings) {
		for _, p := range prefixes {
			s.proxies = append(s.proxies, netip.MustParsePrefix(p))
		}
	}
}

// onEachStore tells a story on an empty house on SQLite, and on another one on a
// real PostgreSQL.
func onEachStore(t *testing.T, story func(t *testing.T, h *house), with ...setting) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		story(t, houseOnSQLite(t, with...))
	})
	if !storetest.PostgresInstalled() {
		return // TestStoriesAreToldOnPostgresToo says so once
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		story(t, newHouse(t, storetest.Postgres(t), with...))
	})
}

// Every story is told on a real PostgreSQL too, where there is one.
func TestStoriesAreToldOnPostgresToo(t *testing.T) {
	if !storetest.PostgresInstalled() {
		t.Skip("PostgreSQL's server binaries are not on this machine: the stories of the API are told on SQLite alone")
	}
}

// onlyOnSQLite is onEachStore for a story that costs too much to be told twice.
func onlyOnSQLite(t *testing.T, story func(t *testing.T, h *house), with ...setting) {
	t.Helper()
	story(t, onSQLite(t, with...))
}

// onSQLite tells a story that says nothing about stores, or costs too much to be told twice.
func onSQLite(t *testing.T, with ...setting) *house {
	t.Helper()
	t.Parallel()
	return houseOnSQLite(t, with...)
}

func houseOnSQLite(t *testing.T, with ...setting) *house {
	t.Helper()
	options := storetest.SQLite(t)
	h := newHouse(t, options, with...)
	h.secrets.searchFolder(options.Dir)
	return h
}

func newHouse(t testing.TB, options store.Options, with ...setting) *house {
	t.Helper()
	s := settings{limits: cloud.RelaxedLimits, ports: control.PortRange{From: 9400, To: 19_399}, engine: true}
	for _, change := range with {
		change(&s)
	}
	h := &house{t: t, clock: cloudtest.NewClock(noon), secrets: newSecretWatch(t), fleet: newFakeFleet()}
	log := slog.New(slog.NewJSONHandler(&h.secrets.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	options.Log, options.Commit = log, s.commit
	opened, err := store.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	h.store = opened
	t.Cleanup(func() {
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	h.directory = access.NewDirectory(h.clock)
	h.control = control.New(control.Config{
		Store: h.store, Directory: h.directory, Clock: h.clock, Limits: s.limits, Log: log, Passwords: access.NewPasswords(cheap), Mailer: s.mailer, PublicURL: publicURL,
		Sealer: newSealer(t), Regions: s.regions, Ports: s.ports,
	})
	if s.engine {
		h.control.Attach(h.fleet, fakeFront{h.fleet})
	}
	registry := prometheus.NewRegistry()
	metrics := api.NewMetrics(registry)
	identify := h.orSession(api.Basic(h.directory, access.NewThrottle(h.clock), metrics))
	if s.identify != nil {
		identify = s.identify(identify)
	}
	h.handler = api.New(api.Config{
		Control: h.control, Identify: identify, Fallback: http.NotFoundHandler(), TrustedProxies: s.proxies, Log: log,
		Metrics: metrics, Draining: s.draining,
	})
	h.serve()
	h.begin()
	h.metrics = func() string {
		w := httptest.NewRecorder()
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return w.Body.String()
	}
	h.secrets.search("the metrics", h.metrics)
	h.secrets.search("the store", h.everythingStored)
	t.Cleanup(h.secrets.check) // runs before the store is closed
	return h
}

// sessionHeader stands for the cookie of the console, which stands beside the API.
const sessionHeader = "Test-Session"

func (h *house) orSession(next api.Identifier) api.Identifier {
	return func(r *http.Request, from netip.Addr) (access.Principal, error) {
		if token := r.Header.Get(sessionHeader); token != "" {
			return h.directory.AuthenticateSession(token, from)
		}
		return next(r, from)
	}
}

// remote is a header that stands for the address of the connection: httptest connects from the loopback only.
const remote = "Test-Remote"

// serve puts the house behind HTTP.
func (h *house) serve() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from := r.Header.Get(remote); from != "" {
			r.RemoteAddr = from
			r.Header.Del(remote)
		}
		h.handler.ServeHTTP(w, r)
	}))
	h.t.Cleanup(server.Close)
	h.url = server.URL
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	h.t.Cleanup(transport.CloseIdleConnections)
	h.http = &http.Client{
		Transport: validator().Transport(h.t, h.secrets.transport(transport)),
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			h.t.Errorf("the API redirected to %s: a redirect turns a POST into a GET", r.URL)
			return http.ErrUseLastResponse
		},
	}
}

// validator holds answers against our own document.
var validator = sync.OnceValue(func() *apitest.Validator {
	document, err := api.Document()
	if err != nil {
		panic(err)
	}
	v, err := apitest.NewValidator(document)
	if err != nil {
		panic(err)
	}
	return v
})

// begin gives the house its organization, as a new store gets it.
func (h *house) begin() {
	credential, token := cloud.NewCredential(), control.NewSetupToken()
	h.secrets.issued(credential.KeyID, credential.Secret.Reveal())
	h.secrets.watch(token.Reveal())
	err := h.control.Begin(h.t.Context(), control.Bootstrap{Organization: "Data platform", FirstKey: &credential, SetupToken: token})
	if err != nil {
		h.t.Fatal(err)
	}
	state := h.state()
	h.organization = organization{
		id:    state.Organizations[0].ID.String(),
		admin: h.caller(state.Organizations[0].ID.String(), state.Keys[0].ID.String(), credential.KeyID, credential.Secret.Reveal()),
	}
}

// another gives the store one more organization. The API cannot: the Cloud makes
// organizations in its console.
func (h *house) another(name string) organization {
	h.t.Helper()
	credential := cloud.NewCredential()
	h.secrets.issued(credential.KeyID, credential.Secret.Reveal())
	actor := cloud.Actor{Type: cloud.ActorSystem, Details: "the test"}
	org := cloud.Organization{ID: uuid.New(), Name: name, CreatedAt: h.clock.Now(), EnableCoreDumps: true}
	key := cloud.Key{
		ID: uuid.New(), OrganizationID: org.ID, Name: name + "'s Admin", State: cloud.KeyEnabled, Credential: credential.Hashed(),
		RoleIDs: []uuid.UUID{cloud.AdminRoleID}, CreatedAt: h.clock.Now(), CreatedBy: actor.Creator(),
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.InsertOrganization(ctx, org); err != nil {
			return err
		}
		if err := h.record(ctx, tx, org.ID, cloud.Activity{Type: cloud.OrganizationCreated, Actor: actor}); err != nil {
			return err
		}
		return h.insert(ctx, tx, key)
	})
	return organization{id: org.ID.String(), admin: h.caller(org.ID.String(), key.ID.String(), credential.KeyID, credential.Secret.Reveal())}
}

// manyKeys writes n keys without roles into the organization at once. Nobody has their credentials.
func (h *house) manyKeys(n int) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for range n {
			err := h.insert(ctx, tx, cloud.Key{
				ID: uuid.New(), OrganizationID: uuid.MustParse(h.id), Name: "one of many", State: cloud.KeyEnabled,
				Credential: cloud.NewCredential().Hashed(), CreatedAt: h.clock.Now(), CreatedBy: cloud.Creator{Type: cloud.ActorSystem},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) insert(ctx context.Context, tx *store.Tx, k cloud.Key) error {
	if _, err := tx.InsertKey(ctx, k); err != nil {
		return err
	}
	return h.record(ctx, tx, k.OrganizationID, cloud.Activity{Type: cloud.KeyCreated, TargetKeyID: k.ID, KeyUpdate: cloud.KeyUpdateCreated})
}

func (h *house) record(ctx context.Context, tx *store.Tx, organization uuid.UUID, a cloud.Activity) error {
	a.ID, a.OrganizationID, a.CreatedAt = uuid.New(), organization, h.clock.Now()
	if a.Actor.Type == "" {
		a.Actor = cloud.Actor{Type: cloud.ActorSystem, Details: "the test"}
	}
	return tx.Record(ctx, a)
}

// write changes the store past the API, and lets the house read it again.
func (h *house) write(change func(context.Context, *store.Tx) error) {
	h.t.Helper()
	ctx := h.t.Context()
	if _, err := h.store.Write(ctx, func(tx *store.Tx) error { return change(ctx, tx) }); err != nil {
		h.t.Fatal(err)
	}
	if err := h.control.Load(ctx); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) state() store.State {
	h.t.Helper()
	state, err := h.store.State(context.WithoutCancel(h.t.Context()))
	if err != nil {
		h.t.Fatal(err)
	}
	return state
}

// revision is how often the store was changed.
func (h *house) revision() int64 { return h.state().Revision }

// activities returns all activities of the organization, oldest first, from the store.
func (h *house) activities(organization string) (all []cloud.Activity) {
	h.t.Helper()
	ctx := context.WithoutCancel(h.t.Context())
	err := h.store.Read(ctx, func(r *store.Reader) (err error) {
		all, err = r.Activities(ctx, uuid.MustParse(organization), store.ActivityRange{Limit: 1 << 20})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

// systemRole returns the id of a system role.
func systemRole(name string) string {
	for _, r := range cloud.SystemRoles(cloud.Organization{}) {
		if r.Name == name {
			return r.ID.String()
		}
	}
	panic("there is no system role " + name)
}
