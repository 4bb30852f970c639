package control

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

const (
	// MaxSimulatedActors is how many actors one simulation is about.
	MaxSimulatedActors = 100
	// MaxComparedServices is how many services that policies name are compared for each
	// actor; of more, what is gained and lost is not told.
	MaxComparedServices = 100
)

// RoleDraft is a role that somebody thinks of, and who would have it.
type RoleDraft struct {
	RoleID   *uuid.UUID     // in whose place the draft is; nil for a new role
	Policies []cloud.Policy // without ids
	Actors   []cloud.ActorRef
	// Alone means that the actors would have no role but the draft.
	Alone bool
}

// Simulation is what a draft would change, judged by the requests of the days.
type Simulation struct {
	From, To cloud.Day // both included
	Actors   []SimulatedActor
}

// SimulatedActor is what the draft would change for one actor.
type SimulatedActor struct {
	Actor    cloud.ActorRef
	Name     string // of the key; the e-mail address of a person
	Requests int64  // that were answered
	Refused  int64  // how many of them would have been refused
	Gains    []PermissionOn
	Loses    []PermissionOn
	// Operations are those that would have been refused, most requests first.
	Operations []RefusedOperation
}

// PermissionOn is a permission on a resource.
type PermissionOn struct {
	Permission cloud.Permission
	Resource   cloud.Resource
}

// RefusedOperation is an operation on a resource that a draft would refuse, with the
// policy that decided.
type RefusedOperation struct {
	Operation Operation
	Resource  cloud.Resource
	Requests  int64
	LastDay   cloud.Day
	access.Decision
}

// simulated is what a simulation knows of an actor.
type simulated struct {
	actor  cloud.ActorRef
	name   string
	held   []uuid.UUID
	counts []cloud.RequestCount // one for each operation and resource
}

// SimulateRole returns what the draft would change for the actors, and which of their
// requests of the last days it would refuse: those that are written, and those that are
// still in memory. It changes nothing. It returns Invalid for policies that no role can
// have, and for a role or an actor that is not in the organization.
func (c *Control) SimulateRole(ctx context.Context, p access.Principal, organization uuid.UUID, draft RoleDraft) (s Simulation, err error) {
	if err := c.authorize(p, OrganizationRoleSimulate, organization); err != nil {
		return s, err
	}
	if n := len(draft.Actors); n == 0 || n > MaxSimulatedActors {
		return s, cloud.Errorf(cloud.Invalid, "actors: expected 1 to %d actors, got %d", MaxSimulatedActors, n)
	}
	if err := cloud.CheckPolicies("policies", organization, draft.Policies); err != nil {
		return s, err
	}
	s.To = cloud.DayOf(c.clock.Now())
	s.From = firstCounted(s.To)
	roles, role, actors, err := c.simulated(ctx, organization, draft, s.From, s.To)
	if err != nil {
		return s, err
	}
	compared := map[string]comparison{}
	for _, a := range actors {
		if ctx.Err() != nil {
			return s, &cloud.Error{Code: cloud.Unavailable, Message: "The request ended before its answer", Err: ctx.Err()}
		}
		s.Actors = append(s.Actors, simulate(organization, roles, draft, role, a, compared))
	}
	return s, nil
}

// simulated reads the roles of the organization, the draft as one of them, and its actors
// with their requests.
func (c *Control) simulated(
	ctx context.Context, organization uuid.UUID, draft RoleDraft, from, to cloud.Day,
) (roles []cloud.Role, role cloud.Role, out []simulated, err error) {
	c.counting.RLock() // no count is twice here, nor nowhere
	defer c.counting.RUnlock()
	err = c.store.Read(ctx, func(r *store.Reader) error {
		if roles, err = r.Roles(ctx, organization); err != nil {
			return err
		}
		var before cloud.Role
		if role, before, err = draft.role(organization, roles); err != nil {
			return err
		}
		if err := checkServices(ctx, r, before, role); err != nil {
			return err
		}
		for i, actor := range draft.Actors {
			a, err := readSimulated(ctx, r, organization, actor, i)
			if err != nil {
				return err
			}
			if a.counts, err = r.RequestCounts(ctx, organization, actor, from, to); err != nil {
				return err
			}
			a.counts = addCounts(a.counts, c.directory.UnwrittenCounts(organization, actor), from, to)
			out = append(out, a)
		}
		return nil
	})
	return roles, role, out, err
}

// readSimulated returns Invalid, naming the place, for an actor that is not in the organization.
func readSimulated(ctx context.Context, r *store.Reader, organization uuid.UUID, actor cloud.ActorRef, place int) (a simulated, err error) {
	a.actor, err = actor, errNoActor
	if id, ok := actor.Key(); ok {
		var key cloud.Key
		key, err = r.Key(ctx, organization, id)
		a.name, a.held = key.Name, key.RoleIDs
	}
	if id, ok := actor.Person(); ok {
		var account cloud.Account
		account, err = r.Member(ctx, organization, id)
		a.name, a.held = account.Email, memberOf(account.Person, organization).RoleIDs
	}
	if cloud.CodeOf(err) == cloud.NotFound {
		err = cloud.Errorf(cloud.Invalid, "actors[%d]: there is no %q in the organization", place, string(actor))
	}
	return a, err
}

