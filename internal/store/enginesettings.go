package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// EngineSettings returns the settings that a version of ClickHouse has, by name; nil when they
// are not known.
func (r *Reader) EngineSettings(ctx context.Context, version string) (settings []cloud.SettingSchema, err error) {
	var text string
	err = r.q.QueryRowContext(ctx, `SELECT settings FROM engine_settings WHERE version = $1`, version).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return settings, json.Unmarshal([]byte(text), &settings)
}

// KeepEngineSettings writes the settings that a version of ClickHouse has, in place of what was
// known. It is no change: it has no revision and no activity.
func (s *Store) KeepEngineSettings(ctx context.Context, version string, settings []cloud.SettingSchema) error {
	text, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	return s.writeBehind(ctx, func(t *Tx) error {
		_, err := t.exec(ctx, `INSERT INTO engine_settings (version, settings) VALUES ($1, $2) ON CONFLICT (version) DO UPDATE SET settings = excluded.settings`,
			version, string(text))
		return err
	})
}
