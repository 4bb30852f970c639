package cloud

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// SealerKeyLength is the length of the key of a Sealer, in bytes.
const SealerKeyLength = 32

// sealedVersion begins each sealed text and says how it was sealed: AES-256-GCM, a
// random nonce of 96 bits in front.
const sealedVersion = "v1:"

// Sealer keeps what must be readable again: it seals with a key that is not in the
// store, so that a copy of the store alone shows nothing. The zero value has no key.
// It is safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

// NewSealer returns an error unless the key has SealerKeyLength bytes.
func NewSealer(key []byte) (Sealer, error) {
	if len(key) != SealerKeyLength {
		return Sealer{}, fmt.Errorf("a sealer needs a key of %d bytes, got %d", SealerKeyLength, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return Sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return Sealer{aead}, err
}

// HasKey reports whether the sealer can seal and open.
func (s Sealer) HasKey() bool { return s.aead != nil }

// Seal returns text that Open reads again with the same key and the same context.
// The context says what the secret belongs to, so that a sealed text cannot be
// moved from one row to another. It panics without a key.
func (s Sealer) Seal(plain []byte, context string) string {
	sealed := s.aead.Seal(nil, nil, plain, []byte(context)) //nolint:gosec // the nonce is a random one: see NewSealer
	return sealedVersion + base64.RawURLEncoding.EncodeToString(sealed)
}

var errSealed = errors.New("the sealed text cannot be opened: it was sealed with another key or for something else, or is damaged")

// Open returns what was sealed. The error does not tell why it cannot be opened.
func (s Sealer) Open(sealed, context string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(sealed, sealedVersion)
	if !ok || !s.HasKey() {
		return nil, errSealed
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, errSealed
	}
	plain, err := s.aead.Open(nil, nil, text, []byte(context))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
