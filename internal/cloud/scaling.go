package cloud

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// AutoscalingMode says what grows with the load.
type AutoscalingMode string

// The modes: the memory of each replica, or the number of replicas.
const (
	Vertical   AutoscalingMode = "vertical"
	Horizontal AutoscalingMode = "horizontal"
)

// Limits of scaling (OpenAPI schema Service). Memory is in GiB of each replica.
const (
	MinReplicaMemory  = 8
	MaxReplicaMemory  = 356
	ReplicaMemoryStep = 4
	MaxReplicas       = 20
	MinIdleMinutes    = 5
	// MaxIdleMinutes is a year: the Cloud names no bound, and a time must not overflow.
	MaxIdleMinutes = 365 * 24 * 60
	// MaxScheduleEntries is the longest scaling schedule.
	MaxScheduleEntries = 10
	// maxScheduledReplicas is the largest number that an entry may name.
	maxScheduledReplicas = 1000
)

// Scaling says how large a service is and whether it rests when nobody asks it.
type Scaling struct {
	Mode AutoscalingMode `json:"mode"`
	// MinMemory and MaxMemory are GiB of each replica.
	MinMemory int `json:"minMemory"`
	MaxMemory int `json:"maxMemory"`
	// MinReplicas and MaxReplicas are the same number unless the mode is horizontal.
	MinReplicas int `json:"minReplicas"`
	MaxReplicas int `json:"maxReplicas"`
	// Idle says whether the service is stopped when there was no query for IdleMinutes.
	Idle        bool `json:"idle"`
	IdleMinutes int  `json:"idleMinutes"`
}

// DefaultScaling is that of a service for which nothing was asked.
func DefaultScaling() Scaling {
	return Scaling{Mode: Vertical, MinMemory: 8, MaxMemory: 8, MinReplicas: 1, MaxReplicas: 1, Idle: true, IdleMinutes: 15}
}

// ScalingPatch changes what is not nil (OpenAPI schema ServiceReplicaScalingPatchRequest).
type ScalingPatch struct {
	Mode                     *AutoscalingMode
	MinMemory, MaxMemory     *int // GiB of each replica
	NumReplicas              *int
	MinReplicas, MaxReplicas *int
	Idle                     *bool
	IdleMinutes              *int
}

// Apply returns the scaling with the patch applied, or Invalid, which names field and
// value. limit is how many replicas a service may have.
func (p ScalingPatch) Apply(s Scaling, limit int) (Scaling, error) {
	if p.Mode != nil {
		if *p.Mode != Vertical && *p.Mode != Horizontal {
			return s, Errorf(Invalid, "autoscalingMode: expected one of vertical, horizontal, got %q", *p.Mode)
		}
		s.Mode = *p.Mode
	}
	for _, m := range []struct {
		field string
		from  *int
		to    *int
	}{{"minReplicaMemoryGb", p.MinMemory, &s.MinMemory}, {"maxReplicaMemoryGb", p.MaxMemory, &s.MaxMemory}} {
		if m.from == nil {
			continue
		}
		if err := checkMemory(m.field, *m.from); err != nil {
			return s, err
		}
		*m.to = *m.from
	}
	if s.MinMemory > s.MaxMemory {
		return s, Errorf(Invalid, "minReplicaMemoryGb: expected at most maxReplicaMemoryGb, which is %d, got %d", s.MaxMemory, s.MinMemory)
	}
	if err := p.applyReplicas(&s, limit); err != nil {
		return s, err
	}
	if s.Mode == Horizontal && s.MinMemory != s.MaxMemory {
		return s, Errorf(Invalid, "maxReplicaMemoryGb: replicas that come and go are of one size: expected minReplicaMemoryGb, which is %d, got %d", s.MinMemory, s.MaxMemory)
	}
	if p.Idle != nil {
		s.Idle = *p.Idle
	}
	if p.IdleMinutes != nil {
		if *p.IdleMinutes < MinIdleMinutes || *p.IdleMinutes > MaxIdleMinutes {
			return s, Errorf(Invalid, "idleTimeoutMinutes: expected %d to %d minutes, got %d", MinIdleMinutes, MaxIdleMinutes, *p.IdleMinutes)
		}
		s.IdleMinutes = *p.IdleMinutes
	}
	return s, nil
}

