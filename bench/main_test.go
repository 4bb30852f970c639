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

// TestMain lets the program start itself, as the bare server and as bench.
func TestMain(m *testing.M) {
	if os.Getenv(bareVariable) == "" && os.Getenv(selfVariable) == "" {
		os.Exit(m.Run())
	}
	main()
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
	for _, x := range append([]timing{s.Overhead.Direct, s.Overhead.Through}, s.Times...) {
		if x.Count < 1 || x.P50 <= 0 || x.P95 < x.P50 || x.Longest < x.P95 {
			t.Errorf("%s: these are no percentiles: %+v", x.Name, x)
		}
		if want := fmt.Sprintf("%.0f", x.Longest); x.Name != "" && !strings.Contains(table, want) {
			t.Errorf("the table does not show %s of %q:\n%s", want, x.Name, table)
		}
	}
	if o := s.Overhead; o.Bytes < 100_000_000 || o.Ratio.Median <= 0 {
		t.Errorf("expected a result of 100 MB both ways, got %+v", o)
	}
	if last := s.Memory[2]; last.Running != 2 || last.Private <= 0 || last.Shared <= 0 || last.Pss < 2*last.Private || last.Gatehouse <= 0 {
		t.Errorf("this is not the memory of two services: %+v", last)
	}
	if s.Fit[0].Services < 1 {
		t.Errorf("expected a machine to hold services, got %+v", s.Fit)
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
