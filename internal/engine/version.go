package engine

import "fmt"

// atLeast reports whether a version such as "26.7.2.1" is major.minor or later. A
// version that is not known counts as later.
func atLeast(version string, major, minor int) bool {
	gotMajor, gotMinor, known := release(version)
	return !known || gotMajor > major || gotMajor == major && gotMinor >= minor
}

// release returns the year and the month of a version, and false for one that is not known.
func release(version string) (major, minor int, known bool) {
	n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor) // n says it
	return major, minor, n == 2
}
