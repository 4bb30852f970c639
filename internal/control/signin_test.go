package control_test

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// Signing in is one change with its activity, gives a session that works at once, and
// is remembered of the person; signing out ends it at once.
func TestSignInAndOut(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		first := h.setUp(t, adaEmail)
		h.clock.Advance(time.Hour)
		before := h.state(t).Revision
		second, err := h.SignIn(t.Context(), visitor, " ADA@example.COM", adaPassword, "")
		if err != nil {
			t.Fatal(err)
		}
		now := h.clock.Now()
		if s := second.Session; !s.CreatedAt.Equal(now) || !s.LastUsedAt.Equal(now) || !s.ExpireAt.Equal(now.Add(cloud.SessionLife)) ||
			s.Address != somewhere || s.UserAgent != visitor.UserAgent || second.RecoveryCode != nil {
			t.Errorf("the session is %+v", s)
		}
		p := h.in(t, second)
		if person, err := h.Profile(t.Context(), p); err != nil || !person.LastSignInAt.Equal(now) {
			t.Errorf("the last sign-in was at %v (%v)", person.LastSignInAt, err)
		}
		if err := h.SignOut(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		h.out(t, second)
		h.in(t, first)
		wantSentence(t, h.SignOut(t.Context(), p), cloud.Unauthenticated, sessionEnded)
		if got := h.types(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.SignedIn, cloud.SignedOut}) {
			t.Errorf("the activities are %v", got)
		}
		h.wantSessions(t, []control.SignedIn{first, second})
	})
}

// Whether an account exists shows nowhere: the same sentence, the same work on the
// password, and a change that commits, for an unknown one too. Only what failed at an
// account that exists is recorded.
func TestUnknownAccountIsRefusedLikeAWrongPassword(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.setUp(t, adaEmail)
		for email, recorded := range map[string]int{adaEmail: 1, "eve@example.com": 0, "no address": 0, "\x00": 0, "": 0} {
			before, commits := h.state(t).Revision, h.commits.count.Load()
			_, err := h.SignIn(t.Context(), visitor, email, "wrong", "")
			wantSentence(t, err, cloud.Unauthenticated, wrongSignIn)
			if now := h.state(t).Revision; now != before+1 || h.commits.count.Load() != commits+1 {
				t.Errorf("%q: the revision went from %d to %d", email, before, now)
			}
			got := h.types(t, before)
			if len(got) != recorded || recorded == 1 && got[0] != cloud.SignInFailed {
				t.Errorf("%q: the activities are %v", email, got)
			}
		}
		a := h.firstOf(t, cloud.SignInFailed)
		if a.Actor.Type != cloud.ActorUser || a.Actor.Details != adaEmail || a.Actor.Address != somewhere {
			t.Errorf("the failure is that of %+v", a.Actor)
		}
	})
}

// An account that does not exist, or whose address is none, costs as much memory and so
// as much time to refuse as a wrong password.
func TestPasswordOfNobodyIsHashedToo(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t)) // beside no other test, which would take memory too
	h.passwords = access.NewPasswords(access.DefaultPasswordCost)
	h.Control = h.withLimits(cloud.RelaxedLimits)
	h.setUp(t, adaEmail)
	for _, email := range []string{adaEmail, "eve@example.com", "no address"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := h.SignIn(t.Context(), visitor, email, "wrong", "")
		runtime.ReadMemStats(&after)
		wantSentence(t, err, cloud.Unauthenticated, wrongSignIn)
		if took := after.TotalAlloc - before.TotalAlloc; took < uint64(access.DefaultPasswordCost.Memory)<<10 {
			t.Errorf("%q took %d bytes", email, took)
		}
	}
}

