package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// KeyQuery selects keys and puts them in order. Its zero value, but for Limit, is
// all keys, oldest first.
type KeyQuery struct {
	// Search selects the keys that have it in their name, their suffix or the name of
	// their creator, in upper or lower case. It has no NUL.
	Search string
	// Statuses selects the keys that have one of them; none selects all.
	Statuses []cloud.KeyStatus
	// At is the instant that statuses are of, to the millisecond.
	At time.Time
	// Sort is what the keys are sorted by; "" is when they were created.
	Sort cloud.KeySort
	// Descending turns the whole order round.
	Descending bool
	// After selects the keys that come after a place; nil is the beginning.
	After *KeyPlace
	// Limit is how many there are at most.
	Limit int
}

// KeyPlace is a place in the order of a query, be the key that was there gone.
type KeyPlace struct {
	Text     string // of an order by text
	Number   int64  // of an order by status or instant
	Sequence int64
}

// never is the place of a key that has no such instant: after every instant.
const never = math.MaxInt64

// neverLast is the column with never in place of NULL, which the databases sort
// differently.
func neverLast(column string) string {
	return "COALESCE(" + column + ", " + strconv.Itoa(never) + ")"
}

// Place returns the place of a key, as it was read, in the order of the query.
func (q KeyQuery) Place(k cloud.Key) KeyPlace {
	place := KeyPlace{Sequence: k.Sequence}
	switch q.Sort {
	case cloud.SortName:
		place.Text = cloud.Fold(k.Name)
	case cloud.SortCreator:
		place.Text = cloud.Fold(k.CreatedBy.Details)
	case cloud.SortStatus:
		place.Number = int64(rank(k.StatusAt(q.At)))
	case cloud.SortExpireAt:
		if place.Number = never; !k.Expiry.Never() {
			place.Number = ceilMilli(k.Expiry.Time())
		}
	case cloud.SortUsedAt:
		if place.Number = never; !k.UsedAt.IsZero() {
			place.Number = k.UsedAt.UnixMilli()
		}
	case cloud.SortCreatedAt:
	}
	return place
}

// rank is the place of a status in the order of all.
func rank(s cloud.KeyStatus) int { return slices.Index(cloud.KeyStatuses(), s) }

// Keys returns the keys of the organization that the query selects, with their roles.
func (r *Reader) Keys(ctx context.Context, organization uuid.UUID, q KeyQuery) ([]cloud.Key, error) {
	s := selectKeys(organization, q)
	by, direction, beyond := s.sortedBy(q), "ASC", ">"
	if q.Descending {
		direction, beyond = "DESC", "<"
	}
	order := "sequence " + direction
	if by != "" {
		order = by + " " + direction + ", " + order
	}
	if q.After != nil {
		s.beyond(by, beyond, q)
	}
	rows, err := r.q.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE `+s.where()+` ORDER BY `+order+` LIMIT `+s.arg(q.Limit), s.args...)
	if err != nil {
		return nil, err
	}
	keys, err := collect(rows, scanKey)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(keys, rolesAtOnce) {
		if err := r.addRolesOf(ctx, organization, some); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// CountSelected returns the number of keys of the organization that the query
// selects, on whichever page.
func (r *Reader) CountSelected(ctx context.Context, organization uuid.UUID, q KeyQuery) (n int, err error) {
	s := selectKeys(organization, q)
	err = r.q.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys WHERE `+s.where(), s.args...).Scan(&n)
	return n, err
}

// rolesAtOnce is of how many keys the roles are read by one statement.
const rolesAtOnce = 100

func (r *Reader) addRolesOf(ctx context.Context, organization uuid.UUID, keys []cloud.Key) error {
	var s selection
	s.and("organization_id = " + s.arg(organization.String()))
	actors := make([]string, 0, len(keys))
	for _, k := range keys {
		actors = append(actors, s.arg(string(cloud.KeyActor(k.ID))))
	}
	s.and("actor IN (" + strings.Join(actors, ", ") + ")")
	rows, err := r.q.QueryContext(ctx, `SELECT role_id, actor FROM role_assignments WHERE `+s.where()+` ORDER BY sequence`, s.args...)
	if err != nil {
		return err
	}
	return addRoles(keys, rows)
}

// selection is the WHERE of a statement and its arguments. What comes from outside
// is always an argument.
type selection struct {
	conditions []string
	args       []any
}

func (s *selection) and(condition string) { s.conditions = append(s.conditions, condition) }

// arg adds an argument and returns its placeholder.
func (s *selection) arg(value any) string {
	s.args = append(s.args, value)
	return fmt.Sprintf("$%d", len(s.args))
}

func (s *selection) where() string { return strings.Join(s.conditions, " AND ") }

// selectKeys selects the keys of all pages.
func selectKeys(organization uuid.UUID, q KeyQuery) *selection {
	s := &selection{}
	s.and("organization_id = " + s.arg(organization.String()))
	if q.Search != "" {
		like := " LIKE " + s.arg(containing(cloud.Fold(q.Search))) + " ESCAPE '!'"
		s.and("(name_folded" + like + " OR suffix_folded" + like + " OR creator_folded" + like + ")")
	}
	if len(q.Statuses) > 0 {
		var ranks []string
		for _, status := range cloud.KeyStatuses() {
			if slices.ContainsFunc(q.Statuses, func(wanted cloud.KeyStatus) bool { return wanted.Includes(status) }) {
				ranks = append(ranks, strconv.Itoa(rank(status)))
			}
		}
		s.and(s.status(q) + " IN (" + strings.Join(ranks, ", ") + ")")
	}
	return s
}

// containing returns the pattern of a text that has the part in it.
func containing(part string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(part) + "%"
}

// status returns the expression for the rank of a key's status: cloud.Key.StatusAt in SQL.
func (s *selection) status(q KeyQuery) string {
	return fmt.Sprintf("CASE WHEN state = 'disabled' THEN %d WHEN expire_at <= %s THEN %d WHEN expire_at <= %s THEN %d ELSE %d END",
		rank(cloud.StatusDisabled), s.arg(q.At.UnixMilli()), rank(cloud.StatusExpired),
		s.arg(q.At.Add(cloud.ExpiresSoon).UnixMilli()), rank(cloud.StatusExpiresSoon), rank(cloud.StatusEnabled))
}

// sortedBy returns the expression that comes before the sequence in the order, and
// "" when there is none.
func (s *selection) sortedBy(q KeyQuery) string {
	switch q.Sort {
	case cloud.SortName:
		return "name_folded"
	case cloud.SortCreator:
		return "creator_folded"
	case cloud.SortStatus:
		return s.status(q)
	case cloud.SortExpireAt:
		return neverLast("expire_at")
	case cloud.SortUsedAt:
		return neverLast("used_at")
	case cloud.SortCreatedAt:
	}
	return ""
}

// beyond selects what comes after the place of the query.
func (s *selection) beyond(by, operator string, q KeyQuery) {
	switch q.Sort {
	case cloud.SortName, cloud.SortCreator:
		s.and("(" + by + ", sequence) " + operator + " (" + s.arg(q.After.Text) + ", " + s.arg(q.After.Sequence) + ")")
	case cloud.SortStatus, cloud.SortExpireAt, cloud.SortUsedAt:
		s.and("(" + by + ", sequence) " + operator + " (CAST(" + s.arg(q.After.Number) + " AS BIGINT), " + s.arg(q.After.Sequence) + ")")
	default:
		s.and("sequence " + operator + " " + s.arg(q.After.Sequence))
	}
}
