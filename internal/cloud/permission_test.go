package cloud_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestPermissionCatalogue(t *testing.T) {
	// Each permission stands in the catalogue once, is named as the Cloud names them,
	// and is about an organization exactly when its name says so.
	all := cloud.Permissions()
	form := regexp.MustCompile(`^(control-plane|sql-console):[a-z]+(-[a-z]+)*:[a-z]+(-[a-z]+)*$`)
	for i, p := range all {
		if !form.MatchString(string(p)) || slices.Contains(all[:i], p) {
			t.Errorf("%s", p)
		}
		object := strings.Split(string(p), ":")[1]
		if want := object == "organization" || object == "support"; p.OfOrganization() != want {
			t.Errorf("%s is about an organization: %t", p, !want)
		}
	}
	if len(all) != 29 || len(all) > 64 {
		t.Errorf("%d permissions: access keeps them as the bits of one word", len(all))
	}
	if cloud.Permission("control-plane:organization:destroy").OfOrganization() {
		t.Error("a permission that does not exist is about an organization")
	}
}
