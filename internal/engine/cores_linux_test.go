package engine_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

func TestCoresAreWrittenWhereTheyAreAllowed(t *testing.T) {
	// Every process of a server may leave a core of any size up to the hard limit of Gatehouse,
	// or none, from its start on and after a change, without a restart; and works in a folder
	// that it may write to, where a core goes that core_pattern gives no place.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		for _, first := range []bool{false, true} {
			spec := enginetest.Spec(t, password)
			spec.CoreDumps = first
			s := enginetest.Start(t, e, spec)
			for _, allowed := range []bool{first, !first, first} {
				spec.CoreDumps = allowed
				if restart, err := s.Update(t.Context(), spec); err != nil || restart {
					t.Fatal(restart, err)
				}
				for _, process := range group(t, s.PID()) {
					soft, hard := coreLimits(t, process)
					if _, ours := coreLimits(t, "self"); hard != ours {
						t.Errorf("the hard limit of %s is %s, ours is %s", process, hard, ours)
					}
					if want := map[bool]string{false: "0", true: hard}[allowed]; soft != want {
						t.Errorf("begun with %t, now %t: the limit of %s is %s, not %s", first, allowed, process, soft, want)
					}
					if in, err := os.Readlink(filepath.Join("/proc", process, "cwd")); err != nil || in != filepath.Join(spec.Dir, "data") {
						t.Errorf("%s works in %s (%v)", process, in, err)
					}
				}
			}
		}
	})
}

func TestCoreIsInTheFolderOfTheService(t *testing.T) {
	// No jail is in the way of a core: where core_pattern is a name, a crash of a server that
	// may leave one leaves it in its data folder, for its user only, and another leaves none.
	t.Parallel()
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if _, hard := coreLimits(t, "self"); err != nil || strings.ContainsAny(string(pattern), "|/") || hard == "0" {
		t.Skipf("core_pattern is %q, the hard limit %s (%v)", pattern, hard, err)
	}
	e := enginetest.Engine(t, engine.KindCHDB)
	for _, allowed := range []bool{true, false} {
		spec := enginetest.Spec(t, password)
		spec.CoreDumps = allowed
		s := enginetest.Start(t, e, spec)
		signal(t, s.PID(), syscall.SIGABRT)
		<-s.Done()
		cores, err := filepath.Glob(filepath.Join(spec.Dir, "data", "*core*"))
		if want := map[bool]int{true: 1}[allowed]; err != nil || len(cores) != want {
			t.Fatalf("allowed: %t: %v (%v)", allowed, cores, err)
		}
		for _, core := range cores {
			if info, err := os.Stat(core); err != nil || info.Mode().Perm()&0o077 != 0 || info.Size() == 0 {
				t.Errorf("%v (%v)", info, err)
			}
		}
	}
}

var coreLimit = regexp.MustCompile(`Max core file size +(\w+) +(\w+)`)

// coreLimits returns the limits of a core of a process, as proc_pid_limits(5) shows them.
func coreLimits(t *testing.T, process string) (soft, hard string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", process, "limits"))
	if err != nil {
		t.Fatal(err)
	}
	match := coreLimit.FindSubmatch(text)
	if match == nil {
		t.Fatalf("%s", text)
	}
	return string(match[1]), string(match[2])
}
