package control_test

import (
	"encoding/base32"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

const (
	adaEmail    = "ada@example.com"
	adaPassword = "correct Horse 1"
	newPassword = "battery Staple 2"

	wrongSignIn  = "The e-mail address or the password is not right"
	codeNeeded   = "code: enter the code of your authenticator app"
	wrongCode    = "code: this code is not right"
	sessionEnded = "The session has ended: sign in again"
	linkUnusable = "token: this link is not known, was used or has expired: ask for a new one"
)

var visitor = control.Visitor{Address: somewhere, UserAgent: "Mozilla/5.0 (tests)"}

// setUp sets up a person with a link of their own.
func (h *house) setUp(t fataler, email string) control.SignedIn {
	t.Helper()
	link, err := h.NewSetupLink(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	signedIn, err := h.SetUp(t.Context(), visitor, link.Reveal(), cloud.NewPerson{Email: email, Name: "Ada", Password: adaPassword})
	if err != nil {
		t.Fatal(err)
	}
	return signedIn
}

// in returns the principal of the session, which must be admitted.
func (h *house) in(t fataler, s control.SignedIn) access.Principal {
	t.Helper()
	p, err := h.directory.AuthenticateSession(s.Token.Reveal(), somewhere)
	if err != nil {
		t.Fatalf("the session is refused: %v", err)
	}
	return p.WithAgent(visitor.UserAgent)
}

// out fails the test unless the session is refused.
func (h *house) out(t fataler, s control.SignedIn) {
	t.Helper()
	_, err := h.directory.AuthenticateSession(s.Token.Reveal(), somewhere)
	wantSentence(t, err, cloud.Unauthenticated, sessionEnded)
}

// signIn signs in, which must succeed.
func (h *house) signIn(t fataler, password, code string) control.SignedIn {
	t.Helper()
	s, err := h.SignIn(t.Context(), visitor, adaEmail, password, code)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// addFactor gives the person a second factor and returns its secret and the recovery code.
func (h *house) addFactor(t fataler, p access.Principal) (secret, recovery cloud.Secret) {
	t.Helper()
	secret, _, err := h.NewSecondFactor(t.Context(), p, adaPassword)
	if err != nil {
		t.Fatal(err)
	}
	recovery, err = h.ConfirmSecondFactor(t.Context(), p, adaPassword, secret, h.code(t, secret))
	if err != nil {
		t.Fatal(err)
	}
	return secret, recovery
}

// code returns what the app shows now.
func (h *house) code(t fataler, secret cloud.Secret) string {
	t.Helper()
	code, err := totp.GenerateCode(secret.Reveal(), h.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// anotherCode returns a code that is not right around now.
func (h *house) anotherCode(t fataler, secret cloud.Secret) string {
	t.Helper()
	right := map[string]bool{}
	for _, offset := range []time.Duration{-30, 0, 30} {
		code, err := totp.GenerateCode(secret.Reveal(), h.clock.Now().Add(offset*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		right[code] = true
	}
	for _, code := range []string{"000000", "000001", "000002", "000003"} {
		if !right[code] {
			return code
		}
	}
	return ""
}

// nextStep moves the clock to where the app shows another code.
func (h *house) nextStep() { h.clock.Advance(30 * time.Second) }

// types returns the types of the activities since the revision, oldest first.
func (h *house) types(t fataler, revision int64) (types []cloud.ActivityType) {
	t.Helper()
	for _, a := range h.activitiesSince(t, revision) {
		types = append(types, a.Type)
	}
	return types
}

// latest returns the newest activity.
func (h *house) latest(t fataler) cloud.Activity {
	t.Helper()
	page, err := h.Activities(t.Context(), operator, h.organization, store.ActivityRange{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return page.Activities[0]
}

// wantSentence fails the test unless err has the code and the sentence.
func wantSentence(t fataler, err error, code cloud.Code, want string) {
	t.Helper()
	wantCode(t, err, code)
	if got := sentence(err); got != want {
		t.Fatalf("%q, want %q", got, want)
	}
}

// wantSessions fails the test unless the directory admits exactly the sessions that
// the store holds and whose time is not over, with the rights of their people there.
// Uses are written behind: since its last use counts what was seen here, not only what
// the store knows of it.
func (h *house) wantSessions(t fataler, issued []control.SignedIn) {
	t.Helper()
	state, now := h.state(t), h.clock.Now()
	for _, s := range issued {
		p, err := h.directory.AuthenticateSession(s.Token.Reveal(), somewhere)
		kept, ok := sessionIn(state, s.Session.ID)
		if used := h.used[kept.ID]; used.After(kept.LastUsedAt) {
			kept.LastUsedAt = used
		}
		if !ok || !kept.Active(now) {
			wantSentence(t, err, cloud.Unauthenticated, sessionEnded)
			continue
		}
		if err != nil {
			t.Fatalf("the directory refuses a session, the store admits it: %v", err)
		}
		h.used[kept.ID] = now
		person := personIn(state, kept.PersonID)
		if p.PersonID() != person.ID || p.Name() != person.Email || p.SessionID() != kept.ID || len(p.Organizations()) != len(person.Memberships) {
			t.Fatalf("the directory knows %s as %s", person.Email, p.Name())
		}
		for _, m := range person.Memberships {
			policies := access.Compile(m.OrganizationID, rolesIn(state, cloud.Organization{ID: m.OrganizationID}, m.RoleIDs))
			for _, resource := range resourcesIn(state, m.OrganizationID) {
				for _, permission := range cloud.Permissions() {
					if (p.May(m.OrganizationID, resource, permission) == nil) != policies.Allows(permission, resource) {
						t.Fatalf("%s: the directory and the store disagree on %s on %s", person.Email, permission, resource)
					}
				}
			}
		}
	}
}

func sessionIn(state store.State, id uuid.UUID) (cloud.Session, bool) {
	for _, s := range state.Sessions {
		if s.ID == id {
			return s, true
		}
	}
	return cloud.Session{}, false
}

func personIn(state store.State, id uuid.UUID) cloud.Person {
	for _, p := range state.People {
		if p.ID == id {
			return p
		}
	}
	return cloud.Person{}
}

// rawSecret returns the bytes of a secret in base32.
func rawSecret(secret cloud.Secret) string {
	raw, _ := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret.Reveal())
	return string(raw)
}

// plain returns a recovery code as it is hashed.
func plain(recovery cloud.Secret) string { return strings.ReplaceAll(recovery.Reveal(), "-", "") }
