package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A probe is this test program, in a jail: it tries what whoever has taken over an engine
// could try, and tells what came of it. It does not return to the tests.
func init() {
	if len(os.Args) == 3 && os.Args[1] == "jail-probe" {
		if err := runProbe([]byte(os.Args[2])); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// probe is what a process tries after it has entered.
type probe struct {
	Jail     confine
	Seal     bool
	Attempts []attempt
}

type attempt struct {
	Do   string
	Path string
	To   string
	PID  int
}

// name says in the output of a test what was tried.
func (a attempt) name() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", a.Do, filepath.Base(a.Path), filepath.Base(a.To))), " ")
}

func runProbe(text []byte) error {
	var p probe
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	if err := p.Jail.enter(); err != nil {
		return err
	}
	if p.Seal {
		if err := sealSockets(); err != nil {
			return err
		}
	}
	results := make([]string, len(p.Attempts))
	for i, a := range p.Attempts {
		if err := a.try(); err != nil {
			results[i] = err.Error()
		}
	}
	return json.NewEncoder(os.Stdout).Encode(results)
}

// try returns nil when the attempt succeeded.
func (a attempt) try() error {
	switch a.Do {
	case "read":
		_, err := os.ReadFile(a.Path)
		return err
	case "list":
		_, err := os.ReadDir(a.Path)
		return err
	case "follow":
		_, err := os.Readlink(a.Path)
		return err
	case "write":
		file, err := os.OpenFile(a.Path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = file.WriteString("taken over")
		return err
	case "create":
		return os.WriteFile(a.Path, []byte("left behind"), 0o600)
	case "truncate":
		return os.Truncate(a.Path, 0)
	case "remove":
		return os.Remove(a.Path)
	case "mkdir":
		return os.Mkdir(a.Path, 0o700)
	case "rename":
		return os.Rename(a.Path, a.To)
	case "link":
		return os.Link(a.Path, a.To)
	case "read through a symbolic link":
		if err := os.Symlink(a.Path, a.To); err != nil {
			return err
		}
		_, err := os.ReadFile(a.To)
		return err
	case "chmod":
		return os.Chmod(a.Path, 0o666)
	case "run":
		return exec.CommandContext(context.Background(), a.Path).Run()
	case "kill":
		return unix.Kill(a.PID, unix.SIGWINCH) // SIGCONT is allowed within a session
	case "trace":
		return unix.PtraceAttach(a.PID)
	case "read memory":
		var b [8]byte
		local := []unix.Iovec{{Base: &b[0], Len: 8}}
		address, err := strconv.ParseUint(a.Path, 16, 64)
		if err != nil {
			return err
		}
		_, err = unix.ProcessVMReadv(a.PID, local, []unix.RemoteIovec{{Base: uintptr(address), Len: 8}}, 0)
		return err
	case "take a descriptor":
		process, err := unix.PidfdOpen(a.PID, 0)
		if err != nil {
			return err
		}
		_, err = unix.PidfdGetfd(process, 0, 0)
		return err
	case "connect":
		connection, err := new(net.Dialer).DialContext(context.Background(), "unix", a.Path)
		if err != nil {
			return err
		}
		return connection.Close()
	case "mount":
		return unix.Mount("none", a.Path, "tmpfs", 0, "")
	case "become root":
		return unix.Setresuid(0, 0, 0)
	case "own":
		return os.Chown(a.Path, os.Getuid(), os.Getgid())
	case "read descriptor":
		_, err := unix.Pread(a.PID, make([]byte, 1), 0)
		return err
	case "find a secret in the environment":
		text, err := os.ReadFile("/proc/self/environ")
		if err == nil && !strings.Contains(string(text), "secret") {
			err = errors.New("there is none")
		}
		return err
	case "terminal":
		fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY, 0)
		if err != nil {
			return err
		}
		return unix.Close(fd)
	default:
		return errors.ErrUnsupported
	}
}

// inheritedFD is higher than what the Go runtime opens for itself.
const inheritedFD = 20

// runInJail runs a probe and returns, for each attempt, "" if it succeeded or what refused it.
// It inherits the file as inheritedFD.
func runInJail(t *testing.T, in Confinement, p probe, inherited *os.File) []string {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, "jail-probe", string(text))
	for range inheritedFD - 2 {
		command.ExtraFiles = append(command.ExtraFiles, inherited)
	}
	command.Env = append(os.Environ(), "GATEHOUSE_STORE=postgres://secret.example.com")
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if in.UID {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(p.Jail.UID), Gid: uint32(p.Jail.UID)}
	}
	var told strings.Builder
	command.Stderr = &told
	output, err := command.Output()
	if err != nil {
		t.Fatalf("the probe failed: %v: %s", err, told.String())
	}
	var results []string
	if err := json.Unmarshal(output, &results); err != nil {
		t.Fatalf("the probe said %q: %v", output, err)
	}
	return results
}
