package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

const (
	// countsAtOnce is how many counts one statement writes.
	countsAtOnce = 100
	// countsPerWrite is how many counts one transaction writes or deletes: changes
	// that people wait for come between.
	countsPerWrite = 2000
)

// RequestCounts returns the requests of the actor in the organization from one day to
// another, both included: one count for each operation and resource, whose day is that of the
// last request.
func (r *Reader) RequestCounts(ctx context.Context, organization uuid.UUID, actor cloud.ActorRef, from, to cloud.Day) ([]cloud.RequestCount, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT operation, resource, MAX(day), CAST(SUM(requests) AS BIGINT) FROM request_counts
		WHERE organization_id = $1 AND actor = $2 AND day BETWEEN $3 AND $4 GROUP BY operation, resource ORDER BY operation, resource`,
		organization.String(), string(actor), int64(from), int64(to))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(scan func(...any) error) (cloud.RequestCount, error) {
		c := cloud.RequestCount{OrganizationID: organization, Actor: actor}
		return c, scan(&c.Operation, &c.Resource, &c.Day, &c.Requests)
	})
}

// AddRequestCounts adds the counts, no two of which are of the same, to those that are
// there. It is no change: it has no revision and no activity. With an error it returns
// those that were not written. Where a commit was not answered they are among these: a
// request may be counted twice then, but none is missing.
func (s *Store) AddRequestCounts(ctx context.Context, counts []cloud.RequestCount) (left []cloud.RequestCount, err error) {
	for len(counts) > 0 {
		some := counts[:min(len(counts), countsPerWrite)]
		err := s.writeBehind(ctx, func(t *Tx) error {
			for rows := range slices.Chunk(some, countsAtOnce) {
				if err := t.addRequestCounts(ctx, rows); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return counts, err
		}
		counts = counts[len(some):]
	}
	return nil, nil
}

func (t *Tx) addRequestCounts(ctx context.Context, counts []cloud.RequestCount) error {
	const columns = 6
	var statement strings.Builder
	statement.WriteString(`INSERT INTO request_counts (organization_id, actor, operation, resource, day, requests) VALUES `)
	args := make([]any, 0, columns*len(counts))
	for i, c := range counts {
		if i > 0 {
			statement.WriteString(", ")
		}
		n := i * columns
		fmt.Fprintf(&statement, "($%d, $%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5, n+6)
		args = append(args, c.OrganizationID.String(), string(c.Actor), c.Operation, string(c.Resource), int64(c.Day), c.Requests)
	}
	statement.WriteString(` ON CONFLICT (organization_id, actor, operation, resource, day) DO UPDATE SET requests = request_counts.requests + excluded.requests`)
	_, err := t.exec(ctx, statement.String(), args...)
	return err
}

// DeleteRequestCounts deletes the counts of the days before this one. It commits nothing
// when there are none.
//
// Counts of a key or a person that is gone stay until then, too: nobody can ask for them,
// for their actor is in no organization; requests that are counted after the deletion would
// come late for any other way; and who comes back into an organization is who they were.
func (s *Store) DeleteRequestCounts(ctx context.Context, before cloud.Day) error {
	for deleted := int64(countsPerWrite); deleted == countsPerWrite; {
		err := s.writeBehind(ctx, func(t *Tx) (err error) {
			deleted, err = t.exec(ctx, `DELETE FROM request_counts WHERE (organization_id, actor, operation, resource, day) IN
				(SELECT organization_id, actor, operation, resource, day FROM request_counts WHERE day < $1 LIMIT $2)`, int64(before), countsPerWrite)
			if err == nil && deleted == 0 {
				err = ErrUnchanged
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// writeBehind is a write that is no change and that nobody waits for. It does not wait for
// long either: meanwhile, simulations do.
func (s *Store) writeBehind(ctx context.Context, f func(*Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	_, err := s.write(ctx, 0, f)
	return err
}
