package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/mail"
)

// mailFlags say how mails are sent.
type mailFlags struct {
	SMTP             string `name:"smtp" placeholder:"URL" help:"The mail server for invitations and new passwords, such as smtp://user@mail.example.com or smtps://mail.example.com. Without it Gatehouse sends no mail, and shows links to hand over."`
	SMTPPasswordFile string `name:"smtp-password-file" placeholder:"FILE" help:"The password of the user in --smtp; or set GATEHOUSE_SMTP_PASSWORD."`
	MailFrom         string `placeholder:"ADDRESS" help:"Who mails are from: gatehouse@example.com, or Gatehouse <gatehouse@example.com>."`
}

const smtpPasswordVariable = "GATEHOUSE_SMTP_PASSWORD" //nolint:gosec // the name of a variable

// sender returns what sends mails; nil when no mail server is configured.
func (f mailFlags) sender() (*mail.Sender, error) {
	if f.SMTP == "" {
		if f.MailFrom != "" || f.SMTPPasswordFile != "" {
			return nil, errors.New("--mail-from and --smtp-password-file need --smtp")
		}
		return nil, nil
	}
	server, err := mail.ParseServer("--smtp", f.SMTP)
	if err != nil {
		return nil, errors.New(sentence(err))
	}
	password, err := f.password()
	if err != nil {
		return nil, err
	}
	sender, err := mail.New(mail.Config{Server: server, Password: password, From: f.MailFrom, Clock: cloud.SystemClock{}})
	if err != nil {
		return nil, errors.New(sentence(err))
	}
	return sender, nil
}

func (f mailFlags) password() (cloud.Secret, error) {
	if f.SMTPPasswordFile == "" {
		return cloud.NewSecret(os.Getenv(smtpPasswordVariable)), nil
	}
	text, err := os.ReadFile(f.SMTPPasswordFile)
	if err != nil {
		return cloud.Secret{}, fmt.Errorf("the password file %s cannot be read: correct --smtp-password-file (%w)", f.SMTPPasswordFile, cause(err))
	}
	return cloud.NewSecret(strings.TrimRight(string(text), "\r\n")), nil
}

// mailer hands control's mails to the sender.
type mailer struct{ sender *mail.Sender }

// Invite implements control.Mailer.
func (m mailer) Invite(ctx context.Context, i control.InvitationMail) error {
	return m.sender.Invite(ctx, mail.Invitation{To: i.To, Organization: i.Organization, InvitedBy: i.InvitedBy, Link: i.Link.Reveal(), ExpireAt: i.ExpireAt})
}

// ResetPassword implements control.Mailer.
func (m mailer) ResetPassword(ctx context.Context, r control.ResetMail) error {
	return m.sender.ResetPassword(ctx, mail.Reset{To: r.To, Name: r.Name, Link: r.Link.Reveal(), ExpireAt: r.ExpireAt})
}
