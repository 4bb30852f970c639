package console

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// session is one browser that is signed in.
type session struct {
	ID         uuid.UUID `json:"id"`
	CreatedAt  time.Time `json:"createdAt"`
	LastUsedAt time.Time `json:"lastUsedAt"` // the minute
	ExpireAt   time.Time `json:"expireAt"`
	Address    string    `json:"address"`
	UserAgent  string    `json:"userAgent"`
	Current    bool      `json:"current"` // the one that asks
}

func (s *server) routeSessions(mux *http.ServeMux) {
	s.handleSignedIn(mux, "GET /auth/sessions", func(_ http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		all, err := s.Control.Sessions(r.Context(), p)
		out := make([]session, 0, len(all))
		for _, a := range all {
			shown := session{
				ID: a.ID, CreatedAt: a.CreatedAt, LastUsedAt: a.LastUsedAt, ExpireAt: a.ExpireAt, UserAgent: a.UserAgent, Current: a.ID == p.SessionID(),
			}
			if a.Address.IsValid() {
				shown.Address = a.Address.String()
			}
			out = append(out, shown)
		}
		return map[string]any{"sessions": out}, err
	})
	s.handleSignedIn(mux, "DELETE /auth/sessions", func(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		if err := s.Control.EndSessions(r.Context(), p); err != nil {
			return nil, err
		}
		clearSession(w, r)
		return struct{}{}, nil
	})
	s.handleSignedIn(mux, "DELETE /auth/sessions/{id}", func(w http.ResponseWriter, r *http.Request, p access.Principal) (any, error) {
		id, err := uuid.Parse(r.PathValue("id"))
		if err != nil {
			return nil, cloud.Errorf(cloud.NotFound, "Session not found")
		}
		if err := s.Control.EndSession(r.Context(), p, id); err != nil {
			return nil, err
		}
		if id == p.SessionID() {
			clearSession(w, r)
		}
		return struct{}{}, nil
	})
}
