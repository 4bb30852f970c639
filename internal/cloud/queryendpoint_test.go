package cloud_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Allowed origins are kept as they were written: nothing, *, and lists of origins or hosts.
func TestOriginsOfAQueryEndpoint(t *testing.T) {
	for _, text := range []string{"", "*", "https://app.example.com", "app.example.com", "http://localhost:3000", "https://a.example.com,https://b.example.com", "a.example.com, b.example.com:8443", "https://app.example.com/"} {
		if err := (cloud.QueryEndpoint{AllowedOrigins: text}).Check(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{" ", ",", "a.example.com,", "https://", "https://app.example.com/page", "https://u@app.example.com", "a b", "<script>", "a\nb", strings.Repeat("a.example.com,", 100) + "b.example.com"} {
		err := (cloud.QueryEndpoint{AllowedOrigins: text}).Check()
		if cloud.CodeOf(err) != cloud.Invalid || err == nil || !strings.HasPrefix(err.Error(), "allowedOrigins: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
	got := cloud.QueryEndpoint{AllowedOrigins: "a.example.com, *"}.Origins()
	if !slices.Equal(got, []string{"a.example.com", "*"}) {
		t.Errorf("one by one: %q", got)
	}
}

// The roles of a query endpoint are the contract's.
func TestRolesOfAQueryEndpoint(t *testing.T) {
	if err := (cloud.QueryEndpoint{Roles: []string{"sql_console_admin", "sql_console_read_only"}}).Check(); err != nil {
		t.Error(err)
	}
	for _, roles := range [][]string{{"admin"}, {"sql_console_admin", ""}, {"sql_console_admin", "sql_console_admin", "sql_console_admin"}} {
		if err := (cloud.QueryEndpoint{Roles: roles}).Check(); cloud.CodeOf(err) != cloud.Invalid {
			t.Errorf("%q: %v", roles, err)
		}
	}
}

// A key is taken out wherever it stands, and the rest keeps its order.
func TestKeyLeavesAQueryEndpoint(t *testing.T) {
	a, b, c := uuid.New(), uuid.New(), uuid.New()
	q := cloud.QueryEndpoint{KeyIDs: []uuid.UUID{a, b, c, b}}
	left, had := q.Without(b)
	if !had || !slices.Equal(left.KeyIDs, []uuid.UUID{a, c}) {
		t.Errorf("left %v, had %v", left.KeyIDs, had)
	}
	if _, had := left.Without(b); had {
		t.Error("a key that is not there was taken out")
	}
	if len(q.KeyIDs) != 4 {
		t.Error("the endpoint itself was changed")
	}
}
