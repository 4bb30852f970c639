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
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/cloud"
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
	seed := tortureSeed(t)
	t.Logf("%d kills, GATEHOUSE_TORTURE_SEED=%d", kills, seed)
	random := rand.New(rand.NewPCG(seed, 1))

	data := filepath.Join(t.TempDir(), "data")
	keyFile := filepath.Join(t.TempDir(), "admin.env")
	torture := &torture{t: t}
	for i := range writers {
		torture.writers = append(torture.writers, &writer{number: i, random: rand.New(rand.NewPCG(seed, uint64(i)+2)), keys: map[string]*tortured{}})
		torture.writers[i].renames = i == 0
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
	gatehouse(t, "doctor", "--data", data) // fails when the store is damaged
	t.Logf("%d changes were acknowledged", acknowledged)
	if acknowledged < kills {
		t.Fatalf("only %d changes were acknowledged in %d lives: this tortures nothing", acknowledged, kills)
	}
}

// tortureSeed returns what decides what the writers do and when they are interrupted.
func tortureSeed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("GATEHOUSE_TORTURE_SEED")
	if text == "" {
		return rand.Uint64()
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("GATEHOUSE_TORTURE_SEED: %v", err)
	}
	return seed
}

const writers = 4

// torture knows what must hold.
type torture struct {
	t            *testing.T
	admin        credential
	organization string // path
	writers      []*writer
}

// writer changes what nobody else changes, one change after another.
type writer struct {
	number  int
	random  *rand.Rand
	made    int
	keys    map[string]*tortured // by id, as acknowledged
	pending *intent              // the change whose answer did not come
	changed []string             // keys since the last start

	renames      bool // the organization, of which the next two are
	organization string
	renamed      int
}

// tortured is a key as it must be.
type tortured struct {
	name, state string
	credential  credential
	activities  []string // what must be recorded of it, oldest first
	deleted     bool
}

