package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// setupLinkCommand makes a new set-up link.
type setupLinkCommand struct {
	storeFlags
	Reset string `placeholder:"EMAIL" help:"Make a link by which this person gets a new password instead. It takes their second factor away and ends their sessions."`
	JSON  bool   `name:"json" help:"Print JSON."`
}

// Run prints the link.
func (c *setupLinkCommand) Run(ctx context.Context, m *Main) (err error) {
	client, err := newOperatorClient(ctx, c.storeFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	var made struct {
		Result linkAnswer `json:"result"`
	}
	if err := client.do(ctx, http.MethodPost, setupLinkPath, linkRequest{Reset: c.Reset}, &made); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(m.Stdout).Encode(made.Result)
	}
	m.printf("%s\n", made.Result.Link)
	return nil
}
