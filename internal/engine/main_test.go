package engine_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if play, ok := roles[os.Args[1]]; ok {
			os.Exit(play(os.Args[2:]))
		}
	}
	enginetest.Main(m)
}

// roles are what this program can be besides the tests and the host of an engine.
var roles = map[string]func(args []string) int{
	"parent":   beParent,
	"stranger": beStranger,
}

const password = "the right password"

// post asks the server over HTTP as the user, who is "default" with the password unless
// the request is changed.
func post(ctx context.Context, s *engine.Server, sql string, change func(r *http.Request)) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.HTTP()+"/", strings.NewReader(sql))
	if err != nil {
		return 0, "", err
	}
	r.SetBasicAuth("default", password)
	if change != nil {
		change(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, strings.TrimSuffix(string(text), "\n"), err
}

// run asks as `default` and returns the result of what must succeed.
func run(t *testing.T, s *engine.Server, sql string) string {
	t.Helper()
	status, body, err := post(t.Context(), s, sql, nil)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%.100s: %d %.500s (%v)", sql, status, body, err)
	}
	return body
}

// internally asks as the internal user.
func internally(t *testing.T, s *engine.Server, sql string) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Query(t.Context(), sql, &b); err != nil {
		t.Fatalf("%.100s: %v", sql, err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func itoa(n int) string { return strconv.Itoa(n) }

func withParameters(r *http.Request, parameters url.Values) { r.URL.RawQuery = parameters.Encode() }

func as(user, password string) func(r *http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}
