package cloud

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
)

const (
	keyIDLength  = 20
	secretPrefix = "4b1d" // what secret scanners look for
	secretLength = 38
	suffixLength = 4

	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Secret is text that must never be seen by accident: every way of printing it
// gives "[redacted]", and what prints by reflection finds a function. Reveal is
// the only way out. Secrets cannot be compared: compare hashes.
type Secret struct {
	// A string would be printed by fmt from a field that is not exported,
	// where it may not call the methods below.
	reveal func() string
}

const redacted = "[redacted]"

// NewSecret makes a secret of the text.
func NewSecret(text string) Secret { return Secret{func() string { return text }} }

// Reveal returns the secret itself; empty for the zero value.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// String implements fmt.Stringer.
func (Secret) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return redacted }

// Format implements fmt.Formatter, so that no verb prints the secret.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, so that no encoder prints the secret.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Hash is the SHA-256 of a key ID or a secret: all that Gatehouse keeps of either.
type Hash [sha256.Size]byte

// HashOf returns the hash of the UTF-8 bytes of text.
func HashOf(text string) Hash {
	var short [64]byte // keeps a key ID or a secret off the heap: this is on the way of every request
	return sha256.Sum256(append(short[:0], text...))
}

// Equal reports whether the hashes are the same, in constant time.
func (h Hash) Equal(other Hash) bool { return subtle.ConstantTimeCompare(h[:], other[:]) == 1 }

// String returns standard Base64 with padding, 44 characters: the form of
// OpenAPI schema ApiKeyHashData and of the store.
func (h Hash) String() string { return base64.StdEncoding.EncodeToString(h[:]) }

// ParseHash reads the form that Hash.String writes and no other.
// Otherwise it returns Invalid, which names field but does not repeat the text.
func ParseHash(field, text string) (Hash, error) {
	var h Hash
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != len(h) || len(text) != base64.StdEncoding.EncodedLen(len(h)) {
		return h, Errorf(Invalid, "%s: expected the standard Base64 of a SHA-256 (44 characters), got %d characters", field, len(text))
	}
	copy(h[:], raw)
	return h, nil
}

// HashedCredential is what identifies and proves a key, as hashes (OpenAPI schema
// ApiKeyHashData). The zero value matches no key.
type HashedCredential struct {
	KeyID  Hash
	Secret Hash
	// Suffix is the last four characters of the key ID, shown to tell keys apart.
	Suffix string
}

var emptyHash = HashOf("")

// ParseHashedCredential checks a credential that a client made itself.
// It returns Invalid, which names the field.
func ParseHashedCredential(keyIDHash, suffix, secretHash string) (HashedCredential, error) {
	keyID, err := ParseHash("hashData.keyIdHash", keyIDHash)
	if err != nil {
		return HashedCredential{}, err
	}
	secret, err := ParseHash("hashData.keySecretHash", secretHash)
	if err != nil {
		return HashedCredential{}, err
	}
	// A script whose variable is not set hashes the empty text, and a key with an empty secret is open to everybody.
	if keyID == emptyHash || secret == emptyHash {
		return HashedCredential{}, Errorf(Invalid, "hashData: expected the hashes of a key ID and a secret, got the hash of the empty text")
	}
	if len(suffix) != suffixLength {
		return HashedCredential{}, Errorf(Invalid, "hashData.keyIdSuffix: expected the last %d characters of the key ID, got %q", suffixLength, suffix)
	}
	for _, c := range []byte(suffix) {
		if c <= ' ' || c > '~' || c == ':' {
			return HashedCredential{}, Errorf(Invalid, "hashData.keyIdSuffix: expected printable ASCII without blank and colon, got %q", suffix)
		}
	}
	return HashedCredential{KeyID: keyID, Secret: secret, Suffix: suffix}, nil
}

// Credential is a generated key ID and secret, in the clear. It lives from its
// creation to the one answer that shows it.
type Credential struct {
	KeyID  string
	Secret Secret
}

// NewCredential makes a key ID of 20 base62 characters (119 bits) and a secret
// of "4b1d" and 38 base62 characters (226 bits), from the system's randomness.
func NewCredential() Credential {
	return Credential{KeyID: RandomText(keyIDLength), Secret: NewSecret(secretPrefix + RandomText(secretLength))}
}

// Hashed returns what is kept of the credential.
func (c Credential) Hashed() HashedCredential {
	return HashedCredential{
		KeyID:  HashOf(c.KeyID),
		Secret: HashOf(c.Secret.Reveal()),
		Suffix: c.KeyID[len(c.KeyID)-suffixLength:],
	}
}

// RandomText returns n base62 characters, each equally likely, from the system's randomness.
func RandomText(n int) string {
	const fair = 256 - 256%len(base62) // bytes from here on would favour the first characters
	out := make([]byte, 0, n)
	for buf := make([]byte, n+n/2); len(out) < n; {
		_, _ = rand.Read(buf) // never fails: crypto/rand ends the process instead
		for _, b := range buf {
			if int(b) < fair && len(out) < n {
				out = append(out, base62[int(b)%len(base62)])
			}
		}
	}
	return string(out)
}
