package control

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// WriteUses writes behind when keys and sessions were last used, and removes sessions
// whose time is over. Uses that could not be written are kept for the next call.
func (c *Control) WriteUses(ctx context.Context) error {
	return errors.Join(c.writeKeyUses(ctx), c.writeSessionUses(ctx), c.EndExpired(ctx))
}

func (c *Control) writeKeyUses(ctx context.Context) error {
	used := c.directory.TakeUsed()
	if len(used) == 0 {
		return nil
	}
	at := make(map[uuid.UUID]time.Time, len(used))
	for _, u := range used {
		at[u.Key] = u.At
	}
	err := c.store.MarkUsed(ctx, at)
	if err != nil {
		c.directory.ReturnUsed(used)
	}
	return err
}

func (c *Control) writeSessionUses(ctx context.Context) error {
	used := c.directory.TakeUsedSessions()
	if len(used) == 0 {
		return nil
	}
	at := make(map[uuid.UUID]time.Time, len(used))
	for _, u := range used {
		at[u.Session] = u.At
	}
	err := c.store.MarkSessionsUsed(ctx, at)
	if err != nil {
		c.directory.ReturnUsedSessions(used)
	}
	return err
}
