package oidctest

import (
	"html/template"
	"net/http"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const loginPath = "/login"

func loginURL(id string) string { return loginPath + "?id=" + url.QueryEscape(id) }

// page has a button for each user, whose value is the subject, and one to refuse.
var page = template.Must(template.New("login").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign in</title>
<h1>Who are you?</h1>
<form method="post" action="` + loginPath + `">
<input type="hidden" name="id" value="{{.ID}}">
{{range .Users}}<p><button name="subject" value="{{.Subject}}">{{.Name}} {{.Email}}</button></p>
{{end}}<p><button name="refuse" value="yes">Refuse</button></p>
</form>
</html>
`))

// routeLogin adds the page to which the provider sends the browser.
func routeLogin(mux *http.ServeMux, s *storage, provider *op.Provider) {
	mux.HandleFunc("GET "+loginPath, func(w http.ResponseWriter, r *http.Request) {
		asked, err := s.request(r.FormValue("id"))
		if err != nil {
			http.Error(w, "no such sign-in", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Execute(w, struct { // the browser may have gone
			ID    string
			Users []User
		}{asked.id, s.allUsers()})
	})
	callback := op.AuthCallbackURL(provider)
	issuer := op.NewIssuerInterceptor(provider.IssuerFromRequest)
	mux.HandleFunc("POST "+loginPath, issuer.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, err := s.request(r.FormValue("id"))
		if err == nil && r.FormValue("refuse") != "" {
			op.AuthRequestError(w, r, asked, oidc.ErrAccessDenied(), provider)
			return
		}
		if err == nil {
			err = s.pick(asked.id, r.FormValue("subject"))
		}
		if err != nil {
			http.Error(w, "no such sign-in or user", http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, callback(r.Context(), asked.id), http.StatusFound)
	}))
}
