package main

import (
	"errors"
	"os"
	"path/filepath"
)

// writeFile writes a file that is there as a whole or not at all, readable by its
// owner only, and durable when it returns.
func writeFile(path string, write func(*os.File) error) error {
	dir := filepath.Dir(path)
	file, err := os.CreateTemp(dir, ".gatehouse-*") // of mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone after the rename
	err = write(file)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the names in a directory durable.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
