package fleet

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
)

const (
	gib         = 1 << 30
	servicesDir = "services"
)

// LocalConfig is what a LocalDriver needs.
type LocalConfig struct {
	Engine *engine.Engine
	// Dir is the data folder of Gatehouse, absolute: a service has services/ID in it.
	Dir  string
	Jail engine.Jail
	Log  *slog.Logger
}

// LocalDriver runs each service as one server process on this machine. A folder and,
// where Gatehouse is root, a user of the system belong to each service alone.
type LocalDriver struct {
	engine *engine.Engine
	dir    string
	jail   engine.Jail
	log    *slog.Logger
	root   bool
	memory int64 // bytes that the machine has; 0 when that is not known

	mu       sync.Mutex
	removing map[uuid.UUID]*removal
}

// removal is the removal of a folder, which cannot be broken off.
type removal struct {
	done chan struct{}
	err  error // once done is closed
}

// NewLocalDriver returns a driver for this machine. It makes the folder services, through
// which the users of services may pass; where it cannot, no service starts and each says why.
// Later it is not made again: where it has gone, so has the data.
func NewLocalDriver(c LocalConfig) (*LocalDriver, error) {
	if !filepath.IsAbs(c.Dir) {
		return nil, errors.New("fleet: the data folder must be given by its absolute path")
	}
	memory := machineMemory()
	if memory > 0 && memory < cloud.MinReplicaMemory*gib {
		c.Log.Warn("this machine has less memory than the smallest service may take: every service is capped", "memory", memory)
	}
	folder := filepath.Join(c.Dir, servicesDir)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		c.Log.Error("the folder of the services cannot be made", "error", err)
	} else if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // each service passes through it to its own folder, and sees no other
		c.Log.Error("the folder of the services cannot be opened to their users", "error", err)
	}
	return &LocalDriver{
		engine: c.Engine, dir: c.Dir, jail: c.Jail, log: c.Log, root: os.Geteuid() == 0, memory: memory, removing: map[uuid.UUID]*removal{},
	}, nil
}

// Start implements Driver.
func (d *LocalDriver) Start(ctx context.Context, s cloud.Service) (Instance, error) {
	if d.Runs(s.Scaling).MaxMemory < s.Scaling.MaxMemory {
		d.log.Warn("a service may take more memory than the machine has: its limit is what the machine has",
			"service", s.ID, "gib", s.Scaling.MaxMemory, "machine_gib", d.memory/gib)
	}
	server, err := d.engine.Start(ctx, d.spec(s))
	if err != nil {
		return nil, publicError(err)
	}
	return &localInstance{Server: server, driver: d}, nil
}

// Adopt implements Driver.
func (d *LocalDriver) Adopt(ctx context.Context, s cloud.Service) (Instance, error) {
	server, err := d.engine.Adopt(ctx, d.spec(s))
	switch {
	case errors.Is(err, engine.ErrNotRunning):
		return nil, ErrNotRunning
	case errors.Is(err, engine.ErrSilent):
		err = fmt.Errorf("%w: %w", ErrSilent, err)
	}
	if server == nil {
		return nil, publicError(err)
	}
	return &localInstance{Server: server, driver: d}, err
}

// Destroy implements Driver. A removal goes on when ctx ends; asked for again, it waits
// for the same one.
func (d *LocalDriver) Destroy(ctx context.Context, s cloud.Service) error {
	d.mu.Lock()
	r, under := d.removing[s.ID]
	if !under {
		r = &removal{done: make(chan struct{})}
		d.removing[s.ID] = r
		go d.remove(s.ID, r)
	}
	d.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *LocalDriver) remove(id uuid.UUID, r *removal) {
	err := engine.Remove(d.folder(id))
	d.mu.Lock()
	delete(d.removing, id)
	d.mu.Unlock()
	r.err = publicError(err)
	close(r.done)
}

// Capabilities implements Driver.
func (d *LocalDriver) Capabilities() engine.Capabilities { return d.engine.Capabilities() }

// Check implements Driver.
func (d *LocalDriver) Check() error { return nil }

