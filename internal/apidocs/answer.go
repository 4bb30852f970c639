package apidocs

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// answer is one status that an operation may answer with.
type answer struct {
	Status string
	Name   string // the status in words
	About  []paragraph
	Media  string // "" if it is JSON or empty
	Within string // "result" if Fields are those of the envelope's result
	Result string // the type of the envelope's result, with its article
	Empty  bool   // the envelope carries nothing more
	Fields fields
}

// Class names the kind of status for the style sheet.
func (a answer) Class() string {
	switch a.Status[0] {
	case '2', '1', '3':
		return "good"
	case '5':
		return "bad"
	}
	return "warn"
}

type exampleView struct {
	Label string
	Code  code
}

func newAnswer(status, description string) answer {
	a := answer{Status: status, About: prose(description)}
	if code, err := strconv.Atoi(status); err == nil {
		a.Name = http.StatusText(code)
	}
	if strings.EqualFold(strings.TrimRight(strings.TrimSpace(description), "."), a.Name) {
		a.About = nil // the name says it
	}
	return a
}

func (d *document) addAnswers(v *operationView, op *operation, shared errorGuide) {
	for _, status := range sortedStatuses(op.Responses) {
		r := op.Responses[status]
		a := newAnswer(status, r.Description)
		if isFailure(status) {
			if r.Description == shared.meaning[status] {
				a.About = nil
			}
			if _, content := preferred(r.Content); content != nil && d.propertyNames(content.Schema) != shared.names {
				a.Fields = d.fieldsOf(content.Schema, false)
			}
			if len(a.About) == 0 && len(a.Fields) == 0 {
				v.Errors = append(v.Errors, a)
			} else {
				v.Answers = append(v.Answers, a)
			}
			continue
		}
		d.addContent(&a, r)
		v.Answers = append(v.Answers, a)
		if v.Example == nil {
			v.Example = d.answerExample(status, r)
		}
	}
}

func (d *document) addContent(a *answer, r *response) {
	media, content := preferred(r.Content)
	if content == nil || content.Schema == nil {
		return
	}
	if !isJSON(media) {
		a.Media = media
		return
	}
	sh := d.shape(content.Schema)
	if !sh.isEnvelope() {
		a.Fields = d.fieldsOf(content.Schema, false)
		return
	}
	rest := d.fieldsOf(content.Schema, false)
	rest = slices.DeleteFunc(rest, func(f field) bool { return f.Name == "status" || f.Name == "requestId" })
	switch {
	case len(rest) == 0:
		a.Empty = true
	case len(rest) == 1 && rest[0].Name == "result":
		a.Within, a.Result = "result", withArticle(rest[0].Type)
		a.Fields = rest[0].Children
		if len(a.Fields) == 0 {
			a.Within, a.Fields = "", rest
		}
	default:
		a.Fields = rest
	}
}

func (d *document) answerExample(status string, r *response) *exampleView {
	media, content := preferred(r.Content)
	if content == nil {
		return nil
	}
	label := "Response " + status
	if !isJSON(media) {
		if !present(content.Example) {
			return nil
		}
		var lines code
		for line := range strings.SplitSeq(plain(content.Example), "\n") {
			lines = append(lines, codeLine{Rest: line})
		}
		return &exampleView{label, lines}
	}
	if present(content.Example) {
		return &exampleView{label, jsonCode(parse(content.Example))}
	}
	return &exampleView{label, jsonCode(d.withStatus(content.Schema, status))}
}

// withStatus returns an example of s whose status member is the status itself.
func (d *document) withStatus(s *schema, status string) value {
	v := d.exampleOf(s, false)
	if v == nil {
		return &object{}
	}
	if o, ok := v.(*object); ok {
		for i, name := range o.names {
			if _, err := strconv.Atoi(status); name == "status" && err == nil {
				o.values[i] = scalar(status)
			}
		}
	}
	return v
}

func isFailure(status string) bool {
	return status[0] == '4' || status[0] == '5' || status == "default"
}

func sortedStatuses[T any](byStatus map[string]T) []string {
	all := make([]string, 0, len(byStatus))
	for status := range byStatus {
		if status != "" {
			all = append(all, status)
		}
	}
	slices.Sort(all)
	return all
}

func withArticle(noun string) string {
	if strings.HasPrefix(noun, "a") || strings.HasPrefix(noun, "o") || strings.HasPrefix(noun, "i") {
		return "an " + noun
	}
	return "a " + noun
}
