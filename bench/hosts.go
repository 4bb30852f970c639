package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The processes of the services, as Linux shows them in /proc.

// hosts returns the processes that run the services of a data directory, by the names of
// the services' folders.
func hosts(data string) (map[string]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil, err
	}
	found := map[string]int{}
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return nil, err
		}
		if name, ok := hostOf(line, data); ok {
			found[name] = pid
		}
	}
	return found, nil
}

// hostOf returns the folder of the service that a command line (proc_pid_cmdline(5)) is
// the host of.
func hostOf(line []byte, data string) (name string, ok bool) {
	args := bytes.Split(line, []byte{0})
	if len(args) < 3 || string(args[1]) != "engine-host" {
		return "", false
	}
	return strings.CutPrefix(string(args[2]), filepath.Join(data, "services")+"/")
}

// endLimit is how long processes may take to be gone once they are killed.
const endLimit = 10 * time.Second

// endHosts kills the servers of a data directory, each with its process group, and waits
// until they are gone.
func endHosts(data string) error {
	for end := time.Now().Add(endLimit); ; time.Sleep(10 * time.Millisecond) {
		found, err := hosts(data)
		if len(found) == 0 || err != nil {
			return err
		}
		for name, pid := range found {
			if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("the process %d of the service %s cannot be ended (%w)", pid, name, err)
			}
		}
		if time.Now().After(end) {
			return fmt.Errorf("the processes of services do not end: %v", found)
		}
	}
}

// listening returns the loopback ports at which a process listens.
func listening(pid int) (ports []int, err error) {
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	descriptors, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, d := range descriptors {
		target, err := os.Readlink(filepath.Join(folder, d.Name()))
		if inode, ok := strings.CutPrefix(target, "socket:["); ok && err == nil {
			own[strings.TrimSuffix(inode, "]")] = true
		}
	}
	table, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp", pid))
	if err != nil {
		return nil, err
	}
	return listeners(string(table), own)
}

// stateListen is TCP_LISTEN in /proc/net/tcp.
const stateListen = "0A"

// listeners returns the ports of the table (proc_pid_net(5)) at which one of the sockets
// listens on loopback.
func listeners(table string, sockets map[string]bool) (ports []int, err error) {
	for line := range strings.Lines(table) {
		fields := strings.Fields(line) // sl, local_address, rem_address, st, five more, inode
		if len(fields) < 10 || fields[3] != stateListen || !sockets[fields[9]] {
			continue
		}
		address, port, _ := strings.Cut(fields[1], ":")
		if address != "0100007F" { // 127.0.0.1, in the order of bytes of amd64 and arm64
			continue
		}
		n, err := strconv.ParseUint(port, 16, 16)
		if err != nil {
			return nil, fmt.Errorf("%q is no port (%w)", port, err)
		}
		ports = append(ports, int(n))
	}
	return ports, nil
}
