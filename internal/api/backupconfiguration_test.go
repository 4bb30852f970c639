package api_test

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// A service begins with the Cloud's defaults; what is set is shown as it was set; null puts a field
// back; what is not named stays. A start time is absent until there is one.
func TestBackupConfiguration(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service() + "/backupConfiguration"
		fresh := h.admin.get(path).ok()
		fresh.shows(map[string]string{"result": `{"backupPeriodInHours":24,"backupRetentionPeriodInHours":24}`})
		for _, step := range []struct{ body, want string }{
			{`{}`, `{"backupPeriodInHours":24,"backupRetentionPeriodInHours":24}`},
			{`{"backupRetentionPeriodInHours":48.0}`, `{"backupPeriodInHours":24,"backupRetentionPeriodInHours":48}`},
			{`{"backupPeriodInHours":12}`, `{"backupPeriodInHours":12,"backupRetentionPeriodInHours":48}`},
			{`{"backupPeriodInHours":null,"backupStartTime":"02:00"}`, `{"backupPeriodInHours":24,"backupRetentionPeriodInHours":48,"backupStartTime":"02:00"}`},
			{`{"backupPeriodInHours":48}`, `{"backupPeriodInHours":48,"backupRetentionPeriodInHours":48,"backupStartTime":"02:00"}`},
			{`{"backupStartTime":null,"backupPeriodInHours":6}`, `{"backupPeriodInHours":6,"backupRetentionPeriodInHours":48}`},
			{`{"backupStartTime":""}`, `{"backupPeriodInHours":6,"backupRetentionPeriodInHours":48}`},
			{`{"backupPeriodInHours":null,"backupRetentionPeriodInHours":null,"backupStartTime":null}`, `{"backupPeriodInHours":24,"backupRetentionPeriodInHours":24}`},
		} {
			h.admin.patch(path, step.body).ok().shows(map[string]string{"result": step.want})
			h.admin.get(path).ok().shows(map[string]string{"result": step.want})
		}
		h.recordedLast(t, cloud.ServiceBackupsChanged, 6)
	})
}

// A start time goes with 24 and 48 hours only, be the period kept or sent; what is wrong is
// answered in words that the Cloud's clients know, and nothing of the request is kept.
func TestWrongBackupConfigurationIsRefused(t *testing.T) {
	h := onSQLite(t)
	path := "~/services/" + h.admin.service() + "/backupConfiguration"
	h.admin.patch(path, `{"backupPeriodInHours":12,"backupRetentionPeriodInHours":48}`).ok()
	before := h.revision()
	const rule = "customBackupPeriod must be 24 or 48 hours when customBackupStartTime is set"
	for body, part := range map[string]string{
		`{"backupStartTime":"02:00"}`:                                   "backupPeriodInHours: " + rule + `, got 12 with the backupStartTime "02:00"`,
		`{"backupStartTime":"02:00","backupRetentionPeriodInHours":72}`: rule,
		`{"backupStartTime":"02:00","backupPeriodInHours":6}`:           rule,
		`{"backupStartTime":"2am"}`:                                     `backupStartTime: expected a full hour in UTC such as 02:00, got "2am"`,
		`{"backupStartTime":"02:15","backupPeriodInHours":24}`:          "backupStartTime: ",
		`{"backupStartTime":2}`:                                         "backupStartTime: expected string",
		`{"backupPeriodInHours":7}`:                                     "backupPeriodInHours: expected one of 6, 8, 12, 16, 20, 24, 36, 48, got 7",
		`{"backupPeriodInHours":0}`:                                     "backupPeriodInHours: expected a number of hours, got 0",
		`{"backupPeriodInHours":12.5}`:                                  "backupPeriodInHours: expected a number of hours, got 12.5",
		`{"backupPeriodInHours":"24"}`:                                  "backupPeriodInHours: expected number",
		`{"backupPeriodInHours":1e300}`:                                 "backupPeriodInHours: ",
		`{"backupRetentionPeriodInHours":25,"backupPeriodInHours":24}`:  "backupRetentionPeriodInHours: expected whole days",
		`{"backupRetentionPeriodInHours":1104}`:                         "backupRetentionPeriodInHours: ",
		`{"backupRetentionPeriodInHours":-24}`:                          "backupRetentionPeriodInHours: ",
		`{"backupPeriodInHours":24,"backupPeriodInHours":48}`:           "",
	} {
		h.admin.patch(path, body).says(400, "BAD_REQUEST: ", part)
	}
	if h.revision() != before {
		t.Error("a refused configuration changed something")
	}
	h.admin.get(path).ok().shows(map[string]string{"result": `{"backupPeriodInHours":12,"backupRetentionPeriodInHours":48}`})
}

// The Terraform provider sends all three fields with each update, null where its plan has nothing,
// and looks for what it sent in each answer.
func TestTerraformBackupConfiguration(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		path := "~/services/" + h.admin.service() + "/backupConfiguration"
		h.admin.patch(path, `{"backupPeriodInHours":24,"backupRetentionPeriodInHours":24,"backupStartTime":null}`).ok().
			shows(map[string]string{"result": `{"backupPeriodInHours":24,"backupRetentionPeriodInHours":24}`})
		h.admin.patch(path, `{"backupPeriodInHours":null,"backupRetentionPeriodInHours":720,"backupStartTime":"23:00"}`).ok().
			shows(map[string]string{"result.backupStartTime": `"23:00"`, "result.backupRetentionPeriodInHours": "720"})
		h.admin.patch(path, `{"backupPeriodInHours":8,"backupRetentionPeriodInHours":720,"backupStartTime":null}`).ok().
			shows(map[string]string{"result": `{"backupPeriodInHours":8,"backupRetentionPeriodInHours":720}`})
	})
}
