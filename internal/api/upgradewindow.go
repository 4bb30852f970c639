package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// upgradeWindow is OpenAPI schema UpgradeWindow.
type upgradeWindow struct {
	Weekday      int          `json:"weekday" minimum:"0" maximum:"6" example:"3" doc:"The day on which the window begins: 0 for Sunday to 6 for Saturday."`
	StartHourUtc upgradeHour  `json:"startHourUtc" example:"12" doc:"The hour at which it begins, in UTC."`
	Duration     upgradeHours `json:"duration" example:"6" doc:"How many hours it lasts."`
}

// upgradeWindowPutRequest is OpenAPI schema UpgradeWindowPutRequest.
type upgradeWindowPutRequest struct {
	Weekday      whole       `json:"weekday" example:"3" doc:"The day on which the window begins: 0 for Sunday to 6 for Saturday."`
	StartHourUtc upgradeHour `json:"startHourUtc" example:"12" doc:"The hour at which it begins, in UTC."`
}

// upgradeHour is an hour at which an upgrade window begins. The values are told to readers only,
// for huma would not say which value was wrong.
type upgradeHour int

// Schema implements huma.SchemaProvider.
func (upgradeHour) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Extensions: map[string]any{"enum": cloud.UpgradeStartHours}}
}

// UnmarshalJSON implements json.Unmarshaler.
func (h *upgradeHour) UnmarshalJSON(data []byte) error { return (*whole)(h).UnmarshalJSON(data) }

// upgradeHours is how long an upgrade window lasts.
type upgradeHours int

// Schema implements huma.SchemaProvider.
func (upgradeHours) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Enum: []any{cloud.UpgradeWindowHours}}
}

func showUpgradeWindow(w cloud.UpgradeWindow) upgradeWindow {
	return upgradeWindow{w.Weekday, upgradeHour(w.StartHour), cloud.UpgradeWindowHours}
}

func (s *server) registerUpgradeWindow() {
	const path = pathService + "/upgradeWindow"
	register(s, spec{
		id: control.UpgradeWindowGet, method: http.MethodGet, path: path, tag: tagServices,
		summary: "Get the upgrade window", description: "Returns when the service is to be upgraded. When nobody has said when, the answer is 404.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (result[upgradeWindow], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[upgradeWindow]{}, err
		}
		window, err := s.Control.UpgradeWindow(ctx, p, organization, id)
		return answer(ctx, showUpgradeWindow(window)), err
	})
	register(s, spec{
		id: control.UpgradeWindowUpdate, method: http.MethodPut, path: path, tag: tagServices, conflicts: true,
		summary: "Set the upgrade window",
		description: "Says when the service is to be upgraded, in place of what was said. Gatehouse keeps it for clients: a service gets another version of " +
			"ClickHouse when it starts after whoever runs Gatehouse has changed it.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body upgradeWindowPutRequest
	},
	) (result[upgradeWindow], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[upgradeWindow]{}, err
		}
		window := cloud.UpgradeWindow{Weekday: int(in.Body.Weekday), StartHour: int(in.Body.StartHourUtc)}
		return answer(ctx, showUpgradeWindow(window)), s.Control.SetUpgradeWindow(ctx, p, organization, id, window)
	})
	register(s, spec{
		id: control.UpgradeWindowDelete, method: http.MethodDelete, path: path, tag: tagServices, conflicts: true,
		summary: "Delete the upgrade window", description: "Lets the service be upgraded at any time. When nobody has said when it is, the answer is 404.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteUpgradeWindow(ctx, p, organization, id)
	})
}
