package oidc

import (
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// defaultRole is what joins without an invitation, where the file does not say.
const defaultRole = "Member"

var (
	providerID  = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
	clientID    = regexp.MustCompile(`^[\x20-\x7e]{1,255}$`)            // RFC 6749, appendix A.1
	scopeToken  = regexp.MustCompile(`^[\x21\x23-\x5b\x5d-\x7e]+$`)     // RFC 6749, section 3.3
	domainLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`) // RFC 1123, section 2.1
	envName     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// provider checks the entry. It returns Invalid, whose sentence begins with field and
// the name of the field that is wrong.
func (e entry) provider(field string, getenv func(string) string) (Provider, error) {
	p := Provider{
		ID: e.ID, Name: e.Name, Issuer: e.Issuer, ClientID: e.ClientID, Scopes: e.Scopes, AllowedDomains: e.AllowedDomains,
		DefaultRole: e.DefaultRole, Organization: e.Organization, GroupsClaim: e.GroupsClaim, GroupRoles: e.GroupRoles,
	}
	if len(p.Scopes) == 0 {
		p.Scopes = []string{gooidc.ScopeOpenID, gooidc.ScopeEmail, gooidc.ScopeProfile}
	}
	if !slices.Contains(p.Scopes, gooidc.ScopeOpenID) {
		p.Scopes = slices.Insert(p.Scopes, 0, gooidc.ScopeOpenID)
	}
	if p.DefaultRole == "" {
		p.DefaultRole = defaultRole
	}
	for _, check := range []func(string) error{p.checkNames, p.checkIssuer, p.checkLists, p.checkGroups} {
		if err := check(field); err != nil {
			return Provider{}, err
		}
	}
	secret, err := e.secret(field, getenv)
	p.ClientSecret = secret
	return p, err
}

func (p Provider) checkNames(field string) error {
	if !providerID.MatchString(p.ID) {
		return cloud.Errorf(cloud.Invalid, "%sid: expected 1 to 32 of a-z, 0-9 and -, got %q", field, p.ID)
	}
	if err := cloud.CheckName(field+"name", p.Name); err != nil {
		return err
	}
	if !clientID.MatchString(p.ClientID) {
		return cloud.Errorf(cloud.Invalid, "%sclientId: expected 1 to 255 printable characters of ASCII, got %q", field, p.ClientID)
	}
	if err := cloud.CheckName(field+"defaultRole", p.DefaultRole); err != nil {
		return err
	}
	if p.Organization == "" {
		return nil
	}
	return cloud.CheckName(field+"organization", p.Organization)
}

func (p Provider) checkIssuer(field string) error {
	if err := checkAddress(p.Issuer); err != nil {
		return cloud.Errorf(cloud.Invalid, "%sissuer: %s", field, err.Error())
	}
	if strings.ContainsAny(p.Issuer, "?#") { // OpenID Connect Discovery 1.0, section 3
		return cloud.Errorf(cloud.Invalid, "%sissuer: expected a URL without query and fragment, got %q", field, p.Issuer)
	}
	return nil
}

// checkAddress returns an error unless a provider may be asked at the address: over
// https, and over http on this machine only.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return cloud.Errorf(cloud.Invalid, "expected a URL such as https://login.example.com, got %q", address)
	case u.User != nil: // whose password is not to be repeated
		return cloud.Errorf(cloud.Invalid, "expected a URL without a user, got one at %q", u.Host)
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	default:
		return cloud.Errorf(cloud.Invalid, "expected a URL with https, or http on this machine, got %q", address)
	}
}

func loopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

func (p Provider) checkLists(field string) error {
	for i, scope := range p.Scopes {
		if !scopeToken.MatchString(scope) {
			return cloud.Errorf(cloud.Invalid, "%sscopes: expected a scope such as profile, got %q", field, scope)
		}
		if slices.Contains(p.Scopes[:i], scope) {
			return cloud.Errorf(cloud.Invalid, "%sscopes: expected each scope once, got %q again", field, scope)
		}
	}
	for i, domain := range p.AllowedDomains {
		if !isDomain(domain) {
			return cloud.Errorf(cloud.Invalid, "%sallowedDomains: expected a domain in lower case such as example.com, got %q", field, domain)
		}
		if slices.Contains(p.AllowedDomains[:i], domain) {
			return cloud.Errorf(cloud.Invalid, "%sallowedDomains: expected each domain once, got %q again", field, domain)
		}
	}
	return nil
}

// isDomain reports whether the text is a domain name in lower case and ASCII (RFC 1123, section 2.1).
func isDomain(text string) bool {
	if len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if len(label) > 63 || !domainLabel.MatchString(label) {
			return false
		}
	}
	return true
}

func (p Provider) checkGroups(field string) error {
	if p.GroupsClaim == "" && len(p.GroupRoles) > 0 {
		return cloud.Errorf(cloud.Invalid, "%sgroupRoles: expected groupsClaim beside it, the name of the claim that holds the groups", field)
	}
	if p.GroupsClaim != "" {
		if err := cloud.CheckName(field+"groupsClaim", p.GroupsClaim); err != nil {
			return err
		}
	}
	for _, group := range slices.Sorted(maps.Keys(p.GroupRoles)) {
		if group == "" {
			return cloud.Errorf(cloud.Invalid, "%sgroupRoles: expected the name of a group, got %q", field, group)
		}
		if err := cloud.CheckName(field+"groupRoles["+group+"]", p.GroupRoles[group]); err != nil {
			return err
		}
	}
	return nil
}

// maxSecretLength is the longest client secret, in bytes.
const maxSecretLength = 4096

// secret returns the secret that the entry names, and none for a public client. Its
// errors repeat neither path nor variable: the secret itself may stand there by mistake.
func (e entry) secret(field string, getenv func(string) string) (cloud.Secret, error) {
	switch {
	case e.ClientSecretFile != "" && e.ClientSecretEnv != "":
		return cloud.Secret{}, cloud.Errorf(cloud.Invalid, "%sclientSecretFile: expected this or clientSecretEnv, got both", field)
	case e.ClientSecretFile != "":
		field += "clientSecretFile"
		if !filepath.IsAbs(e.ClientSecretFile) {
			return cloud.Secret{}, cloud.Errorf(cloud.Invalid, "%s: expected the absolute path of a file that holds the secret", field)
		}
		text, err := readUpTo(e.ClientSecretFile, maxSecretLength)
		if err != nil {
			return cloud.Secret{}, cloud.Errorf(cloud.Invalid, "%s: the file cannot be read: %s", field, pathless(err).Error())
		}
		return checkSecret(field, strings.TrimSpace(string(text)))
	case e.ClientSecretEnv != "":
		field += "clientSecretEnv"
		if !envName.MatchString(e.ClientSecretEnv) {
			return cloud.Secret{}, cloud.Errorf(cloud.Invalid, "%s: expected the name of an environment variable", field)
		}
		return checkSecret(field, getenv(e.ClientSecretEnv))
	default:
		return cloud.Secret{}, nil
	}
}

// checkSecret returns Invalid unless the text can be a secret (RFC 6749, appendix A.2).
func checkSecret(field, text string) (cloud.Secret, error) {
	if text == "" {
		return cloud.Secret{}, cloud.Errorf(cloud.Invalid, "%s: expected a secret there, got nothing", field)
	}
	if len(text) > maxSecretLength || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return cloud.Secret{}, cloud.Errorf(cloud.Invalid, "%s: expected a secret there of at most %d printable characters of ASCII", field, maxSecretLength)
	}
	return cloud.NewSecret(text), nil
}
