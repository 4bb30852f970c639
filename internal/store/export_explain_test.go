package store

import (
	"context"
	"strings"

	"github.com/google/uuid"
)

// ExplainActivitiesAbout returns how the database would find what happened to an id.
func ExplainActivitiesAbout(ctx context.Context, s *Store, organization, id uuid.UUID) (string, error) {
	explain := `EXPLAIN `
	if s.Dialect() == "sqlite" {
		explain = `EXPLAIN QUERY PLAN `
	} else if _, err := s.db.ExecContext(ctx, `ANALYZE activities`); err != nil {
		return "", err
	}
	from, before, older := ActivityRange{}.bounds()
	rows, err := s.db.QueryContext(ctx, explain+activitiesAbout, organization.String(), from, before, older, 8, id.String())
	if err != nil {
		return "", err
	}
	lines, err := collect(rows, func(scan func(...any) error) (line string, err error) {
		if s.Dialect() != "sqlite" {
			return line, scan(&line)
		}
		var node, parent, unused int
		return line, scan(&node, &parent, &unused, &line)
	})
	return strings.Join(lines, "\n"), err
}
