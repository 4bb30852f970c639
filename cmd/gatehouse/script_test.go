package main

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// The command line does what its scripts say: each script in testdata/script begins
// with the guarantee that it shows.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setUpScene,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"says":      says,
			"json":      jsonHas,
			"start":     start,
			"shutdown":  shutdown,
			"crash":     crash,
			"api":       callAPI,
			"snapshot":  snapshot,
			"untouched": untouched,
			"mode":      mode,
			"takeport":  takePort,
			"newer": func(ts *testscript.TestScript, _ bool, args []string) {
				makeNewer(t, store.Options{URL: "sqlite", Dir: ts.MkAbs(args[0])})
			},
			"empty": func(ts *testscript.TestScript, _ bool, args []string) {
				makeEmpty(t, store.Options{URL: "sqlite", Dir: ts.MkAbs(args[0])})
			},
		},
	})
}

// Every script runs to its end: testscript's own command stop would end it early, as passed.
func TestScriptsRunToTheirEnd(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("there are %d scripts: %v", len(scripts), err)
	}
	for _, name := range scripts {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`(?m)^stop\b`).Match(text) {
			t.Errorf("%s stops before its end: the command that ends Gatehouse is shutdown", name)
		}
	}
}

// exits runs a program, which must end with the status: exits 3 gatehouse keys delete x.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("the exit status is %d, want %d", got, want)
	}
}

// says checks that all of standard error is one sentence of Gatehouse that matches
// the pattern, and that standard output is empty.
func says(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile("stderr")
	said, one := strings.CutSuffix(text, "\n")
	if sentence, ok := strings.CutPrefix(said, "gatehouse: "); !one || !ok || strings.Contains(said, "\n") || !regexp.MustCompile(args[0]).MatchString(sentence) {
		ts.Fatalf("standard error is not one sentence that matches %s:\n%s", args[0], text)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output is not empty:\n%s", out)
	}
}

// jsonHas checks a value of the JSON on standard output: json 0.name '^ci$'. An
// array has a "length". With !, there is no such value.
func jsonHas(ts *testscript.TestScript, neg bool, args []string) {
	var at any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &at))
	there := true
	for name := range strings.SplitSeq(args[0], ".") {
		if at, there = member(at, name); !there {
			break
		}
	}
	switch {
	case neg && there:
		ts.Fatalf("there is a %s", args[0])
	case neg:
		return
	case !there:
		ts.Fatalf("there is no %s", args[0])
	}
	text, isText := at.(string)
	if !isText {
		raw, err := json.Marshal(at)
		ts.Check(err)
		text = string(raw)
	}
	if !regexp.MustCompile(args[1]).MatchString(text) {
		ts.Fatalf("%s is %s, want %s", args[0], text, args[1])
	}
}

func member(of any, name string) (v any, there bool) {
	switch of := of.(type) {
	case map[string]any:
		v, there = of[name]
	case []any:
		if name == "length" {
			return len(of), true
		}
		if i, err := strconv.Atoi(name); err == nil && i < len(of) {
			return of[i], true
		}
	}
	return v, there
}

// callAPI makes a request with the key in a file, as --init-key and keys create
// write it: api 200 admin.env /v1/organizations. The answer becomes standard output.
func callAPI(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	c := parseKeyFile(ts.ReadFile(args[1]))
	r, err := http.NewRequest(http.MethodGet, ts.Getenv("URL")+args[2], nil) //nolint:noctx // a script has none, and ends with the process that it asks
	ts.Check(err)
	r.SetBasicAuth(c.id, c.secret)
	answer, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	ts.Check(answer.Write(ts.Stdout()))
	if answer.StatusCode != want {
		ts.Fatalf("the status is %s, want %d", answer.Status, want)
	}
}

// takePort listens on a port until the script ends and sets PORT to it.
func takePort(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it listens at once
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv("PORT", port)
}

// makeNewer makes the store one of a newer Gatehouse.
func makeNewer(t *testing.T, o store.Options) {
	t.Helper()
	db := storetest.Database(t, o)
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`); err != nil {
		t.Fatal(err)
	}
}

// makeEmpty makes a store that has a schema and no organization: that of a start that
// was cut off.
func makeEmpty(t *testing.T, o store.Options) {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// environment returns what a script has set that gatehouse serve looks at.
func environment(ts *testscript.TestScript) []string {
	env := []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME")}
	for _, name := range []string{
		"DATA", "LISTEN", "INIT_KEY", "ORGANIZATION", "LIMITS", "TRUSTED_PROXY", "LOG_FORMAT", "LOG_LEVEL", "METRICS_LISTEN",
	} {
		if value := ts.Getenv("GATEHOUSE_" + name); value != "" {
			env = append(env, "GATEHOUSE_"+name+"="+value)
		}
	}
	return env
}
