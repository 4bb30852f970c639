package engine

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/ebitengine/purego"
	"github.com/google/uuid"
)

// library is chdb in this process.
type library struct {
	handle   uintptr
	terminal *os.File // the master of the terminal on descriptor 0
	ended    chan struct{}
	said     string // what it said at its end
	stop     sync.Once
}

// loadLibrary loads libchdb.so. A file that is cut short can end the process.
func loadLibrary(path string, terminal *os.File) (*library, error) {
	// A server expects this of whoever starts it: else a client that leaves while it is
	// being answered ends the process, since Go ignores the signal on its own threads only.
	signal.Ignore(syscall.SIGPIPE)
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, brokenLibrary(err)
	}
	for _, name := range []string{"chdb_query_cmdline", "chdb_result_error"} {
		if _, err := purego.Dlsym(handle, name); err != nil {
			return nil, brokenLibrary(err)
		}
	}
	return &library{handle: handle, terminal: terminal, ended: make(chan struct{})}, nil
}

// Start implements clickhouse. The library behaves as clickhouse-local at a terminal:
// it opens its listeners, then waits for a line and so runs until it reads one that
// ends it. (Without a terminal it takes an error of any connection for its own end. It
// changes the mode of its history file, which must therefore not be /dev/null.)
func (l *library) Start(c configuration) error {
	if err := seed(c.dir); err != nil {
		return err
	}
	argv := []string{
		"clickhouse", "--config-file", filepath.Join(c.dir, configFile),
		"--log-level", "warning", "--logger.log", filepath.Join(c.dir, clickhouseLog),
		"--interactive", "--disable_suggestion", "--history_file", filepath.Join(c.dir, tmpDir, "history"), "--progress", "off",
		"--query", "SYSTEM START LISTEN HTTP", "--query", "SYSTEM START LISTEN TCP",
	}
	go func() { _, _ = io.Copy(io.Discard, l.terminal) }() // what it shows to its terminal
	go l.run(argv)
	return nil
}

func (l *library) run(argv []string) {
	defer close(l.ended)
	var pinned runtime.Pinner
	defer pinned.Unpin()
	pointers := make([]*byte, len(argv)+1)
	for i, arg := range argv {
		text := append([]byte(arg), 0)
		pinned.Pin(&text[0])
		pointers[i] = &text[0]
	}
	pinned.Pin(&pointers[0])
	var query func(int32, []*byte) uintptr
	var failure func(uintptr) string
	purego.RegisterLibFunc(&query, l.handle, "chdb_query_cmdline")
	purego.RegisterLibFunc(&failure, l.handle, "chdb_result_error")
	result := query(int32(len(argv)), pointers)
	if result != 0 {
		l.said = failure(result)
	}
}

// Ended implements clickhouse.
func (l *library) Ended() <-chan struct{} { return l.ended }

// End implements clickhouse.
func (l *library) End() (end, string) { return end{Known: true}, l.said }

// PID implements clickhouse.
func (l *library) PID() int { return os.Getpid() }

// Stop implements clickhouse.
func (l *library) Stop() {
	l.stop.Do(func() {
		_, _ = l.terminal.WriteString("exit\n") // if it cannot read it, Gatehouse kills the process
		go func() {
			select {
			case <-l.ended:
			case <-time.After(500 * time.Millisecond):
				_, _ = l.terminal.WriteString("\x04") // end of file
			}
		}()
	})
}

// Listen implements clickhouse: a tenant may say SYSTEM STOP LISTEN, since the session
// at the terminal, which needs the right to start it, is the same user.
func (l *library) Listen() {
	_, _ = l.terminal.WriteString("SYSTEM START LISTEN HTTP;\nSYSTEM START LISTEN TCP;\n") // if it cannot read it, nor can anybody help
}

// seed makes the databases `system` and `default` of a data folder that is new what
// they are in a server: else `system` is in memory, and the logs in it are lost.
func seed(dir string) error {
	metadata := filepath.Join(dir, dataDir, "metadata")
	if err := os.MkdirAll(metadata, 0o700); err != nil {
		return err
	}
	for _, name := range []string{"system", "default"} {
		f, err := os.OpenFile(filepath.Join(metadata, name+".sql"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if os.IsExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(f, "ATTACH DATABASE _ UUID '%s' ENGINE = Atomic\n", uuid.New())
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}
