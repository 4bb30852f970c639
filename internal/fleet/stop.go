package fleet

import (
	"context"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// keepStopped makes a service stopped that is to be.
func (m *member) keepStopped(ctx context.Context, s cloud.Service) {
	if m.instance != nil {
		m.f.reached(StopBegins)
	}
	if !m.halt(ctx) {
		return
	}
	if s.State == cloud.ServiceStopped {
		return
	}
	m.f.reached(StopDone)
	if m.observe(ctx, func(s *cloud.Service) error {
		if s.Goal != cloud.GoalStopped || s.State == cloud.ServiceStopped {
			return ErrUnchanged
		}
		s.State, s.Message = cloud.ServiceStopped, ""
		return nil
	}) {
		m.f.reached(StopStored)
		m.log.Info("the service is stopped")
	}
}

// delete removes a service: its server, then its data, then what is stored of it. The data
// is touched only when the ledger says again that the service is being deleted.
func (m *member) delete(ctx context.Context) {
	m.f.reached(DeleteBegins)
	if !m.halt(ctx) {
		return
	}
	m.f.reached(DeleteStopped)
	if m.destroying.shut.Load() {
		return
	}
	terminating := false
	if !m.observe(ctx, func(s *cloud.Service) error {
		if s.Goal != cloud.GoalDeleted {
			terminating = false
			return ErrUnchanged
		}
		terminating = true
		if s.State == cloud.ServiceTerminating {
			return ErrUnchanged
		}
		s.State, s.Message = cloud.ServiceTerminating, ""
		return nil
	}) || !terminating {
		return
	}
	if !m.destroy(ctx) {
		return
	}
	m.f.reached(DeleteDestroyed)
	bounded, cancel := context.WithTimeout(ctx, m.f.limits.Ledger)
	defer cancel()
	if err := m.f.ledger.Remove(bounded, m.id); err != nil && cloud.CodeOf(err) != cloud.NotFound {
		if ctx.Err() == nil {
			m.problem("ledger", err)
			m.destroying.fail(m.f.limits, m.nudge)
		}
		return
	}
	m.f.reached(DeleteDone)
	m.log.Info("the service is deleted")
	m.remove()
}

func (m *member) destroy(ctx context.Context) bool {
	bounded, cancel := context.WithTimeout(ctx, m.f.limits.Destroy)
	defer cancel()
	err := m.f.driver.Destroy(bounded, m.order())
	if err == nil {
		return true
	}
	if ctx.Err() != nil {
		return false
	}
	m.problem("destroy", err)
	m.destroying.fail(m.f.limits, m.nudge)
	m.looked = false // perhaps a server has the data after all
	if m.destroying.failures < m.f.limits.Failures {
		return false
	}
	message := sentenceOf(err, "The data of the service could not be removed yet; it is tried again")
	m.observe(ctx, func(s *cloud.Service) error {
		if s.Goal != cloud.GoalDeleted || s.Message == message {
			return ErrUnchanged
		}
		s.Message = message
		return nil
	})
	return false
}
