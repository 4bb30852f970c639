package apidocs

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
)

// The page shows every operation exactly once, under an anchor that is its
// operationId, and the contents lead there.
func TestEveryOperationAppearsOnceUnderItsAnchor(t *testing.T) {
	doc := sampleAPI(t)
	page := render(t, doc)
	n := 0
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			n++
			if got := strings.Count(page, ` id="`+op.OperationID+`"`); got != 1 {
				t.Errorf("%s: %d elements have its anchor, want 1", op.OperationID, got)
			}
			if !strings.Contains(page, `<li><a href="#`+op.OperationID+`"`) {
				t.Errorf("%s: the contents do not lead to it", op.OperationID)
			}
		}
	}
	if got := strings.Count(page, "<article"); got != n || n < 6 {
		t.Errorf("%d operations shown, the document has %d", got, n)
	}
}

// No two elements share an id, and every link within the page leads to one.
func TestEveryFragmentLeadsToOneElement(t *testing.T) {
	page := render(t, sampleAPI(t))
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids[m[1]]++
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d elements have the id %q", n, id)
		}
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] == 0 {
			t.Errorf("a link leads to #%s, which does not exist", m[1])
		}
	}
}

// The page loads nothing from another host and links to none, whatever the
// document says.
func TestPageReachesNoOtherHost(t *testing.T) {
	doc := sampleAPI(t)
	doc.Info.Description = "[a](https://elsewhere.example) [b](//elsewhere.example/x) [c](/\\elsewhere.example) [d](javascript:alert(1)) [e](/v1) [f](#openapiKeyGet)"
	page := render(t, doc)
	attribute := regexp.MustCompile(`(?i)\s(?:src|srcset|href|action|formaction|poster|data|ping|background)\s*=\s*"([^"]*)"`)
	for _, m := range attribute.FindAllStringSubmatch(page, -1) {
		address := html.UnescapeString(m[1])
		if !strings.HasPrefix(address, "data:image/svg+xml,") && !stays(address) {
			t.Errorf("the page refers to %q", address)
		}
	}
	if m := regexp.MustCompile(`(?i)url\s*\(|@import`).FindString(styleCSS); m != "" {
		t.Errorf("the style sheet has %q", m)
	}
	if !strings.Contains(page, `<a href="/v1">e</a>`) || !strings.Contains(page, `<a href="#openapiKeyGet">f</a>`) {
		t.Error("a link that stays on this host is gone")
	}
}

// The policy names exactly the page's one style and one script, so both work and
// nothing else does.
func TestPolicyMatchesStyleAndScript(t *testing.T) {
	p, err := Render(sampleAPI(t))
	if err != nil {
		t.Fatal(err)
	}
	page := string(p.HTML)
	for tag, directive := range map[string]string{"style": "style-src ", "script": "script-src "} {
		found := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 || strings.Count(page, "<"+tag) != 1 {
			t.Fatalf("the page has %d <%s>, want 1", strings.Count(page, "<"+tag), tag)
		}
		if want := directive + sourceHash(found[0][1]) + ";"; !strings.Contains(p.ContentSecurityPolicy, want) {
			t.Errorf("the policy %q lacks %q", p.ContentSecurityPolicy, want)
		}
	}
	if m := regexp.MustCompile(`\s(?:style|on[a-z]+)="[^"]*"`).FindString(page); m != "" {
		t.Errorf("the policy refuses the attribute %s", m)
	}
	for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "img-src data:"} {
		if !strings.Contains(p.ContentSecurityPolicy, want) {
			t.Errorf("the policy lacks %s", want)
		}
	}
}

