package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// snapshot remembers what is below a directory: names, modes and contents. A directory
// that is not there has nothing below it.
func snapshot(ts *testscript.TestScript, _ bool, args []string) {
	sceneOf(ts).snapshots[args[0]] = listing(ts, args[0])
}

// untouched checks that everything below a directory is as it was at its snapshot.
func untouched(ts *testscript.TestScript, _ bool, args []string) {
	snapshot, ok := sceneOf(ts).snapshots[args[0]]
	if !ok {
		ts.Fatalf("there is no snapshot of %s", args[0])
	}
	before := strings.Split(snapshot, "\n")
	if diff := cmp.Diff(before, strings.Split(listing(ts, args[0]), "\n")); diff != "" {
		ts.Fatalf("%s was touched (-before +after):\n%s", args[0], diff)
	}
}

func listing(ts *testscript.TestScript, dir string) string {
	var lines []string
	err := filepath.WalkDir(ts.MkAbs(dir), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s %s", path, info.Mode())
		if entry.Type().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %d bytes, %x", len(content), sha256.Sum256(content))
		}
		lines = append(lines, line)
		return nil
	})
	if !os.IsNotExist(err) {
		ts.Check(err)
	}
	return strings.Join(lines, "\n")
}

// mode checks the permissions of files: mode 600 admin.env.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := info.Mode().Perm(); got != fs.FileMode(want) {
			ts.Fatalf("%s has the mode %04o, want %04o", name, got, want)
		}
	}
}
