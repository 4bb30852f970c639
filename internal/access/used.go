package access

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Used is the minute of a key's last use.
type Used struct {
	Key uuid.UUID
	At  time.Time
}

// UsedAt returns the minute of the key's last use, zero when it is not known here.
func (d *Directory) UsedAt(k cloud.Key) time.Time {
	if e := d.view.Load().key(k.Credential.KeyID); e != nil && e.id == k.ID {
		return timeOfMinute(e.used.Load())
	}
	return time.Time{}
}

// TakeUsed returns the uses that are not written yet, one for each key, and takes
// them as written.
func (d *Directory) TakeUsed() []Used {
	minutes := d.unwritten.take()
	out := make([]Used, 0, len(minutes))
	for key, minute := range minutes {
		out = append(out, Used{Key: key, At: timeOfMinute(minute)})
	}
	return out
}

// ReturnUsed gives back uses that could not be written.
func (d *Directory) ReturnUsed(used []Used) {
	for _, u := range used {
		d.unwritten.add(u.Key, minuteOf(u.At))
	}
}

// UsedSession is the minute of a session's last use.
type UsedSession struct {
	Session uuid.UUID
	At      time.Time
}

// TakeUsedSessions is TakeUsed for sessions.
func (d *Directory) TakeUsedSessions() []UsedSession {
	minutes := d.unwrittenSessions.take()
	out := make([]UsedSession, 0, len(minutes))
	for session, minute := range minutes {
		out = append(out, UsedSession{Session: session, At: timeOfMinute(minute)})
	}
	return out
}

// ReturnUsedSessions gives back uses that could not be written.
func (d *Directory) ReturnUsedSessions(used []UsedSession) {
	for _, u := range used {
		d.unwrittenSessions.add(u.Session, minuteOf(u.At))
	}
}

// raise lets the minute of a last use grow and reports whether it is a new one.
func raise(used *atomic.Int64, minute int64) bool {
	for {
		old := used.Load()
		if minute <= old {
			return false
		}
		if used.CompareAndSwap(old, minute) {
			return true
		}
	}
}

// uses are the minutes of the last uses of keys or sessions, by id: what is loaded
// or deleted meanwhile does not matter here.
type uses struct {
	mu      sync.Mutex // apart from the directory's, so that no request waits for Load
	minutes map[uuid.UUID]int64
}

func (u *uses) add(id uuid.UUID, minute int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.minutes == nil {
		u.minutes = map[uuid.UUID]int64{}
	}
	u.minutes[id] = max(u.minutes[id], minute)
}

func (u *uses) forget(id uuid.UUID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.minutes, id)
}

func (u *uses) take() map[uuid.UUID]int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.minutes
	u.minutes = nil
	return taken
}

// minuteOf returns the minutes since 1970; 0 stands for never.
func minuteOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix() / 60
}

func timeOfMinute(m int64) time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(m*60, 0).UTC()
}
