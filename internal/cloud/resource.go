package cloud

import (
	"strings"

	"github.com/google/uuid"
)

// Resource is what a policy is about: "organization/<uuid>", "instance/<uuid>" or
// "instance/*", all services of the organization.
type Resource string

// AllInstances is every service of the organization, those to come included.
const AllInstances Resource = "instance/*"

const (
	organizationResource = "organization/"
	instanceResource     = "instance/"
	uuidLength           = 36
)

// OrganizationResource returns the resource of an organization.
func OrganizationResource(id uuid.UUID) Resource { return Resource(organizationResource + id.String()) }

// InstanceResource returns the resource of a service.
func InstanceResource(id uuid.UUID) Resource { return Resource(instanceResource + id.String()) }

// Organization returns the organization that the resource is, if it is one.
func (r Resource) Organization() (uuid.UUID, bool) { return cutID(string(r), organizationResource) }

// Instance returns the service that the resource is, if it is a single one.
func (r Resource) Instance() (uuid.UUID, bool) { return cutID(string(r), instanceResource) }

// cutID reads prefix and a UUID in its one form of 36 characters: uuid.Parse alone takes others too.
func cutID(text, prefix string) (uuid.UUID, bool) {
	text, ok := strings.CutPrefix(text, prefix)
	if !ok || len(text) != uuidLength {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(text)
	return id, err == nil
}

// ActorRef names somebody a role is assigned to: "apiKey/<uuid>" or "user/<uuid>".
type ActorRef string

const (
	apiKeyActor = "apiKey/"
	personActor = "user/"
)

// KeyActor returns the reference of a key.
func KeyActor(id uuid.UUID) ActorRef { return ActorRef(apiKeyActor + id.String()) }

// PersonActor returns the reference of a person.
func PersonActor(id uuid.UUID) ActorRef { return ActorRef(personActor + id.String()) }

// Person returns the person that the reference names, if it is one.
func (a ActorRef) Person() (uuid.UUID, bool) { return cutID(string(a), personActor) }

// Key returns the key that the reference names, if it is one.
func (a ActorRef) Key() (uuid.UUID, bool) { return cutID(string(a), apiKeyActor) }