func checkMemory(field string, gib int) error {
	if gib < MinReplicaMemory || gib > MaxReplicaMemory || gib%ReplicaMemoryStep != 0 {
		return Errorf(Invalid, "%s: expected %d to %d in steps of %d, got %d", field, MinReplicaMemory, MaxReplicaMemory, ReplicaMemoryStep, gib)
	}
	return nil
}

func (p ScalingPatch) applyReplicas(s *Scaling, limit int) error {
	if p.NumReplicas != nil && (p.MinReplicas != nil || p.MaxReplicas != nil) {
		return Errorf(Invalid, "numReplicas: expected none beside minReplicas and maxReplicas, got %d", *p.NumReplicas)
	}
	if (p.MinReplicas == nil) != (p.MaxReplicas == nil) {
		field, value := "minReplicas", p.MinReplicas
		if value == nil {
			field, value = "maxReplicas", p.MaxReplicas
		}
		return Errorf(Invalid, "%s: expected minReplicas and maxReplicas together, got only %d", field, *value)
	}
	for _, r := range []struct {
		field string
		value *int
	}{{"numReplicas", p.NumReplicas}, {"minReplicas", p.MinReplicas}, {"maxReplicas", p.MaxReplicas}} {
		if r.value != nil && (*r.value < 1 || *r.value > limit) {
			return Errorf(Invalid, "%s: expected 1 to %d replicas, got %d", r.field, limit, *r.value)
		}
	}
	switch {
	case p.NumReplicas != nil && s.Mode == Horizontal:
		return Errorf(Invalid, "numReplicas: expected minReplicas and maxReplicas in the horizontal mode, got %d", *p.NumReplicas)
	case p.NumReplicas != nil:
		s.MinReplicas, s.MaxReplicas = *p.NumReplicas, *p.NumReplicas
	case p.MinReplicas != nil:
		if *p.MinReplicas > *p.MaxReplicas {
			return Errorf(Invalid, "minReplicas: expected at most maxReplicas, which is %d, got %d", *p.MaxReplicas, *p.MinReplicas)
		}
		if s.Mode == Vertical && *p.MinReplicas != *p.MaxReplicas {
			return Errorf(Invalid, "maxReplicas: expected minReplicas, which is %d, in the vertical mode, got %d", *p.MinReplicas, *p.MaxReplicas)
		}
		s.MinReplicas, s.MaxReplicas = *p.MinReplicas, *p.MaxReplicas
	case s.Mode == Vertical:
		// The band of a service that was horizontal is gone.
		s.MaxReplicas = s.MinReplicas
	}
	return nil
}

// ScheduleEntry says how a service is scaled at certain hours of certain days, in UTC
// (OpenAPI schema ScalingScheduleEntry). What is nil is as in the baseline.
type ScheduleEntry struct {
	ID       uuid.UUID       `json:"id"`
	Name     string          `json:"name"`
	Weekdays []int           `json:"weekdays"` // 0 is Sunday; the day on which it starts
	From     int             `json:"from"`     // hour, 0 to 23
	To       int             `json:"to"`       // hour, 1 to 24; less than From: on the next day
	Mode     AutoscalingMode `json:"mode"`
	// MinMemory and MaxMemory are GiB of each replica.
	MinMemory   *int  `json:"minMemory,omitempty"`
	MaxMemory   *int  `json:"maxMemory,omitempty"`
	MinReplicas *int  `json:"minReplicas,omitempty"`
	MaxReplicas *int  `json:"maxReplicas,omitempty"`
	Idle        *bool `json:"idle,omitempty"`
	IdleMinutes *int  `json:"idleMinutes,omitempty"`
}

// Equal reports whether both are the same.
func (e ScheduleEntry) Equal(other ScheduleEntry) bool {
	return e.ID == other.ID && e.Name == other.Name && slices.Equal(e.Weekdays, other.Weekdays) && e.From == other.From && e.To == other.To && e.Mode == other.Mode &&
		equalPointer(e.MinMemory, other.MinMemory) && equalPointer(e.MaxMemory, other.MaxMemory) && equalPointer(e.MinReplicas, other.MinReplicas) &&
		equalPointer(e.MaxReplicas, other.MaxReplicas) && equalPointer(e.Idle, other.Idle) && equalPointer(e.IdleMinutes, other.IdleMinutes)
}

