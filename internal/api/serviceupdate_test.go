package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A patch changes what it names and nothing else, what is to be removed goes first, and lists
// keep their order: each aspect is recorded once, and what changes nothing is not.
func TestServiceIsPatched(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service(`"name":"orders"`, `"ipAccessList":[{"source":"10.0.0.0/8","description":"lan"},{"source":"203.0.113.7"}]`, `"tags":[{"key":"env","value":"test"}]`)
		path := "~/services/" + id
		for _, c := range []struct {
			patch string
			want  map[string]string
			types []string
		}{
			{`{}`, nil, nil},
			{`{"name":null,"ipAccessList":null,"privateEndpointIds":null,"releaseChannel":null,"endpoints":null,"tags":null,"enableCoreDumps":null,"transparentDataEncryptionKeyId":null,"unknown":1}`, nil, nil},
			{`{"name":"orders","releaseChannel":"default","enableCoreDumps":true,"ipAccessList":{},"tags":{},"privateEndpointIds":{},"endpoints":[],"transparentDataEncryptionKeyId":""}`, nil, nil},
			{`{"ipAccessList":{"add":[],"remove":[]},"tags":{"add":[],"remove":[]},"privateEndpointIds":{"add":[],"remove":[]}}`, nil, nil},
			{`{"name":"bills"}`, map[string]string{"result.name": `"bills"`}, []string{"service_update_name"}},
			{
				`{"ipAccessList":{"add":[{"source":"192.0.2.0/24"},{"source":"2001:db8::1","description":"six"}],"remove":[{"source":"203.0.113.7","description":"of old"}]}}`,
				map[string]string{"result.ipAccessList": `[{"description":"lan","source":"10.0.0.0/8"},{"source":"192.0.2.0/24"},{"description":"six","source":"2001:db8::1"}]`},
				[]string{"service_update_ip_access_list"},
			},
			{ // an entry in both survives, and the order is that of add
				`{"ipAccessList":{"add":[{"source":"2001:db8::1","description":"six"},{"source":"10.0.0.0/8","description":"lan"}],"remove":[{"source":"10.0.0.0/8"},{"source":"192.0.2.0/24"},{"source":"2001:db8::1"}]}}`,
				map[string]string{"result.ipAccessList": `[{"description":"six","source":"2001:db8::1"},{"description":"lan","source":"10.0.0.0/8"}]`},
				[]string{"service_update_ip_access_list"},
			},
			{`{"ipAccessList":{"add":[{"source":"2001:db8::1","description":"six"}]}}`, nil, nil}, // it is there
			{
				`{"ipAccessList":{"add":[{"source":"2001:db8::1"}]}}`,
				map[string]string{"result.ipAccessList": `[{"source":"2001:db8::1"},{"description":"lan","source":"10.0.0.0/8"}]`},
				[]string{"service_update_ip_access_list"},
			},
			{ // a list in the place of the object replaces all
				`{"ipAccessList":[{"source":"0.0.0.0/0","description":"anywhere"}]}`,
				map[string]string{"result.ipAccessList": `[{"description":"anywhere","source":"0.0.0.0/0"}]`},
				[]string{"service_update_ip_access_list"},
			},
			{`{"ipAccessList":[]}`, map[string]string{"result.ipAccessList": `[]`}, []string{"service_update_ip_access_list"}},
			{ // tags are found by their keys alone
				`{"tags":{"add":[{"key":"env","value":"prod"},{"key":"team"}],"remove":[{"key":"env","value":"other"}]}}`,
				map[string]string{"result.tags": `[{"key":"env","value":"prod"},{"key":"team"}]`},
				[]string{"service_update_tags"},
			},
			{`{"tags":{"add":[{"key":"env","value":"live"}]}}`, map[string]string{"result.tags": `[{"key":"env","value":"live"},{"key":"team"}]`}, []string{"service_update_tags"}},
			{`{"tags":{"remove":[{"key":"nothing"}]}}`, nil, nil},
			{`{"privateEndpointIds":{"add":["a","b"]}}`, map[string]string{"result.privateEndpointIds": `["a","b"]`}, []string{"service_update_private_endpoints"}},
			{`{"privateEndpointIds":{"add":["c","a"],"remove":["a","b","x"]}}`, map[string]string{"result.privateEndpointIds": `["c","a"]`}, []string{"service_update_private_endpoints"}},
			{`{"releaseChannel":"fast","endpoints":[{"protocol":"mysql","enabled":false}]}`, map[string]string{"result.releaseChannel": `"fast"`, "result.endpoints.2": "null"}, []string{"service_update_release_channel"}},
			{`{"enableCoreDumps":false}`, map[string]string{"result.enableCoreDumps": "false"}, []string{"service_update_core_dump"}},
			{
				`{"name":"all","tags":{"remove":[{"key":"env"},{"key":"team"}]},"enableCoreDumps":true}`,
				map[string]string{"result.name": `"all"`, "result.tags": "[]", "result.enableCoreDumps": "true"},
				[]string{"service_update_name", "service_update_tags", "service_update_core_dump"},
			},
		} {
			seen, before := len(h.activities(h.id)), inJSON(h.admin.get(path).ok().value("result"))
			a := h.admin.patch(path, c.patch).ok()
			a.shows(c.want)
			if got, want := inJSON(h.admin.get(path).ok().value("result")), inJSON(a.value("result")); got != want || c.want == nil && want != before {
				t.Errorf("%s answers %s, then there is %s; before %s", c.patch, want, got, before)
			}
			types := []string{}
			for _, activity := range h.activities(h.id)[seen:] {
				types = append(types, string(activity.Type))
				if activity.Target.ID != id || activity.Actor.ID != h.admin.id {
					t.Errorf("recorded is %+v", activity)
				}
			}
			if !slices.Equal(types, append([]string{}, c.types...)) {
				t.Errorf("%s is recorded as %q, want %q", c.patch, types, c.types)
			}
		}
	})
}

