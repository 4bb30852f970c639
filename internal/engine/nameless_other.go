//go:build !linux

package engine

import "os"

// namelessFile returns a file that nobody else can open.
func namelessFile() (*os.File, error) {
	f, err := os.CreateTemp("", "gatehouse-") // for its owner only
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close() // nothing was kept
		return nil, err
	}
	return f, nil
}
