package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
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

// start measures how the program itself starts, and asks it once whether what was
// compared is what it answers.
func (r *report) start(ctx context.Context, o options, dir string, sample *answer) error {
	binary, err := binaryOf(ctx, o, dir)
	if err != nil {
		return err
	}
	var fresh, existing, memory []float64
	for i := range o.starts {
		data := filepath.Join(dir, "start-"+strconv.Itoa(i))
		first, err := startOnce(ctx, binary, data, func(base string) error { return answersLike(ctx, base, data, sample) })
		if err != nil {
			return err
		}
		again, err := startOnce(ctx, binary, data, nil)
		if err != nil {
			return err
		}
		fresh, existing = append(fresh, milliseconds(first.took)), append(existing, milliseconds(again.took))
		if again.resident > 0 {
			memory = append(memory, float64(again.resident)/(1<<20))
		}
	}
	r.Startup = []figure{
		{Name: "start with a new store", Unit: "ms", Value: spreadOf(fresh)},
		{Name: "start with an existing store", Unit: "ms", Value: spreadOf(existing)},
	}
	if len(memory) > 0 {
		r.Startup = append(r.Startup, figure{Name: "resident memory when ready", Unit: "MiB", Value: spreadOf(memory)})
	}
	return nil
}

// binaryOf builds the program of this checkout, as `make build` does.
func binaryOf(ctx context.Context, o options, dir string) (string, error) {
	if o.binary != "" {
		return filepath.Abs(o.binary)
	}
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gatehouse/gatehouse").Output()
	if err != nil {
		return "", fmt.Errorf("the module of Gatehouse is not found: run bench in its folder, or name a gatehouse with --binary (%w)", err)
	}
	binary := filepath.Join(dir, "gatehouse")
	build := exec.CommandContext(ctx, "go", "build", "-C", strings.TrimSpace(string(root)), "-trimpath", "-o", binary, "./cmd/gatehouse")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("gatehouse cannot be built (%w)\n%s", err, text)
	}
	return binary, nil
}

// started is a program that became ready.
type started struct {
	took     time.Duration
	resident int64 // bytes; 0 where the system does not tell
}

const keyFile = "admin.env"

var readyLine = regexp.MustCompile(`^gatehouse: ready: .*API (http://\S+)/v1,`)

// startOnce starts the program, calls use when it is ready, and stops it.
func startOnce(ctx context.Context, binary, data string, use func(base string) error) (s started, err error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return s, err
	}
	var log strings.Builder
	program := exec.CommandContext(ctx, binary, "serve", //nolint:gosec // whoever runs bench says what it starts
		"--data", data, "--listen", "127.0.0.1:0", "--init-key", filepath.Join(data, keyFile))
	program.Stderr = &log
	output, err := program.StdoutPipe()
	if err != nil {
		return s, err
	}
	begin := time.Now()
	if err := program.Start(); err != nil {
		return s, err
	}
	base, err := waitUntilReady(output)
	s.took = time.Since(begin)
	s.resident = residentMemory(program.Process.Pid)
	if err == nil && use != nil {
		err = use(base)
	}
	err = errors.Join(err, program.Process.Signal(syscall.SIGTERM))
	_, _ = io.Copy(io.Discard, output) // to its end, as Wait asks
	if err = errors.Join(err, program.Wait()); err != nil {
		return s, fmt.Errorf("gatehouse did not start and stop (%w)\n%s", err, log.String())
	}
	return s, nil
}

func waitUntilReady(output io.Reader) (base string, err error) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if found := readyLine.FindStringSubmatch(lines.Text()); found != nil {
			return found[1], nil
		}
	}
	return "", errors.Join(errors.New("it never said that it is ready"), lines.Err())
}

// answersLike returns an error unless the program answers with the headers of the sample.
func answersLike(ctx context.Context, base, data string, sample *answer) error {
	c, err := readKeyFile(filepath.Join(data, keyFile))
	if err != nil {
		return err
	}
	got, err := ask(ctx, base, c)
	if err != nil {
		return err
	}
	want := slices.Sorted(maps.Keys(sample.Header))
	if have := slices.Sorted(maps.Keys(got.Header)); !slices.Equal(want, have) {
		return fmt.Errorf("gatehouse answers with the headers %q, what was compared with %q: wire bench/gatehouse.go as cmd/gatehouse/serve.go is", have, want)
	}
	return nil
}

func readKeyFile(name string) (c credential, err error) {
	text, err := os.ReadFile(name)
	for line := range strings.Lines(string(text)) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), "="); key {
		case "KEY_ID":
			c.KeyID = value
		case "KEY_SECRET":
			c.Secret = value
		}
	}
	return c, err
}

// residentMemory asks Linux; elsewhere it returns 0.
func residentMemory(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status") //nolint:gosec // a number is no path
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
