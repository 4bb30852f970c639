package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a process that serves: Gatehouse, or a bare one.
type server struct {
	base    string        // its URL
	lines   []string      // what it said before it was ready
	took    time.Duration // from the start of the process until it was ready
	process *exec.Cmd
	output  io.Reader
	log     bytes.Buffer
	input   io.Closer
	ask     *json.Encoder
	replies *json.Decoder
}

// run says how servers are run.
type run struct {
	binary  string // of Gatehouse
	procs   int    // GOMAXPROCS
	profile string // the file for a CPU profile of Gatehouse; may be empty
}

const keyFile = "admin.env"

// gatehouse starts Gatehouse on a data directory, which it makes when there is none.
// Flags may be given besides those that every Gatehouse here has.
func (r run) gatehouse(ctx context.Context, data string, flags ...string) (*server, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, r.binary, append([]string{
		"serve",
		"--data", data, "--listen", "127.0.0.1:0", "--init-key", filepath.Join(data, keyFile),
	}, flags...)...)
	profile := r.profile
	if profile == "" {
		profile = "-"
	}
	return r.start(command, benchVariable+"="+profile)
}

// bare starts the server that knows nothing but one answer.
func (r run) bare(ctx context.Context, a *answer, dir string) (*server, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, "answer.json")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return r.start(exec.CommandContext(ctx, self), benchVariable+"=-", bareVariable+"="+name)
}

// relay starts the bare TLS relay in front of a server, and returns what to trust it by.
func (r run) relay(ctx context.Context, address string) (*server, *x509.CertPool, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	s, err := r.start(exec.CommandContext(ctx, self), benchVariable+"=-", relayVariable+"="+address)
	if err != nil {
		return nil, nil, err
	}
	text, _ := s.told(certificateLine)
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, nil, errors.Join(err, s.stop())
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, errors.Join(err, s.stop())
	}
	authority := x509.NewCertPool()
	authority.AddCert(certificate)
	return s, authority, nil
}

// start starts a server and waits until it is ready.
func (r run) start(command *exec.Cmd, variables ...string) (*server, error) {
	s := &server{process: command}
	command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GATEHOUSE_") }), variables...)
	command.Env = append(command.Env, "GOMAXPROCS="+strconv.Itoa(r.procs))
	command.Stderr = &s.log
	// Killed at once, Gatehouse could leave the server of a service that it had just begun
	// to start, and one that replaces itself (execve(2)) cannot be told from others.
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	replies, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command.ExtraFiles = []*os.File{theirs}
	s.input, s.output, s.ask, s.replies = input, output, json.NewEncoder(input), json.NewDecoder(replies)
	begin := time.Now()
	err = errors.Join(command.Start(), theirs.Close())
	if err != nil {
		return nil, err
	}
	s.base, s.lines, err = waitUntilReady(output)
	s.took = time.Since(begin)
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

var readyLine = regexp.MustCompile(`^gatehouse: ready: .*API (https?://\S+)/v1\b`)

func waitUntilReady(output io.Reader) (base string, said []string, err error) {
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if found := readyLine.FindStringSubmatch(line); found != nil {
			return found[1], said, nil
		}
		if err != nil {
			return "", said, fmt.Errorf("it ended before it was ready (%w)", err)
		}
		said = append(said, strings.TrimSuffix(line, "\n"))
	}
}

// told returns what followed a beginning of a line that the server has said.
func (s *server) told(beginning string) (rest string, found bool) {
	for _, line := range s.lines {
		if rest, found = strings.CutPrefix(line, "gatehouse: "+beginning); found {
			return rest, true
		}
	}
	return "", false
}

// usage asks the server what it has used.
func (s *server) usage() (u benchUsage, err error) {
	if err := s.ask.Encode("usage"); err != nil {
		return u, err
	}
	return u, s.replies.Decode(&u)
}

// stop stops the server and returns what it complained of if it failed.
func (s *server) stop() error {
	err := s.input.Close()
	if s.replies.Decode(&benchUsage{}) == nil { // the end of the replies is the end of the profile
		err = errors.Join(err, errors.New("a reply that was not asked for"))
	}
	_ = s.process.Process.Signal(syscall.SIGTERM) // it may have ended, which Wait tells
	_, _ = io.Copy(io.Discard, s.output)          // to its end, as Wait asks
	if err = errors.Join(err, s.process.Wait()); err != nil {
		return fmt.Errorf("%s did not start and stop well (%w)\n%s", filepath.Base(s.process.Path), err, s.log.String())
	}
	return nil
}

// residentMemory asks Linux, in bytes; elsewhere it returns 0.
func (s *server) residentMemory() int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if kilobytes, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kilobytes), "kB")), 10, 64)
			return n << 10
		}
	}
	return 0
}
