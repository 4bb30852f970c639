package cloud_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func newSealer(t *testing.T, fill byte) cloud.Sealer {
	t.Helper()
	s, err := cloud.NewSealer(bytes.Repeat([]byte{fill}, cloud.SealerKeyLength))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedTextIsReadWithItsKeyInItsPlaceOnly(t *testing.T) {
	// What is sealed shows nothing, is another text each time, and is read by nobody with another key or for another place.
	s, plain := newSealer(t, 1), []byte("JBSWY3DPEHPK3PXP")
	sealed := s.Seal(plain, "users/1")
	if again := s.Seal(plain, "users/1"); again == sealed || !strings.HasPrefix(sealed, "v1:") || strings.Contains(sealed, string(plain)) {
		t.Errorf("sealed as %q and %q", sealed, again)
	}
	if got, err := s.Open(sealed, "users/1"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("opened as %q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another place":   func() ([]byte, error) { return s.Open(sealed, "users/2") },
		"another key":     func() ([]byte, error) { return newSealer(t, 2).Open(sealed, "users/1") },
		"no key":          func() ([]byte, error) { return cloud.Sealer{}.Open(sealed, "users/1") },
		"another version": func() ([]byte, error) { return s.Open("v2"+sealed[2:], "users/1") },
		"cut off":         func() ([]byte, error) { return s.Open(sealed[:10], "users/1") },
		"one bit":         func() ([]byte, error) { return s.Open(sealed[:8]+flip(sealed[8])+sealed[9:], "users/1") },
		"nothing":         func() ([]byte, error) { return s.Open("", "users/1") },
		"no Base64":       func() ([]byte, error) { return s.Open("v1:!!!", "users/1") },
	} {
		if got, err := open(); err == nil || got != nil {
			t.Errorf("%s: opened as %q", name, got)
		}
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func TestSealerNeedsAWholeKey(t *testing.T) {
	// A key that is too short is an error, not a weak seal.
	for _, n := range []int{0, 16, 31, 33} {
		if s, err := cloud.NewSealer(make([]byte, n)); err == nil || s.HasKey() {
			t.Errorf("a key of %d bytes is taken", n)
		}
	}
	if (cloud.Sealer{}).HasKey() || !newSealer(t, 1).HasKey() {
		t.Error("HasKey is wrong")
	}
}
