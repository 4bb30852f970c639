package control_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// With a second factor, the password alone signs nobody in; a code does so once, and
// wrong ones are recorded.
func TestSecondFactorIsAskedFor(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		p := h.in(t, h.setUp(t, adaEmail))
		before := h.state(t).Revision
		secret, _ := h.addFactor(t, p)
		if got := h.types(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.SecondFactorChanged}) {
			t.Errorf("the activities are %v", got)
		}
		if person, err := h.Profile(t.Context(), p); err != nil || !person.SecondFactor {
			t.Errorf("the profile shows none (%v)", err)
		}
		try := func(password, code string) error {
			_, err := h.SignIn(t.Context(), visitor, adaEmail, password, code)
			return err
		}
		used := h.code(t, secret)
		wantSentence(t, try(adaPassword, used), cloud.Unauthenticated, wrongCode) // it confirmed the factor
		h.nextStep()
		before = h.state(t).Revision
		for range 30 { // who knows the password is not slowed by being asked for the code
			wantSentence(t, try(adaPassword, ""), cloud.Unauthenticated, codeNeeded)
		}
		if after := h.state(t).Revision; after != before {
			t.Errorf("asking for the code moved the revision from %d to %d", before, after)
		}
		wantSentence(t, try("wrong", ""), cloud.Unauthenticated, wrongSignIn)
		wantSentence(t, try("wrong", h.code(t, secret)), cloud.Unauthenticated, wrongSignIn)
		for _, code := range []string{h.anotherCode(t, secret), " ", "x", "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY"} {
			wantSentence(t, try(adaPassword, code), cloud.Unauthenticated, wrongCode)
		}
		if got := h.types(t, before); len(got) != 6 || slices.ContainsFunc(got, func(k cloud.ActivityType) bool { return k != cloud.SignInFailed }) {
			t.Errorf("the activities are %v", got)
		}
		code := h.code(t, secret)
		if s := h.signIn(t, adaPassword, code[:3]+" "+code[3:]); s.RecoveryCode != nil {
			t.Error("there is a new recovery code")
		}
		wantSentence(t, try(adaPassword, code), cloud.Unauthenticated, wrongCode)
		h.nextStep()
		h.signIn(t, adaPassword, h.code(t, secret))
	})
}

// However many sign in with the same code at the same moment, one does.
func TestCodeIsUsedOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		secret, recovery := h.addFactor(t, h.in(t, h.setUp(t, adaEmail)))
		h.nextStep()
		for _, code := range []string{h.code(t, secret), recovery.Reveal()} {
			var admitted atomic.Int64
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					_, err := h.SignIn(t.Context(), visitor, adaEmail, adaPassword, code)
					if err == nil {
						admitted.Add(1)
					} else if sentence(err) != wrongCode {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if admitted.Load() != 1 {
				t.Errorf("%d signed in with the same code", admitted.Load())
			}
		}
	})
}

// The recovery code stands in for the app once, however it is typed, and a new one
// takes its place.
func TestRecoveryCodeIsReplacedWhenItIsUsed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		secret, first := h.addFactor(t, h.in(t, h.setUp(t, adaEmail)))
		s := h.signIn(t, adaPassword, strings.ToLower(first.Reveal()))
		if s.RecoveryCode == nil || s.RecoveryCode.Reveal() == first.Reveal() {
			t.Fatal("there is no new recovery code")
		}
		_, err := h.SignIn(t.Context(), visitor, adaEmail, adaPassword, first.Reveal())
		wantSentence(t, err, cloud.Unauthenticated, wrongCode)
		h.nextStep()
		h.signIn(t, adaPassword, h.code(t, secret)) // the app goes on
		h.signIn(t, adaPassword, plain(*s.RecoveryCode))
	})
}

// A second factor is added with the password and a right code, once, and nothing is
// kept before.
func TestSecondFactorIsConfirmed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		p := h.in(t, h.setUp(t, adaEmail))
		_, _, err := h.NewSecondFactor(t.Context(), p, "wrong")
		wantSentence(t, err, cloud.Invalid, "password: this is not your password")
		before := h.state(t).Revision
		secret, uri, err := h.NewSecondFactor(t.Context(), p, adaPassword)
		if err != nil || !strings.HasPrefix(uri, "otpauth://totp/Gatehouse:ada@example.com?") || !strings.Contains(uri, "secret="+secret.Reveal()) {
			t.Fatalf("%s, %v", uri, err)
		}
		confirm := func(password string, secret cloud.Secret, code string) error {
			recovery, err := h.ConfirmSecondFactor(t.Context(), p, password, secret, code)
			if err != nil && recovery.Reveal() != "" {
				t.Error("a recovery code was returned with an error")
			}
			return err
		}
		wantSentence(t, confirm("wrong", secret, h.code(t, secret)), cloud.Invalid, "password: this is not your password")
		wantSentence(t, confirm(adaPassword, secret, h.anotherCode(t, secret)), cloud.Invalid, wrongCode)
		wantSentence(t, confirm(adaPassword, cloud.NewSecret("short"), "000000"), cloud.Invalid, "secret: expected the base32 secret that was made for the second factor")
		if after := h.state(t).Revision; after != before {
			t.Errorf("the revision went from %d to %d", before, after)
		}
		if err := confirm(adaPassword, secret, h.code(t, secret)); err != nil {
			t.Fatal(err)
		}
		h.nextStep()
		wantCode(t, confirm(adaPassword, secret, h.code(t, secret)), cloud.Conflict)
		_, _, err = h.NewSecondFactor(t.Context(), p, adaPassword)
		wantCode(t, err, cloud.Conflict)
	})
}

