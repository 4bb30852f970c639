package api

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Metrics count what the API does. A nil *Metrics counts nothing. No label holds
// anything that a client chose.
type Metrics struct {
	requests       *prometheus.HistogramVec
	authentication *prometheus.CounterVec
}

// NewMetrics returns metrics that are registered with r.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gatehouse_http_request_duration_seconds", Help: "How long answers took, by route and status.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route", "status"}),
		authentication: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_authentications_total", Help: "Attempts to authenticate with a key, by outcome.",
		}, []string{"outcome"}),
	}
	r.MustRegister(m.requests, m.authentication)
	for _, outcome := range []string{"admitted", "refused", "forbidden address", "unavailable"} {
		m.authentication.WithLabelValues(outcome)
	}
	return m
}

func (m *Metrics) observe(route string, status int, took time.Duration) {
	if m == nil {
		return
	}
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *Metrics) authenticated(err error) {
	if m == nil {
		return
	}
	outcome := "admitted"
	if err != nil {
		switch cloud.CodeOf(err) {
		case cloud.Forbidden:
			outcome = "forbidden address"
		case cloud.Unavailable:
			outcome = "unavailable"
		default:
			outcome = "refused"
		}
	}
	m.authentication.WithLabelValues(outcome).Inc()
}
