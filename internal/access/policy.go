package access

import (
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Policies are what the policies of all roles of one actor in one organization
// amount to. The permissions of all roles add up; what any policy denies is
// denied. The zero value allows nothing.
type Policies struct {
	organization uuid.UUID
	own          rights               // on the organization
	instances    map[uuid.UUID]rights // on the services that a policy names
	others       rights               // on each other service, those to come included
	every        rights               // what holds on each of all services
}

// rights are what is allowed on one resource.
type rights struct {
	permissions set
	sql         sqlLevel
	grants      [][]string // those of each policy
}

// Compile returns the policies of the roles for an actor of the organization.
// A policy about another organization says nothing here.
func Compile(organization uuid.UUID, roles []cloud.Role) *Policies {
	var own, all tally
	named := map[uuid.UUID]tally{}
	for _, role := range roles {
		for _, policy := range role.Policies {
			policy.Tags.Grants = slices.Clone(policy.Tags.Grants) // once for all services that it names
			for _, resource := range policy.Resources {
				if id, ok := resource.Organization(); ok && id == organization {
					own.add(policy, cloud.Permission.OfOrganization)
				} else if id, ok := resource.Instance(); ok {
					one := named[id]
					one.add(policy, ofService)
					named[id] = one
				} else if resource == cloud.AllInstances {
					all.add(policy, ofService)
				}
			}
		}
	}
	p := &Policies{organization: organization, own: own.rights(), instances: make(map[uuid.UUID]rights, len(named)), others: all.rights()}
	every := all
	for id, one := range named {
		p.instances[id] = all.plus(one).rights()
		every.deny |= one.deny
		every.sqlDeny |= one.sqlDeny
	}
	p.every = every.rights()
	return p
}

func ofService(p cloud.Permission) bool { return !p.OfOrganization() }

// Allows reports whether the policies allow the permission on the resource: one
// organization, one service, or AllInstances for each of all services.
func (p *Policies) Allows(permission cloud.Permission, resource cloud.Resource) bool {
	return bits[permission]&p.on(resource).permissions != 0
}

// SQLConsole returns the database role that the policies give on the resource, and
// the grants beside it.
func (p *Policies) SQLConsole(resource cloud.Resource) (cloud.SQLConsoleRole, []string) {
	r := p.on(resource)
	return r.sql.role(), slices.Concat(r.grants...)
}

// Covers reports whether whoever has p may do all that other allows, on services
// to come too. Nobody grants more than they hold.
func (p *Policies) Covers(other *Policies) bool {
	if p.organization != other.organization {
		p = &Policies{} // which says nothing about the organization of other
	}
	if !p.own.cover(other.own) || !p.others.cover(other.others) {
		return false
	}
	for _, named := range []map[uuid.UUID]rights{p.instances, other.instances} {
		for id := range named {
			if !p.onInstance(id).cover(other.onInstance(id)) {
				return false
			}
		}
	}
	return true
}

// on returns what is allowed on the resource: nothing on what is none.
func (p *Policies) on(resource cloud.Resource) rights {
	if id, ok := resource.Organization(); ok && id == p.organization {
		return p.own
	}
	if id, ok := resource.Instance(); ok {
		return p.onInstance(id)
	}
	if resource == cloud.AllInstances {
		return p.every
	}
	return rights{}
}

func (p *Policies) onInstance(id uuid.UUID) rights {
	if r, named := p.instances[id]; named {
		return r
	}
	return p.others
}

// cover reports whether r allows all that other allows. A database administrator
// needs no grants.
func (r rights) cover(other rights) bool {
	if other.permissions&^r.permissions != 0 || other.sql&^r.sql != 0 {
		return false
	}
	if r.sql&sqlAdmin != 0 || len(other.grants) == 0 {
		return true
	}
	mine := slices.Concat(r.grants...)
	held := make(map[string]bool, len(mine)) // a role may have a hundred thousand
	for _, grant := range mine {
		held[grant] = true
	}
	return !slices.ContainsFunc(slices.Concat(other.grants...), func(grant string) bool { return !held[grant] })
}
