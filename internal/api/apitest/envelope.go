package apitest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var uuidV4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// checkEnvelope returns what is wrong with the frame that every JSON answer has,
// whatever the document says.
func checkEnvelope(value any, status int) []error {
	envelope, ok := value.(map[string]any)
	if !ok {
		return []error{errors.New("the answer is JSON but not an object, so it has no requestId")}
	}
	var problems []error
	if id, _ := envelope["requestId"].(string); !uuidV4.MatchString(id) {
		problems = append(problems, fmt.Errorf("requestId: expected a version 4 UUID, got %s", inJSON(envelope["requestId"])))
	}
	if n, _ := envelope["status"].(json.Number); n.String() != strconv.Itoa(status) {
		problems = append(problems, fmt.Errorf("status: expected the HTTP status %d, got %s", status, inJSON(envelope["status"])))
	}
	if status < http.StatusBadRequest {
		return problems
	}
	if sentence, _ := envelope["error"].(string); strings.TrimSpace(sentence) == "" {
		problems = append(problems, fmt.Errorf("error: expected a sentence, got %s", inJSON(envelope["error"])))
	}
	if result, ok := envelope["result"]; ok {
		problems = append(problems, fmt.Errorf("result: an error has none, got %s", inJSON(result)))
	}
	return problems
}

// checkBareError returns what an error answer holds besides its envelope.
func checkBareError(value any) []error {
	envelope, _ := value.(map[string]any)
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(envelope)) {
		switch name {
		case "status", "requestId", "error", "result": // a result has its own sentence
		default:
			problems = append(problems, fmt.Errorf("%s: not declared, for no operation of the document covers this", name))
		}
	}
	return problems
}

func inJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
