package control_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// Whatever people do in whatever order, with commits whose answer is lost and commits
// that are lost: the directory admits exactly the sessions that the store holds, each
// change is one revision with its record, and nothing fails without a word.
func TestSessionsInTheDirectoryAreThoseOfTheStore(t *testing.T) {
	for name, options := range map[string]func(*testing.T) store.Options{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, options(t))
			h.setUp(t, adaEmail)
			h.setUp(t, "bob@example.com")
			rapid.Check(t, func(rt *rapid.T) {
				w := &peopleWalk{house: h}
				w.startAnew(rt)
				rt.Repeat(map[string]func(*rapid.T){
					"sign in":       w.signInSomehow,
					"sign in again": w.signInSomehow, // twice as likely
					"sign out":      w.with(func(t *rapid.T, p access.Principal) error { return h.SignOut(t.Context(), p) }),
					"end all":       w.with(func(t *rapid.T, p access.Principal) error { return h.EndSessions(t.Context(), p) }),
					"end another": w.with(func(t *rapid.T, p access.Principal) error {
						return h.EndSession(t.Context(), p, w.issued[rapid.IntRange(0, len(w.issued)-1).Draw(t, "other")].Session.ID)
					}),
					"change password": w.with(func(t *rapid.T, p access.Principal) error {
						return h.ChangePassword(t.Context(), p, drawPassword(t), drawPassword(t))
					}),
					"reset": w.reset,
					"wait": func(t *rapid.T) {
						h.clock.Advance(time.Duration(rapid.IntRange(1, 80).Draw(t, "hours")) * time.Hour)
					},
					"write behind": func(t *rapid.T) { _ = h.WriteUses(t.Context()) },
					"":             func(t *rapid.T) { h.wantSessions(t, w.issued) },
				})
			})
		})
	}
}

// peopleWalk is one sequence of what people do.
type peopleWalk struct {
	*house
	issued []control.SignedIn
}

// startAnew gives everybody the first password and one session.
func (w *peopleWalk) startAnew(t *rapid.T) {
	for _, email := range []string{adaEmail, "bob@example.com"} {
		link, err := w.NewResetLink(t.Context(), operator, email)
		if err != nil {
			t.Fatal(err)
		}
		s, err := w.ResetPassword(t.Context(), visitor, link.Reveal(), adaPassword)
		if err != nil {
			t.Fatal(err)
		}
		w.issued = append(w.issued, s)
	}
}

// step calls an operation, perhaps with a commit that fails, and compares what it
// recorded with what it did.
func (w *peopleWalk) step(t *rapid.T, recorded bool, operation func() error) {
	before := w.state(t)
	fault := rapid.SampledFrom([]string{"none", "none", "none", "none", "answer", "commit"}).Draw(t, "lost")
	switch fault {
	case "answer":
		w.commits.loseAnswer()
	case "commit":
		w.commits.loseCommit()
	}
	err := operation()
	faulty := fault != "none" && w.commits.next.Swap(nil) == nil
	after := w.state(t)
	moved := after.Revision - before.Revision
	kinds := w.types(t, before.Revision)
	switch {
	case faulty && cloud.CodeOf(err) != cloud.Unavailable:
		t.Fatalf("the %s was lost, and the operation returned %v", fault, err)
	case err != nil && cloud.CodeOf(err) == cloud.Internal:
		t.Fatalf("an error that says nothing: %v", err)
	case moved != 0 && moved != 1, moved == 1 && recorded && len(kinds) == 0, moved == 0 && len(kinds) != 0:
		t.Fatalf("the revision moved by %d with the activities %v", moved, kinds)
	case len(after.Sessions) > len(before.Sessions) && !slices.Contains(kinds, cloud.SignedIn):
		t.Fatalf("somebody signed in with the activities %v", kinds)
	}
}

func (w *peopleWalk) signInSomehow(t *rapid.T) {
	email := rapid.SampledFrom([]string{adaEmail, "bob@example.com", "nobody@example.com"}).Draw(t, "email")
	password := drawPassword(t)
	w.step(t, email != "nobody@example.com", func() error {
		s, err := w.SignIn(t.Context(), visitor, email, password, "")
		if err == nil {
			w.issued = append(w.issued, s)
		}
		return err
	})
}

func (w *peopleWalk) reset(t *rapid.T) {
	link, err := w.NewResetLink(t.Context(), operator, adaEmail)
	if err != nil {
		t.Fatal(err)
	}
	w.step(t, true, func() error {
		s, err := w.ResetPassword(t.Context(), visitor, link.Reveal(), drawPassword(t))
		if err == nil {
			w.issued = append(w.issued, s)
		}
		return err
	})
}

// with returns a step of somebody who is signed in, if anybody is.
func (w *peopleWalk) with(f func(*rapid.T, access.Principal) error) func(*rapid.T) {
	return func(t *rapid.T) {
		var in []access.Principal
		for _, s := range w.issued {
			if p, err := w.directory.AuthenticateSession(s.Token.Reveal(), somewhere); err == nil {
				in = append(in, p)
			}
		}
		if len(in) == 0 {
			return
		}
		p := in[rapid.IntRange(0, len(in)-1).Draw(t, "session")]
		w.step(t, true, func() error { return f(t, p) })
	}
}

func drawPassword(t *rapid.T) string {
	return rapid.SampledFrom([]string{adaPassword, adaPassword, newPassword, "wrong"}).Draw(t, "password")
}
