package access

import (
	"slices"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// personEntry is a person in memory, which all their sessions share. What may
// change of them is in facts.
type personEntry struct {
	id    uuid.UUID
	facts atomic.Pointer[personFacts]
}

// personFacts are never altered, only replaced.
type personFacts struct {
	email   string
	members []member
}

// member is what a person may do in one organization.
type member struct {
	organization uuid.UUID
	roles        *roleSet
}

// in returns the policies of the person in the organization, nil outside of it. It
// is in few organizations.
func (f *personFacts) in(organization uuid.UUID) *Policies {
	for i := range f.members {
		if f.members[i].organization == organization {
			return f.members[i].roles.policies()
		}
	}
	return nil
}

func (f *personFacts) organizations() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(f.members))
	for _, m := range f.members {
		ids = append(ids, m.organization)
	}
	return ids
}

// putPerson takes in a person as they are now, into a view under the directory's
// lock. An entry that was there before goes on, with all sessions that know it.
func (d *Directory) putPerson(v *view, p cloud.Person, old *personEntry) {
	facts := &personFacts{email: p.Email}
	for _, m := range p.Memberships {
		facts.members = append(facts.members, member{m.OrganizationID, d.setOf(v, m.OrganizationID, m.RoleIDs)})
	}
	facts.members = slices.Clip(facts.members)
	if old == nil {
		old = &personEntry{id: p.ID}
	}
	old.facts.Store(facts)
	v.people[p.ID] = old
}