// Runs implements Driver: one process, with at most the memory that the machine has.
func (d *LocalDriver) Runs(s cloud.Scaling) cloud.Scaling {
	s.MinReplicas, s.MaxReplicas = 1, 1
	if most := int(d.memory / gib); d.memory > 0 {
		s.MinMemory, s.MaxMemory = min(s.MinMemory, max(most, 1)), min(s.MaxMemory, max(most, 1))
	}
	return s
}

func (d *LocalDriver) folder(id uuid.UUID) string {
	return filepath.Join(d.dir, servicesDir, id.String())
}

// spec returns what the engine needs to know of a service.
func (d *LocalDriver) spec(s cloud.Service) engine.Spec {
	spec := engine.Spec{
		Service: s.ID, Dir: d.folder(s.ID), MemoryBytes: int64(s.Scaling.MaxMemory) * gib, PasswordSHA256: s.Password.SHA256, Jail: d.jail,
		CoreDumps: s.CoreDumps(), LastVersion: s.Version,
	}
	spec.Settings, spec.ServerSettings = s.EngineSettings()
	if d.memory > 0 {
		spec.MemoryBytes = min(spec.MemoryBytes, d.memory)
	}
	if d.root {
		spec.UID, spec.GID = engine.BaseUID+s.Slot, engine.BaseUID+s.Slot
	}
	if hash, err := hex.DecodeString(s.Password.DoubleSHA1); err == nil && len(hash) == len(spec.PasswordDoubleSHA1) {
		spec.PasswordDoubleSHA1 = [20]byte(hash)
	}
	return spec
}

// localInstance is a server process of this machine.
type localInstance struct {
	*engine.Server
	driver *LocalDriver
}

// Update implements Instance.
func (i *localInstance) Update(ctx context.Context, s cloud.Service) (restart bool, err error) {
	restart, err = i.Server.Update(ctx, i.driver.spec(s))
	return restart, publicError(err)
}

// Kill implements Instance.
func (i *localInstance) Kill(context.Context) error { return publicError(i.Server.Kill()) }

// Activity implements Instance.
func (i *localInstance) Activity(ctx context.Context) (Activity, error) {
	a, err := i.Server.Activity(ctx)
	return Activity(a), busyOr(publicError(err))
}

// noRoom is how ClickHouse begins to say that too many queries run, or that they have
// all the memory or threads.
var noRoom = regexp.MustCompile(`^Code: (?:202|241|439)\b`)

// busyOr makes of what ClickHouse says for want of room ErrBusy.
func busyOr(err error) error {
	var told *cloud.Error
	if errors.As(err, &told) && noRoom.MatchString(told.Message) {
		return ErrBusy
	}
	return err
}

// publicError makes what the engine says in public a *cloud.Error.
func publicError(err error) error {
	var failed *engine.Error
	if !errors.As(err, &failed) {
		return err
	}
	cause := failed.Err
	if failed.Kind == engine.WrongVersion {
		cause = errors.Join(ErrFinal, cause)
	}
	return &cloud.Error{Code: cloud.Unavailable, Message: failed.Message, Err: cause}
}

// NoDriver returns a driver for a machine without an engine, for the reason given: one
// sentence. Services are kept, and none can be started.
func NoDriver(reason string) Driver { return noDriver{reason} }

type noDriver struct{ reason string }

func (d noDriver) Start(context.Context, cloud.Service) (Instance, error) { return nil, d.Check() }

func (d noDriver) Adopt(context.Context, cloud.Service) (Instance, error) {
	return nil, ErrNotRunning
}

// Destroy refuses: what a service has can only be removed by what knows where it is.
func (d noDriver) Destroy(context.Context, cloud.Service) error { return d.Check() }

func (d noDriver) Capabilities() engine.Capabilities { return engine.Capabilities{} }

func (d noDriver) Check() error {
	return cloud.Errorf(cloud.Unavailable, "%s", d.reason)
}

func (d noDriver) Runs(s cloud.Scaling) cloud.Scaling { return s }
