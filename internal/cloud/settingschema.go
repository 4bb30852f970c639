package cloud

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SettingKind is the JSON type that a setting has by its nature.
type SettingKind string

// The kinds of settings.
const (
	IntegerSetting SettingKind = "integer"
	NumberSetting  SettingKind = "number"
	BooleanSetting SettingKind = "boolean"
	StringSetting  SettingKind = "string"
)

// typeSeconds is the name that ClickHouse has for the type of settings in seconds.
const typeSeconds = "Seconds"

// Bounds of settings that are times, in their own unit.
const (
	// maxTime is 68 years of seconds: ClickHouse counts on in microseconds, which must not overflow.
	maxTime = math.MaxInt32
	// leastTime is the shortest fraction of a second: in less, the query that looks whether
	// ClickHouse takes max_execution_time might be ended by it.
	leastTime = 0.1
)

// SettingSchema is a setting that a service may have, as one version of ClickHouse tells of it.
type SettingSchema struct {
	Name string      `json:"name"`
	Kind SettingKind `json:"kind"`
	// Type is the type's name in ClickHouse, such as UInt64 or JoinAlgorithm; empty where an
	// old one does not tell.
	Type string `json:"type,omitempty"`
	// Description is Markdown with its line breaks: paragraphs, lists, code and links.
	Description string `json:"description,omitempty"`
	// Default is the value when nothing is set.
	Default string `json:"default,omitempty"`
	// Least is the smallest value of an integer.
	Least int64 `json:"least,omitempty"`
	// ZeroIsNone says that an integer may be 0 as well, which is "no limit".
	ZeroIsNone bool `json:"zeroIsNone,omitempty"`
	// Auto says that the text auto is a value as well.
	Auto bool `json:"auto,omitempty"`
	// Server says that it is a setting of the whole server rather than of its queries.
	Server bool `json:"server,omitempty"`
	// Obsolete says that it has no effect any more.
	Obsolete bool `json:"obsolete,omitempty"`
}

// EngineSetting is a row of ClickHouse's table system.settings. Old versions have only name,
// value and description.
type EngineSetting struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	Description string `json:"description"`
	Type        string `json:"type"`
	Default     string `json:"default"`
	Obsolete    uint8  `json:"is_obsolete"`
	AliasFor    string `json:"alias_for"`
}

// Schema returns what the row of this version says about the setting, and false for one that a
// service may not have.
func (e EngineSetting) Schema(version string) (SettingSchema, bool) {
	if _, refused := refusedSettings[e.Name]; refused || !IsSettingName(e.Name) {
		return SettingSchema{}, false
	}
	s := SettingSchema{Name: e.Name, Type: e.Type, Description: describeSetting(e.Description), Default: e.Default, Obsolete: e.Obsolete != 0}
	if s.Default == "" {
		s.Default = e.Value
	}
	s.Default = strings.Trim(s.Default, "'")
	if auto, ok := strings.CutPrefix(s.Default, "auto("); ok {
		s.Default = strings.TrimSuffix(auto, ")") // as many as the machine has
	}
	if e.Type == "" {
		s.Kind = guessKind(s.Default)
		if s.Kind == IntegerSetting {
			s.Least = math.MinInt64 // nobody says whether it may be negative
		}
	} else {
		kindOf(&s, version)
	}
	if least, bounded := leastSettings[e.Name]; bounded {
		s.Least, s.ZeroIsNone = least.value, least.orZero
	}
	return s, true
}

// fractionsSince is the first ClickHouse that takes fractions of seconds.
var fractionsSince = []int{22, 6}

// kindOf says what the type's name means in this version.
func kindOf(s *SettingSchema, version string) {
	name, auto := strings.CutSuffix(s.Type, "Auto")
	s.Auto = auto || s.Type == "MaxThreads"
	switch name {
	case "Bool":
		s.Kind = BooleanSetting
	case "Float", "Double":
		s.Kind = NumberSetting
	case "UInt64", "UInt32", "MaxThreads", "Milliseconds":
		s.Kind = IntegerSetting
	case typeSeconds:
		if s.Kind = NumberSetting; !versionAtLeast(version, fractionsSince) {
			s.Kind = IntegerSetting
		}
	case "NonZeroUInt64":
		s.Kind, s.Least = IntegerSetting, 1
	case "Int64", "Int32":
		s.Kind, s.Least = IntegerSetting, math.MinInt64
	default:
		s.Kind = StringSetting
	}
}

func guessKind(value string) SettingKind {
	if _, err := strconv.ParseInt(value, 10, 64); err == nil {
		return IntegerSetting
	}
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		return NumberSetting
	}
	return StringSetting
}

