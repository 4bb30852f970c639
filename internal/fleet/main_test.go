package fleet_test

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// This program is the host of the engines that it starts.
func TestMain(m *testing.M) { enginetest.Main(m) }
