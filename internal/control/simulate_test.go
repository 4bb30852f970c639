package control_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// requests counts n requests, as the API does.
func (h *house) requests(p access.Principal, o control.Operation, n int) {
	for range n {
		h.CountRequest(p, o, access.Subject{Organization: h.organization})
	}
}

// simulate simulates as the operator.
func (h *house) simulate(t fataler, draft control.RoleDraft) control.Simulation {
	t.Helper()
	s, err := h.SimulateRole(t.Context(), operator, h.organization, draft)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nothing is a draft that allows nothing, alone.
func nothing(actors ...cloud.ActorRef) control.RoleDraft {
	return control.RoleDraft{Actors: actors, Alone: true}
}

// counted returns how many requests of the actor there are.
func (h *house) counted(t fataler, actor cloud.ActorRef) int64 {
	t.Helper()
	return h.simulate(t, nothing(actor)).Actors[0].Requests
}

// A draft is judged by the roles that somebody would have with it: in the place of a role,
// beside the others, or alone. What is gained, lost and refused is told, with the policy.
func TestSimulationComparesTheRolesBeforeAndAfter(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		reader := h.newRole(t, "reader", h.onOrganization(cloud.Allow, cloud.OrganizationView, cloud.ViewAPIKeys))
		has, hasIt := h.keyWith(t, "has it", reader.ID, cloud.AdminRoleID)
		only, onlyIt := h.keyWith(t, "has nothing else", reader.ID)
		bob := h.in(t, h.join(t, bobEmail, roleIDs(cloud.RoleBilling)...))
		h.requests(hasIt, control.KeyGetList, 4)
		h.requests(onlyIt, control.KeyGetList, 3)
		h.requests(onlyIt, control.OrganizationGet, 2)
		h.clock.Advance(24 * time.Hour)
		h.requests(onlyIt, control.OrganizationGet, 5)
		h.requests(bob, control.OrganizationGet, 1)
		h.requests(bob, control.WhoamiGet, 1) // anybody may
		h.requests(operator, control.KeyGetList, 1)
		actors := []cloud.ActorRef{cloud.KeyActor(has.ID), cloud.KeyActor(only.ID), cloud.PersonActor(bob.PersonID())}
		own := cloud.OrganizationResource(h.organization)
		today := cloud.DayOf(h.clock.Now())
		on := func(permissions ...cloud.Permission) (out []control.PermissionOn) {
			for _, p := range permissions {
				out = append(out, control.PermissionOn{Permission: p, Resource: own})
			}
			return out
		}
		by := func(role cloud.Role, place byte) access.Decision {
			return access.Decision{Role: role.Assigned(), Policy: uuid.UUID{15: place}, Effect: cloud.Deny}
		}
		want := func(what string, draft control.RoleDraft, want ...control.SimulatedActor) {
			t.Helper()
			draft.Actors = actors
			s := h.simulate(t, draft)
			if s.From != today-29 || s.To != today {
				t.Errorf("%s: from %s to %s", what, s.From, s.To)
			}
			for i, name := range []string{"has it", "has nothing else", bobEmail} {
				want[i].Actor, want[i].Name, want[i].Requests = actors[i], name, []int64{4, 10, 1}[i]
				for _, o := range want[i].Operations {
					want[i].Refused += o.Requests
				}
			}
			if diff := cmp.Diff(want, s.Actors, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		list := func(n int64, on cloud.Day, d access.Decision) control.RefusedOperation {
			return control.RefusedOperation{Operation: control.KeyGetList, Resource: own, Requests: n, LastDay: on, Decision: d}
		}
		get := func(n int64, d access.Decision) control.RefusedOperation {
			return control.RefusedOperation{Operation: control.OrganizationGet, Resource: own, Requests: n, LastDay: today, Decision: d}
		}
		none := access.Decision{}
		viewOnly := []cloud.Policy{h.onOrganization(cloud.Allow, cloud.OrganizationView, cloud.ViewActivities)}
		want("in the place of a role", control.RoleDraft{RoleID: &reader.ID, Policies: viewOnly},
			control.SimulatedActor{}, // who is Admin beside
			control.SimulatedActor{Gains: on(cloud.ViewActivities), Loses: on(cloud.ViewAPIKeys), Operations: []control.RefusedOperation{list(3, today-1, none)}},
			control.SimulatedActor{Gains: on(cloud.ViewActivities)})
		want("beside the others", control.RoleDraft{Policies: viewOnly},
			control.SimulatedActor{}, control.SimulatedActor{Gains: on(cloud.ViewActivities)}, control.SimulatedActor{Gains: on(cloud.ViewActivities)})
		denying := []cloud.Policy{h.onOrganization(cloud.Allow, cloud.ViewActivities), h.onOrganization(cloud.Deny, cloud.OrganizationView, cloud.ViewAPIKeys)}
		draft := cloud.Role{Name: "draft", Type: cloud.CustomRole}
		for what, role := range map[string]*uuid.UUID{"a new one": nil, "in the place of a role": &reader.ID} {
			d := by(draft, 2)
			if role != nil {
				d = by(reader, 2)
			}
			want("denying, "+what, control.RoleDraft{RoleID: role, Policies: denying},
				control.SimulatedActor{Loses: on(cloud.OrganizationView, cloud.ViewAPIKeys), Operations: []control.RefusedOperation{list(4, today-1, d)}},
				control.SimulatedActor{
					Gains: on(cloud.ViewActivities), Loses: on(cloud.OrganizationView, cloud.ViewAPIKeys), Operations: []control.RefusedOperation{get(7, d), list(3, today-1, d)},
				},
				control.SimulatedActor{Gains: on(cloud.ViewActivities), Loses: on(cloud.OrganizationView), Operations: []control.RefusedOperation{get(1, d)}})
		}
		service := h.insertService(t)
		alone := h.simulate(t, control.RoleDraft{Alone: true, Actors: actors[1:], Policies: []cloud.Policy{onServices(cloud.Allow, cloud.ServiceView, service)}})
		for i, a := range alone.Actors {
			if want := []control.PermissionOn{{Permission: cloud.ServiceView, Resource: cloud.InstanceResource(service)}}; !slices.Equal(a.Gains, want) {
				t.Errorf("alone: %s gains %v, want %v", a.Name, a.Gains, want)
			}
			if a.Refused != a.Requests || len(a.Loses) != []int{2, 3}[i] {
				t.Errorf("alone: %d of %d requests of %s are refused, and %v is lost", a.Refused, a.Requests, a.Name, a.Loses)
			}
		}
	})
}

// What no role can have, and who is not in the organization, is refused with its place; who
// may not manage the organization learns nothing; and whatever is simulated, nothing is
// changed or recorded.
func TestSimulationIsCheckedAndChangesNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		bob := h.in(t, h.join(t, bobEmail))
		key, reader := h.keyWith(t, "key", roleIDs(cloud.RoleOrgAPIReader)...)
		second := h.secondOrganization(t)
		actor, nobody := cloud.KeyActor(key.ID), cloud.KeyActor(uuid.New())
		for _, test := range []struct {
			by       access.Principal
			draft    control.RoleDraft
			code     cloud.Code
			sentence string
		}{
			{reader, nothing(nobody), cloud.Forbidden, "This needs the permission control-plane:organization:manage"},
			{operator, nothing(), cloud.Invalid, "actors: expected 1 to 100 actors, got 0"},
			{operator, nothing(slices.Repeat([]cloud.ActorRef{actor}, 101)...), cloud.Invalid, "actors: expected 1 to 100 actors, got 101"},
			{operator, nothing(actor, nobody), cloud.Invalid, `actors[1]: there is no "` + string(nobody) + `" in the organization`},
			{operator, nothing(cloud.PersonActor(uuid.Nil)), cloud.Invalid, "actors[0]: there is no"},
			{operator, nothing(cloud.KeyActor(uuid.Nil)), cloud.Invalid, "actors[0]: there is no"},
			{operator, nothing("nobody"), cloud.Invalid, "actors[0]: there is no"},
			{operator, control.RoleDraft{RoleID: &key.ID, Actors: []cloud.ActorRef{actor}}, cloud.Invalid, `roleId: there is no role "` + key.ID.String() + `" in the organization`},
			{operator, control.RoleDraft{
				Actors: []cloud.ActorRef{actor}, Policies: []cloud.Policy{h.onOrganization(cloud.Allow, cloud.OrganizationView), h.onOrganization(cloud.Allow)},
			}, cloud.Invalid, "policies[1].permissions: expected at least one permission, got none"},
		} {
			h.refuses(t, test.sentence, func() error {
				_, err := h.SimulateRole(t.Context(), test.by, h.organization, test.draft)
				return err
			}, test.code, test.sentence)
		}
		for _, actor := range []cloud.ActorRef{actor, cloud.PersonActor(bob.PersonID())} {
			h.refuses(t, "in the other organization", func() error {
				_, err := h.SimulateRole(t.Context(), operator, second.ID, nothing(actor))
				return err
			}, cloud.Invalid, "actors[0]: there is no")
		}
		before, commits := h.state(t).Revision, h.commits.count.Load()
		h.simulate(t, control.RoleDraft{RoleID: ptr(cloud.AdminRoleID), Actors: []cloud.ActorRef{actor, cloud.PersonActor(bob.PersonID())}})
		if after := h.state(t).Revision; after != before || h.commits.count.Load() != commits {
			t.Errorf("a simulation changed revision %d to %d", before, after)
		}
	})
}

