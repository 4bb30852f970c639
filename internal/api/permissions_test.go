package api_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"go.yaml.in/yaml/v3"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// permissions is testdata/permissions.yaml: a row for each operation, a column for each role.
type permissions struct {
	Roles      []string
	Operations map[string][]string
}

const withoutRoles = "none"

func readPermissions(t *testing.T) (p permissions) {
	t.Helper()
	text, err := os.ReadFile("testdata/permissions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// The matrix has each operation of our document and each system role, and nothing else.
func TestPermissionMatrixIsWhole(t *testing.T) {
	matrix := readPermissions(t)
	want := []string{}
	for _, r := range cloud.SystemRoles(cloud.Organization{}) {
		want = append(want, r.Name)
	}
	if want = append(want, withoutRoles); !slices.Equal(matrix.Roles, want) {
		t.Errorf("the columns of testdata/permissions.yaml are\n%q, want\n%q", matrix.Roles, want)
	}
	served := map[string]bool{}
	for _, o := range documentedOperations(t) {
		served[o.id] = true
		if _, ok := matrix.Operations[o.id]; !ok {
			t.Errorf("testdata/permissions.yaml lacks the operation %s: who may do it?", o.id)
		}
	}
	for id, row := range matrix.Operations {
		if !served[id] {
			t.Errorf("testdata/permissions.yaml has the operation %s, which is not served", id)
		}
		if len(row) != len(matrix.Roles) || slices.ContainsFunc(row, func(cell string) bool { return cell != "allow" && cell != "deny" }) {
			t.Errorf("testdata/permissions.yaml, %s: want allow or deny for each of %d roles, got %q", id, len(matrix.Roles), row)
		}
	}
}

// Each role may do in its organization what the matrix says and is refused the rest
// with the name of the permission it lacks; in another organization there is nothing
// for anybody, whatever their role.
func TestPermissions(t *testing.T) {
	matrix := readPermissions(t)
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		keys := map[string]caller{}
		for _, role := range matrix.Roles {
			if role == withoutRoles {
				keys[role] = h.admin.key(`"name":"no roles"`)
			} else {
				keys[role] = h.admin.keyWith(role)
			}
		}
		for _, o := range documentedOperations(t) {
			for column, role := range matrix.Roles {
				a := o.about(t, h.organization).by(keys[role])
				if matrix.Operations[o.id][column] == "allow" {
					if !done(a) {
						t.Errorf("%s as %s: %s answered %d %s", o.id, role, a.request, a.status, a.error())
					}
				} else {
					a.says(403, "FORBIDDEN: This needs the permission ", "which the key ")
					if !slices.ContainsFunc(o.permissions, func(p string) bool { return strings.Contains(a.error(), " "+p+",") }) {
						t.Errorf("%s as %s names none of the permissions %q: %s", o.id, role, o.permissions, a.error())
					}
				}
			}
			if !slices.Contains(o.path, "organizationId") {
				continue
			}
			foreign := o.about(t, other)
			random := foreign.with("organizationId", uuid.NewString())
			for role, key := range keys {
				a := foreign.by(key)
				a.is(404, "NOT_FOUND: Organization not found")
				if a.bytes() != random.by(key).bytes() {
					t.Errorf("%s as %s: another organization is not the same as none", o.id, role)
				}
			}
		}
	}, withoutLimit)
}

// done reports whether the operation was carried out, as far as it can be: there is no
// region with a service yet, most houses send no mail, and a service is new.
func done(a *answer) bool {
	return a.status == 200 || slices.ContainsFunc([]string{
		"no created instances", "Gatehouse sends no mail",
		"Scaling schedule not found", "Upgrade window not found", "Query endpoint not found", "The service has not run yet",
	}, func(reason string) bool { return strings.Contains(a.error(), reason) })
}

// The permissions that the document states for an operation are those that it needs:
// they stand in the operation's description too, for people.
func TestDocumentStatesPermissions(t *testing.T) {
	h := onSQLite(t)
	document := h.nobody().get("/v1").ok()
	for _, o := range documentedOperations(t) {
		declared := document.value("paths").(map[string]any)[o.template].(map[string]any)[strings.ToLower(o.method)].(map[string]any)
		description := declared["description"].(string)
		if _, ok := declared["x-required-permissions"]; !ok {
			t.Errorf("%s does not state its permissions", o.id)
		}
		for _, p := range o.permissions {
			if !strings.Contains(description, "`"+p+"`") {
				t.Errorf("the description of %s does not name %s", o.id, p)
			}
		}
		if len(o.permissions) == 0 && !strings.Contains(description, "Any valid key may call this.") {
			t.Errorf("the description of %s does not say that it needs no permission", o.id)
		}
	}
}
