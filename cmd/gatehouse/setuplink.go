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
	JSON bool `name:"json" help:"Print JSON."`
}

// Run prints the link.
func (c *setupLinkCommand) Run(ctx context.Context, m *Main) (err error) {
	client, err := newOperatorClient(ctx, c.storeFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	var made struct {
		Result struct {
			Link string `json:"link"`
		} `json:"result"`
	}
	if err := client.do(ctx, http.MethodPost, setupLinkPath, nil, &made); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(m.Stdout).Encode(made.Result)
	}
	m.printf("%s\n", made.Result.Link)
	return nil
}
