package control_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// Whatever is asked for in whatever order, by whomever, with commits whose answer is
// lost and commits that are lost: the directory decides exactly as the store says,
// every change has exactly its activities, and what changes nothing has none.
func TestDirectoryEqualsStoreAndEveryChangeHasItsActivities(t *testing.T) {
	for name, options := range map[string]func(*testing.T) store.Options{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, options(t))
			rapid.Check(t, func(rt *rapid.T) {
				w := &walk{house: h, t: rt}
				w.startAnew()
				rt.Repeat(map[string]func(*rapid.T){
					"create":       w.create,
					"patch":        w.patchKey,
					"patch again":  w.patchKey, // twice as likely
					"send back":    w.sendBack,
					"delete":       w.delete,
					"organization": w.patchOrganization,
					"use":          w.use,
					"wait": func(rt *rapid.T) {
						h.clock.Advance(time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute)
					},
					"": func(rt *rapid.T) { h.wantMirror(rt, w.issued) },
				})
			})
		})
	}
}

// walk is one sequence of operations.
type walk struct {
	*house
	t      *rapid.T
	issued []cloud.Credential
}

// startAnew deletes what the walk before has left: a new database for each would
// take most of the time.
func (w *walk) startAnew() {
	admin, credential := w.newKey(w.t, "admin", cloud.RoleAdmin)
	for _, k := range w.state(w.t).Keys {
		if k.ID == admin.ID {
			continue
		}
		if err := w.DeleteKey(w.t.Context(), operator, w.organization, k.ID); err != nil {
			w.t.Fatal(err)
		}
	}
	w.issued = []cloud.Credential{credential}
}

// step calls an operation, perhaps with a commit that fails, and compares what it
// recorded with what it did. legacy says that roles were given by their old names.
func (w *walk) step(rt *rapid.T, legacy bool, operation func() error) {
	before := w.state(rt)
	fault := rapid.SampledFrom([]string{"none", "none", "none", "none", "none", "none", "answer", "commit"}).Draw(rt, "lost")
	switch fault {
	case "answer":
		w.commits.loseAnswer()
	case "commit":
		w.commits.loseCommit()
	}
	err := operation()
	committed := w.commits.next.Swap(nil) == nil // the fault has happened
	after := w.state(rt)
	want := expectedActivities(before, after, legacy)
	if diff := cmp.Diff(want, w.activitiesSince(rt, before.Revision), cmp.AllowUnexported(recorded{})); diff != "" {
		rt.Fatalf("activities (-expected +recorded):\n%s", diff)
	}
	moved := after.Revision - before.Revision
	switch faulty := fault != "none" && committed; {
	case faulty && cloud.CodeOf(err) != cloud.Unavailable:
		rt.Fatalf("the %s was lost, and the operation returned %v", fault, err)
	case faulty && fault == "answer" && moved != 1, faulty && fault == "commit" && moved != 0, moved != 0 && moved != 1:
		rt.Fatalf("the %s was lost, and the revision moved by %d", fault, moved)
	case !faulty && err != nil && moved != 0:
		rt.Fatalf("the operation returned %v and moved the revision by %d", err, moved)
	case (len(want) == 0) != (moved == 0):
		rt.Fatalf("the revision moved by %d with %d activities", moved, len(want))
	}
	if err != nil && cloud.CodeOf(err) == cloud.Internal {
		rt.Fatalf("an error that says nothing: %v", err)
	}
}

// principal draws who asks: the operator or a key that is admitted.
func (w *walk) principal(rt *rapid.T) access.Principal {
	candidates := []access.Principal{operator, operator}
	for _, c := range w.issued {
		if p, err := w.authenticate(c); err == nil {
			candidates = append(candidates, p)
		}
	}
	return candidates[rapid.IntRange(0, len(candidates)-1).Draw(rt, "principal")]
}

// target draws a key: mostly one that there is.
func (w *walk) target(rt *rapid.T) uuid.UUID {
	ids := []uuid.UUID{uuid.New()}
	for _, k := range w.state(rt).Keys {
		ids = append(ids, k.ID)
	}
	return ids[rapid.IntRange(0, len(ids)-1).Draw(rt, "key")]
}

func (w *walk) create(rt *rapid.T) {
	n := cloud.NewKey{
		Name: w.drawName(rt), State: drawState(rt), RoleIDs: drawRoles(rt), Expiry: w.drawExpiry(rt), Addresses: drawAddresses(rt),
	}
	own := cloud.NewCredential()
	if rapid.Bool().Draw(rt, "hashed") {
		n.Hashed = ptr(own.Hashed())
	}
	p := w.principal(rt)
	w.step(rt, false, func() error {
		_, credential, err := w.CreateKey(rt.Context(), p, w.organization, n)
		if n.Hashed != nil {
			credential = &own
		}
		if err == nil || n.Hashed != nil {
			w.issued = append(w.issued, *credential)
		}
		return err
	})
	w.forgetOrphans(rt)
}

// forgetOrphans deletes keys whose credential was lost with the answer.
func (w *walk) forgetOrphans(rt *rapid.T) {
	for _, k := range w.state(rt).Keys {
		if slices.ContainsFunc(w.issued, func(c cloud.Credential) bool { return cloud.HashOf(c.KeyID) == k.Credential.KeyID }) {
			continue
		}
		err := w.DeleteKey(rt.Context(), operator, w.organization, k.ID)
		if cloud.CodeOf(err) == cloud.Conflict { // it is the last usable Admin: there has to be another one first
			_, credential, createErr := w.CreateKey(rt.Context(), operator, w.organization, cloud.NewKey{
				Name: "in its place", State: cloud.KeyEnabled, RoleIDs: []uuid.UUID{cloud.AdminRoleID},
			})
			if createErr != nil {
				rt.Fatal(createErr)
			}
			w.issued = append(w.issued, *credential)
			err = w.DeleteKey(rt.Context(), operator, w.organization, k.ID)
		}
		if err != nil {
			rt.Fatal(err)
		}
	}
}

