package api_test

import "testing"

// The nil UUID is nobody: it is refused as every id is that nobody has.
func TestNilUUIDIsNobody(t *testing.T) {
	h := onSQLite(t)
	for _, actor := range []string{"user/00000000-0000-0000-0000-000000000000", "apiKey/00000000-0000-0000-0000-000000000000"} {
		h.admin.post("~/roles", `{"name":"r","actors":["`+actor+`"],"policies":[]}`).is(400, `BAD_REQUEST: actors[0]: there is no "`+actor+`" in the organization`)
	}
}
