package main

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
)

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// testNames returns the names of all test functions in the repository, those of
// its nested modules included.
func testNames(root string) (map[string]bool, error) {
	names := map[string]bool{}
	repository := os.DirFS(root)
	err := fs.WalkDir(repository, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != "." && holdsNoTests(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(entry.Name(), "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(repository, path)
		if err != nil {
			return err
		}
		for _, match := range testFunction.FindAllSubmatch(source, -1) {
			names[string(match[1])] = true
		}
		return nil
	})
	return names, err
}

func holdsNoTests(folder string) bool {
	return folder == "node_modules" || folder == "testdata" || strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_")
}
