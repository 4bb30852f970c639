package engine

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// confinements are the jails of which each alone must hold.
func confinements(t *testing.T) map[string]Confinement {
	t.Helper()
	report := Jails(t.TempDir())
	all := map[string]Confinement{}
	if report.Landlock > 0 {
		all["landlock"] = Confinement{Landlock: true}
	} else {
		lacking(t, report.NoLandlock)
	}
	if err := usersPossible(); err != nil {
		t.Logf("without users of their own: %v", err)
		return all
	}
	all["uid"] = Confinement{UID: true}
	if report.Landlock > 0 {
		all["both"] = Confinement{Landlock: true, UID: true}
	}
	return all
}

// passableDir returns a folder that every user may pass.
func passableDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for at := dir; at != "/tmp" && at != "/"; at = filepath.Dir(at) {
		if info, err := os.Stat(at); err != nil || info.Mode().Perm()&1 == 0 {
			if err := os.Chmod(at, 0o711); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// house is a data folder with two services, one of which is the prey of the other.
type house struct {
	data, own, other string // folders
	uid, otherUID    int    // 0: that of the test
	prey             *exec.Cmd
}

const canary = "the canary of another"

func newHouse(t *testing.T, in Confinement) house {
	t.Helper()
	h := house{data: passableDir(t)}
	if in.UID {
		h.uid, h.otherUID = BaseUID, BaseUID+1
	}
	if err := os.Chmod(h.data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := PrepareDirs(h.data, JailAuto); err != nil {
		t.Fatal(err)
	}
	h.own, h.other = filepath.Join(h.data, ServicesFolder, "own"), filepath.Join(h.data, ServicesFolder, "other")
	for _, folder := range []struct {
		path string
		uid  int
	}{{h.own, h.uid}, {h.other, h.otherUID}} {
		if err := os.MkdirAll(filepath.Join(folder.path, "store"), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder.path, "rows"), canary)
		if folder.uid != 0 {
			for _, name := range []string{"", "store", "rows"} {
				if err := os.Chown(filepath.Join(folder.path, name), folder.uid, folder.uid); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	write(t, filepath.Join(h.data, "seal.key"), canary)
	write(t, filepath.Join(h.data, "program"), "#!/bin/sh\n")
	if err := os.Chmod(filepath.Join(h.data, "program"), 0o755); err != nil {
		t.Fatal(err)
	}
	h.prey = exec.CommandContext(t.Context(), "/bin/cat") // waits for its input
	h.prey.Env = []string{"PASSWORD=" + canary}
	h.prey.Dir = h.other
	h.prey.SysProcAttr = &syscall.SysProcAttr{}
	if in.UID {
		h.prey.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(h.otherUID), Gid: uint32(h.otherUID)}
	}
	input, err := h.prey.StdinPipe()
	if err == nil {
		err = h.prey.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(input.Close(), h.prey.Wait()) })
	return h
}

// TestJailedProcessReachesNothingOfOthers: whatever code runs in a jail reads, changes,
// signals and traces nothing that is not its own, whichever jail it is.
func TestJailedProcessReachesNothingOfOthers(t *testing.T) {
	for name, in := range confinements(t) {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, in)
			operator, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(h.data, "control.sock"))
			if err != nil {
				t.Fatal(err)
			}
			defer operator.Close()
			abstract, err := new(net.ListenConfig).Listen(t.Context(), "unix", "@gatehouse-test-"+filepath.Base(filepath.Dir(h.data)))
			if err != nil {
				t.Fatal(err)
			}
			defer abstract.Close()
			inherited, err := os.Open(filepath.Join(h.data, "seal.key"))
			if err != nil {
				t.Fatal(err)
			}
			defer inherited.Close()

			attempts := []attempt{
				{Do: "connect", Path: operator.Addr().String()},
				{Do: "connect", Path: abstract.Addr().String()},
				{Do: "read descriptor", PID: inheritedFD},
				{Do: "read", Path: fmt.Sprintf("/proc/self/fd/%d", inheritedFD)},
				{Do: "find a secret in the environment"},
				{Do: "list", Path: h.data},
				{Do: "list", Path: filepath.Dir(h.other)},
				{Do: "create", Path: filepath.Join(h.data, "new")},
				{Do: "mkdir", Path: filepath.Join(h.data, "folder")},
				{Do: "rename", Path: filepath.Join(h.own, "rows"), To: filepath.Join(h.data, "seal.key")},
				{Do: "rename", Path: filepath.Join(h.data, "seal.key"), To: filepath.Join(h.own, "stolen")},
				{Do: "link", Path: filepath.Join(h.data, "seal.key"), To: filepath.Join(h.own, "hard")},
				{Do: "list", Path: h.other},
				{Do: "create", Path: filepath.Join(h.other, "new")},
				{Do: "list", Path: "/root"},
				{Do: "mount", Path: h.own},
				{Do: "read", Path: "/proc/kcore"},
				{Do: "read", Path: "/dev/kmsg"},
			}
			for _, path := range []string{filepath.Join(h.data, "seal.key"), filepath.Join(h.other, "rows"), "/etc/shadow"} {
				attempts = append(attempts,
					attempt{Do: "read", Path: path}, attempt{Do: "write", Path: path}, attempt{Do: "truncate", Path: path}, attempt{Do: "remove", Path: path},
					attempt{Do: "read", Path: "/proc/self/root" + path},
					attempt{Do: "read", Path: filepath.Join(h.own, "store", strings.Repeat("../", 20)+path)},
					attempt{Do: "read through a symbolic link", Path: path, To: filepath.Join(h.own, "link"+filepath.Base(path))})
			}
			for _, pid := range []int{h.prey.Process.Pid, os.Getpid()} {
				proc := fmt.Sprintf("/proc/%d/", pid)
				for _, file := range []string{"environ", "mem", "maps", "auxv", "root/etc/hostname", "cwd/rows", "fd/0"} {
					attempts = append(attempts, attempt{Do: "read", Path: proc + file})
				}
				attempts = append(attempts,
					attempt{Do: "follow", Path: proc + "fd/0"}, attempt{Do: "list", Path: proc + "cwd"}, attempt{Do: "list", Path: proc + "map_files"}, attempt{Do: "follow", Path: proc + "exe"},
					attempt{Do: "write", Path: proc + "mem"}, attempt{Do: "run", Path: proc + "exe"},
					attempt{Do: "kill", PID: pid}, attempt{Do: "trace", PID: pid}, attempt{Do: "read memory", Path: "400000", PID: pid}, attempt{Do: "take a descriptor", PID: pid})
			}
			if in.Landlock { // a user of its own may use terminals of its own, and run what everybody may
				attempts = append(attempts, attempt{Do: "terminal"}, attempt{Do: "run", Path: "/bin/true"}, attempt{Do: "run", Path: filepath.Join(h.data, "program")}, attempt{Do: "read", Path: "/etc/passwd"},
					attempt{Do: "create", Path: "/tmp/" + filepath.Base(filepath.Dir(h.data))})
			}
			if in.UID {
				attempts = append(attempts, attempt{Do: "become root"}, attempt{Do: "own", Path: "/etc/shadow"}, attempt{Do: "chmod", Path: "/etc/shadow"}, attempt{Do: "chmod", Path: filepath.Join(h.other, "rows")})
			}
			p := probe{Jail: newConfine(in, h.uid, self, h.own), Seal: true, Attempts: attempts}
			for i, refusal := range runInJail(t, in, p, inherited) {
				if refusal == "" {
					t.Errorf("%s: done", attempts[i].name())
				} else {
					t.Logf("%s: %s", attempts[i].name(), refusal)
				}
			}
			for _, path := range []string{filepath.Join(h.data, "seal.key"), filepath.Join(h.other, "rows"), filepath.Join(h.own, "rows")} {
				if text, err := os.ReadFile(path); err != nil || string(text) != canary {
					t.Errorf("%s holds %q, %v", path, text, err)
				}
			}
		})
	}
}

