package fleet

// Step names a point in the life of a service, between two things of which the second
// must follow also when the fleet ends right there.
type Step string

// The steps. What "stored" is in the ledger.
const (
	StartBegins     Step = "start begins"     // provisioning, starting, awaking or degraded
	StartDone       Step = "start done"       // the server answers, nothing is stored
	StartStored     Step = "start stored"     // running
	StopBegins      Step = "stop begins"      // the goal is stored, the server runs
	StopDone        Step = "stop done"        // the server is gone, nothing is stored
	StopStored      Step = "stop stored"      // stopped
	RestBegins      Step = "rest begins"      // the goal is idle, the server runs
	RestDone        Step = "rest done"        // the server is gone, running is still stored
	RestStored      Step = "rest stored"      // idle
	WakeStored      Step = "wake stored"      // awaking
	UpdateBegins    Step = "update begins"    // a change is stored, the server has not been told
	RestartBegins   Step = "restart begins"   // new settings are stored, the server runs with those before
	RestartDone     Step = "restart done"     // the server is gone for new settings
	CrashStored     Step = "crash stored"     // degraded
	FailureStored   Step = "failure stored"   // failed
	DeleteBegins    Step = "delete begins"    // terminating is stored, the server may run
	DeleteStopped   Step = "delete stopped"   // the server is gone, the data is there
	DeleteDestroyed Step = "delete destroyed" // the data is gone, the service is stored
	DeleteDone      Step = "delete done"      // nothing is stored
)

// Steps are all steps.
var Steps = []Step{
	StartBegins, StartDone, StartStored, StopBegins, StopDone, StopStored, RestBegins, RestDone, RestStored, WakeStored, UpdateBegins, RestartBegins, RestartDone, CrashStored, FailureStored,
	DeleteBegins, DeleteStopped, DeleteDestroyed, DeleteDone,
}
