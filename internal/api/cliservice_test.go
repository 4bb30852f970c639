package api_test

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// What clickhousectl sends for `service delete --force` deletes a service that runs, rests or
// starts: it stops it, waits until it is stopped or idle, and deletes it. Without force it
// shows the sentence that it knows.
func TestClickhousectlDeletesByForce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		cli := h.admin.with("User-Agent", "clickhousectl/0.5.0 (agent=test)")
		for _, state := range []cloud.ServiceState{cloud.ServiceRunning, cloud.ServiceIdle, cloud.ServiceStarting} {
			id := h.admin.service()
			path := "~/services/" + id
			h.bring(id, cloud.GoalRunning, state)
			if state == cloud.ServiceRunning {
				cli.delete(path).says(409, "Only instance in one of the following states: 'provisioning','starting','awaking','idle','stopped','degraded','failed' can be terminated.")
			}
			cli.patch(path+"/state", `{"command":"stop"}`).ok()
			for cli.get(path).ok().text("result.state") != "stopped" {
				h.run()
			}
			cli.delete(path).ok()
			h.run()
			cli.get(path).is(404, "NOT_FOUND: Service not found")
		}
		id := h.admin.service()
		h.bring(id, cloud.GoalIdle, cloud.ServiceIdle)
		cli.patch("~/services/"+id+"/state", `{"command":"awake"}`).ok() // service wake
	})
}

// The order of the live test of clickhousectl's library works, as far as services go, with
// numbers written as it writes them.
func TestClickhousectlServiceSuite(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		cli := h.admin.with("User-Agent", "clickhousectl/0.5.0 (agent=test)")
		cli.get("~/services?filter=tag:managed-by=test&filter=tag:run").ok().shows(map[string]string{"result": "[]"})
		made := cli.post("~/services", `{"name":"clickhousectl-it","provider":"aws","region":"us-east-1","minReplicaMemoryGb":8.0,"maxReplicaMemoryGb":8.0,"numReplicas":1.0,"idleScaling":true,
			"idleTimeoutMinutes":5.0,"ipAccessList":[],"tags":[{"key":"managed-by","value":"test"},{"key":"run","value":"1"}]}`).ok()
		if made.text("result.service.endpoints.0.host") == "" || made.text("result.password") == "" {
			t.Error("scripts take the host and the password of this answer")
		}
		path := "~/services/" + made.text("result.service.id")
		is := func(state string) {
			t.Helper()
			h.run()
			cli.get(path).ok().shows(map[string]string{"result.state": inJSON(state)})
		}
		is("running")
		cli.get("~/services?filter=tag:managed-by=test&filter=tag:run").ok().shows(map[string]string{"result.0.id": inJSON(path[len("~/services/"):]), "result.1": "null"})
		cli.patch(path+"/state", `{"command":"stop"}`).ok()
		is("stopped")
		cli.patch(path+"/state", `{"command":"start"}`).ok()
		is("running")
		cli.patch(path, `{"name":"clickhousectl-it-renamed"}`).ok()
		cli.get(path).ok().shows(map[string]string{"result.name": `"clickhousectl-it-renamed"`})
		cli.get("~/services").ok().shows(map[string]string{"result.0.name": `"clickhousectl-it-renamed"`})
		cli.patch(path, `{"enableCoreDumps":false}`).ok().shows(map[string]string{"result.enableCoreDumps": "false"})
		cli.patch(path, `{"tags":{"add":[{"key":"phase","value":"two"}],"remove":[]}}`).ok()
		cli.get(path + "/privateEndpointConfig").ok()
		cli.post(path+"/privateEndpoint", `{"id":"vpce-0123456789abcdef0","description":"made up"}`).ok().shows(map[string]string{"result.id": `"vpce-0123456789abcdef0"`})
		cli.patch(path, `{"privateEndpointIds":{"add":[],"remove":["vpce-0123456789abcdef0"]}}`).ok()
		for _, step := range []struct{ patch, want string }{
			{`{"add":[{"source":"192.0.2.1","description":"test primary"}],"remove":[]}`, `[{"description":"test primary","source":"192.0.2.1"}]`},
			{`{"add":[{"source":"192.0.2.2","description":"test secondary"}],"remove":[]}`, `[{"description":"test primary","source":"192.0.2.1"},{"description":"test secondary","source":"192.0.2.2"}]`},
			{`{"add":[],"remove":[{"source":"192.0.2.1"}]}`, `[{"description":"test secondary","source":"192.0.2.2"}]`},
			{`{"add":[],"remove":[{"source":"192.0.2.2"}]}`, `[]`},
		} {
			cli.patch(path, `{"ipAccessList":`+step.patch+`}`).ok()
			cli.get(path).ok().shows(map[string]string{"result.ipAccessList": step.want})
		}
		for _, step := range []struct{ patch, memory, replicas string }{
			{`{"minReplicaMemoryGb":8.0,"maxReplicaMemoryGb":8.0,"numReplicas":3}`, "8", "3"},
			{`{"minReplicaMemoryGb":16.0,"maxReplicaMemoryGb":16.0,"numReplicas":3}`, "16", "3"},
			{`{"minReplicaMemoryGb":8.0,"maxReplicaMemoryGb":8.0,"numReplicas":3}`, "8", "3"},
			{`{"minReplicaMemoryGb":12.0,"maxReplicaMemoryGb":12.0,"numReplicas":1}`, "12", "1"},
		} {
			cli.patch(path+"/replicaScaling", step.patch).ok()
			cli.get(path).ok().shows(map[string]string{
				"result.minReplicaMemoryGb": step.memory, "result.maxReplicaMemoryGb": step.memory, "result.numReplicas": step.replicas, "result.state": `"running"`,
			})
		}
		before := inJSON(cli.get(path).ok().value("result.minTotalMemoryGb"))
		for _, total := range []string{"24", before} {
			cli.patch(path+"/scaling", `{"minTotalMemoryGb":`+total+`.0,"maxTotalMemoryGb":`+total+`.0}`).ok()
			cli.get(path).ok().shows(map[string]string{"result.minTotalMemoryGb": total, "result.maxTotalMemoryGb": total})
		}
		if cli.patch(path+"/password", `{}`).ok().text("result.password") == "" {
			t.Error("there is no new password")
		}
		cli.patch(path+"/state", `{"command":"stop"}`).ok()
		is("stopped")
		cli.delete(path).ok()
		h.run()
		cli.get(path).is(404, "NOT_FOUND: Service not found")
	})
}

// A third client of the Cloud, seen in the wild, sends a plain list as ipAccessList and terms
// that it has accepted.
func TestClientWithAPlainAddressList(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.post("~/services", `{"name":"app","provider":"gcp","region":"us-central1","numReplicas":2,"minReplicaMemoryGb":8,"maxReplicaMemoryGb":8,"privatePreviewTermsChecked":true,
			"endpoints":[{"protocol":"mysql","enabled":false}],"ipAccessList":[{"source":"0.0.0.0/0"}]}`).ok().text("result.service.id")
		path := "~/services/" + id
		h.run()
		h.admin.patch(path, `{"ipAccessList":[{"source":"198.51.100.0/24","description":"app"},{"source":"203.0.113.7"}]}`).ok()
		h.admin.get(path).ok().shows(map[string]string{"result.ipAccessList": `[{"description":"app","source":"198.51.100.0/24"},{"source":"203.0.113.7"}]`})
		h.admin.patch(path+"/replicaScaling", `{"numReplicas":3}`).ok()
		h.admin.patch(path+"/state", `{"command":"stop"}`).ok()
		h.run()
		h.admin.delete(path).ok()
	})
}
