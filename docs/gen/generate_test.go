package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/api/contract"
)

var catalogue = []contract.Operation{
	{Tag: "Things", Method: "GET", Path: "/v1/things", ID: "thingGetList", Since: contract.August2026},
	{Tag: "Things", Method: "GET", Path: "/v1/things/{thingId}", ID: "thingGet", Since: contract.August2026},
	{Tag: "Rest", Method: "GET", Path: "/v1/rest", ID: "restGet", Since: contract.Newer},
}

const openapi = `{
  "paths": {
    "/v1/things": {"get": {"operationId": "thingGetList", "parameters": [
      {"name": "limit", "in": "query", "x-gatehouse": true, "description": "How many."},
      {"name": "filter", "in": "query", "schema": {"anyOf": [{"enum": ["a"]}, {"pattern": "^(b-1|c)$", "x-gatehouse": true}]}}
    ]}},
    "/v1/things/{id}": {"get": {"operationId": "thingGet", "responses": {"200": {"content": {"application/json": {"schema": {
      "properties": {"result": {"allOf": [{"$ref": "#/components/schemas/Thing"}, {"properties": {"more": {"x-gatehouse": true}}}]}}}}}}}}},
    "/v1/extra": {"post": {"operationId": "extraCreate", "summary": "Make something\nextra | more.", "x-gatehouse": true}}
  },
  "components": {"schemas": {"Thing": {"properties": {
    "id": {"type": "string"},
    "owners": {"type": "array", "items": {"properties": {"mail": {"x-gatehouse": true, "description": "Where to write."}}}},
    "state": {"oneOf": [{"const": "on"}, {"const": "off", "x-gatehouse": true}, {"enum": ["ajar"], "x-gatehouse": true, "description": "Neither."}]}
  }}}}
}`

const written = `
thingGetList:
  differs: ["Comes at once.", "Has an end."]
  tests: [TestList, TestListEnds]
thingGet:
  tests: [TestList]
extraCreate:
  tests: [TestExtra]
`

const page = introduction + `
## Summary

| tag | operations | served |
|---|---:|---:|
| Things | 2 | 2 |
| Rest | 1 | 0 |
| all | 3 | 2 |

## Things

| operation | served | where we differ, and why | shown by |
|---|---|---|---|
| ` + "`GET /v1/things`<br>`thingGetList`" + ` | yes | Comes at once.<br>Has an end. | ` + "`TestList`, `TestListEnds`" + ` |
| ` + "`GET /v1/things/{thingId}`<br>`thingGet`" + ` | yes |  | ` + "`TestList`" + ` |

## Rest

| operation | served | where we differ, and why | shown by |
|---|---|---|---|
| ` + "`GET /v1/rest`<br>`restGet`" + ` *newer* | not yet (501) |  |  |

## What Gatehouse adds

All of it is additional: a client that ignores what it does not know never notices.

| operation | what it does | shown by |
|---|---|---|
| ` + "`POST /v1/extra`<br>`extraCreate`" + ` | Make something extra \| more. | ` + "`TestExtra`" + ` |

| what | where | name | what it means |
|---|---|---|---|
| property | ` + "`Thing`" + ` | ` + "`owners[].mail`" + ` | Where to write. |
| enum value | ` + "`Thing` `state`" + ` | ` + "`off`" + ` |  |
| enum value | ` + "`Thing` `state`" + ` | ` + "`ajar`" + ` | Neither. |
| parameter | ` + "`thingGetList`" + ` | ` + "`limit`" + ` | How many. |
| enum value | ` + "`thingGetList` parameter `filter`" + ` | ` + "`b-1`" + ` |  |
| enum value | ` + "`thingGetList` parameter `filter`" + ` | ` + "`c`" + ` |  |
| property | ` + "`thingGet` answer 200" + ` | ` + "`result.more`" + ` |  |
`

