package cloud_test

import (
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func hours(n int) *int           { return &n }
func startTime(t string) *string { return &t }

// A schedule for which nobody decided anything is the Cloud's: daily, kept for a day, at any time.
func TestBackupScheduleHasDefaults(t *testing.T) {
	var b cloud.BackupSchedule
	if b.Period() != 24 || b.Retention() != 24 || b.StartTime != "" {
		t.Errorf("got %d, %d, %q", b.Period(), b.Retention(), b.StartTime)
	}
}

// A patch changes what it names, puts back what it names with nothing, and leaves the rest.
func TestBackupSchedulePatch(t *testing.T) {
	before := cloud.BackupSchedule{PeriodHours: 48, RetentionHours: 72, StartTime: "02:00"}
	for _, c := range []struct {
		name  string
		patch cloud.BackupSchedulePatch
		want  cloud.BackupSchedule
	}{
		{"nothing", cloud.BackupSchedulePatch{}, before},
		{"retention", cloud.BackupSchedulePatch{RetentionHours: hours(1080)}, cloud.BackupSchedule{PeriodHours: 48, RetentionHours: 1080, StartTime: "02:00"}},
		{"retention back", cloud.BackupSchedulePatch{RetentionHours: hours(0)}, cloud.BackupSchedule{PeriodHours: 48, StartTime: "02:00"}},
		{"start back", cloud.BackupSchedulePatch{StartTime: startTime("")}, cloud.BackupSchedule{PeriodHours: 48, RetentionHours: 72}},
		{"start back and a short period", cloud.BackupSchedulePatch{PeriodHours: hours(6), StartTime: startTime("")}, cloud.BackupSchedule{PeriodHours: 6, RetentionHours: 72}},
		{"period back", cloud.BackupSchedulePatch{PeriodHours: hours(0), StartTime: startTime("23:00")}, cloud.BackupSchedule{RetentionHours: 72, StartTime: "23:00"}},
	} {
		if got, err := c.patch.Apply(before); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
}

// What is wrong of a patch is named; a start time goes with 24 and 48 hours only, be the period
// the one that is kept or the one that comes with it.
func TestWrongBackupScheduleIsRefused(t *testing.T) {
	short := cloud.BackupSchedule{PeriodHours: 12}
	const rule = "customBackupPeriod must be 24 or 48 hours when customBackupStartTime is set"
	for _, c := range []struct {
		before cloud.BackupSchedule
		patch  cloud.BackupSchedulePatch
		says   string
	}{
		{short, cloud.BackupSchedulePatch{StartTime: startTime("02:00")}, "backupPeriodInHours: " + rule + `, got 12 with the backupStartTime "02:00"`},
		{short, cloud.BackupSchedulePatch{StartTime: startTime("02:00"), RetentionHours: hours(48)}, rule},
		{cloud.BackupSchedule{StartTime: "02:00"}, cloud.BackupSchedulePatch{PeriodHours: hours(6)}, rule},
		{short, cloud.BackupSchedulePatch{PeriodHours: hours(7)}, "backupPeriodInHours: expected one of 6, 8, 12, 16, 20, 24, 36, 48, got 7"},
		{short, cloud.BackupSchedulePatch{PeriodHours: hours(-24)}, "backupPeriodInHours: "},
		{short, cloud.BackupSchedulePatch{RetentionHours: hours(25)}, "backupRetentionPeriodInHours: "},
		{short, cloud.BackupSchedulePatch{RetentionHours: hours(1104)}, "backupRetentionPeriodInHours: "},
		{short, cloud.BackupSchedulePatch{RetentionHours: hours(-24)}, "backupRetentionPeriodInHours: "},
		{short, cloud.BackupSchedulePatch{StartTime: startTime("2:00")}, `backupStartTime: expected a full hour in UTC such as 02:00, got "2:00"`},
		{short, cloud.BackupSchedulePatch{StartTime: startTime("24:00")}, "backupStartTime: "},
		{short, cloud.BackupSchedulePatch{StartTime: startTime("02:30")}, "backupStartTime: "},
		{short, cloud.BackupSchedulePatch{StartTime: startTime("02:00:00")}, "backupStartTime: "},
	} {
		_, err := c.patch.Apply(c.before)
		if cloud.CodeOf(err) != cloud.Invalid || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: got %v, want … %s …", c.patch, err, c.says)
		}
	}
}
