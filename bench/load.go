package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// load makes requests on several connections at once, each of which waits for the
// answer before it asks again. It parses no more than it must, as it shares the
// machine with the server.
type load []*client

// client is one keep-alive connection.
type client struct {
	conn    net.Conn
	reader  *bufio.Reader
	request []byte
	took    []time.Duration // of each request of this round
}

// connect opens n connections.
func connect(ctx context.Context, base string, key credential, n int) (load, error) {
	address := strings.TrimPrefix(base, "http://")
	var l load
	for range n {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		l = append(l, &client{conn: conn, reader: bufio.NewReader(conn), request: requestOf(address, key)})
	}
	return l, nil
}

// requestOf is the request that curl would send.
func requestOf(host string, key credential) []byte {
	basic := base64.StdEncoding.EncodeToString([]byte(key.id + ":" + key.secret))
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Basic " + basic + "\r\nUser-Agent: gatehouse-bench\r\nAccept: */*\r\n\r\n")
}

func (l load) close() (err error) {
	for _, c := range l {
		err = errors.Join(err, c.conn.Close())
	}
	return err
}

// round is what one server did in one round.
type round struct {
	perSecond float64
	p50, p99  time.Duration
	requests  int
}

// run asks for that long.
func (l load) run(length time.Duration) (round, error) {
	begin := time.Now()
	end := begin.Add(length)
	var group errgroup.Group
	for _, c := range l {
		group.Go(func() error { return c.run(end) })
	}
	if err := group.Wait(); err != nil {
		return round{}, err
	}
	seconds := time.Since(begin).Seconds()
	var took []time.Duration
	for _, c := range l {
		took = append(took, c.took...)
	}
	slices.Sort(took)
	return round{
		perSecond: float64(len(took)) / seconds, p50: percentile(took, 50), p99: percentile(took, 99), requests: len(took),
	}, nil
}

// answerLimit is how long an answer may take.
const answerLimit = 10 * time.Second

func (c *client) run(end time.Time) error {
	c.took = c.took[:0]
	if err := c.conn.SetDeadline(end.Add(answerLimit)); err != nil {
		return err
	}
	for now := time.Now(); now.Before(end); {
		if _, err := c.conn.Write(c.request); err != nil {
			return err
		}
		if err := c.readAnswer(); err != nil {
			return err
		}
		then := now
		now = time.Now()
		c.took = append(c.took, now.Sub(then))
	}
	return nil
}

var (
	statusOK      = []byte("HTTP/1.1 200 ")
	contentLength = []byte("Content-Length: ")
)

// readAnswer reads an answer of known length and status 200 to its end.
func (c *client) readAnswer() error {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(line, statusOK) {
		return fmt.Errorf("expected the status 200, got %q", line)
	}
	length := -1
	for len(line) > len("\r\n") {
		if line, err = c.reader.ReadSlice('\n'); err != nil {
			return err
		}
		if digits, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(digits))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("the answer has no Content-Length")
	}
	_, err = c.reader.Discard(length)
	return err
}

// percentile returns the value that p percent of the sorted values do not exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*p+99)/100-1]
}
