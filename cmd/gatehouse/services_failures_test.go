//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// Whatever is missing or broken of what a service needs, its state and one sentence say so, and
// when that is mended it runs again with its rows. A service beside it answers all the
// time. An engine that is none is refused at the start, and what runs goes on running.
func TestFailuresAreSaidAndHarmNothingElse(t *testing.T) {
	t.Parallel()
	dir := enginetest.Folder(t)
	l := &library{link: filepath.Join(dir, "libchdb.so"), whole: enginetest.Engine(t, engine.KindCHDB).Path(), cut: filepath.Join(dir, "cut.so")}
	l.isCut(t)
	l.is(t, l.whole)
	linked, _, err := engine.Find(t.Context(), engine.Options{Want: "chdb", CHDB: l.link})
	if err != nil {
		t.Fatal(err)
	}
	data, keyFile, args := servedData(t, linked)
	a := startAiling(t, data, keyFile, args)

	a.losesItsPort()
	silent := a.beside.askAllTheTime()
	a.losesItsLibrary(l)
	a.losesItsFolder()
	if asked, err := silent(); err != nil {
		t.Errorf("the service beside: %v, as the answer to question %d", err, asked)
	}
	a.losesItsEngine(l)
	a.endsInOrder()
}

// library is the library of the engine, named by a link.
type library struct{ link, whole, cut string }

