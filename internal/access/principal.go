package access

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Kind says what kind of somebody is asking.
type Kind int

// The kinds of principals.
const (
	KindKey      Kind = iota + 1 // an API key
	KindOperator                 // who has the data directory
	KindPerson                   // a person who has signed in
)

// Principal is who is asking, found in memory. The zero value may do nothing.
type Principal struct {
	kind      Kind
	directory *Directory
	key       *keyEntry // of a key, with the next
	facts     *keyFacts
	session   *sessionEntry // of a person, with the next
	person    *personFacts
	address   netip.Addr
	agent     string
	account   string // of the operator
}

// Operator returns the principal of whoever can read the data directory: it may
// do everything in every organization. account names the user of the machine.
func Operator(account, userAgent string) Principal {
	return Principal{kind: KindOperator, account: account, agent: userAgent}
}

// Kind returns what kind of principal it is.
func (p Principal) Kind() Kind { return p.kind }

// KeyID returns the key that is asking; the nil UUID when it is none.
func (p Principal) KeyID() uuid.UUID {
	if p.kind != KindKey {
		return uuid.Nil
	}
	return p.key.id
}

// PersonID returns the person who is asking; the nil UUID when it is none.
func (p Principal) PersonID() uuid.UUID {
	if p.kind != KindPerson {
		return uuid.Nil
	}
	return p.session.person.id
}

// SessionID returns the session in which a person is asking; the nil UUID when it is none.
func (p Principal) SessionID() uuid.UUID {
	if p.kind != KindPerson {
		return uuid.Nil
	}
	return p.session.id
}

// Name returns the name of the key, the e-mail address of the person or the account
// that is asking.
func (p Principal) Name() string {
	switch p.kind {
	case KindKey:
		return p.facts.name
	case KindPerson:
		return p.person.email
	default:
		return p.account
	}
}

// Described returns who is asking as a sentence names it: `the key "CI"`.
func (p Principal) Described() string {
	switch p.kind {
	case KindPerson:
		return fmt.Sprintf("the person %q", p.Name())
	case KindOperator:
		return fmt.Sprintf("the operator %q", p.Name())
	default:
		return fmt.Sprintf("the key %q", p.Name())
	}
}

// Organization returns the organization of the key that is asking, and false when
// it is no key: see Organizations.
func (p Principal) Organization() (uuid.UUID, bool) {
	if p.kind != KindKey {
		return uuid.Nil, false
	}
	return p.key.organization, true
}

// Organizations returns the organizations that the principal is in, in the order in
// which a person joined them: nil for the operator, who is in all of them.
func (p Principal) Organizations() []uuid.UUID {
	switch p.kind {
	case KindKey:
		return []uuid.UUID{p.key.organization}
	case KindPerson:
		return p.person.organizations()
	case KindOperator:
		return nil
	default:
		return []uuid.UUID{}
	}
}

// WithAgent returns the principal with the user agent it came with.
func (p Principal) WithAgent(userAgent string) Principal {
	p.agent = userAgent
	return p
}

// Address returns where the principal asks from; it is not valid for the operator.
func (p Principal) Address() netip.Addr { return p.address }

// Actor returns the principal as an activity remembers it.
func (p Principal) Actor() cloud.Actor {
	switch p.kind {
	case KindKey:
		return cloud.Actor{Type: cloud.ActorAPI, ID: p.key.id.String(), Details: p.facts.name, Address: p.address, UserAgent: p.agent}
	case KindPerson:
		return cloud.Actor{Type: cloud.ActorUser, ID: p.session.person.id.String(), Details: p.person.email, Address: p.address, UserAgent: p.agent}
	default:
		return cloud.Actor{Type: cloud.ActorSystem, Details: "operator " + p.account, UserAgent: p.agent}
	}
}

// In returns NotFound unless the principal is in the organization: what belongs
// to another organization does not exist.
func (p Principal) In(organization uuid.UUID) error {
	if p.kind == KindOperator || p.policies(organization) != nil {
		return nil
	}
	return cloud.Errorf(cloud.NotFound, "Organization not found")
}

