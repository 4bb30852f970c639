package api_test

import "testing"

// Every key may ask who it is, whatever its roles; the answer is about the key
// that asks and nothing else.
func TestWhoamiIsTheKeyThatAsks(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		other := h.another("Other")
		for _, key := range []caller{h.admin, h.admin.key(`"name":"no roles"`), h.admin.keyWith("Member"), other.admin} {
			a := key.whoami().ok()
			a.shows(map[string]string{"result.actorType": `"apiKey"`, "result.keyId": inJSON(key.id), "result.organizationId": inJSON(key.organization)})
			if len(a.value("result").(map[string]any)) != 4 {
				t.Errorf("the answer says more than it should: %s", a.body)
			}
		}
		h.admin.whoami().shows(map[string]string{"result.name": `"First Admin key"`})
		h.nobody().whoami().says(401, "The Authorization header is missing")
	})
}
