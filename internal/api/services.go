package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/fleet"
)

// The paths of services.
const (
	pathServices = "/v1/organizations/{organizationId}/services"
	pathService  = pathServices + "/{serviceId}"
)

func (s *server) registerServices() {
	register(s, spec{
		id: control.InstanceGetList, method: http.MethodGet, path: pathServices, tag: tagServices,
		summary: "List services",
		description: "Returns the services of the organization that the caller may view, oldest first. With filters, those that all of them select: " +
			"`tag:Key=Value` what has the tag with the value, `tag:Key` what has it at all.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		Filter []string `query:"filter,explode" doc:"Which services: tag:Key=Value or tag:Key. May come several times."`
	},
	) (result[[]service], error) {
		organization, err := in.id()
		if err != nil {
			return result[[]service]{}, err
		}
		filter, err := readFilter(in.Filter)
		if err != nil {
			return result[[]service]{}, err
		}
		services, err := s.Control.Services(ctx, p, organization, filter)
		return answer(ctx, shown(services, s.showService)), err
	})
	register(s, spec{
		id: control.InstanceCreate, method: http.MethodPost, path: pathServices, tag: tagServices, conflicts: true,
		summary: "Create a service",
		description: "Creates a service, whose server is then started: poll its state until it is `running`. The password of its user `default` is in this answer " +
			"and nowhere afterwards. What cannot be done here is refused rather than ignored.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		Body servicePostRequest
	},
	) (out result[servicePostResponse], err error) {
		organization, err := in.id()
		if err != nil {
			return out, err
		}
		n, err := in.Body.newService()
		if err != nil {
			return out, err
		}
		made, password, err := s.Control.CreateService(ctx, p, organization, n)
		if err != nil {
			return out, err
		}
		return answer(ctx, servicePostResponse{Service: s.showService(made), Password: password.Reveal()}), nil
	})
	register(s, spec{
		id: control.InstanceGet, method: http.MethodGet, path: pathService, tag: tagServices,
		summary: "Get a service", description: "Returns a service.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (result[service], error) {
		return s.answerService(ctx, in, func(organization, id uuid.UUID) (cloud.Service, error) {
			return s.Control.Service(ctx, p, organization, id)
		})
	})
	register(s, spec{
		id: control.InstanceUpdate, method: http.MethodPatch, path: pathService, tag: tagServices, conflicts: true,
		summary: "Update a service",
		description: "Changes the fields that are given and returns the whole service. Of a list, what is to be removed is removed before anything is added. " +
			"From where the service can be reached holds from the moment of the answer.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body servicePatchRequest
	},
	) (result[service], error) {
		return s.answerService(ctx, &in.ServicePath, func(organization, id uuid.UUID) (cloud.Service, error) {
			patch, err := in.Body.patch()
			if err != nil {
				return cloud.Service{}, err
			}
			return s.Control.UpdateService(ctx, p, organization, id, patch)
		})
	})
	register(s, spec{
		id: control.InstanceDelete, method: http.MethodDelete, path: pathService, tag: tagServices, conflicts: true,
		summary: "Delete a service",
		description: "Deletes a service with all of its data for good: its state is `terminating` until the data is gone, and then there is no such service any more. " +
			"One that is running is to be stopped first.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteService(ctx, p, organization, id)
	})
	s.registerServiceCommands()
	s.registerServiceScaling()
	s.registerServiceEndpoints()
}

