package apidocs

import (
	"cmp"
	"slices"
	"strings"
)

// errorGuide is what the answers of failing operations have in common, so that
// it is said once.
type errorGuide struct {
	Fields   fields
	Example  code
	Statuses []answer

	names   string            // the property names of the shared error body
	meaning map[string]string // status to its most common description
}

// sharedErrors finds the most common error body and the most common meaning of
// each status.
func (d *document) sharedErrors() errorGuide {
	bodies := map[string]int{}
	first := map[string]*schema{}
	meanings := map[string]map[string]int{}
	for _, op := range d.operations {
		for _, status := range sortedStatuses(op.Responses) {
			if !isFailure(status) {
				continue
			}
			r := op.Responses[status]
			if meanings[status] == nil {
				meanings[status] = map[string]int{}
			}
			meanings[status][r.Description]++
			if _, content := preferred(r.Content); content != nil {
				names := d.propertyNames(content.Schema)
				bodies[names]++
				if first[names] == nil {
					first[names] = content.Schema
				}
			}
		}
	}
	guide := errorGuide{names: mostCommon(bodies), meaning: map[string]string{}}
	for _, status := range sortedStatuses(meanings) {
		guide.meaning[status] = mostCommon(meanings[status])
		guide.Statuses = append(guide.Statuses, newAnswer(status, guide.meaning[status]))
	}
	if body := first[guide.names]; body != nil {
		guide.Fields = d.fieldsOf(body, false)
		guide.Example = jsonCode(d.withStatus(body, d.exampleStatus(body, guide.Statuses)))
	}
	return guide
}

// exampleStatus returns the status whose code the example of an error begins
// with, as NOT_FOUND is that of 404; else the first.
func (d *document) exampleStatus(body *schema, statuses []answer) string {
	o, _ := d.exampleOf(body, false).(*object)
	if o == nil {
		return statuses[0].Status
	}
	for _, a := range statuses {
		code := strings.ToUpper(strings.ReplaceAll(a.Name, " ", "_"))
		for _, v := range o.values {
			if s, ok := v.(scalar); ok && strings.HasPrefix(string(s), `"`+code+`:`) {
				return a.Status
			}
		}
	}
	return statuses[0].Status
}

func (d *document) propertyNames(s *schema) string {
	names := slices.Clone(d.shape(s).order)
	slices.Sort(names)
	return strings.Join(names, " ")
}

// mostCommon returns the text counted most often, the first by name among equals.
func mostCommon(counts map[string]int) string {
	best := ""
	for s, n := range counts {
		if c := cmp.Compare(n, counts[best]); c > 0 || c == 0 && s < best {
			best = s
		}
	}
	return best
}
