package main

import (
	"bytes"
	"errors"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// difference is what is written by hand about one operation.
type difference struct {
	Differs []string // sentences: where we differ from the Cloud, and why
	Tests   []string // the test functions that show what the operation does
}

// readDifferences reads the differences by operationId. It returns an error for
// an entry that stands there twice or has anything else in it.
func readDifferences(file string) (map[string]difference, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var written map[string]difference
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&written); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return written, nil
}
