package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// scalingSchedulePostRequest is OpenAPI schema ScalingSchedulePostRequest.
type scalingSchedulePostRequest struct {
	Entries []scheduleEntryRequest `json:"entries" doc:"What is to hold when, at most 10 entries, no two of which are about the same hour. Empty: the service has no schedule."`
}

// scheduleEntryRequest is OpenAPI schema ScalingScheduleEntryRequest.
type scheduleEntryRequest struct {
	Name               string           `json:"name" example:"Business hours" doc:"What the entry is for, 1 to 255 characters."`
	Weekdays           []whole          `json:"weekdays" minItems:"1" doc:"The days on which it begins, each once: 0 for Sunday to 6 for Saturday."`
	StartHourUtc       whole            `json:"startHourUtc" example:"9" doc:"The hour at which it begins, in UTC: 0 to 23."`
	EndHourUtc         whole            `json:"endHourUtc" example:"17" doc:"The hour at which it ends, in UTC: 1 to 24, and not startHourUtc. When it is less than that, it is one of the next day."`
	AutoscalingMode    *autoscalingMode `json:"autoscalingMode,omitempty" doc:"What is to grow with the load meanwhile. Absent: vertical."`
	MinReplicaMemoryGb *whole           `json:"minReplicaMemoryGb,omitempty" example:"16" doc:"The least memory of each replica, in GiB: 8 to 356 in steps of 4; together with maxReplicaMemoryGb. Absent: that of the baseline."`
	MaxReplicaMemoryGb *whole           `json:"maxReplicaMemoryGb,omitempty" example:"32" doc:"The most memory of each replica, in GiB; in the horizontal mode the least."`
	NumReplicas        *whole           `json:"numReplicas,omitempty" example:"3" doc:"How many replicas, in the vertical mode. Absent: as in the baseline."`
	MinReplicas        *whole           `json:"minReplicas,omitempty" example:"2" doc:"The least number of replicas; together with maxReplicas and without numReplicas."`
	MaxReplicas        *whole           `json:"maxReplicas,omitempty" example:"3" doc:"The largest number of replicas; in the vertical mode the least."`
	IdleScaling        *bool            `json:"idleScaling,omitempty" doc:"Whether the service is stopped when nobody asks it anything. Absent: as in the baseline."`
	IdleTimeoutMinutes *whole           `json:"idleTimeoutMinutes,omitempty" example:"15" doc:"After how many minutes without a query, at least 5. Absent: as in the baseline."`
}

func (s *server) registerSchedule() {
	const path = pathService + "/scalingSchedule"
	register(s, spec{
		id: control.ScalingScheduleGet, method: http.MethodGet, path: path, tag: tagServices, beta: true,
		summary: "Get the scaling schedule", description: "Returns how the service is scaled at which hours. Without a schedule the answer is 404.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (result[scalingSchedule], error) {
		return s.answerSchedule(ctx, in, func(organization, id uuid.UUID) (cloud.Service, error) {
			return s.Control.ScaledService(ctx, p, organization, id)
		})
	})
	register(s, spec{
		id: control.ScalingScheduleUpsert, method: http.MethodPost, path: path, tag: tagServices, beta: true, conflicts: true,
		summary: "Create or replace the scaling schedule",
		description: "Says how the service is scaled at which hours, in place of all that was said. How it is scaled at all others is changed by `replicaScaling`. " +
			"How many replicas a service may have is looked at when an entry begins: one that asks for more is passed over. An entry begins within a minute of its hour.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body scalingSchedulePostRequest
	},
	) (result[scalingSchedule], error) {
		entries, err := in.Body.entries()
		if err != nil {
			return result[scalingSchedule]{}, err
		}
		return s.answerSchedule(ctx, &in.ServicePath, func(organization, id uuid.UUID) (cloud.Service, error) {
			return s.Control.ReplaceSchedule(ctx, p, organization, id, entries)
		})
	})
	register(s, spec{
		id: control.ScalingScheduleDelete, method: http.MethodDelete, path: path, tag: tagServices, beta: true, conflicts: true,
		summary: "Delete the scaling schedule", description: "Takes the schedule from the service, which is then scaled as at all other hours. Without a schedule the answer is 404.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteSchedule(ctx, p, organization, id)
	})
}

// answerSchedule answers with the schedule of the service that f returns.
func (s *server) answerSchedule(ctx context.Context, in *ServicePath, f func(organization, id uuid.UUID) (cloud.Service, error)) (result[scalingSchedule], error) {
	organization, id, err := in.ids()
	if err != nil {
		return result[scalingSchedule]{}, err
	}
	service, err := f(organization, id)
	if err != nil {
		return result[scalingSchedule]{}, err
	}
	if len(service.Schedule) == 0 { // as the Cloud answers when a schedule was cleared
		return answer(ctx, scalingSchedule{Entries: []scheduleEntry{}}), nil
	}
	return answer(ctx, showSchedule(s.Control.Reach(service))), nil
}

// entries returns what the request asks for, or Invalid. What is wrong of an entry beyond that
// is for the schedule to say.
func (r scalingSchedulePostRequest) entries() ([]cloud.ScheduleEntry, error) {
	entries := make([]cloud.ScheduleEntry, 0, min(len(r.Entries), cloud.MaxScheduleEntries+1))
	for i, in := range r.Entries {
		if i > cloud.MaxScheduleEntries {
			break // there are too many, and somebody else says so
		}
		e := cloud.ScheduleEntry{
			Name: in.Name, From: int(in.StartHourUtc), To: int(in.EndHourUtc), Mode: cloud.Vertical, MinMemory: in.MinReplicaMemoryGb.number(),
			MaxMemory: in.MaxReplicaMemoryGb.number(), MinReplicas: in.MinReplicas.number(), MaxReplicas: in.MaxReplicas.number(),
			Idle: in.IdleScaling, IdleMinutes: in.IdleTimeoutMinutes.number(),
		}
		for _, day := range in.Weekdays {
			e.Weekdays = append(e.Weekdays, int(day))
		}
		if in.AutoscalingMode != nil {
			e.Mode = cloud.AutoscalingMode(*in.AutoscalingMode)
		}
		if err := in.readNumReplicas("entries["+strconv.Itoa(i)+"].", &e); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// readNumReplicas reads a fixed number of replicas, which is kept as a band of one number.
func (r scheduleEntryRequest) readNumReplicas(field string, e *cloud.ScheduleEntry) error {
	switch n := r.NumReplicas.number(); {
	case n == nil:
		return nil
	case e.MinReplicas != nil || e.MaxReplicas != nil:
		return cloud.Errorf(cloud.Invalid, "%snumReplicas: expected none beside minReplicas and maxReplicas, got %d", field, *n)
	case e.Mode == cloud.Horizontal:
		return cloud.Errorf(cloud.Invalid, "%snumReplicas: expected minReplicas and maxReplicas in the horizontal mode, got %d", field, *n)
	case *n < 1:
		return cloud.Errorf(cloud.Invalid, "%snumReplicas: expected at least 1 replica, got %d", field, *n)
	default:
		e.MinReplicas, e.MaxReplicas = n, n
		return nil
	}
}
