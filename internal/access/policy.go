package access

import (
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Policies are the policies of all roles of one actor in one organization, in the
// form that answers quickly. The permissions of all roles add up; what any policy
// denies is denied. The zero value allows nothing.
type Policies struct {
	organization rights
	all          rights // on every service
	instances    map[uuid.UUID]rights
}

// rights are what policies say of one resource.
type rights struct {
	allow, deny set
	sql         sqlRights
}

// set is a set of permissions: bit i stands for the i-th of cloud.Permissions.
type set uint64

// sqlRights are the database roles that policies with DatabaseAccess give and take.
type sqlRights struct {
	allow, deny sqlLevel
	grants      []string
}

// sqlLevel is a set of database roles. Who is administrator is a reader too.
type sqlLevel uint8

const (
	sqlRead  sqlLevel = 1 << iota
	sqlAdmin          // with every right of a database
)

var bits = func() map[cloud.Permission]set {
	m := map[cloud.Permission]set{}
	for i, p := range cloud.Permissions() {
		m[p] = 1 << i
	}
	return m
}()

// Compile returns the policies of the roles for an actor of the organization.
// A policy about another organization says nothing here.
func Compile(organization uuid.UUID, roles []cloud.Role) *Policies {
	p := &Policies{instances: map[uuid.UUID]rights{}}
	for _, role := range roles {
		for _, policy := range role.Policies {
			for _, resource := range policy.Resources {
				p.add(organization, resource, policy)
			}
		}
	}
	return p
}

func (p *Policies) add(organization uuid.UUID, resource cloud.Resource, policy cloud.Policy) {
	if id, ok := resource.Organization(); ok && id == organization {
		p.organization.add(policy, cloud.Permission.OfOrganization)
		return
	}
	ofService := func(x cloud.Permission) bool { return !x.OfOrganization() }
	if resource == cloud.AllInstances {
		p.all.add(policy, ofService)
		return
	}
	if id, ok := resource.Instance(); ok {
		r := p.instances[id]
		r.add(policy, ofService)
		p.instances[id] = r
	}
}

// add adds those permissions of the policy that are about this kind of resource.
func (r *rights) add(policy cloud.Policy, about func(cloud.Permission) bool) {
	for _, permission := range policy.Permissions {
		if !about(permission) {
			continue
		}
		switch {
		case permission == cloud.DatabaseAccess:
			r.addDatabaseAccess(policy)
		case policy.Effect == cloud.Allow:
			r.allow |= bits[permission]
		default:
			r.deny |= bits[permission]
		}
	}
}

// addDatabaseAccess adds a policy with DatabaseAccess. Denying it with a database
// role takes that role and what is above it; denying it without one takes all.
func (r *rights) addDatabaseAccess(policy cloud.Policy) {
	if policy.Effect == cloud.Allow {
		r.allow |= bits[cloud.DatabaseAccess]
		switch policy.Tags.SQLConsole {
		case cloud.SQLConsoleAdmin:
			r.sql.allow |= sqlAdmin | sqlRead
		case cloud.SQLConsoleReadOnly:
			r.sql.allow |= sqlRead
		}
		r.sql.grants = append(slices.Clip(r.sql.grants), policy.Tags.Grants...)
		return
	}
	switch policy.Tags.SQLConsole {
	case cloud.SQLConsoleAdmin:
		r.sql.deny |= sqlAdmin
	case cloud.SQLConsoleReadOnly:
		r.sql.deny |= sqlAdmin | sqlRead
	default:
		r.deny |= bits[cloud.DatabaseAccess]
	}
}

// Allows reports whether the policies allow the permission on the resource, which
// is one organization or one service, or AllInstances for every service alike.
func (p *Policies) Allows(permission cloud.Permission, resource cloud.Resource) bool {
	bit := bits[permission]
	if permission.OfOrganization() {
		_, ok := resource.Organization()
		return ok && bit&p.organization.effective() != 0
	}
	return bit&p.on(resource).effective() != 0
}

// SQLConsole returns the database role that the policies give on the service, and
// the grants beside it.
func (p *Policies) SQLConsole(resource cloud.Resource) (cloud.SQLConsoleRole, []string) {
	r := p.on(resource)
	if r.effective()&bits[cloud.DatabaseAccess] == 0 {
		return cloud.NoSQLConsole, nil
	}
	switch level := r.sql.allow &^ r.sql.deny; {
	case level&sqlAdmin != 0:
		return cloud.SQLConsoleAdmin, r.sql.grants
	case level&sqlRead != 0:
		return cloud.SQLConsoleReadOnly, r.sql.grants
	default:
		return cloud.NoSQLConsole, r.sql.grants
	}
}

// Covers reports whether whoever has p may do all that other allows, on services
// to come too. Nobody grants more than they hold.
func (p *Policies) Covers(other *Policies) bool {
	if other.organization.effective()&^p.organization.effective() != 0 {
		return false
	}
	resources := []cloud.Resource{cloud.AllInstances}
	for id := range p.instances {
		resources = append(resources, cloud.InstanceResource(id))
	}
	for id := range other.instances {
		resources = append(resources, cloud.InstanceResource(id))
	}
	for _, resource := range resources {
		if !p.on(resource).covers(other.on(resource)) {
			return false
		}
	}
	return true
}

// on returns what the policies say of a service: what they say of all and what they say of this one.
func (p *Policies) on(resource cloud.Resource) rights {
	id, ok := resource.Instance()
	if !ok {
		if resource == cloud.AllInstances {
			return p.all
		}
		return rights{}
	}
	one, ok := p.instances[id]
	if !ok {
		return p.all
	}
	return rights{
		allow: p.all.allow | one.allow,
		deny:  p.all.deny | one.deny,
		sql: sqlRights{
			allow:  p.all.sql.allow | one.sql.allow,
			deny:   p.all.sql.deny | one.sql.deny,
			grants: slices.Concat(p.all.sql.grants, one.sql.grants),
		},
	}
}

func (r rights) effective() set { return r.allow &^ r.deny }

func (r rights) covers(other rights) bool {
	if other.effective()&^r.effective() != 0 {
		return false
	}
	if other.effective()&bits[cloud.DatabaseAccess] == 0 {
		return true
	}
	mine := r.sql.allow &^ r.sql.deny
	if mine&sqlAdmin != 0 {
		return true
	}
	return (other.sql.allow&^other.sql.deny)&^mine == 0 &&
		!slices.ContainsFunc(other.sql.grants, func(g string) bool { return !slices.Contains(r.sql.grants, g) })
}
