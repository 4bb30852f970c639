package api

import (
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// scalingSchedule is OpenAPI schema ScalingSchedule.
type scalingSchedule struct {
	Entries       []scheduleEntry `json:"entries" doc:"What holds when."`
	BaseConfig    scheduleBase    `json:"baseConfig" doc:"What holds at all other times."`
	ActiveEntryID *uuid.UUID      `json:"activeEntryId,omitempty" format:"uuid" doc:"The entry that is active; absent for the baseline."`
}

// scheduleEntry is OpenAPI schema ScalingScheduleEntry: each field that was given, and no other.
type scheduleEntry struct {
	ID                 uuid.UUID       `json:"id" format:"uuid" doc:"Unique id of the entry."`
	Name               string          `json:"name" example:"Business hours" doc:"What the entry is for."`
	Weekdays           []int           `json:"weekdays" doc:"The days on which it begins: 0 for Sunday to 6 for Saturday."`
	StartHourUtc       int             `json:"startHourUtc" example:"9" doc:"The hour at which it begins, in UTC."`
	EndHourUtc         int             `json:"endHourUtc" example:"17" doc:"The hour at which it ends, in UTC; on the next day when it is less than startHourUtc."`
	AutoscalingMode    autoscalingMode `json:"autoscalingMode" doc:"The mode."`
	MinReplicaMemoryGb *int            `json:"minReplicaMemoryGb,omitempty" doc:"The least memory of each replica, in GiB. Absent: that of the baseline."`
	MaxReplicaMemoryGb *int            `json:"maxReplicaMemoryGb,omitempty" doc:"The most memory of each replica, in GiB. Absent: that of the baseline."`
	MinReplicas        *int            `json:"minReplicas,omitempty" doc:"The least number of replicas. Absent: that of the baseline."`
	MaxReplicas        *int            `json:"maxReplicas,omitempty" doc:"The largest number of replicas. Absent: that of the baseline."`
	IdleScaling        *bool           `json:"idleScaling,omitempty" doc:"Whether the service is stopped when nobody asks it anything. Absent: as in the baseline."`
	IdleTimeoutMinutes *int            `json:"idleTimeoutMinutes,omitempty" doc:"After how many minutes without a query. Absent: as in the baseline."`
	IsActiveNow        bool            `json:"isActiveNow" doc:"Whether the entry is active."`
}

// scheduleBase is OpenAPI schema ScalingScheduleBaseConfig; all of it is absent when a
// schedule was cleared.
type scheduleBase struct {
	AutoscalingMode    autoscalingMode `json:"autoscalingMode,omitempty" doc:"The mode."`
	MinReplicaMemoryGb int             `json:"minReplicaMemoryGb,omitempty" doc:"The least memory of each replica, in GiB."`
	MaxReplicaMemoryGb int             `json:"maxReplicaMemoryGb,omitempty" doc:"The most memory of each replica, in GiB."`
	MinReplicas        int             `json:"minReplicas,omitempty" doc:"The least number of replicas."`
	MaxReplicas        int             `json:"maxReplicas,omitempty" doc:"The largest number of replicas."`
	IdleScaling        *bool           `json:"idleScaling,omitempty" doc:"Whether the service is stopped when nobody asks it anything."`
	IdleTimeoutMinutes int             `json:"idleTimeoutMinutes,omitempty" doc:"After how many minutes without a query."`
}

// showSchedule returns the scaling schedule of the service as it is now.
func showSchedule(r control.Reachable) scalingSchedule {
	base := r.Scaling
	out := scalingSchedule{
		BaseConfig: scheduleBase{
			AutoscalingMode: autoscalingMode(base.Mode), MinReplicaMemoryGb: base.MinMemory, MaxReplicaMemoryGb: base.MaxMemory,
			MinReplicas: base.MinReplicas, MaxReplicas: base.MaxReplicas, IdleScaling: &base.Idle, IdleTimeoutMinutes: base.IdleMinutes,
		},
		Entries: shown(r.Schedule, func(e cloud.ScheduleEntry) scheduleEntry {
			return scheduleEntry{
				ID: e.ID, Name: e.Name, Weekdays: e.Weekdays, StartHourUtc: e.From, EndHourUtc: e.To, AutoscalingMode: autoscalingMode(e.Mode),
				MinReplicaMemoryGb: e.MinMemory, MaxReplicaMemoryGb: e.MaxMemory, MinReplicas: e.MinReplicas, MaxReplicas: e.MaxReplicas,
				IdleScaling: e.Idle, IdleTimeoutMinutes: e.IdleMinutes, IsActiveNow: r.Active != nil && r.Active.ID == e.ID,
			}
		}),
	}
	if r.Active != nil {
		out.ActiveEntryID = &r.Active.ID
	}
	return out
}
