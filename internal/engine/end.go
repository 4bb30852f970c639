package engine

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"syscall"
)

// end says how a process ended: by a signal, or by itself with a status.
type end struct {
	Known  bool
	Signal int // 0: it ended by itself
	Status int
}

func endOf(status syscall.WaitStatus) end {
	if status.Signaled() {
		return end{Known: true, Signal: int(status.Signal())}
	}
	return end{Known: true, Status: status.ExitStatus()}
}

// String is the beginning of a public sentence.
func (e end) String() string {
	switch {
	case !e.Known:
		return "ClickHouse ended"
	case e.Signal != 0:
		return fmt.Sprintf("ClickHouse was ended by the signal %d (%s)", e.Signal, syscall.Signal(e.Signal))
	case e.Status == 0:
		return "ClickHouse ended in order"
	default:
		return fmt.Sprintf("ClickHouse ended with the status %d", e.Status)
	}
}

// endFile is where the host says how the official server, its child, ended.
const endFile = "run/end.json"

// leaveEnd writes it down for Gatehouse, which is not the parent of the server.
func leaveEnd(e end) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return os.WriteFile(inFolder(endFile), text, 0o600)
}

// exitSentence says how a server ended, for everybody: no path, query or data.
func exitSentence(dir string, of end) string {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return of.String() + "."
	}
	defer func() { _ = root.Close() }() // only read through
	var left end
	if text, err := readTail(root, endFile, 1024); err == nil && json.Unmarshal(text, &left) == nil && left.Known {
		of = left
	}
	sentence := of.String()
	if of.Known && of.Signal == 0 && of.Status == 0 {
		return sentence + "."
	}
	for _, log := range []string{clickhouseLog, hostLog} {
		if text, err := readTail(root, log, 64<<10); err == nil {
			if code := lastCode(text); code != "" {
				return sentence + "; the last error in its log is " + code + "."
			}
		}
	}
	return sentence + "."
}

// readTail returns the last bytes of a file within root. What is not a file of the
// engine, or leads out of its folder, is an error: the engine might have put it there.
func readTail(root *os.Root, name string, most int64) ([]byte, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", name)
	}
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return io.ReadAll(io.NewSectionReader(f, max(info.Size()-most, 0), most))
}

// errorLine is how ClickHouse, old and new, writes an error: its number and, lately, its name.
var errorLine = regexp.MustCompile(`Code: (\d{1,5})[.,](?:.*\(([A-Z][A-Z0-9_]{2,60})\))?`)

// lastCode returns the last error of a log, such as "Code 241 (MEMORY_LIMIT_EXCEEDED)",
// without its text: that may hold a query.
func lastCode(log []byte) string {
	all := errorLine.FindAllSubmatch(log, -1)
	if all == nil {
		return ""
	}
	last := all[len(all)-1]
	if len(last[2]) == 0 {
		return "Code " + string(last[1])
	}
	return fmt.Sprintf("Code %s (%s)", last[1], last[2])
}
