package cloud_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestGeneratedPasswordsAreStrong(t *testing.T) {
	// 24 characters that need no quoting anywhere, of all kinds, beginning with none that means
	// something to a shell, and never the same twice.
	form := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9~_.-]{22}[A-Za-z0-9]$`)
	seen := map[string]bool{}
	for range 2000 {
		password := cloud.NewServicePassword()
		text := password.Reveal()
		for _, kind := range []string{`[a-z]`, `[A-Z]`, `[0-9]`, `[~_.-]`} {
			if !regexp.MustCompile(kind).MatchString(text) {
				t.Fatalf("a password has nothing of %s", kind)
			}
		}
		if !form.MatchString(text) || seen[text] || cloud.CheckPassword("", text) != nil {
			t.Fatal("a password is not of the form, or is an old one")
		}
		seen[text] = true
		if shown := fmt.Sprint(password); strings.Contains(shown, text) {
			t.Fatal("a password prints itself")
		}
	}
}

func TestPasswordHashesAreThoseOfClickHouse(t *testing.T) {
	// The hashes of "password", as the tools of ClickHouse and MySQL make them.
	got := cloud.HashServicePassword(cloud.NewSecret("password"))
	if got.SHA256.String() != "XohImNooBHFR0OVvjcYpJ3NgPQ1qq73WKhHvch0VQtg=" || got.DoubleSHA1 != "2470c0c06dee42fd1618bb99005adca2ec9d1e19" {
		t.Errorf("the hashes are %s and %s", got.SHA256, got.DoubleSHA1)
	}
	parsed, err := cloud.ParseServicePassword(got.SHA256.String(), strings.ToUpper(got.DoubleSHA1))
	if err != nil || parsed != got {
		t.Errorf("parsed is %+v: %v", parsed, err)
	}
	if parsed, err = cloud.ParseServicePassword(got.SHA256.String(), ""); err != nil || parsed.DoubleSHA1 != "" {
		t.Errorf("parsed is %+v: %v", parsed, err)
	}
	for _, wrong := range [][2]string{{"", ""}, {"x", ""}, {got.DoubleSHA1, ""}, {got.SHA256.String(), "x"}, {got.SHA256.String(), strings.Repeat("g", 40)}, {cloud.HashOf("").String(), ""}} {
		if _, err := cloud.ParseServicePassword(wrong[0], wrong[1]); cloud.CodeOf(err) != cloud.Invalid {
			t.Errorf("%q gives %v", wrong, err)
		}
	}
}
