package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// caller is somebody who asks the API, with a key or without.
type caller struct {
	house         *house
	organization  string // of the key; ~ in paths
	id            string // of the key or the person in paths
	keyID, secret string // of the key in HTTP Basic; nothing is sent when both are empty
	header        http.Header
}

func (h *house) caller(organization, id, keyID, secret string) caller {
	return caller{house: h, organization: organization, id: id, keyID: keyID, secret: secret}
}

// nobody asks without a key, about the first organization.
func (h *house) nobody() caller { return h.caller(h.id, "", "", "") }

// with sends a header along with every request.
func (c caller) with(name, value string) caller {
	c.header = c.header.Clone()
	if c.header == nil {
		c.header = http.Header{}
	}
	c.header.Set(name, value)
	return c
}

// from asks from another address.
func (c caller) from(address string) caller {
	if strings.Contains(address, ":") {
		address = "[" + address + "]"
	}
	return c.with(remote, address+":40000")
}

func (c caller) get(path string) *answer          { return c.ask(http.MethodGet, path, "") }
func (c caller) post(path, body string) *answer   { return c.ask(http.MethodPost, path, body) }
func (c caller) patch(path, body string) *answer  { return c.ask(http.MethodPatch, path, body) }
func (c caller) delete(path string) *answer       { return c.ask(http.MethodDelete, path, "") }
func (c caller) whoami() *answer                  { return c.get("/v1/whoami") }
func (c caller) patchKey(id, body string) *answer { return c.patch("~/keys/"+id, body) }

// ask sends a request. In the path, ~ is the caller's organization.
func (c caller) ask(method, path, body string) *answer {
	c.house.t.Helper()
	if rest, ok := strings.CutPrefix(path, "~"); ok {
		path = "/v1/organizations/" + c.organization + rest
	}
	request, err := http.NewRequestWithContext(c.house.t.Context(), method, c.house.url+path, strings.NewReader(body))
	if err != nil {
		c.house.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, values := range c.header {
		request.Header[name] = values
	}
	if c.keyID != "" || c.secret != "" {
		request.SetBasicAuth(c.keyID, c.secret)
	}
	return c.house.send(request)
}

func (h *house) send(request *http.Request) *answer {
	h.t.Helper()
	response, err := h.http.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return &answer{t: h.t, request: request.Method + " " + request.URL.RequestURI(), status: response.StatusCode, header: response.Header, body: body}
}

// key makes a key with the fields of the request, which are without braces: `"name":"ci"`.
func (c caller) key(fields string) caller {
	c.house.t.Helper()
	made := c.post("~/keys", "{"+fields+"}").ok()
	return c.house.caller(c.organization, made.text("result.key.id"), made.text("result.keyId"), made.text("result.keySecret"))
}

// keyWith makes a key with the roles.
func (c caller) keyWith(roles ...string) caller {
	c.house.t.Helper()
	ids := []string{}
	for _, r := range roles {
		ids = append(ids, systemRole(r))
	}
	return c.key(`"name":"a key","assignedRoleIds":` + inJSON(ids))
}

// together asks n times at once and returns the answers.
func together(n int, ask func(i int) *answer) []*answer {
	answers := make([]*answer, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { answers[i] = ask(i) })
	}
	all.Wait()
	return answers
}

// answer is an answer of the API, wholly read.
type answer struct {
	t       testing.TB
	request string
	status  int
	header  http.Header
	body    []byte
	decoded any // once it is asked for
}

// ok ends the test unless the answer is 200.
func (a *answer) ok() *answer {
	a.t.Helper()
	if a.status != http.StatusOK {
		a.t.Fatalf("%s answered %d: %s", a.request, a.status, a.error())
	}
	return a
}

// is fails the test unless the answer is this error.
func (a *answer) is(status int, sentence string) {
	a.t.Helper()
	if a.status != status || a.error() != sentence {
		a.t.Errorf("%s answered %d %s\nwant %d %s", a.request, a.status, a.error(), status, sentence)
	}
}

// says fails the test unless the answer is an error of this status whose sentence has all these parts.
func (a *answer) says(status int, parts ...string) {
	a.t.Helper()
	for _, part := range parts {
		if a.status != status || !strings.Contains(a.error(), part) {
			a.t.Errorf("%s answered %d %s\nwant %d … %s …", a.request, a.status, a.error(), status, part)
			return
		}
	}
}

// error returns the sentence of an error, or what there is of the body.
func (a *answer) error() string {
	var body struct{ Error string }
	if json.Unmarshal(a.body, &body) == nil && body.Error != "" {
		return body.Error
	}
	return string(a.body[:min(len(a.body), 300)])
}

// value returns what stands at a path such as result.0.name, and nil where nothing does.
func (a *answer) value(path string) any {
	a.t.Helper()
	if a.decoded == nil {
		if err := json.Unmarshal(a.body, &a.decoded); err != nil {
			a.t.Fatalf("%s answered %d with %q: %v", a.request, a.status, a.body, err)
		}
	}
	at := a.decoded
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' }) {
		switch in := at.(type) {
		case map[string]any:
			at = in[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(in) {
				return nil
			}
			at = in[i]
		default:
			return nil
		}
	}
	return at
}

// has reports whether the last step of the path is there, be it null.
func (a *answer) has(path string) bool {
	a.t.Helper()
	parent, last := "", path
	if i := strings.LastIndex(path, "."); i >= 0 {
		parent, last = path[:i], path[i+1:]
	}
	object, _ := a.value(parent).(map[string]any)
	_, ok := object[last]
	return ok
}

// text returns the text at a path, and ends the test where there is none.
func (a *answer) text(path string) string {
	a.t.Helper()
	text, ok := a.value(path).(string)
	if !ok {
		a.t.Fatalf("%s: %s is %v, not a text", a.request, path, a.value(path))
	}
	return text
}

// list returns the list at a path, and ends the test where there is none.
func (a *answer) list(path string) []any {
	a.t.Helper()
	list, ok := a.value(path).([]any)
	if !ok {
		a.t.Fatalf("%s: %s is %v, not a list", a.request, path, a.value(path))
	}
	return list
}

// each returns what stands at a path in each item of the result, as text.
func (a *answer) each(path string) []string {
	a.t.Helper()
	out := []string{}
	for i := range a.list("result") {
		out = append(out, fmt.Sprint(a.value(fmt.Sprintf("result.%d.%s", i, path))))
	}
	return out
}

// shows fails the test unless the values at the paths are these, in JSON.
func (a *answer) shows(want map[string]string) {
	a.t.Helper()
	for path, value := range want {
		if got := inJSON(a.value(path)); got != value {
			a.t.Errorf("%s: %s is %s, want %s", a.request, path, got, value)
		}
	}
}

var requestIDs = regexp.MustCompile(`"requestId":"[0-9a-f-]{36}"`)

// bytes returns status and body without the requestId, by which two answers may differ.
func (a *answer) bytes() string {
	return strconv.Itoa(a.status) + " " + requestIDs.ReplaceAllString(string(a.body), `"requestId":"-"`)
}

func inJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
