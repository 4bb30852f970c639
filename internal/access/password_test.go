package access_test

import (
	"context"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// cheap makes tests quick. What is promised does not depend on the cost.
var cheap = access.PasswordCost{Memory: 64, Passes: 1, Threads: 1}

func TestPasswordIsVerifiedByItsHash(t *testing.T) {
	// A hash is of its password only, has a salt of its own, and says by what it was made.
	p := access.NewPasswords(cheap)
	first, err := p.Hash(t.Context(), "correct Horse 1")
	if err != nil {
		t.Fatal(err)
	}
	second, _ := p.Hash(t.Context(), "correct Horse 1")
	if first == second || !regexp.MustCompile(`^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`).MatchString(first) {
		t.Errorf("the hashes are %s and %s", first, second)
	}
	dearer := access.NewPasswords(access.PasswordCost{Memory: 128, Passes: 2, Threads: 1})
	for _, verifier := range []*access.Passwords{p, dearer} { // an old hash stays good when the cost grows
		if right, err := verifier.Verify(t.Context(), first, "correct Horse 1"); !right || err != nil {
			t.Errorf("the right password: %v, %v", right, err)
		}
		for _, wrong := range []string{"", "correct Horse 2", "correct Horse 1 ", "CORRECT HORSE 1"} {
			if right, err := verifier.Verify(t.Context(), first, wrong); right || err != nil {
				t.Errorf("%q: %v, %v", wrong, right, err)
			}
		}
	}
}

func TestDefaultCostIsThatOfOWASP(t *testing.T) {
	// The cost is a decision (docs/decisions/0006): it does not become less by accident.
	if access.DefaultPasswordCost != (access.PasswordCost{Memory: 47104, Passes: 1, Threads: 1}) {
		t.Errorf("%+v", access.DefaultPasswordCost)
	}
	p := access.NewPasswords(access.DefaultPasswordCost)
	hashed, err := p.Hash(t.Context(), "correct Horse 1")
	if err != nil || !strings.HasPrefix(hashed, "$argon2id$v=19$m=47104,t=1,p=1$") {
		t.Errorf("%s, %v", hashed, err)
	}
	if right, err := p.Verify(t.Context(), hashed, "correct Horse 1"); !right || err != nil {
		t.Errorf("%v, %v", right, err)
	}
}

func TestNobodyHasNoPassword(t *testing.T) {
	// An account that does not exist or has no password is refused, whatever is offered.
	p := access.NewPasswords(cheap)
	for _, offered := range []string{"", "correct Horse 1", strings.Repeat("x", 1<<16)} {
		if right, err := p.Verify(t.Context(), "", offered); right || err != nil {
			t.Errorf("%v, %v", right, err)
		}
	}
}

func TestHashThatIsNoneIsAnError(t *testing.T) {
	// What somebody wrote into the store can neither admit anybody nor take all memory.
	p := access.NewPasswords(cheap)
	good, _ := p.Hash(t.Context(), "correct Horse 1")
	for _, bad := range []string{
		"x", "$argon2i" + good[len("$argon2id"):], strings.Replace(good, "m=64", "m=4294967295", 1), strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "p=1", "p=0", 1), strings.Replace(good, "v=19", "v=16", 1), good[:len(good)-1], good + "$", strings.Replace(good, "m=64", "m=+64", 1),
		strings.TrimRight(good, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
	} {
		right, err := p.Verify(t.Context(), bad, "correct Horse 1")
		if right || cloud.CodeOf(err) != cloud.Internal || strings.Contains(err.Error(), "argon2i$") {
			t.Errorf("%s: %v, %v", bad, right, err)
		}
	}
}

func TestHashingWaitsItsTurn(t *testing.T) {
	// No more passwords are hashed at once than there are processors; who does not want to wait is let go.
	p := access.NewPasswords(cheap)
	release := p.Occupy(runtime.GOMAXPROCS(0))
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := p.Hash(gone, "correct Horse 1"); cloud.CodeOf(err) != cloud.Unavailable {
		t.Errorf("Hash: %v", err)
	}
	if _, err := p.Verify(gone, "", "correct Horse 1"); cloud.CodeOf(err) != cloud.Unavailable {
		t.Errorf("Verify: %v", err)
	}
	var waiting sync.WaitGroup
	for range 8 {
		waiting.Go(func() {
			if _, err := p.Hash(t.Context(), "correct Horse 1"); err != nil {
				t.Error(err)
			}
		})
	}
	release()
	waiting.Wait()
}

func BenchmarkVerifyPassword(b *testing.B) {
	p := access.NewPasswords(access.DefaultPasswordCost)
	hashed, err := p.Hash(b.Context(), "correct Horse 1")
	if err != nil {
		b.Fatal(err)
	}
	for name, hashed := range map[string]string{"known": hashed, "unknown": ""} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Verify(b.Context(), hashed, "wrong"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
