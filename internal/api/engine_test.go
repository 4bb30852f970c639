package api_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/api"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/engine"
)

// asClickHouse lets the services of the house run this version of ClickHouse, which tells of its
// settings as the real one did when testdata/engine was recorded, and takes any value but "bogus".
// It returns how often it was asked for its settings.
func (h *house) asClickHouse(version string) *int {
	h.t.Helper()
	settings, server := recorded(h, "settings-"+majorOf(version)), recorded(h, "server_settings-"+majorOf(version))
	asked := new(int)
	h.fleet.running = version
	h.fleet.query = func(sql string, w io.Writer) error {
		switch {
		case strings.Contains(sql, "FROM system.settings"):
			*asked++
			return write(w, settings)
		case strings.Contains(sql, "FROM system.tables"):
			if server == nil {
				return nil
			}
			return write(w, []byte(`{"name":"server_settings"}`+"\n"))
		case strings.Contains(sql, "FROM system.server_settings"):
			return write(w, server)
		case strings.HasPrefix(sql, "SELECT 1 SETTINGS ") && strings.Contains(sql, "bogus"):
			return &engine.Error{
				Kind:    engine.Failed,
				Message: "Code: 418. DB::Exception: Unexpected value of JoinAlgorithm: 'bogus'. Must be one of ['hash', 'auto']. (UNKNOWN_JOIN) (version 26.7.2.1)",
			}
		case strings.HasPrefix(sql, "SELECT 1 SETTINGS "):
			return write(w, []byte("1\n"))
		default:
			return fmt.Errorf("the test does not know the statement %q", sql)
		}
	}
	return asked
}

func majorOf(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return parts[0] + "." + parts[1]
}

// recorded returns what a real engine answered; nil when it has no such table.
func recorded(h *house, name string) []byte {
	text, err := os.ReadFile("testdata/engine/" + name + ".jsonl")
	if err != nil && !os.IsNotExist(err) {
		h.t.Fatal(err)
	}
	return text
}

func write(w io.Writer, text []byte) error {
	_, err := io.Copy(w, bytes.NewReader(text))
	return err
}

// runningService makes a service that runs ClickHouse 26.7.
func (h *house) runningService() (path string) {
	h.t.Helper()
	h.asClickHouse("26.7.2.1")
	id := h.admin.service()
	h.run()
	return "~/services/" + id
}

// uuidOf returns the id at the end of the path of a service.
func uuidOf(path string) uuid.UUID { return uuid.MustParse(path[strings.LastIndex(path, "/")+1:]) }

// restart gives the house a Gatehouse that knows nothing but what is stored.
func (h *house) restart() {
	h.t.Helper()
	log := slog.New(slog.NewJSONHandler(&h.secrets.log, nil))
	h.directory = access.NewDirectory(h.clock)
	h.control = control.New(control.Config{
		Store: h.store, Directory: h.directory, Clock: h.clock, Limits: cloud.RelaxedLimits, Log: log, Passwords: access.NewPasswords(cheap), PublicURL: publicURL, Sealer: newSealer(h.t),
	})
	h.control.Attach(h.fleet, fakeFront{h.fleet})
	if err := h.control.Load(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.handler = api.New(api.Config{
		Control: h.control, Identify: h.orSession(api.Basic(h.directory, access.NewThrottle(h.clock), nil)), Fallback: http.NotFoundHandler(), Log: log,
	})
}