// TestJailedProcessCanWork: what an engine needs is there in every jail, and an inherited
// descriptor that it is to keep stays open.
func TestJailedProcessCanWork(t *testing.T) {
	for name, in := range confinements(t) {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, in)
			kept, err := os.Open(filepath.Join(h.own, "rows"))
			if err != nil {
				t.Fatal(err)
			}
			defer kept.Close()
			attempts := []attempt{
				{Do: "read descriptor", PID: inheritedFD},
				{Do: "read", Path: filepath.Join(h.own, "rows")},
				{Do: "create", Path: filepath.Join(h.own, "new")},
				{Do: "mkdir", Path: filepath.Join(h.own, "folder")},
				{Do: "rename", Path: filepath.Join(h.own, "new"), To: filepath.Join(h.own, "folder", "new")},
				{Do: "link", Path: filepath.Join(h.own, "rows"), To: filepath.Join(h.own, "folder", "rows")},
				{Do: "truncate", Path: filepath.Join(h.own, "rows")},
				{Do: "list", Path: h.own},
				{Do: "remove", Path: filepath.Join(h.own, "folder", "new")},
				{Do: "read", Path: "/proc/self/status"},
				{Do: "read", Path: "/proc/meminfo"},
				{Do: "list", Path: "/sys/devices/system/cpu"},
				{Do: "read", Path: "/etc/hosts"},
				{Do: "write", Path: "/dev/null"},
			}
			p := probe{Jail: newConfine(in, h.uid, self, h.own), Seal: true, Attempts: attempts}
			p.Jail.Keep = []int{inheritedFD}
			for i, refusal := range runInJail(t, in, p, kept) {
				if refusal != "" {
					t.Errorf("%s: %s", attempts[i].name(), refusal)
				}
			}
		})
	}
}

