package apitest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/api/apitest"
)

const (
	requestID = `"requestId":"0b2ab1d4-6d5a-4b8e-9c55-0f6a1e4a7c11"`
	thingID   = `"id":"7a9b1f0e-1c2d-4e3f-8a4b-5c6d7e8f9a0b"`
	json200   = `{"status":200,` + requestID + `,"result":`
	one       = "/v1/things/7a9b1f0e-1c2d-4e3f-8a4b-5c6d7e8f9a0b"
)

func newValidator(t *testing.T) *apitest.Validator {
	t.Helper()
	document, err := os.ReadFile("testdata/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := apitest.NewValidator(document)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// answer is an answer to GET of one thing, as JSON, unless it says otherwise.
type answer struct {
	method, path, contentType, body string
	status                          int
}

func (a answer) check(v *apitest.Validator) error {
	if a.method == "" {
		a.method = "GET"
	}
	if a.path == "" {
		a.path = one
	}
	if a.contentType == "" {
		a.contentType = "application/json"
	}
	if a.status == 0 {
		a.status = 200
	}
	return v.Check(a.method, a.path, a.status, a.contentType, []byte(a.body))
}

func thing(members string) answer { return answer{body: json200 + "{" + thingID + members + "}}"} }

func accepts(t *testing.T, answers ...answer) {
	t.Helper()
	v := newValidator(t)
	for _, a := range answers {
		if err := a.check(v); err != nil {
			t.Errorf("%+v was refused: %v", a, err)
		}
	}
}

// refuses demands that the answer is refused for this reason and no other.
func refuses(t *testing.T, a answer, reason string) {
	t.Helper()
	err := a.check(newValidator(t))
	if err == nil {
		t.Errorf("%+v was accepted, want: %s", a, reason)
	} else if !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%+v was refused with\n%v\nwant\n%s", a, err, reason)
	}
}

// An answer as the document declares it is accepted, in each of its forms.
func TestDeclaredAnswerIsAccepted(t *testing.T) {
	accepts(t,
		thing(``),
		thing(`,"state":"on","createdAt":"2026-08-01T12:00:00Z","day":"2026-08-01","count":3,"ratio":3.0`),
		thing(`,"day":null,"count":null,"owner":null`),
		thing(`,"owner":{"name":"ada"},"part":{`+thingID+`,"part":{`+thingID+`}}`),
		thing(`,"labels":{"a":"b"},"free":{"a":1},"anything":[{"a":1}],"choice":{"wild":1,"other":2}`),
		answer{path: "/v1/things?limit=2", body: json200 + `[{` + thingID + `}]}`},
		answer{path: "/v1/things", contentType: "application/json; charset=utf-8", body: json200 + `[]}`},
		answer{path: "/v1/things", status: 400, body: `{"status":400,` + requestID + `,"error":"BAD_REQUEST: no"}`},
		answer{path: "/v1/things", status: 503, body: `{"status":503,` + requestID + `,"error":"no"}`},
		answer{path: "/v1/kinds/summary", contentType: "text/plain", body: "all sorts"},
		answer{method: "DELETE", status: 204, contentType: "-"},
		answer{method: "HEAD"},
	)
}

// A status that the operation does not declare is refused, and `default` declares none.
func TestUndeclaredStatusIsRefused(t *testing.T) {
	refuses(t, answer{status: 201, body: json200 + `{}}`}, "the status 201 is not declared for GET /v1/things/{thingId}, which declares 200, 404")
	refuses(t, answer{path: "/v1/things", status: 418, body: `{}`}, "the status 418 is not declared for GET /v1/things, which declares 200, 400, 5XX, default")
}

// Slashes that are repeated or trail are no part of the path: the API ignores
// them, and what it answers is held against the operation.
func TestSlashesAreIgnored(t *testing.T) {
	for _, path := range []string{one + "/", "//v1//things/7", "/v1/things/7/?a=//"} {
		accepts(t, answer{path: path, body: thing("").body})
		refuses(t, answer{path: path, body: thing(`,"secret":1`).body}, "at '/result/secret': not declared")
	}
	accepts(t, answer{path: "/v1/", body: `{}`})
}

// Of several templates that match, the one that is literal first is the operation.
func TestMostSpecificOperationIsChosen(t *testing.T) {
	accepts(t, answer{path: "/v1/things/summary", body: json200 + `3}`})
	refuses(t, answer{path: "/v1/things/summary", body: json200 + `"x"}`}, "at '/result': got string, want integer")
}

// A content type other than the declared one is refused.
func TestUndeclaredContentTypeIsRefused(t *testing.T) {
	refuses(t, answer{contentType: "text/html", body: "<p>"}, `the content type is "text/html", the document declares application/json`)
	refuses(t, answer{contentType: "application/problem+json", body: thing("").body}, "the document declares application/json")
	refuses(t, answer{path: "/v1/kinds/summary", body: `{}`}, "the document declares text/plain")
	refuses(t, answer{method: "HEAD", contentType: "text/html"}, "the document declares application/json")
}

// A body where the document declares none, or none to HEAD, is refused.
func TestUndeclaredBodyIsRefused(t *testing.T) {
	refuses(t, answer{method: "DELETE", status: 204, body: `{}`}, "the document declares no body for the status 204, there are 2 bytes")
	refuses(t, answer{method: "HEAD", body: thing("").body}, "the answer to HEAD has a body")
}

// A body that is not one JSON value in UTF-8 is refused.
func TestMalformedJSONIsRefused(t *testing.T) {
	refuses(t, answer{body: ``}, "the body ends where JSON was expected")
	refuses(t, answer{body: `{"status":200`}, "the body ends where JSON was expected")
	refuses(t, answer{body: `{"status":200,}`}, "the body is not strict JSON")
	refuses(t, answer{body: thing("").body + `{}`}, "there is more after the value")
	refuses(t, answer{body: json200 + "{\"a\":\"\xff\"}}"}, "the body is not UTF-8")
}

// A key that stands in an object twice is refused, at any depth: clients differ in which they take.
func TestDuplicateKeyIsRefused(t *testing.T) {
	refuses(t, answer{body: `{"status":200,"status":200,` + requestID + `}`}, "/status stands there twice")
	refuses(t, answer{path: "/v1/things", body: json200 + `[{` + thingID + `,"free":{"a":1,"a":1}}]}`}, "/result/0/free/a stands there twice")
}

// A value of another type, another enum value, or a missing property is refused, with its place.
func TestSchemaIsEnforced(t *testing.T) {
	refuses(t, thing(`,"state":1`), "at '/result/state': got number, want string")
	refuses(t, thing(`,"state":"ajar"`), "at '/result/state': value must be one of 'on', 'off'")
	refuses(t, thing(`,"labels":{"a":1}`), "at '/result/labels/a': got number, want string")
	refuses(t, answer{body: json200 + `{}}`}, "at '/result': missing property 'id'")
	refuses(t, answer{body: `{"status":200,` + requestID + `}`}, "missing property 'result'")
	refuses(t, answer{path: "/v1/things", body: json200 + `[null]}`}, "at '/result/0': got null, want object")
	refuses(t, answer{path: "/v1/things", status: 503, body: `{"status":503,` + requestID + `,"error":"no","code":1}`}, "at '/code': not declared")
}

// Formats are asserted, not taken as remarks.
func TestFormatsAreAsserted(t *testing.T) {
	refuses(t, answer{body: json200 + `{"id":"7"}}`}, "'7' is not valid uuid")
	refuses(t, thing(`,"createdAt":"2026-08-01 12:00:00"`), "at '/result/createdAt': '2026-08-01 12:00:00' is not valid date-time")
	refuses(t, thing(`,"day":"2026-02-30"`), "at '/result/day': '2026-02-30' is not valid date")
}

// A property that the document does not list is refused wherever its object
// stands: in the body, an item, a reference, an alternative, a composition; also
// when the document leaves its clients further ones (additionalProperties: true).
func TestUndeclaredPropertyIsRefused(t *testing.T) {
	refuses(t, answer{path: "/v1/things", body: `{"status":200,` + requestID + `,"result":[],"extra":1}`}, "at '/extra': not declared")
	refuses(t, answer{path: "/v1/things", body: json200 + `[{` + thingID + `,"secret":1}]}`}, "at '/result/0/secret': not declared")
	refuses(t, thing(`,"secret":1`), "at '/result/secret': not declared")
	refuses(t, thing(`,"part":{`+thingID+`,"secret":1}`), "at '/result/part/secret': not declared")
	refuses(t, answer{body: `{"status":200,` + requestID + `,"result":{` + thingID + `},"extra":1}`}, "at '/extra': not declared")

	err := thing(`,"owner":{"name":"ada","secret":1}`).check(newValidator(t))
	if err == nil || !strings.Contains(err.Error(), "at '/result/owner/secret': not declared") {
		t.Errorf("an undeclared property of an alternative gave %v", err)
	}
}

// An integer is written without fraction and exponent, however the document
// spells its type; a number may have both.
func TestIntegerIsWrittenPlain(t *testing.T) {
	for _, written := range []string{"3.0", "3e0", "30E-1"} {
		refuses(t, thing(`,"count":`+written), "at '/result/count': "+written+" is not valid plain-integer: an integer is written without fraction and exponent")
		refuses(t, answer{path: "/v1/things/summary", body: json200 + written + `}`}, "at '/result': "+written+" is not valid plain-integer")
		accepts(t, thing(`,"ratio":`+written))
	}
	refuses(t, thing(`,"count":3.5`), "at '/result/count': got number, want null or integer")
}

// Every JSON answer is an envelope with a version 4 UUID and the HTTP status, whatever its schema lets pass.
func TestEnvelopeIsChecked(t *testing.T) {
	const result = `,"result":{` + thingID + `}}`
	refuses(t, answer{body: `{"status":200,"requestId":"0b2ab1d4-6d5a-1b8e-9c55-0f6a1e4a7c11"` + result}, "requestId: expected a version 4 UUID")
	refuses(t, answer{body: `{"status":400,` + requestID + result}, "status: expected the HTTP status 200, got 400")
	refuses(t, answer{body: `{"status":200.0,` + requestID + result}, "status: expected the HTTP status 200, got 200.0")
	for _, body := range []string{`{"status":"200",` + requestID + result, `{"status":200` + result, `[]`, `null`} {
		if err := (answer{body: body}).check(newValidator(t)); err == nil {
			t.Errorf("%s was accepted", body)
		}
	}
}

// An error has a sentence and no result.
func TestErrorHasSentenceAndNoResult(t *testing.T) {
	refuses(t, answer{status: 404, body: `{"status":404,` + requestID + `,"error":" "}`}, `error: expected a sentence, got " "`)
	err := answer{status: 404, body: `{"status":404,` + requestID + `,"error":"no","result":[]}`}.check(newValidator(t))
	if err == nil || !strings.Contains(err.Error(), "result: an error has none, got []") {
		t.Errorf("an error with a result gave %v", err)
	}
}

// Where there is no operation, 404 and 405 are not JSON: a client would take a
// JSON 404 for an object that is gone.
func TestUnknownRouteIsNotJSON(t *testing.T) {
	accepts(t,
		answer{path: "/v1/nothing", status: 404, contentType: "text/html", body: "<pre>Cannot GET /v1/nothing</pre>"},
		answer{method: "POST", status: 405, contentType: "text/plain", body: "no"},
		answer{path: "/v1/things/..", status: 404, contentType: "text/plain"},
	)
	refuses(t, answer{path: "/v1/nothing", status: 404, body: `{}`}, "its 404 must not be JSON")
	refuses(t, answer{path: "/v1/nothing", status: 404, contentType: "text/plain", body: ` {"error":"no"}`}, "its 404 must not be JSON")
	refuses(t, answer{method: "POST", status: 405, body: `{}`}, "its 405 must not be JSON")
}

// Where there is no operation, nothing succeeds, and another error is an envelope and nothing more.
func TestUnknownRouteDoesNotSucceed(t *testing.T) {
	accepts(t,
		answer{path: "/v1/later", status: 501, body: `{"status":501,` + requestID + `,"error":"not yet"}`},
		answer{path: "/v1/nothing", status: 502, contentType: "text/plain", body: "no"},
	)
	refuses(t, answer{path: "/v1/nothing", body: thing("").body}, "no operation of the document covers this, yet it succeeded")
	refuses(t, answer{path: "/v1/later", status: 501, body: `{"status":501,"error":"not yet"}`}, "requestId: expected a version 4 UUID, got null")
	refuses(t, answer{path: "/v1/later", status: 501, body: `{"status":501,` + requestID + `,"error":"not yet","hint":1}`}, "hint: not declared")
}

// The document itself is served as JSON, of which nothing else is demanded.
func TestDocumentMustParse(t *testing.T) {
	accepts(t, answer{path: "/v1", body: `{"openapi":"3.1.0"}`}, answer{path: "/v1", contentType: "application/openapi+json", body: `{}`})
	refuses(t, answer{path: "/v1", body: `{"openapi":`}, "the body ends where JSON was expected")
	refuses(t, answer{path: "/v1", contentType: "text/yaml", body: `{}`}, "not JSON")
}

// All that is wrong is told at once, one line each.
func TestEveryReasonIsTold(t *testing.T) {
	err := answer{body: `{"status":400,"requestId":"0b2ab1d4-6d5a-1b8e-9c55-0f6a1e4a7c11","result":{"state":"ajar"}}`}.check(newValidator(t))
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("want four lines: requestId, status, id and state; got\n%v", err)
	}
}

// A document with a schema that is none, or a reference to nothing, is refused before anything is checked against it.
func TestMalformedDocumentIsRefused(t *testing.T) {
	const frame = `{"openapi":"3.1.0","paths":{"/v1/a":{"get":{"responses":{"200":%s}}}}}`
	for _, document := range []string{
		`{`, `[]`,
		fmt.Sprintf(frame, `{"content":{"application/json":{"schema":{"type":"objekt"}}}}`),
		fmt.Sprintf(frame, `{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Nothing"}}}}`),
		fmt.Sprintf(frame, `{"$ref":"#/components/responses/Nothing"}`),
	} {
		if _, err := apitest.NewValidator([]byte(document)); err == nil {
			t.Errorf("%s was accepted", document)
		}
	}
}
