package access_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestWhatAChangeTakesAwayIsRefusedAtOnce(t *testing.T) {
	// When Apply returns, the next request is refused, and what a principal that was
	// admitted before wants to change is refused too. What is given back works again.
	for question, test := range map[string]struct {
		take    func(*house, *tenant)
		give    func(*house, *tenant)
		code    cloud.Code
		message string
	}{
		"deleted": {
			take: (*house).remove, give: (*house).put,
			code: cloud.Unauthenticated, message: notFound,
		},
		"disabled": {
			take: func(h *house, k *tenant) { h.change(k, func(k *cloud.Key) { k.State = cloud.KeyDisabled }) },
			give: func(h *house, k *tenant) { h.change(k, func(k *cloud.Key) { k.State = cloud.KeyEnabled }) },
			code: cloud.Unauthenticated, message: notActive,
		},
		"expired": {
			take: func(h *house, k *tenant) { h.change(k, func(k *cloud.Key) { k.Expiry = cloud.ExpiryAt(noon) }) },
			give: func(h *house, k *tenant) { h.change(k, func(k *cloud.Key) { k.Expiry = cloud.Expiry{} }) },
			code: cloud.Unauthenticated, message: notActive,
		},
		"bound to other addresses": {
			take: func(h *house, k *tenant) {
				h.change(k, func(k *cloud.Key) { k.Addresses = addressList("203.0.113.7") })
			},
			give: func(h *house, k *tenant) { h.change(k, func(k *cloud.Key) { k.Addresses = nil }) },
			code: cloud.Forbidden, message: notListed,
		},
		"bound to no address": {
			take: func(h *house, k *tenant) { h.change(k, func(k *cloud.Key) { k.Addresses = addressList() }) },
			give: func(h *house, k *tenant) { h.change(k, func(k *cloud.Key) { k.Addresses = nil }) },
			code: cloud.Forbidden, message: noAddress,
		},
	} {
		t.Run(question, func(t *testing.T) {
			h := newHouse(t)
			k, bystander := h.add(nil), h.add(nil)
			before := h.admitted(k, abroad)
			test.take(h, k)
			h.refused(k, abroad, test.code, test.message)
			p, err := before.Current()
			wantError(t, err, test.code, test.message)
			if p != (access.Principal{}) {
				t.Error("there is a principal beside the error")
			}
			h.admitted(bystander, abroad)
			test.give(h, k)
			h.admitted(k, abroad)
			if _, err := before.Current(); err != nil {
				t.Errorf("the principal is still refused: %v", err)
			}
		})
	}
}

func TestTakenRoleIsRefusedAtOnce(t *testing.T) {
	// When Apply returns, the key may no longer do what its old roles allowed; who was
	// admitted before is told so when it asks again.
	h := newHouse(t)
	k := h.add(nil)
	before := h.admitted(k, home)
	h.change(k, func(k *cloud.Key) { k.RoleIDs = []uuid.UUID{systemRoleID(cloud.RoleBilling)} })
	current, err := before.Current()
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]access.Principal{"a new request": h.admitted(k, home), "the old one, by now": current} {
		wantError(t, p.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationView, cloud.OrganizationManage), cloud.Forbidden, notAllowed)
		if err := p.May(ours, cloud.OrganizationResource(ours), cloud.OrganizationManageBilling); err != nil {
			t.Errorf("%s does not have the new role: %v", name, err)
		}
	}
	h.change(k, func(k *cloud.Key) { k.Name, k.RoleIDs = "renamed", nil })
	if p := h.admitted(k, home); p.Name() != "renamed" || p.Covers(ours, access.PoliciesOf(cloud.Organization{ID: ours}, []uuid.UUID{systemRoleID(cloud.RoleBilling)})) {
		t.Error("the name or the roles are the old ones")
	}
}

func TestKeyMadeAnewIsAnotherKey(t *testing.T) {
	// Whoever was admitted by a key that was deleted and made again with the same
	// credential is not the new key: it has its own id, counts and uses.
	h := newHouse(t)
	k := h.add(nil)
	before := h.admitted(k, home)
	limit := access.Limit{Requests: 1, Window: time.Minute}
	before.Take(limit)
	h.remove(k)
	again := *k
	again.ID = uuid.New()
	h.put(&again)
	_, err := before.Current()
	wantError(t, err, cloud.Unauthenticated, notFound)
	if used := h.directory.UsedAt(again.Key); !used.IsZero() {
		t.Errorf("the new key was used at %s", used)
	}
	h.apply(access.Change{DeletedKeys: []cloud.Key{k.Key}}) // is long gone
	p := h.admitted(&again, home)
	if p.KeyID() != again.ID {
		t.Error("the new key has the old id")
	}
	if usage, _ := p.Take(limit); usage.Exceeded {
		t.Error("the new key has the old count")
	}
	if used := h.directory.UsedAt(k.Key); !used.IsZero() {
		t.Errorf("the old key was used at %s", used)
	}

	// The same when both happen in one change, or between two readings of the store.
	third := again
	third.ID = uuid.New()
	h.apply(access.Change{DeletedKeys: []cloud.Key{again.Key}, Keys: []cloud.Key{third.Key}})
	_, err = p.Current()
	wantError(t, err, cloud.Unauthenticated, notFound)
	p = h.admitted(&third, home)
	fourth := third
	fourth.ID, fourth.UsedAt = uuid.New(), time.Time{}
	h.directory.Load(access.State{Revision: h.state.Revision, Organizations: h.state.Organizations, Keys: []cloud.Key{fourth.Key}})
	_, err = p.Current()
	wantError(t, err, cloud.Unauthenticated, notFound)
	if used := h.directory.UsedAt(fourth.Key); !used.IsZero() {
		t.Errorf("the key that was loaded anew was used at %s", used)
	}
}

