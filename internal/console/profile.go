package console

import (
	"net/http"

	"github.com/gatehouse/gatehouse/internal/access"
)

func (s *server) routeProfile(mux *http.ServeMux) {
	s.handleSignedIn(mux, "PATCH /auth/profile", func(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		var in struct {
			Name string `json:"name"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		if _, err := s.Control.UpdateProfile(r.Context(), p, in.Name); err != nil {
			return nil, err
		}
		return s.answer(r, p)
	})
	s.handleSignedIn(mux, "POST /auth/password", func(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		var in struct {
			CurrentPassword string `json:"currentPassword"`
			NewPassword     string `json:"newPassword"`
		}
		if err := read(w, r, &in); err != nil {
			return nil, err
		}
		return struct{}{}, s.Control.ChangePassword(r.Context(), p, in.CurrentPassword, in.NewPassword)
	})
}
