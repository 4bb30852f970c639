package engine_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
	"github.com/gatehouse/gatehouse/internal/store"
)

// target is a file that a tenant is not to reach.
type target struct {
	path, canary string
	uid          int // whose it is; below 0: the machine's
}

// put leaves the target where it belongs, as it was.
func (of target) put(t *testing.T) {
	t.Helper()
	if of.uid < 0 {
		return // the machine's
	}
	if err := errors.Join(os.WriteFile(of.path, []byte(of.canary+"\n"), 0o600), os.Chown(of.path, of.uid, of.uid)); err != nil {
		t.Fatal(err)
	}
}

// prison is a data folder of Gatehouse with the service of an attacker and another.
type prison struct {
	data, own, other string
	gatehouse, prey  int // processes
	targets          []target
	database         string       // the store of Gatehouse
	reached          atomic.Int32 // how often a socket of others was reached
	attacker         *engine.Server
	asked            int
}

// newPrison starts both services in the jail and puts the canaries where an attacker would look for something.
func newPrison(t *testing.T, e *engine.Engine, jail engine.Jail) *prison {
	t.Helper()
	p := &prison{data: enginetest.Folder(t), gatehouse: os.Getpid()}
	if err := os.Chmod(p.data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := engine.PrepareDirs(p.data, jail); err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(t.Context(), store.Options{URL: "sqlite", Dir: p.data, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	p.database = filepath.Join(p.data, store.FileName)
	p.listen(t)
	uids := []int{0, 0}
	if in, err := engine.Jails(p.data, e.Path()).Choose(jail); err == nil && in.UID {
		uids = []int{engine.BaseUID + 7, engine.BaseUID + 8}
	}
	p.own, p.other = filepath.Join(p.data, engine.ServicesFolder, "own"), filepath.Join(p.data, engine.ServicesFolder, "other")
	p.attacker = startIn(t, e, jail, p.own, uids[0])
	p.prey = startIn(t, e, jail, p.other, uids[1]).PID()

	p.target(t, filepath.Join(p.data, "seal.key"), 0)
	p.target(t, filepath.Join(p.other, "data", "rows.csv"), uids[1])
	if shadow, err := os.ReadFile("/etc/shadow"); err == nil {
		line, _, _ := strings.Cut(string(shadow), "\n")
		p.targets = append(p.targets, target{"/etc/shadow", line, -1})
	}
	for _, folder := range []string{"data/user_files", "data/user_scripts", "backups"} {
		p.give(t, filepath.Join(p.own, folder), uids[0], "")
	}
	p.give(t, filepath.Join(p.own, "data/user_scripts/steal.sh"), uids[0], "#!/bin/sh\nexec cat \"$1\"\n")
	for i, of := range p.targets {
		for _, folder := range []string{"data/user_files", "backups"} {
			if err := errors.Join(os.Symlink(of.path, filepath.Join(p.own, folder, fmt.Sprintf("link%d", i))), os.Symlink(filepath.Dir(of.path), filepath.Join(p.own, folder, fmt.Sprintf("folder%d", i)))); err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

// sockets are the one of the operator, and one of the name that a client of PostgreSQL looks for.
var sockets = []string{"control.sock", ".s.PGSQL.5432"}

// listen opens the sockets and counts how often they are reached.
func (p *prison) listen(t *testing.T) {
	t.Helper()
	for _, name := range sockets {
		l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(p.data, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				p.reached.Add(1)
				_ = conn.Close()
			}
		}()
	}
}

// target leaves a file with a canary of its own.
func (p *prison) target(t *testing.T, path string, uid int) {
	t.Helper()
	of := target{path, "canary" + strings.ReplaceAll(uuid.NewString(), "-", ""), max(uid, os.Geteuid())}
	of.put(t)
	p.targets = append(p.targets, of)
}

// give puts a folder, or a program with text, where the attacker could have put it.
func (p *prison) give(t *testing.T, path string, uid int, text string) {
	t.Helper()
	var err error
	if text == "" {
		err = os.MkdirAll(path, 0o700)
	} else {
		err = os.WriteFile(path, []byte(text), 0o700)
	}
	if err := errors.Join(err, os.Chown(path, max(uid, os.Geteuid()), max(uid, os.Getegid()))); err != nil {
		t.Fatal(err)
	}
}

func startIn(t *testing.T, e *engine.Engine, jail engine.Jail, dir string, uid int) *engine.Server {
	t.Helper()
	return enginetest.Start(t, e, engine.Spec{
		Service: uuid.New(), Dir: dir, UID: uid, GID: uid, PasswordSHA256: sha256.Sum256([]byte(password)), Jail: jail,
	})
}

// query asks as the attacker and returns the answer, and whether it is one.
func (p *prison) query(t *testing.T, sql string, patience time.Duration) (answer string, ok bool) {
	t.Helper()
	parameters := url.Values{"user": {"default"}, "password": {password}, "max_execution_time": {"10"}}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.attacker.HTTP()+"/?"+parameters.Encode(), strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err.Error(), false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return string(body) + err.Error(), false
	}
	return string(body), response.StatusCode == http.StatusOK && !strings.Contains(string(body), "DB::Exception")
}

// try attacks one target and returns whether that succeeded, and what refused it.
func (p *prison) try(t *testing.T, a sqlAttack, number int, of target) (succeeded bool, refusal string) {
	t.Helper()
	p.asked++
	canary := a.canary
	if canary == "" {
		canary = of.canary
	}
	fill := strings.NewReplacer(
		"{path}", of.path, "{dir}", filepath.Dir(of.path), "{base}", filepath.Base(of.path), "{rel}", strings.Repeat("../", 12)+strings.TrimPrefix(of.path, "/"),
		"{reldir}", strings.Repeat("../", 12)+strings.TrimPrefix(filepath.Dir(of.path), "/"),
		"{data}", p.data, "{own}", p.own, "{other}", p.other, "{db}", p.database, "{id}", strconv.Itoa(p.asked), "{target}", strconv.Itoa(number),
		"{gatehouse}", strconv.Itoa(p.gatehouse), "{prey}", strconv.Itoa(p.prey), "{control}", url.PathEscape(filepath.Join(p.data, "control.sock")),
		"{percent}", strings.ReplaceAll(url.QueryEscape(filepath.Join(p.data, "control.sock")), "+", "%20"),
	)
	canary = fill.Replace(canary)
	patience := 10 * time.Second
	if a.slow {
		patience = time.Second
	}
	before := p.reached.Load()
	for i, step := range a.steps {
		answer, ok := p.query(t, fill.Replace(step), patience)
		if strings.Contains(answer, canary) {
			return true, answer
		}
		if ok && i == len(a.steps)-1 && !a.quiet {
			return true, answer
		}
		if !ok && refusal == "" { // what follows fails for want of this step
			refusal = reason(answer)
		}
	}
	if p.reached.Load() != before {
		return true, "it reached the socket"
	}
	if refusal == "" {
		refusal = "nothing was found"
	}
	return false, refusal
}

var (
	codeName = regexp.MustCompile(`Code: (\d+)`)
	errno    = regexp.MustCompile(`(?i)errno: 13|permission denied|EACCES|errno: 1[,)]|operation not permitted`)
)

// reason sums up why a statement was refused.
func reason(answer string) string {
	why := "no answer"
	if code := codeName.FindStringSubmatch(answer); code != nil {
		why = "ClickHouse, " + code[1]
	}
	if errno.MatchString(answer) {
		why = "the kernel"
	}
	return why + ": " + strings.Join(strings.Fields(answer), " ")
}

// untouched looks whether all canaries are as they were, and nothing new is beside them.
func (p *prison) untouched(t *testing.T) {
	t.Helper()
	for _, of := range p.targets {
		text, err := os.ReadFile(of.path)
		line, rest, _ := strings.Cut(string(text), "\n")
		if err != nil || line != of.canary || rest != "" && of.path != "/etc/shadow" {
			t.Errorf("%s was changed: %v", of.path, err)
		}
	}
	for folder, names := range map[string][]string{
		p.data: append(slices.Clone(sockets), store.FileName, "seal.key", engine.ServicesFolder),
		filepath.Join(p.data, engine.ServicesFolder): {filepath.Base(p.own), "other"},
		p.other: {"lock", "data", "conf", "log", "run", "tmp", "backups"},
	} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Error(err)
		}
		for _, entry := range entries {
			if !slices.Contains(names, entry.Name()) {
				t.Errorf("there is %s in %s", entry.Name(), folder)
			}
		}
	}
	if header, err := os.ReadFile(p.database); err != nil || !strings.HasPrefix(string(header), "SQLite format 3") {
		t.Errorf("the store was changed: %v", err)
	}
}
