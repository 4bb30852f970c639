package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// BackupSchedule returns when backups of a service are to be taken.
func (c *Control) BackupSchedule(ctx context.Context, p access.Principal, organization, id uuid.UUID) (cloud.BackupSchedule, error) {
	s, err := c.readService(ctx, p, BackupConfigurationGet, organization, id)
	return s.Backups, err
}

// UpdateBackupSchedule applies the patch and returns the schedule as it is then, or Invalid: then
// nothing of the patch is applied.
func (c *Control) UpdateBackupSchedule(ctx context.Context, p access.Principal, organization, id uuid.UUID, patch cloud.BackupSchedulePatch) (cloud.BackupSchedule, error) {
	s, err := c.changeService(ctx, p, BackupConfigurationUpdate, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) (_ []cloud.Activity, err error) {
		s.Backups, err = patch.Apply(s.Backups)
		return []cloud.Activity{{Type: cloud.ServiceBackupsChanged}}, err
	})
	return s.Backups, err
}
