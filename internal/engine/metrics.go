package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// metrics writes what ClickHouse counts, in Prometheus' text format under the names
// that ClickHouse has at its own /metrics. That address stays closed: it asks for no
// password.
func (h *host) metrics(ctx context.Context, w io.Writer) error {
	var answer bytes.Buffer
	if err := h.client.query(ctx, h.metricsQuery(), nil, &answer); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	for line := range bytes.Lines(answer.Bytes()) {
		var m metric
		if err := json.Unmarshal(line, &m); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
		m.write(out)
	}
	return out.Flush()
}

// metric is one line of ClickHouse's tables of figures.
type metric struct {
	Prefix, Name, Value, Help string
}

func (m metric) write(w io.Writer) {
	kind := "gauge"
	if m.Prefix == "ProfileEvents" {
		kind = "counter"
	}
	name := "ClickHouse" + m.Prefix + "_" + strings.Map(metricRune, m.Name)
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %s\n", name, strings.Join(strings.Fields(strings.ReplaceAll(m.Help, `\`, `\\`)), " "), name, kind, name, m.Value)
}

// metricRune keeps what a name may have in Prometheus.
func metricRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
		return r
	}
	return '_'
}

// metricsQuery asks for all figures in one query. The library makes no
// system.asynchronous_metrics, so what matters most of it is asked for by itself.
func (h *host) metricsQuery() string {
	help, size := "description", "sum(bytes_on_disk)"
	if !atLeast(h.order.Version, 19, 1) {
		help, size = "''", "sum(bytes)"
	}
	selects := []string{
		"SELECT 'ProfileEvents' AS Prefix, event AS Name, toString(value) AS Value, " + help + " AS Help FROM system.events",
		"SELECT 'Metrics', metric, toString(value), " + help + " FROM system.metrics",
	}
	if h.order.Engine == KindClickHouse {
		return strings.Join(append(selects, "SELECT 'AsyncMetrics', metric, toString(value), '' FROM system.asynchronous_metrics"), " UNION ALL ") + " FORMAT JSONEachRow"
	}
	for _, m := range [][3]string{
		{"Uptime", "uptime()", "The server uptime in seconds."},
		{"MemoryResident", decimal(residentBytes()), "The amount of physical memory used by the server process, in bytes."},
		{"NumberOfDatabases", "(SELECT count() FROM system.databases)", "Total number of databases on the server."},
		{"NumberOfTables", "(SELECT count() FROM system.tables WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema'))", "Total number of tables summed across the databases on the server."},
		{"TotalRowsOfMergeTreeTables", "(SELECT sum(rows) FROM system.parts WHERE active)", "Total amount of rows (records) stored in all tables of MergeTree family."},
		{"TotalBytesOfMergeTreeTables", "(SELECT " + size + " FROM system.parts WHERE active)", "Total amount of bytes (compressed, including data and indices) stored in all tables of MergeTree family."},
		{"TotalPartsOfMergeTreeTables", "(SELECT count() FROM system.parts WHERE active)", "Total amount of data parts in all tables of MergeTree family."},
		{"MaxPartCountForPartition", "(SELECT max(c) FROM (SELECT count() AS c FROM system.parts WHERE active GROUP BY database, table, partition_id))", "Maximum number of parts per partition across all partitions of all tables of MergeTree family."},
	} {
		selects = append(selects, fmt.Sprintf("SELECT 'AsyncMetrics', '%s', toString(%s), '%s'", m[0], m[1], m[2]))
	}
	return strings.Join(selects, " UNION ALL ") + " FORMAT JSONEachRow"
}
