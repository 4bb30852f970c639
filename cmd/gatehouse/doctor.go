package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/store"
)

// doctorCommand looks for what is wrong. It changes nothing.
type doctorCommand struct {
	storeFlags
	mailFlags
	engineFlags
	portFlags
	JSON bool `name:"json" help:"Print JSON."`
}

// finding is what doctor says of one thing.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"` // ok, warning or problem
	Detail string `json:"detail"` // what was found and, unless it is ok, what to do
}

// unsoundError says that doctor has found a problem, and has told it.
type unsoundError struct{}

// Error implements error.
func (unsoundError) Error() string { return "doctor found a problem" }

const (
	statusOK      = "ok"
	statusWarning = "warning"
	statusProblem = "problem"
)

// Run prints what was found.
func (c *doctorCommand) Run(ctx context.Context, m *Main) error {
	found := []finding{c.directory(), c.running(), c.room()}
	found = append(found, c.state(ctx)...)
	found = append(found, c.engine(ctx)...)
	if c.SMTP != "" {
		found = append(found, c.mail(ctx))
	}
	if c.JSON {
		if err := printJSON(m, found); err != nil {
			return err
		}
	} else {
		table := tabwriter.NewWriter(m.Stdout, 0, 0, 2, ' ', 0)
		for _, f := range found {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", strings.ToUpper(f.Status), f.Check, f.Detail) // Flush reports
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	for _, f := range found {
		if f.Status == statusProblem {
			return unsoundError{}
		}
	}
	return nil
}

// directory checks that the data directory is there and that nobody but its owner
// reads it. Others may pass through: services have users of their own.
func (c *doctorCommand) directory() finding {
	const check = "data directory"
	info, err := os.Stat(c.Data)
	switch {
	case err != nil:
		return finding{check, statusProblem, fmt.Sprintf("%s cannot be read (%v): name the right one with --data, or start `gatehouse serve` first", c.Data, cause(err))}
	case !info.IsDir():
		return finding{check, statusProblem, c.Data + " is no directory: name the right one with --data"}
	case info.Mode().Perm()&0o066 != 0:
		return finding{check, statusWarning, fmt.Sprintf("%s can be read by others (mode %04o): chmod go-rw %s", c.Data, info.Mode().Perm(), c.Data)}
	}
	files, err := filepath.Glob(filepath.Join(c.Data, "*"))
	if err != nil {
		return finding{check, statusProblem, err.Error()}
	}
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
			return finding{check, statusWarning, fmt.Sprintf("%s can be read by others (mode %04o): chmod 0600 %s", name, info.Mode().Perm(), name)}
		}
	}
	return finding{check, statusOK, c.Data}
}

// running checks whether a Gatehouse runs and answers.
func (c *doctorCommand) running() finding {
	const check = "process"
	dir, err := lockDataDir(c.Data, os.O_RDONLY)
	if errors.Is(err, errInUse) {
		client, err := newOperatorClient(context.Background(), c.storeFlags)
		if err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			var who struct{}
			err = errors.Join(client.do(ctx, "GET", "/v1/whoami", nil, &who), client.Close())
		}
		if err != nil {
			return finding{check, statusProblem, "a Gatehouse runs and does not answer: " + err.Error()}
		}
		return finding{check, statusOK, "a Gatehouse runs and answers"}
	}
	if err == nil {
		err = dir.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return finding{check, statusProblem, fmt.Sprintf("it is not known whether a Gatehouse runs: make %s readable for this user (%v)", c.Data, cause(err))}
	}
	return finding{check, statusOK, "no Gatehouse runs on this data directory"}
}

// room checks that there is space to write.
func (c *doctorCommand) room() finding {
	const check, least = "disk space", 256 << 20
	var fs unix.Statfs_t
	if err := unix.Statfs(c.Data, &fs); err != nil {
		return finding{check, statusProblem, err.Error()}
	}
	free := fs.Bavail * uint64(fs.Bsize)
	if free < least {
		return finding{check, statusWarning, fmt.Sprintf("%d MiB are free: make room, a full disk refuses every change", free>>20)}
	}
	return finding{check, statusOK, fmt.Sprintf("%d MiB are free", free>>20)}
}

