package cloud

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// KeyState says whether a key may be used.
type KeyState string

// The states of a key (OpenAPI schema ApiKey).
const (
	KeyEnabled  KeyState = "enabled"
	KeyDisabled KeyState = "disabled"
)

// ParseKeyState returns Invalid, naming field and value, for a state that does not exist.
func ParseKeyState(field, text string) (KeyState, error) {
	switch s := KeyState(text); s {
	case KeyEnabled, KeyDisabled:
		return s, nil
	default:
		return "", Errorf(Invalid, "%s: expected one of enabled, disabled, got %q", field, text)
	}
}

// Key is an API key (OpenAPI schema ApiKey). It has two identifiers: ID names it
// in paths; the key ID, of which only a hash is kept, is its user name in HTTP Basic.
type Key struct {
	ID             uuid.UUID
	OrganizationID uuid.UUID
	Name           string
	State          KeyState
	Credential     HashedCredential
	RoleIDs        []uuid.UUID // in the order they were assigned in
	Expiry         Expiry
	Addresses      AddressList
	CreatedAt      time.Time
	CreatedBy      Creator
	// UsedAt is the minute of the last use; zero when the key was never used.
	// It is written behind: a crash may lose the last minute.
	UsedAt time.Time
	// Sequence grows with each key that is created: the order of lists.
	Sequence int64
}

// Active reports whether the key may be used at the given instant, addresses aside.
func (k Key) Active(now time.Time) bool { return k.State == KeyEnabled && !k.Expiry.PassedAt(now) }

// Usable reports whether the key may be used at the given instant from anywhere at all.
func (k Key) Usable(now time.Time) bool { return k.Active(now) && !k.Addresses.Set().Empty() }

// Admin reports whether the key has the role Admin.
func (k Key) Admin() bool { return slices.Contains(k.RoleIDs, AdminRoleID) }

// Creator is who made a key, as known then: a deleted creator is still shown.
type Creator struct {
	Type    ActorType
	ID      string // empty for an actor without an id, such as the system
	Details string // the name of the key or person
}

// MaxKeyRoles is the largest number of roles of a key.
const MaxKeyRoles = 100

// NewKey describes a key to make. Its fields are checked values.
type NewKey struct {
	Name      string
	State     KeyState
	RoleIDs   []uuid.UUID
	Expiry    Expiry
	Addresses AddressList
	// Hashed is set when the client brings its own credential.
	Hashed *HashedCredential
}

// KeyPatch changes what is not nil. Lists are replaced as a whole.
type KeyPatch struct {
	Name      *string
	State     *KeyState
	RoleIDs   *[]uuid.UUID
	Expiry    *Expiry
	Addresses *AddressList
	// LegacyRoles says that RoleIDs were given as legacy roles, for the activity.
	LegacyRoles bool
}
