package api

import (
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
)

// ServicePath is the part of a request that names a service.
type ServicePath struct {
	OrganizationPath
	ServiceID string `path:"serviceId" format:"uuid" doc:"The service."`
}

func (p ServicePath) ids() (organization, service uuid.UUID, err error) {
	return p.and("serviceId", p.ServiceID)
}

func (p ServicePath) subject() (access.Subject, error) {
	organization, service, err := p.ids()
	return access.Subject{Organization: organization, Instance: service}, err
}
