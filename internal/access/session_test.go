package access_test

import (
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// browser is a session together with its token.
type browser struct {
	cloud.Session
	token string
}

// ada is in both organizations: Admin of ours, and a reader of theirs.
func ada() cloud.Person {
	return cloud.Person{
		ID: uuid.New(), Email: "ada@example.com", Name: "Ada",
		Memberships: []cloud.Membership{
			{OrganizationID: ours, RoleIDs: []uuid.UUID{cloud.AdminRoleID}},
			{OrganizationID: theirs, RoleIDs: []uuid.UUID{systemRoleID(cloud.RoleOrgAPIReader)}},
		},
	}
}

// newBrowser returns a session that the directory does not know.
func newBrowser(p cloud.Person, at time.Time) *browser {
	token := cloud.NewSessionToken().Reveal()
	return &browser{token: token, Session: cloud.Session{
		ID: uuid.New(), PersonID: p.ID, Token: cloud.HashOf(token), CreatedAt: at, LastUsedAt: at, ExpireAt: at.Add(cloud.SessionLife),
	}}
}

// putPerson tells the directory of a person as they are now.
func (h *house) putPerson(p cloud.Person) {
	h.Helper()
	h.state.People = append(slices.DeleteFunc(slices.Clone(h.state.People), func(other cloud.Person) bool { return other.ID == p.ID }), p)
	h.apply(access.Change{People: []cloud.Person{p}})
}

// signIn makes a session and tells the directory.
func (h *house) signIn(p cloud.Person) *browser {
	h.Helper()
	b := newBrowser(p, h.clock.Now())
	h.state.Sessions = append(h.state.Sessions, b.Session)
	h.apply(access.Change{Sessions: []cloud.Session{b.Session}})
	return b
}

// end removes a session and tells the directory.
func (h *house) end(b *browser) {
	h.Helper()
	h.state.Sessions = slices.DeleteFunc(slices.Clone(h.state.Sessions), func(other cloud.Session) bool { return other.ID == b.ID })
	h.apply(access.Change{EndedSessions: []cloud.Session{b.Session}})
}

// in returns the principal of the session, which must be admitted.
func (h *house) in(b *browser) access.Principal {
	h.Helper()
	p, err := h.directory.AuthenticateSession(b.token, home)
	if err != nil {
		h.Fatalf("the session is refused: %v", err)
	}
	return p
}

const sessionEnded = "The session has ended: sign in again"

// out fails the test unless the session is refused.
func (h *house) out(b *browser) {
	h.Helper()
	p, err := h.directory.AuthenticateSession(b.token, home)
	wantError(h, err, cloud.Unauthenticated, sessionEnded)
	if p != (access.Principal{}) {
		h.Errorf("there is a principal beside the error")
	}
}

func TestPersonAsAPrincipal(t *testing.T) {
	// A person acts under their own e-mail address and id, from the address of the request, with other rights in each organization.
	h := newHouse(t)
	person := ada()
	h.putPerson(person)
	b := h.signIn(person)
	p := h.in(b).WithAgent("Mozilla/5.0")
	if p.Kind() != access.KindPerson || p.PersonID() != person.ID || p.SessionID() != b.ID || p.Name() != person.Email || p.KeyID() != uuid.Nil {
		t.Errorf("%v %v %v %q", p.Kind(), p.PersonID(), p.SessionID(), p.Name())
	}
	want := cloud.Actor{Type: cloud.ActorUser, ID: person.ID.String(), Details: person.Email, Address: home, UserAgent: "Mozilla/5.0"}
	if p.Actor() != want {
		t.Errorf("%+v", p.Actor())
	}
	if _, ok := p.Organization(); ok || !slices.Equal(p.Organizations(), []uuid.UUID{ours, theirs}) {
		t.Errorf("in %v", p.Organizations())
	}
	if p.In(ours) != nil || p.In(theirs) != nil {
		t.Error("a person is not in their organizations")
	}
	wantError(t, p.In(uuid.New()), cloud.NotFound, "Organization not found")
	if err := p.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationManage); err != nil {
		t.Error(err)
	}
	wantError(t, p.May(theirs, cloud.OrganizationResource(theirs), cloud.ViewAPIKeys, cloud.OrganizationManage), cloud.Forbidden,
		`This needs the permission control-plane:organization:manage, which the person "ada@example.com" does not have`)
	if p.May(ours, cloud.OrganizationResource(theirs), cloud.OrganizationView) == nil || p.May(theirs, cloud.InstanceResource(one), cloud.ServiceView) == nil {
		t.Error("the rights of one organization count in the other")
	}
	admin := func(org uuid.UUID) *access.Policies {
		return access.PoliciesOf(cloud.Organization{ID: org}, []uuid.UUID{cloud.AdminRoleID})
	}
	if !p.Covers(ours, admin(ours)) || p.Covers(theirs, admin(theirs)) || p.Covers(ours, admin(theirs)) {
		t.Error("what they can grant is wrong")
	}
	if got := p.PermissionsIn(theirs); !slices.Equal(got, []cloud.Permission{cloud.OrganizationView, cloud.ViewAPIKeys, cloud.ViewActivities}) {
		t.Errorf("in theirs: %v", got)
	}
	if len(p.PermissionsIn(ours)) != len(cloud.Permissions()) || len(p.PermissionsIn(uuid.New())) != 0 {
		t.Errorf("in ours: %v", p.PermissionsIn(ours))
	}
	if _, limited := p.Take(cloudLimit); limited {
		t.Error("people are limited")
	}
	if now, err := p.Current(); err != nil || now != p {
		t.Errorf("by now it is %+v, %v", now, err)
	}
}

