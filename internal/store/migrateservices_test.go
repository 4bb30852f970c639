package store_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
	"github.com/gatehouse/gatehouse/internal/store/storetest"
)

func TestStoreOfSchema4GoesUpAndDownWithAllThatIsInIt(t *testing.T) {
	// Going up to services changes nothing of what was there; services work at once; and going down
	// again takes them, and nothing else: what was recorded about them stays.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		o := options(t)
		fillSchema4(t, o)
		before := storetest.Content(t, o)

		s := storetest.Open(t, o)
		after := state(t, s)
		up := linesWithout(storetest.Content(t, o), "services", "service_ports", "engine_settings")
		if diff := cmp.Diff(linesWithout(before), up); diff != "" {
			t.Errorf("the content changed on the way up (-want +got):\n%s", diff)
		}
		if len(after.Services) != 0 || len(after.Roles) != 1 {
			t.Errorf("there are %d services and %d custom roles", len(after.Services), len(after.Roles))
		}
		if err := s.Verify(t.Context()); err != nil {
			t.Error(err)
		}

		useSchema5(t, s, after.Organizations[0])
		if err := store.MigrateDown(t.Context(), s, 4); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		down := slices.DeleteFunc(linesWithout(storetest.Content(t, o)), func(line string) bool { return strings.Contains(line, `"service_create"`) })
		if diff := cmp.Diff(linesWithout(before), down); diff != "" {
			t.Errorf("down again, the content is not that of before (-before +after):\n%s", diff)
		}
		again := state(t, storetest.Open(t, o))
		if diff := cmp.Diff(after.Roles, again.Roles); diff != "" || len(again.Services) != 0 {
			t.Errorf("up again, there are %d services (-want +got):\n%s", len(again.Services), diff)
		}
	})
}

func TestBackupOfSchema4IsBroughtUpToDate(t *testing.T) {
	// A backup from before there were services becomes a store without services, in which they work at once.
	t.Parallel()
	inBothDialects(t, func(t *testing.T, options func(*testing.T) store.Options) {
		from, to := options(t), options(t)
		fillSchema4(t, from)
		s := storetest.Open(t, from)
		text := unzip(t, first(storetest.Backup(t, s)))
		lines := strings.SplitAfter(text, "\n")
		text = strings.Replace(strings.Join(lines[:len(lines)-2], ""), fmt.Sprintf(`"schema":%d`, store.NewestSchema()), `"schema":4`, 1)
		if _, err := store.Restore(t.Context(), to, bytes.NewReader(zip(t, text+end(text))), false); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(storetest.Lasting(t, from), storetest.Lasting(t, to)); diff != "" {
			t.Errorf("the restored store is not the one that was backed up (-want +got):\n%s", diff)
		}
		restored := storetest.Open(t, to)
		useSchema5(t, restored, state(t, restored).Organizations[0])
	})
}

// fillSchema4 makes a store of schema 4 with a bit of everything.
func fillSchema4(t *testing.T, o store.Options) {
	t.Helper()
	ada := fillSchema3(t, o)
	s, err := store.Open(t.Context(), o.WithSchema(4))
	if err != nil {
		t.Fatal(err)
	}
	useSchema4(t, s, cloud.Organization{ID: ada.Memberships[0].OrganizationID}, ada)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// useSchema5 adds and changes what only the newer schema can keep.
func useSchema5(t *testing.T, s *store.Store, o cloud.Organization) {
	t.Helper()
	goes, stays := storetest.Service(t, s, o, "goes"), storetest.Service(t, s, o, "stays")
	stays.State = cloud.ServiceRunning
	storetest.Write(t, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.UpdateService(ctx, stays); err != nil {
			return err
		}
		_, err := tx.DeleteService(ctx, o.ID, goes.ID, storetest.Morning)
		return err
	})
	if diff := cmp.Diff([]cloud.Service{stays}, state(t, s).Services); diff != "" {
		t.Errorf("the services are not those that were made (-want +got):\n%s", diff)
	}
}

// linesWithout returns the lines of a dump but those of some tables.
func linesWithout(dump string, tables ...string) (lines []string) {
	for line := range strings.Lines(dump) {
		if table, _, _ := strings.Cut(line, " "); !slices.Contains(tables, table) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}
