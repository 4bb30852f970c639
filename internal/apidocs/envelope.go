package apidocs

import "slices"

// isEnvelope reports whether sh is the wrapping of every answer.
func (sh shape) isEnvelope() bool {
	return sh.Properties["status"] != nil && sh.Properties["requestId"] != nil
}

// envelope returns the fields of the wrapping of answers and an example of it,
// or nothing if no operation has it.
func (d *document) envelope() (fields, code) {
	for _, op := range d.operations {
		for _, status := range sortedStatuses(op.Responses) {
			_, content := preferred(op.Responses[status].Content)
			if isFailure(status) || content == nil {
				continue
			}
			sh := d.shape(content.Schema)
			if !sh.isEnvelope() || sh.Properties["result"] == nil {
				continue
			}
			return d.describeEnvelope(content.Schema)
		}
	}
	return nil, nil
}

func (d *document) describeEnvelope(s *schema) (fields, code) {
	rows := d.fieldsOf(s, false)
	example := &object{}
	for i, row := range rows {
		switch row.Name {
		case "status":
			example.add(row.Name, scalar("200"))
		case "requestId":
			example.add(row.Name, text(formatExamples["uuid"]))
		case "result":
			rows[i] = field{Name: "result", Type: "varies", About: prose("What the operation returns. An operation that returns nothing leaves it out.")}
			example.add(row.Name, scalar("…"))
		}
	}
	rows = slices.DeleteFunc(rows, func(f field) bool {
		return f.Name != "status" && f.Name != "requestId" && f.Name != "result"
	})
	return rows, jsonCode(example)
}
