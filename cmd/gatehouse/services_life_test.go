package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// From its creation to its deletion a service does what one of the Cloud does, for the
// clients that people have, on every engine. What an engine cannot do is what it
// declares, and is refused.
func TestServiceLife(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Parallel()
		data, keyFile, args := servedData(t, e)
		address, clock := serveInside(t, args)
		l := &life{customer: newCustomer(t, address, keyFile), engine: e, can: e.Capabilities(), clock: clock, data: data}
		l.isCreated()
		l.answersOverHTTPS()
		l.answersClickHouseGo()
		l.answersNode()
		l.survivesWhoLeaves()
		l.refusesWhatItCannot()
		l.takesAMillionRows()
		l.stopsAndStarts()
		l.restsAndWakes()
		l.takesAnotherSize()
		l.changesItsPassword()
		l.closesAndOpens()
		l.isDeleted()
	})
}

// life is what is known of a service in the course of its life.
type life struct {
	*customer
	engine   *engine.Engine
	can      engine.Capabilities
	clock    *forwardClock
	data     string
	checksum string
}

func (l *life) isCreated() {
	l.create()
	if s, said := l.service(), l.query("SELECT version()"); s.ClickhouseVersion != said {
		l.t.Errorf("the API shows the version %s, ClickHouse says %s", s.ClickhouseVersion, said)
	}
	l.isJailed()
	status, problem := l.ask(http.MethodDelete, l.path(), nil, nil)
	const refused = "CONFLICT: Only instance in one of the following states: 'provisioning','starting','awaking','idle','stopped','degraded','failed' can be terminated. " +
		"Current state: 'running'"
	if status != http.StatusConflict || problem != refused {
		l.t.Errorf("delete of a running service: %d %s", status, problem)
	}
}

// isJailed: where services can have users of their own, they have.
func (l *life) isJailed() {
	processes := processesOf(l.t, l.data)
	if len(processes) == 0 {
		l.t.Error("no process runs the service")
	}
	if !engine.Jails(filepath.Dir(l.data), l.engine.Path()).UID {
		return
	}
	for _, pid := range processes {
		if owner := ownerOf(l.t, pid); owner < engine.BaseUID {
			l.t.Errorf("the process %d runs as the user %d", pid, owner)
		}
	}
}

func (l *life) answersOverHTTPS() {
	if said := l.query("SELECT 6 * 7"); said != "42" {
		l.t.Errorf("six times seven is %s", said)
	}
	for _, password := range []string{"", "wrong"} {
		l.isRefused(password)
	}
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, "http://"+l.https+"/ping", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		l.t.Error("the service answers without TLS")
	}
}

// isRefused: nobody gets in with the password.
func (l *life) isRefused(password string) {
	l.t.Helper()
	status, said, err := l.post(l.t.Context(), password, nil, strings.NewReader("SELECT 1"))
	if err != nil || status != http.StatusUnauthorized && status != http.StatusForbidden {
		l.t.Errorf("HTTPS with a wrong password: %d %s (%v)", status, said, err)
	}
	if err := l.oneOnce(password); err == nil || !strings.Contains(err.Error(), "uthentication failed") && !strings.Contains(err.Error(), "assword") {
		l.t.Errorf("the native protocol with a wrong password: %v", err)
	}
}

// isLetIn: the password is the right one.
func (l *life) isLetIn(password string) {
	l.t.Helper()
	status, said, err := l.post(l.t.Context(), password, nil, strings.NewReader("SELECT 1"))
	if err != nil || status != http.StatusOK || said != "1" {
		l.t.Errorf("HTTPS with the right password: %d %s (%v)", status, said, err)
	}
	if err := l.oneOnce(password); err != nil {
		l.t.Errorf("the native protocol with the right password: %v", err)
	}
}

func (l *life) answersClickHouseGo() {
	if err := l.oneOnce(l.password); err != nil {
		l.t.Errorf("clickhouse-go: %v", err)
	}
}

