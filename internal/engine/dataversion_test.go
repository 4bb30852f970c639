package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

func TestEngineTakesOverOnlyWhatItCan(t *testing.T) {
	// An older engine is refused, as is data that ClickHouse itself says has to go through a
	// version in between. Patches of one month change places, and what is not known is let through.
	t.Parallel()
	for _, c := range []struct{ engine, data, says string }{
		{"26.7.2.1", "26.7.2.1", ""},
		{"26.7.2.1", "26.7.9.3", ""},
		{"26.7.9.3", "26.7.2.1", ""},
		{"26.8.1.1", "26.7.2.1", ""},
		{"26.10.1.1", "26.9.1.1", ""},
		{"26.7.2.1", "20.7.1.1", ""},
		{"22.6.9.9", "18.16.1", ""},
		{"18.16.1", "18.16.1", ""},
		{"18.16.1", "", ""},
		{"26.7.2.1", "", ""},
		{"", "26.7.2.1", ""},
		{"26.7.2.1", "26.8.1.1", "run Gatehouse with ClickHouse 26.8 or newer"},
		{"26.9.1.1", "26.10.1.1", "written by ClickHouse 26.10.1.1, and ClickHouse 26.9.1.1 is older"},
		{"25.12.1.1", "26.1.1.1", "is older"},
		{"18.16.1", "26.7.2.1", "is older"},
		{"22.7.1.1", "20.6.9.9", "run Gatehouse with a ClickHouse older than 22.7"},
		{"26.7.2.1", "18.16.1", "written by ClickHouse 18.16.1 and cannot be taken over by ClickHouse 26.7.2.1"},
		{"", "18.16.1", "cannot be taken over by ClickHouse 22.7 or newer"},
	} {
		err := engine.TakesOver(c.engine, c.data)
		if c.says != "" {
			wantFailure(t, err, engine.WrongVersion, c.says)
		} else if err != nil {
			t.Errorf("%q on the data of %q: %v", c.engine, c.data, err)
		}
	}
}

func TestOtherEngineLeavesTheDataAsItIs(t *testing.T) {
	// Each engine refuses the data of the other before it has touched it, also when the folder
	// does not say whose it is: by what Gatehouse knows, and by how data from before 20.7 looks.
	// Then the one that has written it has all rows.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		t.Parallel()
		other := enginetest.Other(t, e)
		if engine.TakesOver(other.Version(), e.Version()) == nil {
			t.Skipf("%s takes over the data of %s", other, e)
		}
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		run(t, s, tableOf(e))
		run(t, s, "INSERT INTO default.kept (n) VALUES (1), (2), (3)")
		if got := engine.DataVersion(spec.Dir); got != s.Version() {
			t.Errorf("the folder says %q, not %q", got, s.Version())
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := metadata(t, spec)
		refuses := func(why, says string) {
			t.Helper()
			_, err := other.Start(t.Context(), spec)
			wantFailure(t, err, engine.WrongVersion, "the data was written by ClickHouse "+says)
			if after := metadata(t, spec); after != before {
				t.Errorf("%s: there was %s, and is %s", why, before, after)
			}
		}
		refuses("as the folder says", s.Version())
		spec.LastVersion = other.Version()
		refuses("whatever Gatehouse says", s.Version())
		record := filepath.Join(spec.Dir, "data", "gatehouse-version.json")
		for what, text := range map[string]string{"nothing": "", "another form": "[]", "no version": `{"Version":"<b>new</b>"}`} {
			if err := os.WriteFile(record, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := engine.DataVersion(spec.Dir); got != "" {
				t.Errorf("%s: %q", what, got)
			}
		}
		spec.LastVersion = e.Version()
		refuses("as Gatehouse says", e.Version())
		if e.Kind() == engine.KindClickHouse {
			spec.LastVersion = ""
			refuses("as the data looks", "20.6 or older")
		}
		s = enginetest.Start(t, e, spec)
		if got := run(t, s, "SELECT sum(n) FROM default.kept"); got != "6" {
			t.Error(got)
		}
		if got := engine.DataVersion(spec.Dir); got != s.Version() {
			t.Errorf("the folder says %q, not %q", got, s.Version())
		}
	})
}

func TestVersionOfTheDataIsReadFromAFileOnly(t *testing.T) {
	// What a service has put in the place of the record makes nobody read another file, or wait.
	t.Parallel()
	dir := t.TempDir()
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	record := filepath.Join(dir, "data", "gatehouse-version.json")
	if err := os.Mkdir(filepath.Dir(record), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(elsewhere, []byte(`{"Version":"26.7.2.1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, put := range map[string]func() error{
		"link":   func() error { return os.Symlink(elsewhere, record) },
		"pipe":   func() error { return syscall.Mkfifo(record, 0o600) },
		"folder": func() error { return os.Mkdir(record, 0o700) },
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if got := engine.DataVersion(dir); got != "" {
			t.Errorf("%s: %q", what, got)
		}
		if err := os.Remove(record); err != nil {
			t.Fatal(err)
		}
	}
}

// metadata returns what ClickHouse says of its databases and tables, by the names of the files.
func metadata(t *testing.T, spec engine.Spec) string {
	t.Helper()
	var all strings.Builder
	root := filepath.Join(spec.Dir, "data", "metadata")
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		all.WriteString(strings.TrimPrefix(path, root) + ": " + string(text) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
