package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// wantFailure looks at the kind of an error and whether its public sentence says it.
func wantFailure(t *testing.T, err error, kind engine.ErrorKind, says string) {
	t.Helper()
	var failed *engine.Error
	if !errors.As(err, &failed) || failed.Kind != kind || !strings.Contains(failed.Message, says) {
		t.Errorf("not %s, %q: %#v (%v)", kind, says, failed, err)
	}
	if failed != nil && strings.Contains(failed.Message, filepath.Dir(filepath.Dir(t.TempDir()))) {
		t.Errorf("the sentence has a path: %s", failed.Message)
	}
}

// wantNothingLeft looks whether the folder is free: nobody holds its lock.
func wantNothingLeft(t *testing.T, spec engine.Spec) {
	t.Helper()
	if err := engine.Remove(spec.Dir); err != nil {
		t.Error(err)
	}
}

// foreigners listens on two ports and says yes to everything.
func foreigners(t *testing.T) []int {
	t.Helper()
	yes := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("1\n")) })
	ports := make([]int, 2)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a local call, and done with at once
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: yes, ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(l) }()
		t.Cleanup(func() { server.Close() })
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}

func TestPortOfAnotherIsNeverTakenForOurs(t *testing.T) {
	// When another server has one of the ports, and answers everything, the start is tried
	// with other ports; with none free it fails and says so. It is never ready there.
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		taken := foreigners(t)
		free := func() int {
			l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a local call, and done with at once
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			return l.Addr().(*net.TCPAddr).Port
		}
		engine.UsePorts(t, func(try int) []int {
			return map[int][]int{1: {taken[0], free()}, 2: {free(), taken[1]}}[try]
		})
		s := enginetest.Start(t, e, enginetest.Spec(t, password))
		for _, port := range taken {
			if strings.HasSuffix(s.HTTP(), fmt.Sprint(port)) || strings.HasSuffix(s.Native(), fmt.Sprint(port)) {
				t.Errorf("%s, %s: %v are another's", s.HTTP(), s.Native(), taken)
			}
		}
		engine.UsePorts(t, func(int) []int { return taken })
		spec := enginetest.Spec(t, password)
		_, err := e.Start(t.Context(), spec)
		wantFailure(t, err, engine.PortTaken, "taken")
		wantNothingLeft(t, spec)
	})
}

func TestReasonOutlivesAHostThatIsCutOff(t *testing.T) {
	// The library may abort its process while it ends after a failed start: what was said
	// before is why, so that a taken port is tried again elsewhere.
	t.Parallel()
	said := `{"Loading":true} {"Loaded":true} {"Ending":{"Kind":"port taken","Message":"the port is taken"}}`
	wantFailure(t, engine.StartThatSays(said), engine.PortTaken, "taken")
	wantFailure(t, engine.StartThatSays(said+` {"Failure":{"Kind":"disk full","Message":"no space"}}`), engine.DiskFull, "space")
}

func TestServerThatDoesNotEndAfterAFailedStartGoesWithItsHost(t *testing.T) {
	// Old servers can hang while they end because of a taken port: that is still why, the
	// start is tried elsewhere, and nothing is left.
	hangs := engine.NewEngine(engine.KindClickHouse, script(t, "#!/bin/sh\ntrap '' TERM\necho 'Code: 210. Address already in use' >&2\nwhile :; do sleep 1000; done\n"), "26.7.2.1")
	spec := enginetest.Spec(t, password)
	spec.Jail, spec.UID, spec.GID = engine.JailNone, 0, 0 // within the jail it could not even sleep
	engine.UseEndLimit(t, 100*time.Millisecond)
	tries := 0
	engine.UsePorts(t, func(try int) []int {
		tries = try
		return nil
	})
	_, err := hangs.Start(t.Context(), spec)
	wantFailure(t, err, engine.PortTaken, "taken")
	if tries < 2 {
		t.Errorf("it was tried %d times", tries)
	}
	wantNothingLeft(t, spec)
}

func TestLastWordsSayWhyItEnded(t *testing.T) {
	// What ClickHouse writes just before it ends is why, also when it ends while the host looks.
	wantFailure(t, engine.StartThatEndsWith(t, "Cannot open file status: Permission denied"), engine.BadFolder, "may not read or write")
	wantFailure(t, engine.StartThatEndsWith(t, "Code: 999. DB::Exception: Something else"), engine.Failed, "Code 999")
}

