package access

import (
	"net/netip"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Kind says what kind of somebody is asking.
type Kind int

// The kinds of principals.
const (
	KindKey      Kind = iota + 1 // an API key
	KindOperator                 // who has the data directory
)

// Principal is who is asking, found in memory. The zero value may do nothing.
type Principal struct {
	kind      Kind
	directory *Directory
	key       *keyEntry
	facts     *keyFacts
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

// Name returns the name of the key or the account that is asking.
func (p Principal) Name() string {
	if p.kind == KindKey {
		return p.facts.name
	}
	return p.account
}

// Organization returns the organization of the principal, and false for the
// operator, who is in all of them.
func (p Principal) Organization() (uuid.UUID, bool) {
	if p.kind != KindKey {
		return uuid.Nil, false
	}
	return p.key.organization, true
}

// WithAgent returns the principal with the user agent it came with.
func (p Principal) WithAgent(userAgent string) Principal {
	p.agent = userAgent
	return p
}

// Actor returns the principal as an activity remembers it.
func (p Principal) Actor() cloud.Actor {
	if p.kind == KindKey {
		return cloud.Actor{
			Type: cloud.ActorAPI, ID: p.key.id.String(), Details: p.facts.name, Address: p.address, UserAgent: p.agent,
		}
	}
	return cloud.Actor{Type: cloud.ActorSystem, Details: "operator " + p.account, UserAgent: p.agent}
}

// In returns NotFound unless the principal is in the organization: what belongs
// to another organization does not exist.
func (p Principal) In(organization uuid.UUID) error {
	if mine, bound := p.Organization(); p.kind == 0 || bound && mine != organization {
		return cloud.Errorf(cloud.NotFound, "Organization not found")
	}
	return nil
}

// May returns Forbidden, naming the permission, unless the principal has all
// permissions on the resource. It does not ask whose the resource is: In does.
func (p Principal) May(resource cloud.Resource, permissions ...cloud.Permission) error {
	if p.kind == KindOperator {
		return nil
	}
	for _, permission := range permissions {
		if p.kind != KindKey || !p.facts.policies.Allows(permission, resource) {
			return cloud.Errorf(cloud.Forbidden, "This needs the permission %s, which the key %q does not have", permission, p.Name())
		}
	}
	return nil
}

// Covers reports whether the principal may do all that the policies allow.
func (p Principal) Covers(policies *Policies) bool {
	return p.kind == KindOperator || p.kind == KindKey && p.facts.policies.Covers(policies)
}

// Current returns the principal as it is by now, or the error that Authenticate
// would give by now. A change asks again before it is made, so that nothing is
// changed in the name of a key that has been taken away meanwhile.
func (p Principal) Current() (Principal, error) {
	if p.kind != KindKey {
		return p, nil
	}
	key, facts, err := p.directory.readmit(p.key, p.address)
	if err != nil {
		return Principal{}, err
	}
	p.key, p.facts = key, facts
	return p, nil
}

// Take counts one request against the limit of the principal's key and reports
// how much is left. The operator has no limit: ok is false.
func (p Principal) Take(limit Limit) (usage LimitUsage, ok bool) {
	if p.kind != KindKey {
		return LimitUsage{}, false
	}
	return p.key.window.take(p.directory.clock.Now(), limit), true
}
