package cloud

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// MaxMembers is how many people an organization may have: lists of them have no pages.
const MaxMembers = 10_000

// Member is a person in one organization (OpenAPI schema Member).
type Member struct {
	Person
	Membership
}

// In returns the person's membership of the organization, if they have one.
func (p Person) In(organization uuid.UUID) (Membership, bool) {
	for _, m := range p.Memberships {
		if m.OrganizationID == organization {
			return m, true
		}
	}
	return Membership{}, false
}

// With returns the person with the membership in place of that of the same organization,
// or beside the others.
func (p Person) With(membership Membership) Person {
	p.Memberships = slices.Clone(p.Memberships)
	i := slices.IndexFunc(p.Memberships, func(m Membership) bool { return m.OrganizationID == membership.OrganizationID })
	if i < 0 {
		p.Memberships = append(p.Memberships, membership)
	} else {
		p.Memberships[i] = membership
	}
	return p
}

// Without returns the person without their membership of the organization.
func (p Person) Without(organization uuid.UUID) Person {
	p.Memberships = slices.DeleteFunc(slices.Clone(p.Memberships), func(m Membership) bool { return m.OrganizationID == organization })
	return p
}

// Identity is how a sign-in provider knows a person (OpenID Connect Core 1.0, claims iss
// and sub): no two people have the same.
type Identity struct {
	Issuer    string
	Subject   string
	CreatedAt time.Time
}