// newRepository returns a repository with these differences and the tests that they name.
func newRepository(t *testing.T, differences string) string {
	t.Helper()
	root := t.TempDir()
	for file, content := range map[string]string{
		"go.mod":                           "module example.test\n",
		differencesFile:                    differences,
		"a/list_test.go":                   "package a\n\nfunc TestList(t *testing.T) {}\n\nfunc TestListEnds(t *testing.T) {}\n",
		"e2e/deep/extra_test.go":           "package deep\n\nfunc TestExtra(t *testing.T) {}\n",
		"a/helper.go":                      "package a\n\nfunc TestInNoTestFile(t *testing.T) {}\n",
		"a/testdata/x_test.go":             "package x\n\nfunc TestInTestdata(t *testing.T) {}\n",
		"web/node_modules/x/a_test.go":     "package x\n\nfunc TestOfOthers(t *testing.T) {}\n",
		"a/comment_test.go":                "package a\n\n// func TestInComment(t *testing.T)\n",
		"docs/compatibility/unrelated.txt": "",
	} {
		path := filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func fixed(text string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(text), nil }
}

// The page says of every operation whether it is served, where it differs and
// what shows it, and lists what is added; it is the same each time.
func TestPageSaysWhatIsServed(t *testing.T) {
	root := newRepository(t, written)
	for range 3 {
		if err := generate(root, catalogue, fixed(openapi), false); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(root, pageFile))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(page, string(got)); diff != "" {
			t.Fatalf("the page is another (-want +got):\n%s", diff)
		}
	}
}

// The check fails, with a sentence and the difference, when the page is missing
// or stale, changes nothing, and passes once the page is written.
func TestCheckFindsStalePage(t *testing.T) {
	root := newRepository(t, written)
	file := filepath.Join(root, pageFile)
	if err := generate(root, catalogue, fixed(openapi), true); err == nil || !strings.Contains(err.Error(), "docs/compatibility.md is not current: run `go run ./docs/gen`.\n") {
		t.Errorf("without a page the check gave %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the check wrote the page")
	}
	if err := generate(root, catalogue, fixed(openapi), false); err != nil {
		t.Fatal(err)
	}
	if err := generate(root, catalogue, fixed(openapi), true); err != nil {
		t.Errorf("right after writing, the check gave %v", err)
	}
	stale := strings.ReplaceAll(page, "Has an end.", "Has no end.")
	if err := os.WriteFile(file, []byte(stale), 0o644); err != nil {
		t.Fatal(err)
	}
	err := generate(root, catalogue, fixed(openapi), true)
	row := "| `GET /v1/things`<br>`thingGetList` | yes | Comes at once.<br>Has %s end. | `TestList`, `TestListEnds` |\n"
	want := "docs/compatibility.md is not current: run `go run ./docs/gen`.\n-" + fmt.Sprintf(row, "no") + "+" + fmt.Sprintf(row, "an")
	if err == nil || err.Error() != want {
		t.Errorf("with a stale page the check gave %v\nwant %s", err, want)
	}
}

// The difference has every line that changed and no other.
func TestLineDiff(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"a\nb\n", "a\nb\n", ""},
		{"", "a\nb\n", "+a\n+b\n"},
		{"a\nb", "", "-a\n-b\n"},
		{"a\nb\nc\n", "a\nx\nc\nd\n", "-b\n+x\n+d\n"},
		{"a\na\nb\n", "a\nb\nb\n", "-a\n+b\n"},
	} {
		if got := lineDiff(c.old, c.new); got != c.want {
			t.Errorf("%q to %q: got %q, want %q", c.old, c.new, got, c.want)
		}
	}
}

