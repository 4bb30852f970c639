package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
)

// client is the host's way to its ClickHouse, as the internal user.
type client struct {
	http, native string                                    // addresses
	password     func() (password string, end func() bool) // for one request
	old          bool                                      // answers an error in the middle of a result, not only before it
	asked        atomic.Uint64                             // queries that were answered
	selected     atomic.Uint64                             // those of them that begin with SELECT
	underWay     atomic.Uint64                             // that are not answered yet
}

// transport keeps no connections: those would delay the end of the server.
var transport = &http.Transport{DisableKeepAlives: true, DisableCompression: true, Proxy: nil}

// errForeign says that something else than our ClickHouse listens on its port.
var errForeign = errors.New("something else answers on the port")

// syntaxError is ClickHouse's code for what it cannot read, and so does not count as a query.
const syntaxError = 62

// queryError is an answer of ClickHouse that is no result.
type queryError struct {
	code    int // of ClickHouse; 0: not known
	message string
}

func (e *queryError) Error() string { return e.message }

// query asks ClickHouse and copies the result to w.
func (c *client) query(ctx context.Context, sql string, parameters url.Values, w io.Writer) error {
	c.underWay.Add(1)
	defer c.underWay.Add(^uint64(0))
	password, end := c.password()
	address := url.URL{Scheme: "http", Host: c.http, Path: "/", RawQuery: parameters.Encode()}
	if c.old {
		address.RawQuery = strings.TrimPrefix(address.RawQuery+"&wait_end_of_query=1", "&")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), strings.NewReader(sql))
	if err != nil {
		end()
		return err
	}
	r.Header.Set("X-ClickHouse-User", internalUser)
	r.Header.Set("X-ClickHouse-Key", password)
	answer, err := transport.RoundTrip(r)
	if err != nil {
		end()
		return err
	}
	defer answer.Body.Close()
	if !end() {
		return errForeign
	}
	if answer.StatusCode != http.StatusOK {
		err := errorAnswer(answer)
		if refused := new(queryError); errors.As(err, &refused) && refused.code != syntaxError && parameters == nil {
			c.count(sql)
		}
		return err
	}
	c.count(sql)
	_, err = io.Copy(w, answer.Body)
	return err
}

// count counts a query that ClickHouse has counted.
func (c *client) count(sql string) {
	c.asked.Add(1)
	if strings.HasPrefix(sql, "SELECT") {
		c.selected.Add(1)
	}
}

// text asks ClickHouse for one short text.
func (c *client) text(ctx context.Context, sql string) (string, error) {
	var b bytes.Buffer
	if err := c.query(ctx, sql, nil, &b); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func errorAnswer(answer *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, 16<<10))
	if err != nil {
		return err
	}
	e := &queryError{message: strings.TrimSpace(string(body))}
	if match := errorLine.FindSubmatch(body); match != nil {
		e.code, _ = strconv.Atoi(string(match[1])) // 0 if it is none
	}
	if e.message == "" {
		e.message = answer.Status
	}
	return e
}

// hello logs in over the native protocol and returns an error unless it is our
// ClickHouse that lets it in.
func (c *client) hello(ctx context.Context) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.native)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing more is wanted of it
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	password, end := c.password()
	_, err = conn.Write(helloPacket(internalUser, password))
	kind := byte(0)
	if err == nil {
		kind, err = readHello(bufio.NewReader(conn))
	}
	switch taken := end(); {
	case err != nil:
		return err
	case !taken:
		return errForeign
	case kind != 0: // 0 is Hello, 2 is an exception
		return fmt.Errorf("the native protocol answers with a packet of type %d", kind)
	}
	return nil
}

// readHello reads the answer to the end if it is Hello, so that the connection is not
// closed on something that is still to be read, which the server would take for an error.
func readHello(r *bufio.Reader) (kind byte, err error) {
	kind, err = r.ReadByte()
	if err != nil || kind != 0 {
		return kind, err
	}
	skip := func() { // a text
		var n uint64
		if n, err = binary.ReadUvarint(r); err == nil {
			_, err = r.Discard(int(min(n, 1024)))
		}
	}
	skip() // its name
	for range 3 {
		if err == nil {
			_, err = binary.ReadUvarint(r) // its version and protocol
		}
	}
	if err == nil {
		skip() // its time zone
	}
	return kind, err
}

// helloPacket is the first one of a client: its kind, name, version, protocol, the
// database, user and password.
func helloPacket(user, password string) []byte {
	const protocol = 54058 // of 2016: every server knows it
	text := func(b []byte, s string) []byte { return append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	b := text([]byte{0}, "gatehouse")
	for _, n := range []uint64{1, 1, protocol} {
		b = binary.AppendUvarint(b, n)
	}
	return text(text(text(b, ""), user), password)
}
