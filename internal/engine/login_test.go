package engine_test

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

// native opens a connection of ClickHouse's own driver.
func native(t *testing.T, s *engine.Server, user, password string) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{s.Native()}, Auth: clickhouse.Auth{Database: "default", Username: user, Password: password},
		DialTimeout: 10 * time.Second, MaxOpenConns: 1, MaxIdleConns: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestOnlyThePasswordOpensTheServer(t *testing.T) {
	// A wrong password and none are refused on HTTP, in each way that it takes them, and
	// on the native protocol; nobody knows the password of the internal user.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		s := enginetest.Start(t, e, enginetest.Spec(t, password))
		headers := func(user, password string) func(r *http.Request) {
			return func(r *http.Request) {
				r.Header.Del("Authorization")
				r.Header.Set("X-ClickHouse-User", user)
				r.Header.Set("X-ClickHouse-Key", password)
			}
		}
		parameters := func(user, password string) func(r *http.Request) {
			return func(r *http.Request) {
				r.Header.Del("Authorization")
				withParameters(r, url.Values{"user": {user}, "password": {password}})
			}
		}
		for name, way := range map[string]func(user, password string) func(r *http.Request){"basic": as, "headers": headers, "parameters": parameters} {
			for _, login := range []struct {
				user, password string
				right          bool
			}{
				{"default", password, true},
				{"default", "wrong", false},
				{"default", "", false},
				{"default", password + "x", false},
				{"gatehouse", "", false},
				{"gatehouse", password, false},
				{"nobody", password, false},
			} {
				status, body, err := post(t.Context(), s, "SELECT 1", way(login.user, login.password))
				if err != nil || (status == http.StatusOK && body == "1") != login.right {
					t.Errorf("%s as %s with %q: %d %s (%v)", name, login.user, login.password, status, body, err)
				}
				if name == "basic" && (native(t, s, login.user, login.password).Ping(t.Context()) == nil) != login.right {
					t.Errorf("native as %s with %q: not %t", login.user, login.password, login.right)
				}
			}
		}
		if status, body, err := post(t.Context(), s, "SELECT 1", func(r *http.Request) { r.Header.Del("Authorization") }); status == http.StatusOK || err != nil {
			t.Errorf("without a login: %d %s (%v)", status, body, err)
		}
	})
}

func TestNewPasswordActsAtOnceAndOpenConnectionsStay(t *testing.T) {
	// When Update returns, the old password is refused and the new one taken, on both
	// protocols; whoever is connected stays so.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		s := enginetest.Start(t, e, spec)
		open := native(t, s, "default", password)
		if err := open.Exec(t.Context(), "CREATE TEMPORARY TABLE mine (x UInt8)"); err != nil {
			t.Fatal(err)
		}
		for _, next := range []string{"the second", "the third"} {
			spec.PasswordSHA256 = sha256.Sum256([]byte(next))
			if restart, err := s.Update(t.Context(), spec); err != nil || restart {
				t.Fatal(restart, err)
			}
			for text, right := range map[string]bool{password: false, next: true, "": false} {
				status, body, err := post(t.Context(), s, "SELECT 1", as("default", text))
				if err != nil || (status == http.StatusOK) != right {
					t.Errorf("%q: %d %s (%v)", text, status, body, err)
				}
				if err := native(t, s, "default", text).Ping(t.Context()); (err == nil) != right {
					t.Errorf("native %q: %v", text, err)
				}
			}
			// The temporary table is in the session: it is the same connection.
			if err := open.Exec(t.Context(), "SELECT count() FROM mine"); err != nil {
				t.Error(err)
			}
		}
	})
}
