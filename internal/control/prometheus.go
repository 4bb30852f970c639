package control

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

const (
	// scrapeLimit is how long an engine may take to tell its metrics: Prometheus waits for ten
	// seconds by default.
	scrapeLimit = 5 * time.Second
	// scrapesAtOnce is how many engines are asked at a time for one answer.
	scrapesAtOnce = 16
)

// Scraped is a service whose metrics were asked for.
type Scraped struct {
	cloud.Service
	// Partial says that the engine runs and did not tell its metrics in time, or not all of them.
	Partial bool
}

// ServiceMetrics writes the metrics of the engine of a service to w, as Prometheus text. An engine
// that does not run has none, and is not woken.
func (c *Control) ServiceMetrics(ctx context.Context, p access.Principal, organization, id uuid.UUID, w io.Writer) (Scraped, error) {
	s, err := c.readService(ctx, p, InstancePrometheusGet, organization, id)
	if err != nil {
		return Scraped{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, scrapeLimit)
	defer cancel()
	return c.scrape(ctx, s, w), nil
}

// OrganizationMetrics does what ServiceMetrics does for each service that the principal may view,
// oldest first, but for those that are being deleted. to returns where the metrics of one are
// written; it is called once for each service before anything is written.
func (c *Control) OrganizationMetrics(ctx context.Context, p access.Principal, organization uuid.UUID, to func(i int) io.Writer) ([]Scraped, error) {
	services, err := c.observableServices(ctx, p, OrganizationPrometheusGet, organization)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, scrapeLimit)
	defer cancel()
	writers := make([]io.Writer, len(services))
	for i := range services {
		writers[i] = to(i)
	}
	scraped := make([]Scraped, len(services))
	turn := make(chan struct{}, scrapesAtOnce)
	var all sync.WaitGroup
	for i, s := range services {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			scraped[i] = c.scrape(ctx, s, writers[i])
		})
	}
	all.Wait()
	return scraped, nil
}

// PrometheusTargets returns the services of the organization that Prometheus may ask for, oldest
// first: those that the principal may view and that are not being deleted.
func (c *Control) PrometheusTargets(ctx context.Context, p access.Principal, organization uuid.UUID) ([]cloud.Service, error) {
	return c.observableServices(ctx, p, OrganizationPrometheusDiscoveryGet, organization)
}

func (c *Control) observableServices(ctx context.Context, p access.Principal, o Operation, organization uuid.UUID) (services []cloud.Service, err error) {
	if err := c.authorize(p, o, organization); err != nil {
		return nil, err
	}
	all, err := c.visibleServices(ctx, p, organization, nil)
	for _, s := range all {
		if !s.Deleting() {
			services = append(services, s)
		}
	}
	return services, err
}

// scrape asks the engine of a service that runs.
func (c *Control) scrape(ctx context.Context, s cloud.Service, w io.Writer) Scraped {
	if c.fleet == nil || s.State != cloud.ServiceRunning && s.State != cloud.ServicePartiallyRunning && s.State != cloud.ServiceDegraded {
		return Scraped{Service: s}
	}
	err := c.fleet.Metrics(ctx, s.ID, w)
	switch cloud.CodeOf(err) {
	case cloud.Conflict, cloud.NotFound: // it has just gone to rest
		return Scraped{Service: s}
	default:
	}
	if err != nil {
		c.log.Warn("the metrics of a service could not be read", "service", s.ID, "error", err)
	}
	return Scraped{Service: s, Partial: err != nil}
}
