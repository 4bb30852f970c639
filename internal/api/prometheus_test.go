package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// engineMetrics is what an engine tells, with all that such a text may have.
const engineMetrics = `# HELP ClickHouseProfileEvents_Query Number of queries, with a \ and a \\ and a \n.
# TYPE ClickHouseProfileEvents_Query counter
ClickHouseProfileEvents_Query 7
# HELP ClickHouseMetrics_MemoryTracking Total memory (bytes).
# TYPE ClickHouseMetrics_MemoryTracking gauge
ClickHouseMetrics_MemoryTracking -1.5e+06 1772366430000
# TYPE ClickHouseAsyncMetrics_DiskUsed_default gauge
ClickHouseAsyncMetrics_DiskUsed_default{disk="default"} 42
# TYPE ClickHouseHistogramMetrics_Wait histogram
ClickHouseHistogramMetrics_Wait_bucket{le="1",hostname="inner",table="a\"},{b\\"} 1
ClickHouseHistogramMetrics_Wait_bucket{le="+Inf",table="a\"},{b\\"} 2
ClickHouseHistogramMetrics_Wait_sum{table="a\"},{b\\"} 3
ClickHouseHistogramMetrics_Wait_count{table="a\"},{b\\"} 2
ClickHouseAsyncMetrics_Twice 1
ClickHouseAsyncMetrics_Twice 2
ClickHouseAsyncMetrics_NaN nan
no value
bad-name 1
ClickHouseAsyncMetrics_Bad{x=1} 1
ClickHouseAsyncMetrics_Bad{x="1 1
ClickHouseAsyncMetrics_Last 9`

// scrapes returns the families of an answer, which Prometheus itself could read.
func scrapes(t *testing.T, a *answer) map[string]*dto.MetricFamily {
	t.Helper()
	a.ok()
	if got := a.header.Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("the content type is %q", got)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(a.body))
	if err != nil {
		t.Fatalf("Prometheus could not read the answer: %v\n%s", err, a.body)
	}
	for name := range families {
		if n := bytes.Count(a.body, []byte("# TYPE "+name+" ")); n != 1 {
			t.Errorf("the type of %s is there %d times", name, n)
		}
	}
	series := map[string]bool{}
	for line := range strings.Lines(string(a.body)) {
		if what, _, _ := strings.Cut(line, "} "); !strings.HasPrefix(line, "#") && series[what] {
			t.Errorf("twice: %s", line)
		} else {
			series[what] = true
		}
	}
	return families
}

// labels returns the labels of a sample as one text.
func labels(m *dto.Metric) string {
	var out []string
	for _, l := range m.GetLabel() {
		out = append(out, l.GetName()+"="+l.GetValue())
	}
	return strings.Join(out, " ")
}

