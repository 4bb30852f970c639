package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// npmPack brings a package with the npm client, as it is configured for this user:
// its registry, proxy and cache. Nothing of the package is run.
func npmPack(ctx context.Context, p pin, into string, progress Progress) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fail(Failed, err, "the library of ClickHouse comes from the npm registry and there is no npm here: install Node.js, or put the file libchdb.so of the package %s anywhere and name it with --chdb PATH, or name an official binary with --clickhouse PATH", p.spec())
	}
	cache, err := npmOutput(ctx, npm, into, "config", "get", "cache")
	if err != nil {
		return "", npmError(ctx, p, err)
	}
	progress(Downloading, 0, p.size)
	stop := watchDownload(into, filepath.Join(strings.TrimSpace(string(cache)), "_cacache", "tmp"), func(done int64) { progress(Downloading, min(done, p.size), p.size) })
	answer, err := npmOutput(ctx, npm, into, "pack", p.spec(), "--json", "--ignore-scripts", "--pack-destination", into)
	stop()
	if err != nil {
		return "", npmError(ctx, p, err)
	}
	var packed []struct {
		Filename string `json:"filename"`
	}
	if err := json.Unmarshal(answer, &packed); err != nil || len(packed) != 1 {
		return "", npmError(ctx, p, fmt.Errorf("npm answered %.200q (%w)", answer, err))
	}
	// Old clients write @scope/name here, and the file is without both signs.
	return filepath.Join(into, strings.NewReplacer("@", "", "/", "-").Replace(packed[0].Filename)), nil
}

// npmOutput runs npm in an empty folder, where no project's settings are, and without
// what Gatehouse knows of secrets.
func npmOutput(ctx context.Context, npm, in string, arguments ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, npm, arguments...)
	command.Dir = in
	command.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "GATEHOUSE_") })
	command.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	command.Stderr = &said
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, lastError(said.String()))
	}
	return output, nil
}

// lastError returns the first lines of npm that say what went wrong.
func lastError(said string) string {
	var lines []string
	for line := range strings.Lines(said) {
		if text, found := strings.CutPrefix(strings.TrimSpace(line), "npm error "); found && len(lines) < 4 {
			lines = append(lines, text)
		} else if text, found := strings.CutPrefix(strings.TrimSpace(line), "npm ERR! "); found && len(lines) < 4 {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "; ")
}

func npmError(ctx context.Context, p pin, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fail(Failed, err, "npm could not get %s: look whether `npm ping` works here, or put the file libchdb.so of that package anywhere and name it with --chdb PATH", p.spec())
}

// watchDownload tells how much npm has written, which does not say so itself: to its
// cache first, then to the folder. What was in the cache before does not count.
func watchDownload(folder, cache string, told func(done int64)) (stop func()) {
	before := folderSize(cache)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		most := int64(0)
		for {
			if now := max(folderSize(cache)-before, folderSize(folder)); now > most {
				most = now
				told(most)
			}
			select {
			case <-quit:
				return
			case <-tick.C:
			}
		}
	}()
	return func() { close(quit); <-done }
}

// folderSize adds up the files in a folder; those that vanish meanwhile count nothing.
func folderSize(folder string) (size int64) {
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a folder that is not there is empty
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return nil
	})
	return size
}
