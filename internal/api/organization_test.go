package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// An organization is listed and shown as it is; a patch changes what it names, is
// there at once for every reader, and is recorded once for each aspect.
func TestOrganizationIsPatched(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.admin.get("/v1/organizations").ok().shows(map[string]string{
			"result.0.id": inJSON(h.id), "result.0.name": `"Data platform"`, "result.0.createdAt": `"2026-03-01T12:00:30Z"`,
			"result.0.privateEndpoints": "[]", "result.0.byocConfig": "[]", "result.0.enableCoreDumps": "true", "result.1": "null",
		})
		seen := len(h.activities(h.id))
		for _, c := range []struct {
			patch string
			want  map[string]string
			types []string
		}{
			{`{"name":"Analytics"}`, map[string]string{"result.name": `"Analytics"`}, []string{"organization_update_name"}},
			{`{"name":"Analytics"}`, nil, nil},
			{`{"enableCoreDumps":false}`, map[string]string{"result.enableCoreDumps": "false", "result.name": `"Analytics"`}, []string{"organization_update_core_dumps"}},
			{`{"enableCoreDumps":false,"unknown":{"a":[]}}`, nil, nil},
			{
				`{"privateEndpoints":{"add":[{"id":"vpce-1","cloudProvider":"aws","region":"eu-west-1"},{"id":"psc-2","description":"two","cloudProvider":"gcp","region":"europe-west4"}]}}`,
				map[string]string{"result.privateEndpoints": `[{"cloudProvider":"aws","id":"vpce-1","region":"eu-west-1"},{"cloudProvider":"gcp","description":"two","id":"psc-2","region":"europe-west4"}]`},
				[]string{"organization_update_private_endpoints"},
			},
			{ // to remove comes first, so that an endpoint can be replaced in one request
				`{"privateEndpoints":{"add":[{"id":"psc-2","cloudProvider":"azure","region":"eastus"}],"remove":[{"id":"psc-2"},{"id":"nothing"}]}}`,
				map[string]string{"result.privateEndpoints": `[{"cloudProvider":"aws","id":"vpce-1","region":"eu-west-1"},{"cloudProvider":"azure","id":"psc-2","region":"eastus"}]`},
				[]string{"organization_update_private_endpoints"},
			},
			{`{"privateEndpoints":{"remove":[{"id":"nothing","description":"?","cloudProvider":"aws","region":"eu-west-1"}]}}`, nil, nil},
			{
				`{"name":"All","enableCoreDumps":true,"privateEndpoints":{"remove":[{"id":"vpce-1"},{"id":"psc-2"}]}}`,
				map[string]string{"result.name": `"All"`, "result.enableCoreDumps": "true", "result.privateEndpoints": "[]"},
				[]string{"organization_update_name", "organization_update_core_dumps", "organization_update_private_endpoints"},
			},
		} {
			a := h.admin.patch("~", c.patch).ok()
			a.shows(c.want)
			if got, want := inJSON(h.admin.get("~").ok().value("result")), inJSON(a.value("result")); got != want {
				t.Errorf("%s answers %s, then there is %s", c.patch, want, got)
			}
			if got, want := inJSON(h.admin.get("/v1/organizations").ok().value("result.0")), inJSON(a.value("result")); got != want {
				t.Errorf("%s answers %s, then listed is %s", c.patch, want, got)
			}
			var types []string
			all := h.activities(h.id)
			for _, activity := range all[seen:] {
				types = append(types, string(activity.Type))
				if activity.KeyUpdate != "" || activity.Actor.ID != h.admin.id {
					t.Errorf("recorded is %+v", activity)
				}
			}
			if seen = len(all); !slices.Equal(types, c.types) {
				t.Errorf("%s is recorded as %q, want %q", c.patch, types, c.types)
			}
		}
	})
}

