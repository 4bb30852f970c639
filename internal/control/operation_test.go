package control_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// Every operation that has a constant states what it requires, in permissions that
// exist: none is open because it was forgotten.
func TestEveryOperationStatesItsPermissions(t *testing.T) {
	operations := operationConstants(t)
	if len(operations) < 16 {
		t.Fatalf("only %d constants were found: %v", len(operations), operations)
	}
	known := cloud.Permissions()
	for _, o := range operations {
		for _, p := range o.Requires() { // panics when it is forgotten
			if !slices.Contains(known, p) {
				t.Errorf("%s requires %s, which does not exist", o, p)
			}
		}
		if needsNothing := len(o.Requires()) == 0; needsNothing != slices.Contains(open, o) {
			t.Errorf("%s requires %v", o, o.Requires())
		}
	}
}

// An operation that states nothing cannot be registered.
func TestOperationWithoutStatedPermissionsPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown operation requires nothing")
		}
	}()
	control.Operation("forgotten").Requires()
}

// What Requires returned can be altered without altering what is required.
func TestRequirementsCannotBeAltered(t *testing.T) {
	control.KeyDelete.Requires()[0] = cloud.OrganizationView
	if control.KeyDelete.Requires()[0] != cloud.ViewAPIKeys {
		t.Error("the table was altered")
	}
}

// open are the operations that answer whoever is admitted, with what they may see.
var open = []control.Operation{
	control.WhoamiGet, control.OrganizationGetList, control.InstanceGetList, control.OrganizationPrometheusGet, control.OrganizationPrometheusDiscoveryGet,
}

// operationConstants reads the constants of type Operation from the source.
func operationConstants(t *testing.T) (operations []control.Operation) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "operation.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Operation" {
			for _, value := range spec.Values {
				if text, ok := value.(*ast.BasicLit); ok {
					name, err := strconv.Unquote(text.Value)
					if err != nil {
						t.Fatal(err)
					}
					operations = append(operations, control.Operation(name))
				}
			}
		}
		return true
	})
	return operations
}
