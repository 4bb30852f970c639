package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse/gatehouse/internal/api/contract"
)

const introduction = `# Compatibility with the ClickHouse Cloud API

<!-- Written by ` + "`go run ./docs/gen`" + `: change docs/gen/compatibility.yaml or the OpenAPI document instead. -->

This page lists the operations of the ClickHouse Cloud API: which of them Gatehouse serves, where it differs from the Cloud and why, and
the tests that show it. An operation that is not served yet answers 501. Where nothing is written about a difference, there is none that we know of.

The operations are those of the Cloud's OpenAPI document of August 2026, and those marked *newer* that came later.
What Gatehouse has and the Cloud has not is at the end.
`

// render returns the page, for what fits together.
func render(catalogue []contract.Operation, ours document, written map[string]difference) string {
	var b strings.Builder
	b.WriteString(introduction)
	tags := tagsOf(catalogue)
	summary(&b, tags, catalogue, ours)
	for _, tag := range tags {
		fmt.Fprintf(&b, "\n## %s\n\n| operation | served | where we differ, and why | shown by |\n|---|---|---|---|\n", tag)
		for _, op := range catalogue {
			if op.Tag != tag {
				continue
			}
			served := "not yet (501)"
			if _, ok := ours.operations[op.ID]; ok {
				served = "yes"
			}
			operation := place(op.Method, op.Path, op.ID)
			if op.Since == contract.Newer {
				operation += " *newer*"
			}
			entry := written[op.ID]
			row(&b, operation, served, strings.Join(entry.Differs, "<br>"), codes(entry.Tests))
		}
	}
	additions(&b, ours, written)
	return b.String()
}

func summary(b *strings.Builder, tags []string, catalogue []contract.Operation, ours document) {
	all, served := map[string]int{}, map[string]int{}
	total := 0
	for _, op := range catalogue {
		all[op.Tag]++
		if _, ok := ours.operations[op.ID]; ok {
			served[op.Tag]++
			total++
		}
	}
	b.WriteString("\n## Summary\n\n| tag | operations | served |\n|---|---:|---:|\n")
	for _, tag := range tags {
		row(b, tag, fmt.Sprint(all[tag]), fmt.Sprint(served[tag]))
	}
	row(b, "all", fmt.Sprint(len(catalogue)), fmt.Sprint(total))
}

func additions(b *strings.Builder, ours document, written map[string]difference) {
	var added []operation
	for _, id := range slices.Sorted(maps.Keys(ours.operations)) {
		if op := ours.operations[id]; op.added {
			added = append(added, op)
		}
	}
	b.WriteString("\n## What Gatehouse adds\n\nAll of it is additional: a client that ignores what it does not know never notices.\n")
	if len(added) > 0 {
		b.WriteString("\n| operation | what it does | shown by |\n|---|---|---|\n")
	}
	for _, op := range added {
		row(b, place(op.method, op.path, op.id), op.summary, codes(written[op.id].Tests))
	}
	if len(ours.additions) > 0 {
		b.WriteString("\n| what | where | name | what it means |\n|---|---|---|---|\n")
	}
	for _, a := range ours.additions {
		row(b, a.kind, a.where, code(a.name), a.about)
	}
}

// tagsOf returns the tags of operations in the order in which they come.
func tagsOf(catalogue []contract.Operation) []string {
	var tags []string
	for _, op := range catalogue {
		if !slices.Contains(tags, op.Tag) {
			tags = append(tags, op.Tag)
		}
	}
	return tags
}

func place(method, path, id string) string { return code(method+" "+path) + "<br>" + code(id) }

func code(text string) string { return "`" + text + "`" }

func codes(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = code(text)
	}
	return strings.Join(quoted, ", ")
}

// row writes one line of a table.
func row(b *strings.Builder, cells ...string) {
	for _, cell := range cells {
		cell = strings.ReplaceAll(strings.Join(strings.Fields(cell), " "), "|", `\|`)
		b.WriteString("| " + cell + " ")
	}
	b.WriteString("|\n")
}
