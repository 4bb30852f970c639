package engine

import (
	"context"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// markName is the file beside a library that says that its digest was checked, of a
// file of this size and time: so nobody need read it all at each start.
const markName = "checked"

// mark writes the mark of the library in folder. The next check reads the library
// again if the mark is not written as a whole.
func mark(p pin, folder string) error {
	text, err := markText(p, filepath.Join(folder, libraryName))
	if err != nil {
		return err
	}
	name := filepath.Join(folder, markName)
	if old, err := os.ReadFile(name); err == nil && string(old) == text {
		return nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644) //nolint:gosec // it tells nothing
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Sync(), file.Close(), syncFolder(folder))
}

func markText(p pin, library string) (string, error) {
	info, err := os.Stat(library)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d %s\n", p.sha256, info.Size(), info.ModTime().UTC().Format("2006-01-02T15:04:05.999999999Z")), nil
}

// CheckLibrary looks at a library without reading it all, and returns the version of
// ClickHouse in it, "" when that is not known. One that Gatehouse has installed must
// have the size and the mark of its check; any other must be a library for this
// machine. Errors are *Error with a sentence that says what to do.
func CheckLibrary(path string) (version string, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fail(BrokenLibrary, errNotThere, "there is no library at %s", path)
	case err != nil:
		return "", fail(BrokenLibrary, err, "the library %s cannot be read", path)
	case !info.Mode().IsRegular():
		return "", fail(BrokenLibrary, nil, "%s is no file: name the file libchdb.so", path)
	}
	p, installed := installedPin(path)
	if !installed {
		return sizedVersion(info.Size()), checkMachine(path)
	}
	if info.Size() != p.library {
		return "", fail(BrokenLibrary, nil, "the library %s is broken: it has %d bytes and should have %d: install it again with gatehouse engine install", path, info.Size(), p.library)
	}
	want, err := markText(p, path)
	if err == nil {
		var got []byte
		if got, err = os.ReadFile(filepath.Join(filepath.Dir(path), markName)); err == nil && string(got) == want {
			return p.engine, nil
		}
	}
	return "", errors.Join(errUnchecked, err)
}

// errUnchecked says that a library has the right size and no mark.
var errUnchecked = &Error{Kind: BrokenLibrary, Message: "the library was changed since it was checked: check and install it with gatehouse engine install"}

// errNotThere says that there is no such file.
var errNotThere = errors.New("no such file")

// VerifyLibrary reads the whole library. Errors are as those of CheckLibrary.
func VerifyLibrary(ctx context.Context, path string) error {
	if _, err := CheckLibrary(path); err != nil && !errors.Is(err, errUnchecked) {
		return err
	}
	p, installed := installedPin(path)
	if !installed {
		return nil // it has no digest that is known
	}
	file, err := os.Open(path)
	if err != nil {
		return fail(BrokenLibrary, err, "the library %s cannot be read", path)
	}
	defer func() { _ = file.Close() }() // it was only read
	sum := sha256.New()
	if err := copyTold(ctx, sum, file, func(int64) {}); err != nil {
		return err
	}
	return p.checkSum(sum)
}

// installedPin returns the pin of a library that is where Install puts it.
func installedPin(path string) (pin, bool) {
	if filepath.Base(path) != libraryName {
		return pin{}, false
	}
	for _, p := range pins {
		if filepath.Base(filepath.Dir(path)) == p.sha256 {
			return p, true
		}
	}
	return pin{}, false
}

// sizedVersion returns the version of the pinned library of this size: no two have the same.
func sizedVersion(size int64) string {
	for _, p := range pins {
		if p.library == size {
			return p.engine
		}
	}
	return ""
}

// checkMachine looks whether a file is a library that this program can load.
func checkMachine(path string) error {
	if runtime.GOOS != "linux" {
		return nil // its format is not known here; loading it tells
	}
	file, err := elf.Open(path)
	if err != nil {
		return fail(BrokenLibrary, err, "%s is no library: name the file libchdb.so", path)
	}
	defer func() { _ = file.Close() }() // it was only read
	machine := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]
	if file.Type != elf.ET_DYN || machine != elf.EM_NONE && file.Machine != machine {
		return fail(BrokenLibrary, nil, "%s is no library for %s (%s, %s)", path, platform, file.Type, file.Machine)
	}
	symbols, err := file.DynamicSymbols()
	if err != nil || !slices.ContainsFunc(symbols, func(s elf.Symbol) bool { return s.Name == entryPoint }) {
		return fail(BrokenLibrary, err, "%s is not the library of ClickHouse: it has no %s", path, entryPoint)
	}
	return nil
}

// entryPoint is the function of libchdb.so that runs a server.
const entryPoint = "chdb_query_cmdline"
