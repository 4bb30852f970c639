package contract_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/api/contract"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// The catalogue has every operation of the reference and no other, each under
// its method, path, operationId and tag.
func TestCatalogueIsTheReferenceDocument(t *testing.T) {
	raw, err := os.ReadFile("../../../../shared/reference/cloud-openapi.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the reference document is not beside the repository (../shared/reference)")
	}
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string
			Tags        []string
		}
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for path, item := range document.Paths {
		for method, op := range item {
			want = append(want, strings.Join([]string{op.Tags[0], strings.ToUpper(method), path, op.OperationID}, " "))
		}
	}
	for _, op := range contract.Operations() {
		if op.Since == contract.August2026 {
			got = append(got, strings.Join([]string{op.Tag, op.Method, op.Path, op.ID}, " "))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the catalogue is not the reference document (-reference +catalogue):\n%s", diff)
	}
}

// No operationId and no method and path stands in the catalogue twice.
func TestCatalogueHasNoDuplicates(t *testing.T) {
	ids, routes := map[string]bool{}, map[string]bool{}
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	for _, op := range contract.Operations() {
		if ids[op.ID] {
			t.Errorf("the operationId %s stands there twice", op.ID)
		}
		ids[op.ID] = true
		route := op.Method + " " + parameter.ReplaceAllString(op.Path, "{}")
		if routes[route] {
			t.Errorf("%s stands there twice", route)
		}
		routes[route] = true
	}
}

// Every permission is well formed and one that roles can grant: a misspelt one
// would lock everybody out of its operation.
func TestPermissionsAreThoseOfTheCloud(t *testing.T) {
	form := regexp.MustCompile(`^control-plane(:[a-z]+(-[a-z]+)*){2}$`)
	for _, op := range contract.Operations() {
		for _, p := range op.Permissions {
			if !form.MatchString(p) {
				t.Errorf("%s: the permission %q is not of the form control-plane:object:verb", op.ID, p)
			}
			if !slices.Contains(cloud.Permissions(), cloud.Permission(p)) {
				t.Errorf("%s: no role can grant the permission %q", op.ID, p)
			}
		}
	}
}

// Operations come by tag in the order of the reference, then by path and method,
// so that what is generated from them does not jump about.
func TestOperationsAreInOrder(t *testing.T) {
	tags, methods := contract.Tags(), []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	ops := contract.Operations()
	for i, b := range ops[1:] {
		a := ops[i]
		c := slices.Index(tags, a.Tag) - slices.Index(tags, b.Tag)
		if c == 0 {
			c = strings.Compare(a.Path, b.Path)
		}
		if c == 0 {
			c = slices.Index(methods, a.Method) - slices.Index(methods, b.Method)
		}
		if c >= 0 {
			t.Errorf("%s does not come before %s", a.ID, b.ID)
		}
	}
}

// A caller that changes what it was given changes nothing for the next caller.
func TestOperationsAreCopies(t *testing.T) {
	const id = "organizationGet"
	want, ok := contract.ByID(id)
	if !ok {
		t.Fatalf("there is no %s", id)
	}
	all := contract.Operations()
	for i := range all {
		all[i].ID = "spoilt"
		for j := range all[i].Permissions {
			all[i].Permissions[j] = "spoilt"
		}
	}
	one, _ := contract.ByID(id)
	one.Permissions[0] = "spoilt"
	if got, _ := contract.ByID(id); !cmp.Equal(want, got) || got.Permissions[0] == "spoilt" {
		t.Errorf("%s became %+v", id, got)
	}
	if _, ok := contract.ByID("spoilt"); ok {
		t.Error("there is an operation that a caller made up")
	}
}

// A malformed table is refused with the line that is wrong.
func TestMalformedTableIsRefused(t *testing.T) {
	const head = "tag\tmethod\tpath\toperationId\tsince\tpermissions\n"
	for name, c := range map[string]struct{ table, want string }{
		"no header":       {"Billing\tGET\t/v1/a\tid\tnewer\t-\n", "operations.tsv:1: expected the header"},
		"column missing":  {head + "Billing\tGET\t/v1/a\tid\tnewer\n", "operations.tsv:2: expected 6 columns, got 5"},
		"unknown tag":     {head + "Bills\tGET\t/v1/a\tid\tnewer\t-\n", `operations.tsv:2: unknown tag "Bills"`},
		"unknown method":  {head + "Billing\tget\t/v1/a\tid\tnewer\t-\n", `unknown method "get"`},
		"another path":    {head + "Billing\tGET\t/v2/a\tid\tnewer\t-\n", `"/v2/a" does not begin with /v1/`},
		"no id":           {head + "Billing\tGET\t/v1/a\t\tnewer\t-\n", "no operationId"},
		"since no record": {head + "Billing\tGET\t/v1/a\tid\t2025\t-\n", `unknown since "2025"`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := contract.Parse(c.table); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got the error %v, want %q", err, c.want)
			}
		})
	}
}
