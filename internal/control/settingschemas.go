package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// schemaCache holds the settings that each version of ClickHouse has. Nothing is ever taken out:
// there are as many as there were versions.
type schemaCache struct {
	lock      sync.Mutex
	byVersion map[string][]cloud.SettingSchema
	// heard are the versions that have told this Gatehouse, rather than one before it that may
	// have understood or kept less of it.
	heard map[string]bool
}

func (c *schemaCache) get(version string) []cloud.SettingSchema {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.byVersion[version]
}

func (c *schemaCache) hasHeard(version string) bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.heard[version]
}

func (c *schemaCache) put(version string, schemas []cloud.SettingSchema, heard bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.byVersion == nil {
		c.byVersion, c.heard = map[string][]cloud.SettingSchema{}, map[string]bool{}
	}
	c.byVersion[version] = schemas
	c.heard[version] = c.heard[version] || heard
}

// errUnknownYet is wrapped by the Conflict that says that the settings of a version are not known.
var errUnknownYet = errors.New("the settings of the version are not known")

func isUnknownYet(err error) bool { return errors.Is(err, errUnknownYet) }

// settingSchemas returns the settings that the ClickHouse of a service has, by name: as it has said
// once, for it is asked only when the version is a new one. They are known of a service that rests,
// too. It returns Conflict when the ClickHouse has never said, and does not run now.
func (c *Control) settingSchemas(ctx context.Context, s cloud.Service) ([]cloud.SettingSchema, error) {
	if s.Version == "" {
		return nil, unknownYet("The service has not run yet: which settings its ClickHouse has is known once it has")
	}
	if known := c.schemas.get(s.Version); known != nil {
		return known, nil
	}
	var kept []cloud.SettingSchema
	err := c.store.Read(ctx, func(r *store.Reader) (err error) {
		kept, err = r.EngineSettings(ctx, s.Version)
		return err
	})
	if err != nil {
		return nil, err
	}
	if kept != nil {
		c.schemas.put(s.Version, kept, false)
		return kept, nil
	}
	if !c.answers(s) {
		return nil, unknownYet(fmt.Sprintf("ClickHouse %s has not said yet which settings it has, and does not run now: start or wake the service", s.Version))
	}
	return c.learnSettings(ctx, s)
}

func unknownYet(sentence string) error {
	return &cloud.Error{Code: cloud.Conflict, Message: sentence, Err: errUnknownYet}
}

// answers reports whether the ClickHouse of the service is there to be asked.
func (c *Control) answers(s cloud.Service) bool {
	return c.fleet != nil && (s.State == cloud.ServiceRunning || s.State == cloud.ServicePartiallyRunning)
}

// LearnSettings asks each version of ClickHouse that runs which settings it has, once in the life of
// this process, so that they are known when its services rest. It is to be called now and then.
func (c *Control) LearnSettings(ctx context.Context) error {
	var services []cloud.Service
	err := c.store.Read(ctx, func(r *store.Reader) (err error) {
		services, err = r.AllServices(ctx)
		return err
	})
	for _, s := range services {
		if s.Version == "" || c.schemas.hasHeard(s.Version) || !c.answers(s) {
			continue
		}
		if _, wrong := c.learnSettings(ctx, s); wrong != nil {
			err = errors.Join(err, fmt.Errorf("the settings of ClickHouse %s: %w", s.Version, wrong))
		}
	}
	return err
}

// learnSettings asks the ClickHouse of the service and keeps what it says.
func (c *Control) learnSettings(ctx context.Context, s cloud.Service) ([]cloud.SettingSchema, error) {
	rows, err := queryRows[cloud.EngineSetting](ctx, c, s.ID, "SELECT * FROM system.settings FORMAT JSONEachRow")
	if err != nil {
		return nil, err
	}
	has, err := queryRows[struct{ Name string }](ctx, c, s.ID, "SELECT name FROM system.tables WHERE database = 'system' AND name = 'server_settings' FORMAT JSONEachRow")
	if err != nil {
		return nil, err
	}
	var server map[string]string
	if len(has) > 0 {
		list, err := queryRows[struct{ Name, Value string }](ctx, c, s.ID, "SELECT name, value FROM system.server_settings FORMAT JSONEachRow")
		if err != nil {
			return nil, err
		}
		server = map[string]string{}
		for _, setting := range list {
			server[setting.Name] = setting.Value
		}
	}
	schemas := cloud.SettingSchemas(s.Version, rows, server)
	if err := c.store.KeepEngineSettings(ctx, s.Version, schemas); err != nil {
		return nil, err
	}
	c.schemas.put(s.Version, schemas, true)
	return schemas, nil
}

// queryRows returns the rows of an answer in the format JSONEachRow.
func queryRows[T any](ctx context.Context, c *Control, service uuid.UUID, sql string) (rows []T, err error) {
	var answer limitedBuffer
	if err := c.fleet.Query(ctx, service, sql, &answer); err != nil {
		return nil, err
	}
	for d := json.NewDecoder(&answer.buffer); ; {
		var row T
		if err := d.Decode(&row); errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return nil, fmt.Errorf("an answer of ClickHouse cannot be read: %w", err)
		}
		rows = append(rows, row)
	}
}

// maxEngineAnswer is how much of an engine's answer is read, in bytes: its settings with their
// descriptions are 1 MB.
const maxEngineAnswer = 16 << 20

// limitedBuffer takes maxEngineAnswer bytes: an engine is in the hands of its users. It is an
// io.Writer and nothing more, for every other way in would have no limit.
type limitedBuffer struct{ buffer bytes.Buffer }

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.buffer.Len()+len(p) > maxEngineAnswer {
		return 0, fmt.Errorf("the engine answers with more than %d bytes", maxEngineAnswer)
	}
	return b.buffer.Write(p)
}
