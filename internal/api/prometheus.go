package api

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/front"
)

// filteredMetrics is the query parameter filtered_metrics as it was written.
type filteredMetrics string

// Schema implements huma.SchemaProvider, in the Cloud's words: a text that is a boolean.
func (filteredMetrics) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Extensions: map[string]any{"format": "boolean"}}
}

// filtered returns what the parameter says, fallback when it is absent, or Invalid.
func (f filteredMetrics) filtered(fallback bool) (bool, error) {
	switch f {
	case "":
		return fallback, nil
	case "true", "false":
		return f == "true", nil
	default:
		return false, cloud.Errorf(cloud.Invalid, "filtered_metrics: expected true or false, got %q", string(f))
	}
}

// prometheusTarget is one entry of an answer for Prometheus' http_sd_config.
type prometheusTarget struct {
	Targets []string          `json:"targets" example:"gatehouse.example.com" doc:"The host and port of this API, as it was asked for."`
	Labels  map[string]string `json:"labels" doc:"How to ask for the metrics of one service, and what it is."`
}

func (s *server) registerPrometheus() {
	const metrics = "Prometheus text. `ClickHouse_ServiceInfo` is there for each service, whatever its state; the other metrics are ClickHouse's own, of services " +
		"that run. No service is woken. With `scrape=\"partial\"` the ClickHouse of a service did not answer in time. With `filtered_metrics=true` come those " +
		"metrics that most people watch, the space on disk among them."
	const organizationPath = "/v1/organizations/{organizationId}/prometheus"
	registerText(s, spec{
		id: control.OrganizationPrometheusGet, method: http.MethodGet, path: organizationPath, tag: tagPrometheus,
		summary: "Get metrics of all services", description: "Returns the metrics of the services that the caller may view, as " + metrics,
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		FilteredMetrics filteredMetrics `query:"filtered_metrics" example:"true" doc:"Whether to leave out what few people watch. Absent: false."`
	},
	) (string, error) {
		organization, err := in.id()
		if err != nil {
			return "", err
		}
		filtered, err := in.FilteredMetrics.filtered(false)
		if err != nil {
			return "", err
		}
		sheets := sheetsOf(filtered)
		scraped, err := s.Control.OrganizationMetrics(ctx, p, organization, func(int) io.Writer { return sheets.add() })
		return sheets.render(scraped), err
	})
	registerText(s, spec{
		id: control.InstancePrometheusGet, method: http.MethodGet, path: pathService + "/prometheus", tag: tagPrometheus,
		summary: "Get metrics of a service", description: "Returns the metrics of a service, as " + metrics,
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		FilteredMetrics filteredMetrics `query:"filtered_metrics" example:"true" doc:"Whether to leave out what few people watch. Absent: false."`
	},
	) (string, error) {
		organization, id, err := in.ids()
		if err != nil {
			return "", err
		}
		filtered, err := in.FilteredMetrics.filtered(false)
		if err != nil {
			return "", err
		}
		sheets := sheetsOf(filtered)
		scraped, err := s.Control.ServiceMetrics(ctx, p, organization, id, sheets.add())
		return sheets.render([]control.Scraped{scraped}), err
	})
	register(s, spec{
		id: control.OrganizationPrometheusDiscoveryGet, method: http.MethodGet, path: organizationPath + "/discovery", tag: tagPrometheus, beta: true,
		summary: "Discover what Prometheus can scrape",
		description: "Returns a target for each service that the caller may view, as Prometheus' `http_sd_config` reads it: a bare list without an envelope. " +
			"Services that are being deleted are left out.",
	}, s.discover)
}

// registerText is register for an operation that answers with text for Prometheus.
func registerText[I any](s *server, o spec, handler func(context.Context, access.Principal, *I) (string, error)) {
	operation := s.operation(o)
	operation.Responses = map[string]*huma.Response{"200": {Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	huma.Register(s.api, operation, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		p := front.CallOf(ctx).Principal
		text, err := handler(ctx, p, in)
		if err != nil {
			return nil, front.ErrorOf(ctx, s.Log, err)
		}
		s.count(p, o.id, in)
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			ctx.SetHeader("Content-Length", strconv.Itoa(len(text)))
			_, _ = io.WriteString(ctx.BodyWriter(), text) // the client has gone: nobody to tell
		}}, nil
	})
}

type discoveryInput struct {
	OrganizationPath
	FilteredMetrics filteredMetrics `query:"filtered_metrics" example:"true" doc:"With which filtered_metrics Prometheus is to ask. Absent: true."`
	host            string
}

// Resolve implements huma.Resolver: who reached the API by this name can reach it again.
func (in *discoveryInput) Resolve(ctx huma.Context) []error {
	in.host = ctx.Host()
	return nil
}

func (s *server) discover(ctx context.Context, p access.Principal, in *discoveryInput) ([]prometheusTarget, error) {
	organization, err := in.id()
	if err != nil {
		return nil, err
	}
	filtered, err := in.FilteredMetrics.filtered(true)
	if err != nil {
		return nil, err
	}
	services, err := s.Control.PrometheusTargets(ctx, p, organization)
	scheme := "http"
	if front.CallOf(ctx).Secure {
		scheme = "https"
	}
	return shown(services, func(s cloud.Service) prometheusTarget {
		t := prometheusTarget{Targets: []string{in.host}, Labels: map[string]string{
			"__scheme__": scheme, "__metrics_path__": "/v1/organizations/" + s.OrganizationID.String() + "/services/" + s.ID.String() + "/prometheus",
			"__param_filtered_metrics": strconv.FormatBool(filtered), "clickhouse_org_id": s.OrganizationID.String(), "clickhouse_service_id": s.ID.String(),
			"clickhouse_discovery_service_name": s.Name, "__meta_clickhouse_region": s.Region, "__meta_clickhouse_provider": s.Provider,
		}}
		for _, tag := range s.Tags {
			key := notInLabels.ReplaceAllString(tag.Key, "_")
			t.Labels["__meta_clickhouse_tag_"+key] = tag.Value
			t.Labels["__meta_clickhouse_tagpresent_"+key] = "true"
		}
		return t
	}), err
}

// notInLabels is what the name of a label cannot have.
var notInLabels = regexp.MustCompile(`[^a-zA-Z0-9_]`)
