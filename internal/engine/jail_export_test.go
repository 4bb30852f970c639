package engine

import "testing"

// GiveAllGrants makes servers revoke nothing from their tenants: only the jail protects.
func GiveAllGrants(t *testing.T) {
	tune(t, func(_ int, with *tuning) { with.AllGrants = true })
}
