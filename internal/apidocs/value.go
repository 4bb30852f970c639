package apidocs

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// value is a JSON value that keeps the order of its members: a scalar, a list or
// an *object.
type value interface{ write(w *codeWriter) }

type (
	scalar string // the value's JSON text
	list   []value
	object struct {
		names  []string
		values []value
	}
)

func (o *object) add(name string, v value) {
	o.names = append(o.names, name)
	o.values = append(o.values, v)
}

// text returns s as a JSON string, without escaping what only HTML needs escaped.
func text(s string) scalar {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return scalar(strings.TrimSpace(b.String()))
}

// parse reads raw JSON; text that is not JSON becomes a string.
func parse(raw json.RawMessage) value {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := parseNext(dec)
	if err != nil {
		return text(string(raw))
	}
	return v
}

func parseNext(dec *json.Decoder) (value, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case string:
		return text(t), nil
	case json.Number:
		return scalar(t), nil
	case bool:
		if t {
			return scalar("true"), nil
		}
		return scalar("false"), nil
	case json.Delim:
		if t == '[' {
			return parseList(dec)
		}
		return parseObject(dec)
	}
	return scalar("null"), nil
}

func parseList(dec *json.Decoder) (value, error) {
	l := list{}
	for dec.More() {
		v, err := parseNext(dec)
		if err != nil {
			return nil, err
		}
		l = append(l, v)
	}
	_, err := dec.Token()
	return l, err
}

func parseObject(dec *json.Decoder) (value, error) {
	o := &object{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, ok := name.(string)
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		v, err := parseNext(dec)
		if err != nil {
			return nil, err
		}
		o.add(key, v)
	}
	_, err := dec.Token()
	return o, err
}

// plain returns a value for a sentence: a string without its quotes, anything else as JSON.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return oneLine(raw)
}

func plainAll(raw []json.RawMessage) []string {
	all := make([]string, len(raw))
	for i, v := range raw {
		all[i] = plain(v)
	}
	return all
}

// oneLine returns raw as JSON on one line.
func oneLine(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}
