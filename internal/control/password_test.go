package control_test

import (
	"slices"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// A new password counts at once, ends every other session and leaves this one; it is
// recorded, and refused without the current one.
func TestChangedPasswordEndsTheOtherSessions(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		first := h.setUp(t, adaEmail)
		second := h.signIn(t, adaPassword, "")
		p := h.in(t, second)
		wantSentence(t, h.ChangePassword(t.Context(), p, "wrong", newPassword), cloud.Invalid, "currentPassword: this is not your password")
		wantSentence(t, h.ChangePassword(t.Context(), p, adaPassword, "aB3!"), cloud.Invalid,
			"newPassword: expected at least 12 characters with three of lower case, upper case, digit, other; what is missing: 8 characters")
		h.in(t, first)
		before := h.state(t).Revision
		if err := h.ChangePassword(t.Context(), p, adaPassword, newPassword); err != nil {
			t.Fatal(err)
		}
		h.out(t, first)
		h.in(t, second)
		if got := h.types(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.PasswordChanged}) {
			t.Errorf("the activities are %v", got)
		}
		_, err := h.SignIn(t.Context(), visitor, adaEmail, adaPassword, "")
		wantSentence(t, err, cloud.Unauthenticated, wrongSignIn)
		third := h.signIn(t, newPassword, "")
		h.wantSessions(t, []control.SignedIn{first, second, third})
	})
}

// A name is changed, recorded and checked; the same one changes nothing.
func TestPersonIsRenamed(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		p := h.in(t, h.setUp(t, adaEmail))
		before := h.state(t).Revision
		for range 2 {
			if person, err := h.UpdateProfile(t.Context(), p, "Ada Lovelace"); err != nil || person.Name != "Ada Lovelace" || person.Email != adaEmail {
				t.Fatalf("%+v, %v", person, err)
			}
		}
		_, err := h.UpdateProfile(t.Context(), p, "")
		wantSentence(t, err, cloud.Invalid, `name: expected a name of 1 to 255 characters, got ""`)
		if got := h.types(t, before); !slices.Equal(got, []cloud.ActivityType{cloud.PersonRenamed}) || h.state(t).Revision != before+1 {
			t.Errorf("the activities are %v", got)
		}
	})
}
