// Command gatehouse is a ClickHouse Cloud of your own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/fleet"
	"github.com/gatehouse/gatehouse/internal/store"
)

// version is set when the program is built.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	m := Main{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	status := m.Execute(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// The exit statuses.
const (
	exitOK       = 0
	exitFailed   = 1 // something went wrong; one sentence says what
	exitUsage    = 2 // the command line is wrong
	exitNotFound = 3 // there is no such key or file
	exitRefused  = 4 // a rule of Gatehouse forbids it
	exitUnsound  = 5 // doctor found something that needs attention
)

// Main is the program with its streams.
type Main struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// For tests, which move the time, shorten waits and end the program at a certain step.
	Clock       cloud.Clock // nil: that of the machine
	FleetLimits fleet.Limits
	Reached     func(fleet.Step)
}

func (m *Main) clock() cloud.Clock {
	if m.Clock == nil {
		return cloud.SystemClock{}
	}
	return m.Clock
}

// commands is the command line.
type commands struct {
	Serve     serveCommand     `cmd:"" help:"Run Gatehouse."`
	Keys      keysCommand      `cmd:"" help:"List, create, disable, enable and delete API keys as the operator."`
	SetupLink setupLinkCommand `cmd:"" help:"Make a new one-time link to set up the first person; older links end."`
	Backup    backupCommand    `cmd:"" help:"Write the control state to a file, while Gatehouse runs."`
	Restore   restoreCommand   `cmd:"" help:"Read the control state from a backup, while Gatehouse does not run."`
	Doctor    doctorCommand    `cmd:"" help:"Look for what is wrong with a data directory."`
	Engine    engineCommand    `cmd:"" help:"Install the ClickHouse that runs the services."`
	Version   versionCommand   `cmd:"" help:"Print the version."`

	EngineHost engineHostCommand `cmd:"" hidden:"" help:"Run the ClickHouse of one service; Gatehouse starts it."`
}

// Execute parses the arguments, runs the command and returns the exit status.
func (m *Main) Execute(ctx context.Context, args []string) int {
	command, status, done := m.Parse(args)
	if done {
		return status
	}
	return m.status(m.Run(ctx, command))
}

// runner is a parsed command.
type runner interface {
	Run(ctx context.Context, m *Main) error
}

// exited carries the status of a parser that wants to end the program.
type exited int

// Parse returns the command that the arguments name, or done with an exit status.
func (m *Main) Parse(args []string) (command runner, status int, done bool) {
	defer func() {
		if cause := recover(); cause != nil {
			code, ok := cause.(exited)
			if !ok {
				panic(cause)
			}
			status, done = int(code), true
		}
	}()
	var c commands
	parser, err := kong.New(&c,
		kong.Name("gatehouse"),
		kong.Description("A ClickHouse Cloud of your own: the same API, keys, roles and audit log, on your machines."),
		kong.DefaultEnvars("GATEHOUSE"),
		kong.Writers(m.Stdout, m.Stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.UsageOnError(),
	)
	if err != nil {
		_, _ = fmt.Fprintln(m.Stderr, "gatehouse:", err)
		return nil, exitFailed, true
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintf(m.Stderr, "gatehouse: %v (see gatehouse --help)\n", err)
		return nil, exitUsage, true
	}
	command, ok := parsed.Selected().Target.Addr().Interface().(runner)
	if !ok {
		_, _ = fmt.Fprintln(m.Stderr, "gatehouse: name a command (see gatehouse --help)")
		return nil, exitUsage, true
	}
	return command, exitOK, false
}

// Run runs a command. Tests call it without a command line.
func (m *Main) Run(ctx context.Context, command runner) error { return command.Run(ctx, m) }

// status prints what went wrong in one sentence and returns the exit status.
func (m *Main) status(err error) int {
	if err == nil {
		return exitOK
	}
	var unsound unsoundError
	if errors.As(err, &unsound) {
		return exitUnsound // it has said what
	}
	_, _ = fmt.Fprintf(m.Stderr, "gatehouse: %s\n", strings.Join(strings.FieldsFunc(sentence(err), lineEnd), " ")) // a cause may have several lines
	switch cloud.CodeOf(err) {
	case cloud.NotFound:
		return exitNotFound
	case cloud.Invalid, cloud.Conflict, cloud.Forbidden:
		return exitRefused
	default:
		return exitFailed
	}
}

func lineEnd(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }

func sentence(err error) string {
	var start *store.StartError
	if errors.As(err, &start) {
		return start.Error()
	}
	var e *cloud.Error
	if errors.As(err, &e) && e.Err == nil {
		return e.Message
	}
	return err.Error()
}

func (m *Main) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(m.Stdout, format, args...) // whoever reads has gone: nobody to tell
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(_ context.Context, m *Main) error {
	m.printf("gatehouse %s\n", version)
	return nil
}
