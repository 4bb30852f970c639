package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

// selfVariable, when set, makes the test program bench.
const selfVariable = "GATEHOUSE_BENCH_SELF"

// TestMain lets the program start itself, as the bare servers and as bench.
func TestMain(m *testing.M) {
	for _, variable := range []string{bareVariable, relayVariable, selfVariable} {
		if os.Getenv(variable) != "" {
			main()
			return
		}
	}
	os.Exit(m.Run())
}

// `make bench` works: both servers answer, the program starts, services run, and every figure is there.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := execute(t.Context(), []string{"--connections", "2", "--quick", "--round", "50ms", "--rest", "1ms", "--json"}, &out); err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Compared) == 0 || len(r.Startup) < 2 {
		t.Fatalf("figures are missing: %s", out.String())
	}
	for _, c := range r.Compared {
		for _, s := range []spread{c.Gatehouse, c.Bare, c.Ratio} {
			if s.Low <= 0 || s.Median < s.Low || s.High < s.Median {
				t.Errorf("%s: these are no median and quartiles: %+v", c.Name, s)
			}
		}
	}
	for _, f := range r.Startup {
		if f.Value.Low <= 0 {
			t.Errorf("%s: expected more than 0, got %+v", f.Name, f.Value)
		}
	}

	out.Reset()
	if err := r.writeTable(&out); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Compared {
		if want := fmt.Sprintf("%.2f", c.Ratio.Median); !strings.Contains(out.String(), want) {
			t.Errorf("the table does not show the ratio %s of %s:\n%s", want, c.Name, out.String())
		}
	}
	t.Run("services", func(t *testing.T) { checkServices(t, r.Services, out.String()) })
}

// checkServices fails unless a quick run has every figure of services, and the table too.
func checkServices(t *testing.T, s *servicesReport, table string) {
	needLibrary(t)
	if s == nil || len(s.NotMeasured) != 1 || s.Overhead == nil || len(s.Times) != 6 || len(s.Memory) != 3 || len(s.Fit) != 1 || s.LoadAfter == "" {
		t.Fatalf("figures are missing: %+v", s)
	}
	for _, x := range append([]timing{s.Overhead.Small.Straight, s.Overhead.Small.Relay, s.Overhead.Small.Gateway}, s.Times...) {
		if x.Count < 1 || x.P50 <= 0 || x.P95 < x.P50 || x.Longest < x.P95 {
			t.Errorf("%s: these are no percentiles: %+v", x.Name, x)
		}
		if want := fmt.Sprintf("%.0f", x.Longest); x.Name != "" && !strings.Contains(table, want) {
			t.Errorf("the table does not show %s of %q:\n%s", want, x.Name, table)
		}
	}
	checkOverhead(t, s.Overhead, table)
	if last := s.Memory[2]; last.Running != 2 || last.Private <= 0 || last.Shared <= 0 || last.Pss < 2*last.Private || last.Gatehouse <= 0 {
		t.Errorf("this is not the memory of two services: %+v", last)
	}
	if s.Fit[0].Services < 1 {
		t.Errorf("expected a machine to hold services, got %+v", s.Fit)
	}
}

// checkOverhead fails unless the large result came every way, made in every manner.
func checkOverhead(t *testing.T, o *overhead, table string) {
	t.Helper()
	if len(o.Large) != len(manners) {
		t.Fatalf("expected %d manners, got %+v", len(manners), o.Large)
	}
	for i, x := range o.Large {
		if x.Server != manners[i].Server || x.Aim != manners[i].Aim || x.Bytes < 100_000_000 || x.Downloads != quickServices.downloads {
			t.Errorf("expected a result of 100 MB, got %+v", x)
		}
		for place, c := range x.ways() {
			if c.MB.Median <= 0 || c.Processor.Server <= 0 || c.Processor.Client < 0 || (c.Processor.Between > 0) != (place != straight) {
				t.Errorf("%s, %s: these are no figures: %+v", x.Server, wayNames[place], c)
			}
		}
		for _, want := range []string{x.Server + ": MB/s", x.GatewayByStraight.cells(2), x.GatewayByRelay.cells(2)} {
			for part := range strings.SplitSeq(want, "\t") {
				if !strings.Contains(table, part) {
					t.Errorf("the table does not show %q:\n%s", part, table)
				}
			}
		}
	}
	for place, name := range wayNames {
		if got := strings.Count(table, name); got != 1+2*len(manners) {
			t.Errorf("the table shows the way %d %d times:\n%s", place, got, table)
		}
	}
}

// needLibrary skips a test where services cannot be run, and fails it where CI is set.
func needLibrary(t *testing.T) {
	t.Helper()
	var reason error
	h := &house{data: t.TempDir()}
	if runtime.GOOS != "linux" {
		reason = errors.New("this is not Linux")
	} else if reason = h.findLibrary(); reason == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// A wrong command line is refused before anything is measured.
func TestParseRefuses(t *testing.T) {
	for _, args := range [][]string{{"--rounds", "0"}, {"--round", "0s"}, {"--starts", "-1"}, {"--rest", "-1s"}, {"--part", "none"}, {"quick"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}