// What is wrong of a patch is refused with its field and value, and changes nothing, not even
// what is right of it.
func TestWrongServicePatchChangesNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service(`"name":"orders"`, `"ipAccessList":[{"source":"10.0.0.0/8"}]`)
		h.admin.patch("~", `{"enableCoreDumps":false}`).ok()
		before := h.revision()
		addresses := make([]string, 1000)
		for i := range addresses {
			addresses[i] = fmt.Sprintf(`{"source":"192.0.%d.%d"}`, i/250, i%250)
		}
		for patch, sentence := range map[string]string{
			`"name":""`:                  `name: expected a name of 1 to 50 characters, got ""`,
			`"name":5`:                   `name: expected string, got 5`,
			`"releaseChannel":"nightly"`: `releaseChannel: expected one of slow, default, fast, got "nightly"`,
			`"endpoints":[{"protocol":"mysql","enabled":true}]`:             `endpoints[0].enabled: expected false, because no engine here speaks the MySQL protocol, got true`,
			`"transparentDataEncryptionKeyId":"k"`:                          `transparentDataEncryptionKeyId: expected none, because disks are encrypted by whoever runs Gatehouse, got "k"`,
			`"ipAccessList":{"add":[{"source":"here"}]}`:                    `ipAccessList.add[0].source: expected an IPv4 or IPv6 address or CIDR range such as 203.0.113.0/24, got "here"`,
			`"ipAccessList":[{"source":"here"}]`:                            `ipAccessList[0].source: expected an IPv4 or IPv6 address`,
			`"ipAccessList":{"add":[` + strings.Join(addresses, ",") + `]}`: `ipAccessList.add: expected at most 1000 entries in all, got 1001`,
			`"ipAccessList":5`:                    `ipAccessList: expected an object with the lists add and remove, or a list, of objects with the texts source and description`,
			`"ipAccessList":{"add":"10.0.0.0/8"}`: `ipAccessList: expected an object with the lists add and remove`,
			`"ipAccessList":["10.0.0.0/8"]`:       `ipAccessList: expected an object with the lists add and remove`,
			`"tags":{"add":[{"key":""}]}`:         `tags.add[0].key: expected 1 to 128 letters, digits, dots, dashes and underscores, got ""`,
			`"tags":{"remove":[{"key":"a b"}]}`:   `tags.remove[0].key: expected 1 to 128 letters`,
			`"tags":[{"key":"a"}]`:                `tags: expected object`,
			`"privateEndpointIds":{"add":[""]}`:   `privateEndpointIds.add[0]: expected a name of 1 to 255 characters, got ""`,
		} {
			right := `"name":"changed"`
			if strings.HasPrefix(patch, `"name"`) {
				right = `"releaseChannel":"slow"`
			}
			h.admin.patch("~/services/"+id, "{"+patch+","+right+"}").says(400, "BAD_REQUEST: ", sentence)
		}
		h.admin.patch("~/services/"+id, `{"name":"changed","enableCoreDumps":true}`).says(400, "enableCoreDumps: expected false, because the organization has switched core dumps off")
		h.admin.get("~/services/" + id).ok().shows(map[string]string{"result.name": `"orders"`, "result.enableCoreDumps": "false"}) // as the organization has it
		h.admin.patch("~/services/"+id, `{"name":"changed","enableCoreDumps":false}`).ok()
		if h.revision() != before+1 {
			t.Error("a refused request changed something")
		}
	})
}

