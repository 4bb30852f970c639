package engine_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// small mounts a file system of a few megabytes at the data folder of the spec.
func small(t *testing.T, spec engine.Spec, size string) {
	t.Helper()
	if err := os.Mkdir(spec.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	err := unix.Mount("tmpfs", spec.Dir, "tmpfs", 0, "size="+size)
	if errors.Is(err, unix.EPERM) {
		t.Skip("only root can make a small file system")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(spec.Dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

func TestFullDiskIsSaidToBeOne(t *testing.T) {
	// A start on a full disk says so. A disk that becomes full refuses the insert, the
	// server goes on, the rows so far are there, and space that is made is used.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		full := enginetest.Spec(t, password)
		small(t, full, "1m")
		if err := os.WriteFile(filepath.Join(full.Dir, "ballast"), make([]byte, 2<<20), 0o600); !errors.Is(err, unix.ENOSPC) {
			t.Fatal(err)
		}
		_, err := e.Start(t.Context(), full)
		wantFailure(t, err, engine.DiskFull, "no space is left")

		spec := enginetest.Spec(t, password)
		small(t, spec, "24m")
		s := enginetest.Start(t, e, spec)
		run(t, s, tableOf(e))
		rows := 0
		for ; rows < 100_000_000; rows += 500_000 {
			status, body, err := post(t.Context(), s, "INSERT INTO default.kept (n) SELECT cityHash64(number) FROM system.numbers LIMIT 500000", nil)
			if err != nil {
				t.Fatal(err)
			}
			if status != http.StatusOK {
				if !strings.Contains(body, "243") && !strings.Contains(body, "space") {
					t.Errorf("%.200s", body)
				}
				break
			}
		}
		if got := run(t, s, "SELECT intDiv(count(), 500000) * 500000 FROM default.kept"); rows == 0 || got != itoa(rows) {
			t.Errorf("%s, not %d", got, rows)
		}
		run(t, s, "ALTER TABLE default.kept DROP PARTITION 202601")
		run(t, s, "INSERT INTO default.kept (n) VALUES (1)")
	})
}

func TestNothingSecretIsLeftToRead(t *testing.T) {
	// Neither the command line nor the environment of the processes has a secret, and of
	// what chdb reads at its start, which says where logins are checked, nothing stays.
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Setenv("GATEHOUSE_STORE", "a secret of Gatehouse")
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		secrets := []string{password, "a secret of Gatehouse", hexOf(spec.PasswordSHA256[:])}
		for _, process := range group(t, s.PID()) {
			for _, name := range []string{"cmdline", "environ"} {
				text, err := os.ReadFile(filepath.Join("/proc", process, name))
				if err != nil {
					t.Fatal(err)
				}
				for _, secret := range secrets {
					if strings.Contains(string(text), secret) {
						t.Errorf("%s of %s has %q", name, process, secret)
					}
				}
			}
		}
		kept, err := os.ReadDir(filepath.Join(spec.Dir, "conf"))
		if err != nil || e.Kind() == engine.KindCHDB && len(kept) != 0 {
			t.Errorf("%v (%v)", kept, err)
		}
		for _, file := range kept {
			if info, err := file.Info(); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v", file, err)
			}
		}
	})
}

// group returns the processes of a group.
func group(t *testing.T, pgid int) (pids []string) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if fields[2] == itoa(pgid) {
			pids = append(pids, filepath.Base(filepath.Dir(path)))
		}
	}
	if len(pids) == 0 {
		t.Fatal("no process")
	}
	return pids
}
