package fleet

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// counts are the metrics of the fleet. No label holds anything that a client chose.
type counts struct {
	starts   *prometheus.CounterVec
	crashes  prometheus.Counter
	restarts prometheus.Counter
	problems *prometheus.CounterVec
	duration prometheus.Histogram
	wake     prometheus.Histogram
}

// problemKinds are the steps that can fail and are tried again.
var problemKinds = []string{"ledger", "adopt", "start", "stop", "update", "look", "answer", "destroy", "panic"}

func newCounts(f *Fleet, r prometheus.Registerer) *counts {
	buckets := []float64{.1, .25, .5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300}
	c := &counts{
		starts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_service_starts_total", Help: "Servers of services that were started, by outcome.",
		}, []string{"outcome"}),
		crashes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gatehouse_service_crashes_total", Help: "Servers of services that ended by themselves.",
		}),
		restarts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gatehouse_service_restarts_total", Help: "Servers of services that were restarted for new settings.",
		}),
		problems: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_service_problems_total", Help: "Steps of services that failed and are tried again, by step.",
		}, []string{"step"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gatehouse_service_start_duration_seconds", Help: "How long servers took until they answered.", Buckets: buckets,
		}),
		wake: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gatehouse_service_wake_duration_seconds", Help: "How long services took from the connection that woke them until they answered.", Buckets: buckets,
		}),
	}
	for _, outcome := range []string{"done", "failed"} {
		c.starts.WithLabelValues(outcome)
	}
	for _, kind := range problemKinds {
		c.problems.WithLabelValues(kind)
	}
	if r != nil {
		r.MustRegister(c.starts, c.crashes, c.restarts, c.problems, c.duration, c.wake, &census{f})
	}
	return c
}

// started counts a server that answers; woken is when its service was woken, or zero.
func (c *counts) started(took time.Duration, woken, now time.Time) {
	c.starts.WithLabelValues("done").Inc()
	c.duration.Observe(took.Seconds())
	if !woken.IsZero() {
		c.wake.Observe(now.Sub(woken).Seconds())
	}
}

// census counts services by their state when it is asked.
type census struct{ f *Fleet }

var censusDesc = prometheus.NewDesc("gatehouse_services", "Services, by state.", []string{"state"}, nil)

// Describe implements prometheus.Collector.
func (*census) Describe(to chan<- *prometheus.Desc) { to <- censusDesc }

// Collect implements prometheus.Collector.
func (c *census) Collect(to chan<- prometheus.Metric) {
	n := map[cloud.ServiceState]int{}
	for _, m := range c.f.members.Range {
		if s, gone := m.(*member).stored(); !gone {
			n[s.State]++
		}
	}
	for _, state := range cloud.ServiceStates {
		to <- prometheus.MustNewConstMetric(censusDesc, prometheus.GaugeValue, float64(n[state]), string(state))
	}
}
