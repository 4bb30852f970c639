package console

import (
	"net/http"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// link is what a one-time link is for.
type link struct {
	Kind         cloud.LinkKind `json:"kind"`
	Email        string         `json:"email,omitempty"` // whose password is reset, or who is invited
	Organization string         `json:"organization"`    // its name
	// Of an invitation: the names of the roles, and whether the person can sign in already.
	Roles      []string `json:"roles,omitempty"`
	HasAccount bool     `json:"hasAccount,omitempty"`
}

func (s *server) routeSetup(mux *http.ServeMux) {
	s.handle(mux, "POST /auth/link", func(w http.ResponseWriter, r *http.Request) (any, error) {
		var in struct {
			Token string `json:"token"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		found, err := s.Control.Link(r.Context(), in.Token)
		return link(found), err
	})
	s.handle(mux, "POST /auth/setup", func(w http.ResponseWriter, r *http.Request) (any, error) {
		var in struct {
			Token    string `json:"token"`
			Email    string `json:"email"`
			Name     string `json:"name"`
			Password string `json:"password"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		signedIn, err := s.Control.SetUp(r.Context(), visitor(r), in.Token, cloud.NewPerson{Email: in.Email, Name: in.Name, Password: in.Password})
		return s.begin(w, r, signedIn, err)
	})
	s.handle(mux, "POST /auth/reset", func(w http.ResponseWriter, r *http.Request) (any, error) {
		var in struct {
			Token    string `json:"token"`
			Password string `json:"password"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		signedIn, err := s.Control.ResetPassword(r.Context(), visitor(r), in.Token, in.Password)
		return s.begin(w, r, signedIn, err)
	})
	s.handle(mux, "POST /auth/forgot", func(w http.ResponseWriter, r *http.Request) (any, error) {
		var in struct {
			Email string `json:"email"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		return struct{}{}, s.Control.ForgotPassword(r.Context(), visitor(r), in.Email)
	})
}
