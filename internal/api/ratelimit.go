package api

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
)

// limitHeaders tell a client how much it has left: those that the Cloud's Terraform
// provider reads, where Reset is the seconds left and never a point in time, and
// those of draft-ietf-httpapi-ratelimit-headers.
type limitHeaders struct {
	limit, policy []string // the same in every answer
}

func newLimitHeaders(l access.Limit) limitHeaders {
	limit := strconv.Itoa(l.Requests)
	return limitHeaders{limit: []string{limit}, policy: []string{`"key";q=` + limit + `;w=` + seconds(l.Window)}}
}

func (l limitHeaders) announce(h http.Header, u access.LimitUsage) {
	remaining, reset := strconv.Itoa(u.Remaining), seconds(u.Reset)
	values := []string{remaining, reset, `"key";r=` + remaining + `;t=` + reset} // one piece of memory for three headers
	h["X-Ratelimit-Limit"] = l.limit
	h["X-Ratelimit-Remaining"] = values[0:1:1]
	h["X-Ratelimit-Reset"] = values[1:2:2]
	h["Ratelimit-Policy"] = l.policy
	h["Ratelimit"] = values[2:3:3]
}

// seconds rounds up, so that who waits that long has waited long enough.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