// answersNode runs @clickhouse/client of npm, which the console's packages have.
func (l *life) answersNode() {
	packages, err := filepath.Abs("../../web/package.json")
	if err != nil {
		l.t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(packages), "node_modules/@clickhouse/client")); err != nil {
		if os.Getenv("CI") != "" {
			l.t.Fatalf("@clickhouse/client is not installed: %v", err)
		}
		l.t.Logf("NOT TESTED: @clickhouse/client is not installed (npm --prefix web ci): %v", err)
		return
	}
	node := exec.CommandContext(l.t.Context(), "node", "testdata/clients/node.mjs")
	node.Env = append(os.Environ(), "SERVICE_URL=https://"+l.https, "SERVICE_PASSWORD="+l.password, "SERVICE_CA="+l.caFile, "PACKAGES="+packages)
	var stderr bytes.Buffer
	node.Stderr = &stderr
	out, err := node.Output()
	if err != nil {
		l.t.Fatalf("node: %v\n%s", err, &stderr)
	}
	var report map[string]struct {
		Returned json.RawMessage
		Error    string
	}
	if err := json.Unmarshal(out, &report); err != nil {
		l.t.Fatalf("node printed %s: %v", out, err)
	}
	for _, step := range []struct {
		name, want string
		can        bool
	}{
		{"ping", `true`, true},
		{"select", `[{"one":1}]`, true},
		{"parameters", `[{"n":42}]`, l.can.QueryParameters},
		{"insert", `[{"rows":1000,"last":999}]`, true}, // over HTTP old engines take it too
	} {
		switch got := report[step.name]; {
		case step.can && (got.Error != "" || string(got.Returned) != step.want):
			l.t.Errorf("@clickhouse/client, %s: %s %s", step.name, got.Returned, got.Error)
		case !step.can && got.Error == "":
			l.t.Errorf("@clickhouse/client, %s: the engine declares that it cannot, and does", step.name)
		}
	}
}

// survivesWhoLeaves: whoever leaves while the server waits to say more harms nobody else.
// What it says then is refused by the system, now and then with SIGPIPE. The official
// server sees to that itself; of the library the host does.
func (l *life) survivesWhoLeaves() {
	l.t.Helper()
	processes := processesOf(l.t, l.data)
	if l.engine.Kind() == engine.KindCHDB && !ignores(l.t, processes[0], syscall.SIGPIPE) {
		l.t.Error("SIGPIPE ends the process: whoever breaks off an answer ends it for all")
	}
	for try := range 30 {
		if err := l.leaveWithin(fmt.Sprintf("left %d", try)); err != nil {
			l.t.Fatal(err)
		}
	}
	l.query("SELECT 1")
	if now := processesOf(l.t, l.data); !slices.Equal(now, processes) {
		l.t.Errorf("clients left while they were answered: the processes are %v, and were %v", now, processes)
	}
}

// leaveWithin asks for more than fits on the way, reads its beginning, and resets the connection
// while the statement waits for its reader.
func (l *life) leaveWithin(id string) error {
	var dialer net.Dialer
	raw, err := dialer.DialContext(l.t.Context(), "tcp", l.https)
	if err != nil {
		return err
	}
	defer raw.Close()
	host, _, err := net.SplitHostPort(l.https)
	if err != nil {
		return err
	}
	conn := tls.Client(raw, &tls.Config{RootCAs: l.roots, ServerName: host, MinVersion: tls.VersionTLS12})
	address := "https://" + l.https + "/?" + url.Values{"query_id": {id}}.Encode()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, address, strings.NewReader("SELECT number, toString(number) FROM system.numbers LIMIT 30000000"))
	if err != nil {
		return err
	}
	r.SetBasicAuth("default", l.password)
	if err := r.Write(conn); err != nil {
		return err
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		return err
	}
	if !l.runs(id) {
		return errors.New("the answer was too short for this test")
	}
	return raw.(*net.TCPConn).SetLinger(0)
}

// refusesWhatItCannot: what an engine declares is true, in both directions.
func (l *life) refusesWhatItCannot() {
	for _, feature := range []struct {
		name, statement string
		parameters      url.Values
		can             bool
	}{
		{"parameters", "SELECT {x:UInt8} + 1", url.Values{"param_x": {"41"}}, l.can.QueryParameters},
		{"users", "CREATE USER reader IDENTIFIED WITH no_password", nil, l.can.SQLUsers},
		{"replacing a table", "CREATE OR REPLACE TABLE replaced (n UInt8) ENGINE = MergeTree ORDER BY n", nil, l.can.AtomicDatabases},
		{"backups", "BACKUP DATABASE default TO File('first')", nil, l.can.Backups},
	} {
		status, said, err := l.post(l.t.Context(), l.password, feature.parameters, strings.NewReader(feature.statement))
		if err != nil || (status == http.StatusOK) != feature.can {
			l.t.Errorf("%s: the engine declares %t: %d %s (%v)", feature.name, feature.can, status, said, err)
		}
	}
	// The gateway does not carry it, whatever the engine can.
	status, problem := l.ask(http.MethodPatch, l.path(), map[string]any{"endpoints": []any{map[string]any{"protocol": "mysql", "enabled": true}}}, nil)
	if status != http.StatusBadRequest || !strings.Contains(problem, "MySQL") {
		l.t.Errorf("switching on MySQL: %d %s", status, problem)
	}
}