// intent is a change that was asked for.
type intent struct {
	id          string     // of the key; empty for one to be created
	name, state string     // as they will be
	credential  credential // of a key to be created, when the client brings it
	remove      bool
	rename      bool // the organization
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
				err := w.write(x.t.Context(), client, p.url+x.organization, x.admin)
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
func (w *writer) write(ctx context.Context, client *http.Client, organization string, admin credential) error {
	w.pending = w.intend()
	method, address, body := w.pending.request(organization)
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
	if made.Result.KeyID != "" {
		w.pending.credential = credential{made.Result.KeyID, made.Result.KeySecret}
	}
	if w.pending.id == "" {
		w.pending.id = made.Result.Key.ID
	}
	w.apply()
	return nil
}

// request returns how the change is asked for.
func (in *intent) request(organization string) (method, address string, body any) {
	switch {
	case in.rename:
		return http.MethodPatch, organization, map[string]string{"name": in.name}
	case in.remove:
		return http.MethodDelete, organization + "/keys/" + in.id, nil
	case in.id != "":
		return http.MethodPatch, organization + "/keys/" + in.id, map[string]string{"name": in.name, "state": in.state}
	}
	key := map[string]any{"name": in.name, "state": in.state}
	if in.credential.id != "" {
		key["hashData"] = map[string]string{
			"keyIdHash": cloud.HashOf(in.credential.id).String(), "keySecretHash": cloud.HashOf(in.credential.secret).String(),
			"keyIdSuffix": in.credential.id[len(in.credential.id)-4:],
		}
	}
	return http.MethodPost, organization + "/keys", key
}

// intend chooses a change: always one that changes something.
func (w *writer) intend() *intent {
	var alive []string
	for id, k := range w.keys {
		if !k.deleted {
			alive = append(alive, id)
		}
	}
	slices.Sort(alive) // the order of a map is not that of the seed
	w.made++
	name := fmt.Sprintf("writer %d change %d", w.number, w.made)
	if w.renames && w.random.IntN(4) == 0 {
		return &intent{rename: true, name: name}
	}
	if len(alive) == 0 || len(alive) < 5 && w.random.IntN(3) == 0 {
		in := &intent{name: name, state: "enabled"}
		if w.random.IntN(2) == 0 {
			own := cloud.NewCredential()
			in.credential = credential{own.KeyID, own.Secret.Reveal()}
		}
		return in
	}
	id := alive[w.random.IntN(len(alive))]
	in := &intent{id: id, name: w.keys[id].name, state: w.keys[id].state}
	switch w.random.IntN(4) {
	case 0:
		in.remove = true
	case 1:
		in.name = name
	case 2:
		in.state = otherState(in.state)
	default:
		in.name, in.state = name, otherState(in.state)
	}
	return in
}

func otherState(state string) string {
	if state == "enabled" {
		return "disabled"
	}
	return "enabled"
}

// apply takes the pending change as made, with what must be recorded of it.
func (w *writer) apply() {
	in := w.pending
	w.pending = nil
	if in.rename {
		w.organization = in.name
		w.renamed++
		return
	}
	w.changed = append(w.changed, in.id)
	k := w.keys[in.id]
	if k == nil {
		w.keys[in.id] = &tortured{name: in.name, state: in.state, credential: in.credential, activities: []string{"key_create created"}}
		return
	}
	if in.remove {
		k.deleted = true
		k.activities = append(k.activities, "key_delete deleted")
		return
	}
	if in.name != k.name {
		k.activities = append(k.activities, "openapi_key_update name-changed")
	}
	if in.state != k.state {
		k.activities = append(k.activities, "openapi_key_update state-changed")
	}
	k.name, k.state = in.name, in.state
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
	var organization struct{ Result shown }
	x.get(p, "", &organization)
	alive := 1 // the first Admin key
	for _, w := range x.writers {
		w.settle(found, organization.Result.Name)
		if w.renamed > 0 && organization.Result.Name != w.organization {
			x.t.Errorf("kill %d: the organization is %q and was acknowledged as %q", kill, organization.Result.Name, w.organization)
		}
		for id, k := range w.keys {
			at, there := found[id]
			if !k.deleted {
				alive++
			}
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
	if len(found) != alive {
		x.t.Errorf("kill %d: there are %d keys, and %d are known", kill, len(found), alive)
	}
	x.checkCredentials(p, kill)
}

// settle finds out whether the pending change was made.
func (w *writer) settle(found map[string]shown, organization string) {
	in := w.pending
	if in == nil {
		return
	}
	made := false
	switch {
	case in.rename:
		made = organization == in.name
	case in.id == "":
		for id, k := range found {
			if k.Name == in.name {
				in.id, made = id, true // unless the client brought it, nobody knows its secret
			}
		}
	case in.remove:
		_, there := found[in.id]
		made = !there
	default:
		at, there := found[in.id]
		made = there && at.Name == in.name && at.State == in.state
	}
	if made {
		w.apply()
	}
	w.pending = nil
}

// checkCredentials uses the keys that were changed last: those that are deleted or
// disabled must be refused. They are few enough not to be slowed down for failing.
func (x *torture) checkCredentials(p *process, kill int) {
	x.t.Helper()
	const most = 6 // of a writer
	for _, w := range x.writers {
		slices.Reverse(w.changed)
		tried := map[string]bool{}
		for _, id := range w.changed {
			k := w.keys[id]
			if tried[id] || len(tried) == most || k.credential.id == "" {
				continue
			}
			tried[id] = true
			want := http.StatusOK
			if k.deleted || k.state == "disabled" {
				want = http.StatusUnauthorized
			}
			status, err := call(x.t.Context(), http.DefaultClient, k.credential, http.MethodGet, p.url+"/v1/whoami", nil, nil)
			if err != nil || status != want {
				x.t.Errorf("kill %d: the key %s (deleted %v, %s) was answered with %d, %v", kill, id, k.deleted, k.state, status, err)
			}
		}
		w.changed = nil
	}
}

// checkEveryActivity compares all activities with all changes: each change of a key
// must be recorded, in its order, and nothing else.
func (x *torture) checkEveryActivity(p *process) {
	x.t.Helper()
	recorded, renamed := x.activities(p)
	known := 0
	for _, w := range x.writers {
		if w.renames && renamed != w.renamed {
			x.t.Errorf("%d renamings of the organization are recorded, and there were %d", renamed, w.renamed)
		}
		for id, k := range w.keys {
			known++
			if diff := cmp.Diff(k.activities, recorded[id]); diff != "" {
				x.t.Errorf("the activities of the key %s %q (-made +recorded):\n%s", id, k.name, diff)
			}
		}
	}
	if len(recorded) != known+1 { // and the first Admin key
		x.t.Errorf("there are activities of %d keys, and %d keys were made", len(recorded), known+1)
	}
}

// activities returns what is recorded of each key, oldest first, and how often the
// organization was renamed.
func (x *torture) activities(p *process) (ofKeys map[string][]string, renamed int) {
	x.t.Helper()
	ofKeys = map[string][]string{}
	for cursor := ""; ; {
		var page struct {
			Result     []struct{ Type, TargetKeyID, KeyUpdateType string }
			NextCursor *string
		}
		x.get(p, "/activities?limit=1000&cursor="+url.QueryEscape(cursor), &page)
		for _, a := range page.Result {
			switch {
			case a.TargetKeyID != "":
				ofKeys[a.TargetKeyID] = append(ofKeys[a.TargetKeyID], a.Type+" "+a.KeyUpdateType)
			case a.Type == "organization_update_name":
				renamed++
			case a.Type != "create_organization":
				x.t.Errorf("an activity of type %s", a.Type)
			}
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	for _, list := range ofKeys {
		slices.Reverse(list) // the newest came first
	}
	return ofKeys, renamed
}

func (x *torture) get(p *process, path string, result any) {
	x.t.Helper()
	status, err := call(x.t.Context(), http.DefaultClient, x.admin, http.MethodGet, p.url+x.organization+path, nil, result)
	if err != nil || status != http.StatusOK {
		x.t.Fatalf("GET %s: status %d, %v", path, status, err)
	}
}
