package access

import (
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Remembered returns how many addresses the throttle keeps in memory.
func (t *Throttle) Remembered() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.failures)
}

// RememberedAttempts returns how many counts and pairs the throttle keeps in memory.
func (t *SignInThrottle) RememberedAttempts() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(len(t.addresses.byHash), len(t.accounts.byHash), len(t.known))
}

// Occupy takes n slots until the function it returns is called.
func (p *Passwords) Occupy(n int) (release func()) {
	for range n {
		p.slots <- struct{}{}
	}
	return func() {
		for range n {
			<-p.slots
		}
	}
}

// PoliciesOf returns the policies of system roles of the organization; unknown ids give nothing.
func PoliciesOf(org cloud.Organization, roleIDs []uuid.UUID) *Policies {
	return Compile(org.ID, (*view)(nil).rolesOf(org.ID, roleIDs))
}

// RoleSets returns how many sets of roles the directory keeps in memory.
func (d *Directory) RoleSets() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.sets)
}
