package control_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// toldSettings is what an engine says of its settings, in a few lines.
const toldSettings = `{"name":"max_threads","type":"MaxThreads","default":"auto(8)"}
{"name":"max_concurrent_queries_for_user","type":"UInt64","default":"0"}
`

// asVersion lets the service run, or rest, with a version of ClickHouse.
func (h *house) asVersion(t fataler, id uuid.UUID, version string, state cloud.ServiceState) {
	t.Helper()
	_, err := h.Observe(t.Context(), id, func(s *cloud.Service) error {
		s.State, s.Version = state, version
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Each version of ClickHouse that runs is asked once which settings it has, one that does not answer
// is asked again, and none that rests.
func TestSettingsAreLearntOncePerVersion(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		asked, failing := map[uuid.UUID]int{}, true
		broken := errors.New("the engine is busy")
		h.attach(t, &scriptedFleet{query: func(_ context.Context, id uuid.UUID, sql string, w io.Writer) error {
			if !strings.Contains(sql, "system.settings") {
				return nil
			}
			if asked[id]++; failing {
				return broken
			}
			_, err := io.WriteString(w, toldSettings)
			return err
		}})
		first, second, other, resting := h.insertService(t), h.insertService(t), h.insertService(t), h.insertService(t)
		h.asVersion(t, first, "26.7.2.1", cloud.ServiceRunning)
		h.asVersion(t, second, "26.7.2.1", cloud.ServiceRunning)
		h.asVersion(t, other, "18.16.1", cloud.ServiceRunning)
		h.asVersion(t, resting, "24.8.1.1", cloud.ServiceIdle)
		if err := h.LearnSettings(t.Context()); !errors.Is(err, broken) {
			t.Errorf("an engine that does not answer: %v", err)
		}
		failing = false
		clear(asked)
		for range 3 {
			if err := h.LearnSettings(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if asked[first]+asked[second] != 1 || asked[other] != 1 || asked[resting] != 0 {
			t.Errorf("asked: first %d, second %d, other %d, resting %d", asked[first], asked[second], asked[other], asked[resting])
		}
		schemas, err := h.ServiceSettingSchemas(t.Context(), h.as(t, h.admin), h.organization, second)
		if _, known := cloud.FindSetting(schemas, "max_threads"); err != nil || !known {
			t.Errorf("known are %v: %v", schemas, err)
		}
		_, err = h.ServiceSettingSchemas(t.Context(), h.as(t, h.admin), h.organization, resting)
		wantCode(t, err, cloud.Conflict)
	})
}

// What an older Gatehouse has kept of a version, with less of its descriptions or other rules, is known
// at once and is learnt anew when the version runs.
func TestSettingsOfAnOlderGatehouseAreLearntAnew(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		if err := h.store.KeepEngineSettings(t.Context(), "26.7.2.1", []cloud.SettingSchema{{Name: "gone", Kind: cloud.StringSetting}}); err != nil {
			t.Fatal(err)
		}
		asked := 0
		h.attach(t, &scriptedFleet{query: func(_ context.Context, _ uuid.UUID, sql string, w io.Writer) error {
			if !strings.Contains(sql, "system.settings") {
				return nil
			}
			asked++
			_, err := io.WriteString(w, toldSettings)
			return err
		}})
		id := h.insertService(t)
		has := func(name string) bool {
			schemas, err := h.ServiceSettingSchemas(t.Context(), h.as(t, h.admin), h.organization, id)
			if err != nil {
				t.Fatal(err)
			}
			_, known := cloud.FindSetting(schemas, name)
			return known
		}
		h.asVersion(t, id, "26.7.2.1", cloud.ServiceIdle)
		if err := h.LearnSettings(t.Context()); err != nil || !has("gone") {
			t.Errorf("while it rests, what was kept is forgotten (%v)", err)
		}
		h.asVersion(t, id, "26.7.2.1", cloud.ServiceRunning)
		for range 2 {
			if err := h.LearnSettings(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if has("gone") || !has("max_threads") || asked != 1 {
			t.Errorf("asked %d times; what was kept is still there: %v", asked, has("gone"))
		}
	})
}

// An engine is in the hands of its users: what it answers without end, or not as it should, is an
// error and nothing is kept.
func TestStrangeAnswersOfAnEngineAreRefused(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.insertService(t)
		var answer func(w io.Writer) error
		h.attach(t, &scriptedFleet{query: func(_ context.Context, _ uuid.UUID, _ string, w io.Writer) error { return answer(w) }})
		h.asVersion(t, id, "26.7.2.1", cloud.ServiceRunning)
		for what, strange := range map[string]func(w io.Writer) error{
			"without end": func(w io.Writer) error {
				for {
					if _, err := io.WriteString(w, strings.Repeat(" ", 1<<20)); err != nil {
						return err
					}
				}
			},
			"no JSON": func(w io.Writer) error { _, err := io.WriteString(w, "<html>"); return err },
			"cut off": func(w io.Writer) error { _, err := io.WriteString(w, `{"name":"max_thr`); return err },
			"a list":  func(w io.Writer) error { _, err := io.WriteString(w, `[1]`); return err },
		} {
			answer = strange
			if _, err := h.ServiceSettingSchemas(t.Context(), h.as(t, h.admin), h.organization, id); err == nil || cloud.CodeOf(err) != cloud.Internal {
				t.Errorf("%s: %v", what, err)
			}
		}
		answer = func(w io.Writer) error { _, err := io.WriteString(w, toldSettings); return err }
		if schemas, err := h.ServiceSettingSchemas(t.Context(), h.as(t, h.admin), h.organization, id); err != nil || len(schemas) < 2 {
			t.Errorf("afterwards: %v, %v", schemas, err)
		}
	})
}

// The defaults of the ClickHouse that a service runs first are pinned then, and never again: not by
// a later version, and not when somebody has taken the setting away.
func TestCompatibilityIsPinnedOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		id := h.insertService(t)
		fleet := &scriptedFleet{}
		h.attach(t, fleet)
		pinned := func() string {
			s, err := h.Service(t.Context(), h.as(t, h.admin), h.organization, id)
			if err != nil {
				t.Fatal(err)
			}
			setting, _ := s.Setting(cloud.SettingCompatibility)
			return setting.Value
		}
		h.asVersion(t, id, "25.8.1.1", cloud.ServiceRunning)
		if got := pinned(); got != "25.8" || len(fleet.told[len(fleet.told)-1].Settings) != 1 {
			t.Errorf("pinned is %q, and the fleet was told %+v", got, fleet.told)
		}
		h.asVersion(t, id, "26.7.2.1", cloud.ServiceRunning)
		if got := pinned(); got != "25.8" {
			t.Errorf("with a later version it is %q", got)
		}
		if err := h.DeleteServiceSetting(t.Context(), h.as(t, h.admin), h.organization, id, cloud.SettingCompatibility); err != nil {
			t.Fatal(err)
		}
		h.asVersion(t, id, "26.8.1.1", cloud.ServiceRunning)
		if got := pinned(); got != "" {
			t.Errorf("it was taken away, and is %q", got)
		}
	})
}
