package control

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/engine"
	"github.com/gatehouse/gatehouse/internal/store"
)

// SettingChange is what a change of a service's settings came to.
type SettingChange struct {
	// Set are the settings that were set, in the order of the request.
	Set []cloud.ServiceSetting
	// Warnings are those of the settings that were named.
	Warnings []SettingWarning
}

// SettingWarning says what is to be known of a change to a setting.
type SettingWarning struct{ Name, Message string }

// alwaysListed are settings that the Cloud lists whether somebody has set them or not: its own
// clients begin with them.
var alwaysListed = []string{"max_concurrent_queries_for_user"}

// ServiceSettings returns the ClickHouse settings of a service, in the order they were set in,
// and after them those that are always listed, with their defaults.
func (c *Control) ServiceSettings(ctx context.Context, p access.Principal, organization, id uuid.UUID) ([]cloud.ServiceSetting, error) {
	s, err := c.readService(ctx, p, ServiceClickhouseSettingsListGet, organization, id)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(s.Settings)
	schemas, err := c.settingSchemas(ctx, s)
	if isUnknownYet(err) {
		return list, nil
	}
	for _, name := range alwaysListed {
		schema, known := cloud.FindSetting(schemas, name)
		if _, set := s.Setting(name); known && !set {
			list = append(list, defaultOf(schema))
		}
	}
	return list, err
}

// defaultOf returns the setting as it is when nobody has set it. Its value is a text, as the
// Cloud's document says of all values.
func defaultOf(schema cloud.SettingSchema) cloud.ServiceSetting {
	return cloud.ServiceSetting{Name: schema.Name, Value: schema.Default, Server: schema.Server}
}

// ServiceSettingSchemas returns the settings that a service can have, by name, and the version of
// ClickHouse that they are of. It returns Conflict when they are not known: see settingSchemas.
func (c *Control) ServiceSettingSchemas(ctx context.Context, p access.Principal, organization, id uuid.UUID) ([]cloud.SettingSchema, error) {
	s, err := c.readService(ctx, p, ServiceClickhouseSettingsSchemaGet, organization, id)
	if err != nil {
		return nil, err
	}
	return c.settingSchemas(ctx, s)
}

var errNoSetting = cloud.Errorf(cloud.NotFound, "ClickHouse setting not found")

// ServiceSetting returns a setting of a service: what was set, or else its default. It returns
// NotFound for one that its ClickHouse does not have or that no service can have.
func (c *Control) ServiceSetting(ctx context.Context, p access.Principal, organization, id uuid.UUID, name string) (cloud.ServiceSetting, error) {
	s, err := c.readService(ctx, p, ServiceClickhouseSettingGet, organization, id)
	if err != nil {
		return cloud.ServiceSetting{}, err
	}
	if setting, set := s.Setting(name); set {
		return setting, nil
	}
	if !cloud.IsSettingName(name) {
		return cloud.ServiceSetting{}, errNoSetting
	}
	schemas, err := c.settingSchemas(ctx, s)
	if err != nil {
		return cloud.ServiceSetting{}, err
	}
	schema, known := cloud.FindSetting(schemas, name)
	if !known {
		return cloud.ServiceSetting{}, errNoSetting
	}
	return defaultOf(schema), nil
}

// UpdateServiceSettings sets and unsets settings of a service, all of them or, with an error,
// none. It returns Invalid for a setting that its ClickHouse does not have or for a value that it
// does not take, and Conflict when that cannot be told: see settingSchemas and askEngine. What is
// set is in force in a moment; a setting of the server takes a restart, of which a warning tells.
func (c *Control) UpdateServiceSettings(ctx context.Context, p access.Principal, organization, id uuid.UUID, set []cloud.ServiceSetting, unset []string) (SettingChange, error) {
	s, err := c.readService(ctx, p, ServiceClickhouseSettingsUpdate, organization, id)
	if err != nil {
		return SettingChange{}, err
	}
	if s.Deleting() {
		return SettingChange{}, errDeleting(s)
	}
	schemas, err := c.settingSchemas(ctx, s)
	if err != nil {
		return SettingChange{}, err
	}
	made, doubtful, err := checkSettings(s, schemas, set, unset)
	if err != nil {
		return SettingChange{}, err
	}
	if err := c.askEngine(ctx, s, doubtful); err != nil {
		return SettingChange{}, err
	}
	_, err = c.changeService(ctx, p, ServiceClickhouseSettingsUpdate, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		s.Settings = s.WithSettings(made.Set, unset)
		if len(s.Settings) > cloud.MaxServiceSettings {
			return nil, cloud.Errorf(cloud.Invalid, "settings: expected at most %d settings in all, got %d", cloud.MaxServiceSettings, len(s.Settings))
		}
		return []cloud.Activity{{Type: cloud.ServiceSettingsChanged}}, nil
	})
	return made, err
}

