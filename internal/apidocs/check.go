package apidocs

import (
	"fmt"
	"strings"
)

// check refuses a document that the page could not show faithfully.
func (d *document) check() error {
	seen := map[string]bool{}
	for _, op := range d.operations {
		if op.ID == "" {
			return fmt.Errorf("%s %s has no operationId", op.method, op.path)
		}
		if seen[op.ID] {
			return fmt.Errorf("operationId %q is used twice", op.ID)
		}
		seen[op.ID] = true
		for _, s := range op.schemas() {
			if err := d.checkReferences(s); err != nil {
				return fmt.Errorf("operation %s: %w", op.ID, err)
			}
		}
	}
	for name, s := range d.Components.Schemas {
		if err := d.checkReferences(s); err != nil {
			return fmt.Errorf("schema %s: %w", name, err)
		}
	}
	return nil
}

func (o *operation) schemas() []*schema {
	var all []*schema
	for _, p := range o.Parameters {
		all = append(all, p.Schema)
	}
	if o.Body != nil {
		for _, m := range o.Body.Content {
			all = append(all, m.Schema)
		}
	}
	for _, r := range o.Responses {
		for _, m := range r.Content {
			all = append(all, m.Schema)
		}
	}
	return all
}

func (d *document) checkReferences(s *schema) error {
	if s == nil {
		return nil
	}
	if s.Ref != "" && d.Components.Schemas[strings.TrimPrefix(s.Ref, schemaPrefix)] == nil {
		return fmt.Errorf("%q is not in components.schemas", s.Ref)
	}
	for _, part := range s.parts() {
		if err := d.checkReferences(part); err != nil {
			return err
		}
	}
	return nil
}
