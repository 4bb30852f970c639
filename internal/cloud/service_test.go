package cloud_test

import (
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// fullService returns a service in which every field has a value.
func fullService() cloud.Service {
	eight, yes := 8, true
	return cloud.Service{
		ID: uuid.New(), OrganizationID: uuid.New(), Name: "orders", Provider: "aws", Region: "eu-central-1", CreatedAt: time.Unix(1, 0), Goal: cloud.GoalRunning, State: cloud.ServiceRunning,
		StateSince: time.Unix(2, 0), Message: "a sentence", Version: "26.8", Slot: 1, Ports: cloud.ServicePorts{HTTPS: 1, Native: 2},
		Password: cloud.ServicePassword{SHA256: cloud.HashOf("a"), DoubleSHA1: "b"}, Sequence: 5,
		ServiceConfig: cloud.ServiceConfig{
			Scaling: cloud.DefaultScaling(), Addresses: cloud.AddressList{{Source: "10.0.0.0/8"}}, Tags: []cloud.Tag{{Key: "a"}}, PrivateEndpointIDs: []string{"a"},
			ReleaseChannel: cloud.ChannelDefault, Profile: cloud.DefaultProfile, EnableCoreDumps: true, CoreDumpsBarred: true, MySQL: true, UpgradeWindow: &cloud.UpgradeWindow{Weekday: 1},
			Schedule: []cloud.ScheduleEntry{{
				ID: uuid.New(), Name: "a", Weekdays: []int{1}, From: 1, To: 2, Mode: cloud.Vertical, MinMemory: &eight, MaxMemory: &eight, MinReplicas: &eight, MaxReplicas: &eight,
				Idle: &yes, IdleMinutes: &eight,
			}},
			Backups: cloud.BackupSchedule{PeriodHours: 12}, Settings: []cloud.ServiceSetting{{Name: "a", Value: "b"}},
			QueryEndpoint: &cloud.QueryEndpoint{ID: uuid.New(), KeyIDs: []uuid.UUID{uuid.New()}, Roles: []string{"a"}, AllowedOrigins: "*"},
		},
	}
}

func TestServicesAreEqualInEverything(t *testing.T) {
	// A change of any field at any depth is seen, or it would not be written; only the place in the
	// order, which never changes, is not looked at. A clone is equal, and changing it in place, at
	// whatever depth, leaves the service as it was.
	full := fullService()
	var walk func(path string, of func(*cloud.Service) reflect.Value)
	walk = func(path string, of func(*cloud.Service) reflect.Value) {
		s := full.Clone()
		other := s.Clone()
		v := of(&other)
		if path == ".Sequence" {
			return
		}
		switch v.Kind() {
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				v.Set(reflect.ValueOf(time.Unix(99, 0)))
				break
			}
			for i := range v.NumField() {
				walk(path+"."+v.Type().Field(i).Name, func(s *cloud.Service) reflect.Value { return of(s).Field(i) })
			}
			return
		case reflect.Slice:
			if v.Len() != 1 {
				t.Fatalf("%s has %d items: give it one in fullService", path, v.Len())
			}
			walk(path+"[]", func(s *cloud.Service) reflect.Value { return of(s).Index(0) })
			v.Set(v.Slice(0, 0))
		case reflect.Pointer:
			if v.IsNil() {
				t.Fatalf("%s is nil: give it a value in fullService", path)
			}
			walk(path+"*", func(s *cloud.Service) reflect.Value { return of(s).Elem() })
			v.Set(reflect.Zero(v.Type()))
		case reflect.String:
			v.SetString("changed")
		case reflect.Int, reflect.Int64:
			v.SetInt(99)
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Array:
			v.Set(reflect.Zero(v.Type()))
		default:
			t.Fatalf("%s is a %s: say here how it is changed", path, v.Kind())
		}
		if !s.Equal(full) || s.Equal(other) || other.Equal(s) {
			t.Errorf("a change of %s is not seen, or changes the original", path)
		}
	}
	walk("", func(s *cloud.Service) reflect.Value { return reflect.ValueOf(s).Elem() })
}

func TestLabelsOfServices(t *testing.T) {
	// A label is a part of a host name, always the same one of a service, and hardly ever another's.
	form, seen := regexp.MustCompile(`^[a-z][a-z0-9]{9}$`), map[string]bool{}
	for range 10_000 {
		s := cloud.Service{ID: uuid.New()}
		label := s.Label()
		if !form.MatchString(label) || label != s.Label() || seen[label] {
			t.Fatalf("the label of %s is %s", s.ID, label)
		}
		seen[label] = true
	}
}

func TestRegionsOfProviders(t *testing.T) {
	// Every region is one provider's, as the Cloud has them.
	want := map[string]int{"aws": 13, "gcp": 6, "azure": 5}
	all := 0
	for _, p := range cloud.CloudProviders {
		regions := cloud.RegionsOf(p)
		if all += len(regions); len(regions) != want[p] {
			t.Errorf("%s has the regions %q", p, regions)
		}
	}
	if all != len(cloud.Regions) || !slices.Contains(cloud.RegionsOf("gcp"), "us-central1") || !slices.Contains(cloud.RegionsOf("azure"), "germanywestcentral") {
		t.Errorf("%d of %d regions are somebody's", all, len(cloud.Regions))
	}
}
