package oidc

import (
	"slices"
	"strings"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Provider is an OpenID provider as the operator described it.
type Provider struct {
	ID       string // in paths, and in what is kept about a person: ^[a-z0-9-]{1,32}$
	Name     string // as the button shows it
	Issuer   string // to the letter, as the provider writes it into its tokens
	ClientID string
	// ClientSecret is empty for a public client, which PKCE alone protects.
	ClientSecret cloud.Secret
	Scopes       []string // openid is among them
	// AllowedDomains are those of the e-mail addresses that may join without an
	// invitation, in lower case. Without any nobody may.
	AllowedDomains []string
	DefaultRole    string // name of the role of who joins without an invitation
	Organization   string // name or id of the one to join; empty: the first
	// GroupsClaim names the claim that holds a person's groups. Empty: groups are not looked at.
	GroupsClaim string
	GroupRoles  map[string]string // group → name of the role, a system role or a custom one
}

// Admits reports whether who has this address may join without an invitation: its
// domain, what comes after the last @, is one of AllowedDomains and not below one.
func (p Provider) Admits(email string) bool {
	at := strings.LastIndexByte(email, '@')
	return at > 0 && slices.Contains(p.AllowedDomains, strings.ToLower(email[at+1:]))
}

// RoleNames returns the names of the roles that the groups stand for, each once, in the
// order of the groups. Those of listed are in GroupRoles and may be of any role. Those
// of byName are the groups that are not listed there: they stand for the custom roles
// of the same name and never for a system role, or whoever may name a group at the
// provider could make themselves Admin here.
func (p Provider) RoleNames(groups []string) (listed, byName []string) {
	for _, group := range groups {
		if role, ok := p.GroupRoles[group]; !ok {
			byName = appendNew(byName, group)
		} else {
			listed = appendNew(listed, role)
		}
	}
	return listed, byName
}

func appendNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// CallbackPath returns the path to which the provider sends the browser back.
func CallbackPath(id string) string { return "/auth/oidc/" + id + "/callback" }