// No text of the document becomes markup, wherever it stands.
func TestTextsOfTheDocumentAreEscaped(t *testing.T) {
	const hostile = "\"'></code></style></script><img src=x onerror=alert(1)> `<b>` {{.}} [x](javascript:alert(1))"
	doc := sampleAPI(t)
	doc.Info.Title, doc.Info.Version, doc.Info.Description = hostile, hostile, hostile
	doc.Servers = []*huma.Server{{URL: "https://" + hostile}}
	doc.Tags = []*huma.Tag{{Name: hostile, Description: hostile}}
	text := &huma.Schema{
		Type: "string", Title: hostile, Description: hostile, Format: hostile, Pattern: hostile,
		Enum: []any{hostile}, Default: hostile, Examples: []any{hostile},
	}
	doc.AddOperation(&huma.Operation{
		OperationID: "hostile", Method: http.MethodPost, Path: "/v1/<b>{<i>}/x", Tags: []string{hostile}, Summary: hostile, Description: hostile,
		Parameters: []*huma.Param{{Name: hostile, In: "query", Required: true, Description: hostile, Schema: text}},
		RequestBody: &huma.RequestBody{Description: hostile, Content: map[string]*huma.MediaType{"application/json": {
			Schema: &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{hostile: text, "one": {OneOf: []*huma.Schema{text, {Type: "object", Title: hostile, Properties: map[string]*huma.Schema{hostile: text}}}}}},
		}}},
		Responses: map[string]*huma.Response{
			"200": {Description: hostile, Content: map[string]*huma.MediaType{hostile: {Schema: text, Example: hostile}}},
			"400": {Description: hostile},
		},
		Extensions: map[string]any{"x-required-permissions": []string{hostile}, "x-badges": []map[string]string{{"name": hostile}}},
	})
	page := render(t, doc)
	for _, bad := range []string{"<img", "<b>", "<i>", "=\"javascript:"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page contains %s", bad)
		}
	}
	if strings.Count(page, "</script>") != 1 || strings.Count(page, "</style>") != 1 {
		t.Error("a text ends the style or the script")
	}
	if !strings.Contains(page, "&lt;img src=x onerror=alert(1)&gt;") {
		t.Error("the text itself is not shown")
	}
}

// A schema inside itself, directly or through others, is shown to the point where
// it repeats and no further.
func TestRecursionEnds(t *testing.T) {
	doc := sampleAPI(t)
	schemas := doc.Components.Schemas.Map()
	ref := func(name string) *huma.Schema { return &huma.Schema{Ref: schemaPrefix + name} }
	schemas["Loop"] = ref("Pool")
	schemas["Pool"] = ref("Loop")
	schemas["Every"] = &huma.Schema{AllOf: []*huma.Schema{ref("Every")}}
	schemas["Choice"] = &huma.Schema{OneOf: []*huma.Schema{ref("Choice"), {Type: "string"}}}
	schemas["Lists"] = &huma.Schema{Type: "array", Items: ref("Lists")}
	schemas["Maps"] = &huma.Schema{Type: "object", AdditionalProperties: ref("Maps")}
	body := &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{}}
	for _, name := range []string{"Loop", "Every", "Choice", "Lists", "Maps", "Condition"} {
		body.Properties[name] = ref(name)
	}
	doc.AddOperation(&huma.Operation{
		OperationID: "recursive", Method: http.MethodPost, Path: "/v1/recursive",
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Schema: body}}},
	})
	page := operationHTML(t, render(t, doc), "recursive")
	if !strings.Contains(page, "Has the fields of <code>Condition</code>") {
		t.Error("the page does not say where Condition repeats")
	}
	if got := strings.Count(page, `<code class="name">operator</code>`); got != 1 {
		t.Errorf("the fields of Condition are shown %d times, want 1", got)
	}
}

// Equal documents give equal bytes, so the page can be cached and compared.
func TestOutputIsDeterministic(t *testing.T) {
	want := render(t, sampleAPI(t))
	for range 20 {
		if diff := cmp.Diff(want, render(t, sampleAPI(t))); diff != "" {
			t.Fatalf("the page changed:\n%s", diff)
		}
	}
}

// A command copied into a shell calls the operation with valid JSON, whatever
// characters the examples hold.
func TestCommandsWorkInAShell(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a POSIX shell")
	}
	command := commandOf(t, render(t, sampleAPI(t)), "openapiKeyUpdate")
	script := "curl() { for word; do printf '%s\\000' \"$word\"; done; }\nKEY_ID=id KEY_SECRET=secret ORGANIZATION_ID=org KEY_UUID=key\n" + command
	out, err := exec.CommandContext(t.Context(), shell, "-euc", script).Output()
	if err != nil {
		t.Fatalf("the command fails: %v\n%s", err, command)
	}
	words := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	data := words[len(words)-1]
	want := []string{
		"--request", "PATCH", "https://gatehouse.example.com/v1/organizations/org/keys/key?note=a+b%26c",
		"--user", "id:secret", "--header", "Content-Type: application/json", "--data", data,
	}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Error(diff)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(data), &body); err != nil {
		t.Fatalf("the body is not JSON: %v\n%s", err, data)
	}
	if diff := cmp.Diff(map[string]any{"name": "it's <\"mine\"> & `yours` $HOME", "expireAt": "2026-01-15T09:30:00Z"}, body); diff != "" {
		t.Error(diff)
	}
}

