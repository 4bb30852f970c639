package engine_test

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

func TestSettingsReachTheNextLogin(t *testing.T) {
	// Settings of the start and of an Update are in force for `default`, not for the
	// internal user, without a restart; what ClickHouse does not take changes nothing.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		spec.Settings = map[string]string{"max_threads": "3", "max_execution_time": "77"}
		s := enginetest.Start(t, e, spec)
		const ask = "SELECT name, value FROM system.settings WHERE name IN ('max_threads', 'max_execution_time', 'max_block_size') ORDER BY name"
		was := run(t, s, ask)
		if !strings.Contains(was, "max_execution_time\t77") || !strings.Contains(was, "max_threads\t3") {
			t.Error(was)
		}
		spec.Settings = map[string]string{"max_threads": "4", "max_block_size": "1234", "totals_mode": "before_having"}
		if restart, err := s.Update(t.Context(), spec); err != nil || restart {
			t.Fatal(restart, err)
		}
		const want = "max_block_size\t1234\nmax_execution_time\t0\nmax_threads\t4"
		if got := run(t, s, ask); got != want {
			t.Error(got)
		}
		if strings.Contains(internally(t, s, ask), "1234") {
			t.Error("the internal user has them")
		}
		for name, value := range map[string]string{"no_such_setting": "1", "bad name": "1", "totals_mode": "unheard of", "A": "1"} {
			bad := spec
			bad.PasswordSHA256 = sha256.Sum256([]byte("another"))
			bad.Settings = map[string]string{"max_threads": "1", name: value}
			restart, err := s.Update(t.Context(), bad)
			wantFailure(t, err, engine.BadSetting, name)
			if restart {
				t.Error("a restart for what is not taken")
			}
		}
		if got := run(t, s, ask); got != want {
			t.Error(got)
		}
	})
}

func TestServerDoesNotStartWithABadSetting(t *testing.T) {
	// The error names the setting, and nothing goes on running.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		for _, settings := range []map[string]string{{"no_such_setting": "1"}, {"totals_mode": "unheard of"}} {
			spec := enginetest.Spec(t, password)
			spec.Settings = settings
			_, err := e.Start(t.Context(), spec)
			for name := range settings {
				wantFailure(t, err, engine.BadSetting, name)
			}
			if err := engine.Remove(spec.Dir); err != nil {
				t.Error(err)
			}
		}
		spec := enginetest.Spec(t, password)
		spec.ServerSettings = map[string]string{"http_port": "1"}
		_, err := e.Start(t.Context(), spec)
		wantFailure(t, err, engine.BadSetting, "http_port")
	})
}

func TestMemoryLimitHolds(t *testing.T) {
	// A query that needs more is refused and the server goes on; a new limit is in force
	// at once where the engine says so, else Update asks for a restart. The server says which
	// limit is in force, also to who adopts it.
	t.Parallel()
	enginetest.Each(t, func(t *testing.T, e *engine.Engine) {
		spec := enginetest.Spec(t, password)
		spec.MemoryBytes = 400 << 20
		spec.ServerSettings = map[string]string{"max_concurrent_queries": "50"}
		s := enginetest.Start(t, e, spec)
		const large = "SELECT length(groupArray(number)) FROM (SELECT number FROM system.numbers LIMIT 40000000)"
		status, body, err := post(t.Context(), s, large, nil)
		if err != nil || status == http.StatusOK || !strings.Contains(body, "Code: 241") {
			t.Errorf("%d %.200s (%v)", status, body, err)
		}
		if got := run(t, s, "SELECT 1"); got != "1" {
			t.Error(got)
		}
		spec.MemoryBytes = 4 << 30
		restart, err := s.Update(t.Context(), spec)
		if err != nil || restart == e.Capabilities().ReloadsLimits {
			t.Fatal(restart, err)
		}
		inForce := int64(400 << 20)
		if !restart {
			inForce = spec.MemoryBytes
		}
		adopted, err := e.Adopt(t.Context(), spec)
		if err != nil || s.Memory() != inForce || adopted.Memory() != inForce {
			t.Errorf("%d bytes are in force, told were %d and, to who adopts, %d (%v)", inForce, s.Memory(), adopted.Memory(), err)
		}
		if restart {
			s = enginetest.Start(t, e, spec)
		}
		if got := run(t, s, large); got != "40000000" {
			t.Error(got)
		}
		spec.ServerSettings = map[string]string{"max_concurrent_queries": "60"}
		if restart, err := s.Update(t.Context(), spec); err != nil || !restart {
			t.Error(restart, err)
		}
	})
}
