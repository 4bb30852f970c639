package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// apiKey is OpenAPI schema ApiKey.
type apiKey struct {
	ID            uuid.UUID      `json:"id" format:"uuid" doc:"The id of the key in paths. It is not the key ID that the key signs in with."`
	Name          string         `json:"name" example:"ci" doc:"The name of the key. Two keys may have the same."`
	State         keyState       `json:"state" doc:"Whether the key may be used."`
	Roles         []legacyRole   `json:"roles" deprecated:"true" doc:"The old names of the assigned roles, as far as they have one. See assignedRoles."`
	AssignedRoles []assignedRole `json:"assignedRoles" doc:"The roles of the key."`
	KeySuffix     string         `json:"keySuffix" example:"x7Qd" doc:"The last four characters of the key ID."`
	CreatedAt     time.Time      `json:"createdAt" doc:"When the key was created."`
	ExpireAt      expiryText     `json:"expireAt" doc:"When the key expires, as it was given; null when it never does."`
	UsedAt        *time.Time     `json:"usedAt,omitempty" doc:"The minute in which the key was last used; absent when it never was."`
	IPAccessList  *[]ipEntry     `json:"ipAccessList,omitempty" doc:"From where the key may be used: absent means from anywhere, an empty list from nowhere."`
	CreatedBy     createdBy      `json:"createdBy" doc:"Who created the key."`
}

// TransformSchema implements huma.SchemaTransformer: it marks what the Cloud does not have.
func (apiKey) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return markAddition(s, "createdBy")
}

// markAddition marks properties as ours.
func markAddition(s *huma.Schema, names ...string) *huma.Schema {
	for _, name := range names {
		property := *s.Properties[name]
		if property.Ref != "" {
			// What stands beside a reference is ignored by some readers.
			property = huma.Schema{AllOf: []*huma.Schema{{Ref: property.Ref}}, Description: property.Description}
		}
		property.Extensions = map[string]any{"x-gatehouse": true}
		s.Properties[name] = &property
	}
	return s
}

// createdBy is who created a key, as known then.
type createdBy struct {
	ActorType    actorType `json:"actorType" doc:"What kind of actor it was."`
	ActorID      string    `json:"actorId,omitempty" example:"8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"The id of the actor: of a key its id, of a person the user id; absent for the system."`
	ActorDetails string    `json:"actorDetails" example:"First Admin key" doc:"The name that the actor had then."`
}

// ipEntry is OpenAPI schema IpAccessListEntry.
type ipEntry struct {
	Source      string `json:"source" example:"203.0.113.0/24" doc:"An IPv4 or IPv6 address or CIDR range. 0.0.0.0/0 is any address, IPv6 included."`
	Description string `json:"description,omitempty" example:"office" doc:"What is there."`
}

type keyState string

// Schema implements huma.SchemaProvider.
func (keyState) Schema(huma.Registry) *huma.Schema { return textEnum("enabled", "disabled") }

// apiKeyPostRequest is OpenAPI schema ApiKeyPostRequest.
type apiKeyPostRequest struct {
	Name            string          `json:"name" example:"ci" doc:"The name of the key, 1 to 255 characters."`
	ExpireAt        expireAt        `json:"expireAt,omitempty" doc:"When the key expires (RFC 3339, in the future). Absent, null or empty: never."`
	State           *keyState       `json:"state,omitempty" doc:"Whether the key may be used. Absent: enabled."`
	HashData        *apiKeyHashData `json:"hashData,omitempty" doc:"A credential that the client made itself: Gatehouse then never learns it."`
	Roles           *[]legacyRole   `json:"roles,omitempty" deprecated:"true" minItems:"1" doc:"Roles by their old names. Use assignedRoleIds instead."`
	AssignedRoleIDs *[]string       `json:"assignedRoleIds,omitempty" format:"uuid" doc:"The ids of the roles of the key, at most 100. A key without roles can sign in and see its organization's name."`
	IPAccessList    *[]ipEntry      `json:"ipAccessList,omitempty" doc:"From where the key may be used, at most 1000 entries. Absent: from anywhere. Empty: from nowhere."`
}

// apiKeyHashData is OpenAPI schema ApiKeyHashData.
type apiKeyHashData struct {
	KeyIDHash     string `json:"keyIdHash" example:"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=" doc:"Standard Base64 of the SHA-256 of the key ID, 44 characters."`
	KeyIDSuffix   string `json:"keyIdSuffix" example:"x7Qd" doc:"The last four characters of the key ID."`
	KeySecretHash string `json:"keySecretHash" example:"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=" doc:"Standard Base64 of the SHA-256 of the key secret, 44 characters."`
}

