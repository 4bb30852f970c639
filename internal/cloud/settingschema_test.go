package cloud_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// modern is the version of ClickHouse that most of the tests are about.
const modern = "26.7.2.1"

// schemaOf returns the schema of a setting that ClickHouse tells of with this type and value.
func schemaOf(t *testing.T, name, kind, value string) cloud.SettingSchema {
	t.Helper()
	s, allowed := cloud.EngineSetting{Name: name, Type: kind, Default: value}.Schema(modern)
	if !allowed {
		t.Fatalf("no service may have %s", name)
	}
	return s
}

func text(v string) cloud.ServiceSetting   { return cloud.ServiceSetting{Value: v} }
func number(v string) cloud.ServiceSetting { return cloud.ServiceSetting{Value: v, Number: true} }
func truth(v string) cloud.ServiceSetting  { return cloud.ServiceSetting{Value: v, Bool: true} }

// A value is what the type that ClickHouse names takes, whether it was written as that JSON type
// or, as older clients do, as a text.
func TestSettingValuesAreChecked(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		fine       []cloud.ServiceSetting
		wrong      []cloud.ServiceSetting
	}{
		{
			"max_result_rows", "UInt64",
			[]cloud.ServiceSetting{number("0"), number("18446744073709551615"), text("8")},
			[]cloud.ServiceSetting{number("-1"), number("0.5"), number("18446744073709551616"), number("1e99"), text(""), text("x"), text("0x10"), text(" 8"), text("+8"), truth("true"), text("auto")},
		},
		{"max_block_size", "NonZeroUInt64", []cloud.ServiceSetting{number("1")}, []cloud.ServiceSetting{number("0"), number("-1")}},
		{"max_threads", "MaxThreads", []cloud.ServiceSetting{number("0"), number("8"), text("auto")}, []cloud.ServiceSetting{number("-1"), text("automatic")}},
		{"insert_quorum", "UInt64Auto", []cloud.ServiceSetting{number("2"), text("auto")}, []cloud.ServiceSetting{number("-2")}},
		{
			"wait", "Int64",
			[]cloud.ServiceSetting{number("-1"), number("9223372036854775807"), number("-9223372036854775808")},
			[]cloud.ServiceSetting{number("9223372036854775808"), number("-9223372036854775809")},
		},
		{"nice", "Int32", []cloud.ServiceSetting{number("-20"), number("2147483647")}, []cloud.ServiceSetting{number("2147483648"), number("-2147483649")}},
		{
			"max_execution_time", "Seconds",
			[]cloud.ServiceSetting{number("60"), text("60"), number("1.5"), text("0.25"), number("0"), number("-0"), number("0.1"), number("1e-1"), number("2147483647")},
			[]cloud.ServiceSetting{number("-1"), number("-0.5"), number("99999999999"), number("2147483647.5"), number("0.09"), number("1e-07"), number("1e400"), text("1.5 s"), text("0x1p3"), text("inf"), text("nan"), text(""), truth("true")},
		},
		{"receive_data_timeout_ms", "Milliseconds", []cloud.ServiceSetting{number("1500")}, []cloud.ServiceSetting{number("1.5"), number("-1"), number("99999999999")}},
		{"log_queries", "Bool", []cloud.ServiceSetting{truth("true"), truth("false"), number("1"), text("0"), text("true")}, []cloud.ServiceSetting{number("2"), text("yes"), text("")}},
		{"ratio", "Double", []cloud.ServiceSetting{number("0.5"), number("1e-3"), number("-1"), text("2")}, []cloud.ServiceSetting{text("nan"), text("inf"), text("0x1p3"), truth("true"), text("")}},
		{
			"log_comment", "String",
			[]cloud.ServiceSetting{text(""), text("it's \\ \"fine\""), text("a\tb"), text(strings.Repeat("é", 4096))},
			[]cloud.ServiceSetting{number("1"), truth("true"), text("a\nb"), text("a\x00b"), text(strings.Repeat("é", 4097)), text("\xff")},
		},
		{"compatibility", "String", []cloud.ServiceSetting{text(""), text("24.8"), text("26.7.2.1")}, []cloud.ServiceSetting{text("abc"), text("24"), text("24.8;"), number("24.8")}},
		{"format_csv_delimiter", "Char", []cloud.ServiceSetting{text(","), text("\t")}, []cloud.ServiceSetting{text(""), text("ab"), text("é")}},
		{"max_query_size", "UInt64", []cloud.ServiceSetting{number("262144"), number("1024")}, []cloud.ServiceSetting{number("1023"), number("0")}},
		{"max_sessions_for_user", "UInt64", []cloud.ServiceSetting{number("0"), number("10")}, []cloud.ServiceSetting{number("1")}},
	} {
		s := schemaOf(t, c.name, c.kind, "")
		for _, v := range c.fine {
			if err := s.Check("settings."+c.name, v); err != nil {
				t.Errorf("%s (%s) = %+v: %v", c.name, c.kind, v, err)
			}
		}
		for _, v := range c.wrong {
			err := s.Check("settings."+c.name, v)
			if cloud.CodeOf(err) != cloud.Invalid || err == nil || !strings.HasPrefix(err.Error(), "settings."+c.name+": ") {
				t.Errorf("%s (%s) = %+v: %v", c.name, c.kind, v, err)
			}
		}
	}
	err := schemaOf(t, "max_query_size", "UInt64", "").Check("settings.max_query_size", number("10"))
	if want := "settings.max_query_size: expected an integer of at least 1024, got 10"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// What is one of several texts, and what an old ClickHouse does not tell the type of, is for
