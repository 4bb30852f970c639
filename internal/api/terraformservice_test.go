package api_test

import (
	"slices"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// terraformService is Terraform's resource clickhouse_service. It fails the test where the
// provider would fail, crash or plan a change that never ends.
type terraformService struct {
	t    *testing.T
	h    *house
	as   caller
	path string
}

// read is what the provider does on each read, poll and delete: the service and what is
// beside it. It returns the service, nil when it is gone.
func (r terraformService) read() *answer {
	r.t.Helper()
	a := r.as.get(r.path)
	if a.status == 404 {
		return nil
	}
	for _, field := range []string{
		"id", "name", "provider", "region", "state", "ipAccessList", "idleScaling", "minReplicaMemoryGb", "maxReplicaMemoryGb", "releaseChannel", "iamRole", "isPrimary",
		"isReadonly", "dataWarehouseId", "privateEndpointIds", "enableCoreDumps", "autoscalingMode", "endpoints", "tags", "hasTransparentDataEncryption",
	} {
		if a.ok(); a.value("result."+field) == nil {
			r.t.Errorf("the provider misses %s", field)
		}
	}
	for _, field := range []string{"tier", "complianceType", "byocId", "encryptionKey"} {
		if a.has("result." + field) {
			r.t.Errorf("the provider would plan a change of %s", field)
		}
	}
	if a.value("result.isPrimary") != true || a.value("result.dataWarehouseId") != a.value("result.id") {
		r.t.Error("the service is not one of its own warehouse")
	}
	for _, e := range a.list("result.endpoints") {
		if e := e.(map[string]any); e["protocol"] == "mysql" || e["host"] == "" || e["port"] == float64(0) {
			r.t.Errorf("an endpoint is %v", e)
		}
	}
	r.as.get(r.path + "/privateEndpointConfig").ok()
	r.as.get(r.path + "/backupConfiguration").ok()
	r.as.get(r.path+"/serviceQueryEndpoint").says(404, "NOT_FOUND: ")
	return a
}

// poll reads until the state is such, while the fleet goes on.
func (r terraformService) poll(until func(state string) bool) {
	r.t.Helper()
	for range 3 {
		a := r.read()
		if a == nil {
			r.t.Fatal("the service is gone while the provider waits for it")
		}
		if until(a.text("result.state")) {
			return
		}
		r.h.run()
	}
	r.t.Fatal("the provider waits for ever")
}

// What Terraform's resource clickhouse_service sends works from its creation to the 404 that
// takes it out of the state, polls included; what is read afterwards is what was declared.
func TestTerraformServiceResource(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		tf := terraform(h.admin)
		made := tf.post("~/services", `{"name":"orders","provider":"aws","region":"us-east-2","tier":"","idleScaling":true,"idleTimeoutMinutes":5,"isReadonly":false,
			"ipAccessList":[{"source":"192.0.2.0/24","description":"office"},{"source":"198.51.100.7","description":"home"}],"minReplicaMemoryGb":8,"maxReplicaMemoryGb":120,"numReplicas":2,
			"tags":[{"key":"Environment","value":"staging"}],"releaseChannel":"fast"}`).ok()
		r := terraformService{t, h, tf, "~/services/" + made.text("result.service.id")}
		r.poll(func(state string) bool { return state != "provisioning" })
		hash, double := hashesOf("a password from a variable")
		if a := tf.patch(r.path+"/password", `{"newPasswordHash":"`+hash+`","newDoubleSha1Hash":"`+double+`"}`).ok(); len(a.body) == 0 {
			t.Error("the provider parses the answer")
		}
		declared := map[string]string{
			"result.name": `"orders"`, "result.provider": `"aws"`, "result.region": `"us-east-2"`, "result.idleTimeoutMinutes": "5", "result.numReplicas": "2", "result.releaseChannel": `"fast"`,
			"result.ipAccessList":       `[{"description":"office","source":"192.0.2.0/24"},{"description":"home","source":"198.51.100.7"}]`,
			"result.minReplicaMemoryGb": "8", "result.maxReplicaMemoryGb": "120", "result.tags": `[{"key":"Environment","value":"staging"}]`,
		}
		r.read().shows(declared)

		// An update: all old entries are removed, all new ones added; of tags, the difference.
		tf.patch(r.path, `{"name":"bills","ipAccessList":{"add":[{"source":"198.51.100.7","description":"home"},{"source":"203.0.113.9","description":"new"},{"source":"192.0.2.0/24","description":"offices"}],
			"remove":[{"source":"192.0.2.0/24","description":"office"},{"source":"198.51.100.7","description":"home"}]},"releaseChannel":"default",
			"tags":{"add":[{"key":"Environment","value":"production"}],"remove":[{"key":"Environment","value":"staging"}]},"enableCoreDumps":false}`).ok()
		tf.patch(r.path+"/replicaScaling", `{"idleScaling":true,"autoscalingMode":"vertical","minReplicaMemoryGb":16,"numReplicas":3}`).ok()
		tf.patch(r.path+"/password", `{"newPasswordHash":"`+hash+`","newDoubleSha1Hash":"`+double+`"}`).ok() // changed or not
		r.read().shows(map[string]string{
			"result.name": `"bills"`, "result.releaseChannel": `"default"`, "result.enableCoreDumps": "false", "result.minReplicaMemoryGb": "16", "result.maxReplicaMemoryGb": "120",
			"result.numReplicas":  "3",
			"result.ipAccessList": `[{"description":"home","source":"198.51.100.7"},{"description":"new","source":"203.0.113.9"},{"description":"offices","source":"192.0.2.0/24"}]`,
			"result.tags":         `[{"key":"Environment","value":"production"}]`,
		})

		// The mode is switched, with nothing sent as null.
		tf.patch(r.path+"/replicaScaling", `{"idleScaling":true,"autoscalingMode":"horizontal","minReplicaMemoryGb":16,"maxReplicaMemoryGb":16,"minReplicas":1,"maxReplicas":3}`).ok()
		r.read().shows(map[string]string{"result.autoscalingMode": `"horizontal"`, "result.minReplicas": "1", "result.maxReplicas": "3", "result.numReplicas": "null"})
		tf.patch(r.path+"/replicaScaling", `{"idleScaling":false,"autoscalingMode":"vertical","numReplicas":1}`).ok()
		r.read().shows(map[string]string{"result.autoscalingMode": `"vertical"`, "result.minReplicas": "null", "result.maxReplicas": "null", "result.numReplicas": "1", "result.idleScaling": "false"})
		tf.patch(r.path, `{"endpoints":[{"protocol":"mysql","enabled":false}]}`).ok()

		// An import is the reads alone; the plan after it is empty, as nothing changes by itself.
		if first, second := r.read(), r.read(); first.bytes() != second.bytes() {
			t.Error("two reads differ")
		}
		// Whatever the order in which the service is listed, the data source finds it by its tag.
		if got := tf.get("~/services?filter=tag:Environment%3Dproduction").ok().each("name"); !slices.Equal(got, []string{"bills"}) {
			t.Errorf("the data source finds %q", got)
		}

		// To destroy it: stop, wait for exactly "stopped", delete, wait for the 404.
		tf.patch(r.path+"/state", `{"command":"stop"}`).ok()
		r.poll(func(state string) bool { return state == "stopped" })
		if a := tf.delete(r.path).ok(); len(a.body) == 0 {
			t.Error("the provider parses the answer")
		}
		if r.read() == nil {
			t.Error("the service was gone before its data could be")
		}
		h.run()
		if r.read() != nil {
			t.Error("the service is still there")
		}
		tf.delete(r.path).is(404, "NOT_FOUND: Service not found") // a destroy that comes too late is done
	})
}

