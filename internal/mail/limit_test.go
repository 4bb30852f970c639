package mail_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/mail"
)

// dialOf finds every server at the other end of this connection.
func dialOf(connection net.Conn) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) { return connection, nil }
}

// answerUntil answers like a mail server until it would have to answer to the given
// thing; then it calls stop. No real server can be made to fall silent anywhere.
func answerUntil(connection net.Conn, last string, stop func()) {
	lines := bufio.NewScanner(connection)
	heard := "the connection"
	for {
		if heard == last {
			stop()
			return
		}
		reply := "250 ok"
		switch heard {
		case "the connection":
			reply = "220 mail.example.com ESMTP"
		case "EHLO":
			reply = "250-mail.example.com\r\n250 8BITMIME"
		case "DATA":
			reply = "354 go on"
		case "QUIT":
			reply = "221 bye"
		}
		if _, err := fmt.Fprintf(connection, "%s\r\n", reply); err != nil {
			return
		}
		if heard == "DATA" {
			if last == "the first line" {
				stop()
				return
			}
			for lines.Scan() && lines.Text() != "." {
				continue
			}
			heard = "the message"
			continue
		}
		if !lines.Scan() {
			return
		}
		heard, _, _ = strings.Cut(lines.Text(), " ")
	}
}

var steps = []string{"the connection", "EHLO", "MAIL", "RCPT", "DATA", "the first line", "the message", "QUIT"}

// attempt sends an invitation to a server that stops at the step, and returns how long
// it took. Time is that of the bubble, which does not end while a connection is open.
func attempt(ctx context.Context, t *testing.T, step string, stop func(net.Conn)) (took time.Duration, secret string, err error) {
	t.Helper()
	here, there := net.Pipe()
	go answerUntil(there, step, func() { stop(there) })
	sender := newSender(t, newConfig(t, "smtp://mail.example.com?starttls=off")).Dialing(dialOf(here))
	i := newInvitation()
	began := cloud.SystemClock{}.Now()
	err = sender.Invite(ctx, i)
	return cloud.SystemClock{}.Now().Sub(began), secretOf(i.Link), err
}

func TestServerThatHangsIsGivenUpAfterTenSeconds(t *testing.T) {
	// Whoever waits for a mail to be sent waits 10 seconds at most, wherever the server
	// falls silent; and a mail that was taken is sent, whatever comes after.
	for _, step := range steps {
		synctest.Test(t, func(t *testing.T) {
			released := make(chan struct{})
			took, secret, err := attempt(t.Context(), t, step, func(net.Conn) { <-released })
			close(released)
			if took != 10*time.Second {
				t.Errorf("%s: it took %v", step, took)
			}
			if step == "QUIT" {
				if err != nil {
					t.Errorf("%s: %v", step, err)
				}
				return
			}
			checkFailure(t, err, cloud.Unavailable, notHandedOver, "the mail server took longer than 10s")
			if strings.Contains(err.Error(), secret) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", step, err)
			}
		})
	}
}

func TestServerThatHangsUpIsUnavailable(t *testing.T) {
	// A connection that ends is noticed at once, wherever it ends.
	for _, step := range steps {
		synctest.Test(t, func(t *testing.T) {
			took, secret, err := attempt(t.Context(), t, step, func(connection net.Conn) { _ = connection.Close() })
			if took != 0 {
				t.Errorf("%s: it took %v", step, took)
			}
			if step == "QUIT" {
				if err != nil {
					t.Errorf("%s: %v", step, err)
				}
				return
			}
			checkFailure(t, err, cloud.Unavailable, notHandedOver, "smtp://mail.example.com:587?starttls=off: ")
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", step, err)
			}
		})
	}
}

func TestCallerCanGiveUpEarlier(t *testing.T) {
	// When the caller's context ends, so does the conversation, wherever it is, and the
	// error tells this end from the others.
	for _, step := range steps[:len(steps)-1] {
		synctest.Test(t, func(t *testing.T) {
			released := make(chan struct{})
			defer close(released)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			took, _, err := attempt(ctx, t, step, func(net.Conn) { <-released })
			if took != 3*time.Second || cloud.CodeOf(err) != cloud.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: after %v: %v", step, took, err)
			}
			ctx, cancel = context.WithCancel(t.Context())
			took, _, err = attempt(ctx, t, step, func(net.Conn) { cancel() })
			if took != 0 || cloud.CodeOf(err) != cloud.Unavailable || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: after %v: %v", step, took, err)
			}
		})
	}
}

func TestConnectionIsClosedWhenItIsOfNoUse(t *testing.T) {
	// A server that is turned down for what it does not offer is not left waiting: the
	// bubble would not end.
	synctest.Test(t, func(t *testing.T) {
		for _, url := range []string{"smtp://mail.example.com", "smtp://ada@localhost"} {
			here, there := net.Pipe()
			go answerUntil(there, "nothing", nil)
			config := newConfig(t, url)
			if strings.Contains(url, "ada") {
				config.Password = cloud.NewSecret("secret of ada")
			}
			checkFailure(t, newSender(t, config).Dialing(dialOf(here)).Check(t.Context()), cloud.Unavailable, "The mail server cannot be used", "does not support")
		}
	})
}

func TestServerThatCannotBeReachedIsGivenUpAfterTenSeconds(t *testing.T) {
	// The limit includes the way to the server: a firewall that swallows packets, or a
	// server that does not begin with TLS.
	synctest.Test(t, func(t *testing.T) {
		config := newConfig(t, "smtps://mail.example.com")
		silent, here := net.Pipe()
		defer silent.Close()
		for name, sender := range map[string]*mail.Sender{
			"no way": newSender(t, config).Dialing(func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}),
			"no TLS": newSender(t, config).Dialing(dialOf(here)),
		} {
			began := cloud.SystemClock{}.Now()
			checkFailure(t, sender.Check(t.Context()), cloud.Unavailable, "The mail server cannot be used", "the mail server took longer than 10s")
			if took := (cloud.SystemClock{}).Now().Sub(began); took != 10*time.Second {
				t.Errorf("%s: it took %v", name, took)
			}
		}
	})
}