func TestKeyAndOperatorAreNobodyElse(t *testing.T) {
	// What is a person's is nothing to a key, the operator and nobody.
	h := newHouse(t)
	key, operator, nobody := h.admitted(h.add(nil), home), access.Operator("root", ""), access.Principal{}
	for _, p := range []access.Principal{key, operator, nobody} {
		if p.PersonID() != uuid.Nil || p.SessionID() != uuid.Nil {
			t.Errorf("%+v", p)
		}
	}
	if !slices.Equal(key.Organizations(), []uuid.UUID{ours}) || operator.Organizations() != nil || nobody.Organizations() == nil || len(nobody.Organizations()) != 0 {
		t.Error("the organizations are wrong")
	}
	if len(key.PermissionsIn(theirs)) != 0 || len(key.PermissionsIn(ours)) == 0 || len(operator.PermissionsIn(theirs)) != len(cloud.Permissions()) || len(nobody.PermissionsIn(ours)) != 0 {
		t.Error("the permissions are wrong")
	}
	if key.Described() != `the key "key"` || operator.Described() != `the operator "root"` {
		t.Errorf("%s, %s", key.Described(), operator.Described())
	}
}

func TestSessionThatWasEndedIsRefusedAtOnce(t *testing.T) {
	// Unknown, ended and expired sessions are refused alike, and others go on.
	h := newHouse(t)
	person := ada()
	h.putPerson(person)
	first, second := h.signIn(person), h.signIn(person)
	p := h.in(first)
	h.end(first)
	h.out(first)
	_, err := p.Current()
	wantError(t, err, cloud.Unauthenticated, sessionEnded)
	h.in(second)
	h.out(newBrowser(person, noon))
	h.out(&browser{})
	h.directory.Load(h.state)
	h.out(first)
	h.in(second)
	h.directory.Suspend()
	_, err = h.directory.AuthenticateSession(second.token, home)
	wantError(t, err, cloud.Unavailable, suspended)
	h.directory.Load(h.state)
	h.in(second)
}

func TestSessionEndsByItself(t *testing.T) {
	// A week after its last use, and 30 days after it began, in the very millisecond that the noun says.
	h := newHouse(t)
	person := ada()
	h.putPerson(person)
	h.clock.Set(noon.Add(30 * time.Second))
	idle, used := h.signIn(person), h.signIn(person)
	h.clock.Set(idle.EndsAt().Add(-time.Millisecond))
	h.in(used)
	if ended := h.directory.EndedSessions(10); len(ended) != 0 {
		t.Errorf("%d have ended", len(ended))
	}
	h.clock.Advance(time.Millisecond)
	h.out(idle)
	h.in(used)
	if ended := h.directory.EndedSessions(10); len(ended) != 1 || ended[0].ID != idle.ID || ended[0].Token != idle.Token {
		t.Errorf("%+v have ended", ended)
	}
	for range 23 {
		h.clock.Advance(24 * time.Hour)
		if h.clock.Now().Before(used.ExpireAt) {
			h.in(used)
		}
	}
	h.clock.Set(used.ExpireAt.Add(-time.Millisecond))
	h.in(used)
	h.clock.Advance(time.Millisecond)
	h.out(used)
	if ended := h.directory.EndedSessions(1); len(ended) != 1 {
		t.Errorf("%d are named, expected the limit", len(ended))
	}
	h.end(idle)
	h.end(used)
	if ended := h.directory.EndedSessions(10); len(ended) != 0 {
		t.Errorf("%d have ended", len(ended))
	}
}

func TestSessionFollowsTheRolesOfItsPerson(t *testing.T) {
	// What a person is given and what is taken from them counts in sessions that there are.
	h := newHouse(t)
	person := ada()
	h.putPerson(person)
	b := h.signIn(person)
	before := h.in(b)
	person.Memberships = []cloud.Membership{{OrganizationID: theirs, RoleIDs: []uuid.UUID{cloud.AdminRoleID}}}
	h.putPerson(person)
	now, err := before.Current()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []access.Principal{h.in(b), now} {
		wantError(t, p.In(ours), cloud.NotFound, "Organization not found")
		if err := p.May(theirs, cloud.OrganizationResource(theirs), cloud.OrganizationManage); err != nil {
			t.Error(err)
		}
	}
	h.state.People[0].Memberships = nil
	h.directory.Load(h.state)
	if p := h.in(b); len(p.Organizations()) != 0 {
		t.Errorf("in %v", p.Organizations())
	}
	h.state.People = nil
	h.directory.Load(h.state)
	h.out(b) // nobody is left whose it could be
}

