package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// Bootstrap is what a new store begins with.
type Bootstrap struct {
	Organization string
	// FirstKey, when not nil, becomes a key with the role Admin.
	FirstKey *cloud.Credential
	// SetupToken opens the set-up of the first person.
	SetupToken cloud.Secret
}

// Begin gives a store without an organization its first one and what belongs to
// it, in one transaction, and loads the directory. It returns Conflict when there is
// an organization.
func (c *Control) Begin(ctx context.Context, b Bootstrap) error {
	if err := cloud.CheckName("organization", b.Organization); err != nil {
		return err
	}
	if err := c.Load(ctx); err != nil {
		return err
	}
	actor := cloud.Actor{Type: cloud.ActorSystem, Details: "Gatehouse"}
	return c.commit(ctx, func(tx *store.Tx) (change, error) {
		existing, err := tx.Organizations(ctx)
		if err != nil {
			return change{}, err
		}
		if len(existing) > 0 {
			return change{}, cloud.Errorf(cloud.Conflict, "The store has an organization already")
		}
		org := cloud.Organization{ID: uuid.New(), Name: b.Organization, CreatedAt: c.clock.Now(), EnableCoreDumps: true}
		made := change{organizations: []cloud.Organization{org}}
		if err := tx.InsertOrganization(ctx, org); err != nil {
			return made, err
		}
		if err := c.record(ctx, tx, org.ID, actor, cloud.Activity{Type: cloud.OrganizationCreated}); err != nil {
			return made, err
		}
		if b.FirstKey != nil {
			key, err := c.insertKey(ctx, tx, actor, org.ID, cloud.NewKey{
				Name: "First Admin key", State: cloud.KeyEnabled, RoleIDs: []uuid.UUID{cloud.AdminRoleID},
			}, b.FirstKey.Hashed())
			if err != nil {
				return made, err
			}
			made.keys = []cloud.Key{key}
		}
		return made, c.replaceSetupLink(ctx, tx, b.SetupToken)
	})
}

// IsNew reports whether the store has no organization yet.
func (c *Control) IsNew(ctx context.Context) (isNew bool, err error) {
	err = c.store.Read(ctx, func(r *store.Reader) error {
		organizations, err := r.Organizations(ctx)
		isNew = len(organizations) == 0
		return err
	})
	return isNew, err
}