// The metrics of a service are those of its engine, with the labels that the Cloud's have, as
// Prometheus reads them; what no metric can be is left out.
func TestServiceMetrics(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.fleet.metrics = engineMetrics
		id := h.admin.service(`"name":"orders \"eu\" \\ 1"`)
		h.run()
		a := h.admin.get("~/services/" + id + "/prometheus")
		families := scrapes(t, a)
		own := "clickhouse_org=" + h.id + " clickhouse_service=" + id + ` clickhouse_service_name=orders "eu" \ 1`
		info := families["ClickHouse_ServiceInfo"]
		if got, want := labels(info.GetMetric()[0]), own+" clickhouse_cluster_status=running clickhouse_version=26.8.1.1 scrape=full"; got != want || info.GetMetric()[0].GetUntyped().GetValue() != 1 {
			t.Errorf("the service is %s, want %s", got, want)
		}
		host := own + " hostname=" + cloud.Service{ID: uuid.MustParse(id)}.Label() + "-0"
		for name, want := range map[string]string{
			"ClickHouseProfileEvents_Query": "COUNTER 7 " + host, "ClickHouseMetrics_MemoryTracking": "GAUGE -1.5e+06 " + host,
			"ClickHouseAsyncMetrics_DiskUsed_default": "GAUGE 42 " + host + " disk=default", "ClickHouseAsyncMetrics_Twice": "UNTYPED 1 " + host,
			"ClickHouseAsyncMetrics_Last": "UNTYPED 9 " + host, "ClickHouseAsyncMetrics_NaN": "UNTYPED NaN " + host,
		} {
			f := families[name]
			if f == nil || len(f.GetMetric()) != 1 {
				t.Errorf("%s is there %d times", name, len(f.GetMetric()))
				continue
			}
			m := f.GetMetric()[0]
			value := m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetUntyped().GetValue()
			if got := fmt.Sprint(f.GetType(), " ", value, " ", labels(m)); got != want {
				t.Errorf("%s is\n%s, want\n%s", name, got, want)
			}
		}
		buckets := families["ClickHouseHistogramMetrics_Wait_bucket"].GetMetric()
		if got := labels(buckets[0]); len(buckets) != 2 || got != host+` le=1 table=a"},{b\` {
			t.Errorf("there are %d buckets, the first of which is %s", len(buckets), got)
		}
		if got := families["ClickHouseProfileEvents_Query"].GetHelp(); got != "Number of queries, with a \\ and a \\ and a \n." {
			t.Errorf("the help is %q", got)
		}
		if len(families) != 10 {
			t.Errorf("there are %d metrics: %s", len(families), a.body)
		}
	})
}

// filtered_metrics=true leaves what most people watch, the space on disk among it.
func TestFilteredMetrics(t *testing.T) {
	h := onSQLite(t)
	h.fleet.metrics = engineMetrics
	path := "~/services/" + h.admin.service() + "/prometheus"
	h.run()
	families := scrapes(t, h.admin.get(path+"?filtered_metrics=true"))
	var names []string
	for name := range families {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"ClickHouseAsyncMetrics_DiskUsed_default", "ClickHouseMetrics_MemoryTracking", "ClickHouseProfileEvents_Query", "ClickHouse_ServiceInfo"}; !slices.Equal(names, want) {
		t.Errorf("filtered: %q, want %q", names, want)
	}
	if n := len(scrapes(t, h.admin.get(path+"?filtered_metrics=false"))); n != 10 {
		t.Errorf("not filtered: %d", n)
	}
	for _, wrong := range []string{"yes", "1", "TRUE"} {
		for _, at := range []string{path, "~/prometheus", "~/prometheus/discovery"} {
			h.admin.get(at+"?filtered_metrics="+wrong).is(400, `BAD_REQUEST: filtered_metrics: expected true or false, got "`+wrong+`"`)
		}
	}
}

// A service that does not run has its state for a metric and no other, and is not asked.
func TestMetricsWakeNobody(t *testing.T) {
	h := onSQLite(t)
	h.fleet.scrape = func(context.Context, uuid.UUID, io.Writer) error {
		t.Error("a service that rests was asked for its metrics")
		return nil
	}
	id := h.admin.service()
	for state, goal := range map[cloud.ServiceState]cloud.ServiceGoal{
		cloud.ServiceProvisioning: cloud.GoalRunning, cloud.ServiceIdle: cloud.GoalIdle, cloud.ServiceStopped: cloud.GoalStopped, cloud.ServiceAwaking: cloud.GoalRunning,
		cloud.ServiceStarting: cloud.GoalRunning, cloud.ServiceStopping: cloud.GoalStopped, cloud.ServiceFailed: cloud.GoalRunning, cloud.ServiceDegraded: cloud.GoalRunning,
	} {
		h.bring(id, goal, state)
		for _, path := range []string{"~/services/" + id + "/prometheus", "~/prometheus"} {
			families := scrapes(t, h.admin.get(path))
			info := labels(families["ClickHouse_ServiceInfo"].GetMetric()[0])
			if len(families) != 1 || !strings.Contains(info, "clickhouse_cluster_status="+string(state)+" ") || !strings.HasSuffix(info, " scrape=full") {
				t.Errorf("%s of a service that is %s: %d metrics, %s", path, state, len(families), info)
			}
		}
	}
	h.admin.get("~/services/"+uuid.NewString()+"/prometheus").is(404, "NOT_FOUND: Service not found")
}

// An engine that does not answer in time, breaks off or tells without end makes the scrape partial:
// of its service only the state is told, and of the others all.
func TestScrapeIsPartial(t *testing.T) {
	h := onSQLite(t)
	fine, failing := h.admin.service(`"name":"fine"`), h.admin.service(`"name":"failing"`)
	h.run()
	for what, scrape := range map[string]func(context.Context, io.Writer) error{
		"does not answer": func(ctx context.Context, _ io.Writer) error {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("an engine may take as long as it likes")
			}
			return context.DeadlineExceeded
		},
		"breaks off": func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, engineMetrics)
			return errors.Join(err, io.ErrUnexpectedEOF)
		},
		"tells without end": func(_ context.Context, w io.Writer) error {
			for i := 0; ; i++ {
				if _, err := fmt.Fprintf(w, "ClickHouseAsyncMetrics_M%d{long=\"%s\"} 1\n", i, strings.Repeat("x", 1<<10)); err != nil {
					return err
				}
			}
		},
		"tells one endless line": func(_ context.Context, w io.Writer) error {
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
					return err
				}
			}
		},
	} {
		h.fleet.scrape = func(ctx context.Context, id uuid.UUID, w io.Writer) error {
			if id.String() == failing {
				return scrape(ctx, w)
			}
			_, err := io.WriteString(w, engineMetrics)
			return err
		}
		families := scrapes(t, h.admin.get("~/prometheus"))
		info := families["ClickHouse_ServiceInfo"].GetMetric()
		if len(info) != 2 || !strings.Contains(labels(info[0]), "clickhouse_service="+fine+" ") || !strings.HasSuffix(labels(info[0]), "scrape=full") || !strings.HasSuffix(labels(info[1]), "scrape=partial") {
			t.Errorf("%s: the services are %v", what, info)
		}
		if n := len(families["ClickHouseProfileEvents_Query"].GetMetric()); len(families) != 10 || n != 1 {
			t.Errorf("%s: %d metrics, of queries %d samples", what, len(families), n)
		}
		if one := scrapes(t, h.admin.get("~/services/"+failing+"/prometheus")); len(one) != 1 {
			t.Errorf("%s: the service alone has %d metrics", what, len(one))
		}
	}
}

// The metrics of an organization are those of the services that one may view, each metric once
// with the samples of all; without any service there are none.
func TestOrganizationMetrics(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		h.fleet.metrics = engineMetrics
		if a := h.admin.get("~/prometheus").ok(); len(a.body) != 0 {
			t.Errorf("without services: %s", a.body)
		}
		a, b, leaving := h.admin.service(`"name":"a"`), h.admin.service(`"name":"b"`), h.admin.service(`"name":"leaving"`)
		h.another("Other").admin.service(`"name":"theirs"`)
		h.run()
		h.bring(leaving, cloud.GoalDeleted, cloud.ServiceTerminating)
		families := scrapes(t, h.admin.get("~/prometheus"))
		for _, name := range []string{"ClickHouse_ServiceInfo", "ClickHouseProfileEvents_Query", "ClickHouseHistogramMetrics_Wait_sum"} {
			got := families[name].GetMetric()
			if len(got) != 2 || !strings.Contains(labels(got[0]), "clickhouse_service="+a+" ") || !strings.Contains(labels(got[1]), "clickhouse_service="+b+" ") {
				t.Errorf("%s has %d samples: %v", name, len(got), got)
			}
		}
		only := h.viewerOf(b)
		if got := scrapes(t, only.get("~/prometheus"))["ClickHouse_ServiceInfo"].GetMetric(); len(got) != 1 || !strings.Contains(labels(got[0]), "clickhouse_service="+b+" ") {
			t.Errorf("who may view one service is told of %v", got)
		}
		if none := h.admin.key(`"name":"none"`).get("~/prometheus").ok(); len(none.body) != 0 {
			t.Errorf("who may view no service is told %s", none.body)
		}
		var targets []string
		for _, target := range targetsOf(t, only.get("~/prometheus/discovery")) {
			targets = append(targets, target.Labels["clickhouse_service_id"])
		}
		if !slices.Equal(targets, []string{b}) {
			t.Errorf("who may view one service finds %q", targets)
		}
	})
}

// viewerOf makes a key that may view one service.
func (h *house) viewerOf(service string) caller {
	h.t.Helper()
	role := h.admin.post("~/roles", `{"name":"viewer of `+service+`","actors":[],"policies":[{"allowDeny":"ALLOW","permissions":["control-plane:service:view"],"resources":["instance/`+service+`"]}]}`).
		ok().text("result.id")
	return h.admin.key(`"name":"viewer","assignedRoleIds":[` + inJSON(role) + `]`)
}
