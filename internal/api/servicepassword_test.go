package api_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"unicode"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// hashesOf returns what Terraform sends for a password.
func hashesOf(password string) (hash, doubleSHA1 string) {
	sum := sha256.Sum256([]byte(password))
	once := sha1.Sum([]byte(password))
	twice := sha1.Sum(once[:])
	return base64.StdEncoding.EncodeToString(sum[:]), hex.EncodeToString(twice[:])
}

// A generated password is a strong one, is another one each time, and is shown once: it is
// in no other answer, in no log, in no row and in no activity, which every story checks of
// all that was issued.
func TestPasswordIsGenerated(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		seen := map[string]bool{}
		for _, body := range []string{`{}`, `{"newPasswordHash":null}`, `{"newPasswordHash":"","newDoubleSha1Hash":""}`, `{"newDoubleSha1Hash":"94bdcebe19083ce2a1f959fd02f964c7af4cfc29"}`} {
			password := h.admin.patch("~/services/"+id+"/password", body).ok().text("result.password")
			for what, is := range map[string]func(rune) bool{
				"upper case": unicode.IsUpper, "lower case": unicode.IsLower, "digit": unicode.IsDigit,
				"mark": func(r rune) bool { return strings.ContainsRune("~_-.", r) },
			} {
				if !strings.ContainsFunc(password, is) {
					t.Errorf("the password has no %s", what)
				}
			}
			if len(password) < 16 || seen[password] {
				t.Errorf("the password has %d characters, or is an old one", len(password))
			}
			seen[password] = true
			if got := h.state().Services[0].Password; got != cloud.HashServicePassword(cloud.NewSecret(password)) {
				t.Error("what is kept is not the hashes of the password")
			}
		}
		if n := h.fleet.settled[uuid.MustParse(id)]; n != 4 {
			t.Errorf("the answer waited for the service %d times, want 4", n)
		}
		h.recorded(id, "service_create by api", "service_update_password by api", "service_update_password by api", "service_update_password by api", "service_update_password by api")
	})
}

// A client that sends hashes keeps its password to itself: nothing is returned, and the same
// hashes once more, which Terraform sends with every update, change nothing.
func TestPasswordIsTakenByItsHash(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		path := "~/services/" + id + "/password"
		hash, double := hashesOf("a password of the client")
		kept := func() (string, string) {
			p := h.state().Services[0].Password
			return p.SHA256.String(), p.DoubleSHA1
		}
		for range 2 {
			a := h.admin.patch(path, `{"newPasswordHash":"`+hash+`","newDoubleSha1Hash":"`+strings.ToUpper(double)+`"}`).ok()
			if a.has("result.password") || inJSON(a.value("result")) != "{}" {
				t.Errorf("the answer is %s", a.body)
			}
			if gotHash, gotDouble := kept(); gotHash != hash || gotDouble != double {
				t.Error("what is kept is not what was sent")
			}
		}
		h.recorded(id, "service_create by api", "service_update_password by api")
		if n := h.fleet.settled[uuid.MustParse(id)]; n != 2 { // it may not have been taken the first time
			t.Errorf("the answer waited for the service %d times, want 2", n)
		}
		h.admin.patch(path, `{"newPasswordHash":"`+hash+`"}`).ok()
		if _, got := kept(); got != "" {
			t.Error("the hash for MySQL is that of another password")
		}
		before := h.revision()
		empty, _ := hashesOf("")
		for body, sentence := range map[string]string{
			`{"newPasswordHash":"x"}`:                                                       `newPasswordHash: expected the standard Base64 of a SHA-256 (44 characters), got 1 characters`,
			`{"newPasswordHash":"` + strings.TrimRight(hash, "=") + `"}`:                    `newPasswordHash: expected the standard Base64 of a SHA-256 (44 characters), got 43 characters`,
			`{"newPasswordHash":"` + empty + `"}`:                                           `newPasswordHash: expected the hash of a password, got the hash of the empty text`,
			`{"newPasswordHash":"` + hash + `","newDoubleSha1Hash":"abc"}`:                  `newDoubleSha1Hash: expected the 40 hexadecimal digits of SHA-1 of SHA-1, got 3 characters`,
			`{"newPasswordHash":"` + hash + `","newDoubleSha1Hash":"` + double[:39] + `g"}`: `newDoubleSha1Hash: expected the 40 hexadecimal digits of SHA-1 of SHA-1, got 40 characters`,
		} {
			a := h.admin.patch(path, body)
			if a.is(400, "BAD_REQUEST: "+sentence); strings.Contains(string(a.body), hash[:20]) {
				t.Error("the answer repeats the hash")
			}
		}
		h.admin.patch(path, `{"newPasswordHash":5}`).says(400, "newPasswordHash: expected string")
		if h.revision() != before {
			t.Error("a refused request changed something")
		}
	})
}

// A password can be changed in whichever state the service is, while it starts as well; when
// the service was not seen to take it, the answer says so and gives no password away.
func TestPasswordIsChangedInEveryState(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.admin.service()
		path := "~/services/" + id + "/password"
		for _, state := range cloud.ServiceStates {
			if state != cloud.ServiceTerminating {
				h.bring(id, cloud.GoalRunning, state)
				h.admin.patch(path, `{}`).ok()
			}
		}
		h.fleet.settle = &cloud.Error{Code: cloud.Unavailable, Message: "The change is stored, but the service has not taken it yet"}
		a := h.admin.patch(path, `{}`)
		a.is(503, "SERVICE_UNAVAILABLE: The change is stored, but the service has not taken it yet")
		h.fleet.settle = nil
		h.admin.patch(path, `{}`).ok()
	})
}
