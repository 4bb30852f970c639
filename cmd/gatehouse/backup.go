package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// backupReport is what backup and restore say with --json.
type backupReport struct {
	File      string    `json:"file"`
	Revision  int64     `json:"revision"`
	CreatedAt time.Time `json:"createdAt"`
	Rows      int64     `json:"rows"`
}

func reportOf(file string, info store.BackupInfo) backupReport {
	return backupReport{File: file, Revision: info.Revision, CreatedAt: info.CreatedAt, Rows: info.Rows}
}

// backupCommand writes the control state to a file.
type backupCommand struct {
	storeFlags
	File    string `arg:"" help:"The file to write, readable by its owner only."`
	Replace bool   `env:"-" help:"Replace the file if it exists."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// Run writes the backup. When it returns, the file survives a power cut.
func (c *backupCommand) Run(ctx context.Context, m *Main) (err error) {
	if _, err := os.Lstat(c.File); err == nil && !c.Replace {
		return cloud.Errorf(cloud.Conflict, "The file %s exists: name another, or say --replace", c.File)
	}
	if err := storeExists(c.storeFlags); err != nil {
		return err
	}
	s, err := store.Inspect(ctx, store.Options{URL: c.Store, Dir: c.Data})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var info store.BackupInfo
	err = writeFile(c.File, func(file *os.File) error {
		info, err = s.Backup(ctx, file, cloud.SystemClock{}.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("the backup %s cannot be written: %w", c.File, cause(err))
	}
	if c.JSON {
		return printJSON(m, reportOf(c.File, info))
	}
	m.printf("Wrote %s: %d rows as of revision %d.\n", c.File, info.Rows, info.Revision)
	return nil
}

// restoreCommand reads the control state from a backup.
type restoreCommand struct {
	storeFlags
	File    string `arg:"" help:"The backup."`
	Replace bool   `env:"-" help:"Replace what is in the store."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// Run restores the backup, or leaves the store as it was.
func (c *restoreCommand) Run(ctx context.Context, m *Main) (err error) {
	file, err := os.Open(c.File)
	if errors.Is(err, os.ErrNotExist) {
		return cloud.Errorf(cloud.NotFound, "There is no backup %s", c.File)
	}
	if err != nil {
		return fmt.Errorf("the backup %s cannot be read: %w", c.File, cause(err))
	}
	defer func() { _ = file.Close() }() // it is only read
	dir, err := openDataDir(c.Data, true)
	if errors.Is(err, errInUse) {
		return cloud.Errorf(cloud.Conflict, "A Gatehouse uses the data directory %s: stop it first", c.Data)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	info, err := store.Restore(ctx, store.Options{URL: c.Store, Dir: c.Data}, file, c.Replace)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(m, reportOf(c.File, info))
	}
	m.printf("Restored %s: %d rows as of revision %d, written %s.\n", c.File, info.Rows, info.Revision, info.CreatedAt.Format("2006-01-02 15:04 MST"))
	_, _ = fmt.Fprintln(m.Stderr, "gatehouse: keys that were deleted since are back: look at gatehouse keys list")
	return nil
}
