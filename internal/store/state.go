package store

import (
	"context"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// State is all that decides who may do what, and all services, as of one revision.
type State struct {
	Revision      int64
	Organizations []cloud.Organization
	Roles         []cloud.Role // custom ones, without actors
	Keys          []cloud.Key
	People        []cloud.Person
	Sessions      []cloud.Session
	Services      []cloud.Service
}

// State reads the state.
func (s *Store) State(ctx context.Context) (state State, err error) {
	err = s.Read(ctx, func(r *Reader) error {
		if err := r.q.QueryRowContext(ctx, `SELECT revision FROM control_state WHERE id = 1`).Scan(&state.Revision); err != nil {
			return err
		}
		if state.Organizations, err = r.Organizations(ctx); err != nil {
			return err
		}
		if state.Roles, err = r.AllCustomRoles(ctx); err != nil {
			return err
		}
		if state.Keys, err = r.AllKeys(ctx); err != nil {
			return err
		}
		if state.People, err = r.People(ctx); err != nil {
			return err
		}
		if state.Sessions, err = r.AllSessions(ctx); err != nil {
			return err
		}
		state.Services, err = r.AllServices(ctx)
		return err
	})
	return state, err
}
