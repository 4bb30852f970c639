package engine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A killed installation is this test program, which installs and stops at a stage.
func init() {
	if len(os.Args) != 5 || os.Args[1] != "install-probe" {
		return
	}
	library, packed := anyLibrary(), os.Args[4]
	text, err := os.ReadFile(packed)
	if err != nil {
		panic(err)
	}
	i := installerOf(os.Args[2], pinOf(library, text), text)
	i.progress = func(stage Stage, _, _ int64) {
		if string(stage) == os.Args[3] {
			_, _ = fmt.Fprintln(os.Stdout, "here")
			_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed
		}
	}
	_, err = i.install(context.Background())
	_, _ = fmt.Fprintln(os.Stdout, "installed", err)
	os.Exit(0)
}

// installerOf returns an installer that gets the package from memory.
func installerOf(data string, p pin, packed []byte) installer {
	return installer{pin: p, dir: filepath.Join(data, EnginesFolder), fetch: func(_ context.Context, _ pin, into string, progress Progress) (string, error) {
		progress(Downloading, 0, p.size)
		file := filepath.Join(into, "package.tgz")
		return file, os.WriteFile(file, packed, 0o600)
	}}
}

const testPackage = "@example/lib"

// anyLibrary returns the content of a library, which nothing loads.
func anyLibrary() []byte {
	library := make([]byte, 256<<10)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(library) // never fails
	return library
}

// pack returns a package of npm with the library.
func pack(t *testing.T, name string, library []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	for _, file := range []struct {
		name string
		text []byte
	}{{"package/package.json", []byte(`{"name":"` + testPackage + `","version":"1.2.3"}`)}, {name, library}} {
		err := archive.WriteHeader(&tar.Header{Name: file.name, Mode: 0o755, Size: int64(len(file.text)), Typeflag: tar.TypeReg})
		if err == nil {
			_, err = archive.Write(file.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func pinOf(library, packed []byte) pin {
	of, all := sha256.Sum256(library), sha512.Sum512(packed)
	return pin{
		name: testPackage, version: "1.2.3", engine: "1.2.3.4",
		size: int64(len(packed)), sha512: base64.StdEncoding.EncodeToString(all[:]),
		library: int64(len(library)), sha256: hex.EncodeToString(of[:]),
	}
}

// usePin makes p the pinned package until the test ends.
func usePin(t *testing.T, p pin) {
	t.Helper()
	before, had := pins[platform]
	pins[platform] = p
	t.Cleanup(func() {
		delete(pins, platform)
		if had {
			pins[platform] = before
		}
	})
}

// registry is an npm registry with one package, for the real npm client.
type registry struct {
	fetched atomic.Int32
	packed  []byte
}

func newRegistry(t *testing.T, packed []byte) *registry {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		lacking(t, "there is no npm")
	}
	r := &registry{packed: packed}
	server := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(server.Close)
	t.Setenv("npm_config_registry", server.URL)
	t.Setenv("npm_config_cache", t.TempDir())
	t.Setenv("npm_config_fetch_retries", "0")
	t.Setenv("npm_config_update_notifier", "false")
	return r
}

func (r *registry) serve(w http.ResponseWriter, q *http.Request) {
	if strings.HasSuffix(q.URL.Path, ".tgz") {
		r.fetched.Add(1)
		_, _ = w.Write(r.packed)
		return
	}
	if r.packed == nil {
		http.NotFound(w, q)
		return
	}
	sum := sha512.Sum512(r.packed)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"name": testPackage, "dist-tags": map[string]string{"latest": "1.2.3"},
		"versions": map[string]any{"1.2.3": map[string]any{
			"name": testPackage, "version": "1.2.3",
			"dist": map[string]string{
				"tarball":   "http://" + q.Host + "/lib-1.2.3.tgz",
				"integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:]),
			},
		}},
	})
}

// left returns what is in the folder of the libraries besides the lock.
func left(t *testing.T, data string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(data, EnginesFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.Name() != ".lock" {
			names = append(names, entry.Name())
		}
	}
	return names
}

// TestInstalledLibraryIsWhole: what Install returns was checked, may be read by every
// service, is found afterwards, and is not fetched again.
func TestInstalledLibraryIsWhole(t *testing.T) {
	library := anyLibrary()
	packed := pack(t, "package/libchdb.so", library)
	r := newRegistry(t, packed)
	usePin(t, pinOf(library, packed))
	data := filepath.Join(t.TempDir(), "new", "data")
	told := map[Stage]int64{}
	for range 2 {
		path, err := Install(t.Context(), data, func(stage Stage, done, total int64) {
			if done > total || done < told[stage] {
				t.Errorf("%s: %d of %d after %d", stage, done, total, told[stage])
			}
			told[stage] = done
		})
		if err != nil {
			t.Fatal(err)
		}
		if want, err := LibraryPath(data); err != nil || path != want {
			t.Errorf("it is at %s, not %s (%v)", path, want, err)
		}
		if text, err := os.ReadFile(path); err != nil || !bytes.Equal(text, library) {
			t.Errorf("the library differs: %v", err)
		}
		for at, mode := range map[string]fs.FileMode{path: 0o644, filepath.Dir(path): 0o755, filepath.Join(data, EnginesFolder): 0o755} {
			if info, err := os.Stat(at); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s has the mode %v, expected %v (%v)", at, info.Mode(), mode, err)
			}
		}
		if err := VerifyLibrary(t.Context(), path); err != nil {
			t.Error(err)
		}
		if found, _, err := Find(t.Context(), Options{Want: "chdb", Dir: data}); err != nil || found.Path() != path {
			t.Errorf("found %v, %v", found, err)
		}
	}
	if told[Checking] != int64(len(packed)) || told[Unpacking] != int64(len(library)) {
		t.Errorf("the progress was %v", told)
	}
	if n := r.fetched.Load(); n != 1 {
		t.Errorf("it was fetched %d times", n)
	}
	if names := left(t, data); len(names) != 1 {
		t.Errorf("there is %v", names)
	}
}

