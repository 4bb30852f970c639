// Package contract is the catalogue of the operations of the ClickHouse Cloud
// API, as data: what there is, where, and what it asks for. It knows nothing of
// what Gatehouse serves.
package contract

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// August2026 is the Since of the operations in the Cloud's OpenAPI document of
// August 2026; Newer that of operations which only later documents have.
const (
	August2026 = "2026-08"
	Newer      = "newer"
)

// Operation is one operation of the Cloud's API.
type Operation struct {
	Tag    string // the section of the reference it stands in
	Method string // in capitals
	Path   string // with the reference's names of its parameters: /v1/organizations/{organizationId}
	ID     string // operationId, unique
	// Permissions are those that the reference says a caller must have, all of
	// them; nil where it names none.
	Permissions []string
	Since       string // August2026 or Newer
}

// Operations returns all operations, in the order of Tags, then by path and
// method. The caller owns the result.
func Operations() []Operation {
	ops := slices.Clone(catalogue().operations)
	for i := range ops {
		ops[i].Permissions = slices.Clone(ops[i].Permissions)
	}
	return ops
}

// ByID returns the operation with this operationId, and false when there is none.
func ByID(id string) (Operation, bool) {
	c := catalogue()
	i, ok := c.byID[id]
	if !ok {
		return Operation{}, false
	}
	op := c.operations[i]
	op.Permissions = slices.Clone(op.Permissions)
	return op, true
}

// Tags returns the tags in the order of the reference. The caller owns the result.
func Tags() []string { return slices.Clone(tags) }

// tags is the order of the document of August 2026; the tags that newer
// documents added stand where those have them.
var tags = []string{
	"Organization", "User management", "Billing", "Role Management", "Service", "Backup", "Snapshot", "OpenAPI",
	"Prometheus", "ClickPipes", "ClickStack", "Postgres", "UDF", "Query API endpoints", "Saved queries",
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

//go:embed operations.tsv
var table string

type parsed struct {
	operations []Operation
	byID       map[string]int
}

// catalogue parses the table once. The table is part of the program: when it is
// malformed the program is, and its tests do not get as far as a release.
var catalogue = sync.OnceValue(func() parsed {
	ops, err := parse(table)
	if err != nil {
		panic("contract: " + err.Error())
	}
	byID := make(map[string]int, len(ops))
	for i, op := range ops {
		byID[op.ID] = i
	}
	return parsed{ops, byID}
})

const header = "tag\tmethod\tpath\toperationId\tsince\tpermissions"

func parse(table string) ([]Operation, error) {
	var ops []Operation
	headed := false
	for i, line := range strings.Split(table, "\n") {
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case !headed && line == header:
			headed = true
			continue
		case !headed:
			return nil, fmt.Errorf("operations.tsv:%d: expected the header %q", i+1, header)
		}
		op, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("operations.tsv:%d: %w", i+1, err)
		}
		ops = append(ops, op)
	}
	slices.SortStableFunc(ops, compare)
	return ops, nil
}

func parseLine(line string) (Operation, error) {
	f := strings.Split(line, "\t")
	if len(f) != 6 {
		return Operation{}, fmt.Errorf("expected 6 columns, got %d", len(f))
	}
	op := Operation{Tag: f[0], Method: f[1], Path: f[2], ID: f[3], Since: f[4]}
	if f[5] != "-" {
		op.Permissions = strings.Split(f[5], ",")
	}
	switch {
	case !slices.Contains(tags, op.Tag):
		return Operation{}, fmt.Errorf("unknown tag %q", op.Tag)
	case !slices.Contains(methods, op.Method):
		return Operation{}, fmt.Errorf("unknown method %q", op.Method)
	case !strings.HasPrefix(op.Path, "/v1/"):
		return Operation{}, fmt.Errorf("the path %q does not begin with /v1/", op.Path)
	case op.ID == "":
		return Operation{}, fmt.Errorf("no operationId")
	case op.Since != August2026 && op.Since != Newer:
		return Operation{}, fmt.Errorf("unknown since %q", op.Since)
	}
	return op, nil
}

func compare(a, b Operation) int {
	if c := slices.Index(tags, a.Tag) - slices.Index(tags, b.Tag); c != 0 {
		return c
	}
	if c := strings.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return slices.Index(methods, a.Method) - slices.Index(methods, b.Method)
}
