package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/api"
)

// documented is an operation of our OpenAPI document: as much of it as it takes to
// ask for it. What is tested of all operations is tested of these, so that a new
// one is covered without anyone remembering.
type documented struct {
	id          string
	method      string
	template    string   // /v1/organizations/{organizationId}
	permissions []string // that it needs
	path        []string // the names of its parameters
	query       []string
	needed      []string // those of the query that must be there
	body        schema   // nil without one
	list        bool     // whether it answers with a list

	given map[string]string // things that need not be made, by parameter
}

// schema is a JSON schema of the document, its references resolved.
type schema map[string]any

// documentedOperations returns the operations of the document, by path and method.
func documentedOperations(t testing.TB) (all []documented) {
	t.Helper()
	text, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	var document schema
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for template, item := range document.at("paths") {
		for method, declared := range item.(map[string]any) {
			all = append(all, documentedOperation(document, template, method, declared.(map[string]any)))
		}
	}
	slices.SortFunc(all, func(a, b documented) int { return strings.Compare(a.template+a.method, b.template+b.method) })
	return all
}

func documentedOperation(document schema, template, method string, declared schema) documented {
	o := documented{id: declared["operationId"].(string), method: strings.ToUpper(method), template: template}
	for _, p := range declared.list("x-required-permissions") {
		o.permissions = append(o.permissions, p.(string))
	}
	for _, p := range declared.list("parameters") {
		p := schema(p.(map[string]any))
		name := p["name"].(string)
		if p["in"] == "path" {
			o.path = append(o.path, name)
			continue
		}
		o.query = append(o.query, name)
		if p["required"] == true {
			o.needed = append(o.needed, name)
		}
	}
	if body := declared.at("requestBody", "content", "application/json", "schema"); body != nil {
		o.body = body.resolved(document)
	}
	answer := declared.at("responses", "200", "content", "application/json", "schema").resolved(document)
	o.list = answer.at("properties", "result")["type"] == "array"
	return o
}

func (s schema) at(steps ...string) schema {
	for _, step := range steps {
		s, _ = s[step].(map[string]any)
	}
	return s
}

func (s schema) list(name string) []any {
	l, _ := s[name].([]any)
	return l
}

// resolved returns the schema with what its references refer to in their place.
func (s schema) resolved(document schema) schema {
	if ref, ok := s["$ref"].(string); ok {
		return document.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).resolved(document)
	}
	out := maps.Clone(s)
	for _, part := range s.list("allOf") {
		maps.Copy(out, schema(part.(map[string]any)).resolved(document))
	}
	if properties := s.at("properties"); properties != nil {
		resolved := map[string]any{}
		for name, property := range properties {
			resolved[name] = map[string]any(schema(property.(map[string]any)).resolved(document))
		}
		out["properties"] = resolved
	}
	if items := s.at("items"); items != nil {
		out["items"] = map[string]any(items.resolved(document))
	}
	return out
}

// fields returns the path of each field in the schema: name, ipAccessList, ipAccessList [] source.
func (s schema) fields() (all [][]string) {
	for _, name := range slices.Sorted(maps.Keys(s.at("properties"))) {
		all = append(all, []string{name})
		for _, inner := range s.at("properties", name).fields() {
			all = append(all, append([]string{name}, inner...))
		}
	}
	if items := s.at("items"); items != nil {
		all = append(all, []string{item})
		for _, inner := range items.fields() {
			all = append(all, append([]string{item}, inner...))
		}
	}
	return all
}

const item = "[]"

// sample returns the least that the schema allows, in JSON, with the value at the path of a field.
func (s schema) sample(name string, field []string, value string) string {
	if len(field) == 0 && value != "" {
		return value
	}
	if len(field) == 0 {
		if known, ok := samples[name]; ok {
			return inJSON(known)
		}
		if another, ok := unique[name]; ok {
			return inJSON(another())
		}
	}
	kind, _ := s["type"].(string)
	for _, k := range s.list("type") { // string or null
		if k != "null" {
			kind = k.(string)
		}
	}
	switch kind {
	case "object":
		return s.sampleObject(field, value)
	case "array":
		if len(field) > 0 && field[0] == item {
			return "[" + s.at("items").sample("", field[1:], value) + "]"
		}
		if _, some := s["minItems"]; some {
			return "[" + s.at("items").sample(name+item, nil, "") + "]"
		}
		return "[]"
	case "boolean":
		return "true"
	case "integer", "number":
		if enum := s.list("enum"); enum != nil {
			return inJSON(enum[0])
		}
		return "1"
	default:
		if enum := s.list("enum"); enum != nil {
			return inJSON(enum[0])
		}
		return `"a sample"`
	}
}