// state checks the store and what is in it.
func (c *doctorCommand) state(ctx context.Context) []finding {
	const check = "store"
	if err := storeExists(c.storeFlags); err != nil {
		return []finding{{check, statusProblem, err.Error()}}
	}
	s, err := store.Inspect(ctx, store.Options{URL: c.Store, Dir: c.Data})
	if err != nil {
		return []finding{{check, statusProblem, sentence(err)}}
	}
	defer func() { _ = s.Close() }() // it was only read
	if err := s.Verify(ctx); err != nil {
		return []finding{{check, statusProblem, err.Error()}}
	}
	state, err := s.State(ctx)
	if err != nil {
		return []finding{{check, statusProblem, err.Error()}}
	}
	found := []finding{{check, statusOK, fmt.Sprintf("%s, sound, revision %d", s.Dialect(), state.Revision)}}
	now := cloud.SystemClock{}.Now()
	for _, o := range state.Organizations {
		found = append(found, admins(o, state, now))
	}
	found = append(found, c.sealKey(state.People)...)
	found = append(found, c.ports(ctx, state.Services)...)
	if len(state.Organizations) == 0 {
		found = append(found, finding{"organization", statusProblem, "there is none: start `gatehouse serve` to make one"})
	}
	return found
}

// admins checks that somebody can still administer the organization.
func admins(o cloud.Organization, state store.State, now time.Time) finding {
	check := fmt.Sprintf("organization %q", o.Name)
	usable, total, soon := 0, 0, 0
	for _, k := range state.Keys {
		if k.OrganizationID != o.ID {
			continue
		}
		total++
		if !k.Admin() || !k.Usable(now) {
			continue
		}
		usable++
		if !k.Expiry.Never() && k.Expiry.Time().Before(now.Add(cloud.ExpiresSoon)) {
			soon++
		}
	}
	people := 0
	for _, p := range state.People {
		if slices.ContainsFunc(p.Memberships, func(m cloud.Membership) bool {
			return m.OrganizationID == o.ID && slices.Contains(m.RoleIDs, cloud.AdminRoleID)
		}) {
			people++
		}
	}
	detail := fmt.Sprintf("%d keys, %d of them usable with the role Admin, and %d people with that role", total, usable, people)
	switch {
	case people > 0:
		return finding{check, statusOK, detail}
	case usable == 0:
		return finding{check, statusWarning, detail + ": make one with gatehouse keys create NAME --role Admin, or a person with gatehouse setup-link"}
	case usable == soon:
		return finding{check, statusWarning, detail + ": all of these keys expire within 7 days, make another in time"}
	}
	return finding{check, statusOK, detail}
}

// sealKey checks that the second factors can be read, if there are any.
func (c *doctorCommand) sealKey(people []cloud.Person) []finding {
	const check = "sealing key"
	if !slices.ContainsFunc(people, func(p cloud.Person) bool { return p.SecondFactor }) || os.Getenv(sealKeyEnvironment) != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(c.Data, sealKeyName)); err != nil {
		return []finding{{check, statusProblem, fmt.Sprintf("%s is missing in %s: put it back, or make reset links for the people with a second factor", sealKeyName, c.Data)}}
	}
	return []finding{{check, statusOK, sealKeyName}}
}

// mail checks that the mail server lets Gatehouse in. It sends nothing.
func (c *doctorCommand) mail(ctx context.Context) finding {
	const check = "mail server"
	sender, err := c.sender()
	if err != nil {
		return finding{check, statusProblem, err.Error()}
	}
	if err := sender.Check(ctx); err != nil {
		return finding{check, statusProblem, fmt.Sprintf("%s cannot be used: correct --smtp and the password (%v)", c.SMTP, cause(err))}
	}
	return finding{check, statusOK, c.SMTP + " lets Gatehouse in"}
}
