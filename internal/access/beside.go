package access

import (
	"maps"
	"slices"
)

// CoversBeside reports whether all that other allows is allowed by p or by held, right by
// right: what somebody holds already is granted to them by nobody.
func (p *Policies) CoversBeside(held, other *Policies) bool {
	return p.or(held, other).Covers(other)
}

// or returns what p or held allows in the organization of other, where the policies of
// another organization say nothing.
func (p *Policies) or(held, other *Policies) *Policies {
	if p.organization != other.organization {
		p = &Policies{}
	}
	if held.organization != other.organization {
		held = &Policies{}
	}
	either := &Policies{
		organization: other.organization, own: p.own.or(held.own), others: p.others.or(held.others), instances: maps.Clone(p.instances),
	}
	for id := range held.instances {
		if either.instances == nil {
			either.instances = maps.Clone(held.instances)
		}
		either.instances[id] = rights{}
	}
	for id := range either.instances {
		either.instances[id] = p.onInstance(id).or(held.onInstance(id))
	}
	return either
}

// or returns what either allows.
func (r rights) or(other rights) rights {
	return rights{permissions: r.permissions | other.permissions, sql: r.sql | other.sql, grants: slices.Concat(r.grants, other.grants)}
}
