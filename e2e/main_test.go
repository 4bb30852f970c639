package e2e

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// atOnce is how many stories run at a time: each has a browser's tab and a Gatehouse.
const atOnce = 2

func TestMain(m *testing.M) {
	flag.Parse()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	closeBrowser()
	os.Exit(status)
}

func prepare() error {
	parallel := flag.Lookup("test.parallel")
	if n, err := strconv.Atoi(parallel.Value.String()); err != nil || n > atOnce {
		if err := parallel.Value.Set(strconv.Itoa(atOnce)); err != nil {
			return err
		}
	}
	return os.RemoveAll(failures)
}

// unavailable skips the test; where CI is set nothing may be missing, and it fails.
func unavailable(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}