// Requests are counted once, whether they are written or still in memory, for thirty days,
// also after a restart; they are written once a minute, never by a request.
func TestRequestsAreCountedForThirtyDays(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, p := h.keyWith(t, "key", cloud.AdminRoleID)
		other, _ := h.keyWith(t, "other")
		actor := cloud.KeyActor(key.ID)
		flush := func(commits int64) {
			t.Helper()
			before := h.commits.count.Load()
			if err := h.WriteUses(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := h.commits.count.Load() - before; n != commits {
				t.Errorf("%d transactions, want %d", n, commits)
			}
		}
		flush(1) // when the keys were last used
		before := h.commits.count.Load()
		for i, o := range []control.Operation{control.KeyGet, control.KeyGetList, control.OrganizationGet} {
			h.requests(p, o, 100*(i+1))
		}
		if h.commits.count.Load() != before {
			t.Error("a request was written")
		}
		want := func(n int64) {
			t.Helper()
			if got := h.counted(t, actor); got != n {
				t.Errorf("%d requests were counted, want %d", got, n)
			}
			if got := h.counted(t, cloud.KeyActor(other.ID)); got != 0 {
				t.Errorf("%d requests of another key were counted", got)
			}
		}
		want(600)
		flush(1)
		want(600)
		flush(0)
		h.requests(p, control.KeyGet, 7)
		want(607)
		h.directory = access.NewDirectory(h.clock) // what was not written is lost in a crash
		h.Control = h.withLimits(cloud.RelaxedLimits)
		if err := h.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		want(600)
		h.clock.Advance(29 * 24 * time.Hour)
		flush(0)
		want(600)
		h.requests(p, control.KeyGet, 1)
		flush(1)
		want(601)
		h.clock.Advance(24 * time.Hour)
		want(1)
		flush(1) // which deletes what is too old
		flush(0)
		h.clock.Advance(-24 * time.Hour)
		want(1)
	})
}

