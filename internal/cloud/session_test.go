package cloud_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestSessionEndsWhenItIsNotUsedAndInTheEnd(t *testing.T) {
	// A session ends 7 days after the minute of its last use, and 30 days after it began whether it is used or not.
	began := time.Date(2026, 5, 1, 12, 0, 30, 0, time.UTC)
	s := cloud.Session{CreatedAt: began, LastUsedAt: began, ExpireAt: began.Add(cloud.SessionLife)}
	week := began.Truncate(time.Minute).Add(7 * 24 * time.Hour)
	if !s.EndsAt().Equal(week) || !s.Active(week.Add(-time.Millisecond)) || s.Active(week) {
		t.Errorf("it ends at %s", s.EndsAt())
	}
	s.LastUsedAt = began.Add(29 * 24 * time.Hour)
	if end := began.Add(30 * 24 * time.Hour); !s.EndsAt().Equal(end) || !s.Active(end.Add(-time.Millisecond)) || s.Active(end) {
		t.Errorf("it ends at %s", s.EndsAt())
	}
}

func TestRecoveryCodeCanBeTyped(t *testing.T) {
	// A recovery code is five groups of base32, and typing it in lower case or without its hyphens makes no difference.
	first, second := cloud.NewRecoveryCode().Reveal(), cloud.NewRecoveryCode().Reveal()
	if !regexp.MustCompile(`^([A-Z2-7]{5}-){4}[A-Z2-7]{5}$`).MatchString(first) || first == second {
		t.Errorf("%q and %q", first, second)
	}
	for _, typed := range []string{first, strings.ToLower(first), strings.ReplaceAll(first, "-", ""), " " + strings.ReplaceAll(first, "-", " ") + " "} {
		if cloud.HashOfRecoveryCode(typed) != cloud.HashOfRecoveryCode(first) {
			t.Errorf("%q is another code", typed)
		}
	}
	if cloud.HashOfRecoveryCode(second) == cloud.HashOfRecoveryCode(first) || cloud.HashOfRecoveryCode("") == (cloud.Hash{}) {
		t.Error("another code has the same hash")
	}
	if token := cloud.NewSessionToken().Reveal(); len(token) != 43 || token == cloud.NewSessionToken().Reveal() {
		t.Errorf("the token has %d characters", len(token))
	}
}
