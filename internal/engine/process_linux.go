package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// process is a process that need not be a child of this one. It is held by a
// descriptor, so its number cannot become that of another.
type process struct {
	pid  int
	file *os.File
}

// openProcess takes hold of the process with this number and start.
func openProcess(pid int, started uint64) (*process, error) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("pidfd_open", err)
	}
	p := &process{pid, os.NewFile(uintptr(fd), "pidfd")}
	now, err := startOf(pid)
	if err != nil || now != started {
		_ = p.file.Close() // it is another's
		return nil, fmt.Errorf("process %d is not the one that started at %d (%w)", pid, started, err)
	}
	return p, nil
}

// wait returns when the process has ended, with what the kernel knows of its end.
func (p *process) wait() (end, error) {
	raw, err := p.file.SyscallConn()
	if err != nil {
		return end{}, err
	}
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, 0)
		if errors.Is(err, unix.EINTR) {
			return false
		}
		failed = err
		return err != nil || n > 0
	})
	if err != nil {
		return end{}, err
	}
	return p.end(), failed
}

// end asks the kernel how the process ended; only Linux 6.15 and later say it of a
// process that is not a child.
func (p *process) end() end {
	raw, err := p.file.SyscallConn()
	if err != nil {
		return end{}
	}
	info := unix.PidfdInfo{Mask: unix.PIDFD_INFO_EXIT}
	if err := raw.Control(func(fd uintptr) { err = unix.IoctlPidfdInfo(int(fd), &info) }); err != nil || info.Mask&unix.PIDFD_INFO_EXIT == 0 {
		return end{}
	}
	return endOf(syscall.WaitStatus(info.Exit_code))
}

// killGroup kills the process with its process group.
func (p *process) killGroup() error {
	raw, err := p.file.SyscallConn()
	if err != nil {
		return err
	}
	var gone error
	if err := raw.Control(func(fd uintptr) { gone = unix.PidfdSendSignal(int(fd), 0, nil, 0) }); err != nil {
		return err
	}
	if gone != nil {
		return gone
	}
	return unix.Kill(-p.pid, unix.SIGKILL)
}

func (p *process) close() { _ = p.file.Close() } // it only watched

// lookAt returns what the kernel says of a process.
func lookAt(pid int) (p seen, err error) {
	if pid <= 1 {
		return p, errNoHost
	}
	if p.group, err = unix.Getpgid(pid); err != nil {
		return p, os.NewSyscallError("getpgid", err)
	}
	if p.session, err = unix.Getsid(pid); err != nil {
		return p, os.NewSyscallError("getsid", err)
	}
	user, err := statusOf(pid, "Uid")
	if err != nil {
		return p, err
	}
	if _, err := fmt.Sscan(user, &p.uid); err != nil {
		return p, fmt.Errorf("the user of %d: %w", pid, err)
	}
	line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	p.line = strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
	return p, err
}

// isStopped reports whether a signal has stopped the process, as SIGSTOP does. One that a
// debugger holds is not meant.
func isStopped(pid int) bool {
	state, err := statusOf(pid, "State")
	return err == nil && strings.HasPrefix(state, "T")
}

// dumpsCore reports whether the kernel is writing a core of the process (Linux 4.15 and
// later say it): it is at its end and answers nobody.
func dumpsCore(pid int) bool {
	dumping, err := statusOf(pid, "CoreDumping")
	return err == nil && dumping == "1"
}

// statusOf returns a field of proc_pid_status(5).
func statusOf(pid int, name string) (string, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return "", err
	}
	_, value, _ := strings.Cut(string(text), "\n"+name+":")
	value, _, _ = strings.Cut(value, "\n")
	return strings.TrimSpace(value), nil
}

// startOf returns when a process started, in ticks since the machine did
// (proc_pid_stat(5), field 22): with its number it names a process for good.
func startOf(pid int) (uint64, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	// The name, field 2, may hold anything but ends with the last bracket.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return 0, fmt.Errorf("%d: a stat file of %d fields", pid, len(fields))
	}
	return strconv.ParseUint(string(fields[19]), 10, 64)
}

// hostAttributes makes a process the head of a session and a process group of its
// own, as this user: `SYSTEM SHUTDOWN` signals the group, and a terminal that is
// closed signals the session.
func hostAttributes(uid, gid int) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setsid: true}
	if uid != 0 {
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return attributes
}

// childAttributes lets the server not outlive its host.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// ownProgram is this program, also after its file was replaced.
func ownProgram() (string, error) { return self, nil }

// residentBytes returns how much memory of the machine this process has.
func residentBytes() int64 {
	text, err := os.ReadFile("/proc/self/statm") // proc_pid_statm(5): pages in all, pages resident
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
