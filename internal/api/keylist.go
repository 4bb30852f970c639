package api

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// keyPage is the answer of the key list, with its paging beside the result.
type keyPage struct {
	Envelope
	Result     []apiKey `json:"result"`
	Limit      int      `json:"limit" doc:"How many keys the page may hold."`
	TotalCount int      `json:"totalCount" doc:"How many keys the organization has; with search or status, how many of them these select."`
	NextCursor *string  `json:"nextCursor" nullable:"true" doc:"The cursor of the next page; null on the last."`
}

const (
	maxKeyPage = 250
	// allKeys is the page for clients that know no paging, which would otherwise
	// miss keys: as many as an organization may have by default.
	allKeys = 1000
)

type keyListInput struct {
	OrganizationPath
	Limit  limitParam  `query:"limit" doc:"How many keys the page may hold, 1 to 250. Absent: 250 with a cursor, 1000 without."`
	Cursor cursor      `query:"cursor" doc:"The nextCursor of the page before, which had the same search, status, sort and order. Absent: the first page."`
	Search searchParam `query:"search" example:"ci" doc:"Part of the name of the key, of its keySuffix or of the name of its creator, in upper or lower case; at most 255 characters. Absent: all keys."`
	Status statusParam `query:"status,explode" doc:"Only keys that have one of these statuses, which are written with commas between them or in several parameters. A disabled key is disabled, be it expired or not; expiresSoon is the part of enabled that expires within 7 days. The pages of one list are of the statuses at the time of its first. Absent: all keys."`
	Sort   keySort     `query:"sort" doc:"What the keys are sorted by; those that are alike in it follow each other in the order they were created in. name and creator are sorted by code point, without regard to upper and lower case; status as enabled, expiresSoon, expired, disabled; usedAt by the uses that are written, which they are once a minute. A key that never expires is after all that do, and one that was never used after all that were: last in ascending order, first in descending. Absent: createdAt."`
	Order  keyOrder    `query:"order" doc:"Whether the order is ascending or descending. Absent: asc."`
}

// Resolve implements huma.Resolver: huma ignores a parameter whose first value is empty.
func (in *keyListInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.Status = u.Query()["status"]
	return nil
}

// markKeyListAdditions marks the parameters that the Cloud does not have.
func markKeyListAdditions(o *huma.Operation) {
	for _, p := range o.Parameters {
		if slices.Contains([]string{"search", "status", "sort", "order"}, p.Name) {
			p.Extensions = map[string]any{"x-gatehouse": true}
		}
	}
}

// statusParam is the query parameter status, as often as it was written.
type statusParam []string

// Schema implements huma.SchemaProvider. The type is told to readers only: huma would
// take either commas or several parameters.
func (statusParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Extensions: map[string]any{"type": huma.TypeArray, "items": choice(cloud.KeyStatuses())}}
}

// statuses returns the statuses in their order, each once, or Invalid.
func (p statusParam) statuses() (all []cloud.KeyStatus, err error) {
	for _, text := range strings.Split(strings.Join(p, ","), ",") {
		if text == "" {
			continue
		}
		status, err := cloud.ParseKeyStatus("status", text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, status) {
			all = append(all, status)
		}
	}
	slices.SortFunc(all, func(a, b cloud.KeyStatus) int {
		return slices.Index(cloud.KeyStatuses(), a) - slices.Index(cloud.KeyStatuses(), b)
	})
	return all, nil
}

type keySort string

// Schema implements huma.SchemaProvider.
func (keySort) Schema(huma.Registry) *huma.Schema { return choice(cloud.KeySorts()) }

func (k keySort) sort() (cloud.KeySort, error) {
	if k == "" {
		return cloud.SortCreatedAt, nil
	}
	return cloud.ParseKeySort("sort", string(k))
}

type keyOrder string

// Schema implements huma.SchemaProvider.
func (keyOrder) Schema(huma.Registry) *huma.Schema { return choice([]keyOrder{"asc", "desc"}) }

func (o keyOrder) descending() (bool, error) {
	switch o {
	case "", "asc":
		return false, nil
	case "desc":
		return true, nil
	default:
		return false, cloud.Errorf(cloud.Invalid, "order: expected one of asc, desc, got %q", string(o))
	}
}

func (s *server) listKeys(ctx context.Context, p access.Principal, in *keyListInput) (keyPage, error) {
	organization, err := in.id()
	if err != nil {
		return keyPage{}, err
	}
	q, err := in.query()
	if err != nil {
		return keyPage{}, err
	}
	page, err := s.Control.Keys(ctx, p, organization, q)
	if err != nil {
		return keyPage{}, err
	}
	shown := keyPage{Envelope: envelopeOf(ctx), Result: []apiKey{}, Limit: q.Limit, TotalCount: page.Total}
	if page.Next != nil {
		q.At = page.At
		shown.NextCursor = newKeyCursor(q, *page.Next)
	}
	for _, k := range page.Keys {
		shown.Result = append(shown.Result, s.showKey(k))
	}
	return shown, nil
}

// query returns what the request asks for, or Invalid.
func (in *keyListInput) query() (q store.KeyQuery, err error) {
	if q.Search, err = in.Search.text(); err != nil {
		return q, err
	}
	if q.Statuses, err = in.Status.statuses(); err != nil {
		return q, err
	}
	if q.Sort, err = in.Sort.sort(); err != nil {
		return q, err
	}
	if q.Descending, err = in.Order.descending(); err != nil {
		return q, err
	}
	fallback := allKeys
	if in.Cursor != "" {
		fallback = maxKeyPage
		place, at, err := in.Cursor.keyPlace(q)
		if err != nil {
			return q, err
		}
		q.After, q.At = &place, at
	}
	q.Limit, err = in.Limit.upTo(maxKeyPage, fallback)
	return q, err
}
