package cloud

import (
	"time"

	"github.com/google/uuid"
)

// CountedDays is for how many days requests are kept as counts, today included.
const CountedDays = 30

// Day is a day of UTC, in days since 1970-01-01.
type Day int64

const secondsOfDay = 24 * 60 * 60

// DayOf returns the day of an instant since 1970.
func DayOf(at time.Time) Day { return Day(at.Unix() / secondsOfDay) }

// String returns the day as 2026-01-31.
func (d Day) String() string { return time.Unix(int64(d)*secondsOfDay, 0).UTC().Format(time.DateOnly) }

// RequestCount is how many requests of an actor for one operation on one resource were
// answered without an error on one day.
type RequestCount struct {
	OrganizationID uuid.UUID
	Actor          ActorRef
	Operation      string
	Resource       Resource
	Day            Day
	Requests       int64
}
