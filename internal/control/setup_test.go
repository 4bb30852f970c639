package control_test

import (
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// A set-up link makes one person, Admin of the first organization and signed in, in
// one change; then it is used up.
func TestSetupLinkSetsUpOnePerson(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		if has, err := h.HasPeople(t.Context()); has || err != nil {
			t.Fatalf("there are people (%v)", err)
		}
		token, err := h.NewSetupLink(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		if link, err := h.Link(t.Context(), token.Reveal()); err != nil || !reflect.DeepEqual(link, cloud.Link{Kind: cloud.LinkSetup, Organization: "Acme"}) {
			t.Fatalf("the link is %+v (%v)", link, err)
		}
		before := h.state(t).Revision
		s, err := h.SetUp(t.Context(), visitor, token.Reveal(), cloud.NewPerson{Email: " Ada@Example.com", Name: "Ada", Password: adaPassword})
		if err != nil {
			t.Fatal(err)
		}
		p := h.in(t, s)
		now := h.clock.Now()
		want := cloud.Person{
			ID: p.PersonID(), Email: adaEmail, Name: "Ada", CreatedAt: now, LastSignInAt: now,
			Memberships: []cloud.Membership{{OrganizationID: h.organization, JoinedAt: now, RoleIDs: roleIDs(cloud.RoleAdmin)}},
		}
		got, err := h.Profile(t.Context(), p)
		want.Memberships[0].Sequence = got.Memberships[0].Sequence
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("the person (%v):\n%s", err, diff)
		}
		if roles := h.RolesOf(got, h.organization); len(roles) != 1 || roles[0].Name != cloud.RoleAdmin {
			t.Errorf("the roles are %v", roles)
		}
		if diff := cmp.Diff([]cloud.ActivityType{cloud.MemberJoined, cloud.SignedIn}, h.types(t, before)); diff != "" || h.state(t).Revision != before+1 {
			t.Errorf("the activities:\n%s", diff)
		}
		if a := h.latest(t).Actor; a.Type != cloud.ActorUser || a.ID != got.ID.String() || a.Details != adaEmail || a.Address != somewhere || a.UserAgent != visitor.UserAgent {
			t.Errorf("it acts as %+v", a)
		}
		if has, err := h.HasPeople(t.Context()); !has || err != nil {
			t.Errorf("there is nobody (%v)", err)
		}
		if err := p.May(h.organization, cloud.OrganizationResource(h.organization), cloud.OrganizationManage); err != nil {
			t.Error(err)
		}
		_, err = h.SetUp(t.Context(), visitor, token.Reveal(), cloud.NewPerson{Email: "eve@example.com", Name: "Eve", Password: adaPassword})
		wantSentence(t, err, cloud.NotFound, linkUnusable)
		_, err = h.Link(t.Context(), token.Reveal())
		wantSentence(t, err, cloud.NotFound, linkUnusable)
		h.wantSessions(t, []control.SignedIn{s})
	})
}

// However many use the same link at the same moment, one person is set up.
func TestLinkIsUsedOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		link, err := h.NewSetupLink(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		var made atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, err := h.SetUp(t.Context(), visitor, link.Reveal(), cloud.NewPerson{Email: uuid.NewString() + "@example.com", Name: "Ada", Password: adaPassword})
				if err == nil {
					made.Add(1)
				} else if sentence(err) != linkUnusable {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(h.state(t).People); made.Load() != 1 || n != 1 {
			t.Fatalf("%d were made, there are %d", made.Load(), n)
		}
	})
}

