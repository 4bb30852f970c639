package store_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// The range of ports of the machine, which is soon used up.
const (
	firstPort = 20_000
	lastPort  = 20_008
)

// clear deletes the services of the runs before.
func (m *machine) clear(t *rapid.T) {
	for _, s := range *m.services {
		m.change(t, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.DeleteService(ctx, s.OrganizationID, s.ID, storetest.Morning)
			return err
		})
	}
	*m.services = nil
}

// servicesOf returns the services of the organization.
func (m *machine) servicesOf(organization uuid.UUID) (services []cloud.Service) {
	for _, s := range *m.services {
		if s.OrganizationID == organization {
			services = append(services, s)
		}
	}
	return services
}

// someService draws a service, or skips the step when there is none.
func (m *machine) someService(t *rapid.T) int {
	if len(*m.services) == 0 {
		t.Skip("there is no service")
	}
	return rapid.IntRange(0, len(*m.services)-1).Draw(t, "service")
}

// slot returns the lowest that no service has.
func (m *machine) slot() int {
	for slot := 1; ; slot++ {
		if !slices.ContainsFunc(*m.services, func(s cloud.Service) bool { return s.Slot == slot }) {
			return slot
		}
	}
}

// ports returns those that services have and those of the range that none has.
func (m *machine) ports() (taken, free []int) {
	for _, s := range *m.services {
		for _, port := range []int{s.Ports.HTTPS, s.Ports.Native} {
			if port != 0 {
				taken = append(taken, port)
			}
		}
	}
	slices.Sort(taken)
	for port := firstPort; port <= lastPort; port++ {
		if !slices.Contains(taken, port) {
			free = append(free, port)
		}
	}
	return taken, free
}

// mutableService draws what of a service can change.
func (m *machine) mutableService(t *rapid.T, s cloud.Service) cloud.Service {
	_, free := m.ports()
	for _, port := range []int{s.Ports.HTTPS, s.Ports.Native} {
		if port != 0 {
			free = append(free, port) // its own
		}
	}
	ports := rapid.Permutation(append(free, 0, 0)).Draw(t, "ports")
	s.Ports = cloud.ServicePorts{HTTPS: ports[0], Native: ports[1]}
	s.Name, s.Message = names.Draw(t, "name"), names.Draw(t, "message")
	s.Goal = rapid.SampledFrom([]cloud.ServiceGoal{cloud.GoalRunning, cloud.GoalIdle, cloud.GoalStopped, cloud.GoalDeleted}).Draw(t, "goal")
	s.State = rapid.SampledFrom(cloud.ServiceStates).Draw(t, "state")
	s.StateSince = storetest.Morning.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "time")) * time.Millisecond)
	s.Password = cloud.ServicePassword{SHA256: cloud.HashOf(s.Message)}
	s.ServiceConfig = cloud.ServiceConfig{
		Scaling:       cloud.DefaultScaling(),
		Addresses:     rapid.SampledFrom([]cloud.AddressList{nil, {}, {{Source: "::/0", Description: s.Name}, {Source: "203.0.113.7"}}}).Draw(t, "addresses"),
		Tags:          rapid.SampledFrom([][]cloud.Tag{nil, {{Key: s.Name}, {Key: "a", Value: s.Message}}}).Draw(t, "tags"),
		Settings:      rapid.SampledFrom([][]cloud.ServiceSetting{nil, {{Name: "z", Value: s.Message}, {Name: "a", Value: "1", Number: true}}}).Draw(t, "settings"),
		QueryEndpoint: rapid.SampledFrom([]*cloud.QueryEndpoint{nil, {KeyIDs: []uuid.UUID{}, Roles: []string{s.Name}}}).Draw(t, "endpoint"),
	}
	return s
}

func (m *machine) insertService(t *rapid.T) {
	s := m.mutableService(t, cloud.Service{ID: uuid.New(), OrganizationID: m.organization(t).ID, Provider: "aws", Region: "eu-central-1", CreatedAt: storetest.Morning})
	// With a gap, now and then, that is filled later.
	s.Slot = m.slot() + rapid.IntRange(0, 1).Draw(t, "gap")
	if slices.ContainsFunc(*m.services, func(other cloud.Service) bool { return other.Slot == s.Slot }) {
		s.Slot = m.slot()
	}
	var inserted []cloud.Service
	m.change(t, func(ctx context.Context, tx *store.Tx) error {
		s, err := tx.InsertService(ctx, s)
		inserted = append(inserted, s)
		return err
	})
	s.Sequence = inserted[0].Sequence
	for i := range m.stores {
		m.equal(t, m.stores[i], "the inserted service", inserted[i], s)
	}
	*m.services = append(*m.services, s)
}

