package mail

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// refusal returns Invalid if the failure is that the server will never take a mail to
// this address, or nil.
func refusal(err error, to string) *cloud.Error {
	var answer *gomail.SendError
	switch {
	case errors.Is(err, errASCIIOnly):
		return cloud.Errorf(cloud.Invalid, "email: the mail server takes addresses in ASCII only, got %q", to)
	case errors.As(err, &answer) && answer.Reason == gomail.ErrSMTPRcptTo && refusesAddress(answer.ErrorCode(), answer.EnhancedStatusCode()):
		return cloud.Errorf(cloud.Invalid, "email: the mail server refuses the address %q", to)
	}
	return nil
}

// refusesAddress reports whether an answer to RCPT TO is about the address, and final.
// Many servers wait until then to refuse the client or the sender, which is for the
// operator to mend. The reply code is of RFC 5321, the status of RFC 3463 or empty.
func refusesAddress(code int, status string) bool {
	if code < 500 || code > 599 {
		return false
	}
	_, about, _ := strings.Cut(status, ".")
	switch subject, _, _ := strings.Cut(about, "."); subject {
	case "1": // addresses, of which 7 and 8 are the sender's
		return about != "1.7" && about != "1.8"
	case "2", "4": // the mailbox, or the way to it
		return true
	case "5", "7": // what the client said, or may do
		return false
	}
	switch code {
	case 550, 551, 552, 553, 556: // the mailbox (RFC 5321, section 4.2.2), or its domain (RFC 7504)
		return true
	}
	return false
}

// cause is the internal cause of a failure: what was said, without what is secret.
// Only the end of the caller's context can be found in it.
type cause struct {
	text string
	end  error
}

// Error implements error.
func (c cause) Error() string { return c.text }

// Unwrap returns the end of the caller's context, or nil.
func (c cause) Unwrap() error { return c.end }

// maxCause is how much is kept of what a server said, in characters.
const maxCause = 1000

// cause makes an error fit for a log: a server may say anything, and repeat what it heard.
func (s *Sender) cause(ctx context.Context, err error, secrets ...string) error {
	user, password := s.server.user, s.password.Reveal()
	secrets = append(secrets, password, // and as it is said with AUTH LOGIN and AUTH PLAIN
		base64.StdEncoding.EncodeToString([]byte(password)),
		base64.StdEncoding.EncodeToString([]byte("\x00"+user+"\x00"+password)))
	text := cloud.CleanText(strings.Join(strings.Fields(err.Error()), " "), maxCause)
	for _, secret := range secrets {
		text = mask(text, secret)
	}
	c := cause{text: s.server.String() + ": " + strings.ToValidUTF8(text, "")}
	if end := ctx.Err(); end != nil && errors.Is(err, end) {
		c.end = end
	}
	return c
}

// mask takes the secret out of the text, and all pieces of it that are long enough to
// be known for pieces: lines are broken on the way.
func mask(text, secret string) string {
	const redacted, shortest = "[redacted]", 8
	piece := min(shortest, len(secret))
	if piece == 0 {
		return text
	}
	var masked strings.Builder
	end := 0 // of the last piece
	for i := range len(text) {
		if i+piece <= len(text) && strings.Contains(secret, text[i:i+piece]) {
			if i > end || i == 0 {
				masked.WriteString(redacted)
			}
			end = i + piece
		}
		if i >= end {
			masked.WriteByte(text[i])
		}
	}
	return masked.String()
}