const million = 1_000_000

func (l *life) takesAMillionRows() {
	l.query("CREATE TABLE many (n UInt64, s String) ENGINE = MergeTree ORDER BY n")
	conn := l.openNative(l.password)
	batch, err := conn.PrepareBatch(l.t.Context(), "INSERT INTO many")
	if l.can.CurrentClients {
		if err != nil {
			l.t.Fatal(err)
		}
		l.sendBatch(batch)
	} else {
		if err == nil {
			err = errors.Join(batch.Append(uint64(1), "1"), batch.Send())
		}
		if err == nil {
			l.t.Error("clickhouse-go inserts: the engine declares that it cannot")
		}
		l.query("TRUNCATE TABLE many")
		l.sendLines()
	}
	l.checksum = fmt.Sprintf("%d\t%s", million, l.query("SELECT sum(n), sum(cityHash64(n, s)) FROM (SELECT number AS n, toString(number) AS s FROM system.numbers LIMIT 1000000)"))
	l.hasItsRows()
}

func (l *life) sendBatch(batch driver.Batch) {
	l.t.Helper()
	numbers, texts := make([]uint64, million), make([]string, million)
	for n := range numbers {
		numbers[n], texts[n] = uint64(n), strconv.Itoa(n)
	}
	if err := errors.Join(batch.Column(0).Append(numbers), batch.Column(1).Append(texts), batch.Send()); err != nil {
		l.t.Fatal(err)
	}
}

func (l *life) sendLines() {
	l.t.Helper()
	r, w := io.Pipe()
	go func() {
		lines := bufio.NewWriter(w)
		for n := range million {
			_, _ = fmt.Fprintf(lines, "%d\t%d\n", n, n) // it is kept for Flush
		}
		_ = w.CloseWithError(lines.Flush())
	}()
	status, said, err := l.post(l.t.Context(), l.password, url.Values{"query": {"INSERT INTO many FORMAT TabSeparated"}}, r)
	if err != nil || status != http.StatusOK {
		l.t.Fatalf("a million rows over HTTPS: %d %s (%v)", status, said, err)
	}
}

func (l *life) hasItsRows() {
	l.t.Helper()
	if said := l.query("SELECT count(), sum(n), sum(cityHash64(n, s)) FROM many"); said != l.checksum {
		l.t.Errorf("the rows are %q, expected %q", said, l.checksum)
	}
}

func (l *life) stopsAndStarts() {
	l.stop()
	if left := processesOf(l.t, l.data); len(left) != 0 {
		l.t.Errorf("the service is stopped, and the processes %v run", left)
	}
	status, said, err := l.post(l.t.Context(), l.password, nil, strings.NewReader("SELECT 1"))
	if err != nil || status != http.StatusServiceUnavailable || said != "Service is stopped" {
		l.t.Errorf("HTTPS to a stopped service: %d %q (%v)", status, said, err)
	}
	if err := l.oneOnce(l.password); err == nil || !strings.Contains(err.Error(), "Service is stopped") {
		l.t.Errorf("clickhouse-go to a stopped service: %v", err)
	}
	status, problem := l.ask(http.MethodPatch, l.path()+"/state", map[string]string{"command": "awake"}, nil)
	if status != http.StatusBadRequest {
		l.t.Errorf("waking a stopped service: %d %s", status, problem)
	}
	l.command("start")
	l.awaitState("running")
	l.hasItsRows()
}

func (l *life) restsAndWakes() {
	l.rest()
	l.hasItsRows() // on the one request that wakes it
	l.awaitState("running")
	l.rest()
	if err := l.oneOnce(l.password); err != nil {
		l.t.Errorf("clickhouse-go to an idle service: %v", err)
	}
	l.rest()
	l.command("awake")
	l.awaitState("running")
}