// Commands take the address from a variable if the document does not say it.
func TestRelativeServerIsAVariable(t *testing.T) {
	for _, servers := range [][]*huma.Server{nil, {{URL: "/"}}} {
		doc := sampleAPI(t)
		doc.Servers = servers
		page := render(t, doc)
		if got := commandOf(t, page, "organizationGetList"); !strings.HasPrefix(got, `curl "$GATEHOUSE_URL/v1/organizations"`) {
			t.Errorf("the command is %q", got)
		}
		if !strings.Contains(page, "export GATEHOUSE_URL=") {
			t.Error("nothing says how to set GATEHOUSE_URL")
		}
	}
}

// What the document says of an operation stands on the page.
func TestOperationIsToldWhole(t *testing.T) {
	page := render(t, sampleAPI(t))
	for id, wants := range map[string][]string{
		"openapiKeyCreate": {
			`POST`, `Create key`, `control-plane:<wbr>organization:<wbr>create-api-keys`,
			`<code class="name">organizationId</code> <span class="need required">required</span>`,
			`<code class="name">name</code> <span class="type">string</span> <span class="need required">required</span>`,
			`<code class="name">expireAt</code> <span class="type">date and time or null</span> <span class="need optional">optional</span>`,
			`One of <code>enabled</code> <code>disabled</code> · default <code>enabled</code>`,
			`1 to 50 characters`, `<span class="badge deprecated">Deprecated</span>`, `Fields of <code>hashData</code>`, `<code class="name">keyIdHash</code>`,
			`Leave it out or send <code>null</code> for never.`, `exactly 4 characters`,
			`Returns an object.`, `Response 200`, `href="#about-errors" title="Bad Request"`,
		},
		"openapiKeyRotate":    {`<span class="badge addition">Gatehouse addition</span>`, `<span class="badge">Beta</span>`},
		"openapiKeyDelete":    {`Nothing but the <a href="#about-responses">envelope</a>`},
		"organizationGetList": {`Returns an array of objects`, `Fields of <code>result</code>`},
		"documentGet":         {`none needed`},
	} {
		got := strings.ToLower(operationHTML(t, page, id))
		for _, want := range wants {
			if !strings.Contains(got, strings.ToLower(want)) {
				t.Errorf("%s: the page lacks %s", id, want)
			}
		}
	}
	if strings.Contains(operationHTML(t, page, "documentGet"), "--user") {
		t.Error("a public operation is called with credentials")
	}
}

// The error body is explained once; an operation only names its statuses.
func TestErrorBodyIsExplainedOnce(t *testing.T) {
	page := render(t, sampleAPI(t))
	example := textOf(page[:strings.Index(page, "<article")])
	if want := `"error": "NOT_FOUND: Key not found"`; !strings.Contains(example, `"status": 404`) || !strings.Contains(example, want) {
		t.Errorf("the status of the example does not fit %s", want)
	}
	if got := strings.Count(page, "A code and one sentence"); got != 1 {
		t.Errorf("the error body is explained %d times, want 1", got)
	}
}

