package apitest

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// address names the document within the compiler; nothing is fetched from it.
const address = "https://openapi.invalid/document.json"

var methods = []string{"get", "put", "post", "delete", "patch"}

// compile reads the operations of a document and compiles the schemas of all their answers.
func compile(openapiJSON []byte) ([]operation, error) {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(openapiJSON))
	if err != nil {
		return nil, err
	}
	document, ok := parsed.(map[string]any)
	if !ok {
		return nil, errors.New("expected an object")
	}
	tighten(document)

	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.RegisterFormat(&jsonschema.Format{Name: plainInteger, Validate: checkPlainInteger})
	if err := compiler.AddResource(address, document); err != nil {
		return nil, err
	}

	var operations []operation
	for template, item := range object(document["paths"]) {
		for _, method := range methods {
			declared, ok := object(item)[method]
			if !ok {
				continue
			}
			answers, err := compileAnswers(compiler, document, object(declared), "/paths/"+token(template)+"/"+method)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", strings.ToUpper(method), template, err)
			}
			operations = append(operations, newOperation(strings.ToUpper(method), template, answers))
		}
	}
	return operations, nil
}

// compileAnswers compiles the answers of the operation that stands at a JSON pointer.
func compileAnswers(compiler *jsonschema.Compiler, document, operation map[string]any, at string) (map[string]answer, error) {
	answers := map[string]answer{}
	for status, declared := range object(operation["responses"]) {
		response, pointer := object(declared), at+"/responses/"+status
		if ref, ok := response["$ref"].(string); ok {
			pointer = strings.TrimPrefix(ref, "#")
			response = resolve(document, ref)
			if response == nil {
				return nil, fmt.Errorf("the answer %s refers to %s, which is not there", status, ref)
			}
		}
		answers[status] = answer{}
		for media, content := range object(response["content"]) {
			answers[status][strings.ToLower(media)] = nil
			if _, ok := object(content)["schema"]; !ok {
				continue
			}
			schema, err := compiler.Compile(address + "#" + pointer + "/content/" + token(media) + "/schema")
			if err != nil {
				return nil, fmt.Errorf("the answer %s: %w", status, err)
			}
			answers[status][strings.ToLower(media)] = schema
		}
	}
	return answers, nil
}

// resolve returns the object that a reference within the document points to, or nil.
func resolve(document map[string]any, ref string) map[string]any {
	pointer, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return nil
	}
	at := document
	for _, step := range strings.Split(pointer, "/") {
		if decoded, err := url.PathUnescape(step); err == nil {
			step = decoded
		}
		at = object(at[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)])
	}
	return at
}

// token returns a key as one step of a JSON pointer in a URL's fragment.
func token(key string) string {
	return url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
}

// object returns the JSON object that a value is, or nil.
func object(value any) map[string]any {
	o, _ := value.(map[string]any)
	return o
}
