package control

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// ActivityPage is a part of the activities of an organization, newest first.
type ActivityPage struct {
	// Activities are fewer than the limit, and perhaps none, when a search has not yet
	// come to the end.
	Activities []cloud.Activity
	// Next is where the next page begins; 0 at the end.
	Next int64
}

// Activities returns the activities that the range selects.
func (c *Control) Activities(ctx context.Context, p access.Principal, organization uuid.UUID, in store.ActivityRange) (page ActivityPage, err error) {
	if err := c.authorize(p, ActivityGetList, organization); err != nil {
		return page, err
	}
	limit := in.Limit
	in.Limit++ // one more shows whether there is a next page
	err = c.store.Read(ctx, func(r *store.Reader) (err error) {
		if in.Search != "" {
			page.Activities, page.Next, err = r.SearchActivities(ctx, organization, in)
			return err
		}
		page.Activities, err = r.Activities(ctx, organization, in)
		return err
	})
	if len(page.Activities) > limit {
		page.Activities = page.Activities[:limit]
		page.Next = page.Activities[limit-1].Sequence
	}
	return page, err
}

// Activity returns an activity.
func (c *Control) Activity(ctx context.Context, p access.Principal, organization uuid.UUID, id string) (a cloud.Activity, err error) {
	if err := c.authorize(p, ActivityGet, organization); err != nil {
		return a, err
	}
	err = c.store.Read(ctx, func(r *store.Reader) error {
		a, err = r.Activity(ctx, organization, id)
		return err
	})
	return a, err
}
