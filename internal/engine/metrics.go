package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// metrics writes what ClickHouse counts, in Prometheus' text format under the names
// that ClickHouse has at its own /metrics. That address stays closed: it asks for no
// password. What Gatehouse itself has asked is taken out: see theirs.
func (h *host) metrics(ctx context.Context, w io.Writer) error {
	var answer bytes.Buffer
	if err := h.client.query(ctx, h.metricsQuery(), nil, &answer); err != nil {
		return err
	}
	connections := h.client.underWay.Load() + 1 // this one was among them
	var all []metric
	ours := map[string]uint64{}
	for line := range bytes.Lines(answer.Bytes()) {
		var m metric
		if err := json.Unmarshal(line, &m); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
		if m.Prefix == oursPrefix {
			n, err := strconv.ParseUint(m.Value, 10, 64)
			if err != nil {
				return fmt.Errorf("metrics: %w", err)
			}
			ours[m.Name] = n
			continue
		}
		all = append(all, m)
	}
	h.known(ours)
	ours["Metrics_HTTPConnection"] = connections
	h.theirs(all, ours)
	out := bufio.NewWriter(w)
	for _, m := range all {
		m.write(out)
	}
	return out.Flush()
}

// oursPrefix marks figures of what Gatehouse itself has asked.
const oursPrefix = "Ours"

// known adds what this process knows of its own queries, where ClickHouse does not count by user.
func (h *host) known(ours map[string]uint64) {
	if h.countsByUser() {
		return
	}
	// The one that asked for the figures too: there when it began, here when it was answered.
	ours["ProfileEvents_Query"], ours["ProfileEvents_SelectQuery"] = h.client.asked.Load(), h.client.selected.Load()
}

// countsByUser reports whether ClickHouse knows what each user has asked (system.user_processes).
func (h *host) countsByUser() bool { return atLeast(h.order.Version, 22, 1) }

// theirs takes out of the figures what Gatehouse itself has caused: all that ClickHouse counts
// for the internal user, and the queries and connections of now. What is counted never
// becomes less, although the figures are not all of one moment.
func (h *host) theirs(all []metric, ours map[string]uint64) {
	h.showing.Lock()
	defer h.showing.Unlock()
	if h.shown == nil {
		h.shown = map[string]uint64{}
	}
	for i, m := range all {
		name := m.Prefix + "_" + m.Name
		value, err := strconv.ParseUint(m.Value, 10, 64)
		if err != nil || ours[name] == 0 && m.Prefix != eventsPrefix {
			continue
		}
		value -= min(ours[name], value)
		if m.Prefix == eventsPrefix {
			value = max(value, h.shown[name])
			h.shown[name] = value
		}
		all[i].Value = strconv.FormatUint(value, 10)
	}
}

// eventsPrefix marks what is counted from the start on.
const eventsPrefix = "ProfileEvents"

// metric is one line of ClickHouse's tables of figures.
type metric struct {
	Prefix, Name, Value, Help string
}

func (m metric) write(w io.Writer) {
	kind := "gauge"
	if m.Prefix == eventsPrefix {
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
		"SELECT '" + oursPrefix + "', 'Metrics_Query', toString(count()), '' FROM system.processes WHERE user = '" + internalUser + "'",
	}
	if h.countsByUser() {
		selects = append(selects, "SELECT '"+oursPrefix+"', concat('ProfileEvents_', name), toString(value), '' FROM system.user_processes"+
			" ARRAY JOIN mapKeys(ProfileEvents) AS name, mapValues(ProfileEvents) AS value WHERE user = '"+internalUser+"'")
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