// Fields and examples come in the order of the Go type, which is the order of answers.
func TestFieldsComeInDeclaredOrder(t *testing.T) {
	page := operationHTML(t, render(t, sampleAPI(t)), "openapiKeyCreate")
	_, body, _ := strings.Cut(page, "Request body")
	body, _, _ = strings.Cut(body, "<h4>")
	var got []string
	for _, m := range regexp.MustCompile(`class="name">([^<]*)<`).FindAllStringSubmatch(body, -1) {
		got = append(got, m[1])
	}
	want := []string{"name", "expireAt", "state", "hashData", "keyIdHash", "keyIdSuffix", "roles", "assignedRoleIds"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// An example request leaves out what is deprecated and obeys the limits it can.
func TestExampleRequest(t *testing.T) {
	command := commandOf(t, render(t, sampleAPI(t)), "openapiKeyCreate")
	_, data, _ := strings.Cut(command, "--data '")
	var got map[string]any
	if err := json.Unmarshal([]byte(strings.TrimSuffix(data, "'")), &got); err != nil {
		t.Fatalf("%v in %s", err, command)
	}
	want := map[string]any{
		"name": "ci-deployer", "expireAt": "2026-01-15T09:30:00Z", "state": "enabled",
		"hashData":        map[string]any{"keyIdHash": "abcdefghijklmnopqrstuvwxyz0123456789abcdefgh", "keyIdSuffix": "stri"},
		"assignedRoleIds": []any{"7c9e6679-7425-40de-944b-e07fc1f90ae7"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// References beside other keywords, allOf, and null among alternatives read as
// the one thing that they mean.
func TestShapes(t *testing.T) {
	schemas := map[string]*schema{"Name": {Types: typeNames{"string"}, Description: "of the target", limits: limits{MaxLength: new(50)}}}
	d := &document{}
	d.Components.Schemas = schemas
	name := &schema{Ref: schemaPrefix + "Name"}
	null := &schema{Types: typeNames{"null"}}
	l := fieldLister{document: d}
	for _, c := range []struct {
		about string
		in    *schema
		typ   string
		says  string
	}{
		{"a reference", name, "string", "of the target"},
		{"a description beside a reference wins", &schema{Ref: name.Ref, Description: "own"}, "string", "own"},
		{"null among alternatives", &schema{AnyOf: []*schema{name, null}}, "string or null", "of the target"},
		{"null among types", &schema{Types: typeNames{"integer", "null"}}, "integer or null", ""},
		{"allOf of one", &schema{AllOf: []*schema{name}}, "string", "of the target"},
		{"alternatives", &schema{OneOf: []*schema{{Types: typeNames{"string"}}, {Types: typeNames{"number"}}, null}}, "string or number or null", ""},
		{"a list of UUIDs", &schema{Types: typeNames{"array"}, Items: &schema{Types: typeNames{"string"}, Format: "uuid"}}, "array of UUIDs", ""},
		{"a map", &schema{Types: typeNames{"object"}, Additional: &schema{Types: typeNames{"integer"}}}, "map of integers", ""},
		{"no property beyond those named", &schema{Types: typeNames{"object"}, Additional: &schema{never: true}}, "object", ""},
		{"anything", &schema{}, "any value", ""},
	} {
		f := l.field("x", c.in, "", nil)
		if f.Type != c.typ {
			t.Errorf("%s: the type is %q, want %q", c.about, f.Type, c.typ)
		}
		if diff := cmp.Diff(prose(c.says), f.About); diff != "" {
			t.Errorf("%s: %s", c.about, diff)
		}
	}
}

// Values that only Gatehouse has are told apart from those that the Cloud has.
func TestAddedValuesAreToldApart(t *testing.T) {
	words := func(pattern string) *schema {
		return &schema{Types: typeNames{"string"}, Addition: true, limits: limits{Pattern: pattern}}
	}
	cloud := &schema{Types: typeNames{"string"}, Enum: []json.RawMessage{[]byte(`"a"`), []byte(`"b"`)}}
	code := &schema{AnyOf: []*schema{cloud, words("^(c|d-e)$")}}
	l := fieldLister{document: &document{}}

	want := []fact{{"one of", []string{"a", "b"}}, {"Gatehouse adds", []string{"c", "d-e"}}}
	if diff := cmp.Diff(want, l.field("x", code, "", nil).Facts); diff != "" {
		t.Error(diff)
	}
	want[0].Text = "each one of"
	if diff := cmp.Diff(want, l.field("x", &schema{Types: typeNames{"array"}, Items: code}, "", nil).Facts); diff != "" {
		t.Error(diff)
	}
	cloud.Enum = slices.Repeat(cloud.Enum, shortList)
	if f := l.field("x", code, "", nil); len(f.Lists) != 1 || len(f.Facts) != 1 {
		t.Errorf("a long list of values is not folded: %+v", f)
	}
	open := &schema{AnyOf: []*schema{cloud, words("^c.*$")}}
	if f := l.field("x", open, "", nil); len(f.Options) != 2 {
		t.Errorf("alternatives that are no list of values are shown as %+v", f)
	}
}

// Limits read as a person would say them, and a limit that forbids nothing is not said.
func TestLimits(t *testing.T) {
	for want, l := range map[string]limits{
		"":                     {MinLength: new(0), MinItems: new(0)},
		"1 to 50 characters":   {MinLength: new(1), MaxLength: new(50)},
		"at most 1 character":  {MinLength: new(0), MaxLength: new(1)},
		"exactly 4 characters": {MinLength: new(4), MaxLength: new(4)},
		"at least 2 items":     {MinItems: new(2)},
		"0 to 0.5":             {Minimum: new(0.0), Maximum: new(0.5)},
		"at least 0":           {Minimum: new(0.0)},
		"above 0; below 9":     {ExclusiveMinimum: new(0.0), ExclusiveMaximum: new(9.0)},
		"matches ^a$":          {Pattern: "^a$"},
		"an address":           {Pattern: "^a$", PatternDescription: "an address"},
	} {
		var said []string
		for _, f := range l.words() {
			said = append(said, strings.TrimSpace(f.Text+" "+strings.Join(f.Code, " ")))
		}
		if got := strings.Join(said, "; "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A description has paragraphs, code and links that stay; all else is text.
func TestProse(t *testing.T) {
	for in, want := range map[string][]paragraph{
		"":                           nil,
		"one\ntwo\n\n  three":        {{{Text: "one two"}}, {{Text: "three"}}},
		"a `b` c":                    {{{Text: "a "}, {Text: "b", Code: true}, {Text: " c"}}},
		"`[a](/b)`":                  {{{Text: "[a](/b)", Code: true}}},
		"see [keys](#keys).":         {{{Text: "see "}, {Text: "keys", Href: "#keys"}, {Text: "."}}},
		"[a](https://b.example/c)":   {{{Text: "a (https://b.example/c)"}}},
		"[a](//b.example)":           {{{Text: "a (//b.example)"}}},
		"unclosed `code and [link](": {{{Text: "unclosed `code and [link]("}}},
	} {
		if diff := cmp.Diff(want, prose(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

// A document that the page could not show faithfully is refused with the place of the fault.
func TestFaultyDocumentIsRefused(t *testing.T) {
	for want, spoil := range map[string]func(*huma.OpenAPI){
		"GET /v1/x has no operationId": func(d *huma.OpenAPI) {
			d.Paths["/v1/x"] = &huma.PathItem{Get: &huma.Operation{}}
		},
		`operationId "openapiKeyGet" is used twice`: func(d *huma.OpenAPI) {
			d.Paths["/v1/x"] = &huma.PathItem{Get: &huma.Operation{OperationID: "openapiKeyGet"}}
		},
		`operation x: "#/components/schemas/Missing" is not in components.schemas`: func(d *huma.OpenAPI) {
			d.Paths["/v1/x"] = &huma.PathItem{Get: &huma.Operation{OperationID: "x", Responses: map[string]*huma.Response{
				"200": {Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "array", Items: &huma.Schema{Ref: schemaPrefix + "Missing"}}}}},
			}}}
		},
	} {
		doc := sampleAPI(t)
		spoil(doc)
		if _, err := Render(doc); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}

func render(t *testing.T, doc *huma.OpenAPI) string {
	t.Helper()
	p, err := Render(doc)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(p.HTML, []byte("<!doctype html>")) {
		t.Fatalf("the page begins with %.40q", p.HTML)
	}
	return string(p.HTML)
}

// operationHTML returns the part of the page about one operation.
func operationHTML(t *testing.T, page, id string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `<article class="operation" id="`+id+`"`)
	if !found {
		t.Fatalf("%s is not on the page", id)
	}
	article, _, _ := strings.Cut(rest, "</article>")
	return article
}

// commandOf returns the text of an operation's command.
func commandOf(t *testing.T, page, id string) string {
	t.Helper()
	block := regexp.MustCompile(`(?s)<pre[^>]*>(.*?)</pre>`).FindStringSubmatch(operationHTML(t, page, id))
	if block == nil {
		t.Fatalf("%s has no command", id)
	}
	return textOf(block[1])
}

// textOf returns what a reader sees of markup.
func textOf(markup string) string {
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(markup, ""))
}
