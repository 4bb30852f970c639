package access

import (
	"slices"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// tally is what policies give and take on one resource.
type tally struct {
	allow, deny       set
	sqlAllow, sqlDeny sqlLevel
	grants            [][]string // those of each policy
}

// set is a set of permissions: bit i stands for the i-th of cloud.Permissions.
type set uint64

var bits = func() map[cloud.Permission]set {
	m := map[cloud.Permission]set{}
	for i, p := range cloud.Permissions() {
		m[p] = 1 << i
	}
	return m
}()

// sqlLevel is a set of database roles. Who is administrator is a reader too.
type sqlLevel uint8

const (
	sqlRead  sqlLevel = 1 << iota
	sqlAdmin          // with every right of a database
)

func (l sqlLevel) role() cloud.SQLConsoleRole {
	switch {
	case l&sqlAdmin != 0:
		return cloud.SQLConsoleAdmin
	case l&sqlRead != 0:
		return cloud.SQLConsoleReadOnly
	default:
		return cloud.NoSQLConsole
	}
}

// add adds those permissions of the policy that are about this kind of resource.
func (t *tally) add(policy cloud.Policy, about func(cloud.Permission) bool) {
	for _, permission := range policy.Permissions {
		switch {
		case !about(permission):
		case permission == cloud.DatabaseAccess && policy.Effect == cloud.Allow:
			t.allowDatabaseAccess(policy.Tags)
		case permission == cloud.DatabaseAccess:
			t.denyDatabaseAccess(policy.Tags)
		case policy.Effect == cloud.Allow:
			t.allow |= bits[permission]
		default:
			t.deny |= bits[permission]
		}
	}
}

func (t *tally) allowDatabaseAccess(tags cloud.PolicyTags) {
	t.allow |= bits[cloud.DatabaseAccess]
	switch tags.SQLConsole {
	case cloud.SQLConsoleAdmin:
		t.sqlAllow |= sqlAdmin | sqlRead
	case cloud.SQLConsoleReadOnly:
		t.sqlAllow |= sqlRead
	case cloud.NoSQLConsole: // the grants alone say what may be done
	}
	if len(tags.Grants) > 0 {
		t.grants = append(t.grants, tags.Grants)
	}
}

// denyDatabaseAccess takes a database role and what is above it, or, without one, all.
func (t *tally) denyDatabaseAccess(tags cloud.PolicyTags) {
	switch tags.SQLConsole {
	case cloud.SQLConsoleAdmin:
		t.sqlDeny |= sqlAdmin
	case cloud.SQLConsoleReadOnly:
		t.sqlDeny |= sqlAdmin | sqlRead
	default: // what is not understood denies most
		t.deny |= bits[cloud.DatabaseAccess]
	}
}

// plus returns what both give and take.
func (t tally) plus(other tally) tally {
	return tally{
		allow: t.allow | other.allow, deny: t.deny | other.deny,
		sqlAllow: t.sqlAllow | other.sqlAllow, sqlDeny: t.sqlDeny | other.sqlDeny,
		grants: slices.Concat(t.grants, other.grants),
	}
}

// rights returns what is left after what is taken.
func (t tally) rights() rights {
	r := rights{permissions: t.allow &^ t.deny}
	if r.permissions&bits[cloud.DatabaseAccess] != 0 {
		r.sql, r.grants = t.sqlAllow&^t.sqlDeny, t.grants
	}
	return r
}
