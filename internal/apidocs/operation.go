package apidocs

import (
	"slices"
	"strings"
)

// operationView is an operation as the template shows it.
type operationView struct {
	ID          string
	Method      string
	Path        []pathPart
	Summary     string
	About       []paragraph
	Deprecated  bool
	Addition    bool
	Badges      []string
	Public      bool
	Permissions [][]string // each cut after its colons, where it may be broken
	Parameters  []parameterGroup
	Body        *bodyView
	Answers     []answer
	Errors      []answer
	Curl        code
	Example     *exampleView
}

type parameterGroup struct {
	Label string
	Rows  fields
}

type bodyView struct {
	Media    string // "" if it is JSON
	Required bool
	About    []paragraph
	Fields   fields
}

func (d *document) operationView(op *operation, shared errorGuide) operationView {
	v := operationView{
		ID:         op.ID,
		Method:     op.method,
		Path:       pathParts(op.path),
		Summary:    firstOf(op.Summary, op.ID),
		About:      prose(op.Description),
		Deprecated: op.Deprecated,
		Addition:   op.Addition,
		Public:     op.public(),
		Parameters: d.parameterGroups(op),
		Curl:       d.curl(op),
	}
	if op.permissionsUntold() {
		for _, p := range op.Permissions {
			v.Permissions = append(v.Permissions, strings.SplitAfter(p, ":"))
		}
	}
	for _, b := range op.Badges {
		v.Badges = append(v.Badges, b.Name)
	}
	if op.Body != nil {
		v.Body = d.bodyView(op.Body)
	}
	d.addAnswers(&v, op, shared)
	return v
}

// permissionsUntold reports whether the description leaves out a permission that
// the operation needs.
func (o *operation) permissionsUntold() bool {
	return slices.ContainsFunc(o.Permissions, func(p string) bool { return !strings.Contains(o.Description, "`"+p+"`") })
}

func (d *document) bodyView(body *requestBody) *bodyView {
	media, content := preferred(body.Content)
	b := &bodyView{Required: body.Required, About: prose(body.Description)}
	if !isJSON(media) {
		b.Media = media
	}
	if content != nil {
		b.Fields = d.fieldsOf(content.Schema, true)
	}
	return b
}

func (d *document) parameterGroups(op *operation) []parameterGroup {
	var all []parameterGroup
	for _, in := range []string{"path", "query", "header", "cookie"} {
		g := parameterGroup{Label: strings.ToUpper(in[:1]) + in[1:] + " parameters"}
		for _, p := range op.Parameters {
			if p.In == in {
				g.Rows = append(g.Rows, d.parameterRow(p))
			}
		}
		if len(g.Rows) > 0 {
			all = append(all, g)
		}
	}
	return all
}

func (d *document) parameterRow(p *parameter) field {
	need := "optional"
	if p.Required {
		need = "required"
	}
	f := fieldLister{d, true}.field(p.Name, p.Schema, need, nil)
	f.Deprecated = f.Deprecated || p.Deprecated
	f.Addition = f.Addition || p.Addition
	if p.Description != "" {
		f.About = prose(p.Description)
	}
	return f
}

func (o operationView) hasAddition() bool {
	if o.Addition || o.Body != nil && o.Body.Fields.haveAddition() {
		return true
	}
	for _, g := range o.Parameters {
		if g.Rows.haveAddition() {
			return true
		}
	}
	return slices.ContainsFunc(o.Answers, func(a answer) bool { return a.Fields.haveAddition() })
}
