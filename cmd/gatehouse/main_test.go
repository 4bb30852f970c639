package main

import (
	"os"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gatehouse/gatehouse/internal/engine"
)

// TestMain lets scripts run the program as the command gatehouse. The test program is
// Gatehouse itself when it is started with one of ownCommands: a Gatehouse within a test
// runs its engines with os.Executable.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains(ownCommands, os.Args[1]) {
		if dir := os.Getenv(handVariable); dir != "" {
			os.Exit(hand(dir).serve(os.Args[1:]))
		}
		main()
	}
	testscript.Main(tidying{m}, map[string]func(){"gatehouse": main})
}

// ownCommands are what the test program does as Gatehouse does it.
var ownCommands = []string{engine.HostCommand, "serve"}

// tidying removes the built program after the tests.
type tidying struct{ *testing.M }

// Run implements testscript.TestingM.
func (m tidying) Run() int {
	defer func() { _ = os.RemoveAll(binaryDir) }()
	return m.M.Run()
}
