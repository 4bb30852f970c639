package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// What must be readable again is sealed with a key that is not in the store: a copy
// of the store alone, or a backup of it, tells no secret.
const (
	sealKeyName        = "seal.key"
	sealKeyEnvironment = "GATEHOUSE_SEAL_KEY"
)

// openSealer returns the sealer of this Gatehouse. Its key is in the environment,
// where several machines share a store, or in a file of the data directory, which is
// made when it is missing.
func openSealer(dir string) (cloud.Sealer, error) {
	if text := os.Getenv(sealKeyEnvironment); text != "" {
		return parseSealKey(text, "the environment variable "+sealKeyEnvironment)
	}
	path := filepath.Join(dir, sealKeyName)
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		return parseSealKey(string(text), "the file "+path)
	case !errors.Is(err, fs.ErrNotExist):
		return cloud.Sealer{}, fmt.Errorf("the key file %s cannot be read (%w)", path, cause(err))
	}
	key := make([]byte, cloud.SealerKeyLength)
	_, _ = rand.Read(key) // never fails
	err = writeFile(path, func(file *os.File) error {
		_, err := fmt.Fprintln(file, base64.StdEncoding.EncodeToString(key))
		return err
	})
	if err != nil {
		return cloud.Sealer{}, fmt.Errorf("the key file %s cannot be written (%w)", path, cause(err))
	}
	return cloud.NewSealer(key)
}

func parseSealKey(text, place string) (cloud.Sealer, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != cloud.SealerKeyLength {
		return cloud.Sealer{}, fmt.Errorf("%s holds no sealing key: expected %d bytes in Base64 (make one with: head -c %d /dev/urandom | base64)", place, cloud.SealerKeyLength, cloud.SealerKeyLength)
	}
	return cloud.NewSealer(key)
}
