package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run the program as the command gatehouse.
func TestMain(m *testing.M) {
	testscript.Main(tidying{m}, map[string]func(){"gatehouse": main})
}

// tidying removes the built program after the tests.
type tidying struct{ *testing.M }

// Run implements testscript.TestingM.
func (m tidying) Run() int {
	defer func() { _ = os.RemoveAll(binaryDir) }()
	return m.M.Run()
}
