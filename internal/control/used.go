package control

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// WriteUses writes behind when keys and sessions were last used and how many requests
// were answered, and removes sessions and counts whose time is over. What could not be
// written is kept for the next call. A crash loses what came since the last one.
func (c *Control) WriteUses(ctx context.Context) error {
	return errors.Join(c.writeKeyUses(ctx), c.writeSessionUses(ctx), c.writeCounts(ctx), c.EndExpired(ctx))
}

// CountRequest counts a request that was answered without an error, in memory. What
// anybody may do is not counted: no role refuses it.
func (c *Control) CountRequest(p access.Principal, o Operation, about access.Subject) {
	if len(required[o]) > 0 {
		c.directory.CountRequest(p, string(o), about)
	}
}

func (c *Control) writeCounts(ctx context.Context) error {
	c.counting.Lock()
	defer c.counting.Unlock()
	if lost := c.directory.TakeLostCounts(); lost > 0 {
		c.log.Warn("requests were not counted: there were too many kinds of them since the last write", "requests", lost, "counters", access.MaxCounters)
	}
	left, err := c.store.AddRequestCounts(ctx, c.directory.TakeCounts())
	c.directory.ReturnCounts(left)
	if today := cloud.DayOf(c.clock.Now()); err == nil && c.swept != today {
		if err = c.store.DeleteRequestCounts(ctx, firstCounted(today)); err == nil {
			c.swept = today
		}
	}
	return err
}

// firstCounted returns the first of the days for which requests are kept.
func firstCounted(today cloud.Day) cloud.Day { return today - cloud.CountedDays + 1 }

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
