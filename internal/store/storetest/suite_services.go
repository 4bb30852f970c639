package storetest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

const serviceNotFound = "Service not found"

func services(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "AServiceKeepsEveryField", func(t *testing.T) {
		// A service is read as it was written, by its id, in its organization, among all and in the state; two may have the same name.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		var want []cloud.Service
		for _, name := range append(hardNames, hardNames[0], strings.Repeat("漢", cloud.MaxServiceName)) {
			want = append(want, Service(t, s, o, name))
		}
		complete(t, "Service", reflect.ValueOf(want[0]))
		elsewhere := Service(t, s, other, hardNames[0])
		for i := 1; i < len(want); i++ {
			if want[i].Sequence <= want[i-1].Sequence {
				t.Errorf("a service has place %d, not after %d", want[i].Sequence, want[i-1].Sequence)
			}
		}
		same(t, "the services", servicesOf(t, s, o), want)
		same(t, "the services of the other organization", servicesOf(t, s, other), []cloud.Service{elsewhere})
		all := append(slices.Clone(want), elsewhere)
		same(t, "all services", Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Service, error) { return r.AllServices(ctx) }), all)
		same(t, "the services of the state", state(t, s).Services, all)
		for _, one := range all {
			same(t, "the service", service(t, s, one), one)
			same(t, "the service by its id alone", Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Service, error) {
				return r.ServiceByID(ctx, one.ID)
			}), one)
		}
	})

	test(t, "AServiceOfWhichLittleIsKnownStaysSo", func(t *testing.T) {
		// What a service does not have is not there after reading either: no list becomes another, above all not an address list that lets nobody in.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		for i, addresses := range addressLists {
			bare := cloud.Service{
				ID: uuid.New(), OrganizationID: o.ID, CreatedAt: Morning, StateSince: Morning, Goal: cloud.GoalRunning, State: cloud.ServiceProvisioning, Slot: i + 1,
				ServiceConfig: cloud.ServiceConfig{Addresses: addresses, QueryEndpoint: &cloud.QueryEndpoint{KeyIDs: []uuid.UUID{}}},
			}
			Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				bare, err = tx.InsertService(ctx, bare)
				return err
			})
			same(t, "the service", service(t, s, bare), bare)
		}
		same(t, "the ports", takenPorts(t, s), []int(nil))
	})

	test(t, "AnUpdatedServiceIsReadBack", func(t *testing.T) {
		// All of a service can change but its id, its organization, its place in the order and its slot; other services stay.
		s := Open(t, options(t))
		o := Organization(t, s, "acme")
		first, bystander := Service(t, s, o, "first"), Service(t, s, o, "second")
		changed := first
		changed.Name, changed.Provider, changed.Region, changed.CreatedAt = hardNames[0], "gcp", "us-east1", Morning.Add(time.Hour)
		changed.Goal, changed.State, changed.StateSince, changed.Message, changed.Version = cloud.GoalIdle, cloud.ServiceIdle, Morning.Add(time.Minute), "", "25.8.2.2"
		changed.Password = cloud.ServicePassword{SHA256: cloud.HashOf("another")}
		changed.ServiceConfig = cloud.ServiceConfig{Scaling: cloud.DefaultScaling(), Addresses: cloud.AddressList{}, Tags: []cloud.Tag{{Key: "k"}}}
		for _, ports := range []cloud.ServicePorts{{HTTPS: first.Ports.Native, Native: first.Ports.HTTPS}, {Native: lastPort}, {HTTPS: lastPort}, {}} {
			changed.Ports = ports
			written := changed
			written.Slot, written.Sequence = 99, 99
			Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateService(ctx, written) })
			same(t, "the services", servicesOf(t, s, o), []cloud.Service{changed, bystander})
		}
		same(t, "the ports", takenPorts(t, s), []int{bystander.Ports.HTTPS, bystander.Ports.Native})
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateService(ctx, first) })
		same(t, "the services", servicesOf(t, s, o), []cloud.Service{first, bystander})
	})

	test(t, "AServiceIsItsOrganizationsAlone", func(t *testing.T) {
		// A service of another organization is answered like one that does not exist, and what was tried with it changes nothing.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		mine, theirs := Service(t, s, o, "mine"), Service(t, s, other, "theirs")
		Service(t, s, o, "mine, too")
		role := roleAbout(t, s, o, cloud.InstanceResource(theirs.ID))
		moved, fresh := theirs, newService(o, "new")
		moved.OrganizationID = o.ID
		fresh.Ports = cloud.ServicePorts{HTTPS: lastPort}
		for _, f := range []func(context.Context, *store.Tx) error{
			func(ctx context.Context, tx *store.Tx) error { _, err := tx.Service(ctx, o.ID, theirs.ID); return err },
			func(ctx context.Context, tx *store.Tx) error { _, err := tx.Service(ctx, o.ID, fresh.ID); return err },
			func(ctx context.Context, tx *store.Tx) error { _, err := tx.ServiceByID(ctx, fresh.ID); return err },
			func(ctx context.Context, tx *store.Tx) error { return tx.UpdateService(ctx, moved) },
			func(ctx context.Context, tx *store.Tx) error { return tx.UpdateService(ctx, fresh) },
			func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.DeleteService(ctx, o.ID, theirs.ID, Morning)
				return err
			},
			func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.DeleteService(ctx, o.ID, fresh.ID, Morning)
				return err
			},
		} {
			_, err := s.Write(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) })
			sentence(t, err, cloud.NotFound, serviceNotFound)
		}
		same(t, "the other's service", service(t, s, theirs), theirs)
		same(t, "mine", service(t, s, mine), mine)
		same(t, "the roles", rolesOf(t, s, o), []cloud.Role{role})
		for id, want := range map[uuid.UUID]int{o.ID: 2, other.ID: 1, uuid.New(): 0} {
			same(t, "the number of services", Read(t, s, func(ctx context.Context, r *store.Reader) (int, error) { return r.CountServices(ctx, id) }), want)
		}
		same(t, "the services of nobody", servicesOf(t, s, cloud.Organization{ID: uuid.New()}), []cloud.Service(nil))
	})

	test(t, "ADeletedServiceIsGone", func(t *testing.T) {
		// With a service go its ports and its slot; other services, what was recorded about it and what was asked of it stay.
		in := options(t)
		s := Open(t, in)
		o := Organization(t, s, "acme")
		goes, stays := Service(t, s, o, "goes"), Service(t, s, o, "stays")
		fillCounts(t, s)
		counts := count(t, in, "request_counts")
		same(t, "the roles that changed", deleteService(t, s, goes, Morning), []cloud.Role(nil))
		same(t, "the services", state(t, s).Services, []cloud.Service{stays})
		same(t, "the ports", takenPorts(t, s), []int{stays.Ports.HTTPS, stays.Ports.Native})
		same(t, "the free slot", freeSlot(t, s), goes.Slot)
		same(t, "the number of counts", count(t, in, "request_counts"), counts)
		same(t, "the number of activities", len(activitiesIn(t, s, o, store.ActivityRange{Limit: 10})), 2)
		if err := s.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		late := Service(t, s, o, "late")
		same(t, "slot and ports of the next", late.Slot == goes.Slot && late.Ports == goes.Ports, true)
		same(t, "the services", servicesOf(t, s, o), []cloud.Service{stays, late})
	})

	test(t, "ADeletedServiceIsInNoPolicy", func(t *testing.T) {
		// With a service go its places in custom roles of its organization, and policies that were about nothing else; roles that did not name it are as they were.
		s := Open(t, options(t))
		o, other := Organization(t, s, "acme"), Organization(t, s, "other")
		goes := Service(t, s, o, "goes")
		gone, stays, own := cloud.InstanceResource(goes.ID), cloud.InstanceResource(uuid.New()), cloud.OrganizationResource(o.ID)
		roleAbout(t, s, o, stays)
		among := roleAbout(t, s, o, stays, gone, cloud.AllInstances)
		alone := roleAbout(t, s, o, gone)
		foreign := roleAbout(t, s, other, gone)
		both := newRole(o, "both")
		both.Policies = []cloud.Policy{about(gone, gone), about(own), about(gone), about(stays, gone)}
		Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertRole(ctx, both) })
		k := Key(t, s, o, "key", alone.ID)
		before := rolesOf(t, s, o)

		at := Morning.Add(time.Hour)
		changed := deleteService(t, s, goes, at)
		among.Policies[0].Resources = []cloud.Resource{stays, cloud.AllInstances}
		both.Policies = []cloud.Policy{both.Policies[1], both.Policies[3]}
		both.Policies[1].Resources = []cloud.Resource{stays}
		alone.Policies = nil
		among.UpdatedAt, alone.UpdatedAt, both.UpdatedAt = at, at, at
		same(t, "the roles that changed", changed, []cloud.Role{among, alone, both})
		same(t, "the roles", rolesOf(t, s, o), []cloud.Role{before[0], among, alone, both})
		same(t, "the roles of the other organization", rolesOf(t, s, other), []cloud.Role{foreign})
		same(t, "the key", key(t, s, k), k)
	})

	test(t, "AServiceWithoutItsRecordIsDamage", func(t *testing.T) {
		// A service or a key of which nothing says who made it is found when the store is verified.
		for table, message := range map[string]string{
			"services": "1 services have no record of their creation: restore a backup", "api_keys": "1 keys have no record of their creation: restore a backup",
		} {
			in := options(t)
			s := Open(t, in)
			o := Organization(t, s, "acme")
			Service(t, s, o, "service")
			Key(t, s, o, "key")
			if err := s.Verify(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, err := Database(t, in).ExecContext(t.Context(), `UPDATE activities SET type = 'role_create' WHERE target_id IN (SELECT id FROM `+table+`) OR target_key_id IN (SELECT id FROM `+table+`)`)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Verify(t.Context()); err == nil || err.Error() != message {
				t.Errorf("expected %q, got %v", message, err)
			}
		}
	})
}

