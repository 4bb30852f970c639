package oidctest

import (
	"context"
	"crypto/subtle"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// storage is all that the provider knows (op.Storage), in memory.
type storage struct {
	clock cloud.SystemClock // as the library's own

	mu       sync.Mutex
	key      key
	users    []User
	clients  map[string]Client
	requests map[string]*request
	codes    map[string]string   // code → id of the request
	tokens   map[string]*request // id of the access token → what it was issued for
}

var (
	_ op.Storage                   = (*storage)(nil)
	_ op.CanSetUserinfoFromRequest = (*storage)(nil)

	errNotFound    = errors.New("not found")
	errUnsupported = errors.New("this provider has no refresh tokens, introspection and JWT profiles")
)

func newStorage() *storage {
	return &storage{key: newKey(), clients: map[string]Client{}, requests: map[string]*request{}, codes: map[string]string{}, tokens: map[string]*request{}}
}

func (s *storage) setClient(c Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[c.ID] = c
}

func (s *storage) client(id string) Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clients[id]
}

func (s *storage) setUsers(users []User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users = slices.Clone(users)
}

func (s *storage) setUser(user User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.users, func(u User) bool { return u.Subject == user.Subject }); i >= 0 {
		s.users[i] = user
		return
	}
	s.users = append(s.users, user)
}

func (s *storage) allUsers() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.users)
}

func (s *storage) user(subject string) (User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.users, func(u User) bool { return u.Subject == subject })
	if i < 0 {
		return User{}, errNotFound
	}
	return s.users[i], nil
}

func (s *storage) setKey(k key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = k
}

func (s *storage) currentKey() key {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key
}

// pick signs the user in to the request.
func (s *storage) pick(id, subject string) error {
	if _, err := s.user(subject); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok {
		return errNotFound
	}
	s.requests[id] = &request{id: id, asked: r.asked, subject: subject, at: s.clock.Now()}
	return nil
}

func (s *storage) request(id string) (*request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[id]; ok {
		return r, nil
	}
	return nil, errNotFound
}

func (s *storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &request{id: cloud.RandomText(20), asked: asked}
	s.requests[r.id] = r
	return r, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	return s.request(id)
}

// AuthRequestByCode takes the code back: it is good for once, whether or not the rest
// of the request is right (RFC 6749, section 4.1.2).
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id, ok := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	if !ok {
		return nil, errNotFound
	}
	return s.request(id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

func (s *storage) CreateAccessToken(_ context.Context, asked op.TokenRequest) (id string, expiration time.Time, err error) {
	r, ok := asked.(*request)
	if !ok {
		return "", time.Time{}, errUnsupported
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id = cloud.RandomText(20)
	s.tokens[id] = r
	return id, s.clock.Now().Add(tokenLife), nil
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.currentKey(), nil }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.currentKey().algorithm}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{s.currentKey()}}, nil
}

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if c := s.client(id); c.ID != "" {
		return registered{c}, nil
	}
	return nil, errNotFound
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	c := s.client(id)
	if c.Secret == "" || subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) != 1 {
		return errors.New("wrong client or secret")
	}
	return nil
}

// SetUserinfoFromRequest fills an ID token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	return s.tell(info, r.GetSubject(), scopes)
}

// SetUserinfoFromToken answers at the userinfo endpoint.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, tokenID, subject, _ string) error {
	s.mu.Lock()
	r, ok := s.tokens[tokenID]
	s.mu.Unlock()
	if !ok || r.subject != subject {
		return errNotFound
	}
	return s.tell(info, subject, r.asked.Scopes)
}

// tell writes down what the scopes say about a user.
func (s *storage) tell(info *oidc.UserInfo, subject string, scopes []string) error {
	user, err := s.user(subject)
	if err != nil {
		return err
	}
	info.Subject = user.Subject
	info.Claims = map[string]any{}
	for _, scope := range scopes {
		switch scope {
		case oidc.ScopeEmail:
			info.Email, info.EmailVerified = user.Email, oidc.Bool(user.EmailVerified)
		case oidc.ScopeProfile:
			info.Name = user.Name
		case scopeGroups:
			if user.Groups != nil {
				info.Claims[scopeGroups] = user.Groups
			}
		}
	}
	maps.Copy(info.Claims, user.Claims)
	return nil
}

// What follows is asked for by nothing that a sign-in needs.

func (s *storage) Health(context.Context) error { return nil }

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil // replaced by SetUserinfoFromRequest
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, errUnsupported
}

func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, errUnsupported
}

func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

func (s *storage) RevokeToken(context.Context, string, string, string) *oidc.Error { return nil }

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnsupported
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnsupported
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnsupported
}
