package engine_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// jails are those of which each alone must hold here, and both together.
func jails(t *testing.T, e *engine.Engine) []engine.Jail {
	t.Helper()
	report := engine.Jails(enginetest.Folder(t), e.Path())
	if report.Landlock == 0 {
		if os.Getenv("CI") != "" {
			t.Fatal(report.NoLandlock)
		}
		t.Skip(report.NoLandlock)
	}
	if !report.UID {
		t.Logf("without users of their own: %s", report.NoUID)
		return []engine.Jail{engine.JailLandlock}
	}
	return []engine.Jail{engine.JailLandlock, engine.JailUID, engine.JailAuto}
}

func attacksOn(e *engine.Engine) []sqlAttack {
	if e.Capabilities().Grants {
		return modernAttacks
	}
	return oldAttacks
}

func TestTenantReachesNothingOfOthers(t *testing.T) {
	// With SQL nobody reads, changes or makes a file of another service, of Gatehouse or
	// of the machine, and nobody reaches its sockets, in each jail and also if ClickHouse allows everything.
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		for _, jail := range jails(t, e) {
			t.Run(string(jail), func(t *testing.T) {
				engine.GiveAllGrants(t)
				newPrison(t, e, jail).hold(t, attacksOn(e), jail == engine.JailAuto)
			})
		}
		if e.Capabilities().Grants { // else nothing is revoked anyway
			t.Run("as it is", func(t *testing.T) { newPrison(t, e, engine.JailAuto).hold(t, attacksOn(e), false) })
		}
	})
}

// hold tries all attacks on all targets, the slow ones once if they are wanted.
func (p *prison) hold(t *testing.T, attacks []sqlAttack, slow bool) {
	t.Helper()
	for _, a := range attacks {
		for i, of := range p.targets {
			if a.slow && (i > 0 || !slow) || a.public && of.uid < 0 {
				continue
			}
			succeeded, why := p.try(t, a, i, of)
			if succeeded {
				t.Errorf("%s of %s: %.500s", a.name, of.path, why)
			} else {
				t.Logf("%s of %s: %.200s", a.name, of.path, why)
			}
		}
	}
	p.untouched(t)
}

func TestAttacksSucceedWithoutAJail(t *testing.T) {
	// Without a jail and with all grants the attacks do what they say: what the test above
	// sees refused is the attack, not a mistake in it.
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		engine.GiveAllGrants(t)
		p := newPrison(t, e, engine.JailNone)
		for _, a := range attacksOn(e) {
			p.targets[0].put(t)
			if !a.works {
				continue
			}
			if succeeded, why := p.try(t, a, 0, p.targets[0]); !succeeded {
				t.Errorf("%s: %.500s", a.name, why)
			}
			if a.moves {
				p.gone(t, p.targets[0])
			}
		}
	})
}

// gone waits until the server has moved the target away, which it does after its answer:
// the target of the next attack would go with it.
func (p *prison) gone(t *testing.T, of target) {
	t.Helper()
	for range 10_000 {
		if _, err := os.Lstat(of.path); errors.Is(err, fs.ErrNotExist) {
			return
		}
		p.query(t, "SELECT 1", time.Minute)
	}
	t.Errorf("%s stays where it is", of.path)
}

func TestDataGoesFromJailToJail(t *testing.T) {
	// A service that ran as a user of its own runs as that of Gatehouse too, and the other
	// way round, with its data: an operator may choose another jail.
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		for i, jail := range []engine.Jail{engine.JailAuto, engine.JailNone, engine.JailAuto} {
			spec.Jail = jail
			s, err := e.Start(t.Context(), spec)
			if err != nil {
				t.Fatalf("%s: %v\n%s", jail, err, enginetest.Log(spec.Dir))
			}
			if i == 0 {
				run(t, s, "CREATE TABLE kept (d Date, n Int64) ENGINE = MergeTree ORDER BY n")
			}
			run(t, s, fmt.Sprintf("INSERT INTO kept VALUES ('2026-01-01', %d)", i))
			if got := run(t, s, "SELECT count() FROM kept"); got != strconv.Itoa(i+1) {
				t.Errorf("%s: there are %s rows", jail, got)
			}
			if err := s.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestEngineInheritsNothing(t *testing.T) {
	// The processes of an engine have nothing open that is not the service's own, and
	// nothing of Gatehouse's environment.
	t.Setenv("GATEHOUSE_STORE", "postgres://the-secret.example.com")
	secret, err := os.Create(filepath.Join(enginetest.Folder(t), "secret"))
	if err != nil {
		t.Fatal(err)
	}
	defer secret.Close()
	inherited, err := unix.FcntlInt(secret.Fd(), unix.F_DUPFD, 100) // as whoever has started Gatehouse may leave it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(inherited) }()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		for _, jail := range jails(t, e) {
			t.Run(string(jail), func(t *testing.T) {
				spec := enginetest.Spec(t, password)
				spec.Jail = jail
				s := enginetest.Start(t, e, spec)
				for _, pid := range family(t, s.PID()) {
					proc := fmt.Sprintf("/proc/%d/", pid)
					open, err := os.ReadDir(proc + "fd")
					if err != nil {
						t.Fatal(err)
					}
					for _, fd := range open {
						at, err := os.Readlink(proc + "fd/" + fd.Name())
						if err != nil {
							continue // closed meanwhile
						}
						if !strings.HasPrefix(at, spec.Dir+"/") && !slices.ContainsFunc(harmless, func(begin string) bool { return strings.HasPrefix(at, begin) }) {
							t.Errorf("process %d has %s open", pid, at)
						}
					}
					environment, err := os.ReadFile(proc + "environ")
					if err != nil || strings.Contains(string(environment), "secret") {
						t.Errorf("the environment of %d is %q, %v", pid, environment, err)
					}
				}
			})
		}
	})
}

// harmless is what a process may have open besides its own files: a device without
// content, its own terminal, its own pipes and sockets, and figures of the system.
var harmless = []string{"/dev/null", "/dev/pts/", "/dev/ptmx", "pipe:", "socket:", "anon_inode:", "/proc/", "/sys/"}

// family returns a process and those that it has started.
func family(t *testing.T, pid int) []int {
	t.Helper()
	all := []int{pid}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		children, err := os.ReadFile(task)
		if err != nil {
			continue // a thread that has ended
		}
		for _, child := range strings.Fields(string(children)) {
			number, err := strconv.Atoi(child)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, family(t, number)...)
		}
	}
	return all
}
