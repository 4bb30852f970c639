package cloud_test

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// An upgrade window begins on a day of the week at one of four hours.
func TestUpgradeWindowIsChecked(t *testing.T) {
	for weekday := -1; weekday <= 7; weekday++ {
		for hour := -6; hour <= 24; hour++ {
			err := cloud.UpgradeWindow{Weekday: weekday, StartHour: hour}.Check()
			fine := weekday >= 0 && weekday <= 6 && (hour == 0 || hour == 6 || hour == 12 || hour == 18)
			if fine != (err == nil) {
				t.Errorf("weekday %d, hour %d: %v", weekday, hour, err)
			}
			if err != nil && cloud.CodeOf(err) != cloud.Invalid {
				t.Errorf("weekday %d, hour %d: code %d", weekday, hour, cloud.CodeOf(err))
			}
		}
	}
	err := cloud.UpgradeWindow{Weekday: 1, StartHour: 7}.Check()
	if want := "startHourUtc: expected one of 0, 6, 12, 18, got 7"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
