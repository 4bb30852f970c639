package cloud

import "time"

// Clock tells the time. Everything that depends on time takes one, so that a
// test can move it.
type Clock interface {
	// Now returns the current time in UTC, cut to the millisecond: the
	// precision at which every timestamp of Gatehouse is kept and shown, so
	// that a timestamp which a client read can be sent back and compared.
	Now() time.Time
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now implements Clock.
func (SystemClock) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
