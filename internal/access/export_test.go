package access

// Remembered returns how many addresses the throttle keeps in memory.
func (t *Throttle) Remembered() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.failures)
}
