package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// writeKeyFile writes a credential for the shell, readable by its owner only. When
// it returns, the file survives a power cut. It replaces a key file, which may be
// of a start that was cut off, and no other file.
func writeKeyFile(path string, c cloud.Credential) error {
	failed := func(err error) error {
		return fmt.Errorf("the key file %s cannot be written: choose another with --init-key (%w)", path, cause(err))
	}
	switch old, err := os.ReadFile(path); {
	case err == nil && len(old) > 0 && !bytes.HasPrefix(old, []byte("KEY_ID=")):
		return fmt.Errorf("the file %s exists and is no key file: move it away or choose another with --init-key", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return failed(err)
	}
	err := writeFile(path, func(file *os.File) error {
		_, err := fmt.Fprintf(file, "KEY_ID=%s\nKEY_SECRET=%s\n", c.KeyID, c.Secret.Reveal())
		return err
	})
	if err != nil {
		return failed(err)
	}
	return nil
}