// rest waits until nobody has asked the service for long enough.
func (l *life) rest() {
	l.t.Helper()
	until(l.t, "the service is idle", func() bool {
		l.clock.Advance(6 * time.Minute) // it may be busy with merges
		return l.service().State == "idle"
	})
	if left := processesOf(l.t, l.data); len(left) != 0 {
		l.t.Errorf("the service is idle, and the processes %v run", left)
	}
}

// takesAnotherSize: an engine that cannot take a new memory limit is replaced by one that
// has it; who asks meanwhile waits.
func (l *life) takesAnotherSize() {
	const asked = 12
	here, err := fleet.NewLocalDriver(fleet.LocalConfig{Engine: l.engine, Dir: l.data, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		l.t.Fatal(err)
	}
	effective, before := here.Runs(cloud.Scaling{MinMemory: asked, MaxMemory: asked}).MaxMemory, l.service().CurrentScaling.EffectiveMaxReplicaMemoryGb
	processes := processesOf(l.t, l.data)
	l.must(http.MethodPatch, l.path()+"/replicaScaling", map[string]int{"minReplicaMemoryGb": 8, "maxReplicaMemoryGb": asked}, nil)
	l.query("SELECT 1")
	until(l.t, "the new size is in force", func() bool { return l.service().CurrentScaling.EffectiveMaxReplicaMemoryGb == effective })
	l.hasItsRows()
	same := slices.Equal(processes, processesOf(l.t, l.data))
	if keeps := l.can.ReloadsLimits || effective == before; same != keeps {
		l.t.Errorf("from %d to %d GiB: the same processes: %t, expected %t", before, effective, same, keeps)
	}
}

func (l *life) changesItsPassword() {
	ctx := l.t.Context()
	other := l.openNative(l.password)
	if err := one(ctx, other); err != nil {
		l.t.Fatal(err)
	}
	var made struct{ Password string }
	l.must(http.MethodPatch, l.path()+"/password", map[string]any{}, &made)
	l.isRefused(l.password)
	l.isLetIn(made.Password)
	chosen := "Chosen by the client"
	hash := sha256.Sum256([]byte(chosen))
	l.must(http.MethodPatch, l.path()+"/password", map[string]string{"newPasswordHash": base64.StdEncoding.EncodeToString(hash[:])}, nil)
	l.isRefused(made.Password)
	l.isLetIn(chosen)
	l.password = chosen
	if err := one(ctx, other); err != nil {
		l.t.Errorf("a connection that was open when the password was changed: %v", err)
	}
}

func (l *life) closesAndOpens() {
	ctx := l.t.Context()
	open := l.openNative(l.password)
	if err := one(ctx, open); err != nil {
		l.t.Fatal(err)
	}
	l.must(http.MethodPatch, l.path(), map[string]any{"ipAccessList": map[string]any{"remove": everybodyHere}}, nil)
	if err := one(ctx, open); err == nil {
		l.t.Error("a connection goes on whose address was taken off the list")
	}
	for _, address := range []string{l.https, l.native} {
		if said, err := l.dial(address); !errors.Is(err, syscall.ECONNRESET) || said != 0 {
			l.t.Errorf("a connection to %s from an address that is not on the list: %d bytes, %v", address, said, err)
		}
	}
	if _, _, err := l.post(ctx, l.password, nil, strings.NewReader("SELECT 1")); err == nil {
		l.t.Error("HTTPS is answered to an address that is not on the list")
	}
	l.must(http.MethodPatch, l.path(), map[string]any{"ipAccessList": map[string]any{"add": everybodyHere}}, nil)
	l.isLetIn(l.password)
	l.hasItsRows()
}

// dial connects, says nothing and returns how many bytes it was told and why no more.
func (l *life) dial(address string) (n int, err error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(l.t.Context(), "tcp", address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, err
	}
	return conn.Read(make([]byte, 1))
}

func (l *life) isDeleted() {
	l.stop()
	l.remove()
	if left := processesOf(l.t, l.data); len(left) != 0 {
		l.t.Errorf("the service is deleted, and the processes %v run", left)
	}
	if left, err := os.ReadDir(filepath.Join(l.data, engine.ServicesFolder)); err != nil || len(left) != 0 {
		l.t.Errorf("the service is deleted, and there is %v (%v)", left, err)
	}
	for _, address := range []string{l.https, l.native} {
		if !addressIsFree(l.t, address) {
			l.t.Errorf("the service is deleted, and %s is taken", address)
		}
	}
}