func TestApplyRefusesWhatDoesNotFollow(t *testing.T) {
	// A change that was missed, or comes a second time, is never papered over: nothing
	// of it is taken in, and the caller is told to load.
	h := newHouse(t)
	k := h.add(nil)
	stranger := newTenant(nil)
	for _, revision := range []int64{h.state.Revision, h.state.Revision - 1, h.state.Revision + 2, 0, -1} {
		applied := h.directory.Apply(access.Change{
			Revision: revision, Keys: []cloud.Key{stranger.Key}, DeletedKeys: []cloud.Key{k.Key}, Organizations: []cloud.Organization{{ID: ours, Name: "renamed"}},
		})
		if applied {
			t.Errorf("revision %d was applied to %d", revision, h.state.Revision)
		}
	}
	h.admitted(k, home)
	h.refused(stranger, home, cloud.Unauthenticated, notFound)
	if o, _ := h.directory.Organization(ours); o.Name != "ours" {
		t.Errorf("the organization is %+v", o)
	}
	h.apply(access.Change{}) // the one that follows
}

func TestSuspendedDirectoryAdmitsNobodyUntilLoad(t *testing.T) {
	// While it is not known whether a change was committed, nobody is admitted, and
	// no further change is taken in. Load ends that.
	h := newHouse(t)
	k := h.add(nil)
	before := h.admitted(k, home)
	h.directory.Suspend()
	h.refused(k, home, cloud.Unavailable, suspended)
	h.refused(newTenant(nil), home, cloud.Unavailable, suspended)
	_, err := before.Current()
	wantError(t, err, cloud.Unavailable, suspended)
	if !h.directory.Suspended() || h.directory.Apply(access.Change{Revision: h.state.Revision + 1}) {
		t.Error("a change was taken in")
	}
	h.refused(k, home, cloud.Unavailable, suspended)
	h.directory.Suspend() // a second time is the same
	h.directory.Load(h.state)
	if h.directory.Suspended() {
		t.Error("still suspended")
	}
	h.admitted(k, home)
	if _, err := before.Current(); err != nil {
		t.Error(err)
	}
}

func TestLoadReplacesEverything(t *testing.T) {
	// After Load the directory knows what the store has: nothing more, nothing else.
	h := newHouse(t)
	gone, changed, kept := h.add(nil), h.add(nil), h.add(nil)
	before := h.admitted(gone, home)
	h.state.Keys = h.without(gone)
	changed.State = cloud.KeyDisabled
	h.state.Keys = append(h.without(changed), changed.Key)
	added := newTenant(nil)
	h.state.Keys = append(h.state.Keys, added.Key)
	h.state.Organizations = []cloud.Organization{{ID: ours, Name: "renamed"}}
	h.state.Revision = 100
	h.directory.Load(h.state)

	h.refused(gone, home, cloud.Unauthenticated, notFound)
	h.refused(changed, home, cloud.Unauthenticated, notActive)
	h.admitted(kept, home)
	h.admitted(added, home)
	_, err := before.Current()
	wantError(t, err, cloud.Unauthenticated, notFound)
	if o, ok := h.directory.Organization(ours); !ok || o.Name != "renamed" || len(h.directory.Organizations()) != 1 {
		t.Errorf("the organizations are %+v", h.directory.Organizations())
	}
	if _, ok := h.directory.Organization(theirs); ok {
		t.Error("an organization is still there")
	}
	h.apply(access.Change{}) // revision 101
}

func TestOrganizationsAreThoseOfTheLastChange(t *testing.T) {
	// Organizations are listed oldest first and are as the last change left them.
	h := newHouse(t)
	third := cloud.Organization{ID: numberedID(1, 1), Name: "third", CreatedAt: noon}
	h.apply(access.Change{Organizations: []cloud.Organization{third, {ID: theirs, Name: "renamed"}}})
	var names []string
	for _, o := range h.directory.Organizations() {
		names = append(names, o.Name)
	}
	if !slices.Equal(names, []string{"ours", "renamed", "third"}) {
		t.Errorf("%v", names)
	}
	k := h.add(func(k *cloud.Key) { k.OrganizationID = third.ID })
	if err := h.admitted(k, home).May(third.ID, cloud.OrganizationResource(third.ID), cloud.OrganizationManage); err != nil {
		t.Errorf("the Admin of an organization that was just made: %v", err)
	}
}
