package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// MaxTags is how many tags a service may have.
const MaxTags = 50

// The form of tags (OpenAPI schema ResourceTagsV1).
var (
	tagKeys   = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,128}$`)
	tagValues = regexp.MustCompile(`^[a-zA-Z0-9._-]{0,256}$`)
)

// checkTags returns Invalid, naming field and value, unless all can be tags.
func checkTags(field string, tags []Tag) error {
	for i, t := range tags {
		at := fmt.Sprintf("%s[%d]", field, i)
		if err := checkTagKey(at, t.Key); err != nil {
			return err
		}
		if !tagValues.MatchString(t.Value) {
			return Errorf(Invalid, "%s.value: expected at most 256 letters, digits, dots, dashes and underscores, got %s", at, quoted(t.Value))
		}
	}
	return nil
}

func checkTagKey(field, key string) error {
	if !tagKeys.MatchString(key) {
		return Errorf(Invalid, "%s.key: expected 1 to 128 letters, digits, dots, dashes and underscores, got %s", field, quoted(key))
	}
	return nil
}

// editTags removes tags by their keys and then adds others: one that is there gets the new
// value and keeps its place, and the last one of a key counts.
func editTags(tags, add, remove []Tag) ([]Tag, error) {
	for i, r := range remove {
		if err := checkTagKey(fmt.Sprintf("tags.remove[%d]", i), r.Key); err != nil {
			return nil, err
		}
	}
	if err := checkTags("tags.add", add); err != nil {
		return nil, err
	}
	tags = slices.DeleteFunc(slices.Clone(tags), func(t Tag) bool {
		return slices.ContainsFunc(remove, func(r Tag) bool { return r.Key == t.Key })
	})
	return addTags("tags.add", tags, add)
}

func addTags(field string, tags, add []Tag) ([]Tag, error) {
	for _, a := range add {
		if i := slices.IndexFunc(tags, func(t Tag) bool { return t.Key == a.Key }); i >= 0 {
			tags[i] = a
			continue
		}
		tags = append(tags, a)
	}
	if len(tags) > MaxTags {
		return nil, Errorf(Invalid, "%s: expected at most %d tags in all, got %d", field, MaxTags, len(tags))
	}
	return tags, nil
}

// TagFilter selects what has a tag: with a value, or with any.
type TagFilter struct {
	Key   string
	Value string
	Any   bool
}

// ParseTagFilter reads "tag:Key=Value" or "tag:Key", or returns Invalid.
func ParseTagFilter(field, text string) (TagFilter, error) {
	rest, is := strings.CutPrefix(text, "tag:")
	key, value, valued := strings.Cut(rest, "=")
	if !is || !tagKeys.MatchString(key) || !tagValues.MatchString(value) {
		return TagFilter{}, Errorf(Invalid, "%s: expected tag:Key=Value or tag:Key, got %s", field, quoted(text))
	}
	return TagFilter{Key: key, Value: value, Any: !valued}, nil
}

// Selects reports whether one of the tags is such as the filter says.
func (f TagFilter) Selects(tags []Tag) bool {
	return slices.ContainsFunc(tags, func(t Tag) bool { return t.Key == f.Key && (f.Any || t.Value == f.Value) })
}
