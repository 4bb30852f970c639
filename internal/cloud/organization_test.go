package cloud_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func endpoint(id, description string) cloud.PrivateEndpoint {
	return cloud.PrivateEndpoint{ID: id, Description: description, CloudProvider: "aws", Region: "eu-central-1"}
}

func TestOrganizationPatchChangesWhatItNames(t *testing.T) {
	// A patch changes what it holds and leaves the rest, and the organization it was
	// applied to, as they were.
	org := cloud.Organization{ID: ours.ID, Name: "before", PrivateEndpoints: []cloud.PrivateEndpoint{endpoint("a", "1"), endpoint("b", "1")}}
	name, yes, no := "after", true, false
	for question, test := range map[string]struct {
		patch cloud.OrganizationPatch
		want  func(*cloud.Organization)
	}{
		"nothing":   {cloud.OrganizationPatch{}, func(*cloud.Organization) {}},
		"a name":    {cloud.OrganizationPatch{Name: &name}, func(o *cloud.Organization) { o.Name = "after" }},
		"on":        {cloud.OrganizationPatch{EnableCoreDumps: &yes}, func(o *cloud.Organization) { o.EnableCoreDumps = true }},
		"still off": {cloud.OrganizationPatch{EnableCoreDumps: &no}, func(*cloud.Organization) {}},
		"an endpoint more": {
			cloud.OrganizationPatch{AddPrivateEndpoints: []cloud.PrivateEndpoint{endpoint("c", "1")}},
			func(o *cloud.Organization) {
				o.PrivateEndpoints = []cloud.PrivateEndpoint{endpoint("a", "1"), endpoint("b", "1"), endpoint("c", "1")}
			},
		},
		"an endpoint less, by its id alone": {
			cloud.OrganizationPatch{RemovePrivateEndpoints: []cloud.PrivateEndpoint{{ID: "a"}, {ID: "unknown"}}},
			func(o *cloud.Organization) { o.PrivateEndpoints = []cloud.PrivateEndpoint{endpoint("b", "1")} },
		},
		"an endpoint in both survives, as it was added": {
			cloud.OrganizationPatch{
				AddPrivateEndpoints:    []cloud.PrivateEndpoint{endpoint("a", "2")},
				RemovePrivateEndpoints: []cloud.PrivateEndpoint{endpoint("a", "1")},
			},
			func(o *cloud.Organization) {
				o.PrivateEndpoints = []cloud.PrivateEndpoint{endpoint("b", "1"), endpoint("a", "2")}
			},
		},
		"an endpoint added twice is there once, as it came last": {
			cloud.OrganizationPatch{AddPrivateEndpoints: []cloud.PrivateEndpoint{endpoint("c", "1"), endpoint("c", "2")}},
			func(o *cloud.Organization) {
				o.PrivateEndpoints = []cloud.PrivateEndpoint{endpoint("a", "1"), endpoint("b", "1"), endpoint("c", "2")}
			},
		},
	} {
		want := org
		test.want(&want)
		before := slices.Clone(org.PrivateEndpoints)
		got, err := test.patch.Apply(org)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", question, got, err)
		}
		if org.Name != "before" || !slices.Equal(org.PrivateEndpoints, before) {
			t.Errorf("%s: the organization before changed too: %+v", question, org)
		}
	}
}

func TestOrganizationPatchRefusesWhatIsWrong(t *testing.T) {
	// A wrong value is refused with its field, and the number of endpoints is bounded.
	name := " "
	add := func(e ...cloud.PrivateEndpoint) cloud.OrganizationPatch {
		return cloud.OrganizationPatch{AddPrivateEndpoints: e}
	}
	var many []cloud.PrivateEndpoint
	for i := range cloud.MaxPrivateEndpoints + 1 {
		many = append(many, endpoint(fmt.Sprint(i), ""))
	}
	for field, patch := range map[string]cloud.OrganizationPatch{
		"name: ":                                  {Name: &name},
		"privateEndpoints.add[].id: ":             add(endpoint("", "")),
		"privateEndpoints.add[].description: ":    add(endpoint("a", "two\nlines")),
		"privateEndpoints.add[].cloudProvider: ":  add(cloud.PrivateEndpoint{ID: "a", CloudProvider: "AWS", Region: "eu-central-1"}),
		"privateEndpoints.add[].region: ":         add(cloud.PrivateEndpoint{ID: "a", CloudProvider: "aws", Region: "moon"}),
		"privateEndpoints.add: expected at most ": add(many...),
	} {
		if _, err := patch.Apply(ours); cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), field) {
			t.Errorf("%s%v", field, err)
		}
	}
	full, err := add(many[1:]...).Apply(ours)
	if err != nil || len(full.PrivateEndpoints) != cloud.MaxPrivateEndpoints {
		t.Fatalf("%d endpoints: %v", len(full.PrivateEndpoints), err)
	}
	if _, err := add(many[0]).Apply(full); cloud.CodeOf(err) != cloud.Invalid {
		t.Errorf("one more: %v", err)
	}
	if _, err := (cloud.OrganizationPatch{AddPrivateEndpoints: many[:1], RemovePrivateEndpoints: many[1:2]}).Apply(full); err != nil {
		t.Errorf("one for another: %v", err)
	}
}
