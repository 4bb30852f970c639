package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// house is a Gatehouse with services.
type house struct {
	server       *server // nil while it does not run
	run          run
	data         string
	library      []string // the flag that names it, where it is not in the data directory
	ports        string
	api          caller
	authority    *x509.CertPool
	organization string // the path of its services
}

// noLibrary says that there is nothing that runs services.
type noLibrary struct{ reason string }

func (e noLibrary) Error() string {
	return fmt.Sprintf("%s. `make test` installs the library, or name one in %s", e.reason, libraryVariable)
}

// libraryVariable names a libchdb.so, as in the tests.
const libraryVariable = "GATEHOUSE_TEST_CHDB"

// openHouse starts a Gatehouse on a new data directory in dir. The error is noLibrary
// where services cannot be run.
func openHouse(ctx context.Context, servers run, dir string) (h *house, err error) {
	ports, err := freePorts(ctx)
	if err != nil {
		return nil, err
	}
	h = &house{run: servers, data: filepath.Join(dir, "services"), ports: ports}
	h.run.profile = ""
	// The users that services run as have to come through to their own folders.
	for _, folder := range []string{dir, h.data} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
		if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // nobody can list it
			return nil, err
		}
	}
	if err := h.findLibrary(); err != nil {
		return nil, err
	}
	if err := h.start(ctx); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

// findLibrary lets Gatehouse find the library where the tests have it: which version of
// those that are installed is the right one is for Gatehouse to say.
func (h *house) findLibrary() error {
	if path := os.Getenv(libraryVariable); path != "" {
		h.library = []string{"--chdb", path}
		return nil
	}
	cache, err := os.UserCacheDir()
	if os.Geteuid() == 0 {
		cache, err = "/var/cache", nil // as make test does
	}
	if err != nil {
		return noLibrary{err.Error()}
	}
	installed := filepath.Join(cache, "gatehouse", "engine")
	if _, err := os.Stat(installed); err != nil {
		return noLibrary{"there is no " + installed}
	}
	return os.Symlink(installed, filepath.Join(h.data, "engine"))
}

// start starts Gatehouse, again or for the first time.
func (h *house) start(ctx context.Context) (err error) {
	h.server, err = h.run.gatehouse(ctx, h.data, append(h.library,
		"--engine", "chdb", "--service-listen", "127.0.0.1", "--service-ports", h.ports)...)
	if err != nil {
		return err
	}
	if _, none := h.server.told("no services: "); none {
		return noLibrary{"the version of ClickHouse that this Gatehouse runs is not installed"}
	}
	if h.api.key, err = readKeyFile(filepath.Join(h.data, keyFile)); err != nil {
		return err
	}
	h.api.base = h.server.base
	if h.authority != nil {
		return nil
	}
	var organizations []struct{ ID string }
	if err := h.api.call(ctx, http.MethodGet, path, nil, &organizations); err != nil {
		return err
	}
	if len(organizations) != 1 {
		return fmt.Errorf("expected one organization in a new store, got %d", len(organizations))
	}
	h.organization = path + "/" + organizations[0].ID + "/services"
	h.authority, err = h.api.authority(ctx)
	return err
}

// stop stops Gatehouse; the servers of the services go on.
func (h *house) stop() error {
	if h.server == nil {
		return nil
	}
	s := h.server
	h.server = nil
	http.DefaultClient.CloseIdleConnections()
	return s.stop()
}

// close ends Gatehouse and the servers of its services, which outlive it.
func (h *house) close() error {
	return errors.Join(h.stop(), endHosts(h.data)) // in this order: Gatehouse would start them again
}

// client returns a client of the services whose first request opens a new connection.
func (h *house) client() *http.Client { return clientOf(h.authority) }

// clientOf returns a client of whoever has a certificate of the authority.
func clientOf(authority *x509.CertPool) *http.Client {
	return &http.Client{Timeout: serviceLimit, Transport: &http.Transport{
		DisableCompression: true, ReadBufferSize: 64 << 10,
		TLSClientConfig: &tls.Config{RootCAs: authority, MinVersion: tls.VersionTLS12},
	}}
}

// serviceLimit is how long a service may take for anything that is asked of it.
const serviceLimit = 2 * time.Minute

// query asks a ClickHouse at url and returns how many bytes it answered.
func query(ctx context.Context, client *http.Client, url, password, sql string) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(sql))
	if err != nil {
		return 0, err
	}
	request.SetBasicAuth("default", password)
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) // the status says enough
		return 0, fmt.Errorf("%q: expected the status 200, got %s: %s", sql, response.Status, text)
	}
	return io.CopyBuffer(struct{ io.Writer }{io.Discard}, response.Body, make([]byte, copyBuffer))
}

// copyBuffer is large, as the load shares the machine with what is measured.
const copyBuffer = 1 << 20

const (
	portsNeeded         = 60 // two for each service that there is at a time, and some to spare
	portsFrom, portsEnd = 22000, 32000
	portTries           = 100
)

// freePorts returns a range of ports that were free just now, for --service-ports.
func freePorts(ctx context.Context) (string, error) {
	for range portTries {
		first := portsFrom + rand.IntN(portsEnd-portsFrom-portsNeeded) //nolint:gosec // no secret
		if allFree(ctx, first, first+portsNeeded-1) {
			return fmt.Sprintf("%d-%d", first, first+portsNeeded-1), nil
		}
	}
	return "", fmt.Errorf("no %d ports in a row are free between %d and %d", portsNeeded, portsFrom, portsEnd)
}

func allFree(ctx context.Context, first, last int) bool {
	var config net.ListenConfig
	for port := first; port <= last; port++ {
		l, err := config.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		_ = l.Close() // nobody has connected
	}
	return true
}
