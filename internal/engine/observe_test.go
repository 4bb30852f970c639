package engine_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

func activity(t *testing.T, s *engine.Server) engine.Activity {
	t.Helper()
	a, err := s.Activity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestActivityIsThatOfUsersAlone(t *testing.T) {
	// Every query of a user counts, none of ours does, whatever Gatehouse asks, and no
	// ping does: else a service would never be idle. A query that runs is seen.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		for range 3 {
			internally(t, s, "SELECT 1")
			if _, err := s.Update(t.Context(), spec); err != nil {
				t.Fatal(err)
			}
			if err := s.Metrics(t.Context(), &bytes.Buffer{}); err != nil {
				t.Fatal(err)
			}
			_ = s.Query(t.Context(), "SELECT nothing", &bytes.Buffer{}) // an error counts no more
			_ = s.Query(t.Context(), "not SQL", &bytes.Buffer{})
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.HTTP()+"/ping", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if got := activity(t, s); got.UserQueries != 0 || got.Running != 0 {
				t.Errorf("%+v", got)
			}
		}
		for range 5 {
			run(t, s, "SELECT 1")
		}
		if got := activity(t, s); got.UserQueries != 5 || got.Running != 0 {
			t.Errorf("%+v", got)
		}
		slow := make(chan error, 1)
		go func() {
			_, _, err := post(t.Context(), s, "SELECT sleep(1)", nil)
			slow <- err
		}()
		for activity(t, s).Running == 0 {
			select {
			case err := <-slow:
				t.Fatalf("it was not seen to run (%v)", err)
			default:
			}
		}
		if err := <-slow; err != nil {
			t.Error(err)
		}
		if got := activity(t, s); got.UserQueries != 6 || got.Running != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestMetricsAreThoseOfClickHouse(t *testing.T) {
	// The figures come under ClickHouse's own names in Prometheus' format, each once and
	// with its type, and nobody gets them without a login.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		s := enginetest.Start(t, e, enginetest.Spec(t, password))
		var text bytes.Buffer
		if err := s.Metrics(t.Context(), &text); err != nil {
			t.Fatal(err)
		}
		line := regexp.MustCompile(`^(# HELP ClickHouse\w+ .*|# TYPE ClickHouse\w+ (counter|gauge)|ClickHouse\w+ -?[0-9.e+-]+|ClickHouse\w+ (nan|inf))$`)
		seen := map[string]bool{}
		for l := range strings.Lines(text.String()) {
			l = strings.TrimSuffix(l, "\n")
			if !line.MatchString(l) {
				t.Errorf("%q", l)
			}
			if name, _, _ := strings.Cut(l, " "); name != "#" {
				if seen[name] {
					t.Errorf("%s twice", name)
				}
				seen[name] = true
			}
		}
		names := []string{"ClickHouseProfileEvents_Query", "ClickHouseMetrics_Query", "ClickHouseMetrics_MemoryTracking"}
		if e.Kind() == engine.KindCHDB { // the official server makes its own within a minute
			names = append(names, "ClickHouseAsyncMetrics_MaxPartCountForPartition", "ClickHouseAsyncMetrics_Uptime")
		}
		for _, name := range names {
			if !seen[name] {
				t.Errorf("no %s", name)
			}
		}
		if status, _, err := post(t.Context(), s, "", func(r *http.Request) { r.URL.Path = "/metrics"; r.Method = http.MethodGet }); err != nil || status == http.StatusOK {
			t.Errorf("/metrics of ClickHouse: %d (%v)", status, err)
		}
	})
}

