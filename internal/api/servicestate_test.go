package api_test

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Each command brings a service in each state where the reference says, is done when it is
// so already, and is refused with the Cloud's status where the state does not allow it.
func TestCommandsFollowTheTableOfStates(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		const same = "="
		for state, after := range map[cloud.ServiceState]struct {
			goal                       cloud.ServiceGoal
			start, stop, awake, remove string
		}{
			cloud.ServiceProvisioning:     {cloud.GoalRunning, same, "stopping", same, "terminating"},
			cloud.ServiceStarting:         {cloud.GoalRunning, same, "stopping", same, "terminating"},
			cloud.ServiceRunning:          {cloud.GoalRunning, same, "stopping", same, "409"},
			cloud.ServicePartiallyRunning: {cloud.GoalRunning, same, "stopping", same, "409"},
			cloud.ServiceDegraded:         {cloud.GoalRunning, same, "stopping", same, "terminating"},
			cloud.ServiceAwaking:          {cloud.GoalRunning, same, "stopping", same, "terminating"},
			cloud.ServiceIdle:             {cloud.GoalIdle, same, "stopping", "awaking", "terminating"},
			cloud.ServiceStopping:         {cloud.GoalStopped, "409", same, "400", "409"},
			cloud.ServiceStopped:          {cloud.GoalStopped, "starting", same, "400", "terminating"},
			cloud.ServiceFailed:           {cloud.GoalRunning, "starting", "stopping", "400", "terminating"},
			cloud.ServiceTerminating:      {cloud.GoalDeleted, "409", "409", "400", same},
		} {
			for command, want := range map[string]string{"start": after.start, "stop": after.stop, "awake": after.awake, "delete": after.remove} {
				h.bring(id, after.goal, state)
				before := h.revision()
				var a *answer
				if command == "delete" {
					a = h.admin.delete("~/services/" + id)
				} else {
					a = h.admin.patch("~/services/"+id+"/state", `{"command":"`+command+`"}`)
				}
				shown := h.admin.get("~/services/" + id).ok().text("result.state")
				switch {
				case want == "400" || want == "409":
					if inJSON(a.status) != want || shown != string(state) || h.revision() != before {
						t.Errorf("%s of a service that is %s answers %d %s, and it is %s", command, state, a.status, a.error(), shown)
					}
				case want == same:
					if a.ok(); shown != string(state) || h.revision() != before {
						t.Errorf("%s of a service that is %s makes it %s", command, state, shown)
					}
				default:
					if a.ok(); shown != want || h.revision() != before+1 {
						t.Errorf("%s of a service that is %s makes it %s, want %s", command, state, shown, want)
					}
					if command != "delete" {
						a.shows(map[string]string{"result.state": inJSON(want), "result.id": inJSON(id)})
					}
				}
			}
		}
		h.bring(id, cloud.GoalRunning, cloud.ServiceRunning)
		// clickhousectl looks for this sentence.
		h.admin.delete("~/services/"+id).is(409, "CONFLICT: Only instance in one of the following states: "+
			"'provisioning','starting','awaking','idle','stopped','degraded','failed' can be terminated. Current state: 'running'")
		for body, sentence := range map[string]string{
			`{}`: "body: expected required property command to be present", `{"command":"restart"}`: `command: expected one of start, stop, awake, got "restart"`,
			`{"command":null}`: "command: expected string, got null",
		} {
			h.admin.patch("~/services/"+id+"/state", body).is(400, "BAD_REQUEST: "+sentence)
		}
	})
}

// A service that is about to rest, and is still shown as running, stays awake when it is
// told to.
func TestServiceThatIsAboutToRestStaysAwake(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		for _, command := range []string{"start", "awake"} {
			h.bring(id, cloud.GoalIdle, cloud.ServiceRunning)
			h.admin.patch("~/services/"+id+"/state", `{"command":"`+command+`"}`).ok().shows(map[string]string{"result.state": `"running"`})
			h.run()
			h.admin.get("~/services/" + id).ok().shows(map[string]string{"result.state": `"running"`})
		}
	})
}

// Whoever may view a service may wake it, as a connection would; to start or stop one takes
// the permission to manage it. What happens to a service is on record with who asked.
func TestWhoMayTellAServiceWhatToDo(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		path := "~/services/" + id + "/state"
		viewer, manager, nobody := h.admin.keyWith("Service reader"), h.admin.keyWith("Service admin"), h.admin.keyWith("Org API reader")
		h.run()
		for _, command := range []string{"start", "stop"} {
			viewer.patch(path, `{"command":"`+command+`"}`).is(403, `FORBIDDEN: This needs the permission control-plane:service:manage, which the key "a key" does not have`)
		}
		nobody.patch(path, `{"command":"awake"}`).says(403, "control-plane:service:view")
		h.bring(id, cloud.GoalIdle, cloud.ServiceIdle)
		viewer.patch(path, `{"command":"awake"}`).ok().shows(map[string]string{"result.state": `"awaking"`})
		h.run()
		manager.patch(path, `{"command":"stop"}`).ok().shows(map[string]string{"result.state": `"stopping"`})
		h.run()
		h.member("ada@example.com", systemRole("Service admin")).patch(path, `{"command":"start"}`).ok()
		h.run()
		h.recorded(id, "service_create by api", "service_running by system", "service_idle by system", "service_awaken by api", "service_running by system",
			"service_stop by api", "service_stopped by system", "service_start by user", "service_running by system")
	})
}
