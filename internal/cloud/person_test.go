package cloud_test

import (
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestEmailIsKeptInLowerCase(t *testing.T) {
	// However an address is typed, it names the same person, and reading it again changes nothing.
	for typed, want := range map[string]string{
		"ada@example.com":                         "ada@example.com",
		" Ada.Lovelace@Example.COM":               "ada.lovelace@example.com",
		"root@localhost":                          "root@localhost",
		"a+b@x.example":                           "a+b@x.example",
		"ZOË@example.com":                         "zoë@example.com",
		strings.Repeat("a", 242) + "@example.com": strings.Repeat("a", 242) + "@example.com",
	} {
		for range 2 {
			got, err := cloud.ParseEmail("email", typed)
			if err != nil || got != want {
				t.Errorf("%q: %q, %v", typed, got, err)
			}
			typed = got
		}
	}
}

func TestWhatIsNoEmailIsRefused(t *testing.T) {
	// What is refused is named, and nothing gets in that a store or a log could not keep.
	for _, typed := range []string{
		"", " ", "ada", "@example.com", "ada@", "a b@example.com", "Ada <ada@example.com>", "<ada@example.com>", `"a b"@example.com`, "a@b@c",
		"ada@example.com, bob@example.com", "a\x00b@example.com", "ada@exam\nple.com", "\xff@example.com", "a\u202e@example.com",
		strings.Repeat("a", 243) + "@example.com", strings.Repeat("ü", 200) + "@example.com",
		"\u212Aate@example.com", "\u0130da@example.com", // in lower case, somebody else's
	} {
		_, err := cloud.ParseEmail("email", typed)
		if cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "email: ") {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func FuzzParseEmail(f *testing.F) {
	f.Add("Ada@Example.com")
	f.Add("İ@example.com")
	f.Fuzz(func(t *testing.T, typed string) {
		email, err := cloud.ParseEmail("email", typed)
		if err != nil {
			return
		}
		if again, err := cloud.ParseEmail("email", email); err != nil || again != email {
			t.Errorf("%q is kept as %q, and that as %q (%v)", typed, email, again, err)
		}
	})
}