// Counts that could not be written are written later, and a request is in none of them twice.
func TestCountsThatCouldNotBeWrittenAreWrittenLater(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, p := h.keyWith(t, "key", cloud.AdminRoleID)
		actor := cloud.KeyActor(key.ID)
		if err := h.WriteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.requests(p, control.KeyGet, 3)
		gone, leave := context.WithCancel(t.Context())
		leave()
		wantCode(t, h.WriteUses(gone), cloud.Unavailable)
		h.commits.loseCommit()
		if err := h.WriteUses(t.Context()); err == nil {
			t.Fatal("a write that failed was reported as done")
		}
		h.requests(p, control.KeyGet, 4)
		if n := h.counted(t, actor); n != 7 {
			t.Errorf("%d requests before they are written, want 7", n)
		}
		if err := h.WriteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := h.counted(t, actor); n != 7 {
			t.Errorf("%d requests when they are written, want 7", n)
		}
	})
}

// While counts are on their way from memory to the store, a simulation sees each once.
func TestSimulationSeesEachRequestOnceWhileTheyAreWritten(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key, p := h.keyWith(t, "key", cloud.AdminRoleID)
		const rounds, each = 15, 11
		var writer sync.WaitGroup
		counted := make(chan int, rounds)
		writer.Go(func() {
			defer close(counted)
			for i := range rounds {
				h.requests(p, control.KeyGet, each)
				counted <- (i + 1) * each
				if err := h.WriteUses(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
		for least := range counted {
			if n := h.counted(t, cloud.KeyActor(key.ID)); n < int64(least) || n > rounds*each {
				t.Errorf("%d requests were counted, want at least %d", n, least)
			}
		}
		writer.Wait()
		if n := h.counted(t, cloud.KeyActor(key.ID)); n != rounds*each {
			t.Errorf("%d requests were counted, want %d", n, rounds*each)
		}
	})
}

// That requests were not counted is said in the log, once for each write.
func TestRequestsThatAreNotCountedAreLogged(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	var log strings.Builder
	h.Control = control.New(control.Config{
		Store: h.store, Directory: h.directory, Clock: h.clock, Limits: cloud.RelaxedLimits, Log: slog.New(slog.NewTextHandler(&log, nil)), Passwords: h.passwords,
	})
	_, p := h.keyWith(t, "key", cloud.AdminRoleID)
	for range access.MaxCounters + 5 {
		h.CountRequest(p, control.KeyGet, access.Subject{Organization: h.organization, Instance: uuid.New()})
	}
	h.directory.TakeCounts()
	for range 2 {
		if err := h.WriteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Count(log.String(), "requests were not counted") != 1 || !strings.Contains(log.String(), "requests=5 counters=200000") {
		t.Errorf("the log says %q", log.String())
	}
}

// write changes the store past the operations, and lets the house read it again.
func (h *house) write(t fataler, f func(*store.Tx) error) {
	t.Helper()
	if _, err := h.store.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if err := h.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}
