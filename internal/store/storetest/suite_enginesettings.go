package storetest

import (
	"context"
	"math"
	"testing"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

func engineSettings(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "TheSettingsOfAnEngineAreKeptByItsVersion", func(t *testing.T) {
		// What one version of ClickHouse can be told is read as it was written, is replaced whole, and is no change.
		s := Open(t, options(t))
		before := state(t, s).Revision
		of := func(version string) []cloud.SettingSchema {
			return Read(t, s, func(ctx context.Context, r *store.Reader) ([]cloud.SettingSchema, error) {
				return r.EngineSettings(ctx, version)
			})
		}
		if got := of("26.7.2.1"); got != nil {
			t.Errorf("of a version that never ran: %v", got)
		}
		first := []cloud.SettingSchema{{
			Name: "max_threads", Kind: cloud.IntegerSetting, Type: "MaxThreads", Description: hardNames[0], Default: "2", Least: math.MinInt64,
			ZeroIsNone: true, Auto: true, Server: true, Obsolete: true,
		}}
		second := []cloud.SettingSchema{{Name: "compatibility", Kind: cloud.StringSetting}}
		for _, kept := range []struct {
			version  string
			settings []cloud.SettingSchema
		}{{"26.7.2.1", second}, {"26.7.2.1", first}, {"18.16.1", second}} {
			if err := s.KeepEngineSettings(t.Context(), kept.version, kept.settings); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "of one version", of("26.7.2.1"), first)
		same(t, "of another", of("18.16.1"), second)
		same(t, "the revision", state(t, s).Revision, before)
	})
}
