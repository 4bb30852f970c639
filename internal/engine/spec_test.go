package engine_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/engine"
)

func TestSpecKeepsItsHashToItself(t *testing.T) {
	// Whatever prints or encodes a Spec, in whatever it is in, does not show the hash of
	// the password.
	t.Parallel()
	spec := engine.Spec{Service: uuid.New(), Dir: "/data", PasswordSHA256: sha256.Sum256([]byte(password))}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "spec", spec, "in", struct{ S engine.Spec }{spec})
	encoded, err := json.Marshal(map[string]any{"spec": spec, "in": []engine.Spec{spec}})
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(encoded)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown += fmt.Sprintf(format, spec) + fmt.Sprintf(format, &spec) + fmt.Sprintf(format, []any{spec})
	}
	hash := spec.PasswordSHA256
	for _, secret := range []string{fmt.Sprintf("%x", hash), strings.Trim(fmt.Sprint(hash), "[]"), fmt.Sprintf("%d,%d", hash[0], hash[1])} {
		if strings.Contains(shown, secret) {
			t.Errorf("it shows %s", secret)
		}
	}
	if !strings.Contains(shown, spec.Service.String()) {
		t.Error("it does not say whose it is")
	}
}

func TestLastErrorOfALogIsToldWithoutItsText(t *testing.T) {
	// The text of an error may hold a query; its code and name do not.
	t.Parallel()
	for log, want := range map[string]string{
		"": "",
		"... <Error> x: Code: 241. DB::Exception: Memory limit exceeded: 'secret' (MEMORY_LIMIT_EXCEEDED) (version 26.7.2.1)": "Code 241 (MEMORY_LIMIT_EXCEEDED)",
		"Code: 62, e.displayText() = DB::Exception: Syntax error: secret, e.what() = DB::Exception":                           "Code 62",
		"Code: 1. first (ONE_MORE)\nnothing\nCode: 60. DB::Exception: nowhere (UNKNOWN_TABLE)\nmore":                          "Code 60 (UNKNOWN_TABLE)",
	} {
		if got := engine.LastCode([]byte(log)); got != want {
			t.Errorf("%q: %q", log, got)
		}
	}
}
