package apitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// decode reads one JSON value and nothing after it, keeping numbers as they are
// written. Unlike encoding/json it refuses a key that stands in an object twice
// and text that is not UTF-8.
func decode(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	value, err := decodeValue(d, "")
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the body ends where JSON was expected")
	case err != nil:
		return nil, fmt.Errorf("the body is not strict JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the body is not strict JSON: there is more after the value")
	}
	return value, nil
}

func decodeValue(d *json.Decoder, at string) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(d, at)
	case json.Delim('['):
		return decodeArray(d, at)
	default:
		return token, nil
	}
}

func decodeObject(d *json.Decoder, at string) (map[string]any, error) {
	object := map[string]any{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // the decoder lets nothing else stand here
		if _, ok := object[name]; ok {
			return nil, fmt.Errorf("%s/%s stands there twice", at, name)
		}
		if object[name], err = decodeValue(d, at+"/"+name); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

func decodeArray(d *json.Decoder, at string) ([]any, error) {
	array := []any{}
	for d.More() {
		value, err := decodeValue(d, fmt.Sprintf("%s/%d", at, len(array)))
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := d.Token()
	return array, err
}
