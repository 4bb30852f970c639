package api

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

const (
	// maxMetricsOfService is how much one engine may tell, in bytes: it tells 300 kB.
	maxMetricsOfService = 8 << 20
	// maxMetrics is how much one answer holds, in bytes. Services for which there is no room are
	// shown as those that did not answer.
	maxMetrics = 64 << 20
)

// metricSheets are the metrics of the services of one answer.
type metricSheets struct {
	filtered bool
	room     *atomic.Int64 // that is left in the answer, in bytes
	sheets   []*metricSheet
}

func sheetsOf(filtered bool) *metricSheets {
	room := &atomic.Int64{}
	room.Store(maxMetrics)
	return &metricSheets{filtered: filtered, room: room}
}

// add returns where the metrics of one more service are written.
func (m *metricSheets) add() *metricSheet {
	sheet := &metricSheet{filtered: m.filtered, room: m.room, families: map[string]*metricFamily{}, seen: map[string]bool{}}
	m.sheets = append(m.sheets, sheet)
	return sheet
}

// metricSheet reads Prometheus text as an engine writes it, and keeps the samples by name. It is
// an io.Writer. Whatever an engine tells, what is kept of it can be read: engines are in the hands
// of their users, and one must not spoil the answer about the others. Of a histogram the parts
// are kept as metrics of their own.
type metricSheet struct {
	filtered bool
	room     *atomic.Int64
	families map[string]*metricFamily
	order    []string        // of the families
	seen     map[string]bool // the samples, without their values: none may come twice
	current  metricFamily    // what was described last
	rest     []byte          // of a line that is not whole yet
	size     int
}

// metricFamily is a metric with what is said of it.
type metricFamily struct {
	name, kind, help string
	samples          []metricSample
}

// metricSample is one line: name, its labels between the braces, value.
type metricSample struct{ name, labels, value string }

// Write implements io.Writer. It returns an error when there is too much.
func (m *metricSheet) Write(p []byte) (int, error) {
	if m.size += len(p); m.size > maxMetricsOfService {
		return 0, fmt.Errorf("the engine tells more than %d bytes of metrics", maxMetricsOfService)
	}
	left := p
	for {
		i := bytes.IndexByte(left, '\n')
		if i < 0 {
			m.rest = append(m.rest, left...)
			return len(p), nil
		}
		line := string(m.rest) + string(left[:i])
		m.rest, left = m.rest[:0], left[i+1:]
		if err := m.line(line); err != nil {
			return 0, err
		}
	}
}

// end reads the last line, which may have no newline.
func (m *metricSheet) end() {
	if len(m.rest) > 0 {
		_ = m.line(string(m.rest)) // there is no room: it is one line less
		m.rest = nil
	}
}

var errNoRoom = errors.New("the answer has no room for more metrics")

func (m *metricSheet) line(line string) error {
	line = strings.TrimSpace(strings.ToValidUTF8(line, "\uFFFD"))
	if comment, ok := strings.CutPrefix(line, "# "); ok {
		m.describe(comment)
		return nil
	}
	s, ok := parseSample(line)
	series := s.name + "{" + s.labels
	if !ok || m.seen[series] || s.name == serviceInfo || m.filtered && !watchedMetrics[s.name] {
		return nil
	}
	if m.room.Add(-int64(len(line)+sampleOverhead)) < 0 {
		return errNoRoom
	}
	m.seen[series] = true
	f := m.families[s.name]
	if f == nil {
		f = &metricFamily{name: s.name}
		if m.current.name == s.name {
			*f = m.current
		}
		m.families[s.name] = f
		m.order = append(m.order, s.name)
	}
	f.samples = append(f.samples, s)
	return nil
}

// sampleOverhead is about how much longer a sample is in the answer, in bytes: its labels.
const sampleOverhead = 200

// describe reads HELP name text, or TYPE name type.
func (m *metricSheet) describe(comment string) {
	what, rest, _ := strings.Cut(comment, " ")
	name, text, _ := strings.Cut(rest, " ")
	if m.current.name != name {
		m.current = metricFamily{name: name}
	}
	switch {
	case what == "HELP":
		m.current.help = labelEscapes.help.Replace(unescape(text))
	case what == "TYPE" && (text == "counter" || text == "gauge"):
		m.current.kind = text
	}
}

// serviceInfo is the metric that each service has, whatever its state.
const serviceInfo = "ClickHouse_ServiceInfo"

