package cloud

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Bounds of the settings of a service. ClickHouse names none; these keep a service small.
const (
	MaxServiceSettings    = 500
	MaxSettingValueLength = 4096
	maxSettingNameLength  = 100
)

// SettingCompatibility is the setting that keeps the defaults of an older ClickHouse.
const SettingCompatibility = "compatibility"

// compatibilitySince is the first ClickHouse that has SettingCompatibility.
var compatibilitySince = []int{22, 6}

// PinCompatibility gives a service that runs for the first time the defaults of the ClickHouse
// that it runs: a later one does not change how its queries behave. One that is too old
// to know the setting is left as it is.
func (c *ServiceConfig) PinCompatibility(version string) {
	if _, set := c.Setting(SettingCompatibility); set || !versionAtLeast(version, compatibilitySince) {
		return
	}
	parts := strings.SplitN(version, ".", 3)
	pinned := ServiceSetting{Name: SettingCompatibility, Value: parts[0] + "." + parts[1]}
	c.Settings = append([]ServiceSetting{pinned}, c.Settings...)
}

// versionAtLeast reports whether a version such as 26.7.2.1 is the one that least begins, or a later one.
func versionAtLeast(version string, least []int) bool {
	parts := strings.Split(version, ".")
	for i, want := range least {
		if i >= len(parts) {
			return false
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < want {
			return false
		}
		if n > want {
			return true
		}
	}
	return true
}

// Setting returns what is set under a name.
func (c ServiceConfig) Setting(name string) (ServiceSetting, bool) {
	i := slices.IndexFunc(c.Settings, func(s ServiceSetting) bool { return s.Name == name })
	if i < 0 {
		return ServiceSetting{}, false
	}
	return c.Settings[i], true
}

// WithSettings returns the settings with those that are set in the place they have, the new ones
// after them in their order, and without those that are unset.
func (c ServiceConfig) WithSettings(set []ServiceSetting, unset []string) []ServiceSetting {
	var out []ServiceSetting
	for _, s := range c.Settings {
		if i := slices.IndexFunc(set, func(n ServiceSetting) bool { return n.Name == s.Name }); i >= 0 {
			s = set[i]
		}
		if !slices.Contains(unset, s.Name) {
			out = append(out, s)
		}
	}
	for _, s := range set {
		if _, known := c.Setting(s.Name); !known && !slices.Contains(unset, s.Name) {
			out = append(out, s)
		}
	}
	return out
}

// EngineSettings returns the settings as ClickHouse takes them: those of the profile of its
// users, and those of the whole server.
func (c ServiceConfig) EngineSettings() (profile, server map[string]string) {
	profile, server = map[string]string{}, map[string]string{}
	for _, s := range c.Settings {
		value := s.Value
		if s.Bool { // which every ClickHouse takes as a number
			value = strconv.Itoa(map[string]int{"true": 1}[s.Value])
		}
		if s.Server {
			server[s.Name] = value
		} else {
			profile[s.Name] = value
		}
	}
	return profile, server
}

var settingName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// IsSettingName reports whether a setting may be called so, whether there is such a one or not.
func IsSettingName(name string) bool {
	return len(name) <= maxSettingNameLength && settingName.MatchString(name)
}
