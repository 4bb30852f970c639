package fleet

import (
	"slices"
	"strings"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Command is what is asked of a service (OpenAPI schema ServiceStatePatchRequest, and delete).
type Command string

// The commands.
const (
	CommandStart  Command = "start"
	CommandStop   Command = "stop"
	CommandAwake  Command = "awake"
	CommandDelete Command = "delete"
)

// transition is what a command makes of a service.
type transition struct {
	goal  cloud.ServiceGoal
	state cloud.ServiceState
}

// transitions says which command is allowed in which state and what becomes of the
// service. same is allowed and changes nothing. What is not listed is refused.
var transitions = map[Command]map[cloud.ServiceState]transition{
	CommandStart: {
		cloud.ServiceStopped:          {cloud.GoalRunning, cloud.ServiceStarting},
		cloud.ServiceFailed:           {cloud.GoalRunning, cloud.ServiceStarting},
		cloud.ServiceProvisioning:     same,
		cloud.ServiceStarting:         same,
		cloud.ServiceRunning:          same,
		cloud.ServicePartiallyRunning: same,
		cloud.ServiceDegraded:         same,
		cloud.ServiceAwaking:          same,
		cloud.ServiceIdle:             same,
	},
	CommandStop: {
		cloud.ServiceProvisioning:     {cloud.GoalStopped, cloud.ServiceStopping},
		cloud.ServiceStarting:         {cloud.GoalStopped, cloud.ServiceStopping},
		cloud.ServiceRunning:          {cloud.GoalStopped, cloud.ServiceStopping},
		cloud.ServicePartiallyRunning: {cloud.GoalStopped, cloud.ServiceStopping},
		cloud.ServiceDegraded:         {cloud.GoalStopped, cloud.ServiceStopping},
		cloud.ServiceAwaking:          {cloud.GoalStopped, cloud.ServiceStopping},
		cloud.ServiceIdle:             {cloud.GoalStopped, cloud.ServiceStopping},
		cloud.ServiceFailed:           {cloud.GoalStopped, cloud.ServiceStopping},
		cloud.ServiceStopping:         same,
		cloud.ServiceStopped:          same,
	},
	CommandAwake: {
		cloud.ServiceIdle:             {cloud.GoalRunning, cloud.ServiceAwaking},
		cloud.ServiceProvisioning:     same,
		cloud.ServiceStarting:         same,
		cloud.ServiceRunning:          same,
		cloud.ServicePartiallyRunning: same,
		cloud.ServiceDegraded:         same,
		cloud.ServiceAwaking:          same,
	},
	CommandDelete: {
		cloud.ServiceProvisioning: {cloud.GoalDeleted, cloud.ServiceTerminating},
		cloud.ServiceStarting:     {cloud.GoalDeleted, cloud.ServiceTerminating},
		cloud.ServiceAwaking:      {cloud.GoalDeleted, cloud.ServiceTerminating},
		cloud.ServiceIdle:         {cloud.GoalDeleted, cloud.ServiceTerminating},
		cloud.ServiceStopped:      {cloud.GoalDeleted, cloud.ServiceTerminating},
		cloud.ServiceDegraded:     {cloud.GoalDeleted, cloud.ServiceTerminating},
		cloud.ServiceFailed:       {cloud.GoalDeleted, cloud.ServiceTerminating},
		cloud.ServiceTerminating:  same,
	},
}

// same is a transition that leaves everything as it is.
var same = transition{}

// Carry carries out a command on paper: it sets Goal and State of the service, from which
// the fleet makes the rest. It reports whether anything changed. It returns Conflict for a
// command that the state does not allow, and Invalid where the Cloud answers 400.
func Carry(c Command, s *cloud.Service) (changed bool, err error) {
	t, allowed := transitions[c][s.State]
	switch {
	case !allowed:
		return false, refusal(c, s.State)
	case t == same:
		// A service that is about to rest is shown as running: it is to stay awake.
		if c != CommandDelete && c != CommandStop && s.Goal == cloud.GoalIdle && s.State != cloud.ServiceIdle {
			s.Goal = cloud.GoalRunning
			return true, nil
		}
		return false, nil
	default:
		s.Goal, s.State, s.Message = t.goal, t.state, ""
		return true, nil
	}
}

// deletable are the states in the order in which the Cloud lists them.
var deletable = []cloud.ServiceState{
	cloud.ServiceProvisioning, cloud.ServiceStarting, cloud.ServiceAwaking, cloud.ServiceIdle, cloud.ServiceStopped, cloud.ServiceDegraded, cloud.ServiceFailed,
}

// refusal is worded as the Cloud words it where that is known: clickhousectl reads it.
func refusal(c Command, state cloud.ServiceState) error {
	switch c {
	case CommandDelete:
		return cloud.Errorf(cloud.Conflict, "Only instance in one of the following states: '%s' can be terminated. Current state: '%s'", quoted(deletable), state)
	case CommandAwake:
		return cloud.Errorf(cloud.Invalid, "command: expected start for a service that is %s, got \"awake\": only an idle one can be woken", state)
	default:
		var from []cloud.ServiceState
		for _, s := range cloud.ServiceStates {
			if _, ok := transitions[c][s]; ok {
				from = append(from, s)
			}
		}
		slices.Sort(from)
		return cloud.Errorf(cloud.Conflict, "Only instance in one of the following states: '%s' can be told to %s. Current state: '%s'", quoted(from), c, state)
	}
}

func quoted(states []cloud.ServiceState) string {
	texts := make([]string, 0, len(states))
	for _, s := range states {
		texts = append(texts, string(s))
	}
	return strings.Join(texts, "','")
}