// A patch that is wrong in one field changes nothing, and says which field it is.
func TestWrongOrganizationPatchChangesNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		nameOf := func(length int) string { return `{"name":"` + strings.Repeat("x", length) + `"}` }
		add := func(entry string) string { return `{"name":"changed","privateEndpoints":{"add":[` + entry + `]}}` }
		before := h.admin.get("~").ok().bytes()
		for body, part := range map[string]string{
			nameOf(256):           "name: expected at most 255 characters, got 256",
			`{"name":"  "}`:       "name: expected a name of 1 to 255 characters",
			`{"name":"a\u0000b"}`: "name: control characters are not allowed",
			`{"name":"changed","enableCoreDumps":"yes"}`: `enableCoreDumps: expected boolean, got "yes"`,
			`{"name":"changed","privateEndpoints":[]}`:   "privateEndpoints: expected object",

			add(`{}`):                               "privateEndpoints.add[0]: expected required property id to be present",
			add(`{"id":"a","cloudProvider":"aws"}`): `privateEndpoints.add[].region: expected a region of the Cloud`,
			add(`{"id":"a","region":"eu-west-1"}`):  `privateEndpoints.add[].cloudProvider: expected one of aws, gcp, azure, got ""`,

			add(`{"id":"a","cloudProvider":"ibm","region":"eu-west-1"}`):                         `privateEndpoints.add[0].cloudProvider: expected one of gcp, aws, azure, got "ibm"`,
			add(`{"id":"a","cloudProvider":"aws","region":"mars-1"}`):                            `privateEndpoints.add[0].region: expected one of `,
			add(`{"id":"","cloudProvider":"aws","region":"eu-west-1"}`):                          "privateEndpoints.add[].id: expected a name",
			add(`{"id":"a","cloudProvider":"aws","region":"eu-west-1","description":"a\u0007"}`): "privateEndpoints.add[].description: control characters are not allowed",
			`{"name":"changed","privateEndpoints":{"remove":[{"id":5}]}}`:                        "privateEndpoints.remove[0].id: expected string, got 5",
		} {
			h.admin.patch("~", body).says(400, "BAD_REQUEST: "+part)
		}
		if after := h.admin.get("~").ok().bytes(); after != before {
			t.Errorf("the organization became %s", after)
		}
	})
}

// An organization has a bound of private endpoints, however they are added, and
// one request has a bound of them too.
func TestPrivateEndpointsAreBounded(t *testing.T) {
	h := onSQLite(t)
	endpoints := func(from, to int) string {
		var all []string
		for i := from; i < to; i++ {
			all = append(all, fmt.Sprintf(`{"id":"vpce-%d","cloudProvider":"aws","region":"eu-west-1"}`, i))
		}
		return `[` + strings.Join(all, ",") + `]`
	}
	h.admin.patch("~", `{"privateEndpoints":{"add":`+endpoints(0, 1000)+`}}`).ok()
	h.admin.patch("~", `{"privateEndpoints":{"add":`+endpoints(1000, 1001)+`}}`).says(400, "BAD_REQUEST: privateEndpoints.add: expected at most 1000")
	h.admin.patch("~", `{"privateEndpoints":{"add":`+endpoints(1000, 1001)+`,"remove":`+endpoints(0, 1)+`}}`).ok()
	h.admin.patch("~", `{"privateEndpoints":{"add":`+endpoints(0, 10_000)+`}}`).says(400, "BAD_REQUEST: privateEndpoints.add: expected")
	h.admin.patch("~", `{"privateEndpoints":{"remove":`+endpoints(0, 10_000)+`}}`).says(400, "BAD_REQUEST: privateEndpoints.remove: expected")
}

// As long as there is no service in a region, its private endpoint configuration
// is 400 with "no created instances", as clients expect of the Cloud.
func TestPrivateEndpointConfigWithoutServices(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const path = "~/privateEndpointConfig"
		h.admin.get(path+"?cloud_provider=aws&region_id=eu-west-1").is(400, "BAD_REQUEST: region_id: there are no created instances in the region eu-west-1 of aws")
		h.admin.get(path+"?cloud_provider=gcp&region_id=us-central1").says(400, "no created instances")
		h.admin.get(path+"?cloud_provider=aws&region_id=mars-1").is(400, `BAD_REQUEST: region_id: expected a region of the Cloud such as eu-central-1, got "mars-1"`)
		h.admin.get(path+"?cloud_provider=ibm&region_id=eu-west-1").is(400, `BAD_REQUEST: cloud_provider: expected one of aws, gcp, azure, got "ibm"`)
		h.admin.get(path+"?cloud_provider=aws").says(400, "BAD_REQUEST: region_id: required query parameter is missing")
		h.admin.get(path+"?region_id=eu-west-1").says(400, "BAD_REQUEST: cloud_provider: required query parameter is missing")
	})
}
