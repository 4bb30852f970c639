package control

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// KeyPage is a part of the keys of an organization.
type KeyPage struct {
	Keys []cloud.Key
	// Total is how many keys the query selects, on whichever page.
	Total int
	// Next is where the next page begins; nil at the end.
	Next *store.KeyPlace
	// At is the instant that statuses are of.
	At time.Time
}

// Keys returns the keys that the query selects. Without an instant of its own, which
// the pages of one list share, statuses are those of now. In the order by last use a
// use counts once it is written.
func (c *Control) Keys(ctx context.Context, p access.Principal, organization uuid.UUID, q store.KeyQuery) (page KeyPage, err error) {
	if err := c.authorize(p, KeyGetList, organization); err != nil {
		return page, err
	}
	if q.At.IsZero() {
		q.At = c.clock.Now()
	}
	page.At = q.At
	limit := q.Limit
	q.Limit++ // one more shows whether there is a next page
	err = c.store.Read(ctx, func(r *store.Reader) (err error) {
		if page.Keys, err = r.Keys(ctx, organization, q); err != nil {
			return err
		}
		page.Total, err = r.CountSelected(ctx, organization, q)
		return err
	})
	if len(page.Keys) > limit {
		page.Keys = page.Keys[:limit]
		place := q.Place(page.Keys[limit-1])
		page.Next = &place
	}
	for i := range page.Keys {
		c.addUse(&page.Keys[i])
	}
	return page, err
}

// Key returns a key.
func (c *Control) Key(ctx context.Context, p access.Principal, organization, id uuid.UUID) (k cloud.Key, err error) {
	if err := c.authorize(p, KeyGet, organization); err != nil {
		return k, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		k, err = r.Key(ctx, organization, id)
		return err
	})
	c.addUse(&k)
	return k, err
}

// addUse adds a use that is not written yet.
func (c *Control) addUse(k *cloud.Key) {
	if at := c.directory.UsedAt(*k); at.After(k.UsedAt) {
		k.UsedAt = at
	}
}

// CreateKey makes a key. The credential is returned unless the client brought its
// own, and cannot be had again.
func (c *Control) CreateKey(ctx context.Context, p access.Principal, organization uuid.UUID, n cloud.NewKey) (cloud.Key, *cloud.Credential, error) {
	var key cloud.Key
	var credential *cloud.Credential
	err := c.write(ctx, p, KeyCreate, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		if err := c.checkNewKey(ctx, tx, p, organization, n); err != nil {
			return change{}, err
		}
		hashed := n.Hashed
		if hashed == nil {
			made := cloud.NewCredential()
			h := made.Hashed()
			credential, hashed = &made, &h
		}
		var err error
		key, err = c.insertKey(ctx, tx, p.Actor(), organization, n, *hashed)
		return change{keys: []cloud.Key{key}}, err
	})
	if err != nil {
		return cloud.Key{}, nil, err
	}
	return key, credential, nil
}

func (c *Control) checkNewKey(ctx context.Context, tx *store.Tx, p access.Principal, organization uuid.UUID, n cloud.NewKey) error {
	if err := cloud.CheckName("name", n.Name); err != nil {
		return err
	}
	if err := checkExpiry(n.Expiry, c.clock.Now()); err != nil {
		return err
	}
	roles, err := tx.PlainRoles(ctx, organization)
	if err != nil {
		return err
	}
	if err := checkGrant(p, organization, roles, nil, n.RoleIDs); err != nil {
		return err
	}
	total, err := tx.CountKeys(ctx, organization)
	if err != nil {
		return err
	}
	if total >= c.limits.Keys {
		return cloud.Errorf(cloud.Invalid, "The organization has %d API keys, which is its quota %s of %d: delete a key first", total, cloud.QuotaKeys, c.limits.Keys)
	}
	if n.Hashed == nil {
		return nil
	}
	taken, err := tx.KeyIDTaken(ctx, n.Hashed.KeyID)
	if err == nil && taken {
		err = cloud.Errorf(cloud.Conflict, "hashData.keyIdHash: a key with this key ID exists already")
	}
	return err
}

// insertKey writes the key and its activity.
func (c *Control) insertKey(ctx context.Context, tx *store.Tx, actor cloud.Actor, organization uuid.UUID, n cloud.NewKey, hashed cloud.HashedCredential) (cloud.Key, error) {
	key, err := tx.InsertKey(ctx, cloud.Key{
		ID: uuid.New(), OrganizationID: organization, Name: n.Name, State: n.State, Credential: hashed, RoleIDs: n.RoleIDs,
		Expiry: n.Expiry, Addresses: n.Addresses, CreatedAt: c.clock.Now(), CreatedBy: actor.Creator(),
	})
	if err != nil {
		return key, err
	}
	return key, c.record(ctx, tx, organization, actor, aboutKey(key, cloud.KeyCreated, cloud.KeyUpdateCreated))
}

