package api_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

// usedAt is absent until a key is used, then the minute of its last use, at once
// and in every answer; being refused is no use.
func TestUsedAtIsTheMinuteOfTheLastUse(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.key(`"name":"a key","ipAccessList":[{"source":"203.0.113.7"}]`).from("203.0.113.7")
		if h.admin.get("~/keys/" + key.id).ok().has("result.usedAt") {
			t.Error("a key that was never used has a usedAt")
		}
		key.from("203.0.113.8").whoami().says(403, "IP access list")
		if h.admin.get("~/keys/" + key.id).ok().has("result.usedAt") {
			t.Error("a refused request counts as a use")
		}
		key.get("~/keys").says(403, "permission") // it signed in, though
		h.admin.get("~/keys/" + key.id).ok().shows(map[string]string{"result.usedAt": `"2026-03-01T12:00:00Z"`})
		h.clock.Set(noon.Add(89*time.Second + 999*time.Millisecond))
		key.whoami().ok()
		h.admin.get("~/keys").ok().shows(map[string]string{"result.1.usedAt": `"2026-03-01T12:01:00Z"`})
		h.clock.Advance(time.Hour)
		h.admin.patchKey(key.id, `{"name":"renamed"}`).ok().shows(map[string]string{"result.usedAt": `"2026-03-01T12:01:00Z"`})
	})
}

// A request writes nothing: uses are written behind, and are there after a restart.
func TestUseIsWrittenBehind(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		key := h.admin.keyWith("Org API reader")
		before := h.revision()
		for range 20 {
			key.get("~").ok()
			h.clock.Advance(7 * time.Second)
		}
		if after := h.revision(); after != before {
			t.Errorf("20 requests that read made %d changes", after-before)
		}
		if stored := h.state().Keys[1]; !stored.UsedAt.IsZero() {
			t.Errorf("the use was written at once: %s", stored.UsedAt)
		}
		if err := h.control.WriteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		restarted := access.NewDirectory(h.clock)
		c := control.New(control.Config{Store: h.store, Directory: restarted, Clock: h.clock, Limits: cloud.RelaxedLimits})
		if err := c.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := h.state().Keys[1].UsedAt, noon.Add(19*7*time.Second).Truncate(time.Minute); !got.Equal(want) {
			t.Errorf("after a restart the last use is %s, want %s", got, want)
		}
		if len(h.activities(h.id)) != 3 { // the organization and two keys
			t.Error("a use has an activity")
		}
	})
}

// Requests that read do not touch the file of the store, whichever keys they come with.
func TestReadingDoesNotWriteToTheFile(t *testing.T) {
	t.Parallel()
	options := storetest.SQLite(t)
	h := newHouse(t, options, withoutLimit)
	key := h.admin.keyWith("Org API reader")
	size := func() (n int64) {
		for _, name := range []string{"gatehouse.db", "gatehouse.db-wal"} {
			info, err := os.Stat(filepath.Join(options.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			n += info.Size()
		}
		return n
	}
	before := size()
	for range 50 {
		key.get("~/keys").ok()
		h.admin.get("~/activities").ok()
		h.clock.Advance(time.Minute)
	}
	if after := size(); after != before {
		t.Errorf("100 requests that read wrote %d bytes", after-before)
	}
}