// Too many failures are refused before anything is looked up or hashed, for an account
// that does not exist just the same, with the time to wait. Then the right password works.
func TestGuessingPasswordsIsSlowed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.setUp(t, adaEmail)
		for _, email := range []string{adaEmail, "eve@example.com"} {
			for i := range 10 {
				from := control.Visitor{Address: netip.MustParseAddr(fmt.Sprintf("198.51.100.%d", i))}
				_, err := h.SignIn(t.Context(), from, email, "wrong", "")
				wantSentence(t, err, cloud.Unauthenticated, wrongSignIn)
			}
			before := h.commits.count.Load()
			gone, leave := context.WithCancel(t.Context())
			leave() // so that looking up or hashing would fail
			_, err := h.SignIn(gone, control.Visitor{Address: netip.MustParseAddr("198.51.100.99")}, email, adaPassword, "")
			wantCode(t, err, cloud.RateLimited)
			if wait := asError(err).RetryAfter; wait != 15*time.Minute || h.commits.count.Load() != before {
				t.Errorf("%s: wait %s, %d commits", email, wait, h.commits.count.Load()-before)
			}
		}
		s := h.signIn(t, adaPassword, "") // where the person was set up, strangers keep nobody out
		h.clock.Advance(15 * time.Minute)
		if _, err := h.SignIn(t.Context(), control.Visitor{Address: netip.MustParseAddr("198.51.100.99")}, adaEmail, adaPassword, ""); err != nil {
			t.Fatal(err)
		}
		for i := range 10 {
			_, _ = h.SignIn(t.Context(), control.Visitor{Address: netip.MustParseAddr(fmt.Sprintf("198.51.100.%d", i))}, adaEmail, "wrong", "")
		}
		h.signIn(t, adaPassword, "")
		// Who found an open browser does not guess the password there either.
		for range 10 {
			wantSentence(t, h.ChangePassword(t.Context(), h.in(t, s), "wrong", newPassword), cloud.Invalid, "currentPassword: this is not your password")
		}
		wantCode(t, h.ChangePassword(t.Context(), h.in(t, s), adaPassword, newPassword), cloud.RateLimited)
	})
}

// A password that was replaced while it was being verified admits nobody.
func TestPasswordThatWasReplacedMeanwhileIsRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.setUp(t, adaEmail)
		link, err := h.NewResetLink(t.Context(), operator, adaEmail)
		if err != nil {
			t.Fatal(err)
		}
		// The sign-in waits for its turn to commit behind the reset.
		resetting, reset := make(chan struct{}), make(chan error)
		verified := make(chan struct{})
		h.commits.onNext(func(commit func() error) error {
			close(resetting)
			<-verified
			return commit()
		})
		go func() {
			_, err := h.ResetPassword(context.WithoutCancel(t.Context()), visitor, link.Reveal(), newPassword)
			reset <- err
		}()
		<-resetting
		signIn := make(chan error)
		go func() {
			_, err := h.SignIn(context.WithoutCancel(t.Context()), visitor, adaEmail, adaPassword, "")
			signIn <- err
		}()
		close(verified)
		if err := <-reset; err != nil {
			t.Fatal(err)
		}
		wantSentence(t, <-signIn, cloud.Unauthenticated, wrongSignIn)
	})
}

// Of a hundred sessions and one more, the oldest is ended.
func TestSessionsOfAPersonAreBounded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		all := []control.SignedIn{h.setUp(t, adaEmail)}
		for range cloud.MaxSessions {
			h.clock.Advance(time.Second)
			all = append(all, h.signIn(t, adaPassword, ""))
		}
		h.out(t, all[0])
		h.in(t, all[1])
		if n := len(h.state(t).Sessions); n != cloud.MaxSessions {
			t.Errorf("there are %d sessions", n)
		}
		h.wantSessions(t, all)
	})
}

