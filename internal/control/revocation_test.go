package control_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// takings are the ways to take something away from a key, and the code by which
// whoever asks in its name is refused afterwards.
var takings = []struct {
	name string
	take func(t fataler, h *house, victim uuid.UUID) error
	code cloud.Code
	says string
}{
	{"deleted", func(t fataler, h *house, victim uuid.UUID) error {
		return h.DeleteKey(t.Context(), h.as(t, h.admin), h.organization, victim)
	}, cloud.Unauthenticated, keyNotFound},
	{"disabled", patching(cloud.KeyPatch{State: ptr(cloud.KeyDisabled)}), cloud.Unauthenticated, keyNotActive},
	{"expired", func(t fataler, h *house, victim uuid.UUID) error {
		err := patching(cloud.KeyPatch{Expiry: ptr(cloud.ExpiryAt(h.clock.Now().Add(time.Second)))})(t, h, victim)
		h.clock.Advance(time.Second)
		return err
	}, cloud.Unauthenticated, keyNotActive},
	{"kept from everywhere", patching(cloud.KeyPatch{Addresses: ptr(cloud.AddressList{})}), cloud.Forbidden, noAddress},
	{"kept from this address", patching(cloud.KeyPatch{Addresses: ptr(cloud.AddressList{{Source: "198.51.100.1"}})}), cloud.Forbidden, wrongAddress},
}

func patching(patch cloud.KeyPatch) func(fataler, *house, uuid.UUID) error {
	return func(t fataler, h *house, victim uuid.UUID) error {
		_, err := h.UpdateKey(t.Context(), h.as(t, h.admin), h.organization, victim, patch)
		return err
	}
}

// changesBy are all changes that a principal can ask for.
func (h *house) changesBy(t fataler, p access.Principal, key uuid.UUID) map[string]func() error {
	return map[string]func() error{
		"UpdateKey": func() error {
			_, err := h.UpdateKey(t.Context(), p, h.organization, key, cloud.KeyPatch{Name: ptr("changed")})
			return err
		},
		"CreateKey": func() error {
			_, _, err := h.CreateKey(t.Context(), p, h.organization, cloud.NewKey{Name: "created", State: cloud.KeyEnabled})
			return err
		},
		"DeleteKey": func() error { return h.DeleteKey(t.Context(), p, h.organization, key) },
		"UpdateOrganization": func() error {
			_, err := h.UpdateOrganization(t.Context(), p, h.organization, cloud.OrganizationPatch{Name: ptr("changed")})
			return err
		},
	}
}

// Nothing is changed in the name of a key that was taken away after it was
// authenticated: the change is refused as authentication would be by now.
func TestNothingIsChangedInTheNameOfAKeyThatWasTakenAway(t *testing.T) {
	for _, taking := range takings {
		t.Run(taking.name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, h *house) {
				victim, credential := h.newKey(t, "victim", cloud.RoleAdmin)
				other, _ := h.newKey(t, "other")
				authenticated := h.as(t, credential)
				if err := taking.take(t, h, victim.ID); err != nil {
					t.Fatal(err)
				}
				before := h.state(t)
				for name, change := range h.changesBy(t, authenticated, other.ID) {
					err := change()
					wantCode(t, err, taking.code)
					if sentence(err) != taking.says {
						t.Errorf("%s: %v, want %q", name, err, taking.says)
					}
				}
				if after := h.state(t); after.Revision != before.Revision {
					t.Errorf("the revision went from %d to %d", before.Revision, after.Revision)
				}
			})
		})
	}
}

// A role that was taken away after a key was authenticated counts no more for a
// change, and one that was given counts.
func TestChangeIsAuthorisedWithTheRolesOfItsMoment(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, credential := h.newKey(t, "key", cloud.RoleAdmin)
		other, _ := h.newKey(t, "other")
		authenticated := h.as(t, credential)
		setRoles := func(names ...string) {
			if err := patching(cloud.KeyPatch{RoleIDs: ptr(roleIDs(names...))})(t, h, key.ID); err != nil {
				t.Fatal(err)
			}
		}
		setRoles(cloud.RoleOrgAPIReader)
		for _, change := range h.changesBy(t, authenticated, other.ID) {
			wantCode(t, change(), cloud.Forbidden)
		}
		setRoles(cloud.RoleAdmin)
		changes := h.changesBy(t, authenticated, other.ID)
		for _, name := range []string{"UpdateKey", "CreateKey", "UpdateOrganization", "DeleteKey"} {
			if err := changes[name](); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A key that was deleted and made anew from the same credential is another key: who
// was authenticated as the first does not act as the second.
func TestKeyMadeAnewIsAnotherKey(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		credential := cloud.NewCredential()
		create := func() cloud.Key {
			key, _, err := h.CreateKey(t.Context(), operator, h.organization, cloud.NewKey{
				Name: "mine", State: cloud.KeyEnabled, RoleIDs: roleIDs(cloud.RoleAdmin), Hashed: ptr(credential.Hashed()),
			})
			if err != nil {
				t.Fatal(err)
			}
			return key
		}
		first := create()
		authenticated := h.as(t, credential)
		if err := h.DeleteKey(t.Context(), operator, h.organization, first.ID); err != nil {
			t.Fatal(err)
		}
		second := create()
		if got := h.as(t, credential).KeyID(); got != second.ID {
			t.Fatalf("the credential is that of %s, want %s", got, second.ID)
		}
		for _, change := range h.changesBy(t, authenticated, first.ID) {
			wantCode(t, change(), cloud.Unauthenticated)
		}
	})
}

// When DeleteKey or UpdateKey returned, no authentication that begins afterwards
// succeeds by what was taken away, however many are under way.
func TestNoAuthenticationSucceedsAfterTheChangeReturned(t *testing.T) {
	const rounds = 6
	for _, taking := range takings {
		t.Run(taking.name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, h *house) {
				for round := range rounds {
					victim, credential := h.newKey(t, fmt.Sprint("victim ", round))
					var taken, stop atomic.Bool
					var refused atomic.Int64
					var askers sync.WaitGroup
					started := make(chan struct{}, runtime.GOMAXPROCS(0))
					for range cap(started) {
						askers.Go(func() {
							started <- struct{}{}
							for !stop.Load() {
								late := taken.Load()
								_, err := h.authenticate(credential)
								switch {
								case err == nil && late:
									t.Error("a key was admitted after it was taken away")
									return
								case err != nil && sentence(err) != taking.says:
									t.Errorf("refused with %v, want %q", err, taking.says)
									return
								case err != nil && late:
									refused.Add(1)
								}
							}
						})
					}
					for range cap(started) {
						<-started
					}
					err := taking.take(t, h, victim.ID)
					taken.Store(true)
					for err == nil && refused.Load() < 100 && !t.Failed() {
						runtime.Gosched()
					}
					stop.Store(true)
					askers.Wait()
					if err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}
