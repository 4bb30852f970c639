package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// update makes the wishes so, at once where ClickHouse can, and reports whether a
// restart is needed for the rest. On an error all stays as it was.
func (h *host) update(ctx context.Context, wanted wishes) (restart bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := wanted.checkNames(); err != nil {
		return false, err
	}
	if err := h.checkSettings(ctx, wanted.Settings); err != nil {
		return false, err
	}
	if h.logins != nil {
		if err := h.logins.Set(wanted); err != nil {
			return false, err
		}
	} else if err := h.reload(ctx, wanted); err != nil {
		return false, err
	}
	if err := h.allowCores(wanted.CoreDumps); err != nil {
		return false, err
	}
	limits := wanted.Memory != h.first.Memory && !capabilitiesOf(h.order.Engine, h.order.Version).ReloadsLimits
	return limits || !maps.Equal(wanted.ServerSettings, h.first.ServerSettings), nil
}

// reload gives the official server new files.
func (h *host) reload(ctx context.Context, wanted wishes) error {
	before := h.current
	h.current.Wishes = wanted
	err := h.rewrite(ctx)
	if err != nil {
		h.current = before
		return errors.Join(err, h.rewrite(ctx))
	}
	if capabilitiesOf(h.order.Engine, h.order.Version).ReloadsLimits {
		h.memory.Store(wanted.Memory)
	}
	return nil
}

func (h *host) rewrite(ctx context.Context) error {
	running := h.current
	running.Wishes.ServerSettings = h.first.ServerSettings // those need a restart, which writes them
	if err := errors.Join(running.server().save(inFolder(configFile)), running.users().save(inFolder(usersFile))); err != nil {
		return err
	}
	return h.client.query(ctx, "SYSTEM RELOAD CONFIG", nil, io.Discard)
}

// awaitSettings looks whether the server that has just started takes its settings:
// chdb passes over those that it does not know.
func (h *host) awaitSettings() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	return h.checkSettings(ctx, h.order.Wishes.Settings)
}

// checkSettings returns a BadSetting error for one that ClickHouse does not know or
// whose value it does not take. It tries them, in a query of its own.
func (h *host) checkSettings(ctx context.Context, settings map[string]string) error {
	if len(settings) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(settings))
	known, err := h.client.text(ctx, "SELECT name FROM system.settings WHERE name IN ('"+strings.Join(names, "', '")+"')") // checkNames has seen them
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.Contains(strings.Split(known, "\n"), name) {
			return fail(BadSetting, nil, "ClickHouse %s has no setting %q", h.order.Version, name)
		}
		var refused *queryError
		err := h.client.query(ctx, "SELECT 1", url.Values{name: {settings[name]}}, &bytes.Buffer{})
		if errors.As(err, &refused) {
			return fail(BadSetting, refused, "ClickHouse does not take %q for the setting %q", settings[name], name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settingOfError is how ClickHouse speaks of a setting that it does not take, and
// valueOfError of a value.
var (
	settingOfError = regexp.MustCompile(`(?:Unknown setting|[Ss]etting) '?"?([a-z_][a-z0-9_]*)`)
	valueOfError   = regexp.MustCompile(`DB::Exception: [^\n]*'([^'\n]*)'`)
)

// settingNamed returns which of the wished settings an error is about, if it is about one.
func settingNamed(text string, w wishes) string {
	for _, match := range settingOfError.FindAllStringSubmatch(text, -1) {
		if _, ok := w.Settings[match[1]]; ok {
			return match[1]
		}
	}
	for _, match := range valueOfError.FindAllStringSubmatch(text, -1) {
		for name, value := range w.Settings {
			if strings.Contains(match[0], "'"+value+"'") {
				return name
			}
		}
	}
	return ""
}
