package api_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Whatever an engine tells of itself, Prometheus can read what is made of it.
func FuzzMetricsOfAnEngine(f *testing.F) {
	h := fuzzHouse(f)
	path := "~/services/" + h.admin.service() + "/prometheus"
	h.run()
	for _, seed := range []string{
		engineMetrics, "a{b=\"\xff\"} 1", "# HELP a \xff\n# TYPE a gauge\na 1\n", "# TYPE a counter\n# TYPE a gauge\na 1\na_sum 2", "a{b=\"1\",b=\"2\"} 1", "a 1\n\x00b 2", "ClickHouse_ServiceInfo 2",
		"# TYPE a histogram\na 1\na_bucket 2", "# TYPE a summary\na{quantile=\"x\"} 1", "a{} 0x1p3", "# TYPE a histogram\na_bucket{le=\"x\"} 1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, told string) {
		h := h.in(t)
		h.fleet.scrape = func(_ context.Context, _ uuid.UUID, w io.Writer) error {
			_, err := io.WriteString(w, told)
			return err
		}
		a := h.fuzzed(h.admin.request("GET", path, ""))
		parser := expfmt.NewTextParser(model.UTF8Validation)
		if _, err := parser.TextToMetricFamilies(bytes.NewReader(a.body)); err != nil {
			t.Errorf("of %q was made %s: %v", told, a.body, err)
		}
	})
}

// Whatever settings are sent, as an object or as a text, they are set as they can be read back, or
// refused.
func FuzzSettings(f *testing.F) {
	h := fuzzHouse(f)
	path := "~/services/" + h.admin.service() + "/clickhouseSettings"
	h.asClickHouse("26.7.2.1")
	h.run()
	for _, seed := range []string{`{"max_threads":8}`, `"{\"max_threads\":\"8\"}"`, `{"max_bytes_ratio_before_external_group_by":1e-7}`, `{"log_comment":"'\\"}`, `{"max_result_rows":-0.0}`, `[]`, `{"a":1e999999999}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, settings string) {
		h := h.in(t)
		a := h.fuzzed(h.admin.request("PATCH", path, `{"settings":`+settings+`}`))
		if a.status != 200 {
			return
		}
		for name, value := range a.value("result.settings").(map[string]any) {
			if got := h.fuzzed(h.admin.request("GET", path+"/"+name, "")); inJSON(got.value("result.value")) != inJSON(value) {
				t.Errorf("%s was set to %v and is %s", name, value, got.body)
			}
			if d := h.fuzzed(h.admin.request("DELETE", path+"/"+name, "")); d.status != 200 {
				t.Errorf("%s cannot be taken away: %s", name, d.body)
			}
		}
	})
}
