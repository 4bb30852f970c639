package apidocs

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// contentSecurityPolicy names the page's one style and one script by their
// hashes, so that nothing a description might smuggle in can run or load.
func contentSecurityPolicy() string {
	return strings.Join([]string{
		"default-src 'none'",
		"style-src " + sourceHash(styleCSS),
		"script-src " + sourceHash(scriptJS),
		"img-src data:",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

func sourceHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
