package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/control"
)

// settingsList is OpenAPI schema ServiceClickhouseSettingsList.
type settingsList struct {
	Settings []clickhouseSetting `json:"settings" doc:"The settings, in the order they were set in."`
}

// clickhouseSetting is OpenAPI schema ServiceClickhouseSetting.
type clickhouseSetting struct {
	Name  string       `json:"name" example:"compatibility" doc:"The name of the setting."`
	Value settingValue `json:"value" doc:"Its value, of the JSON type it was given as; of a setting that nobody has set, its default as a text."`
}

// settingValue is the value of a setting in an answer: a text, a number or a boolean.
type settingValue struct{ cloud.ServiceSetting }

// Schema implements huma.SchemaProvider.
func (settingValue) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}, {Type: huma.TypeBoolean}}}
}

// MarshalJSON implements json.Marshaler.
func (v settingValue) MarshalJSON() ([]byte, error) {
	if v.Number || v.Bool {
		return []byte(v.Value), nil
	}
	return jsontext.AppendQuote(nil, v.Value) // as it is: writeJSON escapes nothing for HTML either
}

func showSetting(s cloud.ServiceSetting) clickhouseSetting {
	return clickhouseSetting{s.Name, settingValue{s}}
}

// settingsPatchRequest is OpenAPI schema ServiceClickhouseSettingsPatchRequest.
type settingsPatchRequest struct {
	Settings settingsEdit `json:"settings" doc:"The settings by name, as an object or as a text that holds the object in JSON. Null takes a setting away."`
}

// settingsEdit are settings as they were written.
type settingsEdit struct{ text []byte }

// Schema implements huma.SchemaProvider. It is told to readers only: what is wrong is said by read,
// which can say more.
func (settingsEdit) Schema(huma.Registry) *huma.Schema {
	value := []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}, {Type: huma.TypeBoolean}, {Extensions: map[string]any{"type": "null"}}}
	return &huma.Schema{Extensions: map[string]any{"anyOf": []*huma.Schema{
		{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{AnyOf: value}}, {Type: huma.TypeString},
	}}}
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *settingsEdit) UnmarshalJSON(data []byte) error {
	e.text = bytes.Clone(data)
	return nil
}

// read returns the settings that are set, in their order, and the names of those that are taken
// away, or Invalid.
func (e settingsEdit) read() (set []cloud.ServiceSetting, unset []string, err error) {
	text := e.text
	if bytes.HasPrefix(text, []byte(`"`)) {
		var inner string
		if err := json.Unmarshal(text, &inner); err != nil {
			return nil, nil, e.wrongForm()
		}
		text = []byte(inner)
	}
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowInvalidUTF8(false))
	if begin, err := d.ReadToken(); err != nil || begin.Kind() != '{' {
		return nil, nil, e.wrongForm()
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, nil, e.wrongForm()
		}
		setting := cloud.ServiceSetting{Name: name.String()}
		value, err := d.ReadToken()
		switch {
		case err != nil:
			return nil, nil, e.wrongForm()
		case len(set)+len(unset) == cloud.MaxServiceSettings:
			return nil, nil, cloud.Errorf(cloud.Invalid, "settings: expected at most %d settings, got more", cloud.MaxServiceSettings)
		case !readSetting(&setting, value):
			return nil, nil, cloud.Errorf(cloud.Invalid, "settings.%s: expected a text, a number, true, false or null", setting.Name)
		case value.Kind() == 'n':
			unset = append(unset, setting.Name)
		default:
			set = append(set, setting)
		}
	}
	if _, err := d.ReadToken(); err != nil || len(set)+len(unset) == 0 {
		return nil, nil, e.wrongForm()
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, nil, e.wrongForm()
	}
	return set, unset, nil
}

// wrongForm begins in the Cloud's own words, which name the field as well.
func (e settingsEdit) wrongForm() error {
	var value any
	_ = json.Unmarshal(e.text, &value) // it was read before
	got := kindOf(value)
	switch value.(type) {
	case string:
		got = "a string that holds none"
	case map[string]any:
		got = "an empty one"
	}
	return cloud.Errorf(cloud.Invalid, "settings must be a non-empty object, got %s", got)
}