// refusedSettings are settings of queries that no service may have, and why: with them the service
// could not be started or changed any more, or they are about files.
var refusedSettings = map[string]string{
	"readonly":                             "Gatehouse could not manage the service any more: give single users a profile instead",
	"allow_ddl":                            "Gatehouse could not manage the service any more: give single users a profile instead",
	"dialect":                              "Gatehouse could not manage the service any more: set it in a query or a session",
	"polyglot_dialect":                     "Gatehouse could not manage the service any more: set it in a query or a session",
	"input_format_record_errors_file_path": "it names a file of the server",
	"rename_files_after_processing":        "it renames files of the server",
}

// leastSettings are the smallest values with which a service can still be started and asked.
var leastSettings = map[string]struct {
	value  int64
	orZero bool
}{
	"max_query_size":        {1024, false},
	"max_ast_depth":         {50, true},
	"max_ast_elements":      {100, true},
	"max_parser_depth":      {50, true},
	"max_parser_backtracks": {1000, true},
	"max_sessions_for_user": {10, true},
}

// serverSetting is a setting of the whole server that a service may have.
type serverSetting struct {
	description string
	fallback    string // the default where the engine does not tell
	least       int64
	orZero      bool
	old         bool // every ClickHouse has it, also those that have no table of them
}

// serverSettings are those that were looked at one by one: what else the configuration of a
// server can say is for whoever runs Gatehouse.
var serverSettings = map[string]serverSetting{
	"max_concurrent_queries":        {"How many queries may run at a time; 0 is no limit.", "100", 10, true, true},
	"max_concurrent_select_queries": {"How many SELECT queries may run at a time; 0 is no limit.", "0", 10, true, false},
	"max_concurrent_insert_queries": {"How many INSERT queries may run at a time; 0 is no limit.", "0", 1, true, false},
	"max_connections":               {"How many connections the server takes.", "1024", 64, false, true},
	"keep_alive_timeout":            {"After how many seconds without a request an HTTP connection is closed.", "3", 0, false, true},
	"mark_cache_size":               {"The size of the cache of marks of MergeTree tables, in bytes.", "5368709120", 0, false, true},
	"uncompressed_cache_size":       {"The size of the cache of uncompressed blocks of MergeTree tables, in bytes.", "0", 0, false, true},
	"index_mark_cache_size":         {"The size of the cache of marks of skipping indexes, in bytes.", "5368709120", 0, false, false},
	"max_table_size_to_drop":        {"The size from which a table is not dropped without a special flag, in bytes; 0 is no limit.", "50000000000", 0, false, true},
	"max_partition_size_to_drop":    {"The size from which a partition is not dropped without a special flag, in bytes; 0 is no limit.", "50000000000", 0, false, true},
}

