package engine

import (
	"strconv"
	"strings"
)

// atLeast reports whether a version such as "26.7.2.1" is major.minor or later. A
// version that is not known counts as later.
func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return true
	}
	gotMajor, err := strconv.Atoi(parts[0])
	if err != nil {
		return true
	}
	gotMinor, err := strconv.Atoi(parts[1])
	if err != nil {
		return true
	}
	return gotMajor > major || gotMajor == major && gotMinor >= minor
}
