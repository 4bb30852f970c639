package api_test

import (
	"strings"
	"testing"
)

// The configuration of private endpoints is there for each service, in the form of its
// provider and under names of our own, and does not change: Terraform asks for it with every
// read.
func TestPrivateEndpointConfigOfAService(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		for _, c := range []struct{ provider, region, service, host string }{
			{"aws", "us-east-1", "internal.gatehouse.vpce.us-east-1.vpce-svc-", ".us-east-1.vpce.aws.gatehouse.internal"},
			{"gcp", "us-east1", "projects/gatehouse/regions/us-east1/serviceAttachments/gatehouse-", ".us-east1.p.gcp.gatehouse.internal"},
			{"azure", "eastus", "gatehouse-", ".eastus.privatelink.azure.gatehouse.internal"},
		} {
			region := "~/privateEndpointConfig?cloud_provider=" + c.provider + "&region_id=" + c.region
			h.admin.get(region).is(400, "BAD_REQUEST: region_id: there are no created instances in the region "+c.region+" of "+c.provider)
			body := `{"name":"a","provider":"` + c.provider + `","region":"` + c.region + `"}`
			id := h.admin.post("~/services", body).ok().text("result.service.id")
			a := h.admin.get("~/services/" + id + "/privateEndpointConfig").ok()
			service, host := a.text("result.endpointServiceId"), a.text("result.privateDnsHostname")
			if !strings.HasPrefix(service, c.service) || !strings.HasSuffix(host, c.host) || len(host) != 10+len(c.host) {
				t.Errorf("%s: the service is %s at %s", c.region, service, host)
			}
			if again := h.admin.get("~/services/" + id + "/privateEndpointConfig"); again.bytes() != a.bytes() {
				t.Errorf("%s, then %s", a.body, again.body)
			}
			h.admin.get(region).ok().shows(map[string]string{"result": `{"endpointServiceId":` + inJSON(service) + `}`})
			other.admin.get(region).says(400, "no created instances")
			theirs := other.admin.post("~/services", body).ok().text("result.service.id")
			if other.admin.get("~/services/"+theirs+"/privateEndpointConfig").text("result.endpointServiceId") == service {
				t.Error("two organizations have the same endpoint service")
			}
		}
		h.admin.get("~/privateEndpointConfig?cloud_provider=aws&region_id=us-east1").says(400, "no created instances")
	})
}

// A private endpoint that is created for a service is one of the organization, with the place
// of the service, and attached to the service; it can be attached to others there.
func TestPrivateEndpointIsCreated(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id, beside, elsewhere := h.admin.service(), h.admin.service(), h.admin.post("~/services", `{"name":"a","provider":"gcp","region":"us-east1"}`).ok().text("result.service.id")
		path := "~/services/" + id + "/privateEndpoint"
		h.admin.post(path, `{"id":"vpce-0d5f3a1b2c4e6f789","description":"analytics"}`).ok().shows(map[string]string{
			"result": `{"cloudProvider":"aws","description":"analytics","id":"vpce-0d5f3a1b2c4e6f789","region":"eu-central-1"}`,
		})
		h.admin.get("~").ok().shows(map[string]string{"result.privateEndpoints": `[{"cloudProvider":"aws","description":"analytics","id":"vpce-0d5f3a1b2c4e6f789","region":"eu-central-1"}]`})
		for service, want := range map[string][2]string{
			id: {`["vpce-0d5f3a1b2c4e6f789"]`, `["vpce-0d5f3a1b2c4e6f789"]`}, beside: {"[]", `["vpce-0d5f3a1b2c4e6f789"]`}, elsewhere: {"[]", "[]"},
		} {
			h.admin.get("~/services/" + service).ok().shows(map[string]string{"result.privateEndpointIds": want[0], "result.availablePrivateEndpointIds": want[1]})
		}
		before := h.revision()
		h.admin.post(path, `{"id":"vpce-0d5f3a1b2c4e6f789","description":"analytics"}`).ok() // it is there
		if h.revision() != before {
			t.Error("what was there already was made once more")
		}
		for body, sentence := range map[string]string{
			`{}`: "body: expected required property id to be present", `{"id":""}`: `id: expected a name of 1 to 255 characters, got ""`,
			`{"id":"x","description":"\u0000"}`: "description: control characters are not allowed",
		} {
			h.admin.post(path, body).says(400, "BAD_REQUEST: "+sentence)
		}
		// What Terraform's attachment sends, on another service.
		h.admin.patch("~/services/"+beside, `{"privateEndpointIds":{"add":["vpce-0d5f3a1b2c4e6f789"],"remove":[]}}`).ok().shows(map[string]string{"result.privateEndpointIds": `["vpce-0d5f3a1b2c4e6f789"]`})
		h.admin.patch("~/services/"+beside, `{"privateEndpointIds":{"add":[],"remove":["vpce-0d5f3a1b2c4e6f789"]}}`).ok().shows(map[string]string{"result.privateEndpointIds": "[]"})
		h.recorded(id, "service_create by api", "service_update_private_endpoints by api")
	})
}
