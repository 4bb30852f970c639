package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"
)

// How long a binary has to say its version.
const versionPatience = 20 * time.Second

var (
	saysVersion   = regexp.MustCompile(`ClickHouse (?:server )?version (\d+\.\d+[\d.]*\d)`)
	startsVersion = regexp.MustCompile(`Starting ClickHouse (\d+\.\d+[\d.]*\d)`)
)

// binaryVersion asks a binary for its version. Those of 2018 do not know the question and tell it
// in the first line of their log: they are started with a configuration that has
// nothing in it, at which they end.
func binaryVersion(ctx context.Context, path string) (string, error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return "", fail(WrongBinary, nil, "there is no ClickHouse at %s", path)
	case err != nil:
		return "", fail(WrongBinary, err, "%s cannot be read", path)
	case !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0:
		return "", fail(WrongBinary, nil, "%s is no program", path)
	}
	ctx, cancel := context.WithTimeout(ctx, versionPatience)
	defer cancel()
	dir, err := os.MkdirTemp("", "gatehouse-version-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears its temporary files
	asked, err := run(ctx, dir, path, append(serverArguments(path), "--version")...)
	if version := saysVersion.FindStringSubmatch(asked); version != nil {
		return version[1], nil
	}
	configuration := filepath.Join(dir, "config.xml")
	if err := os.WriteFile(configuration, []byte("<yandex><logger><level>information</level><console>1</console></logger></yandex>\n"), 0o600); err != nil {
		return "", err
	}
	if err == nil || errors.As(err, new(*exec.ExitError)) {
		var started string
		started, err = run(ctx, dir, path, append(serverArguments(path), "--config-file="+configuration)...)
		if version := startsVersion.FindStringSubmatch(started); version != nil {
			return version[1], nil
		}
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return "", fail(WrongBinary, err, "%s is no ClickHouse server: it does not say its version", path)
}

// serverArguments returns what comes first on the command line of the official binary
// at path: clickhouse is many programs, clickhouse-server is one of them.
func serverArguments(path string) []string {
	if filepath.Base(path) == "clickhouse-server" {
		return nil
	}
	return []string{"server"}
}

// run returns what a program writes, the beginning at least.
func run(ctx context.Context, dir, path string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, path, arguments...)
	command.Dir = dir
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C", "HOME=" + dir}
	command.WaitDelay = time.Second
	written := &beginning{}
	command.Stdout, command.Stderr = written, written
	err := command.Run()
	if err != nil {
		err = fmt.Errorf("%w: %.200q", err, written.String())
	}
	return written.String(), err
}

// beginning keeps the beginning of what is written to it.
type beginning struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *beginning) Write(p []byte) (int, error) {
	if room := 64<<10 - b.Len(); room > 0 {
		_, _ = b.Buffer.Write(p[:min(len(p), room)]) // never fails
	}
	return len(p), nil
}
