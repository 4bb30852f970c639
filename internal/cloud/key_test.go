package cloud_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestKeyIsUsableWhileItCanBeUsedFromSomewhere(t *testing.T) {
	// Which keys count as the last Admin depends on this: enabled, not expired, and
	// with an address that it can be used from.
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for question, test := range map[string]struct {
		key            cloud.Key
		active, usable bool
	}{
		"enabled":             {cloud.Key{State: cloud.KeyEnabled}, true, true},
		"disabled":            {cloud.Key{State: cloud.KeyDisabled}, false, false},
		"without a state":     {cloud.Key{}, false, false},
		"expires later":       {cloud.Key{State: cloud.KeyEnabled, Expiry: cloud.ExpiryAt(now.Add(1))}, true, true},
		"expires now":         {cloud.Key{State: cloud.KeyEnabled, Expiry: cloud.ExpiryAt(now)}, false, false},
		"from one address":    {cloud.Key{State: cloud.KeyEnabled, Addresses: addresses(t, "192.0.2.1")}, true, true},
		"from nowhere":        {cloud.Key{State: cloud.KeyEnabled, Addresses: cloud.AddressList{}}, true, false},
		"expired and nowhere": {cloud.Key{State: cloud.KeyEnabled, Addresses: cloud.AddressList{}, Expiry: cloud.ExpiryAt(now.Add(-1))}, false, false},
	} {
		if active, usable := test.key.Active(now), test.key.Usable(now); active != test.active || usable != test.usable {
			t.Errorf("%s: active %t, usable %t", question, active, usable)
		}
	}
}

func TestKeyStates(t *testing.T) {
	// There are two states, written in one way.
	for _, s := range []cloud.KeyState{cloud.KeyEnabled, cloud.KeyDisabled} {
		if got, err := cloud.ParseKeyState("state", string(s)); err != nil || got != s {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "Enabled", "enabled ", "deleted"} {
		if got, err := cloud.ParseKeyState("state", s); cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "state: ") || got != "" {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

func TestActorIsRememberedAsTheCreator(t *testing.T) {
	// A key shows who made it: the actor that the activity names.
	a := cloud.Actor{Type: cloud.ActorAPI, ID: uuid.NewString(), Details: "CI", UserAgent: "curl"}
	if got := a.Creator(); got != (cloud.Creator{Type: a.Type, ID: a.ID, Details: "CI"}) {
		t.Errorf("%+v", got)
	}
}

func TestSystemClockShowsWhatIsKept(t *testing.T) {
	// A timestamp that was shown can be sent back and compared: it is in UTC and has
	// no more digits than the store keeps.
	now := cloud.SystemClock{}.Now()
	if now.Location() != time.UTC || !now.Equal(time.UnixMilli(now.UnixMilli())) || now.IsZero() {
		t.Errorf("%s", now)
	}
}