var errNoActor = cloud.Errorf(cloud.NotFound, "Actor not found")

// addCounts adds those of the days to the counts, of which there is one for each
// operation and resource.
func addCounts(counts, more []cloud.RequestCount, from, to cloud.Day) []cloud.RequestCount {
	for _, m := range more {
		if m.Day < from || m.Day > to {
			continue
		}
		i := slices.IndexFunc(counts, func(c cloud.RequestCount) bool { return c.Operation == m.Operation && c.Resource == m.Resource })
		if i < 0 {
			counts = append(counts, m)
			continue
		}
		counts[i].Requests += m.Requests
		counts[i].Day = max(counts[i].Day, m.Day)
	}
	return counts
}

// role returns the draft as a role, and the role in whose place it is. A new one has the nil UUID and the name "draft"; each
// policy has its place, from 1, for an id, as it has none of its own yet.
func (d RoleDraft) role(organization uuid.UUID, roles []cloud.Role) (role, before cloud.Role, err error) {
	role = cloud.Role{OrganizationID: organization, Name: "draft", Type: cloud.CustomRole}
	if d.RoleID != nil {
		i := slices.IndexFunc(roles, func(r cloud.Role) bool { return r.ID == *d.RoleID })
		if i < 0 {
			return role, before, cloud.Errorf(cloud.Invalid, "roleId: there is no role %q in the organization", d.RoleID.String())
		}
		before = roles[i]
		role = before
	}
	role.Policies = slices.Clone(d.Policies)
	for i := range role.Policies {
		binary.BigEndian.PutUint64(role.Policies[i].ID[8:], uint64(i)+1)
	}
	return role, before, nil
}

// after returns the roles with the draft, of somebody who has the roles before.
func (d RoleDraft) after(before []cloud.Role, draft cloud.Role) []cloud.Role {
	if d.Alone {
		return []cloud.Role{draft}
	}
	if slices.ContainsFunc(before, func(r cloud.Role) bool { return r.ID == draft.ID }) {
		return with(before, draft)
	}
	return append(slices.Clone(before), draft)
}

// comparison is what the draft makes of some roles.
type comparison struct {
	after        []cloud.Role
	policies     *access.Policies // of these
	gains, loses []PermissionOn
}

// simulate compares what the actor may do with what they might. Actors with the same roles
// share the comparison.
func simulate(organization uuid.UUID, roles []cloud.Role, draft RoleDraft, role cloud.Role, a simulated, compared map[string]comparison) SimulatedActor {
	held, name := pick(roles, a.held), ""
	for _, r := range held {
		name += r.ID.String()
	}
	made, ok := compared[name]
	if !ok {
		made = compare(organization, held, draft.after(held, role))
		compared[name] = made
	}
	out := SimulatedActor{Actor: a.actor, Name: a.name, Gains: made.gains, Loses: made.loses}
	for _, c := range a.counts {
		out.Requests += c.Requests
		if d := made.decide(organization, Operation(c.Operation), c.Resource); !d.Allowed {
			out.Refused += c.Requests
			out.Operations = append(out.Operations, RefusedOperation{Operation(c.Operation), c.Resource, c.Requests, c.Day, d})
		}
	}
	slices.SortFunc(out.Operations, func(a, b RefusedOperation) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Resource, b.Resource))
	})
	return out
}

func compare(organization uuid.UUID, before, after []cloud.Role) comparison {
	c := comparison{after: after, policies: access.Compile(organization, after)}
	old := access.Compile(organization, before)
	resources, _ := resourcesOf(organization, MaxComparedServices, before, after)
	for _, resource := range resources {
		for _, permission := range permissionsOn(resource) {
			switch had, has := old.Allows(permission, resource), c.policies.Allows(permission, resource); {
			case has && !had:
				c.gains = append(c.gains, PermissionOn{permission, resource})
			case had && !has:
				c.loses = append(c.loses, PermissionOn{permission, resource})
			}
		}
	}
	return c
}

// decide returns whether the roles allow the operation, and looks for the policy that
// decides only when they do not. An operation that there is no more is refused by no role.
func (c comparison) decide(organization uuid.UUID, o Operation, resource cloud.Resource) access.Decision {
	own := cloud.OrganizationResource(organization)
	decision := decideOn(required[o], own, resource, func(r right) access.Decision {
		return access.Decision{Allowed: c.policies.Allows(r.permission, r.resource)}
	})
	if decision.Allowed {
		return decision
	}
	return decideOn(required[o], own, resource, func(r right) access.Decision {
		return access.Decide(organization, about(c.after, r.resource), r.permission, r.resource)
	})
}