// ClickHouse itself to check.
func TestWhatOnlyClickHouseCanCheck(t *testing.T) {
	for kind, sure := range map[string]bool{"UInt64": true, "Bool": true, "String": true, "Char": true, "JoinAlgorithm": false, "Map": false, "": false} {
		if got := schemaOf(t, "something", kind, "hash").Checks(); got != sure {
			t.Errorf("type %q: %v, want %v", kind, got, sure)
		}
	}
	old := schemaOf(t, "log_queries", "", "0")
	if old.Kind != cloud.IntegerSetting {
		t.Errorf("0 of an old ClickHouse is of kind %s", old.Kind)
	}
	if err := old.Check("settings.log_queries", truth("true")); err != nil {
		t.Errorf("a boolean of an old ClickHouse: %v", err)
	}
}

// With some settings nobody could start or manage the service any more, and some name files: no
// service may have them, nor settings of the server that were not looked at.
func TestSettingsThatNoServiceMayHave(t *testing.T) {
	schemas := cloud.SettingSchemas(
		modern,
		[]cloud.EngineSetting{
			{Name: "readonly", Type: "UInt64"},
			{Name: "allow_ddl", Type: "Bool"},
			{Name: "dialect", Type: "Dialect"},
			{Name: "max_threads", Type: "MaxThreads", Default: "'auto(8)'"},
			{Name: "input_format_record_errors_file_path", Type: "String"},
			{Name: "a.b", Type: "String"},
			{Name: "bad name", Type: "String"},
			{Name: "max_table_size_to_drop", Type: "UInt64"},
		},
		map[string]string{"user_files_path": "/", "path": "/", "max_connections": "4096", "max_table_size_to_drop": "1"})
	var names []string
	for _, s := range schemas {
		names = append(names, s.Name)
	}
	if want := []string{"max_connections", "max_table_size_to_drop", "max_threads"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	if s, _ := cloud.FindSetting(schemas, "max_threads"); s.Default != "8" || s.Server {
		t.Errorf("max_threads: %+v", s)
	}
	if s, _ := cloud.FindSetting(schemas, "max_table_size_to_drop"); s.Server {
		t.Error("what ClickHouse has as a setting of queries is taken for one of the server")
	}
	if s, _ := cloud.FindSetting(schemas, "max_connections"); !s.Server || s.Warning() == "" || s.Check("f", number("10")) == nil || s.Check("f", number("64")) != nil {
		t.Errorf("max_connections: %+v", s)
	}
	if cloud.RefusedSetting("readonly") == "" || cloud.RefusedSetting("max_threads") != "" {
		t.Error("it is not said why a setting is refused")
	}
}

// A ClickHouse that has no table of its server's settings has those that every ClickHouse has.
func TestServerSettingsOfAnOldClickHouse(t *testing.T) {
	schemas := cloud.SettingSchemas("", nil, nil)
	for name, want := range map[string]bool{"max_concurrent_queries": true, "max_connections": true, "keep_alive_timeout": true, "max_concurrent_select_queries": false} {
		if _, has := cloud.FindSetting(schemas, name); has != want {
			t.Errorf("%s: %v", name, has)
		}
	}
}

// A service that runs for the first time keeps the defaults of that ClickHouse, but for one that
// is too old to be told so; what somebody has set stays.
func TestCompatibilityIsPinned(t *testing.T) {
	for version, want := range map[string]string{"26.7.2.1": "26.7", "22.6.1.1985": "22.6", "22.5.1.1": "", "18.16.1": "", "": "", "none": ""} {
		var c cloud.ServiceConfig
		c.PinCompatibility(version)
		if got, _ := c.Setting(cloud.SettingCompatibility); got.Value != want {
			t.Errorf("%q: pinned %q, want %q", version, got.Value, want)
		}
	}
	c := cloud.ServiceConfig{Settings: []cloud.ServiceSetting{{Name: "max_threads", Value: "8"}, {Name: "compatibility", Value: "24.8"}}}
	c.PinCompatibility("26.7.2.1")
	if got, _ := c.Setting(cloud.SettingCompatibility); got.Value != "24.8" || len(c.Settings) != 2 {
		t.Errorf("what was set became %+v", c.Settings)
	}
}

// Settings keep their places: one that is set again stays where it was, a new one comes last, and
// one that is taken away leaves no gap.
func TestSettingsKeepTheirPlaces(t *testing.T) {
	c := cloud.ServiceConfig{Settings: []cloud.ServiceSetting{{Name: "a", Value: "1"}, {Name: "b", Value: "1"}, {Name: "c", Value: "1"}}}
	got := c.WithSettings([]cloud.ServiceSetting{{Name: "d", Value: "2"}, {Name: "c", Value: "2"}}, []string{"a", "never"})
	want := []cloud.ServiceSetting{{Name: "b", Value: "1"}, {Name: "c", Value: "2"}, {Name: "d", Value: "2"}}
	if !slices.Equal(got, want) || c.Settings[2].Value != "1" {
		t.Errorf("got %+v, want %+v", got, want)
	}
	profile, server := cloud.ServiceConfig{Settings: []cloud.ServiceSetting{
		{Name: "max_threads", Value: "8", Number: true},
		{Name: "log_queries", Value: "true", Bool: true},
		{Name: "fsync_metadata", Value: "false", Bool: true},
		{Name: "max_connections", Value: "100", Number: true, Server: true},
	}}.EngineSettings()
	if len(profile) != 3 || profile["max_threads"] != "8" || profile["log_queries"] != "1" || profile["fsync_metadata"] != "0" || len(server) != 1 || server["max_connections"] != "100" {
		t.Errorf("for the engine: %v and %v", profile, server)
	}
}

// A setting that has no effect any more says so.
func TestObsoleteSettingSaysSo(t *testing.T) {
	for obsolete, says := range map[uint8]bool{0: false, 1: true} {
		s, _ := cloud.EngineSetting{Name: "a", Type: "UInt64", Obsolete: obsolete}.Schema(modern)
		if got := s.Deprecation() != ""; got != says {
			t.Errorf("%d: %v", obsolete, got)
		}
	}
}

// Seconds may have fractions from the ClickHouse on that takes them; one before it would cut them
// off or refuse them.
func TestFractionsOfSeconds(t *testing.T) {
	for version, kind := range map[string]cloud.SettingKind{"26.7.2.1": cloud.NumberSetting, "22.6.1.1985": cloud.NumberSetting, "22.5.1.1": cloud.IntegerSetting, "": cloud.IntegerSetting} {
		s, _ := cloud.EngineSetting{Name: "max_execution_time", Type: "Seconds", Default: "0"}.Schema(version)
		if s.Kind != kind {
			t.Errorf("%q: the kind is %s, want %s", version, s.Kind, kind)
		}
		if err := s.Check("f", number("1.5")); (err == nil) != (kind == cloud.NumberSetting) {
			t.Errorf("%q: 1.5 gives %v", version, err)
		}
		if err := s.Check("f", number("2147483648")); err == nil {
			t.Errorf("%q: what would overflow is taken", version)
		}
	}
	err := schemaOf(t, "max_execution_time", "Seconds", "0").Check("settings.max_execution_time", number("0.05"))
	refusedWith(t, err, "settings.max_execution_time: expected a number of seconds, 0 or 0.1 to 2147483647, got 0.05")
}

// A setting of the server says when the restart is that it takes, and what that ends.
func TestServerSettingWarnsOfTheRestart(t *testing.T) {
	const want = "This is a setting of the whole server: to take it in, ClickHouse restarts when no query runs, or after an hour at the latest, which ends the queries that run then."
	s, _ := cloud.FindSetting(cloud.SettingSchemas(modern, nil, map[string]string{"max_connections": "1024"}), "max_connections")
	if got := s.Warning(); got != want {
		t.Errorf("the warning is %q", got)
	}
	if got := schemaOf(t, "max_threads", "MaxThreads", "").Warning(); got != "" {
		t.Errorf("a setting of queries warns: %q", got)
	}
}