// hours returns the hours of a week, 0 to 167 from Sunday 0:00 UTC, that the entry is about.
func (e ScheduleEntry) hours() (out [7 * 24]bool) {
	length := e.To - e.From
	if length < 0 {
		length += 24
	}
	for _, day := range e.Weekdays {
		for h := range length {
			out[(day*24+e.From+h)%len(out)] = true
		}
	}
	return out
}

// ActiveAt reports whether the entry counts at the instant.
func (e ScheduleEntry) ActiveAt(now time.Time) bool {
	now = now.UTC()
	return e.hours()[int(now.Weekday())*24+now.Hour()]
}

// CheckSchedule returns Invalid, naming the entry and what is wrong of it.
func CheckSchedule(entries []ScheduleEntry) error {
	if len(entries) > MaxScheduleEntries {
		return Errorf(Invalid, "entries: expected at most %d entries, got %d", MaxScheduleEntries, len(entries))
	}
	var taken [7 * 24]string
	for i, e := range entries {
		field := fmt.Sprintf("entries[%d].", i)
		if err := e.check(field); err != nil {
			return err
		}
		for hour, active := range e.hours() {
			if !active {
				continue
			}
			if other := taken[hour]; other != "" {
				return Errorf(Invalid, "%sstartHourUtc: the entries %q and %q are both about %s %d:00 UTC", field, other, e.Name, time.Weekday(hour/24), hour%24)
			}
			taken[hour] = e.Name
		}
	}
	return nil
}

func (e ScheduleEntry) check(field string) error {
	if err := CheckName(field+"name", e.Name); err != nil {
		return err
	}
	if len(e.Weekdays) == 0 || len(e.Weekdays) > 7 {
		return Errorf(Invalid, "%sweekdays: expected 1 to 7 days, got %d", field, len(e.Weekdays))
	}
	for i, d := range e.Weekdays {
		if d < 0 || d > 6 {
			return Errorf(Invalid, "%sweekdays: expected 0 for Sunday to 6 for Saturday, got %d", field, d)
		}
		if slices.Contains(e.Weekdays[:i], d) {
			return Errorf(Invalid, "%sweekdays: expected each day once, got %d twice", field, d)
		}
	}
	if e.From < 0 || e.From > 23 {
		return Errorf(Invalid, "%sstartHourUtc: expected 0 to 23, got %d", field, e.From)
	}
	if e.To < 1 || e.To > 24 || e.To == e.From {
		return Errorf(Invalid, "%sendHourUtc: expected 1 to 24 and not startHourUtc, got %d", field, e.To)
	}
	if (e.MinMemory == nil) != (e.MaxMemory == nil) {
		name, gib := "minReplicaMemoryGb", e.MinMemory
		if gib == nil {
			name, gib = "maxReplicaMemoryGb", e.MaxMemory
		}
		return Errorf(Invalid, "%s%s: expected minReplicaMemoryGb and maxReplicaMemoryGb together, got only %d", field, name, *gib)
	}
	// Whatever the baseline may become, what the entry says must fit together. How many replicas
	// there may be is looked at when it begins.
	base := DefaultScaling()
	base.Mode = e.Mode
	_, err := e.patch().Apply(base, maxScheduledReplicas)
	if wrong, ok := err.(*Error); ok { //nolint:errorlint // Apply returns only these
		return Errorf(wrong.Code, "%s", field+wrong.Message)
	}
	return err
}

func (e ScheduleEntry) patch() ScalingPatch {
	return ScalingPatch{Mode: &e.Mode, MinMemory: e.MinMemory, MaxMemory: e.MaxMemory, MinReplicas: e.MinReplicas, MaxReplicas: e.MaxReplicas, Idle: e.Idle, IdleMinutes: e.IdleMinutes}
}

// ScalingAt returns how the service is to be scaled at the instant, and the entry of its
// schedule that says so; nil when it is the baseline.
func (c ServiceConfig) ScalingAt(now time.Time) (Scaling, *ScheduleEntry) {
	for _, e := range c.Schedule {
		if !e.ActiveAt(now) {
			continue
		}
		base := c.Scaling
		if e.MinMemory == nil && e.Mode == Horizontal {
			base.MaxMemory = base.MinMemory // replicas that come and go are of one size
		}
		if scaled, err := e.patch().Apply(base, MaxReplicas); err == nil {
			return scaled, &e
		}
	}
	return c.Scaling, nil
}