func (s schema) sampleObject(field []string, value string) string {
	parts := []string{}
	for _, name := range slices.Sorted(maps.Keys(s.at("properties"))) {
		property := s.at("properties", name)
		switch {
		case len(field) > 0 && field[0] == name:
			parts = append(parts, inJSON(name)+":"+property.sample(name, field[1:], value))
		case slices.Contains(s.list("required"), any(name)):
			parts = append(parts, inJSON(name)+":"+property.sample(name, nil, ""))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// samples are the values that a type does not tell: of required fields and parameters.
var samples = map[string]string{
	"cloud_provider": "aws",
	"region_id":      "eu-west-1",
	"quotaCode":      "keys-per-organization",
	"keyIdHash":      "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
	"keySecretHash":  "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
	"keyIdSuffix":    "abcd",
	"source":         "203.0.113.7",
	"provider":       "aws",
	"region":         "eu-central-1",
	"settingName":    "max_threads",
	"settings":       `{"max_threads":8}`,
	"actors" + item:  anActor,
}

// anActor stands for somebody who is in the organization.
const anActor = "apiKey/<of the organization>"

// unique make the values of required fields that no two things may have.
var unique = map[string]func() string{
	"email": someone,
	"name":  func() string { return "a sample " + uuid.NewString() },
}

// things make something of the organization for each parameter that names one.
var things = map[string]func(o organization) (id string){
	"organizationId": func(o organization) string { return o.id },
	"keyId":          func(o organization) string { return o.admin.key(`"name":"a thing"`).id },
	"activityId":     func(o organization) string { return o.admin.house.activities(o.id)[0].ID.String() },
	"roleId":         func(o organization) string { return o.admin.role("a thing " + uuid.NewString()) },
	"invitationId":   func(o organization) string { return o.invite(someone()) },
	"userId":         func(o organization) string { return o.member(someone()).id },
	"serviceId":      func(o organization) string { return o.admin.service() },
}

// request is what one asks of an operation.
type request struct {
	operation documented
	values    map[string]string // of the parameters
	body      string
	actor     string // in place of anActor
}

// about returns the least valid request about things of the organization, which are made for it.
func (o documented) about(t testing.TB, org organization) request {
	t.Helper()
	r := request{operation: o, values: map[string]string{}, actor: "apiKey/" + org.admin.id}
	for _, name := range slices.Concat(o.path, o.needed) {
		if id, ok := o.given[name]; ok {
			r.values[name] = id
		} else if thing, ok := things[name]; ok {
			r.values[name] = thing(org)
		} else if value, ok := samples[name]; ok {
			r.values[name] = value
		} else {
			t.Fatalf("%s: say in document_test.go what %s may be, in samples or things", o.id, name)
		}
	}
	if o.body != nil {
		r = r.withField(nil, "")
	}
	return r
}

// with returns the request with another value of a parameter.
func (r request) with(parameter, value string) request {
	r.values = maps.Clone(r.values)
	r.values[parameter] = value
	return r
}

// aboutService is about for a test that has a service: none is made.
func (o documented) aboutService(t testing.TB, org organization, id string) request {
	t.Helper()
	return o.withThing("serviceId", id).about(t, org)
}

// withThing returns the operation with a thing that there is, in the place of one that would be made.
func (o documented) withThing(parameter, id string) documented {
	o.given = maps.Clone(o.given)
	if o.given == nil {
		o.given = map[string]string{}
	}
	o.given[parameter] = id
	return o
}

// withField returns the request with the value at the path of a field of its body.
func (r request) withField(field []string, value string) request {
	r.body = strings.ReplaceAll(r.operation.body.sample("", field, value), inJSON(anActor), inJSON(r.actor))
	return r
}

func (r request) path() string {
	path := r.operation.template
	for _, name := range r.operation.path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(r.values[name]))
	}
	query := url.Values{}
	for _, name := range r.operation.query {
		if value, ok := r.values[name]; ok {
			query.Set(name, value)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

func (r request) by(c caller) *answer {
	c.house.t.Helper()
	return c.ask(r.operation.method, r.path(), r.body)
}

// Each operation of the document can be asked for by what the document says of it,
// and an Admin who does so is answered as it says.
func TestEveryOperationAnswersItsLeastRequest(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, o := range documentedOperations(t) {
			a := o.about(t, h.organization).by(h.admin)
			if !done(a) {
				t.Errorf("%s: %s answered %d %s", o.id, a.request, a.status, a.error())
			}
		}
	})
}

// The validator of the tests refuses a field that our document does not list,
// although the document leaves requests and clients their unknown fields.
func TestAnswersAreHeldAgainstTheWholeDocument(t *testing.T) {
	const envelope = `{"status":200,"requestId":"0b2ab1d4-6d5a-4b8e-9c55-0f6a1e4a7c11","result":{"actorType":"apiKey","keyId":"0b2ab1d4-6d5a-4b8e-9c55-0f6a1e4a7c11","name":"a"%s}%s}`
	check := func(inner, outer string) error {
		return validator().Check("GET", "/v1/whoami", 200, "application/json", fmt.Appendf(nil, envelope, inner, outer))
	}
	if err := check("", ""); err != nil {
		t.Error(err)
	}
	if check(`,"secret":1`, "") == nil || check("", `,"secret":1`) == nil {
		t.Error("a field that the document does not list was accepted")
	}
}