// To destroy an idle service, Terraform stops it and waits for exactly "stopped"; one that
// has failed can be destroyed as well.
func TestTerraformDestroysAServiceInEveryState(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		tf := terraform(h.admin)
		for state, goal := range map[cloud.ServiceState]cloud.ServiceGoal{
			cloud.ServiceIdle: cloud.GoalIdle, cloud.ServiceFailed: cloud.GoalRunning, cloud.ServiceDegraded: cloud.GoalRunning, cloud.ServiceProvisioning: cloud.GoalRunning,
			cloud.ServiceAwaking: cloud.GoalRunning, cloud.ServiceStopped: cloud.GoalStopped, cloud.ServiceStopping: cloud.GoalStopped,
		} {
			r := terraformService{t, h, tf, "~/services/" + h.admin.service()}
			h.bring(r.path[len("~/services/"):], goal, state)
			if state != cloud.ServiceStopped && state != cloud.ServiceStopping {
				tf.patch(r.path+"/state", `{"command":"stop"}`).ok()
			}
			r.poll(func(state string) bool { return state == "stopped" })
			tf.delete(r.path).ok()
			h.run()
			if r.read() != nil {
				t.Errorf("a service that was %s is still there", state)
			}
		}
	})
}

// What the provider asks about what is not there is answered with 404 in JSON, whatever it
// asks: anything else would make a destroy or an import fail.
func TestTerraformFindsNothingOfNoService(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		tf, path := terraform(h.admin), "~/services/6b8a0f6e-2c41-4b06-9d0e-3f4f0a1c9e77"
		for _, a := range []*answer{
			tf.get(path), tf.patch(path, `{"name":"x"}`), tf.delete(path), tf.patch(path+"/state", `{"command":"stop"}`), tf.patch(path+"/replicaScaling", `{"idleScaling":true}`),
			tf.patch(path+"/password", `{}`), tf.get(path + "/privateEndpointConfig"),
		} {
			a.is(404, "NOT_FOUND: Service not found")
		}
	})
}