// What is wrong of a person is named and uses up nothing; a link ends after a day, and
// when there is a newer one.
func TestSetupThatIsRefusedUsesUpNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		old, _ := h.NewSetupLink(t.Context(), operator)
		h.setUp(t, adaEmail)
		link, _ := h.NewSetupLink(t.Context(), operator)
		before := h.state(t).Revision
		for _, c := range []struct {
			token  string
			person cloud.NewPerson
			code   cloud.Code
			says   string
		}{
			{link.Reveal(), cloud.NewPerson{Email: "ada", Name: "Ada", Password: adaPassword}, cloud.Invalid, `email: expected an e-mail address such as ada@example.com, got "ada"`},
			{link.Reveal(), cloud.NewPerson{Email: "bob@example.com", Name: " ", Password: adaPassword}, cloud.Invalid, `name: expected a name of 1 to 255 characters, got " "`},
			{link.Reveal(), cloud.NewPerson{Email: "bob@example.com", Name: "Bob", Password: "short"}, cloud.Invalid, "password: expected at least 12 characters with three of lower case, upper case, digit, other; what is missing: 7 characters; two of upper case, digit, other"},
			{link.Reveal(), cloud.NewPerson{Email: "ADA@example.com", Name: "Ada", Password: adaPassword}, cloud.Conflict, `email: there is a person with the e-mail address "ada@example.com" already`},
			{old.Reveal(), cloud.NewPerson{Email: "bob@example.com", Name: "Bob", Password: adaPassword}, cloud.NotFound, linkUnusable},
			{"", cloud.NewPerson{Email: "bob@example.com", Name: "Bob", Password: adaPassword}, cloud.NotFound, linkUnusable},
			{"\x00", cloud.NewPerson{Email: "bob@example.com", Name: "Bob", Password: adaPassword}, cloud.NotFound, linkUnusable},
		} {
			_, err := h.SetUp(t.Context(), visitor, c.token, c.person)
			wantSentence(t, err, c.code, c.says)
		}
		_, err := h.ResetPassword(t.Context(), visitor, link.Reveal(), newPassword)
		wantSentence(t, err, cloud.NotFound, linkUnusable) // it is of the other kind
		if after := h.state(t).Revision; after != before {
			t.Errorf("the revision went from %d to %d", before, after)
		}
		h.clock.Advance(control.SetupLinkLife)
		_, err = h.SetUp(t.Context(), visitor, link.Reveal(), cloud.NewPerson{Email: "bob@example.com", Name: "Bob", Password: adaPassword})
		wantSentence(t, err, cloud.NotFound, linkUnusable)
	})
}

// A reset link replaces the password, removes the second factor, ends every session at
// once and works once.
func TestResetEndsAllThatWasBefore(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		first := h.setUp(t, adaEmail)
		bystander := h.setUp(t, "bob@example.com")
		secret, _ := h.addFactor(t, h.in(t, first))
		h.nextStep()
		second := h.signIn(t, adaPassword, h.code(t, secret))
		link, err := h.NewResetLink(t.Context(), operator, "ADA@example.com ")
		if err != nil {
			t.Fatal(err)
		}
		if a := h.latest(t); a.Type != cloud.ResetLinkCreated || a.Actor.Type != cloud.ActorSystem {
			t.Errorf("the record of the link is %+v", a)
		}
		if got, err := h.Link(t.Context(), link.Reveal()); err != nil || !reflect.DeepEqual(got, cloud.Link{Kind: cloud.LinkReset, Email: adaEmail, Organization: "Acme"}) {
			t.Fatalf("the link is %+v (%v)", got, err)
		}
		before := h.state(t).Revision
		_, err = h.ResetPassword(t.Context(), visitor, link.Reveal(), "short")
		wantCode(t, err, cloud.Invalid)
		third, err := h.ResetPassword(t.Context(), visitor, link.Reveal(), newPassword)
		if err != nil {
			t.Fatal(err)
		}
		h.out(t, first)
		h.out(t, second)
		h.in(t, bystander)
		if p, err := h.Profile(t.Context(), h.in(t, third)); err != nil || p.SecondFactor {
			t.Errorf("the second factor is still there (%v)", err)
		}
		if got := h.types(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.PasswordChanged, cloud.SecondFactorChanged, cloud.SignedIn}) {
			t.Errorf("the activities are %v", got)
		}
		_, err = h.ResetPassword(t.Context(), visitor, link.Reveal(), adaPassword)
		wantSentence(t, err, cloud.NotFound, linkUnusable)
		_, err = h.SignIn(t.Context(), visitor, adaEmail, adaPassword, "")
		wantSentence(t, err, cloud.Unauthenticated, wrongSignIn)
		h.signIn(t, newPassword, "")
		h.wantSessions(t, []control.SignedIn{first, second, third, bystander})
	})
}

