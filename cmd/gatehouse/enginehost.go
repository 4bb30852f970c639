package main

import (
	"context"
	"fmt"

	"github.com/gatehouse/gatehouse/internal/engine"
)

// engineHostCommand is engine.HostCommand: the process that runs the ClickHouse of one
// service and outlives Gatehouse. Only Gatehouse starts it.
type engineHostCommand struct {
	Dir string `arg:"" help:"The data folder of the service."`
}

// Run runs it until ClickHouse ends.
func (c engineHostCommand) Run(context.Context, *Main) error {
	if status := engine.RunHost(c.Dir); status != exitOK {
		return hostEndedError(status)
	}
	return nil
}

// hostEndedError says that the host of an engine failed; it has said why in its log.
type hostEndedError int

// Error implements error.
func (e hostEndedError) Error() string {
	return fmt.Sprintf("the host of an engine ended with the status %d", int(e))
}
