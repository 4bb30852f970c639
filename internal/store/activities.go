package store

import (
	"context"
	"math"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const activityColumns = `id, organization_id, sequence, created_at, type, actor_type, actor_id, actor_details, actor_address, user_agent,
	target_key_id, key_update, target_type, target_id, target_name`

// ActivityRange selects activities. Zero fields but Limit do not restrict.
type ActivityRange struct {
	From   time.Time // inclusive
	Before time.Time // exclusive
	// Older selects those before the activity with this sequence.
	Older int64
	// Search selects those that have it in their type, the details or the address of
	// their actor, or the name or id of what they are about, in upper or lower case. A whole
	// id (36 characters) selects those that are about it, and no others. See SearchActivities.
	Search string
	// Limit is how many there are at most.
	Limit int
}

// Activities returns activities of the organization, newest first. It does not search.
func (r *Reader) Activities(ctx context.Context, organization uuid.UUID, in ActivityRange) ([]cloud.Activity, error) {
	from, before, older := in.bounds()
	rows, err := r.q.QueryContext(ctx, `SELECT `+activityColumns+` FROM activities
		WHERE organization_id = $1 AND created_at >= $2 AND created_at < $3 AND sequence < $4 ORDER BY sequence DESC LIMIT $5`,
		organization.String(), from, before, older, in.Limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanActivity)
}

// bounds returns the instants between which the range is, and the sequence before which.
func (in ActivityRange) bounds() (from, before, older int64) {
	from, before, older = math.MinInt64, math.MaxInt64, math.MaxInt64
	if !in.From.IsZero() {
		from = ceilMilli(in.From)
	}
	if !in.Before.IsZero() {
		before = ceilMilli(in.Before)
	}
	if in.Older != 0 {
		older = in.Older
	}
	return from, before, older
}

// activitiesAbout selects what is about an id, by an index for each of the two columns that
// can have it. The console asks it every few seconds for a service.
const activitiesAbout = `SELECT * FROM (SELECT ` + activityColumns + ` FROM activities
		WHERE organization_id = $1 AND created_at >= $2 AND created_at < $3 AND sequence < $4 AND target_id = $6 ORDER BY sequence DESC LIMIT $5) AS targeted
	UNION SELECT * FROM (SELECT ` + activityColumns + ` FROM activities
		WHERE organization_id = $1 AND created_at >= $2 AND created_at < $3 AND sequence < $4 AND target_key_id = $6 ORDER BY sequence DESC LIMIT $5) AS of_key
	ORDER BY sequence DESC LIMIT $5`

// aboutID returns the activities about a whole id, newest first.
func (r *Reader) aboutID(ctx context.Context, organization uuid.UUID, in ActivityRange, id uuid.UUID) ([]cloud.Activity, error) {
	from, before, older := in.bounds()
	rows, err := r.q.QueryContext(ctx, activitiesAbout, organization.String(), from, before, older, in.Limit, id.String())
	if err != nil {
		return nil, err
	}
	return collect(rows, scanActivity)
}

// wholeID returns the id that a text is, in the form in which ids are shown.
func wholeID(text string) (id uuid.UUID, whole bool) {
	id, err := uuid.Parse(text)
	return id, err == nil && len(text) == len(uuid.Nil.String())
}

// ActivitiesSearched is how many activities one search looks at, and
// activitiesAtOnce how many of them one statement reads.
const (
	ActivitiesSearched = 10_000
	activitiesAtOnce   = 1000
)

// SearchActivities returns activities of the organization, newest first. When it has
// looked at ActivitiesSearched without finding Limit, it returns what it has found
// and the place after which to search on, else 0. Activities are never altered, so
// there is no folded text beside them for the database to search in; an id it finds by
// its indexes.
func (r *Reader) SearchActivities(ctx context.Context, organization uuid.UUID, in ActivityRange) (found []cloud.Activity, after int64, err error) {
	if id, whole := wholeID(in.Search); whole {
		found, err = r.aboutID(ctx, organization, in, id)
		return found, 0, err
	}
	limit, part := in.Limit, cloud.Fold(in.Search)
	in.Limit = activitiesAtOnce
	for range ActivitiesSearched / activitiesAtOnce {
		some, err := r.Activities(ctx, organization, in)
		if err != nil {
			return nil, 0, err
		}
		for _, a := range some {
			if !matches(a, part) {
				continue
			}
			if found = append(found, a); len(found) == limit {
				return found, 0, nil
			}
		}
		if len(some) < activitiesAtOnce {
			return found, 0, nil
		}
		in.Older = some[len(some)-1].Sequence
	}
	return found, in.Older, nil
}

// matches reports whether the folded part is in what an activity is searched by.
func matches(a cloud.Activity, part string) bool {
	in := func(text string) bool { return strings.Contains(cloud.Fold(text), part) }
	return in(string(a.Type)) || in(a.Actor.Details) || a.Actor.Address.IsValid() && in(a.Actor.Address.String()) ||
		a.TargetKeyID != uuid.Nil && in(a.TargetKeyID.String()) || in(a.Target.Name) || in(a.Target.ID)
}

// ceilMilli returns the first millisecond that is not before the instant: activities
// are kept by the millisecond.
func ceilMilli(at time.Time) int64 {
	milli := at.UnixMilli()
	if time.UnixMilli(milli).Before(at) {
		milli++
	}
	return milli
}

const activityNotFound = "Activity not found"

// Activity returns an activity of the organization, or NotFound. The id may be any text.
func (r *Reader) Activity(ctx context.Context, organization uuid.UUID, id string) (cloud.Activity, error) {
	// PostgreSQL fails on text that it could not keep, such as a NUL.
	if _, err := uuid.Parse(id); err != nil {
		return cloud.Activity{}, cloud.Errorf(cloud.NotFound, activityNotFound)
	}
	row := r.q.QueryRowContext(ctx, `SELECT `+activityColumns+` FROM activities WHERE organization_id = $1 AND id = $2`, organization.String(), id)
	return found(row, scanActivity, activityNotFound)
}

func scanActivity(scan func(...any) error) (a cloud.Activity, err error) {
	var created int64
	var address, key string
	err = scan(uuidColumn{&a.ID}, uuidColumn{&a.OrganizationID}, &a.Sequence, &created, &a.Type, &a.Actor.Type, &a.Actor.ID, &a.Actor.Details,
		&address, &a.Actor.UserAgent, &key, &a.KeyUpdate, &a.Target.Type, &a.Target.ID, &a.Target.Name)
	if err != nil {
		return a, err
	}
	a.CreatedAt = time.UnixMilli(created).UTC()
	if address != "" {
		if a.Actor.Address, err = netip.ParseAddr(address); err != nil {
			return a, err
		}
	}
	if key != "" {
		a.TargetKeyID, err = uuid.Parse(key)
	}
	return a, err
}

// Record adds an activity to the change.
func (t *Tx) Record(ctx context.Context, a cloud.Activity) error {
	address, key := "", ""
	if a.Actor.Address.IsValid() {
		address = a.Actor.Address.String()
	}
	if a.TargetKeyID != uuid.Nil {
		key = a.TargetKeyID.String()
	}
	_, err := t.exec(ctx, `INSERT INTO activities (id, organization_id, sequence, revision, created_at, type, actor_type, actor_id, actor_details,
		actor_address, user_agent, target_key_id, key_update, target_type, target_id, target_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		a.ID.String(), a.OrganizationID.String(), t.next(), t.revision, a.CreatedAt.UnixMilli(), string(a.Type), string(a.Actor.Type), a.Actor.ID,
		a.Actor.Details, address, a.Actor.UserAgent, key, string(a.KeyUpdate), string(a.Target.Type), a.Target.ID, a.Target.Name)
	return err
}
