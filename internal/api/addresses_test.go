package api_test

import (
	"testing"
)

// A key may be used from the addresses of its list and from no other: IPv4, IPv6,
// and ranges of both.
func TestKeyIsUsableFromItsAddressesOnly(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key","ipAccessList":[{"source":"203.0.113.7"},{"source":"198.51.100.0/25"},
			{"source":"2001:db8::7"},{"source":"2001:db8:1::/48"},{"source":"::ffff:192.0.2.1"}]`)
		for _, allowed := range []string{
			"203.0.113.7", "::ffff:203.0.113.7", "198.51.100.0", "198.51.100.127", "2001:db8::7", "2001:db8:1:ffff::1", "192.0.2.1",
		} {
			key.from(allowed).whoami().ok()
		}
		for _, refused := range []string{"203.0.113.8", "198.51.100.128", "2001:db8::8", "2001:db8:2::", "192.0.2.2"} {
			key.from(refused).whoami().is(403, "FORBIDDEN: The address "+refused+" is not in the IP access list of this key")
		}
	})
}

// Without a list a key may be used from anywhere, with an empty one from nowhere,
// and the refusal says which it is.
func TestEmptyAddressListIsNobodyAndAbsentIsAnywhere(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key"`)
		if h.admin.get("~/keys/" + key.id).ok().has("result.ipAccessList") {
			t.Error("a key without a list shows one")
		}
		key.from("203.0.113.7").whoami().ok()
		key.from("2001:db8::7").whoami().ok()
		const nobody = "FORBIDDEN: The IP access list of this key is empty, so that it cannot be used from any address"
		h.admin.patchKey(key.id, `{"ipAccessList":[]}`).ok().shows(map[string]string{"result.ipAccessList": "[]"})
		key.from("203.0.113.7").whoami().is(403, nobody)
		created := h.admin.key(`"name":"a key","ipAccessList":[]`)
		h.admin.get("~/keys/" + created.id).ok().shows(map[string]string{"result.ipAccessList": "[]"})
		created.whoami().is(403, nobody)
		h.admin.patchKey(key.id, `{"ipAccessList":[{"source":"0.0.0.0/0"}]}`).ok()
		key.from("203.0.113.7").whoami().ok()
		key.from("2001:db8::7").whoami().ok()
		h.admin.patchKey(key.id, `{"ipAccessList":[{"source":"::/0"}]}`).ok()
		key.from("2001:db8::7").whoami().ok()
		key.from("203.0.113.7").whoami().is(403, "FORBIDDEN: The address 203.0.113.7 is not in the IP access list of this key")
	})
}

// A list that is narrowed refuses from the moment of the answer.
func TestNarrowedAddressListRefusesAtOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key","ipAccessList":[{"source":"203.0.113.0/24"}]`).from("203.0.113.7")
		for range 3 {
			key.whoami().ok()
			h.admin.patchKey(key.id, `{"ipAccessList":[{"source":"203.0.113.8"}]}`).ok()
			key.whoami().says(403, "203.0.113.7 is not in the IP access list")
			h.admin.patchKey(key.id, `{"ipAccessList":[{"source":"203.0.113.0/24"}]}`).ok()
		}
	})
}

// A source that is no address and no range is refused with its place and its value.
func TestMalformedAddressIsRefused(t *testing.T) {
	h := onSQLite(t)
	key := h.admin.key(`"name":"a key","ipAccessList":[{"source":"203.0.113.7"}]`)
	for _, source := range []string{
		"", " ", "203.0.113", "203.0.113.256", "203.0.113.7/33", "203.0.113.7/", "203.0.113.007", "203.0.113.7 ", "203.0.113.7/24/8", "10.0.0.0-10.0.0.9",
		"2001:db8::/129", "2001:db8:::1", "fe80::1%eth0", "example.com", "*", "203.0.113.7:80", "/24", "203.0.113.7/-1", "203.0.113.7/+8", "٢٠٣.0.113.7",
	} {
		body := `{"name":"a key","ipAccessList":[{"source":"203.0.113.7"},{"source":` + inJSON(source) + `}]}`
		want := "BAD_REQUEST: ipAccessList[1].source: expected an IPv4 or IPv6 address or CIDR range such as 203.0.113.0/24, got " + inJSON(source)
		h.admin.post("~/keys", body).is(400, want)
		h.admin.patchKey(key.id, body).is(400, want)
	}
	for entry, part := range map[string]string{
		`{}`: "ipAccessList[0]: expected required property source to be present", `"203.0.113.7"`: "ipAccessList[0]: expected object",
		`null`: "ipAccessList[0]: expected object", `{"source":null}`: "ipAccessList[0].source: expected string", `{"source":7}`: "ipAccessList[0].source: expected string, got 7",
		`{"source":"203.0.113.7","description":"a\u0000b"}`: "ipAccessList[0].description: control characters are not allowed",
	} {
		h.admin.post("~/keys", `{"name":"a key","ipAccessList":[`+entry+`]}`).says(400, "BAD_REQUEST: "+part)
	}
	key.from("203.0.113.7").whoami().ok()
}

// X-Forwarded-For tells the address of the client when it comes from a trusted
// proxy, and then the last one in it that is no trusted proxy's counts. From
// anywhere else it says nothing.
func TestForwardedAddressCountsFromTrustedProxiesOnly(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key","ipAccessList":[{"source":"203.0.113.7"},{"source":"2001:db8::7"}]`)
		const proxy = "10.0.0.1"
		for forwarded, address := range map[string]string{
			"203.0.113.7":                         "",
			"203.0.113.7:4711":                    "",
			" 203.0.113.7 ":                       "",
			"198.51.100.1, 203.0.113.7":           "",
			"198.51.100.1,203.0.113.7,10.9.9.9":   "",
			"garbage, 203.0.113.7, 10.9.9.9":      "",
			"2001:db8::7":                         "",
			"[2001:db8::7]":                       "",
			"[2001:db8::7]:4711":                  "",
			"::ffff:203.0.113.7":                  "",
			"203.0.113.7, 198.51.100.1":           "198.51.100.1", // what the client wrote itself is before what the proxy added
			"203.0.113.7, 2001:db8:ffff::1":       "2001:db8:ffff::1",
			"203.0.113.7, garbage":                proxy,
			"203.0.113.7, garbage, 10.9.9.9":      "10.9.9.9",
			"203.0.113.7,":                        proxy,
			"":                                    proxy,
			"unknown":                             proxy,
			"for=203.0.113.7":                     proxy,
			"203.0.113.7, 198.51.100.1, 10.9.9.9": "198.51.100.1",
		} {
			a := key.from(proxy).with("X-Forwarded-For", forwarded).whoami()
			if address == "" {
				a.ok()
			} else {
				a.is(403, "FORBIDDEN: The address "+address+" is not in the IP access list of this key")
			}
		}
		key.from("198.51.100.9").with("X-Forwarded-For", "203.0.113.7").whoami().is(403, "FORBIDDEN: The address 198.51.100.9 is not in the IP access list of this key")
		key.from("203.0.113.7").with("X-Forwarded-For", "198.51.100.1").whoami().ok()
		// Several headers are one list.
		twice := key.from(proxy)
		twice.header["X-Forwarded-For"] = []string{"203.0.113.7", "198.51.100.1, 10.9.9.9"}
		twice.whoami().is(403, "FORBIDDEN: The address 198.51.100.1 is not in the IP access list of this key")
	}, behindProxies("10.0.0.0/8"))
}
