package cloud

import (
	"crypto/rand"
	"strings"
)

const (
	recoveryGroups = 5
	recoveryGroup  = 5 // characters
)

// NewRecoveryCode returns a code that stands in for the second factor once: five
// groups of five characters of base32, 125 bits, such as
// "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY".
func NewRecoveryCode() Secret {
	text := rand.Text() // 26 characters of base32
	groups := make([]string, recoveryGroups)
	for i := range groups {
		groups[i] = text[i*recoveryGroup : (i+1)*recoveryGroup]
	}
	return NewSecret(strings.Join(groups, "-"))
}

// HashOfRecoveryCode returns what is kept of a recovery code, however it was typed:
// lower case, blanks and hyphens make no difference.
func HashOfRecoveryCode(typed string) Hash {
	return HashOf(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed)))
}