func TestBrokenLibraryIsSaidToBeOne(t *testing.T) {
	// A library that is missing, something else, or cut short in the middle ends nothing
	// but its own start, with a sentence that says what to do.
	t.Parallel()
	e := enginetest.Engine(t, engine.KindCHDB)
	dir := enginetest.Folder(t)
	for name, size := range map[string]int64{"cut at a megabyte": 1 << 20, "cut within its code": 20 << 20, "empty": 0} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "libchdb.so")
			copyStart(t, e.Path(), path, size)
			spec := enginetest.Spec(t, password)
			_, err := engine.NewEngine(engine.KindCHDB, path, e.Version()).Start(t.Context(), spec)
			wantFailure(t, err, engine.BrokenLibrary, "install it again")
			wantNothingLeft(t, spec)
		})
	}
	t.Run("full of holes", func(t *testing.T) {
		// Its headers are there, so only loading it shows what it is, and ends the process.
		path := filepath.Join(dir, "libchdb.so")
		copyStart(t, e.Path(), path, 8<<20)
		copyEnd(t, e.Path(), path, 64<<10)
		spec := enginetest.Spec(t, password)
		_, err := engine.NewEngine(engine.KindCHDB, path, e.Version()).Start(t.Context(), spec)
		wantFailure(t, err, engine.BrokenLibrary, "install it again")
		wantNothingLeft(t, spec)
	})
	for name, path := range map[string]string{"missing": filepath.Join(dir, "none.so"), "another": "/lib/x86_64-linux-gnu/libm.so.6"} {
		t.Run(name, func(t *testing.T) {
			spec := enginetest.Spec(t, password)
			_, err := engine.NewEngine(engine.KindCHDB, path, e.Version()).Start(t.Context(), spec)
			wantFailure(t, err, engine.BrokenLibrary, "install it again")
			wantNothingLeft(t, spec)
		})
	}
}

// copyStart copies the beginning of a file; the rest of it is not there.
func copyStart(t *testing.T, from, to string, size int64) {
	t.Helper()
	text := make([]byte, size)
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := f.ReadAt(text, 0); int64(n) != size {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o755); err != nil {
		t.Fatal(err)
	}
}

// copyEnd copies the end of a file to the same place.
func copyEnd(t *testing.T, from, to string, size int64) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(to, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	text := make([]byte, size)
	if _, err := in.ReadAt(text, info.Size()-size); err != nil {
		t.Fatal(err)
	}
	if _, err := out.WriteAt(text, info.Size()-size); err != nil {
		t.Fatal(err)
	}
}

// script writes a program to a folder that everybody may enter.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(enginetest.Folder(t), "clickhouse")
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWrongBinaryIsSaidToBeOne(t *testing.T) {
	// A program that is missing, cannot be run, or is no ClickHouse fails the start with a
	// sentence that says what to do.
	t.Parallel()
	for name, path := range map[string]string{
		"missing":     "/nowhere/clickhouse",
		"no program":  script(t, "this is text"),
		"another":     lookPath(t, "true"),
		"fails":       lookPath(t, "false"),
		"cannot read": script(t, "#!/nowhere/interpreter\n"),
	} {
		t.Run(name, func(t *testing.T) {
			spec := enginetest.Spec(t, password)
			_, err := engine.NewEngine(engine.KindClickHouse, path, "26.7.2.1").Start(t.Context(), spec)
			wantFailure(t, err, engine.WrongBinary, "choose another with --clickhouse")
			wantNothingLeft(t, spec)
		})
	}
}

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStartEndsInTime(t *testing.T) {
	// What never answers is given up after the limit, or when the caller gives up, and is
	// gone then with all that it has started.
	sleeper := engine.NewEngine(engine.KindClickHouse, script(t, "#!/bin/sh\nexec sleep 1000\n"), "26.7.2.1")
	spec := enginetest.Spec(t, password)
	spec.Jail, spec.UID, spec.GID = engine.JailNone, 0, 0 // within the jail it could not even sleep
	engine.UseStartLimit(t, 300*time.Millisecond)
	_, err := sleeper.Start(t.Context(), spec)
	wantFailure(t, err, engine.Timeout, "300ms")
	wantNothingLeft(t, spec)

	engine.UseStartLimit(t, time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := sleeper.Start(ctx, spec); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	wantNothingLeft(t, spec)
}

func TestFolderThatCannotBeUsedIsSaidToBeOne(t *testing.T) {
	// The sentence says what is wrong with the folder and not where it is.
	t.Parallel()
	e := enginetest.Engine(t, engine.KindCHDB)
	file := filepath.Join(enginetest.Folder(t), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	below := enginetest.Spec(t, password)
	below.Dir = filepath.Join(file, "service")
	_, err := e.Start(t.Context(), below)
	wantFailure(t, err, engine.BadFolder, "the data folder cannot be used")

	unwritable := enginetest.Spec(t, password)
	stop := func(s *engine.Server) error { return s.Stop(t.Context()) }
	for name, c := range map[string]struct {
		end  func(*engine.Server) error
		part string
		mode os.FileMode
	}{
		"the data":                {stop, "data", 0o500},
		"the data, after a kill":  {(*engine.Server).Kill, "data", 0o500}, // which leaves the file that a start makes there
		"the tables in it":        {stop, "data/store", 0},                // only ClickHouse can find out
		"the configuration":       {stop, "conf", 0o500},
		"what it is adopted with": {stop, "run", 0o500},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.end(enginetest.Start(t, e, unwritable)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(unwritable.Dir, c.part)
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := e.Start(t.Context(), unwritable)
			wantFailure(t, err, engine.BadFolder, "")
			if t.Failed() {
				t.Log(enginetest.Log(unwritable.Dir))
			}
			if err := os.Chmod(path, 0o700); err != nil {
				t.Fatal(err)
			}
		})
	}
	if os.Geteuid() == 0 {
		closed := enginetest.Spec(t, password)
		if err := os.Chmod(filepath.Dir(closed.Dir), 0o700); err != nil {
			t.Fatal(err)
		}
		closed.Jail = engine.JailUID
		_, err = e.Start(t.Context(), closed)
		wantFailure(t, err, engine.BadJail, "")
	}
	enginetest.Start(t, e, unwritable)
}
