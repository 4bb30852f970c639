package cloud

import (
	"regexp"
	"slices"
)

// What a BackupSchedule is when nobody said otherwise (OpenAPI schema BackupConfiguration), and
// its bounds. All are hours.
const (
	DefaultBackupPeriod    = 24
	DefaultBackupRetention = 24
	MaxBackupRetention     = 45 * 24
)

// BackupPeriods are the hours that may lie between two backups.
var BackupPeriods = []int{6, 8, 12, 16, 20, 24, 36, 48}

// Period returns the hours between two backups.
func (b BackupSchedule) Period() int {
	if b.PeriodHours == 0 {
		return DefaultBackupPeriod
	}
	return b.PeriodHours
}

// Retention returns for how many hours a backup is kept.
func (b BackupSchedule) Retention() int {
	if b.RetentionHours == 0 {
		return DefaultBackupRetention
	}
	return b.RetentionHours
}

// BackupSchedulePatch changes what is not nil (OpenAPI schema BackupConfigurationPatchRequest).
// What points to zero, or to the empty text, goes back to its default.
type BackupSchedulePatch struct {
	PeriodHours    *int
	RetentionHours *int
	StartTime      *string
}

var backupStartTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):00$`)

// Apply returns the schedule with the whole patch applied, or Invalid, which names field and
// value: then nothing of it is.
func (p BackupSchedulePatch) Apply(b BackupSchedule) (BackupSchedule, error) {
	if p.PeriodHours != nil {
		if *p.PeriodHours != 0 && !slices.Contains(BackupPeriods, *p.PeriodHours) {
			return b, Errorf(Invalid, "backupPeriodInHours: expected one of %s, got %d", numbers(BackupPeriods), *p.PeriodHours)
		}
		b.PeriodHours = *p.PeriodHours
	}
	if p.RetentionHours != nil {
		if hours := *p.RetentionHours; hours != 0 && (hours < 24 || hours > MaxBackupRetention || hours%24 != 0) {
			return b, Errorf(Invalid, "backupRetentionPeriodInHours: expected whole days, 24 to %d in steps of 24, got %d", MaxBackupRetention, hours)
		}
		b.RetentionHours = *p.RetentionHours
	}
	if p.StartTime != nil {
		if *p.StartTime != "" && !backupStartTime.MatchString(*p.StartTime) {
			return b, Errorf(Invalid, "backupStartTime: expected a full hour in UTC such as 02:00, got %q", *p.StartTime)
		}
		b.StartTime = *p.StartTime
	}
	if b.StartTime != "" && b.Period() != 24 && b.Period() != 48 {
		// The Cloud's own words, which clients may look for, between the field and what it got.
		return b, Errorf(Invalid, "backupPeriodInHours: customBackupPeriod must be 24 or 48 hours when customBackupStartTime is set, got %d with the backupStartTime %q", b.Period(), b.StartTime)
	}
	return b, nil
}
