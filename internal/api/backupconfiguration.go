package api

import (
	"context"
	"encoding/json"
	"math"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// backupConfiguration is OpenAPI schema BackupConfiguration.
type backupConfiguration struct {
	BackupPeriodInHours          int    `json:"backupPeriodInHours" example:"24" doc:"How many hours lie between two backups."`
	BackupRetentionPeriodInHours int    `json:"backupRetentionPeriodInHours" example:"48" doc:"For how many hours at least a backup is kept."`
	BackupStartTime              string `json:"backupStartTime,omitempty" example:"02:00" doc:"At which hour of the day a backup begins, in UTC; absent for any."`
}

// backupConfigurationPatchRequest is OpenAPI schema BackupConfigurationPatchRequest. Clients send
// null for the default.
type backupConfigurationPatchRequest struct {
	BackupPeriodInHours          hoursEdit `json:"backupPeriodInHours,omitempty" example:"24" doc:"6, 8, 12, 16, 20, 24, 36 or 48; with backupStartTime 24 or 48. Null: 24."`
	BackupRetentionPeriodInHours hoursEdit `json:"backupRetentionPeriodInHours,omitempty" example:"48" doc:"Whole days: 24 to 1080 in steps of 24. Null: 24."`
	BackupStartTime              hourEdit  `json:"backupStartTime,omitempty" example:"02:00" doc:"A full hour in UTC, such as 02:00. Null or empty: any."`
}

// hoursEdit is a number of hours in a request: absent, null for the default, or a number.
type hoursEdit struct {
	given bool
	hours *float64
}

// Schema implements huma.SchemaProvider.
func (hoursEdit) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Nullable: true}
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *hoursEdit) UnmarshalJSON(data []byte) error {
	e.given = true
	return json.Unmarshal(data, &e.hours)
}

// number returns the hours, 0 for the default, nil when nothing is said of them, or Invalid.
func (e hoursEdit) number(field string) (*int, error) {
	hours := 0
	switch {
	case !e.given:
		return nil, nil //nolint:nilnil // nothing is said, and nothing is wrong
	case e.hours == nil:
	case *e.hours != math.Trunc(*e.hours) || *e.hours < 1 || *e.hours > math.MaxInt32:
		return nil, cloud.Errorf(cloud.Invalid, "%s: expected a number of hours, got %v", field, *e.hours)
	default:
		hours = int(*e.hours)
	}
	return &hours, nil
}

// hourEdit is an hour of the day in a request: absent, null or empty for any, or a text.
type hourEdit struct{ text *string }

// Schema implements huma.SchemaProvider.
func (hourEdit) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true}
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *hourEdit) UnmarshalJSON(data []byte) error {
	e.text = new(string)
	return json.Unmarshal(data, e.text) // which leaves it empty for null
}

func showBackupSchedule(b cloud.BackupSchedule) backupConfiguration {
	return backupConfiguration{b.Period(), b.Retention(), b.StartTime}
}

func (s *server) registerBackupConfiguration() {
	const path = pathService + "/backupConfiguration"
	register(s, spec{
		id: control.BackupConfigurationGet, method: http.MethodGet, path: path, tag: tagBackups,
		summary: "Get the backup configuration", description: "Returns when backups of the service are to be taken and how long they are kept. None are taken yet.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (result[backupConfiguration], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[backupConfiguration]{}, err
		}
		schedule, err := s.Control.BackupSchedule(ctx, p, organization, id)
		return answer(ctx, showBackupSchedule(schedule)), err
	})
	register(s, spec{
		id: control.BackupConfigurationUpdate, method: http.MethodPatch, path: path, tag: tagBackups, conflicts: true,
		summary: "Update the backup configuration",
		description: "Changes the fields that are given, all or none of them, and returns the whole configuration. Null puts a field back to its default. " +
			"It is kept for the backups to come: none are taken yet.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body backupConfigurationPatchRequest
	},
	) (result[backupConfiguration], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[backupConfiguration]{}, err
		}
		patch, err := in.Body.patch()
		if err != nil {
			return result[backupConfiguration]{}, err
		}
		schedule, err := s.Control.UpdateBackupSchedule(ctx, p, organization, id, patch)
		return answer(ctx, showBackupSchedule(schedule)), err
	})
}

// patch returns what the request asks for, or Invalid.
func (r backupConfigurationPatchRequest) patch() (p cloud.BackupSchedulePatch, err error) {
	if p.PeriodHours, err = r.BackupPeriodInHours.number("backupPeriodInHours"); err != nil {
		return p, err
	}
	p.StartTime = r.BackupStartTime.text
	p.RetentionHours, err = r.BackupRetentionPeriodInHours.number("backupRetentionPeriodInHours")
	return p, err
}
