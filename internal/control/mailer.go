package control

import (
	"context"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Mailer hands mails to a mail server. A call returns when the server has taken the mail
// or refused it, after some seconds at most. Its errors say nothing of the links.
type Mailer interface {
	// Invite sends the link of an invitation.
	Invite(ctx context.Context, m InvitationMail) error
	// ResetPassword sends the link by which a person chooses a new password.
	ResetPassword(ctx context.Context, m ResetMail) error
}

// InvitationMail asks somebody to join an organization.
type InvitationMail struct {
	To           string
	Organization string
	InvitedBy    string
	Link         cloud.Secret
	ExpireAt     time.Time
}

// ResetMail lets somebody choose a new password.
type ResetMail struct {
	To       string
	Name     string
	Link     cloud.Secret
	ExpireAt time.Time
}

// SendsMail reports whether a mail server is configured.
func (c *Control) SendsMail() bool { return c.mailer != nil }

// resetLink and invitationLink keep the token out of requests and logs: a fragment stays
// in the browser.
func (c *Control) resetLink(token cloud.Secret) cloud.Secret {
	return cloud.NewSecret(c.publicURL + "/setup#" + token.Reveal())
}

func (c *Control) invitationLink(token cloud.Secret) cloud.Secret {
	return cloud.NewSecret(c.publicURL + "/invitation#" + token.Reveal())
}