// Of patches at the same time none is lost: each sees what the one before has made.
func TestPatchesAtTheSameTimeAreAllMade(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		const n = 12
		for _, a := range together(n, func(i int) *answer {
			return h.admin.patch("~/services/"+id, fmt.Sprintf(`{"ipAccessList":{"add":[{"source":"192.0.2.%d"}]},"tags":{"add":[{"key":"tag-%d"}]}}`, i, i))
		}) {
			a.ok()
		}
		a := h.admin.get("~/services/" + id).ok()
		if len(a.list("result.ipAccessList")) != n || len(a.list("result.tags")) != n {
			t.Errorf("of %d entries there are %d, of as many tags %d", n, len(a.list("result.ipAccessList")), len(a.list("result.tags")))
		}
		// The observers have seen the same changes in the same order.
		last := h.fleet.applied[len(h.fleet.applied)-1]
		for i, s := range h.fleet.applied {
			if len(s.Tags) != i {
				t.Errorf("the change %d was applied with %d tags", i, len(s.Tags))
			}
		}
		if len(last.Tags) != n {
			t.Errorf("at last %d tags were applied", len(last.Tags))
		}
	})
}

// When a change is answered, whoever keeps services in memory has it: so an address that
// was taken from the list is refused from the answer on.
func TestChangeIsAppliedBeforeItsAnswer(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := uuid.MustParse(h.admin.service(`"name":"a"`, `"ipAccessList":[{"source":"0.0.0.0/0"}]`))
		known := func() cloud.Service {
			h.fleet.mu.Lock()
			defer h.fleet.mu.Unlock()
			return h.fleet.services[id]
		}
		if set := known().Addresses.Set(); set.Empty() {
			t.Error("nobody may reach the service")
		}
		h.admin.patch("~/services/"+id.String(), `{"ipAccessList":{"remove":[{"source":"0.0.0.0/0"}]}}`).ok()
		if s := known(); s.Addresses == nil || !s.Addresses.Set().Empty() {
			t.Errorf("the list is %v: with no list everybody would be let in", s.Addresses)
		}
		// Read again from the store it is the same: no list must not become "from anywhere".
		if err := h.control.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := known(); s.Addresses == nil || !s.Addresses.Set().Empty() {
			t.Errorf("read again, the list is %v", s.Addresses)
		}
		h.admin.patch("~/services/"+id.String()+"/replicaScaling", `{"maxReplicaMemoryGb":16}`).ok()
		if got := known().Scaling.MaxMemory; got != 16 {
			t.Errorf("the memory is %d GiB", got)
		}
	})
}