// TestPackageThatIsNotThePinnedOneIsThrownAway: whatever a registry sends, nothing is
// unpacked unless its digest is the pinned one, and nothing of it stays.
func TestPackageThatIsNotThePinnedOneIsThrownAway(t *testing.T) {
	library := anyLibrary()
	packed := pack(t, "package/libchdb.so", library)
	right := pinOf(library, packed)
	wrong := right
	wrong.sha256 = strings.Repeat("0", 64)
	elsewhere := pack(t, "elsewhere/libchdb.so", library)
	cut := packed[:len(packed)/2]
	for name, test := range map[string]struct {
		pin  pin
		sent []byte
		says string
	}{
		"another package":            {right, pack(t, "package/libchdb.so", []byte("another")), "was thrown away"},
		"another library in it":      {wrong, packed, "broken"},
		"no library in it":           {pinOf(library, elsewhere), elsewhere, "there is no libchdb.so"},
		"an archive that is cut off": {pinOf(library, cut), cut, "cannot be installed"},
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			if path, err := installerOf(data, test.pin, test.sent).install(t.Context()); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %s, %v, expected %q", path, err, test.says)
			}
			if names := left(t, data); names != nil {
				t.Errorf("there is %v", names)
			}
		})
	}
}

// TestRegistryThatSendsSomethingElseIsFoundOut: the npm client believes the registry; we do not.
func TestRegistryThatSendsSomethingElseIsFoundOut(t *testing.T) {
	library := anyLibrary()
	packed := pack(t, "package/libchdb.so", library)
	usePin(t, pinOf(library, packed))
	for says, sent := range map[string][]byte{"was thrown away": pack(t, "package/libchdb.so", []byte("another")), "npm could not get": nil} {
		newRegistry(t, sent)
		data := t.TempDir()
		if path, err := Install(t.Context(), data, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %s, %v, expected %q", path, err, says)
		}
		if names := left(t, data); names != nil {
			t.Errorf("there is %v", names)
		}
	}
}