// apiKeyPatchRequest is OpenAPI schema ApiKeyPatchRequest.
type apiKeyPatchRequest struct {
	Name            *string       `json:"name,omitempty" example:"ci" doc:"The new name, 1 to 255 characters."`
	Roles           *[]legacyRole `json:"roles,omitempty" deprecated:"true" doc:"Roles by their old names, in place of all roles. Use assignedRoleIds instead."`
	AssignedRoleIDs *[]string     `json:"assignedRoleIds,omitempty" format:"uuid" doc:"The ids of the roles of the key, in place of all roles."`
	ExpireAt        expireAt      `json:"expireAt,omitempty" doc:"When the key expires (RFC 3339, in the future). Null or empty: never."`
	State           *keyState     `json:"state,omitempty" doc:"Whether the key may be used."`
	IPAccessList    *[]ipEntry    `json:"ipAccessList,omitempty" doc:"From where the key may be used, in place of the whole list. Empty: from nowhere."`
}

// apiKeyPostResponse is OpenAPI schema ApiKeyPostResponse.
type apiKeyPostResponse struct {
	Key       apiKey `json:"key" doc:"The key."`
	KeyID     string `json:"keyId,omitempty" example:"the 20 characters of the key ID" doc:"The key ID, shown this once; absent when the client brought hashData."`
	KeySecret string `json:"keySecret,omitempty" example:"the 42 characters of the key secret" doc:"The key secret, shown this once; absent when the client brought hashData."`
}

// KeyPath is the part of a request that names a key.
type KeyPath struct {
	OrganizationPath
	KeyID string `path:"keyId" format:"uuid" doc:"The id of the key: the UUID, not the key ID that it signs in with."`
}

func (p KeyPath) ids() (organization, key uuid.UUID, err error) {
	return p.and("keyId", p.KeyID)
}

func (s *server) registerKeys() {
	const list, one = "/v1/organizations/{organizationId}/keys", "/v1/organizations/{organizationId}/keys/{keyId}"
	register(s, spec{
		id: control.KeyGetList, method: http.MethodGet, path: list, tag: tagKeys,
		summary: "List keys",
		description: "Returns the keys of the organization, oldest first unless `sort` or `order` say otherwise. Without `limit` and `cursor` the page " +
			"holds up to 1000 keys, so that a client that knows no paging sees all of them.",
	}, s.listKeys)
	markKeyListAdditions(s.api.OpenAPI().Paths[list].Get)
	register(s, spec{
		id: control.KeyCreate, method: http.MethodPost, path: list, tag: tagKeys, conflicts: true,
		summary:     "Create a key",
		description: "Creates a key. Key ID and key secret are in this answer and nowhere afterwards. Nobody can give a key a role that allows more than they may do.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		Body apiKeyPostRequest
	},
	) (result[apiKeyPostResponse], error) {
		return s.createKey(ctx, p, in.OrganizationPath, in.Body)
	})
	register(s, spec{
		id: control.KeyGet, method: http.MethodGet, path: one, tag: tagKeys,
		summary: "Get a key", description: "Returns a key.",
	}, func(ctx context.Context, p access.Principal, in *KeyPath) (result[apiKey], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[apiKey]{}, err
		}
		k, err := s.Control.Key(ctx, p, organization, id)
		return answer(ctx, s.showKey(k)), err
	})
	register(s, spec{
		id: control.KeyUpdate, method: http.MethodPatch, path: one, tag: tagKeys, conflicts: true,
		summary: "Update a key",
		description: "Changes the fields that are given and returns the whole key. What is taken away is refused from the moment of the answer. " +
			"The last usable key with the role Admin cannot be made unusable.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		KeyPath
		Body apiKeyPatchRequest
	},
	) (result[apiKey], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[apiKey]{}, err
		}
		patch, err := in.Body.patch()
		if err != nil {
			return result[apiKey]{}, err
		}
		k, err := s.Control.UpdateKey(ctx, p, organization, id, patch)
		return answer(ctx, s.showKey(k)), err
	})
	register(s, spec{
		id: control.KeyDelete, method: http.MethodDelete, path: one, tag: tagKeys, conflicts: true,
		summary: "Delete a key",
		description: "Deletes a key for good: it is refused from the moment of the answer. A key cannot delete itself, and the last usable key " +
			"with the role Admin cannot be deleted.",
	}, func(ctx context.Context, p access.Principal, in *KeyPath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteKey(ctx, p, organization, id)
	})
}