// May returns Forbidden, naming the permission, unless the principal has all
// permissions on the resource, which belongs to the organization: that it does is
// for the caller to know.
func (p Principal) May(organization uuid.UUID, resource cloud.Resource, permissions ...cloud.Permission) error {
	if p.kind == KindOperator {
		return nil
	}
	policies := p.policies(organization)
	for _, permission := range permissions {
		if policies == nil || !policies.Allows(permission, resource) {
			return cloud.Errorf(cloud.Forbidden, "This needs the permission %s, which %s does not have", permission, p.Described())
		}
	}
	return nil
}

// Covers reports whether the principal may do all that the policies allow in the organization.
func (p Principal) Covers(organization uuid.UUID, policies *Policies) bool {
	if p.kind == KindOperator {
		return true
	}
	mine := p.policies(organization)
	return mine != nil && mine.Covers(policies)
}

// CoversBeside reports whether all that the policies allow in the organization is held
// already by whom they are for, or may be done by the principal.
func (p Principal) CoversBeside(organization uuid.UUID, held, policies *Policies) bool {
	if p.kind == KindOperator {
		return true
	}
	mine := p.policies(organization)
	return mine != nil && mine.CoversBeside(held, policies)
}

// PermissionsIn returns the permissions that the principal has in the organization,
// in the order of the catalogue: those on the organization itself, and those of
// services on each of its services.
func (p Principal) PermissionsIn(organization uuid.UUID) []cloud.Permission {
	if p.kind == KindOperator {
		return cloud.Permissions()
	}
	policies := p.policies(organization)
	return slices.DeleteFunc(cloud.Permissions(), func(permission cloud.Permission) bool {
		resource := cloud.AllInstances
		if permission.OfOrganization() {
			resource = cloud.OrganizationResource(organization)
		}
		return policies == nil || !policies.Allows(permission, resource)
	})
}

// ServicePermissionsIn returns what the principal may do on services of the organization:
// under AllInstances on each that is not there by itself, as those are that a policy names.
func (p Principal) ServicePermissionsIn(organization uuid.UUID) map[cloud.Resource][]cloud.Permission {
	if p.kind == KindOperator {
		return map[cloud.Resource][]cloud.Permission{cloud.AllInstances: servicePermissions(^set(0))}
	}
	policies := p.policies(organization)
	if policies == nil {
		return nil
	}
	out := map[cloud.Resource][]cloud.Permission{cloud.AllInstances: servicePermissions(policies.others.permissions)}
	for id, r := range policies.instances {
		out[cloud.InstanceResource(id)] = servicePermissions(r.permissions)
	}
	return out
}

// servicePermissions returns those of services that are in the set; never nil.
func servicePermissions(of set) []cloud.Permission {
	return slices.DeleteFunc(cloud.Permissions(), func(p cloud.Permission) bool { return p.OfOrganization() || bits[p]&of == 0 })
}

// policies returns what a key or a person may do in the organization, nil outside of it.
func (p *Principal) policies(organization uuid.UUID) *Policies {
	switch {
	case p.kind == KindKey && p.key.organization == organization:
		return p.facts.roles.policies()
	case p.kind == KindPerson:
		return p.person.in(organization)
	default:
		return nil
	}
}

// Current returns the principal as it is by now, or the error that authenticating
// it would give by now. A change asks again before it is made, so that nothing is
// changed in the name of a key or a session that has been taken away meanwhile.
func (p Principal) Current() (Principal, error) {
	switch p.kind {
	case KindKey:
		key, facts, err := p.directory.readmit(p.key, p.address)
		if err != nil {
			return Principal{}, err
		}
		p.key, p.facts = key, facts
		return p, nil
	case KindPerson:
		now, err := p.directory.authenticateSession(p.session.token, p.address)
		if err != nil {
			return Principal{}, err
		}
		return now.WithAgent(p.agent), nil
	default:
		return p, nil
	}
}

// Take counts one request against the limit of the principal's key and reports
// how much is left. The operator and people have no limit: ok is false.
func (p Principal) Take(limit Limit) (usage LimitUsage, ok bool) {
	if p.kind != KindKey {
		return LimitUsage{}, false
	}
	return p.key.window.take(p.directory.clock.Now(), limit), true
}