// render returns the answer: first ClickHouse_ServiceInfo of each service, then each family
// once, with the samples of all services that have it.
func (m *metricSheets) render(services []control.Scraped) string {
	if len(services) == 0 {
		return ""
	}
	var out strings.Builder
	out.WriteString("# HELP " + serviceInfo + " The state of a service and the version of its ClickHouse. Its value is always 1.\n# TYPE " + serviceInfo + " untyped\n")
	for _, s := range services {
		scrape := "full"
		if s.Partial {
			scrape = "partial"
		}
		fmt.Fprintf(&out, "%s{%s,clickhouse_cluster_status=%s,clickhouse_version=%s,scrape=%s} 1\n", serviceInfo,
			serviceLabels(s.Service), quoteLabel(string(s.State)), quoteLabel(s.Version), quoteLabel(scrape))
	}
	written := map[string]bool{}
	for i, s := range services {
		if m.sheets[i].end(); s.Partial {
			m.sheets[i].order, m.sheets[i].families = nil, nil // what there is, is not all
		}
	}
	for _, sheet := range m.sheets {
		for _, name := range sheet.order {
			if !written[name] {
				written[name] = true
				m.renderFamily(&out, name, *sheet.families[name], services)
			}
		}
	}
	return out.String()
}

func (m *metricSheets) renderFamily(out *strings.Builder, name string, described metricFamily, services []control.Scraped) {
	if described.help != "" {
		fmt.Fprintf(out, "# HELP %s %s\n", name, described.help)
	}
	if described.kind == "" {
		described.kind = "untyped"
	}
	fmt.Fprintf(out, "# TYPE %s %s\n", name, described.kind)
	for i, service := range services {
		f := m.sheets[i].families[name]
		if f == nil {
			continue
		}
		labels := serviceLabels(service.Service) + ",hostname=" + quoteLabel(service.Label()+"-0")
		for _, s := range f.samples {
			if s.labels != "" {
				s.labels = "," + s.labels
			}
			fmt.Fprintf(out, "%s{%s%s} %s\n", s.name, labels, s.labels, s.value)
		}
	}
}

// serviceLabels are those that every sample of a service has.
func serviceLabels(s cloud.Service) string {
	return "clickhouse_org=" + quoteLabel(s.OrganizationID.String()) + ",clickhouse_service=" + quoteLabel(s.ID.String()) + ",clickhouse_service_name=" + quoteLabel(s.Name)
}

// labelEscapes are what the format escapes.
var labelEscapes = struct{ label, help, back *strings.Replacer }{
	strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`), strings.NewReplacer(`\`, `\\`, "\n", `\n`), strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n"),
}

func quoteLabel(value string) string { return `"` + labelEscapes.label.Replace(value) + `"` }

// unescape returns the text that was escaped; a backslash that escapes nothing stays.
func unescape(text string) string { return labelEscapes.back.Replace(text) }

// parseSample reads name{label="value",…} value, and reports false for what is none. A
// timestamp is dropped: Prometheus has its own.
func parseSample(line string) (s metricSample, ok bool) {
	end := strings.IndexAny(line, "{ \t")
	if end < 0 || !isMetricName(line[:end]) {
		return s, false
	}
	s.name, line = line[:end], line[end:]
	if strings.HasPrefix(line, "{") {
		if s.labels, line, ok = parseLabels(line[1:]); !ok {
			return s, false
		}
	}
	fields := strings.Fields(line)
	if len(fields) == 0 || strings.ContainsAny(fields[0], "xXpP_") {
		return s, false
	}
	s.value = fields[0]
	_, err := strconv.ParseFloat(s.value, 64)
	return s, err == nil
}

// parseLabels reads label="value",…} and returns those that a sample may have beside ours, each
// once, and what follows the brace.
func parseLabels(text string) (labels, rest string, ok bool) {
	var kept []string
	taken := map[string]bool{"clickhouse_org": true, "clickhouse_service": true, "clickhouse_service_name": true, "hostname": true}
	for {
		text = strings.TrimLeft(text, ", ")
		if after, end := strings.CutPrefix(text, "}"); end {
			return strings.Join(kept, ","), after, true
		}
		name, after, found := strings.Cut(text, "=")
		if name = strings.TrimSpace(name); !found || !isMetricName(name) || strings.Contains(name, ":") || !strings.HasPrefix(after, `"`) {
			return "", "", false
		}
		end := 1
		for end < len(after) && after[end] != '"' {
			if after[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(after) {
			return "", "", false
		}
		if !taken[name] && !strings.HasPrefix(name, "__") {
			taken[name] = true
			kept = append(kept, name+"="+quoteLabel(unescape(after[1:end])))
		}
		text = after[end+1:]
	}
}

func isMetricName(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == ':'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}
