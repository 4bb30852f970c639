package engine

import (
	"context"
	"fmt"
)

// Activity is what goes on in a server, without what Gatehouse asks itself. A ping
// over HTTP is no query.
type Activity struct {
	UserQueries uint64 // begun since the server started
	Running     int    // queries of users
	Merges      int    // of parts, mutations among them
}

func (h *host) activity(ctx context.Context) (Activity, error) {
	queries := "(SELECT sum(ProfileEvents['Query']) FROM system.user_processes WHERE user NOT IN ('', '" + internalUser + "'))"
	asked := uint64(0)
	if !h.countsByUser() { // take away what was ours, this one too
		queries = "(SELECT sum(value) FROM system.events WHERE event = 'Query')"
		asked = h.client.asked.Load() + 1
	}
	text, err := h.client.text(ctx, "SELECT "+queries+
		", (SELECT count() FROM system.processes WHERE user != '"+internalUser+"')"+
		", (SELECT count() FROM system.merges)")
	if err != nil {
		return Activity{}, err
	}
	var a Activity
	if _, err := fmt.Sscan(text, &a.UserQueries, &a.Running, &a.Merges); err != nil {
		return Activity{}, fmt.Errorf("activity %q: %w", text, err)
	}
	a.UserQueries -= min(asked, a.UserQueries)
	return a, nil
}
