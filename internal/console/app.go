package console

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// app is the built web app: index.html for every page, and its files.
type app struct {
	index   []byte // with noncePlaceholder; nil when the console was not built
	unbuilt []byte // what is shown then
	files   map[string]*file
}

// file is one file of the app. What compresses is kept compressed only.
type file struct {
	contentType string
	cache       string
	etag        string
	plain       []byte
	gzip        []byte
	brotli      []byte
}

const (
	// noncePlaceholder stands in index.html where each answer has a nonce of its own.
	noncePlaceholder = "__CSP_NONCE__"
	indexName        = "index.html"
	unbuiltName      = "unbuilt.html"

	// The names of the files under assets/ have a hash of what is in them.
	cacheForever = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache"
)

// newApp reads the built files. Without index.html the console was not built, and
// unbuilt.html, which is always there, says so.
func newApp(dist fs.FS) (*app, error) {
	a := &app{files: map[string]*file{}}
	err := fs.WalkDir(dist, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		switch name {
		case indexName:
			a.index = data
		case unbuiltName:
			a.unbuilt = data
		default:
			a.add(name, data)
		}
		return nil
	})
	if err == nil && a.index == nil && a.unbuilt == nil {
		err = errors.New("the console has neither index.html nor unbuilt.html")
	}
	return a, err
}

func (a *app) add(name string, data []byte) {
	served, encoding := name, ""
	for _, suffix := range []string{".br", ".gz"} {
		if s, ok := strings.CutSuffix(name, suffix); ok {
			served, encoding = s, suffix
		}
	}
	f := a.files["/"+served]
	if f == nil {
		f = &file{contentType: mime.TypeByExtension(path.Ext(served)), cache: cacheAsk}
		if strings.HasPrefix(served, "assets/") {
			f.cache = cacheForever
		}
		a.files["/"+served] = f
	}
	switch encoding {
	case ".br":
		f.brotli = data
	case ".gz":
		f.gzip = data
	default:
		f.plain = data
	}
	// Any encoding changes when the file does.
	f.etag = fmt.Sprintf(`"%x"`, sha256.Sum256(append([]byte(f.etag), data...)))
}

// page answers with the app, whichever page it is: the app reads the path itself.
func (a *app) page(w http.ResponseWriter, _ *http.Request, status int) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if a.index == nil {
		h.Set("Content-Security-Policy", unbuiltPolicy(a.unbuilt))
		w.WriteHeader(status)
		_, _ = w.Write(a.unbuilt) // the client has gone: nobody to tell
		return
	}
	nonce := newNonce()
	h.Set("Content-Security-Policy", policy(nonce))
	w.WriteHeader(status)
	_, _ = w.Write(bytes.ReplaceAll(a.index, []byte(noncePlaceholder), []byte(nonce))) // as above
}

// serveFile answers with a file and reports whether there is one.
func (a *app) serveFile(w http.ResponseWriter, r *http.Request) bool {
	f := a.files[r.URL.Path]
	if f == nil {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", f.etag)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if f.gzip != nil || f.brotli != nil {
		h.Set("Vary", "Accept-Encoding")
	}
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	switch accepted := r.Header.Get("Accept-Encoding"); {
	case f.brotli != nil && accepts(accepted, "br"):
		h.Set("Content-Encoding", "br")
		_, _ = w.Write(f.brotli) // the client has gone: nobody to tell, here and below
	case f.gzip != nil && accepts(accepted, "gzip"):
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(f.gzip)
	case f.plain != nil:
		_, _ = w.Write(f.plain)
	default:
		unzip(w, f.gzip)
	}
	return true
}

// unzip is for the rare client that reads nothing compressed.
func unzip(w http.ResponseWriter, zipped []byte) {
	z, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		http.Error(w, "this file was not built in a form that the client reads", http.StatusNotAcceptable)
		return
	}
	_, _ = io.Copy(w, z) //nolint:gosec // our own file, of a size that is known
}

// accepts reports whether an Accept-Encoding allows the coding (RFC 9110, section 12.5.3).
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		return !ok || strings.Trim(q, "0.") != ""
	}
	return false
}

func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}
