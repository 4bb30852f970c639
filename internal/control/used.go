package control

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// WriteUses writes behind when keys were last used. Uses that could not be
// written are kept for the next call.
func (c *Control) WriteUses(ctx context.Context) error {
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