// A service on its way out is shown until it is gone, and cannot be changed any more.
func TestServiceThatIsBeingDeletedIsNotChanged(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		path := "~/services/" + id
		h.admin.delete(path).ok()
		before := h.revision()
		for request, body := range map[string]string{"": `{"name":"new"}`, "/replicaScaling": `{"numReplicas":2}`, "/scaling": `{"numReplicas":2}`, "/password": `{}`} {
			h.admin.patch(path+request, body).is(409, `CONFLICT: The service "orders" is being deleted`)
		}
		h.admin.post(path+"/privateEndpoint", `{"id":"vpce-1"}`).is(409, `CONFLICT: The service "orders" is being deleted`)
		h.admin.delete(path).ok() // that is what it does
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
		h.admin.get(path).ok().shows(map[string]string{"result.state": `"terminating"`})
		h.run()
		for _, a := range []*answer{
			h.admin.get(path), h.admin.patch(path, `{}`), h.admin.delete(path), h.admin.patch(path+"/state", `{"command":"start"}`), h.admin.patch(path+"/password", `{}`),
			h.admin.get(path + "/privateEndpointConfig"),
		} {
			a.is(404, "NOT_FOUND: Service not found")
		}
		h.admin.get("~/services").ok().shows(map[string]string{"result": "[]"})
		h.recorded(id, "service_create by api", "service_delete by api", "service_terminated by system")
	})
}

// While the organization has core dumps switched off no service has them, whatever was said of it,
// and each has what was said of it when the organization switches them on again: what was created
// meanwhile too.
func TestCoreDumpsOfServicesAreMasked(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		is := func(id, want string) {
			t.Helper()
			h.admin.get("~/services/" + id).ok().shows(map[string]string{"result.enableCoreDumps": want})
		}
		const barred = "BAD_REQUEST: enableCoreDumps: expected false, because the organization has switched core dumps off, got true"
		on, changed := h.admin.service(), h.admin.service()
		h.admin.patch("~", `{"enableCoreDumps":false}`).ok()
		is(on, "false")
		h.admin.patch("~/services/"+on, `{"enableCoreDumps":true}`).is(400, barred)
		h.admin.patch("~/services/"+on, `{"name":"renamed"}`).ok().shows(map[string]string{"result.name": `"renamed"`, "result.enableCoreDumps": "false"})
		h.admin.patch("~/services/"+changed, `{"enableCoreDumps":false}`).ok().shows(map[string]string{"result.enableCoreDumps": "false"})
		h.admin.post("~/services", `{"name":"a","provider":"aws","region":"us-east-1","enableCoreDumps":true}`).is(400, barred)
		absent, never := h.admin.service(), h.admin.service(`"name":"never"`, `"enableCoreDumps":false`)
		is(absent, "false")
		h.admin.patch("~", `{"enableCoreDumps":true}`).ok()
		is(on, "true")
		is(changed, "false")
		is(absent, "true")
		is(never, "false")
		h.admin.patch("~/services/"+changed, `{"enableCoreDumps":true}`).ok().shows(map[string]string{"result.enableCoreDumps": "true"})
		h.recorded(on, "service_create by api", "service_update_name by api")
	})
}

// A source that is listed twice stays twice, in its places: clients look in the answer for the list
// that they have sent, and who is let in is the same.
func TestSourceThatIsListedTwiceStays(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const list = `[{"description":"a","source":"10.0.0.0/8"},{"source":"192.0.2.1"},{"description":"b","source":"10.0.0.0/8"}]`
		id := h.admin.service(`"name":"orders"`, `"ipAccessList":`+list)
		h.admin.get("~/services/" + id).ok().shows(map[string]string{"result.ipAccessList": list})
		h.admin.patch("~/services/"+id, `{"ipAccessList":[]}`).ok()
		h.admin.patch("~/services/"+id, `{"ipAccessList":{"add":`+list+`}}`).ok().shows(map[string]string{"result.ipAccessList": list})
		// As the Terraform provider does it: all that was, then all that is to be.
		h.admin.patch("~/services/"+id, `{"ipAccessList":{"remove":`+list+`,"add":`+list+`}}`).ok().shows(map[string]string{"result.ipAccessList": list})
	})
}
