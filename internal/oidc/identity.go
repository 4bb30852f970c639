package oidc

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Identity is who a provider says that a person is.
type Identity struct {
	Provider Provider
	// Issuer and Subject together are the same for a person for ever, and nobody else's
	// (OpenID Connect Core 1.0, section 5.7). A subject has at most MaxSubjectLength bytes.
	Issuer  string
	Subject string
	Email   string // verified by the provider, as cloud.ParseEmail returns it
	Name    string // as cloud.CheckName wants it; the address where the provider tells no name
	// Groups are those of the claim GroupsClaim, each once, at most MaxGroups; empty
	// without that claim.
	Groups []string
}

// MaxSubjectLength is the longest subject, in bytes (OpenID Connect Core 1.0, section 2).
const MaxSubjectLength = 255

// MaxGroups is how many groups a person may be in.
const MaxGroups = 1000

// identify reads who the person is from the ID token, and what it does not tell from the
// userinfo endpoint. That is where the claims of scopes are by rule (OpenID Connect
// Core 1.0, section 5.4), but many providers write them into the ID token.
func (p *party) identify(ctx context.Context, found *discovered, token *oauth2.Token, first claims) (Identity, error) {
	subject := first.text("sub")
	told := []claims{first}
	if found.provider.UserInfoEndpoint() != "" && p.lacks(first) {
		second, err := p.userInfo(ctx, found, token, subject)
		if err != nil {
			return Identity{}, err
		}
		told = append(told, second)
	}
	email, err := p.email(told)
	if err != nil {
		return Identity{}, err
	}
	groups, err := p.groups(told)
	if err != nil {
		return Identity{}, err
	}
	return Identity{Provider: p.Provider, Issuer: p.Issuer, Subject: subject, Email: email, Name: name(told, email), Groups: groups}, nil
}

// lacks reports whether the claims do not say all that the identity is made of.
func (p *party) lacks(c claims) bool {
	return !c.vouches() || c.text("name") == "" || p.GroupsClaim != "" && !c.has(p.GroupsClaim)
}

// userInfo asks the provider for the claims about the subject (OpenID Connect Core 1.0, section 5.3).
func (p *party) userInfo(ctx context.Context, found *discovered, token *oauth2.Token, subject string) (claims, error) {
	info, err := found.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	switch {
	case err != nil && unanswered(err):
		return nil, p.unreachable("userinfo endpoint", err)
	case err != nil:
		return nil, p.unverifiable("the answer of the userinfo endpoint cannot be read")
	}
	var told claims
	if err := info.Claims(&told); err != nil || told.text("sub") != subject {
		return nil, p.unverifiable("the userinfo endpoint tells of somebody else")
	}
	return told, nil
}

// email returns the first address that comes with a word on whether it is verified.
func (p *party) email(told []claims) (string, error) {
	i := slices.IndexFunc(told, claims.vouches)
	if i < 0 {
		i = slices.IndexFunc(told, func(c claims) bool { return c.text("email") != "" })
	}
	if i < 0 {
		return "", fail(cloud.Forbidden, NoEmail, "", "%s does not tell Gatehouse your e-mail address: it must be allowed to", p.Name)
	}
	if !told[i].verified() {
		return "", fail(cloud.Forbidden, UnverifiedEmail, "",
			"%s does not confirm that your e-mail address is yours: have it verified there, then begin again", p.Name)
	}
	email, err := cloud.ParseEmail("email", told[i].text("email"))
	if err != nil {
		return "", fail(cloud.Forbidden, NoEmail, "", "%s tells an e-mail address that Gatehouse does not understand", p.Name)
	}
	return email, nil
}

// groups returns the groups of the first claims that tell them.
func (p *party) groups(told []claims) ([]string, error) {
	if p.GroupsClaim == "" {
		return nil, nil
	}
	tooMany := fail(cloud.Forbidden, BadGroups, "too many groups", "%s puts you into more than %d groups, and Gatehouse reads no more", p.Name, MaxGroups)
	i := slices.IndexFunc(told, func(c claims) bool { return c.has(p.GroupsClaim) })
	if i < 0 {
		if slices.ContainsFunc(told, func(c claims) bool { return c.elsewhere(p.GroupsClaim) }) {
			return nil, tooMany
		}
		return nil, nil
	}
	texts, ok := told[i].texts(p.GroupsClaim)
	if !ok {
		return nil, fail(cloud.Forbidden, BadGroups, "the claim is no text and no list of texts",
			"%s tells your groups in a form that Gatehouse does not understand", p.Name)
	}
	slices.Sort(texts)
	groups := slices.DeleteFunc(slices.Compact(texts), func(group string) bool { return group == "" })
	if len(groups) > MaxGroups {
		return nil, tooMany
	}
	return groups, nil
}

// name returns how the person is called.
func name(told []claims, email string) string {
	for _, c := range told {
		for _, text := range []string{c.text("name"), c.text("given_name") + " " + c.text("family_name"), c.text("preferred_username")} {
			text = strings.TrimSpace(cloud.CleanText(text, cloud.MaxNameLength))
			if cloud.CheckName("name", text) == nil {
				return text
			}
		}
	}
	return email
}

// claims are what a provider tells of a person. The names are taken to the letter,
// unlike those of a struct: a provider may let people add claims such as Email.
type claims map[string]json.RawMessage

// has reports whether the claim is there, and not null.
func (c claims) has(name string) bool { return len(c[name]) > 0 && string(c[name]) != "null" }

// text returns the claim; empty when it is not there or not a text.
func (c claims) text(name string) string {
	var text string
	_ = json.Unmarshal(c[name], &text)
	return text
}

// texts returns a claim that is a list of texts, or one text.
func (c claims) texts(name string) ([]string, bool) {
	var text string
	if json.Unmarshal(c[name], &text) == nil {
		return []string{text}, true
	}
	var list []*string // a null among them is no text
	if json.Unmarshal(c[name], &list) != nil || slices.Contains(list, nil) {
		return nil, false
	}
	texts := make([]string, len(list))
	for i, text := range list {
		texts[i] = *text
	}
	return texts, true
}

// vouches reports whether the claims have an address, and say whether it is verified.
func (c claims) vouches() bool { return c.text("email") != "" && c.has("email_verified") }

// verified reports whether the address is verified. Some providers write "true" for true.
func (c claims) verified() bool {
	return string(c["email_verified"]) == "true" || c.text("email_verified") == "true"
}

// elsewhere reports whether the claim is to be asked for at another address (OpenID
// Connect Core 1.0, section 5.6.2), as providers do when a person is in many groups.
func (c claims) elsewhere(name string) bool {
	var names map[string]json.RawMessage
	return json.Unmarshal(c["_claim_names"], &names) == nil && names[name] != nil
}
