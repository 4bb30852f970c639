package api

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
)

// announceLimit tells a client how much it has left: in the headers that the
// Cloud's Terraform provider reads, where Reset is the seconds left and never a
// point in time, and in those of draft-ietf-httpapi-ratelimit-headers.
func announceLimit(h http.Header, u access.LimitUsage) {
	limit, remaining, reset := strconv.Itoa(u.Limit.Requests), strconv.Itoa(u.Remaining), seconds(u.Reset)
	h["X-Ratelimit-Limit"] = []string{limit}
	h["X-Ratelimit-Remaining"] = []string{remaining}
	h["X-Ratelimit-Reset"] = []string{reset}
	h["Ratelimit-Policy"] = []string{`"key";q=` + limit + `;w=` + seconds(u.Limit.Window)}
	h["Ratelimit"] = []string{`"key";r=` + remaining + `;t=` + reset}
}

// seconds rounds up, so that who waits that long has waited long enough.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
