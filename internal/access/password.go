package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// PasswordCost is what hashing a password with argon2id (RFC 9106) takes.
type PasswordCost struct {
	Memory  uint32 // in KiB
	Passes  uint32
	Threads uint8
}

// DefaultPasswordCost is the first of the settings that OWASP's cheat sheet on
// password storage recommends: 46 MiB, some 40 ms of a processor.
var DefaultPasswordCost = PasswordCost{Memory: 46 << 10, Passes: 1, Threads: 1}

const (
	saltBytes = 16
	hashBytes = 32
	// A store that was tampered with must not make the program ask for all memory.
	maxPasswordMemory = 1 << 20 // in KiB
	maxPasswordPasses = 100
)

// Passwords hashes and verifies passwords, as many at once as there are processors:
// each takes much memory, and more of them at a time would not be done sooner. It is
// safe for concurrent use.
type Passwords struct {
	cost  PasswordCost
	slots chan struct{}
	dummy string
}

// NewPasswords returns Passwords that hash at this cost. What was hashed at another
// is verified at that.
func NewPasswords(cost PasswordCost) *Passwords {
	p := &Passwords{cost: cost, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	p.dummy = phc{cost: cost, salt: make([]byte, saltBytes), hash: make([]byte, hashBytes)}.String()
	return p
}

// Hash returns the password's hash with a salt of its own, in the PHC string format.
// It returns Unavailable when ctx ends before its turn comes.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	hash, err := p.derive(ctx, password, p.cost, salt, hashBytes)
	return phc{cost: p.cost, salt: salt, hash: hash}.String(), err
}

// Verify reports whether hashed, which Hash returned, is of the password. For an
// empty hashed, of an account that does not exist or has no password, the same work
// is done and the answer is no. It returns Unavailable when ctx ends before its turn
// comes.
func (p *Passwords) Verify(ctx context.Context, hashed, password string) (bool, error) {
	known := hashed != ""
	if !known {
		hashed = p.dummy
	}
	h, err := parsePHC(hashed)
	if err != nil {
		return false, err
	}
	hash, err := p.derive(ctx, password, h.cost, h.salt, uint32(len(h.hash)))
	if err != nil {
		return false, err
	}
	right := subtle.ConstantTimeCompare(hash, h.hash) == 1
	return right && known, nil
}

func (p *Passwords) derive(ctx context.Context, password string, cost PasswordCost, salt []byte, length uint32) ([]byte, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, &cloud.Error{Code: cloud.Unavailable, Message: "The request ended before its turn came", Err: ctx.Err()}
	}
	return argon2.IDKey([]byte(password), salt, cost.Passes, cost.Memory, cost.Threads, length), nil
}

// phc is a hash in the PHC string format:
// $argon2id$v=19$m=47104,t=1,p=1$SALT$HASH, both in Base64 without padding.
type phc struct {
	cost       PasswordCost
	salt, hash []byte
}

func (h phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.cost.Memory, h.cost.Passes, h.cost.Threads, b64.EncodeToString(h.salt), b64.EncodeToString(h.hash))
}

// parsePHC reads what phc.String writes. Its error does not repeat the text.
func parsePHC(text string) (h phc, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.cost.Memory, &h.cost.Passes, &h.cost.Threads); err != nil {
		return h, errPHC
	}
	h.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	if err != nil {
		return h, errPHC
	}
	h.hash, err = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	sane := h.cost.Memory <= maxPasswordMemory && h.cost.Passes >= 1 && h.cost.Passes <= maxPasswordPasses && h.cost.Threads >= 1 && len(h.hash) == hashBytes
	if err != nil || !sane || h.String() != text {
		return h, errPHC
	}
	return h, nil
}

var errPHC = cloud.Errorf(cloud.Internal, "the hash of a password in the store is not one of argon2id in the PHC string format")
