package engine

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program writes a program of the shell into dir and returns its path.
func program(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

const saysModern = `echo 'ClickHouse server version 26.7.2.1 (official build).'`

// TestVersionOfTheOfficialBinaryIsAsked: today's binaries answer the question, in both
// forms of the command, and those of 2018 tell it in their log.
func TestVersionOfTheOfficialBinaryIsAsked(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"clickhouse":        `[ "$*" = "server --version" ] && ` + saysModern,
		"clickhouse-server": `[ "$*" = "--version" ] && ` + saysModern,
	} {
		found, why, err := Find(t.Context(), Options{ClickHouse: program(t, dir, name, text)})
		if err != nil || found.Version() != "26.7.2.1" || found.Kind() != KindClickHouse || why != "named with --clickhouse" {
			t.Errorf("%s: got %v (%s), %v", name, found, why, err)
		}
	}
	if path, err := exec.LookPath("clickhouse-server"); err == nil {
		found, _, err := Find(t.Context(), Options{Want: "clickhouse", ClickHouse: path})
		if err != nil || found.Version() == "" || found.Path() != path {
			t.Errorf("%s: got %v, %v", path, found, err)
		}
		t.Log(found)
	} else {
		lacking(t, "there is no clickhouse-server in PATH")
	}
}

// TestWhatIsNoClickHouseIsRefusedWithASentence: a file that was named and is something
// else is never taken for an engine, nor is another taken in its place.
func TestWhatIsNoClickHouseIsRefusedWithASentence(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	write(t, text, "no program")
	for _, test := range []struct {
		options Options
		kind    ErrorKind
		says    string
	}{
		{Options{ClickHouse: filepath.Join(dir, "missing")}, WrongBinary, "there is no ClickHouse at"},
		{Options{ClickHouse: dir}, WrongBinary, "is no program"},
		{Options{ClickHouse: text}, WrongBinary, "is no program"},
		{Options{ClickHouse: program(t, dir, "other", "echo other 1.2.3")}, WrongBinary, "is no ClickHouse server"},
		{Options{ClickHouse: program(t, dir, "failing", "exit 3")}, WrongBinary, "is no ClickHouse server"},
		{Options{CHDB: filepath.Join(dir, "missing.so")}, BrokenLibrary, "there is no library at"},
		{Options{CHDB: text}, BrokenLibrary, "is no library"},
		{Options{CHDB: dir}, BrokenLibrary, "is no file"},
		{Options{CHDB: text, ClickHouse: text}, WrongBinary, "say which with --engine"},
	} {
		found, _, err := Find(t.Context(), test.options)
		var failure *Error
		if !errors.As(err, &failure) || failure.Kind != test.kind || !strings.Contains(failure.Message, test.says) {
			t.Errorf("%+v: got %v, %v, expected %q", test.options, found, err, test.says)
		}
	}
	if library := systemLibrary(t); library != "" {
		if _, _, err := Find(t.Context(), Options{CHDB: library}); err == nil || !strings.Contains(err.Error(), entryPoint) {
			t.Errorf("%s: got %v", library, err)
		}
	}
}

// systemLibrary returns a library that is not ClickHouse.
func systemLibrary(t *testing.T) string {
	t.Helper()
	for _, pattern := range []string{"/lib/*/libc.so.6", "/lib64/libc.so.6", "/usr/lib/libc.so.6"} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return found[0]
		}
	}
	t.Log("no C library was found")
	return ""
}

// TestEngineIsTheFirstThereIs: auto prefers clickhouse, then clickhouse-server in PATH,
// passes over what is no ClickHouse, and says what to do when there is nothing.
func TestEngineIsTheFirstThereIs(t *testing.T) {
	data, path := t.TempDir(), t.TempDir()
	t.Setenv("PATH", path)
	_, _, err := Find(t.Context(), Options{Dir: data})
	if !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "gatehouse engine install") {
		t.Errorf("with nothing: %v", err)
	}
	server := program(t, path, "clickhouse-server", saysModern)
	for _, want := range []string{"", "auto", "clickhouse"} {
		if found, why, err := Find(t.Context(), Options{Want: want, Dir: data}); err != nil || found.Path() != server || why != "found in PATH" {
			t.Errorf("%s: got %v (%s), %v", want, found, why, err)
		}
	}
	first := program(t, path, "clickhouse", saysModern)
	if found, _, err := Find(t.Context(), Options{Dir: data}); err != nil || found.Path() != first {
		t.Errorf("with both: got %v, %v", found, err)
	}
	program(t, path, "clickhouse", "echo something else")
	if found, _, err := Find(t.Context(), Options{Dir: data}); err != nil || found.Path() != server {
		t.Errorf("with something else: got %v, %v", found, err)
	}
	for want, says := range map[string]string{"none": "--engine none", "chdb": "gatehouse engine install"} {
		if _, _, err := Find(t.Context(), Options{Want: want, Dir: data}); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	if _, _, err := Find(t.Context(), Options{Want: "mysql"}); err == nil || !strings.Contains(err.Error(), "choose auto") {
		t.Errorf("another engine: %v", err)
	}
}

// TestProgramThatHangsIsNotWaitedFor: a program that does not end is ended, with what it has started.
func TestProgramThatHangsIsNotWaitedFor(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := Find(ctx, Options{ClickHouse: program(t, t.TempDir(), "clickhouse", "exec cat /dev/zero > /dev/null")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestCopiedLibraryIsReadOnceMore: a library without a mark that is still true is taken only if its digest is right.
func TestCopiedLibraryIsReadOnceMore(t *testing.T) {
	library := anyLibrary()
	usePin(t, pinOf(library, nil))
	data := t.TempDir()
	path, err := LibraryPath(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, library, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := CheckLibrary(path); !errors.Is(err, errUnchecked) {
		t.Errorf("without a mark: %v", err)
	}
	options := Options{Want: "chdb", Dir: data}
	if found, why, err := Find(t.Context(), options); err != nil || found.Path() != path || found.Version() != "1.2.3.4" || why != "installed in the data directory" {
		t.Errorf("got %v (%s), %v", found, why, err)
	}
	if version, err := CheckLibrary(path); err != nil || version != "1.2.3.4" {
		t.Errorf("it is not marked: %v", err)
	}
	library[len(library)/2] ^= 1
	if err := os.WriteFile(path, library, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Find(t.Context(), options); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("one bit is another: %v", err)
	}
	if err := os.Truncate(path, 10); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Find(t.Context(), options); err == nil || !strings.Contains(err.Error(), "gatehouse engine install") {
		t.Errorf("it is cut short: %v", err)
	}
}

// lacking skips a test for want of something, except where everything must be there.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// write writes a file for its owner.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
