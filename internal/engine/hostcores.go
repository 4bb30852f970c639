package engine

import "runtime/debug"

// allowCores lets the kernel write a core of this process and of ClickHouse, or none, from
// now on. No jail is in the way of it: the processes stay dumpable (prctl(2),
// PR_SET_DUMPABLE), since each begins anew as the user that it has.
func (h *host) allowCores(allowed bool) (err error) {
	if h.cores, err = limitCores(0, allowed); err != nil {
		return err
	}
	if h.order.Engine == KindCHDB {
		level := "single"
		if allowed {
			level = "crash" // else, when our own code fails, the runtime of Go ends the process in order
		}
		debug.SetTraceback(level)
		return nil
	}
	if h.launched {
		_, err = limitCores(h.server.PID(), allowed)
	}
	return err
}
