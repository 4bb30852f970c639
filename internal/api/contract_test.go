package api_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gatehouse/gatehouse/internal/api"
)

// builtOperations are those whose contract we meet in every leaf.
var builtOperations = []string{
	"organizationGetList", "organizationGet", "organizationUpdate", "organizationPrivateEndpointConfigGetList", "organizationQuotasGetList", "organizationQuotaGet",
	"organizationRolesGetList", "organizationRolePost", "organizationRoleGet", "organizationRolePatch", "organizationRoleDelete",
	"memberGetList", "memberGet", "memberUpdate", "memberDelete",
	"invitationGetList", "invitationCreate", "invitationGet", "invitationDelete",
	"activityGetList", "activityGet",
	"openapiKeyGetList", "openapiKeyCreate", "openapiKeyGet", "openapiKeyUpdate", "openapiKeyDelete",
	"instanceGetList", "instanceCreate", "instanceGet", "instanceUpdate", "instanceDelete", "instanceStateUpdate", "instanceScalingUpdate",
	"instanceReplicaScalingUpdate", "instancePasswordUpdate", "instancePrivateEndpointConfigGet", "instancePrivateEndpointCreate",
	"scalingScheduleGet", "scalingScheduleUpsert", "scalingScheduleDelete", "upgradeWindowGet", "upgradeWindowUpdate", "upgradeWindowDelete",
	"serviceClickhouseSettingsListGet", "serviceClickhouseSettingsUpdate", "serviceClickhouseSettingsSchemaGet", "serviceClickhouseSettingGet",
	"serviceClickhouseSettingDelete", "instanceQueryEndpointGet", "instanceQueryEndpointUpsert", "instanceQueryEndpointDelete",
	"backupConfigurationGet", "backupConfigurationUpdate", "instancePrometheusGet", "organizationPrometheusGet",
}

// Our document has every leaf of the Cloud's for the operations that are built:
// each parameter, field, type and enum value.
func TestDocumentMeetsTheContract(t *testing.T) {
	t.Parallel()
	shared, err := filepath.Abs("../../../shared")
	if err != nil {
		t.Fatal(err)
	}
	compare := filepath.Join(shared, "contract", "contract.py")
	for _, file := range []string{compare, filepath.Join(shared, "reference", "cloud-openapi.json")} {
		if _, err := os.Stat(file); err != nil {
			t.Skip("../shared is not beside the repository: our document is not compared with the Cloud's")
		}
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not on this machine: our document is not compared with the Cloud's")
	}
	document, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	candidate := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(candidate, document, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{compare, candidate, "--details", "--min", "100"}
	for _, o := range builtOperations {
		args = append(args, "--operation", o)
	}
	if out, err := exec.CommandContext(t.Context(), python, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
