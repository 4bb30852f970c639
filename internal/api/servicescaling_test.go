package api_test

import (
	"slices"
	"testing"
)

// Scaling changes what is given and keeps the rest; a service that changes its mode drops
// what the other one has, without being told so; what is wrong changes nothing.
func TestServiceIsScaled(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service(`"name":"a"`, `"minReplicaMemoryGb":8`, `"maxReplicaMemoryGb":16`)
		path := "~/services/" + id + "/replicaScaling"
		memory, replicas, idling := "service_update_autoscaling_memory", "service_update_autoscaling_replicas", "service_update_autoscaling_idling"
		for _, c := range []struct {
			patch string
			want  map[string]string
			types []string
		}{
			{`{}`, nil, nil},
			{`{"idleScaling":true,"autoscalingMode":"vertical"}`, nil, nil}, // as Terraform sends it always
			{`{"numReplicas":3.0}`, map[string]string{"result.numReplicas": "3", "result.minReplicaMemoryGb": "8", "result.currentScaling.effectiveMaxReplicas": "1"}, []string{replicas}},
			{`{"minReplicaMemoryGb":16,"maxReplicaMemoryGb":32}`, map[string]string{"result.minTotalMemoryGb": "48", "result.maxTotalMemoryGb": "96", "result.numReplicas": "3"}, []string{memory}},
			{`{"idleScaling":false}`, map[string]string{"result.idleScaling": "false", "result.idleTimeoutMinutes": "15"}, []string{idling}},
			{`{"idleScaling":true,"idleTimeoutMinutes":30}`, map[string]string{"result.idleScaling": "true", "result.idleTimeoutMinutes": "30", "result.currentScaling.effectiveIdleTimeoutMinutes": "30"}, []string{idling}},
			{
				`{"autoscalingMode":"horizontal","minReplicas":2,"maxReplicas":4,"minReplicaMemoryGb":16,"maxReplicaMemoryGb":16,"idleScaling":true}`,
				map[string]string{
					"result.autoscalingMode": `"horizontal"`, "result.numReplicas": "null", "result.minReplicas": "2", "result.maxReplicas": "4", "result.replicaMemoryGb": "16",
					"result.minTotalMemoryGb": "null", "result.currentScaling.effectiveAutoscalingMode": `"horizontal"`,
				},
				[]string{memory, replicas},
			},
			{`{"minReplicas":1,"maxReplicas":1}`, map[string]string{"result.minReplicas": "1", "result.maxReplicas": "1", "result.autoscalingMode": `"horizontal"`}, []string{replicas}},
			{
				`{"autoscalingMode":"vertical","numReplicas":2,"idleScaling":true}`,
				map[string]string{"result.numReplicas": "2", "result.minReplicas": "null", "result.maxReplicas": "null", "result.minReplicaMemoryGb": "16", "result.replicaMemoryGb": "null"},
				[]string{replicas},
			},
			{`{"minReplicas":3,"maxReplicas":3}`, map[string]string{"result.numReplicas": "3", "result.autoscalingMode": `"vertical"`}, []string{replicas}},
		} {
			seen := len(h.activities(h.id))
			a := h.admin.patch(path, c.patch).ok()
			a.shows(c.want)
			if got, want := inJSON(h.admin.get("~/services/"+id).ok().value("result")), inJSON(a.value("result")); got != want {
				t.Errorf("%s answers %s, then there is %s", c.patch, want, got)
			}
			types := []string{}
			for _, activity := range h.activities(h.id)[seen:] {
				types = append(types, string(activity.Type))
			}
			if !slices.Equal(types, append([]string{}, c.types...)) {
				t.Errorf("%s is recorded as %q, want %q", c.patch, types, c.types)
			}
		}
		before := h.revision()
		for patch, sentence := range map[string]string{
			`{"minReplicaMemoryGb":20}`:         `minReplicaMemoryGb: expected at most maxReplicaMemoryGb, which is 16, got 20`,
			`{"maxReplicaMemoryGb":357}`:        `maxReplicaMemoryGb: expected 8 to 356 in steps of 4, got 357`,
			`{"numReplicas":21}`:                `numReplicas: expected 1 to 20 replicas, got 21`,
			`{"numReplicas":-1}`:                `numReplicas: expected 1 to 20 replicas, got -1`,
			`{"maxReplicas":5}`:                 `maxReplicas: expected minReplicas and maxReplicas together, got only 5`,
			`{"minReplicas":5,"maxReplicas":4}`: `minReplicas: expected at most maxReplicas, which is 4, got 5`,
			`{"autoscalingMode":"horizontal","maxReplicaMemoryGb":32,"minReplicas":1,"maxReplicas":2}`: `maxReplicaMemoryGb: replicas that come and go are of one size: expected minReplicaMemoryGb, which is 16, got 32`,
			`{"idleTimeoutMinutes":0,"numReplicas":2}`:                                                 `idleTimeoutMinutes: expected 5 to 525600 minutes, got 0`,
			`{"idleScaling":"yes"}`: `idleScaling: expected boolean, got "yes"`,
		} {
			h.admin.patch(path, patch).is(400, "BAD_REQUEST: "+sentence)
		}
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
	})
}

// The deprecated operation names the memory of three replicas, however many there are, and
// takes 12 for the smallest, as clients send it.
func TestServiceIsScaledByItsTotal(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		path := "~/services/" + id + "/scaling"
		for _, c := range []struct{ patch, memory, total string }{
			{`{"minTotalMemoryGb":12.0,"maxTotalMemoryGb":12.0}`, "8 8", "24 24"},
			{`{"minTotalMemoryGb":24,"maxTotalMemoryGb":24}`, "8 8", "24 24"},
			{`{"maxTotalMemoryGb":360}`, "8 120", "24 360"},
			{`{"minTotalMemoryGb":36,"maxTotalMemoryGb":36,"numReplicas":2,"idleScaling":false,"idleTimeoutMinutes":6}`, "12 12", "36 36"},
			{`{}`, "12 12", "36 36"},
		} {
			a := h.admin.patch(path, c.patch).ok()
			for prefix, want := range map[string]string{"Replica": c.memory, "Total": c.total} {
				if got := inJSON(a.value("result.min"+prefix+"MemoryGb")) + " " + inJSON(a.value("result.max"+prefix+"MemoryGb")); got != want {
					t.Errorf("%s: the %s has %s GiB, want %s", c.patch, prefix, got, want)
				}
			}
		}
		h.admin.get("~/services/" + id).ok().shows(map[string]string{"result.numReplicas": "2", "result.idleScaling": "false", "result.idleTimeoutMinutes": "6"})
		for patch, sentence := range map[string]string{
			`{"minTotalMemoryGb":32}`:   `minTotalMemoryGb: expected 12 to 1068 in steps of 12, got 32`,
			`{"maxTotalMemoryGb":1080}`: `maxTotalMemoryGb: expected 12 to 1068 in steps of 12, got 1080`,
			`{"minTotalMemoryGb":48}`:   `minReplicaMemoryGb: expected at most maxReplicaMemoryGb, which is 12, got 16`,
		} {
			h.admin.patch(path, patch).is(400, "BAD_REQUEST: "+sentence)
		}
	})
}
