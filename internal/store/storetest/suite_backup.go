package storetest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse/gatehouse/internal/store"
)

func backups(t *testing.T, options func(*testing.T) store.Options) {
	test(t, "ARestoredStoreIsTheOneThatWasBackedUp", func(t *testing.T) {
		// A backup holds the whole control state: restored, it reads the same, goes on from there and gives the same backup.
		from, to := options(t), options(t)
		s := Open(t, from)
		Fill(t, s)
		before := state(t, s)
		backup, written := Backup(t, s)
		restored, err := store.Restore(t.Context(), to, bytes.NewReader(backup), false)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "what was restored", restored, written)
		same(t, "the revision of the backup", written.Revision, before.Revision)
		lasting := Lasting(t, from) // a line for each row, and one for each table
		same(t, "the number of rows", written.Rows, int64(strings.Count(lasting, "\n")+1-strings.Count(lasting, " has the columns ")))
		same(t, "the content", Lasting(t, to), Lasting(t, from))
		r := Open(t, to)
		before.Sessions = nil // they end
		same(t, "the state", state(t, r), before)
		again, _ := Backup(t, r)
		same(t, "whether the backup of the restored store is the same", bytes.Equal(again, backup), true)
		late := Key(t, r, before.Organizations[0], "late", roleIDs...)
		same(t, "the revision after a change", state(t, r).Revision, before.Revision+1)
		same(t, "the keys", state(t, r).Keys, append(before.Keys, late))
	})

	test(t, "ARestoreEndsSessionsAndLinks", func(t *testing.T) {
		// What was signed out of or used up since the backup does not work again, nor does what the replaced store had.
		from, to := options(t), options(t)
		s := Open(t, from)
		Fill(t, s)
		backup, _ := Backup(t, s)
		r := Open(t, to)
		Fill(t, r)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if Content(t, to) == Lasting(t, to) {
			t.Fatal("there is nothing passing in the store")
		}
		if _, err := store.Restore(t.Context(), to, bytes.NewReader(backup), true); err != nil {
			t.Fatal(err)
		}
		db := Database(t, to)
		defer func() { _ = db.Close() }()
		for _, table := range []string{"sessions", "setup_links"} {
			var n int
			if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil || n != 0 {
				t.Errorf("after the restore, %s has %d rows: %v", table, n, err)
			}
		}
	})

	test(t, "ABackupIsOfOneMomentWhileOthersWrite", func(t *testing.T) {
		// A backup never has a part of a change: each key has its activity, and their number is that of its revision.
		s := Open(t, options(t))
		o := Organization(t, s, "0")
		first := state(t, s).Revision
		stop := make(chan struct{})
		var writing sync.WaitGroup
		defer func() {
			close(stop)
			writing.Wait()
		}()
		writing.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				_, err := s.Write(t.Context(), func(tx *store.Tx) error {
					k, err := tx.InsertKey(t.Context(), newKey(o, "another", roleIDs...))
					return errors.Join(err, countUp(t.Context(), tx, o), tx.Record(t.Context(), created(k)))
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
		for range 3 {
			before := state(t, s).Revision
			backup, written := Backup(t, s)
			if written.Revision < before {
				t.Errorf("the backup is of revision %d, older than %d", written.Revision, before)
			}
			to := SQLite(t)
			if _, err := store.Restore(t.Context(), to, bytes.NewReader(backup), false); err != nil {
				t.Fatal(err)
			}
			r := Open(t, to)
			if err := r.Verify(t.Context()); err != nil {
				t.Error(err)
			}
			n := int(written.Revision - first)
			same(t, "the number of keys", len(state(t, r).Keys), n)
			same(t, "the number of activities", len(activitiesIn(t, r, o, store.ActivityRange{Limit: n + 1})), n)
		}
	})

	test(t, "ARestoreDoesNotReplaceAStoreInUseUnasked", func(t *testing.T) {
		// A store with an organization is replaced only when that was said, and then as a whole; whoever had it may not write to it.
		from, to := options(t), options(t)
		s := Open(t, from)
		Organization(t, s, "backed up")
		backup, _ := Backup(t, s)
		r := Open(t, to)
		Fill(t, r)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		before := Dump(t, to)
		_, err := store.Restore(t.Context(), to, bytes.NewReader(backup), false)
		startError(t, err, "the store has an organization, and the backup would replace all that is in it: restore into an empty store, or use --replace")
		same(t, "the database", Dump(t, to), before)
		epoch := epochOf(t, to)
		if _, err := store.Restore(t.Context(), to, bytes.NewReader(backup), true); err != nil {
			t.Fatal(err)
		}
		same(t, "the content", Lasting(t, to), Lasting(t, from))
		if now := epochOf(t, to); now <= epoch {
			t.Errorf("the epoch is %d after the restore and was %d before", now, epoch)
		}
	})

	test(t, "ARestoreThatEndsEarlyLeavesTheOldState", func(t *testing.T) {
		// Until the one commit of a restore the store is the old one, and nothing of the attempt remains.
		from, to := options(t), options(t)
		s := Open(t, from)
		Organization(t, s, "backed up")
		backup, _ := Backup(t, s)
		r := Open(t, to)
		Fill(t, r)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		before := Content(t, to)
		interrupted := errors.New("interrupted")
		to.Commit = func(func() error) error { return interrupted }
		if _, err := store.Restore(t.Context(), to, bytes.NewReader(backup), true); !errors.Is(err, store.ErrUncertain) || !errors.Is(err, interrupted) {
			t.Errorf("expected ErrUncertain, got %v", err)
		}
		same(t, "the content", Content(t, to), before)
		to.Commit = func(commit func() error) error { return errors.Join(interrupted, commit()) }
		if _, err := store.Restore(t.Context(), to, bytes.NewReader(backup), true); !errors.Is(err, store.ErrUncertain) {
			t.Errorf("expected ErrUncertain, got %v", err)
		}
		same(t, "the content after a commit without an answer", Lasting(t, to), Lasting(t, from))
		if left, _ := filepath.Glob(filepath.Join(to.Dir, "restore-*")); to.Dir != "" && len(left) > 0 {
			t.Errorf("the restore left %v", left)
		}
	})

	test(t, "ABackupThatCannotBeWrittenSaysSo", func(t *testing.T) {
		// A full disk below a backup is the error of the backup, not of the store.
		s := Open(t, options(t))
		Fill(t, s)
		for _, full := range []int{0, 5, 400} {
			if _, err := s.Backup(t.Context(), &fullDisk{left: full}, Morning); !errors.Is(err, os.ErrDeadlineExceeded) || !strings.HasPrefix(err.Error(), "the backup cannot be written: ") {
				t.Errorf("expected the error of the writer, got %v", err)
			}
		}
	})

	test(t, "TheLongestRowsCanBeBackedUp", func(t *testing.T) {
		// Whatever the rules allow to be kept can be backed up and restored.
		from, to := options(t), options(t)
		s := Open(t, from)
		Longest(t, s)
		backup, _ := Backup(t, s)
		if _, err := store.Restore(t.Context(), to, bytes.NewReader(backup), false); err != nil {
			t.Fatal(err)
		}
		same(t, "whether the content is the same", Lasting(t, to) == Lasting(t, from), true)
	})
}

// Backup returns a backup of the store.
func Backup(t *testing.T, s *store.Store) ([]byte, store.BackupInfo) {
	t.Helper()
	var out bytes.Buffer
	info, err := s.Backup(t.Context(), &out, Morning)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), info
}

func startError(t *testing.T, err error, message string) {
	t.Helper()
	var start *store.StartError
	if !errors.As(err, &start) || start.Message != message {
		t.Errorf("expected a StartError with %q, got %v", message, err)
	}
}

func epochOf(t *testing.T, o store.Options) (epoch int64) {
	t.Helper()
	if err := Database(t, o).QueryRowContext(t.Context(), `SELECT epoch FROM control_state`).Scan(&epoch); err != nil {
		t.Fatal(err)
	}
	return epoch
}

// fullDisk takes so many bytes. Its error looks like that of a network.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return len(p), nil
}
