package main

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A first start that is killed at any moment leaves what the next one can start from:
// then there is one organization, and the key in the key file is its Admin.
func TestTortureKill9WhileItStartsLeavesAStartableStore(t *testing.T) {
	t.Parallel()
	seed := tortureSeed(t)
	t.Logf("GATEHOUSE_TORTURE_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	rounds, took := 25, time.Duration(0)
	if testing.Short() {
		rounds = 5
	}
	for round := range rounds {
		data := filepath.Join(t.TempDir(), "data")
		keyFile := filepath.Join(data, "admin.env")
		for range random.IntN(3) {
			killAfter(t, time.Duration(random.Int64N(int64(max(took, time.Millisecond)))), "--data", data, "--init-key", keyFile)
		}
		begun := time.Now()
		p := startProcess(t, "--data", data, "--init-key", keyFile)
		took = time.Since(begun)
		var list struct {
			Result []struct{ Name, State string }
		}
		url := organizationOf(t, p, readKeyFile(t, keyFile))
		status, err := call(t.Context(), http.DefaultClient, readKeyFile(t, keyFile), http.MethodGet, url+"/keys", nil, &list)
		if err != nil || status != http.StatusOK || len(list.Result) != 1 || list.Result[0].Name != "First Admin key" {
			t.Fatalf("round %d: status %d, %v, keys %v", round, status, err, list.Result)
		}
		p.kill()
		if said := gatehouse(t, "doctor", "--data", data); strings.Contains(said, "PROBLEM") || strings.Contains(said, "WARNING") {
			t.Fatalf("round %d:\n%s", round, said)
		}
	}
}

// killAfter starts a process and kills it when the time is over.
func killAfter(t *testing.T, wait time.Duration, args ...string) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), path, append([]string{"serve", "--listen", "localhost:0"}, args...)...)
	cmd.SysProcAttr, cmd.Stdout = dieWithTest(), io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	_ = cmd.Wait() // it was killed
}
