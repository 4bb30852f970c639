package api_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// bounds say how many items each list may hold at most, and why it cannot hold more.
var bounds = map[string]int{
	"organizationGetList":       1,      // a key is in one organization
	"organizationQuotasGetList": 5,      // there are five
	"organizationRolesGetList":  1009,   // nine that come with Gatehouse, and 1000 custom ones
	"memberGetList":             1,      // nothing but who was invited: the Cloud's contract has no pages here
	"invitationGetList":         1000,   // as many invitations as an organization can have
	"activityGetList":           10_000, // a page
	"openapiKeyGetList":         1000,   // a page without a limit
	"serviceProfilesList":       0,      // there are none
	"instanceGetList":           100,    // as many services as the quota allows: the Cloud's contract has no pages here
}

// Every list that an operation answers with has a bound, which holds however much
// there is; what there is beyond it comes on further pages.
func TestEveryListIsBounded(t *testing.T) {
	h := onSQLite(t, withoutLimit)
	h.manyKeys(500)
	h.manyKeys(505)
	h.manyInvitations(cloud.MaxInvitations)
	h.manyRoles(cloud.MaxCustomRoles)
	for range 11 { // a write has a limit of time
		h.write(func(ctx context.Context, tx *store.Tx) error {
			for range 910 {
				if err := h.record(ctx, tx, uuid.MustParse(h.id), cloud.Activity{Type: cloud.OrganizationRenamed}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	h.another("Other")
	h.http.Transport = http.DefaultTransport // to hold so much against the document takes long
	for _, o := range documentedOperations(t) {
		if !o.list {
			continue
		}
		bound, known := bounds[o.id]
		if !known {
			t.Errorf("%s: say in bounded_test.go how long its list may be", o.id)
			continue
		}
		a := o.about(t, h.organization).by(h.admin).ok()
		if n := len(a.list("result")); n > bound {
			t.Errorf("%s: the list holds %d, more than %d", o.id, n, bound)
		}
		if paged := a.has("nextCursor"); paged && a.value("nextCursor") == nil {
			t.Errorf("%s: there is more, but the list says it is whole", o.id)
		}
	}
	all := pages(h.admin, "~/keys", 250, "id", nil)
	if slices.Sort(all); len(slices.Compact(all)) != 1006 {
		t.Errorf("in pages come %d keys, want 1006", len(all))
	}
}
