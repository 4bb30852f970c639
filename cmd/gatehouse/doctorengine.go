package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gatehouse/gatehouse/internal/engine"
)

// engine checks which engine would run services, reads all of a library that is
// installed, and says by what services are kept from each other's files.
func (c *doctorCommand) engine(ctx context.Context) []finding {
	const check = "engine"
	options := c.options(c.Data)
	options.Untouched = true
	found, why, err := engine.Find(ctx, options)
	switch {
	case errors.Is(err, engine.ErrNone) && c.Engine == "none":
		return []finding{{check, statusOK, err.Error()}}
	case errors.Is(err, engine.ErrNone):
		return []finding{{check, statusWarning, "no service can run: " + err.Error()}}
	case err != nil:
		return []finding{{check, statusProblem, engineSentence(err)}}
	}
	detail := fmt.Sprintf("%s, %s", found, why)
	if found.Kind() == engine.KindCHDB {
		if err := engine.VerifyLibrary(ctx, found.Path()); err != nil {
			return []finding{{check, statusProblem, engineSentence(err)}, c.jail(found)}
		}
		detail += ", whole"
	}
	return append([]finding{{check, statusOK, detail}, c.jail(found)}, c.versions(found)...)
}

// versions names the services whose data this engine cannot take over.
func (c *doctorCommand) versions(found *engine.Engine) (refused []finding) {
	folders, err := filepath.Glob(filepath.Join(c.Data, engine.ServicesFolder, "*"))
	if err != nil {
		return nil // no folder has such a name
	}
	for _, folder := range folders {
		if err := found.TakesOver(folder); err != nil {
			refused = append(refused, finding{"engine", statusWarning, fmt.Sprintf("the service %s cannot start: %s", filepath.Base(folder), engineSentence(err))})
		}
	}
	return refused
}

func engineSentence(err error) string {
	if failed := new(engine.Error); errors.As(err, &failed) {
		return failed.Message
	}
	return err.Error()
}

// jail says which jail is in force when this user starts Gatehouse.
func (c *doctorCommand) jail(found *engine.Engine) finding {
	const check = "jail"
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return finding{check, statusProblem, err.Error()}
	}
	// serve opens the data directory itself, but not what is above it.
	report := engine.Jails(filepath.Dir(data), outside(data, found.Path())...)
	in, err := report.Choose(engine.Jail(c.Jail))
	if err != nil {
		return finding{check, statusProblem, "no service is started: " + err.Error()}
	}
	if in == (engine.Confinement{}) {
		return finding{check, statusWarning, "none, as --jail none says: whoever may query a service may read what Gatehouse may read"}
	}
	detail := in.String()
	if in.Landlock {
		detail = strings.Replace(detail, "Landlock", fmt.Sprintf("Landlock (version %d)", report.Landlock), 1)
	} else if report.NoLandlock != "" {
		detail += "; no Landlock: " + report.NoLandlock
	}
	if !in.UID && report.NoUID != "" {
		detail += "; no user of its own for each service: " + report.NoUID
	}
	return finding{check, statusOK, detail}
}

// outside returns the path unless it is in the data directory.
func outside(data, path string) []string {
	if strings.HasPrefix(path, data+string(filepath.Separator)) {
		return nil
	}
	return []string{path}
}
