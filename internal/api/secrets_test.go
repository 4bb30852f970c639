package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// secretWatch knows every secret that was issued in a test, and fails the test
// where one is found afterwards: in another answer, the log, the files of the
// store, its rows, or the metrics.
type secretWatch struct {
	t   testing.TB
	log lockedBuffer

	mu      sync.Mutex
	secrets []string
	places  []place
}

// place is where a secret must not be.
type place struct {
	name string
	read func() string
}

func newSecretWatch(t testing.TB) *secretWatch {
	w := &secretWatch{t: t}
	w.search("the log", w.log.String)
	return w
}

// issued adds a credential: its two halves, and both as HTTP Basic sends them. The
// key ID is no secret to its organization, but only its hash is to be kept.
func (w *secretWatch) issued(keyID, secret string) {
	w.watch(keyID, secret, base64.StdEncoding.EncodeToString([]byte(keyID+":"+secret)))
}

func (w *secretWatch) watch(secrets ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets = append(w.secrets, secrets...)
}

// search adds a place to be searched when the test ends.
func (w *secretWatch) search(name string, read func() string) {
	w.places = append(w.places, place{name, read})
}

// searchFolder adds the files of a folder.
func (w *secretWatch) searchFolder(folder string) {
	w.search("the files of the store", func() string {
		var all strings.Builder
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil || len(files) == 0 {
			w.t.Errorf("there are no files in %s to search: %v", folder, err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				w.t.Error(err)
			}
			all.Write(content)
		}
		return all.String()
	})
}

// check searches all places.
func (w *secretWatch) check() {
	for _, p := range w.places {
		text := p.read()
		if text == "" {
			w.t.Errorf("nothing was read of %s: the search for secrets proves nothing", p.name)
		}
		w.find(p.name, text)
	}
}

func (w *secretWatch) find(where, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, secret := range w.secrets {
		if i := strings.Index(text, secret); i >= 0 {
			before := text[max(0, i-60):i]
			w.t.Errorf("a secret that was issued is in %s, after %q", where, before)
		}
	}
}

// transport learns each credential and each link from the answer that shows it, and looks
// for it in all others.
func (w *secretWatch) transport(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return nil, err
		}
		response.Body = io.NopCloser(bytes.NewReader(body))
		w.find(fmt.Sprintf("the answer %d to %s %s", response.StatusCode, r.Method, r.URL.Path), string(body)+fmt.Sprint(response.Header))
		var created struct{ Result json.RawMessage }
		var shown struct{ KeyID, KeySecret, URL, Password string }
		if json.Unmarshal(body, &created) == nil && json.Unmarshal(created.Result, &shown) == nil {
			if shown.KeySecret != "" {
				w.issued(shown.KeyID, shown.KeySecret)
			}
			if shown.Password != "" {
				w.watch(shown.Password)
			}
			if shown.URL != "" {
				w.watch(tokenOf(shown.URL))
			}
		}
		return response, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// everythingStored is every row of every table, the activities of all organizations
// among them, whatever the database.
func (h *house) everythingStored() string {
	var backup bytes.Buffer
	if _, err := h.store.Backup(context.WithoutCancel(h.t.Context()), &backup, h.clock.Now()); err != nil {
		h.t.Error(err)
	}
	rows, err := gzip.NewReader(&backup)
	if err != nil {
		h.t.Error(err)
		return ""
	}
	all, err := io.ReadAll(rows)
	if err != nil {
		h.t.Error(err)
	}
	return string(all)
}

// lockedBuffer is a log that is written by many and read by one.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func (b *lockedBuffer) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buffer.Reset()
}