// A person sees and ends their own sessions, this one too, and nobody else's: those do
// not exist.
func TestPersonEndsTheirOwnSessionsOnly(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		first, other := h.setUp(t, adaEmail), h.setUp(t, "bob@example.com")
		h.clock.Advance(90 * time.Second)
		second := h.signIn(t, adaPassword, "")
		p := h.in(t, first)
		sessions, err := h.Sessions(t.Context(), p)
		if err != nil || len(sessions) != 2 || sessions[0].ID != first.Session.ID || sessions[1].ID != second.Session.ID {
			t.Fatalf("the sessions are %+v (%v)", sessions, err)
		}
		if at := sessions[0].LastUsedAt; !at.Equal(h.clock.Now().Truncate(time.Minute)) {
			t.Errorf("the first was used at %v", at)
		}
		if s, err := h.Session(t.Context(), p); err != nil || s.ID != first.Session.ID {
			t.Errorf("this one is %v (%v)", s.ID, err)
		}
		wantSentence(t, h.EndSession(t.Context(), p, other.Session.ID), cloud.NotFound, "Session not found")
		if err := h.EndSession(t.Context(), p, second.Session.ID); err != nil {
			t.Fatal(err)
		}
		h.out(t, second)
		third := h.signIn(t, adaPassword, "")
		if err := h.EndSessions(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		h.out(t, first)
		h.out(t, third)
		_, err = h.Session(t.Context(), p)
		wantCode(t, err, cloud.Unauthenticated)
		h.wantSessions(t, []control.SignedIn{first, second, third, other})
		h.in(t, other)
	})
}

