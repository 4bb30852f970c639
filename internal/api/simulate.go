package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/control"
)

// roleSimulateRequest is a draft of a role, and who would have it.
type roleSimulateRequest struct {
	RoleID     *string               `json:"roleId,omitempty" format:"uuid" doc:"The role in whose place the draft is. Absent for a new role."`
	Policies   []policyCreateRequest `json:"policies" maxItems:"100" doc:"What the draft allows and denies."`
	Actors     []string              `json:"actors" minItems:"1" maxItems:"100" example:"user/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"Who would have it: user/<id> of members or apiKey/<id>."`
	OtherRoles simulatedOthers       `json:"otherRoles,omitempty" doc:"Whether the actors would keep their other roles or have the draft alone; keep when absent."`
}

// simulatedOthers says what becomes of the other roles of an actor.
type simulatedOthers string

const (
	keepOthers simulatedOthers = "keep"
	dropOthers simulatedOthers = "drop"
)

// Schema implements huma.SchemaProvider.
func (simulatedOthers) Schema(huma.Registry) *huma.Schema {
	return textEnum(string(keepOthers), string(dropOthers))
}

// roleSimulation is what a draft would change.
type roleSimulation struct {
	From   string           `json:"from" format:"date" example:"2026-01-02" doc:"The first day (UTC) whose requests are counted."`
	To     string           `json:"to" format:"date" example:"2026-01-31" doc:"The last day, which is today: 30 days in all."`
	Actors []simulatedActor `json:"actors" doc:"The actors in the order of the request."`
}

type simulatedActor struct {
	Actor      string             `json:"actor" example:"user/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20" doc:"Who it is: user/<id> or apiKey/<id>."`
	Name       string             `json:"name" example:"ada@example.com" doc:"The name of the key, or the e-mail address of the person."`
	Requests   int64              `json:"requests" doc:"How many requests of the actor were answered without an error in these days. What anybody may do is not counted."`
	Refused    int64              `json:"refused" doc:"How many of these the roles with the draft would refuse."`
	Gains      []permissionOn     `json:"gains" doc:"What the actor may not do now and could do then, on the organization, on instance/* and on services that a policy names, at most 100 of these."`
	Loses      []permissionOn     `json:"loses" doc:"What the actor may do now and could not do then."`
	Operations []refusedOperation `json:"operations" doc:"The operations that would be refused, most requests first."`
}

type permissionOn struct {
	Permission string `json:"permission" example:"control-plane:service:view" doc:"The permission."`
	Resource   string `json:"resource" example:"instance/*" doc:"The resource."`
}

type refusedOperation struct {
	OperationID string          `json:"operationId" example:"openapiKeyGetList" doc:"The operation."`
	Resource    string          `json:"resource" example:"organization/5a1f0c9e-6c3b-4e1d-8f2a-7b6c5d4e3f21" doc:"The resource that the requests were about."`
	Requests    int64           `json:"requests" doc:"How many requests there were in these days."`
	LastDay     string          `json:"lastDay" format:"date" example:"2026-01-31" doc:"The day (UTC) of the last one."`
	DecidedBy   *decidingPolicy `json:"decidedBy,omitempty" doc:"The policy that would refuse them; absent when none allows them."`
}

func (s *server) registerSimulate() {
	register(s, spec{
		id: control.OrganizationRoleSimulate, method: http.MethodPost, path: "/v1/organizations/{organizationId}/roles:simulate", tag: tagRoles, addition: true,
		summary: "Simulate a role",
		description: "Returns what a draft of a role would change for keys and members, and which of their requests of the last 30 days it would refuse. " +
			"It changes nothing. With `roleId` the draft takes the place of that role, for those who have it, and is added for the others; without it " +
			"the draft is added. Where a policy of the draft decided, `policyId` ends in its place in the request, counted from 1; the role of a new " +
			"draft is named `draft` and has the id that is all zeros.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		OrganizationPath
		Body roleSimulateRequest
	},
	) (result[roleSimulation], error) {
		organization, err := in.id()
		if err != nil {
			return result[roleSimulation]{}, err
		}
		draft, err := in.Body.draft()
		if err != nil {
			return result[roleSimulation]{}, err
		}
		simulation, err := s.Control.SimulateRole(ctx, p, organization, draft)
		return answer(ctx, showSimulation(simulation)), err
	})
}

// draft returns what the request asks about, or Invalid.
func (r roleSimulateRequest) draft() (d control.RoleDraft, err error) {
	if r.RoleID != nil {
		id, err := parseID("roleId", *r.RoleID)
		if err != nil {
			return d, err
		}
		d.RoleID = &id
	}
	d.Policies, d.Alone = readPolicies(r.Policies), r.OtherRoles == dropOthers
	d.Actors, err = readActors(r.Actors)
	return d, err
}

func showSimulation(s control.Simulation) roleSimulation {
	shown := roleSimulation{From: s.From.String(), To: s.To.String(), Actors: make([]simulatedActor, 0, len(s.Actors))}
	for _, a := range s.Actors {
		actor := simulatedActor{
			Actor: string(a.Actor), Name: a.Name, Requests: a.Requests, Refused: a.Refused,
			Gains: showPermissionsOn(a.Gains), Loses: showPermissionsOn(a.Loses), Operations: make([]refusedOperation, 0, len(a.Operations)),
		}
		for _, o := range a.Operations {
			actor.Operations = append(actor.Operations, refusedOperation{string(o.Operation), string(o.Resource), o.Requests, o.LastDay.String(), showDecidedBy(o.Decision)})
		}
		shown.Actors = append(shown.Actors, actor)
	}
	return shown
}

func showPermissionsOn(list []control.PermissionOn) []permissionOn {
	shown := make([]permissionOn, 0, len(list))
	for _, p := range list {
		shown = append(shown, permissionOn{string(p.Permission), string(p.Resource)})
	}
	return shown
}