// A second factor is removed with the password and a code of the app or the recovery
// code; guessing is slowed.
func TestSecondFactorIsRemoved(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		p := h.in(t, h.setUp(t, adaEmail))
		wantCode(t, h.RemoveSecondFactor(t.Context(), p, adaPassword, "000000"), cloud.Conflict)
		for _, byApp := range []bool{true, false} {
			secret, recovery := h.addFactor(t, p)
			code := recovery.Reveal()
			h.nextStep()
			if byApp {
				code = h.code(t, secret)
			}
			wantSentence(t, h.RemoveSecondFactor(t.Context(), p, "wrong", code), cloud.Invalid, "password: this is not your password")
			wantSentence(t, h.RemoveSecondFactor(t.Context(), p, adaPassword, h.anotherCode(t, secret)), cloud.Invalid, wrongCode)
			wantSentence(t, h.RemoveSecondFactor(t.Context(), p, adaPassword, ""), cloud.Invalid, wrongCode)
			before := h.state(t).Revision
			if err := h.RemoveSecondFactor(t.Context(), p, adaPassword, code); err != nil {
				t.Fatal(err)
			}
			if got := h.types(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.SecondFactorChanged}) {
				t.Errorf("the activities are %v", got)
			}
			h.signIn(t, adaPassword, "")
		}
		secret, _ := h.addFactor(t, p)
		for range 4 { // six were wrong before
			wantSentence(t, h.RemoveSecondFactor(t.Context(), p, adaPassword, h.anotherCode(t, secret)), cloud.Invalid, wrongCode)
		}
		wantCode(t, h.RemoveSecondFactor(t.Context(), p, adaPassword, h.code(t, secret)), cloud.RateLimited)
	})
}

// When the key of the sealer is lost, the app's codes are worth nothing and say so; the
// recovery code and a reset link still work. Without a key, none is added.
func TestSecondFactorWhoseKeyIsLost(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	secret, recovery := h.addFactor(t, h.in(t, h.setUp(t, adaEmail)))
	h.nextStep()
	h.sealer, _ = cloud.NewSealer([]byte("another key of 32 bytes for this"))
	h.Control = h.withLimits(cloud.RelaxedLimits)
	_, err := h.SignIn(t.Context(), visitor, adaEmail, adaPassword, h.code(t, secret))
	wantSentence(t, err, cloud.Unauthenticated,
		"code: the second factor cannot be read with the key of this Gatehouse: enter the recovery code, or ask the operator for a reset link")
	h.signIn(t, adaPassword, recovery.Reveal())
	link, err := h.NewResetLink(t.Context(), operator, adaEmail)
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.ResetPassword(t.Context(), visitor, link.Reveal(), adaPassword)
	if err != nil {
		t.Fatal(err)
	}
	h.sealer = cloud.Sealer{}
	h.Control = h.withLimits(cloud.RelaxedLimits)
	_, err = h.ConfirmSecondFactor(t.Context(), h.in(t, s), adaPassword, secret, h.code(t, secret))
	wantCode(t, err, cloud.Internal)
}

// Whatever a person was shown or typed is in no row: passwords, tokens, links, recovery
// codes and the secret of the second factor are hashed or sealed.
func TestSecretsOfPeopleAreInNoRow(t *testing.T) {
	for name, options := range map[string]func(*testing.T) store.Options{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			h := newHouse(t, o)
			first := h.setUp(t, adaEmail)
			secret, recovery := h.addFactor(t, h.in(t, first))
			second := h.signIn(t, adaPassword, recovery.Reveal())
			setup, _ := h.NewSetupLink(t.Context(), operator)
			reset, err := h.NewResetLink(t.Context(), operator, adaEmail)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = h.SignIn(t.Context(), visitor, adaEmail, newPassword, "")
			dump := storetest.Dump(t, o)
			if !strings.Contains(dump, adaEmail) || !strings.Contains(dump, "$argon2id$") {
				t.Fatal("the dump shows nothing of the person")
			}
			for what, text := range map[string]string{
				"the password": adaPassword, "a wrong password": newPassword, "the token": first.Token.Reveal(), "the second token": second.Token.Reveal(),
				"the secret": secret.Reveal(), "the raw secret": rawSecret(secret), "the recovery code": recovery.Reveal(), "the typed recovery code": plain(recovery),
				"the new recovery code": plain(*second.RecoveryCode), "the set-up link": setup.Reveal(), "the reset link": reset.Reveal(),
			} {
				if text == "" || strings.Contains(dump, text) {
					t.Errorf("%s is in a row", what)
				}
			}
			h.wantSessions(t, []control.SignedIn{first, second})
		})
	}
}
