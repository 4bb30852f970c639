package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// writeKeyFile writes a credential for the shell, readable by its owner only. When
// it returns, the file survives a power cut. It replaces a key file, which may be
// of a start that was cut off, and no other file.
func writeKeyFile(path string, c cloud.Credential) error {
	if err := checkReplaceable(path); err != nil {
		return err
	}
	err := writeFile(path, func(file *os.File) error {
		_, err := fmt.Fprintf(file, "KEY_ID=%s\nKEY_SECRET=%s\n", c.KeyID, c.Secret.Reveal())
		return err
	})
	if err != nil {
		return keyFileError(path, err)
	}
	return nil
}

// checkKeyFile returns the error by which writeKeyFile would fail, as far as that can
// be told without writing. The data directory, where the file may belong, need not
// be there yet.
func checkKeyFile(path, dataDir string) error {
	dir := filepath.Dir(path)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && filepath.Clean(dataDir) == dir {
		return nil
	}
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return keyFileError(path, err)
	}
	return checkReplaceable(path)
}

func checkReplaceable(path string) error {
	switch old, err := os.ReadFile(path); {
	case err == nil && len(old) > 0 && !bytes.HasPrefix(old, []byte("KEY_ID=")):
		return fmt.Errorf("the file %s exists and is no key file: move it away or choose another with --init-key", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return keyFileError(path, err)
	}
	return nil
}

func keyFileError(path string, err error) error {
	return fmt.Errorf("the key file %s cannot be written: choose another with --init-key (%w)", path, cause(err))
}
