//go:build !linux

package engine

import (
	"errors"
	"fmt"
)

const whyNoJail = "only Linux has what it takes"

// enter returns nil when nothing is to be confined.
func (c confine) enter() error {
	if c.Landlock || c.UID != 0 {
		return fmt.Errorf("%w: %s", errConfined, whyNoJail)
	}
	return nil
}

func sealSockets() error { return nil }

func landlockVersion() (version int, why string) { return 0, whyNoJail }

func usersPossible() error { return errors.New(whyNoJail) }