// Nothing is written while catalogue, document and differences do not fit; each thing that is wrong has its line.
func TestWhatDoesNotFitIsRefused(t *testing.T) {
	const served = `thingGetList: {tests: [TestList]}` + "\n"
	for name, c := range map[string]struct{ openapi, written, want string }{
		"served, no entry": {
			`{"paths":{"/v1/things":{"get":{"operationId":"thingGetList"}}}}`, ``,
			"thingGetList is served but has no entry in docs/gen/compatibility.yaml",
		},
		"served, no test": {
			`{"paths":{"/v1/things":{"get":{"operationId":"thingGetList"}}}}`, `thingGetList: {differs: ["Is."], tests: []}`,
			"thingGetList is served but docs/gen/compatibility.yaml names no test that shows it",
		},
		"ours, no test": {
			`{"paths":{"/v1/extra":{"get":{"operationId":"extraGet","x-gatehouse":true}}}}`, ``,
			"extraGet is served but docs/gen/compatibility.yaml names no test that shows it",
		},
		"no such test": {
			`{}`, `restGet: {tests: [TestGone]}`,
			"docs/gen/compatibility.yaml names the test TestGone for restGet, but there is no `func TestGone(`",
		},
		"a test that does not run": {
			`{}`, `restGet: {tests: [TestInNoTestFile]}`, "there is no `func TestInNoTestFile(`",
		},
		"a test in testdata": {
			`{}`, `restGet: {tests: [TestInTestdata]}`, "there is no `func TestInTestdata(`",
		},
		"a test of somebody else's": {
			`{}`, `restGet: {tests: [TestOfOthers]}`, "there is no `func TestOfOthers(`",
		},
		"a test in a comment": {
			`{}`, `restGet: {tests: [TestInComment]}`, "there is no `func TestInComment(`",
		},
		"an entry for nothing": {
			`{}`, `nothingGet: {tests: [TestList]}`,
			"docs/gen/compatibility.yaml has an entry for nothingGet, which is neither an operation of the Cloud's nor in our document",
		},
		"an addition not marked": {
			`{"paths":{"/v1/extra":{"get":{"operationId":"extraGet"}}}}`, `extraGet: {tests: [TestExtra]}`,
			"extraGet is not an operation of the Cloud's and not marked `x-gatehouse: true` in our document",
		},
		"marked, but the Cloud's": {
			`{"paths":{"/v1/things":{"get":{"operationId":"thingGetList","x-gatehouse":true}}}}`, served,
			"thingGetList is an operation of the Cloud's, yet marked",
		},
		"at another place": {
			`{"paths":{"/v1/thing":{"get":{"operationId":"thingGetList"}}}}`, served,
			"thingGetList is GET /v1/thing in our document, the Cloud's is GET /v1/things",
		},
		"by another method": {
			`{"paths":{"/v1/things":{"post":{"operationId":"thingGetList"}}}}`, served,
			"thingGetList is POST /v1/things in our document",
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := newRepository(t, c.written)
			err := generate(root, catalogue, fixed(c.openapi), false)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(root, pageFile)); err == nil {
				t.Error("the page was written")
			}
		})
	}
}

// Malformed input is refused with the name of what is malformed.
func TestMalformedInputIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ openapi, written, want string }{
		"document no JSON":     {`{`, ``, "our OpenAPI document: "},
		"operation without id": {`{"paths":{"/v1/a":{"get":{}}}}`, ``, "GET /v1/a has no operationId"},
		"operationId twice":    {`{"paths":{"/v1/a":{"get":{"operationId":"a"},"put":{"operationId":"a"}}}}`, ``, "GET /v1/a and PUT /v1/a share the operationId a"},
		"mark on no values":    {`{"components":{"schemas":{"A":{"anyOf":[{"pattern":"^a+$","x-gatehouse":true}]}}}}`, ``, "`A`: an alternative is marked `x-gatehouse: true` but lists no values"},
		"unknown field":        {`{}`, `restGet: {test: [TestList]}`, "field test not found"},
		"entry twice":          {`{}`, "restGet: {}\nrestGet: {}\n", "already defined"},
		"sentence, no list":    {`{}`, `restGet: {differs: Is.}`, "docs/gen/compatibility.yaml: "},
	} {
		t.Run(name, func(t *testing.T) {
			if err := generate(newRepository(t, c.written), catalogue, fixed(c.openapi), false); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	broken := errors.New("broken")
	if err := generate(newRepository(t, ""), catalogue, func() ([]byte, error) { return nil, broken }, false); !errors.Is(err, broken) {
		t.Errorf("a document that is not made gave %v", err)
	}
}

// The repository is found from any folder in it, and nowhere else.
func TestRepositoryIsFound(t *testing.T) {
	root := newRepository(t, "")
	for _, folder := range []string{".", "docs/gen", "e2e/deep"} {
		if got, err := repository(filepath.Join(root, folder)); err != nil || got != root {
			t.Errorf("from %s: %q, %v", folder, got, err)
		}
	}
	if got, err := repository(t.TempDir()); err == nil {
		t.Errorf("outside of it there is one: %q", got)
	}
}

// What is written by hand in this repository is well formed and about operations
// of the Cloud's or ours. That its tests exist is for the generator to say.
func TestWrittenDifferencesAreReadable(t *testing.T) {
	entries, err := readDifferences("compatibility.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for id, entry := range entries {
		for _, sentence := range entry.Differs {
			if !strings.HasSuffix(sentence, ".") || strings.ContainsAny(sentence, "\n|") {
				t.Errorf("%s: %q is not a sentence for a table", id, sentence)
			}
		}
	}
}