// readSetting reads the value of a setting, and reports false for one that cannot be.
func readSetting(s *cloud.ServiceSetting, value jsontext.Token) bool {
	switch value.Kind() {
	case 'n':
	case 't', 'f':
		s.Value, s.Bool = value.String(), true
	case '"':
		s.Value = value.String()
	case '0':
		s.Value, s.Number = plainNumber(value.String()), true
	default:
		return false
	}
	return true
}

// plainNumber returns a JSON number as ClickHouse reads it: an integer without fraction and
// exponent, whichever way it was written.
func plainNumber(text string) string {
	if !strings.ContainsAny(text, ".eE") {
		return text
	}
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return text // too large for anything
	case n == math.Trunc(n) && math.Abs(n) < 1<<63:
		return strconv.FormatFloat(n, 'f', 0, 64)
	default:
		return strconv.FormatFloat(n, 'g', -1, 64)
	}
}

// settingsPatchResponse is OpenAPI schema ServiceClickhouseSettingsPatchResponse.
type settingsPatchResponse struct {
	Settings appliedSettings  `json:"settings" doc:"The settings that were set, by name, with their values."`
	Warnings []settingWarning `json:"warnings" doc:"What is to be known of some of the changes."`
}

// appliedSettings are settings by name. The Cloud's document says text; what it sends is an object.
type appliedSettings map[string]settingValue

// Schema implements huma.SchemaProvider.
func (appliedSettings) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeObject, AdditionalProperties: settingValue{}.Schema(r)}, {Type: huma.TypeString}}}
}

// settingWarning is OpenAPI schema ServiceClickhouseSettingWarning.
type settingWarning struct {
	Name    string `json:"name" example:"max_concurrent_queries" doc:"The setting."`
	Message string `json:"message" example:"This is a setting of the whole server: to take it in, ClickHouse restarts when no query runs, or after an hour at the latest, which ends the queries that run then." doc:"The warning."`
}

// settingsSchema is OpenAPI schema ServiceClickhouseSettingsSchema.
type settingsSchema struct {
	Settings []settingSchemaEntry `json:"settings" doc:"The settings that the service can have, by name."`
}

// settingSchemaEntry is OpenAPI schema ServiceClickhouseSettingSchemaEntry.
type settingSchemaEntry struct {
	Name              string `json:"name" example:"max_threads" doc:"The name of the setting."`
	Type              string `json:"type" example:"integer" doc:"Its type: integer, number, boolean or string."`
	Description       string `json:"description" example:"The maximum number of query processing threads." doc:"What it does, as ClickHouse says itself, in Markdown: its first paragraph and the list that belongs to it. Empty where it does not."`
	Enum              []int  `json:"enum,omitempty" doc:"The values that a boolean may have as a number; else absent. Which texts a setting may have, ClickHouse says when it is set."`
	Warning           string `json:"warning,omitempty" doc:"What is to be known before it is changed; absent for most."`
	DeprecationNotice string `json:"deprecationNotice,omitempty" doc:"That it has no effect any more; absent for others."`
	Example           string `json:"example,omitempty" example:"8" doc:"Its default; absent when that is empty."`
}

func showSettingSchema(s cloud.SettingSchema) settingSchemaEntry {
	entry := settingSchemaEntry{
		Name: s.Name, Type: string(s.Kind), Description: s.Description, Warning: s.Warning(), DeprecationNotice: s.Deprecation(), Example: s.Default,
	}
	if s.Kind == cloud.BooleanSetting {
		entry.Enum = []int{0, 1}
	}
	return entry
}

// SettingPath is the part of a request that names a setting of a service.
type SettingPath struct {
	ServicePath
	SettingName string `path:"settingName" example:"max_threads" doc:"The name of the setting."`
}

