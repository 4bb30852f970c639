// Command server is the OpenID provider of package oidctest as a program, for tests of
// other modules. The first line that it prints is its issuer. From then on it reads
// changes from its standard input and answers each with the line "ok". It ends when its
// standard input does, so it never outlives the test that started it.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gatehouse/gatehouse/internal/oidc/oidctest"
)

// change is a JSON object on the standard input. What it leaves out stays as it is.
type change struct {
	Users        []oidctest.User `json:"users"`        // all who can sign in from now on
	RedirectURIs []string        `json:"redirectUris"` // all that the client may use from now on
	Reachable    *bool           `json:"reachable"`    // false: connections are closed without an answer
	RotateKey    bool            `json:"rotateKey"`    // sign with a new key, and forget the one before
}

func main() {
	err := run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "oidctest:", err)
		os.Exit(1)
	}
}

func run(args []string, getenv func(string) string, in io.Reader, out io.Writer) (err error) {
	var users []oidctest.User
	var redirects []string
	flags := flag.NewFlagSet("oidctest", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "the address, on this machine only")
	clientID := flags.String("client-id", oidctest.DefaultClientID, "the client; its secret is OIDCTEST_CLIENT_SECRET, and without one it is a public client")
	userInfoOnly := flags.Bool("userinfo-only", false, "leave e-mail and name out of ID tokens")
	flags.Func("redirect-uri", "where the browser may be sent back to; may be given several times", func(uri string) error {
		redirects = append(redirects, uri)
		return nil
	})
	flags.Func("users", "who can sign in, as a JSON list of subject, email, emailVerified, name, groups and claims", func(list string) error {
		return json.Unmarshal([]byte(list), &users)
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	server, err := oidctest.Start(*listen)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	client := oidctest.Client{ID: *clientID, Secret: getenv("OIDCTEST_CLIENT_SECRET"), RedirectURIs: redirects, UserInfoOnly: *userInfoOnly}
	server.Register(client)
	server.SetUsers(users...)
	fmt.Fprintln(out, server.Issuer())

	changes := json.NewDecoder(in)
	changes.DisallowUnknownFields()
	for {
		var c change
		err := changes.Decode(&c)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the standard input is wrong: %w", err)
		}
		c.apply(server, *clientID)
		fmt.Fprintln(out, "ok")
	}
}

func (c change) apply(server *oidctest.Server, clientID string) {
	if c.Users != nil {
		server.SetUsers(c.Users...)
	}
	if c.RedirectURIs != nil {
		client := server.Client(clientID)
		client.RedirectURIs = c.RedirectURIs
		server.Register(client)
	}
	if c.Reachable != nil {
		server.SetReachable(*c.Reachable)
	}
	if c.RotateKey {
		server.RotateKey()
	}
}
