package gateway

import (
	"github.com/prometheus/client_golang/prometheus"
)

// metrics reads the counters of services when it is asked: carrying bytes costs no more
// for it. The only label that grows is the id of a service, and it goes with the service.
type metrics struct {
	g    *Gateway
	wait prometheus.Histogram

	open, total, refused, bytes, problems *prometheus.Desc
}

func newMetrics(g *Gateway, r prometheus.Registerer) *metrics {
	m := &metrics{
		g: g,
		wait: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gatehouse_gateway_server_wait_seconds", Help: "How long new connections waited for the server of their service, its start included.",
			Buckets: []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120},
		}),
		open:     prometheus.NewDesc("gatehouse_gateway_connections", "Connections of clients that are open.", []string{"service", "protocol"}, nil),
		total:    prometheus.NewDesc("gatehouse_gateway_connections_total", "Connections of clients that the address list allowed.", []string{"service", "protocol"}, nil),
		refused:  prometheus.NewDesc("gatehouse_gateway_refused_total", "Connections that were refused, by reason; no service where it was not known yet.", []string{"service", "reason"}, nil),
		bytes:    prometheus.NewDesc("gatehouse_gateway_bytes_total", "Bytes from clients (in) and to them (out), inside TLS.", []string{"service", "direction"}, nil),
		problems: prometheus.NewDesc("gatehouse_gateway_ports_missing", "Ports of services that could not be opened.", nil, nil),
	}
	if r != nil {
		r.MustRegister(m)
	}
	return m
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	m.wait.Describe(out)
	for _, d := range []*prometheus.Desc{m.open, m.total, m.refused, m.bytes, m.problems} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	m.wait.Collect(out)
	for _, metric := range m.read() {
		out <- metric
	}
}

func (m *metrics) read() (all []prometheus.Metric) {
	counter := func(d *prometheus.Desc, v uint64, labels ...string) {
		all = append(all, prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...))
	}
	gauge := func(d *prometheus.Desc, v int, labels ...string) {
		all = append(all, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...))
	}
	g, missing := m.g, 0
	g.mu.Lock()
	defer g.mu.Unlock()
	for id, s := range g.services {
		name := id.String()
		for i, p := range protocols {
			gauge(m.open, s.openNow[i], name, string(p.name))
			counter(m.total, s.total[i], name, string(p.name))
			if l := s.listeners[i]; l != nil && l.obstacle != noObstacle {
				missing++
			}
		}
		for _, reason := range []refusal{refusedAddress, refusedLimit, refusedHandshake} {
			counter(m.refused, s.refused[reason].Load(), name, refusalNames[reason])
		}
		counter(m.bytes, s.bytesIn.Load(), name, "in")
		counter(m.bytes, s.bytesOut.Load(), name, "out")
	}
	for reason, name := range refusalNames {
		if refusal(reason) != refusedAddress {
			counter(m.refused, g.refused[reason].Load(), "", name)
		}
	}
	gauge(m.problems, missing)
	return all
}