// UpdateKey applies the patch and returns the key as it is then.
func (c *Control) UpdateKey(ctx context.Context, p access.Principal, organization, id uuid.UUID, patch cloud.KeyPatch) (cloud.Key, error) {
	var after cloud.Key
	err := c.write(ctx, p, KeyUpdate, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		before, err := tx.Key(ctx, organization, id)
		if err != nil {
			return change{}, err
		}
		if after, err = c.patched(before, patch); err != nil {
			return change{}, err
		}
		updates := keyUpdates(before, after, patch.LegacyRoles)
		if len(updates) == 0 {
			return change{}, store.ErrUnchanged
		}
		if err := checkKeyChange(ctx, tx, p, before, after); err != nil {
			return change{}, err
		}
		err = c.keepsAdminKey(ctx, tx, before, func() error { return tx.UpdateKey(ctx, after) })
		if err != nil {
			return change{}, err
		}
		for _, u := range updates {
			if err := c.record(ctx, tx, organization, p.Actor(), aboutKey(after, cloud.KeyUpdated, u)); err != nil {
				return change{}, err
			}
		}
		return change{keys: []cloud.Key{after}}, nil
	})
	c.addUse(&after)
	return after, err
}

// patched returns the key with the patch applied, or Invalid.
func (c *Control) patched(k cloud.Key, patch cloud.KeyPatch) (cloud.Key, error) {
	if patch.Name != nil {
		if err := cloud.CheckName("name", *patch.Name); err != nil {
			return k, err
		}
		k.Name = *patch.Name
	}
	if patch.State != nil {
		k.State = *patch.State
	}
	if patch.RoleIDs != nil {
		k.RoleIDs = *patch.RoleIDs
	}
	if patch.Expiry != nil && *patch.Expiry != k.Expiry {
		// An expiry that is sent back unchanged may have passed.
		if err := checkExpiry(*patch.Expiry, c.clock.Now()); err != nil {
			return k, err
		}
		k.Expiry = *patch.Expiry
	}
	if patch.Addresses != nil {
		k.Addresses = *patch.Addresses
	}
	return k, nil
}

func keyUpdates(before, after cloud.Key, legacyRoles bool) (updates []cloud.KeyUpdate) {
	if before.Name != after.Name {
		updates = append(updates, cloud.KeyUpdateName)
	}
	if before.State != after.State {
		updates = append(updates, cloud.KeyUpdateState)
	}
	if before.Expiry != after.Expiry {
		updates = append(updates, cloud.KeyUpdateExpiry)
	}
	if !before.Addresses.Equal(after.Addresses) {
		updates = append(updates, cloud.KeyUpdateAddresses)
	}
	if !slices.Equal(before.RoleIDs, after.RoleIDs) {
		kind := cloud.KeyUpdateRoles
		if legacyRoles {
			kind = cloud.KeyUpdateOldRoles
		}
		updates = append(updates, kind)
	}
	return updates
}

// checkKeyChange returns Forbidden when the change would give what the principal does not
// hold.
func checkKeyChange(ctx context.Context, tx *store.Tx, p access.Principal, before, after cloud.Key) error {
	roles, err := tx.PlainRoles(ctx, before.OrganizationID)
	if err != nil {
		return err
	}
	held := before.RoleIDs
	if revives(before, after) {
		held = nil // of what it could not use, it holds nothing
	}
	return checkGrant(p, before.OrganizationID, roles, held, after.RoleIDs)
}

// revives reports whether after can be used when or from where before could not: giving
// a key back its power is granting it.
func revives(before, after cloud.Key) bool {
	return after.State == cloud.KeyEnabled && before.State == cloud.KeyDisabled ||
		after.Expiry.Later(before.Expiry) ||
		!before.Addresses.Set().Covers(after.Addresses.Set())
}

// DeleteKey deletes a key for good. A key cannot delete itself.
func (c *Control) DeleteKey(ctx context.Context, p access.Principal, organization, id uuid.UUID) error {
	return c.write(ctx, p, KeyDelete, organization, func(p access.Principal, tx *store.Tx) (change, error) {
		key, err := tx.Key(ctx, organization, id)
		if err != nil {
			return change{}, err
		}
		if p.KeyID() == id {
			return change{}, cloud.Errorf(cloud.Invalid, "A key cannot delete itself: use another key")
		}
		err = c.keepsAdminKey(ctx, tx, key, func() error { return tx.DeleteKey(ctx, key) })
		if err != nil {
			return change{}, err
		}
		services, err := c.leaveQueryEndpoints(ctx, tx, p.Actor(), key)
		if err != nil {
			return change{}, err
		}
		err = c.record(ctx, tx, organization, p.Actor(), aboutKey(key, cloud.KeyDeleted, cloud.KeyUpdateDeleted))
		return change{deletedKeys: []cloud.Key{key}, services: services}, err
	})
}

func checkExpiry(e cloud.Expiry, now time.Time) error {
	if e.PassedAt(now) {
		return cloud.Errorf(cloud.Invalid, "expireAt: expected an instant in the future, got %q; to end a key now, disable or delete it", e)
	}
	return nil
}

// keepsAdminKey is keepsAdmin for a change to a key, which it names.
func (c *Control) keepsAdminKey(ctx context.Context, tx *store.Tx, key cloud.Key, change func() error) error {
	err := c.keepsAdmin(ctx, tx, key.OrganizationID, change)
	if errors.Is(err, errLastKey) {
		return cloud.Errorf(cloud.Conflict, "The key %q is the last usable one with the role %s: give the role to another key first", key.Name, cloud.RoleAdmin)
	}
	return err
}