// isCut makes the beginning of the library, as a copy that was broken off leaves it.
func (l *library) isCut(t *testing.T) {
	t.Helper()
	from, err := os.Open(l.whole)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	text, err := io.ReadAll(io.LimitReader(from, 1<<20))
	if err == nil {
		err = os.WriteFile(l.cut, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// is puts a file in the place of the library, as an installation does: those who run have the old one.
func (l *library) is(t *testing.T, file string) {
	t.Helper()
	if err := errors.Join(os.Symlink(file, l.link+".new"), os.Rename(l.link+".new", l.link)); err != nil {
		t.Fatal(err)
	}
}

// ailing is a Gatehouse with two services: one that things happen to, and one beside it.
type ailing struct{ *killed }

// startAiling starts it. Each service has 1000 rows.
func startAiling(t *testing.T, data, keyFile string, args []string) *ailing {
	t.Helper()
	k := startKilled(t, data, keyFile, args, 3)
	for _, c := range []*customer{k.beside, k.customer} {
		c.create()
		c.query("CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n")
		c.grow(0, 1000)
	}
	k.besideRuns = k.processes(k.beside)
	return &ailing{k}
}

// askAllTheTime asks the service for its rows again and again. What it returns ends that, and says
// what was wrong with an answer.
func (c *customer) askAllTheTime() (end func() (asked int, err error)) {
	ctx, stop := context.WithCancel(c.t.Context())
	done := make(chan struct{})
	asked, wrong := 0, error(nil)
	go func() {
		defer close(done)
		again := time.NewTicker(50 * time.Millisecond)
		defer again.Stop()
		for ; wrong == nil; asked++ {
			status, said, err := c.post(ctx, c.password, nil, strings.NewReader("SELECT count() FROM kept"))
			if ctx.Err() != nil {
				return
			}
			if err != nil || status != http.StatusOK || said != "1000" {
				wrong = errors.Join(fmt.Errorf("%d %q", status, said), err)
			}
			select {
			case <-again.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() (int, error) {
		stop()
		<-done
		return asked, wrong
	}
}

// awaitMessage waits until the service says why it is not as it should be; "" says that it is.
func (a *ailing) awaitMessage(state, message string) {
	a.t.Helper()
	var seen shownService
	shown := func() bool {
		seen = a.service()
		if secrets := []string{filepath.Dir(a.data), a.password, a.admin.secret}; slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(seen.StateMessage, s) }) {
			a.t.Errorf("the message is not for everybody: %s", seen.StateMessage)
		}
		return seen.State == state && seen.StateMessage == message
	}
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	late := time.After(time.Minute)
	for !shown() {
		select {
		case <-again.C:
		case <-late:
			a.t.Fatalf("the service is %q, %q; expected %q, %q", seen.State, seen.StateMessage, state, message)
		}
	}
}

// losesItsPort: while Gatehouse does not run another program takes a port of the service, which
// runs and is reached at its other port; at this one as soon as it is free.
func (a *ailing) losesItsPort() {
	a.t.Helper()
	if status := a.gatehouse.stop(); status != exitOK {
		a.t.Errorf("gatehouse serve ended with %d", status)
	}
	var config net.ListenConfig
	foreign, err := config.Listen(a.t.Context(), "tcp", a.https)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = foreign.Close() }) // it is closed by then
	a.serveAgain(a.t)
	a.findOrganization(a.gatehouse.url)
	a.beside.findOrganization(a.gatehouse.url)
	_, port, err := net.SplitHostPort(a.https)
	if err != nil {
		a.t.Fatal(err)
	}
	a.awaitMessage(running, "Port "+port+" is taken by another program, so nobody can reach the service there. "+
		"End that program on the machine of Gatehouse: at most 30 seconds later the service has the port.")
	if err := a.oneOnce(a.password); err != nil {
		a.t.Errorf("the port that is not taken: %v", err)
	}
	a.beside.keeps(1000)
	if err := foreign.Close(); err != nil {
		a.t.Fatal(err)
	}
	a.awaitMessage(running, "")
	a.keeps(1000)
}

const brokenLibrary = "The library of the engine cannot be loaded: install it again"

// losesItsLibrary: who has loaded it goes on; who has to load it fails, at first for a while.
func (a *ailing) losesItsLibrary(l *library) {
	a.t.Helper()
	l.is(a.t, l.cut)
	a.killEngine(a.customer)
	between := ""
	until(a.t, "it does not run", func() bool { between = a.service().State; return between != running })
	switch between {
	case "degraded":
	case failed:
		a.t.Log("NOT TESTED: the service had failed before it could be seen as degraded")
	default:
		a.t.Errorf("a service that cannot be started again is %s", between)
	}
	a.awaitMessage(failed, brokenLibrary)
	l.is(a.t, filepath.Join(filepath.Dir(l.link), "none.so"))
	a.command("start")
	a.awaitMessage(failed, brokenLibrary)
	l.is(a.t, l.whole)
	a.runsAgain()
}

// runsAgain: what was broken is whole.
func (a *ailing) runsAgain() {
	a.t.Helper()
	a.command("start")
	until(a.t, "the service runs", func() bool { return a.service().State == running })
	a.awaitMessage(running, "")
	a.keeps(1000)
}

// losesItsFolder: the folder of a service that is stopped becomes one that cannot be used.
func (a *ailing) losesItsFolder() {
	a.t.Helper()
	a.stop()
	folder := filepath.Join(a.data, engine.ServicesFolder, a.id)
	for _, damage := range []struct {
		name, message string
		do            func() (mend func() error, err error)
	}{
		{"the folder is a file", "The data folder cannot be used", func() (func() error, error) { return replaced(folder) }},
		{"the tables are a file", "The data folder cannot be used", func() (func() error, error) { return replaced(filepath.Join(folder, "data")) }},
		{"nobody may write", "ClickHouse may not read or write what it needs in the data folder", func() (func() error, error) {
			tables := filepath.Join(folder, "data")
			return func() error { return os.Chmod(tables, 0o700) }, os.Chmod(tables, 0o500)
		}},
		{"it is read-only", "The data folder is on a read-only file system", func() (func() error, error) { return readOnly(a.t, folder) }},
	} {
		mend, err := damage.do()
		if errors.Is(err, syscall.EPERM) {
			a.t.Logf("NOT TESTED: %s: only root can mount: %v", damage.name, err)
			continue
		}
		if err != nil {
			a.t.Fatalf("%s: %v", damage.name, err)
		}
		a.t.Log(damage.name)
		a.command("start")
		a.awaitMessage(failed, damage.message)
		if err := mend(); err != nil {
			a.t.Fatalf("%s: %v", damage.name, err)
		}
	}
	a.runsAgain()
}

// replaced puts a file in the place of a folder.
func replaced(folder string) (mend func() error, err error) {
	aside := folder + ".aside"
	mend = func() error { return errors.Join(os.Remove(folder), os.Rename(aside, folder)) }
	return mend, errors.Join(os.Rename(folder, aside), os.WriteFile(folder, nil, 0o600))
}

// readOnly makes a file system of its own of a folder, which cannot be written.
func readOnly(t *testing.T, folder string) (mend func() error, err error) {
	t.Helper()
	if err := unix.Mount(folder, folder, "", unix.MS_BIND, ""); err != nil {
		return nil, err
	}
	mend = func() error { return unix.Unmount(folder, unix.MNT_DETACH) }
	t.Cleanup(func() { _ = mend() }) // unless the test has failed, it was done
	return mend, unix.Mount("", folder, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
}

// losesItsEngine: Gatehouse does not start with what is no engine, and says so; meanwhile the
// services run on, and are those of the next Gatehouse that has one.
func (a *ailing) losesItsEngine(l *library) {
	a.t.Helper()
	processes := processesOf(a.t, a.data)
	if status := a.gatehouse.stop(); status != exitOK {
		a.t.Errorf("gatehouse serve ended with %d", status)
	}
	nonsense := filepath.Join(filepath.Dir(l.link), "clickhouse")
	if err := os.WriteFile(nonsense, []byte("#!/bin/sh\necho something else\n"), 0o700); err != nil {
		a.t.Fatal(err)
	}
	missing := filepath.Join(filepath.Dir(l.link), "none")
	for _, wrong := range []struct{ kind, path, want string }{
		{"chdb", l.cut, "%s is no library: name the file libchdb.so"},
		{"chdb", missing, "there is no library at %s"},
		{"clickhouse", nonsense, "%s is no ClickHouse server: it does not say its version"},
		{"clickhouse", "/bin/true", "%s is no ClickHouse server: it does not say its version"},
		{"clickhouse", missing, "there is no ClickHouse at %s"},
	} {
		refusesEngine(a.t, a.args[:2], wrong.kind, wrong.path, fmt.Sprintf(wrong.want, wrong.path))
		dir := a.t.TempDir()
		fresh := []string{"--data", filepath.Join(dir, "data"), "--init-key", filepath.Join(dir, "admin.env")}
		refusesEngine(a.t, fresh, wrong.kind, wrong.path, fmt.Sprintf(wrong.want, wrong.path))
		for _, path := range []string{fresh[3], filepath.Join(fresh[1], engine.ServicesFolder)} {
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				a.t.Errorf("Gatehouse was refused its engine, and made %s (%v)", path, err)
			}
		}
	}
	if now := processesOf(a.t, a.data); !slices.Equal(now, processes) {
		a.t.Errorf("the processes are %v, and were %v", now, processes)
	}
	a.serveAgain(a.t)
	a.findOrganization(a.gatehouse.url)
	a.beside.findOrganization(a.gatehouse.url)
	for _, c := range []*customer{a.beside, a.customer} {
		c.awaitState(running)
		c.keeps(1000)
	}
	if now := processesOf(a.t, a.data); !slices.Equal(now, processes) {
		a.t.Errorf("the processes are %v, and were %v: they were not taken over", now, processes)
	}
}

// refusesEngine starts a Gatehouse that ends at once, with one line that says why.
func refusesEngine(t *testing.T, args []string, kind, path, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	m := Main{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr}
	status := m.Execute(ctx, slices.Concat([]string{"serve", "--listen", "localhost:0"}, args, []string{"--engine", kind, "--" + kind, path}))
	if said := stderr.String(); status != exitFailed || !strings.HasPrefix(said, "gatehouse: "+want) || strings.Count(said, "\n") != 1 {
		t.Errorf("--engine %s --%[1]s %s: status %d, %q\nexpected %q", kind, path, status, said, want)
	}
}

// endsInOrder: the services are deleted and Gatehouse ends.
func (a *ailing) endsInOrder() {
	a.t.Helper()
	if now := a.processes(a.beside); !slices.Equal(now, a.besideRuns) {
		a.t.Errorf("the service beside runs as %v, and did as %v", now, a.besideRuns)
	}
	for _, c := range []*customer{a.customer, a.beside} {
		c.stop()
		c.remove()
	}
	if status := a.gatehouse.stop(); status != exitOK {
		a.t.Errorf("gatehouse serve ended with %d", status)
	}
	if said := a.gatehouse.stderr.String(); strings.Contains(said, "panic") {
		a.t.Errorf("something panicked:\n%s", said)
	}
}

// A disk that is full loses nothing and ends nothing: what would write is refused with a
// reason, by the service and by Gatehouse itself, what reads is answered, and with room everything
// goes on by itself.
func TestFullDiskRefusesOnlyWhatWrites(t *testing.T) {
	t.Parallel()
	data, keyFile, args := servedData(t, enginetest.Engine(t, engine.KindCHDB))
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	err := unix.Mount("tmpfs", data, "tmpfs", 0, "size=96m,mode=0700")
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("only root can make a small file system: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(data, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	a := startAiling(t, data, keyFile, args)
	silent := a.beside.askAllTheTime()
	ballast := filepath.Join(data, "ballast")
	a.fills(ballast)
	a.refusesRows()
	a.keeps(1000)
	a.awaitMessage(running, "")
	for _, change := range []struct {
		method, path string
		body         any
	}{
		{http.MethodPost, "/services", newService("further")},
		{http.MethodPatch, a.path() + "/state", map[string]string{"command": "stop"}},
	} {
		status, problem := a.ask(change.method, change.path, change.body, nil)
		if want := "SERVICE_UNAVAILABLE: " + noRoom; status != http.StatusServiceUnavailable || problem != want {
			t.Errorf("%s %s on a full disk: %d %s, expected %s", change.method, change.path, status, problem, want)
		}
	}
	a.awaitMessage(running, "")
	a.keeps(1000)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	a.grow(1000, 1000)
	a.keeps(2000)
	a.stop()
	a.command("start")
	a.awaitState(running)
	a.keeps(2000)
	if asked, err := silent(); err != nil {
		t.Errorf("the service beside: %v, as the answer to question %d", err, asked)
	}
	a.endsInOrder()
}

const noRoom = "Nothing can be changed: no space is left on the disk of the store"

// fills writes until nothing more has room.
func (a *ailing) fills(ballast string) {
	a.t.Helper()
	f, err := os.OpenFile(ballast, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		a.t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 64<<10))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		a.t.Fatal(err)
	}
}

// refusesRows: ClickHouse says itself that it has no room for them.
func (a *ailing) refusesRows() {
	a.t.Helper()
	insert := "INSERT INTO kept SELECT cityHash64(number) FROM (SELECT number FROM system.numbers LIMIT 500000)"
	status, said, err := a.post(a.t.Context(), a.password, url.Values{}, strings.NewReader(insert))
	if err != nil || status == http.StatusOK || !strings.Contains(said, "No space left") && !strings.Contains(said, "NOT_ENOUGH_SPACE") {
		a.t.Errorf("an insert on a full disk: %d %.300s (%v)", status, said, err)
	}
}

// Without an engine everything but running services works, and who wants one reads why not.
func TestWithoutEngineServicesAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		engine string
		want   string
	}{
		"none":          {"none", "CONFLICT: there is no engine: --engine none was asked for"},
		"not installed": {"chdb", "CONFLICT: there is no engine in the data directory: run gatehouse engine install"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			keyFile := filepath.Join(dir, "admin.env")
			address, _ := serveInside(t, []string{"--data", filepath.Join(dir, "data"), "--init-key", keyFile, "--engine", c.engine, "--service-ports", freeRange(t)})
			customer := newCustomer(t, address, keyFile)
			status, problem := customer.ask(http.MethodPost, "/services", newService("orders"), nil)
			if status != http.StatusConflict || problem != c.want {
				t.Errorf("creating a service: %d %s", status, problem)
			}
			var all []shownService
			customer.must(http.MethodGet, "/services", nil, &all)
			if len(all) != 0 {
				t.Errorf("there are %v", all)
			}
			customer.must(http.MethodPost, "/keys", map[string]any{"name": "another", "roles": []string{"developer"}}, nil)
		})
	}
}
