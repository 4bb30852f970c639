package api_test

import (
	"testing"
	"time"
)

// expireAt comes back byte for byte as it was sent, in every answer: Terraform
// compares what it sent with what it reads.
func TestExpiryIsEchoedByteForByte(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key"`)
		for _, text := range []string{
			"2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000Z", "2030-01-01T00:00:00.5Z", "2030-01-01T00:00:00.123456789Z", "2030-01-01T02:00:00+02:00",
			"2029-12-31T19:00:00-05:00", "2030-01-01T00:00:00+00:00", "2030-01-01T00:00:00-00:00", "9999-12-31T23:59:59.999Z", "2028-02-29T00:00:00Z",
		} {
			want := inJSON(text)
			made := h.admin.post("~/keys", `{"name":"a key","expireAt":`+want+`}`).ok()
			made.shows(map[string]string{"result.key.expireAt": want})
			h.admin.get("~/keys/" + made.text("result.key.id")).ok().shows(map[string]string{"result.expireAt": want})
			h.admin.patchKey(key.id, `{"expireAt":`+want+`}`).ok().shows(map[string]string{"result.expireAt": want})
			h.admin.get("~/keys").ok().shows(map[string]string{"result.1.expireAt": want})
		}
	})
}

// A key is refused from the instant of its expireAt on, whatever offset it was
// written with, and not before.
func TestKeyEndsAtItsExpiry(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		for _, text := range []string{"2026-03-01T13:00:00Z", "2026-03-01T15:00:00.000+02:00", "2026-03-01T08:00:00-05:00"} {
			h.clock.Set(noon)
			key := h.admin.key(`"name":"a key","expireAt":"` + text + `"`)
			h.clock.Set(time.Date(2026, time.March, 1, 12, 59, 59, 999e6, time.UTC))
			key.whoami().ok()
			h.clock.Advance(time.Millisecond)
			key.whoami().is(401, "UNAUTHORIZED: Key is not active")
			h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.state": `"enabled"`})
		}
	})
}

// An expireAt that is no date-time or has passed is refused with its value; one
// that a key has may be sent back although it has passed.
func TestExpiryMustBeInTheFuture(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key","expireAt":"2026-03-01T13:00:00Z"`)
		for text, sentence := range map[string]string{
			`"2026-03-01T12:00:30Z"`: `expected an instant in the future, got "2026-03-01T12:00:30Z"; to end a key now, disable or delete it`,
			`"2020-01-01T00:00:00Z"`: `expected an instant in the future, got "2020-01-01T00:00:00Z"; to end a key now, disable or delete it`,
			`"2030-01-01"`:           `expected an RFC 3339 date-time such as 2030-01-31T00:00:00Z, got "2030-01-01"`,
			`"2030-01-01 00:00:00Z"`: `expected an RFC 3339 date-time such as 2030-01-31T00:00:00Z, got "2030-01-01 00:00:00Z"`,
			`"2030-01-01T00:00:00"`:  `expected an RFC 3339 date-time such as 2030-01-31T00:00:00Z, got "2030-01-01T00:00:00"`,
			`"2030-02-30T00:00:00Z"`: `expected an RFC 3339 date-time such as 2030-01-31T00:00:00Z, got "2030-02-30T00:00:00Z"`,
			`"tomorrow"`:             `expected an RFC 3339 date-time such as 2030-01-31T00:00:00Z, got "tomorrow"`,
			`1893456000`:             `expected string, got 1893456000`,
			`true`:                   `expected string, got true`,
		} {
			h.admin.post("~/keys", `{"name":"a key","expireAt":`+text+`}`).is(400, "BAD_REQUEST: expireAt: "+sentence)
			h.admin.patchKey(key.id, `{"expireAt":`+text+`}`).is(400, "BAD_REQUEST: expireAt: "+sentence)
		}
		h.clock.Set(noon.Add(2 * time.Hour))
		h.admin.patchKey(key.id, `{"name":"renamed","expireAt":"2026-03-01T13:00:00Z"}`).ok().shows(map[string]string{
			"result.name": `"renamed"`, "result.expireAt": `"2026-03-01T13:00:00Z"`,
		})
		h.admin.patchKey(key.id, `{"expireAt":"2026-03-01T13:00:01Z"}`).says(400, "BAD_REQUEST: expireAt: expected an instant in the future")
	})
}

// The text of an expireAt is kept, so it has a bound.
func TestExpiryIsNoPlaceToKeepData(t *testing.T) {
	h := onSQLite(t)
	digits := make([]byte, 1<<16)
	for i := range digits {
		digits[i] = '1'
	}
	h.admin.post("~/keys", `{"name":"a key","expireAt":"2030-01-01T00:00:00.`+string(digits)+`Z"}`).says(400, "BAD_REQUEST: expireAt: expected an RFC 3339 date-time")
}
