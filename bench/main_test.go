package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestMain lets the program start itself, as the bare server.
func TestMain(m *testing.M) {
	if os.Getenv(bareVariable) == "" {
		os.Exit(m.Run())
	}
	main()
}

// `make bench` works: both servers answer, the program starts, and every figure is there.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := execute(t.Context(), []string{"--connections", "2", "--rounds", "2", "--round", "50ms", "--rest", "1ms", "--starts", "1", "--json"}, &out); err != nil {
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
}

// A wrong command line is refused before anything is measured.
func TestParseRefuses(t *testing.T) {
	for _, args := range [][]string{{"--rounds", "0"}, {"--round", "0s"}, {"--starts", "-1"}, {"--rest", "-1s"}, {"quick"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}
