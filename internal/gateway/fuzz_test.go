package gateway_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

func FuzzClient(f *testing.F) {
	// Whatever a client says, before TLS or inside it, over either protocol and with or without
	// a PROXY header: it is answered in its protocol or not at all, and the connection ends.
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), true, false)
	f.Add([]byte("HEAD / HTTP/1.0\n\n"), true, false)
	f.Add(hello(), true, true)
	f.Add([]byte{0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3}, false, false)
	f.Add([]byte("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"), false, true)
	f.Add(append([]byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c"), 127, 0, 0, 1, 127, 0, 0, 1, 0, 1, 0, 2, 0x16), false, true)
	refuse := failing(cloud.Errorf(cloud.Conflict, "The service is stopped."))
	quick := func(c *gateway.Config) { c.Limits.Handshake = 5 * time.Second }
	plain, proxied := serve(f, refuse, quick), serve(f, refuse, quick, behind)
	direct, headed := plain.service(), proxied.service()
	f.Fuzz(func(t *testing.T, said []byte, inside, native bool) {
		if len(said) > 256<<10 {
			t.Skip()
		}
		port := direct.Ports.HTTPS
		if native {
			port = direct.Ports.Native
		} else if !inside {
			port = headed.Ports.HTTPS
		}
		raw, err := dialTCP(address(port))
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		_ = raw.SetDeadline(cloud.SystemClock{}.Now().Add(patience))
		if !inside {
			_, _ = raw.Write(said)
			_ = raw.(*net.TCPConn).CloseWrite()
			if _, err := io.Copy(io.Discard, raw); err != nil && !isReset(err) {
				t.Error(err)
			}
			return
		}
		c, err := plain.secure(raw, "localhost")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write(said)
		_ = c.CloseWrite()
		got, err := io.ReadAll(c)
		if err != nil && !isReset(err) {
			t.Error(err)
		}
		if len(got) == 0 {
			return
		}
		if native {
			if !bytes.HasPrefix(got, []byte("\x02\x17\x01\x00\x00\x0dDB::Exception")) {
				t.Errorf("%q", got)
			}
			return
		}
		a, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(got)), nil)
		if err != nil || a.StatusCode != 503 {
			t.Fatalf("%q: %v", got, err)
		}
		a.Body.Close()
	})
}

func FuzzHello(f *testing.F) {
	// A Hello is whole at exactly one length: its beginning is not, and what follows it changes
	// nothing.
	f.Add("client", "default", "default", "password", uint64(54488), []byte("more"))
	f.Fuzz(func(t *testing.T, name, database, user, password string, revision uint64, more []byte) {
		b := []byte{0}
		text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
		text(name)
		for range 3 {
			b = binary.AppendUvarint(b, revision)
		}
		text(database)
		text(user)
		text(password)
		if len(b) > 2<<10 {
			t.Skip()
		}
		for n := range b {
			if gateway.WholeHello(b[:n]) {
				t.Fatalf("%d of %d bytes are taken for whole", n, len(b))
			}
		}
		if !gateway.WholeHello(append(b, more...)) {
			t.Errorf("%q is not whole", b)
		}
	})
}

func FuzzExplanation(f *testing.F) {
	// Whatever a sentence holds, the answer is one HTTP answer with that sentence.
	f.Add("The service is stopped.", []byte("GET / HTTP/1.1\r\n\r\n"), int64(time.Second))
	f.Fuzz(func(t *testing.T, sentence string, said []byte, after int64) {
		var b bytes.Buffer
		if err := gateway.ExplainHTTP(&b, said, &cloud.Error{Code: cloud.Unavailable, Message: sentence, RetryAfter: time.Duration(after)}); err != nil {
			t.Fatal(err)
		}
		method := "GET"
		if strings.HasPrefix(string(said), "HEAD ") {
			method = "HEAD"
		}
		r := bufio.NewReader(&b)
		a, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err != nil || method == "GET" && string(body) != sentence+"\n" || r.Buffered() > 0 {
			t.Errorf("%q, %v", body, err)
		}
	})
}