func (s *server) registerSettings() {
	const all, one = pathService + "/clickhouseSettings", pathService + "/clickhouseSettings/{settingName}"
	register(s, spec{
		id: control.ServiceClickhouseSettingsListGet, method: http.MethodGet, path: all, tag: tagServices, beta: true, conflicts: true,
		summary: "List ClickHouse settings",
		description: "Returns the settings of the service: those that were set, `compatibility`, which a service gets when it runs for the first time, and " +
			"`max_concurrent_queries_for_user`, which the Cloud lists as well.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (result[settingsList], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[settingsList]{}, err
		}
		settings, err := s.Control.ServiceSettings(ctx, p, organization, id)
		return answer(ctx, settingsList{shown(settings, showSetting)}), err
	})
	register(s, spec{
		id: control.ServiceClickhouseSettingsUpdate, method: http.MethodPatch, path: all, tag: tagServices, beta: true, conflicts: true,
		summary: "Update ClickHouse settings",
		description: "Sets settings of the service, all that are named or none. A setting of queries holds for those that begin a moment later; one of the whole " +
			"server takes a restart, of which a warning tells. Where only ClickHouse can say whether a value is right, the service has to run: else the answer is 409.",
	}, func(ctx context.Context, p access.Principal, in *struct {
		ServicePath
		Body settingsPatchRequest
	},
	) (result[settingsPatchResponse], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[settingsPatchResponse]{}, err
		}
		set, unset, err := in.Body.Settings.read()
		if err != nil {
			return result[settingsPatchResponse]{}, err
		}
		made, err := s.Control.UpdateServiceSettings(ctx, p, organization, id, set, unset)
		return answer(ctx, showSettingChange(made)), err
	})
	register(s, spec{
		id: control.ServiceClickhouseSettingsSchemaGet, method: http.MethodGet, path: all + "/schema", tag: tagServices, beta: true, conflicts: true,
		summary: "Get the schema of ClickHouse settings",
		description: "Returns the settings that the service can have, as the version of ClickHouse that ran last tells of them. Before it has run for the first " +
			"time the answer is 409.",
	}, func(ctx context.Context, p access.Principal, in *ServicePath) (result[settingsSchema], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[settingsSchema]{}, err
		}
		schemas, err := s.Control.ServiceSettingSchemas(ctx, p, organization, id)
		return answer(ctx, settingsSchema{shown(schemas, showSettingSchema)}), err
	})
	register(s, spec{
		id: control.ServiceClickhouseSettingGet, method: http.MethodGet, path: one, tag: tagServices, beta: true, conflicts: true,
		summary: "Get a ClickHouse setting", description: "Returns a setting of the service: what was set, or else its default.",
	}, func(ctx context.Context, p access.Principal, in *SettingPath) (result[clickhouseSetting], error) {
		organization, id, err := in.ids()
		if err != nil {
			return result[clickhouseSetting]{}, err
		}
		setting, err := s.Control.ServiceSetting(ctx, p, organization, id, in.SettingName)
		return answer(ctx, showSetting(setting)), err
	})
	register(s, spec{
		id: control.ServiceClickhouseSettingDelete, method: http.MethodDelete, path: one, tag: tagServices, beta: true, conflicts: true,
		summary:     "Reset a ClickHouse setting",
		description: "Takes a setting from the service, which then has its default. What is not set stays so. A setting of the whole server takes a restart.",
	}, func(ctx context.Context, p access.Principal, in *SettingPath) (done, error) {
		organization, id, err := in.ids()
		if err != nil {
			return done{}, err
		}
		return done{envelopeOf(ctx)}, s.Control.DeleteServiceSetting(ctx, p, organization, id, in.SettingName)
	})
}

func showSettingChange(c control.SettingChange) settingsPatchResponse {
	out := settingsPatchResponse{Settings: appliedSettings{}, Warnings: []settingWarning{}}
	for _, setting := range c.Set {
		out.Settings[setting.Name] = settingValue{setting}
	}
	for _, w := range c.Warnings {
		out.Warnings = append(out.Warnings, settingWarning(w))
	}
	return out
}
