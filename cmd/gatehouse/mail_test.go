package main

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/mail/mailtest"
)

// An invitation and a link to a new password come by mail, through a real mail server,
// and the links in them work. Neither link is in the log.
func TestLinksComeByMail(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t)
	dir := t.TempDir()
	p := startProcess(t, "--data", dir, "--init-key", filepath.Join(dir, "admin.env"), "--log-level", "debug",
		"--smtp", server.URL(), "--mail-from", "Gatehouse <gatehouse@example.com>")
	admin := readKeyFile(t, filepath.Join(dir, "admin.env"))
	organization := organizationOf(t, p, admin)

	var made struct {
		Result struct{ MailState, Email string }
	}
	status, err := call(t.Context(), http.DefaultClient, admin, http.MethodPost, organization+"/invitations", map[string]any{"email": "Grace@example.com"}, &made)
	if err != nil || status != http.StatusOK || made.Result.MailState != "sent" {
		t.Fatalf("the invitation is answered %d %+v, %v", status, made.Result, err)
	}
	link := linkIn(t, server, "grace@example.com", p.url+"/invitation#")
	v := newVisit(t, p.url)
	if got := v.must("email", "/auth/link", "token", token(link)); got != "grace@example.com" {
		t.Errorf("the link is for %q", got)
	}
	v.must("address", "/auth/invitation", "token", token(link), "name", "Grace Hopper", "password", "Compiler-of-1952")

	forgetful := newVisit(t, p.url)
	forgetful.must("", "/auth/forgot", "email", "nobody@example.com") // is answered alike, and gets no mail
	forgetful.must("", "/auth/forgot", "email", "grace@example.com")
	reset := linkIn(t, server, "grace@example.com", p.url+"/setup#")
	forgetful.must("address", "/auth/reset", "token", token(reset), "password", "Compiler-of-1953")
	if got := (&surfer{t, p.url, &v.http}).get(p.url + "/v1/whoami").status; got != http.StatusUnauthorized {
		t.Errorf("the session from before the new password is answered with %d", got)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	for _, link := range []string{link, reset} {
		if strings.Contains(p.stderr.String()+p.stdout.String(), token(link)) {
			t.Error("the log holds a link")
		}
	}
}

// When the mail server does not take a mail, the invitation is made all the same and says so.
func TestInvitationOutlivesItsMail(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t, mailtest.Answer(func(command, _ string) error {
		if command == "DATA" {
			return mailtest.Refused(452, "4.3.1 the disk is full")
		}
		return nil
	}))
	dir := t.TempDir()
	p := startProcess(t, "--data", dir, "--init-key", filepath.Join(dir, "admin.env"), "--smtp", server.URL(), "--mail-from", "gatehouse@example.com")
	admin := readKeyFile(t, filepath.Join(dir, "admin.env"))
	organization := organizationOf(t, p, admin)
	var made struct {
		Result struct{ ID, MailState string }
	}
	status, err := call(t.Context(), http.DefaultClient, admin, http.MethodPost, organization+"/invitations", map[string]any{"email": "grace@example.com"}, &made)
	if err != nil || status != http.StatusOK || made.Result.MailState != "failed" {
		t.Fatalf("the invitation is answered %d %+v, %v", status, made.Result, err)
	}
	var link struct{ Result struct{ URL string } }
	status, err = call(t.Context(), http.DefaultClient, admin, http.MethodPost, organization+"/invitations/"+made.Result.ID+"/link", nil, &link)
	if err != nil || status != http.StatusOK {
		t.Fatalf("a link to hand over: %d, %v", status, err)
	}
	newVisit(t, p.url).must("address", "/auth/invitation", "token", token(link.Result.URL), "name", "Grace Hopper", "password", "Compiler-of-1952")
}

// linkIn waits for the next mail, which is to this address, and returns the link in it.
func linkIn(t *testing.T, server *mailtest.Server, to, prefix string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	message, err := server.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	links := message.Links()
	if !strings.Contains(message.To, to) || len(links) == 0 || !strings.HasPrefix(links[0], prefix) {
		t.Fatalf("the mail to %s holds %q", message.To, links)
	}
	return links[0]
}

// token returns what comes behind the # of a link.
func token(link string) string {
	_, token, _ := strings.Cut(link, "#")
	return token
}