func TestMetricsAreOfUsersAlone(t *testing.T) {
	// Of what Gatehouse asks nothing is shown: a server that nobody uses has no queries and no
	// connections, however often it is looked at. Every query of a user counts, and no
	// counter ever goes back.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		first := figures(t, s)
		last := first
		look := func() map[string]float64 {
			t.Helper()
			now := figures(t, s)
			for name, value := range last {
				if strings.HasPrefix(name, "ClickHouseProfileEvents_") && now[name] < value {
					t.Errorf("%s went back from %g to %g", name, value, now[name])
				}
			}
			last = now
			return now
		}
		for range 20 {
			activity(t, s)
			internally(t, s, "SELECT name, value FROM system.settings LIMIT 10")
			if _, err := s.Update(t.Context(), spec); err != nil {
				t.Fatal(err)
			}
			now := look()
			for _, name := range []string{"ClickHouseProfileEvents_Query", "ClickHouseProfileEvents_SelectQuery"} {
				if now[name] != first[name] {
					t.Errorf("%s became %g from %g without a user", name, now[name], first[name])
				}
			}
			if now["ClickHouseMetrics_Query"] != 0 {
				t.Errorf("%g queries run without a user", now["ClickHouseMetrics_Query"])
			}
		}
		for look()["ClickHouseMetrics_HTTPConnection"] != 0 && t.Context().Err() == nil { // one before is perhaps being closed
		}
		for range 5 {
			run(t, s, "SELECT 1")
		}
		now := look()
		for _, name := range []string{"ClickHouseProfileEvents_Query", "ClickHouseProfileEvents_SelectQuery"} {
			if now[name] != first[name]+5 {
				t.Errorf("%s became %g from %g by five queries", name, now[name], first[name])
			}
		}
		slow := make(chan error, 1)
		go func() {
			_, _, err := post(t.Context(), s, "SELECT sleep(1)", nil)
			slow <- err
		}()
		for now = look(); now["ClickHouseMetrics_Query"] != 1; now = look() {
			select {
			case err := <-slow:
				t.Fatalf("it was not seen to run (%v)", err)
			default:
			}
		}
		if got := now["ClickHouseMetrics_HTTPConnection"]; got != 1 {
			t.Errorf("%g connections are shown of one user", got)
		}
		if err := <-slow; err != nil {
			t.Error(err)
		}
	})
}

// figures returns the metrics by their names.
func figures(t *testing.T, s *engine.Server) map[string]float64 {
	t.Helper()
	var text bytes.Buffer
	if err := s.Metrics(t.Context(), &text); err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for line := range strings.Lines(text.String()) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if name == "#" {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all[name] = n
	}
	return all
}

func TestQueryReturnsAllOrAnError(t *testing.T) {
	// A large result comes whole; one that breaks off in the middle is an error, and what
	// ClickHouse refuses is one that says why.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		s := enginetest.Start(t, e, enginetest.Spec(t, password))
		var all bytes.Buffer
		if err := s.Query(t.Context(), "SELECT number FROM system.numbers LIMIT 1000000", &all); err != nil || bytes.Count(all.Bytes(), []byte{'\n'}) != 1000000 {
			t.Errorf("%d bytes (%v)", all.Len(), err)
		}
		if err := s.Query(t.Context(), "SELECT throwIf(number = 900000) FROM system.numbers LIMIT 1000000", &bytes.Buffer{}); err == nil {
			t.Error("a part is taken for all")
		}
		err := s.Query(t.Context(), "SELECT * FROM nowhere", &bytes.Buffer{})
		wantFailure(t, err, engine.Failed, "Code: 60")
	})
}

func TestLogsAreKeptWithinBounds(t *testing.T) {
	// The log of ClickHouse and the host's are cut into parts, of which only the last are
	// kept, however much a tenant makes them say.
	const size = 64 << 10
	engine.UseLogBytes(t, size)
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		for range 300 {
			_, _, _ = post(t.Context(), s, "wrong "+strings.Repeat("x", 2000), nil)
		}
		var total int64
		parts, err := filepath.Glob(filepath.Join(spec.Dir, "log", "clickhouse.log*"))
		if err != nil || len(parts) < 2 {
			t.Errorf("%v (%v)", parts, err)
		}
		for _, part := range parts {
			info, err := os.Stat(part)
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			if err == nil {
				total += info.Size()
			}
		}
		if total > 8*size {
			t.Errorf("%d bytes in %v", total, parts)
		}
	})
}

func TestHostLogIsCut(t *testing.T) {
	// What is over the limit becomes the one older part, and what is written next begins
	// a new one in the file that is open.
	t.Parallel()
	name := filepath.Join(t.TempDir(), "host.log")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, text := range []string{"first", "second", "third"} {
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := engine.Trim(name, 4); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.WriteString("now"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{name: "now", name + ".1": "third"} {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s: %q (%v)", filepath.Base(name), got, err)
		}
	}
}
