package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// The range from which the tests give ports to services.
const (
	firstPort = 20_000
	lastPort  = 20_999
)

// Service adds a service to the store, which has the lowest free slot and ports, with the
// record of it.
func Service(t *testing.T, s *store.Store, o cloud.Organization, name string) cloud.Service {
	t.Helper()
	service := newService(o, name)
	Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		service, err = insertService(ctx, tx, service)
		return err
	})
	return service
}

// insertService inserts the service with the lowest free slot and ports, and its record.
func insertService(ctx context.Context, tx *store.Tx, s cloud.Service) (cloud.Service, error) {
	var err error
	if s.Slot, err = tx.FreeSlot(ctx); err != nil {
		return s, err
	}
	ports, err := tx.FreePorts(ctx, firstPort, lastPort, 2)
	if err != nil {
		return s, err
	}
	s.Ports = cloud.ServicePorts{HTTPS: ports[0], Native: ports[1]}
	if s, err = tx.InsertService(ctx, s); err != nil {
		return s, err
	}
	return s, tx.Record(ctx, cloud.Activity{
		ID: uuid.New(), OrganizationID: s.OrganizationID, CreatedAt: s.CreatedAt, Type: cloud.ServiceCreated, Actor: cloud.Actor{Type: cloud.ActorSystem},
		Target: cloud.Target{Type: cloud.TargetService, ID: s.ID.String(), Name: s.Name},
	})
}

// newService has everything that a service can have but a place in the order and ports,
// each list in an order that no sorting gives.
func newService(o cloud.Organization, name string) cloud.Service {
	return cloud.Service{
		ID: uuid.New(), OrganizationID: o.ID, Name: name, Provider: "aws", Region: "eu-central-1", CreatedAt: Morning, Slot: 1,
		Goal: cloud.GoalRunning, State: cloud.ServiceDegraded, StateSince: Morning.Add(time.Millisecond), Message: "The server ended: " + name, Version: "25.8.1.1",
		Password: cloud.ServicePassword{SHA256: cloud.HashOf(name), DoubleSHA1: "0123456789abcdef0123456789abcdef01234567"},
		ServiceConfig: cloud.ServiceConfig{
			Scaling:  cloud.Scaling{Mode: cloud.Horizontal, MinMemory: 8, MaxMemory: 356, MinReplicas: 2, MaxReplicas: 20, Idle: true, IdleMinutes: 5},
			Schedule: schedule(name), Addresses: cloud.AddressList{{Source: "2001:DB8::/32", Description: name}, {Source: "203.0.113.7"}},
			Tags: []cloud.Tag{{Key: "z", Value: name}, {Key: "a"}}, PrivateEndpointIDs: []string{"vpce-2", "vpce-1"},
			ReleaseChannel: cloud.ChannelFast, Profile: "v1-highmem-xl", EnableCoreDumps: true, CoreDumpsBarred: true, MySQL: true,
			UpgradeWindow: &cloud.UpgradeWindow{Weekday: 6, StartHour: 18},
			Backups:       cloud.BackupSchedule{PeriodHours: 12, RetentionHours: 48, StartTime: "23:00"},
			Settings: []cloud.ServiceSetting{
				{Name: "max_threads", Value: "18446744073709551615", Number: true},
				{Name: "async_insert", Value: "false", Bool: true},
				{Name: "format", Value: name},
				{Name: "max_connections", Value: "100", Number: true, Server: true},
			},
			QueryEndpoint: &cloud.QueryEndpoint{ID: uuid.New(), KeyIDs: roleIDs, Roles: []string{"z", name}, AllowedOrigins: "https://console.example.com"},
		},
	}
}

// longestService has everything as long as the rules of cloud allow, made of the text.
func longestService(o cloud.Organization, text string, addresses cloud.AddressList) cloud.Service {
	s := newService(o, text[:cloud.MaxServiceName])
	s.Addresses, s.Tags, s.Settings, s.Schedule = addresses, nil, nil, nil
	for range cloud.MaxTags {
		s.Tags = append(s.Tags, cloud.Tag{Key: strings.Repeat("k", 128), Value: strings.Repeat("v", 256)})
	}
	for i := range cloud.MaxServiceSettings {
		s.Settings = append(s.Settings, cloud.ServiceSetting{Name: "setting_" + strings.Repeat("a", i%120), Value: strings.Repeat(text[:1], cloud.MaxSettingValueLength)})
	}
	for range cloud.MaxPrivateEndpoints {
		s.PrivateEndpointIDs = append(s.PrivateEndpointIDs, text)
	}
	for range cloud.MaxQueryEndpointKeys {
		s.QueryEndpoint.KeyIDs = append(s.QueryEndpoint.KeyIDs, uuid.New())
	}
	for range cloud.MaxScheduleEntries {
		s.Schedule = append(s.Schedule, schedule(text)[0])
	}
	return s
}

// schedule has an entry that says all and one that says what it must.
func schedule(name string) []cloud.ScheduleEntry {
	number := func(n int) *int { return &n }
	idle := false
	return []cloud.ScheduleEntry{
		{
			ID: uuid.New(), Name: name, Weekdays: []int{5, 0, 1}, From: 22, To: 6, Mode: cloud.Vertical, MinMemory: number(16), MaxMemory: number(32),
			MinReplicas: number(3), MaxReplicas: number(3), Idle: &idle, IdleMinutes: number(30),
		},
		{ID: uuid.New(), Name: "bare", Weekdays: []int{3}, From: 0, To: 24, Mode: cloud.Horizontal},
	}
}

// fillServices adds services in every state and with every list of addresses.
func fillServices(t *testing.T, s *store.Store) {
	t.Helper()
	for _, o := range state(t, s).Organizations {
		for i, state := range cloud.ServiceStates {
			service := newService(o, hardNames[i%len(hardNames)])
			service.State, service.Addresses = state, addressLists[i%len(addressLists)]
			if i%2 == 1 {
				service.ServiceConfig = cloud.ServiceConfig{Addresses: service.Addresses}
				service.Goal, service.Message, service.Version, service.Password = cloud.GoalStopped, "", "", cloud.ServicePassword{}
			}
			Write(t, s, func(ctx context.Context, tx *store.Tx) error {
				_, err := insertService(ctx, tx, service)
				return err
			})
		}
	}
}

func service(t *testing.T, s *store.Store, of cloud.Service) cloud.Service {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (cloud.Service, error) {
		return r.Service(ctx, of.OrganizationID, of.ID)
	})
}

func servicesOf(t *testing.T, s *store.Store, o cloud.Organization) []cloud.Service {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.Service, error) { return r.Services(ctx, o.ID) })
}

func deleteService(t *testing.T, s *store.Store, service cloud.Service, at time.Time) (changed []cloud.Role) {
	t.Helper()
	Write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		changed, err = tx.DeleteService(ctx, service.OrganizationID, service.ID, at)
		return err
	})
	return changed
}

func freeSlot(t *testing.T, s *store.Store) int {
	t.Helper()
	return Read(t, s, func(ctx context.Context, r *store.Reader) (int, error) { return r.FreeSlot(ctx) })
}
