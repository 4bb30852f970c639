package cloud

import "slices"

// Clone returns a copy that shares nothing with the service that can be changed in place.
func (s Service) Clone() Service {
	s.Schedule = slices.Clone(s.Schedule)
	for i := range s.Schedule {
		s.Schedule[i] = s.Schedule[i].clone()
	}
	s.Addresses = slices.Clone(s.Addresses)
	s.Tags = slices.Clone(s.Tags)
	s.PrivateEndpointIDs = slices.Clone(s.PrivateEndpointIDs)
	s.Settings = slices.Clone(s.Settings)
	s.UpgradeWindow = cloned(s.UpgradeWindow)
	if s.QueryEndpoint = cloned(s.QueryEndpoint); s.QueryEndpoint != nil {
		s.QueryEndpoint.KeyIDs, s.QueryEndpoint.Roles = slices.Clone(s.QueryEndpoint.KeyIDs), slices.Clone(s.QueryEndpoint.Roles)
	}
	return s
}

func (e ScheduleEntry) clone() ScheduleEntry {
	e.Weekdays = slices.Clone(e.Weekdays)
	e.MinMemory, e.MaxMemory, e.MinReplicas, e.MaxReplicas = cloned(e.MinMemory), cloned(e.MaxMemory), cloned(e.MinReplicas), cloned(e.MaxReplicas)
	e.Idle, e.IdleMinutes = cloned(e.Idle), cloned(e.IdleMinutes)
	return e
}

func cloned[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
