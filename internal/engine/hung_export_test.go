package engine

// StartOf returns when a process started, 0 where there is none.
func StartOf(pid int) uint64 {
	at, err := startOf(pid)
	if err != nil {
		return 0
	}
	return at
}
