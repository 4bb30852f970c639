package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The README shows the API Keys page as it is. The keys are made through the API; what
// no API can do is to have made and used them in the past, so the page is told that
// these are from before.
func TestPictureOfTheReadme(t *testing.T) {
	t.Parallel()
	g := startWithoutKey(t)
	a := setUp(g)
	const day, hour, minute = 24 * 60, 60, 1
	const expired = "migration-2026"
	keys := []struct {
		newKey
		roles      []string
		made, used int // minutes ago; used: 0 is never
	}{
		{newKey{Name: "local-experiments", State: "disabled"}, []string{"Member"}, 290 * day, 163 * day},
		{newKey{Name: "terraform-production", ExpireAt: on(74, 17, 30)}, []string{"Org API reader", "Service API admin"}, 106 * day, 2 * hour},
		{newKey{Name: "grafana-reader"}, []string{"Member", "Service API reader"}, 97 * day, 3 * minute},
		{newKey{Name: expired}, []string{"Admin"}, 38 * day, 11 * day},
		{newKey{Name: "dbt-nightly", ExpireAt: on(4, 23, 59)}, []string{"Member", "Basic service API reader"}, 26 * day, 9 * hour},
		{newKey{Name: "ci-deploy", ExpireAt: on(81, 9, 5)}, []string{"Member", "Service API admin"}, 9 * day, 18 * minute},
		{newKey{Name: "billing-export", ExpireAt: on(364, 14, 20)}, []string{"Billing"}, 1 * day, 0},
	}
	past := map[string]map[string]string{}
	for _, k := range keys {
		made := a.key(k.newKey, k.roles...)
		ago := func(minutes int) string {
			return time.Now().Add(-time.Duration(minutes) * time.Minute).UTC().Format(time.RFC3339)
		}
		past[made.Key.ID] = map[string]string{"createdAt": ago(k.made)}
		if k.Name == expired {
			past[made.Key.ID]["expireAt"] = ago(8 * day)
		}
		if k.used > 0 {
			past[made.Key.ID]["usedAt"] = ago(k.used + 1) // from the end of that minute on
		}
	}
	if status := a.ask(http.MethodPatch, "/v1/organizations/"+a.organization, map[string]string{"name": "Analytical Engines"}, new(any)); status != http.StatusOK {
		t.Fatalf("the organization is renamed with status %d", status)
	}

	p := browse(t, g.URL, Look{})
	text, err := json.Marshal(past)
	if err != nil {
		t.Fatal(err)
	}
	p.beforeEveryPage(strings.ReplaceAll(fromBefore, "PAST", string(text)))
	signIn(p)
	p.See("Expires soon", "Expired", "Disabled", "18 minutes ago")
	p.Hover("heading", "API Keys") // away from the rows, which show where the mouse is
	p.Screenshot("readme-api-keys")
}

// on is a time of day in Berlin after so many days.
func on(days, hour, minute int) string {
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		panic(err)
	}
	now := time.Now().In(zone)
	return time.Date(now.Year(), now.Month(), now.Day()+days, hour, minute, 0, 0, zone).UTC().Format(time.RFC3339)
}

// fromBefore gives the keys in the answers the times of PAST.
const fromBefore = `(() => {
	const past = PAST, ask = globalThis.fetch;
	globalThis.fetch = async (...given) => {
		const answer = await ask(...given);
		if (!answer.ok || !new URL(answer.url).pathname.endsWith("/keys")) return answer;
		const body = await answer.json();
		for (const key of body.result) Object.assign(key, past[key.id]);
		return new Response(JSON.stringify(body), { status: answer.status, headers: answer.headers });
	};
})()`
