package control_test

import (
	"slices"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// When a commit is not answered, nobody is admitted until the store was read again,
// and then exactly what the store holds is in force: the change if it was made, and
// not if it was not.
func TestNobodyIsAdmittedWhileItIsUncertainWhatWasCommitted(t *testing.T) {
	for name, made := range map[string]bool{"the change was made": true, "the change was not made": false} {
		t.Run(name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, h *house) {
				admin := h.as(t, h.admin)
				victim, victims := h.newKey(t, "victim", cloud.RoleOrgAPIReader)
				bystander, bystanders := h.newKey(t, "bystander")
				all := []cloud.Credential{h.admin, victims, bystanders}
				changes := map[string]func() error{
					"rename": func() error {
						_, err := h.UpdateOrganization(t.Context(), admin, h.organization, cloud.OrganizationPatch{Name: ptr("Renamed")})
						return err
					},
					"disable": func() error {
						_, err := h.UpdateKey(t.Context(), admin, h.organization, bystander.ID, cloud.KeyPatch{State: ptr(cloud.KeyDisabled)})
						return err
					},
					"delete": func() error { return h.DeleteKey(t.Context(), admin, h.organization, victim.ID) },
				}
				for _, change := range []string{"rename", "disable", "delete"} {
					uncertain := false
					h.log.onError(func(string) {
						if uncertain = true; !h.directory.Suspended() {
							t.Errorf("%s: the directory still decides", change)
						}
						for _, c := range all {
							if _, err := h.authenticate(c); cloud.CodeOf(err) != cloud.Unavailable {
								t.Errorf("%s: while it is uncertain, a key gets %v", change, err)
							}
						}
						if err := h.Ready(t.Context()); cloud.CodeOf(err) != cloud.Unavailable {
							t.Errorf("%s: while it is uncertain, Ready returns %v", change, err)
						}
					})
					before := h.state(t)
					if made {
						h.commits.loseAnswer()
					} else {
						h.commits.loseCommit()
					}
					wantCode(t, changes[change](), cloud.Unavailable)
					if !uncertain {
						t.Fatalf("%s: nothing was logged", change)
					}
					if after := h.state(t); (after.Revision == before.Revision+1) != made {
						t.Fatalf("%s: the revision went from %d to %d", change, before.Revision, after.Revision)
					}
					h.wantMirror(t, all)
					if err := h.Ready(t.Context()); err != nil {
						t.Fatalf("%s: %v", change, err)
					}
				}
				h.log.onError(func(message string) { t.Error("unexpected error in the log:", message) })
				if _, err := h.UpdateOrganization(t.Context(), admin, h.organization, cloud.OrganizationPatch{Name: ptr("Afterwards")}); err != nil {
					t.Fatalf("the next change: %v", err)
				}
				h.wantMirror(t, all)
			})
		})
	}
}

// A creation whose answer was lost gives nobody the secret; the key is seen in the
// list with its record, so that it can be deleted.
func TestCreationWithLostAnswerCanBeSeenAndUndone(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.commits.loseAnswer()
		_, credential, err := h.CreateKey(t.Context(), h.as(t, h.admin), h.organization, cloud.NewKey{Name: "orphan", State: cloud.KeyEnabled})
		wantCode(t, err, cloud.Unavailable)
		if credential != nil {
			t.Fatal("a credential was returned with an error")
		}
		state := h.state(t)
		i := slices.IndexFunc(state.Keys, func(k cloud.Key) bool { return k.Name == "orphan" })
		if i < 0 {
			t.Fatal("the key is not in the store")
		}
		activities, err := h.Activities(t.Context(), operator, h.organization, store.ActivityRange{Limit: 1})
		if err != nil || activities.Activities[0].Type != cloud.KeyCreated || activities.Activities[0].TargetKeyID != state.Keys[i].ID {
			t.Fatalf("the newest activity is %+v (%v)", activities.Activities, err)
		}
		if err := h.DeleteKey(t.Context(), h.as(t, h.admin), h.organization, state.Keys[i].ID); err != nil {
			t.Fatal(err)
		}
	})
}

// As long as the store cannot be read, nobody is admitted and nothing is changed;
// Reload keeps failing rather than guessing.
func TestNobodyIsAdmittedAsLongAsTheStoreCannotBeRead(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		admin := h.as(t, h.admin)
		key, credential := h.newKey(t, "victim")
		h.log.onError(func(string) { _ = h.store.Close() }) // right before the store is read again
		h.commits.loseAnswer()
		wantCode(t, h.DeleteKey(t.Context(), admin, h.organization, key.ID), cloud.Unavailable)
		for range 3 {
			wantCode(t, h.Reload(t.Context()), cloud.Unavailable)
			for _, c := range []cloud.Credential{h.admin, credential} {
				_, err := h.authenticate(c)
				wantCode(t, err, cloud.Unavailable)
			}
			wantCode(t, h.Ready(t.Context()), cloud.Unavailable)
			_, err := h.UpdateKey(t.Context(), admin, h.organization, key.ID, cloud.KeyPatch{Name: ptr("new")})
			wantCode(t, err, cloud.Unavailable)
		}
	})
}

// Reload ends the suspension with what the store holds, and otherwise leaves the
// directory, and its request counts, alone.
func TestReloadReadsTheStoreOnlyWhileNobodyIsAdmitted(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		if err := h.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.directory.Suspend()
		_, err := h.authenticate(h.admin)
		wantCode(t, err, cloud.Unavailable)
		if err := h.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.wantMirror(t, []cloud.Credential{h.admin})
	})
}

// The operator, who needs no directory, can make a change while nobody else is
// admitted. When it returned, it is made and in force.
func TestChangeOfTheOperatorWhileSuspendedIsInForce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, credential := h.newKey(t, "victim")
		h.directory.Suspend()
		if err := h.DeleteKey(t.Context(), operator, h.organization, key.ID); err != nil {
			t.Fatal(err)
		}
		h.wantMirror(t, []cloud.Credential{h.admin, credential})
	})
}

// A change that was made is answered as made, also when the directory cannot be
// read afterwards: then nobody is admitted, so that what it took away is refused.
func TestChangeThatWasMadeIsAnsweredAsMadeWhenTheDirectoryCannotBeRead(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.directory.Suspend()
		h.commits.onNext(func(commit func() error) error {
			err := commit()
			_ = h.store.Close()
			return err
		})
		key, credential, err := h.CreateKey(t.Context(), operator, h.organization, cloud.NewKey{Name: "made", State: cloud.KeyEnabled})
		if err != nil || credential == nil || key.Name != "made" {
			t.Fatalf("the answer is %q, %v: the only copy of the secret is lost", key.Name, err)
		}
		_, err = h.authenticate(*credential)
		wantCode(t, err, cloud.Unavailable)
	})
}

// Whoever waits for the answer of an uncertain change learns that it is uncertain,
// that it should be read again, and when to ask.
func TestUncertainChangeSaysSo(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.commits.loseAnswer()
		_, err := h.UpdateOrganization(t.Context(), h.as(t, h.admin), h.organization, cloud.OrganizationPatch{Name: ptr("Renamed")})
		wantCode(t, err, cloud.Unavailable)
		if e := asError(err); e.Message != "It is not known whether the change was made; read it again" || e.RetryAfter != time.Second {
			t.Fatalf("got %q, retry after %v", e.Message, e.RetryAfter)
		}
	})
}
