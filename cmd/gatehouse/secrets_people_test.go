package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// visit is a browser at the console.
type visit struct {
	t    *testing.T
	url  string
	http http.Client
}

func newVisit(t *testing.T, url string) *visit {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visit{t: t, url: url, http: http.Client{Jar: jar}}
}

// post sends pairs of names and values and returns the status and the texts of the answer.
func (v *visit) post(path string, pairs ...string) (status int, answer map[string]any) {
	v.t.Helper()
	in := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		in[pairs[i]] = pairs[i+1]
	}
	body, err := json.Marshal(in)
	if err != nil {
		v.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.url+path, bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	if err := json.NewDecoder(got.Body).Decode(&answer); err != nil || got.StatusCode >= http.StatusInternalServerError {
		v.t.Fatalf("POST %s: status %d, %v", path, got.StatusCode, err)
	}
	return got.StatusCode, answer
}

// must is post for what is granted; it returns one text of the answer.
func (v *visit) must(name, path string, pairs ...string) string {
	v.t.Helper()
	status, answer := v.post(path, pairs...)
	if status != http.StatusOK {
		v.t.Fatalf("POST %s: %d %v", path, status, answer["error"])
	}
	text, _ := answer[name].(string)
	return text
}

func (v *visit) session() string {
	v.t.Helper()
	u, err := url.Parse(v.url)
	if err != nil {
		v.t.Fatal(err)
	}
	cookies := v.http.Jar.Cookies(u)
	if len(cookies) != 1 {
		v.t.Fatalf("there are %d cookies", len(cookies))
	}
	return cookies[0].Value
}

// secretsOfAPerson lets a person do everything that is done with secrets at the
// console, mistakes included, and returns all of these.
func secretsOfAPerson(t *testing.T, base string, link func(args ...string) string) (secrets []credential) {
	t.Helper()
	const email, first, second, third = "ada@example.com", "correct-horse-Battery-9", "another-horse-Battery-9", "yet-another-Battery-9"
	setup := link()
	v := newVisit(t, base)
	v.must("", "/auth/setup", "token", setup, "email", email, "name", "Ada", "password", first)
	opened := v.session()
	v.must("", "/auth/password", "currentPassword", first, "newPassword", second)
	factor := v.must("secret", "/auth/second-factor", "password", second)
	recovery := v.must("recoveryCode", "/auth/second-factor/confirm", "password", second, "secret", factor, "code", codeAt(t, factor, time.Now()))
	phone := newVisit(t, base)
	renewed := phone.must("recoveryCode", "/auth/sign-in", "email", email, "password", second, "code", recovery)
	reset := link("--reset", email)
	mistakes := newVisit(t, base)
	mistakes.post("/auth/sign-in", "email", second, "password", email) // the wrong way round
	mistakes.post("/auth/sign-in", "email", email, "password", first)
	mistakes.post("/auth/sign-in", "email", email, "password", second, "code", factor)
	mistakes.post("/auth/sign-in", "password", second, second, "as a name")
	mistakes.post("/auth/link", "token", "x"+reset)
	mistakes.post("/auth/setup", "token", setup, "email", second, "name", second, "password", second)
	mistakes.must("", "/auth/reset", "token", reset, "password", third)
	for _, s := range []string{setup, first, second, third, opened, phone.session(), factor, recovery, strings.ReplaceAll(recovery, "-", ""), renewed, reset, mistakes.session()} {
		if len(s) < 16 {
			t.Fatalf("a secret of %d characters would be found by chance", len(s))
		}
		secrets = append(secrets, credential{secret: s})
	}
	return secrets
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}
