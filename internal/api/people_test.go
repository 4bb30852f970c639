package api_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
)

const (
	password = "correct horse Battery 9"

	// publicURL is where people reach the console of every house.
	publicURL = "https://gatehouse.example.com"
)

// cheap makes signing in quick. What is promised does not depend on the cost.
var cheap = access.PasswordCost{Memory: 64, Passes: 1, Threads: 1}

// newSealer keeps the second factors of one house.
func newSealer(t testing.TB) cloud.Sealer {
	t.Helper()
	key := make([]byte, cloud.SealerKeyLength)
	_, _ = rand.Read(key) // never fails
	sealer, err := cloud.NewSealer(key)
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

// person sets a new person up, who is an Admin, and returns them as a caller.
func (h *house) person(email string) caller {
	h.t.Helper()
	ctx := h.t.Context()
	token, err := h.control.NewSetupLink(ctx, access.Operator("tester", "test"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.secrets.watch(token.Reveal())
	in, err := h.control.SetUp(ctx, control.Visitor{}, token.Reveal(), cloud.NewPerson{Email: email, Name: "Ada", Password: password})
	if err != nil {
		h.t.Fatal(err)
	}
	return h.signedIn(h.id, in)
}

// member makes somebody a member of the organization as it comes about in reality:
// they are invited with these roles, get a link and accept it. They are returned as a
// caller in their session, whose id is that of the person.
func (o organization) member(email string, roleIDs ...string) caller {
	h := o.admin.house
	h.t.Helper()
	return h.accept(o.id, o.admin.link(o.invite(email, roleIDs...)))
}

// invite invites somebody and returns the id of the invitation.
func (o organization) invite(email string, roleIDs ...string) string {
	o.admin.house.t.Helper()
	return o.admin.post("~/invitations", `{"email":`+inJSON(email)+`,"assignedRoleIds":`+inJSON(append([]string{}, roleIDs...))+`}`).ok().text("result.id")
}

// link makes a link of the invitation and returns its token.
func (c caller) link(invitation string) (token string) {
	c.house.t.Helper()
	return tokenOf(c.post("~/invitations/"+invitation+"/link", "").ok().text("result.url"))
}

// tokenOf returns what a link carries in its fragment.
func tokenOf(url string) string {
	_, token, _ := strings.Cut(url, "#")
	return token
}

// accept follows the link of an invitation for somebody who is new here.
func (h *house) accept(organization, token string) caller {
	h.t.Helper()
	in, err := h.control.Accept(h.t.Context(), control.Visitor{}, token, "Grace", password)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.signedIn(organization, in)
}

// refused fails the test unless the link of an invitation does not work.
func (h *house) refused(token string) {
	h.t.Helper()
	if _, err := h.control.Accept(h.t.Context(), control.Visitor{}, token, "Grace", password); cloud.CodeOf(err) != cloud.NotFound {
		h.t.Errorf("the link gives %v", err)
	}
}

// signIn begins one more session of a person.
func (h *house) signIn(c caller, email string) caller {
	h.t.Helper()
	in, err := h.control.SignIn(h.t.Context(), control.Visitor{}, email, password, "")
	if err != nil {
		h.t.Fatal(err)
	}
	return h.signedIn(c.organization, in)
}

func (h *house) signedIn(organization string, in control.SignedIn) caller {
	h.secrets.watch(in.Token.Reveal())
	return h.caller(organization, in.Session.PersonID.String(), "", "").with(sessionHeader, in.Token.Reveal())
}

// actor is the caller as the actors of a role name them.
func (c caller) actor() string {
	if c.header.Get(sessionHeader) != "" {
		return "user/" + c.id
	}
	return "apiKey/" + c.id
}

// role makes a custom role with the policies, in JSON, and returns its id.
func (c caller) role(name string, policies ...string) string {
	c.house.t.Helper()
	return c.post("~/roles", `{"name":`+inJSON(name)+`,"actors":[],"policies":[`+strings.Join(policies, ",")+`]}`).ok().text("result.id")
}

// allows is a policy on the organization of the caller, in JSON.
func (c caller) allows(permissions ...string) string {
	return policy("ALLOW", "organization/"+c.organization, permissions...)
}

// denies is allows the other way round.
func (c caller) denies(permissions ...string) string {
	return policy("DENY", "organization/"+c.organization, permissions...)
}

func policy(effect, resource string, permissions ...string) string {
	return `{"allowDeny":"` + effect + `","permissions":` + inJSON(permissions) + `,"resources":["` + resource + `"]}`
}

// The permissions that the stories are about.
const (
	viewOrganization   = "control-plane:organization:view"
	manageOrganization = "control-plane:organization:manage"
	viewKeys           = "control-plane:organization:view-api-keys"
	createKeys         = "control-plane:organization:create-api-keys"
	viewActivities     = "control-plane:organization:view-activities"
	viewService        = "control-plane:service:view"
	manageService      = "control-plane:service:manage"
	databaseAccess     = "sql-console:database:access"
)

// manyInvitations writes n invitations without roles into the organization at once.
func (h *house) manyInvitations(n int) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for range n {
			_, err := tx.InsertInvitation(ctx, cloud.Invitation{
				ID: uuid.New(), OrganizationID: uuid.MustParse(h.id), Email: someone(), CreatedAt: h.clock.Now(), ExpireAt: h.clock.Now().Add(cloud.InvitationLife),
				InvitedBy: cloud.Creator{Type: cloud.ActorSystem}, Mail: cloud.MailOff,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// manyRoles writes n custom roles without policies into the organization at once.
func (h *house) manyRoles(n int) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for range n {
			role := cloud.Role{
				ID: uuid.New(), OrganizationID: uuid.MustParse(h.id), Name: "one of many " + uuid.NewString(), Type: cloud.CustomRole, CreatedAt: h.clock.Now(), UpdatedAt: h.clock.Now(),
			}
			if err := tx.InsertRole(ctx, role); err != nil {
				return err
			}
		}
		return nil
	})
}

// someone is an e-mail address that nobody has.
func someone() string { return "someone-" + uuid.NewString() + "@example.com" }

// postbox stands for the mail server: what is handed over, and whether it is taken. (The
// real one is in package mail.)
type postbox struct {
	mu      sync.Mutex
	refuses bool
	mails   []control.InvitationMail
}

// withMail gives the house a mail server.
func withMail(p *postbox) setting { return func(s *settings) { s.mailer = p } }

// Invite implements control.Mailer.
func (p *postbox) Invite(_ context.Context, m control.InvitationMail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuses {
		return errors.New("the mail server is full")
	}
	p.mails = append(p.mails, m)
	return nil
}

// ResetPassword implements control.Mailer.
func (p *postbox) ResetPassword(context.Context, control.ResetMail) error {
	return errors.New("no story is about mails to reset a password")
}
