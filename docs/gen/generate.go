package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gatehouse/gatehouse/internal/api/contract"
)

// Where the page and what is written by hand for it lie in the repository.
const (
	pageFile        = "docs/compatibility.md"
	differencesFile = "docs/gen/compatibility.yaml"
)

// generate writes the page of the repository at root, or, with check, returns an
// error with the difference when the page there is not the one it would write.
// It also returns an error, one line for each thing that is wrong, when the
// catalogue, our OpenAPI document and the differences do not fit together.
func generate(root string, catalogue []contract.Operation, openapi func() ([]byte, error), check bool) error {
	raw, err := openapi()
	if err != nil {
		return fmt.Errorf("our OpenAPI document: %w", err)
	}
	ours, err := readDocument(raw)
	if err != nil {
		return fmt.Errorf("our OpenAPI document: %w", err)
	}
	written, err := readDifferences(filepath.Join(root, differencesFile))
	if err != nil {
		return fmt.Errorf("%s: %w", differencesFile, err)
	}
	tests, err := testNames(root)
	if err != nil {
		return err
	}
	if err := fit(catalogue, ours, written, tests); err != nil {
		return err
	}
	page := render(catalogue, ours, written)
	if check {
		return current(filepath.Join(root, pageFile), page)
	}
	return os.WriteFile(filepath.Join(root, pageFile), []byte(page), 0o644) //nolint:gosec // a page of the documentation is for everybody to read
}

// current returns an error with the difference when the file does not hold the page.
func current(file, page string) error {
	there, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if string(there) == page {
		return nil
	}
	return fmt.Errorf("%s is not current: run `go run ./docs/gen`.\n%s", pageFile, lineDiff(string(there), page))
}

// repository returns the folder at or above start that holds go.mod.
func repository(start string) (string, error) {
	folder, err := filepath.Abs(start)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		above := filepath.Dir(folder)
		if above == folder {
			return "", errors.New("run this within the repository: there is no go.mod here or above")
		}
		folder = above
	}
}
