// Package console answers the paths of the web console.
package console

import (
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
)

//go:embed welcome.html
var welcomeHTML string

var welcome = template.Must(template.New("welcome").Parse(welcomeHTML))

// Handler returns the handler of the console. As long as there is no console, a
// page at / and at /setup, where set-up links lead, says what there is. Every
// other path is unknown: 404, not JSON.
func Handler() http.Handler {
	policy := contentSecurityPolicy()
	mux := http.NewServeMux()
	page := func(w http.ResponseWriter, r *http.Request) {
		address := "http://" + r.Host
		if r.TLS != nil {
			address = "https://" + r.Host
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		_ = welcome.Execute(w, address) // the client has gone: nobody to tell
	}
	mux.HandleFunc("GET /{$}", page)
	mux.HandleFunc("GET /setup", page)
	mux.HandleFunc("/", http.NotFound)
	return mux
}

// contentSecurityPolicy allows the style of the page and nothing else.
func contentSecurityPolicy() string {
	_, rest, _ := strings.Cut(welcomeHTML, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	hash := sha256.Sum256([]byte(style))
	return strings.Join([]string{
		"default-src 'none'", "style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'", "img-src data:",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}
