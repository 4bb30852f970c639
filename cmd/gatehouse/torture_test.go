package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// defaultKills is how often the server is killed in `make test`; `make torture` says more.
const defaultKills = 200

// Whatever was acknowledged survives kill -9, and no change is without its activity,
// nor an activity without its change.
func TestTortureKill9LosesNothingAcknowledged(t *testing.T) {
	kills := defaultKills
	if text := os.Getenv("GATEHOUSE_TORTURE_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("GATEHOUSE_TORTURE_KILLS: %v", err)
		}
		kills = n
	}
	if testing.Short() {
		kills = 20
	}
	seed := rand.Uint64()
	if text := os.Getenv("GATEHOUSE_TORTURE_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("GATEHOUSE_TORTURE_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("%d kills, GATEHOUSE_TORTURE_SEED=%d", kills, seed)
	random := rand.New(rand.NewPCG(seed, 1))

	data := filepath.Join(t.TempDir(), "data")
	keyFile := filepath.Join(t.TempDir(), "admin.env")
	torture := &torture{t: t}
	for i := range writers {
		torture.writers = append(torture.writers, &writer{number: i, random: rand.New(rand.NewPCG(seed, uint64(i)+2)), keys: map[string]*tortured{}})
	}
	acknowledged := 0
	for kill := range kills {
		p := startProcess(t, "--data", data, "--init-key", keyFile, "--log-level", "error")
		if kill == 0 {
			torture.admin = readKeyFile(t, keyFile)
			torture.organization = organizationOf(t, p, torture.admin)[len(p.url):]
		}
		torture.settle(p, kill)
		acknowledged += torture.writeUntilKilled(p, 1+random.IntN(30))
		if t.Failed() {
			t.Fatalf("after kill %d", kill)
		}
	}
	p := startProcess(t, "--data", data, "--log-level", "error")
	torture.settle(p, kills)
	torture.checkEveryActivity(p)
	t.Logf("%d changes were acknowledged", acknowledged)
	if acknowledged < kills {
		t.Fatalf("only %d changes were acknowledged in %d lives: this tortures nothing", acknowledged, kills)
	}
}

const writers = 4

// torture knows what must hold.
type torture struct {
	t            *testing.T
	admin        credential
	organization string // path
	writers      []*writer
}

// writer changes keys that nobody else changes, one change after another.
type writer struct {
	number  int
	random  *rand.Rand
	made    int
	keys    map[string]*tortured // by id, as acknowledged
	pending *intent              // the change whose answer did not come
}

// tortured is a key as it must be.
type tortured struct {
	name, state string
	credential  credential
	updates     int // activities of type openapi_key_update
	deleted     bool
}

// intent is a change that was asked for.
type intent struct {
	id          string // of the key; empty for one to be created
	name, state string // as they will be
	remove      bool
}

// writeUntilKilled lets the writers write, kills the server after some
// acknowledged changes and returns how many there were.
func (x *torture) writeUntilKilled(p *process, after int) int {
	var acknowledged atomic.Int64
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers}}
	defer client.CloseIdleConnections()
	var running sync.WaitGroup
	for _, w := range x.writers {
		running.Go(func() {
			for {
				err := w.write(x.t.Context(), client, p.url+x.organization+"/keys", x.admin)
				if errors.Is(err, errNoAnswer) {
					return
				}
				if err != nil {
					x.t.Error(err)
					return
				}
				if int(acknowledged.Add(1)) == after {
					p.kill()
				}
			}
		})
	}
	running.Wait()
	p.kill()
	return int(acknowledged.Load())
}

// write makes one change. What it leaves in pending has got no answer.
func (w *writer) write(ctx context.Context, client *http.Client, keys string, admin credential) error {
	w.pending = w.intend()
	method, address, body := http.MethodPatch, keys+"/"+w.pending.id, any(map[string]string{"name": w.pending.name, "state": w.pending.state})
	switch {
	case w.pending.id == "":
		method, address = http.MethodPost, keys
	case w.pending.remove:
		method, body = http.MethodDelete, nil
	}
	var made struct {
		Result struct {
			Key              struct{ ID string }
			KeyID, KeySecret string
		}
	}
	status, err := call(ctx, client, admin, method, address, body, &made)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s %s: status %d", method, address, status)
	}
	if w.pending.id == "" {
		w.keys[made.Result.Key.ID] = &tortured{credential: credential{made.Result.KeyID, made.Result.KeySecret}}
		w.pending.id = made.Result.Key.ID
		w.keys[w.pending.id].name, w.keys[w.pending.id].state = w.pending.name, w.pending.state
		w.pending = nil
		return nil
	}
	w.apply()
	return nil
}