// SettingSchemas returns what a service may set, by name: of the rows of system.settings of this
// version, and of the settings of the server, as far as they were looked at. server are those that
// the ClickHouse has with their values; nil where it has no table of them.
func SettingSchemas(version string, rows []EngineSetting, server map[string]string) []SettingSchema {
	byName := map[string]SettingSchema{}
	for name, s := range serverSettings {
		value, has := server[name]
		if server == nil {
			value, has = s.fallback, s.old
		}
		if has {
			byName[name] = SettingSchema{
				Name: name, Kind: IntegerSetting, Type: "UInt64", Description: s.description, Default: value, Least: s.least, ZeroIsNone: s.orZero, Server: true,
			}
		}
	}
	for _, row := range rows {
		if s, allowed := row.Schema(version); allowed {
			byName[s.Name] = s // a setting of queries is the finer one
		}
	}
	out := make([]SettingSchema, 0, len(byName))
	for _, s := range byName {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b SettingSchema) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// FindSetting returns the schema of a setting among those of SettingSchemas.
func FindSetting(schemas []SettingSchema, name string) (SettingSchema, bool) {
	i, found := slices.BinarySearchFunc(schemas, name, func(s SettingSchema, name string) int { return strings.Compare(s.Name, name) })
	if !found {
		return SettingSchema{}, false
	}
	return schemas[i], true
}

// RefusedSetting says why no service may have a setting; it is empty for one that it may have.
func RefusedSetting(name string) string { return refusedSettings[name] }

// Warning says in one sentence what is to be known before the setting is changed; it is empty
// for most.
func (s SettingSchema) Warning() string {
	switch {
	case s.Server:
		return "This is a setting of the whole server: to take it in, ClickHouse restarts when no query runs, or after an hour at the latest, which ends the queries that run then."
	case s.Name == SettingCompatibility:
		return "Another compatibility version changes many defaults at once: queries may answer otherwise, or fail."
	default:
		return ""
	}
}

// Deprecation says that the setting has no effect any more; it is empty for others.
func (s SettingSchema) Deprecation() string {
	if !s.Obsolete {
		return ""
	}
	return "This setting has no effect any more in this version of ClickHouse."
}

// Checks reports whether Check tells for sure that ClickHouse takes a value. It does not for a
// text that is one of several, nor where an old ClickHouse does not tell the type: that only
// ClickHouse knows.
func (s SettingSchema) Checks() bool {
	return s.Type != "" && (s.Kind != StringSetting || s.Type == "String" || s.Type == "Char")
}

var (
	compatibilityVersion = regexp.MustCompile(`^([0-9]{2}\.[0-9]{1,2}(\.[0-9]{1,9}){0,2})?$`)
	plainNumber          = regexp.MustCompile(`^-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?$`)
	plainInteger         = regexp.MustCompile(`^-?[0-9]{1,20}$`)
)

// Check returns Invalid, naming field and value, unless the setting may have the value. Numbers
// and booleans may be written as texts, as the Cloud's older clients do.
func (s SettingSchema) Check(field string, v ServiceSetting) error {
	if s.Auto && v.Value == "auto" && !v.Number && !v.Bool {
		return nil
	}
	switch s.Kind {
	case IntegerSetting:
		return s.checkInteger(field, v)
	case NumberSetting:
		if s.Type == typeSeconds {
			return s.checkSeconds(field, v)
		}
		n, err := strconv.ParseFloat(v.Value, 64)
		if err != nil || v.Bool || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(v.Value, "xX_") {
			return Errorf(Invalid, "%s: expected a number, got %s", field, v.shown())
		}
	case BooleanSetting:
		if !slices.Contains([]string{"0", "1", "true", "false"}, v.Value) {
			return Errorf(Invalid, "%s: expected true or false, got %s", field, v.shown())
		}
	case StringSetting:
		if v.Number || v.Bool {
			return Errorf(Invalid, "%s: expected a text, got %s", field, v.Value)
		}
		return s.checkText(field, v)
	}
	return nil
}

func (s SettingSchema) checkInteger(field string, v ServiceSetting) error {
	if v.Bool && s.Type == "" {
		return nil // an old ClickHouse does not tell that it is a boolean, which has numbers
	}
	wrong := Errorf(Invalid, "%s: expected %s, got %s", field, s.integers(), v.shown())
	if v.Bool || !plainInteger.MatchString(v.Value) {
		return wrong
	}
	if !strings.HasPrefix(v.Value, "-") {
		n, err := strconv.ParseUint(v.Value, 10, 64)
		switch {
		case err != nil, s.Type == "Int64" && n > math.MaxInt64, s.Type == "Int32" && n > math.MaxInt32, s.Type == "UInt32" && n > math.MaxUint32:
			return wrong
		case s.Least > 0 && n < uint64(s.Least) && (n != 0 || !s.ZeroIsNone):
			return wrong
		case strings.HasSuffix(s.Type, "econds") && n > maxTime:
			return wrong
		}
		return nil
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil || n < s.Least || s.Type == "Int32" && n < math.MinInt32 {
		return wrong
	}
	return nil
}

// checkSeconds takes fractions, as ClickHouse does.
func (s SettingSchema) checkSeconds(field string, v ServiceSetting) error {
	n, err := strconv.ParseFloat(v.Value, 64)
	if err != nil || v.Bool || !plainNumber.MatchString(v.Value) || n != 0 && n < leastTime || n > maxTime {
		return Errorf(Invalid, "%s: expected a number of seconds, 0 or %s to %d, got %s", field, strconv.FormatFloat(leastTime, 'f', -1, 64), maxTime, v.shown())
	}
	return nil
}

// integers says which numbers the setting may have.
func (s SettingSchema) integers() string {
	switch {
	case s.Least == math.MinInt64:
		return "an integer"
	case s.Least == 1 && !s.ZeroIsNone:
		return "a positive integer"
	case s.Least > 1 && s.ZeroIsNone:
		return fmt.Sprintf("0 or an integer of at least %d", s.Least)
	case s.Least > 1:
		return fmt.Sprintf("an integer of at least %d", s.Least)
	default:
		return "an integer of at least 0"
	}
}

func (s SettingSchema) checkText(field string, v ServiceSetting) error {
	if n := utf8.RuneCountInString(v.Value); n > MaxSettingValueLength {
		return Errorf(Invalid, "%s: expected at most %d characters, got %d", field, MaxSettingValueLength, n)
	}
	// A tab is a delimiter that somebody may want.
	if err := checkText(field, strings.ReplaceAll(v.Value, "\t", " "), MaxSettingValueLength); err != nil {
		return err
	}
	if s.Name == SettingCompatibility && !compatibilityVersion.MatchString(v.Value) {
		return Errorf(Invalid, "%s: expected a version of ClickHouse such as 24.8, got %q", field, v.Value)
	}
	if s.Type == "Char" && len(v.Value) != 1 {
		return Errorf(Invalid, "%s: expected one ASCII character, got %q", field, v.Value)
	}
	return nil
}

// shown returns the value as it was written.
func (v ServiceSetting) shown() string {
	value := FirstCharacters(v.Value)
	if v.Number || v.Bool {
		return value
	}
	return strconv.Quote(value)
}