// Links are made by the operator alone; a new one replaces the older of its kind and
// person, and one of the other kind or person stays.
func TestNewLinkReplacesTheOldOfItsKind(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ada := h.setUp(t, adaEmail)
		h.setUp(t, "bob@example.com")
		_, err := h.NewResetLink(t.Context(), h.in(t, ada), adaEmail)
		wantCode(t, err, cloud.Forbidden)
		_, err = h.NewResetLink(t.Context(), operator, "nobody@example.com")
		wantSentence(t, err, cloud.NotFound, `email: there is nobody with the e-mail address "nobody@example.com"`)
		_, err = h.NewResetLink(t.Context(), operator, "nobody")
		wantCode(t, err, cloud.Invalid)
		links := map[string]cloud.Secret{}
		for _, email := range []string{adaEmail, "bob@example.com", adaEmail} {
			links["old "+email] = links[email]
			if links[email], err = h.NewResetLink(t.Context(), operator, email); err != nil {
				t.Fatal(err)
			}
		}
		if links["set-up"], err = h.NewSetupLink(t.Context(), operator); err != nil {
			t.Fatal(err)
		}
		for _, usable := range []string{adaEmail, "bob@example.com", "set-up"} {
			if _, err := h.Link(t.Context(), links[usable].Reveal()); err != nil {
				t.Errorf("%s: %v", usable, err)
			}
		}
		_, err = h.Link(t.Context(), links["old "+adaEmail].Reveal())
		wantSentence(t, err, cloud.NotFound, linkUnusable)
		// Who remembers their password needs the link no more.
		if err := h.ChangePassword(t.Context(), h.in(t, ada), adaPassword, newPassword); err != nil {
			t.Fatal(err)
		}
		_, err = h.Link(t.Context(), links[adaEmail].Reveal())
		wantSentence(t, err, cloud.NotFound, linkUnusable)
		h.clock.Advance(control.SetupLinkLife - time.Millisecond)
		if _, err := h.Link(t.Context(), links["bob@example.com"].Reveal()); err != nil {
			t.Error(err)
		}
		h.clock.Advance(time.Millisecond)
		for _, token := range links {
			_, err = h.Link(t.Context(), token.Reveal())
			wantSentence(t, err, cloud.NotFound, linkUnusable)
		}
	})
}

// A person who has the role Admin and a password is a usable Admin: then the last key
// with the role can go.
func TestPersonIsAnAdminAsAKeyIs(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin := h.as(t, h.admin).KeyID()
		wantCode(t, h.DeleteKey(t.Context(), operator, h.organization, admin), cloud.Conflict)
		ada := h.in(t, h.setUp(t, adaEmail))
		if err := h.DeleteKey(t.Context(), ada, h.organization, admin); err != nil {
			t.Fatal(err)
		}
		key, _, err := h.CreateKey(t.Context(), ada, h.organization, cloud.NewKey{Name: "ada's", State: cloud.KeyEnabled, RoleIDs: roleIDs(cloud.RoleAdmin)})
		if err != nil || key.CreatedBy != (cloud.Creator{Type: cloud.ActorUser, ID: ada.PersonID().String(), Details: adaEmail}) {
			t.Fatalf("the key is made by %+v (%v)", key.CreatedBy, err)
		}
		if got := h.Organizations(ada); len(got) != 1 || got[0].ID != h.organization {
			t.Errorf("the person is in %v", got)
		}
		roles, err := h.Role(t.Context(), ada, h.organization, cloud.AdminRoleID)
		if err != nil || !slices.Equal(roles.Actors, []cloud.ActorRef{cloud.PersonActor(ada.PersonID()), cloud.KeyActor(key.ID)}) {
			t.Errorf("the role is that of %v (%v)", roles.Actors, err)
		}
	})
}

// A set-up whose answer was lost leaves a person who signs in with their password, and
// a directory that knows so.
func TestSetupWithLostAnswerIsMadeOrNot(t *testing.T) {
	for name, lose := range map[string]func(*commits){"the answer": (*commits).loseAnswer, "the commit": (*commits).loseCommit} {
		t.Run(name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, h *house) {
				link, _ := h.NewSetupLink(t.Context(), operator)
				lose(h.commits)
				s, err := h.SetUp(t.Context(), visitor, link.Reveal(), cloud.NewPerson{Email: adaEmail, Name: "Ada", Password: adaPassword})
				wantCode(t, err, cloud.Unavailable)
				if s.Token.Reveal() != "" {
					t.Fatal("a token was returned with an error")
				}
				if len(h.state(t).People) == 0 {
					_, err = h.SetUp(t.Context(), visitor, link.Reveal(), cloud.NewPerson{Email: adaEmail, Name: "Ada", Password: adaPassword})
				} else {
					_, err = h.SignIn(t.Context(), visitor, adaEmail, adaPassword, "")
				}
				if err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// A restored store knows the people of the backup: their passwords, second factors and
// sessions, when the key of the sealer is the same.
func TestPeopleSurviveARestart(t *testing.T) {
	options := storetest.SQLite(t)
	h := newHouse(t, options)
	s := h.setUp(t, adaEmail)
	secret, _ := h.addFactor(t, h.in(t, s))
	if err := h.store.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if h.store, err = store.Open(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	h.Control = h.withLimits(cloud.RelaxedLimits)
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.in(t, s)
	h.nextStep()
	h.wantSessions(t, []control.SignedIn{s, h.signIn(t, adaPassword, h.code(t, secret))})
}
