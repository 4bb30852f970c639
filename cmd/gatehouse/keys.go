package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// keysCommand manages keys as the operator.
type keysCommand struct {
	List    keysListCommand    `cmd:"" help:"List the keys."`
	Create  keysCreateCommand  `cmd:"" help:"Create a key and print its key ID and secret, once."`
	Disable keysDisableCommand `cmd:"" help:"Disable a key: it is refused at once."`
	Enable  keysEnableCommand  `cmd:"" help:"Enable a key again."`
	Delete  keysDeleteCommand  `cmd:"" help:"Delete a key for good: it is refused at once."`
}

// keyFlags are those of every command about keys.
type keyFlags struct {
	storeFlags
	Organization string `name:"org" env:"GATEHOUSE_ORG" placeholder:"ID|NAME" help:"The organization, when there are several."`
	JSON         bool   `name:"json" help:"Print JSON as the API gives it."`
}

// key is what the commands read of a key.
type key struct {
	ID            string     `json:"id"`
	Name          string     `json:"name"`
	State         string     `json:"state"`
	KeySuffix     string     `json:"keySuffix"`
	ExpireAt      *time.Time `json:"expireAt"`
	UsedAt        *time.Time `json:"usedAt"`
	AssignedRoles []struct {
		RoleName string `json:"roleName"`
	} `json:"assignedRoles"`
	IPAccessList *[]struct {
		Source string `json:"source"`
	} `json:"ipAccessList"`
	CreatedBy struct {
		ActorDetails string `json:"actorDetails"`
	} `json:"createdBy"`
}

// session is one command's use of the API, in one organization.
type session struct {
	*operatorClient
	organization string // the path of its keys begins with it
}