// doubt is a setting of whose value only the engine can tell whether it is right.
type doubt struct {
	cloud.ServiceSetting
	kind cloud.SettingKind
}

// sql returns the value as it is written in a statement.
func (d doubt) sql() string {
	switch {
	case d.Bool: // which an old engine does not know
		return strconv.Itoa(map[string]int{"true": 1}[d.Value])
	case d.kind == cloud.StringSetting:
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\t", `\t`).Replace(d.Value) + "'"
	default:
		return d.Value
	}
}

// checkSettings returns what is to become of the settings, and those of them that are in doubt.
func checkSettings(s cloud.Service, schemas []cloud.SettingSchema, set []cloud.ServiceSetting, unset []string) (made SettingChange, doubtful []doubt, err error) {
	find := func(name string) (cloud.SettingSchema, error) {
		schema, known := cloud.FindSetting(schemas, name)
		switch reason := cloud.RefusedSetting(name); {
		case reason != "":
			return schema, cloud.Errorf(cloud.Invalid, "settings.%s: no service can have this setting: %s", name, reason)
		case !known:
			return schema, cloud.Errorf(cloud.Invalid, "settings.%s: ClickHouse %s has no such setting that a service can have", name, s.Version)
		}
		if warning := schema.Warning(); warning != "" {
			made.Warnings = append(made.Warnings, SettingWarning{name, warning})
		}
		return schema, nil
	}
	for _, setting := range set {
		schema, err := find(setting.Name)
		if err != nil {
			return made, nil, err
		}
		if err := schema.Check("settings."+setting.Name, setting); err != nil {
			return made, nil, err
		}
		setting.Server = schema.Server
		if was, _ := s.Setting(setting.Name); !schema.Checks() && was != setting {
			doubtful = append(doubtful, doubt{setting, schema.Kind})
		}
		made.Set = append(made.Set, setting)
	}
	for _, name := range unset {
		if _, isSet := s.Setting(name); isSet {
			continue // whatever it is, it goes
		}
		if _, err := find(name); err != nil {
			return made, nil, err
		}
	}
	return made, doubtful, nil
}

// askEngine lets the ClickHouse of the service read the values that nobody else can check, and
// returns Invalid with its words when it does not take one. A service that rests is not woken
// for it: Conflict.
func (c *Control) askEngine(ctx context.Context, s cloud.Service, settings []doubt) error {
	for _, d := range settings {
		if !c.answers(s) {
			return cloud.Errorf(cloud.Conflict, "settings.%s: only ClickHouse can say whether it takes %q, and it does not run now: start or wake the service first", d.Name, d.Value)
		}
		var answer limitedBuffer
		err := c.fleet.Query(ctx, s.ID, "SELECT 1 SETTINGS "+d.Name+" = "+d.sql(), &answer)
		if said := new(engine.Error); errors.As(err, &said) && said.Kind == engine.Failed {
			return cloud.Errorf(cloud.Invalid, "settings.%s: ClickHouse does not take %q: %s", d.Name, d.Value, exceptionText(said.Message))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// exceptionText is what an exception of ClickHouse says, without its number and its version.
func exceptionText(text string) string {
	if i := strings.LastIndex(text, "DB::Exception: "); i >= 0 {
		text = text[i+len("DB::Exception: "):]
	}
	for _, end := range []string{", e.what()", " (version ", ": in attempt to set"} {
		text, _, _ = strings.Cut(text, end)
	}
	if i := strings.LastIndex(text, " ("); i >= 0 && strings.ToUpper(text[i:]) == text[i:] {
		text = text[:i] // the name of its number
	}
	return cloud.CleanText(text, 500)
}

// DeleteServiceSetting takes a setting from a service, which then has its default. Of one that is
// not set nothing is changed. It returns NotFound for one that its ClickHouse does not have.
func (c *Control) DeleteServiceSetting(ctx context.Context, p access.Principal, organization, id uuid.UUID, name string) error {
	known := true
	s, err := c.changeService(ctx, p, ServiceClickhouseSettingDelete, organization, id, func(_ access.Principal, _ *store.Tx, s *cloud.Service) ([]cloud.Activity, error) {
		_, known = s.Setting(name)
		s.Settings = s.WithSettings(nil, []string{name})
		return []cloud.Activity{{Type: cloud.ServiceSettingsChanged}}, nil
	})
	if err != nil || known {
		return err
	}
	if !cloud.IsSettingName(name) {
		return errNoSetting
	}
	schemas, err := c.settingSchemas(ctx, s)
	if isUnknownYet(err) {
		return nil // whatever it is, it is not set
	}
	if _, known := cloud.FindSetting(schemas, name); err == nil && !known {
		return errNoSetting
	}
	return err
}