func (w *walk) patchKey(rt *rapid.T) {
	var patch cloud.KeyPatch
	if rapid.Bool().Draw(rt, "patch name") {
		patch.Name = ptr(w.drawName(rt))
	}
	if rapid.Bool().Draw(rt, "patch state") {
		patch.State = ptr(drawState(rt))
	}
	if rapid.Bool().Draw(rt, "patch expiry") {
		patch.Expiry = ptr(w.drawExpiry(rt))
	}
	if rapid.Bool().Draw(rt, "patch addresses") {
		patch.Addresses = ptr(drawAddresses(rt))
	}
	if rapid.Bool().Draw(rt, "patch roles") {
		patch.RoleIDs = ptr(drawRoles(rt))
		patch.LegacyRoles = rapid.Bool().Draw(rt, "legacy")
	}
	p, key := w.principal(rt), w.target(rt)
	w.step(rt, patch.LegacyRoles, w.patch(rt, p, key, patch))
}

// sendBack sends a key back as it is: nothing changes, whoever asks.
func (w *walk) sendBack(rt *rapid.T) {
	key, ok := w.key(rt, w.target(rt))
	if !ok {
		return
	}
	before := w.state(rt).Revision
	w.step(rt, false, w.patch(rt, w.principal(rt), key.ID, cloud.KeyPatch{
		Name: &key.Name, State: &key.State, RoleIDs: &key.RoleIDs, Expiry: &key.Expiry, Addresses: &key.Addresses,
	}))
	if after := w.state(rt).Revision; after != before {
		rt.Fatalf("a key was sent back as it is, and the revision went from %d to %d", before, after)
	}
}

func (w *walk) delete(rt *rapid.T) {
	p, key := w.principal(rt), w.target(rt)
	w.step(rt, false, func() error { return w.DeleteKey(rt.Context(), p, w.organization, key) })
}

func (w *walk) patchOrganization(rt *rapid.T) {
	var patch cloud.OrganizationPatch
	if rapid.Bool().Draw(rt, "patch name") {
		patch.Name = ptr(w.drawName(rt))
	}
	if rapid.Bool().Draw(rt, "patch core dumps") {
		patch.EnableCoreDumps = ptr(rapid.Bool().Draw(rt, "core dumps"))
	}
	endpoint := cloud.PrivateEndpoint{ID: rapid.SampledFrom([]string{"vpce-1", "vpce-2"}).Draw(rt, "endpoint"), CloudProvider: "aws", Region: "eu-west-1"}
	switch rapid.IntRange(0, 2).Draw(rt, "patch endpoints") {
	case 1:
		patch.AddPrivateEndpoints = []cloud.PrivateEndpoint{endpoint}
	case 2:
		patch.RemovePrivateEndpoints = []cloud.PrivateEndpoint{endpoint}
	}
	p := w.principal(rt)
	w.step(rt, false, func() error {
		_, err := w.UpdateOrganization(rt.Context(), p, w.organization, patch)
		return err
	})
}

// use writes behind, which is no change: it has no revision and no activity.
func (w *walk) use(rt *rapid.T) {
	before := w.state(rt).Revision
	if rapid.Bool().Draw(rt, "lost") {
		w.commits.loseAnswer()
	}
	if err := w.WriteUses(rt.Context()); err != nil && !errors.Is(err, errConnection) {
		rt.Fatal(err)
	}
	w.commits.next.Store(nil)
	if after := w.state(rt).Revision; after != before {
		rt.Fatalf("writing uses moved the revision from %d to %d", before, after)
	}
}

func (w *walk) drawName(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"alpha", "beta", "ünï ☃", " "}).Draw(rt, "name")
}

func drawState(rt *rapid.T) cloud.KeyState {
	return rapid.SampledFrom([]cloud.KeyState{cloud.KeyEnabled, cloud.KeyEnabled, cloud.KeyDisabled}).Draw(rt, "state")
}

func drawRoles(rt *rapid.T) []uuid.UUID {
	return roleIDs(rapid.SampledFrom([][]string{
		{}, {cloud.RoleAdmin}, {cloud.RoleAdmin}, {cloud.RoleOrgAPIReader}, {cloud.RoleOrgAPIReader, cloud.RoleAdmin}, {cloud.RoleAdmin, cloud.RoleOrgAPIReader},
	}).Draw(rt, "roles")...)
}

func drawAddresses(rt *rapid.T) cloud.AddressList {
	return rapid.SampledFrom([]cloud.AddressList{
		nil, nil, {}, {{Source: somewhere.String(), Description: "here"}}, {{Source: "0.0.0.0/0"}}, {{Source: "10.0.0.0/8"}, {Source: "2001:db8::/32"}},
	}).Draw(rt, "addresses")
}

func (w *walk) drawExpiry(rt *rapid.T) cloud.Expiry {
	hours := rapid.SampledFrom([]int{0, 0, 1, 5, 100, -1}).Draw(rt, "hours to expiry")
	if hours == 0 {
		return cloud.Expiry{}
	}
	return cloud.ExpiryAt(w.clock.Now().Add(time.Duration(hours) * time.Hour))
}
