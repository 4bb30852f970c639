package oidc_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/oidc"
)

// secretText is the client secret of these tests, made at run time so that no scanner takes it for one.
var secretText = strings.Repeat("Geheim", 5) + "9"

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// getenv is an environment with the secret in it.
func getenv(name string) string {
	return map[string]string{"CORPORATE_SECRET": secretText, "BROKEN": "two\nlines", "LONG": strings.Repeat("x", 4097)}[name]
}

func TestReadProvidersTakesAllThatTheFileSays(t *testing.T) {
	// The file as the manual shows it becomes the providers, in order, with what is left
	// out filled in and the secret from where it is kept.
	file := write(t, "secret", secretText+"\n")
	path := write(t, "providers.yaml", `
providers:
  - id: corporate
    name: Corporate account
    issuer: https://login.example.com/realms/main
    clientId: gatehouse
    clientSecretFile: `+file+`
    scopes: [email, profile, groups]
    allowedDomains: [example.com, mail.example.co.uk]
    defaultRole: Analysts
    organization: Acme
    groupsClaim: groups
    groupRoles: {platform-admins: Admin, data: Analysts}
  - {id: by-env, name: 企业账号, issuer: "http://127.0.0.1:9999", clientId: gate, clientSecretEnv: CORPORATE_SECRET}
  - id: public-0
    name: Public
    issuer: https://login.example.org/
    clientId: gatehouse
    groupsClaim: "https://example.com/groups"
`)
	got, err := oidc.ReadProviders(path, getenv)
	if err != nil {
		t.Fatal(err)
	}
	usual := []string{"openid", "email", "profile"}
	want := []oidc.Provider{
		{
			ID: "corporate", Name: "Corporate account", Issuer: "https://login.example.com/realms/main", ClientID: "gatehouse",
			Scopes: []string{"openid", "email", "profile", "groups"}, AllowedDomains: []string{"example.com", "mail.example.co.uk"},
			DefaultRole: "Analysts", Organization: "Acme", GroupsClaim: "groups", GroupRoles: map[string]string{"platform-admins": "Admin", "data": "Analysts"},
		},
		{ID: "by-env", Name: "企业账号", Issuer: "http://127.0.0.1:9999", ClientID: "gate", Scopes: usual, DefaultRole: "Member"},
		{ID: "public-0", Name: "Public", Issuer: "https://login.example.org/", ClientID: "gatehouse", Scopes: usual, DefaultRole: "Member", GroupsClaim: "https://example.com/groups"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(oidc.Provider{}, "ClientSecret")); diff != "" {
		t.Error(diff)
	}
	for i, secret := range []string{secretText, secretText, ""} {
		if got[i].ClientSecret.Reveal() != secret {
			t.Errorf("provider %d has another secret", i)
		}
	}
}

func TestReadProvidersNamesWhatIsWrong(t *testing.T) {
	// Whatever is wrong with the file, the operator learns where and what, and a secret
	// that was written there by mistake is not repeated.
	directory := t.TempDir()
	empty, large := write(t, "empty", " \n"), write(t, "large", strings.Repeat("x", 4097))
	provider := func(fields string) string {
		text := "providers:\n- id: corporate\n  name: Corporate account\n  issuer: https://login.example.com\n  clientId: gatehouse\n"
		for line := range strings.SplitSeq(fields, "\n") {
			if line == "" {
				continue
			}
			name, _, _ := strings.Cut(line, ":")
			if before, rest, ok := strings.Cut(text, name+": "); ok { // in place of what is there
				_, rest, _ = strings.Cut(rest, "\n")
				text = before + line + "\n" + rest
				continue
			}
			text += "  " + line + "\n"
		}
		return text
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "providers: expected at least one provider, got none"},
		"no providers":      {"providers: []", "providers: expected at least one provider, got none"},
		"two documents":     {provider("") + "---\nproviders: []\n", "expected one document, got more"},
		"no YAML":           {"providers:\n\t- id: x", "line 2: expected YAML"},
		"a text":            {"hello", "line 1: expected fields and their values"},
		"a provider alone":  {"id: corporate", "line 1: there is no field id"},
		"no list":           {"providers: {id: corporate}", "line 1: expected a list of providers"},
		"an unknown field":  {provider("color: blue"), "line 6: there is no field color"},
		"another case":      {provider("clientID: x"), "line 6: there is no field clientID"},
		"a field twice":     {provider("scopes: [openid]") + "  scopes: [openid]\n", "line 7: scopes is there twice"},
		"a text for a list": {provider("allowedDomains: example.com"), "line 6: expected a list of texts"},
		"a list for a text": {provider("name: [a]"), "line 3: expected a text"},
		"a list of roles":   {provider("groupRoles: [a]"), "line 6: expected a role for each group"},
		"no id":             {provider("id: "), `providers[0].id: expected 1 to 32 of a-z, 0-9 and -, got ""`},
		"an id in capitals": {provider("id: Corporate"), `providers[0].id: expected 1 to 32 of a-z, 0-9 and -, got "Corporate"`},
		"an id with a path": {provider("id: a/b"), `got "a/b"`},
		"a long id":         {provider("id: " + strings.Repeat("a", 33)), "providers[0].id: expected 1 to 32"},
		"an id twice":       {provider("") + "- {id: corporate, name: B, issuer: 'https://b.example', clientId: b}", `providers[1].id: expected one that no other provider has, got "corporate" again`},
		"a name twice":      {provider("") + "- {id: b, name: corporate ACCOUNT, issuer: 'https://b.example', clientId: b}", `providers[1].name: expected one that no other provider has, got "corporate ACCOUNT" again`},
		"no name":           {provider("name: "), "providers[0].name: expected a name"},
		"a name with a tab": {provider(`name: "a\tb"`), "providers[0].name: control characters"},
		"no issuer":         {provider("issuer: "), `providers[0].issuer: expected a URL such as https://login.example.com, got ""`},
		"no scheme":         {provider("issuer: login.example.com"), "providers[0].issuer: expected a URL such as"},
		"http":              {provider("issuer: http://login.example.com"), `providers[0].issuer: expected a URL with https, or http on this machine, got "http://login.example.com"`},
		"almost loopback":   {provider("issuer: http://localhost.example.com"), "providers[0].issuer: expected a URL with https"},
		"another scheme":    {provider("issuer: ldap://login.example.com"), "providers[0].issuer: expected a URL with https"},
		"a query":           {provider("issuer: https://login.example.com/?a=b"), "providers[0].issuer: expected a URL without query"},
		"a fragment":        {provider("issuer: 'https://login.example.com/#a'"), "providers[0].issuer: expected a URL without query and fragment"},
		"a user":            {provider("issuer: https://gate:" + secretText + "@login.example.com"), `providers[0].issuer: expected a URL without a user, got one at "login.example.com"`},
		"no host":           {provider("issuer: https:///a"), "providers[0].issuer: expected a URL such as"},
		"no client":         {provider("clientId: "), `providers[0].clientId: expected 1 to 255 printable characters of ASCII, got ""`},
		"a strange client":  {provider("clientId: gäste"), `providers[0].clientId: expected 1 to 255 printable characters of ASCII, got "gäste"`},
		"a blank in scopes": {provider("scopes: [openid email]"), `providers[0].scopes: expected a scope such as profile, got "openid email"`},
		"an empty scope":    {provider(`scopes: [""]`), `providers[0].scopes: expected a scope such as profile, got ""`},
		"a scope twice":     {provider("scopes: [email, email]"), `providers[0].scopes: expected each scope once, got "email" again`},
		"a wildcard":        {provider("allowedDomains: ['*.example.com']"), `providers[0].allowedDomains: expected a domain in lower case such as example.com, got "*.example.com"`},
		"an address":        {provider("allowedDomains: ['@example.com']"), `got "@example.com"`},
		"a domain in caps":  {provider("allowedDomains: [Example.com]"), `got "Example.com"`},
		"a dot at the end":  {provider("allowedDomains: [example.com.]"), `got "example.com."`},
		"no domain":         {provider(`allowedDomains: [""]`), `got ""`},
		"a long domain":     {provider("allowedDomains: [" + strings.Repeat("a.", 127) + "b]"), "providers[0].allowedDomains: expected a domain"},
		"a long label":      {provider("allowedDomains: [" + strings.Repeat("a", 64) + ".com]"), "providers[0].allowedDomains: expected a domain"},
		"a domain twice":    {provider("allowedDomains: [example.com, example.com]"), `providers[0].allowedDomains: expected each domain once, got "example.com" again`},
		"a blank role":      {provider("defaultRole: ' '"), "providers[0].defaultRole: expected a name"},
		"a blank tenant":    {provider("organization: ' '"), "providers[0].organization: expected a name"},
		"roles, no claim":   {provider("groupRoles: {a: Admin}"), "providers[0].groupRoles: expected groupsClaim beside it"},
		"a blank claim":     {provider("groupsClaim: ' '"), "providers[0].groupsClaim: expected a name"},
		"a group, no role":  {provider("groupsClaim: groups\ngroupRoles: {a: }"), "providers[0].groupRoles[a]: expected a name"},
		"a role, no group":  {provider("groupsClaim: groups\ngroupRoles: {'': Admin}"), `providers[0].groupRoles: expected the name of a group, got ""`},
		"both secrets":      {provider("clientSecretFile: /x\nclientSecretEnv: X"), "providers[0].clientSecretFile: expected this or clientSecretEnv, got both"},
		"the secret itself": {provider("clientSecret: " + secretText), "line 6: clientSecret: the secret does not belong into this file"},
		"a secret as file":  {provider("clientSecretFile: " + secretText), "providers[0].clientSecretFile: expected the absolute path"},
		"a path as secret":  {provider("clientSecretFile: /" + secretText), "providers[0].clientSecretFile: the file cannot be read: no such file or directory"},
		"a secret as name":  {provider("clientSecretEnv: " + secretText), "providers[0].clientSecretEnv: expected a secret there, got nothing"},
		"no name of one":    {provider("clientSecretEnv: a=" + secretText), "providers[0].clientSecretEnv: expected the name of an environment variable"},
		"an empty secret":   {provider("clientSecretFile: " + empty), "providers[0].clientSecretFile: expected a secret there, got nothing"},
		"a large secret":    {provider("clientSecretFile: " + large), "providers[0].clientSecretFile: the file cannot be read: it is larger than 4096 bytes"},
		"a directory":       {provider("clientSecretFile: " + directory), "providers[0].clientSecretFile: the file cannot be read: is a directory"},
		"two lines":         {provider("clientSecretEnv: BROKEN"), "providers[0].clientSecretEnv: expected a secret there of at most 4096 printable characters"},
		"a long variable":   {provider("clientSecretEnv: LONG"), "providers[0].clientSecretEnv: expected a secret there of at most 4096 printable characters"},
		"a secret as alias": {provider("clientSecretEnv: *" + secretText), "expected YAML"},
		"a secret as list":  {provider("name: {" + secretText + ": x}"), "line 3: expected a text"},
		"a secret as field": {provider(secretText + "9: x"), "line 6: expected a list of providers, each with its fields, none twice"},
		"a secret as type":  {provider("allowedDomains: " + secretText), "line 6: expected a list of texts"},
		"a broken quote":    {provider(`clientSecretFile: "` + secretText), "expected YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "providers.yaml", c.text)
			providers, err := oidc.ReadProviders(path, getenv)
			if err == nil || providers != nil || cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in\n%s", err, c.want, c.text)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(fmt.Sprintf("%v %#v", err, err), secretText) {
					t.Errorf("the secret is in %v", err)
				}
			}
		})
	}
}