func (s *server) createKey(ctx context.Context, p access.Principal, path OrganizationPath, in apiKeyPostRequest) (out result[apiKeyPostResponse], err error) {
	organization, err := path.id()
	if err != nil {
		return out, err
	}
	n, err := in.newKey()
	if err != nil {
		return out, err
	}
	k, credential, err := s.Control.CreateKey(ctx, p, organization, n)
	if err != nil {
		return out, err
	}
	out = answer(ctx, apiKeyPostResponse{Key: s.showKey(k)})
	if credential != nil {
		out.Result.KeyID, out.Result.KeySecret = credential.KeyID, credential.Secret.Reveal()
	}
	return out, nil
}

// newKey returns what the request asks for, or Invalid.
func (r apiKeyPostRequest) newKey() (n cloud.NewKey, err error) {
	n = cloud.NewKey{Name: r.Name, State: cloud.KeyEnabled}
	if r.State != nil {
		if n.State, err = cloud.ParseKeyState("state", string(*r.State)); err != nil {
			return n, err
		}
	}
	if n.Expiry, err = r.ExpireAt.expiry(); err != nil {
		return n, err
	}
	roleIDs, _, err := readRoles(r.Roles, r.AssignedRoleIDs)
	if err != nil {
		return n, err
	}
	if roleIDs != nil {
		n.RoleIDs = *roleIDs
	}
	addresses, err := readAddresses(r.IPAccessList)
	if err != nil {
		return n, err
	}
	if addresses != nil {
		n.Addresses = *addresses
	}
	if r.HashData != nil {
		hashed, err := cloud.ParseHashedCredential(r.HashData.KeyIDHash, r.HashData.KeyIDSuffix, r.HashData.KeySecretHash)
		if err != nil {
			return n, err
		}
		n.Hashed = &hashed
	}
	return n, nil
}

// patch returns what the request asks for, or Invalid.
func (r apiKeyPatchRequest) patch() (p cloud.KeyPatch, err error) {
	p.Name = r.Name
	if r.State != nil {
		state, err := cloud.ParseKeyState("state", string(*r.State))
		if err != nil {
			return p, err
		}
		p.State = &state
	}
	if r.ExpireAt.given {
		expiry, err := r.ExpireAt.expiry()
		if err != nil {
			return p, err
		}
		p.Expiry = &expiry
	}
	if p.RoleIDs, p.LegacyRoles, err = readRoles(r.Roles, r.AssignedRoleIDs); err != nil {
		return p, err
	}
	p.Addresses, err = readAddresses(r.IPAccessList)
	return p, err
}

func readAddresses(in *[]ipEntry) (*cloud.AddressList, error) {
	if in == nil {
		return nil, nil
	}
	entries := make([]cloud.AddressEntry, 0, len(*in))
	for _, e := range *in {
		entries = append(entries, cloud.AddressEntry(e))
	}
	list, err := cloud.ParseAddressList("ipAccessList", entries)
	return &list, err
}

func (s *server) showKey(k cloud.Key) apiKey {
	assigned := s.Control.AssignedRoles(k.OrganizationID, k.RoleIDs)
	shown := apiKey{
		ID: k.ID, Name: k.Name, State: keyState(k.State), Roles: []legacyRole{}, KeySuffix: k.Credential.Suffix,
		CreatedAt: k.CreatedAt, ExpireAt: expiryText{k.Expiry},
		CreatedBy: createdBy{actorType(k.CreatedBy.Type), k.CreatedBy.ID, k.CreatedBy.Details},
	}
	for _, r := range cloud.LegacyRoles(assigned) {
		shown.Roles = append(shown.Roles, legacyRole(r))
	}
	shown.AssignedRoles = showAssigned(assigned)
	if !k.UsedAt.IsZero() {
		shown.UsedAt = &k.UsedAt
	}
	if !k.Addresses.Anywhere() {
		list := make([]ipEntry, 0, len(k.Addresses))
		for _, e := range k.Addresses {
			list = append(list, ipEntry(e))
		}
		shown.IPAccessList = &list
	}
	return shown
}
