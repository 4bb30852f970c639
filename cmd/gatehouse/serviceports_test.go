package main

import (
	"strings"
	"testing"
)

// A domain under which services are found is a name that hosts can have, with room for the name
// of a service in front of it; how it is written does not matter.
func TestDomainOfServicesIsAHostName(t *testing.T) {
	long := strings.Repeat("a23456789.", 24)
	for domain, fine := range map[string]bool{
		"services.example.com":           true,
		"Services.Example.COM.":          true,
		".example.com":                   true,
		"localhost":                      true,
		"a-1.b--2.xn--p1ai":              true,
		"1.2.3.example":                  true,
		long + "ab":                      true,
		long + "abc":                     false,
		strings.Repeat("a", 63) + ".com": true,
		strings.Repeat("a", 64) + ".com": false,
		"a_b":                            false,
		".":                              false,
		"a..b":                           false,
		"-a.example.com":                 false,
		"a-.example.com":                 false,
		"*.example.com":                  false,
		"übung.example.com":              false,
		"example.com:8443":               false,
		"https://example.com":            false,
		"127.0.0.1":                      false,
		"::1":                            false,
		"a b.example.com":                false,
	} {
		if err := checkDomain(domain); (err == nil) != fine {
			t.Errorf("%q: %v", domain, err)
		}
	}
}
