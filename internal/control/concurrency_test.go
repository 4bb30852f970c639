package control_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Two patches of different fields at the same time both survive, whichever comes first.
func TestPatchesOfDifferentFieldsAtTheSameTimeBothSurvive(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, credential := h.newKey(t, "key")
		for round := range 25 {
			name, expiry := fmt.Sprint("name ", round), cloud.ExpiryAt(h.clock.Now().Add(time.Duration(round+1)*time.Hour))
			errs := atOnce(
				func() error {
					_, err := h.UpdateKey(t.Context(), operator, h.organization, key.ID, cloud.KeyPatch{Name: &name})
					return err
				},
				func() error {
					_, err := h.UpdateKey(t.Context(), operator, h.organization, key.ID, cloud.KeyPatch{Expiry: &expiry})
					return err
				},
			)
			if errs[0] != nil || errs[1] != nil {
				t.Fatal(errs)
			}
			if got, _ := h.key(t, key.ID); got.Name != name || got.Expiry != expiry {
				t.Fatalf("the key is %q until %s, want %q until %s", got.Name, got.Expiry, name, expiry)
			}
		}
		h.wantMirror(t, []cloud.Credential{h.admin, credential})
	})
}

// Two patches of different fields of an organization at the same time both survive.
func TestPatchesOfTheOrganizationAtTheSameTimeBothSurvive(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for round := range 25 {
			name, coreDumps := fmt.Sprint("name ", round), round%2 == 1
			errs := atOnce(
				func() error {
					_, err := h.UpdateOrganization(t.Context(), operator, h.organization, cloud.OrganizationPatch{Name: &name})
					return err
				},
				func() error {
					_, err := h.UpdateOrganization(t.Context(), operator, h.organization, cloud.OrganizationPatch{EnableCoreDumps: &coreDumps})
					return err
				},
			)
			if errs[0] != nil || errs[1] != nil {
				t.Fatal(errs)
			}
			if got := h.state(t).Organizations[0]; got.Name != name || got.EnableCoreDumps != coreDumps {
				t.Fatalf("round %d: %+v", round, got)
			}
			h.wantMirror(t, []cloud.Credential{h.admin})
		}
	})
}

// Of two Admins that end each other at the same time, the last two there are,
// exactly one succeeds, and the one that remains can be used.
func TestOfTwoLastAdminsThatEndEachOtherExactlyOneSucceeds(t *testing.T) {
	endings := map[string]func(t *testing.T, h *house, by access.Principal, victim uuid.UUID) error{
		"delete": func(t *testing.T, h *house, by access.Principal, victim uuid.UUID) error {
			return h.DeleteKey(t.Context(), by, h.organization, victim)
		},
		"disable": func(t *testing.T, h *house, by access.Principal, victim uuid.UUID) error {
			_, err := h.UpdateKey(t.Context(), by, h.organization, victim, cloud.KeyPatch{State: ptr(cloud.KeyDisabled)})
			return err
		},
		"demote": func(t *testing.T, h *house, by access.Principal, victim uuid.UUID) error {
			_, err := h.UpdateKey(t.Context(), by, h.organization, victim, cloud.KeyPatch{RoleIDs: ptr(roleIDs(cloud.RoleMember))})
			return err
		},
		"keep from everywhere": func(t *testing.T, h *house, by access.Principal, victim uuid.UUID) error {
			_, err := h.UpdateKey(t.Context(), by, h.organization, victim, cloud.KeyPatch{Addresses: ptr(cloud.AddressList{})})
			return err
		},
	}
	for name, end := range endings {
		t.Run(name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, h *house) {
				left := h.admin
				leftID := h.as(t, left).KeyID()
				for round := range 10 {
					newcomer, credential := h.newKey(t, fmt.Sprint("admin ", round), cloud.RoleAdmin)
					pair, ids := [2]cloud.Credential{left, credential}, [2]uuid.UUID{leftID, newcomer.ID}
					before := h.state(t).Revision
					first, second := h.as(t, pair[0]), h.as(t, pair[1]) // both, before either acts
					errs := atOnce(
						func() error { return end(t, h, first, ids[1]) },
						func() error { return end(t, h, second, ids[0]) },
					)
					if (errs[0] == nil) == (errs[1] == nil) {
						t.Fatalf("round %d: %v", round, errs)
					}
					if after := h.state(t).Revision; after != before+1 {
						t.Fatalf("round %d: the revision went from %d to %d", round, before, after)
					}
					winner := 0
					if errs[1] == nil {
						winner = 1
					}
					left, leftID = pair[winner], ids[winner]
					if err := h.as(t, left).May(h.organization, cloud.OrganizationResource(h.organization), cloud.OrganizationManage); err != nil {
						t.Fatalf("round %d: the key that remains is no Admin: %v", round, err)
					}
				}
			})
		})
	}
}

// atOnce calls the functions at the same time and returns their errors.
func atOnce(calls ...func() error) []error {
	errs := make([]error, len(calls))
	start := make(chan struct{})
	var group sync.WaitGroup
	for i, call := range calls {
		group.Go(func() {
			<-start
			errs[i] = call()
		})
	}
	close(start)
	group.Wait()
	return errs
}
