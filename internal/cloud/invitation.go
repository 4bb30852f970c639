package cloud

import (
	"time"

	"github.com/google/uuid"
)

// InvitationLife is how long an invitation can be accepted.
const InvitationLife = 7 * 24 * time.Hour

// MaxInvitations is how many invitations of an organization may be pending.
const MaxInvitations = 1000

// Invitation asks somebody to become a member of an organization (OpenAPI schema
// Invitation). Accepted, revoked or expired, it does not exist any more.
type Invitation struct {
	ID             uuid.UUID
	OrganizationID uuid.UUID
	Email          string      // lower case; only a person with this address can accept
	RoleIDs        []uuid.UUID // which they get, in this order
	CreatedAt      time.Time
	ExpireAt       time.Time
	InvitedBy      Creator
	Mail           MailState
	// Sequence grows with each invitation that is made: the order of lists.
	Sequence int64
}

// PendingAt reports whether the invitation can be accepted at the given instant.
func (i Invitation) PendingAt(now time.Time) bool { return now.Before(i.ExpireAt) }

// NewInvitation describes an invitation to make. Its fields are checked values.
type NewInvitation struct {
	Email   string
	RoleIDs []uuid.UUID
}

// MailState says what became of the mail with the link of an invitation.
type MailState string

// The states of a mail.
const (
	MailOff    MailState = "off"    // Gatehouse sends no mail
	MailSent   MailState = "sent"   // the mail server took it
	MailFailed MailState = "failed" // the mail server did not take it
)
