package apidocs

import (
	"fmt"
	"strconv"
)

// limits is what a schema demands of a value beyond its type.
type limits struct {
	Minimum            *float64 `json:"minimum"`
	ExclusiveMinimum   *float64 `json:"exclusiveMinimum"`
	Maximum            *float64 `json:"maximum"`
	ExclusiveMaximum   *float64 `json:"exclusiveMaximum"`
	MultipleOf         *float64 `json:"multipleOf"`
	MinLength          *int     `json:"minLength"`
	MaxLength          *int     `json:"maxLength"`
	MinItems           *int     `json:"minItems"`
	MaxItems           *int     `json:"maxItems"`
	UniqueItems        bool     `json:"uniqueItems"`
	Pattern            string   `json:"pattern"`
	PatternDescription string   `json:"patternDescription"`
}

// fact is something to know of a value in a few words, with what is to be set as code after them.
type fact struct {
	Text string
	Code []string
}

// words says the limits in a few words each.
func (l limits) words() []fact {
	var all []fact
	add := func(text string) {
		if text != "" {
			all = append(all, fact{Text: text})
		}
	}
	add(between(l.MinItems, l.MaxItems, "item", strconv.Itoa))
	if l.UniqueItems {
		add("no duplicates")
	}
	add(between(l.MinLength, l.MaxLength, "character", strconv.Itoa))
	add(between(l.Minimum, l.Maximum, "", number))
	if l.ExclusiveMinimum != nil {
		add("above " + number(*l.ExclusiveMinimum))
	}
	if l.ExclusiveMaximum != nil {
		add("below " + number(*l.ExclusiveMaximum))
	}
	if l.MultipleOf != nil {
		add("a multiple of " + number(*l.MultipleOf))
	}
	switch {
	case l.PatternDescription != "":
		add(l.PatternDescription)
	case l.Pattern != "":
		all = append(all, fact{"matches", []string{l.Pattern}})
	}
	return all
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func between[N int | float64](low, high *N, unit string, print func(N) string) string {
	counted := func(n N) string {
		switch {
		case unit == "":
			return print(n)
		case n == 1:
			return print(n) + " " + unit
		}
		return print(n) + " " + unit + "s"
	}
	switch {
	case low != nil && high != nil && *low == *high:
		return "exactly " + counted(*high)
	case low != nil && *low != 0 && high != nil:
		return fmt.Sprintf("%s to %s", print(*low), counted(*high))
	case high != nil && low != nil && unit == "":
		return fmt.Sprintf("%s to %s", print(*low), print(*high))
	case high != nil:
		return "at most " + counted(*high)
	case low != nil && (*low != 0 || unit == ""):
		return "at least " + counted(*low)
	}
	return ""
}

// with returns l with everything that over demands laid over it.
func (l limits) with(over limits) limits {
	return limits{
		Minimum:            either(over.Minimum, l.Minimum),
		ExclusiveMinimum:   either(over.ExclusiveMinimum, l.ExclusiveMinimum),
		Maximum:            either(over.Maximum, l.Maximum),
		ExclusiveMaximum:   either(over.ExclusiveMaximum, l.ExclusiveMaximum),
		MultipleOf:         either(over.MultipleOf, l.MultipleOf),
		MinLength:          either(over.MinLength, l.MinLength),
		MaxLength:          either(over.MaxLength, l.MaxLength),
		MinItems:           either(over.MinItems, l.MinItems),
		MaxItems:           either(over.MaxItems, l.MaxItems),
		UniqueItems:        over.UniqueItems || l.UniqueItems,
		Pattern:            firstOf(over.Pattern, l.Pattern),
		PatternDescription: firstOf(over.PatternDescription, l.PatternDescription),
	}
}

func either[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}
