package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// The states in which deeds begin and end.
const (
	running = "running"
	stopped = "stopped"
	idle    = "idle"
	failed  = "failed"
)

// The deeds. In each Gatehouse is killed, perhaps before its answer has left.
var (
	creating = deed{name: "creation", from: none, to: running, do: func(k *killed) {
		k.try(http.MethodPost, "/services", newService("orders"))
	}}
	stopping = deed{name: "stop", from: running, to: stopped, do: func(k *killed) { k.tryCommand("stop") }}
	starting = deed{name: "start", from: stopped, to: running, do: func(k *killed) { k.tryCommand("start") }}
	resting  = deed{name: "rest", from: running, to: idle, do: func(k *killed) {
		until(k.t, "it rests", func() bool { k.hand.wait(k.t); return k.isDead() })
	}}
	waking = deed{name: "wake", from: idle, to: running, do: func(k *killed) {
		_, _, _ = k.post(k.t.Context(), k.password, nil, strings.NewReader("SELECT 1")) // the connection ends with Gatehouse
	}}
	// restarting is for a setting of the server.
	restarting = deed{name: "restart", from: running, to: running, do: func(k *killed) {
		k.restarts++
		k.try(http.MethodPatch, k.path()+"/clickhouseSettings", map[string]any{"settings": map[string]int{"max_connections": 100 + k.restarts}})
	}, check: func(k *killed) {
		want := fmt.Sprint(100 + k.restarts)
		until(k.t, "the setting in force is "+want, func() bool {
			return k.query("SELECT value FROM system.server_settings WHERE name = 'max_connections'") == want
		})
	}}
	crashing = deed{name: "crash", from: running, to: running, do: func(k *killed) { k.killEngine(k.customer) }}
	// failing is a crash of each server that is started.
	failing = deed{name: "failure", from: running, to: failed, do: func(k *killed) {
		until(k.t, "it fails", func() bool { k.killEngine(k.customer); return k.isDead() })
	}}
	deleting = deed{name: "deletion", from: stopped, to: none, do: func(k *killed) { k.try(http.MethodDelete, k.path(), nil) }}
	// retracting deletes a service that was just created, while its server starts.
	retracting = deed{name: "retraction", from: none, to: none, do: func(k *killed) {
		var made struct{ Service shownService }
		k.must(http.MethodPost, "/services", newService("orders"), &made)
		k.id = made.Service.ID
		if k.try(http.MethodDelete, k.path(), nil) == http.StatusConflict { // it is up already
			k.stop()
			k.try(http.MethodDelete, k.path(), nil)
		}
	}}
)

// try makes a request that succeeds or gets no answer, and returns the status if it has one.
func (k *killed) try(method, path string, body any) (status int) {
	k.t.Helper()
	status, err := call(k.t.Context(), http.DefaultClient, k.admin, method, k.organization+path, body, nil)
	if err != nil && !errors.Is(err, errNoAnswer) {
		k.t.Fatal(err)
	}
	if err == nil && status != http.StatusOK && status != http.StatusConflict {
		k.t.Fatalf("%s %s: %d", method, path, status)
	}
	return status
}

func (k *killed) tryCommand(command string) {
	k.t.Helper()
	k.try(http.MethodPatch, k.path()+"/state", map[string]string{"command": command})
}

// bring sees to it that the service is in the state, when nobody is killed.
func (k *killed) bring(state string) {
	k.t.Helper()
	switch now := k.state(); {
	case now == state:
		return
	case now == none:
		k.must(http.MethodPost, "/services", newService("orders"), nil)
		k.comesTo(running)
	case state == none:
		k.bring(stopped)
		k.remove()
		k.isGone()
		return
	case state == stopped:
		k.stop()
	case state == idle:
		until(k.t, "the service is idle", func() bool { k.hand.wait(k.t); return k.state() == idle })
	case now == idle:
		k.command("awake")
	default:
		k.command("start")
	}
	k.comesTo(state)
}

func (k *killed) state() string {
	k.t.Helper()
	if k.id == none {
		return none
	}
	return k.service().State
}