// complete fails the test when a field is zero in all values, lists included: then it would
// not be seen whether it is kept.
func complete(t *testing.T, name string, values ...reflect.Value) {
	t.Helper()
	if !slices.ContainsFunc(values, func(v reflect.Value) bool { return !v.IsZero() }) {
		t.Errorf("%s is zero: let newService set it", name)
		return
	}
	var inside []reflect.Value
	for _, v := range values {
		switch v.Kind() { //nolint:exhaustive // nothing is inside of the others
		case reflect.Pointer:
			if !v.IsNil() {
				inside = append(inside, v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				inside = append(inside, v.Index(i))
			}
		case reflect.Struct:
			inside = append(inside, v)
		}
	}
	if len(inside) == 0 || inside[0].Kind() != reflect.Struct || inside[0].Type() == reflect.TypeFor[time.Time]() {
		return
	}
	for _, field := range reflect.VisibleFields(inside[0].Type()) {
		if field.Anonymous {
			continue // its fields are among the others
		}
		var of []reflect.Value
		for _, v := range inside {
			of = append(of, v.FieldByIndex(field.Index))
		}
		complete(t, name+"."+field.Name, of...)
	}
}

// roleAbout adds a custom role with one policy.
func roleAbout(t *testing.T, s *store.Store, o cloud.Organization, resources ...cloud.Resource) cloud.Role {
	t.Helper()
	r := newRole(o, uuid.NewString())
	r.Policies = []cloud.Policy{about(resources...)}
	Write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertRole(ctx, r) })
	return r
}

func about(resources ...cloud.Resource) cloud.Policy {
	return cloud.Policy{ID: uuid.New(), Effect: cloud.Allow, Permissions: []cloud.Permission{cloud.ServiceView}, Resources: resources}
}