func TestReadProvidersSaysWhyAFileCannotBeRead(t *testing.T) {
	// A file that is missing, no file, or without end is said to be so.
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	for path, want := range map[string]string{
		missing:     "the sign-in providers " + missing + " cannot be read: no such file or directory",
		t.TempDir(): "cannot be read: is a directory",
		write(t, "large.yaml", strings.Repeat("#", 1<<20)+"#"): "cannot be read: it is larger than 1048576 bytes",
	} {
		if _, err := oidc.ReadProviders(path, getenv); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func FuzzReadProviders(f *testing.F) {
	// No file makes it stumble. What it takes can be worked with; what it refuses is
	// refused with a sentence that begins with the file and holds no secret.
	f.Add("providers:\n- {id: a, name: A, issuer: 'https://a.example', clientId: a, clientSecretEnv: CORPORATE_SECRET}\n")
	f.Add("providers:\n- id: a\n  name: A\n  issuer: http://localhost:1\n  clientId: a\n  scopes: [x]\n  allowedDomains: [a.b]\n  groupsClaim: g\n  groupRoles: {a: b}\n")
	f.Add("a: &a [*a]\nproviders: *a")
	f.Add("%YAML 1.1\n---\n!!binary aGk=")
	f.Add("providers:\n- <<: {id: a}\n  name: !!str 1\n")
	path := filepath.Join(f.TempDir(), "providers.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		providers, err := oidc.ReadProviders(path, getenv)
		if err != nil {
			if cloud.CodeOf(err) != cloud.Invalid && !strings.Contains(err.Error(), "larger") || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), secretText) {
				t.Errorf("%v", err)
			}
			return
		}
		ids := map[string]bool{}
		for _, p := range providers {
			secure := strings.HasPrefix(p.Issuer, "https://") || strings.HasPrefix(p.Issuer, "http://")
			if ids[p.ID] || p.ID == "" || p.Name == "" || p.ClientID == "" || p.DefaultRole == "" || !secure || len(p.Scopes) == 0 {
				t.Errorf("%+v", p)
			}
			ids[p.ID] = true
			oidc.New(providers, base, nil, cloud.SystemClock{}).List()
		}
		if len(providers) == 0 {
			t.Error("no provider and no error")
		}
	})
}