func (m *machine) updateService(t *rapid.T) {
	i := m.someService(t)
	s := m.mutableService(t, (*m.services)[i])
	m.change(t, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateService(ctx, s) })
	(*m.services)[i] = s
}

func (m *machine) deleteService(t *rapid.T) {
	i := m.someService(t)
	s, at := (*m.services)[i], storetest.Morning.Add(time.Hour)
	var want []cloud.Role
	for j, r := range m.roles {
		if r.OrganizationID == s.OrganizationID && about(r, cloud.InstanceResource(s.ID)) {
			m.roles[j] = without(r, cloud.InstanceResource(s.ID))
			m.roles[j].UpdatedAt = at
			want = append(want, m.roles[j])
		}
	}
	var changed [][]cloud.Role
	m.change(t, func(ctx context.Context, tx *store.Tx) error {
		roles, err := tx.DeleteService(ctx, s.OrganizationID, s.ID, at)
		changed = append(changed, roles)
		return err
	})
	for i := range m.stores {
		m.equal(t, m.stores[i], "the roles that named the service", changed[i], want)
	}
	*m.services = slices.Delete(*m.services, i, i+1)
}

// foreignService asks for a service through the other organization.
func (m *machine) foreignService(t *rapid.T) {
	service := (*m.services)[m.someService(t)]
	for _, o := range m.organizations {
		if o.ID != service.OrganizationID {
			service.OrganizationID = o.ID
			break
		}
	}
	for _, s := range m.stores {
		for _, f := range []func(*store.Tx) error{
			func(tx *store.Tx) error {
				_, err := tx.Service(t.Context(), service.OrganizationID, service.ID)
				return err
			},
			func(tx *store.Tx) error { return tx.UpdateService(t.Context(), service) },
			func(tx *store.Tx) error {
				_, err := tx.DeleteService(t.Context(), service.OrganizationID, service.ID, storetest.Morning)
				return err
			},
		} {
			if _, err := s.Write(t.Context(), f); cloud.CodeOf(err) != cloud.NotFound || err.Error() != "Service not found" {
				t.Fatalf("%s: %v", s.Dialect(), err)
			}
		}
	}
}

// fleet is what services share, whosever they are.
type fleet struct {
	Services    []cloud.Service
	Slot        int
	Taken, Free []int
}

func (m *machine) compareServices(t *rapid.T) {
	want := fleet{Services: slices.Clone(*m.services), Slot: m.slot()}
	want.Taken, want.Free = m.ports()
	if len(want.Services) == 0 {
		want.Services = nil
	}
	n := rapid.IntRange(0, lastPort-firstPort+2).Draw(t, "number of ports")
	if want.Free = want.Free[:min(n, len(want.Free))]; len(want.Free) == 0 {
		want.Free = nil
	}
	read(t, m, "what services share", want, func(ctx context.Context, r *store.Reader) (got fleet, err error) {
		var errs [4]error
		got.Services, errs[0] = r.AllServices(ctx)
		got.Slot, errs[1] = r.FreeSlot(ctx)
		got.Taken, errs[2] = r.TakenPorts(ctx)
		got.Free, errs[3] = r.FreePorts(ctx, firstPort, lastPort, n)
		return got, errors.Join(errs[:]...)
	})
}

// about reports whether a policy of the role is about the resource.
func about(r cloud.Role, resource cloud.Resource) bool {
	return slices.ContainsFunc(r.Policies, func(p cloud.Policy) bool { return slices.Contains(p.Resources, resource) })
}

// without returns the role with no policy about the resource.
func without(r cloud.Role, resource cloud.Resource) cloud.Role {
	var left []cloud.Policy
	for _, p := range r.Policies {
		p.Resources = slices.DeleteFunc(slices.Clone(p.Resources), func(r cloud.Resource) bool { return r == resource })
		if len(p.Resources) > 0 {
			left = append(left, p)
		}
	}
	r.Policies = left
	return r
}