// TestBrokenLibraryIsReplaced: a library that is there and wrong is found by its size, mark or digest, and made anew.
func TestBrokenLibraryIsReplaced(t *testing.T) {
	library := anyLibrary()
	packed := pack(t, "package/libchdb.so", library)
	usePin(t, pinOf(library, packed))
	install := installerOf(t.TempDir(), pins[platform], packed).install
	path, err := install(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(library)
	changed[0] ^= 1
	for name, spoil := range map[string]func() error{
		"cut short":   func() error { return os.Truncate(path, 1000) },
		"removed":     func() error { return os.Remove(path) },
		"one bit":     func() error { return os.WriteFile(path, changed, 0o644) },
		"not checked": func() error { return os.Remove(filepath.Join(filepath.Dir(path), markName)) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := CheckLibrary(path); err == nil {
			t.Errorf("%s: it is taken for whole", name)
		}
		if _, err := install(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(path); err != nil || !bytes.Equal(text, library) {
			t.Errorf("%s: it was not replaced: %v", name, err)
		}
	}
	// A bit that fell over with nothing told about it is found by reading it all.
	if err := errors.Join(os.WriteFile(path, changed, 0o644), mark(pins[platform], filepath.Dir(path))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := VerifyLibrary(t.Context(), path); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a changed bit: %v", err)
	}
}

// TestTwoInstallAtOnce: one fetches, the other waits for it, and both have the library.
func TestTwoInstallAtOnce(t *testing.T) {
	library := anyLibrary()
	packed := pack(t, "package/libchdb.so", library)
	r := newRegistry(t, packed)
	usePin(t, pinOf(library, packed))
	data := t.TempDir()
	failed := make(chan error)
	for range 3 {
		go func() {
			_, err := Install(t.Context(), data, nil)
			failed <- err
		}()
	}
	for range 3 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if n := r.fetched.Load(); n != 1 {
		t.Errorf("it was fetched %d times", n)
	}
}

// TestKilledInstallationLeavesNothingHalf: after kill -9 at any stage there is no library,
// and the next installation finishes and clears away what was left.
func TestKilledInstallationLeavesNothingHalf(t *testing.T) {
	library := anyLibrary()
	packed := pack(t, "package/libchdb.so", library)
	usePin(t, pinOf(library, packed))
	file := filepath.Join(t.TempDir(), "package.tgz")
	if err := os.WriteFile(file, packed, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []Stage{Downloading, Checking, Unpacking} {
		t.Run(string(stage), func(t *testing.T) {
			data := t.TempDir()
			command := exec.CommandContext(t.Context(), os.Args[0], "install-probe", data, string(stage), file)
			input, err := command.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer input.Close()
			output, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			word := make([]byte, len("here"))
			if _, err := io.ReadFull(output, word); err != nil || string(word) != "here" {
				t.Fatalf("it said %q, %v", word, err)
			}
			if err := command.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = command.Wait() // killed
			path, err := LibraryPath(data)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("there is something: %v", err)
			}
			if _, err := installerOf(data, pins[platform], packed).install(t.Context()); err != nil {
				t.Error(err)
			}
			if names := left(t, data); len(names) != 1 {
				t.Errorf("there is %v", names)
			}
		})
	}
}

// TestInstallationSaysWhatIsMissing: without npm, without a known package and without room there is a sentence that says what to do.
func TestInstallationSaysWhatIsMissing(t *testing.T) {
	usePin(t, pinOf(anyLibrary(), nil))
	t.Setenv("PATH", t.TempDir())
	if _, err := Install(t.Context(), t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "install Node.js") {
		t.Errorf("without npm: %v", err)
	}
	delete(pins, platform)
	if _, err := Install(t.Context(), t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "--clickhouse PATH") {
		t.Errorf("without a pin: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	usePin(t, pinOf(anyLibrary(), nil))
	if _, err := Install(t.Context(), file, nil); err == nil || !strings.Contains(err.Error(), "cannot be installed") {
		t.Errorf("into a file: %v", err)
	}
}