func TestUseOfASessionIsReportedOncePerMinute(t *testing.T) {
	// As for keys: written behind by the minute, never lost, and not kept of what has ended.
	h := newHouse(t)
	person := ada()
	h.putPerson(person)
	b := h.signIn(person)
	h.in(b)
	if used := h.directory.TakeUsedSessions(); len(used) != 0 { // it began in this minute
		t.Errorf("%v", used)
	}
	h.clock.Advance(61 * time.Second)
	for range 100 {
		h.in(b)
	}
	h.directory.Load(h.state) // in which it was not used yet
	h.in(b)
	used := h.directory.TakeUsedSessions()
	if len(used) != 1 || used[0].Session != b.ID || !used[0].At.Equal(noon.Add(time.Minute)) || !h.directory.SessionUsedAt(b.Session).Equal(used[0].At) {
		t.Fatalf("%v", used)
	}
	h.directory.ReturnUsedSessions(used)
	if again := h.directory.TakeUsedSessions(); !slices.Equal(again, used) {
		t.Errorf("%v was returned as %v", used, again)
	}
	h.directory.ReturnUsedSessions(used)
	h.end(b)
	if used := h.directory.TakeUsedSessions(); len(used) != 0 || !h.directory.SessionUsedAt(b.Session).IsZero() {
		t.Errorf("%v", used)
	}
	if used := h.directory.TakeUsed(); len(used) != 0 {
		t.Errorf("the uses of a session are reported as a key's: %v", used)
	}
}

func TestRequestThatStartsAfterASessionEndedIsRefused(t *testing.T) {
	// The promise of the product, for browsers: while many ask and others sign in, what was ended or taken before a
	// request began is refused to it.
	h := newHouse(t)
	people := make([]cloud.Person, 40)
	sessions := make([]*browser, len(people))
	for i := range people {
		people[i] = ada()
		h.putPerson(people[i])
		sessions[i] = h.signIn(people[i])
	}
	refused := func(i int) bool {
		p, err := h.directory.AuthenticateSession(sessions[i].token, home)
		if i%2 == 0 {
			return err != nil
		}
		return err != nil || p.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationManage) != nil
	}
	taken := make([]atomic.Bool, len(people)) // set after Apply has returned
	var requests, wrong atomic.Int64
	done := make(chan struct{})
	var wait sync.WaitGroup
	for client := range 4 {
		wait.Go(func() {
			for i := client; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				n := i % len(people)
				if before := taken[n].Load(); before && !refused(n) {
					wrong.Add(1)
				}
				requests.Add(1)
				runtime.Gosched()
			}
		})
	}
	for n := range people {
		for seen := requests.Load(); requests.Load() < seen+50; {
			h.end(h.signIn(people[n]))
			runtime.Gosched()
		}
		if n%2 == 0 {
			h.end(sessions[n])
		} else {
			people[n].Memberships = people[n].Memberships[1:]
			h.putPerson(people[n])
		}
		if n%10 == 9 {
			h.directory.Load(h.state)
		}
		taken[n].Store(true)
	}
	close(done)
	wait.Wait()
	if wrong.Load() > 0 {
		t.Errorf("%d of %d requests got what had been taken", wrong.Load(), requests.Load())
	}
}

// BenchmarkAuthenticateSession is what the console's requests cost before they do anything.
func BenchmarkAuthenticateSession(b *testing.B) {
	const n = 10_000
	s := access.State{Revision: 1, Organizations: []cloud.Organization{{ID: ours}}}
	browsers := make([]*browser, n)
	now := cloud.SystemClock{}.Now()
	for i := range browsers {
		p := cloud.Person{ID: numberedID(4, i), Email: "ada@example.com", Memberships: []cloud.Membership{{OrganizationID: ours, RoleIDs: []uuid.UUID{cloud.AdminRoleID}}}}
		browsers[i] = newBrowser(p, now)
		s.People, s.Sessions = append(s.People, p), append(s.Sessions, browsers[i].Session)
	}
	d := access.NewDirectory(cloud.SystemClock{})
	d.Load(s)
	from := netip.MustParseAddr("203.0.113.7")
	b.Run("hit", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			p, err := d.AuthenticateSession(browsers[i%n].token, from)
			if err == nil {
				err = p.In(ours)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("miss", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := d.AuthenticateSession("nobody", from); err == nil {
				b.Fatal("an unknown session was accepted")
			}
		}
	})
}