// with opens a session and calls f.
func (k keyFlags) with(ctx context.Context, f func(*session) error) (err error) {
	client, err := newOperatorClient(ctx, k.storeFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	var list struct {
		Result []struct{ ID, Name string }
	}
	if err := client.do(ctx, http.MethodGet, "/v1/organizations", nil, &list); err != nil {
		return err
	}
	var found []string
	for _, o := range list.Result {
		if k.Organization == "" || k.Organization == o.ID || k.Organization == o.Name {
			found = append(found, o.ID)
		}
	}
	switch len(found) {
	case 0:
		return cloud.Errorf(cloud.NotFound, "There is no organization %q", k.Organization)
	case 1:
		return f(&session{client, "/v1/organizations/" + found[0]})
	default:
		return cloud.Errorf(cloud.Invalid, "There are %d organizations: name one with --org", len(found))
	}
}

// keys returns all keys, oldest first, as they are and as the API gave them.
func (s *session) keys(ctx context.Context) (keys []key, raw []json.RawMessage, err error) {
	for cursor := ""; ; {
		var page struct {
			Result     []json.RawMessage
			NextCursor *string
		}
		if err := s.do(ctx, http.MethodGet, s.organization+"/keys?cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return nil, nil, err
		}
		for _, text := range page.Result {
			var k key
			if err := json.Unmarshal(text, &k); err != nil {
				return nil, nil, err
			}
			keys, raw = append(keys, k), append(raw, text)
		}
		if page.NextCursor == nil {
			return keys, raw, nil
		}
		cursor = *page.NextCursor
	}
}

// find returns the key with this id, or the only one with this name.
func (s *session) find(ctx context.Context, idOrName string) (key, error) {
	keys, _, err := s.keys(ctx)
	if err != nil {
		return key{}, err
	}
	var found []key
	for _, k := range keys {
		if k.ID == idOrName {
			return k, nil
		}
		if k.Name == idOrName {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 0:
		return key{}, cloud.Errorf(cloud.NotFound, "There is no key with the id or name %q: see gatehouse keys list", idOrName)
	case 1:
		return found[0], nil
	default:
		return key{}, cloud.Errorf(cloud.Invalid, "There are %d keys named %q: name one by its id", len(found), idOrName)
	}
}

type keysListCommand struct{ keyFlags }

// Run lists the keys.
func (c *keysListCommand) Run(ctx context.Context, m *Main) error {
	return c.with(ctx, func(s *session) error {
		keys, raw, err := s.keys(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			if raw == nil {
				raw = []json.RawMessage{}
			}
			return printJSON(m, raw)
		}
		if len(keys) == 0 {
			m.printf("There is no key yet: gatehouse keys create NAME --role Admin\n")
			return nil
		}
		return printKeys(m, keys, time.Now())
	})
}

func printKeys(m *Main, keys []key, now time.Time) error {
	table := tabwriter.NewWriter(m.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "NAME\tKEY ID\tSTATUS\tROLES\tADDRESSES\tEXPIRES\tLAST USED\tCREATED BY\tID") // Flush reports
	for _, k := range keys {
		roles := make([]string, 0, len(k.AssignedRoles))
		for _, r := range k.AssignedRoles {
			roles = append(roles, r.RoleName)
		}
		_, _ = fmt.Fprintf(table, "%s\t…%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Name, k.KeySuffix, k.status(now), orElse(strings.Join(roles, ", "), "none"),
			k.addresses(), when(k.ExpireAt, "never"), when(k.UsedAt, "never"), k.CreatedBy.ActorDetails, k.ID)
	}
	return table.Flush()
}

func (k key) status(now time.Time) string {
	if k.State == "enabled" && k.ExpireAt != nil && !now.Before(*k.ExpireAt) {
		return "expired"
	}
	return k.State
}

func (k key) addresses() string {
	switch {
	case k.IPAccessList == nil:
		return "any"
	case len(*k.IPAccessList) == 0:
		return "none"
	case len(*k.IPAccessList) == 1:
		return (*k.IPAccessList)[0].Source
	default:
		return fmt.Sprintf("%s and %d more", (*k.IPAccessList)[0].Source, len(*k.IPAccessList)-1)
	}
}

func when(t *time.Time, never string) string {
	if t == nil {
		return never
	}
	return t.UTC().Format("2006-01-02 15:04 MST")
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

type keysCreateCommand struct {
	keyFlags
	Name    string        `arg:"" help:"The name of the key."`
	Role    []string      `placeholder:"NAME" help:"A role of the key, by name, such as Admin. May be given several times; none gives a key without rights."`
	From    []string      `placeholder:"CIDR" help:"An address or range that the key may be used from. May be given several times; none allows any."`
	Expires time.Duration `placeholder:"720h" help:"How long the key is valid. Without it the key never expires."`
}

// Run creates a key and prints its credential.
func (c *keysCreateCommand) Run(ctx context.Context, m *Main) error {
	return c.with(ctx, func(s *session) error {
		ids, err := s.roleIDs(ctx, c.Role)
		if err != nil {
			return err
		}
		body := map[string]any{"name": c.Name, "assignedRoleIds": ids}
		if c.Expires != 0 {
			body["expireAt"] = time.Now().Add(c.Expires).UTC().Truncate(time.Second).Format(time.RFC3339)
		}
		if len(c.From) > 0 {
			list := []map[string]string{}
			for _, source := range c.From {
				list = append(list, map[string]string{"source": source})
			}
			body["ipAccessList"] = list
		}
		var made struct {
			Result json.RawMessage `json:"result"`
		}
		if err := s.do(ctx, http.MethodPost, s.organization+"/keys", body, &made); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(m, made.Result)
		}
		var credential struct{ KeyID, KeySecret string }
		if err := json.Unmarshal(made.Result, &credential); err != nil {
			return err
		}
		m.printf("KEY_ID=%s\nKEY_SECRET=%s\n", credential.KeyID, credential.KeySecret)
		_, _ = fmt.Fprintln(m.Stderr, "gatehouse: the secret is shown this once: keep it now")
		return nil
	})
}

// roleIDs returns the ids of the roles with these names.
func (s *session) roleIDs(ctx context.Context, names []string) ([]string, error) {
	ids := []string{}
	if len(names) == 0 {
		return ids, nil
	}
	var list struct {
		Result []struct{ ID, Name string }
	}
	if err := s.do(ctx, http.MethodGet, s.organization+"/roles", nil, &list); err != nil {
		return nil, err
	}
	known := make([]string, 0, len(list.Result))
	byName := map[string]string{}
	for _, r := range list.Result {
		known = append(known, r.Name)
		byName[strings.ToLower(r.Name)] = r.ID
	}
	for _, name := range names {
		id, ok := byName[strings.ToLower(name)]
		if !ok {
			return nil, cloud.Errorf(cloud.NotFound, "There is no role %q: the roles are %s", name, strings.Join(known, ", "))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

type keyArg struct {
	keyFlags
	Key string `arg:"" help:"The key: its id, or its name when no other key has it."`
}

type keysDisableCommand struct{ keyArg }

// Run disables a key.
func (c *keysDisableCommand) Run(ctx context.Context, m *Main) error {
	return c.setState(ctx, m, "disabled")
}

type keysEnableCommand struct{ keyArg }

// Run enables a key.
func (c *keysEnableCommand) Run(ctx context.Context, m *Main) error {
	return c.setState(ctx, m, "enabled")
}

func (c *keyArg) setState(ctx context.Context, m *Main, state string) error {
	return c.with(ctx, func(s *session) error {
		k, err := s.find(ctx, c.Key)
		if err != nil {
			return err
		}
		var changed struct {
			Result json.RawMessage `json:"result"`
		}
		if err := s.do(ctx, http.MethodPatch, s.organization+"/keys/"+k.ID, map[string]string{"state": state}, &changed); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(m, changed.Result)
		}
		m.printf("The key %q (…%s) is %s.\n", k.Name, k.KeySuffix, state)
		return nil
	})
}

type keysDeleteCommand struct {
	keyArg
	Yes bool `env:"-" help:"Do not ask."`
}

// Run deletes a key, after its name was typed.
func (c *keysDeleteCommand) Run(ctx context.Context, m *Main) error {
	return c.with(ctx, func(s *session) error {
		k, err := s.find(ctx, c.Key)
		if err != nil {
			return err
		}
		if !c.Yes {
			_, _ = fmt.Fprintf(m.Stderr, "The key %q (…%s), last used %s, will be deleted for good; whoever uses it loses access at once.\nType its name to delete it: ",
				k.Name, k.KeySuffix, when(k.UsedAt, "never"))
			typed, _ := bufio.NewReader(m.Stdin).ReadString('\n') // an end without a line is a no
			if strings.TrimRight(typed, "\r\n") != k.Name {
				return cloud.Errorf(cloud.Invalid, "The name was not typed, so the key %q stays (--yes does not ask)", k.Name)
			}
		}
		if err := s.do(ctx, http.MethodDelete, s.organization+"/keys/"+k.ID, nil, new(struct{})); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(m, map[string]string{"deleted": k.ID})
		}
		m.printf("The key %q (…%s) is deleted.\n", k.Name, k.KeySuffix)
		return nil
	})
}

func printJSON(m *Main, v any) error {
	encoder := json.NewEncoder(m.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