// intend chooses a change: always one that changes something in exactly one aspect.
func (w *writer) intend() *intent {
	var alive []string
	for id, k := range w.keys {
		if !k.deleted {
			alive = append(alive, id)
		}
	}
	if len(alive) == 0 || len(alive) < 5 && w.random.IntN(3) == 0 {
		w.made++
		return &intent{name: fmt.Sprintf("writer %d key %d", w.number, w.made), state: "enabled"}
	}
	id := alive[w.random.IntN(len(alive))]
	k := w.keys[id]
	switch w.random.IntN(4) {
	case 0:
		return &intent{id: id, remove: true}
	case 1:
		w.made++
		return &intent{id: id, name: fmt.Sprintf("writer %d name %d", w.number, w.made), state: k.state}
	default:
		state := "enabled"
		if k.state == "enabled" {
			state = "disabled"
		}
		return &intent{id: id, name: k.name, state: state}
	}
}

// apply takes the pending change as made.
func (w *writer) apply() {
	k := w.keys[w.pending.id]
	if w.pending.remove {
		k.deleted = true
	} else {
		k.name, k.state = w.pending.name, w.pending.state
		k.updates++
	}
	w.pending = nil
}

// shown is a key as the API shows it.
type shown struct{ ID, Name, State string }

// settle compares the server with what was acknowledged. What got no answer may
// have been made or not, as a whole.
func (x *torture) settle(p *process, kill int) {
	x.t.Helper()
	var list struct{ Result []shown }
	x.get(p, "/keys", &list)
	found := map[string]shown{}
	for _, k := range list.Result {
		found[k.ID] = k
	}
	for _, w := range x.writers {
		w.settle(found)
		for id, k := range w.keys {
			at, there := found[id]
			switch {
			case k.deleted && there:
				x.t.Errorf("kill %d: the key %s was deleted and is there", kill, id)
			case !k.deleted && !there:
				x.t.Errorf("kill %d: the key %s was created and is gone", kill, id)
			case there && (at.Name != k.name || at.State != k.state):
				x.t.Errorf("kill %d: the key %s is %q %s and was acknowledged as %q %s", kill, id, at.Name, at.State, k.name, k.state)
			}
		}
	}
	x.checkCredentials(p, kill)
}

// settle finds out whether the pending change was made.
func (w *writer) settle(found map[string]shown) {
	if w.pending == nil {
		return
	}
	if w.pending.id == "" {
		for id, k := range found {
			if k.Name == w.pending.name {
				w.keys[id] = &tortured{name: k.Name, state: k.State} // nobody knows its secret
			}
		}
		w.pending = nil
		return
	}
	at, there := found[w.pending.id]
	if w.pending.remove && !there || !w.pending.remove && there && at.Name == w.pending.name && at.State == w.pending.state {
		w.apply()
	}
	w.pending = nil
}

// checkCredentials uses some keys: those that are deleted or disabled must be refused.
func (x *torture) checkCredentials(p *process, kill int) {
	x.t.Helper()
	for _, w := range x.writers {
		tried := 0
		for id, k := range w.keys {
			if k.credential.id == "" {
				continue
			}
			want := http.StatusOK
			if k.deleted || k.state == "disabled" {
				want = http.StatusUnauthorized
			}
			status, err := call(x.t.Context(), http.DefaultClient, k.credential, http.MethodGet, p.url+"/v1/whoami", nil, nil)
			if err != nil || status != want {
				x.t.Errorf("kill %d: the key %s (deleted %v, %s) was answered with %d, %v", kill, id, k.deleted, k.state, status, err)
			}
			if tried++; tried == 3 {
				break
			}
		}
	}
}

// checkEveryActivity compares all activities with all changes.
func (x *torture) checkEveryActivity(p *process) {
	x.t.Helper()
	type record struct{ created, updated, deleted int }
	records := map[string]*record{}
	for cursor := ""; ; {
		var page struct {
			Result     []struct{ Type, TargetKeyID string }
			NextCursor *string
		}
		x.get(p, "/activities?limit=1000&cursor="+url.QueryEscape(cursor), &page)
		for _, a := range page.Result {
			if a.TargetKeyID == "" {
				continue
			}
			r := records[a.TargetKeyID]
			if r == nil {
				r = &record{}
				records[a.TargetKeyID] = r
			}
			switch a.Type {
			case "key_create":
				r.created++
			case "openapi_key_update":
				r.updated++
			case "key_delete":
				r.deleted++
			default:
				x.t.Errorf("an activity of type %s about the key %s", a.Type, a.TargetKeyID)
			}
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	known := 0
	for _, w := range x.writers {
		for id, k := range w.keys {
			known++
			want := record{created: 1, updated: k.updates}
			if k.deleted {
				want.deleted = 1
			}
			if r := records[id]; r == nil || *r != want {
				x.t.Errorf("the key %s (%q) has the activities %+v, want %+v", id, k.name, r, want)
			}
		}
	}
	if len(records) != known+1 { // and the first Admin key
		x.t.Errorf("there are activities of %d keys, and %d keys were made", len(records), known+1)
	}
}

func (x *torture) get(p *process, path string, result any) {
	x.t.Helper()
	status, err := call(x.t.Context(), http.DefaultClient, x.admin, http.MethodGet, p.url+x.organization+path, nil, result)
	if err != nil || status != http.StatusOK {
		x.t.Fatalf("GET %s: status %d, %v", path, status, err)
	}
}
