package fleet_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// What a command makes of a service in a state: "goal/state", "same", or the error.
const (
	cannotDelete = "conflict: Only instance in one of the following states: 'provisioning','starting','awaking','idle','stopped','degraded','failed' can be terminated. Current state: '%s'"
	cannotStart  = "conflict: Only instance in one of the following states: 'awaking','degraded','failed','idle','partially_running','provisioning','running','starting','stopped' can be told to start. Current state: '%s'"
	cannotStop   = "conflict: Only instance in one of the following states: 'awaking','degraded','failed','idle','partially_running','provisioning','running','starting','stopped','stopping' can be told to stop. Current state: '%s'"
	cannotAwake  = "invalid: command: expected start for a service that is %s, got \"awake\": only an idle one can be woken"
)

var table = map[cloud.ServiceState]map[fleet.Command]string{
	cloud.ServiceProvisioning:     {"start": "same", "stop": "stopped/stopping", "awake": "same", "delete": "deleted/terminating"},
	cloud.ServiceStarting:         {"start": "same", "stop": "stopped/stopping", "awake": "same", "delete": "deleted/terminating"},
	cloud.ServiceRunning:          {"start": "same", "stop": "stopped/stopping", "awake": "same", "delete": cannotDelete},
	cloud.ServicePartiallyRunning: {"start": "same", "stop": "stopped/stopping", "awake": "same", "delete": cannotDelete},
	cloud.ServiceDegraded:         {"start": "same", "stop": "stopped/stopping", "awake": "same", "delete": "deleted/terminating"},
	cloud.ServiceIdle:             {"start": "same", "stop": "stopped/stopping", "awake": "running/awaking", "delete": "deleted/terminating"},
	cloud.ServiceAwaking:          {"start": "same", "stop": "stopped/stopping", "awake": "same", "delete": "deleted/terminating"},
	cloud.ServiceStopping:         {"start": cannotStart, "stop": "same", "awake": cannotAwake, "delete": cannotDelete},
	cloud.ServiceStopped:          {"start": "running/starting", "stop": "same", "awake": cannotAwake, "delete": "deleted/terminating"},
	cloud.ServiceTerminating:      {"start": cannotStart, "stop": cannotStop, "awake": cannotAwake, "delete": "same"},
	cloud.ServiceTerminated:       {"start": cannotStart, "stop": cannotStop, "awake": cannotAwake, "delete": cannotDelete},
	cloud.ServiceSoftDeleting:     {"start": cannotStart, "stop": cannotStop, "awake": cannotAwake, "delete": cannotDelete},
	cloud.ServiceSoftDeleted:      {"start": cannotStart, "stop": cannotStop, "awake": cannotAwake, "delete": cannotDelete},
	cloud.ServiceFailed:           {"start": "running/starting", "stop": "stopped/stopping", "awake": cannotAwake, "delete": "deleted/terminating"},
}

// Every command in every state does what the table says, and a refusal has the words that
// clients of the Cloud read.
func TestCommandsFollowTheTable(t *testing.T) {
	if len(table) != len(cloud.ServiceStates) {
		t.Fatalf("the table has %d states, there are %d", len(table), len(cloud.ServiceStates))
	}
	for state, commands := range table {
		for command, want := range commands {
			s := cloud.Service{Goal: goalIn(state), State: state, Message: "as it was"}
			before := s
			changed, err := fleet.Carry(command, &s)
			got := "same"
			switch {
			case err != nil:
				got = map[cloud.Code]string{cloud.Conflict: "conflict", cloud.Invalid: "invalid"}[cloud.CodeOf(err)] + ": " + err.Error()
				want = fmt.Sprintf(want, state)
			case changed:
				got = string(s.Goal) + "/" + string(s.State)
				if s.Message != "" {
					t.Errorf("%s of a service that is %s keeps the message of before", command, state)
				}
			}
			if got != want {
				t.Errorf("%s of a service that is %s:\n got %s\nwant %s", command, state, got, want)
			}
			if !changed && !cmp.Equal(s, before) {
				t.Errorf("%s of a service that is %s says that nothing changed, and changed it", command, state)
			}
		}
	}
}

// goalIn returns a goal that a service in that state has.
func goalIn(state cloud.ServiceState) cloud.ServiceGoal {
	switch state {
	case cloud.ServiceIdle:
		return cloud.GoalIdle
	case cloud.ServiceStopping, cloud.ServiceStopped:
		return cloud.GoalStopped
	case cloud.ServiceTerminating, cloud.ServiceTerminated, cloud.ServiceSoftDeleting, cloud.ServiceSoftDeleted:
		return cloud.GoalDeleted
	default:
		return cloud.GoalRunning
	}
}

// A service that is about to rest, which still shows as running, stays awake when
// somebody starts or wakes it, and stops when it is stopped.
func TestCommandsOvertakeTheGoalToRest(t *testing.T) {
	for command, want := range map[fleet.Command]cloud.ServiceGoal{fleet.CommandStart: cloud.GoalRunning, fleet.CommandAwake: cloud.GoalRunning, fleet.CommandStop: cloud.GoalStopped} {
		s := cloud.Service{Goal: cloud.GoalIdle, State: cloud.ServiceRunning}
		changed, err := fleet.Carry(command, &s)
		if err != nil || !changed || s.Goal != want {
			t.Errorf("%s: got %s, %t, %v, want %s", command, s.Goal, changed, err, want)
		}
	}
	s := cloud.Service{Goal: cloud.GoalIdle, State: cloud.ServiceRunning}
	_, err := fleet.Carry(fleet.CommandDelete, &s)
	var refused *cloud.Error
	if !errors.As(err, &refused) || refused.Code != cloud.Conflict || s.Goal != cloud.GoalIdle {
		t.Errorf("delete: got %v and the goal %s", err, s.Goal)
	}
}
