package console

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/front"
)

// sessionAnswer says who is signed in, and what they may do.
type sessionAnswer struct {
	SetUp         bool                 `json:"setUp"`   // false: nobody has been set up yet
	Session       *sessionSummary      `json:"session"` // null when nobody is signed in
	Person        *person              `json:"person"`  // as above
	Organizations []organizationAccess `json:"organizations"`
	Address       string               `json:"address"`   // of the visitor, as Gatehouse sees it
	SendsMail     bool                 `json:"sendsMail"` // so that a lost password can be helped with
	Providers     []provider           `json:"providers"` // with whom one can sign in besides a password
	Regions       []string             `json:"regions"`   // in which services can be created, each of one provider alone; null: in all
	// RecoveryCode is the new one, when the sign-in used the old one up. It is shown once.
	RecoveryCode string `json:"recoveryCode,omitempty"`
}

type sessionSummary struct {
	ID       uuid.UUID `json:"id"`
	ExpireAt time.Time `json:"expireAt"`
}

type person struct {
	UserID       uuid.UUID `json:"userId"`
	Email        string    `json:"email"`
	Name         string    `json:"name"`
	SecondFactor bool      `json:"secondFactor"`
	HasPassword  bool      `json:"hasPassword"` // false for who came by a sign-in provider
}

// organizationAccess is what the person may do in an organization.
type organizationAccess struct {
	ID          uuid.UUID          `json:"id"`
	Name        string             `json:"name"`
	Permissions []cloud.Permission `json:"permissions"` // on the organization itself
	// ServicePermissions are those on services: under "instance/*" on each that is not there by itself.
	ServicePermissions map[cloud.Resource][]cloud.Permission `json:"servicePermissions"`
	Roles              []string                              `json:"roles"` // names
}

func (s *server) routeSignIn(mux *http.ServeMux) {
	s.handle(mux, "GET /auth/session", s.session)
	s.handle(mux, "POST /auth/sign-in", func(w http.ResponseWriter, r *http.Request) (any, error) {
		var in struct {
			Email    string `json:"email"`
			Password string `json:"password"`
			Code     string `json:"code"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		signedIn, err := s.Control.SignIn(r.Context(), visitor(r), in.Email, in.Password, in.Code)
		return s.begin(w, r, signedIn, err)
	})
	s.handle(mux, "POST /auth/sign-out", func(w http.ResponseWriter, r *http.Request) (any, error) {
		p, err := s.principal(r)
		if err == nil {
			err = s.Control.SignOut(r.Context(), p)
		}
		if err != nil && cloud.CodeOf(err) != cloud.Unauthenticated { // who has no session any more is signed out
			return nil, err
		}
		clearSession(w, r)
		return struct{}{}, nil
	})
}

// session answers who is signed in. Nobody is no error: the app asks first of all.
func (s *server) session(w http.ResponseWriter, r *http.Request) (any, error) {
	p, err := s.principal(r)
	switch {
	case err == nil:
		return s.answer(r, p)
	case cloud.CodeOf(err) != cloud.Unauthenticated:
		return nil, err
	}
	if _, stale := sessionToken(r); stale {
		clearSession(w, r)
	}
	setUp, err := s.Control.HasPeople(r.Context())
	return sessionAnswer{SetUp: setUp, Organizations: []organizationAccess{}, Address: address(r), SendsMail: s.Control.SendsMail(), Providers: s.providers(), Regions: s.Control.Regions()}, err
}

// begin gives the browser the session that a sign-in made.
func (s *server) begin(w http.ResponseWriter, r *http.Request, signedIn control.SignedIn, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	call := front.CallOf(r.Context())
	p, err := s.Directory.AuthenticateSession(signedIn.Token.Reveal(), call.Address)
	if err != nil {
		return nil, err
	}
	call.Principal = p
	answer, err := s.answer(r, p)
	if err != nil {
		return nil, err
	}
	if signedIn.RecoveryCode != nil {
		answer.RecoveryCode = signedIn.RecoveryCode.Reveal()
	}
	setSession(w, r, signedIn.Token)
	return answer, nil
}

func (s *server) answer(r *http.Request, p access.Principal) (sessionAnswer, error) {
	ctx := r.Context()
	profile, err := s.Control.Profile(ctx, p)
	if err != nil {
		return sessionAnswer{}, err
	}
	hasPassword, err := s.Control.HasPassword(ctx, p)
	if err != nil {
		return sessionAnswer{}, err
	}
	session, err := s.Control.Session(ctx, p)
	if err != nil {
		return sessionAnswer{}, err
	}
	return sessionAnswer{
		SetUp:         true,
		Session:       &sessionSummary{ID: session.ID, ExpireAt: session.ExpireAt},
		Person:        &person{UserID: profile.ID, Email: profile.Email, Name: profile.Name, SecondFactor: profile.SecondFactor, HasPassword: hasPassword},
		Organizations: s.organizations(p, profile),
		Address:       address(r),
		SendsMail:     s.Control.SendsMail(),
		Providers:     s.providers(),
		Regions:       s.Control.Regions(),
	}, nil
}

// organizations returns what the person may do by now, from the directory; only the
// names of the roles are of the profile.
func (s *server) organizations(p access.Principal, profile cloud.Person) []organizationAccess {
	all := s.Control.Organizations(p)
	out := make([]organizationAccess, 0, len(all))
	for _, o := range all {
		shown := organizationAccess{ID: o.ID, Name: o.Name, Permissions: p.PermissionsIn(o.ID), ServicePermissions: p.ServicePermissionsIn(o.ID), Roles: []string{}}
		for _, role := range s.Control.RolesOf(profile, o.ID) {
			shown.Roles = append(shown.Roles, role.Name)
		}
		out = append(out, shown)
	}
	return out
}

func address(r *http.Request) string {
	if a := front.CallOf(r.Context()).Address; a.IsValid() {
		return a.String()
	}
	return ""
}
