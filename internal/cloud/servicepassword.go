package cloud

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the MySQL protocol proves a password by SHA-1 of SHA-1
	"encoding/hex"
	"math/big"
	"regexp"
	"strings"
)

const (
	servicePasswordLength = 24
	// servicePasswordMarks need no quoting in shells, in URLs and in the settings of clients.
	servicePasswordMarks = "~_-."
)

// NewServicePassword makes a password of 24 characters, with upper and lower case, a digit
// and a mark among them, from the system's randomness (more than 130 bits).
func NewServicePassword() Secret {
	text := RandomText(servicePasswordLength - 1)
	for !strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") || !strings.ContainsAny(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") || !strings.ContainsAny(text, "0123456789") {
		text = RandomText(servicePasswordLength - 1)
	}
	// Within the text: at its beginning a shell would take ~ for a folder and - for an option.
	at := 1 + randomBelow(len(text)-1)
	mark := randomBelow(len(servicePasswordMarks))
	return NewSecret(text[:at] + servicePasswordMarks[mark:mark+1] + text[at:])
}

func randomBelow(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // never: crypto/rand ends the process instead
	}
	return int(i.Int64())
}

// HashServicePassword returns what is kept of a password.
func HashServicePassword(password Secret) ServicePassword {
	once := sha1.Sum([]byte(password.Reveal())) //nolint:gosec // see the import
	twice := sha1.Sum(once[:])                  //nolint:gosec // see the import
	return ServicePassword{SHA256: HashOf(password.Reveal()), DoubleSHA1: hex.EncodeToString(twice[:])}
}

var doubleSHA1 = regexp.MustCompile(`^[0-9a-fA-F]{40}$`)

// ParseServicePassword reads the hashes of a password that a client made itself (OpenAPI
// schema ServicePasswordPatchRequest): standard Base64 of the SHA-256, and the hexadecimal
// digits of SHA-1 of SHA-1, or nothing. It returns Invalid, which names the field and does
// not repeat the hash.
func ParseServicePassword(hash, doubleSHA1Hash string) (ServicePassword, error) {
	sha256, err := ParseHash("newPasswordHash", hash)
	if err != nil {
		return ServicePassword{}, err
	}
	// A script whose variable is not set hashes the empty text, and would open the service to everybody.
	if sha256 == emptyHash {
		return ServicePassword{}, Errorf(Invalid, "newPasswordHash: expected the hash of a password, got the hash of the empty text")
	}
	if doubleSHA1Hash != "" && !doubleSHA1.MatchString(doubleSHA1Hash) {
		return ServicePassword{}, Errorf(Invalid, "newDoubleSha1Hash: expected the 40 hexadecimal digits of SHA-1 of SHA-1, got %d characters", len(doubleSHA1Hash))
	}
	return ServicePassword{SHA256: sha256, DoubleSHA1: strings.ToLower(doubleSHA1Hash)}, nil
}