// What is a person's own is refused to keys and to the operator.
func TestOnlyPeopleHaveAProfile(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.setUp(t, adaEmail)
		for _, p := range []access.Principal{operator, h.as(t, h.admin), {}} {
			for name, err := range h.own(t, p) {
				if cloud.CodeOf(err) != cloud.Forbidden {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
}

// Nothing is changed in the name of a session that was ended after it was authenticated.
func TestNothingIsChangedInTheNameOfASessionThatWasEnded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		s := h.setUp(t, adaEmail)
		key, _ := h.newKey(t, "key")
		p := h.in(t, s)
		if err := h.SignOut(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		before := h.state(t).Revision
		changes := h.changesBy(t, p, key.ID)
		changes["UpdateProfile"] = func() error { _, err := h.UpdateProfile(t.Context(), p, "Eve"); return err }
		changes["ChangePassword"] = func() error { return h.ChangePassword(t.Context(), p, adaPassword, newPassword) }
		changes["EndSessions"] = func() error { return h.EndSessions(t.Context(), p) }
		for name, change := range changes {
			if err := change(); sentence(err) != sessionEnded {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after := h.state(t).Revision; after != before {
			t.Errorf("the revision went from %d to %d", before, after)
		}
	})
}

// own calls all that is a person's own.
func (h *house) own(t fataler, p access.Principal) map[string]error {
	_, profile := h.Profile(t.Context(), p)
	_, update := h.UpdateProfile(t.Context(), p, "Eve")
	_, sessions := h.Sessions(t.Context(), p)
	_, session := h.Session(t.Context(), p)
	_, _, factor := h.NewSecondFactor(t.Context(), p, adaPassword)
	_, confirm := h.ConfirmSecondFactor(t.Context(), p, adaPassword, cloud.NewSecret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), "000000")
	return map[string]error{
		"Profile": profile, "UpdateProfile": update, "Sessions": sessions, "Session": session, "NewSecondFactor": factor, "ConfirmSecondFactor": confirm,
		"SignOut": h.SignOut(t.Context(), p), "EndSessions": h.EndSessions(t.Context(), p), "EndSession": h.EndSession(t.Context(), p, p.SessionID()),
		"ChangePassword":     h.ChangePassword(t.Context(), p, adaPassword, newPassword),
		"RemoveSecondFactor": h.RemoveSecondFactor(t.Context(), p, adaPassword, "000000"),
	}
}

// However many browsers ask with a session, none is admitted after SignOut returned.
func TestNoSessionIsAdmittedAfterItWasEnded(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.setUp(t, adaEmail)
		for range 5 {
			s := h.signIn(t, adaPassword, "")
			p := h.in(t, s)
			var ended, stop atomic.Bool
			var refused atomic.Int64
			var askers sync.WaitGroup
			for range 4 {
				askers.Go(func() {
					for !stop.Load() {
						late := ended.Load()
						_, err := h.directory.AuthenticateSession(s.Token.Reveal(), somewhere)
						switch {
						case err == nil && late:
							t.Error("a session was admitted after it was ended")
							return
						case err != nil && late:
							refused.Add(1)
						}
					}
				})
			}
			err := h.SignOut(t.Context(), p)
			ended.Store(true)
			for err == nil && refused.Load() < 100 && !t.Failed() {
				h.in(t, h.signIn(t, adaPassword, ""))
			}
			stop.Store(true)
			askers.Wait()
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// When an answer is lost, exactly the sessions that the store holds are admitted.
func TestSessionsAreThoseOfTheStoreAfterALostAnswer(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		first := h.setUp(t, adaEmail)
		second := h.signIn(t, adaPassword, "")
		all := []control.SignedIn{first, second}
		h.commits.loseAnswer()
		wantCode(t, h.EndSession(t.Context(), h.in(t, first), second.Session.ID), cloud.Unavailable)
		h.out(t, second)
		h.commits.loseCommit()
		wantCode(t, h.SignOut(t.Context(), h.in(t, first)), cloud.Unavailable)
		h.in(t, first)
		h.commits.loseAnswer()
		_, err := h.SignIn(t.Context(), visitor, adaEmail, adaPassword, "")
		wantCode(t, err, cloud.Unavailable)
		h.wantSessions(t, all)
		if n := len(h.state(t).Sessions); n != 2 { // the first, and one whose token nobody knows
			t.Errorf("there are %d sessions", n)
		}
	})
}

// Sessions whose time is over are refused by themselves and removed behind, from store
// and directory; uses of the others are written at most once a minute.
func TestSessionsThatHaveEndedAreRemoved(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		idle := h.setUp(t, adaEmail)
		used := h.signIn(t, adaPassword, "")
		revision := h.state(t).Revision
		for range 7 * 24 {
			h.clock.Advance(time.Hour)
			h.in(t, used)
			if err := h.WriteUses(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		h.out(t, idle)
		state := h.state(t)
		if len(state.Sessions) != 1 || state.Sessions[0].ID != used.Session.ID || !state.Sessions[0].LastUsedAt.Equal(h.clock.Now().Truncate(time.Minute)) {
			t.Fatalf("the sessions are %+v", state.Sessions)
		}
		if state.Revision != revision+1 {
			t.Errorf("the revision went from %d to %d", revision, state.Revision)
		}
		if left := h.directory.EndedSessions(10); len(left) != 0 {
			t.Errorf("%d are left in the directory", len(left))
		}
		before := h.commits.count.Load()
		h.in(t, used)
		if err := h.WriteUses(t.Context()); err != nil || h.commits.count.Load() != before {
			t.Errorf("%d writes in the same minute (%v)", h.commits.count.Load()-before, err)
		}
		h.clock.Advance(time.Minute)
		h.in(t, used)
		h.commits.loseCommit()
		if err := h.WriteUses(t.Context()); err == nil {
			t.Error("a write that failed was reported as done")
		}
		if err := h.WriteUses(t.Context()); err != nil {
			t.Error(err)
		}
		if got := h.state(t).Sessions[0].LastUsedAt; !got.Equal(h.clock.Now()) {
			t.Errorf("used at %v", got)
		}
	})
}

// firstOf returns the oldest activity of the type.
func (h *house) firstOf(t fataler, kind cloud.ActivityType) cloud.Activity {
	t.Helper()
	page, err := h.Activities(t.Context(), operator, h.organization, store.ActivityRange{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range slices.Backward(page.Activities) {
		if a.Type == kind {
			return a
		}
	}
	t.Fatalf("there is no activity %s", kind)
	return cloud.Activity{}
}
