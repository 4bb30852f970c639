package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// record writes the activity of the principal.
func (c *Control) record(ctx context.Context, tx *store.Tx, organization uuid.UUID, actor cloud.Actor, a cloud.Activity) error {
	a.ID, a.OrganizationID, a.Actor, a.CreatedAt = uuid.New(), organization, actor, c.clock.Now()
	return tx.Record(ctx, a)
}

// recordOf records what is about a person in each of their organizations.
func (c *Control) recordOf(ctx context.Context, tx *store.Tx, person cloud.Person, actor cloud.Actor, kind cloud.ActivityType) error {
	for _, m := range person.Memberships {
		if err := c.record(ctx, tx, m.OrganizationID, actor, aboutMember(person, kind)); err != nil {
			return err
		}
	}
	return nil
}

func aboutKey(k cloud.Key, kind cloud.ActivityType, update cloud.KeyUpdate) cloud.Activity {
	return cloud.Activity{Type: kind, TargetKeyID: k.ID, KeyUpdate: update, Target: cloud.Target{Type: cloud.TargetKey, ID: k.ID.String(), Name: k.Name}}
}

func aboutRole(r cloud.Role, kind cloud.ActivityType) cloud.Activity {
	return cloud.Activity{Type: kind, Target: cloud.Target{Type: cloud.TargetRole, ID: r.ID.String(), Name: r.Name}}
}

func aboutService(s cloud.Service, kind cloud.ActivityType) cloud.Activity {
	return cloud.Activity{Type: kind, Target: cloud.Target{Type: cloud.TargetService, ID: s.ID.String(), Name: s.Name}}
}

func aboutMember(p cloud.Person, kind cloud.ActivityType) cloud.Activity {
	return cloud.Activity{Type: kind, Target: cloud.Target{Type: cloud.TargetMember, ID: p.ID.String(), Name: p.Email}}
}

func aboutInvitation(i cloud.Invitation, kind cloud.ActivityType) cloud.Activity {
	return cloud.Activity{Type: kind, Target: cloud.Target{Type: cloud.TargetInvitation, ID: i.ID.String(), Name: i.Email}}
}