// TestMarkerAloneIsNoJail: a process that only says that it is confined is found out.
func TestMarkerAloneIsNoJail(t *testing.T) {
	for name, in := range confinements(t) {
		t.Run(name, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), self, "jail-probe", fmt.Sprintf(`{"Jail":{"Landlock":%t,"UID":%d}}`, in.Landlock, BaseUID))
			command.Env = append(os.Environ(), confinedMarker+"=1")
			output, err := command.CombinedOutput()
			if err == nil || !strings.Contains(string(output), errConfined.Error()) {
				t.Errorf("it ran: %v %s", err, output)
			}
		})
	}
}

// TestUserIsChecked: a process that runs as another user than it should does not enter.
func TestUserIsChecked(t *testing.T) {
	command := exec.CommandContext(t.Context(), self, "jail-probe", fmt.Sprintf(`{"Jail":{"UID":%d}}`, BaseUID))
	output, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(output), fmt.Sprintf("and not as %d", BaseUID)) {
		t.Errorf("it ran: %v %s", err, output)
	}
}

// TestJailsAreChosenAsAsked: auto takes all there is, and what is not there is refused with its reason.
func TestJailsAreChosenAsAsked(t *testing.T) {
	none := JailReport{NoLandlock: "no kernel for it", NoUID: "not root"}
	landlock := JailReport{Landlock: 7, NoUID: "not root"}
	both := JailReport{Landlock: 7, UID: true}
	for _, test := range []struct {
		report JailReport
		want   Jail
		get    string // what is in force, or part of the sentence
		fails  bool
	}{
		{both, JailAuto, "Landlock and a user of its own", false},
		{both, JailLandlock, "Landlock", false},
		{both, JailUID, "a user of its own", false},
		{both, JailNone, "none", false},
		{landlock, JailAuto, "Landlock", false},
		{landlock, "", "Landlock", false},
		{landlock, JailUID, "not root", true},
		{none, JailLandlock, "no kernel for it", true},
		{none, JailNone, "none", false},
		{none, JailAuto, "--jail none", true},
		{both, "chroot", "no jail", true},
	} {
		in, err := test.report.Choose(test.want)
		switch {
		case test.fails && (err == nil || !strings.Contains(err.Error(), test.get)):
			t.Errorf("%s: got the error %v, expected one with %q", test.want, err, test.get)
		case !test.fails && (err != nil || in.String() != test.get):
			t.Errorf("%s: got %q, %v, expected %q", test.want, in, err, test.get)
		}
	}
}

// TestFolderInTheWayIsNamed: where other users cannot pass, the report says which folder it is and what to do.
func TestFolderInTheWayIsNamed(t *testing.T) {
	dir := passableDir(t)
	inner := filepath.Join(dir, "closed", "data")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Traversable(filepath.Join(inner, "not", "there"), BaseUID); err != nil {
		t.Errorf("open folders: %v", err)
	}
	if err := os.Chmod(filepath.Join(dir, "closed"), 0o700); err != nil {
		t.Fatal(err)
	}
	way := "chmod o+x " + filepath.Join(dir, "closed")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(inner, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{inner, filepath.Join(inner, "not", "there"), link} {
		if err := Traversable(path, BaseUID); err == nil || !strings.Contains(err.Error(), way) {
			t.Errorf("%s: got %v, expected %q", path, err, way)
		}
	}
	if report := Jails(inner); usersPossible() == nil && (report.UID || !strings.Contains(report.NoUID, way)) {
		t.Errorf("the report is %+v", report)
	}
	file := filepath.Join(dir, "library")
	write(t, file, "")
	if err := Traversable(file, BaseUID); err == nil || !strings.Contains(err.Error(), "chmod o+r") {
		t.Errorf("a file for its owner only: %v", err)
	}
}

// TestIDsMustBeMapped: in a user namespace without our range there are no such users.
func TestIDsMustBeMapped(t *testing.T) {
	for table, want := range map[string]bool{
		"         0          0 4294967295\n":      true,
		"         0     100000      65536\n":      false,
		"0 1000 1\n1 100000 65536\n":              false,
		"0 1000 1\n2000000000 2000000000 2e8\n":   false,
		"0 0 1\n2100000000 2100000000 10000000\n": true,
		"": false,
	} {
		if got := mapped(table, BaseUID, BaseUID+Slots-1); got != want {
			t.Errorf("%q: got %t", table, got)
		}
	}
}
