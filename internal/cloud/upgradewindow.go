package cloud

import (
	"slices"
	"strconv"
	"strings"
)

// UpgradeStartHours are the hours, in UTC, at which an upgrade window may begin.
var UpgradeStartHours = []int{0, 6, 12, 18}

// Check returns Invalid, naming field and value, unless the window is one that can be kept
// (OpenAPI schema UpgradeWindowPutRequest).
func (w UpgradeWindow) Check() error {
	if w.Weekday < 0 || w.Weekday > 6 {
		return Errorf(Invalid, "weekday: expected 0 for Sunday to 6 for Saturday, got %d", w.Weekday)
	}
	if !slices.Contains(UpgradeStartHours, w.StartHour) {
		return Errorf(Invalid, "startHourUtc: expected one of %s, got %d", numbers(UpgradeStartHours), w.StartHour)
	}
	return nil
}

// numbers returns the numbers as a sentence lists them: 0, 6, 12.
func numbers(list []int) string {
	texts := make([]string, 0, len(list))
	for _, n := range list {
		texts = append(texts, strconv.Itoa(n))
	}
	return strings.Join(texts, ", ")
}
