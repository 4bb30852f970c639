package storetest

import (
	"testing"

	"github.com/gatehouse/gatehouse/internal/store"
)

// Run is the suite that the store must pass in every dialect. The function returns
// the options of an empty store, another one for each test.
func Run(t *testing.T, options func(*testing.T) store.Options) {
	t.Helper()
	for _, part := range []func(*testing.T, func(*testing.T) store.Options){
		organizations, keys, isolation, roles, activities, writes, reads, uses, people, sessions, links, backups,
		customRoles, members, invitations, identities, requestCounts, services, serviceSlots, engineSettings,
	} {
		part(t, options)
	}
}

// test runs one test of the suite beside the others.
func test(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		f(t)
	})
}
