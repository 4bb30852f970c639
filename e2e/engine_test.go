package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// engineLimit is how long a service may take to get from one state to the next: its
// ClickHouse starts in a second, and in many on a machine that is busy.
const engineLimit = time.Minute

// startWithEngine is startWithoutKey for a Gatehouse that runs services on ClickHouse as a
// library: the one that GATEHOUSE_TEST_CHDB names or that `make test` has installed in
// the cache. Its services end with the test.
func startWithEngine(t testing.TB, args ...string) *gatehouse {
	t.Helper()
	library := findLibrary(t)
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} { // as root, services run as others
		if err := os.Chmod(d, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	t.Cleanup(func() { endServices(t, data) }) // after Gatehouse, which would start them again
	return startAt(t, data, append(args, "--engine", "chdb", "--chdb", library, "--service-ports", freePorts(t))...)
}

// findLibrary looks where the tests of the engine look (internal/engine/enginetest).
func findLibrary(t testing.TB) string {
	t.Helper()
	if library := os.Getenv("GATEHOUSE_TEST_CHDB"); library != "" {
		return library
	}
	cache := "/var/cache" // the cache of root is closed to the users that services run as
	if os.Geteuid() != 0 {
		var err error
		if cache, err = os.UserCacheDir(); err != nil {
			t.Fatal(err)
		}
	}
	found, err := filepath.Glob(filepath.Join(cache, "gatehouse", "engine", "*", "libchdb.so"))
	if err != nil {
		t.Fatal(err)
	}
	var newest string
	var at time.Time
	for _, library := range found {
		if info, err := os.Stat(library); err == nil && info.ModTime().After(at) {
			newest, at = library, info.ModTime()
		}
	}
	if newest == "" {
		unavailable(t, "there is no ClickHouse to run services: make test installs it")
	}
	return newest
}

// endServices ends what runs the services of the data directory: it outlives Gatehouse.
func endServices(t testing.TB, data string) {
	inside := filepath.Join(data, "services") + string(filepath.Separator)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	late := time.After(stopLimit)
	for {
		left := 0
		for pid, line := range commandLines(t) {
			if strings.Contains(line, inside) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
				left++
			}
		}
		if left == 0 {
			return
		}
		select {
		case <-again.C:
		case <-late:
			t.Errorf("%d processes of services do not end", left)
			return
		}
	}
}

// portsEach is how many ports a Gatehouse of the tests has for its services, two for each.
const portsEach = 8

// rangesGiven counts the ranges of freePorts, from a place that two test programs do not
// share.
var rangesGiven atomic.Int64

func init() { rangesGiven.Store(rand.Int64N(1000)) }

// freePorts returns a range for --service-ports that was free a moment ago, and which no
// other test gets. Linux hands none of them out.
func freePorts(t testing.TB) string {
	t.Helper()
	for {
		first := 22000 + portsEach*int(rangesGiven.Add(1)%1000)
		free := true
		for port := first; port < first+portsEach; port++ {
			free = free && isFree(t, port)
		}
		if free {
			return fmt.Sprintf("%d-%d", first, first+portsEach-1)
		}
	}
}

// freePort returns such a port: what listens on it can be ended and started again there.
func freePort(t testing.TB) string {
	t.Helper()
	port, _, _ := strings.Cut(freePorts(t), "-")
	return port
}

func isFree(t testing.TB, port int) bool {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", net.JoinHostPort("localhost", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// newService is the body that makes a service.
type newService struct {
	Name         string    `json:"name"`
	Provider     string    `json:"provider"`
	Region       string    `json:"region"`
	IPAccessList []ipEntry `json:"ipAccessList"`
	Tags         []tag     `json:"tags,omitempty"`
}

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
}

// service makes a service that everybody may connect to, and returns its id.
func (a *ada) service(name string, tags ...tag) string {
	a.g.t.Helper()
	var made struct{ Service struct{ ID string } }
	body := newService{Name: name, Provider: "aws", Region: "eu-central-1", IPAccessList: []ipEntry{{Source: "0.0.0.0/0", Description: "Anywhere"}}, Tags: tags}
	if status := a.API(http.MethodPost, "/services", body, &made); status != http.StatusOK {
		a.g.t.Fatalf("the service %s is made with status %d", name, status)
	}
	return made.Service.ID
}

// patiently does something that waits for a service.
func (p *Page) patiently(wait func()) {
	p.t.Helper()
	before := p.limit
	p.limit = engineLimit
	wait()
	p.limit = before
}
