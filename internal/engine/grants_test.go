package engine_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/engine/enginetest"
)

func TestTenantsCannotEndTheServer(t *testing.T) {
	// What ends the process or signals its group is refused, and listeners that a tenant
	// has closed are opened again.
	t.Parallel()
	s := enginetest.Start(t, enginetest.Engine(t, engine.KindCHDB), enginetest.Spec(t, password))
	for _, sql := range []string{"SYSTEM SHUTDOWN", "SYSTEM KILL", "GRANT SYSTEM SHUTDOWN ON *.* TO default"} {
		if status, body, err := post(t.Context(), s, sql, nil); err != nil || status == http.StatusOK {
			t.Errorf("%s: %d %.200s (%v)", sql, status, body, err)
		}
	}
	for _, sql := range []string{"SYSTEM STOP LISTEN TCP", "SYSTEM STOP LISTEN HTTP"} {
		_, _, _ = post(t.Context(), s, sql, nil) // it may not be answered any more
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, body, err := post(ctx, s, "SELECT 1", func(r *http.Request) { r.Close = true })
		if err == nil && body == "1" && native(t, s, "default", password).Ping(ctx) == nil {
			break
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-s.Done():
		t.Error(s.Exit())
	default:
	}
}