func (s *server) registerServiceCommands() {
	register(s, spec{
		id: control.InstanceStateUpdate, method: http.MethodPatch, path: pathService + "/state", tag: tagServices, conflicts: true,
		summary: "Start, stop or wake a service",
		description: "Tells a service what to do and returns it on its way: poll its state. What it does already is done; what its state does not allow is refused. " +
			"To wake an idle service takes `control-plane:service:view` alone, as a connection wakes it too.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body serviceStatePatchRequest
	},
	) (result[service], error) {
		return s.answerService(ctx, &in.ServicePath, func(organization, id uuid.UUID) (cloud.Service, error) {
			return s.Control.CommandService(ctx, p, organization, id, fleet.Command(in.Body.Command))
		})
	})
	register(s, spec{
		id: control.InstancePasswordUpdate, method: http.MethodPatch, path: pathService + "/password", tag: tagServices, conflicts: true,
		summary: "Change the password of a service",
		description: "Gives the user `default` a generated password, which is in this answer and nowhere afterwards, or one of which the client sends the hash. " +
			"The old one is refused from the moment of the answer; connections that are open stay.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body servicePasswordPatchRequest
	},
	) (out result[servicePasswordPatchResponse], err error) {
		organization, id, err := in.ids()
		if err != nil {
			return out, err
		}
		hashed, err := in.Body.hashed()
		if err != nil {
			return out, err
		}
		password, err := s.Control.ChangeServicePassword(ctx, p, organization, id, hashed)
		return answer(ctx, servicePasswordPatchResponse{password.Reveal()}), err
	})
}

func (s *server) registerServiceScaling() {
	register(s, spec{
		id: control.InstanceScalingUpdate, method: http.MethodPatch, path: pathService + "/scaling", tag: tagServices, conflicts: true, deprecated: true,
		summary:     "Scale a service by its total memory",
		description: "Changes what is given and returns the whole service. A total is that of three replicas, however many there are. Use replicaScaling instead.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body serviceScalingPatchRequest
	},
	) (result[service], error) {
		return s.answerService(ctx, &in.ServicePath, func(organization, id uuid.UUID) (cloud.Service, error) {
			patch, err := in.Body.patch()
			if err != nil {
				return cloud.Service{}, err
			}
			return s.Control.ScaleServiceInTotal(ctx, p, organization, id, patch)
		})
	})
	register(s, spec{
		id: control.InstanceReplicaScalingUpdate, method: http.MethodPatch, path: pathService + "/replicaScaling", tag: tagServices, conflicts: true,
		summary: "Scale a service",
		description: "Changes what is given and returns the whole service. What is really in force is in `currentScaling`: this Gatehouse may run fewer replicas " +
			"than were asked for.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body serviceReplicaScalingPatchRequest
	},
	) (result[service], error) {
		return s.answerService(ctx, &in.ServicePath, func(organization, id uuid.UUID) (cloud.Service, error) {
			return s.Control.ScaleService(ctx, p, organization, id, in.Body.patch())
		})
	})
}

func (s *server) registerServiceEndpoints() {
	register(s, spec{
		id: control.InstancePrivateEndpointConfigGet, method: http.MethodGet, path: pathService + "/privateEndpointConfig", tag: tagServices,
		summary:     "Get the private endpoint configuration of a service",
		description: "Returns names in the form of the Cloud, which stay the same. Gatehouse makes no private endpoints: the names lead nowhere.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (result[servicePrivateEndpointConfig], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[servicePrivateEndpointConfig]{}, err
		}
		endpointService, host, err := s.Control.ServicePrivateEndpointConfig(ctx, p, organization, id)
		return answer(ctx, servicePrivateEndpointConfig{endpointService, host}), err
	})
	register(s, spec{
		id: control.InstancePrivateEndpointCreate, method: http.MethodPost, path: pathService + "/privateEndpoint", tag: tagServices, conflicts: true,
		summary:     "Create a private endpoint",
		description: "Adds a private endpoint to the organization and attaches it to the service. Gatehouse keeps both for clients and does nothing with them.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body servicePrivateEndpointPostRequest
	},
	) (result[privateEndpoint], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[privateEndpoint]{}, err
		}
		e, err := s.Control.CreatePrivateEndpoint(ctx, p, organization, id, in.Body.ID, in.Body.Description)
		return answer(ctx, showEndpoint(e)), err
	})
}

// answerService answers with the service that f returns.
func (s *server) answerService(ctx context.Context, in *ServicePath, f func(organization, id uuid.UUID) (cloud.Service, error)) (result[service], error) {
	organization, id, err := in.ids()
	if err != nil {
		return result[service]{}, err
	}
	found, err := f(organization, id)
	if err != nil {
		return result[service]{}, err
	}
	return answer(ctx, s.showService(found)), nil
}
