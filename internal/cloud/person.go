package cloud

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Person is a human who signs in to the console (OpenAPI schema Member, which shows
// one in one organization).
type Person struct {
	ID        uuid.UUID
	Email     string // lower case; no two people have the same
	Name      string
	CreatedAt time.Time
	// LastSignInAt is zero for a person who has never signed in.
	LastSignInAt time.Time
	// SecondFactor reports whether signing in needs a code besides the password.
	SecondFactor bool
	Memberships  []Membership // in the order they were made in
}

// Membership is what a person is in one organization.
type Membership struct {
	OrganizationID uuid.UUID
	JoinedAt       time.Time
	RoleIDs        []uuid.UUID // in the order they were assigned in
	// Sequence grows with each membership that is made: the order of lists.
	Sequence int64
}

// Account is a person together with what proves that it is this one. Nothing in
// it shows a secret: the password and the recovery code are hashes, the secret of
// the second factor is sealed.
type Account struct {
	Person
	PasswordHash string // of argon2id, in the PHC string format; empty without a password
	TOTPSecret   string // sealed; empty without a second factor
	TOTPStep     int64  // of the last code that was used: none is taken twice
	Recovery     Hash   // of the recovery code; zero without a second factor
}

// NewPerson describes a person to make, as they filled in the form.
type NewPerson struct {
	Email    string
	Name     string
	Password string
}

// MaxEmailLength is the longest e-mail address, in bytes (RFC 5321, section 4.5.3.1.3,
// without the brackets).
const MaxEmailLength = 254

// ParseEmail returns the address as it is kept: in lower case, without blanks around
// it. It returns Invalid, which names field and value, for what is no address.
func ParseEmail(field, text string) (string, error) {
	email := strings.ToLower(strings.TrimSpace(text))
	if err := checkText(field, email, MaxEmailLength); err != nil {
		return "", err
	}
	if len(email) > MaxEmailLength {
		return "", Errorf(Invalid, "%s: expected at most %d bytes, got %d", field, MaxEmailLength, len(email))
	}
	address, err := mail.ParseAddress(email)
	if err != nil || strings.ContainsFunc(text, becomesASCII) || address.Name != "" || address.Address != email || strings.ContainsFunc(email, isBlank) {
		return "", Errorf(Invalid, "%s: expected an e-mail address such as ada@example.com, got %q", field, text)
	}
	return email, nil
}

func isBlank(r rune) bool { return r == ' ' || r == utf8.RuneError || r == '<' || r == '>' || r == '"' }

// becomesASCII reports whether the lower case of the character is a letter of ASCII, such
// as that of the sign for kelvin, which is k: the address would become somebody else's.
func becomesASCII(r rune) bool { return r > unicode.MaxASCII && unicode.ToLower(r) <= unicode.MaxASCII }
